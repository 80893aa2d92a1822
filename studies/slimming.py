"""Other ways to slim a digit classifier: pupils of a teacher, merged units, lottery tickets. Chapter 8 draws the rows.

Networks, training and divisions are those of `smallest`; the teacher has 100 hidden units and 60 epochs. `how`:

"taught": a network of `hidden` units learns from the teacher at the temperature `amount`, or from labels if that is 0;
from all `images`, from so many "a class", from all but the threes ("no 3"), or from what is no digit at all: "noise",
or "scrambled" images, each of whose pixels comes from another drawing. With few bits as in `smallest`.
"merged": 100 units, trained with the weight decay `amount` and merged to `hidden` units.
"removed": 100 units, trained as those merged, of which `hidden` stay that are drawn at random; "told": these take over,
by least squares over the training images, what all others said.
"merged early": after a sixth of the training 100 units are merged to `hidden`, and these trained on.
"whole": as many units from the start.
"ticket": the mask of a trained and pruned network on its own first weights, trained again; `amount` is the sparsity.
"other weights": the same mask on other first weights. "random mask": another mask. "iterative": a ticket whose mask is
found in four rounds, each of which trains, prunes and goes back to the first weights; "iterative on other weights":
that mask on other first weights.
"rounded": trained, then rounded to `bits`; "through": trained for as many epochs again, through the rounding, at a
tenth of the rate if there are no hidden units. With bits 32 nothing is rounded, for comparison.

`right` is the per cent read; `recall` how many per cent of the threes are called three, and `precision` how many of
what is called three are threes; `twins` how many hidden units have another one whose outputs for the training images
correlate with theirs at 0.9 or more; `bytes` those of the packed network.
"""

import copy
from functools import lru_cache

import numpy as np

import hourglass as hg
from hourglass.topics.slimming.distillation import Distillation

from .smallest import drawn, fitted, of_singles, options, plain_bytes, stacked

FEW = (2, 5, 10, 20)
TICKETS = "ticket", "other weights", "random mask", "iterative", "iterative on other weights"
SETTINGS = [
    {
        "division": division, "how": how, "images": images, "hidden": hidden, "amount": amount,
        "rate": rate * (0.5 if "mnist" in division else 1), "epochs": epochs, "bits": bits,
    }
    for division in ("apart", "mixed", "locked", "mnist", "tuning", "mnist tuning")
    for how, images, hidden, amount, rate, epochs, bits in (
        *(("taught", "all", h, t, 0.01, 60, 32) for h in (0, 4, 8, 16, 32) for t in (0, 1, 2, 4, 8)),
        *(("taught", f"{n} a class", 32, t, 0.01, 200, 32) for n in FEW for t in (0, 1, 2, 4, 8)),
        *(("taught", "no 3", h, t, 0.01, 60, 32) for h in (8, 16, 32) for t in (0, 1, 2, 4, 8)),
        *(("taught", images, 32, 8, 0.01, 60, 32) for images in ("noise", "scrambled")),
        *(("taught", "all", h, t, 0.01 if h else 0.03, 60, 4) for h in (0, 8, 16, 32) for t in (0, 1, 4)),
        *(("merged", "all", h, decay, 0.003, 60, 32) for h in (100, 50, 25, 16, 8, 4) for decay in (0.0, 0.001)),
        *(("merged", "all", h, decay, 0.003, 240, 32) for h in (100, 50, 25) for decay in (0.0, 0.0003, 0.001, 0.003)),
        *(("merged early", "all", h, 0, rate, 60, 32) for h in (50, 25, 16, 8, 4) for rate in (0.003, 0.01)),
        *(("whole", "all", h, 0, rate, 60, 32) for h in (100, 50, 25, 16, 8, 4) for rate in (0.003, 0.01, 0.03)),
        *(
            (how, "all", 100, share, 0.003, 60, 32)
            for how in TICKETS
            for share in (0.5, 0.8, 0.9, 0.95, 0.98)
        ),
        *((how, "all", h, 0, 0.003, 60, 32) for how in ("removed", "told") for h in (50, 25)),
        *(
            (how, "all", h, 0, 0.003 if h else 0.03, 60, bits)
            for how in ("rounded", "through")
            for h in (0, 32, 100)
            for bits in ((8, 4, 3, 2, 1, 32) if how == "rounded" else (4, 2, 1, 32))
        ),
    )
    if "tuning" not in division or how in ("merged early", "whole")
]  # fmt: skip
SEEDS = range(10)


