"""Layers: three verbs each. `draw(rng)` gives first parameters, `forward(x)` the output, and `backward(gradient)`, from
the loss's gradient with respect to the output, fills `grads` and returns that with respect to the input.

Arrays carry replica axes in front, any number of them, also none:

    parameters   (*replicas, n_in, n_out), (*replicas, n_out)
    activations  (*replicas, batch, n); images (*replicas, batch, height, width, channels)

`params` and `grads` have the same keys and shapes. A layer by itself draws its parameters when first asked for them.
"""

from .base import Layer
from .dense import Dense, Maxout
from .elementwise import ELU, GELU, LeakyReLU, PReLU, ReLU, Sigmoid, Tanh
from .images import Conv2D, Flatten, MaxPool2D
from .noise import GaussianCode, GaussianNoise

__all__ = [
    "ELU", "GELU", "Conv2D", "Dense", "Flatten", "GaussianCode", "GaussianNoise", "Layer", "LeakyReLU", "MaxPool2D",
    "Maxout", "PReLU", "ReLU", "Sigmoid", "Tanh",
]  # fmt: skip
