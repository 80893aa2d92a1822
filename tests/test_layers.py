"""Layers: gradients are difference quotients, a batch is a loop, and each layer does what its formula says."""

import copy
import pickle

import numpy as np
import pytest
from common import REPLICAS, complains, quotients, random_network, relative_error, seeded, unchanged
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import correlate2d
from scipy.stats import norm

import hourglass as hg
from hourglass import activations

IMAGE = (4, 6, 2)
OF_ROWS = [
    hg.Dense(4, 3),
    hg.Dense(4, 3, bias=False),
    hg.Maxout(4, 3, pieces=3),
    hg.PReLU(4),
    hg.Sigmoid(),
    hg.Tanh(),
    hg.ReLU(),
    hg.LeakyReLU(0.3),
    hg.ELU(1.7),
    hg.GELU(),
    hg.GaussianNoise(0.5),
    hg.GaussianCode(2, beta=0),
]
OF_IMAGES = [
    hg.Flatten(),
    hg.MaxPool2D(2),
    hg.MaxPool2D(1),
    hg.Conv2D(2, 3),
    hg.Conv2D(2, 3, padding=1),
    hg.Conv2D(2, 3, size=2, padding=2),
    hg.Conv2D(2, 1, size=1),
]
LAYERS = [(layer, (4,)) for layer in OF_ROWS] + [(layer, IMAGE) for layer in OF_IMAGES]
LEARNERS = [(layer, shape) for layer, shape in LAYERS if layer.draw(seeded(0))]
each_layer = pytest.mark.parametrize(("layer", "shape"), LAYERS, ids=repr)
each_learner = pytest.mark.parametrize(("layer", "shape"), LEARNERS, ids=repr)
each_replicas = pytest.mark.parametrize("replicas", REPLICAS, ids=str)
each_input = pytest.mark.parametrize("shared", [True, False], ids=["one input for all", "an input for each"])


def prepared(layer, shape, replicas, shared):
    """A layer with random parameters, an input, and a weight for each output: the loss is their weighted sum."""
    layer = random_network(layer, replicas=replicas).layers[0]
    x = seeded(1).normal(size=(*(() if shared else replicas), 3, *shape))
    return layer, x, seeded(2).normal(size=layer.forward(x).shape)


@each_learner
@each_replicas
@each_input
def test_gradients_by_the_parameters(layer, shape, replicas, shared):
    layer, x, weights = prepared(layer, shape, replicas, shared)
    layer.forward(x)
    layer.learn(weights)
    for name, array in layer.params.items():
        assert (array != 0).all()
        expected = quotients(lambda: np.sum(weights * layer.forward(x)), array)
        assert relative_error(layer.grads[name], expected) < 1e-6


@each_layer
@each_replicas
@each_input
def test_gradient_by_the_input(layer, shape, replicas, shared):
    layer, x, weights = prepared(layer, shape, replicas, shared)
    layer.forward(x)
    gradient = layer.backward(weights).copy()
    if gradient.ndim > x.ndim:  # one input for all: it feels every replica
        gradient = gradient.sum(axis=tuple(range(len(replicas))))
    assert relative_error(gradient, quotients(lambda: np.sum(weights * layer.forward(x)), x)) < 1e-6


@each_learner
def test_gradients_are_those_of_the_last_batch(layer, shape):
    layer, x, weights = prepared(layer, shape, (3,), False)
    layer.backward(weights)
    first = {name: grad.copy() for name, grad in layer.grads.items()}
    layer.forward(x[:, :2])
    layer.backward(weights[:, :2])
    layer.forward(x)
    layer.backward(weights)
    assert layer.grads.keys() == layer.params.keys()
    for name, grad in layer.grads.items():
        np.testing.assert_array_equal(grad, first[name])


