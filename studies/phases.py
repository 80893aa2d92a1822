"""How long networks like Kong's fit, and how long they compress. Each row is one unit of one network, trained as his
was (the gradient never reset) on inputs and with noise of its own; chapter 10 tells of the rows.

I(X; T) and I(T; Y) are computed exactly after every fifth epoch, up to epoch 300, of Figure 2 up to 200. top, end: the
most that I(X; T) came to, and what it ended at; label_top, label_end: I(T; Y) when I(X; T) was highest, and at the end.

steepest: the middle of the five epochs in which I(X; T) rose most. onset: the first of these epochs from which I(X; T)
stays more than 0.03 nats below its top, -1 if it ends above.

fitted: the first of these epochs with I(X; T) within a hundredth of its top; left: the last one; fallen: the first
after which less than a tenth of the fall is left. A unit whose I(X; T) falls by less than a twentieth of a nat does not
compress: left and fallen are then -1. one_cluster, two_clusters: shares of the epochs (every 20th) at which the density
of T had one mode, or two: peaks that rise above the valleys beside them by a tenth of the highest peak, or more.
"""

import numpy as np
from scipy.signal import find_peaks

from . import published, seeds

EVERY = 5
SETTINGS = [
    {"figure": figure, "layer": layer}
    for figure, run in published.RUNS.items()
    for layer in range(1, 1 + len(run.bends))
]
SEEDS = range(100)


def work(setting, chosen):
    """Train the networks with these seeds, and time the phases of one of their units."""
    figure, layer = setting["figure"], setting["layer"] - 1
    trail, _, _ = seeds.follow(figure, list(chosen), "kept")
    weights, biases = np.moveaxis(trail[:, :, : published.RUNS[figure].epochs + 1 : EVERY], 1, -1)
    known = published.information(figure, weights, biases).nats[layer]  # (epochs, seeds)
    grid = np.arange(-3, 14, 0.0125) if published.RUNS[figure].bends[layer] == "leaky" else np.arange(-1.4, 1.4, 0.0125)
    density = published.information(figure, weights[4::4], biases[4::4]).density(layer, grid)  # (epochs, seeds, grid)
    for k in range(len(chosen)):
        x = known[:, k]
        ends = [x.argmax(), -1]
        about = published.label(figure, weights[ends, k], biases[ends, k])[layer]
        near, fall = np.flatnonzero(x >= 0.99 * x.max()), x.max() - x[-1]
        falls = fall >= 0.05
        modes = np.array([clusters(p) for p in density[:, k]])
        yield {
            "top": f"{x.max():.4f}",
            "end": f"{x[-1]:.4f}",
            "label_top": f"{abs(about[0]):.4f}",
            "label_end": f"{abs(about[1]):.4f}",
            "steepest": EVERY * np.diff(x).argmax() + EVERY / 2,
            "onset": seeds.falls_below(x, x.max() - 0.03) * EVERY if x[-1] < x.max() - 0.03 else -1,
            "fitted": EVERY * near[0],
            "left": EVERY * near[-1] if falls else -1,
            "fallen": EVERY * (1 + np.flatnonzero(x > x[-1] + fall / 10)[-1]) if falls else -1,
            "one_cluster": f"{(modes == 1).mean():.4f}",
            "two_clusters": f"{(modes == 2).mean():.4f}",
            "clusters": modes[-1],
        }


def clusters(density):
    """How many modes a density on a grid has, (n,): peaks whose prominence is a tenth of the highest, or more."""
    return len(find_peaks(np.pad(density, 1), prominence=0.1 * density.max())[0])


def cost(setting):
    """Milliseconds for a seed, roughly."""
    return {2: 40, 6: 200}.get(setting["figure"], 600)
