"""How much better than PCA does a bent autoencoder rebuild digits that it has not seen? Each row trains one, with tanh
units, 64-128-64-neck-64-128-64, on 1200 digits, for three times as long as chapter 6 has time for. The chapter draws
the rows.

The seed draws the split, the first weights and the order of the examples. Errors are means over pixels, which run from
0 to 1, of the squared difference; PCA has as many components as the neck has units.
"""

from pathlib import Path

import numpy as np
from sklearn.decomposition import PCA

import hourglass as hg

from . import runner

SETTINGS = [{"neck": neck, "epochs": epochs} for neck in (1, 2, 4, 8, 16, 32) for epochs in (100, 300)]
SEEDS = range(10)
ROWS = Path(__file__).with_suffix(".csv")


def work(setting, seeds):
    """Train the autoencoders with these seeds; their rows."""
    return [row(setting, seed) for seed in seeds]


def row(setting, seed):
    """The errors of one autoencoder and of PCA, on the digits of the training and on the others."""
    seen, _, unseen, _ = hg.datasets.digits(seed)
    bent = hg.Autoencoder(
        setting["neck"],
        hidden=(128, 64),
        learning_rate=0.005,
        epochs=setting["epochs"],
        batch_size=100,
        random_state=seed,
    ).fit(seen)
    straight = PCA(setting["neck"]).fit(seen)
    errors = {
        f"{name}_{which}": f"{np.square(model.inverse_transform(model.transform(x)) - x).mean():.4g}"
        for name, model in (("bent", bent), ("pca", straight))
        for which, x in (("seen", seen), ("unseen", unseen))
    }
    return {**setting, "seed": seed, **errors, **runner.versions()}


def cost(setting):
    """Epochs."""
    return setting["epochs"]


if __name__ == "__main__":
    runner.main(ROWS, SETTINGS, SEEDS, work, cost, __doc__)
