"""Mutual information between the input of a scalar noisy network and its layers, exact to the quadrature, in nats.

A layer is T = S + Z: a signal S = f(w t + b) of the layer before it, and normal noise Z. Two facts make this a matter
of Gaussian mixtures in one dimension. What follows the first layer depends on the input x through its signal s(x)
alone. And a quadrature rule turns every law into weighted points, after which T is a mixture of normals around points:

    I(X; T) = h(T) - sum_s p(s) h(T | s),    h(p) = -integral p ln p.
"""

from dataclasses import dataclass

import numpy as np

from ...engine import checks
from ...engine.layers import Dense, GaussianNoise, LeakyReLU, Tanh
from .laws import Continuous, Discrete
from .mixtures import REACH, blur, entropy, normal_entropy, row, tidy
from .quadrature import PANEL, Stage, ladder, quadrature

BLOCK, SPAN = 256, 32  # so many inputs, whose signals lie within so many standard deviations, are carried at once


@dataclass
class Information:
    """What `mutual_information` found. nats, error: (layers, *replicas), I(X; T), and by how much it differs from its
    value on a grid of half the fineness: that one's error, and a wide bound of its own."""

    nats: np.ndarray
    error: np.ndarray
    stds: list  # of each layer's noise
    mixtures: list  # for each replica, each layer's (centres, weights)

    def density(self, layer, grid):
        """The density of T of this layer, counted from 0, at ascending numbers, (n,): (*replicas, n)."""
        layer, grid = range(len(self.stds))[layer], row(grid, "grid")
        if (np.diff(grid) < 0).any():
            raise ValueError("grid must ascend")
        rows = [blur(grid, *mixture[layer], self.stds[layer]) for mixture in self.mixtures]
        return np.reshape(rows, (*self.nats.shape[1:], len(grid)))


def mutual_information(network, law):
    """I(X; T) for every noisy layer T of a scalar network and X drawn from `law`: an `Information`.

    network: Dense(1, 1), Tanh or LeakyReLU, GaussianNoise, in this order, once or more; one network or replicas.
    law: Discrete, Gaussian, GaussianMixture or Uniform.
    """
    if not isinstance(law, (Discrete, Continuous)):
        raise TypeError(f"law must be a law such as Gaussian(0, 0.5), got {law!r}")
    chains = scalar_chains(network)
    nats, mixtures = zip(*(flow(chain, law, 1.0) for chain in chains), strict=True)
    nats, coarse = (np.stack(n, axis=1) for n in (nats, [flow(chain, law, 0.5)[0] for chain in chains]))
    shape = (-1, *network.replicas)
    stds = [stage.std for stage in chains[0]]
    return Information(nats.reshape(shape), np.abs(nats - coarse).reshape(shape), stds, list(mixtures))


def flow(chain, law, fineness):
    """I(X; T) for each layer of one network, (layers,), and each layer's mixture."""
    x, weights = law.points(chain[0], fineness)
    centres, weights = tidy([chain[0].signal(x)], [weights])
    mixtures = [[[centres], [weights]], *([[], []] for _ in chain[1:])]
    given = np.zeros(len(chain))  # h(T | X)
    given[0] = weights.sum() * normal_entropy(chain[0].std ** 2)
    first = 0 if len(chain) > 1 else len(centres)
    while first < len(centres):
        last = min(np.searchsorted(centres, centres[first] + SPAN * chain[0].std, "right"), first + BLOCK)
        carry(chain, centres[first:last], weights[first:last], fineness, given, mixtures)
        first = last
    mixtures = [tidy(*parts) for parts in mixtures]
    return np.array([entropy(*m, s.std, fineness) for m, s in zip(mixtures, chain, strict=True)]) - given, mixtures


def carry(chain, centres, weights, fineness, given, mixtures):
    """Carry inputs with these first signals through the later layers; add their part of h(T | X) to `given`, and of
    T's mixture to `mixtures`."""
    rows = np.eye(len(centres))  # each input's mixture, (inputs, centres)
    for layer, (before, stage) in enumerate(zip(chain, chain[1:], strict=False), 1):
        ends = ladder(centres[0] - REACH * before.std, centres[-1] + REACH * before.std, PANEL / fineness * before.std)
        t, length = quadrature(ends[:-1], ends[1:], stage, fineness)
        rows, centres = blur(t, centres, rows, before.std) * length, stage.signal(t)
        if stage.weight < 0:
            rows, centres = rows[:, ::-1], centres[::-1]
        mixtures[layer][0].append(centres)
        mixtures[layer][1].append(weights @ rows)
        given[layer] += weights @ entropy(centres, rows, stage.std, fineness)


def scalar_chains(network):
    """For each replica its stages, or an error that says what is wrong with which layer."""
    layers = getattr(network, "layers", None)
    if not layers:
        raise TypeError(f"network must be a Network, got {network!r}")
    for i, layer in enumerate(layers):
        kinds = ((Dense,), (Tanh, LeakyReLU), (GaussianNoise,))[i % 3]
        if not isinstance(layer, kinds):
            expected = " or ".join(kind.__name__ for kind in kinds)
            raise TypeError(f"network must have {expected} at position {i}, got {layer!r}")
        if isinstance(layer, Dense) and (layer.n_in, layer.n_out) != (1, 1):
            raise ValueError(f"network must be scalar, with Dense(1, 1) at position {i}, got {layer!r}")
        if isinstance(layer, GaussianNoise) and layer.std == 0:
            raise ValueError(f"network must have noise of std above 0 at position {i}, got {layer!r}")
    if len(layers) % 3:
        raise ValueError(f"network must end in GaussianNoise, got {layers[-1]!r}")
    checks.finite_array(network.parameters, "network.parameters")
    stages = []
    for dense, activation, noise in zip(layers[::3], layers[1::3], layers[2::3], strict=True):
        weights = dense.params["weight"].ravel().tolist()
        biases = dense.params["bias"].ravel().tolist() if dense.bias else [0.0] * len(weights)
        slopes = (activation.negative_slope, 1.0) if isinstance(activation, LeakyReLU) else None
        stages.append([Stage(w, b, slopes, noise.std) for w, b in zip(weights, biases, strict=True)])
    return list(zip(*stages, strict=True))
