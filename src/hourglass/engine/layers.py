"""Layers. Each has `forward(x)`, `backward(gradient)`, and two dicts with the same keys: `params` and `grads`.

Arrays carry replica axes in front, any number of them, also none:

    parameters   (*replicas, n_in, n_out), (*replicas, n_out)
    activations  (*replicas, batch, n); images (*replicas, batch, height, width, channels)

A layer owns the arrays that it returns and fills them anew at its next call, so that training allocates nothing;
`Network` hands out copies. Gradients are those of the loss, in the shape of what they belong to.
"""

import numpy as np

from . import activations, checks


class Layer:
    """What all layers share: a name and arguments to be printed and saved by, and memory that is kept between steps."""

    arguments = ()  # the constructor's argument names, in order
    unit_axes = None  # how many axes after the batch axis one example has; None means any
    expects = None  # how many numbers it wants on the last axis; None means any
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
    """A layer's parameters by name. Assigning writes into the array that is there, after a check of shape and values."""

    def __setitem__(self, name, value):
        if name not in self:
            raise KeyError(f"no parameter {name!r}; there are {', '.join(self) or 'none'}")
        value = checks.finite_array(value, f"params[{name!r}]", self[name].dtype)
        if value.shape != self[name].shape:
            raise ValueError(f"params[{name!r}] must have shape {self[name].shape}, got {value.shape}")
        self[name][...] = value

    def __reduce__(self):
        return Parameters, (dict(self),)


def initial_scale(scale, n_in, n_out):
    """Standard deviation of initial weights: a number, or the name of a rule.

    "glorot" keeps the variance of activations and gradients about alike (Glorot and Bengio, 2010), "he" makes up for the half that
    a ReLU cuts away (He et al., 2015), "lecun" keeps the variance of activations (LeCun et al., 1998).
    """
    rules = {"glorot": 2 / (n_in + n_out), "he": 2 / n_in, "lecun": 1 / n_in}
    return np.sqrt(rules[scale]) if isinstance(scale, str) else scale


def check_scale(scale):
    """A non-negative number or one of the rules' names."""
    if isinstance(scale, str):
        return checks.one_of(scale, "scale", ("glorot", "he", "lecun"))
    return checks.number(scale, "scale", at_least=0)


class Dense(Layer):
    """Every unit is connected to every input: x @ weight + bias.

    n_in, n_out: numbers of inputs and units. bias: whether the units have one; it starts at zero.
    scale: standard deviation of the normal initial weights, a number or "glorot", "he" or "lecun".
    params: weight (*replicas, n_in, n_out), bias (*replicas, n_out).
    """

    arguments = ("n_in", "n_out", "bias", "scale")
    unit_axes = 1

    def __init__(self, n_in, n_out, bias=True, scale="glorot"):
        super().__init__()
        self.n_in = self.expects = checks.positive_integer(n_in, "n_in")
        self.n_out = checks.positive_integer(n_out, "n_out")
        self.bias = checks.one_of(bias, "bias", (True, False))
        self.scale = check_scale(scale)

    def draw(self, rng):
        scale = initial_scale(self.scale, self.n_in, self.n_out)
        params = {"weight": scale * rng.standard_normal((self.n_in, self.n_out))}
        if self.bias:
            params["bias"] = np.zeros(self.n_out)
        return params

    def sizes(self, n_in):
        return self.n_out

    def allocate(self, shape):
        weight = self.params["weight"]
        leading = np.broadcast_shapes(shape[:-2], weight.shape[:-2])
        # a small product costs dot a third of what it costs matmul; but dot knows no replicas and casts nothing down
        self.product = np.matmul if leading or weight.dtype != np.float64 else np.ndarray.dot
        self.output = np.empty((*leading, shape[-2], self.n_out), weight.dtype)
        self.input_gradient = np.empty((*leading, shape[-2], self.n_in), weight.dtype)
        self.bias_row = self.params["bias"][..., None, :] if self.bias else None  # (*replicas, 1, n_out)

    def respond(self, x):
        self.product(x, self.params["weight"], self.output)
        if self.bias:
            np.add(self.output, self.bias_row, self.output)
        return self.output

    def differentiate(self, gradient):
        self.product(self.input.mT, gradient, self.grads["weight"])
        if self.bias:
            np.add.reduce(gradient, axis=-2, out=self.grads["bias"])

    def propagate(self, gradient):
        return self.product(gradient, self.params["weight"].mT, self.input_gradient)


