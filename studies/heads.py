"""Five heads on five codes of digits, each head at its best. Chapter 7 draws the rows.

A row takes one code of one division: the pixels, 16 principal components, 16 numbers of an autoencoder, or the last
hidden layer of a network trained with labels, n-24-10 ("MLP") or two convolutions with pooling ("CNN"); of the larger
digits of MNIST all are larger. `softmax` is the per cent that the network itself reads, `moved` the same of drawings
moved by a pixel, nan where there is no network. The others are what heads fitted to the code read. Epochs and weight
decay of the networks, and the settings of each head, are those that did best in the same task within the training part,
divided between writers where the test is.
"""

from functools import lru_cache

import numpy as np
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

import hourglass as hg

from .coders import cooled, drawings, encoder

CODES = "pixels", "PCA", "autoencoder", "MLP", "CNN"
SETTINGS = [
    {"division": division, "code": code} for division in ("apart", "mixed", "locked", "mnist") for code in CODES
]
SEEDS = range(10)
TRAININGS = [(epochs, decay) for epochs in (15, 60) for decay in (0.0, 0.001)]
HEADS = {
    "logistic": [LogisticRegression(C=strength, max_iter=300) for strength in (0.1, 1, 10, 100)],
    "svm": [SVC(C=strength, gamma=width) for strength in (1, 10, 100) for width in (0.3, 1, 3)],
    "tree": [DecisionTreeClassifier(max_depth=depth, random_state=0) for depth in (None, 10)],
    "forest": [RandomForestClassifier(100, max_features=share, random_state=0) for share in ("sqrt", 0.5)],
    "neighbour": [KNeighborsClassifier(k) for k in (1, 3, 5)],
}


def work(setting, seeds):
    """Choose and fit heads on the code of these splits: per cent right."""
    division, code = setting.values()
    for seed in seeds:
        inner = "apart" if division == "locked" else division, seed, True
        (z, z_test), (_, y, _, y_test) = coded(inner, code, seed), read(*inner)
        best = {
            name: max(options, key=lambda head: head.fit(z, y).score(z_test, y_test)) for name, options in HEADS.items()
        }
        (z, z_test), (_, y, x_test, y_test) = coded((division, seed, False), code, seed), read(division, seed, False)
        found = {"softmax": np.nan, "moved": np.nan}
        if code in ("MLP", "CNN"):
            net = network((division, seed, False), code)
            found["softmax"] = hg.accuracy(net(shaped(x_test, code)), y_test)
            found["moved"] = np.mean([hg.accuracy(net(shaped(m, code)), y_test) for m in moved(x_test)])
        found |= {name: head.fit(z, y).score(z_test, y_test) for name, head in best.items()}
        yield {name: f"{100 * share:.4g}" for name, share in found.items()}


@lru_cache(32)
def read(division, seed, tuning):
    """x, y, x_test, y_test in float32."""
    x, y, x_test, y_test = drawings(division, seed, tuning)
    return x.astype(np.float32), y, x_test.astype(np.float32), y_test


def coded(part, code, seed):
    """Codes of training and test, on a scale on which a Gaussian kernel of width 1 is scikit-learn's usual one."""
    x, _, x_test, _ = read(*part)
    if code == "pixels":
        z, z_test = x, x_test
    elif code == "PCA":
        z, z_test = (PCA(16, random_state=0).fit(x).transform(each) for each in (x, x_test))
    elif code == "autoencoder":
        transform = encoder(x, 16, seed, 60 if x.shape[1] > 64 else 200)
        z, z_test = transform(x), transform(x_test)
    else:
        net, place = network(part, code), 1 if code == "MLP" else 6
        z, z_test = (net.activations(shaped(each, code))[place] for each in (x, x_test))
    scale = z.std() * np.sqrt(z.shape[1])
    return z / scale, z_test / scale


@lru_cache(8)
def network(part, code):
    """The network of the epochs and the weight decay that did best on the tuning part of the same seed."""
    division, seed, tuning = part
    inner = "apart" if division == "locked" else division, seed, True
    return trained(part, code, *choice(inner, code))


@lru_cache(64)
def choice(part, code):
    """Epochs and weight decay."""
    _, _, x_test, y_test = read(*part)
    return max(TRAININGS, key=lambda how: hg.accuracy(trained(part, code, *how)(shaped(x_test, code)), y_test))


@lru_cache(8)
def trained(part, code, epochs, decay):
    """A network, trained on a part; MNIST, three times as many drawings, has half as many epochs."""
    (x, y, *_), larger = read(*part), part[0] == "mnist"
    options = cooled(0.01, -(-epochs // 2) if larger else epochs)
    options["optimizer"].weight_decay = decay
    n, sides = x.shape[1], 3 if larger else 2
    if code == "MLP":
        hidden = 32 if larger else 24
        layers = hg.Dense(n, hidden, scale="he"), hg.ReLU(), hg.Dense(hidden, 10)
    else:  # 14 x 14 become 12, 6, 6 and 3 pixels a side, 8 x 8 become 8, 4, 4 and 2
        first = hg.Conv2D(1, 8, padding=0 if larger else 1), hg.ReLU(), hg.MaxPool2D(2)
        layers = (
            *first,
            hg.Conv2D(8, 16, padding=1),
            hg.ReLU(),
            hg.MaxPool2D(2),
            hg.Flatten(),
            hg.Dense(16 * sides**2, 10),
        )
    net = hg.Network(*layers, seed=part[1], dtype="float32")
    hg.train(net, shaped(x, code), y, loss=hg.SoftmaxCrossEntropy(), **options)
    return net


def shaped(x, code):
    """Square pictures for a convolution."""
    side = round(x.shape[-1] ** 0.5)
    return x.reshape(*x.shape[:-1], side, side, 1) if code == "CNN" else x


def moved(x):
    """The drawings moved up, down, left and right by a pixel, white moving in."""
    side = round(x.shape[1] ** 0.5)
    wide = np.pad(x.reshape(-1, side, side), [(0, 0), (1, 1), (1, 1)])
    corners = (2, 1), (0, 1), (1, 2), (1, 0)
    return [wide[:, row : row + side, column : column + side].reshape(len(x), -1) for row, column in corners]


def cost(setting):
    """Seconds for a split, roughly."""
    return {"CNN": 8, "MLP": 4}.get(setting["code"], 4) * (4 if setting["division"] == "mnist" else 1)
