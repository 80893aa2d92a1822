"""Networks: replica i is the network with seed i, copies are whole, files come back, bad input changes nothing."""

import copy
import io
import json
import pickle
import warnings
import zipfile

import numpy as np
import pytest
from common import REPLICAS, complains, quotients, random_network, relative_error, seeded, unchanged
from hypothesis import given, settings
from hypothesis import strategies as st

import hourglass as hg
from hourglass.engine.layers import Layer

IMAGE = (6, 6, 2)
CHAINS = {
    "plain": ([hg.Dense(4, 5), hg.Tanh(), hg.Dense(5, 3)], (4,)),
    "hourglass": ([hg.Dense(4, 2, bias=False), hg.Sigmoid(), hg.Dense(2, 4, bias=False)], (4,)),
    "mixed": (
        [
            hg.GaussianNoise(0.3),
            hg.Dense(4, 5, scale="he"),
            hg.PReLU(5),
            hg.Maxout(5, 4, pieces=3),
            hg.LeakyReLU(0.2),
            hg.Dense(4, 4),
            hg.ELU(),
            hg.GaussianNoise(0.1),
            hg.GELU(),
            hg.Dense(4, 3),
        ],
        (4,),
    ),
    "images": (
        [
            hg.Tanh(),
            hg.Conv2D(2, 3, padding=1),
            hg.ReLU(),
            hg.MaxPool2D(2),
            hg.Conv2D(3, 2, size=2),
            hg.Flatten(),
            hg.Dense(8, 3),
        ],
        IMAGE,
    ),
    "late learner": ([hg.Tanh(), hg.Sigmoid(), hg.Dense(4, 3)], (4,)),
    "late learner of images": ([hg.Tanh(), hg.MaxPool2D(2), hg.Flatten(), hg.Dense(18, 3)], IMAGE),
}
each_chain = pytest.mark.parametrize(("chain", "shape"), CHAINS.values(), ids=CHAINS)
each_replicas = pytest.mark.parametrize("replicas", REPLICAS, ids=str)
INDICES = [0, -1, (1, 2), slice(1), (slice(None), 1), (0, slice(1, 3)), [1, 1], (..., [2, 0]), ...]
SEEDS = np.array([[3, 1, 4], [1, 5, 9]])


def inputs(shape, batch=5, leading=()):
    return seeded(0).normal(size=(*leading, batch, *shape))


def step(network, x):
    """One step of training, so that gradients and parameters move."""
    y = np.zeros(len(x), int)
    return hg.train(network, x, y, loss=hg.SoftmaxCrossEntropy(), optimizer=hg.SGD(0.1), epochs=2)


@each_chain
def test_replica_i_is_the_network_with_seed_i(chain, shape):
    x = inputs(shape)
    many = hg.Network(*chain, seeds=SEEDS)
    outputs, noisy = many(x), many(x, noise=True)
    for place, seed in np.ndenumerate(SEEDS):
        alone = hg.Network(*chain, seed=int(seed))
        for one, all_ in zip(alone.layers, many.layers, strict=True):
            for name in all_.params:
                np.testing.assert_array_equal(one.params[name], all_.params[name][place])
        np.testing.assert_allclose(outputs[place], alone(x), rtol=0, atol=1e-12)
        np.testing.assert_allclose(noisy[place], alone(x, noise=True), rtol=0, atol=1e-12)


@each_chain
@pytest.mark.parametrize("index", INDICES, ids=str)
def test_an_index_picks_replicas(chain, shape, index):
    many, x = random_network(*chain, replicas=(2, 3)), inputs(shape)
    picked, places = many[index], np.arange(6).reshape(2, 3)[index]
    assert picked.replicas == places.shape
    assert picked.n_parameters == many.n_parameters
    for noise in (False, True):
        found, outputs = picked(x, noise), many(x, noise)
        expected = outputs.reshape(6, *outputs.shape[2:])[places]
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_a_picked_replica_is_a_network_of_its_own():
    many, x = random_network(*CHAINS["plain"][0], replicas=(3,)), inputs((4,))
    picked = many[1]
    with unchanged(many):
        step(picked, x)
    with unchanged(picked):
        step(many, x)
    assert [network.replicas for network in many] == [(), (), ()]


