"""Patches of photographs, 8 x 8 pixels: what do bends buy there? Chapter 6 draws the rows.

Each row trains 64-128-64-neck-64-128-64 on the patches of one photograph, or of the left halves of both, and stores
those of the other, or of the right halves. "plain": as they are, for 60 epochs. "scaled": less their mean, in units of
their standard deviation, for 300 epochs. "stopped": the same, but for as many of `EPOCHS` as did best on the last
quarter of the training squares, one block of a photograph, after training on the others. The seed draws first weights
and the order of examples. Columns: as in `storing`.
"""

import numpy as np

import hourglass as hg

from .storing import at_errors, error, errors, train

SETTINGS = [
    {"test": test, "training": training, "neck": neck}
    for test in ("flower", "china", "right")
    for training, necks in (("plain", (1, 2, 4, 8, 16, 32)), ("scaled", (4, 8)), ("stopped", (4, 8)))
    for neck in necks
]
SEEDS = range(4)
ERRORS = (0.005, 0.002, 0.001, 0.0005)
EPOCHS = (10, 30, 100, 300)


class Scaled:
    """An autoencoder of patches less their mean, in units of their standard deviation."""

    def __init__(self, seen, neck, seed, epochs=300, noise=0.0):
        self.mean = seen.mean(axis=0)
        self.size = np.std(seen - self.mean)
        self.inner = train((seen - self.mean) / self.size, neck, seed, epochs=epochs, noise=noise / self.size)

    def transform(self, x):
        return self.inner.transform((x - self.mean) / self.size)

    def inverse_transform(self, codes):
        return self.inner.inverse_transform(codes) * self.size + self.mean


def work(setting, seeds):
    """Train an autoencoder for each seed: its errors and bytes, and those of its rivals."""
    test, training, neck = setting.values()
    seen, unseen = (part.astype("float32") for part in hg.datasets.patches(test))
    for seed in seeds:
        bent = TRAININGS[training](seen, neck, seed)
        found = errors(bent, neck, seen, unseen) | at_errors(bent, seen, unseen, ERRORS)
        yield {name: f"{value:.4g}" for name, value in found.items()}


def plain(seen, neck, seed):
    """An autoencoder of the patches as they are."""
    return train(seen, neck, seed, epochs=60)


def stopped(seen, neck, seed):
    """A scaled one, trained for as many epochs as did best on the last quarter."""
    first, last = np.split(seen, [3 * len(seen) // 4])

    def held_out(epochs):
        model = Scaled(first, neck, seed, epochs)
        return error(model.inverse_transform(model.transform(last)), last)

    return Scaled(seen, neck, seed, min(EPOCHS, key=held_out))


TRAININGS = {"plain": plain, "scaled": Scaled, "stopped": stopped}


def cost(setting):
    """Seconds, roughly."""
    return {"plain": 3, "scaled": 10, "stopped": 20}[setting["training"]]
