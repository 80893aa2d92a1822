"""Activation functions as plain functions of an array of any shape. All are stable: no finite input overflows. (The
others stand in their layers.)"""

import numpy as np

from .. import checks

GELU_SLOPE = float(np.sqrt(2 / np.pi))
GELU_CUBIC = 0.044715


def sigmoid(x):
    """1 / (1 + exp(-x)), the logistic function, from 0 to 1.

    exp is only ever taken of a negative number, so that large |x| cannot overflow.
    """
    small = np.exp(-np.abs(x))
    return np.where(np.greater_equal(x, 0), 1.0, small) / (1.0 + small)


def sigmoid_derivative(x):
    """sigma(x) (1 - sigma(x)), at most 1/4; 1 - sigma(x) is sigma(-x), which keeps its digits for large x."""
    return sigmoid(x) * sigmoid(np.negative(x))


def tanh(x):
    """The hyperbolic tangent, 2 sigma(2x) - 1, from -1 to 1."""
    return np.tanh(x)


def gelu(x):
    """x Phi(x) in the tanh form that its authors give (Hendrycks and Gimpel, 2016); within 5e-4 of the exact one."""
    return np.multiply(x, 0.5 * (1.0 + np.tanh(_gelu_inner(x))))


def gelu_derivative(x):
    """The derivative of the tanh form."""
    x = np.clip(x, -10, 10)  # beyond, it is 0 or 1 to the last digit; the square of a large x would overflow
    t = np.tanh(_gelu_inner(x))
    inner_slope = GELU_SLOPE * (1.0 + 3.0 * GELU_CUBIC * np.square(x))
    return 0.5 * (1.0 + t) + 0.5 * x * (1.0 - t**2) * inner_slope


def _gelu_inner(x):
    x = np.clip(x, -10, 10)  # beyond, its tanh is -1 or 1 to the last digit
    return GELU_SLOPE * (x + GELU_CUBIC * x * x * x)


def softmax(z, base=np.e):
    """base^z, normalised to sum to one over the last axis: probabilities from logits.

    The largest logit is subtracted first, which changes nothing in exact arithmetic and keeps every exponent at or
    below zero.

    z: (..., n) finite logits. base: a number above 1. Returns (..., n). Raises ValueError on NaN or infinity.
    """
    z = checks.finite_array(z, "z")
    base = checks.number(base, "base", above=1)
    powers = np.exp(np.log(base) * (z - z.max(axis=-1, keepdims=True)))
    return powers / powers.sum(axis=-1, keepdims=True)
