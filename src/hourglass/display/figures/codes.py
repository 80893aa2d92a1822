"""Pictures of a narrow neck: codes as points, and which output wins where."""

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import Circle, Rectangle

from .diagram import network as draw_network
from .style import INK, MUTED, NARROW, NEGATIVE, PALE, PAPER, POSITIVE, SMALL, WIDTH, new

CROWD = 40  # more points than this are drawn small and without names; so are those of three maps side by side


def code_map(codes, directions, rule, ax=None, extent=1.0, square=True, names=True):
    """The codes of a neck of two units, and the sectors in which each output wins.

    codes: (patterns, 2). directions: (2, n). rule: the right output of each pattern, (patterns,). A code in the
    sector of its right output is a blue disc with its input's number; in another, a vermilion triangle.
    Grey diamonds are the directions, to a scale of their own. Numbers
    outside the frame name the outputs, both counted from 1. extent: half the width of the plane shown. square: whether
    to draw the edge that tanh cannot cross. names: whether to write the numbers. Returns the figure.
    """
    if ax is None:
        _, ax = new(height=NARROW)
    ax.set(xlim=(-1.25 * extent, 1.25 * extent), ylim=(-1.25 * extent, 1.25 * extent), aspect="equal")
    ax.axis("off")
    names = names and max(len(codes), directions.shape[1]) <= CROWD
    _sectors(ax, directions, extent, names)
    if directions.shape[1] <= CROWD and directions.any():
        longest = np.linalg.norm(directions, axis=0).max()
        ax.scatter(*(0.6 * extent / longest * directions), s=22, marker="D", c=MUTED, linewidths=0, zorder=2)
    if square:
        ax.add_patch(Rectangle((-extent, -extent), 2 * extent, 2 * extent, fill=False, edgecolor=MUTED, linewidth=0.8))
    right = (codes @ directions).argmax(axis=1) == rule
    for chosen, colour, marker in ((right, POSITIVE, "o"), (~right, NEGATIVE, "^")):
        face, size = (PAPER, 230) if names else (colour, 22)
        ax.scatter(
            *codes[chosen].T,
            s=size,
            facecolors=face,
            edgecolors=colour,
            marker=marker,
            linewidths=1.6,
            zorder=3,
            clip_on=False,
        )
    if names:
        for i, place in enumerate(codes):
            ax.text(*place, i + 1, ha="center", va="center_baseline", fontsize=SMALL, color=INK, zorder=4)
    return ax.figure


def code_maps(panels, rule, extent=1.0, square=True):
    """`code_map` several times side by side. panels: {title: (codes, directions)}. Returns the figure."""
    figure, axes = new(len(panels), height=WIDTH / len(panels) + 0.3, width=WIDTH, squeeze=False)
    for ax, (title, (codes, directions)) in zip(axes[0], panels.items(), strict=True):
        code_map(codes, directions, rule, ax, extent, square, names=len(panels) < 3)
        ax.set_title(title)
    return figure


def _sectors(ax, directions, extent, names):
    """Borders between the outputs' sectors, and each output's number outside the frame, in the middle of its sector."""
    angles = 2 * np.pi * (np.arange(3600) + 0.5) / 3600
    rays = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    winner = (rays @ directions).argmax(axis=1)
    starts = np.flatnonzero(winner != np.roll(winner, 1))
    if len(starts) == 0:
        return
    to_edge = extent / np.abs(rays).max(axis=1, keepdims=True)  # along each ray
    borders = (rays * to_edge)[starts]
    ax.add_collection(LineCollection([[(0, 0), end] for end in borders], colors=PALE, linewidths=1.0, zorder=1))
    if not names:
        return
    for start, end in zip(starts, np.append(starts[1:], starts[0] + len(angles)), strict=True):
        middle = (start + end) // 2 % len(angles)
        ax.annotate(
            winner[start] + 1,
            rays[middle] * to_edge[middle],
            17 * rays[middle],  # beyond a disc that may sit on the frame
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=SMALL,
            color=INK,
        )


