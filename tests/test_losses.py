"""Losses: gradients are difference quotients, values follow their textbook sums, targets are checked at the door."""

import copy
import pickle

import numpy as np
import pytest
from common import REPLICAS, complains, quotients, relative_error, seeded
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import log_softmax, softmax

import hourglass as hg

KINDS = [hg.SoftmaxCrossEntropy, hg.Hinge, hg.MeanSquaredError]
each_kind = pytest.mark.parametrize("kind", KINDS)
each_reduction = pytest.mark.parametrize("reduction", ["mean", "sum"])
each_replicas = pytest.mark.parametrize("replicas", REPLICAS, ids=str)
each_target = pytest.mark.parametrize("shared", [True, False], ids=["one target for all", "a target for each"])
BATCH = 5


def example(kind, replicas=(), n=3, seed=0, shared=True, batch=BATCH):
    """Random outputs and targets that suit the loss."""
    rng = seeded(seed)
    output = 2 * rng.normal(size=(*replicas, batch, n))
    leading = () if shared else replicas
    if kind is hg.MeanSquaredError:
        return output, rng.normal(size=(*leading, batch, n))
    return output, rng.integers(0, max(n, 2), (*leading, batch))


@each_kind
@each_reduction
@each_replicas
@each_target
@pytest.mark.parametrize("n", [1, 3])
def test_gradient_is_the_difference_quotient(kind, reduction, replicas, shared, n):
    output, target = example(kind, replicas, n, shared=shared)
    loss = kind(reduction)
    assert loss(output, target).shape == replicas
    expected = quotients(lambda: np.sum(loss(output, target)), output)
    assert relative_error(loss.gradient(output, target), expected) < 1e-6


@each_reduction
@each_replicas
@pytest.mark.parametrize("n", [1, 3])
def test_gradient_of_cross_entropy_with_soft_targets(reduction, replicas, n):
    output, target = seeded(0).normal(size=(*replicas, BATCH, n)), seeded(1).dirichlet(np.ones(max(n, 2)), BATCH)
    loss = hg.SoftmaxCrossEntropy(reduction)
    expected = quotients(lambda: np.sum(loss(output, target)), output)
    assert relative_error(loss.gradient(output, target), expected) < 1e-6


@each_kind
@each_reduction
@each_replicas
@each_target
def test_replicas_do_not_see_each_other(kind, reduction, replicas, shared):
    output, target = example(kind, replicas, shared=shared)
    loss = kind(reduction)
    values, gradients = loss(output, target), loss.gradient(output, target)
    for replica in np.ndindex(replicas):
        own = target if shared else target[replica]
        np.testing.assert_allclose(values[replica], loss(output[replica], own), rtol=1e-14)
        np.testing.assert_allclose(gradients[replica], loss.gradient(output[replica], own), rtol=1e-14, atol=1e-16)


@each_kind
@given(seed=st.integers(0, 2**32 - 1), batch=st.integers(1, 6), n=st.integers(1, 4))
def test_the_mean_is_the_sum_over_examples_divided_by_their_number(kind, seed, batch, n):
    output, target = example(kind, n=n, seed=seed, batch=batch)
    count = output.size if kind is hg.MeanSquaredError else batch
    total = sum(kind("sum")(output[i : i + 1], target[i : i + 1]) for i in range(batch))
    assert kind("sum")(output, target) == pytest.approx(total)
    assert kind()(output, target) == pytest.approx(total / count)
    mean, sums = kind().gradient(output, target), kind("sum").gradient(output, target)
    np.testing.assert_allclose(mean * count, sums, atol=1e-12)


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(2, 5))
def test_cross_entropy_is_minus_the_log_probability_of_the_target(seed, n):
    output, target = example(hg.SoftmaxCrossEntropy, n=n, seed=seed)
    rows, loss = seeded(seed).dirichlet(np.ones(n), BATCH), hg.SoftmaxCrossEntropy("sum")
    log_p = log_softmax(output, axis=-1)
    assert loss(output, target) == pytest.approx(-log_p[np.arange(BATCH), target].sum())
    assert loss(output, rows) == pytest.approx(-(rows * log_p).sum())
    np.testing.assert_allclose(loss.gradient(output, rows), softmax(output, axis=-1) - rows, atol=1e-12)


