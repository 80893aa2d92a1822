"""The network of Shwartz-Ziv and Tishby (2017), 12-10-7-5-4-3-2, with noise: what its layers know about their input.
Each row is one network after so many epochs, with columns for its six layers, low_1 to few_6; chapter 10 draws them.

Inputs are all 4096 patterns of twelve bits, -1 or 1; the label tells whether a random quadratic form of them, the same
for all seeds, lies above its median. Six layers of tanh or ReLU units, each with noise of standard deviation 0.05, and
a softmax layer learn from 85 % of the patterns (Adam, rate 0.004, 256 at a time).

For more than two units no integral is at hand. low, high: bounds of I(X; T), up to the chance of their samples.
I = h(T) - h(T | X), and both entropies are means of -ln p(T), with p a mixture of bells around signals. h(T): around
one signal of each pattern, T's own among them. h(T | X): around 64 signals of the same pattern, T's own left out (the
mean is then too high, and `low` too low), or among them (too low, `high` too high; and never below the noise's own).

bins, ranges: the estimates of the literature for a network without noise, from the signals of all patterns in cells of
width 0.2, or in 30 cells a unit over the layer's range. sampled: the sampling estimator with one pass of each pattern,
which takes all noise from earlier layers for signal; few: the same from 500 patterns.
"""

import numpy as np
from scipy.spatial.distance import cdist
from scipy.special import entr

import hourglass as hg

SIZES, NOISE = (12, 10, 7, 5, 4, 3, 2), 0.05
EPOCHS = (0, 10, 50, 200, 600)
SETTINGS = [{"units": units, "epochs": epochs} for units in ("tanh", "ReLU") for epochs in EPOCHS]
SEEDS = range(10)
PASSES, PATTERNS = 64, 200  # for h(T | X): signals of a pattern, and patterns
PARTS = np.arange(4096)[:, None] >> np.arange(12) & 1
X = 2.0 * PARTS - 1


def labels():
    """Of all patterns, 0 or 1, (4096,)."""
    rng = np.random.default_rng(0)
    form = np.einsum("ni,ij,nj->n", X, rng.normal(size=(12, 12)), X) + X @ rng.normal(size=12) * 2
    return (form > np.median(form)).astype(int)


def trained(units, epochs, seed):
    """The network after so many epochs, and its accuracies on what it learnt from and on the rest."""
    bend, y = hg.Tanh() if units == "tanh" else hg.ReLU(), labels()
    layers = [part for a, b in zip(SIZES, SIZES[1:]) for part in (hg.Dense(a, b), bend, hg.GaussianNoise(NOISE))]
    net = hg.Network(*layers, hg.Dense(SIZES[-1], 2), seed=seed)
    order = np.random.default_rng(seed).permutation(len(X))
    seen, unseen = np.split(order, [int(0.85 * len(X))])
    if epochs:
        how = {"loss": hg.SoftmaxCrossEntropy(), "optimizer": hg.Adam(0.004), "batch_size": 256, "seed": seed}
        hg.train(net, X[seen], y[seen], epochs=epochs, **how)
    return net, [(net(X[part]).argmax(axis=-1) == y[part]).mean() for part in (seen, unseen)]


def bounds(net, rng):
    """Of I(X; T) for each layer: (low, high) pairs."""
    chosen = rng.choice(len(X), PATTERNS, replace=False)
    cloud = net.activations(X, noise=True)
    again = net.activations(np.repeat(X[chosen], PASSES, axis=0), noise=True)
    for i in range(1, 3 * len(SIZES) - 3, 3):
        d = cloud[i].shape[1]
        scale = d / 2 * np.log(2 * np.pi * NOISE**2)  # ln of the height of a bell's peak, turned round
        whole = scale - np.log(bells(cloud[i + 1][chosen], cloud[i]).mean(axis=1)).mean()
        signals, values = (part.reshape(PATTERNS, PASSES, d) for part in (again[i], again[i + 1]))
        near = np.array([bells(t, s) for t, s in zip(values[:, :16], signals)])  # (patterns, 16, passes)
        others = (near.sum(axis=-1) - near[:, np.arange(16), np.arange(16)]) / (PASSES - 1)
        most = scale - np.log(np.maximum(others, 1e-300)).mean()
        least = max(scale - np.log(near.mean(axis=-1)).mean(), scale + d / 2)
        yield whole - most, whole - least


def bells(t, signals):
    """Of width NOISE around signals, (n, d), at points t, (m, d): (m, n), 1 where they meet."""
    return np.exp(-cdist(t, signals, "sqeuclidean") / (2 * NOISE**2))


def in_cells(signals, width):
    """The entropy of the cells that the signals of all patterns lie in."""
    cells = np.floor((signals - signals.min()) / max(width, 1e-12))
    return entr(np.unique(cells, axis=0, return_counts=True)[1] / len(signals)).sum()


def work(setting, seeds):
    """Train the networks with these seeds, and bound what their layers know."""
    for seed in seeds:
        net, (seen, unseen) = trained(setting["units"], setting["epochs"], seed)
        few, everyone = np.random.default_rng(seed).choice(len(X), 500, replace=False), np.arange(len(X))
        quiet, noisy = (net.activations(X, noise=noise)[1:-1:3] for noise in (False, True))
        found = {"seen": f"{seen:.4f}", "unseen": f"{unseen:.4f}"}
        for layer, (low, high) in enumerate(bounds(net, np.random.default_rng(seed)), 1):
            s, t = quiet[layer - 1], noisy[layer - 1]
            numbers = {
                "low": low,
                "high": high,
                "bins": in_cells(s, 0.2),
                "ranges": in_cells(s, np.ptp(s) / 30),
                "sampled": hg.information.estimate("sampling", everyone, t, std=NOISE, draws=1),
                "few": hg.information.estimate("sampling", few, t[few], std=NOISE, draws=1),
            }
            found |= {f"{name}_{layer}": f"{number:.3f}" for name, number in numbers.items()}
        yield found


def cost(setting):
    """Milliseconds for a seed, roughly."""
    return 3000 + 10 * setting["epochs"]
