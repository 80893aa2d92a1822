"""Laws of a network's input: what can be drawn from them, and points and weights to integrate over them."""

import numpy as np

from ...engine import checks
from .mixtures import REACH, row, shares
from .quadrature import PANEL, ladder, quadrature


class Discrete:
    """Finitely many values, (n,), with probabilities (n,); None: all alike."""

    def __init__(self, values, probabilities=None):
        self.values = row(values, "values")
        self.probabilities = shares(probabilities, len(self.values), "probabilities")

    def sample(self, rng, n):
        """n draws, (n,)."""
        return rng.choice(self.values, n, p=self.probabilities)

    def points(self, stage, fineness):
        """The law as points and weights: itself."""
        return self.values, self.probabilities


class Continuous:
    """What laws with a density share. Their `panels`, lower and upper ends, hold their mass and are short against
    what varies in the density."""

    def points(self, stage, fineness):
        """The law as points and weights, for functions that see x through this stage."""
        x, length = quadrature(*self.panels(fineness), stage, fineness)
        return x, length * self.density(x)


class GaussianMixture(Continuous):
    """Normal laws with these means, (n,), and standard deviations, (n,) or one, drawn with these weights, (n,); None:
    all alike."""

    def __init__(self, means, stds, weights=None):
        self.means = row(means, "means")
        stds = checks.number(stds, "stds", per_replica=True, above=0)
        if np.shape(stds) not in ((), self.means.shape):
            raise ValueError(f"stds must be one number or {len(self.means)}, got shape {np.shape(stds)}")
        self.stds = np.broadcast_to(stds, self.means.shape)
        self.weights = shares(weights, len(self.means), "weights")

    def sample(self, rng, n):
        """n draws, (n,)."""
        which = rng.choice(len(self.means), n, p=self.weights)
        return rng.normal(self.means[which], self.stds[which])

    def density(self, x):
        """The density at n numbers, (n,)."""
        z = (x - self.means[:, None]) / self.stds[:, None]
        return self.weights / self.stds @ np.exp(-z * z / 2) / np.sqrt(2 * np.pi)

    def panels(self, fineness):
        ends = np.unique(self.means + self.stds * ladder(-REACH, REACH, PANEL / fineness)[:, None])
        middle = (ends[1:] + ends[:-1]) / 2
        held = (np.abs(middle[:, None] - self.means) < REACH * self.stds).any(axis=1)
        return ends[:-1][held], ends[1:][held]


class Gaussian(GaussianMixture):
    """The normal law with this mean and standard deviation."""

    def __init__(self, mean, std):
        super().__init__([checks.number(mean, "mean")], checks.number(std, "std", above=0))


class Uniform(Continuous):
    """All numbers from low to high alike."""

    def __init__(self, low, high):
        self.low = checks.number(low, "low")
        self.high = checks.number(high, "high", above=self.low)

    def sample(self, rng, n):
        """n draws, (n,)."""
        return rng.uniform(self.low, self.high, n)

    def density(self, x):
        """The density at n numbers from low to high, (n,)."""
        return np.full(len(x), 1 / (self.high - self.low))

    def panels(self, fineness):
        return np.array([self.low]), np.array([self.high])
