"""Slimming: the smallest weights go and stay away, what is removed changes no answer, a pupil agrees with its teacher,
rounding is the best there is, and what is packed comes back."""

import copy

import numpy as np
import pytest
from common import REPLICAS, complains, quotients, random_network, relative_error, seeded, unchanged
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from sklearn.datasets import load_digits

import hourglass as hg
from hourglass import slimming
from hourglass.topics.slimming import Mask, StraightThrough, coding
from hourglass.topics.slimming.distillation import Distillation

each_replicas = pytest.mark.parametrize("replicas", REPLICAS, ids=str)
seeds = st.integers(0, 2**32 - 1)
PLAIN = [hg.Dense(4, 5), hg.Tanh(), hg.Dense(5, 3)]
CHAINS = {
    "plain": PLAIN,
    "biasless": [hg.Dense(4, 5, bias=False), hg.ReLU(), hg.Dense(5, 3, bias=False, scale=0.5)],
    "mixed": [hg.GaussianNoise(0.3), hg.Dense(4, 5), hg.PReLU(5, 0.1), hg.Maxout(5, 4, 3), hg.ELU(0.5), hg.Dense(4, 3)],
    "images": [hg.Conv2D(2, 3, padding=1), hg.ReLU(), hg.MaxPool2D(2), hg.Flatten(), hg.Dense(27, 3)],
}
each_chain = pytest.mark.parametrize("chain", CHAINS.values(), ids=CHAINS)


def rows(n=40, n_in=4, seed=0):
    return seeded(seed).normal(size=(n, n_in))


def data(n=40):
    x = rows(n)
    return x, (x @ seeded(9).normal(size=(4, 3))).argmax(axis=1)


def train(network, x, y, **options):
    return hg.train(network, x, y, **dict(loss=hg.SoftmaxCrossEntropy(), epochs=8, batch_size=16) | options)


def weights(network):
    """All weights of a network: (*replicas, n)."""
    arrays = [layer.params["weight"] for layer in network.layers if "weight" in layer.params]
    return np.concatenate([w.reshape(*network.replicas, -1) for w in arrays], axis=-1)


def other_parameters(network):
    return network.parameters[network.n_weights :]


def zeros(network):
    return (weights(network) == 0).sum(axis=-1)


# --- pruning ---------------------------------------------------------------------------------------------------------


@each_chain
@each_replicas
@given(sparsity=st.floats(0, 1) | st.sampled_from([0, 0.5, 1]))
def test_the_smallest_weights_go_and_no_others(chain, replicas, sparsity):
    network = random_network(*chain, replicas=replicas)
    with unchanged(network):
        pruned, report = slimming.prune(network, sparsity)
    before, after = weights(network), weights(pruned)
    n = before.shape[-1]
    gone = after == 0
    assert (gone.sum(axis=-1) == round(sparsity * n)).all()
    np.testing.assert_array_equal(after[~gone], before[~gone])
    np.testing.assert_array_equal(other_parameters(pruned), other_parameters(network))
    largest = np.where(gone, np.abs(before), 0).max(axis=-1)
    assert (largest <= np.where(gone, np.inf, np.abs(before)).min(axis=-1)).all()
    np.testing.assert_array_equal(report.details["threshold"], largest)
    assert report.n_parameters == (network.n_parameters, network.n_parameters)
    for found, expected in zip(report.n_nonzero, (n, n - round(sparsity * n))):
        np.testing.assert_array_equal(found, np.full(replicas, expected))
        assert isinstance(found, int) or replicas


@each_chain
@pytest.mark.parametrize("seed", [None, 3])
def test_to_prune_nothing_or_all(chain, seed):
    network = random_network(*chain)
    same, report = slimming.prune(network, 0, seed)
    np.testing.assert_array_equal(same.parameters, network.parameters)
    assert not np.shares_memory(same.parameters, network.parameters)
    assert report.details["threshold"] == 0
    empty, report = slimming.prune(network, 1, seed=seed)
    assert not weights(empty).any()
    assert other_parameters(empty).all()
    assert report.details["threshold"] == np.abs(weights(network)).max()
    assert report.n_nonzero == (network.n_weights, 0)


@each_chain
def test_each_replica_is_pruned_by_itself(chain):
    many = random_network(*chain, replicas=(2, 3))
    many.parameters *= many.spread(10.0 ** np.arange(6).reshape(2, 3))  # a threshold for all would be none
    pruned, report = slimming.prune(many, 0.3)
    for place in np.ndindex(2, 3):
        alone, own = slimming.prune(many[place], 0.3)
        np.testing.assert_array_equal(pruned[place].parameters, alone.parameters)
        assert report.details["threshold"][place] == own.details["threshold"]
        assert report.n_nonzero[1][place] == own.n_nonzero[1]


def test_a_seed_draws_weights_by_lot():
    network = random_network(hg.Dense(30, 30), hg.Tanh(), hg.Dense(30, 3), replicas=(2,))
    with unchanged(network):
        first, again, other = (slimming.prune(network, 0.4, seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.parameters, again.parameters)
    gone = weights(first) == 0
    assert (gone.sum(axis=-1) == round(0.4 * 990)).all()
    assert (gone != (weights(other) == 0)).any()
    assert (gone[0] != gone[1]).any(), "each replica has its own lot"
    np.testing.assert_array_equal(weights(first)[~gone], weights(network)[~gone])
    # not by size: weights that go are as large as those that stay
    sizes = np.abs(weights(network))
    assert sizes[gone].mean() == pytest.approx(sizes[~gone].mean(), rel=0.05)
    assert (np.abs(slimming.prune(network, 0.4, 1)[1].details["threshold"]) > 0.95).all()


def test_what_is_zero_already_goes_first():
    network = random_network(*PLAIN)
    once = slimming.prune(network, 0.3)[0]
    np.testing.assert_array_equal(slimming.prune(once, 0.3)[0].parameters, once.parameters)
    np.testing.assert_array_equal(slimming.prune(once, 0.6)[0].parameters, slimming.prune(network, 0.6)[0].parameters)


OPTIMIZERS = [hg.SGD(0.1, momentum=0.9), hg.Adam(0.02), hg.Adam(0.02, weight_decay=0.1), hg.SGD(0.1, weight_decay=0.1)]
each_optimizer = pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)


@each_optimizer
@pytest.mark.parametrize("replicas", [(), (2,)], ids=str)
def test_what_is_zero_stays_zero_and_the_rest_learns(optimizer, replicas):
    network = slimming.prune(random_network(*PLAIN, replicas=replicas), 0.25)[0]  # no unit loses all that it says
    network.layers[0].params["bias"][...] = 0
    start = copy.deepcopy(network)
    history = train(network, *data(), optimizer=optimizer, after_step=[Mask(network)])
    gone = weights(start) == 0
    assert not weights(network)[gone].any()
    assert (weights(network)[~gone] != weights(start)[~gone]).all()
    assert other_parameters(network).all(), "zeros among the biases are no holes"
    assert (history.loss[-1] < history.loss[0]).all()


@each_optimizer
def test_without_zeros_the_mask_does_nothing(optimizer):
    masked, free = random_network(*PLAIN), random_network(*PLAIN)
    train(masked, *data(), optimizer=optimizer, after_step=[Mask(masked)])
    train(free, *data(), optimizer=optimizer)
    np.testing.assert_array_equal(masked.parameters, free.parameters)


