"""Training, and a check of gradients by difference quotients."""

import math

import numpy as np

from .. import checks
from . import losses, optimizers

# The C library of Linux hands large freed blocks back to the system, unless a larger one has come and gone before. Each
# step would get its memory anew, which for large networks takes as long as the rest of the step.
np.empty(30 << 20, np.uint8)


class History:
    """What a training run leaves behind.

    loss: (epochs run, *replicas), each epoch's mean over its batches, before their steps.
    diverged: (*replicas,) the epoch in which a replica's loss stopped being finite, -1 where it never did.
    interrupted: whether the reader stopped it.
    """

    def __init__(self, replicas):
        self.loss = []
        self.diverged = np.full(replicas, -1)
        self.interrupted = False

    def __len__(self):
        return len(self.loss)

    def __repr__(self):
        return f"History({len(self)} epochs{', interrupted' if self.interrupted else ''})"


def train(
    network, x, y, *, loss, optimizer, epochs, batch_size=None, seed=0, callbacks=(), after_step=(), progress=False,
    on_divergence="raise",
):  # fmt: skip
    """Train `network` in place.

    x: inputs (batch, n_in), or (*replicas, batch, n_in) for each replica its own. y: targets, as the loss takes them.
    epochs: passes over the data. batch_size: None takes the whole batch at every step; otherwise each epoch takes
    the examples in a new order, drawn from `seed`, the same for all replicas.
    callbacks: called as f(epoch, network) after each epoch, counted from 1; a true answer ends the training.
    after_step: called as f(network) after each step, to put weights where they have to be (as `hg.slimming.Mask`).
    progress: whether to show a bar. on_divergence: "raise", or "freeze" to leave a replica whose loss is no longer
    finite with its last good parameters, and go on with the others.

    Returns a `History`. Raises ValueError or TypeError on bad input, before anything changes, and
    FloatingPointError with the epoch when a loss is no longer finite; the network then has its last parameters with
    a finite loss. Ctrl-C returns the history so far.
    """
    x, y = checked_data(network, x, y, loss)
    if not isinstance(optimizer, optimizers.Optimizer):
        raise TypeError(f"optimizer must be an optimizer such as SGD(0.1), got {optimizer!r}")
    epochs = range(1, 1 + checks.positive_integer(epochs, "epochs"))
    batch_size = None if batch_size is None else checks.positive_integer(batch_size, "batch_size")
    checks.one_of(on_divergence, "on_divergence", ("raise", "freeze"))
    for name, given, words in (("callbacks", callbacks, "epoch, network"), ("after_step", after_step, "network")):
        if not isinstance(given, (list, tuple)) or not all(map(callable, given)):
            raise TypeError(f"{name} must be a list of functions f({words}), got {given!r}")
    rng, axis = checks.generator(seed), x.ndim - len(network.takes) - 1
    optimizer.start(network)
    history = History(network.replicas)
    guard = Guard(network, history, on_divergence)
    try:
        with network.noise(), np.errstate(all="ignore"):
            for epoch in with_bar(epochs) if progress else epochs:
                record = 0.0
                for x_batch, y_batch, share in shuffled(x, y, axis, batch_size, rng):
                    value, gradient = loss.evaluate(network.forward(x_batch), y_batch)
                    guard.watch(value, epoch)
                    network.learn(gradient)
                    optimizer.update(network)
                    for put in after_step:
                        put(network)
                    guard.hold()
                    record = record + (value * share if loss.reduction == "mean" else value)
                history.loss.append(record)
                # a list, so that every callback is called
                if any([callback(epoch, network) for callback in callbacks]):
                    break
            guard.watch(loss.evaluate(network.forward(x_batch), y_batch)[0], epoch)
    except KeyboardInterrupt:
        history.interrupted = True
        guard.hold()
    history.loss = np.reshape(history.loss, (-1, *network.replicas))
    return history


def with_bar(epochs):
    """The same epochs, with a bar that shows how far they are."""
    from tqdm import tqdm  # whose loading takes as long as that of the engine

    return tqdm(epochs, unit="epoch")


