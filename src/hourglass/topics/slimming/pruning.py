"""Pruning: the smallest weights become zero, and stay so."""

import copy

import numpy as np

from ... import checks
from ...engine.optimizers import Adam
from ...engine.training import train
from .report import Report, check_network, weight_arrays, weights_of


def prune(network, sparsity, seed=None):
    """Set a share of the weights to zero, the smallest of the whole network first (Han et al., 2015).

    sparsity: the share, from 0 to 1. seed: with it, weights are drawn at random instead, to compare with. Biases are
    spared; each replica is pruned by itself. Returns (network, report); the report's details hold the `threshold`,
    the largest size among the weights that went: (*replicas,), 0 if none did.
    """
    check_network(network)
    sparsity = checks.number(sparsity, "sparsity", at_least=0, at_most=1)
    rng = None if seed is None else checks.generator(seed)
    pruned = copy.deepcopy(network)
    scores = np.abs(weights_of(network))
    threshold = cut(pruned, sparsity, scores if rng is None else rng.random(scores.shape))
    return pruned, Report.of(network, pruned, threshold=threshold)


def cut(network, sparsity, scores):
    """Zero the weights with the lowest scores, in place. Returns the largest size among them."""
    weights = weights_of(network)
    if not weights.size:
        raise ValueError(f"network must have weights, got {network!r}")
    n_cut = round(sparsity * weights.shape[-1])
    lowest = np.argsort(scores, axis=-1, kind="stable")[..., :n_cut]
    threshold = np.abs(np.take_along_axis(weights, lowest, axis=-1)).max(axis=-1, initial=0)
    np.put_along_axis(weights, lowest, 0, axis=-1)
    arrays = weight_arrays(network)
    ends = np.cumsum([array[(0,) * len(network.replicas)].size for array in arrays])
    for array, values in zip(arrays, np.split(weights, ends[:-1], axis=-1), strict=True):
        array[...] = values.reshape(array.shape)
    return threshold


class Mask:
    """Keeps at zero what is zero among a network's weights now: `train(..., after_step=[Mask(network)])`, for tuning
    after `prune`. (A layer whose weights all start at zero would never learn.)"""

    def __init__(self, network):
        check_network(network)
        self.renew(network)

    def renew(self, network):
        """Take the zeros that are there now for the ones to keep."""
        self.keep = network.parameters[: network.n_weights] != 0

    def __call__(self, network):
        network.parameters[: network.n_weights] *= self.keep


def prune_during(network, x, y, sparsity, *, loss, optimizer=None, epochs, until=0.75, callbacks=(), **training):
    """Train a copy of the network, and prune it on the way.

    After epoch e of E the share 1 - (1 - e / (until * E))^3 of `sparsity` is reached, and what is zero stays so: much
    goes early, when the network can still recover, and the last part of the training is tuning (Zhu and Gupta, 2017).
    until: the part of the training in which weights are cut, from 0 to 1. optimizer: Adam(0.003) unless given. The
    rest: as in `train`. Returns (network, report); details: the `history`.
    """
    check_network(network)
    sparsity = checks.number(sparsity, "sparsity", at_least=0, at_most=1)
    epochs = checks.positive_integer(epochs, "epochs")
    until = checks.number(until, "until", above=0, at_most=1)
    pruned = copy.deepcopy(network)
    mask = Mask(pruned)

    def cut_more(epoch, net):
        left = max(0.0, 1 - epoch / (until * epochs))
        cut(net, sparsity * (1 - left**3), np.abs(weights_of(net)))
        mask.renew(net)

    history = train(
        pruned, x, y, loss=loss, optimizer=optimizer or Adam(0.003), epochs=epochs, callbacks=[cut_more, *callbacks],
        after_step=[mask], **training,
    )  # fmt: skip
    return pruned, Report.of(network, pruned, history=history)
