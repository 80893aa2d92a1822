"""Is a small convolution smaller than the smallest dense networks? Chapter 8 draws the rows.

Each row makes one network as "rounded" in `smallest` does: pruned in the course of 60 epochs, trained for 60 more
through the rounding, packed, and unpacked before it is tested; divisions, `right` and `bytes` are those there. A
network has a convolution of so many `filters` of 3 x 3 pixels, with a margin; ReLU; the maxima of `pool` x `pool`
outputs; and a softmax layer. With 4 filters and 2 x 2 outputs it has 690 parameters, with 8 and 4 x 4 it has 410.

The rate is 0.03 at first, and 0.003 through the rounding; for larger digits half of that, as there. So that one can
see whether it is a good one, "tuning" has other rates, too, at one sparsity and four bits. Larger digits have fewer
settings; with 8 filters they take the maxima of 7 x 7 outputs.
"""

import hourglass as hg

from .coders import cooled
from .smallest import stacked

SETTINGS = [
    {"division": division, "filters": filters, "pool": pool, "sparsity": sparsity, "bits": bits, "rate": rate}
    for division in ("tuning", "apart", "mixed", "locked")
    for filters, pool in ((4, 2), (8, 4))
    for sparsity in (0.0, 0.5, 0.6, 0.7, 0.8, 0.9)
    for bits in (3, 4)
    for rate in ((0.003, 0.01, 0.03, 0.1) if (division, sparsity, bits) == ("tuning", 0.7, 4) else (0.03,))
]
SETTINGS += [
    {"division": division, "filters": filters, "pool": pool, "sparsity": sparsity, "bits": bits, "rate": 0.015}
    for division in ("mnist tuning", "mnist")
    for filters, pool in ((4, 2), (8, 7))
    for sparsity in (0.0, 0.5, 0.7)
    for bits in (3, 4)
]
SEEDS = range(10)


def work(setting, seeds):
    """Train and slim the networks with these seeds: per cent right, and bytes."""
    division, filters, pool, sparsity, bits, rate = setting.values()
    x, y, x_test, y_test = stacked(division, seeds)
    x, x_test = square(x), square(x_test)
    network = hg.Network(*layers(filters, pool, x.shape[-2]), seeds=seeds, dtype=x.dtype)
    larger, loss = x.shape[-2] > 8, hg.SoftmaxCrossEntropy()
    epochs, slow = (30, 0.0015) if larger else (60, 0.003)
    network, _ = hg.slimming.prune_during(network, x, y, sparsity, loss=loss, **cooled(rate, epochs))
    through = [hg.slimming.Mask(network), hg.slimming.StraightThrough(network, bits)]
    hg.train(network, x, y, loss=loss, after_step=through, **cooled(slow, epochs))
    for i in range(len(seeds)):
        packed = hg.slimming.encode(network[i], bits)
        right = hg.accuracy(hg.slimming.decode(packed)(x_test[i]), y_test[i])
        yield {"right": f"{100 * right:.4g}", "bytes": len(packed)}


def square(x):
    """Images in rows as square ones of one channel: (*replicas, batch, side, side, 1)."""
    side = round(x.shape[-1] ** 0.5)
    return x.reshape(*x.shape[:-1], side, side, 1)


def layers(filters, pool, side):
    """The network's layers, untrained, for images of side x side."""
    first = [hg.Conv2D(1, filters, padding=1), hg.ReLU(), hg.MaxPool2D(pool), hg.Flatten()]
    return [*first, hg.Dense(filters * (side // pool) ** 2, 10)]


def cost(setting):
    """Filters; larger digits take longer."""
    return setting["filters"] * (4 if setting["division"].startswith("mnist") else 1)
