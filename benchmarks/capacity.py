"""32 networks at once, 30-3-30 or 100-4-100: no biases, tanh, summed cross-entropy, the whole batch a step."""

import functools
import os

import jax
import jax.numpy as jnp
import torch
from batched import train_batched
from versus import Comparison, Stopwatch

import hourglass as hg

REPLICAS, STEPS, RATE = 32, 1000, 0.1

# One thread for JAX, which reads this before its first computation. It costs the least processor time, up to 30 percent
# less than two threads; the flag that is often named, --xla_cpu_multi_thread_eigen=false, leaves it two.
os.environ["PJRT_NPROC"] = "1"
jax.config.update("jax_platforms", "cpu")
jax.config.update("jax_enable_x64", True)


def network(n, neck, dtype):
    dense = functools.partial(hg.Dense, bias=False, scale=0.5)
    return hg.Network(dense(n, neck), hg.Tanh(), dense(neck, n), dtype=dtype, seeds=range(REPLICAS))


def train(n, neck, dtype, epochs):
    """Ours keeps the loss of every step and network, and checks that it is finite."""
    net, loss = network(n, neck, dtype), hg.SoftmaxCrossEntropy("sum")
    x, y = hg.rules.one_hot(n), hg.rules.shift_rule(n)
    with Stopwatch() as watch:
        hg.train(net, x, y, loss=loss, optimizer=hg.SGD(RATE), epochs=epochs)
    return watch.seconds, loss(net(x), y)


def torch_train(by_index, n, neck, dtype, epochs):
    weights = [layer.params["weight"] for layer in network(n, neck, dtype).layers[::2]]
    return train_batched(weights, functools.partial(torch.optim.SGD, lr=RATE), epochs, by_index)


def by_log_softmax(logits, labels):
    return -jnp.take_along_axis(jax.nn.log_softmax(logits), labels, axis=1).sum()


def by_logsumexp(logits, labels):
    return (jax.nn.logsumexp(logits, axis=1, keepdims=True) - jnp.take_along_axis(logits, labels, axis=1)).sum()


def jax_loss(form, codes, labels, weights):
    """One network's. Picking rows of the first matrix by index is 4 to 6 percent faster than one-hot products."""
    return form(jnp.tanh(weights[0][codes]) @ weights[1], labels)


@functools.partial(jax.jit, static_argnames=("form", "epochs"))
def jax_scan(form, codes, labels, weights, epochs):
    """(weights after the last step, losses before each) of all networks."""
    value_and_gradient = jax.vmap(jax.value_and_grad(functools.partial(jax_loss, form, codes, labels)))

    def step(weights, _):
        values, gradients = value_and_gradient(weights)
        return [weight - RATE * gradient for weight, gradient in zip(weights, gradients)], values

    return jax.lax.scan(step, weights, length=epochs)


def jax_train(form, n, neck, dtype, epochs):
    """Compiled at the first call, which is the check's and not timed. Keeps all losses."""
    weights = [jnp.array(layer.params["weight"]) for layer in network(n, neck, dtype).layers[::2]]
    codes, labels = jnp.arange(n), jnp.array(hg.rules.shift_rule(n))[:, None]
    with Stopwatch() as watch:
        weights, _ = jax.block_until_ready(jax_scan(form, codes, labels, weights, epochs))
    return watch.seconds, jax.vmap(functools.partial(jax_loss, form, codes, labels))(weights)


def comparisons():
    for n, neck, limit, form in ((30, 3, 1, by_log_softmax), (100, 4, 2.5, by_logsumexp)):  # the faster form for each
        for peer, theirs, dtype, targets in (
            ("PyTorch bmm", functools.partial(torch_train, False), "float32", {"target": 1.3}),
            ("PyTorch bmm", functools.partial(torch_train, False), "float64", {"limit": limit}),
            ("PyTorch bmm, inputs by index", functools.partial(torch_train, True), "float32", {}),
            ("JAX, compiled", functools.partial(jax_train, form), "float64", {"target": 0.5}),
        ):
            yield Comparison(
                f"{REPLICAS} of {n}-{neck}-{n}, SGD",
                peer,
                dtype,
                functools.partial(train, n, neck, dtype),
                functools.partial(theirs, n, neck, dtype),
                epochs=STEPS,
                **targets,
            )