def test_a_mask_can_be_renewed():
    network = slimming.prune(random_network(*PLAIN), 0.25)[0]
    mask = Mask(network)
    network.parameters[:] = slimming.prune(network, 0.5)[0].parameters
    mask.renew(network)
    train(network, *data(), optimizer=hg.SGD(0.1), after_step=[mask])
    assert zeros(network) == round(0.5 * 35)


@pytest.mark.parametrize("until", [0.25, 0.75, 1])
@pytest.mark.parametrize("sparsity", [0.5, 0.9, 1])
def test_pruning_during_training_follows_its_schedule(sparsity, until):
    network, epochs, seen, gone = random_network(*PLAIN, replicas=(2,)), 10, [], []

    def watch(epoch, net):
        seen.append(zeros(net).tolist())
        gone.append(weights(net) == 0)

    with unchanged(network):
        pruned, report = slimming.prune_during(
            network, *data(), sparsity, loss=hg.SoftmaxCrossEntropy(), epochs=epochs, until=until, callbacks=[watch]
        )
    for epoch, found in enumerate(seen, 1):
        left = max(0, 1 - epoch / (until * epochs))
        assert found == [round(sparsity * (1 - left**3) * 35)] * 2
    assert zeros(pruned).tolist() == [round(sparsity * 35)] * 2
    for earlier, later in zip(gone, gone[1:]):
        assert later[earlier].all(), "zeros never come back"
    np.testing.assert_array_equal(report.n_nonzero, [[35, 35], [35 - round(sparsity * 35)] * 2])
    assert len(report.details["history"]) == epochs


def test_zeros_never_come_back_between_epochs():
    """At every step, not only when an epoch ends."""
    network, before = random_network(*PLAIN), []

    class Watched(hg.Adam):
        def update(self, network):
            before.append(weights(network) == 0)
            super().update(network)

    slimming.prune_during(
        network, *data(), 0.8, loss=hg.SoftmaxCrossEntropy(), optimizer=Watched(0.05, weight_decay=0.1), epochs=8,
        batch_size=10,
    )  # fmt: skip
    assert len(before) == 32
    for earlier, later in zip(before, before[1:]):
        assert later[earlier].all()


@each_optimizer
def test_to_prune_nothing_during_training_is_training(optimizer):
    network = random_network(*PLAIN)
    pruned, report = slimming.prune_during(
        network, *data(), 0, loss=hg.SoftmaxCrossEntropy(), optimizer=optimizer, epochs=4, batch_size=16, seed=5
    )
    history = train(network, *data(), optimizer=optimizer, epochs=4, seed=5)
    np.testing.assert_array_equal(pruned.parameters, network.parameters)
    np.testing.assert_array_equal(report.details["history"].loss, history.loss)


def test_pruning_during_training_takes_adam_and_three_quarters_unless_told():
    default, told = (
        slimming.prune_during(random_network(*PLAIN), *data(), 0.6, loss=hg.SoftmaxCrossEntropy(), epochs=9, **options)
        for options in ({}, dict(optimizer=hg.Adam(0.003), until=0.75))
    )
    np.testing.assert_array_equal(default[0].parameters, told[0].parameters)


def test_a_callback_may_end_it():
    report = slimming.prune_during(
        random_network(*PLAIN), *data(), 0.6, loss=hg.SoftmaxCrossEntropy(), epochs=9,
        callbacks=[lambda epoch, net: epoch == 3],
    )[1]  # fmt: skip
    assert len(report.details["history"]) == 3


@pytest.mark.parametrize(
    ("sparsity", "error", "message"),
    [
        (-0.1, ValueError, "sparsity must be at least 0, got -0.1"),
        (1.1, ValueError, "sparsity must be at most 1, got 1.1"),
        ("half", TypeError, "sparsity must be a number, got 'half'"),
        ([0.5], TypeError, "sparsity must be one number, got [0.5]"),
        (np.nan, ValueError, "sparsity must be finite in float64, got nan"),
    ],
)
def test_pruning_complains_about_sparsity(sparsity, error, message):
    network = random_network(*PLAIN)
    with unchanged(network), complains(error, message):
        slimming.prune(network, sparsity)
    with unchanged(network), complains(error, message):
        slimming.prune_during(network, *data(), sparsity, loss=hg.SoftmaxCrossEntropy(), epochs=2)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (dict(epochs=0), ValueError, "epochs must be at least 1, got 0"),
        (dict(epochs=2.0), TypeError, "epochs must be an integer, got 2.0"),
        (dict(until=0), ValueError, "until must be above 0, got 0"),
        (dict(until=1.5), ValueError, "until must be at most 1, got 1.5"),
        (dict(until=None), TypeError, "until must be a number, got None"),
        (dict(optimizer="Adam"), TypeError, "optimizer must be an optimizer such as SGD(0.1), got 'Adam'"),
        (dict(loss="cross"), TypeError, "loss must be a loss such as SoftmaxCrossEntropy(), got 'cross'"),
    ],
)
def test_pruning_during_training_complains(options, error, message):
    with complains(error, message):
        slimming.prune_during(
            random_network(*PLAIN), *data(), 0.5, **dict(loss=hg.SoftmaxCrossEntropy(), epochs=2) | options
        )


def test_other_complaints_of_pruning():
    for seed, error, message in ((-1, ValueError, "seed must be at least 0, got -1"), (0.5, TypeError, "got 0.5")):
        with complains(error, message):
            slimming.prune(random_network(*PLAIN), 0.5, seed=seed)
    with complains(TypeError, "network must be a Network, got SGD("):
        Mask(hg.SGD(0.1))


# --- units -----------------------------------------------------------------------------------------------------------


def with_dead_units(bias=True, dtype="float64"):
    """Two hidden layers. Of the first, ReLU, 1 and 4 never fire; of the second, tanh, 0 and 3 are constant."""
    network = random_network(
        hg.Dense(4, 6), hg.ReLU(), hg.Dense(6, 5, bias=bias), hg.Tanh(), hg.Dense(5, 3, bias=bias), dtype=dtype
    )
    network.layers[0].params["bias"][[1, 4]] = -100
    network.layers[2].params["weight"][:, [0, 3]] = 0
    return network


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-12), ("float32", 1e-5)])
def test_dead_units_go_and_no_answer_changes(dtype, tolerance):
    network, x = with_dead_units(dtype=dtype), rows()
    with unchanged(network):
        slim, report = slimming.remove_dead(network, x)
    assert report.details["removed"] == {0: [1, 4], 2: [0, 3]}
    assert [layer.n_out for layer in slim.layers if isinstance(layer, hg.Dense)] == [4, 3, 3]
    assert slim.dtype == dtype
    np.testing.assert_allclose(slim(x), network(x), rtol=0, atol=tolerance)
    assert report.n_parameters == (network.n_parameters, slim.n_parameters)
    assert slim.n_parameters == 4 * 4 + 4 + 4 * 3 + 3 + 3 * 3 + 3
    assert report.n_nonzero == (24 + 30 - 12 + 15, 16 + 12 + 9)


