"""Networks of the compression chapters against PyTorch and JAX: n-k-n, no biases, tanh, summed cross-entropy, the whole
batch a step."""

import functools
import os

import jax
import jax.numpy as jnp
import ours
import torch
from torch import nn
from versus import Comparison, Stopwatch

import hourglass as hg

# One thread for JAX, which reads this before its first computation. It costs the least processor time, up to 30 percent
# less than two threads; the flag that is often named, --xla_cpu_multi_thread_eigen=false, leaves it two.
os.environ["PJRT_NPROC"] = "1"
jax.config.update("jax_platforms", "cpu")
jax.config.update("jax_enable_x64", True)


def first_weights(*shape):
    return [layer.params["weight"] for layer in ours.shift_network(*shape).layers[::2]]


def torch_train(optimizer, keep, n, neck, replicas, dtype, epochs):
    """One network. keep: what becomes of each step's loss."""
    model = nn.Sequential(nn.Linear(n, neck, bias=False), nn.Tanh(), nn.Linear(neck, n, bias=False))
    for weight, linear in zip(first_weights(n, neck, replicas, dtype), (model[0], model[2])):
        linear.weight = nn.Parameter(torch.tensor(weight.T.copy()))
    x, y = torch.eye(n, dtype=getattr(torch, dtype)), torch.tensor(hg.rules.shift_rule(n))
    loss, step, kept = nn.CrossEntropyLoss(reduction="sum"), optimizer(model.parameters(), ours.SHIFT_RATE), []
    with Stopwatch() as watch:
        for _ in range(epochs):
            step.zero_grad(set_to_none=True)
            value = loss(model(x), y)
            value.backward()
            step.step()
            if keep:
                kept.append(keep(value))
    return watch.seconds, loss(model(x), y).item()


def torch_train_batched(optimizer, by_index, n, neck, replicas, dtype, epochs):
    """Many networks as one, with a leading axis. Only the sum of their losses is computed, and kept as a tensor.

    by_index: whether rows of the first matrix are picked instead of multiplied with one-hot patterns.
    """
    weights = [nn.Parameter(torch.tensor(weight)) for weight in first_weights(n, neck, replicas, dtype)]
    xs, codes = torch.eye(n, dtype=weights[0].dtype).expand(replicas, n, n), torch.arange(n)
    ys, step = torch.tensor(hg.rules.shift_rule(n)).repeat(replicas), optimizer(weights, ours.SHIFT_RATE)
    loss, kept = nn.CrossEntropyLoss(reduction="sum"), []

    def logits():
        hidden = weights[0].index_select(1, codes) if by_index else torch.bmm(xs, weights[0])
        return torch.bmm(torch.tanh(hidden), weights[1]).flatten(0, 1)

    with Stopwatch() as watch:
        for _ in range(epochs):
            step.zero_grad(set_to_none=True)
            value = loss(logits(), ys)
            value.backward()
            step.step()
            kept.append(value.detach())
    return watch.seconds, nn.CrossEntropyLoss(reduction="none")(logits(), ys).view(replicas, n).sum(1).tolist()


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
        return [weight - ours.SHIFT_RATE * gradient for weight, gradient in zip(weights, gradients)], values

    return jax.lax.scan(step, weights, length=epochs)


def jax_train(form, n, neck, replicas, dtype, epochs):
    """Compiled at the first call, which is the check's and not timed. Keeps all losses."""
    weights = [jnp.array(weight) for weight in first_weights(n, neck, replicas, dtype)]
    codes, labels = jnp.arange(n), jnp.array(hg.rules.shift_rule(n))[:, None]
    with Stopwatch() as watch:
        weights, _ = jax.block_until_ready(jax_scan(form, codes, labels, weights, epochs))
    return watch.seconds, jax.vmap(functools.partial(jax_loss, form, codes, labels))(weights)


def comparisons(native):
    """native: whether JAX has a target. With AVX2 alone, its exp in float64 is out of NumPy's reach."""
    sgd, adam, fused = torch.optim.SGD, torch.optim.Adam, functools.partial(torch.optim.Adam, fused=True)

    def alone(optimizer=sgd, keep=torch.Tensor.detach):
        return functools.partial(torch_train, optimizer, keep)

    def batched(optimizer=sgd, by_index=False):
        return functools.partial(torch_train_batched, optimizer, by_index)

    jax_target = 0.5 if native else None
    one, many, middle, large = (None, 11, 2, 1000), (64, 11, 2, 500), (32, 30, 3, 300), (32, 100, 4, 50)
    rows = [
        (one, "SGD", "PyTorch, losses kept as tensors", alone(), {"float64": 4, "float32": 4}),
        (one, "SGD", "PyTorch, losses kept as numbers (.item)", alone(keep=torch.Tensor.item), {"float64": None}),
        (one, "SGD", "PyTorch, losses not kept", alone(keep=None), {"float64": None}),
        (one, "Adam", "PyTorch, losses kept as tensors", alone(adam), {"float64": None}),
        (one, "Adam", "PyTorch, the same, fused", alone(fused), {"float64": None}),
        (many, "SGD", "PyTorch bmm", batched(), {"float64": 2.5, "float32": 2.5}),
        (many, "Adam", "PyTorch bmm, fused", batched(fused), {"float64": None}),
        (middle, "SGD", "PyTorch bmm", batched(), {"float64": 1, "float32": 1.3}),
        (middle, "SGD", "PyTorch bmm, inputs by index", batched(by_index=True), {"float32": None}),
        (large, "SGD", "PyTorch bmm", batched(), {"float64": 1, "float32": 1.5}),
        (large, "SGD", "PyTorch bmm, inputs by index", batched(by_index=True), {"float32": None}),
        # the faster form of the loss for each
        (middle, "SGD", "JAX, compiled", functools.partial(jax_train, by_log_softmax), {"float64": jax_target}),
        (large, "SGD", "JAX, compiled", functools.partial(jax_train, by_logsumexp), {"float64": jax_target}),
    ]
    for (replicas, n, neck, epochs), optimizer, peer, theirs, targets in rows:
        for dtype, target in targets.items():
            shape = {"n": n, "neck": neck, "replicas": replicas}
            yield Comparison(
                ours.shift_name(**shape, optimizer=optimizer),
                peer,
                dtype,
                functools.partial(ours.shift, **shape, optimizer=optimizer, dtype=dtype),
                functools.partial(theirs, **shape, dtype=dtype),
                epochs=epochs,
                target=target,
            )
