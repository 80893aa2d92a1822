"""How much better than PCA does a bent autoencoder store digits that it has not seen? Each row trains one, with tanh
units, 64-128-64-neck-64-128-64, on 1200 digits. Chapter 6 draws the rows.

The seed draws the split, the first weights and the order of the examples. Errors are means over pixels, which run from
0 to 1, of the squared difference; PCA has as many components as the neck has units. Then the codes are rounded to 4
bits a number and packed, `bytes` a digit, the decoder to 6 bits a weight, `decoder` bytes; `stored` is the error of
both together. The rival is PCA with all its components, in 8 bits, every coordinate rounded with one and the same
step, such that its error is the same: `rival_bytes` a digit, and `rival_table` for the mean and the components in use.
"""

import numpy as np
from scipy.optimize import brentq
from sklearn.decomposition import PCA

import hourglass as hg

SETTINGS = [{"neck": neck, "epochs": epochs} for neck in (1, 2, 4, 8, 16, 32) for epochs in (100, 300)]
SEEDS = range(10)


def work(setting, seeds):
    """Train an autoencoder for each seed: its errors and those of PCA, and what they store in how many bytes."""
    shape = {"hidden": (128, 64), "batch_size": 100, "learning_rate": 0.005, "epochs": setting["epochs"]}
    for seed in seeds:
        seen, _, unseen, _ = hg.datasets.digits(seed)
        bent = hg.Autoencoder(setting["neck"], random_state=seed, **shape).fit(seen)
        straight = PCA(setting["neck"]).fit(seen)
        found = {
            f"{name}_{which}": error(model.inverse_transform(model.transform(x)), x)
            for name, model in (("bent", bent), ("pca", straight))
            for which, x in (("seen", seen), ("unseen", unseen))
        }
        found |= stored(bent, seen, unseen)
        found |= rival(seen, unseen, found["stored"])
        yield {name: f"{value:.4g}" for name, value in found.items()}


def error(pictures, wanted):
    """The mean squared error of a pixel."""
    return np.square(pictures - wanted).mean()


def stored(model, seen, unseen, bits=4, decoder_bits=6):
    """What codes and decoder take in bytes, and the error of both."""
    codes, top = model.transform(seen), 2**bits - 1
    low, high = codes.min(axis=0), codes.max(axis=0)
    levels = np.clip(np.rint((model.transform(unseen) - low) / (high - low) * top), 0, top).astype(int)
    decoder = hg.slimming.encode(model.decoder_, decoder_bits)
    pictures = hg.slimming.decode(decoder)(low + levels * (high - low) / top)
    return {
        "bytes": packed(levels) / len(unseen),
        "decoder": len(decoder),
        "stored": error(np.clip(pictures, 0, 1), unseen),
    }


def rival(seen, unseen, wanted):
    """PCA's bytes for an error of `wanted`."""
    pca = PCA(64).fit(seen)
    largest = np.abs(pca.components_).max(axis=1, keepdims=True)
    basis = np.rint(127 * pca.components_ / largest) / 127 * largest

    def levels(step):
        return np.rint((unseen - pca.mean_) @ pca.components_.T / step)

    def excess(step):
        return error(np.clip(pca.mean_ + step * levels(step) @ basis, 0, 1), unseen) - wanted

    rounded = levels(brentq(excess, 0.01, 5, xtol=1e-3)).astype(int)
    in_use = np.count_nonzero(rounded.any(axis=0))
    # a component takes a byte for each pixel and four for its largest number; the mean a byte for each pixel
    return {"rival_bytes": packed(rounded) / len(unseen), "rival_table": 68 * in_use + 64}


def packed(levels):
    """Bytes; each column has its own frequencies."""
    return sum(len(hg.slimming.pack(column - column.min(), max(2, np.ptp(column) + 1))) for column in levels.T)


def cost(setting):
    """Epochs."""
    return setting["epochs"]
