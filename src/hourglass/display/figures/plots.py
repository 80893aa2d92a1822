"""Lines and bars, labelled directly."""

from itertools import combinations

import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from ...engine import activations
from .style import COLOURS, INK, MUTED, NARROW, NEGATIVE, OTHERS, PALE, SMALL, WIDTH, new

# PReLU at its initial slope; maxout with two lines of slopes -0.5 and 1
CURVES = {
    "sigmoid": (activations.sigmoid, activations.sigmoid_derivative),
    "tanh": (activations.tanh, activations.tanh_derivative),
    "ReLU": (activations.relu, activations.relu_derivative),
    "leaky ReLU": (activations.leaky_relu, activations.leaky_relu_derivative),
    "PReLU": (lambda x: activations.leaky_relu(x, 0.25), lambda x: activations.leaky_relu_derivative(x, 0.25)),
    "maxout": (lambda x: np.maximum(x, -0.5 * x - 0.5), lambda x: np.where(x > -1 / 3, 1.0, -0.5)),
    "ELU": (activations.elu, activations.elu_derivative),
    "GELU": (activations.gelu, activations.gelu_derivative),
}


def colours_of(names):
    """For each name the colour that it keeps through the whole book, or else one that none of the others has."""
    kept = {name: COLOURS[name] for name in names if name in COLOURS}
    free = iter(colour for colour in OTHERS if colour not in kept.values())
    return [kept[name] if name in kept else next(free) for name in names]


def lines(ax, x, series, bands=None, end_labels=True, **kwargs):
    """Lines on `ax`, one for each name in `series`, each named at its right end; `bands` maps names to (low, high)."""
    ends = []
    for (name, y), colour in zip(series.items(), colours_of(series), strict=True):
        xs = x[name] if isinstance(x, dict) else x
        ax.plot(xs, y, **({"color": colour} | kwargs))
        if bands and name in bands:
            ax.fill_between(xs, *bands[name], color=kwargs.get("color", colour), alpha=0.18, linewidth=0)
        ends.append((xs[-1], y[-1], name, kwargs.get("color", colour)))
    if end_labels:
        label_ends(ax, ends)


def label_ends(ax, ends):
    """Names beside the right ends of lines, pushed apart so that none covers another."""
    ax.figure.canvas.draw()  # the scale must be settled before places on the page can be compared
    ends = sorted(ends, key=lambda end: end[1])
    places = np.array([ax.transData.transform((x, y)) for x, y, _, _ in ends])
    step, reach = np.array([1.15 * SMALL, 40]) * ax.figure.dpi / 72  # lines that end further apart do not meet
    heights = places[:, 1]
    spaced = heights.copy()
    for _ in range(50):
        for j, i in combinations(range(len(ends)), 2):
            overlap = step - (spaced[i] - spaced[j])
            if overlap > 0 and abs(places[i, 0] - places[j, 0]) < reach:
                spaced[j] -= overlap / 2
                spaced[i] += overlap / 2
    for (x, y, name, colour), here, there in zip(ends, heights, spaced, strict=True):
        ax.annotate(
            name,
            (x, y),
            (6, (there - here) * 72 / ax.figure.dpi),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            color=colour,
            annotation_clip=False,
        )


def curves(
    panels,
    xlabel,
    ylabels=None,
    titles=None,
    xscale="linear",
    yscale="linear",
    ylim=None,
    xticks=None,
    height=None,
    marks=(),
    sharey=True,
    **kwargs,
):
    """Panels of labelled lines side by side.

    panels: a list of dicts, each with `x`, `series` ({name: y}) and, if wanted, `bands` ({name: (low, high)}) and
    `notes` ([(x, y, text)]), texts above small triangles.
    marks: (y, text) of horizontal dashed lines. Returns the figure.
    """
    figure, axes = new(len(panels), height=height, squeeze=False, sharey=sharey)
    for i, (ax, panel) in enumerate(zip(axes[0], panels, strict=True)):
        ax.set(xscale=xscale, yscale=yscale, xlabel=xlabel, title=titles[i] if titles else None)
        if ylim:
            ax.set_ylim(ylim)
        if xscale == "log":
            ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        if xticks is not None:
            ax.set_xticks(xticks)
            ax.minorticks_off()
        if ylabels and i < len(ylabels):
            ax.set_ylabel(ylabels[i])
        for y, text in marks:
            ax.axhline(y, color=MUTED, linewidth=0.9, linestyle=(0, (4, 3)), zorder=0)
            ax.annotate(
                text,
                (0, y),
                (3, 3),
                xycoords=("axes fraction", "data"),
                textcoords="offset points",
                fontsize=SMALL,
                color=MUTED,
            )
        lines(ax, panel["x"], panel["series"], panel.get("bands"), **kwargs)
        for x, y, text in panel.get("notes", ()):
            ax.plot(x, y, "v", color=INK, markersize=6, clip_on=False, zorder=4)
            ax.annotate(text, (x, y), (0, 7), textcoords="offset points", ha="center", fontsize=SMALL)
    return figure


def rasters(panels, xlabel, ylabel):
    """Grids side by side in which what is false is marked. panels: {title: (rows, columns) of truths}. Returns the
    figure."""
    figure, axes = new(len(panels), height=2.2, squeeze=False)
    for ax, (title, truth) in zip(axes[0], panels.items(), strict=True):
        row, column = np.nonzero(np.logical_not(truth))
        ax.scatter(column, row + 1, s=5, marker="|", color=NEGATIVE, linewidths=1.0, rasterized=True)
        ax.set(title=title, xlabel=xlabel, xlim=(0, truth.shape[1]), ylim=(len(truth) + 0.6, 0.4))
        ax.set_yticks((1, len(truth)))
    axes[0, 0].set_ylabel(ylabel)
    return figure


