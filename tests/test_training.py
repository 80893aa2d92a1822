"""Training: a step worked by hand, parity with scikit-learn, replicas like single runs, and every way it can end."""

import functools
import platform
import subprocess
import sys

import numpy as np
import pytest
from common import complains, random_network, seeded, unchanged
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.svm import LinearSVC
from tqdm import tqdm

import hourglass as hg

NOISY = [hg.GaussianNoise(0.2), hg.Dense(4, 5), hg.Tanh(), hg.PReLU(5), hg.GaussianNoise(0.1), hg.Maxout(5, 3)]
IMAGES = [hg.Conv2D(1, 2, padding=1), hg.ReLU(), hg.MaxPool2D(2), hg.Flatten(), hg.Dense(8, 3)]
OPTIMIZERS = {
    "SGD": lambda lr=0.1, **options: hg.SGD(lr, **options),
    "momentum": lambda lr=0.1, **options: hg.SGD(lr, momentum=0.9, **options),
    "Adam": lambda lr=0.02, **options: hg.Adam(lr, **options),
}
each_optimizer = pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
LOSSES = [hg.SoftmaxCrossEntropy(), hg.Hinge("sum"), hg.MeanSquaredError()]
each_loss = pytest.mark.parametrize("loss", LOSSES, ids=repr)


def data(loss=None, n=10, shape=(4,), leading=()):
    """Random inputs, and targets of three classes or three numbers."""
    rng = seeded(n)
    x = rng.normal(size=(*leading, n, *shape))
    if isinstance(loss, hg.MeanSquaredError):
        return x, rng.normal(size=(*leading, n, 3))
    return x, rng.integers(0, 3, (*leading, n))


def train(network, x, y, **options):
    defaults = {"loss": hg.SoftmaxCrossEntropy(), "optimizer": hg.SGD(0.1), "epochs": 4}
    return hg.train(network, x, y, **(defaults | options))


def set_params(network, *params):
    for layer, values in zip((layer for layer in network.layers if layer.params), params, strict=True):
        for name, value in values.items():
            layer.params[name] = value


def params(network):
    return [{name: array.tolist() for name, array in layer.params.items()} for layer in network.layers if layer.params]


# Worked by hand


def test_a_step_worked_by_hand():
    """x = (1, 2); sums (2, -2); the second unit rests; output 0.5 * 2 + 1 = 2; wanted 1; error 1; loss 1.

    Back: 2 by the output and its bias; (2 * 2, 2 * 0) by its weights; (2 * 0.5, 0) by the sums; x times that by the
    weights.
    """
    network = hg.Network(hg.Dense(2, 2), hg.ReLU(), hg.Dense(2, 1))
    set_params(network, {"weight": [[1, -1], [0.5, -1]], "bias": [0, 1]}, {"weight": [[0.5], [3]], "bias": [1]})
    history = train(network, [[1, 2]], [[1]], loss=hg.MeanSquaredError(), optimizer=hg.SGD(0.125), epochs=1)
    assert history.loss.tolist() == [1]
    assert [layer.grads["weight"].tolist() for layer in network.layers[::2]] == [[[1, 0], [2, 0]], [[4], [0]]]
    assert params(network) == [
        {"weight": [[0.875, -1], [0.25, -1]], "bias": [-0.125, 1]},
        {"weight": [[0], [3]], "bias": [0.75]},
    ]


def test_a_step_of_softmax_worked_by_hand():
    """Logits (0, ln 3) are probabilities (1/4, 3/4); class 0 was right: loss ln 4, gradient (-3/4, 3/4)."""
    network = hg.Network(hg.Dense(1, 2, bias=False))
    set_params(network, {"weight": [[0, np.log(3)]]})
    history = train(network, [[1]], [0], optimizer=hg.SGD(1), epochs=1)
    assert history.loss[0] == pytest.approx(np.log(4))
    np.testing.assert_allclose(network.parameters, [0.75, np.log(3) - 0.75], rtol=1e-15)


# Parity with scikit-learn


