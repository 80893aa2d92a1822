"""What all layers share."""

import numpy as np

from .. import checks


class Layer:
    """What all layers share: a name and arguments to be printed and saved by, and memory that is kept between steps."""

    arguments = ()  # the constructor's argument names, in order
    unit_axes = None  # how many axes after the batch axis one example has; None means any
    expects = None  # how many numbers it wants on the last axis; None means any
    dtype = None  # in which it computes; None before it is bound
    input = input_shape = None  # of the last forward pass

    def __init__(self):
        self.params = {}
        self.grads = {}

    def draw(self, rng):
        """Initial parameters for one replica, drawn from `rng`: a dict of arrays."""
        return {}

    def bind(self, params, grads, replicas, dtype):
        """Take the arrays, replica axes in front, that hold parameters and gradients from now on."""
        self.params, self.grads = Parameters(params), grads
        self.replicas, self.dtype = replicas, dtype
        self.input = self.input_shape = None

    def sizes(self, n_in):
        """Size of the layer's output, given that of its input; None stands for unknown."""
        return n_in

    def allocate(self, shape):
        """Make the arrays that an input of this shape needs."""

    def forward(self, x):
        """The layer's output for the input x."""
        if x is not self.input:
            x = np.asarray(x, self.dtype)
            if x.shape != self.input_shape:
                if self.expects is not None and x.shape[-1] != self.expects:
                    raise ValueError(f"x must bring {self.expects} numbers to {self!r}, got {x.shape[-1]}")
                self.allocate(x.shape)
                self.input_shape = x.shape
            self.input = x
        return self.respond(x)

    def respond(self, x):
        """`forward`, once memory for it is there."""
        raise NotImplementedError

    def backward(self, gradient):
        """From the loss's gradient by the output: fill `grads`, and return the gradient by the input."""
        if gradient.dtype is not self.dtype:
            gradient = gradient.astype(self.dtype)
        self.differentiate(gradient)
        return self.propagate(gradient)

    def differentiate(self, gradient):
        """Fill `grads`."""

    def propagate(self, gradient):
        """The loss's gradient by the layer's input."""
        raise NotImplementedError

    def settings(self):
        """The constructor's arguments as a dict."""
        return {name: getattr(self, name) for name in self.arguments}

    def fresh(self):
        """The same layer without parameters."""
        return type(self)(**self.settings())

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self.settings().items())})"


class Parameters(dict):
    """A layer's parameters by name. Assigning writes into the array that is there, after a check of shape and
    values."""

    def __setitem__(self, name, value):
        if name not in self:
            raise KeyError(f"no parameter {name!r}; there are {', '.join(self) or 'none'}")
        value = checks.finite_array(value, f"params[{name!r}]", self[name].dtype)
        if value.shape != self[name].shape:
            raise ValueError(f"params[{name!r}] must have shape {self[name].shape}, got {value.shape}")
        self[name][...] = value

    def __reduce__(self):
        return Parameters, (dict(self),)
