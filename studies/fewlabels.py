"""Few labels and many unlabelled drawings: what helps, if every rival may choose its settings? Chapter 7 draws them.

Each row draws 1 to 40 labels a digit, ten times, in the training part of one division, and tells how many per cent of
the test a method then gets right. Its settings, `chosen`, are those of its options that did best in the same task
within the training part, divided between writers where the test is: how strongly it is regularised, how wide a support
vector machine looks, the noise, the graph's neighbours, the rate of tuning.

Encoders, n-128-64-d with d = 16 or, without a neck, 64, learn for 2000 steps from all drawings and no label. Frozen,
their codes go to a logistic regression; tuned, a softmax layer on the encoder learns together with it, from random
weights or from the regression's ("probed"). The graph is label spreading (Zhou et al., 2004).
"""

from functools import lru_cache

import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import NearestNeighbors
from sklearn.svm import SVC

import hourglass as hg

from .coders import cooled, drawings, encoder, encoder_layers

METHODS = (
    *("pixels", "svm", "pca", "plain", "plain wide", "denoising", "denoising wide", "graph"),
    *("scratch", "plain tuned", "plain probed"),
)
LARGER = ("pixels", "svm", "plain", "denoising", "denoising wide", "graph")  # tried on the larger pictures of MNIST
SETTINGS = [
    {"division": division, "method": method, "labels": labels}
    for division, methods, counts in (
        ("apart", METHODS, (1, 2, 5, 10, 20, 40)), ("locked", METHODS, (1, 5, 20)), ("mnist", LARGER, (1, 5, 20)),
    )
    for method in methods
    for labels in counts
]  # fmt: skip
SEEDS = range(10)
DRAWS, STEPS = 10, 2000


@lru_cache(64)
def data(division, seed, tuning, unlabelled=None):
    """The first drawings of a training part, or all, digits in turn, and its test: x, y, x_test, y_test."""
    x, y, x_test, y_test = drawings(division, seed, tuning)
    shuffled = np.random.default_rng(seed).permutation(len(y))
    places = np.argsort(y[shuffled], kind="stable")  # digit by digit
    turns = np.concatenate([np.arange(n) for n in np.bincount(y)])
    order = shuffled[places[np.argsort(turns, kind="stable")]][:unlabelled]
    return x[order], y[order], x_test, y_test


