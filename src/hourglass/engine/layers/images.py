"""Layers for images: (*replicas, batch, height, width, channels)."""

import numpy as np

from .. import checks
from .base import Layer
from .dense import check_scale, initial_scale


class Conv2D(Layer):
    """Square filters slid over an image, one step at a time.

    padding: rows and columns of zeros around the image; (size - 1) / 2 keeps its size.
    params: weight (*replicas, size * size * channels_in, channels_out), a filter a column; bias (*replicas,
    channels_out).
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
        return {
            "weight": scale * rng.standard_normal((self.n_in, self.channels_out)),
            "bias": np.zeros(self.channels_out),
        }

    def sizes(self, n_in):
        return self.channels_out

    def respond(self, x):
        p, k = self.padding, self.size
        if min(x.shape[-3:-1]) + 2 * p < k:
            raise ValueError(f"x must be at least {k} x {k} with its padding of {p}, got {x.shape[-3]} x {x.shape[-2]}")
        self.padded_shape = (*x.shape[:-3], x.shape[-3] + 2 * p, x.shape[-2] + 2 * p, x.shape[-1])
        padded = np.zeros(self.padded_shape, x.dtype)
        padded[..., p : p + x.shape[-3], p : p + x.shape[-2], :] = x
        windows = np.lib.stride_tricks.sliding_window_view(padded, (k, k), axis=(-3, -2))  # (..., h, w, channels, k, k)
        self.grid = windows.shape[-6:-3]  # (batch, h, w)
        self.columns = np.moveaxis(windows, -3, -1).reshape(
            *x.shape[:-4], -1, self.n_in
        )  # (..., batch*h*w, k*k*channels)
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
                padded[..., row : row + h, column : column + w, :] += columns[..., row, column, :]
        return padded[..., p : padded.shape[-3] - p, p : padded.shape[-2] - p, :]


class MaxPool2D(Layer):
    """The largest value of each `size` x `size` square, channel by channel; the image's sides must be multiples of
    `size`."""

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