def test_without_a_bias_to_take_it_over_what_is_constant_stays():
    network, x = random_network(hg.Dense(4, 6), hg.Tanh(), hg.Dense(6, 3, bias=False)), rows()
    network.layers[0].params["weight"][:, [1, 2]] = 0
    network.layers[0].params["bias"][1] = 0  # this one says zero, which needs no bias
    slim, report = slimming.remove_dead(network, x)
    assert report.details["removed"] == {0: [1]}
    np.testing.assert_allclose(slim(x), network(x), rtol=0, atol=1e-12)
    assert not slim.layers[2].bias


def test_relus_that_never_fire_need_no_bias_either():
    network, x = with_dead_units(bias=False), rows()
    slim, report = slimming.remove_dead(network, x)
    assert report.details["removed"] == {0: [1, 4], 2: [0, 3]}  # tanh(0), as there is no bias
    np.testing.assert_allclose(slim(x), network(x), rtol=0, atol=1e-12)


def test_one_unit_of_a_layer_stays():
    network, x = random_network(*PLAIN), rows()
    network.layers[0].params["weight"][...] = 0
    slim, report = slimming.remove_dead(network, x)
    assert report.details["removed"] == {0: [0, 1, 2, 3]}
    assert (slim.layers[0].n_out, slim.layers[2].n_in) == (1, 1)
    np.testing.assert_allclose(slim(x), network(x), rtol=0, atol=1e-12)


@pytest.mark.parametrize("slim_down", [slimming.remove_dead, lambda *given: slimming.merge(*given, correlation=1)])
def test_where_nothing_is_dead_or_alike_nothing_goes(slim_down):
    network, x = random_network(*PLAIN), rows()
    slim, report = slim_down(network, x)
    assert repr(slim) == repr(network)
    np.testing.assert_array_equal(slim.parameters, network.parameters)
    assert not np.shares_memory(slim.parameters, network.parameters)
    assert report.n_parameters == (network.n_parameters, network.n_parameters)
    assert list(report.details.values()) == [{0: []}]


@pytest.mark.parametrize("slim_down", [slimming.remove_dead, lambda *given: slimming.merge(*given, keep=1)])
def test_units_behind_what_mixes_or_learns_stay(slim_down):
    """Between their layer and the next, PReLU has slopes a unit, and noise must be drawn for each."""
    network = random_network(hg.Dense(4, 3), hg.PReLU(3), hg.Dense(3, 3), hg.GaussianNoise(1), hg.Dense(3, 2))
    network.layers[0].params["weight"][...] = 0
    slim, report = slim_down(network, rows())
    assert list(report.details.values()) == [{}]
    np.testing.assert_array_equal(slim.parameters, network.parameters)


def test_units_behind_convolutions_go_too():
    network = random_network(
        hg.Conv2D(1, 2), hg.ReLU(), hg.Flatten(), hg.Dense(32, 5), hg.Tanh(), hg.Sigmoid(), hg.Dense(5, 2)
    )
    network.layers[3].params["weight"][:, 2] = 0
    x = seeded(0).normal(size=(8, 6, 6, 1))
    slim, report = slimming.remove_dead(network, x)
    assert report.details["removed"] == {3: [2]}
    np.testing.assert_allclose(slim(x), network(x), rtol=0, atol=1e-12)


def test_noise_goes_on_as_it_would_have():
    network, x = random_network(hg.GaussianNoise(1), *with_dead_units().layers), rows()
    network(x, noise=True)  # draws some
    slim = slimming.remove_dead(network, x)[0]
    (before,), (after,) = network.layers[0].generators, slim.layers[0].generators
    np.testing.assert_array_equal(after.normal(size=3), before.normal(size=3), "each draws the same, by itself")


def make_twin(network, place, unit, of, sign=1):
    """Let a unit say what another one of its layer says, or its negative."""
    for values in network.layers[place].params.values():
        values[..., unit] = sign * values[..., of]


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("bias", [True, False])
def test_exact_twins_merge_and_no_answer_changes(bias, sign):
    network, x = random_network(hg.Dense(4, 6), hg.Tanh(), hg.Dense(6, 3, bias=bias)), rows()
    make_twin(network, 0, 4, 1, sign)
    with unchanged(network):
        slim, report = slimming.merge(network, x, correlation=0.999)
    ((unit, into, correlation),) = report.details["merged"][0]
    assert {unit, into} == {1, 4}
    assert correlation == pytest.approx(sign, abs=1e-12)
    assert (slim.layers[0].n_out, slim.layers[2].n_in, slim.layers[2].bias) == (5, 5, bias)
    np.testing.assert_allclose(slim(x), network(x), rtol=0, atol=1e-12)
    assert report.n_parameters == (network.n_parameters, slim.n_parameters)
    assert report.n_nonzero == (24 + 18, 20 + 15)


def test_scaled_units_are_alike_too():
    """Positively scaled ReLUs, and linear units with an offset, which the bias takes over."""
    network, x = random_network(hg.Dense(4, 5), hg.ReLU(), hg.Dense(5, 4), hg.Dense(4, 3)), rows()
    for values in network.layers[0].params.values():
        values[..., 3] = 2.5 * values[..., 0]
    network.layers[2].params["weight"][:, 2] = -0.5 * network.layers[2].params["weight"][:, 1]
    slim, report = slimming.merge(network, x, correlation=0.9999)
    assert [{*pair[:2]} for pairs in report.details["merged"].values() for pair in pairs] == [{0, 3}, {1, 2}]
    np.testing.assert_allclose(slim(x), network(x), rtol=0, atol=1e-12)


@pytest.mark.parametrize("signs", [(1, 1), (1, -1), (-1, -1)], ids=str)
@given(seed=seeds)
def test_three_and_more_of_a_kind_end_in_one(signs, seed):
    network, x = random_network(hg.Dense(4, 7), hg.Tanh(), hg.Dense(7, 3)), rows()
    a, b, c, d = seeded(seed).permutation(7)[:4]
    network.layers[2].params["weight"][...] = seeded(seed).normal(size=(7, 3))  # who goes first depends on them
    make_twin(network, 0, b, a, signs[0])
    make_twin(network, 0, c, b, signs[1])
    make_twin(network, 0, d, a, signs[1])
    slim, report = slimming.merge(network, x, correlation=0.999)
    merged = report.details["merged"][0]
    assert len(merged) == 3
    assert {unit for pair in merged for unit in pair[:2]} == {a, b, c, d}
    np.testing.assert_allclose(slim(x), network(x), rtol=0, atol=1e-12)


def test_chains_of_units_that_are_only_alike_are_told_by_the_last():
    """Linear units a, a + e, a + 2e merge one into the other; lines of lines are found by hand."""
    x = seeded(0).normal(size=(50, 2)) * [1, 0.1]
    network = hg.Network(hg.Dense(2, 3), hg.Dense(3, 1))
    network.layers[0].params["weight"] = [[1, 1, 1], [0, 1, 2.5]]
    network.layers[0].params["bias"] = [0, 1, 2]
    network.layers[1].params["weight"] = [[1], [10], [100]]  # 0 goes into 1, then 1 into 2
    slim, report = slimming.merge(network, x, keep=1)
    h = network.activations(x)[0]
    assert [pair[:2] for pair in report.details["merged"][0]] == [(0, 1), (1, 2)]
    one, two = (np.polyfit(h[:, into], h[:, unit], 1) for unit, into in ((0, 1), (1, 2)))
    h1 = np.polyval(two, h[:, 2])
    expected = np.polyval(one, h1) + 10 * h1 + 100 * h[:, 2]
    np.testing.assert_allclose(slim(x)[:, 0], expected, rtol=0, atol=1e-10)
    for unit, into, found in report.details["merged"][0]:
        assert found == pytest.approx(np.corrcoef(h[:, unit], h[:, into])[0, 1], abs=1e-12)


