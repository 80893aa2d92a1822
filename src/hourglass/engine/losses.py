"""Losses. `loss(output, target)` is the value and `loss.gradient(output, target)` its gradient by the output;
`loss.evaluate` gives both for the price of one, which is what training uses.

output: (*replicas, batch, n). target: integer labels (batch,), or rows (batch, n) of probabilities or of numbers,
the same for all replicas or with replica axes in front. Values have shape (*replicas,); gradients that of the output.
"""

import numpy as np

from . import checks


class Loss:
    """reduction: "mean" over the batch, or "sum"."""

    def __init__(self, reduction="mean"):
        self.reduction = checks.one_of(reduction, "reduction", ("mean", "sum"))

    def __call__(self, output, target):
        return self._evaluated(output, target)[0]

    def gradient(self, output, target):
        return self._evaluated(output, target)[1].copy()  # evaluate may fill the same array again

    def _evaluated(self, output, target):
        output = checks.as_array(output, "output")
        output = checks.finite_array(output, "output", np.result_type(output, np.float32))
        if output.ndim < 2:
            raise ValueError(f"output must have shape (*replicas, batch, n), got {output.shape}")
        target = self.prepare(target, output.shape[-2], output.shape[-1], output.dtype, output.shape[:-2])
        with np.errstate(over="ignore", divide="ignore"):
            return self.evaluate(output, target)

    def prepare(self, target, batch, n, dtype=np.float64, replicas=(), name="target"):
        """`target`, checked, in the form that `evaluate` takes. name: what errors call it."""
        raise NotImplementedError

    def evaluate(self, output, target):
        """(value, gradient) for a prepared target; nothing is checked here."""
        raise NotImplementedError

    def __repr__(self):
        return f"{type(self).__name__}(reduction={self.reduction!r})"

    def _scaled(self, values, gradient, count):
        """Sum `values` over examples and outputs, and divide both by `count` if the mean is wanted."""
        total = np.add.reduce(values, axis=(-2, -1))
        if self.reduction == "sum":
            return total, gradient
        return total / count, np.multiply(gradient, 1 / count, gradient)


def check_leading(target, name, trailing, replicas):
    """ValueError unless the shape is `trailing`, with nothing or the replica axes in front."""
    if target.shape not in (trailing, (*replicas, *trailing)):
        expected = f"{trailing}" + (f" or {(*replicas, *trailing)}" if replicas else "")
        raise ValueError(f"{name} must have shape {expected}, got {target.shape}")


def class_rows(target, batch, n, dtype, replicas, name):
    """Class targets as rows of probabilities, (..., batch, n); n = 1 means two classes told apart by one output."""
    target = checks.as_array(target, name)
    n_classes = max(n, 2)
    if target.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {target.shape}")
    if (
        target.shape in ((batch, n_classes), (*replicas, batch, n_classes))
        and target.ndim > 1
        and target.dtype.kind == "f"
    ):
        rows = checks.finite_array(target, name)
        bad = (rows < 0).any(axis=-1) | (np.abs(rows.sum(axis=-1) - 1) > 1e-6 + np.finfo(target.dtype).eps)
        if bad.any():
            raise ValueError(
                f"{name} must be integer labels or rows of probabilities that sum to 1, got the row {rows[bad][0]}"
            )
        return rows.astype(dtype, copy=False)
    if target.dtype.kind not in "iu":
        raise TypeError(
            f"{name} must be integer labels or float rows of {n_classes} probabilities, "
            f"got dtype {target.dtype} and shape {target.shape}"
        )
    check_leading(target, name, (batch,), replicas)
    if target.min() < 0 or target.max() >= n_classes:
        raise ValueError(f"{name} must hold labels from 0 to {n_classes - 1}, got {target.min()} to {target.max()}")
    return np.eye(n_classes, dtype=dtype)[target]


