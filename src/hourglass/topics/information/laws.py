"""Laws of a network's input: what can be drawn from them, and points and weights to integrate over them."""

import numpy as np

from ... import checks
from .mixtures import REACH, row, shares
from .quadrature import NODE_WEIGHTS, NODES, PANEL, ladder, quadrature


class Discrete:
    """Finitely many values, (n,), or rows of numbers, (n, d), with probabilities (n,); None: all alike."""

    def __init__(self, values, probabilities=None):
        self.values = row(values, "values") if np.ndim(values) < 2 else checks.finite_array(values, "values")
        if self.values.ndim > 2:
            raise ValueError(f"values must have shape (n,) or (n, d), got {self.values.shape}")
        self.probabilities = shares(probabilities, len(self.values), "probabilities")

    def sample(self, rng, n):
        """n draws, (n,)."""
        return rng.choice(self.values, n, p=self.probabilities)

    def points(self, stage, fineness):
        """The law as points and weights: itself."""
        return self.values, self.probabilities

    def parts(self, cut):
        """What lies up to a cut and what lies above, each with its probability, as laws: (probability, law) pairs."""
        if self.values.ndim > 1:
            raise ValueError(f"values must be numbers, to lie below or above a cut, got rows of {self.values.shape[1]}")
        sides = [side & (self.probabilities > 0) for side in (self.values <= cut, self.values > cut)]
        held = [(self.probabilities[side].sum(), side) for side in sides if side.any()]
        return [(share, Discrete(self.values[side], self.probabilities[side] / share)) for share, side in held]


class Continuous:
    """What laws with a density share. Their `panels`, lower and upper ends, hold their mass and are short against
    what varies in the density."""

    def points(self, stage, fineness):
        """The law as points and weights, for functions that see x through this stage."""
        x, length = quadrature(*self.panels(fineness), stage, fineness)
        return x, length * self.density(x)

    def parts(self, cut):
        """What lies up to a cut and what lies above, each with its probability, as laws: (probability, law) pairs."""
        parts = [Part(self, -np.inf, cut), Part(self, cut, np.inf)]
        return [(part.share, part) for part in parts if part.share > 0]


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


class Part(Continuous):
    """What of a law with a density lies between low and high."""

    def __init__(self, law, low, high):
        self.law, self.low, self.high, self.share = law, low, high, 1.0
        low, high = self.panels(2.0)
        half = (high - low)[:, None] / 2
        x = low[:, None] + half * (1 + NODES)
        self.share = float((half * NODE_WEIGHTS * law.density(x.ravel()).reshape(x.shape)).sum())

    def sample(self, rng, n):
        """n draws, (n,), of the law's that lie in the part."""
        drawn, size = np.empty(0), int(np.prod(n))
        while len(drawn) < size:
            more = self.law.sample(rng, 1000)
            drawn = np.append(drawn, more[(more > self.low) & (more <= self.high)])
        return drawn[:size].reshape(n)

    def density(self, x):
        """The density at n numbers of the part, (n,)."""
        return self.law.density(x) / self.share

    def panels(self, fineness):
        low, high = (np.clip(ends, self.low, self.high) for ends in self.law.panels(fineness))
        return low[low < high], high[low < high]
