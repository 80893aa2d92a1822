"""Sphinx extension: a chapter's SVG figures stand inside the page, so that they take its colours and its type.

An SVG in an `<img>` is a world of its own: it keeps dark ink on a dark page, and cannot use the page's fonts.
"""

from pathlib import Path

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from hourglass.display.figures.style import themed


class InlineFigures(SphinxPostTransform):
    default_priority = 910  # after cell outputs have become images
    formats = ("html",)

    def run(self):
        for image in list(self.document.findall(nodes.image)):
            path = Path(self.app.srcdir, image["uri"])
            if path.suffix == ".svg" and "jupyter_execute" in path.parts:
                svg = themed(path.read_text(encoding="utf-8"), image.get("alt", ""))
                image.replace_self(nodes.raw("", svg, format="html"))


def setup(app):
    app.add_post_transform(InlineFigures)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
