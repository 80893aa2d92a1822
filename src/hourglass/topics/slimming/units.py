"""Removing whole hidden units: those that never change, and those that say what another one says."""

import copy

import numpy as np

from ...engine import checks
from ...engine.layers import Dense
from ...engine.layers.elementwise import Elementwise
from ...engine.network import Network
from .report import Report


def remove_dead(network, x):
    """Remove the hidden units whose output is the same for all of x; what they add goes into the next layer's bias.

    x: (batch, n_in). A unit stays if the next layer has no bias to take over what it says, and one unit of a layer
    always stays. The outputs for x do not change. Returns (network, report); details: `removed`, {place of the
    layer: units}.
    """
    x, slim, removed = checked(network, x), network, {}
    for place, after in hidden_layers(network):
        outputs = outputs_of(slim, x, after)
        dead = np.flatnonzero(np.ptp(outputs, axis=0) == 0)
        if not slim.layers[after].bias:
            dead = dead[outputs[0, dead] == 0]
        dead = dead[: outputs.shape[1] - 1]
        removed[place] = dead.tolist()
        zero = np.zeros((len(dead), outputs.shape[1]))
        slim = without(slim, place, after, dead, zero, outputs[0, dead])
    return slim, Report.of(network, slim, removed=removed)


def merge(network, x, *, correlation=None, keep=None):
    """Merge hidden units that are alike over x: of the most correlated pair one goes, and the other, which
    predicts it by a straight line, takes over its outgoing weights.

    x: (batch, n_in). Either correlation: pairs go while theirs, or its negative, is at least that; or keep: while a
    layer has more units than that. Exact twins leave the outputs for x as they were. Where the next layer has no
    bias, lines pass through zero. Returns (network, report); details: `merged`, {place of the layer: [(unit, into,
    correlation)]}, units counted as they were at first.
    """
    if (correlation is None) == (keep is None):
        raise ValueError(f"either correlation or keep must be given, got {correlation!r} and {keep!r}")
    if keep is None:
        correlation, keep = checks.number(correlation, "correlation", at_least=0, at_most=1), 1
    else:
        correlation, keep = 0.0, checks.positive_integer(keep, "keep")
    x, slim, merged = checked(network, x), network, {}
    for place, after in hidden_layers(network):
        outputs = outputs_of(slim, x, after)
        pairs = alike(outputs, np.linalg.norm(slim.layers[after].params["weight"], axis=1), correlation, keep)
        merged[place] = pairs
        share, offset = np.eye(outputs.shape[1]), np.zeros(outputs.shape[1])  # unit = share @ units + offset
        for unit, into, _ in reversed(pairs):  # the last to go says by whom those merged into it are told
            slope, start = line(outputs[:, into], outputs[:, unit], slim.layers[after].bias)
            share[unit], offset[unit] = slope * share[into], start + slope * offset[into]
        gone = [unit for unit, _, _ in pairs]
        slim = without(slim, place, after, gone, share[gone], offset[gone])
    return slim, Report.of(network, slim, merged=merged)


def alike(outputs, importance, correlation, keep):
    """Pairs (unit that goes, unit that stays, correlation), the most alike first. Of two, the one that says less
    goes: that with the smaller product of spread and importance. outputs: (batch, n). importance: (n,)."""
    spread = outputs.std(axis=0)
    centred = (outputs - outputs.mean(axis=0)) / np.where(spread > 0, spread, 1)
    table = centred.T @ centred / len(outputs)
    np.fill_diagonal(table, 0)
    strength = np.abs(table)
    pairs = []
    while len(table) - len(pairs) > keep:
        pair = np.unravel_index(strength.argmax(), strength.shape)
        if strength[pair] < correlation - 1e-12 or strength[pair] == 0:
            break
        unit, into = sorted(map(int, pair), key=lambda i: (spread[i] * importance[i], -i))
        pairs.append((unit, into, float(table[unit, into])))
        strength[unit] = strength[:, unit] = 0
    return pairs


def line(h, target, bias):
    """Slope and offset of the least-squares line from h to target; through zero without a bias."""
    if not bias:
        return h @ target / (h @ h), 0.0
    slope, offset = np.polynomial.Polynomial.fit(h, target, 1).convert().coef[::-1]
    return slope, offset


def checked(network, x):
    """x, checked, for a single network."""
    if not isinstance(network, Network):
        raise TypeError(f"network must be a Network, got {network!r}")
    if network.replicas:
        raise ValueError(f"network must be a single one, such as net[0], got replicas {network.replicas}")
    return network.checked_input(x)


def hidden_layers(network):
    """Places (dense layer, next dense layer) with nothing but functions of single numbers between."""
    dense = [i for i, layer in enumerate(network.layers) if isinstance(layer, Dense)]
    return [
        (i, j) for i, j in zip(dense, dense[1:]) if all(isinstance(k, Elementwise) for k in network.layers[i + 1 : j])
    ]


def outputs_of(network, x, after):
    """What the layer at place `after` is given, (batch, n)."""
    return network.activations(x)[after - 1]


def without(network, place, after, gone, share, offset):
    """The network without the units `gone` of the layer at `place`, which were share @ units + offset."""
    before, behind = network.layers[place], network.layers[after]
    stay = np.setdiff1d(np.arange(before.n_out), gone)
    layers = [layer.fresh() for layer in network.layers]
    layers[place] = Dense(before.n_in, len(stay), bias=before.bias, scale=before.scale)
    layers[after] = Dense(len(stay), behind.n_out, bias=behind.bias, scale=behind.scale)
    slim = Network(*layers, dtype=network.dtype)
    for new, old in zip(slim.layers, network.layers, strict=True):
        for name, values in old.params.items():
            if old is before:
                values = values[..., stay]
            if old is behind and name == "weight":
                values = values[stay] + share[:, stay].T @ values[gone]
            elif old is behind:
                values = values + offset @ behind.params["weight"][gone]
            new.params[name] = values
        if hasattr(old, "generators"):
            new.generators = copy.deepcopy(old.generators)
    return slim
