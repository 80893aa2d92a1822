"""Pictures of a narrow neck: codes as points, and which output wins where."""

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import Circle, Rectangle

from .diagram import diagram, matrices
from .style import GUIDE, INK, MUTED, NARROW, NEGATIVE, PALE, PAPER, POSITIVE, WIDTH, beside, new

CROWD = 40  # more points than this are drawn small and without names; so are those of three maps side by side


def code_map(panels, rule, extent=1.0, square=True):
    """The codes of a neck of two units, and the sectors in which each output wins.

    panels: (codes, directions), shapes (patterns, 2) and (2, n), or {title: (codes, directions)} for several side by
    side. rule: the right output of each pattern, (patterns,). extent: half the width of the plane shown. square:
    whether to draw the edge that tanh cannot cross. A code in the sector of its right output is a blue disc with its
    input's number; in another, a vermilion triangle. Grey diamonds are the directions, to a scale of their own.
    Numbers outside the frame name the outputs, both counted from 1.
    """
    count = len(panels) if isinstance(panels, dict) else 1
    figure, places = beside(panels, height=NARROW if count == 1 else WIDTH / count + 0.3)
    for ax, panel in places:
        map_codes(ax, *panel, rule, extent, square, named=count < 3)
    return figure


def map_codes(ax, codes, directions, rule, extent=1.0, square=True, named=True):
    """One map on `ax`, with numbers if wanted, and if there are not too many."""
    if np.shape(codes)[1:] != (2,) or np.shape(directions)[:1] != (2,):
        raise ValueError(
            "a map of codes is for a neck of two units: codes (patterns, 2), directions (2, n), "
            f"got {np.shape(codes)}, {np.shape(directions)}"
        )
    limits = -1.25 * extent, 1.25 * extent
    ax.set(xlim=limits, ylim=limits, aspect="equal")
    ax.axis("off")
    if square:
        edge = {"fill": False, "edgecolor": MUTED, "linewidth": 0.8}
        ax.add_patch(Rectangle((-extent, -extent), 2 * extent, 2 * extent, **edge))
    named = named and max(len(codes), directions.shape[1]) <= CROWD
    sectors(ax, directions, extent, named)
    if directions.shape[1] <= CROWD and directions.any():
        longest = np.linalg.norm(directions, axis=0).max()
        ax.scatter(*(0.6 * extent / longest * directions), s=22, marker="D", c=MUTED, linewidths=0, zorder=2)
    right = (codes @ directions).argmax(axis=1) == rule
    for chosen, colour, marker in ((right, POSITIVE, "o"), (~right, NEGATIVE, "^")):
        look = {"s": 230, "facecolors": PAPER} if named else {"s": 22, "facecolors": colour}
        ax.scatter(*codes[chosen].T, marker=marker, edgecolors=colour, linewidths=1.6, zorder=3, clip_on=False, **look)
    if named:
        for i, place in enumerate(codes):
            ax.text(*place, i + 1, ha="center", va="center_baseline", zorder=4)


def sectors(ax, directions, extent, named):
    """Borders between the outputs' sectors, and each output's number outside the frame, in the middle of its sector."""
    angles = 2 * np.pi * (np.arange(3600) + 0.5) / 3600
    rays = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    winner = (rays @ directions).argmax(axis=1)
    starts = np.flatnonzero(winner != np.roll(winner, 1))
    ends = extent * rays / np.abs(rays).max(axis=1, keepdims=True)
    ax.add_collection(LineCollection([[(0, 0), ends[i]] for i in starts], colors=PALE, linewidths=1.0, zorder=1))
    centred = {"ha": "center", "va": "center", "textcoords": "offset points"}
    for start, end in zip(starts, [*starts[1:], *(starts[:1] + len(angles))], strict=True) if named else ():
        middle = (start + end) // 2 % len(angles)
        ax.annotate(winner[start] + 1, ends[middle], 17 * rays[middle], **centred)  # beyond a disc on the frame


def beside_codes(net, activations, codes, directions, rule):
    """An n-2-n network beside the plane of its codes; arguments as `network` and `code_map` take them."""
    figure, (left, right) = new(2, height=3.4)
    diagram(left, matrices(net), activations, max(np.abs(weight).max() for weight in matrices(net)))
    map_codes(right, codes, directions, rule)
    return figure


def tangents(codes, directions, bias):
    """The outputs' scores over the code of a neck of one unit, each a tangent to the parabola x²; the highest wins.

    codes: (n, 1). directions: (1, n). bias: (n,). The dots are the codes, on the line that wins there.
    """
    figure, ax = new(height=2.9, width=5.2)
    x = np.linspace(-1, 1, 201)[:, None]
    scores = x @ directions + bias
    ax.plot(x[[0, -1]], scores[[0, -1]], color=PALE, linewidth=1.0, zorder=1)
    ax.plot(x, x**2, **GUIDE)
    ax.plot(x, scores.max(axis=1), color=INK, linewidth=1.6)
    scores = codes @ directions + bias
    ax.plot(codes, scores.max(axis=1), "o", color=POSITIVE, markersize=7)
    for code, output, score in zip(codes[:, 0], scores.argmax(axis=1), scores.max(axis=1), strict=True):
        ax.annotate(output + 1, (code, score), (0, 7), textcoords="offset points", ha="center")
    ax.set(xlabel="code", ylabel="score", xlim=(-1.02, 1.02), ylim=(-0.6, 1.1), xticks=(-1, -0.5, 0, 0.5, 1))
    ax.xaxis.set_major_formatter("{x:g}")
    return figure


def globe(panels, turn=30):
    """Points around the sphere, {title: (n, 3)}, each joined to its nearest; those behind are pale. turn: degrees."""
    figure, places = beside(panels, height=WIDTH / max(2, len(panels)) + 0.3)
    around, up = np.radians(turn), np.radians(20)
    sight = np.array([np.cos(around) * np.cos(up), np.sin(around) * np.cos(up), np.sin(up)])
    right = np.array([-np.sin(around), np.cos(around), 0])
    above = np.cross(sight, right)
    for ax, points in places:
        reach = np.linalg.norm(points, axis=1).max()
        ax.add_patch(Circle((0, 0), reach, fill=False, edgecolor=PALE, linewidth=1.0, zorder=0))
        place, depth = points @ np.stack([right, above], axis=1), points @ sight
        pairs = neighbours(points)
        shades = np.where(depth[pairs].mean(axis=1) > 0, MUTED, PALE)
        ax.add_collection(LineCollection(place[pairs], colors=shades, linewidths=1.0, zorder=1))
        for chosen, colour, order in ((depth < 0, PALE, 2), (depth >= 0, POSITIVE, 3)):
            ax.scatter(*place[chosen].T, s=42, c=colour, edgecolors=PAPER, linewidths=0.8, zorder=order)
        limits = -1.08 * reach, 1.08 * reach
        ax.set(xlim=limits, ylim=limits, aspect="equal")
        ax.axis("off")
    return figure


def neighbours(points):
    """Pairs (i, j), i < j, of which one is among those nearest to the other, within a tenth: (pairs, 2)."""
    apart = np.linalg.norm(points[:, None] - points, axis=-1)
    np.fill_diagonal(apart, np.inf)
    near = apart < 1.1 * apart.min(axis=1, keepdims=True)
    return np.argwhere(np.triu(near | near.T))