@each_chain
@pytest.mark.parametrize("twin", [copy.deepcopy, lambda network: pickle.loads(pickle.dumps(network))])
def test_a_copy_is_whole_and_apart(chain, shape, twin):
    network, x = random_network(*chain, replicas=(3,)), inputs(shape)
    other = twin(network)
    np.testing.assert_array_equal(other(x), network(x))
    np.testing.assert_array_equal(other(x, noise=True), network(x, noise=True))
    with unchanged(network):
        step(other, x)
    step(network, x)
    np.testing.assert_array_equal(other.parameters, network.parameters)
    np.testing.assert_array_equal(other(x, noise=True), network(x, noise=True))


@each_chain
@each_replicas
@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_what_is_saved_comes_back(tmp_path, chain, shape, replicas, dtype):
    network, x = random_network(*chain, replicas=replicas, dtype=dtype), inputs(shape)
    path = tmp_path / "network"
    network.save(path)
    loaded = hg.load(path)
    assert repr(loaded) == repr(network)
    np.testing.assert_array_equal(loaded.parameters, network.parameters)
    np.testing.assert_array_equal(loaded(x), network(x))
    assert loaded(x).dtype == dtype


def test_a_network_without_parameters_comes_back(tmp_path):
    hg.Network(hg.Tanh()).save(tmp_path / "network")
    assert hg.load(tmp_path / "network")([[1.0]]) == np.tanh(1)


@each_chain
@each_replicas
def test_the_output_is_the_last_of_the_activations(chain, shape, replicas):
    network, x = random_network(*chain, replicas=replicas), inputs(shape)
    activations = network.activations(x)
    assert len(activations) == len(chain)
    assert network(x).shape == (*replicas, 5, chain[-1].n_out)
    np.testing.assert_array_equal(activations[-1], network(x))


def test_a_pass_is_a_product_of_matrices():
    network = random_network(*CHAINS["plain"][0])
    x, (first, _, last) = inputs((4,)), network.layers
    sums, hidden, output = network.activations(x)
    np.testing.assert_allclose(sums, x @ first.params["weight"] + first.params["bias"], rtol=1e-12)
    np.testing.assert_allclose(hidden, np.tanh(sums), rtol=1e-12)
    np.testing.assert_allclose(output, hidden @ last.params["weight"] + last.params["bias"], rtol=1e-12)


@each_chain
@each_replicas
@pytest.mark.parametrize("loss", [hg.SoftmaxCrossEntropy("sum"), hg.Hinge(), hg.MeanSquaredError()], ids=repr)
@pytest.mark.parametrize("shared", [True, False], ids=["one input for all", "an input for each"])
def test_gradients_pass_the_check(chain, shape, replicas, loss, shared):
    network, x = random_network(*chain, replicas=replicas), inputs(shape, 2, () if shared else replicas)
    y = np.array([0, 2])
    if isinstance(loss, hg.MeanSquaredError):
        y = seeded(1).normal(size=(2, chain[-1].n_out))
    with unchanged(network):
        assert 0 < hg.gradient_check(network, x, y, loss) < 1e-6
    assert (network.gradients != 0).any()


@each_chain
@each_replicas
@pytest.mark.parametrize("shared", [True, False], ids=["one input for all", "an input for each"])
def test_backward_returns_the_gradient_by_the_input_and_so_does_the_loop_by_hand(chain, shape, replicas, shared):
    network, x = random_network(*chain, replicas=replicas), inputs(shape, 2, () if shared else replicas)
    weights = seeded(2).normal(size=network(x).shape)
    network.forward(x)
    gradient = network.backward(weights)
    found, expected = gradient, quotients(lambda: np.sum(weights * network.forward(x)), x)
    if gradient.ndim > x.ndim:  # one input for all: it feels every replica
        found = gradient.sum(axis=tuple(range(len(replicas))))
    assert relative_error(found, expected) < 1e-6
    by_network, by_hand = network.gradients.copy(), weights
    network.gradients[...] = np.nan
    network.forward(x)
    for layer in reversed(network.layers):
        by_hand = layer.backward(by_hand)
    np.testing.assert_array_equal(by_hand, gradient)
    np.testing.assert_array_equal(network.gradients, by_network)
    network.gradients[...] = np.nan
    network.learn(weights)
    np.testing.assert_array_equal(network.gradients, by_network)


