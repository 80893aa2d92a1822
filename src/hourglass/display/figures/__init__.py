"""Static pictures. Each function draws one figure and returns it; `use_style()` once, at a chapter's top, sets the
look. A function that takes panels draws them side by side: {title: panel}, or one panel without a title."""

from .codes import beside_codes, code_map, globe, tangents
from .diagram import cell_and_unit, network, noisy_chain, passes
from .flow import account, flow, flow_at, spreads
from .maps import boundary, bowl_and_line, bowls, decision_maps
from .pictures import confusion, decoded_at, digit_plane, image_rows, images, picture_and_bars, weight_maps
from .plots import activation_curves, approximations, curves, dead_units, intervals, rasters, strips
from .style import to_svg, use_style