def beside_codes(network, activations, labels, codes, directions, rule):
    """The diagram of an n-2-n network, and beside it the plane of its codes; arguments as `network` and `code_map`
    take them. Returns the figure."""
    figure, (left, right) = new(2, height=3.4)
    draw_network(network, activations, labels, ax=left)
    code_map(codes, directions, rule, ax=right)
    return figure


def tangents(codes, directions, bias):
    """The outputs' scores over the code of a neck of one unit, each a tangent to the parabola x^2; the highest wins.

    codes: (n, 1). directions: (1, n). bias: (n,). The dots are the codes, on the line that wins there. Returns
    the figure.
    """
    figure, ax = new(height=2.9, width=5.2)
    x = np.linspace(-1, 1, 2)
    for j, (slope, height) in enumerate(zip(directions[0], bias, strict=True)):
        ax.plot(x, slope * x + height, color=PALE, linewidth=1.0, zorder=1)
    fine = np.linspace(-1, 1, 201)[:, None]
    ax.plot(fine, fine**2, color=MUTED, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1)
    ax.plot(fine[:, 0], (fine @ directions + bias).max(axis=1), color=INK, linewidth=1.6)
    scores = codes @ directions + bias
    ax.plot(codes[:, 0], scores.max(axis=1), "o", color=POSITIVE, markersize=7, linestyle="none")
    for code, output, score in zip(codes[:, 0], scores.argmax(axis=1), scores.max(axis=1), strict=True):
        ax.annotate(
            output + 1, (code, score), (0, 7), textcoords="offset points", ha="center", fontsize=SMALL, color=INK
        )
    ax.set(xlabel="code", ylabel="score", xlim=(-1.02, 1.02), ylim=(-0.6, 1.1), xticks=(-1, -0.5, 0, 0.5, 1))
    ax.set_xticklabels(["−1", "−0.5", "0", "0.5", "1"])
    return figure


def globe(panels, turn=30, tilt=20):
    """Points around the sphere, each joined to its nearest neighbours; those behind are pale.

    panels: {title: (n, 3)}. turn, tilt: the view, in degrees. Returns the figure.
    """
    figure, axes = new(len(panels), height=WIDTH / max(2, len(panels)) + 0.3, squeeze=False)
    around, up = np.radians(turn), np.radians(tilt)
    sight = np.array([np.cos(around) * np.cos(up), np.sin(around) * np.cos(up), np.sin(up)])
    right = np.array([-np.sin(around), np.cos(around), 0])
    above = np.cross(sight, right)
    for ax, (title, points) in zip(axes[0], panels.items(), strict=True):
        reach = np.linalg.norm(points, axis=1).max()
        ax.add_patch(Circle((0, 0), reach, fill=False, edgecolor=PALE, linewidth=1.0, zorder=0))
        place, depth = points @ np.stack([right, above], axis=1), points @ sight
        pairs = _neighbours(points)
        shades = [MUTED if depth[[i, j]].mean() > 0 else PALE for i, j in pairs]
        ax.add_collection(LineCollection(place[pairs], colors=shades, linewidths=1.0, zorder=1))
        for chosen, colour, order in ((depth < 0, PALE, 2), (depth >= 0, POSITIVE, 3)):
            ax.scatter(*place[chosen].T, s=42, c=colour, edgecolors=PAPER, linewidths=0.8, zorder=order)
        ax.set(xlim=(-1.08 * reach, 1.08 * reach), ylim=(-1.08 * reach, 1.08 * reach), aspect="equal", title=title)
        ax.axis("off")
    return figure


def _neighbours(points):
    """Pairs (i, j), i < j, of which one is among those nearest to the other, within a tenth: (pairs, 2)."""
    apart = np.linalg.norm(points[:, None] - points, axis=-1)
    np.fill_diagonal(apart, np.inf)
    near = apart < 1.1 * apart.min(axis=1, keepdims=True)
    return np.argwhere(np.triu(near | near.T))
