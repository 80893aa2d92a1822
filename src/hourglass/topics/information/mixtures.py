"""Mixtures of normal laws around points, and their differential entropies, in nats.

The entropies come from the trapezoid rule, which on a smooth function that dies out at both ends converges faster than
any power of its step (Trefethen and Weideman, 2014).
"""

import numpy as np
from scipy.special import entr

from ... import checks

REACH = 7.0  # standard deviations to either side of a normal law; 3e-12 of it lies beyond
STEP = 0.25  # of the trapezoid rule, in standard deviations of the noise
MOST_CELLS = 1e7  # of a grid in the plane


def mixture_entropy(centres, std, weights=None):
    """The differential entropy, in nats, of sum_i weights_i N(centres_i, std^2). centres, weights: (n,); weights None:
    all alike."""
    centres, std = row(centres, "centres"), checks.number(std, "std", above=0)
    weights = shares(weights, len(centres), "weights")
    order = np.argsort(centres)
    return float(entropy(centres[order], weights[order], std))


def sampling_error(centres, std, n, weights=None):
    """The error, in nats, of a mixture's entropy when n of its centres are drawn and bells put around them alone: its
    bias and its standard deviation, to leading order in 1 / n. centres, weights as in `mixture_entropy`.

    Entropy is concave, so that by Jensen's inequality the bias is negative: -chi^2 / 2n, with chi^2 = sum_i w_i
    integral phi_i^2 / p - 1; for k clusters k - 1, as Miller (1955) found for counts. The deviation is that of
    E(-ln p(T) | centre), over the square root of n. Where many centres stand alone the bias is less than it says.
    """
    centres, std = row(centres, "centres"), checks.number(std, "std", above=0)
    weights, n = shares(weights, len(centres), "weights"), checks.positive_integer(n, "n")
    order = np.argsort(centres)
    centres, weights, step = centres[order], weights[order], STEP * std / 2
    grid = np.arange(centres[0] - REACH * std, centres[-1] + REACH * std + step, step)
    p = blur(grid, centres, weights, std)
    grid, p = grid[p > 0], p[p > 0]
    squares = blur(grid, centres, weights, std / np.sqrt(2)) / (2 * np.sqrt(np.pi) * std)
    surprise = blur(centres, grid, -step * np.log(p), std)
    spread = np.sqrt(weights @ (surprise - weights @ surprise) ** 2)
    return float((1 - step * (squares / p).sum()) / (2 * n)), float(spread / np.sqrt(n))


def entropy(centres, weights, std, fineness=1.0):
    """The entropies of mixtures around the same sorted centres, one a row of weights: (...,) for (..., n).

    The grid's step goes with std, and it lies only where there is mass: no bump is lost, however far from the others.
    """
    step, reach = STEP * std / fineness, REACH * std
    gaps = np.flatnonzero(np.diff(centres) > 2 * reach) + 1
    total = 0.0
    for first, last in zip([0, *gaps], [*gaps, len(centres)], strict=True):
        near = centres[first:last] - centres[first]  # small numbers: far out, sums with a step would be rounded
        grid = np.arange(-reach, near[-1] + reach + step, step)
        total = total + step * entr(blur(grid, near, weights[..., first:last], std)).sum(axis=-1)
    return total


def plane_entropy(centres, weights, std, fineness=1.0):
    """The differential entropy, in nats, of sum_i weights_i N(centres_i, std^2 1) in the plane, for centres (n, 2): the
    trapezoid rule in both directions, on the square that holds the mass."""
    step, reach = STEP * std / fineness, REACH * std
    low, high = centres.min(axis=0) - reach, centres.max(axis=0) + reach + step
    if (points := np.prod((high - low) / step)) > MOST_CELLS:
        raise ValueError(f"network must have noise that its signal does not dwarf: the plane needs {points:.0e} points")
    bells = [np.exp(-(((np.arange(a, b, step) - c[:, None]) / std) ** 2) / 2) for a, b, c in zip(low, high, centres.T)]
    return step**2 * entr((bells[0].T * weights) @ bells[1] / (2 * np.pi * std**2)).sum()


def blur(grid, centres, weights, std):
    """The density of sum_i weights_i N(centres_i, std^2) at a sorted grid, (..., m), for weights (..., n): a stretch of
    the sorted centres at a time, with the part of the grid that it reaches."""
    density = np.zeros((*weights.shape[:-1], len(grid)))
    reach, first = REACH * std, 0
    while first < len(centres):
        last = min(np.searchsorted(centres, centres[first] + 2 * reach, "right"), first + 4096)
        near = slice(*np.searchsorted(grid, (centres[first] - reach, centres[last - 1] + reach)))
        z = grid[near] - centres[first:last, None]
        z *= z
        z *= -0.5 / std**2
        density[..., near] += weights[..., first:last] @ np.exp(z, out=z)
        first = last
    return density / (std * np.sqrt(2 * np.pi))


def normal_entropy(variance):
    """ln(2 pi e variance) / 2 nats."""
    return np.log(2 * np.pi * np.e * variance) / 2


def tidy(centres, weights):
    """Lists of centres and of weights as one mixture, sorted, without the centres that have no mass."""
    centres, weights = np.concatenate(centres), np.concatenate(weights)
    order = np.argsort(centres, kind="stable")
    order = order[weights[order] > 1e-18]
    return centres[order], weights[order]


def row(value, name):
    """`value` as finite numbers, (n,)."""
    value = checks.finite_array(value, name)
    if value.ndim != 1:
        raise ValueError(f"{name} must have shape (n,), got {value.shape}")
    return value


def shares(value, n, name):
    """`value` as n probabilities, or for None 1 / n each."""
    value = np.full(n, 1 / n) if value is None else row(value, name)
    if len(value) != n or value.min() < 0 or abs(value.sum() - 1) > 1e-9:
        raise ValueError(f"{name} must be {n} non-negative numbers that sum to 1, got {value} with sum {value.sum()}")
    return value