@pytest.mark.parametrize(("name", "layer"), [("tanh", hg.Tanh()), ("logistic", hg.Sigmoid()), ("relu", hg.ReLU())])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_loss_and_gradients_are_those_of_scikit_learn(name, layer, n_classes):
    x, y = seeded(0).normal(size=(20, 4)), np.arange(20) % n_classes
    peer = MLPClassifier(
        6, activation=name, solver="sgd", alpha=0.3, learning_rate_init=0.5, momentum=0, batch_size=20, random_state=0
    )
    peer.partial_fit(x, y, classes=range(n_classes))
    network = hg.Network(hg.Dense(4, 6), layer, hg.Dense(6, n_classes if n_classes > 2 else 1))
    set_params(network, *({"weight": w, "bias": b} for w, b in zip(peer.coefs_, peer.intercepts_, strict=True)))
    penalty = 0.3 / 2 / 20 * sum((w**2).sum() for w in peer.coefs_)  # part of its loss; we add only the gradient
    peer.partial_fit(x, y)
    history = train(network, x, y, optimizer=hg.SGD(0.5, weight_decay=0.3 / 20), epochs=1)
    assert history.loss[0] + penalty == pytest.approx(peer.loss_, rel=1e-12)
    for ours, weight, bias in zip(network.layers[::2], peer.coefs_, peer.intercepts_, strict=True):
        np.testing.assert_allclose(ours.params["weight"], weight, atol=1e-12)
        np.testing.assert_allclose(ours.params["bias"], bias, atol=1e-12)


def test_a_unit_learns_the_weights_of_logistic_regression():
    x, y = hg.datasets.blobs(60, distance=2)
    network = hg.Network(hg.Dense(2, 1))
    train(network, x, y, optimizer=hg.SGD(1, momentum=0.8, weight_decay=0.05), epochs=400)
    peer = LogisticRegression(C=1 / (0.05 * len(x)), tol=1e-10).fit(x, y)
    np.testing.assert_allclose(network.parameters, [*peer.coef_[0], *peer.intercept_], rtol=1e-6)


def test_a_hinge_unit_reaches_the_objective_of_a_support_vector_machine():
    x, y = hg.datasets.blobs(60, distance=2)
    network, optimizer, decay = hg.Network(hg.Dense(2, 1, bias=False)), hg.SGD(1, weight_decay=0.05), 0.05

    def objective(w):
        return np.mean(np.maximum(0, 1 - (2 * y - 1) * (x @ w))) + decay / 2 * w @ w

    def slow_down(epoch, network):
        optimizer.lr = 1 / (decay * (epoch + 20))

    train(network, x, y, loss=hg.Hinge(), optimizer=optimizer, epochs=3000, callbacks=[slow_down])
    peer = LinearSVC(C=1 / (decay * len(x)), loss="hinge", fit_intercept=False, tol=1e-8, max_iter=100_000).fit(x, y)
    assert objective(network.parameters) == pytest.approx(objective(peer.coef_[0]), rel=1e-3)
    assert objective(network.parameters) >= objective(peer.coef_[0]) - 1e-9


# Laws


@each_optimizer
@each_loss
@pytest.mark.parametrize("batch_size", [None, 4])
@pytest.mark.parametrize("own", [False, True], ids=["one set for all", "a set for each"])
def test_replicas_train_like_single_networks(optimizer, loss, batch_size, own):
    seeds = np.array([[3, 1, 4], [1, 5, 9]])
    x, y = data(loss, leading=seeds.shape if own else ())
    options = {"loss": loss, "batch_size": batch_size, "epochs": 5, "seed": 7}
    many = hg.Network(*NOISY, seeds=seeds)
    history = train(many, x, y, optimizer=optimizer(weight_decay=0.01), **options)
    for place, seed in np.ndenumerate(seeds):
        alone = hg.Network(*NOISY, seed=int(seed))
        own_x, own_y = (x[place], y[place]) if own else (x, y)
        single = train(alone, own_x, own_y, optimizer=optimizer(weight_decay=0.01), **options)
        np.testing.assert_allclose(history.loss[:, *place], single.loss, rtol=1e-12)
        np.testing.assert_allclose(many[place].parameters, alone.parameters, rtol=0, atol=1e-12)
    assert (many.parameters != hg.Network(*NOISY, seeds=seeds).parameters).any()