@given(seed=st.integers(0, 2**32 - 1))
def test_no_output_has_less_cross_entropy_than_the_logarithm_of_the_target(seed):
    rows = seeded(seed).dirichlet(np.ones(4), BATCH)
    loss = hg.SoftmaxCrossEntropy()
    entropy = -(rows * np.log(rows)).sum() / BATCH
    assert loss(np.log(rows), rows) == pytest.approx(entropy)
    np.testing.assert_allclose(loss.gradient(np.log(rows), rows), 0, atol=1e-15)
    assert loss(np.log(rows) + seeded(seed).normal(size=rows.shape), rows) > entropy


@given(seed=st.integers(0, 2**32 - 1))
def test_one_output_is_the_log_odds_of_class_one(seed):
    output, target = example(hg.SoftmaxCrossEntropy, n=1, seed=seed)
    loss = hg.SoftmaxCrossEntropy()
    both = np.concatenate([np.zeros_like(output), output], axis=1)
    assert loss(output, target) == pytest.approx(loss(both, target))
    assert loss(output, target) == pytest.approx(np.mean(np.log1p(np.exp(np.where(target, -1, 1) * output[:, 0]))))
    np.testing.assert_allclose(loss.gradient(output, target), loss.gradient(both, target)[:, 1:], rtol=1e-12)


@pytest.mark.parametrize("n", [1, 3])
def test_cross_entropy_is_stable_for_huge_logits(n):
    output, target = np.round(example(hg.SoftmaxCrossEntropy, n=n)[0]) * 1e4, np.zeros(BATCH, int)
    logits = output if n > 1 else np.concatenate([np.zeros_like(output), output], axis=1)
    loss = hg.SoftmaxCrossEntropy("sum")
    with np.errstate(all="raise", under="ignore"):
        expected = -log_softmax(logits, axis=-1)[:, 0].sum()
        assert loss(output, target) == pytest.approx(expected, rel=1e-12)
        assert np.isfinite(loss.gradient(output, target)).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shift", [-1e4, -740, -95, -50, 50, 95, 740, 1e4])  # exp fails beyond 88 and 709
def test_a_number_added_to_all_logits_changes_nothing(shift, dtype):
    output, target = np.round(example(hg.SoftmaxCrossEntropy)[0]).astype(dtype), np.arange(BATCH) % 3
    loss, rounding = hg.SoftmaxCrossEntropy("sum"), 10 * abs(shift) * np.finfo(dtype).eps
    np.testing.assert_allclose(loss(output + dtype(shift), target), loss(output, target), atol=rounding)
    shifted = loss.gradient(output + dtype(shift), target)
    np.testing.assert_allclose(shifted, loss.gradient(output, target), rtol=0, atol=rounding)


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda loss: pickle.loads(pickle.dumps(loss))], ids=["copy", "pickle"]
)
def test_a_copy_of_a_used_loss_works_like_a_new_one(copied):
    (output, target), loss = example(hg.SoftmaxCrossEntropy), hg.SoftmaxCrossEntropy("sum")
    loss(output + 1, target)
    assert repr(copied(loss)) == repr(loss)
    assert copied(loss)(output, target) == loss(output, target)
    np.testing.assert_array_equal(copied(loss).gradient(output, target), loss.gradient(output, target))


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 1e-5)])
@given(seed=st.integers(0, 2**32 - 1), offset=st.floats(-1500, 1500), scale=st.floats(0.01, 300))
def test_cross_entropy_agrees_with_scipy_for_small_and_large_logits(dtype, tolerance, seed, offset, scale):
    centred = scale * seeded(seed).normal(size=(2, BATCH, 3))
    rows, shift, loss = np.eye(3)[[0, 1, 2, 0, 1]], offset * np.ones((2, BATCH, 1)), hg.SoftmaxCrossEntropy()
    shift[:, 1] *= -1
    output = (centred + shift).astype(dtype)
    exact = output.astype(np.float64)
    value, gradient = loss(output, rows), loss.gradient(output, rows)
    expected = -(rows * log_softmax(exact, axis=-1)).sum(axis=(-2, -1)) / BATCH
    largest = np.abs(exact).max()
    np.testing.assert_allclose(value, expected, atol=tolerance * largest)
    np.testing.assert_allclose(gradient, (softmax(exact, axis=-1) - rows) / BATCH, atol=tolerance * largest)


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(2, 5))
def test_hinge_counts_every_wrong_class_that_comes_too_close(seed, n):
    output, target = example(hg.Hinge, n=n, seed=seed)
    expected = sum(
        max(0, row[j] - row[right] + 1)
        for row, right in zip(output, target, strict=True)
        for j in range(n)
        if j != right
    )
    assert hg.Hinge("sum")(output, target) == pytest.approx(expected)
    assert hg.Hinge("sum")(output, np.eye(n)[target]) == pytest.approx(expected)


