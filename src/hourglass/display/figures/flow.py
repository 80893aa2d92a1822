"""Pictures of what layers know about the input while a network trains."""

import numpy as np

from .plots import guide, label_ends
from .style import BLUE, DENSITY_MAP, GREEN, INK, MUTED, OTHERS, PALE, PURPLE, VERMILION, WIDTH, new


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
        shade(lower, epochs, density, grid)
        upper.set_title(name)
        lower.set_xlabel("epoch")
    top = max(ax.get_ylim()[1] for ax in axes[0])
    for ax in axes[0]:
        ax.set_ylim(0, top)
    axes[0, 0].set_ylabel("I, nats")
    axes[1, 0].set_ylabel("value of T")
    return figure


def shade(ax, epochs, density, grid):
    """Densities over the epochs, (e, m), dark where they are high."""
    darkness = np.sqrt(density / density.max(axis=1, keepdims=True)).T  # the root shows thin tails beside high peaks
    extent = (epochs[0], epochs[-1], grid[0], grid[-1])
    ax.imshow(darkness, cmap=DENSITY_MAP, vmin=0, vmax=1, origin="lower", aspect="auto", extent=extent)


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


def account(epochs, layers):
    """What a published curve is made of. Above, curves that ought to be one; in the middle, what parts them; below,
    where the layer's values lie.

    epochs: (e,). layers: {name: panel}, panel a dict of `curves`, three of them, {name: (e,)}, the last of which is the
    exact one; `band`, (epochs, low, high) around it; `parts`, {name: (e,)}, with the same names in every panel; and
    `density`, (epochs, m), with its numbers `grid`, (m,).
    """
    looks = ({"color": PALE, "linewidth": 5}, {"color": INK, "linewidth": 1.1}, {"color": BLUE, "linewidth": 1.6})
    colours = (VERMILION, GREEN, PURPLE, MUTED)
    figure, axes = new(len(layers), 3, height=2.0, width=WIDTH, squeeze=False, sharex=True)
    for first, *others in axes[:2]:
        for ax in others:
            ax.sharey(first)
            ax.tick_params(labelleft=False)
    for (upper, middle, lower), (name, panel) in zip(axes.T, layers.items(), strict=True):
        upper.fill_between(*panel["band"], color=BLUE, alpha=0.25, linewidth=0)
        for (label, y), look in zip(panel["curves"].items(), looks, strict=True):
            upper.plot(epochs, y, label=label, **look)
        for (label, y), colour in zip(panel["parts"].items(), colours, strict=False):
            middle.plot(epochs, y, label=label, color=colour, linewidth=1.1)
        shade(lower, epochs, panel["density"], panel["grid"])
        upper.set_title(name)
        lower.set_xlabel("epoch")
    axes[0, 0].set_ylim(0, None)
    for ax, label in zip(axes[:, 0], ("I, nats", "difference, nats", "value of T"), strict=True):
        ax.set_ylabel(label)
    for ax, row in ((axes[0, 0], "outside upper center"), (axes[1, 0], "outside lower center")):
        figure.legend(*ax.get_legend_handles_labels(), loc=row, ncols=4, frameon=False, handlelength=1.2)
    return figure


def spreads(panels, columns=4):
    """Many seeds, and one of them, panel by panel: {title: (x, low, middle, high, x of the one, the one)}."""
    rows = -(-len(panels) // columns)
    figure, axes = new(columns, rows, height=1.75, width=WIDTH, sharex=True, squeeze=False)
    for ax, (title, (x, low, middle, high, x_one, one)) in zip(axes.flat, panels.items(), strict=False):
        ax.fill_between(x, low, high, color=BLUE, alpha=0.25, linewidth=0, label="nine seeds of ten")
        ax.plot(x, middle, color=BLUE, linewidth=1.4, label="the median")
        ax.plot(x_one, one, color=VERMILION, linewidth=1.4, linestyle=(0, (4, 1.5)), label="the published run")
        ax.set_title(title)
        ax.set_ylim(0, max(0.05, 1.08 * max(np.max(high), np.max(one))))
    for ax in axes.flat[len(panels) :]:
        ax.set_axis_off()
    for ax in axes.flat[max(0, len(panels) - columns) : len(panels)]:  # nothing stands below these
        ax.set_xlabel("epoch")
        ax.tick_params(labelbottom=True)
    for ax in axes[:, 0]:
        ax.set_ylabel("I, nats")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3, frameon=False)
    return figure
