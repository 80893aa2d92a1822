"""Optimizers: rules that turn gradients into steps, for all parameters of a network at once.

`lr` and `weight_decay` may be one number, or an array with one a replica; so a sweep over learning rates is one run.
Weight decay adds weight_decay * w to the gradient of every weight (not of biases and slopes): the gradient of
weight_decay / 2 * |w|^2.
"""

import math

import numpy as np

from .. import checks


class Optimizer:
    """What all share: rate, decay, and the network that `start` prepares for. An optimizer only reads gradients."""

    network = None

    def __init__(self, lr, weight_decay=0.0):
        self.lr = lr
        self.weight_decay = checks.number(weight_decay, "weight_decay", per_replica=True, at_least=0)

    @property
    def lr(self):
        return self._lr

    @lr.setter
    def lr(self, value):
        value = checks.number(value, "lr", per_replica=True, above=0)
        if self.network is not None:
            self._rate = self._spread(value, "lr")
        self._lr = value

    def _spread(self, value, name):
        """One number, or one for each parameter, in the precision of the steps."""
        spread = self.network.spread(value, name) if isinstance(value, np.ndarray) else value
        return np.asarray(spread, self._dtype)

    def start(self, network):
        """Forget earlier steps and prepare for this network's."""
        self.network = network
        self._dtype = np.result_type(network.dtype, np.float32)  # squares of small gradients would vanish in float16
        self._rate = self._spread(self._lr, "lr")
        self._begin(np.zeros(network.parameters.shape, self._dtype))
        self._decay = None
        if np.any(self.weight_decay):  # a number for each parameter, zero for those that are no weights
            self._decay = np.zeros(network.parameters.shape, self._dtype)
            self._decay[:] = self._spread(self.weight_decay, "weight_decay")
            self._decay[network.n_weights :] = 0

    def update(self, network):
        """One step down the network's `gradients`, in place."""
        if network is not self.network:
            raise RuntimeError(f"{self!r} must be told to start(network) before it can update that network")
        gradients = np.asarray(network.gradients, self._dtype)
        if self._decay is not None:
            decay = self._decay * network.parameters
            gradients = np.add(gradients, decay, out=decay)
        network.parameters -= self._rate * self._direction(gradients)

    def _begin(self, zeros):
        """Make the state, in the shape of the parameters."""

    def _direction(self, gradients):
        """What to subtract from the parameters, divided by the rate."""
        raise NotImplementedError

    def __repr__(self):
        names = ("lr", "momentum", "beta1", "beta2", "weight_decay")
        return f"{type(self).__name__}({', '.join(f'{k}={getattr(self, k)!r}' for k in names if hasattr(self, k))})"


class SGD(Optimizer):
    """Gradient descent: v = momentum * v + g, w = w - lr * v (Polyak, 1964). Without momentum, w = w - lr * g.

    Momentum 1 adds up all gradients since the start.
    """

    def __init__(self, lr, momentum=0.0, weight_decay=0.0):
        super().__init__(lr, weight_decay)
        self.momentum = checks.number(momentum, "momentum", at_least=0, at_most=1)

    def _begin(self, zeros):
        self._velocity = zeros

    def _direction(self, gradients):
        if not self.momentum:
            return gradients
        self._velocity *= self.momentum
        self._velocity += gradients
        return self._velocity


class Adam(Optimizer):
    """Steps of running mean over root of running mean square (Kingma and Ba, 2015)."""

    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, weight_decay=0.0):
        super().__init__(lr, weight_decay)
        self.beta1 = checks.number(beta1, "beta1", at_least=0, below=1)
        self.beta2 = checks.number(beta2, "beta2", at_least=0, below=1)

    def _begin(self, zeros):
        self._mean, self._square, self._steps = zeros, zeros.copy(), 0

    def _direction(self, gradients):
        self._steps += 1
        self._mean *= self.beta1
        self._mean += (1 - self.beta1) * gradients
        self._square *= self.beta2
        self._square += (1 - self.beta2) * gradients * gradients
        # both means started at zero: each is to be divided by its 1 - beta^t; here at once, as in the paper's section 2
        due, root_due = 1 - self.beta1**self._steps, math.sqrt(1 - self.beta2**self._steps)
        step = np.sqrt(self._square)
        step += 1e-8 * root_due
        np.divide(self._mean, step, out=step)
        step *= root_due / due
        return step