@each_optimizer
def test_replicas_of_image_networks_train_like_single_ones(optimizer):
    x, y = data(shape=(4, 4, 1))
    many = hg.Network(*IMAGES, seeds=range(3))
    train(many, x, y, optimizer=optimizer(), batch_size=3)
    for seed in range(3):
        alone = hg.Network(*IMAGES, seed=seed)
        train(alone, x, y, optimizer=optimizer(), batch_size=3)
        np.testing.assert_allclose(many[seed].parameters, alone.parameters, rtol=0, atol=1e-12)


@each_optimizer
def test_rates_and_decays_of_replicas_are_like_single_runs(optimizer):
    (x, y), lr, decay = data(), np.array([0.001, 0.03, 0.1]), np.array([0, 0.5, 0.1])
    many = hg.Network(*NOISY, seeds=range(3))
    train(many, x, y, optimizer=optimizer(lr=lr, weight_decay=decay))
    for i in range(3):
        alone = hg.Network(*NOISY, seed=i)
        train(alone, x, y, optimizer=optimizer(lr=lr[i], weight_decay=decay[i]))
        np.testing.assert_allclose(many[i].parameters, alone.parameters, rtol=0, atol=1e-12)


@given(seed=st.integers(0, 2**32 - 1))
def test_small_steps_downhill_never_go_up(seed):
    x, y = data()
    network = hg.Network(hg.Dense(4, 5), hg.Tanh(), hg.Dense(5, 3), seed=seed)
    assert (np.diff(train(network, x, y, optimizer=hg.SGD(1e-3), epochs=10).loss) < 0).all()


@each_loss
def test_each_loss_is_taken_before_its_step(loss):
    x, y = data(loss)
    network = random_network(hg.Dense(4, 3), replicas=(2,))
    history = train(network, x, y, loss=loss, epochs=3)
    assert history.loss.shape == (len(history), 2) == (3, 2)
    network = random_network(hg.Dense(4, 3), replicas=(2,))
    for recorded in history.loss:
        np.testing.assert_allclose(recorded, loss(network(x), y), rtol=1e-12)
        train(network, x, y, loss=loss, epochs=1)


@each_loss
def test_batches_share_in_the_loss_by_their_size(loss):
    x, y = data(loss)
    network = random_network(hg.Dense(4, 3), replicas=(2,))
    history = train(network, x, y, loss=loss, batch_size=4, optimizer=hg.SGD(1e-15), epochs=2)
    np.testing.assert_allclose(history.loss, [loss(network(x), y)] * 2, rtol=1e-9)


class Recording(hg.MeanSquaredError):
    """Writes down the batches that it is shown."""

    def __init__(self):
        super().__init__()
        self.batches = []

    def evaluate(self, output, target):
        self.batches.append((output[:, 0].copy(), target[:, 0].copy()))
        return super().evaluate(output, target)


def batches(batch_size, **seed):
    """The targets of each batch in training on 0, 1, ..., 9, whose outputs must belong to them."""
    network, loss, numbers = hg.Network(hg.Dense(1, 1)), Recording(), np.arange(10.0)[:, None]
    set_params(network, {"weight": [[1]]})
    train(network, numbers, numbers, loss=loss, batch_size=batch_size, epochs=3, **seed)
    for output, target in loss.batches:
        np.testing.assert_array_equal(output, target)
    return [target.tolist() for _, target in loss.batches[:-1]]  # the last is a look at the result


def test_every_epoch_sees_every_example_once_in_a_new_order():
    shown = batches(4)
    assert [len(batch) for batch in shown] == [4, 4, 2] * 3
    orders = [sum(shown[i : i + 3], []) for i in (0, 3, 6)]
    assert [sorted(order) for order in orders] == [list(range(10))] * 3
    assert len({tuple(order) for order in orders}) == 3
    assert batches(4, seed=0) == shown != batches(4, seed=1)


@pytest.mark.parametrize("batch_size", [None, 10, 11])
def test_a_whole_batch_is_shown_as_it_is(batch_size):
    assert batches(batch_size) == [list(range(10))] * 3