@pytest.mark.parametrize("bias", [True, False])
def test_first_goes_the_unit_whose_absence_changes_least(bias):
    network, x = random_network(hg.Dense(3, 6), hg.Sigmoid(), hg.Dense(6, 2, bias=bias)), rows(50, 3)
    h, weight = network.activations(x)[1], network.layers[2].params["weight"]
    weight[...] = seeded(3).normal(size=(6, 2))
    harm = np.full((6, 6), np.inf)  # the change of the sums, squared, when a unit is told by another's line
    for j, i in np.ndindex(6, 6):
        columns = np.stack([h[:, i], np.ones(len(x))][: 1 + bias], axis=1)
        missing = h[:, j] - columns @ np.linalg.lstsq(columns, h[:, j], rcond=None)[0]
        if i != j:
            harm[j, i] = np.square(np.outer(missing, weight[j])).sum()
    expected = []
    for _ in range(5):
        unit, into = np.unravel_index(harm.argmin(), harm.shape)
        expected.append((unit, into))
        harm[unit] = harm[:, unit] = np.inf
    for keep in range(1, 7):
        merged = slimming.merge(network, x, keep=keep)[1].details["merged"][0]
        assert [pair[:2] for pair in merged] == expected[: 6 - keep]


@pytest.mark.parametrize("n", [7, 20, 33])  # means of what is constant may differ from it in the last digit
def test_units_that_never_change_merge_and_no_answer_changes(n):
    network, x = random_network(*PLAIN), rows(n)
    network.layers[0].params["weight"][:, 1:4] = 0
    network.layers[0].params["bias"][1:4] = [0.1, 0.3, -0.7]
    slim, report = slimming.merge(network, x, correlation=1)
    assert {pair[0] for pair in report.details["merged"][0]} == {1, 2, 3}
    np.testing.assert_allclose(slim(x), network(x), rtol=0, atol=1e-12)


@pytest.mark.parametrize("bias", [True, False])
def test_a_line_is_the_best_there_is(bias):
    """A single pair: the output weights that remain are those of a regression, through zero without a bias."""
    network, x = random_network(hg.Dense(4, 2), hg.Sigmoid(), hg.Dense(2, 1, bias=bias)), rows()
    slim, report = slimming.merge(network, x, keep=1)
    ((unit, into, _),) = report.details["merged"][0]
    h = network.activations(x)[1]
    columns = np.stack([h[:, into], np.ones(len(x))][: 1 + bias], axis=1)
    told = columns @ np.linalg.lstsq(columns, h[:, unit], rcond=None)[0]
    change = network.layers[2].params["weight"][unit] * (told - h[:, unit])
    np.testing.assert_allclose((slim(x) - network(x))[:, 0], change, rtol=0, atol=1e-12)
    assert np.abs(change).max() > 1e-3, "else nothing was to be found"


@pytest.mark.parametrize("keep", [1, 2, 4, 5, 9])
def test_keep_is_reached(keep):
    network = random_network(hg.Dense(4, 5), hg.Tanh(), hg.Dense(5, 7), hg.Sigmoid(), hg.Dense(7, 3))
    slim, report = slimming.merge(network, rows(), keep=keep)
    sizes = [layer.n_out for layer in slim.layers if isinstance(layer, hg.Dense)]
    assert sizes == [min(5, keep), min(7, keep), 3]
    assert [len(pairs) for pairs in report.details["merged"].values()] == [5 - sizes[0], 7 - sizes[1]]
    assert list(report.details["merged"]) == [0, 2]


@given(seed=seeds, threshold=st.floats(0.05, 0.99))
def test_only_pairs_as_alike_as_asked_for_merge(seed, threshold):
    network, x = hg.Network(hg.Dense(3, 6), hg.Tanh(), hg.Dense(6, 2), seed=seed), rows(30, 3)
    slim, report = slimming.merge(network, x, correlation=threshold)
    assert all(abs(pair[2]) >= threshold for pair in report.details["merged"][0])
    assert [slim.layers[0].n_out] == [6 - len(report.details["merged"][0])]
    left = np.atleast_2d(np.corrcoef(slim.activations(x)[1].T))
    assert (np.abs(left - np.diag(np.diag(left))) < threshold).all(), "and no such pair is left"


def test_two_hidden_layers_merge_one_after_the_other():
    network, x = random_network(hg.Dense(4, 5), hg.Tanh(), hg.Dense(5, 6), hg.Tanh(), hg.Dense(6, 3)), rows()
    make_twin(network, 0, 3, 0)
    make_twin(network, 2, 5, 1, -1)
    slim, report = slimming.merge(network, x, correlation=0.9999)
    assert [{*pair[:2]} for pairs in report.details["merged"].values() for pair in pairs] == [{0, 3}, {1, 5}]
    assert [layer.n_out for layer in slim.layers[::2]] == [4, 5, 3]
    np.testing.assert_allclose(slim(x), network(x), rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({}, ValueError, "either correlation or keep must be given, got None and None"),
        (dict(correlation=0.5, keep=2), ValueError, "either correlation or keep must be given, got 0.5 and 2"),
        (dict(correlation=-0.1), ValueError, "correlation must be at least 0, got -0.1"),
        (dict(correlation=1.1), ValueError, "correlation must be at most 1, got 1.1"),
        (dict(correlation="high"), TypeError, "correlation must be a number, got 'high'"),
        (dict(keep=0), ValueError, "keep must be at least 1, got 0"),
        (dict(keep=2.0), TypeError, "keep must be an integer, got 2.0"),
    ],
)
def test_merging_complains_about_options(options, error, message):
    with complains(error, message):
        slimming.merge(random_network(*PLAIN), rows(), **options)


@pytest.mark.parametrize("slim_down", [slimming.remove_dead, lambda *given: slimming.merge(*given, keep=2)])
@pytest.mark.parametrize(
    ("network", "x", "error", "message"),
    [
        ("net", rows(), TypeError, "network must be a Network, got 'net'"),
        (
            random_network(*PLAIN, replicas=(2,)),
            rows(),
            ValueError,
            "network must be a single one, such as net[0], got replicas (2,)",
        ),
        (random_network(*PLAIN), rows(4, 3), ValueError, "x must have 4 numbers on its last axis, got shape (4, 3)"),
        (random_network(*PLAIN), [[np.nan] * 4], ValueError, "x must be finite in float64, got nan and 3 more"),
        (random_network(*PLAIN), np.ones(4), ValueError, "x must have shape (batch, n), got (4,)"),
    ],
)
def test_removing_and_merging_complain_about_what_they_are_given(slim_down, network, x, error, message):
    with complains(error, message):
        slim_down(network, x)


