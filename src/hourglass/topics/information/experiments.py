"""Kong's experiments: chains of noisy units, one a layer, and how he trained them (Kong 2019, and his program)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ... import checks
from ...engine.layers import Dense, GaussianNoise
from ...engine.losses import MeanSquaredError
from ...engine.network import Network
from ...engine.training import train


def units(bends, weights, biases, noise=0.05):
    """The networks x -> f1(w1 x + b1) + Z -> f2(w2 · + b2) + Z ...: one unit a layer, normal noise behind each.

    bends: a layer f for each unit. weights, biases: one entry a layer, numbers or arrays (*replicas,) that fit one
    another. noise: the standard deviation of Z.
    """
    if not len(bends) == len(weights) == len(biases) > 0:
        counts = len(bends), len(weights), len(biases)
        raise ValueError("bends, weights and biases must have one entry a layer, got {}, {} and {}".format(*counts))
    layers = [part for bend in bends for part in (Dense(1, 1), bend, GaussianNoise(noise))]
    numbers = np.broadcast_arrays(*weights, *biases)
    pairs = zip(numbers[: len(bends)], numbers[len(bends) :], strict=True)
    params = [part for w, b in pairs for part in ({"weight": w[..., None, None], "bias": b[..., None]}, {}, {})]
    return Network(*layers, params=params)


@dataclass(frozen=True)
class Task:
    """What a network is to learn: `label` of what is drawn from `law`, where `cut` lies between the two labels.

    n: so many inputs, drawn once, for each network; batch: at a time. cools: the rate falls to a twentieth once a
    network tells 99% of n other inputs right.
    """

    law: object
    label: Callable
    cut: float = 0.0
    n: int = 30
    batch: int = 25
    cools: bool = True


def follow(net, task, optimizer, epochs, seeds=None):
    """Train each replica on inputs of its own; return the weights and the biases after each epoch, and before.

    With `SGD(lr, momentum=1.0)` the gradient is never reset, as in the program that made the figures. seeds: of each
    replica's inputs and noise, (*replicas,), so that it fares the same in any company; None: inputs drawn for all at
    once, and noise as the network has it. Returns two arrays, each (layers, epochs + 1, *replicas).
    """
    epochs, lr = checks.positive_integer(epochs, "epochs"), optimizer.lr
    x, unseen = inputs(net, task, seeds)
    trail, above = [net.parameters.copy()], task.label(unseen) > task.cut

    def after(epoch, net):
        trail.append(net.parameters.copy())
        if task.cools:
            right = (net(unseen, noise=True) > task.cut) == above
            optimizer.lr = np.where(right.mean(axis=(-2, -1)) >= 0.99, lr / 20, optimizer.lr)

    how = {"optimizer": optimizer, "epochs": epochs, "batch_size": task.batch, "callbacks": [after]}
    try:
        train(net, x, task.label(x), loss=MeanSquaredError(), **how)
    finally:
        optimizer.lr = lr
    kept = np.array(trail).reshape(epochs + 1, 2, -1, *net.replicas)
    return np.moveaxis(kept, 0, 2)


def inputs(net, task, seeds=None):
    """Inputs to train on, and others to test on, (2, *replicas, n, 1); with seeds, each replica's noise begins anew."""
    if seeds is None:
        return task.law.sample(np.random.default_rng(0), (2, *net.replicas, task.n, 1))
    if np.shape(seeds) != net.replicas:
        raise ValueError(f"seeds must have shape {net.replicas}, as the network's replicas, got {np.shape(seeds)}")
    rngs = [checks.generator(seed) for seed in np.ravel(seeds).tolist()]
    for layer in net.layers:
        if layer.draws_noise:
            layer.draw_all(rngs)
    drawn = np.stack([task.law.sample(rng, (2, task.n, 1)) for rng in rngs], axis=1)
    return drawn.reshape(2, *net.replicas, task.n, 1)
