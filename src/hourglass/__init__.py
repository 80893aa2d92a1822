"""Hourglass: small neural networks in NumPy, one or a thousand at once, and the pictures to understand them by.

import hourglass as hg
net = hg.Network(hg.Dense(11, 2, bias=False), hg.Tanh(), hg.Dense(2, 11, bias=False), seeds=range(64))
history = hg.train(net, x, y, loss=hg.SoftmaxCrossEntropy(), optimizer=hg.Adam(0.1), epochs=1000)
"""

from importlib import import_module

from .engine import activations
from .engine.activations import softmax
from .engine.files import load
from .engine.layers import (
    ELU,
    GELU,
    Conv2D,
    Dense,
    Flatten,
    GaussianCode,
    GaussianNoise,
    Layer,
    LeakyReLU,
    Maxout,
    MaxPool2D,
    PReLU,
    ReLU,
    Sigmoid,
    Tanh,
)
from .engine.losses import Hinge, MeanSquaredError, SoftmaxCrossEntropy, accuracy
from .engine.network import Network, chain
from .engine.optimizers import SGD, Adam
from .engine.training import History, cooling, gradient_check, train

# The engine needs NumPy alone. What needs more is loaded when it is first asked for.
LATER = {
    "datasets": "topics.datasets",
    "rules": "topics.rules",
    "slimming": "topics.slimming",
    "information": "topics.information",
    "mutual_information": "topics.information",
    "mixture_entropy": "topics.information",
    "Autoencoder": "topics.estimators",
    "NetworkClassifier": "topics.estimators",
    "figures": "display.figures",
    "widgets": "display.widgets",
    "study": "display.study",
}


def __getattr__(name):
    if name not in LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f".{LATER[name]}", __name__)
    found = module if LATER[name].endswith(f".{name}") else getattr(module, name)
    globals()[name] = found
    return found


def __dir__():
    return sorted({*globals(), *LATER})