def intervals(panels, xlabel, xscale="linear", xlim=None, mark=None):
    """Medians as dots, with bars from the 10th to the 90th percentile, a row a name, a panel a group.

    panels: {title: {name: values}}. mark: where to draw a vertical line. xlim: the stretch to show; a median to the
    left of it is told as a number. Returns the figure.
    """
    rows = max(map(len, panels.values()))
    width = NARROW if len(panels) == 1 else WIDTH
    figure, axes = new(len(panels), height=0.36 * rows + 0.9, width=width, squeeze=False, sharey=True)
    for ax, (title, values) in zip(axes[0], panels.items(), strict=True):
        for place, (name, v) in enumerate(values.items()):
            low, middle, high = np.quantile(v, [0.1, 0.5, 0.9])
            colour = COLOURS.get(name, INK)
            ax.hlines(place, low, high, color=colour, linewidth=2)
            if xlim and middle < xlim[0]:
                ax.annotate(
                    f"← {middle:.0f}",
                    (xlim[0], place),
                    (3, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=SMALL,
                    color=colour,
                )
                continue
            ax.plot(middle, place, "o", color=colour, markersize=6)
        if mark is not None:
            ax.axvline(mark, color=MUTED, linewidth=0.9, linestyle=(0, (4, 3)), zorder=0)
        ax.set(xlabel=xlabel, xscale=xscale, title=title, ylim=(rows - 0.5, -0.5), xlim=xlim)
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        ax.xaxis.set_minor_formatter(NullFormatter())
        if xscale == "log":
            ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.tick_params(axis="y", length=0)
        ax.set_yticks(range(len(values)), values)
    return figure


def activation_curves(at=None):
    """The eight activation functions and, dashed, their derivatives; with values and slopes at the input `at`."""
    x = np.linspace(-4, 4, 161)
    figure, axes = new(4, 2, height=1.75 if at is None else 2.0, sharex=True, sharey=True)
    for ax, (name, (f, slope)) in zip(axes.flat, CURVES.items(), strict=True):
        ax.axhline(0, color=PALE, linewidth=0.8, zorder=0)
        ax.plot(x, slope(x), color=COLOURS[name], linewidth=1.2, linestyle=(0, (3, 2)))
        ax.plot(x, f(x), color=COLOURS[name])
        ax.set(title=name, ylim=(-1.4, 2.6), xticks=(-3, 0, 3), yticks=(-1, 0, 1, 2))
        if at is not None:
            value, steepness = float(f(np.array(at))), float(slope(np.array(at)))
            ax.plot(at, min(value, 2.6), "o" if value <= 2.6 else "^", color=INK, markersize=6, clip_on=False)
            ax.set_xlabel(f"{value:.2f}, slope {steepness:.2f}".replace("-", "−"), fontsize=SMALL)
    return figure


def dead_units(dead, accuracy):
    """Squares, one a unit: filled if it is dead. dead: (networks, 2 layers, units). accuracy: (networks,). Returns
    the figure."""
    figure, axes = new(2, height=2.3, sharey=True)
    for layer, ax in enumerate(axes):
        place = np.argwhere(np.ones(dead[:, layer].shape))
        ax.scatter(
            place[:, 1], place[:, 0], s=14, marker="s", linewidths=0, c=np.where(dead[:, layer].ravel(), NEGATIVE, PALE)
        )
        ax.set(
            title=f"hidden layer {layer + 1}: {dead[:, layer].mean():.0%} dead",
            xlabel="unit",
            ylim=(len(dead) - 0.4, -0.6),
            xticks=(),
            yticks=range(len(dead)),
            yticklabels=[f"{a:.0%}" for a in accuracy],
        )
        ax.spines[:].set_visible(False)
        ax.tick_params(length=0)
    axes[0].set_ylabel("network, and its accuracy")
    return figure


def approximations(x, target, attempts, interval=(0, 1)):
    """A curve (grey) and attempts at it by bumps, ReLU and tanh units, with the interval on which they were asked
    for. attempts: {title: y}."""
    figure, axes = new(len(attempts), height=2.4, sharey=True)
    for colour, ax, (title, y) in zip(colours_of(("bumps", "ReLU", "tanh")), axes, attempts.items(), strict=True):
        ax.axvspan(*interval, color=PALE, alpha=0.35, linewidth=0)
        ax.plot(x, target, color=MUTED, linewidth=1.2)
        ax.plot(x, y, color=colour, linewidth=1.6)
        ax.set(title=title, xlabel="x", ylim=(-2.2, 2.2), xticks=(-0.5, 0, 0.5, 1, 1.5), yticks=(-2, 0, 2))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}".replace("-", "−")))
    return figure


def strips(panels, xlabel, ylabel):
    """Columns of dots. panels: {title: {column: values}}. Returns the figure."""
    figure, axes = new(len(panels), sharey=True)
    for ax, (title, columns) in zip(axes, panels.items(), strict=True):
        for place, values in enumerate(columns.values()):
            spread = np.linspace(-0.28, 0.28, len(values))[np.random.default_rng(0).permutation(len(values))]
            ax.plot(place + spread, values, "o", color=OTHERS[0], markersize=3, alpha=0.55, markeredgewidth=0)
        ax.set(title=title, xlabel=xlabel)
        ax.set_xticks(range(len(columns)), columns)
        ax.tick_params(axis="x", length=0)
    axes[0].set_ylabel(ylabel)
    return figure
