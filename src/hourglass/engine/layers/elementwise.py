"""Layers that act on each number by itself: activation functions, and noise."""

import numpy as np

from .. import activations, checks
from .base import Layer


class Elementwise(Layer):
    """A function applied to each number by itself. `slope` is its derivative, in terms of what `respond` kept."""

    def allocate(self, shape):
        self.output = np.empty(shape, self.dtype)
        self.slope = np.empty(shape, self.dtype)
        self.one = np.ones((), self.dtype)  # quicker to compute with than Python's 1

    def propagate(self, gradient):
        return np.multiply(self.derivative(), gradient, self.slope)

    def derivative(self):
        """The function's derivative at the last input."""
        raise NotImplementedError


class Tanh(Elementwise):
    """tanh(x), from -1 to 1."""

    def respond(self, x):
        return np.tanh(x, self.output)

    def derivative(self):
        np.multiply(self.output, self.output, self.slope)
        return np.subtract(self.one, self.slope, self.slope)


class Sigmoid(Elementwise):
    """1 / (1 + exp(-x)), from 0 to 1."""

    def respond(self, x):
        self.output[...] = activations.sigmoid(x)
        return self.output

    def derivative(self):
        np.subtract(self.one, self.output, self.slope)
        return np.multiply(self.output, self.slope, self.slope)


class ReLU(Elementwise):
    """max(0, x)."""

    def respond(self, x):
        return np.maximum(x, 0, out=self.output)

    def derivative(self):
        return np.greater(self.output, 0, self.slope)


class LeakyReLU(Elementwise):
    """x above zero, slope * x below. `slope`: a number from 0 to below 1."""

    arguments = ("negative_slope",)

    def __init__(self, negative_slope=0.01):
        super().__init__()
        self.negative_slope = checks.number(negative_slope, "negative_slope", at_least=0, below=1)

    def respond(self, x):
        np.multiply(x, self.negative_slope, self.output)
        return np.maximum(x, self.output, out=self.output)

    def derivative(self):
        # 1 above zero, negative_slope below: s + (1 - s) [x > 0]
        np.greater(self.input, 0, self.slope)
        np.multiply(self.slope, 1 - self.negative_slope, self.slope)
        return np.add(self.slope, self.negative_slope, self.slope)


class ELU(Elementwise):
    """x above zero, alpha (exp(x) - 1) below."""

    arguments = ("alpha",)

    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = checks.number(alpha, "alpha", above=0)

    def respond(self, x):
        self.output[...] = activations.elu(x, self.alpha)
        return self.output

    def derivative(self):
        return activations.elu_derivative(self.input, self.alpha)


class GELU(Elementwise):
    """x Phi(x), in its tanh form."""

    def respond(self, x):
        self.output[...] = activations.gelu(x)
        return self.output

    def derivative(self):
        return activations.gelu_derivative(self.input)


class PReLU(Layer):
    """A leaky ReLU whose slope below zero is learnt, one a unit (He et al., 2015). params: slope (*replicas, n)."""

    arguments = ("n", "initial_slope")
    unit_axes = 1

    def __init__(self, n, initial_slope=0.25):
        super().__init__()
        self.n = self.expects = checks.positive_integer(n, "n")
        self.initial_slope = checks.number(initial_slope, "initial_slope")

    def draw(self, rng):
        return {"slope": np.full(self.n, self.initial_slope)}

    def respond(self, x):
        self.slopes = np.where(x > 0, 1, self.params["slope"][..., None, :])
        return x * self.slopes

    def differentiate(self, gradient):
        np.add.reduce(gradient * np.minimum(self.input, 0), axis=-2, out=self.grads["slope"])

    def propagate(self, gradient):
        return gradient * self.slopes


class GaussianNoise(Layer):
    """Adds normal noise of standard deviation `std`, drawn anew at every pass, while its network is noisy: in training,
    and when it is called with `noise=True`. Each replica has a noise generator of its own."""

    arguments = ("std",)
    unit_axes = 1
    noisy = False

    def __init__(self, std):
        super().__init__()
        self.std = checks.number(std, "std", at_least=0)
        self.generators = []

    def draw(self, rng):
        self.generators.append(rng.spawn(1)[0])
        return {}

    def respond(self, x):
        if not self.noisy:
            return x
        noise = np.stack([g.standard_normal(x.shape[-2:]) for g in self.generators])
        return x + (self.std * noise).reshape(*self.replicas, *x.shape[-2:]).astype(x.dtype)

    def propagate(self, gradient):
        return gradient
