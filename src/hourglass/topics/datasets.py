"""Small data sets, each a pair (x, y): inputs (n, features) and integer labels (n,)."""

from functools import cache

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from ..engine import checks


def blobs(n, distance=3.0, seed=0):
    """Two round normal clouds of standard deviation 1, their centres `distance` apart on the diagonal."""
    rng, n = checks.generator(seed), checks.positive_integer(n, "n")
    labels = np.arange(n) % 2
    centres = np.outer(2 * labels - 1, np.full(2, checks.number(distance, "distance") / np.sqrt(8)))
    return centres + rng.standard_normal((n, 2)), labels


def moons(n, noise=0.2, flips=0.0, seed=0):
    """Two interlocking half circles with normal noise; a share `flips` of the labels is turned to the other class."""
    rng, n = checks.generator(seed), checks.positive_integer(n, "n")
    flips = checks.number(flips, "flips", at_least=0, at_most=1)
    labels = np.arange(n) % 2
    angle = np.pi * rng.random(n)
    x = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    x[labels == 1] = [1.0, 0.5] - x[labels == 1]
    x += checks.number(noise, "noise", at_least=0) * rng.standard_normal((n, 2)) - [0.5, 0.25]
    turned = rng.permutation(n)[: round(flips * n)]
    labels[turned] = 1 - labels[turned]
    return x, labels


def spirals(n, turns=1.0, noise=0.05, seed=0):
    """Two spirals, one inside the other, from the centre out to radius 1."""
    rng, n = checks.generator(seed), checks.positive_integer(n, "n")
    labels = np.arange(n) % 2
    radius = np.sqrt(rng.random(n))
    angle = 2 * np.pi * checks.number(turns, "turns") * radius + np.pi * labels
    x = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return x + checks.number(noise, "noise", at_least=0) * rng.standard_normal((n, 2)), labels


@cache
def _digits():
    x, y = load_digits(return_X_y=True)
    return x / 16, y


def digits(seed=0, n_test=597):
    """The 1797 handwritten digits that scikit-learn ships, 8 x 8 pixels from 0 to 1, in a stratified split.

    Returns x_train (1797 - n_test, 64), y_train, x_test (n_test, 64), y_test. They come from the UCI repository's
    "Optical recognition of handwritten digits" (Alpaydin and Kaynak, 1998), there as counts from 0 to 16.
    """
    seed, n_test = checks.integer(seed, "seed", 0), checks.positive_integer(n_test, "n_test")
    x, y = _digits()
    if not 10 <= n_test <= len(x) - 10:
        raise ValueError(f"n_test must leave both parts one of each digit, so from 10 to {len(x) - 10}, got {n_test}")
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=n_test, random_state=seed, stratify=y)
    return x_train, y_train, x_test, y_test
