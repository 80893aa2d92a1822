"""Few labels and many unlabelled images: what helps? Each row draws 1 to 40 labelled digits a class from the 1200
training images of one split, ten times, and tells how many per cent of the 597 test images a method then gets right.
Chapter 7 draws the rows.

Autoencoders 64-128-64-d-64-128-64 learn from all 1200 images and no label; with noise, normal noise of 0.6 blurs what
they see. Their codes, frozen, go to a logistic regression; or a softmax layer on the encoder is tuned together with
it, from random weights or from the regression's ("probed"). The graph is label spreading (Zhou et al., 2004) among
each image's 7 nearest neighbours. Rates were chosen on other splits.
"""

from functools import cache

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import NearestNeighbors
from sklearn.svm import SVC

import hourglass as hg

from . import coders

CODERS = {"plain": (16, 0.0), "plain wide": (64, 0.0), "denoising": (16, 0.6), "denoising wide": (64, 0.6)}
TUNED = {  # the encoder to start from, whether to start from its probe, and the rate
    "scratch": (None, False, 0.003),
    "plain tuned": ("plain", False, 0.003),
    "plain probed": ("plain", True, 0.001),
    "denoising probed": ("denoising", True, 0.001),
}
METHODS = ("pixels", "svm", *CODERS, *TUNED, "graph")
SETTINGS = [{"method": method, "labels": labels} for method in METHODS for labels in (1, 2, 5, 10, 20, 40)]
SEEDS = range(20)  # splits
DRAWS = 10


def work(setting, seeds):
    """Try the method on these splits: its accuracies."""
    method = setting["method"]
    for seed in seeds:
        x, y, x_test, y_test = hg.datasets.digits(seed)
        chosen = np.stack([draw(y, setting["labels"], 100 * seed + i) for i in range(DRAWS)])
        if method in TUNED:
            guesses = tuned(*TUNED[method], seed, x[chosen], y[chosen], x_test)
        elif method == "graph":
            guesses = spread(seed, y, chosen, x_test)
        else:
            if method in CODERS:
                x, x_test = (encoder(*CODERS[method], seed)(images) for images in (x, x_test))
            model = SVC(C=10) if method == "svm" else LogisticRegression(max_iter=1000)
            guesses = [model.fit(x[i], y[i]).predict(x_test) for i in chosen]
        right = 100 * np.mean(np.array(guesses) == y_test, axis=1)
        yield {"accuracy": f"{right.mean():.4g}", "worst": f"{right.min():.4g}", "best": f"{right.max():.4g}"}


def draw(y, labels, seed):
    """Indices of so many examples of each class."""
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.choice(np.flatnonzero(y == digit), labels, replace=False) for digit in range(10)])


@cache
def encoder(d, noise, seed):
    """The network that codes; it has learned from the split's training images."""
    return coders.encoder(hg.datasets.digits(seed)[0], d, seed, 100, noise)


def tuned(coder, probed, rate, seed, x, y, x_test):
    """Guesses of networks with a softmax layer on the encoder, a replica a draw."""
    network = hg.Network(*coders.encoder_layers(16), hg.Dense(16, 10), seeds=range(DRAWS))
    if coder:
        trained = encoder(*CODERS[coder], seed)
        for target, source in zip(network.layers, trained.layers):
            for name, values in source.params.items():
                target.params[name][...] = values
        if probed:
            probes = [LogisticRegression(max_iter=1000).fit(trained(images), of) for images, of in zip(x, y)]
            network.layers[-1].params["weight"][...] = [probe.coef_.T for probe in probes]
            network.layers[-1].params["bias"][...] = [probe.intercept_ for probe in probes]
    batches = -(-y.shape[1] // 50)
    hg.train(network, x, y, loss=hg.SoftmaxCrossEntropy(), **coders.cooled(rate, 200 // batches))
    return network(x_test).argmax(axis=-1)


def spread(seed, y, chosen, x_test):
    """Guesses from labels that have spread along the edges of the graph: the vote of the nearest training images."""
    near, reach = graph(seed)
    nearest = near.kneighbors(x_test, return_distance=False)
    return [(reach[:, i] @ np.eye(10)[y[i]])[nearest].sum(axis=1).argmax(axis=1) for i in chosen]


@cache
def graph(seed, alpha=0.99):
    """Neighbours among the split's training images, and how much of a label at one arrives at each other."""
    x, *_ = hg.datasets.digits(seed)
    near = NearestNeighbors(n_neighbors=7).fit(x)
    edges = near.kneighbors_graph().toarray()
    edges = np.maximum(edges, edges.T)
    share = edges.sum(axis=1) ** -0.5
    return near, np.linalg.inv(np.eye(len(x)) - alpha * share[:, None] * edges * share)


def cost(setting):
    """Seconds for a split, roughly."""
    return 0.7 if setting["method"] in TUNED else 0.2