class Maxout(Layer):
    """The largest of several linear functions, max_k (x @ weight_k + bias_k) (Goodfellow et al., 2013).

    pieces: how many linear functions a unit chooses from.
    params: weight (*replicas, pieces, n_in, n_out), bias (*replicas, pieces, n_out).
    """

    arguments = ("n_in", "n_out", "pieces", "scale")
    unit_axes = 1

    def __init__(self, n_in, n_out, pieces=2, scale="glorot"):
        super().__init__()
        self.n_in = self.expects = checks.positive_integer(n_in, "n_in")
        self.n_out = checks.positive_integer(n_out, "n_out")
        self.pieces = checks.positive_integer(pieces, "pieces")
        self.scale = check_scale(scale)

    def draw(self, rng):
        scale = initial_scale(self.scale, self.n_in, self.n_out)
        return {"weight": scale * rng.standard_normal((self.pieces, self.n_in, self.n_out)),
                "bias": np.zeros((self.pieces, self.n_out))}

    def sizes(self, n_in):
        return self.n_out

    def respond(self, x):
        self.input = x[..., None, :, :]  # (*replicas, 1, batch, n_in)
        self.linear = self.input @ self.params["weight"] + self.params["bias"][..., None, :]
        self.winner = self.linear.argmax(axis=-3)[..., None, :, :]  # ties go to the first piece
        return np.take_along_axis(self.linear, self.winner, axis=-3)[..., 0, :, :]

    def _shared(self, gradient):
        """The gradient handed to the winning piece, zero for the others: (*replicas, pieces, batch, n_out)."""
        shared = np.zeros_like(self.linear)
        np.put_along_axis(shared, self.winner, gradient[..., None, :, :], axis=-3)
        return shared

    def differentiate(self, gradient):
        shared = self._shared(gradient)
        np.matmul(self.input.mT, shared, self.grads["weight"])
        np.add.reduce(shared, axis=-2, out=self.grads["bias"])

    def propagate(self, gradient):
        return (self._shared(gradient) @ self.params["weight"].mT).sum(axis=-3)


class Elementwise(Layer):
    """A function applied to each number by itself. `slope` is its derivative, in terms of what `respond` kept."""

    def allocate(self, shape):
        self.output = np.empty(shape, self.dtype)
        self.slope = np.empty(shape, self.dtype)
        self.one = np.ones((), self.dtype)  # quicker to compute with than Python's 1

    def propagate(self, gradient):
        return np.multiply(self.derivative(), gradient, self.slope)

    def derivative(self):
        """The function's derivative at the last input."""
        raise NotImplementedError


class Tanh(Elementwise):
    """tanh(x), from -1 to 1."""

    def respond(self, x):
        return np.tanh(x, self.output)

    def derivative(self):
        np.multiply(self.output, self.output, self.slope)
        return np.subtract(self.one, self.slope, self.slope)


class Sigmoid(Elementwise):
    """1 / (1 + exp(-x)), from 0 to 1."""

    def respond(self, x):
        self.output[...] = activations.sigmoid(x)
        return self.output

    def derivative(self):
        np.subtract(self.one, self.output, self.slope)
        return np.multiply(self.output, self.slope, self.slope)


class ReLU(Elementwise):
    """max(0, x)."""

    def respond(self, x):
        return np.maximum(x, 0, out=self.output)

    def derivative(self):
        return np.greater(self.output, 0, self.slope)