# --- distillation ----------------------------------------------------------------------------------------------------


@each_replicas
@pytest.mark.parametrize("temperature", [0.5, 1, 4.0])
@pytest.mark.parametrize("shared", [True, False], ids=["one teacher for all", "a teacher for each"])
def test_the_gradient_of_distillation_is_the_difference_quotient(replicas, temperature, shared):
    output = seeded(0).normal(size=(*replicas, 5, 3))
    target = softened(seeded(1).normal(size=(*(() if shared else replicas), 5, 3)), temperature)
    loss = Distillation(temperature)
    assert loss(output, target).shape == replicas
    expected = quotients(lambda: np.sum(loss(output, target)), output)
    assert relative_error(loss.gradient(output, target), expected) < 1e-6


def softened(logits, temperature):
    powers = np.exp(logits / temperature)
    return powers / powers.sum(axis=-1, keepdims=True)


@given(seed=seeds, temperature=st.floats(0.2, 50))
def test_distillation_is_cross_entropy_of_both_softened_times_the_temperature_squared(seed, temperature):
    output, target = seeded(seed).normal(size=(2, 5, 3))
    p, q = softened(output, temperature), softened(target, temperature)
    loss = Distillation(temperature)
    assert loss(output, q) == pytest.approx(temperature**2 * -(q * np.log(p)).sum() / 5)
    np.testing.assert_allclose(loss.gradient(output, q), temperature * (p - q) / 5, rtol=0, atol=1e-12 * temperature)


@pytest.mark.parametrize("n", [2, 3, 10])
def test_in_great_heat_the_gradient_is_the_difference_of_the_logits(n):
    output, target = seeded(0).normal(size=(2, 5, n))
    difference = (output - output.mean(axis=1, keepdims=True)) - (target - target.mean(axis=1, keepdims=True))
    gradient = Distillation(1e4).gradient(output, softened(target, 1e4))
    np.testing.assert_allclose(gradient * 5 * n, difference, rtol=0, atol=2e-3)


def teacher_of(x, y):
    teacher = hg.Network(hg.Dense(4, 20), hg.Tanh(), hg.Dense(20, 3))
    train(teacher, x, y, optimizer=hg.Adam(0.02), epochs=60)
    return teacher


@pytest.mark.parametrize("replicas", [(), (3,)], ids=str)
@pytest.mark.parametrize("temperature", [1, 3.0])
def test_a_pupil_learns_what_its_teacher_says(replicas, temperature):
    x, y = data(120)
    teacher, student = teacher_of(x, y), random_network(*PLAIN, replicas=replicas)
    with unchanged(student), unchanged(teacher):
        pupil, report = slimming.distil(
            teacher, student, x, temperature, optimizer=hg.Adam(0.02), epochs=60, batch_size=30, seed=4
        )
    by_hand = copy.deepcopy(student)
    history = hg.train(
        by_hand, x, softened(teacher(x), temperature), loss=Distillation(temperature), optimizer=hg.Adam(0.02),
        epochs=60, batch_size=30, seed=4,
    )  # fmt: skip
    np.testing.assert_allclose(pupil.parameters, by_hand.parameters, rtol=1e-9)
    np.testing.assert_allclose(report.details["history"].loss, history.loss, rtol=1e-9)
    agreement = report.details["agreement"]
    assert np.shape(agreement) == replicas
    np.testing.assert_array_equal(agreement, hg.accuracy(pupil(x), teacher(x).argmax(axis=1)))
    assert (hg.accuracy(student(x), teacher(x).argmax(axis=1)) < 0.8).any()
    assert (agreement > 0.9).all()
    assert report.n_parameters == (teacher.n_parameters, student.n_parameters) == (163, 43)
    assert report.n_nonzero[0] == 140
    np.testing.assert_array_equal(report.n_nonzero[1], np.full(replicas, 35))


def test_each_pupil_may_have_a_teacher_of_its_own():
    x, teachers = rows(), random_network(*PLAIN, replicas=(2,))
    student = random_network(hg.Dense(4, 3), replicas=(2,))
    pupils, report = slimming.distil(teachers, student, x, optimizer=hg.Adam(0.02), epochs=20)
    for i in range(2):
        pupil, own = slimming.distil(teachers[i], student[i], x, optimizer=hg.Adam(0.02), epochs=20)
        np.testing.assert_allclose(pupils[i].parameters, pupil.parameters, rtol=0, atol=1e-12)
        assert report.details["agreement"][i] == own.details["agreement"]


def test_a_pupil_takes_adam_and_temperature_one_unless_told():
    teacher, student, x = random_network(*PLAIN), random_network(hg.Dense(4, 3)), rows()
    default = slimming.distil(teacher, student, x, epochs=5)[0]
    told = slimming.distil(teacher, student, x, 1, optimizer=hg.Adam(0.003), epochs=5)[0]
    np.testing.assert_array_equal(default.parameters, told.parameters)


def test_distilling_complains():
    network, x = random_network(*PLAIN), rows()
    with complains(TypeError, "teacher must be a Network, got 't'"):
        slimming.distil("t", network, x, epochs=1)
    with complains(TypeError, "student must be a Network, got None"):
        slimming.distil(network, None, x, epochs=1)
    for temperature, error, message in (
        (0, ValueError, "temperature must be above 0, got 0"),
        ("hot", TypeError, "temperature must be a number, got 'hot'"),
        (np.inf, ValueError, "temperature must be finite in float64, got inf"),
    ):
        with complains(error, message):
            slimming.distil(network, network, x, temperature, epochs=1)
    one = random_network(hg.Dense(4, 1))
    with complains(ValueError, "student must have at least two logits to be distilled into, got 1"):
        slimming.distil(one, one, x, epochs=1)
    with complains(ValueError, "x must have 4 numbers on its last axis, got shape (40, 3)"):
        slimming.distil(network, network, x[:, :3], epochs=1)
    with complains(ValueError, "epochs must be at least 1, got 0"):
        slimming.distil(network, network, x, epochs=0)


# --- quantisation ----------------------------------------------------------------------------------------------------


def single(values, dtype="float64"):
    """A network whose only parameters are these weights."""
    values = np.atleast_2d(values)
    network = hg.Network(hg.Dense(*values.shape, bias=False), dtype=dtype)
    network.layers[0].params["weight"] = values
    return network


def rounded(values, bits):
    """The values, rounded; and the step."""
    network, report = slimming.quantise(single(values), bits)
    return network.layers[0].params["weight"], report.details["steps"][0]["weight"].item()


def named_parameters(network):
    return [(i, name, values) for i, layer in enumerate(network.layers) for name, values in layer.params.items()]