@lru_cache(600)
def trained(part, d, noise):
    """The encoder that has learnt from the drawings of a part, the arguments of `data`."""
    x, *_ = data(*part)
    return encoder(x, d, part[1], STEPS // -(-len(x) // 50), noise)


@lru_cache(64)
def codes(part, code):
    """Training and test codes, on the scale of the former: the pixels, PCA's, or those of an encoder (d, noise)."""
    x, _, x_test, _ = data(*part)
    transform = {"pixels": np.asarray, "pca": PCA(min(16, len(x) - 1), random_state=0).fit(x).transform}.get(code)
    transform = transform or trained(part, *code)
    scale = transform(x).std()
    return transform(x) / scale, transform(x_test) / scale


def draws(part, labels):
    """Rows of so many drawings of each digit, ten times: (10, 10 * labels)."""
    _, y, *_ = data(*part)
    rngs = [np.random.default_rng([part[1], i]) for i in range(DRAWS)]
    return [
        np.concatenate([rng.choice(np.flatnonzero(y == c), labels, replace=False) for c in range(10)]) for rng in rngs
    ]


def work(setting, seeds):
    """Let the method choose, and try it, on these splits: its accuracies."""
    for seed in seeds:
        yield tried(seed, **setting)


def tried(seed, division, method, labels, unlabelled=None):
    """What the method chooses on one split, and how it then does."""
    inner = "apart" if division == "locked" else division, seed, True, unlabelled
    chosen = max(OPTIONS[method], key=lambda option: accuracies(inner, labels, *option).mean())
    right = accuracies((division, seed, False, unlabelled), labels, *chosen)
    found = {"accuracy": right.mean(), "worst": right.min(), "best": right.max()}
    return {k: f"{v:.4g}" for k, v in found.items()} | {"chosen": " ".join(map(str, chosen[1:])).replace(",", "")}


def accuracies(part, labels, guesses, *option):
    """Per cent right, by draw of labels: (10,)."""
    return 100 * np.mean(guesses(part, draws(part, labels), *option) == data(*part)[3], axis=1)


def regression(part, drawn, code, strength):
    """Guesses of logistic regressions on the code: (10, n_test)."""
    (z, z_test), (_, y, *_), model = codes(part, code), data(*part), LogisticRegression(C=strength, max_iter=300)
    return np.array([model.fit(z[rows], y[rows]).predict(z_test) for rows in drawn])


def machine(part, drawn, strength, width):
    """Guesses of support vector machines on the pixels; at width 1 as wide as scikit-learn makes them."""
    (z, z_test), (_, y, *_), model = codes(part, "pixels"), data(*part), SVC(C=strength, gamma=width / 64)
    return np.array([model.fit(z[rows], y[rows]).predict(z_test) for rows in drawn])


def graph(part, drawn, n_neighbors, alpha=0.99):
    """Guesses from labels that have spread along the edges of the graph: the vote of the nearest training drawings."""
    x, y, x_test, _ = data(*part)
    near = NearestNeighbors(n_neighbors=n_neighbors).fit(x)
    edges = near.kneighbors_graph().toarray()
    edges = np.maximum(edges, edges.T)
    share = edges.sum(axis=1) ** -0.5
    told = np.zeros((len(x), DRAWS, 10))
    for i, rows in enumerate(drawn):
        told[rows, i, y[rows]] = 1
    system = np.eye(len(x)) - alpha * share[:, None] * edges * share
    spread = np.linalg.solve(system, told.reshape(len(x), -1)).reshape(told.shape)
    return spread[near.kneighbors(x_test, return_distance=False)].sum(axis=1).argmax(axis=-1).T


def network(part, drawn, code, probed, rate):
    """Guesses of networks with a softmax layer on the encoder, a replica a draw."""
    x, y, x_test, _ = data(*part)
    x, y = x[drawn], y[drawn]
    net = hg.Network(*encoder_layers(16, x.shape[-1]), hg.Dense(16, 10), seeds=range(DRAWS))
    if code:
        coder = trained(part, *code)
        for target, source in zip(net.layers, coder.layers):
            for name, values in source.params.items():
                target.params[name][...] = values
        if probed:
            probes = [LogisticRegression(max_iter=1000).fit(coder(images), of) for images, of in zip(x, y)]
            net.layers[-1].params["weight"][...] = [probe.coef_.T for probe in probes]
            net.layers[-1].params["bias"][...] = [probe.intercept_ for probe in probes]
    batches = -(-y.shape[1] // 50)
    hg.train(net, x, y, loss=hg.SoftmaxCrossEntropy(), **cooled(rate, 200 // batches))
    return net(x_test).argmax(axis=-1)


def regressions(*those):
    """A regression's options: on one of these codes, regularised more or less."""
    return [(regression, code, strength) for code in those for strength in (0.1, 1, 10, 100)]


RATES = (0.003, 0.01)
OPTIONS = {
    "pixels": regressions("pixels"),
    "svm": [(machine, strength, width) for strength in (1, 10) for width in (0.3, 1, 3)],
    "pca": regressions("pca"),
    "plain": regressions((16, 0.0)),
    "plain wide": regressions((64, 0.0)),
    "denoising": regressions((16, 0.3), (16, 0.6)),
    "denoising wide": regressions((64, 0.3), (64, 0.6)),
    "graph": [(graph, near) for near in (3, 5, 7, 10)],
    "scratch": [(network, None, False, rate) for rate in RATES],
    "plain tuned": [(network, (16, 0.0), False, rate) for rate in RATES],
    "plain probed": [(network, (16, 0.0), True, rate) for rate in (0.0003, 0.001, 0.003)],
}


def cost(setting):
    """Seconds for a split, roughly."""
    networks = 3 if setting["method"] in ("scratch", "plain tuned", "plain probed") else 1
    return networks * (3 if setting["division"] == "mnist" else 1)
