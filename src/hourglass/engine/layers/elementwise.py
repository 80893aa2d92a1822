"""Layers that act on each number by itself: activation functions. y stands for the output."""

import numpy as np

from ... import checks
from .. import activations
from ..sums import over_batch
from .base import Layer


class Tanh(Layer):
    """tanh(x), from -1 to 1."""

    def forward(self, x):
        self.y = np.tanh(x)
        return self.y

    def backward(self, gradient):
        return gradient * (1 - self.y * self.y)


class Sigmoid(Layer):
    """1 / (1 + exp(-x)), from 0 to 1."""

    def forward(self, x):
        self.y = activations.sigmoid(x)
        return self.y

    def backward(self, gradient):
        return gradient * (self.y * (1 - self.y))


class ReLU(Layer):
    """max(0, x)."""

    def forward(self, x):
        self.y = np.maximum(x, 0.0)  # a float: NumPy would convert an integer at every pass
        return self.y

    def backward(self, gradient):
        return gradient * (self.y > 0.0)


class LeakyReLU(Layer):
    """x above zero, negative_slope * x below. negative_slope: a number from 0 to below 1."""

    def __init__(self, negative_slope=0.01):
        self.negative_slope = checks.number(negative_slope, "negative_slope", at_least=0, below=1)

    def forward(self, x):
        self.x = x
        return np.maximum(x, self.negative_slope * x)

    def backward(self, gradient):
        return np.where(self.x > 0, gradient, self.negative_slope * gradient)


class ELU(Layer):
    """x above zero, alpha (exp(x) - 1) below."""

    def __init__(self, alpha=1.0):
        self.alpha = checks.number(alpha, "alpha", above=0)

    def forward(self, x):
        self.y = np.where(x > 0, x, self.alpha * np.expm1(np.minimum(x, 0)))
        return self.y

    def backward(self, gradient):
        return np.where(self.y > 0, gradient, (self.y + self.alpha) * gradient)  # alpha exp(x) is y + alpha


class GELU(Layer):
    """x Phi(x), in its tanh form."""

    def forward(self, x):
        self.x = x
        return activations.gelu(x)

    def backward(self, gradient):
        return gradient * activations.gelu_derivative(self.x)


class PReLU(Layer):
    """A leaky ReLU whose slope below zero is learnt, one a unit (He et al., 2015). params: slope (*replicas, n)."""

    def __init__(self, n, initial_slope=0.25):
        self.n, self.initial_slope = checks.positive_integer(n, "n"), checks.number(initial_slope, "initial_slope")
        self.takes, self.shapes = (self.n,), {"slope": (self.n,)}

    def draw(self, rng):
        return {"slope": np.full(self.n, self.initial_slope)}

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, self.params["slope"][..., None, :] * x)

    def backward(self, gradient):
        self.grads["slope"] = over_batch(gradient * np.minimum(self.x, 0))
        return np.where(self.x > 0, gradient, self.params["slope"][..., None, :] * gradient)
