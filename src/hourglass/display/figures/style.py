"""The look of every figure: colours that colour-blind readers can tell apart (Okabe and Ito, 2008), type, lines,
and the SVG.

A page may recolour the SVG: `to_svg` writes each palette colour as a CSS variable with the colour itself to fall
back on, so that one picture is legible on light and on dark ground.
"""

import io
import re
from zlib import crc32

import matplotlib.pyplot as plt

INK, MUTED, PALE, PAPER = "#262626", "#6e6e6e", "#d9d9d9", "#ffffff"
BLUE, VERMILION, GREEN, PURPLE = "#0072b2", "#d55e00", "#009e73", "#cc79a7"
ORANGE, SKY, BROWN, OLIVE = "#e69f00", "#56b4e9", "#8c564b", "#7f7f00"
POSITIVE, NEGATIVE = BLUE, VERMILION  # signs of weights, and the classes that positive and negative scores stand for

COLOURS = {
    "sigmoid": PURPLE,
    "sigmoid ×4": PURPLE,
    "tanh": BLUE,
    "ReLU": VERMILION,
    "leaky ReLU": ORANGE,
    "PReLU": GREEN,
    "maxout": SKY,
    "ELU": BROWN,
    "GELU": OLIVE,
    "train": GREEN,
    "test": PURPLE,
}
OTHERS = [
    BLUE,
    VERMILION,
    GREEN,
    ORANGE,
    PURPLE,
    SKY,
    BROWN,
    OLIVE,
]  # for lines whose names have no colour of their own

# What the page's style sheet may replace, by name.
VARIABLES = {
    INK: "ink",
    MUTED: "muted",
    PALE: "pale",
    PAPER: "paper",
    BLUE: "blue",
    VERMILION: "vermilion",
    GREEN: "green",
    PURPLE: "purple",
    ORANGE: "orange",
    SKY: "sky",
    BROWN: "brown",
    OLIVE: "olive",
}

WIDTH, NARROW = 6.4, 4.2  # inches: the width of the text, and that of one panel alone
SMALL = 10.5  # points: ticks, and names beside lines
SMALLEST = (
    0.85  # a page shrinks a figure no further than this, so that 10.5 pt stay above 9 on a phone; what is wider scrolls
)


def use_style():
    """Set Matplotlib, for figures and for a notebook's output, to the book's look: deterministic SVG, text kept as
    text."""
    plt.rcParams.update(
        {
            "figure.dpi": 100,
            "figure.facecolor": PAPER,
            "savefig.facecolor": PAPER,
            "figure.constrained_layout.use": True,
            "font.family": "DejaVu Sans",
            "font.size": 11,
            "axes.labelsize": 11,
            "axes.titlesize": 11,
            "xtick.labelsize": SMALL,
            "ytick.labelsize": SMALL,
            "text.color": INK,
            "axes.labelcolor": INK,
            "axes.titlecolor": INK,
            "axes.edgecolor": MUTED,
            "xtick.color": MUTED,
            "ytick.color": MUTED,
            "xtick.labelcolor": INK,
            "ytick.labelcolor": INK,
            "axes.facecolor": "none",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.linewidth": 0.8,
            "lines.linewidth": 2,
            "lines.solid_capstyle": "round",
            "axes.prop_cycle": plt.cycler(color=OTHERS),
            "legend.frameon": False,
            "image.cmap": "Greys",
            "svg.fonttype": "none",
            "svg.hashsalt": "hourglass",
            "path.simplify_threshold": 0.5,
            "axes.formatter.useoffset": False,
        }
    )
    try:
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        set_matplotlib_formats("svg", metadata={"Date": None, "Creator": None}, bbox_inches=None)
    except (ImportError, AttributeError):  # not in a notebook
        pass


def new(columns=1, rows=1, height=None, width=None, **kwargs):
    """A figure and its axes: `height` inches a row; as wide as the text if it has several columns."""
    height = height or {1: 3.2, 2: 2.9}.get(columns, 2.3)
    width = width or (NARROW if columns == 1 else WIDTH)
    return plt.subplots(rows, columns, figsize=(width, height * rows), **kwargs)


def to_svg(figure, alt):
    """The figure as inline SVG for a page: named for screen readers, its ids its own, its colours and its font the
    page's."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return themed(buffer.getvalue(), alt)


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
    alt = alt.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    width, height = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg).groups()
    opening = (
        f'<svg class="figure" role="img" aria-label="{alt}" viewBox="0 0 {width} {height}" '
        f'style="width: {float(width) * 4 / 3:.0f}px; min-width: {float(width) * 4 / 3 * SMALLEST:.0f}px" '
        'stroke-linejoin="round" xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
    )
    svg = opening + svg[svg.index(">") + 1 :]
    return re.sub(r"\n\s*", "\n", svg)
