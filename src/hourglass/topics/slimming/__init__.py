"""Making trained networks smaller: fewer weights, fewer units, a smaller pupil, fewer bits.

Each way returns a network that runs, and a `Report`; the network that was given stays as it is.
"""

from .coding import decode, encode, pack, unpack
from .distillation import distil
from .pruning import Mask, prune, prune_during
from .quantisation import StraightThrough, quantise
from .report import Report
from .units import merge, remove_dead
