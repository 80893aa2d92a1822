"""Lines and bars, labelled directly."""

from itertools import combinations
from textwrap import fill

import numpy as np
from matplotlib.ticker import LogLocator, NullFormatter

from ...engine import layers
from .style import COLOURS, GUIDE, INK, MUTED, NEGATIVE, OTHERS, PALE, SMALL, beside, new

# PReLU at its initial slope; maxout with two lines of slopes 1 and -0.5
CURVES = {
    "sigmoid": layers.Sigmoid(),
    "tanh": layers.Tanh(),
    "ReLU": layers.ReLU(),
    "leaky ReLU": layers.LeakyReLU(),
    "PReLU": layers.PReLU(1),
    "maxout": layers.Maxout(1, 1),
    "ELU": layers.ELU(),
    "GELU": layers.GELU(),
}
CURVES["maxout"].params.update(weight=[[[1]], [[-0.5]]], bias=[[0], [-0.5]])


def curve(layer, x):
    """Output and slope of a layer of one unit at numbers (n,)."""
    y = layer.forward(x[:, None])
    return y[:, 0], layer.backward(np.ones_like(y))[:, 0]


def colours_of(names):
    """For each name the colour that it keeps through the whole book, or else one that none of the others has."""
    kept = {name: COLOURS[name] for name in names if name in COLOURS}
    free = iter(colour for colour in OTHERS if colour not in kept.values())
    return [kept[name] if name in kept else next(free) for name in names]


def label_ends(figure, ends):
    """Names beside the right ends of lines, pushed apart so that none covers another.

    ends: {axes: [(x, y, name, colour)]}, once all is drawn that the scales depend on.
    """
    figure.draw_without_rendering()  # the scales must be settled before places on the page can be compared
    beside_it = {"textcoords": "offset points", "va": "center", "annotation_clip": False}
    for ax, lines in ends.items():
        lines = sorted(lines, key=lambda line: line[1])
        points = ax.transData.transform([line[:2] for line in lines]) * 72 / figure.dpi
        spaced = points[:, 1].copy()
        for _ in range(50):
            for j, i in combinations(range(len(lines)), 2):
                overlap = 1.15 * SMALL - (spaced[i] - spaced[j])
                if overlap > 0 and abs(points[i, 0] - points[j, 0]) < 40:  # lines that end further apart do not meet
                    spaced[j] -= overlap / 2
                    spaced[i] += overlap / 2
        for (x, y, name, colour), up in zip(lines, spaced - points[:, 1], strict=True):
            ax.annotate(name, (x, y), (6, up), color=colour, **beside_it)


def guide(ax, y, text, end=0):
    """A dashed line across, with a text above its left end (0) or right end (1)."""
    ax.axhline(y, **GUIDE)
    place = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points", "ha": "right" if end else "left"}
    ax.annotate(text, (end, y), (3 - 6 * end, 3), color=MUTED, **place)


def curves(panels, xlabel, ylabel=None, marks=(), line=None, height=None, sharey=True, **axes):
    """Lines, each named at its right end.

    panels: a dict of `x`, `series` ({name: y}) and, if wanted, `bands` ({name: (low, high)}) and `notes` ([(x, y,
    text)], texts above small triangles); x may be {name: x}. Or {title: such a dict} for several side by side.
    marks: (y, text) of horizontal dashed lines. line: how to draw the lines, as `Axes.plot` takes it. axes: more about
    the axes, as `Axes.set` takes it.
    """
    panels = {"": panels} if "series" in panels else panels
    figure, places = beside(panels, height=height, sharey=sharey)
    axes = {"xscale": "linear", "yscale": "linear"} | axes  # these first: they undo the ticks
    ends = {ax: [] for ax, _ in places}
    for ax, panel in places:
        ax.set(**axes, xlabel=xlabel, ylabel=ylabel)
        if sharey:
            ax.label_outer()
        if axes["xscale"] == "log":
            ax.xaxis.set_major_formatter("{x:g}")
        if "xticks" in axes:
            ax.minorticks_off()
        for y, text in marks:
            guide(ax, y, text)
        x, series = panel["x"], panel["series"]
        for (name, y), colour in zip(series.items(), colours_of(series), strict=True):
            xs = x[name] if isinstance(x, dict) else x
            ax.plot(xs, y, color=colour, **line or {})
            if name in panel.get("bands", {}):
                ax.fill_between(xs, *panel["bands"][name], color=colour, alpha=0.18, linewidth=0)
            ends[ax].append((xs[-1], y[-1], name, colour))
        for x, y, text in panel.get("notes", ()):
            ax.plot(x, y, "v", color=INK, markersize=6, clip_on=False, zorder=4)
            ax.annotate(text, (x, y), (0, 7), textcoords="offset points", ha="center")
    label_ends(figure, ends)
    return figure


def rasters(panels, xlabel, ylabel):
    """Grids side by side in which what is false is marked. panels: {title: (rows, columns) of truths}."""
    figure, places = beside(panels, height=2.2)
    for ax, truth in places:
        row, column = np.nonzero(np.logical_not(truth))
        ax.scatter(column, row + 1, s=5, marker="|", color=NEGATIVE, linewidths=1.0, rasterized=True)
        ax.set(xlabel=xlabel, xlim=(0, truth.shape[1]), ylim=(len(truth) + 0.6, 0.4), yticks=(1, len(truth)))
    places[0][0].set_ylabel(ylabel)
    return figure