class Scale(Layer):
    """A layer of one's own: a factor for each number."""

    takes, shapes = (4,), {"factor": (4,)}

    def draw(self, rng):
        return {"factor": rng.uniform(1, 2, 4)}

    def forward(self, x):
        self.x = x
        return self.params["factor"][..., None, :] * x

    def backward(self, gradient):
        self.grads["factor"] = (gradient * self.x).sum(axis=-2)
        return gradient * self.params["factor"][..., None, :]


@each_replicas
def test_a_network_takes_layers_that_it_has_never_heard_of(replicas):
    network = random_network(Scale(), hg.Dense(4, 4), Scale(), replicas=replicas)
    x, y = inputs((4,), 3), np.array([0, 3, 1])
    assert 0 < hg.gradient_check(network, x, y, hg.SoftmaxCrossEntropy()) < 1e-6
    before = network.parameters.copy()
    step(network, x)
    assert (network.parameters != before).all()


def test_given_parameters_make_the_network():
    drawn = random_network(*CHAINS["mixed"][0], replicas=(2, 3))
    params = [dict(layer.params) for layer in drawn.layers]
    given = hg.Network(*CHAINS["mixed"][0], params=params)
    assert repr(given) == repr(drawn)
    np.testing.assert_array_equal(given.parameters, drawn.parameters)
    assert not np.shares_memory(given.parameters, drawn.parameters)
    lists = hg.Network(hg.Dense(2, 1), params=[{"weight": [[1], [2]], "bias": [3]}])
    assert lists([[10, 100]]) == 213 and lists.replicas == ()


DENSE_2_1 = "Dense(n_in=2, n_out=1, bias=True, scale='glorot')"


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ([], "params must be a list of 2 dicts, one a layer, got []"),
        ([{}, 1], "params must be a list of 2 dicts, one a layer, got [{}, 1]"),
        ([{"weight": [[1], [2]]}, {}], f"params[0] must hold weight, bias for {DENSE_2_1}, got weight"),
        ([{"weight": [[1], [2]], "bias": [0]}, {"slope": 1}], "params[1] must hold nothing for Tanh(), got slope"),
        ([{"weight": [[1, 2]], "bias": [0]}, {}], "params[0]['weight'] must have shape (2, 1), got (1, 2)"),
        ([{"weight": [[[1], [2]]], "bias": [0]}, {}], "params[0]['bias'] must have shape (1, 1), got (1,)"),
        ([{"weight": [1, 2], "bias": [0]}, {}], "params[0]['weight'] must have shape (2, 1), got (2,)"),
        ([{"weight": [[1], [np.nan]], "bias": [0]}, {}], "params[0]['weight'] must be finite in float64, got nan"),
    ],
)
def test_networks_complain_about_given_parameters(params, message):
    with complains(ValueError, message):
        hg.Network(hg.Dense(2, 1), hg.Tanh(), params=params)


def test_a_replica_is_picked_without_copying_the_others(monkeypatch):
    many, copied = hg.Network(hg.GaussianNoise(1), hg.Dense(4, 3), seeds=range(100)), []
    monkeypatch.setattr(copy, "deepcopy", lambda thing, memo=None: copied.append(thing) or thing)
    one = many[3]
    assert len(copied) == 1, "its noise generator"
    assert (one.parameters.size, one.replicas) == (15, ())


def test_outputs_that_overflow_are_silent():
    params = [{"weight": [[1e300]], "bias": [0]}, {}, {"weight": [[1e300]], "bias": [-1e300]}]
    network = hg.Network(hg.Dense(1, 1), hg.ELU(), hg.Dense(1, 1), params=params)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert network([[1e9]]) == np.inf
        assert network.activations([[1e9]])[0] == np.inf
        assert hg.Network(hg.Dense(1, 1), dtype="float16", params=[{"weight": [[6e4]], "bias": [0]}])([[6e4]]) == np.inf


def test_the_check_of_gradients_is_silent_about_large_numbers():
    network = hg.Network(hg.Dense(1, 2), params=[{"weight": [[1, 2]], "bias": [0, -2000]}])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert hg.gradient_check(network, [[1.0]], [0], hg.SoftmaxCrossEntropy()) < 1e-6
        assert hg.gradient_check(network, [[1.0]], [1], hg.SoftmaxCrossEntropy()) < 1e-6


@each_replicas
def test_parameters_are_counted(replicas):
    assert random_network(hg.Dense(3, 4), hg.Tanh(), hg.Dense(4, 2), replicas=replicas).n_parameters == 26
    layers = hg.Dense(3, 4), hg.Tanh(), hg.Dense(4, 4), hg.Tanh(), hg.Dense(4, 1)
    assert random_network(*layers, replicas=replicas).n_parameters == 41


