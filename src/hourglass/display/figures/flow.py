"""Pictures of what layers know about the input while a network trains."""

import numpy as np

from .plots import guide, label_ends
from .style import DENSITY_MAP, INK, OTHERS, new


def flow(epochs, layers, marks=()):
    """Above, each layer's information over the epochs; below, where its values lie.

    epochs: (e,). layers: {name: (nats, density, grid)}, nats (seeds, e), drawn as median and range, density (e, m) of
    one seed at the numbers of grid, (m,), dark where it is high. marks: (nats, text) of horizontal lines.
    """
    figure, axes = new(len(layers), 2, height=2.3, squeeze=False, sharex=True)
    for (upper, lower), colour, (name, (nats, density, grid)) in zip(axes.T, OTHERS, layers.items(), strict=False):
        upper.plot(epochs, np.median(nats, axis=0), color=colour)
        upper.fill_between(epochs, nats.min(axis=0), nats.max(axis=0), color=colour, alpha=0.18, linewidth=0)
        for value, text in marks:
            guide(upper, value, text if upper is axes[0, 0] else "", end=1)
        # the root shows thin tails beside high peaks
        shade = np.sqrt(density / density.max(axis=1, keepdims=True)).T
        extent = (epochs[0], epochs[-1], grid[0], grid[-1])
        lower.imshow(shade, cmap=DENSITY_MAP, vmin=0, vmax=1, origin="lower", aspect="auto", extent=extent)
        upper.set_title(name)
        lower.set_xlabel("epoch")
    top = max(ax.get_ylim()[1] for ax in axes[0])
    for ax in axes[0]:
        ax.set_ylim(0, top)
    axes[0, 0].set_ylabel("I, nats")
    axes[1, 0].set_ylabel("value of T")
    return figure


def flow_at(epoch, epochs, layers, xlabel="epoch", xscale="linear"):
    """One epoch: a mark on each layer's information, and the densities of the layers' values.

    epochs: (e,), or what else runs along the axis. layers: {name: (nats, density, grid)}, as `flow` takes them, but
    nats (e,) of one seed.
    """
    figure, (left, right) = new(2, height=2.8)
    place, ends = int(np.flatnonzero(np.asarray(epochs) == epoch)[0]), []
    for colour, (name, (nats, density, grid)) in zip(OTHERS, layers.items(), strict=False):
        left.plot(epochs, nats, color=colour, linewidth=1.4)
        left.plot(epoch, nats[place], "o", color=colour, markersize=8)
        right.plot(grid, density[place], color=colour)
        right.fill_between(grid, density[place], color=colour, alpha=0.18, linewidth=0)
        ends.append((epochs[-1], nats[-1], name, colour))
    left.set(xlabel=xlabel, xscale=xscale, ylabel="I, nats", ylim=(0, None))
    if xscale == "log":
        left.xaxis.set_major_formatter("{x:g}")
    left.axvline(epoch, color=INK, linewidth=0.6, zorder=0)
    highest = max(density.max() for _, density, _ in layers.values())
    right.set(xlabel="value of T", ylabel="density", ylim=(0, 1.05 * highest), yticks=())
    label_ends(figure, {left: ends})
    return figure
