"""Hourglass: small neural networks in NumPy, one or a thousand at once, and the pictures to understand them by.

import hourglass as hg
net = hg.Network(hg.Dense(11, 2, bias=False), hg.Tanh(), hg.Dense(2, 11, bias=False), seeds=range(64))
history = hg.train(net, x, y, loss=hg.SoftmaxCrossEntropy(), optimizer=hg.Adam(0.1), epochs=1000)
"""

from .display import figures, study, widgets
from .engine import activations
from .engine.activations import softmax
from .engine.layers import (
    ELU,
    GELU,
    Conv2D,
    Dense,
    Flatten,
    GaussianNoise,
    LeakyReLU,
    Maxout,
    MaxPool2D,
    PReLU,
    ReLU,
    Sigmoid,
    Tanh,
)
from .engine.losses import Hinge, MeanSquaredError, SoftmaxCrossEntropy, accuracy
from .engine.files import load
from .engine.network import Network, chain
from .engine.optimizers import SGD, Adam
from .engine.training import History, cooling, gradient_check, train
from .topics import datasets, information, rules, slimming
from .topics.estimators import Autoencoder, NetworkClassifier
from .topics.information import mixture_entropy, mutual_information