@each_chain
@each_replicas
@pytest.mark.parametrize("bits", [1, 2, 3, 5, 9, 16])
def test_parameters_are_codes_times_steps(chain, replicas, bits):
    network = random_network(*chain, replicas=replicas)
    with unchanged(network):
        slim, report = slimming.quantise(network, bits)
    steps, codes = report.details["steps"], report.details["codes"]
    assert len(steps) == len(codes) == len(chain)
    for i, name, values in named_parameters(slim):
        b = bits if name == "weight" else max(bits, 8)
        code, step = codes[i][name], steps[i][name]
        assert code.shape == values.shape
        assert step.shape == replicas + (1,) * (values.ndim - len(replicas))
        assert step.dtype == np.float32
        np.testing.assert_array_equal(code * step, values)
        np.testing.assert_array_equal(code, np.rint(code))
        assert np.abs(code).max() <= max(2 ** (b - 1) - 1, 1)
        assert (code != 0).all() or b > 1
        for own in values.reshape(-1, *values.shape[len(replicas) :]):
            assert len(np.unique(own)) <= max(2**b - 1, 2)
    assert report.n_parameters == (network.n_parameters, network.n_parameters)
    np.testing.assert_array_equal(report.n_nonzero[1], (weights(slim) != 0).sum(axis=-1))


@each_chain
@pytest.mark.parametrize("bits", [1, 2, 13])
def test_each_replica_is_rounded_by_itself(chain, bits):
    many = random_network(*chain, replicas=(2, 2))
    many.parameters *= many.spread(10.0 ** np.arange(4).reshape(2, 2))
    slim, report = slimming.quantise(many, bits)
    for place in np.ndindex(2, 2):
        alone, own = slimming.quantise(many[place], bits)
        np.testing.assert_array_equal(slim[place].parameters, alone.parameters)
        for i, name, _ in named_parameters(alone):
            np.testing.assert_array_equal(report.details["steps"][i][name][place], own.details["steps"][i][name])


@each_chain
def test_32_bits_change_next_to_nothing(chain):
    """A step is a float32, half of whose last digit is 2^-25 of it, and so of the largest number."""
    network = random_network(*chain)
    slim = slimming.quantise(network, 32)[0]
    np.testing.assert_allclose(slim.parameters, network.parameters, rtol=0, atol=2**-24)


@pytest.mark.parametrize("bits", [1, 4, 7])
def test_other_parameters_get_eight_bits_at_least(bits):
    network = random_network(hg.Dense(4, 50), hg.PReLU(50), hg.Dense(50, 3))
    for layer, name in ((0, "bias"), (1, "slope")):
        values = slimming.quantise(network, bits)[0].layers[layer].params[name]
        exact = network.layers[layer].params[name]
        np.testing.assert_allclose(values, exact, rtol=0, atol=0.51 / 127 * np.abs(exact).max())
        assert (values != exact).any()
        np.testing.assert_array_equal(values, slimming.quantise(network, 8)[0].layers[layer].params[name])


numbers = arrays(np.float64, array_shapes(min_dims=2, max_dims=2, max_side=8), elements=st.integers(-1000, 1000)).map(
    lambda values: values / 100
)


def squared_error(values, step, bits):
    """That of the levels nearest to the values."""
    top = 2 ** (bits - 1) - 1
    return np.square(values - np.clip(np.rint(values / step), -top, top) * step).sum()


@pytest.mark.parametrize("bits", [2, 3, 4, 5])
@given(seed=seeds, n=st.integers(2, 30), heavy=st.booleans())
def test_no_step_of_a_fine_grid_is_better(bits, seed, n, heavy):
    values = seeded(seed).normal(size=(n, 5)) ** (3 if heavy else 1)  # cubed, a few are much larger than the rest
    found, step = rounded(values, bits)
    error = np.square(found - values).sum()
    assert error == pytest.approx(squared_error(values, np.float64(step), bits), rel=1e-9), "to the nearest level"
    widest = np.abs(values).max() / (2 ** (bits - 1) - 1)
    assert error <= squared_error(values, widest, bits) * (1 + 1e-6)
    best = min(squared_error(values, share * widest, bits) for share in np.linspace(0, 1, 201)[1:])
    assert error <= 1.01 * best


@pytest.mark.parametrize("bits", [6, 11, 12, 20])
@settings(max_examples=15)
@given(values=numbers)
def test_many_bits_are_no_worse_than_the_widest_range(bits, values):
    assume(values.any())
    found, step = rounded(values, bits)
    widest = np.abs(values).max() / (2 ** (bits - 1) - 1)
    rounding = 1e-12 * np.square(values).sum()  # of the step, to a float32
    assert np.square(found - values).sum() <= squared_error(values, widest, bits) * (1 + 1e-3) + rounding


@example(values=np.zeros((2, 3)))
@given(values=numbers)
def test_one_bit_is_the_mean_size_with_a_sign(values):
    found, step = rounded(values, 1)
    size = np.abs(values).mean()
    assert step == np.float32(size)
    np.testing.assert_allclose(found, np.where(values < 0, -size, size), rtol=1e-6, atol=0)


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
@settings(max_examples=8)
@given(seed=seeds, power=st.integers(-20, 20))
def test_sign_and_scale_pass_through(bits, seed, power):
    values = seeded(seed).normal(size=(6, 5))  # no zeros, of which one bit must say which sign they have
    found, step = rounded(values, bits)
    for factor in (-1.0, 2.0**power):
        again, other_step = rounded(factor * values, bits)
        np.testing.assert_array_equal(again, factor * found)
        assert other_step == abs(factor) * step


@pytest.mark.parametrize("bits", [1, 2, 3, 4])
@settings(max_examples=12)
@given(seed=seeds, n=st.integers(4, 30))
def test_rounding_twice_is_rounding_once(bits, seed, n):
    found, step = rounded(seeded(seed).normal(size=(n, 5)), bits)
    again, same_step = rounded(found, bits)
    np.testing.assert_array_equal(again, found)
    assert same_step == step


def test_what_lies_on_the_levels_stays():
    found, step = rounded([[-0.75, 0.25, 0, 0.5]], 3)
    assert found.tolist() == [[-0.75, 0.25, 0, 0.5]]
    assert step == 0.25
    found, step = rounded([[3, -3, 0, 3, 0.5, -0.5]], 2)
    assert found.tolist() == [[3, -3, 0, 3, 0, 0]]
    assert step == 3


@pytest.mark.parametrize("bits", [1, 2, 8, 32])
@pytest.mark.parametrize("replicas", [(), (2,)], ids=str)
def test_zeros_stay_zeros(bits, replicas):
    network = random_network(*PLAIN, replicas=replicas)
    network.layers[0].params["weight"][...] = 0
    network.layers[2].params["bias"][...] = 0
    slim = slimming.quantise(network, bits)[0]
    assert not slim.layers[0].params["weight"].any()
    assert not slim.layers[2].params["bias"].any()
    assert slim.layers[2].params["weight"].any()


@pytest.mark.parametrize("seed", range(4))
def test_the_error_falls_with_every_bit(seed):
    values = seeded(seed).normal(size=(20, 10))
    errors = [np.square(rounded(values, bits)[0] - values).sum() for bits in range(1, 17)]
    assert (np.diff(errors) < 0).all()
    assert errors[-1] < 1e-7 * errors[0]


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_rounding_keeps_the_precision(dtype):
    slim = slimming.quantise(random_network(*PLAIN, dtype=dtype), 3)[0]
    assert slim.dtype == slim.parameters.dtype == dtype
    assert len(np.unique(np.abs(slim.layers[0].params["weight"]))) <= 4