class SoftmaxCrossEntropy(Loss):
    """Cross-entropy, in nats, between the target and the softmax of the output (the logits).

    One output alone is the log-odds of class 1, as in logistic regression: the softmax over (0, output).
    """

    _output, _p = None, np.empty(0)  # the last one's, and memory

    def prepare(self, target, batch, n, dtype=np.float64, replicas=(), name="target"):
        return class_rows(target, batch, n, dtype, replicas, name)

    def evaluate(self, output, target, shifted=False):
        if output.shape[-1] == 1:
            return self._evaluate_log_odds(output, target[..., 1:])
        if output is not self._output:
            if output.shape != self._p.shape or output.dtype != self._p.dtype:
                self._allocate(output)
            self._output = output
        p, log_p = self._p, self._log_p
        np.exp(output, p)
        logs = np.log(self._p_rows.dot(self._ones, self._flat_sums), self._flat_logs)
        # the sum of squares is quicker to have than the largest; it errs on the safe side, most so in large batches
        if not (shifted or logs.dot(logs) < self._safe_squared or np.abs(logs).max() < self._safe):
            # exp came near its limits. With the largest logit of each row at zero it cannot, and nothing else changes.
            return self.evaluate(output - output.max(axis=-1, keepdims=True), target, shifted=True)
        # log p = z - log(sum(exp(z))), spread over its row first: an assignment broadcasts for less than a subtraction
        log_p[...] = self._logs
        np.subtract(output, log_p, log_p)
        if self._large:
            np.multiply(p, np.reciprocal(self._sums), p)  # cheaper than a second exp, but dearer to call
        else:
            np.exp(log_p, p)
        np.subtract(p, target, p)
        np.multiply(log_p, target, log_p)
        value = self._flat_log_p.dot(self._minus)
        if self.reduction == "sum":
            return value, p
        count = output.shape[-2]
        return value / count, np.multiply(p, 1 / count, p)

    def _allocate(self, output):
        """Memory for outputs of this shape; what is `flat` or in `rows` is a view, without replica axes."""
        *leading, n = output.shape
        self._p, self._log_p = np.empty((2, *output.shape), output.dtype)
        self._p_rows = self._p.reshape(-1, n)
        self._flat_sums, self._flat_logs = np.empty((2, len(self._p_rows)), output.dtype)
        self._sums, self._logs = self._flat_sums.reshape(*leading, 1), self._flat_logs.reshape(*leading, 1)
        self._large = output.size > 10_000
        self._flat_log_p = self._log_p.reshape(*leading[:-1], -1)
        self._ones, self._minus = np.ones(n, output.dtype), np.full(leading[-1] * n, -1, output.dtype)
        self._safe = float(0.95 * np.log(np.finfo(output.dtype).max))
        self._safe_squared = self._safe**2

    def __getstate__(self):
        # Copies of views would no longer be views: a copied loss starts without memory.
        return {name: value for name, value in vars(self).items() if not name.startswith("_")}

    def _evaluate_log_odds(self, odds, target):
        """log(1 + exp(z)) - t z, and sigma(z) - t; exp only of negative numbers, as in `activations.sigmoid`."""
        small = np.exp(-np.abs(odds))
        values = np.maximum(odds, 0) - target * odds + np.log1p(small)
        return self._scaled(values, np.where(odds >= 0, 1, small) / (1 + small) - target, odds.shape[-2])


class Hinge(Loss):
    """The multi-class hinge of Weston and Watkins (1999), with a margin of 1 for their 2: sum over the wrong
    classes j of max(0, s_j - s_y + 1).

    One output alone is the score of a binary support vector machine: max(0, 1 - s) for class 1, max(0, 1 + s) for
    class 0.
    """

    def prepare(self, target, batch, n, dtype=np.float64, replicas=(), name="target"):
        rows = class_rows(target, batch, n, dtype, replicas, name)
        fractions = rows[~np.isin(rows, (0, 1))]
        if fractions.size:
            raise ValueError(f"{name} must be integer labels or one-hot rows for the hinge loss, got {fractions[0]}")
        return rows

    def evaluate(self, output, target):
        if output.shape[-1] == 1:
            sign = 1 - 2 * target[..., 1:]  # -1 for class 1, +1 for class 0
            violations = np.maximum(1 + sign * output, 0)
            gradient = sign * (violations > 0)
        else:
            right = (output * target).sum(axis=-1, keepdims=True)
            violations = np.maximum(output - right + 1, 0) * (1 - target)
            gradient = (violations > 0).astype(output.dtype)
            gradient -= target * gradient.sum(axis=-1, keepdims=True)
        return self._scaled(violations, gradient, output.shape[-2])


class MeanSquaredError(Loss):
    """The mean over batch and outputs of (output - target)^2; with reduction "sum", the sum over both."""

    def prepare(self, target, batch, n, dtype=np.float64, replicas=(), name="target"):
        target = checks.finite_array(target, name, dtype)
        check_leading(target, name, (batch, n), replicas)
        return target

    def evaluate(self, output, target):
        error = output - target
        return self._scaled(error * error, np.multiply(error, 2, error), error.shape[-2] * error.shape[-1])


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
