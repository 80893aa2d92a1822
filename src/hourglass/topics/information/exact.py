"""Mutual information between the input of a small noisy network and its layers, exact to the quadrature, in nats.

A layer is T = S + Z: a signal S = f(w t + b) of the layer before it, and normal noise Z. Two facts make this a matter
of Gaussian mixtures in one dimension. What follows the first layer depends on the input x through its signal s(x)
alone. And a quadrature rule turns every law into weighted points, after which T is a mixture of normals around points:

    I(X; T) = h(T) - sum_s p(s) h(T | s),    h(p) = -integral p ln p.

A first layer of two units has its h(T) on a grid in the plane. What one unit hears of them is normal again, given x: a
sum of two normal numbers. From there on the network is a chain of single units.
"""

from dataclasses import dataclass

import numpy as np

from ... import checks
from ...engine.layers import Dense, GaussianNoise, LeakyReLU, Tanh
from .laws import Continuous, Discrete
from .mixtures import REACH, blur, entropy, normal_entropy, plane_entropy, row, tidy
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
        if self.mixtures[0][layer][0].ndim > 1:
            raise ValueError(f"layer must have one unit, for its density on a line; layer {layer} has two")
        if (np.diff(grid) < 0).any():
            raise ValueError("grid must ascend")
        rows = [blur(grid, *mixture[layer], self.stds[layer]) for mixture in self.mixtures]
        return np.reshape(rows, (*self.nats.shape[1:], len(grid)))


def mutual_information(network, law):
    """I(X; T) for every noisy layer T of a network and X drawn from `law`: an `Information`.

    network: Dense, Tanh or LeakyReLU, GaussianNoise, in this order, once or more; one network or replicas. One unit a
    layer; in the first there may be two.
    law: Discrete, Gaussian, GaussianMixture or Uniform; for a network of several inputs Discrete, with a row for each
    value.
    """
    if not isinstance(law, (Discrete, Continuous)):
        raise TypeError(f"law must be a law such as Gaussian(0, 0.5), whose density or values are known, got {law!r}")
    chains = stages(network, law)
    nats, mixtures = zip(*(flow(chain, law, 1.0) for chain in chains), strict=True)
    nats, coarse = (np.stack(n, axis=1) for n in (nats, [flow(chain, law, 0.5)[0] for chain in chains]))
    shape = (-1, *network.replicas)
    stds = [stage.std for stage in chains[0]]
    return Information(nats.reshape(shape), np.abs(nats - coarse).reshape(shape), stds, list(mixtures))


def label_information(network, law, cut):
    """I(T; Y), (layers, *replicas), in nats, for the label Y that tells whether X lies above the cut.

    Y hangs on X alone, so that by the chain rule I(X; T) = I(Y; T) + I(X; T | Y).
    """
    within = [share * mutual_information(network, part).nats for share, part in law.parts(checks.number(cut, "cut"))]
    return mutual_information(network, law).nats - sum(within)


def flow(chain, law, fineness):
    """I(X; T) for each layer of one network, (layers,), and each layer's mixture."""
    first = chain[0]
    if isinstance(first, Front):
        return first.flow(chain, law, fineness)
    x, weights = law.points(first, fineness)
    return along(chain, *tidy([first.signal(x)], [weights]), fineness)


def along(chain, centres, weights, fineness):
    """As `flow`, from the first layer's sorted signals, (n,), and their weights, (n,)."""
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


