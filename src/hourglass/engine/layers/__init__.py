"""Layers. Each has `forward(x)`, `backward(gradient)`, and two dicts with the same keys: `params` and `grads`.

Arrays carry replica axes in front, any number of them, also none:

    parameters   (*replicas, n_in, n_out), (*replicas, n_out)
    activations  (*replicas, batch, n); images (*replicas, batch, height, width, channels)

A layer owns the arrays that it returns and fills them anew at its next call, so that training allocates nothing;
`Network` hands out copies. Gradients are those of the loss, in the shape of what they belong to.
"""

from .base import Layer
from .dense import Dense, Maxout
from .elementwise import ELU, GELU, GaussianNoise, LeakyReLU, PReLU, ReLU, Sigmoid, Tanh
from .images import Conv2D, Flatten, MaxPool2D

__all__ = [
    "ELU",
    "GELU",
    "Conv2D",
    "Dense",
    "Flatten",
    "GaussianNoise",
    "Layer",
    "LeakyReLU",
    "MaxPool2D",
    "Maxout",
    "PReLU",
    "ReLU",
    "Sigmoid",
    "Tanh",
]
