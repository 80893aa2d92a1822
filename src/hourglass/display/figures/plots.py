"""Lines and bars, labelled directly."""

import numpy as np

from .style import COLOURS, INK, MUTED, OTHERS, SMALL, new


def colour_of(name, position):
    """The colour that a name keeps through the whole book, or the next free one."""
    return COLOURS.get(name, OTHERS[position % len(OTHERS)])


def lines(ax, x, series, bands=None, end_labels=True, **kwargs):
    """Lines on `ax`, one for each name in `series`, each named at its right end; `bands` maps names to (low, high)."""
    ends = []
    for position, (name, y) in enumerate(series.items()):
        xs, colour = (x[name] if isinstance(x, dict) else x), colour_of(name, position)
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
    to_page, step = ax.transData.transform, 1.15 * SMALL * ax.figure.dpi / 72
    heights = np.array([to_page((x, y))[1] for x, y, _, _ in ends])
    spaced = heights.copy()
    for _ in range(50):
        for i in range(1, len(spaced)):
            overlap = step - (spaced[i] - spaced[i - 1])
            if overlap > 0:
                spaced[i - 1] -= overlap / 2
                spaced[i] += overlap / 2
    for (x, y, name, colour), here, there in zip(ends, heights, spaced, strict=True):
        ax.annotate(name, (x, y), (6, (there - here) * 72 / ax.figure.dpi), textcoords="offset points", va="center", fontsize=SMALL, color=colour,
                    annotation_clip=False)


def curves(panels, xlabel, ylabels=None, titles=None, xscale="linear", yscale="linear", ylim=None, height=None, marks=(), sharey=True, **kwargs):
    """Panels of labelled lines side by side.

    panels: a list of dicts, each with `x`, `series` ({name: y}) and, if wanted, `bands` ({name: (low, high)}).
    marks: (y, text) of horizontal dashed lines. Returns the figure.
    """
    figure, axes = new(len(panels), height=height, squeeze=False, sharey=sharey)
    for i, (ax, panel) in enumerate(zip(axes[0], panels, strict=True)):
        ax.set(xscale=xscale, yscale=yscale, xlabel=xlabel, title=titles[i] if titles else None)
        if ylim:
            ax.set_ylim(ylim)
        if ylabels and i < len(ylabels):
            ax.set_ylabel(ylabels[i])
        for y, text in marks:
            ax.axhline(y, color=MUTED, linewidth=0.9, linestyle=(0, (4, 3)), zorder=0)
            ax.annotate(text, (0, y), (3, 3), xycoords=("axes fraction", "data"), textcoords="offset points", fontsize=SMALL, color=MUTED)
        lines(ax, panel["x"], panel["series"], panel.get("bands"), **kwargs)
    return figure


def bars(ax, names, values, intervals=None, unit="", digits=0):
    """Horizontal bars with their values written at the end; `intervals` are (low, high) pairs."""
    place = np.arange(len(names))[::-1]
    ax.barh(place, values, color=[colour_of(n, 0) for n in names], height=0.62)
    if intervals is not None:
        low, high = np.transpose(intervals)
        ax.hlines(place, low, high, color=INK, linewidth=1.2)
    ax.set_yticks(place, names)
    ax.tick_params(axis="y", length=0)
    for y, value, end in zip(place, values, values if intervals is None else np.transpose(intervals)[1], strict=True):
        ax.annotate(f"{value:.{digits}f}{unit}", (max(value, end), y), (5, 0), textcoords="offset points", va="center", fontsize=SMALL, color=INK)
    ax.spines["left"].set_visible(False)
