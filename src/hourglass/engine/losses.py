"""Losses. `loss(output, target)` is the value, and `loss.gradient(output, target)` its gradient with respect to the
output; `loss.evaluate` gives both for the price of one, which is what training uses.

output: (*replicas, batch, n). target: integer labels (batch,), or rows (batch, n) of probabilities or of numbers,
the same for all replicas or with replica axes in front. Values have shape (*replicas,); gradients that of the output.
"""

import numpy as np

from .. import checks
from .sums import ones

# exp of a larger number could overflow, by precision; minus that, vanish
SAFE = {np.dtype(name): 0.9 * float(np.log(np.finfo(name).max)) for name in ("float16", "float32", "float64")}


class Loss:
    """reduction: "mean" over the batch, or "sum". Subclasses prepare targets and give the sum and its gradient."""

    def __init__(self, reduction="mean"):
        self.reduction = checks.one_of(reduction, "reduction", ("mean", "sum"))

    def prepare(self, target, output, name="target"):
        """`target`, checked, in the form that `total` takes. name: what errors call it."""
        raise NotImplementedError

    def total(self, output, target):
        """(the sum over the batch, a function that returns its gradient). Nothing is checked here."""
        raise NotImplementedError

    def count(self, output):
        """What sums are divided by if the mean is wanted."""
        return output.shape[-2]

    def evaluate(self, output, target):
        """(value, gradient) for a prepared target."""
        value, gradient = self.total(output, target)
        gradient = gradient()
        if self.reduction == "mean":
            share = 1 / self.count(output)
            value, gradient = value * share, np.multiply(gradient, share, gradient)
        return value, gradient

    @np.errstate(over="ignore", divide="ignore", invalid="ignore")
    def __call__(self, output, target):
        output, target = self._checked(output, target)
        total = self.total(output, target)[0]
        return total if self.reduction == "sum" else total / self.count(output)

    @np.errstate(over="ignore", divide="ignore", invalid="ignore")
    def gradient(self, output, target):
        return self.evaluate(*self._checked(output, target))[1]

    def _checked(self, output, target):
        output = checks.as_array(output, "output")
        output = checks.finite_array(output, "output", np.result_type(output, np.float32))
        if output.ndim < 2:
            raise ValueError(f"output must have shape (*replicas, batch, n), got {output.shape}")
        return output, self.prepare(target, output)

    def __repr__(self):
        return f"{type(self).__name__}(reduction={self.reduction!r})"


def check_leading(target, name, trailing, replicas):
    """ValueError unless the shape is `trailing`, with nothing or the replica axes in front."""
    if target.shape not in (trailing, (*replicas, *trailing)):
        expected = f"{trailing}" + (f" or {(*replicas, *trailing)}" if replicas else "")
        raise ValueError(f"{name} must have shape {expected}, got {target.shape}")


def class_rows(target, output, name):
    """Class targets as rows of probabilities, (..., batch, n); n = 1 means two classes told apart by one output."""
    *replicas, batch, n = output.shape
    target, n_classes = checks.as_array(target, name), max(n, 2)
    if target.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {target.shape}")
    if target.dtype.kind == "f" and target.shape in ((batch, n_classes), (*replicas, batch, n_classes)):
        rows = checks.finite_array(target, name)
        bad = (rows < 0).any(axis=-1) | (np.abs(rows.sum(axis=-1) - 1) > 1e-6 + np.finfo(target.dtype).eps)
        if bad.any():
            raise ValueError(
                f"{name} must be integer labels or rows of probabilities that sum to 1, got the row {rows[bad][0]}"
            )
        return rows.astype(output.dtype, copy=False)
    if target.dtype.kind not in "iu":
        raise TypeError(
            f"{name} must be integer labels or float rows of {n_classes} probabilities, "
            f"got dtype {target.dtype} and shape {target.shape}"
        )
    check_leading(target, name, (batch,), replicas)
    if target.min() < 0 or target.max() >= n_classes:
        raise ValueError(f"{name} must hold labels from 0 to {n_classes - 1}, got {target.min()} to {target.max()}")
    return np.eye(n_classes, dtype=output.dtype)[target]


