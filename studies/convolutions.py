"""What layers of convolutions buy, if parameters are as many. Chapter 7 draws the rows.

Each row trains a network of about 1900 parameters (3000 for the larger digits of MNIST) for 20 epochs (10 of MNIST) at
the rate, of two, that did best in the same task within the training part. "conv 1" to "conv 4": so many convolutions,
with pooling in between, and a softmax layer; "dense 1" to "dense 4": so many hidden layers of ReLUs, 40 epochs. Then
codes of 16 numbers behind two convolutions, of the digits alone: "slim", with four filters in the second convolution
and 542 parameters, and "squeezed", with thirteen and a dense layer behind. `right` is the per cent read, `moved` the
same of drawings moved by a pixel.
"""

import numpy as np

import hourglass as hg

from .coders import cooled, drawings
from .heads import moved

KINDS = [f"{kind} {layers}" for kind in ("conv", "dense") for layers in (1, 2, 3, 4)]
SETTINGS = [
    {"division": division, "network": name}
    for division in ("apart", "locked", "mnist")
    for name in (*KINDS, *(("slim", "squeezed") if division != "mnist" else ()))
]
SEEDS = range(10)


def work(setting, seeds):
    """Choose a rate, train and test a network on these splits."""
    division, name = setting.values()
    for seed in seeds:
        inner = drawings("apart" if division == "locked" else division, seed, tuning=True)
        rate = max((0.003, 0.01), key=lambda rate: right(trained(inner, name, seed, rate), *inner[2:]))
        part = drawings(division, seed)
        net, (_, _, x_test, y_test) = trained(part, name, seed, rate), part
        found = {"right": right(net, x_test, y_test)}
        found["moved"] = np.mean([right(net, each, y_test) for each in moved(x_test)])
        yield {"parameters": net.n_parameters} | {key: f"{value:.4g}" for key, value in found.items()}


def trained(part, name, seed, rate):
    """A network, trained on the first two of x, y, x_test, y_test."""
    x, y, *_ = part
    larger = x.shape[1] > 64
    net = widest(name, x.shape[1], 3000 if larger else 1900, seed)
    epochs = (40 if "dense" in name else 20) // (2 if larger else 1)
    hg.train(net, shaped(net, x), y, loss=hg.SoftmaxCrossEntropy(), **cooled(rate, epochs))
    return net


def widest(name, n_in, wanted, seed):
    """The network of this kind whose number of parameters comes nearest to the wanted one."""
    if name in ("slim", "squeezed"):
        return hg.Network(*two_convolutions(*((4, 0) if name == "slim" else (13, 16))), seed=seed, dtype="float32")
    kind, layers = name.split()
    build = convolutional if kind == "conv" else dense
    width = min(range(2, 80), key=lambda w: abs(hg.Network(*build(int(layers), w, n_in)).n_parameters - wanted))
    return hg.Network(*build(int(layers), width, n_in), seed=seed, dtype="float32")


def convolutional(layers, filters, n_in):
    """Of four convolutions two stand before the first pooling, of three two behind it."""
    side = round(n_in**0.5) // 2
    first = 2 if layers == 4 else 1
    found = [hg.Conv2D(1, filters, padding=1), hg.ReLU()]
    found += [hg.Conv2D(filters, filters, padding=1), hg.ReLU()] * (first - 1)
    found += [hg.MaxPool2D(2), *[hg.Conv2D(filters, filters, padding=1), hg.ReLU()] * (layers - first)]
    if side % 2 == 0:
        found, side = [*found, hg.MaxPool2D(2)], side // 2
    return [*found, hg.Flatten(), hg.Dense(side**2 * filters, 10)]


def dense(layers, width, n_in):
    """Hidden layers of ReLUs, all as wide."""
    sizes = [n_in, *[width] * layers]
    hidden = [hg.Dense(a, b, scale="he") for a, b in zip(sizes, sizes[1:], strict=False)]
    return [layer for each in hidden for layer in (each, hg.ReLU())] + [hg.Dense(width, 10)]


def two_convolutions(filters, width):
    """Chapter 7's network with so many filters in its second convolution, and a dense layer if that has a width."""
    found = [hg.Conv2D(1, 8, padding=1), hg.ReLU(), hg.MaxPool2D(2), hg.Conv2D(8, filters, padding=1), hg.ReLU()]
    found += [hg.MaxPool2D(2), hg.Flatten()] + ([hg.Dense(4 * filters, width), hg.ReLU()] if width else [])
    return [*found, hg.Dense(width or 4 * filters, 10)]


def shaped(net, x):
    """Square pictures, if the network begins with a convolution."""
    side = round(x.shape[-1] ** 0.5)
    return x.reshape(-1, side, side, 1) if isinstance(net.layers[0], hg.Conv2D) else x


def right(net, x, y):
    """Per cent read."""
    return 100 * hg.accuracy(net(shaped(net, x)), y)


def cost(setting):
    """Seconds for a split, roughly."""
    return (5 if "dense" not in setting["network"] else 1) * (4 if setting["division"] == "mnist" else 1)