def intervals(panels, xlabel, xscale="linear", xlim=None, mark=None):
    """Medians as dots, with bars from the 10th to the 90th percentile, a row a name, a panel a group.

    panels: {title: {name: values}}, or in place of values a tuple (low, middle, high) to draw. mark: where to draw a
    vertical line. xlim: the stretch to show; a median to the left of it is told as a number.
    """
    rows = max(map(len, panels.values()))
    titled = {fill(title, 64 // len(panels)): values for title, values in panels.items()}
    figure, places = beside(titled, height=0.36 * rows + 0.9, sharey=True)
    for ax, values in places:
        for place, (name, v) in enumerate(values.items()):
            low, middle, high = v if isinstance(v, tuple) else np.quantile(v, [0.1, 0.5, 0.9])
            colour = COLOURS.get(name, INK)
            ax.hlines(place, low, high, color=colour, linewidth=2)
            if xlim and middle < xlim[0]:
                told = {"textcoords": "offset points", "va": "center", "color": colour}
                ax.annotate(f"← {middle:.0f}", (xlim[0], place), (3, 0), **told)
            else:
                ax.plot(middle, place, "o", color=colour, markersize=6)
        if mark is not None:
            ax.axvline(mark, **GUIDE)
        ax.set(xscale=xscale, ylim=(rows - 0.5, -0.5), xlim=xlim)
        ax.set_xlabel(xlabel, loc="right" if len(panels) == 1 else "center")  # beside long names there is little room
        if xscale == "log":
            ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            ax.xaxis.set_minor_formatter(NullFormatter())
        ax.xaxis.set_major_formatter("{x:g}")
        ax.tick_params(axis="y", length=0)
        ax.set_yticks(range(len(values)), values)
    return figure


def activation_curves(at=None):
    """The eight activation functions and, dashed, their derivatives; with values and slopes at the input `at`."""
    x = np.linspace(-4, 4, 161)
    figure, axes = new(4, 2, height=1.75 if at is None else 2.0, sharex=True, sharey=True)
    for ax, (name, layer) in zip(axes.flat, CURVES.items(), strict=True):
        y, slope = curve(layer, x)
        ax.axhline(0, color=PALE, linewidth=0.8, zorder=0)
        ax.plot(x, slope, color=COLOURS[name], linewidth=1.2, linestyle=(0, (3, 2)))
        ax.plot(x, y, color=COLOURS[name])
        ax.set(title=name, ylim=(-1.4, 2.6), xticks=(-3, 0, 3), yticks=(-1, 0, 1, 2))
        if at is not None:
            value, steepness = (float(found[0]) for found in curve(layer, np.array([at])))
            ax.plot(at, min(value, 2.6), "o" if value <= 2.6 else "^", color=INK, markersize=6, clip_on=False)
            ax.set_xlabel(f"{value:.2f}, slope {steepness:.2f}".replace("-", "−"), fontsize=SMALL)
    return figure


def dead_units(dead, accuracy):
    """Squares, one a unit: filled if it is dead. dead: (networks, layers, units). accuracy: (networks,)."""
    layers = enumerate(dead.swapaxes(0, 1), 1)
    panels = {f"hidden layer {number}: {layer.mean():.0%} dead": layer for number, layer in layers}
    figure, places = beside(panels, height=2.3, sharey=True)
    for ax, layer in places:
        network, unit = np.indices(layer.shape).reshape(2, -1)
        ax.scatter(unit, network, s=14, marker="s", linewidths=0, c=np.where(layer.ravel(), NEGATIVE, PALE))
        ax.set(xlabel="unit", ylabel="network, and its accuracy", ylim=(len(layer) - 0.4, -0.6), xticks=())
        ax.set_yticks(range(len(layer)), [f"{a:.0%}" for a in accuracy])
        ax.label_outer()
        ax.spines[:].set_visible(False)
        ax.tick_params(length=0)
    return figure


def approximations(x, target, attempts):
    """A curve (grey), attempts at it, {title: y}, by bumps, ReLU and tanh units; shaded, where they were asked for."""
    figure, places = beside(attempts, height=2.4, sharey=True)
    for colour, (ax, y) in zip(colours_of(("bumps", "ReLU", "tanh")), places, strict=True):
        ax.axvspan(0, 1, color=PALE, alpha=0.35, linewidth=0)
        ax.plot(x, target, color=MUTED, linewidth=1.2)
        ax.plot(x, y, color=colour, linewidth=1.6)
        ax.set(xlabel="x", ylim=(-2.2, 2.2), xticks=(-0.5, 0, 0.5, 1, 1.5), yticks=(-2, 0, 2))
        ax.xaxis.set_major_formatter("{x:g}")
    return figure


def strips(panels, xlabel, ylabel):
    """Columns of dots. panels: {title: {column: values}}."""
    figure, places = beside(panels, sharey=True)
    for ax, columns in places:
        for place, values in enumerate(columns.values()):
            spread = np.random.default_rng(0).permutation(np.linspace(-0.28, 0.28, len(values)))
            ax.plot(place + spread, values, "o", color=OTHERS[0], markersize=3, alpha=0.55, markeredgewidth=0)
        ax.set(xlabel=xlabel, ylabel=ylabel)
        ax.set_xticks(range(len(columns)), columns)
        ax.tick_params(axis="x", length=0)
        ax.label_outer()
    return figure
