"""Optimizers: rules that turn gradients into steps, for all parameters of a network at once.

`lr` and `weight_decay` may be one number, or an array with one a replica; so a sweep over learning rates is one run.
Weight decay adds weight_decay * w to the gradient of every weight (not of biases and slopes): the gradient of
weight_decay / 2 * |w|^2.
"""

import numpy as np

from . import checks


class Optimizer:
    """What all share: rate, decay, and the state that `start` makes for a network."""

    def __init__(self, lr, weight_decay=0.0):
        self.lr = lr
        self.weight_decay = checks.number(weight_decay, "weight_decay", per_replica=True, at_least=0)

    @property
    def lr(self):
        return self._lr

    @lr.setter
    def lr(self, value):
        value = checks.number(value, "lr", per_replica=True, above=0)
        if hasattr(self, "network"):
            self._rate = self._spread(value, "lr")
        self._lr = value

    def _spread(self, value, name):
        spread = self.network.spread(value, name) if isinstance(value, np.ndarray) else value
        return np.asarray(spread, self._dtype)

    def start(self, network):
        """Forget earlier steps and prepare for this network's."""
        self.network = network
        self._dtype = np.result_type(network.dtype, np.float32)  # squares of small gradients would vanish in float16
        self._rate = self._spread(self._lr, "lr")
        self._decay = self._spread(self.weight_decay, "weight_decay")
        self._decays = bool(np.any(self._decay))
        if self._decay.ndim:
            self._decay = self._decay[: network.n_weights]
        self._scratch = np.empty_like(network.parameters, self._dtype)
        self._wide = None if network.dtype == self._dtype else np.empty_like(self._scratch)
        self._begin(self._scratch)

    def update(self, network):
        """One step down the network's `gradients`, in place."""
        gradients = network.gradients
        if self._wide is not None:
            gradients = self._wide
            np.copyto(gradients, network.gradients)
        if self._decays:
            n = network.n_weights
            np.multiply(network.parameters[:n], self._decay, self._scratch[:n])
            np.add(gradients[:n], self._scratch[:n], gradients[:n])
        step = self._step(gradients)
        np.subtract(network.parameters, step, network.parameters)

    def _begin(self, parameters):
        """Make the state, in the shape of `parameters`."""

    def _step(self, gradients):
        """What to subtract from the parameters; may use `_scratch`."""
        raise NotImplementedError

    def __repr__(self):
        inner = ", ".join(
            f"{name.lstrip('_')}={value!r}"
            for name, value in vars(self).items()
            if name in ("_lr", "momentum", "beta1", "beta2", "decay", "weight_decay")
        )
        return f"{type(self).__name__}({inner})"


class SGD(Optimizer):
    """Gradient descent: v = momentum * v + g, w = w - lr * v (Polyak, 1964). Without momentum, w = w - lr * g.

    Momentum 1 adds up all gradients since the start.
    """

    def __init__(self, lr, momentum=0.0, weight_decay=0.0):
        super().__init__(lr, weight_decay)
        self.momentum = checks.number(momentum, "momentum", at_least=0, at_most=1)

    def _begin(self, parameters):
        self._velocity = np.zeros_like(parameters)

    def _step(self, gradients):
        if self.momentum:
            np.multiply(self._velocity, self.momentum, self._velocity)
            gradients = np.add(self._velocity, gradients, self._velocity)
        return np.multiply(gradients, self._rate, self._scratch)


class Adam(Optimizer):
    """Steps of running mean over root of running mean square (Kingma and Ba, 2015)."""

    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, weight_decay=0.0):
        super().__init__(lr, weight_decay)
        self.beta1 = checks.number(beta1, "beta1", at_least=0, below=1)
        self.beta2 = checks.number(beta2, "beta2", at_least=0, below=1)

    def _begin(self, parameters):
        self._mean, self._square = np.zeros((2, *parameters.shape), parameters.dtype)
        self._steps = 0

    def _step(self, gradients):
        self._steps += 1
        step = np.multiply(gradients, 1 - self.beta1, self._scratch)
        np.multiply(self._mean, self.beta1, self._mean)
        np.add(self._mean, step, self._mean)
        np.multiply(gradients, gradients, step)
        np.multiply(step, 1 - self.beta2, step)
        np.multiply(self._square, self.beta2, self._square)
        np.add(self._square, step, self._square)
        # both means started at zero; dividing by 1 - beta^t corrects for that
        np.multiply(self._square, 1 / (1 - self.beta2**self._steps), step)
        np.sqrt(step, step)
        np.add(step, 1e-8, step)
        np.divide(self._mean, step, step)
        return np.multiply(step, self._rate / (1 - self.beta1**self._steps), step)


class RMSprop(Optimizer):
    """Steps of gradient over root of its running mean square (Tieleman and Hinton, 2012)."""

    def __init__(self, lr=0.01, decay=0.9, weight_decay=0.0):
        super().__init__(lr, weight_decay)
        self.decay = checks.number(decay, "decay", at_least=0, below=1)

    def _begin(self, parameters):
        self._square = np.zeros_like(parameters)

    def _step(self, gradients):
        step = np.multiply(gradients, gradients, self._scratch)
        np.multiply(step, 1 - self.decay, step)
        np.multiply(self._square, self.decay, self._square)
        np.add(self._square, step, self._square)
        np.sqrt(self._square, step)
        np.add(step, 1e-8, step)
        np.divide(gradients, step, step)
        return np.multiply(step, self._rate, step)
