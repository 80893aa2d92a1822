"""Many n-k-n networks as one in PyTorch, with a leading axis; no biases, tanh, summed cross-entropy, the shift rule."""

import torch
from torch import nn
from versus import Stopwatch

import hourglass as hg


def train_batched(weights, optimizer, epochs, by_index=False):
    """(seconds, each network's loss at the end). Only the sum of their losses is computed, and kept as a tensor.

    weights: first arrays, (replicas, n, k) and (replicas, k, n). by_index: whether rows of the first matrix are picked
    instead of multiplied with one-hot patterns.
    """
    replicas, n, _ = weights[0].shape
    weights = [nn.Parameter(torch.tensor(weight)) for weight in weights]
    xs, codes = torch.eye(n, dtype=weights[0].dtype).expand(replicas, n, n), torch.arange(n)
    ys, step, kept = torch.tensor(hg.rules.shift_rule(n)).repeat(replicas), optimizer(weights), []

    def logits():
        hidden = weights[0].index_select(1, codes) if by_index else torch.bmm(xs, weights[0])
        return torch.bmm(torch.tanh(hidden), weights[1]).flatten(0, 1)

    loss = nn.CrossEntropyLoss(reduction="sum")
    with Stopwatch() as watch:
        for _ in range(epochs):
            step.zero_grad(set_to_none=True)
            value = loss(logits(), ys)
            value.backward()
            step.step()
            kept.append(value.detach())
    return watch.seconds, nn.CrossEntropyLoss(reduction="none")(logits(), ys).view(replicas, n).sum(1).tolist()