@dataclass
class Front:
    """A first layer of one or two units that hear several inputs, T = f(x W + b) + Z. weights: W, (inputs, units);
    biases: (units,); unit: its f and noise, as a Stage; out: what the next unit weighs them with, (units,), or None."""

    weights: np.ndarray
    biases: np.ndarray
    unit: Stage
    out: np.ndarray

    @property
    def std(self):
        return self.unit.std

    def flow(self, chain, law, fineness):
        signals, p = self.unit.signal(law.values @ self.weights + self.biases), law.probabilities
        if signals.shape[1] == 1:
            heard, before = signals[:, 0], self.unit
        else:
            first = [plane_entropy(signals, p, self.std, fineness) - 2 * normal_entropy(self.std**2)]
            if self.out is None:
                return np.array(first), [(signals, p)]
            # the next unit hears out . T: given x it is normal. A length of 0 would have no density.
            heard, length = signals @ self.out, max(np.linalg.norm(self.out), 1e-12)
            before = Stage(1.0, 0.0, None, length * self.std)
        nats, mixtures = along([before, *chain[1:]], *tidy([heard], [p]), fineness)
        if signals.shape[1] == 1:
            return nats, mixtures
        return np.array([*first, *nats[1:]]), [(signals, p), *mixtures[1:]]


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


def stages(network, law):
    """For each replica its stages, or an error that says what is wrong with which layer, and why."""
    layers = getattr(network, "layers", None)
    if not layers:
        raise TypeError(f"network must be a Network, got {network!r}")
    rows = isinstance(law, Discrete) and law.values.ndim > 1
    for i, layer in enumerate(layers):
        kinds = ((Dense,), (Tanh, LeakyReLU), (GaussianNoise,))[i % 3]
        if not isinstance(layer, kinds):
            expected = " or ".join(kind.__name__ for kind in kinds)
            raise TypeError(
                f"network must have {expected} at position {i}, the layers whose law is known exactly, got {layer!r}"
            )
        if isinstance(layer, Dense):
            check_units(layer, i, law.values.shape[1] if rows else 1, 1 + rows)
        if isinstance(layer, GaussianNoise) and layer.std == 0:
            raise ValueError(
                f"network must have noise of std above 0 at position {i}, without which I(X; T) is that of the input, "
                f"or infinite, got {layer!r}"
            )
    if len(layers) % 3:
        raise ValueError(f"network must end in GaussianNoise, got {layers[-1]!r}")
    checks.finite_array(network.parameters, "network.parameters")
    n_replicas, columns = int(np.prod(network.replicas)), []
    for i in range(0, len(layers), 3):
        dense, slopes = layers[i], (layers[i + 1].negative_slope, 1.0) if isinstance(layers[i + 1], LeakyReLU) else None
        weights = dense.params["weight"].reshape(n_replicas, dense.n_in, dense.n_out)
        biases = dense.params["bias"].reshape(n_replicas, -1) if dense.bias else np.zeros((n_replicas, dense.n_out))
        if i == 0 and rows:
            unit, out = Stage(1.0, 0.0, slopes, layers[2].std), [None] * n_replicas
            if len(layers) > 3:
                out = layers[3].params["weight"].reshape(n_replicas, -1)
            columns.append([Front(w, b, unit, o) for w, b, o in zip(weights, biases, out, strict=True)])
            continue
        weights = np.ones(n_replicas) if dense.n_in > 1 else weights.ravel()  # of a sum, that a Front has formed
        stds = [layers[i + 2].std] * n_replicas
        columns.append(
            [Stage(*four) for four in zip(weights.tolist(), biases.ravel().tolist(), [slopes] * n_replicas, stds)]
        )
    return list(zip(*columns, strict=True))


def check_units(dense, position, n_inputs, most):
    """Refuse what has no exact value here. most: units in the first layer."""
    if position == 0 and dense.n_in != n_inputs:
        raise ValueError(
            f"network must be for the law's inputs of {n_inputs} numbers, got {dense!r}; for several a Discrete law "
            "with a row for each value is needed, as no density over them is known"
        )
    if dense.n_out > (most if position == 0 else 1):
        raise ValueError(
            f"network must have one unit a layer, or two in the first if its law is Discrete with rows, got {dense!r} "
            f"at position {position}: more units need an integral of as many dimensions; `estimate` samples it"
        )
