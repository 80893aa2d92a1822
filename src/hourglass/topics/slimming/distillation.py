"""Distillation: a small network learns from what a large one thinks of every class, not from the labels alone."""

import copy

import numpy as np

from ...engine import checks
from ...engine.activations import softmax
from ...engine.losses import Loss, SoftmaxCrossEntropy, check_leading
from ...engine.optimizers import Adam
from ...engine.training import train
from .report import Report, check_network


class Distillation(Loss):
    """Cross-entropy between the softmaxes of two networks' logits, both divided by the temperature T, times T^2
    (Hinton, Vinyals and Dean, 2015). Its gradient by the logits is T (p_student - p_teacher); as T grows, that tends
    to the difference of the logits, each taken from its mean, over their number.

    Targets are the teacher's logits, (batch, n) or (*replicas, batch, n).
    """

    def __init__(self, temperature=1.0, reduction="mean"):
        super().__init__(reduction)
        self.temperature = checks.number(temperature, "temperature", above=0)
        self._hard = SoftmaxCrossEntropy(reduction)

    def prepare(self, target, batch, n, dtype=np.float64, replicas=(), name="target"):
        if n < 2:
            raise ValueError(f"output must have at least two logits to be distilled into, got {n}")
        target = checks.finite_array(target, name, dtype)
        check_leading(target, name, (batch, n), replicas)
        return softmax(target / self.temperature)

    def evaluate(self, output, target):
        value, gradient = self._hard.evaluate(output / self.temperature, target)
        return self.temperature**2 * value, np.multiply(gradient, self.temperature, gradient)

    def __repr__(self):
        return f"Distillation({self.temperature}, reduction={self.reduction!r})"


def distil(teacher, student, x, temperature=1.0, *, optimizer=None, epochs, **training):
    """Train a copy of `student` on the softened answers of `teacher` to x. No labels are needed.

    teacher, student: networks with as many logits; the teacher single or with the student's replicas. x: as for both.
    temperature: what their logits are divided by; above 1 small probabilities count for more. optimizer: Adam(0.003)
    unless given. The rest: as in `train`. Returns (network, report), the teacher before and the pupil after; details:
    the `history`, and `agreement`, the share of x on which both prefer the same class: (*replicas,).
    """
    check_network(teacher, "teacher")
    check_network(student, "student")
    loss, logits, shape = Distillation(temperature), teacher(x), student(x).shape
    if logits.shape not in (shape, shape[-2:]):
        raise ValueError(f"teacher must give logits like student's, {shape} or {shape[-2:]}, got {logits.shape}")
    pupil = copy.deepcopy(student)
    history = train(pupil, x, logits, loss=loss, optimizer=optimizer or Adam(0.003), epochs=epochs, **training)
    agreement = (pupil(x).argmax(axis=-1) == logits.argmax(axis=-1)).mean(axis=-1)
    return pupil, Report.of(teacher, pupil, history=history, agreement=agreement)
