"""The network of the compression chapters: 11-2-11, no biases, tanh, summed cross-entropy, the whole batch a step."""

import functools

import torch
from batched import train_batched
from torch import nn
from versus import Comparison, Stopwatch

import hourglass as hg

N, NECK, RATE = 11, 2, 0.01
X, Y = hg.rules.one_hot(N), hg.rules.shift_rule(N)
CrossEntropy = functools.partial(nn.CrossEntropyLoss, reduction="sum")


def network(dtype, replicas=None):
    seeds = {} if replicas is None else {"seeds": range(replicas)}
    return hg.Network(hg.Dense(N, NECK, bias=False), hg.Tanh(), hg.Dense(NECK, N, bias=False), dtype=dtype, **seeds)


def train(optimizer, dtype, epochs, replicas=None):
    """Ours keeps the loss of every step and network, and checks that it is finite."""
    net, loss = network(dtype, replicas), hg.SoftmaxCrossEntropy("sum")
    with Stopwatch() as watch:
        hg.train(net, X, Y, loss=loss, optimizer=optimizer(RATE), epochs=epochs)
    return watch.seconds, loss(net(X), Y)


def torch_data(dtype):
    return torch.tensor(X, dtype=getattr(torch, dtype)), torch.tensor(Y)


def torch_train(optimizer, keep, dtype, epochs):
    """One network. keep: what becomes of each step's loss."""
    first, _, last = network(dtype).layers
    model = nn.Sequential(nn.Linear(N, NECK, bias=False), nn.Tanh(), nn.Linear(NECK, N, bias=False))
    for mine, linear in ((first, model[0]), (last, model[2])):
        linear.weight = nn.Parameter(torch.tensor(mine.params["weight"].T.copy()))
    (x, y), loss, step, kept = torch_data(dtype), CrossEntropy(), optimizer(model.parameters(), RATE), []
    with Stopwatch() as watch:
        for _ in range(epochs):
            step.zero_grad(set_to_none=True)
            value = loss(model(x), y)
            value.backward()
            step.step()
            if keep:
                kept.append(keep(value))
    return watch.seconds, loss(model(x), y).item()


def torch_train_batched(optimizer, replicas, dtype, epochs):
    weights = [layer.params["weight"] for layer in network(dtype, replicas).layers[::2]]
    return train_batched(weights, functools.partial(optimizer, lr=RATE), epochs)


def comparisons():
    sgd, adam, fused = torch.optim.SGD, torch.optim.Adam, functools.partial(torch.optim.Adam, fused=True)
    tensors, numbers = torch.Tensor.detach, torch.Tensor.item
    for optimizer, name, peer, theirs, keep, dtype, target in (
        (hg.SGD, "SGD", "PyTorch, losses kept as tensors", sgd, tensors, "float64", 8),
        (hg.SGD, "SGD", "PyTorch, losses kept as tensors", sgd, tensors, "float32", 8),
        (hg.SGD, "SGD", "PyTorch, losses kept as numbers (.item)", sgd, numbers, "float64", None),
        (hg.SGD, "SGD", "PyTorch, losses not kept", sgd, None, "float64", None),
        (hg.Adam, "Adam", "PyTorch, losses kept as tensors", adam, tensors, "float64", None),
        (hg.Adam, "Adam", "PyTorch, the same, fused", fused, tensors, "float64", None),
    ):
        yield Comparison(
            f"one 11-2-11, {name}",
            peer,
            dtype,
            functools.partial(train, optimizer, dtype),
            functools.partial(torch_train, theirs, keep, dtype),
            epochs=2000,
            target=target,
        )
    for optimizer, name, peer, theirs, dtype, target in (
        (hg.SGD, "SGD", "PyTorch bmm", sgd, "float64", 3),
        (hg.SGD, "SGD", "PyTorch bmm", sgd, "float32", 3),
        (hg.Adam, "Adam", "PyTorch bmm, fused", fused, "float64", None),
    ):
        yield Comparison(
            f"64 of 11-2-11, {name}",
            peer,
            dtype,
            functools.partial(train, optimizer, dtype, replicas=64),
            functools.partial(torch_train_batched, theirs, 64, dtype),
            epochs=500,
            target=target,
        )