def cooling(optimizer, epochs):
    """A callback for `train`: the learning rate falls in a straight line, from its value now to almost zero.

    Steps that shrink come to rest in a minimum instead of jumping about it; and runs on different processors, whose
    rounding differs in the last digit, end at the same place.
    """
    start, epochs = optimizer.lr, checks.positive_integer(epochs, "epochs")

    def lower(epoch, network):
        optimizer.lr = start * (1 - epoch / (epochs + 1))

    return lower


def shuffled(x, y, axis, batch_size, rng):
    """The batches of one epoch, each with its share of the examples. axis: that of the examples, in x."""
    n = x.shape[axis]
    if batch_size is None or batch_size >= n:
        yield x, y, 1.0
        return
    order = rng.permutation(n)
    for start in range(0, n, batch_size):
        chosen = order[start : start + batch_size]
        yield x.take(chosen, axis), y.take(chosen, y.ndim - 2), len(chosen) / n  # prepared y: (*replicas, batch, n)


class Guard:
    """Watches the loss, and keeps the last parameters at which it was finite."""

    def __init__(self, network, history, on_divergence):
        self.network, self.history, self.raises = network, history, on_divergence == "raise"
        self.last_good = network.parameters.copy()
        self.frozen = None  # which parameters belong to replicas that have diverged

    def watch(self, value, epoch):
        """Called with the loss of the parameters as they are."""
        # one sum for all replicas: losses are not negative, so nothing can cancel
        total = value if value.ndim == 0 else np.add.reduce(value, axis=None)
        if not math.isfinite(total) and not np.isfinite(value).all():
            bad = ~np.isfinite(value)
            self.history.diverged[bad & (self.history.diverged < 0)] = epoch
            self.frozen = self.network.spread(self.history.diverged >= 0)
            self.hold()
            if self.raises:
                which = f" in {np.count_nonzero(bad)} of {bad.size} replicas" if bad.ndim else ""
                raise FloatingPointError(
                    f"the loss is no longer finite in epoch {epoch}{which}; "
                    "the network has its last good parameters; try a smaller lr"
                )
        self.last_good[...] = self.network.parameters

    def hold(self):
        """Put the frozen replicas back."""
        if self.frozen is not None:
            np.copyto(self.network.parameters, self.last_good, where=self.frozen)


def checked_data(network, x, y, loss):
    """x as the network's input and y in the form that the loss computes with."""
    if not isinstance(loss, losses.Loss):
        raise TypeError(f"loss must be a loss such as SoftmaxCrossEntropy(), got {loss!r}")
    x = network.checked_input(x)
    axis = x.ndim - len(network.takes) - 1
    with np.errstate(all="ignore"):
        one = network.forward(x.take([0], axis))  # all outputs have its form; to compute them takes memory
    return x, loss.prepare(y, np.broadcast_to(one, (*one.shape[:-2], x.shape[axis], one.shape[-1])), "y")


@np.errstate(over="ignore", divide="ignore", invalid="ignore")
def gradient_check(network, x, y, loss, step=1e-5):
    """The largest error of the network's gradients, against central differences, over each array's largest gradient.

    Every parameter is moved by +-`step`, in all replicas at once: two passes a parameter, for small networks. Below
    1e-6 is good in float64; anything near 1 is a bug. Noise stays off.
    """
    x, target = checked_data(network, x, y, loss)
    step = checks.number(step, "step", above=0)
    network.backward(loss.evaluate(network.forward(x), target)[1])
    worst = 0.0
    for layer in network.layers:
        for name, params in layer.params.items():
            quotients = np.empty_like(params)
            for index in np.ndindex(layer.shapes[name]):
                place = (..., *index)
                before = params[place].copy()
                values = []
                for shifted in (before + step, before - step):
                    params[place] = shifted
                    values.append(loss.evaluate(network.forward(x), target)[0])
                params[place] = before
                quotients[place] = (values[0] - values[1]) / (2 * step)
            scale = max(np.abs(quotients).max(), np.abs(layer.grads[name]).max())
            if scale:
                worst = np.maximum(worst, np.abs(quotients - layer.grads[name]).max() / scale)  # NaN wins
    return float(worst)
