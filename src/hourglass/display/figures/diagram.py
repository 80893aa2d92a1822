"""The network diagram: units and connections, read from left to right."""

from itertools import pairwise

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import Circle, PathPatch, Rectangle
from matplotlib.path import Path

from ...engine.layers import Dense
from ...engine.network import Network
from .style import INK, MUTED, NEGATIVE, PALE, PAPER, POSITIVE, PURPLE, WIDTH, beside, new

BACK = PURPLE  # what travels backward


def network(weights, activations=None, labels=None, names=None, numbers=False):
    """Units and connections of networks without replicas: one, or several side by side with thickness to one scale.

    weights: a `Network`, whose `Dense` layers are drawn, or its weight matrices, each (n_in, n_out).
    activations: one array for each column of units; a unit is filled as far as it fires, blue above zero and
    hatched vermilion below. For several diagrams, weights or activations or both are {title: ...}.
    labels: one list of texts for each column of units, or None. names: one text for each column, written below it.
    numbers: whether to write the weights on the connections; for networks of few units.
    Positive weights are blue and solid, negative ones vermilion and dashed; thickness is size.
    """
    titles = next((given for given in (activations, weights) if isinstance(given, dict)), [""])
    weights, activations = (v if isinstance(v, dict) else dict.fromkeys(titles, v) for v in (weights, activations))
    figure, places = beside({title: (matrices(weights[title]), activations[title]) for title in titles}, height=2.4)
    largest = max(np.abs(weight).max() for _, (one, _) in places for weight in one)
    for ax, (one, fired) in places:
        diagram(ax, one, fired, largest, labels, names, numbers)
    if len(places) == 1:
        longest = max((len(text) for column in labels or () for text in column or ()), default=0)
        tall = 0.46 * np.ptp(ax.get_ylim()) + 0.25 * (names is not None)
        figure.set_size_inches(min(WIDTH, 1.2 + 1.5 * len(one) + 0.08 * longest), np.clip(tall, 1.8, 4.2))
    return figure


def cell_and_unit(weights):
    """A nerve cell, drawn roughly, beside a unit with these weights, (n_in,): what stands for what."""
    figure, (left, right) = new(2, height=2.7, gridspec_kw={"width_ratios": [1, 1.15]})
    nerve_cell(left)
    inputs = np.stack([np.zeros(len(weights)), 1.1 * ((len(weights) - 1) / 2 - np.arange(len(weights)))], axis=1)
    body = np.array([2.4, 0.0])
    connections(right, inputs, body[None], np.reshape(weights, (-1, 1)) / np.abs(weights).max())
    for i, ((x, y), weight) in enumerate(zip(inputs, weights, strict=True), 1):
        right.add_patch(Circle((x, y), 0.3, facecolor=PAPER, edgecolor=INK, zorder=2))
        right.text(x, y, f"$x_{i}$", ha="center", va="center", zorder=3)
        told = f"$w_{i}$ = {weight:g}".replace("-", "−")
        right.text(0.42, y + 0.17 * (1 if y >= 0 else -1) - 0.18 * y, told, va="center", ha="left", zorder=3)
    right.add_patch(Circle(body, 0.46, facecolor=PAPER, edgecolor=INK, zorder=2))
    right.text(*body, "Σ + b", ha="center", va="center", zorder=3)
    right.add_patch(Rectangle((3.3, -0.4), 0.9, 0.8, facecolor=PAPER, edgecolor=INK, zorder=2))
    bend = np.linspace(-1, 1, 41)
    right.plot(3.75 + 0.38 * bend, 0.3 * np.tanh(3 * bend), color=POSITIVE, zorder=3)
    for start, end in ((2.86, 3.3), (4.2, 4.8)):
        right.annotate(
            "", (end, 0), (start, 0), arrowprops={"arrowstyle": "->", "color": INK, "shrinkA": 0, "shrinkB": 0}
        )
    for x, y, text in ((3.75, -0.75, "f"), (4.95, 0.0, "y"), (3.08, 0.22, "s")):
        right.text(x, y, text, ha="center", va="center", style="italic")
    for ax, title in ((left, "a nerve cell"), (right, "a unit")):
        ax.set_title(title)
        ax.set_aspect("equal")
        ax.axis("off")
    right.set(xlim=(-0.4, 5.2), ylim=(-1.75, 1.75))
    return figure