@each_chain
@each_replicas
def test_layers_look_at_the_network_s_parameters(chain, shape, replicas):
    network = random_network(*chain, replicas=replicas)
    assert not network.gradients.any()
    values = seeded(0).normal(size=replicas)
    network.parameters[...] = network.spread(values)
    weights = [layer.params["weight"] for layer in network.layers if "weight" in layer.params]
    assert network.n_weights == sum(weight.size for weight in weights)
    network.parameters[: network.n_weights] += 7
    for layer in network.layers:
        for name, array in layer.params.items():
            expected = values + 7 if name == "weight" else values
            np.testing.assert_array_equal((array.T - expected.T), 0)
            assert np.shares_memory(layer.grads[name], network.gradients)


@each_chain
def test_later_calls_leave_earlier_outputs_alone(chain, shape):
    network, x = random_network(*chain, replicas=(3,)), inputs(shape)
    outputs = [network(x), *network.activations(x)]
    kept = copy.deepcopy(outputs)
    network(-x)
    network.activations(2 * x)
    step(network, x)
    for output, before in zip(outputs, kept, strict=True):
        np.testing.assert_array_equal(output, before)


@pytest.mark.parametrize("layer", [hg.Flatten(), hg.GaussianNoise(1), hg.MaxPool2D(1)], ids=repr)
def test_an_output_is_never_the_input_itself(layer):
    x = np.ones((2, 3)) if isinstance(layer, hg.GaussianNoise) else np.ones((2, 3, 3, 1))
    network = hg.Network(layer)
    network(x)[...] = 0
    network.activations(x)[0][...] = 0
    assert x.all()


@each_chain
@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-5), ("float16", 0.05)])
def test_precision_is_the_networks_own(chain, shape, dtype, tolerance):
    precise, rough = (hg.Network(*chain, seeds=range(3), dtype=d) for d in ("float64", dtype))
    x = inputs(shape)
    step(rough, x)
    step(precise, x)
    for array in (rough(x), rough(x, noise=True), rough.parameters, rough.gradients, *rough.activations(x)):
        assert array.dtype == dtype
    np.testing.assert_allclose(rough(x), precise(x), atol=tolerance)


@pytest.mark.parametrize("dtype", ["float32", np.float32, np.dtype("float32")])
def test_precision_has_several_names(dtype):
    assert hg.Network(hg.Dense(2, 2), dtype=dtype).dtype == np.float32


def test_noise_is_put_back_as_it_was():
    network, x = hg.Network(hg.GaussianNoise(1)), np.zeros((2, 2))
    with network.noise():
        assert not network(x).any(), "a call says for itself whether it wants noise"
        assert network.forward(x).all()
    assert not network.forward(x).any()
    with pytest.raises(KeyboardInterrupt), network.noise():
        raise KeyboardInterrupt
    assert not network.forward(x).any()


def test_layers_are_copied():
    layer = hg.Dense(2, 2)
    network = hg.Network(layer, layer)
    assert len({id(layer), *map(id, network.layers)}) == 3
    assert not np.shares_memory(layer.params["weight"], network.parameters)
    assert (network.layers[0].params["weight"] != network.layers[1].params["weight"]).all()


def test_without_a_seed_it_is_seed_0():
    default, zero, one = (hg.Network(hg.Dense(2, 3, bias=False), **seed) for seed in ({}, {"seed": 0}, {"seed": 1}))
    np.testing.assert_array_equal(default.parameters, zero.parameters)
    assert (zero.parameters != one.parameters).all()


DENSE = "Dense(n_in=4, n_out=3, bias=True, scale='glorot')"


