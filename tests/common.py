"""What the tests of the engine share: difference quotients, random networks, and how to expect a complaint."""

import contextlib
import re

import numpy as np
import pytest

import hourglass as hg

REPLICAS = [(), (3,), (2, 3)]
seeded = np.random.default_rng


def quotients(function, array, step=1e-5):
    """Central differences of a scalar function by each number of `array`, moved in place and put back."""
    result = np.empty_like(array)
    for index in np.ndindex(array.shape):
        before = array[index]
        values = []
        for shifted in (before + step, before - step):
            array[index] = shifted
            values.append(function())
        array[index] = before
        result[index] = (values[0] - values[1]) / (2 * step)
    return result


def relative_error(found, expected):
    """The largest difference, relative to the largest number expected."""
    assert found.shape == expected.shape
    assert np.abs(expected).max() > 0, "all zero: the comparison would prove nothing"
    return np.abs(found - expected).max() / np.abs(expected).max()


def random_network(*layers, replicas=(), **options):
    """A network with one seed a replica, in which no parameter is zero, biases and slopes included."""
    seeds = np.arange(np.prod(replicas, dtype=int)).reshape(replicas)
    network = hg.Network(*layers, seeds=seeds, **options)
    size = network.parameters.size
    network.parameters[...] = seeded(size).uniform(0.2, 1, size) * seeded(size + 1).choice([-1, 1], size)
    return network


def complains(error, message):
    """The block must raise `error`, and say `message` word for word."""
    return pytest.raises(error, match=re.escape(message))


@contextlib.contextmanager
def unchanged(network):
    """The block must leave the network's parameters alone."""
    before = network.parameters.copy()
    yield
    np.testing.assert_array_equal(network.parameters, before)