def work(setting, seeds):
    """Train and slim the networks with these seeds, and test them."""
    division, how, images, hidden, amount, rate, epochs, bits = setting.values()
    x, y, x_test, y_test = stacked(division, seeds)
    if how == "taught":
        x_seen, y_seen = seen(x, y, images)
        target = hg.softmax(teacher(division, tuple(seeds))(x_seen) / amount) if amount else y_seen
        loss = Distillation(amount) if amount else hg.SoftmaxCrossEntropy()
        network = drawn(x, hidden, seeds)
        hg.train(network, x_seen, target, loss=loss, **options(x, rate, epochs))
        if bits < 32:
            through = [hg.slimming.StraightThrough(network, bits)]
            hg.train(network, x_seen, target, loss=loss, after_step=through, **options(x, rate, epochs))
    elif "merged" in how:
        network, early = drawn(x, 100, seeds), epochs // 6 if how == "merged early" else epochs
        decay = 0.0 if how == "merged early" else amount
        hg.train(network, x, y, loss=hg.SoftmaxCrossEntropy(), **options(x, rate, early, decay))
        if hidden < 100:
            slim = [hg.slimming.merge(network[i], x[i], keep=hidden)[0] for i in range(len(seeds))]
            network = of_singles(slim)
        if how == "merged early":
            fitted(network, x, y, epochs - early, rate)
    elif how in ("removed", "told"):
        whole = trained(division, 100, rate, epochs, tuple(seeds))
        few = [remaining(whole[i], x[i], hidden, how == "told", seed) for i, seed in enumerate(seeds)]
        network = of_singles(few)
    elif how in ("rounded", "through"):
        network = copy.deepcopy(trained(division, hidden, rate, epochs, tuple(seeds)))
        if how == "through":
            fitted(network, x, y, epochs, rate if hidden else rate / 10, bits=bits)
    elif how == "whole":
        network = fitted(drawn(x, hidden, seeds), x, y, epochs, rate)
    else:
        network = ticket(x, y, seeds, how, amount)
    for i in range(len(seeds)):
        single = network[i]
        packed = hg.slimming.encode(single, bits) if bits < 32 else None
        single = hg.slimming.decode(packed) if packed else single
        n_bytes = len(packed) if packed else plain_bytes(single, amount if how in TICKETS else 0)
        called, three = single(x_test[i]).argmax(axis=-1) == 3, y_test[i] == 3
        yield {
            "right": f"{100 * hg.accuracy(single(x_test[i]), y_test[i]):.4g}",
            "recall": f"{100 * (called & three).sum() / three.sum():.4g}",
            "precision": f"{100 * (called & three).sum() / called.sum():.4g}" if called.any() else "nan",
            "twins": twinned(single, x[i]).sum() if hidden else 0,
            "bytes": n_bytes,
        }


@lru_cache(1)
def teacher(division, seeds):
    """Networks of 100 units that have seen all images of a division, one for each seed."""
    x, y, _, _ = stacked(division, seeds)
    return fitted(drawn(x, 100, seeds), x, y, 60)


@lru_cache(4)
def trained(division, hidden, rate, epochs, seeds):
    """Networks of so many units that have seen all images of a division, one for each seed; not to be changed."""
    x, y, _, _ = stacked(division, seeds)
    return fitted(drawn(x, hidden, seeds), x, y, epochs, rate)


