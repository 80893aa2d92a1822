"""Pictures of the plane: data, decisions, losses."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from .style import INK, MUTED, NEGATIVE, PAPER, POSITIVE, SMALL, new

# A map's ground is light on a dark page too. What stands on it has colours that no page replaces.
MAP_INK, MAP_PAPER, MAP_POSITIVE, MAP_NEGATIVE = "#1a1a1a", "#fefefe", "#005f96", "#b34f00"
CLASS_MAP = LinearSegmentedColormap.from_list("classes", [NEGATIVE, PAPER, POSITIVE])


def points(ax, x, y, size=22):
    """Class 1 as blue discs, class 0 as vermilion triangles."""
    for label, colour, marker in ((0, MAP_NEGATIVE, "^"), (1, MAP_POSITIVE, "o")):
        ax.scatter(*x[y == label].T, s=size, c=colour, marker=marker, edgecolors=MAP_PAPER, linewidths=0.6, zorder=3)


def plane(extent, steps=80):
    """A grid over `extent` = (left, right, bottom, top): points (steps * steps, 2)."""
    axes = np.linspace(*extent[:2], steps), np.linspace(*extent[2:], steps)
    return np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)


def extent_of(x, margin=0.12):
    """The box around the points, with a margin."""
    low, high = x.min(axis=0), x.max(axis=0)
    pad = margin * (high - low)
    return (low[0] - pad[0], high[0] + pad[0], low[1] - pad[1], high[1] + pad[1])


def bands(ax, extent, score):
    """Six bands of equal probability under a square grid of scores (log-odds), and the line of one half."""
    probability = np.array([0.1, 0.25, 0.5, 0.75, 0.9])
    grid = np.linspace(*extent[:2], len(score)), np.linspace(*extent[2:], len(score))
    levels = [-1e9, *np.log(probability / (1 - probability)), 1e9]
    ax.contourf(*grid, score, levels=levels, colors=CLASS_MAP(np.linspace(0.22, 0.78, 6)))
    if score.min() < 0 < score.max():
        ax.contour(*grid, score, [0], colors=MAP_INK, linewidths=1.6)


def decision_maps(networks, x, y, steps=61):
    """Maps of the probability of class 1 side by side, one a network, over the same data.

    networks: {title: network with one output and no replicas}. x, y: the data. Returns the figure.
    """
    extent = extent_of(x)
    figure, axes = new(len(networks), height=2.2 if len(networks) > 1 else 3.2, squeeze=False)
    for ax, (title, network) in zip(axes[0], networks.items(), strict=True):
        bands(ax, extent, network(plane(extent, steps)).reshape(steps, steps))
        points(ax, x, y, size=14 if len(networks) > 1 else 22)
        ax.set(xlim=extent[:2], ylim=extent[2:], title=title, xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
    return figure


def boundary(weights, bias, x, y, extent=None, ax=None):
    """One unit's decision line, its weights as an arrow across it, bands of equal probability, and the data.

    weights: (2,). bias: a number. Returns the figure.
    """
    extent = extent or extent_of(x)
    if ax is None:
        _, ax = new(height=4.0)
    # a linear score has straight contours: no finer grid is needed
    bands(ax, extent, (plane(extent, 3) @ weights + bias).reshape(3, 3))
    size = float(np.hypot(*weights))
    if size:
        foot = -bias * np.asarray(weights) / size**2
        ax.annotate(
            "",
            foot + np.asarray(weights),
            foot,
            zorder=4,
            arrowprops={"arrowstyle": "-|>", "color": MAP_INK, "linewidth": 1.6, "shrinkA": 0, "shrinkB": 0},
        )
    points(ax, x, y)
    ax.set(xlim=extent[:2], ylim=extent[2:], xlabel="x₁", ylabel="x₂", aspect="equal")
    return ax.figure


def boundaries(units, x, y):
    """`boundary` for several units side by side. units: a list of (w₁, w₂, b). Returns the figure."""
    figure, axes = new(len(units), height=2.0)
    for ax, (w1, w2, b) in zip(axes, units, strict=True):
        boundary(np.array([w1, w2]), b, x, y, ax=ax)
        ax.set(xticks=[], yticks=[], xlabel=f"w = ({w1:g}, {w2:g}), b = {b:g}", ylabel=None)
        ax.xaxis.label.set_size(SMALL)
    return figure


def weight_space(loss_at, path, extent, labels=("w₁", "w₂"), ax=None, levels=14):
    """Contours of a loss over two weights, a cross at the lowest point, and a descent path, its last point large.

    loss_at: function from points (n, 2) to (n,). path: (steps, 2). Returns the figure.
    """
    if ax is None:
        _, ax = new(height=3.4)
    z = loss_at(plane(extent, 60)).reshape(60, 60)
    grid = np.linspace(*extent[:2], 60), np.linspace(*extent[2:], 60)
    ax.contour(
        *grid,
        z,
        levels=z.min() + (z.max() - z.min()) * np.linspace(0.002, 1, levels) ** 2,
        colors=MUTED,
        linewidths=0.6,
    )
    ax.plot(*plane(extent, 60)[z.argmin()], "x", color=NEGATIVE, markersize=7, markeredgewidth=2)
    ax.plot(*np.transpose(path), ".-", color=INK, linewidth=1.2, markersize=4)
    ax.plot(*path[-1], "o", color=INK, markersize=6)
    ax.set(xlim=extent[:2], ylim=extent[2:], xlabel=labels[0], ylabel=labels[1], aspect="equal")
    return ax.figure


def bowl_and_line(loss_at, path, extent, x, y):
    """Where a unit without bias stands in the loss landscape over its two weights, and the line that it draws there."""
    figure, (left, right) = new(2)
    weight_space(loss_at, path, extent, ax=left)
    boundary(path[-1], 0.0, x, y, ax=right)
    right.set_aspect("auto")
    return figure


def bowls(loss_at, paths, extent):
    """The same loss landscape with several descent paths. paths: {title: (steps, 2)}. Returns the figure."""
    figure, axes = new(len(paths), height=2.6, sharey=True)
    for ax, (title, path) in zip(axes, paths.items(), strict=True):
        weight_space(loss_at, path, extent, ax=ax)
        ax.set(title=title, ylabel="w₂" if ax is axes[0] else None)
    return figure
