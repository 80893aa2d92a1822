"""Where a step's time goes: beside it that of its matrix products alone, and of its exponentials alone."""

import functools

import numpy as np
import ours
from versus import Stopwatch, take_turns


def products(x, first, last, hidden, output, epochs):
    """Those of n-neck-n: two to go forward, three to go back."""
    with Stopwatch() as watch:
        for _ in range(epochs):
            x @ first
            hidden @ last
            hidden.mT @ output
            output @ last.mT
            x.mT @ hidden
    return watch.seconds, None


def exponentials(hidden, output, epochs):
    """One for each output, for the softmax, and a tanh for each hidden unit."""
    with Stopwatch() as watch:
        for _ in range(epochs):
            np.tanh(hidden)
            np.exp(output)
    return watch.seconds, None


def rows():
    """Medians, in microseconds a step."""
    for replicas, n, neck, epochs in ((None, 11, 2, 2000), (64, 11, 2, 500), (32, 100, 4, 50)):
        for dtype in ("float64", "float32"):
            net, x = ours.shift_network(n, neck, replicas, dtype), np.eye(n, dtype=dtype)
            first, last = (layer.params["weight"] for layer in net.layers[::2])
            _, hidden, output = net.activations(x)
            whole, *parts = 1e6 * np.median(
                take_turns(
                    functools.partial(ours.shift, n, neck, replicas, "SGD", dtype),
                    functools.partial(products, x, first, last, hidden, output),
                    functools.partial(exponentials, hidden, output),
                    epochs=epochs,
                ),
                axis=1,
            )
            yield {
                "training": ours.shift_name(n, neck, replicas, "SGD"),
                "precision": dtype,
                "whole step": whole,
                "matrix products": parts[0],
                "exponentials": parts[1],
                "the rest": whole - sum(parts),
            }
