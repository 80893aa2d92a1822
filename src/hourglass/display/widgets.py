"""Sliders that work in a page without a kernel: every picture is drawn beforehand, and the browser only chooses."""

from itertools import product

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np

from . import figures


class Sliders(ipywidgets.VBox):
    """Sliders above their picture; until a notebook has run, the picture where they start stands there alone."""

    still = ""

    def _repr_mimebundle_(self, **kwargs):
        html = f"{self.still}<p><em>Run this cell to move the picture.</em></p>"
        return {"text/html": html, **super()._repr_mimebundle_(**kwargs)}


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
    drawn = {}
    for point in product(*values):
        drawn[point] = draw(*point)
        plt.close(drawn[point])
    align(drawn.values())
    frames = {p: ipywidgets.HTML(figures.to_svg(f, alt.format(*map(told, p)))) for p, f in drawn.items()}
    look = {"style": {"description_width": "initial"}, "layout": {"width": "auto"}}
    controls = [
        ipywidgets.SelectionSlider(
            options=[(told(v), i) for i, v in enumerate(vs)], index=at, description=label, **look
        )
        for label, vs, at in zip(labels, values, positions, strict=True)
    ]

    def stack(point):
        depth = len(point)
        if depth == len(values):
            return frames[point]
        level = ipywidgets.Stack([stack((*point, v)) for v in values[depth]], selected_index=positions[depth])
        ipywidgets.jslink((controls[depth], "index"), (level, "selected_index"))
        return level

    box = Sliders([*controls, stack(())])
    box.still = frames[tuple(start)].value
    return box


def align(drawn):
    """Let nothing jump from one picture to the next: all get the size of the largest, and those whose axes form the
    same grid have them in the same places, with room for the labels of the first and the last of them."""
    size, grids = np.max([figure.get_size_inches() for figure in drawn], axis=0), {}
    for figure in drawn:
        figure.set_size_inches(size)
        grids.setdefault(str([ax.get_subplotspec() for ax in figure.axes]), []).append(figure)
    for alike in grids.values():
        places = []
        for figure in (alike[0], alike[-1]):
            figure.draw_without_rendering()
            places.append([ax.get_position(original=True).extents for ax in figure.axes])
        low, high = np.max(places, axis=0), np.min(places, axis=0)
        for figure in alike:
            figure.set_layout_engine("none")
            for ax, (left, bottom, *_), (*_, right, top) in zip(figure.axes, low, high, strict=True):
                ax.set_position((left, bottom, right - left, top - bottom))


def told(value):
    """A value as the reader sees it."""
    return value if isinstance(value, str) else f"{value:g}".replace("-", "−")
