"""Digits found by codes of a few bytes. Each row codes the drawings of one division in 4 d bits, and tells for how many
per cent of the test the nearest drawing of the training shows the same digit. Chapter 7 draws the rows.

The codes of d numbers of 4 bits, each on an even grid over the training's range: PCA's; those of an autoencoder
n-128-64-d-64-128-n (tanh, linear neck, 200 epochs of Adam, cooled; 60 of the larger digits of MNIST); those of a
variational one, "priced", at 0.0003 a nat; or, trained with labels, the layer of d tanh units in a network n-64-d-10
(20 epochs). "pixels" are all of them, unrounded, d = 0.

The codes that spend their 4 d bits as they see fit: "PCA by variance" gives bit after bit to the component with the
most variance left, a bit leaving a quarter. "autoencoder by movement" does the same with the d numbers of that
autoencoder, each multiplied by how far it moves a picture (`lengths` in storing.py), so that distances are about those
of pictures. Both round on even grids about the mean, whose steps leave the least squared error in the training.
"product" is product quantisation (Jegou et al., 2011): principal components, dealt to d / 2 groups of about the same
variance, and for each group a byte, the nearest of the 256 centres that k-means has found in the training. As
everywhere here, the drawing that is asked for is coded, too (their "symmetric" distance). "product of autoencoder" does
that with 16 numbers of an autoencoder, in the units of "by movement", in place of the pixels.
"""

from types import SimpleNamespace

import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA

import hourglass as hg

from .coders import cooled, drawings, encoder, halves
from .storing import lengths

NUMBERS = "PCA", "autoencoder", "priced", "labels"
BITS = "PCA by variance", "autoencoder by movement", "product", "product of autoencoder"
SETTINGS = [
    {"division": division, "codes": codes, "d": d}
    for division in ("apart", "mixed", "locked", "mnist")
    for codes, d in (("pixels", 0), *((codes, d) for codes in NUMBERS + BITS for d in (2, 4, 8, 16)))
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
            code, rounding = CODERS[codes], evenly if codes in NUMBERS else by_variance
            transform = code(x, y.astype(int), d, seed)
            seen, asked = transform(x), transform(x_test)
            found = nearest(*((seen, asked) if "product" in codes else rounding(seen, asked, 4 * d)))
        yield {"hits": f"{100 * np.mean(y[found] == y_test):.4g}"}


def nearest(codes, asked):
    """Which of the codes lies nearest to each of those asked for, the first of those equally near: (n_asked,)."""
    squares = (codes.astype(float) ** 2).sum(axis=1) - 2 * asked.astype(float) @ codes.T
    return squares.round(6).argmin(axis=1)  # rounding errors must not choose


def evenly(seen, asked, bits):
    """Both rounded, as many bits for each number."""
    low, high, top = seen.min(axis=0), seen.max(axis=0), 2 ** (bits // seen.shape[1]) - 1
    step = (high - low) / top
    return [np.rint(top * np.clip((z - low) / (high - low), 0, 1)) * step for z in (seen, asked)]


def by_variance(seen, asked, bits):
    """Both rounded, each number with as many bits as are allotted to it; those without a bit are left out."""
    spent = allotted(seen.var(axis=0), bits)
    columns = [rounded(seen[:, i], asked[:, i], 2 ** spent[i]) for i in np.flatnonzero(spent)]
    return [np.stack(each, axis=1) for each in zip(*columns)]


def allotted(variances, bits):
    """How many bits each number gets: one after the other goes to that with the most variance left."""
    spent = np.zeros(len(variances), int)
    for _ in range(bits):
        spent[np.argmax(variances / 4.0**spent)] += 1
    return spent


def rounded(seen, asked, n):
    """Two rows of numbers on the grid of n even levels that leaves the least squared error in the first."""
    centre, spread = seen.mean(), seen.std()

    def put(z, step):
        level = np.clip(np.floor((z - centre) / step), -n // 2, n // 2 - 1)
        return centre + step * (level + 0.5)

    best = min(np.geomspace(0.5, 12, 100) * spread / n, key=lambda step: np.square(put(seen, step) - seen).sum())
    return put(seen, best), put(asked, best)


def pca(x, y, d, seed):
    """The first d principal components."""
    return PCA(d, random_state=0).fit(x).transform


def components(x, y, d, seed):
    """Principal components, as many as could get a bit."""
    return PCA(min(4 * d, x.shape[1]), random_state=0).fit(x).transform


def autoencoder(x, y, d, seed):
    """The neck of an autoencoder."""
    return encoder(x, d, seed, epochs(x))


def movements(x, y, d, seed):
    """The neck of the same autoencoder, a number's unit being as long as the way that it moves a picture."""
    into, back = halves(x, d, seed, epochs(x))
    long = lengths(SimpleNamespace(transform=into, inverse_transform=back), x)
    return lambda pictures: into(pictures) * long


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


def product(x, y, d, seed):
    """Product quantisation: for each group of principal components the nearest of 256 centres."""
    x = x.astype(float)  # in single precision, the centres would depend on the processor
    rotation = PCA(random_state=0).fit(x)
    groups, held = [[] for _ in range(d // 2)], np.zeros(d // 2)
    for component, variance in enumerate(rotation.explained_variance_):
        least = np.argmin(held)
        groups[least].append(component)
        held[least] += variance
    seen = rotation.transform(x)
    centres = [KMeans(256, n_init=3, random_state=seed).fit(seen[:, group]) for group in groups]

    def transform(pictures):
        z = rotation.transform(pictures.astype(float))
        return np.concatenate([k.cluster_centers_[k.predict(z[:, g])] for k, g in zip(centres, groups)], axis=1)

    return transform


def learned_product(x, y, d, seed):
    """Product quantisation of an autoencoder's 16 numbers."""
    into = movements(x, y, 16, seed)
    quantise = product(into(x), y, d, seed)
    return lambda pictures: quantise(into(pictures))


CODERS = {"PCA": pca, "autoencoder": autoencoder, "priced": priced, "labels": trained}
CODERS |= {"PCA by variance": components, "autoencoder by movement": movements}
CODERS |= {"product": product, "product of autoencoder": learned_product}


def epochs(x):
    """How often an autoencoder sees the digits."""
    return 60 if x.shape[1] > 64 else 200


def cost(setting):
    """Seconds for a split, roughly."""
    slow = {"autoencoder": 2, "priced": 3, "autoencoder by movement": 2, "product": 1}
    return slow.get(setting["codes"], 0.1) * (3 if setting["division"] == "mnist" else 1)