@each_layer
@settings(max_examples=10)
@given(seed=st.integers(0, 2**32 - 1), batch=st.integers(1, 4))
def test_a_batch_is_a_loop_over_examples(layer, shape, seed, batch):
    network = random_network(layer, replicas=(2,))
    x = seeded(seed).normal(size=(2, batch, *shape))
    singles = [network(x[:, i : i + 1]) for i in range(batch)]
    np.testing.assert_allclose(network(x), np.concatenate(singles, axis=1), rtol=0, atol=1e-12)


@each_layer
@each_replicas
def test_replicas_do_not_see_each_other(layer, shape, replicas):
    network = random_network(layer, replicas=replicas)
    x = seeded(3).normal(size=(*replicas, 5, *shape))
    for replica in np.ndindex(replicas):
        alone = network[replica] if replicas else network
        np.testing.assert_allclose(network(x)[replica], alone(x[replica]), rtol=0, atol=1e-12)


@each_layer
def test_one_input_for_all_is_the_same_as_copies_of_it(layer, shape):
    network = random_network(layer, replicas=(2, 3))
    x = seeded(4).normal(size=(5, *shape))
    copies = network(np.broadcast_to(x, (2, 3, *x.shape)))
    np.testing.assert_allclose(np.broadcast_to(network(x), copies.shape), copies, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("layer", "function"),
    [
        (hg.Sigmoid(), activations.sigmoid),
        (hg.Tanh(), activations.tanh),
        (hg.ReLU(), lambda x: np.maximum(x, 0)),
        (hg.LeakyReLU(), lambda x: np.where(x > 0, x, 0.01 * x)),
        (hg.LeakyReLU(0.3), lambda x: np.where(x > 0, x, 0.3 * x)),
        (hg.ELU(), lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0)))),
        (hg.ELU(1.7), lambda x: np.where(x > 0, x, 1.7 * np.expm1(np.minimum(x, 0)))),
        (hg.GELU(), activations.gelu),
    ],
    ids=lambda value: getattr(value, "__name__", repr(value)),  # not an address: it differs between processes
)
def test_layers_are_their_functions(layer, function):
    x = np.linspace(-40, 40, 81)[:, None]
    np.testing.assert_array_equal(hg.Network(layer)(x), function(x))


@pytest.mark.parametrize(
    ("layer", "slope"),
    [
        (hg.ReLU(), 0),
        (hg.LeakyReLU(0.3), 0.3),
        (hg.PReLU(1, 0.3), 0.3),
        (hg.ELU(1.7), 1.7),
        (hg.GELU(), 0.5),
        (hg.Tanh(), 1),
        (hg.Sigmoid(), 0.25),
    ],
    ids=repr,
)
def test_at_zero_the_slope_is_the_one_from_the_left(layer, slope):
    layer = hg.Network(layer).layers[0]
    layer.forward(np.zeros((1, 1)))
    assert layer.backward(np.ones((1, 1))) == slope


def test_dense_is_a_weighted_sum_and_a_bias():
    network = random_network(hg.Dense(3, 2))
    x, layer = seeded(0).normal(size=(4, 3)), network.layers[0]
    expected = [
        [sum(row[i] * layer.params["weight"][i, j] for i in range(3)) + layer.params["bias"][j] for j in range(2)]
        for row in x
    ]
    np.testing.assert_allclose(network(x), expected, rtol=1e-12)


@given(slope=st.floats(0, 0.99), x=st.floats(-100, 100))
def test_maxout_contains_relu_and_leaky_relu(slope, x):
    network = hg.Network(hg.Maxout(1, 1, pieces=2))
    network.layers[0].params["weight"] = [[[1]], [[slope]]]
    assert network([[x]]) == max(x, slope * x)
    network.layers[0].params["weight"] = [[[1]], [[0]]]
    assert network([[x]]) == max(x, 0)


@given(slope=st.floats(0, 0.99), x=st.floats(-100, 100))
def test_prelu_contains_leaky_relu(slope, x):
    assert hg.Network(hg.PReLU(1, initial_slope=slope))([[x]]) == hg.Network(hg.LeakyReLU(slope))([[x]])


