"""Noise out: an autoencoder that learns to restore, beside older ways. Chapter 6 draws the rows.

Each row adds normal noise of one standard deviation, `noise`, to the test pictures of a division: digits ("apart",
"mixed" and "locked", see `drawings` in coders.py), or the squares of a photograph, "flower" or "china", those of the
other being trained on. The seed draws the division, the noise, the first weights and the order of the examples. All are
told how strong the noise is, and cut off what they guess at 0 and 1. Mean squared errors of a pixel:

`noisy`: as it is. `plain`: of an autoencoder 64-128-64-16-64-128-64, tanh units, that never met noise. `denoising`: of
the same, trained with that noise; `wide`: with 64 numbers in its middle, so without a neck. Digits are seen 300 times;
squares, less their mean and in units of their standard deviation, 75 times, in about as many steps. `pca`: of as many
principal components as restore noisy training pictures best. `wiener`: of the best linear guess, from the training's
mean and covariance. `neighbours`: of the mean of all training pictures, each weighted by exp(-distance^2 / 2 noise^2):
the best guess there is if every picture is one of them, any as likely as any other.

Then the code: `moved`, how far noise of 0.25, in squares of 0.05, moves it, as a share of the codes' spread, and
`between`, the share of their variance that lies between the ten digits, of the plain network and of the denoising one.
"""

from functools import lru_cache

import numpy as np
from sklearn.decomposition import PCA

import hourglass as hg

from .coders import drawings
from .patches import Scaled
from .storing import error, train

PHOTOGRAPHS = "flower", "china"
SETTINGS = [
    *({"division": division, "noise": noise} for division in ("apart", "mixed", "locked") for noise in (0.25, 0.5)),
    *({"division": division, "noise": noise} for division in PHOTOGRAPHS for noise in (0.05, 0.1)),
]
SEEDS = range(10)


def work(setting, seeds):
    """Restore the test of these seeds: errors of all ways, and what became of the codes."""
    division, noise = setting.values()
    for seed in seeds:
        x, x_test, y_test = data(division, seed)
        normal = np.random.default_rng([seed, 1]).standard_normal(x_test.shape).astype(x.dtype)
        noisy = x_test + noise * normal
        networks = {
            "plain": network(division, seed, 16, 0.0),
            "denoising": network(division, seed, 16, noise),
            "wide": network(division, seed, 64, noise),
        }
        guesses = {"noisy": noisy, "pca": components(x, noise, seed)(noisy), "wiener": wiener(x, noise)(noisy)}
        guesses |= {"neighbours": neighbours(x, noise, noisy)}
        guesses |= {name: net.inverse_transform(net.transform(noisy)) for name, net in networks.items()}
        found = {name: error(np.clip(guess, 0, 1), x_test) for name, guess in guesses.items()}
        weak = x_test + (0.05 if division in PHOTOGRAPHS else 0.25) * normal
        for name in ("plain", "denoising"):
            found |= {f"moved_{name}": moved(networks[name], x_test, weak)}
            found |= {f"between_{name}": between(networks[name], x_test, y_test)}
        yield {name: f"{value:.4g}" for name, value in found.items()}


def data(division, seed):
    """Training pictures, test pictures and the digits of these; of photographs None."""
    if division in PHOTOGRAPHS:
        return *(part.astype(np.float32) for part in hg.datasets.patches(division)), None
    x, _, x_test, y_test = drawings(division, seed)
    return x.astype(np.float32), x_test.astype(np.float32), y_test


@lru_cache(100)  # the plain one serves for all noises
def network(division, seed, neck, noise):
    """The autoencoder that has learned to restore the training pictures from such noise."""
    x, *_ = data(division, seed)
    if division in PHOTOGRAPHS:
        return Scaled(x, neck, seed, epochs=75, noise=noise)
    return train(x, neck, seed, epochs=300, noise=noise)


def components(x, noise, seed):
    """A function that restores by the number of principal components that does best on the training, noise added."""
    pca = PCA(64).fit(x)
    noisy = x + noise * np.random.default_rng([seed, 2]).standard_normal(x.shape)

    def restore(pictures, n):
        axes = pca.components_[:n]
        return pca.mean_ + (pictures - pca.mean_) @ axes.T @ axes

    best = min(range(1, 65), key=lambda n: error(np.clip(restore(noisy, n), 0, 1), x))
    return lambda pictures: restore(pictures, best)


def wiener(x, noise):
    """A function that shrinks every principal direction by its share of noise."""
    mean, (variances, axes) = x.mean(axis=0), np.linalg.eigh(np.cov(x.T))
    shrink = axes * (variances / (variances + noise**2)) @ axes.T
    return lambda pictures: mean + (pictures - mean) @ shrink


def neighbours(x, noise, pictures):
    """Means of the training pictures, weighted by how likely the noise has made these out of them."""
    squares = np.square(pictures).sum(axis=1, keepdims=True) - 2 * pictures @ x.T + np.square(x).sum(axis=1)
    weights = np.exp((squares.min(axis=1, keepdims=True) - squares) / (2 * noise**2))
    return weights / weights.sum(axis=1, keepdims=True) @ x


def moved(net, x, noisy):
    """How far the noise moves a code, as a share of the codes' spread."""
    codes = net.transform(x)
    return np.sqrt(np.square(net.transform(noisy) - codes).mean() / codes.var(axis=0).mean())


def between(net, x, y):
    """The share of the codes' variance that lies between the digits."""
    if y is None:
        return np.nan
    codes = net.transform(x)
    centres = np.stack([codes[y == digit].mean(axis=0) for digit in range(10)])
    return centres[y].var(axis=0).sum() / codes.var(axis=0).sum()


def cost(setting):
    """Seconds, roughly."""
    return 7
