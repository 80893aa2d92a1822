"""The autoencoder of chapter 6 with a neck of eight, 64-128-64-8-64-128-64: squared error, Adam, batches of 100. And
the variational one, with means and log standard deviations of eight numbers, at the price BETA of a nat."""

import functools

import numpy as np
import ours
import torch
from ours import ADAM_RATE, BATCH, TEST, X
from torch import nn
from versus import Comparison, Stopwatch

import hourglass as hg

BETA = 0.001
SEEDS = np.random.RandomState(0).randint(2**31 - 1, size=2)  # of our first weights and of our batches


def torch_train(fused, dtype, epochs):
    """The same first weights, batches and cooling as ours: seconds, and the error on the test."""
    start = ours.autoencoder_model(rate=1e-300).fit(X.astype(dtype)).network_  # a step too small to change anything
    model = nn.Sequential(*(linear(layer) if layer.params else nn.Tanh() for layer in start.layers[1:]))
    loss, test = nn.MSELoss(), torch.tensor(TEST.astype(dtype))
    seconds = fitted(model, lambda batch: loss(model(batch), batch), fused, dtype, epochs)
    return seconds, loss(model(test), test).item()


def fitted(model, objective, fused, dtype, epochs):
    """Train the model in place: seconds. objective: function of a batch.

    Sums of the losses are kept as tensors; batches are taken by index, which is faster than a DataLoader."""
    x, step = torch.tensor(X.astype(dtype)), torch.optim.Adam(model.parameters(), ADAM_RATE, fused=fused)
    rng, kept = np.random.default_rng(SEEDS[1]), []
    with Stopwatch() as watch:
        for epoch in range(epochs):
            total = 0.0
            for chosen in torch.from_numpy(rng.permutation(len(x))).split(BATCH):
                step.zero_grad(set_to_none=True)
                value = objective(x[chosen])
                value.backward()
                step.step()
                total += value.detach()
            kept.append(total)
            step.param_groups[0]["lr"] = ADAM_RATE * (1 - (epoch + 1) / (epochs + 1))
    return watch.seconds


class Variational(nn.Module):
    """The same first weights as ours. noise: function of a shape, standard normal numbers."""

    def __init__(self, layers, noise):
        super().__init__()
        neck = next(i for i, layer in enumerate(layers) if isinstance(layer, hg.GaussianCode))
        self.encoder, self.decoder = (
            nn.Sequential(*(linear(layer) if layer.params else nn.Tanh() for layer in part))
            for part in (layers[:neck], layers[neck + 1 :])
        )
        self.noise = noise

    def forward(self, x):
        """Pictures, and the mean rate in nats."""
        mean, log_std = self.encoder(x).chunk(2, dim=1)
        std = log_std.exp()
        rate = ((mean.square() + std.square() - 1) / 2 - log_std).sum(dim=1).mean()
        return self.decoder(mean + std * self.noise(mean.shape)), rate

    def means(self, x):
        return self.decoder(self.encoder(x).chunk(2, dim=1)[0])


def torch_variational(fused, dtype, epochs, same_noise=False):
    """As `torch_train`. same_noise: whether it is drawn by NumPy, number by number as ours, for the check."""
    start = ours.autoencoder_model(rate=1e-300, beta=BETA).fit(X.astype(dtype)).network_
    _, drawn = np.random.default_rng(SEEDS[0]).spawn(2)  # the first draws noise on the pictures: there is none
    kind, loss, test = getattr(torch, dtype), nn.MSELoss(), torch.tensor(TEST.astype(dtype))

    def noise(shape):
        if same_noise:
            return torch.from_numpy(drawn.standard_normal(tuple(shape))).to(kind)
        return torch.randn(shape, dtype=kind)

    def objective(batch):
        pictures, rate = model(batch)
        return loss(pictures, batch) + BETA * rate

    model = Variational(start.layers[1:], noise)
    seconds = fitted(model, objective, fused, dtype, epochs)
    return seconds, loss(model.means(test), test).item()


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
            variational = functools.partial(ours.autoencoder, dtype, beta=BETA)
            theirs = functools.partial(torch_variational, fused, dtype)
            yield Comparison(
                "Variational 64-128-64-8-64-128-64",
                peer,
                dtype,
                variational,
                theirs,
                epochs=10,
                steps=ours.steps(BATCH),
                target=1,
                check=lambda ours=variational, theirs=theirs: (
                    ours(epochs=10)[1],
                    theirs(epochs=10, same_noise=True)[1],
                ),
            )
