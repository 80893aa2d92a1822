"""Checks at the door: what came in, what was expected, and for which argument.

Everything public calls these before it changes anything; behind the door the engine trusts its arrays.
"""

import numbers
import reprlib

import numpy as np


def as_array(value, name):
    """`value` as an array; ValueError if its rows differ in length."""
    try:
        return np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} must be an array, got rows of different lengths: {reprlib.repr(value)}") from None


def finite_array(value, name, dtype=np.float64):
    """`value` as a non-empty array of finite numbers; TypeError or ValueError naming the argument otherwise."""
    array = as_array(value, name)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name} must hold real numbers, got an array of dtype {array.dtype}")
    if array.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {array.shape}")
    given = array
    with np.errstate(over="ignore"):
        array = array.astype(dtype, copy=False)
    if not np.isfinite(array).all():
        bad = given[~np.isfinite(array)]
        more = f" and {bad.size - 1} more" if bad.size > 1 else ""
        raise ValueError(f"{name} must be finite in {array.dtype}, got {bad[0]}{more}")
    return array


def integer(value, name, at_least):
    """`value` as an int of at least `at_least`."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    if value < at_least:
        raise ValueError(f"{name} must be at least {at_least}, got {value}")
    return int(value)


def positive_integer(value, name):
    """`value` as an int of at least 1."""
    return integer(value, name, 1)


def generator(seed):
    """A random generator from `seed`, a non-negative integer."""
    return np.random.default_rng(integer(seed, "seed", 0))


def number(value, name, *, per_replica=False, above=None, at_least=None, below=None, at_most=None):
    """`value` as a finite float, or `per_replica` as an array of them, within the bounds that are given."""
    if isinstance(value, (str, bytes, bool, type(None))):
        raise TypeError(f"{name} must be a number, got {value!r}")
    array = finite_array(value, name)
    if array.ndim and not per_replica:
        raise TypeError(f"{name} must be one number, got {value!r}")
    for bound, holds, words in (
        (above, np.greater, "above"),
        (at_least, np.greater_equal, "at least"),
        (below, np.less, "below"),
        (at_most, np.less_equal, "at most"),
    ):
        if bound is not None and not holds(array, bound).all():
            raise ValueError(f"{name} must be {words} {bound}, got {value}")
    return float(array) if array.ndim == 0 else array


def one_of(value, name, choices):
    """`value` itself if it is among `choices`."""
    if isinstance(value, np.ndarray) or value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, got {value!r}")
    return value