class LeakyReLU(Elementwise):
    """x above zero, slope * x below. `slope`: a number from 0 to below 1."""

    arguments = ("negative_slope",)

    def __init__(self, negative_slope=0.01):
        super().__init__()
        self.negative_slope = checks.number(negative_slope, "negative_slope", at_least=0, below=1)

    def respond(self, x):
        np.multiply(x, self.negative_slope, self.output)
        return np.maximum(x, self.output, out=self.output)

    def derivative(self):
        # 1 above zero, negative_slope below: s + (1 - s) [x > 0]
        np.greater(self.input, 0, self.slope)
        np.multiply(self.slope, 1 - self.negative_slope, self.slope)
        return np.add(self.slope, self.negative_slope, self.slope)


class ELU(Elementwise):
    """x above zero, alpha (exp(x) - 1) below."""

    arguments = ("alpha",)

    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = checks.number(alpha, "alpha", above=0)

    def respond(self, x):
        self.output[...] = activations.elu(x, self.alpha)
        return self.output

    def derivative(self):
        return activations.elu_derivative(self.input, self.alpha)


class GELU(Elementwise):
    """x Phi(x), in its tanh form."""

    def respond(self, x):
        self.output[...] = activations.gelu(x)
        return self.output

    def derivative(self):
        return activations.gelu_derivative(self.input)


class PReLU(Layer):
    """A leaky ReLU whose slope below zero is learnt, one a unit (He et al., 2015). params: slope (*replicas, n)."""

    arguments = ("n", "initial_slope")
    unit_axes = 1

    def __init__(self, n, initial_slope=0.25):
        super().__init__()
        self.n = self.expects = checks.positive_integer(n, "n")
        self.initial_slope = checks.number(initial_slope, "initial_slope")

    def draw(self, rng):
        return {"slope": np.full(self.n, self.initial_slope)}

    def respond(self, x):
        self.slopes = np.where(x > 0, 1, self.params["slope"][..., None, :])
        return x * self.slopes

    def differentiate(self, gradient):
        np.add.reduce(gradient * np.minimum(self.input, 0), axis=-2, out=self.grads["slope"])

    def propagate(self, gradient):
        return gradient * self.slopes


class GaussianNoise(Layer):
    """Adds normal noise of standard deviation `std`, drawn anew at every pass, while its network is noisy: in training,
    and when it is called with `noise=True`. Each replica has a noise generator of its own."""

    arguments = ("std",)
    unit_axes = 1
    noisy = False

    def __init__(self, std):
        super().__init__()
        self.std = checks.number(std, "std", at_least=0)
        self.generators = []

    def draw(self, rng):
        self.generators.append(rng.spawn(1)[0])
        return {}

    def respond(self, x):
        if not self.noisy:
            return x
        noise = np.stack([g.standard_normal(x.shape[-2:]) for g in self.generators])
        return x + (self.std * noise).reshape(*self.replicas, *x.shape[-2:]).astype(x.dtype)

    def propagate(self, gradient):
        return gradient