@given(seed=st.integers(0, 2**32 - 1))
def test_hinge_of_one_output_is_a_support_vector_machine(seed):
    output, target = example(hg.Hinge, n=1, seed=seed)
    signs = 2 * target - 1
    assert hg.Hinge()(output, target) == pytest.approx(np.mean(np.maximum(0, 1 - signs * output[:, 0])))


def test_beyond_the_margin_the_hinge_rests():
    output, target = np.array([[3.0, 1.5, -4]]), np.array([0])
    assert hg.Hinge()(output, target) == 0
    assert not hg.Hinge().gradient(output, target).any()
    np.testing.assert_array_equal(hg.Hinge().gradient(output, [1]), [[1, -1, 0]])


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 4))
def test_squared_error_is_the_mean_over_batch_and_outputs(seed, n):
    output, target = example(hg.MeanSquaredError, n=n, seed=seed)
    errors = [(a - b) ** 2 for a, b in zip(output.ravel(), target.ravel(), strict=True)]
    assert hg.MeanSquaredError()(output, target) == pytest.approx(sum(errors) / len(errors))
    assert hg.MeanSquaredError("sum")(output, target) == pytest.approx(sum(errors))


@each_kind
def test_the_value_alone_costs_no_gradient(kind):
    class Thrifty(kind):
        def total(self, output, target):
            return super().total(output, target)[0], lambda: pytest.fail("a gradient, for which nobody asked")

    output, target = example(kind)
    assert Thrifty()(output, target) == kind()(output, target)


@each_kind
@pytest.mark.parametrize("n", [1, 3])
def test_later_calls_leave_earlier_gradients_alone(kind, n):
    (output, target), loss = example(kind, (2,), n), kind()
    first = loss.gradient(output, target)
    kept = first.copy()
    loss.gradient(-2 * output, target)
    np.testing.assert_array_equal(first, kept)


@each_kind
def test_outputs_and_targets_stay_as_they_are(kind):
    output, target = example(kind)
    before = output.copy(), target.copy()
    kind().gradient(output, target)
    np.testing.assert_array_equal(output, before[0])
    np.testing.assert_array_equal(target, before[1])


@each_kind
@pytest.mark.parametrize("n", [1, 3])
def test_single_precision_stays_single(kind, n):
    (output, target), loss = example(kind, (2,), n), kind()
    single = output.astype(np.float32)
    assert loss(single, target).dtype == loss.gradient(single, target).dtype == np.float32
    np.testing.assert_allclose(loss(single, target), loss(output, target), rtol=1e-5)
    np.testing.assert_allclose(loss.gradient(single, target), loss.gradient(output, target), atol=1e-6)
    np.testing.assert_array_equal(loss.gradient(output, target), kind().gradient(output, target))


def test_rows_of_probabilities_may_be_rounded_to_half_precision():
    rows = seeded(0).dirichlet(np.ones(4), 100)
    output, loss = seeded(1).normal(size=rows.shape), hg.SoftmaxCrossEntropy()
    assert loss(output, rows.astype(np.float16)) == pytest.approx(loss(output, rows), rel=1e-3)


def test_lists_do_as_well_as_arrays():
    assert hg.SoftmaxCrossEntropy()([[0, 0]], [1]) == pytest.approx(np.log(2))
    assert hg.MeanSquaredError()([[1, 2]], [[3, 5]]) == 6.5


def test_accuracy_counts_the_right_ones():
    output = np.array([[[3, 1], [1, 3], [0, 1], [2, 0]], [[1, 3], [3, 1], [1, 0], [0, 2]]])
    np.testing.assert_array_equal(hg.accuracy(output, [0, 1, 1, 1]), [0.75, 0.25])
    np.testing.assert_array_equal(hg.accuracy(output, [[0, 1, 1, 0], [0, 0, 0, 1]]), [1, 0.75])
    assert hg.accuracy([[-1], [2], [3], [0.5], [0]], [0, 1, 0, 1, 0]) == 0.8
    with complains(ValueError, "labels must have shape (4,) or (2, 4), got (3,)"):
        hg.accuracy(output, [0, 1, 1])
    with complains(ValueError, "output must have shape (*replicas, batch, n), got (2,)"):
        hg.accuracy([0, 1], [0, 1])


@each_kind
def test_losses_read_as_they_were_written(kind):
    assert repr(eval(repr(kind("sum")), vars(hg))) == repr(kind("sum")) != repr(kind())


