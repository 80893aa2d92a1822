"""Four regressors in place of a network's last layer, each at its best. Chapter 7 draws the rows.

The question is a drawing's slant, read with an error as large as the slants' own spread; the answers are tested on the
truth. A row takes one code: the last hidden layer of a network 64-64-16-1 that was trained for the question
("network"), 16 numbers of an autoencoder, 16 principal components, or the pixels. `own` is R2 of the network itself,
nan where there is none, the others are R2 of regressors fitted to the code. Epochs, weight decay and the regressors'
settings are those that did best within the training part, divided between writers.
"""

import numpy as np
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score
from sklearn.neighbors import KNeighborsRegressor
from sklearn.svm import SVR

import hourglass as hg

from .coders import cooled, drawings, encoder

SETTINGS = [
    {"division": division, "code": code}
    for division in ("apart", "locked")
    for code in ("network", "autoencoder", "PCA", "pixels")
]
SEEDS = range(10)
TRAININGS = [(epochs, decay) for epochs in (5, 20, 60) for decay in (0.0, 0.01)]
REGRESSORS = {
    "ridge": [Ridge(strength) for strength in (1, 10, 100, 1000)],
    "svr": [SVR(C=strength, gamma=width) for strength in (0.1, 1, 10) for width in (0.03, 0.1, 0.3, 1)],
    "forest": [RandomForestRegressor(100, min_samples_leaf=n, max_features=0.5, random_state=0) for n in (3, 10, 30)],
    "neighbours": [KNeighborsRegressor(k) for k in (10, 20, 40)],
}


def work(setting, seeds):
    """Choose and fit regressors on the code of these splits: R2 on the truth."""
    division, code = setting.values()
    for seed in seeds:
        inner = question("apart" if division == "locked" else division, seed, tuning=True)
        training = max(TRAININGS, key=lambda how: own(*inner, seed, *how)) if code == "network" else None
        z, z_test = coded(code, training, *inner[:3], seed)
        best = {name: max(those, key=lambda one: fitted(one, z, inner[1], z_test, inner[3]))
                for name, those in REGRESSORS.items()}  # fmt: skip
        part = question(division, seed)
        z, z_test = coded(code, training, *part[:3], seed)
        found = {"own": own(*part, seed, *training) if training else np.nan}
        found |= {name: fitted(one, z, part[1], z_test, part[3]) for name, one in best.items()}
        yield {name: f"{value:.4g}" for name, value in found.items()}


def question(division, seed, tuning=False):
    """x, slants as they were read, x_test, true slants; slants in units of their spread."""
    x, _, x_test, _ = drawings(division, seed, tuning)
    lean, truth = slant(x), slant(x_test)
    mean, spread = lean.mean(), lean.std()
    noise = np.random.default_rng(seed).standard_normal(len(x))
    return x, (lean - mean) / spread + noise, x_test, (truth - mean) / spread


def slant(pictures):
    """By how many pixels drawings, (n, side^2), lean to the side from one row to the next: (n,)."""
    weight = pictures / pictures.sum(axis=-1, keepdims=True)
    side = round(pictures.shape[-1] ** 0.5)
    row, column = np.mgrid[:side, :side].reshape(2, -1)
    covariance = weight @ (row * column) - (weight @ row) * (weight @ column)
    return covariance / (weight @ row**2 - (weight @ row) ** 2)


def trained(x, told, seed, epochs, decay):
    """A network that answers the question."""
    layers = hg.Dense(64, 64), hg.Tanh(), hg.Dense(64, 16), hg.Tanh(), hg.Dense(16, 1)
    net, options = hg.Network(*layers, seed=seed), cooled(0.003, epochs)
    options["optimizer"].weight_decay = decay
    hg.train(net, x, told[:, None], loss=hg.MeanSquaredError(), **options)
    return net


def own(x, told, x_test, truth, seed, epochs, decay):
    """R2 of the network itself."""
    return r2_score(truth, trained(x, told, seed, epochs, decay)(x_test)[:, 0])


def coded(code, training, x, told, x_test, seed):
    """Codes of training and test, with mean 0 and, over all their numbers, spread 1."""
    if code == "network":
        net = trained(x, told, seed, *training)
        z, z_test = (net.activations(each)[3] for each in (x, x_test))
    elif code == "autoencoder":
        transform = encoder(x, 16, seed, 200)
        z, z_test = transform(x), transform(x_test)
    else:
        transform = PCA(16, random_state=0).fit(x).transform if code == "PCA" else np.asarray
        z, z_test = transform(x), transform(x_test)
    mean, spread = z.mean(axis=0), z.std()
    return (z - mean) / spread, (z_test - mean) / spread


def fitted(regressor, z, told, z_test, truth):
    """R2 of a regressor on a code."""
    return r2_score(truth, regressor.fit(z, told).predict(z_test))


def cost(setting):
    """Seconds for a split, roughly."""
    return 6