def test_training_is_noisy_and_asking_is_not():
    x, y = data()
    noisy, quiet = (hg.Network(hg.GaussianNoise(std), hg.Dense(4, 3)) for std in (1, 0))
    assert (train(noisy, x, y).loss != train(quiet, x, y).loss).all()
    np.testing.assert_array_equal(noisy(x), noisy(x))


def test_nothing_to_learn_is_no_trouble():
    network, loss = hg.Network(hg.Tanh(), hg.Sigmoid()), hg.MeanSquaredError()
    x, y = data(loss, shape=(3,))
    assert train(network, x, y, loss=loss, epochs=3).loss.tolist() == [loss(network(x), y)] * 3
    assert hg.gradient_check(network, x, y, loss) == 0


def test_data_stay_as_they_are():
    x, y = data(hg.MeanSquaredError())
    before = x.copy(), y.copy()
    train(hg.Network(hg.ReLU(), hg.Dense(4, 3)), x, y, loss=hg.MeanSquaredError(), batch_size=3)
    np.testing.assert_array_equal(x, before[0])
    np.testing.assert_array_equal(y, before[1])


# How a training ends


def test_callbacks_hear_of_every_epoch_until_one_says_stop():
    heard, (x, y) = [], data()
    network = random_network(hg.Dense(4, 3))

    def note(epoch, shown):
        assert shown is network
        heard.append((epoch, network.parameters.copy()))

    history = train(network, x, y, epochs=9, callbacks=[lambda epoch, _: epoch == 3, note, lambda epoch, _: 0])
    assert [epoch for epoch, _ in heard] == [1, 2, 3]
    assert len(history) == 3
    assert not history.interrupted
    other = random_network(hg.Dense(4, 3))
    for _, parameters in heard:
        train(other, x, y, epochs=1)
        np.testing.assert_allclose(parameters, other.parameters, rtol=1e-12)
    np.testing.assert_array_equal(network.parameters, heard[-1][1])


def test_after_each_step_the_functions_are_called_in_order():
    (x, y), network, heard = data(), random_network(hg.Dense(4, 3)), []

    def clip(net):
        heard.append("clip")
        np.clip(net.parameters, -0.5, 0.5, out=net.parameters)

    def look(net):
        heard.append(np.abs(net.parameters).max())

    train(network, x, y, batch_size=4, epochs=2, optimizer=hg.SGD(1), after_step=[clip, look])
    assert heard[::2] == ["clip"] * 6 and max(heard[1::2]) == 0.5


@pytest.mark.parametrize("lr", [0.5, np.array([0.5, 1])], ids=["one rate", "a rate for each"])
def test_cooling_lowers_the_rate_in_a_straight_line(lr):
    rates, (x, y), optimizer = [], data(), hg.SGD(lr)
    callbacks = [lambda epoch, network: rates.append(optimizer.lr), hg.cooling(optimizer, 4)]
    train(random_network(hg.Dense(4, 3), replicas=(2,)), x, y, optimizer=optimizer, epochs=4, callbacks=callbacks)
    np.testing.assert_allclose([*rates, optimizer.lr], [np.multiply(lr, share) for share in (1, 0.8, 0.6, 0.4, 0.2)])
    with complains(ValueError, "epochs must be at least 1, got 0"):
        hg.cooling(optimizer, 0)


def test_ctrl_c_returns_the_history_so_far():
    def interrupt(epoch, network):
        if epoch == 3:
            raise KeyboardInterrupt

    x, y = data()
    stopped, whole = random_network(hg.Dense(4, 3), replicas=(2,)), random_network(hg.Dense(4, 3), replicas=(2,))
    history = train(stopped, x, y, epochs=9, callbacks=[interrupt])
    np.testing.assert_array_equal(history.loss, train(whole, x, y, epochs=3).loss)
    np.testing.assert_array_equal(stopped.parameters, whole.parameters)
    assert history.interrupted
    assert repr(history) == "History(3 epochs, interrupted)"


