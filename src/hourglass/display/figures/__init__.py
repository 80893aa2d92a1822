"""Static pictures. Each function draws one figure and returns it; `use_style()` once, at a chapter's top, sets the look."""

from .diagram import network
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
from .plots import bars, curves, lines
from .style import COLOURS, INK, MUTED, NEGATIVE, PALE, POSITIVE, new, to_svg, use_style

__all__ = ["COLOURS", "INK", "MUTED", "NEGATIVE", "PALE", "POSITIVE", "bars", "boundaries", "boundary", "bowl_and_line", "bowls", "confusion", "curves", "decision_maps",
           "images", "lines", "network", "new", "to_svg", "use_style", "weight_space", "weights_beside"]
