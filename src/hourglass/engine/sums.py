"""Sums as products with ones: where rows are short, `ndarray.sum` takes up to ten times as long."""

import functools

import numpy as np


@functools.cache
def ones(n, dtype):
    """n ones, to add up with."""
    return np.ones(n, dtype)


def over_batch(array, out=None):
    """The sum over all examples: from (..., batch, n) to (..., n)."""
    return np.matmul(ones(array.shape[-2], array.dtype), array, out=out)