ROWS = np.eye(3)[[0, 1]]
ASKED = "target must be integer labels or float rows of 3 probabilities"
CLASSES = [  # of target, for the outputs [[1, 2, 3], [4, 5, 6]]
    ([0, 3], ValueError, "target must hold labels from 0 to 2, got 0 to 3"),
    ([-1, 2], ValueError, "target must hold labels from 0 to 2, got -1 to 2"),
    ([0.0, 1.0], TypeError, f"{ASKED}, got dtype float64 and shape (2,)"),
    ([True, False], TypeError, f"{ASKED}, got dtype bool and shape (2,)"),
    (["a", "b"], TypeError, f"{ASKED}, got dtype <U1 and shape (2,)"),
    ([0], ValueError, "target must have shape (2,), got (1,)"),
    ([[0], [1]], ValueError, "target must have shape (2,), got (2, 1)"),
    ([], ValueError, "target must not be empty, got shape (0,)"),
    ([[0], [1, 2]], ValueError, "target must be an array, got rows of different lengths: [[0], [1, 2]]"),
    (ROWS[:, :2], TypeError, f"{ASKED}, got dtype float64 and shape (2, 2)"),
    (
        ROWS * 1.1,
        ValueError,
        "target must be integer labels or rows of probabilities that sum to 1, got the row [1.1 0.",
    ),
    (ROWS - 2e-6, ValueError, "target must be integer labels or rows of probabilities that sum to 1, got the row ["),
    ([[1.0, 0, 0], [2, -1, 0]], ValueError, "rows of probabilities that sum to 1, got the row [ 2. -1.  0.]"),
    (ROWS * np.nan, ValueError, "target must be finite in float64, got nan and 5 more"),
]


@pytest.mark.parametrize(("target", "error", "message"), CLASSES)
@pytest.mark.parametrize("kind", [hg.SoftmaxCrossEntropy, hg.Hinge])
def test_class_losses_complain_about_targets(kind, target, error, message):
    with complains(error, message):
        kind()([[1, 2, 3], [4, 5, 6]], target)


@pytest.mark.parametrize(
    ("kind", "output", "target", "error", "message"),
    [
        (
            hg.Hinge,
            [[1, 2]],
            [[0.5, 0.5]],
            ValueError,
            "target must be integer labels or one-hot rows for the hinge loss, got 0.5",
        ),
        (hg.SoftmaxCrossEntropy, [[1]], [2], ValueError, "target must hold labels from 0 to 1, got 2 to 2"),
        (hg.MeanSquaredError, [[1, 2]], [1, 2], ValueError, "target must have shape (1, 2), got (2,)"),
        (hg.MeanSquaredError, [[1, 2]], [[1, np.inf]], ValueError, "target must be finite in float64, got inf"),
        (
            hg.MeanSquaredError,
            [[1, 2]],
            [["a", "b"]],
            TypeError,
            "target must hold real numbers, got an array of dtype <U1",
        ),
        (hg.MeanSquaredError, [[1, 2]], [], ValueError, "target must not be empty, got shape (0,)"),
        (
            hg.MeanSquaredError,
            np.ones((2, 3, 4)),
            np.ones((3, 3, 4)),
            ValueError,
            "target must have shape (3, 4) or (2, 3, 4), got (3, 3, 4)",
        ),
        (
            hg.SoftmaxCrossEntropy,
            np.ones((2, 3, 4)),
            np.ones((3, 3), int),
            ValueError,
            "target must have shape (3,) or (2, 3), got (3, 3)",
        ),
        (hg.SoftmaxCrossEntropy, [1, 2], [1], ValueError, "output must have shape (*replicas, batch, n), got (2,)"),
        (hg.SoftmaxCrossEntropy, [[1, np.nan]], [1], ValueError, "output must be finite in float64, got nan"),
        (
            hg.SoftmaxCrossEntropy,
            [["a", "b"]],
            [1],
            TypeError,
            "output must hold real numbers, got an array of dtype <U1",
        ),
        (hg.SoftmaxCrossEntropy, [], [1], ValueError, "output must not be empty, got shape (0,)"),
    ],
)
def test_losses_complain_about_outputs_and_targets(kind, output, target, error, message):
    for ask in (kind(), kind().gradient):
        with complains(error, message):
            ask(output, target)


@each_kind
def test_losses_complain_about_an_unknown_reduction(kind):
    with complains(ValueError, "reduction must be one of 'mean', 'sum', got 'median'"):
        kind("median")