@pytest.mark.parametrize(("size", "padding"), [(1, 0), (2, 0), (3, 0), (3, 1), (2, 2)])
def test_convolution_agrees_with_scipy(size, padding):
    network = random_network(hg.Conv2D(2, 3, size, padding))
    x, params = seeded(0).normal(size=(4, 3, 7, 2)), network.layers[0].params
    filters = params["weight"].reshape(size, size, 2, 3)
    padded = np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    output = network(x)
    assert output.shape == (4, 3 + 2 * padding - size + 1, 7 + 2 * padding - size + 1, 3)
    for image, out in np.ndindex(4, 3):
        expected = sum(correlate2d(padded[image, :, :, c], filters[:, :, c, out], "valid") for c in range(2))
        np.testing.assert_allclose(output[image, :, :, out], expected + params["bias"][out], rtol=0, atol=1e-12)


def test_pooling_takes_the_largest_of_each_square():
    x = seeded(0).normal(size=(2, 6, 9, 2))
    expected = [
        [[[image[3 * i : 3 * i + 3, 3 * j : 3 * j + 3, c].max() for c in range(2)] for j in range(3)] for i in range(2)]
        for image in x
    ]
    np.testing.assert_array_equal(hg.Network(hg.MaxPool2D(3))(x), expected)


def test_flatten_keeps_the_order():
    x = np.arange(2 * 3 * 2 * 2.0).reshape(2, 3, 2, 2)
    np.testing.assert_array_equal(hg.Network(hg.Flatten())(x), x.reshape(2, 12))


def test_noise_is_normal_and_only_there_when_asked_for():
    network = hg.Network(hg.GaussianNoise(2.0))
    x = np.full((50_000, 2), 3.0)
    np.testing.assert_array_equal(network(x), x)
    noise = network(x, noise=True) - x
    assert noise.mean() == pytest.approx(0, abs=0.02)
    assert noise.std() == pytest.approx(2, rel=0.01)
    assert np.corrcoef(noise.T)[0, 1] == pytest.approx(0, abs=0.02)
    assert (network(x, noise=True) - x != noise).all(), "drawn anew at every pass"
    np.testing.assert_array_equal(network(x), x)


@each_replicas
def test_noise_is_each_replicas_own(replicas):
    seeds = np.arange(np.prod(replicas, dtype=int)).reshape(replicas)
    x = np.zeros((4, 3))
    outputs = hg.Network(hg.GaussianNoise(1), seeds=seeds)(x, noise=True)
    for replica in np.ndindex(replicas):
        alone = hg.Network(hg.GaussianNoise(1), seed=int(seeds[replica]))(x, noise=True)
        np.testing.assert_array_equal(outputs[replica], alone)
    assert np.unique(outputs).size == outputs.size


def test_noise_of_given_parameters_is_that_of_seeds_from_0_and_each_layer_has_its_own():
    layers, x = [hg.GaussianNoise(1), hg.Dense(2, 2), hg.GaussianNoise(1)], np.zeros((4, 2))
    drawn = hg.Network(*layers, seeds=range(3))
    given = hg.Network(*layers, params=[layer.params for layer in drawn.layers])
    expected = drawn.activations(x, noise=True)
    np.testing.assert_array_equal(given.activations(x, noise=True), expected)
    assert (expected[2] - expected[1] != expected[0]).all()
    alone = hg.GaussianNoise(1)
    alone.noisy = True
    np.testing.assert_array_equal(alone.forward(x), hg.Network(hg.GaussianNoise(1))(x, noise=True))


