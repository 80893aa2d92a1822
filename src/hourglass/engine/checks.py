"""Checks at the door: what came in, what was expected, and for which argument.

Everything public calls these before it changes anything; behind the door the engine trusts its arrays.
"""

import numbers

import numpy as np


def finite_array(value, name, dtype=np.float64):
    """`value` as a non-empty array of finite numbers; TypeError or ValueError naming the argument otherwise."""
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name} must hold real numbers, got an array of dtype {array.dtype}")
    if array.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {array.shape}")
    array = array.astype(dtype, copy=False)
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got {np.count_nonzero(~np.isfinite(array))} NaN or infinite value(s)")
    return array


def positive_integer(value, name):
    """`value` as an int of at least 1."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    if value < 1:
        raise ValueError(f"{name} must be at least 1, got {value}")
    return int(value)


def number(value, name, *, above=None, at_least=None, below=None, at_most=None):
    """`value` as a finite float, or as an array of them (one a replica), within the bounds that are given."""
    if isinstance(value, (str, bytes, bool, type(None))):
        raise TypeError(f"{name} must be a number, got {value!r}")
    array = finite_array(value, name)
    for bound, holds, words in (
        (above, np.greater, "above"), (at_least, np.greater_equal, "at least"),
        (below, np.less, "below"), (at_most, np.less_equal, "at most"),
    ):
        if bound is not None and not holds(array, bound).all():
            raise ValueError(f"{name} must be {words} {bound}, got {value}")
    return float(array) if array.ndim == 0 else array


def one_of(value, name, choices):
    """`value` itself if it is among `choices`."""
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, got {value!r}")
    return value
