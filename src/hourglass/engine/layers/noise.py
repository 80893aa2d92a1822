"""Layers that draw noise while their network is noisy: in training, and when it is called with `noise=True`."""

import copy

import numpy as np

from ... import checks
from .base import Layer


class NoisyLayer(Layer):
    """What both share: for each replica a noise generator of its own."""

    draws_noise = True

    def draw_all(self, rngs):
        self.generators = [rng.spawn(1)[0] for rng in rngs]
        return {}

    def fresh(self, places=...):
        noise = super().fresh()
        if self.generators is not None:
            chosen = np.ravel(np.arange(len(self.generators))[places])
            noise.generators = [copy.deepcopy(self.generators[i]) for i in chosen]
        return noise

    def normal(self, like):
        """Standard normal noise in float64, (*replicas, batch, n), for an array (..., batch, n)."""
        if self.generators is None:  # it stands in no network
            self.draw_all([np.random.default_rng(0)])
        noise = np.stack([rng.standard_normal(like.shape[-2:]) for rng in self.generators])
        return noise.reshape(*self.replicas, *like.shape[-2:])


class GaussianNoise(NoisyLayer):
    """Adds normal noise of standard deviation `std`, drawn anew at every pass."""

    takes = (None,)

    def __init__(self, std):
        self.std = checks.number(std, "std", at_least=0)

    def forward(self, x):
        return x + (self.std * self.normal(x)).astype(x.dtype) if self.noisy and self.std else x

    def backward(self, gradient):
        return gradient


class GaussianCode(NoisyLayer):
    """The neck of a variational autoencoder (Kingma and Welling, 2014): n_out numbers z = mean + std * noise. From
    2 n_out inputs it takes first the means, then the logarithms of the standard deviations. Without noise, z = mean.

    After a pass `rate`, (*replicas, batch), says in nats how far a code's law is from the standard normal one, from
    which a decoder can draw: KL(N(mean, std^2) || N(0, 1)) = sum over z of (mean^2 + std^2 - 1) / 2 - log std.
    beta: the price of a nat (Higgins et al., 2017). What a step lowers is loss + beta * the batch's mean rate: here the
    gradient of the second part is added. With a mean squared error over n pixels, beta = 2 s^2 / n makes that the
    evidence lower bound of a decoder whose pixels have normal noise of standard deviation s, but for constants.
    """

    def __init__(self, n_out, beta=1.0):
        self.n_out, self.beta = checks.positive_integer(n_out, "n_out"), checks.number(beta, "beta", at_least=0)
        self.takes, self.makes = (2 * self.n_out,), (self.n_out,)

    def forward(self, x):
        self.mean, log_std = np.split(x, 2, axis=-1)
        self.std = np.exp(log_std)
        self.rate = ((self.mean**2 + self.std**2 - 1) / 2 - log_std).sum(axis=-1)
        noise = self.normal(self.mean).astype(x.dtype) if self.noisy else 0
        self.spread = noise * self.std  # (*replicas, batch, n_out)
        return self.mean + self.spread

    def backward(self, gradient):
        price = self.beta / self.mean.shape[-2]  # of a nat in one example, the rate being a mean over the batch
        by_mean = gradient + price * self.mean
        by_log_std = gradient * self.spread + price * (self.std**2 - 1)  # d z / d log std = std * noise
        return np.concatenate([by_mean, by_log_std], axis=-1)