@pytest.mark.parametrize(
    ("layers", "error", "message"),
    [
        ([], ValueError, "layers must not be empty"),
        (["Dense"], TypeError, "layers must be layers such as Dense(2, 3), got 'Dense' at position 0"),
        ([hg.Dense(4, 3), hg.Tanh], TypeError, "layers must be layers such as Dense(2, 3), got <class"),
        (
            [hg.Dense(2, 5), hg.Dense(4, 3)],
            ValueError,
            f"layers must fit: position 1 is {DENSE}, but the layer before it gives 5",
        ),
        (
            [hg.Maxout(2, 5), hg.Tanh(), hg.Dense(4, 3)],
            ValueError,
            f"position 2 is {DENSE}, but the layer before it gives 5",
        ),
        ([hg.PReLU(5), hg.Dense(4, 3)], ValueError, f"position 1 is {DENSE}, but the layer before it gives 5"),
        ([hg.Conv2D(1, 5), hg.MaxPool2D(2), hg.Conv2D(4, 1)], ValueError, "but the layer before it gives 5"),
        (
            [hg.Conv2D(1, 4), hg.Dense(4, 3)],
            ValueError,
            f"layers must fit: position 1 is {DENSE}, which takes rows of numbers, "
            "but the layer before it gives images",
        ),
        (
            [hg.Dense(2, 4), hg.Tanh(), hg.Flatten()],
            ValueError,
            "layers must fit: position 2 is Flatten(), which takes images, "
            "but the layer before it gives rows of numbers",
        ),
        (
            [hg.Flatten(), hg.MaxPool2D(2)],
            ValueError,
            "which takes images, but the layer before it gives rows of numbers",
        ),
        (
            [hg.MaxPool2D(2), hg.GaussianNoise(1)],
            ValueError,
            "which takes rows of numbers, but the layer before it gives images",
        ),
    ],
)
def test_networks_complain_about_layers(layers, error, message):
    with complains(error, message):
        hg.Network(*layers)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"seed": -1}, ValueError, "seed must be at least 0, got -1"),
        ({"seed": 1.5}, TypeError, "seed must be an integer, got 1.5"),
        ({"seed": "1"}, TypeError, "seed must be an integer, got '1'"),
        ({"seed": True}, TypeError, "seed must be an integer, got True"),
        ({"seed": range(3)}, TypeError, "seed must be an integer, got range(0, 3)"),
        ({"seeds": []}, ValueError, "seeds must not be empty, got shape (0,)"),
        ({"seeds": range(0)}, ValueError, "seeds must not be empty, got shape (0,)"),
        ({"seeds": [1, -2]}, ValueError, "seeds must be non-negative integers, got -2"),
        ({"seeds": [1.0, 2.0]}, TypeError, "seeds must be non-negative integers, got array([1., 2.])"),
        ({"seeds": [True, False]}, TypeError, "seeds must be non-negative integers, got array([ True, False])"),
        ({"seeds": "12"}, TypeError, "seeds must be non-negative integers, got array('12', dtype='<U2')"),
        ({"seeds": [[1], [2, 3]]}, ValueError, "seeds must be an array, got rows of different lengths: [[1], [2, 3]]"),
        ({"seed": 1, "seeds": [2]}, ValueError, "seed, seeds and params exclude one another, got seed=1 and seeds=[2]"),
        ({"dtype": "float99"}, ValueError, "dtype must be one of 'float16', 'float32', 'float64', got 'float99'"),
        ({"dtype": int}, ValueError, "dtype must be one of 'float16', 'float32', 'float64', got 'int64'"),
        ({"dtype": 5}, ValueError, "dtype must be one of 'float16', 'float32', 'float64', got 5"),
    ],
)
def test_networks_complain_about_options(options, error, message):
    with complains(error, message):
        hg.Network(hg.Dense(2, 2), **options)


@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        (np.ones(4), ValueError, "x must have shape (batch, n), or with replica axes (2, 3) in front, got (4,)"),
        (3.0, ValueError, "x must have shape (batch, n), or with replica axes (2, 3) in front, got ()"),
        (np.ones((3, 5, 4)), ValueError, "or with replica axes (2, 3) in front, got (3, 5, 4)"),
        (np.ones((3, 2, 5, 4)), ValueError, "replica axes (2, 3) in front, got (3, 2, 5, 4)"),
        (np.ones((5, 3)), ValueError, "x must have 4 numbers on its last axis, got shape (5, 3)"),
        (np.ones((0, 4)), ValueError, "x must not be empty, got shape (0, 4)"),
        ([], ValueError, "x must not be empty, got shape (0,)"),
        ([[1, 2, np.nan, np.inf]], ValueError, "x must be finite in float64, got nan and 1 more"),
        ([[1, 2, 3, -np.inf]], ValueError, "x must be finite in float64, got -inf"),
        ([["1", "2", "3", "4"]], TypeError, "x must hold real numbers, got an array of dtype <U1"),
        ([[1j, 2, 3, 4]], TypeError, "x must hold real numbers, got an array of dtype complex128"),
        (None, TypeError, "x must hold real numbers, got an array of dtype object"),
        ([[1, 2, 3, 4], [5]], ValueError, "x must be an array, got rows of different lengths: [[1, 2, 3, 4], [5]]"),
    ],
)
def test_networks_complain_about_input(x, error, message):
    network = random_network(*CHAINS["plain"][0], replicas=(2, 3))
    for ask in (network, network.activations):
        with unchanged(network), complains(error, message):
            ask(x)


