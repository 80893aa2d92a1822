"""Integrals over what a noisy neuron hears: Gauss and Legendre's rule, on panels that are short against all that varies
in them: the noise, the law of the input, the bend of the activation function."""

from dataclasses import dataclass

import numpy as np

PANEL = 3.0  # the longest panel, in standard deviations of what varies in it
NODES, NODE_WEIGHTS = np.polynomial.legendre.leggauss(10)
MOST_POINTS = 1e6  # of one quadrature


@dataclass
class Stage:
    """One noisy neuron, T = f(weight t + bias) + Z. slopes: of a LeakyReLU below and above its kink; None for tanh."""

    weight: float
    bias: float
    slopes: tuple
    std: float

    def signal(self, t):
        u = self.weight * t + self.bias
        return np.where(u > 0, self.slopes[1], self.slopes[0]) * u if self.slopes else np.tanh(u)

    def bends(self, fineness):
        """Where panels have to end: at the kink, or in steps along tanh that grow as it levels out."""
        u = np.zeros(1) if self.slopes else np.sinh(np.arange(-8 * fineness, 8 * fineness + 1) / (2 * fineness))
        return (u - self.bias) / self.weight if self.weight else np.empty(0)

    def steepest(self, low, high):
        """The largest |dS/dt| on panels that end at the bends."""
        if self.slopes:
            return np.abs(self.weight) * np.where(self.weight * (low + high) / 2 + self.bias > 0, *self.slopes[::-1])
        return np.abs(self.weight) * (1 - np.minimum(self.signal(low) ** 2, self.signal(high) ** 2))


def quadrature(low, high, stage, fineness):
    """Points and weights for integrals over ascending panels from low to high, (m,) each, of functions that see t
    through this stage. Panels are cut at its bends, and then until its signal stays within PANEL noises on each."""
    ends = np.unique(np.concatenate([low, high, stage.bends(fineness)]))
    middle = (ends[1:] + ends[:-1]) / 2
    panel = np.searchsorted(low, middle) - 1
    inside = (panel >= 0) & (middle < high[panel])
    low, high = ends[:-1][inside], ends[1:][inside]
    pieces = np.ceil(fineness / PANEL * stage.steepest(low, high) * (high - low) / stage.std).clip(min=1)
    points = pieces.sum() * len(NODES)
    if points > MOST_POINTS:
        raise ValueError(f"network must have noise that its signal does not dwarf: {stage} needs {points:.0e} points")
    pieces = pieces.astype(int)
    half = np.repeat((high - low) / pieces / 2, pieces)
    place = np.arange(len(half)) - np.repeat(np.cumsum(pieces) - pieces, pieces)  # of each piece in its panel
    middle = np.repeat(low, pieces) + (2 * place + 1) * half
    return (middle[:, None] + half[:, None] * NODES).ravel(), (half[:, None] * NODE_WEIGHTS).ravel()


def ladder(low, high, rung):
    """Numbers from low to high, evenly spaced, by at most `rung`."""
    return np.linspace(low, high, 1 + int(np.ceil((high - low) / rung)))
