"""Do pruning and distillation find units that are alike? Chapter 8 draws the rows.

Each row trains 100 hidden units for 240 epochs with weight decay, as `slimming` does those that it merges, and cuts the
share `sparsity` of all weights, the smallest. `twins`: how many of the units have another one whose outputs for the
training images correlate with theirs at 0.9 or more, in either sense; `silent`: how many never change. `twin_gone`: per
cent of the weights into units with a twin that are cut; `single_gone`: of those into units that speak and have none;
`twin_out` and `single_out`: the same for the weights out of them. nan if there are no such units.

`pupil_twins`: how many of 32 hidden units have a twin if they learn from the uncut network at the temperature 4;
`plain_twins`: how many if they learn from labels. They, and `twins` and `silent`, are the same at all sparsities.
"""

from functools import lru_cache

import numpy as np

import hourglass as hg
from hourglass.topics.slimming.distillation import Distillation

from .slimming import silent, twinned
from .smallest import drawn, fitted, options, stacked

SETTINGS = [
    {"division": division, "decay": decay, "sparsity": sparsity}
    for division in ("apart", "mixed", "locked", "mnist")
    for decay in ((0.001, 0.003, 0.01) if division == "mnist" else (0.001, 0.003))
    for sparsity in (0.5, 0.8, 0.9)
]
SEEDS = range(10)


def work(setting, seeds):
    """Train the networks with these seeds, cut them, and see which units have lost how much."""
    division, decay, sparsity = setting.values()
    x, _, _, _ = stacked(division, seeds)
    whole, pupil, plain = networks(division, decay, tuple(seeds))
    cut = hg.slimming.prune(whole, sparsity)[0]
    into, out = (cut.layers[place].params["weight"] == 0 for place in (0, 2))
    for i in range(len(seeds)):
        twin, dead = twinned(whole[i], x[i]), silent(whole[i], x[i])
        single = ~twin & ~dead
        yield {
            "twins": twin.sum(),
            "silent": dead.sum(),
            "twin_gone": percent(into[i][:, twin]),
            "single_gone": percent(into[i][:, single]),
            "twin_out": percent(out[i][twin]),
            "single_out": percent(out[i][single]),
            "pupil_twins": twinned(pupil[i], x[i]).sum(),
            "plain_twins": twinned(plain[i], x[i]).sum(),
        }


@lru_cache(1)
def networks(division, decay, seeds):
    """100 units trained with decay, 32 taught by them, and 32 trained on labels; not to be changed."""
    x, y, _, _ = stacked(division, seeds)
    larger = x.shape[-1] > 64
    whole, pupil, plain = (drawn(x, hidden, seeds) for hidden in (100, 32, 32))
    hg.train(whole, x, y, loss=hg.SoftmaxCrossEntropy(), **options(x, 0.0015 if larger else 0.003, 240, decay))
    rate = 0.005 if larger else 0.01
    hg.train(pupil, x, hg.softmax(whole(x) / 4), loss=Distillation(4), **options(x, rate, 60))
    return whole, pupil, fitted(plain, x, y, 60, rate)


def percent(gone):
    """Per cent of an array that is true, as text."""
    return f"{100 * np.mean(gone):.4g}" if gone.size else "nan"


def cost(setting):
    """Epochs; larger digits take longer."""
    return 240 * (4 if setting["division"] == "mnist" else 1)
