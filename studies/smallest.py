"""How small can a digit classifier be, if those who test it are not those it was chosen by? Chapter 8 draws the rows.

Each row trains 64-hidden-10 (64-10 if there are no hidden units) and slims it in one way. ReLUs, Adam with a rate that
cools, batches of 50. Digits are divided between writers. "tuning": trained on the drawings of six writers, tested on
two others, to choose by; "apart": trained on those eight, tested on three others; "mixed": on as many drawings of the
same eleven, whoever wrote them; "locked": trained on all eleven, tested on the three whom no choice has seen, so that
there the seed only draws first weights. "mnist" and "mnist tuning" are larger digits, of unknown writers: 196 inputs,
half as many epochs (three times as many steps each), float32.

First come full numbers: dense networks ("whole") at three rates, to choose from, and 100 hidden units at two, pruned:
"cut" after 60 epochs; "tuned" for 30 more, "tuned long" for 90; "by lot" as "tuned", but cut at random; "gradual long"
in the course of 90 more; "during" in the course of 90 from the start; "random" trains what a random mask leaves for 90.
Then come networks pruned in the course of 60 epochs and trained for 60 more through the rounding to few bits; they are
packed, and what is measured has been unpacked. `right` is the per cent read; `bytes` are those of the packed network,
or of full numbers and a mask.
"""

import numpy as np

import hourglass as hg

from .coders import cooled, drawings

SHARES = (0.5, 0.8, 0.9, 0.95, 0.98)
SETTINGS = [
    {"division": division, "hidden": hidden, "how": how, "sparsity": share, "bits": bits, "rate": rate * slower}
    for division in ("tuning", "apart", "locked", "mixed", "mnist", "mnist tuning")
    for slower in (0.5 if "mnist" in division else 1,)
    for hidden, how, share, bits, rate in (
        *((h, "whole", 0.0, 32, rate) for h in (0, 2, 5, 10, 20, 50, 100) for rate in (0.003, 0.01, 0.03)),
        *(
            (100, how, share, 32, rate)
            for how in ("cut", "tuned", "by lot", "tuned long", "gradual long", "during", "random")
            for share in SHARES
            for rate in (0.003, 0.01)
            if how != "cut" or division in ("apart", "tuning")
        ),
        *((0, "during", share, 32, 0.03) for share in SHARES),
        *(
            (h, "rounded", s, bits, 0.01 if h else 0.03)
            for h in (0, 16, 32)
            for s in (0.0, 0.5, 0.6, 0.7, 0.8, 0.9)
            for bits in (2, 3, 4)
        ),
    )
]
SEEDS = range(10)


def work(setting, seeds):
    """Train and slim the networks with these seeds: per cent right, and bytes."""
    division, hidden, how, share, bits, rate = setting.values()
    x, y, x_test, y_test = stacked(division, seeds)
    network = slimmed(x, y, seeds, hidden, how, share, bits, rate)
    for i in range(len(seeds)):
        single, n_bytes = network[i], plain_bytes(network[i], share)
        if bits < 32:
            packed = hg.slimming.encode(single, bits)
            single, n_bytes = hg.slimming.decode(packed), len(packed)
        yield {"right": f"{100 * hg.accuracy(single(x_test[i]), y_test[i]):.4g}", "bytes": n_bytes}


def stacked(division, seeds):
    """x_train, y_train, x_test, y_test of a division, a seed a replica."""
    name = {"tuning": "apart"}.get(division, division.removesuffix(" tuning"))
    parts = (drawings(name, seed, division.endswith("tuning")) for seed in seeds)
    x, y, x_test, y_test = map(np.stack, zip(*parts, strict=True))
    kind = "float32" if name == "mnist" else float
    return x.astype(kind), y, x_test.astype(kind), y_test


def drawn(x, hidden, seeds):
    """For the images x: 64-hidden-10, or 64-10, untrained."""
    n_in = x.shape[-1]
    layers = [hg.Dense(n_in, hidden, scale="he"), hg.ReLU(), hg.Dense(hidden, 10)] if hidden else [hg.Dense(n_in, 10)]
    return hg.Network(*layers, seeds=seeds, dtype=x.dtype)


def of_singles(networks):
    """Networks of one shape as the replicas of one."""
    params = [
        {name: np.stack([network.layers[i].params[name] for network in networks]) for name in layer.params}
        for i, layer in enumerate(networks[0].layers)
    ]
    return hg.Network(*networks[0].layers, params=params, dtype=networks[0].dtype)


def slimmed(x, y, seeds, hidden, how, sparsity, bits, rate):
    """The networks, trained and slimmed."""
    network = drawn(x, hidden, seeds)
    if how == "whole":
        return fitted(network, x, y, 90, rate)
    if how == "random":
        left = [hg.slimming.prune(network[i], sparsity, seed=seed)[0] for i, seed in enumerate(seeds)]
        return fitted(of_singles(left), x, y, 90, rate, masked=True)
    if how == "during":
        return pruned(network, x, y, 90, sparsity, rate)
    if how == "rounded":
        network = pruned(network, x, y, 60, sparsity, rate)
        slow = 0.003 if x.shape[-1] == 64 else 0.0015
        return fitted(network, x, y, 60, slow, masked=True, bits=bits)
    network = fitted(network, x, y, 60, rate)
    if how == "gradual long":
        return pruned(network, x, y, 90, sparsity, rate)
    if how == "by lot":
        network = of_singles([hg.slimming.prune(network[i], sparsity, seed=seed)[0] for i, seed in enumerate(seeds)])
    else:
        network = hg.slimming.prune(network, sparsity)[0]
    more = {"cut": 0, "tuned": 30, "by lot": 30, "tuned long": 90}[how]
    return fitted(network, x, y, more, rate, masked=True) if more else network


def options(x, rate, epochs, decay=0.0):
    """How to train on the images x: of the larger ones, half as many epochs."""
    found = cooled(rate, epochs if x.shape[-1] == 64 else epochs // 2)
    found["optimizer"].weight_decay = decay
    return found


def fitted(network, x, y, epochs, rate=0.003, masked=False, bits=32):
    """The network, trained in place. masked: whether zeros stay. bits: below 32, trained through the rounding."""
    after_step = [hg.slimming.Mask(network)] if masked else []
    if bits < 32:
        after_step.append(hg.slimming.StraightThrough(network, bits))
    hg.train(network, x, y, loss=hg.SoftmaxCrossEntropy(), after_step=after_step, **options(x, rate, epochs))
    return network


def pruned(network, x, y, epochs, sparsity, rate):
    """A copy, trained, and pruned on the way."""
    loss = hg.SoftmaxCrossEntropy()
    return hg.slimming.prune_during(network, x, y, sparsity, loss=loss, **options(x, rate, epochs))[0]


def plain_bytes(network, sparsity):
    """Four bytes for each number that is not pruned, and the packed mask that tells which those are."""
    n_weights = network.n_weights
    left = network.parameters[:n_weights] != 0
    mask = len(hg.slimming.pack(left.astype(int), 2)) if sparsity else 0
    n_left = int(left.sum()) if sparsity else n_weights
    return 4 * (n_left + network.n_parameters - n_weights) + mask


def cost(setting):
    """Weights times epochs; larger digits take longer."""
    larger = 4 if setting["division"].startswith("mnist") else 1
    return larger * 74 * max(setting["hidden"], 9) * (120 if setting["bits"] < 32 else 90)