def test_other_complaints_about_input():
    with complains(ValueError, "x must have shape (batch, n), got (1, 5, 4)"):
        random_network(hg.Dense(4, 3))(np.ones((1, 5, 4)))
    with complains(ValueError, "x must bring 8 numbers to Dense(n_in=8, n_out=3, bias=True, scale='glorot'), got 18"):
        random_network(*CHAINS["images"][0])(np.ones((2, 8, 8, 2)))
    with complains(ValueError, "x must be finite in float16, got 100000.0"):
        hg.Network(hg.Dense(1, 1), dtype="float16")([[1e5]])


def test_networks_complain_about_an_index():
    many = random_network(hg.Dense(2, 2), replicas=(3,))
    with complains(TypeError, "this network has no replicas to pick 0 from"):
        many[1][0]
    with complains(IndexError, "index 3 is out of bounds for axis 0 with size 3"):
        many[3]
    with complains(IndexError, "the index must pick at least one of the replicas (3,), got slice(2, 2, None)"):
        many[2:2]
    with complains(ValueError, "per_replica must have one number a replica, shape (3,), got shape (2,)"):
        many.spread([1, 2])


def saved(**changes):
    """The bytes of a file such as `Network.save` writes, with changes in its header or its parameters."""
    header = {
        "format": "hourglass network 1",
        "dtype": "float64",
        "replicas": [2],
        "layers": [["Dense", {"n_in": 3, "n_out": 2}], ["Tanh", {}]],
    }
    parameters = changes.pop("parameters", np.ones(16))
    file = io.BytesIO()
    np.savez(file, header=np.array(json.dumps(header | changes)), parameters=parameters)
    return file.getvalue()


def packed(write):
    file = io.BytesIO()
    write(file)
    return file.getvalue()


def zipped(file):
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("readme.txt", "a zip, but not ours")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is not a .npz file"),
        (b"weights, but in words", "it is not a .npz file"),
        (pickle.dumps({"weight": 1}), "it is not a .npz file"),
        (packed(zipped), "header"),
        (packed(lambda file: np.save(file, np.ones(3))), "it is not a .npz file"),
        (packed(lambda file: np.savez(file, weight=np.ones(3))), "header"),
        (
            packed(lambda file: np.savez(file, header=np.array("[1]"), parameters=np.ones(3))),
            "indices must be integers",
        ),
        (packed(lambda file: np.savez(file, header=np.array("{"), parameters=np.ones(3))), "Expecting property name"),
        (saved(format="hourglass network 9"), "its format is 'hourglass network 9'"),
        (saved(parameters=np.ones(15)), "it holds 15 parameters where its layers have 16"),
        (saved(parameters=np.full(16, np.nan)), "parameters must be finite in float64, got nan and 15 more"),
        (saved(parameters=np.array([{}] * 16)), "Object arrays cannot be loaded"),
        (saved(dtype="int64"), "dtype must be one of 'float16', 'float32', 'float64', got 'int64'"),
        (saved(replicas=[0]), "replicas must be at least 1, got 0"),
        (saved(replicas=5), "not iterable"),
        (saved(layers=[["os", {}]]), "layer must be one of"),
        (saved(layers=[["Dense", {"n_in": 3}]]), "n_out"),
        (saved(layers=[["Dense", {"n_in": 3, "n_out": 2, "colour": "red"}]]), "colour"),
        (saved(layers=[["Dense", {"n_in": 3, "n_out": -2}]]), "n_out must be at least 1, got -2"),
        (saved(layers=[]), "layers must not be empty"),
    ],
)
def test_foreign_files_are_refused(tmp_path, content, reason):
    path = tmp_path / "network"
    path.write_bytes(content)
    with complains(ValueError, f"path must be a file that Network.save wrote, got {path}: ") as caught:
        hg.load(path)
    assert reason in str(caught.value)


