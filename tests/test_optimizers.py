"""Optimizers: steps are the textbook's, replicas have rates of their own, decay is for weights alone."""

import copy

import numpy as np
import pytest
from common import REPLICAS, complains, random_network, seeded, unchanged
from hypothesis import example, given
from hypothesis import strategies as st

import hourglass as hg

LAYERS = [hg.Dense(3, 2), hg.PReLU(2), hg.Maxout(2, 2)]
KINDS = {"SGD": hg.SGD, "momentum": lambda lr, **options: hg.SGD(lr, momentum=0.9, **options), "Adam": hg.Adam}
each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
each_replicas = pytest.mark.parametrize("replicas", REPLICAS, ids=str)
rates = st.floats(1e-4, 10)
shares = st.floats(0, 0.999)


def gradients(shape, steps=6, seed=0):
    """Gradients of very different sizes, some far below Adam's 1e-8."""
    rng = seeded(seed)
    return rng.normal(size=(steps, *shape)) * 10.0 ** rng.integers(-10, 3, shape)


def updated(network, optimizer, steps):
    """The network's parameters after these gradients."""
    optimizer.start(network)
    for gradient in steps:
        network.gradients[...] = gradient
        optimizer.update(network)
    return network.parameters


def textbook_momentum(w, steps, lr, momentum):
    velocity = 0
    for g in steps:
        velocity = momentum * velocity + g
        w = w - lr * velocity
    return w


def textbook_adam(w, steps, lr, beta1, beta2):
    mean = square = 0
    for t, g in enumerate(steps, start=1):
        mean = beta1 * mean + (1 - beta1) * g
        square = beta2 * square + (1 - beta2) * g**2
        w = w - lr * (mean / (1 - beta1**t)) / (np.sqrt(square / (1 - beta2**t)) + 1e-8)
    return w


def agrees(optimizer, textbook, *arguments, seed):
    network = random_network(*LAYERS, replicas=(2,))
    steps = gradients(network.parameters.shape, seed=seed)
    expected = textbook(network.parameters.copy(), steps, *arguments)
    np.testing.assert_allclose(updated(network, optimizer, steps), expected, rtol=1e-9, atol=1e-12)


@example(lr=0.1, momentum=1, seed=0)
@given(lr=rates, momentum=st.floats(0, 1), seed=st.integers(0, 2**32 - 1))
def test_momentum_is_the_textbook_s(lr, momentum, seed):
    agrees(hg.SGD(lr, momentum), textbook_momentum, lr, momentum, seed=seed)
    agrees(hg.SGD(lr), textbook_momentum, lr, 0, seed=seed)


@given(lr=rates, beta1=shares, beta2=shares, seed=st.integers(0, 2**32 - 1))
def test_adam_is_the_textbook_s(lr, beta1, beta2, seed):
    agrees(hg.Adam(lr, beta1, beta2), textbook_adam, lr, beta1, beta2, seed=seed)
    agrees(hg.Adam(), textbook_adam, 0.001, 0.9, 0.999, seed=seed)


def test_adams_first_step_is_the_learning_rate_whatever_the_gradient():
    network = random_network(*LAYERS)
    before = network.parameters.copy()
    steps = seeded(0).choice([-1e3, -1, 0.01, 1e4], (1, before.size))
    np.testing.assert_allclose(before - updated(network, hg.Adam(0.1), steps), 0.1 * np.sign(steps[0]), rtol=1e-5)


@each_kind
@each_replicas
def test_weight_decay_is_a_gradient_of_the_weights_alone(kind, replicas):
    network = random_network(*LAYERS, replicas=replicas)
    plain, optimizer, other = copy.deepcopy(network), kind(0.1, weight_decay=0.3), kind(0.1)
    optimizer.start(network)
    other.start(plain)
    for gradient in gradients(network.parameters.shape):
        network.gradients[...] = plain.gradients[...] = gradient
        for layer in plain.layers:
            if "weight" in layer.params:
                layer.grads["weight"] += 0.3 * layer.params["weight"]
        optimizer.update(network)
        other.update(plain)
        np.testing.assert_allclose(network.parameters, plain.parameters, rtol=1e-12)


def test_without_gradient_weights_shrink_and_biases_stay():
    network = random_network(*LAYERS)
    before = [{name: array.copy() for name, array in layer.params.items()} for layer in network.layers]
    updated(network, hg.SGD(0.5, weight_decay=0.2), [0])
    for layer, params in zip(network.layers, before, strict=True):
        for name, array in layer.params.items():
            np.testing.assert_allclose(array, params[name] * (0.9 if name == "weight" else 1), rtol=1e-15)


@each_kind
@pytest.mark.parametrize("replicas", [(3,), (2, 3)], ids=str)
def test_replicas_have_rates_and_decays_of_their_own(kind, replicas):
    network = random_network(*LAYERS, replicas=replicas)
    lr, decay = seeded(0).uniform(0.01, 1, replicas), seeded(1).uniform(0, 1, replicas)
    singles = {place: network[place] for place in np.ndindex(replicas)}
    steps = gradients(network.parameters.shape)
    updated(network, kind(lr, weight_decay=decay), steps)
    for place, single in singles.items():
        mask = np.zeros(replicas)
        mask[place] = 1
        own = [step[network.spread(mask) == 1] for step in steps]
        updated(single, kind(float(lr[place]), weight_decay=float(decay[place])), own)
        np.testing.assert_allclose(network[place].parameters, single.parameters, rtol=1e-12)


