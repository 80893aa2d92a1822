"""How small can a digit classifier be, if those who test it are not those it was chosen by? Chapter 8 draws the rows.

As in `slimming`, each row trains 64-hidden-10 (64-10 if there are no hidden units) and slims it in one way, but digits
are divided between writers. "tuning": trained on the drawings of six writers, tested on two others, to choose by;
"apart": trained on those eight, tested on three others; "locked": trained on all eleven, tested on the three whom no
choice has seen, so that there the seed only draws first weights. `right` is the per cent read, after packing and
unpacking where there are few bits; `bytes` as in `slimming`. Networks that are not slimmed ("whole") are trained at
three rates, to choose from.
"""

import numpy as np

import hourglass as hg

from .coders import drawings
from .slimming import RATES, fitted, layers_of, plain_bytes, pruned, slimmed

SHARES = (0.5, 0.8, 0.9, 0.95, 0.98)
SETTINGS = [
    {"division": division, "hidden": hidden, "how": how, "sparsity": share, "bits": bits, "rate": rate}
    for division in ("tuning", "apart", "locked")
    for hidden, how, share, bits, rate in (
        *((h, "whole", 0.0, 32, rate) for h in (0, 2, 5, 10, 20, 50, 100) for rate in (0.003, 0.01, 0.03)),
        *((100, how, share, 32, 0.003) for how in ("tuned", "during") for share in SHARES),
        *((100, how, s, 32, 0.003) for how in ("cut", "random", "gradual long") for s in SHARES if division == "apart"),
        *((0, "during", share, 32, 0.03) for share in SHARES),
        *(
            (h, "rounded", s, bits, RATES[h > 0])
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
    tuning = division == "tuning"
    parts = (drawings("apart" if tuning else division, seed, tuning) for seed in seeds)
    x, y, x_test, y_test = map(np.stack, zip(*parts, strict=True))
    if how == "whole":
        network = fitted(hg.Network(*layers_of(hidden), seeds=seeds), x, y, 90, rate)
    elif hidden == 0 and how == "during":
        network = pruned(hg.Network(*layers_of(hidden), seeds=seeds), x, y, 90, share, rate)
    else:
        network = slimmed(x, y, seeds, hidden, how, share, bits)
    for i in range(len(seeds)):
        single, n_bytes = network[i], plain_bytes(network[i], share)
        if bits < 32:
            packed = hg.slimming.encode(single, bits)
            single, n_bytes = hg.slimming.decode(packed), len(packed)
        yield {"right": f"{100 * hg.accuracy(single(x_test[i]), y_test[i]):.4g}", "bytes": n_bytes}


def cost(setting):
    """Weights times epochs."""
    return 74 * max(setting["hidden"], 9) * (120 if setting["bits"] < 32 else 90)
