"""Sliders that work in a page without a kernel: every picture is drawn beforehand, and the browser only chooses."""

from itertools import product

import ipywidgets
import matplotlib.pyplot as plt

from . import figures


def slider(draw, sliders, alt, start=None):
    """One slider, or several, under one picture.

    draw: function of one value for each slider, returning a figure. sliders: {label: values}; the first is the
    outermost.
    alt: what the picture shows, for those who do not see it; `{}` stands for the values in order.
    start: the values that the reader finds, one a slider; without it, the first of each.
    Returns a widget. The links between sliders and pictures live in the browser.
    """
    labels, values = list(sliders), [list(v) for v in sliders.values()]
    if not labels or not all(values):
        raise ValueError(f"sliders must map at least one label to at least one value, got {sliders!r}")
    start = [v[0] for v in values] if start is None else start
    positions = [v.index(s) for v, s in zip(values, start, strict=True)]
    frames, places = {}, []
    for point in product(*values):
        figure = draw(*point)
        places = settle(figure, places)
        frames[point] = ipywidgets.HTML(figures.to_svg(figure, alt.format(*map(told, point))))
        plt.close(figure)
    controls = [
        ipywidgets.SelectionSlider(
            options=[(told(v), i) for i, v in enumerate(vs)],
            index=position,
            description=label,
            style={"description_width": "initial"},
            layout={"width": "auto"},
        )
        for label, vs, position in zip(labels, values, positions, strict=True)
    ]

    def stack(point):
        depth = len(point)
        if depth == len(values):
            return frames[point]
        level = ipywidgets.Stack([stack((*point, v)) for v in values[depth]], selected_index=positions[depth])
        ipywidgets.jslink((controls[depth], "index"), (level, "selected_index"))
        return level

    return ipywidgets.VBox([*controls, stack(())])


def settle(figure, places):
    """Put the axes where the first picture has them, so that nothing jumps from one picture to the next."""
    if len(places) != len(figure.axes):
        figure.canvas.draw()
        places = [ax.get_position(original=True) for ax in figure.axes]
    figure.set_layout_engine("none")
    for ax, place in zip(figure.axes, places, strict=True):
        ax.set_position(place)
    return places


def told(value):
    """A value as the reader sees it."""
    return value if isinstance(value, str) else f"{value:g}".replace("-", "−")
