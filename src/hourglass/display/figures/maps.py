"""Pictures of the plane: data, decisions, losses."""

import numpy as np

from .style import INK, MUTED, NEGATIVE, PAPER, POINT_NEGATIVE, POINT_POSITIVE, POSITIVE, beside, new


def points(ax, x, y, size=22):
    """Class 1 as blue discs, class 0 as vermilion triangles."""
    for label, colour, marker in ((0, POINT_NEGATIVE, "^"), (1, POINT_POSITIVE, "o")):
        ax.scatter(*x[y == label].T, s=size, c=colour, marker=marker, edgecolors=PAPER, linewidths=0.6, zorder=3)


def plane(extent, steps):
    """A grid over `extent` = (left, right, bottom, top): its two axes, and its points (steps * steps, 2)."""
    axes = np.linspace(*extent[:2], steps), np.linspace(*extent[2:], steps)
    return axes, np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)


def extent_of(x):
    """The box around the points, with a margin."""
    low, high = x.min(axis=0), x.max(axis=0)
    margin = 0.12 * (high - low)
    return np.stack([low - margin, high + margin], axis=1).ravel()


def bands(ax, extent, score, steps):
    """Six bands of equal probability under scores (log-odds), a function of points (n, 2), and the line of one half."""
    axes, grid = plane(extent, steps)
    score, probability = score(grid).reshape(steps, steps), np.array([0.1, 0.25, 0.5, 0.75, 0.9])
    levels = [-1e9, *np.log(probability / (1 - probability)), 1e9]
    alphas = (0.55, 0.33, 0.11)
    shades = [*((NEGATIVE, alpha) for alpha in alphas), *((POSITIVE, alpha) for alpha in alphas[::-1])]
    ax.contourf(*axes, score, levels=levels, colors=shades)
    if score.min() < 0 < score.max():
        ax.contour(*axes, score, [0], colors=INK, linewidths=1.6)
    ax.set(xlim=extent[:2], ylim=extent[2:])


def decision_maps(networks, x, y):
    """Maps of the probability of class 1 over the data. networks: {title: network of one output, no replicas}."""
    figure, places = beside(networks, height=2.2 if len(networks) > 1 else 3.2)
    for ax, network in places:
        bands(ax, extent_of(x), network, 61)
        points(ax, x, y)
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
    return figure


def boundary(units, x, y):
    """Decision lines of units, (w₁, w₂, b) or {title: (w₁, w₂, b)}, weights as arrows, and the data on their ground."""
    figure, places = beside(units, height=2.0 if isinstance(units, dict) else 4.0)
    for ax, (*weights, bias) in places:
        line(ax, np.array(weights), bias, x, y)
        ax.set_aspect("equal")
        if isinstance(units, dict):
            ax.set(xticks=[], yticks=[], xlabel=None, ylabel=None)
    return figure


def line(ax, weights, bias, x, y):
    """One unit's decision line on `ax`."""
    # a linear score has straight contours: no finer grid is needed
    bands(ax, extent_of(x), lambda grid: grid @ weights + bias, 3)
    if weights.any():
        foot = -bias * weights / (weights @ weights)
        arrow = {"arrowstyle": "-|>", "color": INK, "linewidth": 1.6, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", foot + weights, foot, zorder=4, arrowprops=arrow)
    points(ax, x, y)
    ax.set(xlabel="x₁", ylabel="x₂")


def bowls(loss_at, paths, extent):
    """A loss over two weights as contours, a cross at its lowest point, and paths of descent, their last points large.

    loss_at: function from points (n, 2) to (n,), or one for each path. paths: {title: (steps, 2)}.
    """
    losses = loss_at if isinstance(loss_at, dict) else dict.fromkeys(paths, loss_at)
    figure, places = beside(paths, height=2.6, sharey=True)
    for title, (ax, path) in zip(paths, places, strict=True):
        bowl(ax, losses[title], path, extent)
        ax.label_outer()
    return figure


def bowl(ax, loss_at, path, extent):
    """One path of descent on `ax`."""
    axes, grid = plane(extent, 60)
    z = loss_at(grid).reshape(60, 60)
    levels = z.min() + (z.max() - z.min()) * np.linspace(0.002, 1, 14) ** 2
    ax.contour(*axes, z, levels=levels, colors=MUTED, linewidths=0.6)
    ax.plot(*grid[z.argmin()], "x", color=NEGATIVE, markersize=7, markeredgewidth=2)
    ax.plot(*np.transpose(path), ".-", color=INK, linewidth=1.2, markersize=4)
    ax.plot(*path[-1], "o", color=INK, markersize=6)
    ax.set(xlim=extent[:2], ylim=extent[2:], xlabel="w₁", ylabel="w₂", aspect="equal")


def bowl_and_line(loss_at, path, extent, x, y):
    """Where a unit without bias stands in the loss over its two weights, and the line that it draws there."""
    figure, (left, right) = new(2)
    bowl(left, loss_at, path, extent)
    line(right, path[-1], 0.0, x, y)
    return figure
