"""Kong's Figures 2 to 6 over 200 seeds. Each row is one unit of one network, trained as his was, on inputs and with
noise of its own: what it knows about its input, I(X; T) in nats, exactly, after every 20 epochs up to 300. Chapters 9
and 10 draw the rows. (He drew 200 epochs of Figure 2 and 300 of the others.)

steps: "kept" adds up all gradients, as his program did when it made the figures; "reset" clears them at each step, as
it does since 5 April 2019. cut: after how many epochs the rate fell to a twentieth, -1 if never. top: the most that the
unit knew at any of these epochs.

Rows of Figure 2 tell its stairs, read at every epoch: the onsets, when I has fallen a tenth of a step below ln 4 and
below the level of three clusters, for good; the middles, half a step below; -1 if not by epoch 300. ones, threes: how
many of its 30 inputs were a 1 or a 3. Elsewhere these are -1.
"""

import numpy as np

import hourglass as hg

from . import published

EPOCHS, EVERY = 300, 20
SETTINGS = [
    {"figure": figure, "layer": layer, "steps": steps}
    for figure, run in published.RUNS.items()
    for layer in range(1, 1 + len(run.bends))
    for steps in ("kept", "reset")
]
SEEDS = range(200)
FOUR, THREE, TWO = np.log(4), 1.5 * np.log(2), 2 * np.log(2) - 0.75 * np.log(3)  # what that many clusters tell
LEVELS = {
    "first_onset": FOUR - (FOUR - THREE) / 10,
    "first_middle": (FOUR + THREE) / 2,
    "second_onset": THREE - (THREE - TWO) / 10,
    "second_middle": (THREE + TWO) / 2,
}


def work(setting, seeds):
    """Train the networks with these seeds, and compute what one of their units knows."""
    figure, layer, steps = setting.values()
    trail, cut, inputs = follow(figure, list(seeds), steps)
    known = published.information(figure, *np.moveaxis(trail[:, :, EVERY::EVERY], 1, -1)).nats[layer - 1]
    for k in range(len(seeds)):
        found = {name: -1 for name in (*LEVELS, "ones", "threes")}
        if figure == 2:
            every = published.information(2, *np.moveaxis(trail[..., k], 1, -1)).nats[0]
            found = {name: falls_below(every, level) for name, level in LEVELS.items()}
            found |= {"ones": (inputs[k] == 1).sum(), "threes": (inputs[k] == 3).sum()}
        yield {
            "cut": cut[k],
            "top": f"{known[:, k].max():.4f}",
            **{f"epoch_{EVERY * (i + 1)}": f"{abs(value):.4f}" for i, value in enumerate(known[:, k])},
            **found,
        }


def follow(figure, seeds, steps):
    """Weights and biases, (2, layers, epochs + 1, seeds); epochs of the cut, (seeds,); training inputs, (seeds, n)."""
    run, rates, made = published.RUNS[figure], [], {"momentum": 1.0} if steps == "kept" else {}
    bends = [hg.Tanh() if kind == "tanh" else hg.LeakyReLU(0.1) for kind in run.bends]
    net = hg.information.units(bends, *np.repeat(np.transpose(run.start)[..., None], len(seeds), axis=-1))
    task = hg.information.Task(run.law, run.label, np.mean(run.labels), run.n, run.batch, run.cools)

    class Noted(hg.SGD):
        """Keeps the rate of each step."""

        def update(self, network):
            rates.append(np.broadcast_to(self.lr, len(seeds)))
            super().update(network)

    trail = hg.information.follow(net, task, Noted(run.lr, **made), EPOCHS, seeds)
    cooled = np.array(rates)[:: len(rates) // EPOCHS] < run.lr
    cut = np.where(cooled.any(axis=0), cooled.argmax(axis=0), -1)
    return trail, cut, hg.information.experiments.inputs(net, task, seeds)[0, ..., 0]


def falls_below(known, level):
    """The first epoch from which `known` stays below the level; -1 if it ends above."""
    above = np.flatnonzero(known >= level)
    return above[-1] + 1 if len(above) and above[-1] + 1 < len(known) else -1


def cost(setting):
    """Milliseconds for a seed, roughly."""
    return 40 if setting["figure"] in (2, 6) else 60
