"""One encoder, three objectives: what can be read from the codes afterwards? Chapter 7 draws the rows.

Each row trains n-64-8-64-n_out (tanh, linear neck) on one division: to `redraw` the picture, 60 epochs, to name the
`digit` or to tell its `parity`, 20 epochs each, of the larger digits of MNIST a third as many; Adam at 0.005, cooled.
Or the encoder stays "untrained", or there is none, "pixels". Then readers learn from the training's codes, and are
asked about those of the test.

`digit` and `parity`: per cent that a linear classifier (ridge) gets right; `slant`: R2 of a linear regression that
tells how a drawing leans; `redrawn`: the mean squared error of a pixel of one that draws it again. Each is regularised
as does best within the training, where every drawing in turn is left out. `parity_svm` and `slant_svr`: the same from
support vector machines with a normal kernel, whose strength and width, and whether the codes are whitened, are those
that do best in three parts of 1000 drawings of the training.
"""

import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import RidgeClassifierCV, RidgeCV
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC, SVR

import hourglass as hg

from .coders import cooled, drawings
from .regressors import slant

SETTINGS = [
    {"division": division, "objective": objective}
    for division in ("apart", "locked", "mnist")
    for objective in ("redraw", "digit", "parity", "untrained", "pixels")
]
SEEDS = range(10)
ALPHAS = np.geomspace(1e-2, 1e4, 13)
GRID = {"machine__C": [1, 10, 100], "machine__gamma": [0.03, 0.1, 0.3, 1]}  # at a spread of 1 over all of a code


def work(setting, seeds):
    """Train encoders with these seeds, and read their codes."""
    division, objective = setting.values()
    for seed in seeds:
        x, y, x_test, y_test = drawings(division, seed)
        code = encoder(objective, x, y, seed)
        z, z_test = code(x), code(x_test)
        mean, spread = z.mean(axis=0), z.std()
        z, z_test = (z - mean) / spread, (z_test - mean) / spread
        leans = slant(x).mean(), slant(x).std()
        lean, lean_test = ((slant(pictures) - leans[0]) / leans[1] for pictures in (x, x_test))
        some = np.random.default_rng(seed).permutation(len(x))[:1000]
        classifier, regression = RidgeClassifierCV(ALPHAS), RidgeCV(ALPHAS)
        svc, svr = (chosen(machine, z[some], wanted[some]) for machine, wanted in ((SVC(), y % 2), (SVR(), lean)))
        found = {
            "digit": 100 * classifier.fit(z, y).score(z_test, y_test),
            "parity": 100 * classifier.fit(z, y % 2).score(z_test, y_test % 2),
            "slant": r2_score(lean_test, regression.fit(z, lean).predict(z_test)),
            "redrawn": np.square(regression.fit(z, x).predict(z_test) - x_test).mean(),
            "parity_svm": 100 * svc.fit(z, y % 2).score(z_test, y_test % 2),
            "slant_svr": r2_score(lean_test, svr.fit(z, lean).predict(z_test)),
        }
        yield {name: f"{value:.4g}" for name, value in found.items()}


def encoder(objective, x, y, seed):
    """A function of pictures: the neck of a network that serves the objective."""
    if objective == "pixels":
        return np.asarray
    n, share = x.shape[1], 3 if x.shape[1] > 64 else 1
    layers = [hg.Dense(n, 64), hg.Tanh(), hg.Dense(64, 8)]
    if objective == "untrained":
        return hg.Network(*layers, seed=seed)
    loss, wanted, n_out, epochs = {
        "redraw": (hg.MeanSquaredError(), x, n, 60),
        "digit": (hg.SoftmaxCrossEntropy(), y, 10, 20),
        "parity": (hg.SoftmaxCrossEntropy(), y % 2, 2, 20),
    }[objective]
    network = hg.Network(*layers, hg.Dense(8, 64), hg.Tanh(), hg.Dense(64, n_out), seed=seed)
    hg.train(network, x, wanted, loss=loss, seed=seed, **cooled(0.005, epochs // share))
    return hg.chain(network.layers[:3])


def chosen(machine, z, wanted):
    """The support vector machine, at its best in these drawings."""
    # the kernel's widths are in units of all of a code, so that codes of 8 and of 64 numbers are alike
    whole = [("whiten", "passthrough"), ("machine", machine)]
    grid = GRID | {"machine__gamma": [width / z.shape[1] * 8 for width in GRID["machine__gamma"]]}
    if z.shape[1] == 8:
        grid |= {"whiten": ["passthrough", PCA(whiten=True)]}
    return GridSearchCV(Pipeline(whole), grid, cv=3).fit(z, wanted).best_estimator_


def cost(setting):
    """Seconds, roughly."""
    return 4