@each_replicas
@each_input
def test_a_gaussian_code_and_its_price_have_the_gradient_of_their_quotients(replicas, shared):
    """Through a whole network, the noise held fast: loss + beta * mean rate."""
    chain = hg.Dense(3, 4), hg.Tanh(), hg.Dense(4, 4), hg.GaussianCode(2, beta=0.3), hg.Dense(2, 3)
    network, loss = random_network(*chain, replicas=replicas), hg.MeanSquaredError()
    x = seeded(1).normal(size=(*(() if shared else replicas), 5, 3))
    code, held = network.layers[3], network.layers[3].generators

    def output():
        code.generators = copy.deepcopy(held)
        with network.noise():
            return network.forward(x)

    def objective():
        value = loss(output(), x)
        assert code.rate.shape == (*replicas, 5)
        return np.sum(value + 0.3 * code.rate.mean(axis=-1))

    network.backward(loss.gradient(output(), x))
    assert relative_error(network.gradients.copy(), quotients(objective, network.parameters)) < 1e-6


@given(mean=st.floats(-3, 3), log_std=st.floats(-3, 1))
def test_the_rate_is_a_divergence_from_the_standard_normal_law(mean, log_std):
    code = hg.GaussianCode(1)
    np.testing.assert_array_equal(code.forward(np.array([[mean, log_std]])), [[mean]])
    law = norm(mean, np.exp(log_std))
    z = mean + np.exp(log_std) * np.linspace(-10, 10, 4001)
    expected = np.trapezoid(law.pdf(z) * (law.logpdf(z) - norm.logpdf(z)), z)
    assert code.rate[0] == pytest.approx(expected, abs=1e-9)
    assert code.rate[0] >= -1e-12


def test_codes_have_their_mean_and_deviation_and_rates_add_up():
    network = hg.Network(hg.GaussianCode(2))
    x = np.tile([1.0, -2.0, 0.5, -1.0], (50_000, 1))
    codes = network(x, noise=True)
    np.testing.assert_allclose(codes.mean(axis=0), [1, -2], atol=0.03)
    np.testing.assert_allclose(codes.std(axis=0), np.exp([0.5, -1]), rtol=0.02)
    np.testing.assert_array_equal(network(x), x[:, :2])
    one, other = hg.GaussianCode(1), hg.GaussianCode(1)
    one.forward(x[:1, [0, 2]])
    other.forward(x[:1, [1, 3]])
    assert network.layers[0].rate[0] == pytest.approx(one.rate[0] + other.rate[0])


def test_where_nothing_is_to_be_told_the_price_drives_the_rate_to_zero():
    network, x = hg.Network(hg.Dense(2, 4), hg.GaussianCode(2, beta=1.0), hg.Dense(2, 2)), np.ones((8, 2))
    hg.train(network, x, 0 * x, loss=hg.MeanSquaredError(), optimizer=hg.Adam(0.05), epochs=500)
    network(x)
    assert network.layers[1].rate.max() < 1e-3


@pytest.mark.parametrize(
    ("layer", "deviation"),
    [
        (hg.Dense(300, 100), np.sqrt(2 / 400)),
        (hg.Dense(300, 100, scale="he"), np.sqrt(2 / 300)),
        (hg.Dense(300, 100, scale="lecun"), np.sqrt(1 / 300)),
        (hg.Dense(300, 100, scale=0.5), 0.5),
        (hg.Maxout(300, 100), np.sqrt(2 / 400)),
        (hg.Conv2D(30, 40), np.sqrt(2 / (9 * 30))),
        (hg.Conv2D(30, 40, scale="glorot"), np.sqrt(2 / (9 * 30 + 9 * 40))),
    ],
    ids=repr,
)
def test_initial_weights_are_normal_and_biases_zero(layer, deviation):
    params = hg.Network(layer).layers[0].params
    assert params["weight"].std() == pytest.approx(deviation, rel=0.02)
    assert abs(params["weight"].mean()) < 0.03 * deviation
    assert np.mean(np.abs(params["weight"]) < deviation) == pytest.approx(0.683, abs=0.01)
    assert not params["bias"].any()


def test_slopes_start_where_they_are_told():
    np.testing.assert_array_equal(hg.Network(hg.PReLU(2)).layers[0].params["slope"], [0.25, 0.25])


