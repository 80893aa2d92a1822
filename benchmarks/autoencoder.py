"""A 64-32-8-32-64 tanh autoencoder of the digits, mean squared error, Adam, batches of 100."""

import functools

import numpy as np
import torch
from torch import nn
from versus import Comparison, Stopwatch

import hourglass as hg

SIZES, BATCH, SEED, RATE = (64, 32, 8, 32, 64), 100, 0, 0.001
X = hg.datasets.digits()[0]


def network(dtype):
    layers = [layer for sizes in zip(SIZES, SIZES[1:]) for layer in (hg.Dense(*sizes), hg.Tanh())]
    return hg.Network(*layers[:-1], dtype=dtype)


def train(dtype, epochs):
    net, x, loss = network(dtype), X.astype(dtype), hg.MeanSquaredError()
    with Stopwatch() as watch:
        hg.train(net, x, x, loss=loss, optimizer=hg.Adam(RATE), epochs=epochs, batch_size=BATCH, seed=SEED)
    return watch.seconds, loss(net(x), x)


def torch_train(fused, dtype, epochs):
    """Sums of the losses are kept as tensors; batches are taken by index, which is faster than a DataLoader."""
    model = nn.Sequential()
    for layer in network(dtype).layers:
        model.append(linear(layer) if layer.params else nn.Tanh())
    x, loss, step = torch.tensor(X.astype(dtype)), nn.MSELoss(), torch.optim.Adam(model.parameters(), RATE, fused=fused)
    rng, kept = np.random.default_rng(SEED), []
    with Stopwatch() as watch:
        for _ in range(epochs):
            total = 0.0
            for chosen in torch.from_numpy(rng.permutation(len(x))).split(BATCH):
                batch = x[chosen]
                step.zero_grad(set_to_none=True)
                value = loss(model(batch), batch)
                value.backward()
                step.step()
                total += value.detach()
            kept.append(total)
    return watch.seconds, loss(model(x), x).item()


def linear(dense):
    """A torch layer with the parameters of ours."""
    made = nn.Linear(dense.n_in, dense.n_out)
    made.weight = nn.Parameter(torch.tensor(dense.params["weight"].T.copy()))
    made.bias = nn.Parameter(torch.tensor(dense.params["bias"]))
    return made


def comparisons():
    for dtype in ("float64", "float32"):
        for fused, peer in ((False, "PyTorch"), (True, "PyTorch, fused")):
            yield Comparison(
                "autoencoder 64-32-8-32-64, Adam",
                peer,
                dtype,
                functools.partial(train, dtype),
                functools.partial(torch_train, fused, dtype),
                epochs=20,
                steps=len(X) // BATCH,
                target=1,
            )
