"""Digits classifiers against scikit-learn's: that of chapter 3, 64-100-10, ReLU, momentum 0.9, weight decay, by
`train`; and `hg.NetworkClassifier`, 64-100-10, ReLU, Adam.

The first one's rate is constant, as scikit-learn has no schedule to cool it; that of `NetworkClassifier` cools in the
timed runs, and is constant in the passes by which both are checked.
"""

import functools
import warnings

import numpy as np
import ours
from ours import LOSS, X, Y
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from versus import Comparison, Stopwatch

CLASSES = np.arange(10)


def sgd_model(batch, rate=ours.DIGITS_RATE, **settings):
    """scikit-learn divides its L2 penalty by the number of examples in the batch; ours is not divided."""
    return MLPClassifier(
        100, solver="sgd", learning_rate_init=rate, momentum=ours.MOMENTUM, nesterovs_momentum=False,
        alpha=ours.DECAY * batch, batch_size=batch, random_state=0, tol=0, n_iter_no_change=10**6, **settings,
    )  # fmt: skip


def adam_model(batch, rate=ours.ADAM_RATE, **settings):
    return MLPClassifier(
        100, solver="adam", learning_rate_init=rate, alpha=0, batch_size=batch, random_state=0, tol=0,
        n_iter_no_change=10**6, **settings,
    )  # fmt: skip


def sklearn_train(model, batch, epochs):
    peer = model(batch, max_iter=epochs)
    with warnings.catch_warnings(), Stopwatch() as watch:
        warnings.simplefilter("ignore", ConvergenceWarning)  # all epochs are run, as they shall
        peer.fit(X, Y)
    assert peer.n_iter_ == epochs
    return watch.seconds, peer.loss_


def first_params(model, batch):
    """The weights and biases that scikit-learn draws, as parameters of our Dense layers."""
    start = model(batch, rate=1e-300).partial_fit(X, Y, classes=CLASSES)  # a step too small to change anything
    return [{"weight": weight, "bias": bias} for weight, bias in zip(start.coefs_, start.intercepts_)]


def passes(model, batch, n=3):
    """(scikit-learn's model after n passes, the orders of examples in these)."""
    peer, rng = model(batch, shuffle=False), np.random.default_rng(0)
    orders = [rng.permutation(len(X)) for _ in range(n)]
    for order in orders:
        peer.partial_fit(X[order], Y[order], classes=CLASSES)
    return peer, orders


def sgd_check(batch):
    """Losses of both, by our function, after training from the same weights on the same batches."""
    first, last = first_params(sgd_model, batch)
    peer, orders = passes(sgd_model, batch)
    return ours.digits(batch, len(orders), params=[first, {}, last])[1], LOSS(peer.predict_log_proba(X), Y)


def adam_check(batch):
    """As `sgd_check`, in single passes of our estimator."""
    model = ours.classifier_model(batch, rate=1e-300).fit(X, Y)
    for layer, params in zip(model.network_.layers[::2], first_params(adam_model, batch)):
        layer.params.update(params)
    peer, orders = passes(adam_model, batch)
    model.set_params(learning_rate=ours.ADAM_RATE)
    for order in orders:
        model.partial_fit(X[order], Y[order])
    return LOSS(model.network_(X), Y), LOSS(peer.predict_log_proba(X), Y)


def comparisons():
    for name, train, model, check, batches, tolerance in (
        ("digits 64-100-10, SGD", ours.digits, sgd_model, sgd_check, (20, 200), None),
        # the two add Adam's small constant at different places
        ("NetworkClassifier 64-100-10, Adam", ours.classifier, adam_model, adam_check, (50, 200), 1e-4),
    ):
        for batch in batches:
            yield Comparison(
                f"{name}, batch {batch}",
                "scikit-learn",
                "float64",
                functools.partial(train, batch),
                functools.partial(sklearn_train, model, batch),
                epochs=10,
                steps=ours.steps(batch),
                target=1,
                check=functools.partial(check, batch),
                tolerance=tolerance,
            )