@each_learner
@pytest.mark.parametrize("twin", [copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))])
def test_a_copied_layer_computes_the_same_by_itself(layer, shape, twin):
    layer, x, weights = prepared(layer, shape, (3,), False)
    other = twin(layer)
    np.testing.assert_array_equal(other.forward(x), layer.forward(x))
    for array in layer.params.values():
        array += 1
    assert (other.forward(x) != layer.forward(x)).any()


def test_a_copied_layer_computes_with_its_own_bias():
    network, x = random_network(hg.Dense(4, 3), hg.Tanh()), seeded(0).normal(size=(5, 4))
    before, other = network(x), copy.deepcopy(network.layers[0])
    expected = other.forward(x) + 5
    other.params["bias"] += 5
    np.testing.assert_allclose(other.forward(x), expected, rtol=1e-12)
    np.testing.assert_array_equal(network(x), before)


@pytest.mark.parametrize(
    "write",
    [
        lambda params, values: params.update(values),
        lambda params, values: params.update(**values),
        lambda params, values: params.update(values.items()),
        lambda params, values: params.__ior__(values),
    ],
)
def test_no_way_of_writing_tears_a_layer_off_its_network(write):
    network, x, y = random_network(hg.Dense(4, 3)), seeded(0).normal(size=(5, 4)), np.arange(5) % 3
    layer, loss = network.layers[0], hg.SoftmaxCrossEntropy()
    values = {"weight": np.ones((4, 3)), "bias": np.arange(3)}
    for arrays, flat in ((layer.params, network.parameters), (layer.grads, network.gradients)):
        write(arrays, values)
        np.testing.assert_array_equal(flat, [1] * 12 + [0, 1, 2])
    history = hg.train(network, x, y, loss=loss, optimizer=hg.SGD(0.1), epochs=50)
    assert loss(network(x), y) < history.loss[0]
    np.testing.assert_array_equal(network(x), x @ layer.params["weight"] + layer.params["bias"])


def test_parameters_are_neither_added_nor_removed():
    layer = random_network(hg.Dense(4, 3)).layers[0]
    for arrays in (layer.params, layer.grads):
        for change in (
            arrays.clear,
            arrays.popitem,
            lambda: arrays.pop("bias"),  # noqa: B023
            lambda: arrays.setdefault("slope", 1),  # noqa: B023
            lambda: arrays.__delitem__("bias"),  # noqa: B023
        ):
            with complains(TypeError, "the arrays weight, bias can be written into, but none added or removed"):
                change()
        with pytest.raises(KeyError):
            arrays["slope"] = 1
    for name in ("params", "grads"):
        with pytest.raises(AttributeError):
            setattr(layer, name, {})


@each_layer
def test_a_layer_can_be_tried_on_its_own(layer, shape):
    x = seeded(0).normal(size=(3, *shape))
    alone, network = layer.fresh(), hg.Network(layer)
    np.testing.assert_array_equal(alone.forward(x), network(x))
    gradient = seeded(1).normal(size=network(x).shape)
    np.testing.assert_array_equal(alone.backward(gradient), network.backward(gradient))
    assert alone.grads.keys() == alone.params.keys() == layer.shapes.keys()
    for name, shape in layer.shapes.items():
        assert alone.params[name].shape == alone.grads[name].shape == shape
        np.testing.assert_array_equal(alone.grads[name], network.layers[0].grads[name])


@each_layer
@each_replicas
def test_what_a_layer_returned_does_not_change_at_its_next_pass(layer, shape, replicas):
    layer, x, weights = prepared(layer, shape, replicas, True)
    first = layer.forward(x), layer.backward(weights)
    kept = copy.deepcopy(first)
    layer.forward(2 - x)
    layer.backward(-weights)
    for array, before in zip(first, kept):
        np.testing.assert_array_equal(array, before)


@each_layer
def test_a_layer_reads_as_it_was_written(layer, shape):
    assert repr(eval(repr(layer), vars(hg))) == repr(layer)