class Interrupted(hg.SGD):
    """Somebody presses Ctrl-C after so many steps."""

    steps_left = 7

    def update(self, network):
        super().update(network)
        self.steps_left -= 1
        if not self.steps_left:
            raise KeyboardInterrupt


@pytest.mark.parametrize(("steps", "epochs"), [(4, 2), (1, 0)], ids=["in the third", "in the first"])
def test_ctrl_c_within_an_epoch_leaves_that_epoch_out(steps, epochs):
    x, y = data()
    network = hg.Network(*NOISY)
    history = train(network, x, y, batch_size=steps, optimizer=Interrupted(0.1))
    assert (len(history), history.interrupted) == (epochs, True)
    np.testing.assert_array_equal(network.forward(x).copy(), network(x), "no noise is left on")


def test_ctrl_c_leaves_frozen_replicas_frozen():
    lr = np.array([0.1, 1e100])
    network = bowl(2)
    history = train(
        network, [[1]], [[0]], loss=hg.MeanSquaredError(), optimizer=Interrupted(lr), epochs=9, on_divergence="freeze"
    )
    assert history.interrupted
    np.testing.assert_allclose(network.parameters, [0.8**7, -2e100], rtol=1e-12)


def bowl(*replicas):
    """w, from 1, with loss w^2: a step makes it (1 - 2 lr) w. With lr 1e100 that is 1, -2e100, 4e200, and the end."""
    network = hg.Network(hg.Dense(1, 1, bias=False), seeds=np.zeros(replicas, int))
    network.parameters[...] = 1
    return network


@pytest.mark.parametrize(("epochs", "blamed"), [(2, 2), (3, 3), (9, 3)])
def test_divergence_names_the_epoch_and_leaves_the_last_finite_parameters(epochs, blamed):
    network = bowl()
    message = f"the loss is no longer finite in epoch {blamed}; the network has its last good parameters"
    with complains(FloatingPointError, message):
        train(network, [[1]], [[0]], loss=hg.MeanSquaredError(), optimizer=hg.SGD(1e100), epochs=epochs)
    np.testing.assert_allclose(network.parameters, -2e100)


def test_a_step_too_far_is_no_divergence_while_the_loss_is_finite():
    network = bowl()
    history = train(network, [[1]], [[0]], loss=hg.MeanSquaredError(), optimizer=hg.SGD(1e100), epochs=1)
    np.testing.assert_allclose(network.parameters, -2e100)
    assert (history.loss.tolist(), history.diverged) == ([1], -1)


def test_divergence_counts_the_replicas():
    network = bowl(3)
    with complains(FloatingPointError, "no longer finite in epoch 3 in 2 of 3 replicas; the network has its last good"):
        train(network, [[1]], [[0]], loss=hg.MeanSquaredError(), optimizer=hg.SGD([1e100, 0.1, 1e100]), epochs=9)
    np.testing.assert_allclose(network.parameters, [-2e100, 0.64, -2e100])


@pytest.mark.parametrize("epochs", [2, 9])
def test_a_frozen_replica_leaves_the_others_alone(epochs):
    network = bowl(3)
    history = train(
        network,
        [[1]],
        [[0]],
        loss=hg.MeanSquaredError(),
        optimizer=hg.SGD([0.1, 1e100, 0.2]),
        epochs=epochs,
        on_divergence="freeze",
    )
    np.testing.assert_allclose(network.parameters, [0.8**epochs, -2e100, 0.6**epochs], rtol=1e-12)
    assert history.diverged.tolist() == [-1, min(epochs, 3), -1]
    np.testing.assert_allclose(history.loss[:, 0], 0.64 ** np.arange(epochs), rtol=1e-12)
    np.testing.assert_allclose(history.loss[:, 1], [1, 4e200, np.inf, *[4e200] * 6][:epochs], rtol=1e-12)


def test_replicas_freeze_one_after_the_other():
    network = bowl(3)
    history = train(
        network,
        [[1]],
        [[0]],
        loss=hg.MeanSquaredError(),
        optimizer=hg.SGD([1e100, 1e60, 1e45]),
        epochs=9,
        on_divergence="freeze",
    )
    assert history.diverged.tolist() == [3, 4, 5]
    np.testing.assert_allclose(network.parameters, [-2e100, 4e120, -8e135])