class SoftmaxCrossEntropy(Loss):
    """Minus the log-probability, in nats, that the softmax of the output (the logits) gives to the target.

    With p = exp(z) / sum(exp(z)), that is log(sum(exp(z))) - target . z, and its gradient p - target. One output
    alone is the log-odds of class 1, as in logistic regression: the softmax over (0, z).
    """

    def prepare(self, target, output, name="target"):
        return class_rows(target, output, name)

    def total(self, logits, target, shifted=False):
        *leading, n = logits.shape
        if n == 1:
            return self.total_of_odds(logits, target[..., 1:])
        powers = np.exp(logits)
        sums = powers.reshape(-1, n).dot(ones(n, powers.dtype))
        logs, safe = np.log(sums), SAFE[logits.dtype]
        if not (shifted or logs.dot(logs) < safe**2 or np.abs(logs).max() < safe):
            # with each row's largest logit at zero exp keeps off its limits, and nothing else changes
            return self.total(logits - logits.max(axis=-1, keepdims=True), target, shifted=True)
        dot = np.dot if target.ndim == 2 else np.vecdot  # one target for all, or one for each replica
        values = dot(logits.reshape(leading[:-1] + [-1]), target.reshape(target.shape[:-2] + (-1,)))

        def gradient():
            chances = np.divide(powers, sums.reshape(leading + [1]), powers)
            return np.subtract(chances, target, chances)

        return logs.reshape(leading).dot(ones(leading[-1], logs.dtype)) - values, gradient

    def total_of_odds(self, odds, target):
        """log(1 + exp(z)) - t z, and sigma(z) - t; exp only of negative numbers, as in `activations.sigmoid`."""
        small = np.exp(-np.abs(odds))
        values = np.maximum(odds, 0) - target * odds + np.log1p(small)
        return values.sum(axis=(-2, -1)), lambda: np.where(odds >= 0, 1, small) / (1 + small) - target


class Hinge(Loss):
    """The multi-class hinge of Weston and Watkins (1999), with a margin of 1 for their 2: sum over the wrong
    classes j of max(0, s_j - s_y + 1).

    One output alone is the score of a binary support vector machine: max(0, 1 - s) for class 1, max(0, 1 + s) for
    class 0.
    """

    def prepare(self, target, output, name="target"):
        rows = class_rows(target, output, name)
        fractions = rows[~np.isin(rows, (0, 1))]
        if fractions.size:
            raise ValueError(f"{name} must be integer labels or one-hot rows for the hinge loss, got {fractions[0]}")
        return rows

    def total(self, scores, target):
        if scores.shape[-1] == 1:
            sign = 1 - 2 * target[..., 1:]  # -1 for class 1, +1 for class 0
            violations = np.maximum(1 + sign * scores, 0)
            return violations.sum(axis=(-2, -1)), lambda: sign * (violations > 0)
        right = (scores * target).sum(axis=-1, keepdims=True)
        violations = np.maximum(scores - right + 1, 0) * (1 - target)

        def gradient():
            wrong = (violations > 0).astype(scores.dtype)
            return wrong - target * wrong.sum(axis=-1, keepdims=True)

        return violations.sum(axis=(-2, -1)), gradient


class MeanSquaredError(Loss):
    """The mean over batch and outputs of (output - target)^2; with reduction "sum", the sum over both."""

    def prepare(self, target, output, name="target"):
        target = checks.finite_array(target, name, output.dtype)
        check_leading(target, name, output.shape[-2:], output.shape[:-2])
        return target

    def count(self, output):
        return output.shape[-2] * output.shape[-1]

    def total(self, output, target):
        error = output - target
        return np.square(error).sum(axis=(-2, -1)), lambda: 2 * error


def accuracy(output, labels):
    """Share of the examples whose largest output, or whose one output's sign, is the label's.

    output: (*replicas, batch, n). labels: integers (batch,), or (*replicas, batch). Returns (*replicas,).
    """
    output, labels = np.asarray(output), np.asarray(labels)
    if output.ndim < 2:
        raise ValueError(f"output must have shape (*replicas, batch, n), got {output.shape}")
    check_leading(labels, "labels", output.shape[-2:-1], output.shape[:-2])
    predicted = output[..., 0] > 0 if output.shape[-1] == 1 else output.argmax(axis=-1)
    return (predicted == labels).mean(axis=-1)