def passes(weights, values, errors, slopes):
    """A small network with the numbers of its forward pass in the units, and those of its backward pass in purple.

    weights: matrices, (n_in, n_out). values, errors: texts, one list for each column of units; errors stand below the
    units. slopes: texts, a matrix for each of weights, of their gradients. An empty text is not there yet.
    """
    figure, ax = new(height=3.0, width=WIDTH)
    sizes = [len(weights[0]), *(weight.shape[1] for weight in weights)]
    columns = [np.stack([np.full(n, 3.6 * i), 2.3 * ((n - 1) / 2 - np.arange(n))], axis=1) for i, n in enumerate(sizes)]
    box = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.8}
    for left, right, weight, told in zip(columns, columns[1:], weights, slopes, strict=False):
        connections(ax, left, right, weight / np.abs(weight).max())
        for (i, j), value in np.ndenumerate(weight):
            number = f"{value:g}".replace("-", "−")
            for at, text, colour in ((0.28, number, INK), (0.68, told[i][j], BACK)):  # neither where lines cross
                if text:
                    place = left[i] + at * (right[j] - left[i])
                    ax.text(*place, text, ha="center", va="center", color=colour, bbox=box, zorder=3)
    for places, texts, below in zip(columns, values, errors, strict=True):
        for place, text, error in zip(places, texts, below, strict=True):
            ax.add_patch(Circle(place, 0.62, facecolor=PAPER, edgecolor=INK, linewidth=0.9, zorder=2))
            ax.text(*place, text, ha="center", va="center", zorder=3, linespacing=1.3)
            ax.text(place[0], place[1] - 0.72, error, ha="center", va="top", color=BACK, zorder=3)
    ax.set_aspect("equal")
    ax.set(xlim=(-0.8, 3.6 * (len(sizes) - 1) + 0.8), ylim=(-2.5, 2.0))
    ax.axis("off")
    return figure


def nerve_cell(ax):
    """Dendrites on the left, a cell body, an axon to the right that branches at its end."""

    def branch(x, y, angle, length, width, forks=2):
        end = x + length * np.cos(angle), y + length * np.sin(angle)
        bow = angle + 0.35
        middle = x + 0.5 * length * np.cos(bow), y + 0.5 * length * np.sin(bow)
        path = Path([(x, y), middle, end], [Path.MOVETO, Path.CURVE3, Path.CURVE3])
        ax.add_patch(PathPatch(path, facecolor="none", edgecolor=INK, linewidth=width, capstyle="round"))
        for turn in (-0.45, 0.4) if forks else ():
            branch(*end, angle + turn, 0.62 * length, 0.7 * width, forks - 1)

    for angle in (1.75, 2.5, 3.3, 4.1, 4.75):
        branch(0.35 * np.cos(angle), 0.35 * np.sin(angle), angle, 0.75, 2.4)
    ax.add_patch(Circle((0, 0), 0.45, facecolor=PAPER, edgecolor=INK, linewidth=1.6, zorder=2))
    ax.add_patch(Circle((0.05, 0.02), 0.15, facecolor=PALE, edgecolor="none", zorder=3))
    ax.plot([0.45, 2.5], [0, 0], color=INK, linewidth=2.2, solid_capstyle="round")
    for angle in (-0.6, 0.0, 0.55):
        branch(2.5, 0, angle, 0.55, 1.6, forks=1)
    for x, y, text in (
        (-1.0, -2.05, "dendrites: inputs"),
        (0.0, 0.95, "cell body:\nthe sum"),
        (0.75, -0.4, "axon: output"),
    ):
        ax.text(x, y, text, ha="left" if x >= 0 else "center", va="center", color=MUTED)
    ax.set(xlim=(-2.1, 3.7), ylim=(-2.3, 1.9))


def matrices(weights):
    """The weight matrices of a network, or of what stands for one."""
    if isinstance(weights, Network):
        return [layer.params["weight"] for layer in weights.layers if isinstance(layer, Dense)]
    return weights


def diagram(ax, weights, activations, largest, labels=None, names=None, numbers=False):
    """One network on `ax`; largest: the weight that is drawn thickest; the rest as `network` takes it."""
    sizes = [len(weights[0]), *(weight.shape[1] for weight in weights)]
    gap = min(1.0, 7 / max(sizes))  # between the units of a column; one gap for all columns, so that the neck is narrow
    radius = (0.32 if max(sizes) <= 16 else 0.4) * gap
    columns = [np.stack([np.full(n, 2.6 * i), gap * ((n - 1) / 2 - np.arange(n))], axis=1) for i, n in enumerate(sizes)]
    silhouette(ax, columns, radius)
    for left, right, weight in zip(columns, columns[1:], weights, strict=False):
        connections(ax, left, right, weight / (largest or 1.0))
        if numbers:
            write(ax, left, right, weight)
    labels, floor = labels or [None] * len(columns), -gap * (max(sizes) - 1) / 2 - radius - 0.35
    for i, places in enumerate(columns):
        units(ax, places, radius, None if activations is None else activations[i])
        side, align = (-1, "right") if i == 0 else (1, "left")
        for (x, y), text in zip(places, labels[i] or [], strict=False):
            ax.text(x + side * (radius + 0.15), y, text, ha=align, va="center")
        if names is not None:
            ax.text(places[0, 0], floor, names[i], ha="center", va="top", color=MUTED)
    ax.set_aspect("equal" if max(sizes) <= 16 else "auto")
    ax.margins(0.16 if any(labels) else 0.06, 0.06)
    ax.axis("off")


