"""Rules between one-hot patterns: when input i fires, output rule[i] shall fire."""

import numpy as np

from ..engine import checks


def one_hot(n):
    """All n patterns in which one of n inputs fires: the identity matrix, (n, n)."""
    return np.eye(checks.positive_integer(n, "n"))


def shift_rule(n):
    """Input i fires output i + 1, and the last fires the first: integers (n,)."""
    return (np.arange(checks.positive_integer(n, "n")) + 1) % n
