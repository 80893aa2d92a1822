"""Estimates of mutual information from samples, in any number of dimensions, to set beside the exact values.

`estimate` is their one face. All take n pairs of an input and a layer's value, and give nats.
"""

import numpy as np
from scipy.spatial.distance import cdist
from scipy.special import entr

from ... import checks
from .mixtures import mixture_entropy, normal_entropy


def estimate(method, x, t, **settings):
    """I(X; T) in nats, by "sampling", "binning" or "neighbours", with that estimator's settings.

    x: inputs, (n,) or (n, d_x); equal rows are the same input. t: (n,) or (n, d), the layer's values; for "sampling"
    its signals, before the noise.
    """
    estimator = ESTIMATORS[checks.one_of(method, "method", tuple(ESTIMATORS))]
    x, t = table(x, "x"), table(t, "t")
    if len(x) != len(t):
        raise ValueError(f"x and t must have as many rows, got {len(x)} and {len(t)}")
    return float(estimator(x, t, **settings))


def sampling(x, signal, *, std, draws=8, seed=0):
    """The estimator of Goldfeld et al. (2019): T is a mixture of normals around the signals that were sampled, and
    given x around those that x has given.

    In one dimension its entropies are integrals. In more it is the mean of ln p(t | x) - ln p(t), over `draws` values
    of t around each signal. It never exceeds ln n, n signals being at most n different messages.
    """
    std, rng = checks.number(std, "std", above=0), checks.generator(seed)
    draws = checks.positive_integer(draws, "draws")
    groups = np.argsort(label(x), kind="stable")
    groups = np.split(signal[groups], np.cumsum(np.bincount(label(x)))[:-1])
    if signal.shape[1] == 1:
        given = sum(len(g) * (mixture_entropy(g[:, 0], std) if len(g) > 1 else normal_entropy(std**2)) for g in groups)
        return mixture_entropy(signal[:, 0], std) - given / len(signal)
    t = [np.repeat(group, draws, axis=0) for group in groups]
    t = [around + std * rng.standard_normal(around.shape) for around in t]
    given = sum(log_density(near, group, std).sum() for near, group in zip(t, groups, strict=True))
    t = np.concatenate(t)
    return (given - log_density(t, signal, std).sum()) / len(t)


def log_density(t, centres, std):
    """ln of the mean of bells around centres (n, d), up to a constant, at points t (m, d) drawn from them: (m,)."""
    parts = np.array_split(t, 1 + len(t) * len(centres) // 2**22)
    squares = (cdist(part, centres, "sqeuclidean") for part in parts)
    return np.concatenate([np.log(np.exp(square / (-2 * std**2)).mean(axis=1)) for square in squares])


def binning(x, t, *, width):
    """The estimator of Shwartz-Ziv and Tishby (2017): T is the cube, of this width, in which t lies, and
    I = H(X) + H(T) - H(X, T) of the counts."""
    x, cube = label(x), label(np.floor(t / checks.number(width, "width", above=0)))
    return count_entropy(x) + count_entropy(cube) - count_entropy(label(np.stack([x, cube], axis=1)))


def count_entropy(labels):
    """The entropy of the shares in which labels 0, 1, 2, ... occur."""
    return entr(np.bincount(labels) / len(labels)).sum()


def neighbours(x, t, *, k=3, discrete=False, seed=0):
    """scikit-learn's, from the distances to k-th neighbours (Kraskov et al., 2004; Ross, 2014, for a discrete x), for
    one number x and one number t. It never falls below 0."""
    from sklearn.feature_selection import mutual_info_regression  # whose loading takes longer than all else here

    for name, value in (("x", x), ("t", t)):
        if value.shape[1] != 1:
            raise ValueError(f"{name} must be one number a row for neighbours, got {value.shape[1]}")
    checks.one_of(discrete, "discrete", (True, False))
    k, seed = checks.positive_integer(k, "k"), checks.integer(seed, "seed", 0)
    x = label(x)[:, None] if discrete else x
    return mutual_info_regression(x, t[:, 0], discrete_features=discrete, n_neighbors=k, random_state=seed)[0]


ESTIMATORS = {"sampling": sampling, "binning": binning, "neighbours": neighbours}


def label(rows):
    """An integer for each row, the same for equal rows, (n,)."""
    return np.unique(rows, axis=0, return_inverse=True)[1]


def table(value, name):
    """`value` as finite numbers, (n, d)."""
    value = checks.finite_array(value, name)
    if value.ndim not in (1, 2):
        raise ValueError(f"{name} must have shape (n,) or (n, d), got {value.shape}")
    return value.reshape(len(value), -1)
