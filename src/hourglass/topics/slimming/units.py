"""Removing whole hidden units: those that never change, and those that say what another one says."""

import numpy as np

from ... import checks
from ...engine.layers import Dense
from ...engine.network import Network
from .report import Report, check_network


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
    """Merge hidden units that are alike over x: one of a pair goes, and the other, which predicts it by a straight
    line, takes over its outgoing weights. First goes the unit whose absence changes the next layer's sums least.

    x: (batch, n_in). Either correlation: pairs may merge if theirs, or its negative, is at least that; or keep: units
    merge while a layer has more than that. Exact twins, and units that never change, leave the outputs for x as they
    were. Where the next layer has no bias, lines pass through zero, and so do correlations. Returns (network, report);
    details: `merged`, {place of the layer: [(unit, into, correlation)]}, units counted as they were at first.
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
        mean = outputs.mean(axis=0) if slim.layers[after].bias else np.zeros(outputs.shape[1])
        centred = outputs - mean
        if slim.layers[after].bias:
            centred[:, np.ptp(outputs, axis=0) == 0] = 0  # not some last digit
        products = centred.T @ centred / len(outputs)
        slope = divided(products, np.diag(products))  # unit j is predicted as slope[j, i] times unit i
        told = divided(slope * products, np.diag(products)[:, None], 1.0)  # squared correlation; 1 if j never changes
        sizes = np.square(slim.layers[after].params["weight"]).sum(axis=1)
        harm = (1 - told) * (np.diag(products) * sizes)[:, None]
        harm[(told < correlation**2 - 1e-12) | np.eye(len(harm), dtype=bool)] = np.inf
        pairs = cheapest(harm, len(harm) - keep)
        merged[place] = [(j, i, float(np.copysign(np.sqrt(told[j, i]), slope[j, i]))) for j, i in pairs]
        share, offset = np.eye(len(harm)), np.zeros(len(harm))  # unit = share @ units + offset
        for j, i in reversed(pairs):  # the last to go says by whom those that merged into it are told
            share[j], offset[j] = slope[j, i] * share[i], mean[j] + slope[j, i] * (offset[i] - mean[i])
        gone = [j for j, _ in pairs]
        slim = without(slim, place, after, gone, share[gone], offset[gone])
    return slim, Report.of(network, slim, merged=merged)


def divided(a, b, otherwise=0.0):
    """a / b, and `otherwise` where b is zero."""
    b = np.broadcast_to(b, a.shape)
    return np.divide(a, b, out=np.full(a.shape, otherwise), where=b > 0)


def cheapest(harm, n):
    """Up to n pairs (unit, into), the least harmful first; a unit that has gone takes part in no other."""
    harm, pairs = harm.copy(), []
    while len(pairs) < n and np.isfinite(harm).any():
        unit, into = map(int, np.unravel_index(harm.argmin(), harm.shape))
        pairs.append((unit, into))
        harm[unit] = harm[:, unit] = np.inf
    return pairs


def checked(network, x):
    """x, checked, for a single network."""
    check_network(network)
    if network.replicas:
        raise ValueError(f"network must be a single one, such as net[0], got replicas {network.replicas}")
    return network.checked_input(x)


def hidden_layers(network):
    """Places (dense layer, next dense layer) with nothing but functions of single numbers between."""
    dense = [i for i, layer in enumerate(network.layers) if isinstance(layer, Dense)]
    # they take examples of any shape, and have no parameters
    return [(i, j) for i, j in zip(dense, dense[1:]) if all(k.takes is None for k in network.layers[i + 1 : j])]


def outputs_of(network, x, after):
    """What the layer at place `after` is given, (batch, n)."""
    return network.activations(x)[after - 1]


def without(network, place, after, gone, share, offset):
    """The network without the units `gone` of the layer at `place`, which were share @ units + offset."""
    before, behind = network.layers[place], network.layers[after]
    stay = np.setdiff1d(np.arange(before.n_out), gone)
    layers, params = list(network.layers), [dict(layer.params) for layer in network.layers]
    layers[place] = Dense(before.n_in, len(stay), bias=before.bias, scale=before.scale)
    layers[after] = Dense(len(stay), behind.n_out, bias=behind.bias, scale=behind.scale)
    params[place] = {name: values[..., stay] for name, values in before.params.items()}
    weight = behind.params["weight"]
    params[after]["weight"] = weight[stay] + share[:, stay].T @ weight[gone]
    if behind.bias:
        params[after]["bias"] = behind.params["bias"] + offset @ weight[gone]
    return Network(*layers, params=params, dtype=network.dtype)
