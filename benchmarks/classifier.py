"""Digits classifiers against scikit-learn's: that of chapter 3, 64-100-10, ReLU, momentum 0.9, weight decay, by
`train`; and `hg.NetworkClassifier`, 64-100-10, ReLU, Adam.

The first one's rate is constant, where the chapter lets it cool, since scikit-learn knows no such schedule; that of
`NetworkClassifier` cools in the timed runs, and is constant in the passes by which both are checked.
"""

import functools
import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from versus import Comparison, Stopwatch

import hourglass as hg

RATE, MOMENTUM, DECAY, SEED = 0.1, 0.9, 0.001, 0
X, Y = hg.datasets.digits()[:2]
LOSS = hg.SoftmaxCrossEntropy()


def network():
    return hg.Network(hg.Dense(64, 100), hg.ReLU(), hg.Dense(100, 10))


def train(batch, epochs, net=None):
    net = net or network()
    optimizer = hg.SGD(RATE, momentum=MOMENTUM, weight_decay=DECAY)
    with Stopwatch() as watch:
        hg.train(net, X, Y, loss=LOSS, optimizer=optimizer, epochs=epochs, batch_size=batch, seed=SEED)
    return watch.seconds, LOSS(net(X), Y)


def model(batch, rate=RATE, **settings):
    """scikit-learn divides its L2 penalty by the number of examples in the batch; ours is not divided."""
    return MLPClassifier(
        100, activation="relu", solver="sgd", learning_rate_init=rate, momentum=MOMENTUM, nesterovs_momentum=False,
        alpha=DECAY * batch, batch_size=batch, random_state=0, tol=0, n_iter_no_change=10**6, **settings,
    )  # fmt: skip


def sklearn_train(batch, epochs):
    peer = model(batch, max_iter=epochs)
    with warnings.catch_warnings(), Stopwatch() as watch:
        warnings.simplefilter("ignore", ConvergenceWarning)  # all epochs are run, as they shall
        peer.fit(X, Y)
    assert peer.n_iter_ == epochs
    return watch.seconds, peer.loss_


def check(batch, epochs=3):
    """Losses of both, by our function, after training from the weights that scikit-learn draws, on the same batches."""
    classes = np.arange(10)
    start = model(batch, rate=1e-300).partial_fit(X, Y, classes=classes)  # a step too small to change anything
    net = network()
    for layer, weight, bias in zip(net.layers[::2], start.coefs_, start.intercepts_):
        layer.params["weight"], layer.params["bias"] = weight, bias
    peer, rng = model(batch, shuffle=False), np.random.default_rng(SEED)
    for _ in range(epochs):
        order = rng.permutation(len(X))
        peer.partial_fit(X[order], Y[order], classes=classes)
    return train(batch, epochs, net)[1], LOSS(peer.predict_log_proba(X), Y)


def adam_model(batch, rate=0.003, **settings):
    return MLPClassifier(
        100, solver="adam", learning_rate_init=rate, alpha=0, batch_size=batch, random_state=0, tol=0,
        n_iter_no_change=10**6, **settings,
    )  # fmt: skip


def estimator(batch, epochs=1):
    return hg.NetworkClassifier((100,), learning_rate=0.003, batch_size=batch, epochs=epochs, random_state=0)


def estimator_train(batch, epochs):
    ours = estimator(batch, epochs)
    with Stopwatch() as watch:
        ours.fit(X, Y)
    return watch.seconds, ours.loss_curve_[-1]


def adam_train(batch, epochs):
    peer = adam_model(batch, max_iter=epochs)
    with warnings.catch_warnings(), Stopwatch() as watch:
        warnings.simplefilter("ignore", ConvergenceWarning)
        peer.fit(X, Y)
    assert peer.n_iter_ == epochs
    return watch.seconds, peer.loss_


def estimator_check(batch, passes=3):
    """As `check`, with single passes over the same examples in the same order."""
    classes = np.arange(10)
    start = adam_model(batch, rate=1e-300).partial_fit(X, Y, classes=classes)
    ours = estimator(batch).set_params(learning_rate=1e-300).fit(X, Y)
    for layer, weight, bias in zip(ours.network_.layers[::2], start.coefs_, start.intercepts_):
        layer.params["weight"], layer.params["bias"] = weight, bias
    peer, rng = adam_model(batch, shuffle=False), np.random.default_rng(SEED)
    ours.set_params(learning_rate=0.003)
    for _ in range(passes):
        order = rng.permutation(len(X))
        peer.partial_fit(X[order], Y[order], classes=classes)
        ours.partial_fit(X[order], Y[order])
    return LOSS(ours.network_(X), Y), LOSS(peer.predict_log_proba(X), Y)


def comparisons():
    adam = "NetworkClassifier 64-100-10, Adam", estimator_train, adam_train, estimator_check
    # the two add Adam's small constant at different places
    kinds = [(("digits 64-100-10, SGD", train, sklearn_train, check), (20, 200), None), (adam, (50, 200), 1e-4)]
    for (name, ours, theirs, both), batches, tolerance in kinds:
        for batch in batches:
            yield Comparison(
                f"{name}, batch {batch}",
                "scikit-learn",
                "float64",
                functools.partial(ours, batch),
                functools.partial(theirs, batch),
                epochs=20,
                steps=len(X) // batch,
                target=1,
                check=functools.partial(both, batch),
                tolerance=tolerance,
            )