@each_optimizer
def test_frozen_replicas_of_a_real_network(optimizer):
    (x, y), lr = data(hg.MeanSquaredError()), np.array([0.01, 1e200, 0.02])
    options = {"loss": hg.MeanSquaredError(), "batch_size": 3, "epochs": 6, "on_divergence": "freeze"}
    many = hg.Network(*NOISY, seeds=range(3))
    history = train(many, x, y, optimizer=optimizer(lr=lr), **options)
    assert history.diverged[1] > 0
    assert np.isfinite(loss := hg.MeanSquaredError()(many(x), y)).all(), loss
    for i in (0, 2):
        alone = hg.Network(*NOISY, seed=i)
        single = train(alone, x, y, optimizer=optimizer(lr=lr[i]), **options)
        np.testing.assert_allclose(history.loss[:, i], single.loss, rtol=1e-12)
        np.testing.assert_allclose(many[i].parameters, alone.parameters, rtol=0, atol=1e-12)
        assert history.diverged[i] == single.diverged == -1


def test_a_loss_that_was_never_finite_changes_nothing():
    network = bowl(2)
    network.parameters[...] = [1e200, 1]
    with unchanged(network), complains(FloatingPointError, "in epoch 1 in 1 of 2 replicas"):
        train(network, [[1]], [[0]], loss=hg.MeanSquaredError())
    history = train(network, [[1]], [[0]], loss=hg.MeanSquaredError(), on_divergence="freeze")
    np.testing.assert_allclose(network.parameters, [1e200, 0.8**4])
    assert history.diverged.tolist() == [1, -1]


def test_many_large_losses_are_no_divergence():
    network = hg.Network(hg.Dense(1, 1, bias=False), seeds=range(9), dtype="float32")
    network.parameters[...] = 1.5e19  # squared, it is most of what float32 can hold
    history = train(network, [[1]], [[0]], loss=hg.MeanSquaredError(), optimizer=hg.SGD(1e-30))
    assert (history.diverged == -1).all()
    assert (history.loss > 2e38).all()
    optimizer = hg.SGD(1)  # turns the sign
    with complains(FloatingPointError, "in epoch 3 in 9 of 9 replicas"):
        train(
            network,
            [[1]],
            [[0]],
            loss=hg.MeanSquaredError(),
            optimizer=optimizer,
            callbacks=[lambda epoch, network: setattr(optimizer, "lr", 1e10)],
        )
    np.testing.assert_allclose(network.parameters, -1.5e19)


def test_half_precision_trains():
    x, y = hg.datasets.blobs(40)
    network = hg.Network(hg.Dense(2, 4), hg.ReLU(), hg.Dense(4, 2), seeds=range(4), dtype="float16")
    train(network, x, y, optimizer=hg.Adam(0.02), epochs=60)
    assert (hg.accuracy(network(x), y) > 0.85).all()


def test_a_bar_shows_the_progress_if_asked_for(capsys, monkeypatch):
    # the variable TQDM_DISABLE, which tests and builds set, would keep the bar away
    monkeypatch.setattr("tqdm.tqdm", functools.partial(tqdm, disable=False))
    train(hg.Network(hg.Dense(4, 3)), *data(), epochs=5)
    assert capsys.readouterr() == ("", "")
    train(hg.Network(hg.Dense(4, 3)), *data(), epochs=5, progress=True)
    assert "5/5" in capsys.readouterr().err


# The check of gradients


class Wrong(hg.Tanh):
    """A layer with a slip in its derivative."""

    def backward(self, gradient):
        return super().backward(gradient) * self.factor


@pytest.mark.parametrize(("factor", "error"), [(1.001, 0.001), (-1, 2), (0, 1), (3, 2 / 3)])
def test_a_wrong_gradient_fails_the_check(factor, error):
    network, (x, y) = random_network(hg.Dense(4, 3), Wrong(), hg.Dense(3, 3), replicas=(2,)), data()
    network.layers[1].factor = factor
    assert hg.gradient_check(network, x, y, hg.SoftmaxCrossEntropy()) == pytest.approx(error, rel=0.01)
    network.layers[1].factor = np.nan
    assert np.isnan(hg.gradient_check(network, x, y, hg.SoftmaxCrossEntropy()))