BITS = [
    (0, ValueError, "bits must be at least 1, got 0"),
    (2.0, TypeError, "bits must be an integer, got 2.0"),
    ("2", TypeError, "bits must be an integer, got '2'"),
    (True, TypeError, "bits must be an integer, got True"),
    (33, ValueError, "bits must be from 1 to 32, got 33"),
]


@pytest.mark.parametrize(("bits", "error", "message"), BITS)
def test_rounding_complains_about_bits(bits, error, message):
    for ask in (
        lambda: slimming.quantise(random_network(*PLAIN), bits),
        lambda: StraightThrough(random_network(*PLAIN), bits),
        lambda: slimming.encode(random_network(*PLAIN), bits),
    ):
        with complains(error, message):
            ask()


def test_rounding_complains_about_networks():
    for ask in (slimming.quantise, StraightThrough):
        with complains(TypeError, "network must be a Network, got [1, 2]"):
            ask([1, 2], 2)


# --- training with few bits ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bits", [1, 2, 3])
@pytest.mark.parametrize("replicas", [(), (2,)], ids=str)
@pytest.mark.parametrize("chain", [CHAINS["plain"], CHAINS["mixed"]], ids=["plain", "mixed"])
def test_weights_have_few_levels_all_through_training(chain, replicas, bits):
    network, levels = random_network(*chain, replicas=replicas), []
    start = network.parameters.copy()
    rounding = StraightThrough(network, bits)

    def watch(epoch, net):
        for _, name, values in named_parameters(net):
            if name == "weight":
                levels.extend(len(np.unique(own)) for own in values.reshape(-1, *values.shape[len(replicas) :]))
        np.testing.assert_array_equal(other_parameters(net), rounding.full[net.n_weights :])

    train(network, *data(), optimizer=hg.Adam(0.01), after_step=[rounding], callbacks=[watch])
    assert max(levels) == max(2**bits - 1, 2)
    assert (rounding.full != start).mean() > 0.8  # but for pieces and slopes that no example asked for
    assert len(np.unique(rounding.full[: network.n_weights])) == network.n_weights, "full weights are all different"


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_steps_are_taken_with_full_weights_down_the_gradient_of_the_rounded_ones(bits):
    """By hand, one array: each time the levels are those nearest by the last step, the step the best for them."""
    network, (x, y) = random_network(hg.Dense(4, 3)), data()
    twin, loss = copy.deepcopy(network), hg.SoftmaxCrossEntropy()
    rounding = StraightThrough(network, bits)
    full, bias = (twin.layers[0].params[name].copy() for name in ("weight", "bias"))
    step = rounded(full, bits)[1]
    top = 2 ** (bits - 1) - 1
    for _ in range(6):
        codes = np.where(full < 0, -1, 1) if bits == 1 else np.clip(np.rint(full / step), -top, top)
        step = (full * codes).sum() / (codes**2).sum()
        twin.layers[0].params["weight"] = codes * step
        twin.layers[0].params["bias"] = bias
        twin.backward(loss.gradient(twin(x), y))
        full = full - 0.3 * (twin.layers[0].grads["weight"] + 0.1 * codes * step)
        bias = bias - 0.3 * twin.layers[0].grads["bias"]
    train(network, x, y, optimizer=hg.SGD(0.3, weight_decay=0.1), after_step=[rounding], epochs=6, batch_size=None)
    np.testing.assert_allclose(rounding.full, [*full.ravel(), *bias], rtol=0, atol=1e-12)
    codes = np.where(full < 0, -1, 1) if bits == 1 else np.clip(np.rint(full / step), -top, top)
    expected = codes * (full * codes).sum() / (codes**2).sum()
    np.testing.assert_allclose(network.layers[0].params["weight"], expected, rtol=0, atol=1e-12)


def test_steps_far_smaller_than_a_level_add_up():
    network, (x, y) = random_network(hg.Dense(4, 3, bias=False)), data()
    levels, moved = [], []
    rounding = StraightThrough(network, 2)

    def watch(epoch, net):
        values = net.layers[0].params["weight"]
        levels.append(np.sign(values))
        moved.append(np.abs(rounding.full))

    history = train(
        network, x, y, optimizer=hg.SGD(0.002), after_step=[rounding], epochs=1500, batch_size=None, callbacks=[watch]
    )
    largest = max(np.abs(after - before).max() for before, after in zip(moved, moved[1:]))
    assert largest < 0.01 * np.abs(weights(network)).max()
    np.testing.assert_array_equal(levels[0], levels[5], "at first nothing is seen of them")
    assert (levels[-1] != levels[0]).any()
    assert history.loss[-1] < 0.7 * history.loss[0]


def test_a_mask_goes_before_the_rounding():
    network = slimming.prune(random_network(*PLAIN), 0.5)[0]
    gone, mask = weights(network) == 0, Mask(network)
    rounding = StraightThrough(network, 3)
    train(network, *data(), optimizer=hg.Adam(0.02), after_step=[mask, rounding])
    assert not rounding.full[: network.n_weights][gone].any()
    assert not weights(network)[gone].any() and rounding.full[: network.n_weights][~gone].all()


def test_training_with_two_bits_is_better_than_rounding_to_two():
    x, y = load_digits(return_X_y=True)
    x, y = x[:600] / 16, y[:600]
    full = hg.Network(hg.Dense(64, 16), hg.ReLU(), hg.Dense(16, 10), seeds=range(4))
    train(full, x, y, optimizer=hg.Adam(0.01), epochs=20, batch_size=30)
    tuned = copy.deepcopy(full)
    train(tuned, x, y, optimizer=hg.Adam(0.005), after_step=[StraightThrough(tuned, 2)], epochs=15, batch_size=30)
    after, during = (hg.accuracy(slimming.quantise(net, 2)[0](x), y) for net in (full, tuned))
    assert (during > after + 0.1).all()
    assert during.mean() > after.mean() + 0.25


# --- bytes -----------------------------------------------------------------------------------------------------------


def cost(symbols, n_symbols):
    """Bits that Laplace's rule takes: minus the logarithm of each symbol's probability, from those before it."""
    counts, bits = np.ones(n_symbols), 0.0
    for symbol in symbols:
        bits -= np.log2(counts[symbol] / counts.sum())
        counts[symbol] += 1
    return bits


@given(data=st.data(), n_symbols=st.integers(2, 300))
def test_what_is_packed_comes_back(data, n_symbols):
    symbols = data.draw(st.lists(st.integers(0, n_symbols - 1), max_size=200))
    packed = slimming.pack(np.array(symbols, int), n_symbols)
    assert isinstance(packed, bytes)
    assert slimming.unpack(packed, len(symbols), n_symbols).tolist() == symbols
    assert len(packed) <= cost(symbols, n_symbols) / 8 + 8  # two words of 32 bits
    assert not packed.endswith(b"\0"), "zeros at the end need not be kept"


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64])
def test_symbols_may_have_any_shape_and_integer_type(dtype):
    symbols = seeded(0).integers(0, 5, (3, 4, 5)).astype(dtype)
    assert slimming.pack(symbols, 5) == slimming.pack(symbols.ravel().tolist(), 5)
    assert slimming.unpack(slimming.pack(symbols, 5), 60, 5).tolist() == symbols.ravel().tolist()