@pytest.mark.parametrize(
    ("layer", "written"),
    [
        (hg.Dense(1, 2), "Dense(n_in=1, n_out=2, bias=True, scale='glorot')"),
        (hg.Maxout(1, 2), "Maxout(n_in=1, n_out=2, pieces=2, scale='glorot')"),
        (hg.PReLU(1), "PReLU(n=1, initial_slope=0.25)"),
        (hg.LeakyReLU(), "LeakyReLU(negative_slope=0.01)"),
        (hg.ELU(), "ELU(alpha=1.0)"),
        (hg.MaxPool2D(), "MaxPool2D(size=2)"),
        (hg.Conv2D(1, 2), "Conv2D(channels_in=1, channels_out=2, size=3, padding=0, scale='he')"),
    ],
)
def test_what_is_not_said_has_a_usual_value(layer, written):
    assert repr(layer) == written


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: hg.Dense(0, 2), ValueError, "n_in must be at least 1, got 0"),
        (lambda: hg.Dense(2, -3), ValueError, "n_out must be at least 1, got -3"),
        (lambda: hg.Dense("3", 2), TypeError, "n_in must be an integer, got '3'"),
        (lambda: hg.Dense(2, 3.0), TypeError, "n_out must be an integer, got 3.0"),
        (lambda: hg.Dense(True, 2), TypeError, "n_in must be an integer, got True"),
        (lambda: hg.Dense(2, 2, bias="no"), ValueError, "bias must be one of True, False, got 'no'"),
        (lambda: hg.Dense(2, 2, scale="big"), ValueError, "scale must be one of 'glorot', 'he', 'lecun', got 'big'"),
        (lambda: hg.Dense(2, 2, scale=-1), ValueError, "scale must be at least 0, got -1"),
        (lambda: hg.Dense(2, 2, scale=[1, 2]), TypeError, "scale must be one number, got [1, 2]"),
        (lambda: hg.Dense(2, 2, scale=None), TypeError, "scale must be a number, got None"),
        (lambda: hg.Maxout(0, 2), ValueError, "n_in must be at least 1, got 0"),
        (lambda: hg.Maxout(2, 0), ValueError, "n_out must be at least 1, got 0"),
        (lambda: hg.Maxout(2, 2, pieces=0), ValueError, "pieces must be at least 1, got 0"),
        (lambda: hg.Maxout(2, 2, scale="big"), ValueError, "scale must be one of 'glorot', 'he', 'lecun', got 'big'"),
        (lambda: hg.PReLU(0), ValueError, "n must be at least 1, got 0"),
        (lambda: hg.PReLU(2, "steep"), TypeError, "initial_slope must be a number, got 'steep'"),
        (lambda: hg.LeakyReLU(1), ValueError, "negative_slope must be below 1, got 1"),
        (lambda: hg.LeakyReLU(-0.1), ValueError, "negative_slope must be at least 0, got -0.1"),
        (lambda: hg.ELU(0), ValueError, "alpha must be above 0, got 0"),
        (lambda: hg.ELU(True), TypeError, "alpha must be a number, got True"),
        (lambda: hg.GaussianNoise(-1), ValueError, "std must be at least 0, got -1"),
        (lambda: hg.GaussianCode(0), ValueError, "n_out must be at least 1, got 0"),
        (lambda: hg.GaussianCode(2, beta=-1), ValueError, "beta must be at least 0, got -1"),
        (lambda: hg.GaussianNoise(np.inf), ValueError, "std must be finite in float64, got inf"),
        (lambda: hg.Conv2D(0, 1), ValueError, "channels_in must be at least 1, got 0"),
        (lambda: hg.Conv2D(1, 0), ValueError, "channels_out must be at least 1, got 0"),
        (lambda: hg.Conv2D(1, 1, size=0), ValueError, "size must be at least 1, got 0"),
        (lambda: hg.Conv2D(1, 1, padding=-1), ValueError, "padding must be at least 0, got -1"),
        (lambda: hg.Conv2D(1, 1, padding=0.5), TypeError, "padding must be an integer, got 0.5"),
        (lambda: hg.Conv2D(1, 1, padding=True), TypeError, "padding must be an integer, got True"),
        (lambda: hg.Conv2D(1, 1, scale="big"), ValueError, "scale must be one of 'glorot', 'he', 'lecun', got 'big'"),
        (lambda: hg.MaxPool2D(0), ValueError, "size must be at least 1, got 0"),
    ],
)
def test_layers_complain_about_their_arguments(make, error, message):
    with complains(error, message):
        make()