# Bad input

ONE_HOT = np.eye(3)[[0, 1, 2, 0]]
X, Y = np.ones((4, 4)), np.array([0, 1, 2, 0])
CROSS_ENTROPY = {
    "x of wrong width": ({"x": X[:, :3]}, ValueError, "x must have 4 numbers on its last axis, got shape (4, 3)"),
    "x of wrong replicas": ({"x": np.ones((3, 4, 4))}, ValueError, "or with replica axes (2,) in front, got (3, 4, 4)"),
    "x empty": ({"x": np.ones((0, 4))}, ValueError, "x must not be empty, got shape (0, 4)"),
    "x NaN": ({"x": X * np.nan}, ValueError, "x must be finite in float64, got nan and 15 more"),
    "x infinite": ({"x": X * np.inf}, ValueError, "x must be finite in float64, got inf and 15 more"),
    "x words": ({"x": [["a"] * 4] * 4}, TypeError, "x must hold real numbers, got an array of dtype <U1"),
    "y of wrong length": ({"y": Y[:3]}, ValueError, "y must have shape (4,) or (2, 4), got (3,)"),
    "y of wrong replicas": ({"y": np.zeros((3, 4), int)}, ValueError, "y must have shape (4,) or (2, 4), got (3, 4)"),
    "y empty": ({"y": []}, ValueError, "y must not be empty, got shape (0,)"),
    "y too large": ({"y": Y + 1}, ValueError, "y must hold labels from 0 to 2, got 1 to 3"),
    "y negative": ({"y": Y - 1}, ValueError, "y must hold labels from 0 to 2, got -1 to 1"),
    "y fractions": ({"y": Y * 1.0}, TypeError, "y must be integer labels or float rows of 3 probabilities"),
    "y NaN": ({"y": ONE_HOT * np.nan}, ValueError, "y must be finite in float64, got nan and 11 more"),
    "y rows": ({"y": ONE_HOT * 0.9}, ValueError, "rows of probabilities that sum to 1, got the row [0.9 0.  0. ]"),
    "y ragged": ({"y": [[1], [1, 2]]}, ValueError, "y must be an array, got rows of different lengths: [[1], [1, 2]]"),
    "loss class": ({"loss": hg.Hinge}, TypeError, "loss must be a loss such as SoftmaxCrossEntropy(), got <class"),
    "loss name": ({"loss": "hinge"}, TypeError, "loss must be a loss such as SoftmaxCrossEntropy(), got 'hinge'"),
    "hinge fractions": (
        {"loss": hg.Hinge(), "y": np.full((4, 3), 1 / 3)},
        ValueError,
        "y must be integer labels or one-hot rows for the hinge loss, got 0.333",
    ),
    "squares of labels": (
        {"loss": hg.MeanSquaredError()},
        ValueError,
        "y must have shape (4, 3) or (2, 4, 3), got (4,)",
    ),
    "squares of NaN": (
        {"loss": hg.MeanSquaredError(), "y": ONE_HOT * np.nan},
        ValueError,
        "y must be finite in float64",
    ),
    "optimizer name": ({"optimizer": "adam"}, TypeError, "optimizer must be an optimizer such as SGD(0.1), got 'adam'"),
    "rates": (
        {"optimizer": hg.SGD([1, 2, 3])},
        ValueError,
        "lr must have one number a replica, shape (2,), got shape (3,)",
    ),
    "decays": (
        {"optimizer": hg.Adam(1, weight_decay=[1, 2, 3])},
        ValueError,
        "weight_decay must have one number a replica, shape (2,), got shape (3,)",
    ),
    "epochs none": ({"epochs": 0}, ValueError, "epochs must be at least 1, got 0"),
    "epochs negative": ({"epochs": -5}, ValueError, "epochs must be at least 1, got -5"),
    "epochs half": ({"epochs": 1.5}, TypeError, "epochs must be an integer, got 1.5"),
    "epochs word": ({"epochs": "10"}, TypeError, "epochs must be an integer, got '10'"),
    "epochs bool": ({"epochs": True}, TypeError, "epochs must be an integer, got True"),
    "batch none": ({"batch_size": 0}, ValueError, "batch_size must be at least 1, got 0"),
    "batch negative": ({"batch_size": -1}, ValueError, "batch_size must be at least 1, got -1"),
    "batch half": ({"batch_size": 2.0}, TypeError, "batch_size must be an integer, got 2.0"),
    "batch bool": ({"batch_size": True}, TypeError, "batch_size must be an integer, got True"),
    "seed negative": ({"seed": -1}, ValueError, "seed must be at least 0, got -1"),
    "seed word": ({"seed": "zero"}, TypeError, "seed must be an integer, got 'zero'"),
    "seed none": ({"seed": None}, TypeError, "seed must be an integer, got None"),
    "callback alone": (
        {"callbacks": print},
        TypeError,
        "callbacks must be a list of functions f(epoch, network), got <built",
    ),
    "callback word": (
        {"callbacks": ["stop"]},
        TypeError,
        "callbacks must be a list of functions f(epoch, network), got ['stop']",
    ),
    "after step": ({"after_step": print}, TypeError, "after_step must be a list of functions f(network), got <built"),
    "divergence": ({"on_divergence": "stop"}, ValueError, "on_divergence must be one of 'raise', 'freeze', got 'stop'"),
}


