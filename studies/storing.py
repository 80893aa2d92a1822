"""Autoencoders and PCA, if the test is by writers of its own, and both round with sense. Chapter 6 draws the rows.

As in `autoencoders`, each row trains 64-128-64-neck-64-128-64, here for 300 epochs, and stores the digits of the test.
`drawings` in coders.py says what the divisions are. Up to 8 numbers the encoder sees noise of 0.1 in training; that and
the epochs were chosen within the training parts, on writers of their own.

Besides the columns of `autoencoders`, `bent_0.03` and its kin are the bytes a digit at which the error of a pixel is
0.03, if each number of the code is rounded with a step of its own: the more a number moves the picture, on average over
the training part, the smaller its step. Rivals at the same error: PCA and the cosine transform, all 64 coordinates
rounded with one step. It is nan where no step makes the error as small.
"""

import numpy as np
from scipy.optimize import brentq
from scipy.special import gammaln
from sklearn.decomposition import PCA

import hourglass as hg

from .autoencoders import error, rival, stored
from .coders import drawings

SETTINGS = [
    *({"division": "apart", "neck": neck} for neck in (1, 2, 4, 8, 16, 32)),
    *({"division": division, "neck": neck} for division in ("mixed", "locked") for neck in (2, 8, 32)),
]
SEEDS = range(10)
ERRORS = (0.04, 0.03, 0.02, 0.015, 0.01)

WAVES = np.cos(np.pi / 8 * np.outer(np.arange(8), np.arange(8) + 0.5)) / 2
WAVES[0] /= np.sqrt(2)
COSINES = np.kron(WAVES, WAVES)  # (64, 64), its rows orthonormal: those of the two-dimensional cosine transform


def work(setting, seeds):
    """Train an autoencoder for each seed: its errors and bytes, and those of its rivals."""
    neck = setting["neck"]
    for seed in seeds:
        seen, _, unseen, _ = (part.astype(np.float32) for part in drawings(setting["division"], seed))
        bent = train(seen, neck, seed, epochs=300, noise=0.1 if neck <= 8 else 0.0)
        found = errors(bent, neck, seen, unseen) | stored(bent, seen, unseen)
        found |= rival(seen, unseen, found["stored"]) | at_errors(bent, seen, unseen, ERRORS)
        yield {name: f"{value:.4g}" for name, value in found.items()}


def train(x, neck, seed, **options):
    """The autoencoder."""
    shape = {"hidden": (128, 64), "batch_size": 100, "learning_rate": 0.005}
    return hg.Autoencoder(neck, random_state=seed, **shape, **options).fit(x)


def errors(bent, neck, seen, unseen):
    """Mean squared errors of a pixel, of the autoencoder and of as many principal components."""
    straight = PCA(neck).fit(seen)
    return {
        f"{name}_{which}": error(model.inverse_transform(model.transform(x)), x)
        for name, model in (("bent", bent), ("pca", straight))
        for which, x in (("seen", seen), ("unseen", unseen))
    }


def at_errors(bent, seen, unseen, wanted):
    """Bytes a picture of the three coders at each of these errors."""
    mean, axes = seen.mean(axis=0), PCA(64).fit(seen).components_
    centre, steps = bent.transform(seen).mean(axis=0), 1 / np.maximum(lengths(bent, seen), 1e-3)
    coders = {
        "bent": ((bent.transform(unseen) - centre) / steps, lambda z: bent.inverse_transform(centre + steps * z)),
        "pca": ((unseen - mean) @ axes.T, lambda z: mean + z @ axes),
        "cosines": ((unseen - mean) @ COSINES.T, lambda z: mean + z @ COSINES),
    }
    return {f"{name}_{e}": bytes_at(e, *coder, unseen) for e in wanted for name, coder in coders.items()}


def lengths(bent, seen, share=0.01):
    """How far a picture moves for each number of the code, root mean square over 300 of the training part: (neck,)."""
    codes = bent.transform(seen[:: max(1, len(seen) // 300)])
    moves = share * np.diag(np.maximum(codes.std(axis=0), 1e-6))  # a number may be the same for all
    pairs = [(bent.inverse_transform(codes + move), bent.inverse_transform(codes - move)) for move in moves]
    both = [np.square(there - back).sum(axis=1).mean() for there, back in pairs]
    return np.sqrt(both) / (2 * np.diag(moves))


def bytes_at(wanted, coordinates, rebuild, unseen):
    """Bytes a picture if the coordinates are rounded with the step that makes the error as `wanted`."""

    def excess(step):
        return error(np.clip(rebuild(step * np.rint(coordinates / step)), 0, 1), unseen) - wanted

    fine, coarse = 0.003, 3.0
    if excess(fine) > 0 or excess(coarse) < 0:
        return np.nan
    step = brentq(excess, fine, coarse, xtol=1e-4)
    return length(np.rint(coordinates / step).astype(int)) / len(unseen)


def length(levels):
    """Bytes that the range coder needs, without running it: each column has its own frequencies, each symbol those of
    the ones before it and once more, so that the length is that of log((n + k - 1)! / (k - 1)! / product of counts!).
    """
    nats = 0.0
    for column in levels.T:
        counts = np.bincount(column - column.min(), minlength=2)
        nats += gammaln(len(column) + len(counts)) - gammaln(len(counts)) - gammaln(counts + 1).sum()
    return nats / np.log(256)


def cost(setting):
    """Seconds, roughly."""
    return 3
