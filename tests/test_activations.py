"""Activation functions: slopes are difference quotients, nothing overflows, softmax keeps its laws."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import expit, ndtr
from scipy.special import softmax as scipy_softmax

import hourglass as hg
from hourglass import activations

each = pytest.mark.parametrize("name", ["sigmoid", "gelu"])
moderate = st.floats(-20, 20).filter(lambda x: abs(x) > 1e-3)  # away from the kinks
logits = arrays(float, st.tuples(st.integers(1, 4), st.integers(1, 5)), elements=st.floats(-50, 50))
A_GRID = np.linspace(-12, 12, 4001)


def function(name):
    return getattr(activations, name)


def derivative(name):
    return getattr(activations, f"{name}_derivative")


@each
@given(x=moderate)
def test_derivative_is_the_difference_quotient(name, x):
    quotient = (function(name)(x + 1e-5) - function(name)(x - 1e-5)) / 2e-5
    assert derivative(name)(x) == pytest.approx(quotient, rel=1e-6, abs=1e-9)


@each
@given(x=st.floats(allow_nan=False, allow_infinity=False))
@example(x=1e200)
@example(x=-1e200)
def test_no_finite_input_overflows(name, x):
    with np.errstate(all="raise", under="ignore"):
        assert np.isfinite(function(name)(x))
        assert np.isfinite(derivative(name)(x))


@each
def test_any_shape_and_precision_goes_through(name):
    x = np.linspace(-3, 3, 24).reshape(2, 3, 4)
    for f in (function(name), derivative(name)):
        np.testing.assert_array_equal(f(x)[1, 2], f(x[1, 2]))
        np.testing.assert_array_equal(f(x.tolist()), f(x))
    assert function(name)(x.astype(np.float16)).dtype == np.float16


def test_sigmoid_and_gelu_agree_with_scipy():
    np.testing.assert_allclose(activations.sigmoid(A_GRID), expit(A_GRID), rtol=1e-14)
    np.testing.assert_allclose(activations.gelu(A_GRID), A_GRID * ndtr(A_GRID), atol=5e-4)


@given(x=st.floats(-300, 300))
def test_sigmoid_and_tanh_are_one_curve(x):
    assert activations.tanh(x) == pytest.approx(2 * activations.sigmoid(2 * x) - 1, abs=1e-15)
    assert activations.sigmoid(x) + activations.sigmoid(-x) == pytest.approx(1, abs=1e-15)


@given(x=st.floats(40, 700))
def test_the_slope_of_a_saturated_sigmoid_keeps_its_digits(x):
    assert activations.sigmoid_derivative(x) == pytest.approx(np.exp(-x), rel=1e-12)
    assert activations.sigmoid_derivative(-x) == activations.sigmoid_derivative(x)


def test_largest_slopes():
    assert activations.sigmoid_derivative(A_GRID).max() == activations.sigmoid_derivative(0) == 0.25


@given(z=logits)
def test_softmax_gives_probabilities_and_agrees_with_scipy(z):
    p = hg.softmax(z)
    assert (p >= 0).all()
    np.testing.assert_allclose(p.sum(axis=-1), 1, atol=1e-14)
    np.testing.assert_allclose(p, scipy_softmax(z, axis=-1), rtol=1e-12)


@given(z=logits, shift=st.floats(-1e4, 1e4))
def test_softmax_does_not_see_shifts(z, shift):
    np.testing.assert_allclose(hg.softmax(z + shift), hg.softmax(z), rtol=1e-9)


@given(z=logits, base=st.floats(1.1, 20))
def test_softmax_of_another_base_is_softmax_of_scaled_logits(z, base):
    np.testing.assert_allclose(hg.softmax(z, base=base), hg.softmax(z * np.log(base)), rtol=1e-9)
    powers = np.exp2(z)
    np.testing.assert_allclose(hg.softmax(z, base=2), powers / powers.sum(axis=-1, keepdims=True), rtol=1e-9)


@given(z=logits)
def test_softmax_is_stable_for_huge_logits(z):
    with np.errstate(all="raise", under="ignore"):
        p = hg.softmax(1e4 * np.round(z))
    largest = np.round(z) == np.round(z).max(axis=-1, keepdims=True)
    np.testing.assert_allclose(p, largest / largest.sum(axis=-1, keepdims=True), atol=1e-300)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([0, np.nan],), ValueError, "z must be finite in float64, got nan"),
        (([np.inf, 0, np.nan, 1],), ValueError, "z must be finite in float64, got inf and 1 more"),
        (([],), ValueError, "z must not be empty, got shape (0,)"),
        ((["a"],), TypeError, "z must hold real numbers, got an array of dtype <U1"),
        (([1j],), TypeError, "z must hold real numbers, got an array of dtype complex128"),
        (([[1], [1, 2]],), ValueError, "z must be an array, got rows of different lengths: [[1], [1, 2]]"),
        (([0, 1], 1), ValueError, "base must be above 1, got 1"),
        (([0, 1], "e"), TypeError, "base must be a number, got 'e'"),
        (([0, 1], [2, 3]), TypeError, "base must be one number, got [2, 3]"),
    ],
)
def test_softmax_complains(arguments, error, message):
    with pytest.raises(error) as caught:
        hg.softmax(*arguments)
    assert str(caught.value) == message