def test_a_file_in_the_right_form_is_not_refused(tmp_path):
    path = tmp_path / "network"
    path.write_bytes(saved(parameters=np.arange(16.0)))
    np.testing.assert_array_equal(hg.load(path).parameters, np.arange(16))


def test_missing_files_and_folders_are_refused(tmp_path):
    with complains(FileNotFoundError, str(tmp_path / "nowhere")):
        hg.load(tmp_path / "nowhere")
    with complains(ValueError, f"path must be a file that Network.save wrote, got {tmp_path}, which cannot be read"):
        hg.load(tmp_path)


def test_every_truncated_file_is_refused(tmp_path):
    path = tmp_path / "network"
    content = saved()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with complains(ValueError, f"path must be a file that Network.save wrote, got {path}"):
            hg.load(path)


@settings(max_examples=300)
@given(data=st.data())
def test_a_damaged_file_is_refused_or_harmless(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("damaged") / "network"
    content = bytearray(saved())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    try:
        np.testing.assert_array_equal(hg.load(path).parameters, np.ones(16))
    except ValueError as error:
        assert str(error).startswith(f"path must be a file that Network.save wrote, got {path}")


@each_chain
@each_replicas
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_chain_of_all_layers_is_the_network_again(chain, shape, replicas, dtype):
    network, x = random_network(*chain, replicas=replicas, dtype=dtype), inputs(shape)
    again = hg.chain(network.layers)
    assert repr(again) == repr(network)
    np.testing.assert_array_equal(again.parameters, network.parameters)
    for noise in (False, True):
        np.testing.assert_array_equal(again(x, noise), network(x, noise))


@each_replicas
@pytest.mark.parametrize("cut", [1, 2, 3, 4, 9])
def test_two_stretches_in_a_row_are_the_whole(replicas, cut):
    network, x = random_network(*CHAINS["mixed"][0], replicas=replicas), inputs((4,))
    front, back = hg.chain(network.layers[:cut]), hg.chain(network.layers[cut:])
    assert front.replicas == back.replicas == replicas
    np.testing.assert_array_equal(front(x), network.activations(x)[cut - 1])
    np.testing.assert_array_equal(back(front(x)), network(x))
    whole = hg.chain((*front.layers, *back.layers))
    np.testing.assert_array_equal(whole.parameters, network.parameters)
    np.testing.assert_array_equal(whole(x), network(x))


@each_chain
def test_a_chain_is_a_copy(chain, shape):
    network, x = random_network(*chain, replicas=(2,)), inputs(shape)
    twin = hg.chain(network.layers)
    with unchanged(network):
        step(twin, x)
    noisy, before = copy.deepcopy(network)(x, noise=True), twin.parameters.copy()
    twin(x, noise=True)
    np.testing.assert_array_equal(network(x, noise=True), noisy)
    step(network, x)
    np.testing.assert_array_equal(twin.parameters, before)


def test_a_chain_may_hold_layers_of_several_networks_and_one_twice():
    first, second, x = random_network(hg.Dense(4, 3)), random_network(hg.Tanh(), hg.Dense(3, 3)), inputs((4,))
    both = hg.chain([first.layers[0], *second.layers, *second.layers])
    np.testing.assert_array_equal(both(x), second(second(first(x))))
    step(both, x)
    assert (both.layers[2].params["weight"] != both.layers[4].params["weight"]).any()


def test_chains_complain_about_layers():
    network = random_network(hg.Dense(4, 3), hg.Tanh())
    many, rough = random_network(hg.Dense(3, 2), replicas=(2,)), random_network(hg.Dense(3, 2), dtype="float32")
    with unchanged(network):
        with complains(ValueError, "layers must not be empty"):
            hg.chain([])
        with complains(TypeError, "layers must be layers such as Dense(2, 3), got 'Dense' at position 2"):
            hg.chain([*network.layers, "Dense"])
        with complains(ValueError, "layers must fit: position 2 is Dense(n_in=4, n_out=3,"):
            hg.chain([*network.layers, *network.layers])
        with complains(TypeError, "layers must be a list of layers, such as net.layers[:3], got Network("):
            hg.chain(network)
        for other, told in ((many, "(2,) in float64"), (rough, "() in float32")):
            message = f"layers must have the same replicas and dtype, got () in float64 and {told}"
            with complains(ValueError, message):
                hg.chain([*network.layers, *other.layers])