class Conv2D(Layer):
    """Square filters slid over an image, one step at a time.

    padding: rows and columns of zeros around the image; (size - 1) / 2 keeps its size.
    params: weight (*replicas, size * size * channels_in, channels_out), a filter a column; bias (*replicas, channels_out).
    """

    arguments = ("channels_in", "channels_out", "size", "padding", "scale")
    unit_axes = 3

    def __init__(self, channels_in, channels_out, size=3, padding=0, scale="he"):
        super().__init__()
        self.channels_in = self.expects = checks.positive_integer(channels_in, "channels_in")
        self.channels_out = checks.positive_integer(channels_out, "channels_out")
        self.size = checks.positive_integer(size, "size")
        self.padding = checks.integer(padding, "padding", 0)
        self.scale = check_scale(scale)
        self.n_in = self.size**2 * self.channels_in

    def draw(self, rng):
        scale = initial_scale(self.scale, self.n_in, self.size**2 * self.channels_out)
        return {"weight": scale * rng.standard_normal((self.n_in, self.channels_out)), "bias": np.zeros(self.channels_out)}

    def sizes(self, n_in):
        return self.channels_out

    def respond(self, x):
        p, k = self.padding, self.size
        if min(x.shape[-3:-1]) + 2 * p < k:
            raise ValueError(f"x must be at least {k} x {k} with its padding of {p}, got {x.shape[-3]} x {x.shape[-2]}")
        self.padded_shape = (*x.shape[:-3], x.shape[-3] + 2 * p, x.shape[-2] + 2 * p, x.shape[-1])
        padded = np.zeros(self.padded_shape, x.dtype)
        padded[..., p:p + x.shape[-3], p:p + x.shape[-2], :] = x
        windows = np.lib.stride_tricks.sliding_window_view(padded, (k, k), axis=(-3, -2))  # (..., h, w, channels, k, k)
        self.grid = windows.shape[-6:-3]  # (batch, h, w)
        self.columns = np.moveaxis(windows, -3, -1).reshape(*x.shape[:-4], -1, self.n_in)  # (..., batch*h*w, k*k*channels)
        output = self.columns @ self.params["weight"] + self.params["bias"][..., None, :]
        return output.reshape(*output.shape[:-2], *self.grid, self.channels_out)

    def differentiate(self, gradient):
        rows = gradient.reshape(*gradient.shape[:-4], -1, self.channels_out)
        np.matmul(self.columns.mT, rows, self.grads["weight"])
        np.add.reduce(rows, axis=-2, out=self.grads["bias"])

    def propagate(self, gradient):
        rows = gradient.reshape(*gradient.shape[:-4], -1, self.channels_out)
        columns = rows @ self.params["weight"].mT
        p, k, (_, h, w) = self.padding, self.size, self.grid
        columns = columns.reshape(*columns.shape[:-2], *self.grid, k, k, self.channels_in)
        padded = np.zeros((*columns.shape[:-6], *self.padded_shape[-4:]), gradient.dtype)
        for row in range(k):
            for column in range(k):
                padded[..., row:row + h, column:column + w, :] += columns[..., row, column, :]
        return padded[..., p:padded.shape[-3] - p, p:padded.shape[-2] - p, :]


class MaxPool2D(Layer):
    """The largest value of each `size` x `size` square, channel by channel; the image's sides must be multiples of `size`."""

    arguments = ("size",)
    unit_axes = 3

    def __init__(self, size=2):
        super().__init__()
        self.size = checks.positive_integer(size, "size")

    def respond(self, x):
        k, (h, w, channels) = self.size, x.shape[-3:]
        if h % k or w % k:
            raise ValueError(f"x must have sides that are multiples of {k}, got {h} x {w}")
        squares = x.reshape(*x.shape[:-3], h // k, k, w // k, k, channels)
        squares = np.moveaxis(squares, -4, -3).reshape(*x.shape[:-3], h // k, w // k, k * k, channels)
        self.winner = squares.argmax(axis=-2)[..., None, :]  # ties go to the first
        return np.take_along_axis(squares, self.winner, axis=-2)[..., 0, :]

    def propagate(self, gradient):
        k, (h, w, channels) = self.size, gradient.shape[-3:]
        squares = np.zeros((*gradient.shape[:-1], k * k, channels), gradient.dtype)
        np.put_along_axis(squares, self.winner, gradient[..., None, :], axis=-2)
        squares = squares.reshape(*gradient.shape[:-3], h, w, k, k, channels)
        return np.moveaxis(squares, -3, -4).reshape(*gradient.shape[:-3], h * k, w * k, channels)


class Flatten(Layer):
    """An image's numbers in one row: (..., batch, height, width, channels) to (..., batch, n)."""

    unit_axes = 3

    def sizes(self, n_in):
        return None  # depends on the image

    def respond(self, x):
        return x.reshape(*x.shape[:-3], -1)

    def propagate(self, gradient):
        return gradient.reshape(*gradient.shape[:-1], *self.input_shape[-3:])
