"""The network diagram: units and connections, read from left to right."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from ...engine.layers import Dense
from ...engine.network import Network
from .style import INK, MUTED, NEGATIVE, PALE, PAPER, POSITIVE, SMALL, WIDTH, new


def network(weights, activations=None, labels=None, names=None, numbers=False, height=None, ax=None, largest=None):
    """Units and connections of a network without replicas.

    weights: a `Network`, whose `Dense` layers are drawn, or their weight matrices, each (n_in, n_out).
    activations: one array for each column of units; a unit is filled as far as it fires, blue above zero and
    hatched vermilion below.
    labels: one list of texts for each column of units, or None. names: one text for each column, written below it.
    numbers: whether to write the weights on the connections; for networks of few units. largest: the weight that is
    drawn thickest, if it is not the network's own largest.
    Positive weights are blue and solid, negative ones vermilion and dashed; thickness is size. Returns the figure.
    """
    weights = _matrices(weights)
    sizes = [weights[0].shape[0], *(w.shape[1] for w in weights)]
    gap = min(1.0, 7 / max(sizes))  # between the units of a column; one gap for all columns, so that the neck is narrow
    radius = 0.32 * gap if max(sizes) <= 16 else 0.4 * gap
    columns = [np.stack([np.full(n, 2.6 * i), gap * ((n - 1) / 2 - np.arange(n))], axis=1) for i, n in enumerate(sizes)]
    if ax is None:
        tall = gap * (max(sizes) - 1) + 1.2 + 0.5 * (names is not None)
        width = min(WIDTH, 1.2 + 1.5 * len(weights))
        _, ax = plt.subplots(figsize=(width, height or np.clip(0.5 * tall, 1.6, 4.2)))
    _silhouette(ax, columns, radius)
    largest = largest or max(np.abs(w).max() for w in weights) or 1.0
    for left, right, weight in zip(columns, columns[1:], weights, strict=False):
        _connections(ax, left, right, weight / largest)
        if numbers:
            _numbers(ax, left, right, weight)
    for i, places in enumerate(columns):
        _units(ax, places, radius, None if activations is None else np.asarray(activations[i]))
        for place, text in zip(places, (labels or [None] * len(columns))[i] or [], strict=False):
            side = -1 if i == 0 else 1
            ax.text(
                place[0] + side * (radius + 0.15),
                place[1],
                text,
                ha="right" if i == 0 else "left",
                va="center",
                fontsize=SMALL,
                color=INK,
            )
        if names is not None:
            ax.text(
                2.6 * i,
                min(c[:, 1].min() for c in columns) - radius - 0.35,
                names[i],
                ha="center",
                va="top",
                fontsize=SMALL,
                color=MUTED,
            )
    ax.set_aspect("equal" if max(sizes) <= 16 else "auto")
    ax.margins(0.06 if labels is None else 0.16, 0.06)
    ax.axis("off")
    return ax.figure


def networks(weights, activations=None):
    """Several diagrams side by side, thickness to one scale. weights, activations: lists of what `network` takes.
    Returns the figure."""
    figure, axes = new(len(weights), height=2.4)
    largest = max(np.abs(w).max() for one in weights for w in _matrices(one))
    for i, ax in enumerate(axes):
        network(weights[i], activations and activations[i], ax=ax, largest=largest)
    return figure


def _matrices(weights):
    """The weight matrices of a network, or of what stands for one."""
    if isinstance(weights, Network):
        return [layer.params["weight"] for layer in weights.layers if isinstance(layer, Dense)]
    return weights


def _silhouette(ax, columns, radius):
    """The hourglass itself: a pale shape around all units."""
    top = [(c[0, 0], c[:, 1].max() + 1.9 * radius) for c in columns]
    bottom = [(x, -y) for x, y in reversed(top)]
    vertices, codes = [top[0]], [Path.MOVETO]
    for side in (top, bottom):
        if side is bottom:
            vertices.append(side[0])
            codes.append(Path.LINETO)
        for (x0, y0), (x1, y1) in zip(side, side[1:], strict=False):
            middle = (x0 + x1) / 2
            vertices += [(middle, y0), (middle, y1), (x1, y1)]
            codes += [Path.CURVE4] * 3
    vertices.append(top[0])
    codes.append(Path.CLOSEPOLY)
    ax.add_patch(PathPatch(Path(vertices, codes), facecolor=PALE, edgecolor="none", alpha=0.28, zorder=0))


def _connections(ax, left, right, weight):
    """Lines from every unit on the left to every unit on the right, in one collection a sign; `weight` is relative
    to the largest."""
    size = np.abs(weight)
    matters = max(0.02, np.sort(size, axis=None)[-min(weight.size, 240)])  # in a crowd only the largest are told apart
    i, j = np.nonzero(size < matters)
    if weight.size > 240:
        ax.add_collection(
            LineCollection(
                np.stack([left[i], right[j]], axis=1), linewidths=0.25, colors=PALE, zorder=0.5, rasterized=True
            )
        )
    i, j = np.nonzero(size >= matters)
    segments, sizes = np.stack([left[i], right[j]], axis=1), size[i, j]
    crowd = min(1.0, 40 / len(i)) if len(i) else 1.0
    if weight.size > 1 and weight.min() == weight.max():  # weights that say nothing: only the connections are meant
        ax.add_collection(LineCollection(segments, linewidths=0.8, colors=MUTED, zorder=1))
        return
    for positive, colour, style in ((True, POSITIVE, "solid"), (False, NEGATIVE, (0, (3, 1.5)))):
        chosen = (weight[i, j] > 0) == positive
        ax.add_collection(
            LineCollection(
                segments[chosen],
                linewidths=0.3 + 3.2 * sizes[chosen] * max(crowd, 0.3),
                colors=colour,
                linestyles=[style],
                alpha=max(0.25, 0.9 * crowd**0.3),
                zorder=1,
            )
        )


def _numbers(ax, left, right, weight):
    for (i, j), value in np.ndenumerate(weight):
        place = left[i] + (0.28 + 0.44 * (j % 2)) * (right[j] - left[i])
        ax.text(
            *place,
            f"{value:.2g}".replace("-", "−"),
            fontsize=SMALL,
            ha="center",
            va="center",
            color=INK,
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1, "alpha": 0.85},
            zorder=3,
        )


def _units(ax, places, radius, activation):
    for k, place in enumerate(places):
        ax.add_patch(
            plt.Circle(place, radius, facecolor=PAPER, edgecolor=INK, linewidth=0.9 if radius > 0.1 else 0.5, zorder=2)
        )
        if activation is not None and abs(activation[k]) > 0.01:
            fills = min(1.0, abs(float(activation[k])))
            colour = POSITIVE if activation[k] > 0 else NEGATIVE
            ax.add_patch(
                plt.Circle(
                    place,
                    radius * np.sqrt(fills),
                    facecolor=colour,
                    edgecolor=PAPER if activation[k] < 0 else "none",
                    hatch="////" if activation[k] < 0 else None,
                    linewidth=0,
                    zorder=2.5,
                )
            )