@pytest.mark.parametrize(("options", "error", "message"), CROSS_ENTROPY.values(), ids=CROSS_ENTROPY)
def test_training_complains_before_anything_changes(options, error, message):
    network = random_network(hg.Dense(4, 3), replicas=(2,))
    with unchanged(network), complains(error, message):
        train(network, **({"x": X, "y": Y} | options))


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"x": X[:, :3]}, ValueError, "x must have 4 numbers on its last axis, got shape (4, 3)"),
        ({"y": Y + 1}, ValueError, "y must hold labels from 0 to 2, got 1 to 3"),
        ({"loss": "hinge"}, TypeError, "loss must be a loss such as SoftmaxCrossEntropy(), got 'hinge'"),
        ({"step": 0}, ValueError, "step must be above 0, got 0"),
        ({"step": "small"}, TypeError, "step must be a number, got 'small'"),
    ],
)
def test_the_check_of_gradients_complains(options, error, message):
    network = random_network(hg.Dense(4, 3), replicas=(2,))
    with unchanged(network), complains(error, message):
        hg.gradient_check(network, **({"x": X, "y": Y, "loss": hg.SoftmaxCrossEntropy()} | options))


def test_no_pass_takes_more_than_a_batch(monkeypatch):
    """To look at the form of all outputs at once took a convolutional network's memory for all pictures."""
    sizes, forward = [], hg.Dense.forward
    monkeypatch.setattr(hg.Dense, "forward", lambda layer, x: sizes.append(x.shape[-2]) or forward(layer, x))
    for seeds, x in ((None, np.ones((40, 3))), (range(2), np.ones((40, 3))), (range(2), np.ones((2, 40, 3)))):
        net = hg.Network(hg.Dense(3, 2), **({} if seeds is None else {"seeds": seeds}))
        hg.train(
            net, x, np.zeros(40, int), loss=hg.SoftmaxCrossEntropy(), optimizer=hg.SGD(0.1), epochs=1, batch_size=8
        )
    assert max(sizes) == 8


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="about what glibc does with freed memory")
def test_a_step_does_not_get_its_memory_anew():
    """Faults of a run in a fresh process, each a page of memory that the system hands out: one step here takes 1250."""
    script = """
import resource, numpy as np, hourglass as hg
net = hg.Network(hg.Dense(100, 4), hg.Tanh(), hg.Dense(4, 100), seeds=range(32))
x, loss, counts = np.eye(100), hg.SoftmaxCrossEntropy(), []
for _ in range(3):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    hg.train(net, x, np.arange(100), loss=loss, optimizer=hg.SGD(0.1), epochs=40)
    counts.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
    loss(net(x), np.arange(100))
print(max(counts))
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(run.stdout) < 40 * 1250 / 4