@each_kind
def test_a_step_reads_gradients_and_leaves_them_alone(kind):
    network = random_network(*LAYERS, replicas=(2,))
    gradient = gradients(network.parameters.shape, 1)[0]
    updated(network, kind(0.1, weight_decay=0.3), [gradient])
    np.testing.assert_array_equal(network.gradients, gradient)


@each_kind
def test_an_update_before_the_start_says_what_is_wrong(kind):
    network, other, optimizer = random_network(*LAYERS), random_network(*LAYERS), kind(0.1)
    message = f"{optimizer!r} must be told to start(network) before it can update that network"
    with unchanged(network), complains(RuntimeError, message):
        optimizer.update(network)
    optimizer.start(other)
    with unchanged(network), complains(RuntimeError, message):
        optimizer.update(network)


@each_kind
def test_a_start_forgets_earlier_steps(kind):
    network, optimizer = random_network(*LAYERS), kind(0.1)
    start, steps = network.parameters.copy(), gradients(network.parameters.shape)
    first = updated(network, optimizer, steps).copy()
    network.parameters[...] = start
    np.testing.assert_array_equal(updated(network, optimizer, steps), first)


@each_kind
def test_the_rate_may_change_on_the_way(kind):
    network, optimizer = random_network(*LAYERS, replicas=(2,)), kind(0.1)
    optimizer.start(network)
    network.gradients[...] = 1
    optimizer.lr = np.array([0.2, 1e-300])
    before = network.parameters.copy()
    optimizer.update(network)
    moved = network.spread([1, 0]) == 1
    assert (network.parameters[~moved] == before[~moved]).all()
    assert (network.parameters[moved] != before[moved]).all()
    with complains(ValueError, "lr must have one number a replica, shape (2,), got shape (3,)"):
        optimizer.lr = [1, 2, 3]
    np.testing.assert_array_equal(optimizer.lr, [0.2, 1e-300])


@each_kind
@pytest.mark.parametrize("size", [1e-5, 1, 1000])
def test_half_precision_takes_the_same_steps(kind, size):
    rough, precise = (random_network(*LAYERS, replicas=(2,), dtype=d) for d in ("float16", "float64"))
    steps = np.full((20, rough.parameters.size), size, np.float16)
    steps[:, ::3] = 0  # a unit that is dead
    lr = np.full(2, 0.01 if kind is hg.Adam else 0.01 / size)
    for network in (rough, precise):
        updated(network, kind(lr, weight_decay=0.01 if size >= 1 else 0), steps)
    np.testing.assert_allclose(rough.parameters, precise.parameters, atol=0.01)
    assert rough.parameters.dtype == np.float16


@pytest.mark.parametrize("optimizer", [hg.SGD(0.1, 0.9, 0.01), hg.Adam(0.1, 0.8, 0.9, 0.01)])
def test_optimizers_read_as_they_were_written(optimizer):
    copied = eval(repr(optimizer), vars(hg))
    assert vars(copied) == vars(optimizer)
    assert repr(copied) == repr(optimizer) != repr(type(optimizer)(0.1))


@pytest.mark.parametrize("kind", [hg.SGD, hg.Adam])
@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"lr": 0}, ValueError, "lr must be above 0, got 0"),
        ({"lr": -0.1}, ValueError, "lr must be above 0, got -0.1"),
        ({"lr": [0.1, 0]}, ValueError, "lr must be above 0, got [0.1, 0]"),
        ({"lr": np.nan}, ValueError, "lr must be finite in float64, got nan"),
        ({"lr": np.inf}, ValueError, "lr must be finite in float64, got inf"),
        ({"lr": []}, ValueError, "lr must not be empty, got shape (0,)"),
        ({"lr": "0.1"}, TypeError, "lr must be a number, got '0.1'"),
        ({"lr": None}, TypeError, "lr must be a number, got None"),
        ({"lr": True}, TypeError, "lr must be a number, got True"),
        ({"lr": 1j}, TypeError, "lr must hold real numbers, got an array of dtype complex128"),
        ({"weight_decay": -1}, ValueError, "weight_decay must be at least 0, got -1"),
        ({"weight_decay": "L2"}, TypeError, "weight_decay must be a number, got 'L2'"),
    ],
)
def test_optimizers_complain(kind, options, error, message):
    with complains(error, message):
        kind(**({"lr": 0.1} | options))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: hg.SGD(0.1, momentum=-0.1), ValueError, "momentum must be at least 0, got -0.1"),
        (lambda: hg.SGD(0.1, momentum=1.1), ValueError, "momentum must be at most 1, got 1.1"),
        (lambda: hg.SGD(0.1, momentum=[0.1, 0.2]), TypeError, "momentum must be one number, got [0.1, 0.2]"),
        (lambda: hg.Adam(0.1, beta1=1), ValueError, "beta1 must be below 1, got 1"),
        (lambda: hg.Adam(0.1, beta1=-1), ValueError, "beta1 must be at least 0, got -1"),
        (lambda: hg.Adam(0.1, beta2=1), ValueError, "beta2 must be below 1, got 1"),
        (lambda: hg.Adam(0.1, beta2="b"), TypeError, "beta2 must be a number, got 'b'"),
    ],
)
def test_optimizers_complain_about_their_own(make, error, message):
    with complains(error, message):
        make()
