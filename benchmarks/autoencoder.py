"""The autoencoder of chapter 6 with a neck of eight, 64-128-64-8-64-128-64: squared error, Adam, batches of 100."""

import functools

import numpy as np
import ours
import torch
from ours import ADAM_RATE, BATCH, TEST, X
from torch import nn
from versus import Comparison, Stopwatch


def torch_train(fused, dtype, epochs):
    """The same first weights, batches and cooling. Sums of the losses are kept as tensors; batches are taken by index,
    which is faster than a DataLoader."""
    start = ours.autoencoder_model(rate=1e-300).fit(X.astype(dtype)).network_  # a step too small to change anything
    model = nn.Sequential(*(linear(layer) if layer.params else nn.Tanh() for layer in start.layers[1:]))
    x, loss = torch.tensor(X.astype(dtype)), nn.MSELoss()
    step = torch.optim.Adam(model.parameters(), ADAM_RATE, fused=fused)
    rng, kept = np.random.default_rng(np.random.RandomState(0).randint(2**31 - 1, size=2)[1]), []
    with Stopwatch() as watch:
        for epoch in range(epochs):
            total = 0.0
            for chosen in torch.from_numpy(rng.permutation(len(x))).split(BATCH):
                batch = x[chosen]
                step.zero_grad(set_to_none=True)
                value = loss(model(batch), batch)
                value.backward()
                step.step()
                total += value.detach()
            kept.append(total)
            step.param_groups[0]["lr"] = ADAM_RATE * (1 - (epoch + 1) / (epochs + 1))
    test = torch.tensor(TEST.astype(dtype))
    return watch.seconds, loss(model(test), test).item()


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
                "Autoencoder 64-128-64-8-64-128-64",
                peer,
                dtype,
                functools.partial(ours.autoencoder, dtype),
                functools.partial(torch_train, fused, dtype),
                epochs=10,
                steps=ours.steps(BATCH),
                target=1,
            )
