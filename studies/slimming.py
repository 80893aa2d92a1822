"""How much can a digit classifier lose? Each row trains 64-hidden-10 (64-10 if there are no hidden units), slims it in
one way, and tells how many of the 597 test images it then gets right, and its bytes. Chapter 8 draws the rows.

A seed is one split of the digits and one draw of first weights. ReLUs, Adam with a rate that cools, batches of 50.
First come full numbers: 100 hidden units, pruned in seven ways, and dense networks of as many weights. "whole" is not
pruned; "cut" after 60 epochs; "tuned" is tuned for 30 more, and "tuned long" for 90; "gradual" and "gradual long" is
pruned in the course of those; "during" in the course of 90 from the start; "random" trains what a random mask leaves
for 90. Then come networks pruned in the course of 60 epochs and trained for 60 more through the rounding to few bits;
they are packed, and what is measured has been unpacked.
"""

import numpy as np

import hourglass as hg

from .coders import cooled

N_TEST = 597
SPARSITIES = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98)
WAYS = ("cut", "tuned", "tuned long", "gradual", "gradual long", "during", "random")
SETTINGS = [
    *({"hidden": 100, "how": way, "sparsity": share, "bits": 32} for way in WAYS for share in SPARSITIES),
    *({"hidden": h, "how": "whole", "sparsity": 0.0, "bits": 32} for h in (0, 2, 5, 10, 20, 30, 50, 100)),
    *(
        {"hidden": hidden, "how": "rounded", "sparsity": share, "bits": bits}
        for hidden in (0, 8, 16, 32)
        for share in (0.0, 0.5, 0.6, 0.7, 0.8, 0.9)
        for bits in (1, 2, 3, 4)
        if bits > 1 or not share  # a single bit has no level for nothing
    ),
]
SEEDS = range(16)
RATES = {True: 0.01, False: 0.03}  # with hidden units and without, before the rounding


def work(setting, seeds):
    """Train and slim the networks with these seeds: right answers and bytes."""
    x, y, x_test, y_test = map(np.stack, zip(*(hg.datasets.digits(seed=seed) for seed in seeds), strict=True))
    network, bits = slimmed(x, y, seeds, **setting), setting["bits"]
    for i in range(len(seeds)):
        single = network[i]
        n_bytes = plain_bytes(single, setting["sparsity"])
        if bits < 32:
            packed = hg.slimming.encode(single, bits)
            single, n_bytes = hg.slimming.decode(packed), len(packed)
        yield {"right": round(N_TEST * hg.accuracy(single(x_test[i]), y_test[i])), "bytes": n_bytes}


def layers_of(hidden):
    """64-hidden-10, or 64-10."""
    return [hg.Dense(64, hidden, scale="he"), hg.ReLU(), hg.Dense(hidden, 10)] if hidden else [hg.Dense(64, 10)]


def slimmed(x, y, seeds, hidden, how, sparsity, bits):
    """The networks, trained and slimmed."""
    layers = layers_of(hidden)
    network = hg.Network(*layers, seeds=seeds)
    data, rate = (x, y), RATES[hidden > 0] if bits < 32 else 0.003
    if how == "whole":
        return fitted(network, *data, 90, rate=0.003 if hidden else 0.03)
    if how == "random":
        left = [hg.slimming.prune(network[i], sparsity, seed=seed)[0] for i, seed in enumerate(seeds)]
        params = [
            {name: np.stack([single.layers[i].params[name] for single in left]) for name in layer.params}
            for i, layer in enumerate(network.layers)
        ]
        return fitted(hg.Network(*layers, params=params), *data, 90, masked=True)
    if how == "during":
        return pruned(network, *data, 90, sparsity)
    if how == "rounded":
        network = pruned(network, *data, 60, sparsity, rate)
        return fitted(network, *data, 60, masked=True, bits=bits)
    network, after = fitted(network, *data, 60), 90 if "long" in how else 30
    if "gradual" in how:
        return pruned(network, *data, after, sparsity)
    network = hg.slimming.prune(network, sparsity)[0]
    return network if how == "cut" else fitted(network, *data, after, masked=True)


def fitted(network, x, y, epochs, rate=0.003, masked=False, bits=32):
    """The network, trained in place. masked: whether zeros stay. bits: below 32, trained through the rounding."""
    after_step = [hg.slimming.Mask(network)] if masked else []
    if bits < 32:
        after_step.append(hg.slimming.StraightThrough(network, bits))
    hg.train(network, x, y, loss=hg.SoftmaxCrossEntropy(), after_step=after_step, **cooled(rate, epochs))
    return network


def pruned(network, x, y, epochs, sparsity, rate=0.003):
    """A copy, trained, and pruned on the way."""
    loss = hg.SoftmaxCrossEntropy()
    return hg.slimming.prune_during(network, x, y, sparsity, loss=loss, **cooled(rate, epochs))[0]


def plain_bytes(network, sparsity):
    """Four bytes for each number that is not pruned, and the packed mask that tells which those are."""
    n_weights = network.n_weights
    left = network.parameters[:n_weights] != 0
    mask = len(hg.slimming.pack(left.astype(int), 2)) if sparsity else 0
    n_left = int(left.sum()) if sparsity else n_weights
    return 4 * (n_left + network.n_parameters - n_weights) + mask


def cost(setting):
    """Weights times epochs."""
    return 74 * max(setting["hidden"], 9) * (120 if setting["bits"] < 32 else 90)
