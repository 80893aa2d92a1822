"""Our side of every comparison, with `hourglass` alone, so that an older one can run it, too (`before.py`).

Each function trains something new and returns (seconds, losses at the end). Training keeps the loss of every step and
network, and stops if one is not finite.
"""

import functools
import math

from versus import Stopwatch

import hourglass as hg

SHIFT_RATE, DIGITS_RATE, ADAM_RATE, MOMENTUM, DECAY = 0.01, 0.1, 0.003, 0.9, 0.001
BATCH = 100  # of the autoencoder
X, Y, TEST, _ = hg.datasets.digits()
LOSS = hg.SoftmaxCrossEntropy()


def steps(batch):
    """How many an epoch of the digits has."""
    return math.ceil(len(X) / batch)


def shift_name(n, neck, replicas, optimizer):
    return f"{'one' if replicas is None else f'{replicas} of'} {n}-{neck}-{n}, {optimizer}"


def shift_network(n, neck, replicas=None, dtype="float64"):
    """n-neck-n, no biases, tanh; or several, from the seeds 0, 1, ..."""
    dense = functools.partial(hg.Dense, bias=False, scale=0.5)
    seeds = {"seed": 0} if replicas is None else {"seeds": range(replicas)}
    return hg.Network(dense(n, neck), hg.Tanh(), dense(neck, n), dtype=dtype, **seeds)


def shift(n, neck, replicas=None, optimizer="SGD", dtype="float64", epochs=1):
    """The networks of the compression chapters: the shift rule, summed cross-entropy, the whole batch a step."""
    net, loss = shift_network(n, neck, replicas, dtype), hg.SoftmaxCrossEntropy("sum")
    x, y, optimizer = hg.rules.one_hot(n), hg.rules.shift_rule(n), getattr(hg, optimizer)(SHIFT_RATE)
    with Stopwatch() as watch:
        hg.train(net, x, y, loss=loss, optimizer=optimizer, epochs=epochs)
    return watch.seconds, loss(net(x), y)


def digits(batch, epochs=1, **start):
    """The classifier of chapter 3, 64-100-10, at a constant rate, where the chapter lets it cool."""
    net = hg.Network(hg.Dense(64, 100), hg.ReLU(), hg.Dense(100, 10), **start)
    optimizer = hg.SGD(DIGITS_RATE, momentum=MOMENTUM, weight_decay=DECAY)
    with Stopwatch() as watch:
        hg.train(net, X, Y, loss=LOSS, optimizer=optimizer, epochs=epochs, batch_size=batch)
    return watch.seconds, LOSS(net(X), Y)


def classifier_model(batch, epochs=1, rate=ADAM_RATE):
    return hg.NetworkClassifier((100,), learning_rate=rate, batch_size=batch, epochs=epochs, random_state=0)


def classifier(batch, epochs=1):
    """`NetworkClassifier` 64-100-10, ReLU, Adam."""
    model = classifier_model(batch, epochs)
    with Stopwatch() as watch:
        model.fit(X, Y)
    return watch.seconds, model.loss_curve_[-1]


def autoencoder_model(epochs=1, rate=ADAM_RATE, **options):
    return hg.Autoencoder(
        8, hidden=(128, 64), learning_rate=rate, epochs=epochs, batch_size=BATCH, random_state=0, **options
    )


def autoencoder(dtype="float64", epochs=1, **options):
    """`Autoencoder` as in chapter 6, 64-128-64-8-64-128-64: squared error, Adam."""
    model, x = autoencoder_model(epochs, **options), X.astype(dtype)
    with Stopwatch() as watch:
        model.fit(x)
    return watch.seconds, -model.score(TEST.astype(dtype))
