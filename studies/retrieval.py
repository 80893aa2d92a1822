"""Digits found by codes of a few bytes. Each row codes the 1797 images of one split in d numbers of 4 bits, and tells
for how many per cent of the 597 test images the nearest of the 1200 training images shows the same digit. Chapter 7
draws the rows.

The codes: PCA's; those of an autoencoder 64-128-64-d-64-128-64 (tanh, linear neck, 200 epochs of Adam, cooled); or,
trained with labels, the layer of d tanh units in a network 64-64-d-10 (20 epochs).
"""

import numpy as np
from sklearn.decomposition import PCA

import hourglass as hg

from .coders import cooled, encoder

SETTINGS = [{"codes": codes, "d": d} for codes in ("PCA", "autoencoder", "labels") for d in (2, 4, 8, 16)]
SEEDS = range(10)  # splits


def work(setting, seeds):
    """Code and search these splits: the shares of hits."""
    for seed in seeds:
        x, y, x_test, y_test = hg.datasets.digits(seed)
        code = CODERS[setting["codes"]](x, y, setting["d"], seed)
        codes, codes_test = code(x), code(x_test)
        low, high = codes.min(axis=0), codes.max(axis=0)
        levels, levels_test = (np.rint(15 * np.clip((z - low) / (high - low), 0, 1)) for z in (codes, codes_test))
        step = (high - low) / 15
        yield {
            "exact": f"{precision(codes, codes_test, y, y_test):.4g}",
            "rounded": f"{precision(levels * step, levels_test * step, y, y_test):.4g}",
        }


def precision(codes, codes_test, y, y_test):
    """Per cent of test images whose nearest training image, the first of those equally near, shows the same digit."""
    squares = (codes**2).sum(axis=1) - 2 * codes_test @ codes.T
    return 100 * np.mean(y[squares.round(6).argmin(axis=1)] == y_test)  # rounding errors must not choose


def pca(x, y, d, seed):
    """The first d principal components."""
    return PCA(d, random_state=0).fit(x).transform


def autoencoder(x, y, d, seed):
    """The neck of an autoencoder."""
    return encoder(x, d, seed, 200)


def trained(x, y, d, seed):
    """The last hidden layer of a classifier."""
    network = hg.Network(hg.Dense(64, 64), hg.ReLU(), hg.Dense(64, d), hg.Tanh(), hg.Dense(d, 10), seed=seed)
    hg.train(network, x, y, loss=hg.SoftmaxCrossEntropy(), **cooled(0.01, 20))
    return hg.chain(network.layers[:4])


CODERS = {"PCA": pca, "autoencoder": autoencoder, "labels": trained}


def cost(setting):
    """Seconds for a split, roughly."""
    return 2 if setting["codes"] == "autoencoder" else 0.1
