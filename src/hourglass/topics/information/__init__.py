"""How much a noisy network's layers know about its input: exactly for scalar networks, or estimated from samples."""

from .estimates import estimate
from .exact import Information, label_information, mutual_information
from .experiments import Task, follow, units
from .laws import Discrete, Gaussian, GaussianMixture, Uniform
from .mixtures import mixture_entropy, sampling_error
