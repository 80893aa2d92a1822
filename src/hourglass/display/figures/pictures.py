"""Pictures of digits: in rows, on the plane of their codes, beside what a network makes of them; and weights as
pictures."""

import numpy as np
from matplotlib.patches import Rectangle

from .maps import CLASS_MAP, MAP_INK
from .style import INK, MUTED, NARROW, NEGATIVE, OTHERS, POSITIVE, SMALL, WIDTH, new


def images(pictures, titles=None, columns=8, height=None):
    """Rows of small grey pictures, dark on light. pictures: (n, rows, columns), from 0 to 1. Returns the figure."""
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    figure, axes = new(columns, rows, height or (6.4 / columns + (0.25 if titles else 0)), squeeze=False)
    for i, ax in enumerate(axes.flat):
        ax.axis("off")
        if i < len(pictures):
            ax.imshow(pictures[i], cmap="Greys", vmin=0, vmax=1, interpolation="nearest")
            if titles:
                ax.set_title(titles[i], fontsize=SMALL)
    return figure


def mosaic(pictures, gap=1):
    """Pictures (rows, columns, height, width) side by side as one, with `gap` pixels of nothing (NaN) between."""
    rows, columns, height, width = pictures.shape
    framed = np.full((rows, height + gap, columns, width + gap), np.nan)
    framed[:, :height, :, :width] = pictures.transpose(0, 2, 1, 3)
    return framed.reshape(rows * (height + gap), columns * (width + gap))[:-gap, :-gap]


def image_rows(rows, titles=None, wrong=(), size=(8, 8)):
    """Rows of small pictures, each row with its name on the left.

    rows: {name: (n, pixels)}, from 0 to 1. titles: n texts above. wrong: places (row, column) to frame and cross.
    size: height and width of a picture. Returns the figure.
    """
    pictures = np.stack([np.reshape(row, (-1, *size)) for row in rows.values()])
    n_rows, n_columns = pictures.shape[:2]
    step = size[0] + 1
    longest = max(map(len, rows)) * 0.085 + 0.1
    unit = min((WIDTH - longest) / n_columns, 0.75)
    figure, ax = new(height=unit * n_rows + (0.3 if titles is not None else 0.1), width=unit * n_columns + longest)
    ax.imshow(mosaic(np.clip(pictures, 0, 1)), cmap="Greys", vmin=0, vmax=1, interpolation="nearest")
    centre = (size[0] - 1) / 2
    ax.set_yticks(centre + step * np.arange(n_rows), rows)
    if titles is not None:
        ax.xaxis.tick_top()
    ax.set_xticks(centre + step * np.arange(n_columns) if titles is not None else (), titles)
    for row, column in wrong:
        x, y = column * step - 0.75, row * step - 0.75
        ax.add_patch(Rectangle((x, y), size[1] + 0.5, size[0] + 0.5, fill=False, edgecolor=NEGATIVE, linewidth=2))
        ax.plot((x, x + 1.5), (y, y + 1.5), color=NEGATIVE, linewidth=2)
    bare(ax)
    return figure


