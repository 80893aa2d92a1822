"""What slimming leaves behind besides the network."""

import dataclasses

import numpy as np

from ...engine.network import Network


@dataclasses.dataclass(frozen=True)
class Report:
    """What a network had and has: (before, after).

    n_parameters: numbers in one replica. n_nonzero: its weights (not biases) that are not zero, a number or, with
    replicas, (*replicas,). details: what the method has to tell besides, by name.
    """

    n_parameters: tuple
    n_nonzero: tuple
    details: dict

    @classmethod
    def of(cls, before, after, **details):
        """Of two networks, and of what else there is to tell."""
        both = before, after
        return cls(tuple(n.n_parameters for n in both), tuple(count_nonzero(n) for n in both), details)


def check_network(network, name="network"):
    """TypeError unless it is one."""
    if not isinstance(network, Network):
        raise TypeError(f"{name} must be a Network, got {network!r}")


def weights_of(network):
    """All weights in a row, biases left out: (*replicas, n). Convolutions count, slopes do not."""
    rows = [w.reshape(*network.replicas, -1) for w in weight_arrays(network)]
    return np.concatenate(rows, axis=-1) if rows else np.empty((*network.replicas, 0), network.dtype)


def weight_arrays(network):
    """The weights, layer by layer, as the layers hold them."""
    return [layer.params["weight"] for layer in network.layers if "weight" in layer.params]


def count_nonzero(network):
    """Weights that are not zero: a number, or (*replicas,)."""
    counts = np.count_nonzero(weights_of(network), axis=-1)
    return counts if network.replicas else int(counts)