def remaining(network, x, keep, told, seed):
    """The network with `keep` hidden units, drawn at random. told: they take over what the others said of x."""
    order = np.random.default_rng(seed).permutation(network.layers[0].n_out)
    stay, gone = np.sort(order[:keep]), np.sort(order[keep:])
    params = [dict(layer.params) for layer in network.layers]
    out = params[2]["weight"]
    params[0] = {name: values[..., stay] for name, values in params[0].items()}
    params[2]["weight"] = out[stay]
    if told:
        outputs = network.activations(x)[1].astype(float)
        known = np.column_stack([outputs[:, stay], np.ones(len(x))])
        said = np.linalg.lstsq(known, outputs[:, gone], rcond=1e-6)[0] @ out[gone]
        params[2] = {"weight": out[stay] + said[:-1], "bias": params[2]["bias"] + said[-1]}
    layers = hg.Dense(x.shape[-1], keep, scale="he"), hg.ReLU(), hg.Dense(keep, 10)
    return hg.Network(*layers, params=params, dtype=network.dtype)


def seen(x, y, images):
    """The images that a pupil sees, and their labels, for each seed."""
    rng, n = np.random.default_rng(0), x.shape[1]
    if images == "noise":
        return np.broadcast_to(rng.random((n, x.shape[-1])), x.shape).astype(x.dtype), y
    if images == "scrambled":
        return np.stack([np.random.default_rng(0).permuted(one, axis=0) for one in x]), y
    if images == "no 3":  # as many for all seeds
        at = np.stack([np.flatnonzero(labels != 3)[: 2700 if n > 2000 else 900] for labels in y])
    elif images == "all":
        return x, y
    else:
        few = int(images.split()[0])
        at = np.stack([np.concatenate([np.flatnonzero(labels == c)[:few] for c in range(10)]) for labels in y])
    return np.take_along_axis(x, at[..., None], axis=1), np.take_along_axis(y, at, axis=1)


def twinned(network, x):
    """Which hidden units have a twin: (hidden,). Those that never change have none."""
    speaks = ~silent(network, x)
    if speaks.sum() < 2:
        return np.zeros_like(speaks)
    likeness = np.abs(np.corrcoef(network.activations(x)[1][:, speaks].astype(float).T))
    np.fill_diagonal(likeness, 0)
    found = speaks.copy()
    found[speaks] = likeness.max(axis=0) >= 0.9
    return found


def silent(network, x):
    """Which hidden units have the same output for all of x: (hidden,)."""
    return np.ptp(network.activations(x)[1], axis=0) == 0


def ticket(x, y, seeds, how, sparsity):
    """Networks of 100 units, masked before their training."""
    first, rounds, left = drawn(x, 100, seeds), 4 if "iterative" in how else 1, None
    for round_ in range(rounds):
        network = fitted(like(first, left), x, y, 60, masked=left is not None)
        share = 1 - (1 - sparsity) ** ((round_ + 1) / rounds)
        if how == "random mask":  # a mask of its own for each seed
            left = of_singles([hg.slimming.prune(network[i], share, seed=seed)[0] for i, seed in enumerate(seeds)])
        else:
            left = hg.slimming.prune(network, share)[0]
    if "other weights" in how:
        first = drawn(x, 100, [seed + 100 for seed in seeds])
    return fitted(like(first, left), x, y, 60, masked=True)


def like(network, pruned):
    """A copy, with zeros where the other one has them."""
    network = copy.deepcopy(network)
    for layer, other in zip(network.layers, pruned.layers if pruned else (), strict=False):
        if "weight" in layer.params:
            layer.params["weight"] *= other.params["weight"] != 0
    return network


def cost(setting):
    """Weights times epochs; larger digits take longer, and a teacher or a first training comes first."""
    larger = 4 if setting["division"].startswith("mnist") else 1
    rounds = {"through": 2} | {how: 5 if "iterative" in how else 2 for how in TICKETS}
    units = 100 if setting["how"] in ("merged", "merged early", "removed", "told") else max(setting["hidden"], 9)
    size = {"all": 1, "no 3": 1, "noise": 1, "scrambled": 1}.get(setting["images"], 0.2)
    return larger * 74 * units * setting["epochs"] * rounds.get(setting["how"], 1) * size
