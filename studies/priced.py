"""A price on every nat: what variational autoencoders store, and what they draw. Chapter 6 draws the rows.

Each row trains 64-128-64-neck-64-128-64 for 300 epochs on digits, divided as `drawings` in coders.py says, at the
price `beta` of a nat in `hg.Autoencoder`, and measures on the test: `rate`, the mean in nats; the `error` of a pixel if
codes are the means, and `drawn` if they are drawn as the rate is meant. Then bytes a digit at the error `drawn`:
`means`, of its means, rounded with sense and range coded as in `storing`, of a network without a price, `plain`, and
`pca`.

Distances to the nearest drawing of the training, means over 500: `near_test`, of test drawings; `near_priced`, of what
it decodes from standard normal codes; of an autoencoder without a price, `near_plain`, from a normal law with the mean
and covariance of its codes, and `near_box`, from anywhere between their least and largest numbers; `near_pca` as
`near_plain`, from as many components.
"""

import numpy as np
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors

from .coders import drawings
from .storing import at_errors, error, train

SETTINGS = [
    {"division": division, "neck": neck, "beta": beta}
    for division in ("apart", "locked")
    for neck, beta in ((2, 0.001), (8, 0.0001), (8, 0.0003), (8, 0.001), (16, 0.0003))
]
SEEDS = range(10)


def work(setting, seeds):
    """Train a priced and a plain autoencoder for each seed: their rates, errors, bytes and drawings."""
    neck = setting["neck"]
    for seed in seeds:
        seen, _, unseen, _ = (part.astype(np.float32) for part in drawings(setting["division"], seed))
        priced = train(seen, neck, seed, epochs=300, beta=setting["beta"])
        plain = train(seen, neck, seed, epochs=300)
        with priced.network_.noise():
            drawn = error(priced.network_.forward(unseen), unseen)
        size, rival = (at_errors(net, seen, unseen, (drawn,)) for net in (priced, plain))
        found = {"rate": priced.rate(unseen).mean(), "error": -priced.score(unseen), "drawn": drawn}
        found |= {"means": size[f"bent_{drawn}"], "plain": rival[f"bent_{drawn}"], "pca": size[f"pca_{drawn}"]}
        yield {name: f"{value:.4g}" for name, value in (found | distances(priced, plain, seen, unseen, seed)).items()}


def distances(priced, plain, seen, unseen, seed):
    """How near to the training what each draws comes."""
    rng, neck = np.random.default_rng(seed), priced.n_components
    nearest, pca = NearestNeighbors(n_neighbors=1).fit(seen), PCA(neck).fit(seen)
    codes = plain.transform(seen)
    low, high = codes.min(axis=0), codes.max(axis=0)
    normal = rng.standard_normal((500, neck))
    drawn = {
        "test": unseen,
        "priced": priced.inverse_transform(normal),
        "plain": plain.inverse_transform(rng.multivariate_normal(codes.mean(axis=0), np.cov(codes.T), 500)),
        "box": plain.inverse_transform(low + (high - low) * rng.random((500, neck))),
        "pca": pca.inverse_transform(normal * np.sqrt(pca.explained_variance_)),
    }
    return {f"near_{name}": nearest.kneighbors(pictures)[0].mean() for name, pictures in drawn.items()}


def cost(setting):
    """Seconds, roughly."""
    return 7
