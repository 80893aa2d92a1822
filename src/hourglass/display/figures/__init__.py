"""Static pictures. Each function draws one figure and returns it; `use_style()` once, at a chapter's top, sets the
look."""

from .codes import beside_codes, code_map, code_maps, globe, tangents
from .diagram import network, networks
from .flow import flow, flow_at
from .maps import boundaries, boundary, bowl_and_line, bowls, decision_maps, weight_space
from .pictures import (
    confusion,
    decoded_at,
    digit_plane,
    image_rows,
    images,
    picture_and_bars,
    weight_maps,
    weights_beside,
)
from .plots import activation_curves, approximations, curves, dead_units, intervals, lines, rasters, strips
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
    "beside_codes",
    "boundaries",
    "boundary",
    "bowl_and_line",
    "bowls",
    "code_map",
    "code_maps",
    "confusion",
    "curves",
    "dead_units",
    "decision_maps",
    "decoded_at",
    "digit_plane",
    "flow",
    "flow_at",
    "globe",
    "image_rows",
    "images",
    "intervals",
    "lines",
    "network",
    "networks",
    "new",
    "picture_and_bars",
    "rasters",
    "strips",
    "tangents",
    "to_svg",
    "use_style",
    "weight_maps",
    "weight_space",
    "weights_beside",
]