@pytest.mark.parametrize(
    ("layer", "x", "message"),
    [
        (hg.Dense(4, 3), np.ones((2, 3)), "x must have 4 numbers on its last axis, got shape (2, 3)"),
        (hg.Conv2D(2, 3), np.ones((1, 4, 4, 1)), "x must have 2 numbers on its last axis, got shape (1, 4, 4, 1)"),
        (hg.Conv2D(2, 3), np.ones((1, 2, 4, 2)), "x must be at least 3 x 3 with its padding of 0, got 2 x 4"),
        (hg.Conv2D(2, 3, 5, 1), np.ones((1, 4, 2, 2)), "x must be at least 5 x 5 with its padding of 1, got 4 x 2"),
        (hg.MaxPool2D(3), np.ones((1, 6, 4, 1)), "x must have sides that are multiples of 3, got 6 x 4"),
        (hg.MaxPool2D(2), np.ones((4, 4, 1)), "x must have shape (batch, height, width, channels), got (4, 4, 1)"),
        (hg.Flatten(), np.ones((4, 4)), "x must have shape (batch, height, width, channels), got (4, 4)"),
    ],
)
def test_layers_complain_about_their_input(layer, x, message):
    network = random_network(layer)
    with unchanged(network), complains(ValueError, message):
        network(x)


@pytest.mark.parametrize(
    ("name", "value", "error", "message"),
    [
        ("weight", np.ones((3, 2)), ValueError, "params['weight'] must have shape (2, 3), got (3, 2)"),
        (
            "weight",
            np.full((2, 3), np.nan),
            ValueError,
            "params['weight'] must be finite in float64, got nan and 5 more",
        ),
        ("bias", ["a", "b", "c"], TypeError, "params['bias'] must hold real numbers, got an array of dtype <U1"),
        ("slope", [1, 1, 1], KeyError, "no parameter 'slope'; there are weight, bias"),
    ],
)
def test_parameters_complain_about_what_they_are_given(name, value, error, message):
    network = random_network(hg.Dense(2, 3))
    with unchanged(network), complains(error, message):
        network.layers[0].params[name] = value


def test_assigned_parameters_are_what_the_network_learns():
    network = hg.Network(hg.Dense(2, 3), dtype="float32")
    network.layers[0].params["weight"] = [[1, 2, 3], [4, 5, 6]]
    network.layers[0].params["bias"] += 7
    np.testing.assert_array_equal(network.parameters, [1, 2, 3, 4, 5, 6, 7, 7, 7])
    np.testing.assert_array_equal(network([[1, 1]]), [[12, 14, 16]])


@pytest.mark.parametrize("replicas", [(), (2,)], ids=str)
@pytest.mark.parametrize("given", ["float64", "int64"])
def test_a_network_computes_in_its_own_precision(replicas, given):
    network = random_network(hg.Dense(2, 3), hg.Tanh(), hg.Dense(3, 2), replicas=replicas, dtype="float32")
    x, gradient = seeded(0).integers(-3, 3, (2, *replicas, 4, 2)).astype(given)
    assert network.forward(x).dtype == np.float32
    network.backward(gradient)
    fetched, x, gradient = network.gradients.copy(), x.astype("float32"), gradient.astype("float32")
    for layer in network.layers:
        x = layer.forward(x)
    for layer in network.layers[::-1]:
        gradient = layer.backward(gradient)
        assert gradient.dtype == np.float32
    np.testing.assert_array_equal(network.gradients, fetched)
