"""A deep network of sigmoids and few labels: does it help to train its layers one after the other, without labels, as
stacked autoencoders? Chapter 7 draws the rows.

Each row trains 64-64-64-64-64-10 with 1 to 40 labels a digit on five draws of one split by writer and tells how many
per cent of the test it then reads. `start`: "sigmoid" and "relu" begin at random, the former at usual and at four times
as large weights ("sigmoid, large"). "stacked" networks have layers that have learnt, 60 epochs each, to redraw what the
layer below says: "frozen", a logistic regression reads the last one; "random head" and "probe", all layers learn on,
together with a softmax layer that starts at random or from that regression. "pixels" is a regression on the drawings.
Rates are the best of three within the training part, and so is how strongly regressions are regularised.
"""

from functools import lru_cache

import numpy as np
from sklearn.linear_model import LogisticRegression

import hourglass as hg

from .coders import cooled, drawings

STARTS = "sigmoid", "sigmoid, large", "relu", "stacked, frozen", "stacked, random head", "stacked, probe", "pixels"
SETTINGS = [
    {"division": division, "start": start.replace(",", ""), "labels": labels}
    for division, counts in (("apart", (1, 2, 5, 10, 20, 40)), ("locked", (1, 5, 20)))
    for start in STARTS
    for labels in counts
]
SEEDS = range(10)
DRAWS = 5


def work(setting, seeds):
    """Choose a setting, train and test on these splits: per cent right, a mean over draws."""
    division, start, labels = setting.values()
    options = (0.1, 1, 10, 100) if start in ("pixels", "stacked frozen") else (0.001, 0.003, 0.01)
    for seed in seeds:
        inner = "apart" if division == "locked" else division, seed, True
        chosen = max(options, key=lambda option: right(inner, start, labels, option))
        yield {"accuracy": f"{right((division, seed, False), start, labels, chosen):.4g}", "chosen": chosen}


def right(part, start, labels, option):
    """Per cent of the test that is read, with these first weights."""
    x, y, x_test, y_test = read(*part)
    rng = np.random.default_rng(part[1])
    drawn = [np.concatenate([rng.choice(np.flatnonzero(y == c), labels, replace=False) for c in range(10)])
             for _ in range(DRAWS)]  # fmt: skip
    if start in ("pixels", "stacked frozen"):
        z, z_test = (x, x_test) if start == "pixels" else (standard(part, each) for each in (x, x_test))
        probes = [LogisticRegression(C=option, max_iter=500).fit(z[rows], y[rows]) for rows in drawn]
        return 100 * np.mean([probe.score(z_test, y_test) for probe in probes])
    net = begun(part, start, drawn)
    batches = -(-10 * labels // 50)
    hg.train(net, x[drawn], y[drawn], loss=hg.SoftmaxCrossEntropy(), **cooled(option, 200 // batches))
    return 100 * hg.accuracy(net(x_test), y_test).mean()


def begun(part, start, drawn):
    """The deep network before it sees a label, a replica a draw."""
    unit, scale = (hg.ReLU, "he") if start == "relu" else (hg.Sigmoid, 0.5 if "large" in start else "glorot")
    hidden = [layer for _ in range(4) for layer in (hg.Dense(64, 64, scale=scale), unit())]
    net = hg.Network(*hidden, hg.Dense(64, 10), seeds=range(len(drawn)))
    if "stacked" in start:
        for layer, learnt in zip(net.layers[:8], stack(*part).layers, strict=True):
            for name, values in learnt.params.items():
                layer.params[name][...] = values
    if "probe" in start:
        (x, y, *_), (mean, spread) = read(*part), scale_of(part)
        for i, rows in enumerate(drawn):
            probe = LogisticRegression(max_iter=500).fit(standard(part, x[rows]), y[rows])
            weight = probe.coef_.T / spread[:, None]
            net.layers[-1].params["weight"][i] = weight
            net.layers[-1].params["bias"][i] = probe.intercept_ - mean @ weight
    return net


@lru_cache(64)
def stack(division, seed, tuning):
    """Four layers of sigmoids, each trained as the encoder of what the one below says."""
    codes, layers = read(division, seed, tuning)[0], []
    for i in range(4):
        pair = hg.Network(hg.Dense(64, 64), hg.Sigmoid(), hg.Dense(64, 64), seed=seed + 100 * i)
        hg.train(pair, codes, codes, loss=hg.MeanSquaredError(), **cooled(0.01, 60))
        codes = pair.activations(codes)[1]
        layers += pair.layers[:2]
    return hg.chain(layers)


@lru_cache(64)
def read(division, seed, tuning):
    """x, y, x_test, y_test."""
    return drawings(division, seed, tuning)


def scale_of(part):
    """Mean and spread of the stack's numbers."""
    codes = stack(*part)(read(*part)[0])
    return codes.mean(axis=0), codes.std(axis=0) + 1e-9


def standard(part, x):
    """The stack's numbers, with mean 0 and spread 1 in the training."""
    mean, spread = scale_of(part)
    return (stack(*part)(x) - mean) / spread


def cost(setting):
    """Seconds for a split, roughly."""
    return 1
