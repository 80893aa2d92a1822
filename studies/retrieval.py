"""Digits found by codes of a few bytes. Each row codes the drawings of one division in d numbers of 4 bits, and tells
for how many per cent of the test the nearest drawing of the training shows the same digit. Chapter 7 draws the rows.

The codes: PCA's; those of an autoencoder n-128-64-d-64-128-n (tanh, linear neck, 200 epochs of Adam, cooled; 60 of the
larger digits of MNIST); those of a variational one, "priced", at 0.0003 a nat; or, trained with labels, the layer of d
tanh units in a network n-64-d-10 (20 epochs). "pixels" are all of them, unrounded, d = 0.
"""

import numpy as np
from sklearn.decomposition import PCA

import hourglass as hg

from .coders import cooled, drawings, encoder

CODES = "PCA", "autoencoder", "priced", "labels"
SETTINGS = [
    {"division": division, "codes": codes, "d": d}
    for division in ("apart", "mixed", "locked", "mnist")
    for codes, d in (("pixels", 0), *((codes, d) for codes in CODES for d in (2, 4, 8, 16)))
]
SEEDS = range(10)


def work(setting, seeds):
    """Code and search with these seeds: the shares of hits."""
    division, codes, d = setting.values()
    for seed in seeds:
        x, y, x_test, y_test = (part.astype(np.float32) for part in drawings(division, seed))
        if codes == "pixels":
            found = nearest(x, x_test)
        else:
            code = CODERS[codes](x, y.astype(int), d, seed)
            seen, asked = code(x), code(x_test)
            low, high = seen.min(axis=0), seen.max(axis=0)
            step = (high - low) / 15
            found = nearest(*(np.rint(15 * np.clip((z - low) / (high - low), 0, 1)) * step for z in (seen, asked)))
        yield {"hits": f"{100 * np.mean(y[found] == y_test):.4g}"}


def nearest(codes, asked):
    """Which of the codes lies nearest to each of those asked for, the first of those equally near: (n_asked,)."""
    squares = (codes.astype(float) ** 2).sum(axis=1) - 2 * asked.astype(float) @ codes.T
    return squares.round(6).argmin(axis=1)  # rounding errors must not choose


def pca(x, y, d, seed):
    """The first d principal components."""
    return PCA(d, random_state=0).fit(x).transform


def autoencoder(x, y, d, seed):
    """The neck of an autoencoder."""
    return encoder(x, d, seed, epochs(x))


def priced(x, y, d, seed):
    """The means of a variational autoencoder."""
    options = {"hidden": (128, 64), "learning_rate": 0.005, "batch_size": 100, "random_state": seed}
    return hg.Autoencoder(d, beta=0.0003, epochs=epochs(x), **options).fit(x).transform


def trained(x, y, d, seed):
    """The last hidden layer of a classifier."""
    layers = hg.Dense(x.shape[1], 64), hg.ReLU(), hg.Dense(64, d), hg.Tanh(), hg.Dense(d, 10)
    network = hg.Network(*layers, seed=seed)
    hg.train(network, x, y, loss=hg.SoftmaxCrossEntropy(), **cooled(0.01, 20))
    return hg.chain(network.layers[:4])


CODERS = {"PCA": pca, "autoencoder": autoencoder, "priced": priced, "labels": trained}


def epochs(x):
    """How often an autoencoder sees the digits."""
    return 60 if x.shape[1] > 64 else 200


def cost(setting):
    """Seconds for a split, roughly."""
    return {"autoencoder": 2, "priced": 3}.get(setting["codes"], 0.1) * (3 if setting["division"] == "mnist" else 1)