def test_nothing_takes_no_bytes():
    assert slimming.pack(np.empty(0, int), 3) == b""
    found = slimming.unpack(b"", 0, 3)
    assert (found.shape, found.dtype.kind) == ((0,), "i")


def test_what_is_always_the_same_takes_next_to_nothing_and_chance_takes_its_bits():
    assert len(slimming.pack(np.full(5000, 3), 4)) <= 12
    assert len(slimming.pack(seeded(0).integers(0, 16, 4000), 16)) == pytest.approx(2000, rel=0.02)
    skewed = (seeded(0).random(8000) < 0.1).astype(int)
    p = skewed.mean()
    entropy = -p * np.log2(p) - (1 - p) * np.log2(1 - p)
    assert len(slimming.pack(skewed, 2)) == pytest.approx(1000 * entropy, rel=0.01)


@each_chain
@pytest.mark.parametrize(
    ("dtype", "bits"), [*(("float64", bits) for bits in range(1, 9)), ("float32", 1), ("float32", 4), ("float16", 3)]
)
def test_bytes_become_the_rounded_network(chain, dtype, bits):
    network = random_network(*chain, dtype=dtype)
    with unchanged(network):
        packed = slimming.encode(network, bits)
    assert isinstance(packed, bytes)
    found, expected = slimming.decode(packed), slimming.quantise(network, bits)[0]
    assert repr(found) == repr(expected) == repr(network)
    np.testing.assert_array_equal(found.parameters, expected.parameters)


@pytest.mark.parametrize("bits", [1, 2, 8])
def test_zeros_and_networks_without_parameters_come_back(bits):
    network = random_network(*PLAIN)
    network.layers[0].params["weight"][...] = 0
    network.layers[2].params["bias"][...] = 0
    found = slimming.decode(slimming.encode(network, bits))
    np.testing.assert_array_equal(found.parameters, slimming.quantise(network, bits)[0].parameters)
    assert repr(slimming.decode(slimming.encode(hg.Network(hg.Tanh()), bits))) == repr(hg.Network(hg.Tanh()))


def test_arguments_that_are_the_layer_s_own_take_no_bytes():
    plain, named = hg.Network(hg.Dense(3, 2)), hg.Network(hg.Dense(3, 2, True, "glorot"))
    assert slimming.encode(plain, 4) == slimming.encode(named, 4)
    assert b'[["Dense",3,2]]' in slimming.encode(plain, 4)
    assert b'[["Dense",3,2,true,"he"]]' in slimming.encode(hg.Network(hg.Dense(3, 2, scale="he")), 4)
    assert b'[["Dense",3,2,false]]' in slimming.encode(hg.Network(hg.Dense(3, 2, bias=False)), 4)


@pytest.mark.parametrize("bits", [1, 2, 3, 5])
def test_a_network_takes_what_its_codes_take_and_little_besides(bits):
    network = hg.Network(hg.Dense(40, 60), hg.Tanh(), hg.Dense(60, 20))
    packed, codes = slimming.encode(network, bits), slimming.quantise(network, bits)[1].details["codes"]
    told, entropy = 0.0, 0.0
    for i, name, values in named_parameters(network):
        symbols = np.unique(codes[i][name], return_inverse=True)[1].ravel()
        n_symbols = 255 if name == "bias" else max(2**bits - 1, 2)
        told += cost(symbols, n_symbols)
        frequencies = np.bincount(symbols) / symbols.size
        entropy -= symbols.size * (frequencies * np.log2(frequencies)).sum()
    steps, header = 4 * 4, 7 + len('[["Dense",40,60],["Tanh"],["Dense",60,20]]')
    assert told / 8 - 1 <= len(packed) - steps - header <= 1.001 * told / 8 + 8
    assert len(packed) < 1.05 * entropy / 8 + steps + header + 60  # the frequencies must be learnt, too


def test_pruned_networks_take_less():
    network = random_network(hg.Dense(30, 30), hg.Tanh(), hg.Dense(30, 10))
    sizes = [len(slimming.encode(slimming.prune(network, sparsity)[0], 4)) for sparsity in (0, 0.5, 0.9)]
    assert sizes[0] > 1.3 * sizes[1] > 1.3**2 * sizes[2]


def test_encoding_complains():
    with complains(ValueError, "bits must be from 1 to 8, got 9"):
        slimming.encode(random_network(*PLAIN), 9)
    with complains(TypeError, "network must be a Network, got None"):
        slimming.encode(None, 2)
    with complains(ValueError, "network must be a single one, such as net[0], got replicas (2,)"):
        slimming.encode(random_network(*PLAIN, replicas=(2,)), 2)


def test_damaged_and_foreign_bytes_are_refused():
    whole = slimming.encode(random_network(*PLAIN), 3)
    wrong = [b"weights, but in words", whole + b"\0", *(whole[:n] for n in range(len(whole)))]
    body = range(whole.index(b"["), len(whole))  # the head's own bytes decide how the body is read
    wrong += [whole[:i] + bytes([whole[i] ^ 1]) + whole[i + 1 :] for i in (0, 1, 2, 3, *body)]
    for packed in wrong:
        with complains(ValueError, f"packed must be bytes that encode made, got {len(packed)} damaged or other ones"):
            slimming.decode(packed)
    with complains(TypeError, "packed must be bytes, got 'hg'"):
        slimming.decode("hg")


@pytest.mark.parametrize(
    ("ask", "error", "message"),
    [
        (lambda: slimming.pack([0.5], 2), TypeError, "symbols must be integers, got dtype float64"),
        (lambda: slimming.pack([True], 2), TypeError, "symbols must be integers, got dtype bool"),
        (lambda: slimming.pack([0, 3], 3), ValueError, "symbols must be from 0 to 2, got 0 to 3"),
        (lambda: slimming.pack([-1, 1], 3), ValueError, "symbols must be from 0 to 2, got -1 to 1"),
        (lambda: slimming.pack([0], 1), ValueError, "n_symbols must be at least 2, got 1"),
        (lambda: slimming.pack([0], 2.0), TypeError, "n_symbols must be an integer, got 2.0"),
        (lambda: slimming.pack([[0], [0, 1]], 2), ValueError, "symbols must be an array, got rows of different length"),
        (lambda: slimming.unpack("abc", 2, 2), TypeError, "packed must be bytes, got 'abc'"),
        (lambda: slimming.unpack(b"", -1, 2), ValueError, "n must be at least 0, got -1"),
        (lambda: slimming.unpack(b"", 1.0, 2), TypeError, "n must be an integer, got 1.0"),
        (lambda: slimming.unpack(b"", 1, 1), ValueError, "n_symbols must be at least 2, got 1"),
    ],
)
def test_packing_complains(ask, error, message):
    with complains(error, message):
        ask()


@pytest.mark.parametrize("bits", range(1, 9))
def test_the_alphabet_has_a_symbol_for_each_level_and_no_other(bits):
    top, n_symbols = coding.alphabet("weight", bits)
    codes = slimming.quantise(random_network(hg.Dense(40, 40)), bits)[1].details["codes"][0]["weight"]
    assert n_symbols == (2 if bits == 1 else 2**bits - 1)
    assert np.abs(codes).max() == top
    assert coding.alphabet("bias", bits) == (127, 255)
