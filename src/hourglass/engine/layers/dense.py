"""Layers of weighted sums."""

import numpy as np

from .. import checks
from .base import Layer


def initial_scale(scale, n_in, n_out):
    """Standard deviation of initial weights: a number, or the name of a rule.

    "glorot" keeps the variance of activations and gradients about alike (Glorot and Bengio, 2010), "he" makes up
    for the half that a ReLU cuts away (He et al., 2015), "lecun" keeps the variance of activations (LeCun et al.,
    1998).
    """
    rules = {"glorot": 2 / (n_in + n_out), "he": 2 / n_in, "lecun": 1 / n_in}
    return np.sqrt(rules[scale]) if isinstance(scale, str) else scale


def check_scale(scale):
    """A non-negative number or one of the rules' names."""
    if isinstance(scale, str):
        return checks.one_of(scale, "scale", ("glorot", "he", "lecun"))
    return checks.number(scale, "scale", at_least=0)


class Dense(Layer):
    """Every unit is connected to every input: x @ weight + bias.

    n_in, n_out: numbers of inputs and units. bias: whether the units have one; it starts at zero.
    scale: standard deviation of the normal initial weights, a number or "glorot", "he" or "lecun".
    params: weight (*replicas, n_in, n_out), bias (*replicas, n_out).
    """

    arguments = ("n_in", "n_out", "bias", "scale")
    unit_axes = 1

    def __init__(self, n_in, n_out, bias=True, scale="glorot"):
        super().__init__()
        self.n_in = self.expects = checks.positive_integer(n_in, "n_in")
        self.n_out = checks.positive_integer(n_out, "n_out")
        self.bias = checks.one_of(bias, "bias", (True, False))
        self.scale = check_scale(scale)

    def draw(self, rng):
        scale = initial_scale(self.scale, self.n_in, self.n_out)
        params = {"weight": scale * rng.standard_normal((self.n_in, self.n_out))}
        if self.bias:
            params["bias"] = np.zeros(self.n_out)
        return params

    def sizes(self, n_in):
        return self.n_out

    def allocate(self, shape):
        weight = self.params["weight"]
        leading = np.broadcast_shapes(shape[:-2], weight.shape[:-2])
        self.product = np.matmul if leading else np.ndarray.dot  # which costs small matrices a third as much
        self.output = np.empty((*leading, shape[-2], self.n_out), weight.dtype)
        self.input_gradient = np.empty((*leading, shape[-2], self.n_in), weight.dtype)
        self.bias_row = self.params["bias"][..., None, :] if self.bias else None  # (*replicas, 1, n_out)

    def respond(self, x):
        self.product(x, self.params["weight"], self.output)
        if self.bias:
            np.add(self.output, self.bias_row, self.output)
        return self.output

    def differentiate(self, gradient):
        self.product(self.input.mT, gradient, self.grads["weight"])
        if self.bias:
            np.add.reduce(gradient, axis=-2, out=self.grads["bias"])

    def propagate(self, gradient):
        return self.product(gradient, self.params["weight"].mT, self.input_gradient)


class Maxout(Layer):
    """The largest of several linear functions, max_k (x @ weight_k + bias_k) (Goodfellow et al., 2013).

    pieces: how many linear functions a unit chooses from.
    params: weight (*replicas, pieces, n_in, n_out), bias (*replicas, pieces, n_out).
    """

    arguments = ("n_in", "n_out", "pieces", "scale")
    unit_axes = 1

    def __init__(self, n_in, n_out, pieces=2, scale="glorot"):
        super().__init__()
        self.n_in = self.expects = checks.positive_integer(n_in, "n_in")
        self.n_out = checks.positive_integer(n_out, "n_out")
        self.pieces = checks.positive_integer(pieces, "pieces")
        self.scale = check_scale(scale)

    def draw(self, rng):
        scale = initial_scale(self.scale, self.n_in, self.n_out)
        return {
            "weight": scale * rng.standard_normal((self.pieces, self.n_in, self.n_out)),
            "bias": np.zeros((self.pieces, self.n_out)),
        }

    def sizes(self, n_in):
        return self.n_out

    def respond(self, x):
        self.input = x[..., None, :, :]  # (*replicas, 1, batch, n_in)
        self.linear = self.input @ self.params["weight"] + self.params["bias"][..., None, :]
        self.winner = self.linear.argmax(axis=-3)[..., None, :, :]  # ties go to the first piece
        return np.take_along_axis(self.linear, self.winner, axis=-3)[..., 0, :, :]

    def _shared(self, gradient):
        """The gradient handed to the winning piece, zero for the others: (*replicas, pieces, batch, n_out)."""
        shared = np.zeros_like(self.linear)
        np.put_along_axis(shared, self.winner, gradient[..., None, :, :], axis=-3)
        return shared

    def differentiate(self, gradient):
        shared = self._shared(gradient)
        np.matmul(self.input.mT, shared, self.grads["weight"])
        np.add.reduce(shared, axis=-2, out=self.grads["bias"])

    def propagate(self, gradient):
        return (self._shared(gradient) @ self.params["weight"].mT).sum(axis=-3)
