"""What all layers share."""

import inspect

import numpy as np

from ... import checks


class Layer:
    """A name and arguments to be printed and saved by, and parameters. Subclasses say what is computed."""

    takes = makes = None  # an example's shape, in and out; None for a size, or a shape, that may be any
    shapes = {}  # of one replica's parameters, by name
    replicas, dtype = (), np.dtype(float)
    draws_noise, generators = False, None  # such a layer has a generator for each replica, and uses them
    noisy = False  # while this is true
    _params = _grads = None

    def draw(self, rng):
        """First parameters of one replica, drawn from `rng`: a dict of arrays. Those left out start at zero."""
        return {}

    def forward(self, x):
        """The layer's output for the input x."""
        raise NotImplementedError

    def backward(self, gradient):
        """Fill `grads`, and return the loss's gradient with respect to the last input, given that to the output."""
        raise NotImplementedError

    def learn(self, gradient):
        """As `backward`, but nobody asks for the gradient with respect to the input; a layer may spare it."""
        self.backward(gradient)

    def gives(self, shape):
        """The shape of one example's output, given that of its input; ValueError if it cannot take such."""
        return self.makes or shape

    @property
    def params(self):
        """The parameters by name. A layer that stands in no network draws its own, from seed 0."""
        if self._params is None:
            drawn = {name: array[0] for name, array in self.draw_all([np.random.default_rng(0)]).items()}
            self.bind(drawn, {name: np.zeros_like(array) for name, array in drawn.items()})
        return self._params

    @property
    def grads(self):
        """The gradients of the last backward pass, with the keys and shapes of `params`."""
        if self._grads is None:
            _ = self.params  # whose drawing makes room for gradients, too
        return self._grads

    def bind(self, params, grads, replicas=(), dtype=np.float64):
        """From now on let these arrays, replica axes in front, hold parameters and gradients."""
        self._params, self._grads = Parameters(params), Arrays(grads)
        self.replicas, self.dtype = replicas, np.dtype(dtype)

    def draw_all(self, rngs):
        """First parameters of several replicas, one a generator, stacked."""
        zeros = {name: np.zeros(shape) for name, shape in self.shapes.items()}
        drawn = [zeros | self.draw(rng) for rng in rngs]
        return {name: np.stack([params[name] for params in drawn]) for name in zeros}

    def settings(self):
        """The constructor's arguments as a dict."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    def fresh(self, places=...):
        """The same layer without parameters. places: of the replicas that shall go on, if it keeps anything else."""
        return type(self)(**self.settings())

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self.settings().items())})"


class Arrays(dict):
    """Arrays by name that keep their place in memory: to assign is to write into the array that is there. So nothing
    tears a layer off its network."""

    def __setitem__(self, name, value):
        self[name][...] = value

    def update(self, *others, **named):
        for name, value in dict(*others, **named).items():
            self[name] = value

    def __ior__(self, other):
        self.update(other)
        return self

    def _refuse(self, *arguments):
        raise TypeError(f"the arrays {', '.join(self) or '(none)'} can be written into, but none added or removed")

    __delitem__ = pop = popitem = clear = setdefault = _refuse

    def __reduce__(self):
        return type(self), (dict(self),)


class Parameters(Arrays):
    """A layer's parameters by name. Assigning checks shape and values first."""

    def __setitem__(self, name, value):
        if name not in self:
            raise KeyError(f"no parameter {name!r}; there are {', '.join(self) or 'none'}")
        value = checks.finite_array(value, f"params[{name!r}]", self[name].dtype)
        if value.shape != self[name].shape:
            raise ValueError(f"params[{name!r}] must have shape {self[name].shape}, got {value.shape}")
        super().__setitem__(name, value)
