"""The look of every figure: colours that colour-blind readers can tell apart (Okabe and Ito, 2008), type, lines, SVG.

A page may recolour the SVG: `to_svg` writes each palette colour as a CSS variable with the colour itself to fall
back on, so that one picture is legible on light and on dark ground.
"""

import io
import re
from html import escape
from zlib import crc32

import matplotlib.pyplot as plt
from IPython import get_ipython
from IPython.display import display
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.colors import LinearSegmentedColormap, to_rgba
from matplotlib.figure import Figure

from ..page import NOTEBOOK_STYLE

INK, MUTED, PALE, PAPER = "#262626", "#6e6e6e", "#d9d9d9", "#ffffff"
BLUE, VERMILION, GREEN, PURPLE = "#0072b2", "#d55e00", "#009e73", "#cc79a7"
ORANGE, SKY, BROWN, OLIVE = "#e69f00", "#56b4e9", "#8c564b", "#7f7f00"
POSITIVE, NEGATIVE = BLUE, VERMILION  # signs of weights, and the classes that positive and negative scores stand for
OTHERS = [BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY, BROWN, OLIVE]  # for names without a colour of their own
COLOURS = dict(zip(("tanh", "ReLU", "PReLU", "leaky ReLU", "sigmoid", "maxout", "ELU", "GELU"), OTHERS))
COLOURS |= {"sigmoid ×4": COLOURS["sigmoid"], "train": GREEN, "test": PURPLE}

POINT_POSITIVE, POINT_NEGATIVE = "#005f96", "#b34f00"  # the signs once more, for points on a ground of their colour

# What the page's style sheet may replace, by name.
NAMES = ("ink", "muted", "pale", "paper", "blue", "vermilion", "green", "orange", "purple", "sky", "brown", "olive")
VARIABLES = dict(zip((INK, MUTED, PALE, PAPER, *OTHERS), NAMES))
VARIABLES |= {POINT_POSITIVE: "point-positive", POINT_NEGATIVE: "point-negative"}

# Maps shade by transparency: what is near zero shows the page's own ground, light or dark.
AGAINST, FOR = ([to_rgba(colour, alpha) for alpha in (0, 1)] for colour in (NEGATIVE, POSITIVE))
CLASS_MAP = LinearSegmentedColormap.from_list("classes", list(zip((0, 0.5, 0.5, 1), AGAINST[::-1] + FOR)))
DENSITY_MAP = LinearSegmentedColormap.from_list("density", FOR)

WIDTH, NARROW = 6.4, 4.2  # inches: the width of the text, and that of one panel alone
SMALL = 10.5  # points: ticks, and names beside lines
SMALLEST = 0.85  # a page shrinks a figure no further, so that 10.5 pt stay above 9 on a phone; what is wider scrolls
GUIDE = {"color": MUTED, "linewidth": 0.9, "linestyle": (0, (4, 3)), "zorder": 0}  # a line to compare with


def set_look():
    """Set Matplotlib to the book's look: the same SVG every time, text kept as text."""
    plt.rc("figure", dpi=100, facecolor=PAPER)
    plt.rc("figure.constrained_layout", use=True)
    plt.rc("savefig", facecolor=PAPER)
    plt.rc("font", family="DejaVu Sans", size=SMALL)
    plt.rc("text", color=INK)
    plt.rc("axes", labelsize=11, titlesize=11, labelcolor=INK, titlecolor=INK, edgecolor=MUTED, facecolor="none")
    plt.rc("axes", linewidth=0.8, prop_cycle=plt.cycler(color=OTHERS))
    plt.rc("axes.spines", top=False, right=False)
    plt.rc("axes.formatter", useoffset=False)
    plt.rc(("xtick", "ytick"), labelsize=SMALL, color=MUTED, labelcolor=INK)
    plt.rc("lines", linewidth=2, solid_capstyle="round")
    plt.rc("image", cmap="Greys")
    plt.rc("path", simplify_threshold=0.5)
    plt.rc("svg", fonttype="none", hashsalt="hourglass")


def use_style():
    """Set Matplotlib, and a notebook's output, to the book's look."""
    set_look()
    try:
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        set_matplotlib_formats("svg")
        get_ipython().display_formatter.formatters["image/svg+xml"].for_type(Figure, drawn)
    except (ImportError, AttributeError):  # not in a notebook
        return
    display({"text/html": NOTEBOOK_STYLE}, raw=True)


def new(columns=1, rows=1, height=None, width=None, **kwargs):
    """A figure and its axes: `height` inches a row; as wide as the text if it has several columns."""
    height = height or {1: 3.2, 2: 2.9}.get(columns, 2.3)
    width = width or (NARROW if columns == 1 else WIDTH)
    return plt.subplots(rows, columns, figsize=(width, height * rows), **kwargs)


def beside(panels, **kwargs):
    """A figure with axes side by side for `panels`, {title: panel} or one alone, and the pairs (axes, panel)."""
    panels = panels if isinstance(panels, dict) else {"": panels}
    figure, axes = new(len(panels), squeeze=False, **kwargs)
    for ax, title in zip(axes[0], panels, strict=True):
        ax.set_title(title)
    return figure, list(zip(axes[0], panels.values(), strict=True))


def drawn(figure):
    """The figure as SVG, by the backend itself: `savefig` would draw everything twice."""
    buffer = io.StringIO()
    FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def to_svg(figure, alt):
    """The figure as inline SVG for a page: named for screen readers; ids its own, colours and font the page's."""
    return themed(drawn(figure), alt)


def themed(svg, alt):
    """Matplotlib's SVG made fit to stand inside a page."""
    svg = svg[svg.index("<svg") :]
    prefix = f"f{crc32((alt + svg).encode()):08x}-"
    svg = re.sub(r"<metadata>.*?</metadata>\s*|<defs>\s*<style.*?</style>\s*</defs>\s*", "", svg, flags=re.S)
    svg = re.sub(r'(\bid="|url\(#|xlink:href="#)', rf"\g<1>{prefix}", svg)  # ids must not meet those of another figure
    # inside tags a hundredth of a point is fine enough, and a third of the bytes
    svg = re.sub(r"<[^>]+>", lambda tag: re.sub(r"(\.\d\d)\d+", r"\1", tag[0]), svg)
    svg = svg.replace(PAPER, f"var(--figure-ground, {PAPER})", 1)  # the first thing drawn is the ground
    for colour, name in VARIABLES.items():
        svg = re.sub(rf"(?<!, ){colour}", f"var(--figure-{name}, {colour})", svg)
    svg = svg.replace("font-family: 'DejaVu Sans'", "font-family: var(--figure-font, 'DejaVu Sans', sans-serif)")
    svg = re.sub(r' transform="rotate\(-0 [^"]*"', "", svg)
    width, height = map(float, re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg).groups())
    opening = (
        f'<svg class="figure" role="img" aria-label="{escape(alt)}" viewBox="0 0 {width:g} {height:g}" '
        f'style="width: {width * 4 / 3:.0f}px; min-width: {width * 4 / 3 * SMALLEST:.0f}px" '
        'stroke-linejoin="round" xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
    )
    return re.sub(r"\n\s*", "\n", opening + svg[svg.index(">") + 1 :])
