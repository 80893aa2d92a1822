"""Quantisation: weights from a few evenly spaced levels."""

import copy

import numpy as np

from ... import checks
from .report import Report, check_network

BIAS_BITS = 8  # biases are few; to round them further saves next to nothing


def quantise(network, bits):
    """Round every array of parameters to a few levels.

    bits: 1 to 32, for weights; other parameters, which are few, get at least 8. With b > 1 bits the levels are step *
    code, codes the integers from -(2^(b-1) - 1) to 2^(b-1) - 1: two bits are ternary weights. One bit gives +-step.
    Each array, in each replica, has the step, a float32, with the least squared error that a search finds. Returns
    (network, report); details: `steps` and `codes`, for each layer a dict of arrays by parameter, as in its `params`.
    """
    check_network(network)
    bits = check_bits(bits)
    rounded, steps, codes = copy.deepcopy(network), [], []
    for layer in rounded.layers:
        steps.append({})
        codes.append({})
        for name, values in layer.params.items():
            n_bits = bits if name == "weight" else max(bits, BIAS_BITS)
            axes = tuple(range(len(network.replicas), values.ndim))
            steps[-1][name] = best_step(values, n_bits, axes)
            codes[-1][name] = nearest(values, n_bits, steps[-1][name])
            values[...] = codes[-1][name] * steps[-1][name]
    return rounded, Report.of(network, rounded, steps=steps, codes=codes)


def check_bits(bits):
    """Bits as an integer from 1 to 32."""
    if checks.positive_integer(bits, "bits") > 32:
        raise ValueError(f"bits must be from 1 to 32, got {bits}")
    return int(bits)


def nearest(values, bits, step):
    """The codes of the levels nearest to the values; a step of zero stands for values that are all zero."""
    if bits == 1:
        return np.where(values < 0, -1.0, 1.0)
    top = 2 ** (bits - 1) - 1
    scaled = np.divide(values, step, out=np.zeros(values.shape), where=step > 0)
    return np.clip(np.rint(scaled), -top, top)


def fitted_step(values, codes, axes):
    """The step with the least squared error for these codes: <values, codes> / <codes, codes>."""
    squares = (codes * codes).sum(axis=axes, keepdims=True)
    return (values * codes).sum(axis=axes, keepdims=True) / np.maximum(squares, 1)


def best_step(values, bits, axes):
    """The step with the least squared error among 40 ranges, each improved twenty times as in k-means: nearest
    levels for the values, then the best step for the levels. Shape: that of values, 1 along `axes`."""
    values = values.astype(float)
    if bits == 1:
        return np.float32(fitted_step(values, nearest(values, 1, 1.0), axes))
    widest = np.abs(values).max(axis=axes, keepdims=True) / (2 ** (bits - 1) - 1)
    best, least = widest, np.full_like(widest, np.inf)
    for share in np.linspace(1, 0.025, 40):
        step = share * widest
        for _ in range(20 if bits < 12 else 0):  # beyond that nothing is won
            step = fitted_step(values, nearest(values, bits, step), axes)
        error = np.square(values - nearest(values, bits, step) * step).sum(axis=axes, keepdims=True)
        best, least = np.where(error < least, step, best), np.minimum(error, least)
    return np.float32(best)


class StraightThrough:
    """Training for weights of few bits: `train(..., after_step=[StraightThrough(network, bits)])`. Steps are taken with
    full weights, which it keeps, and the network has their rounding (Courbariaux et al., 2015; the "straight-through
    estimator" of Bengio et al., 2013). Biases keep all their bits until `quantise` rounds them. The levels follow the
    weights: after each step the spacing is improved once, as in `quantise`. It rounds the network's weights at once.

    bits: 1 to 32.
    """

    def __init__(self, network, bits):
        check_network(network)
        self.bits = check_bits(bits)
        self.full = network.parameters.copy()
        self.steps = {}  # of each layer's weights, by its place
        self._round(network)

    def __call__(self, network):
        self.full += network.parameters - self.rounded  # the step that was just taken
        network.parameters[...] = self.full
        self._round(network)

    def _round(self, network):
        for place, layer in enumerate(network.layers):
            if "weight" in layer.params:
                values = layer.params["weight"]
                axes = tuple(range(len(network.replicas), values.ndim))
                if not np.all(self.steps.get(place, 0)):  # at first, or if all were rounded to zero
                    self.steps[place] = best_step(values, self.bits, axes)
                codes = nearest(values, self.bits, self.steps[place])
                self.steps[place] = fitted_step(values, codes, axes)
                values[...] = codes * self.steps[place]
        self.rounded = network.parameters.copy()
