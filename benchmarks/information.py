"""Exact mutual information at every epoch of the five figures of Kong (2019), training included; and beside it the
estimator of that paper, in its vectorised form and at its sample sizes."""

import dataclasses

import numpy as np
from versus import Stopwatch

import hourglass as hg

STD = 0.05  # of the noise
REPEATS = 1000  # of each input through the network, and samples of the layer itself: the sizes of the paper's programs


@dataclasses.dataclass
class Figure:
    """A network (activations and first weights and biases), its data and its training; `inputs` are the sampled ones.

    The paper's programs never reset the gradient: momentum 1. `slows`: whether the rate falls to a twentieth once 99%
    of fresh data are right.
    """

    bends: tuple
    start: tuple
    law: object
    threshold: float
    values: tuple
    n: int
    batch_size: int
    lr: float
    epochs: int
    slows: bool
    inputs: int

    def network(self, weights, biases):
        """weights, biases: a row for each Dense, with one number a replica or just one number."""
        layers, params = [], []
        for bend, weight, bias in zip(self.bends, weights, biases):
            layers += [hg.Dense(1, 1), bend, hg.GaussianNoise(STD)]
            params += [{"weight": weight[..., None, None], "bias": bias[..., None]}, {}, {}]
        return hg.Network(*layers, params=params)

    def train(self, seed=0):
        """Parameters after each epoch, as the replicas of one network, the first untrained."""
        network, rng = self.network(*np.transpose(self.start)), np.random.default_rng(seed)
        x, fresh = (self.law.sample(rng, self.n)[:, None] for _ in range(2))
        optimizer, path = hg.SGD(self.lr, momentum=1.0), [network.parameters.copy()]

        def after(epoch, network):
            path.append(network.parameters.copy())
            right = (network(fresh, noise=True) > np.mean(self.values)) == (fresh > self.threshold)
            if self.slows and right.mean() >= 0.99:
                optimizer.lr = self.lr / 20

        y, loss = np.where(x > self.threshold, *self.values[::-1]), hg.MeanSquaredError()
        options = {"epochs": self.epochs, "batch_size": self.batch_size, "seed": seed, "callbacks": [after]}
        hg.train(network, x, y, loss=loss, optimizer=optimizer, **options)
        return self.network(*np.split(np.transpose(path), 2))


tanh, leaky, two = hg.Tanh(), hg.LeakyReLU(0.1), ((0, 0), (0, 0))
four, eight = hg.information.Discrete([-3, -1, 1, 3]), hg.information.Discrete(np.arange(1, 9))
normal, pair = hg.information.Gaussian(0, 0.5), hg.information.GaussianMixture([-1, 1], 0.5)
FIGURES = {
    2: Figure((tanh,), ((0, 0),), four, 2, (-1, 1), 30, 25, 5e-4, 200, False, 100),
    3: Figure((leaky, leaky), ((0, 4.5), (-1, 0)), eight, 4.5, (0, 0.25), 100, 100, 1e-4, 300, True, 200),
    4: Figure((tanh, tanh), two, normal, 0, (-1, 1), 30, 25, 5e-3, 300, True, 500),
    5: Figure((leaky, tanh), two, normal, 0, (-1, 1), 30, 25, 5e-3, 300, True, 500),
    6: Figure((tanh,), ((0, 0),), pair, 0, (-1, 1), 30, 25, 1e-4, 300, True, 500),
}


def sampled(network, law, inputs, rng):
    """I(X; T) of each layer, estimated: entropies of mixtures of normals around sampled signals, on dense grids."""
    alone = network.activations(law.sample(rng, REPEATS)[:, None], noise=True)
    given = network.activations(np.repeat(law.sample(rng, inputs), REPEATS)[:, None], noise=True)
    nats = []
    for layer in range(1, len(network.layers), 3):
        groups = given[layer].reshape(inputs, REPEATS)
        nats.append(dense_entropy(alone[layer].ravel()) - np.mean([dense_entropy(group) for group in groups]))
    return np.array(nats)


def dense_entropy(centres):
    """Of a mixture of normals around n centres, on a grid of four points a standard deviation."""
    t = np.arange(centres.min() - 8 * STD, centres.max() + 8 * STD, STD / 4)
    p = np.exp(-0.5 * ((t - centres[:, None]) / STD) ** 2).mean(axis=0) / (STD * np.sqrt(2 * np.pi))
    return -np.sum(p * np.log(np.where(p > 0, p, 1))) * STD / 4


def rows():
    """For each figure seconds of one core, and errors in nats: bounds of the exact ones; of sampling, at six epochs."""
    for number, figure in FIGURES.items():
        with Stopwatch() as training:
            epochs = figure.train()
        with Stopwatch() as exact:
            found = hg.mutual_information(epochs, figure.law)
        errors, seconds = [], []
        for epoch in np.linspace(10, epochs.replicas[0] - 1, 6).astype(int).tolist():
            with Stopwatch() as watch:
                estimate = sampled(epochs[epoch], figure.law, figure.inputs, np.random.default_rng(epoch))
            seconds.append(watch.seconds)
            errors.append(estimate - found.nats[:, epoch])
        yield {
            "figure": number,
            "epochs": epochs.replicas[0],
            "training": training.seconds,
            "exact": exact.seconds,
            "error": found.error.max(),
            "sampled": np.median(seconds),
            "its error": np.sqrt(np.mean(np.square(errors))),
        }
