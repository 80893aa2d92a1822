"""Patches of photographs, 8 x 8 pixels: what do bends buy there? Chapter 6 draws the rows.

Each row trains 64-128-64-neck-64-128-64 for 60 epochs on the patches of one photograph, or of the left halves of both,
and stores those of the other, or of the right halves. The seed draws first weights and the order of examples. Columns:
as in `storing`.
"""

import hourglass as hg

from .storing import at_errors, errors, train

SETTINGS = [{"test": test, "neck": neck} for test in ("flower", "china", "right") for neck in (1, 2, 4, 8, 16, 32)]
SEEDS = range(4)
ERRORS = (0.005, 0.002, 0.001, 0.0005)


def work(setting, seeds):
    """Train an autoencoder for each seed: its errors and bytes, and those of its rivals."""
    seen, unseen = (part.astype("float32") for part in hg.datasets.patches(setting["test"]))
    for seed in seeds:
        bent = train(seen, setting["neck"], seed, epochs=60)
        found = errors(bent, setting["neck"], seen, unseen) | at_errors(bent, seen, unseen, ERRORS)
        found["decoder"] = len(hg.slimming.encode(bent.decoder_, 6))
        yield {name: f"{value:.4g}" for name, value in found.items()}


def cost(setting):
    """Seconds, roughly."""
    return 5
