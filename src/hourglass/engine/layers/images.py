"""Layers for images: (*replicas, batch, height, width, channels)."""

import numpy as np

from ... import checks
from ..sums import over_batch
from .base import Layer
from .dense import check_scale, first_scale


class Conv2D(Layer):
    """Square filters slid over an image, one step at a time.

    padding: rows and columns of zeros around the image; (size - 1) / 2 keeps its size.
    params: weight (*replicas, size * size * channels_in, channels_out), a filter a column; bias (*replicas,
    channels_out).
    """

    def __init__(self, channels_in, channels_out, size=3, padding=0, scale="he"):
        self.channels_in = checks.positive_integer(channels_in, "channels_in")
        self.channels_out = checks.positive_integer(channels_out, "channels_out")
        self.size, self.padding = checks.positive_integer(size, "size"), checks.integer(padding, "padding", 0)
        self.scale, self.n_in = check_scale(scale), self.size**2 * self.channels_in
        self.takes = (None, None, self.channels_in)
        self.shapes = {"weight": (self.n_in, self.channels_out), "bias": (self.channels_out,)}

    def draw(self, rng):
        scale = first_scale(self.scale, self.n_in, self.size**2 * self.channels_out)
        return {"weight": scale * rng.standard_normal(self.shapes["weight"])}

    def gives(self, shape):
        h, w, _ = shape
        grown = 2 * self.padding - self.size + 1
        if any(side is not None and side + grown < 1 for side in (h, w)):
            k, p = self.size, self.padding
            raise ValueError(f"x must be at least {k} x {k} with its padding of {p}, got {h} x {w}")
        return (h and h + grown, w and w + grown, self.channels_out)

    def forward(self, x):
        p, k = self.padding, self.size
        padded = np.pad(x, [(0, 0)] * (x.ndim - 3) + [(p, p), (p, p), (0, 0)])
        windows = np.lib.stride_tricks.sliding_window_view(padded, (k, k), axis=(-3, -2))  # (..., h, w, channels, k, k)
        self.padded_shape, self.grid = padded.shape[-4:], windows.shape[-6:-3]  # batch, h, w
        self.columns = np.moveaxis(windows, -3, -1).reshape(*x.shape[:-4], -1, self.n_in)  # a row each place in a grid
        output = self.columns @ self.params["weight"] + self.params["bias"][..., None, :]
        return output.reshape(*output.shape[:-2], *self.grid, self.channels_out)

    def learn(self, gradient):
        rows = gradient.reshape(*gradient.shape[:-4], -1, self.channels_out)
        self.grads["weight"] = self.columns.mT @ rows
        self.grads["bias"] = over_batch(rows)

    def backward(self, gradient):
        self.learn(gradient)
        rows = gradient.reshape(*gradient.shape[:-4], -1, self.channels_out)
        columns = rows @ self.params["weight"].mT
        p, k, (_, h, w) = self.padding, self.size, self.grid
        columns = columns.reshape(*columns.shape[:-2], *self.grid, k, k, self.channels_in)
        padded = np.zeros((*columns.shape[:-6], *self.padded_shape), gradient.dtype)
        for row, column in np.ndindex(k, k):  # a pixel gets back from every window that it lies in
            padded[..., row : row + h, column : column + w, :] += columns[..., row, column, :]
        return padded[..., p : padded.shape[-3] - p, p : padded.shape[-2] - p, :]


class MaxPool2D(Layer):
    """The largest value of each `size` x `size` square, channel by channel; the image's sides must be multiples of
    `size`."""

    takes = (None, None, None)

    def __init__(self, size=2):
        self.size = checks.positive_integer(size, "size")

    def gives(self, shape):
        k, (h, w, channels) = self.size, shape
        if (h or 0) % k or (w or 0) % k:
            raise ValueError(f"x must have sides that are multiples of {k}, got {h} x {w}")
        return (h and h // k, w and w // k, channels)

    def forward(self, x):
        k, (h, w, channels) = self.size, x.shape[-3:]
        squares = x.reshape(*x.shape[:-3], h // k, k, w // k, k, channels).swapaxes(-4, -3)
        squares = squares.reshape(*x.shape[:-3], h // k, w // k, k * k, channels)
        self.winner = squares.argmax(axis=-2)[..., None, :]  # ties go to the first
        return np.take_along_axis(squares, self.winner, axis=-2)[..., 0, :]

    def backward(self, gradient):
        k, (h, w, channels) = self.size, gradient.shape[-3:]
        squares = np.where(self.winner == np.arange(k * k)[:, None], gradient[..., None, :], 0)
        squares = squares.reshape(*gradient.shape[:-1], k, k, channels).swapaxes(-4, -3)
        return squares.reshape(*gradient.shape[:-3], h * k, w * k, channels)


class Flatten(Layer):
    """An image's numbers in one row: (..., batch, height, width, channels) to (..., batch, n)."""

    takes = (None, None, None)

    def gives(self, shape):
        return (None if None in shape else int(np.prod(shape)),)

    def forward(self, x):
        self.shape = x.shape[-3:]
        return x.reshape(*x.shape[:-3], -1)

    def backward(self, gradient):
        return gradient.reshape(*gradient.shape[:-1], *self.shape)
