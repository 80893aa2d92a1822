"""Static pictures. Each function draws one figure and returns it; `use_style()` once, at a chapter's top, sets the
look."""

from .diagram import network, networks
from .maps import (
    boundaries,
    boundary,
    bowl_and_line,
    bowls,
    confusion,
    decision_maps,
    images,
    weight_space,
    weights_beside,
)
from .plots import activation_curves, approximations, curves, dead_units, intervals, lines, strips
from .style import COLOURS, INK, MUTED, NEGATIVE, PALE, POSITIVE, new, to_svg, use_style

__all__ = [
    "COLOURS",
    "INK",
    "MUTED",
    "NEGATIVE",
    "PALE",
    "POSITIVE",
    "activation_curves",
    "approximations",
    "boundaries",
    "boundary",
    "bowl_and_line",
    "bowls",
    "confusion",
    "curves",
    "dead_units",
    "decision_maps",
    "images",
    "intervals",
    "lines",
    "network",
    "networks",
    "new",
    "strips",
    "to_svg",
    "use_style",
    "weight_space",
    "weights_beside",
]
