"""Layers of weighted sums."""

import numpy as np

from ... import checks
from ..sums import over_batch
from .base import Layer


def first_scale(scale, n_in, n_out):
    """Standard deviation of the normal first weights: a number, or the name of a rule.

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
    """Every one of n_out units sums all n_in inputs, weighted: x @ weight + bias. Biases start at zero.
    scale: of first weights, see `first_scale`. params: weight (*replicas, n_in, n_out), bias (*replicas, n_out).
    """

    def __init__(self, n_in, n_out, bias=True, scale="glorot"):
        self.n_in, self.n_out = checks.positive_integer(n_in, "n_in"), checks.positive_integer(n_out, "n_out")
        self.bias, self.scale = checks.one_of(bias, "bias", (True, False)), check_scale(scale)
        self.takes, self.makes = (n_in,), (n_out,)
        self.shapes = {"weight": (n_in, n_out), "bias": (n_out,)} if bias else {"weight": (n_in, n_out)}

    def draw(self, rng):
        return {"weight": first_scale(self.scale, self.n_in, self.n_out) * rng.standard_normal(self.shapes["weight"])}

    def forward(self, x):
        self.x = x  # (*replicas, batch, n_in)
        sums = x @ self.params["weight"]
        if self.bias:
            sums += self.params["bias"][..., None, :]
        return sums

    def learn(self, gradient):
        np.matmul(self.x.mT, gradient, out=self.grads["weight"])
        if self.bias:
            over_batch(gradient, out=self.grads["bias"])

    def backward(self, gradient):
        self.learn(gradient)
        return gradient @ self.params["weight"].mT


class Maxout(Layer):
    """The largest of several linear functions, max_k (x @ weight_k + bias_k) (Goodfellow et al., 2013).

    pieces: how many linear functions a unit chooses from. The rest: as in `Dense`.
    params: weight (*replicas, pieces, n_in, n_out), bias (*replicas, pieces, n_out).
    """

    def __init__(self, n_in, n_out, pieces=2, scale="glorot"):
        self.n_in, self.n_out = checks.positive_integer(n_in, "n_in"), checks.positive_integer(n_out, "n_out")
        self.pieces, self.scale = checks.positive_integer(pieces, "pieces"), check_scale(scale)
        self.takes, self.makes = (n_in,), (n_out,)
        self.shapes = {"weight": (pieces, n_in, n_out), "bias": (pieces, n_out)}

    def draw(self, rng):
        scale = first_scale(self.scale, self.n_in, self.n_out)
        return {"weight": scale * rng.standard_normal(self.shapes["weight"])}

    def forward(self, x):
        self.x = x[..., None, :, :]  # (*replicas, 1, batch, n_in)
        linear = self.x @ self.params["weight"] + self.params["bias"][..., None, :]
        self.winner = linear.argmax(axis=-3)[..., None, :, :]  # ties go to the first piece
        return np.take_along_axis(linear, self.winner, axis=-3)[..., 0, :, :]

    def backward(self, gradient):
        shared = np.where(self.winner == np.arange(self.pieces)[:, None, None], gradient[..., None, :, :], 0)
        self.grads["weight"] = self.x.mT @ shared  # only the winning piece has a share
        self.grads["bias"] = over_batch(shared)
        return (shared @ self.params["weight"].mT).sum(axis=-3)
