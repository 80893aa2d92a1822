"""Distillation: a small network learns from what a large one thinks of every class, not from the labels alone."""

import copy

from ... import checks
from ...engine.activations import softmax
from ...engine.losses import SoftmaxCrossEntropy
from ...engine.optimizers import Adam
from ...engine.training import train
from .report import Report, check_network


class Distillation(SoftmaxCrossEntropy):
    """Cross-entropy with the logits divided by the temperature T, times T^2 (Hinton, Vinyals and Dean, 2015). With
    targets softened likewise its gradient is T (p_student - p_teacher); as T grows, that tends to the difference of
    the logits, each taken from its mean, over their number."""

    def __init__(self, temperature):
        super().__init__()
        self.temperature = checks.number(temperature, "temperature", above=0)

    def total(self, logits, target):
        total, gradient = super().total(logits / self.temperature, target)
        return self.temperature**2 * total, lambda: self.temperature * gradient()


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
    if shape[-1] < 2:
        raise ValueError(f"student must have at least two logits to be distilled into, got {shape[-1]}")
    pupil, targets = copy.deepcopy(student), softmax(logits / loss.temperature)
    history = train(pupil, x, targets, loss=loss, optimizer=optimizer or Adam(0.003), epochs=epochs, **training)
    agreement = (pupil(x).argmax(axis=-1) == logits.argmax(axis=-1)).mean(axis=-1)
    return pupil, Report.of(teacher, pupil, history=history, agreement=agreement)