def weight_maps(weights, columns=10, height=None):
    """The weights of units that look at a picture, a square each: blue for, vermilion against, nothing at zero.

    weights: (units, pixels). Returns the figure.
    """
    side = round(np.sqrt(weights.shape[1]))
    rows = -(-len(weights) // columns)
    pictures = np.full((rows * columns, side, side), np.nan)
    pictures[: len(weights)] = weights.reshape(-1, side, side)
    pictures[pictures == 0] = np.nan
    size = np.nanmax(np.abs(pictures), initial=1e-12)
    figure, ax = new(height=height or 0.6 * rows, width=WIDTH)
    whole = mosaic(pictures.reshape(rows, columns, side, side))
    ax.imshow(whole, cmap=CLASS_MAP, vmin=-size, vmax=size, interpolation="nearest")
    for row, column in np.ndindex(rows, columns):
        if row * columns + column < len(weights):
            corner = column * (side + 1) - 0.5, row * (side + 1) - 0.5
            ax.add_patch(Rectangle(corner, side, side, fill=False, edgecolor=MUTED, linewidth=0.5))
    ax.set(xticks=(), yticks=())
    bare(ax)
    return figure


def digit_plane(codes, labels, ax=None):
    """Digits at the places of their codes, each as its numeral, in ten colours.

    codes: (n, 2). labels: (n,). Returns the figure.
    """
    if ax is None:
        _, ax = new(height=4.4, width=5.2)
    for digit in np.unique(labels):
        ax.scatter(
            *codes[labels == digit].T, s=30, marker=f"${digit}$", color=[*OTHERS, INK, MUTED][digit], linewidths=0
        )
    ax.set(xlabel="first number", ylabel="second number")
    return ax.figure


def decoded_at(place, picture, codes, labels):
    """Where a point lies on the plane of codes, and the picture that a decoder makes of it.

    place: two numbers. picture: (pixels,). codes, labels: of digits; each numeral stands at the median of its own.
    Returns the figure.
    """
    figure, (left, right) = new(2, height=2.9)
    for digit in np.unique(labels):
        left.text(*np.median(codes[labels == digit], axis=0), str(digit), ha="center", va="center", color=MUTED)
    left.plot(*place, "o", color=POSITIVE, markersize=9)
    low, high = np.quantile(codes, [0.01, 0.99], axis=0)
    left.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), xlabel="first number", ylabel="second number")
    side = round(np.sqrt(len(picture)))
    right.imshow(np.clip(picture, 0, 1).reshape(side, side), cmap="Greys", vmin=0, vmax=1, interpolation="nearest")
    right.set(xticks=(), yticks=())
    bare(right)
    return figure


def picture_and_bars(picture, bars, xlabel="", xlim=(0, 1)):
    """A picture, and beside it a bar for each name. picture: (pixels,). bars: {name: number}. Returns the figure."""
    figure, (left, right) = new(2, height=2.6, width=WIDTH, width_ratios=(1, 2))
    side = round(np.sqrt(len(picture)))
    left.imshow(np.reshape(picture, (side, side)), cmap="Greys", vmin=0, vmax=1, interpolation="nearest")
    left.set(xticks=(), yticks=())
    bare(left)
    right.barh(range(len(bars)), list(bars.values()), color=POSITIVE, height=0.7)
    right.set(xlabel=xlabel, xlim=xlim, ylim=(len(bars) - 0.4, -0.6))
    right.set_yticks(range(len(bars)), bars)
    right.tick_params(axis="y", length=0)
    return figure


def bare(ax):
    """Without frame and tick marks."""
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)


def weights_beside(pictures, weight, titles):
    """Small pictures, and beside them the weights of a unit that reads such pictures: blue for, vermilion with a
    minus against."""
    figure, axes = new(len(pictures) + 1, height=1.9, width=NARROW)
    for ax, picture, title in zip(axes, pictures, titles, strict=False):
        ax.imshow(np.reshape(picture, (8, 8)), cmap="Greys", vmin=0, vmax=1)
        ax.set_title(title)
    weight = np.reshape(weight, (8, 8))
    size = np.abs(weight).max()
    axes[-1].imshow(weight, cmap=CLASS_MAP, vmin=-size, vmax=size)
    for row, column in np.argwhere(weight < -0.25 * size):
        axes[-1].text(column, row, "−", ha="center", va="center", fontsize=SMALL, color=MAP_INK)
    axes[-1].set_title(titles[-1])
    for ax in axes:
        ax.axis("off")
    return figure


def confusion(matrix, height=3.8):
    """A confusion matrix, rows the true class: the errors stand out, the right ones are pale. Returns the figure."""
    figure, ax = new(height=height)
    largest = (matrix - np.diag(np.diag(matrix))).max()
    for (row, column), value in np.ndenumerate(matrix):
        if value:
            ax.text(column, row, value, ha="center", va="center", fontsize=SMALL, color=MUTED if row == column else INK)
        if value and row != column:
            place = (column - 0.5, row - 0.5)
            ax.add_patch(Rectangle(place, 1, 1, facecolor=NEGATIVE, alpha=0.2 + 0.3 * value / largest, linewidth=0))
    ticks, ends = range(len(matrix)), (-0.5, len(matrix) - 0.5)
    ax.set(xticks=ticks, yticks=ticks, xlim=ends, ylim=ends[::-1], xlabel="read as", ylabel="digit", aspect="equal")
    ax.tick_params(length=0)
    return figure