def silhouette(ax, columns, radius):
    """The hourglass itself: a pale shape around all units."""
    top = [(x, y + 1.9 * radius) for x, y in (column[0] for column in columns)]
    bottom = [(x, -y) for x, y in reversed(top)]
    vertices, codes = [], []
    for side in (top, bottom):
        vertices.append(side[0])
        codes.append(Path.LINETO if codes else Path.MOVETO)
        for (x0, y0), (x1, y1) in zip(side, side[1:], strict=False):
            vertices += [((x0 + x1) / 2, y0), ((x0 + x1) / 2, y1), (x1, y1)]
            codes += [Path.CURVE4] * 3
    path = Path([*vertices, top[0]], [*codes, Path.CLOSEPOLY])
    ax.add_patch(PathPatch(path, facecolor=PALE, edgecolor="none", alpha=0.28, zorder=0))


def connections(ax, left, right, weight):
    """Lines from every unit on the left to every unit on the right, in one collection a sign."""
    size = np.abs(weight)
    matters = max(0.02, np.sort(size, axis=None)[-min(weight.size, 240)])  # in a crowd only the largest are told apart

    def lines(chosen, **style):
        i, j = np.nonzero(chosen)
        ax.add_collection(LineCollection(np.stack([left[i], right[j]], axis=1), **{"zorder": 1} | style))

    if weight.size > 240:
        lines(size < matters, linewidths=0.25, colors=PALE, zorder=0.5, rasterized=True)
    if weight.size > 1 and weight.min() == weight.max():  # weights that say nothing: only the connections are meant
        return lines(size >= matters, linewidths=0.8, colors=MUTED)
    crowd = min(1.0, 40 / max(1, np.count_nonzero(size >= matters)))
    for sign, colour, dashes in ((1, POSITIVE, "solid"), (-1, NEGATIVE, (0, (3, 1.5)))):
        chosen = (size >= matters) & (np.sign(weight) == sign)
        widths = 0.3 + 3.2 * size[chosen] * max(crowd, 0.3)
        lines(chosen, linewidths=widths, colors=colour, linestyles=[dashes], alpha=max(0.25, 0.9 * crowd**0.3))


def write(ax, left, right, weight):
    """Each weight on its connection, at one of two places, so that neighbours do not meet."""
    box = {"facecolor": PAPER, "edgecolor": "none", "pad": 1, "alpha": 0.85}
    for (i, j), value in np.ndenumerate(weight):
        place = left[i] + (0.28 + 0.44 * (j % 2)) * (right[j] - left[i])
        ax.text(*place, f"{value:.2g}".replace("-", "−"), ha="center", va="center", bbox=box, zorder=3)


def units(ax, places, radius, activation):
    """Circles, filled as far as the units fire."""
    edge = 0.9 if radius > 0.1 else 0.5
    for k, place in enumerate(places):
        ax.add_patch(Circle(place, radius, facecolor=PAPER, edgecolor=INK, linewidth=edge, zorder=2))
        if activation is not None and abs(activation[k]) > 0.01:
            colour, line, hatch = (POSITIVE, "none", None) if activation[k] > 0 else (NEGATIVE, PAPER, "////")
            inner = radius * np.sqrt(min(1.0, abs(activation[k])))
            ax.add_patch(Circle(place, inner, facecolor=colour, edgecolor=line, hatch=hatch, linewidth=0, zorder=2.5))


def noisy_chain():
    """Two noisy units in a row, X -> S1 -> T1 -> S2 -> T2, with the noise Z that is added behind each signal."""
    figure, ax = new(height=1.5, width=WIDTH)
    values = {"X": 0, "S₁": 2.6, "T₁": 4.4, "S₂": 7.0, "T₂": 8.8}
    arrow = {"arrowstyle": "-|>", "color": INK, "shrinkA": 0, "shrinkB": 0}
    for name, x in values.items():
        ring = {"boxstyle": "circle,pad=0.35", "facecolor": PAPER, "edgecolor": MUTED if "S" in name else INK}
        ax.text(x, 0, name, ha="center", va="center", bbox=ring, zorder=3)
    for start, end in pairwise([*values.values(), 10.6]):
        ax.annotate("", (end - 0.45, 0), (start + 0.45, 0), arrowprops=arrow)
    for layer, (middle, x) in {"₁": (1.3, 3.5), "₂": (5.7, 7.9)}.items():
        ax.text(middle, 0.22, f"f(w{layer}· + b{layer})", ha="center", color=MUTED)
        ax.text(x, 1.25, f"Z{layer}", ha="center", va="center", color=NEGATIVE)
        ax.annotate("", (x, 0.08), (x, 1.0), arrowprops=arrow | {"color": NEGATIVE})
        ax.text(x + 0.12, 0.45, "+", color=NEGATIVE)
    ax.set(xlim=(-0.6, 10.4), ylim=(-0.6, 1.6))
    ax.set_axis_off()
    return figure
