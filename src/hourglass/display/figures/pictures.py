"""Pictures of digits: in rows, on the plane of their codes, beside what a network makes of them; weights likewise."""

import numpy as np
from matplotlib.patches import Rectangle

from .style import CLASS_MAP, INK, MUTED, NEGATIVE, OTHERS, POSITIVE, SMALL, WIDTH, new


def show(ax, picture, **kwargs):
    """A picture, dark on light: (pixels,) of a square, or (rows, columns), from 0 to 1."""
    side = round(np.sqrt(np.size(picture)))
    picture = np.reshape(picture, (side, side)) if np.ndim(picture) == 1 else picture
    ax.imshow(picture, **{"cmap": "Greys", "vmin": 0, "vmax": 1, "interpolation": "nearest"} | kwargs)
    ax.set(xticks=(), yticks=())
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def show_weights(ax, weights):
    """Weights as a picture: blue for, vermilion against, nothing at zero or where there is none (NaN)."""
    size = np.nanmax(np.abs(weights), initial=1e-12)
    show(ax, np.where(weights == 0, np.nan, weights), cmap=CLASS_MAP, vmin=-size, vmax=size)


def images(pictures, titles, columns=5):
    """Digits (n, pixels) with titles; what has negative numbers is weights, with a minus where far below zero."""
    columns = min(columns, len(pictures))
    shape = np.shape(pictures[0]) if np.ndim(pictures[0]) == 2 else (1, 1)  # rows of pixels are squares
    height = WIDTH / columns * shape[0] / shape[1] + 0.25
    figure, axes = new(columns, -(-len(pictures) // columns), height, WIDTH, squeeze=False)
    for ax in axes.flat:
        ax.axis("off")
    for ax, picture, title in zip(axes.flat, pictures, titles, strict=False):
        ax.set_title(title, fontsize=SMALL)
        if picture.min() >= 0:
            show(ax, picture)
            continue
        weights = np.reshape(picture, (8, 8))
        show_weights(ax, weights)
        for row, column in np.argwhere(weights < -0.25 * np.abs(weights).max()):
            ax.text(column, row, "−", ha="center", va="center", color=INK)
    return figure


def mosaic(pictures, gap=1):
    """Pictures (rows, columns, height, width) side by side as one, with `gap` pixels of nothing (NaN) between."""
    rows, columns, height, width = pictures.shape
    framed = np.full((rows, height + gap, columns, width + gap), np.nan)
    framed[:, :height, :, :width] = pictures.transpose(0, 2, 1, 3)
    return framed.reshape(rows * (height + gap), columns * (width + gap))[:-gap, :-gap]


def image_rows(rows, titles=None, wrong=()):
    """Rows of small pictures, each row with its name on the left.

    rows: {name: (n, pixels)}, from 0 to 1. titles: n texts above. wrong: places (row, column) to frame and cross.
    """
    pictures = np.stack([np.reshape(row, (-1, 8, 8)) for row in rows.values()])
    n_rows, n_columns = pictures.shape[:2]
    longest = max(map(len, rows)) * 0.085 + 0.1
    unit = min((WIDTH - longest) / n_columns, 0.75)
    figure, ax = new(height=unit * n_rows + (0.1 if titles is None else 0.3), width=unit * n_columns + longest)
    show(ax, mosaic(np.clip(pictures, 0, 1)))
    ax.set_yticks(3.5 + 9 * np.arange(n_rows), rows)
    if titles is not None:
        ax.xaxis.tick_top()
        ax.set_xticks(3.5 + 9 * np.arange(n_columns), titles)
    for row, column in wrong:
        x, y = column * 9 - 0.75, row * 9 - 0.75
        ax.add_patch(Rectangle((x, y), 8.5, 8.5, fill=False, edgecolor=NEGATIVE, linewidth=2))
        ax.plot((x, x + 1.5), (y, y + 1.5), color=NEGATIVE, linewidth=2)
    return figure


def weight_maps(weights):
    """Weights (units, pixels) as framed squares, ten a row: blue for, vermilion against, nothing at zero."""
    side, rows = round(np.sqrt(weights.shape[1])), -(-len(weights) // 10)
    pictures = np.full((rows * 10, side, side), np.nan)
    pictures[: len(weights)] = weights.reshape(-1, side, side)
    figure, ax = new(height=0.6 * rows, width=WIDTH)
    show_weights(ax, mosaic(pictures.reshape(rows, 10, side, side)))
    for unit in range(len(weights)):
        corner = unit % 10 * (side + 1) - 0.5, unit // 10 * (side + 1) - 0.5
        ax.add_patch(Rectangle(corner, side, side, fill=False, edgecolor=MUTED, linewidth=0.5))
    return figure


def digit_plane(codes, labels):
    """Digits at the places of their codes, each as its numeral, in ten colours. codes: (n, 2). labels: (n,)."""
    figure, ax = new(height=4.4, width=5.2)
    for digit in np.unique(labels):
        colour = [*OTHERS, INK, MUTED][digit]
        ax.scatter(*codes[labels == digit].T, s=30, marker=f"${digit}$", color=colour, linewidths=0)
    ax.set(xlabel="first number", ylabel="second number")
    return figure


def decoded_at(place, picture, codes, labels):
    """A place on the plane of codes (n, 2), each numeral at the median of its own; what is decoded there, (pixels,)."""
    figure, (left, right) = new(2, height=2.9)
    for digit in np.unique(labels):
        left.text(*np.median(codes[labels == digit], axis=0), digit, ha="center", va="center", color=MUTED)
    left.plot(*place, "o", color=POSITIVE, markersize=9)
    xlim, ylim = np.quantile(codes, [0.01, 0.99], axis=0).T
    left.set(xlim=xlim, ylim=ylim, xlabel="first number", ylabel="second number")
    show(right, np.clip(picture, 0, 1))
    return figure


def picture_and_bars(picture, bars, xlabel):
    """A picture, and beside it a bar for each name. picture: (pixels,). bars: {name: 0 to 1}."""
    figure, (left, right) = new(2, height=2.6, width_ratios=(1, 2))
    show(left, picture)
    right.barh(range(len(bars)), list(bars.values()), color=POSITIVE, height=0.7)
    right.set(xlabel=xlabel, xlim=(0, 1), ylim=(len(bars) - 0.4, -0.6))
    right.set_yticks(range(len(bars)), bars)
    right.tick_params(axis="y", length=0)
    return figure


def confusion(matrix):
    """A confusion matrix, rows the true class: the errors stand out, the right ones are pale."""
    figure, ax = new(height=3.8)
    largest = (matrix - np.diag(np.diag(matrix))).max()
    for (row, column), value in np.ndenumerate(matrix):
        if value:
            ax.text(column, row, value, ha="center", va="center", color=MUTED if row == column else INK)
        if value and row != column:
            place, shade = (column - 0.5, row - 0.5), 0.2 + 0.3 * value / largest
            ax.add_patch(Rectangle(place, 1, 1, facecolor=NEGATIVE, alpha=shade, linewidth=0))
    ticks, ends = range(len(matrix)), (-0.5, len(matrix) - 0.5)
    ax.set(xticks=ticks, yticks=ticks, xlim=ends, ylim=ends[::-1], xlabel="read as", ylabel="digit", aspect="equal")
    ax.tick_params(length=0)
    return figure
