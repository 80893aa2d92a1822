"""Autoencoders and PCA, if the test is by writers of its own, and both round with sense. Chapter 6 draws the rows.

Each row trains 64-128-64-neck-64-128-64, tanh units, for 300 epochs, and stores the digits of the test. `drawings` in
coders.py says what the divisions are; the seed draws them, the first weights and the order of the examples. Up to 8
numbers the encoder sees noise of 0.1 in training; that and the epochs were chosen within the training parts, on writers
of their own.

Errors are means over pixels, which run from 0 to 1, of the squared difference; PCA has as many components as the neck
has units. Then the codes are rounded to 4 bits a number, on an even grid, and packed, `bytes` a digit, the decoder to 6
bits a weight, `decoder` bytes; `stored` is the error of both together. The rival is PCA with all its components, in 8
bits, every coordinate rounded with one and the same step, such that its error is the same: `rival_bytes` a digit, and
`rival_table` for the mean and the components in use.

`bent_0.03` and its kin are the bytes a digit at which the error of a pixel is 0.03, if each number of the code is
rounded with a step of its own: the more a number moves the picture, on average over the training part, the smaller its
step. Rivals at the same error: PCA and the cosine transform, all 64 coordinates rounded with one step. It is nan where
no step makes the error as small.

A logistic regression trained on the originals reads the copies that the network and PCA make: `bent_misled` and
`pca_misled`, the shares in which it sees another digit than in the original, and `bent_forged` and `pca_forged`, those
in which it does so with a probability above 0.9.
"""

import numpy as np
from scipy.optimize import brentq
from scipy.special import gammaln
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression

import hourglass as hg

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
        seen, labels, unseen, _ = drawings(setting["division"], seed)
        seen, unseen = seen.astype(np.float32), unseen.astype(np.float32)
        bent = train(seen, neck, seed, epochs=300, noise=0.1 if neck <= 8 else 0.0)
        found = errors(bent, neck, seen, unseen) | stored(bent, seen, unseen)
        found |= rival(seen, unseen, found["stored"]) | at_errors(bent, seen, unseen, ERRORS)
        found |= misled(bent, neck, seen, labels, unseen)
        yield {name: f"{value:.4g}" for name, value in found.items()}


def error(pictures, wanted):
    """The mean squared error of a pixel."""
    return np.square(pictures - wanted).mean()


def stored(model, seen, unseen, bits=4, decoder_bits=6):
    """What codes and decoder take in bytes, and the error of both."""
    codes, top = model.transform(seen), 2**bits - 1
    low, high = codes.min(axis=0), codes.max(axis=0)
    levels = np.clip(np.rint((model.transform(unseen) - low) / (high - low) * top), 0, top).astype(int)
    decoder = hg.slimming.encode(model.decoder_, decoder_bits)
    pictures = hg.slimming.decode(decoder)(low + levels * (high - low) / top)
    return {
        "bytes": packed(levels) / len(unseen),
        "decoder": len(decoder),
        "stored": error(np.clip(pictures, 0, 1), unseen),
    }


def rival(seen, unseen, wanted):
    """PCA's bytes for an error of `wanted`."""
    pca = PCA(64).fit(seen)
    largest = np.abs(pca.components_).max(axis=1, keepdims=True)
    basis = np.rint(127 * pca.components_ / largest) / 127 * largest

    def levels(step):
        return np.rint((unseen - pca.mean_) @ pca.components_.T / step)

    def excess(step):
        return error(np.clip(pca.mean_ + step * levels(step) @ basis, 0, 1), unseen) - wanted

    rounded = levels(brentq(excess, 0.01, 5, xtol=1e-3)).astype(int)
    in_use = np.count_nonzero(rounded.any(axis=0))
    # a component takes a byte for each pixel and four for its largest number; the mean a byte for each pixel
    return {"rival_bytes": packed(rounded) / len(unseen), "rival_table": 68 * in_use + 64}


def packed(levels):
    """Bytes; each column has its own frequencies."""
    return sum(len(hg.slimming.pack(column - column.min(), max(2, np.ptp(column) + 1))) for column in levels.T)


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


def misled(bent, neck, seen, labels, unseen):
    """How often a reader of the originals sees other digits in the copies, at all and with confidence."""
    reader, found = LogisticRegression(max_iter=1000).fit(seen, labels), {}
    original = reader.predict(unseen)
    for name, model in (("bent", bent), ("pca", PCA(neck).fit(seen))):
        chances = reader.predict_proba(np.clip(model.inverse_transform(model.transform(unseen)), 0, 1))
        changed = chances.argmax(axis=1) != original
        found |= {f"{name}_misled": changed.mean(), f"{name}_forged": (changed & (chances.max(axis=1) > 0.9)).mean()}
    return found


def cost(setting):
    """Seconds, roughly."""
    return 3
