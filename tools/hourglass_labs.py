"""Sphinx extension: laboratories of a kind share one file of code, which only pages that have some load.

A notebook needs the code beside each laboratory, and its still picture as an image; a page takes the code out, and the
picture's SVG out of the image, so that it has the page's colours. Without scripts, and in print, the picture stands.
"""

import base64
import re
from pathlib import Path

from hourglass.display import labs

CODE = re.compile(r'<script class="hourglass-lab">.*?</script>', flags=re.S)
STILL = re.compile(r'<img class="hourglass-still" [^>]*src="data:image/svg\+xml;base64,([^"]*)"[^>]*>')


def write_code(app):
    static = Path(app.outdir, "_static")
    static.mkdir(parents=True, exist_ok=True)
    for kind in labs.KINDS:
        (static / f"hourglass-{kind}.js").write_text(labs.script(kind), encoding="utf-8")


def lighten(app, pagename, templatename, context, doctree):
    body = CODE.sub("", context.get("body", ""))
    for kind in labs.KINDS:
        if f'<hourglass-lab kind="{kind}"' in body:
            app.add_js_file(f"hourglass-{kind}.js", loading_method="defer")  # at this point, for this page alone
    if body:
        context["body"] = STILL.sub(lambda still: base64.b64decode(still[1]).decode(), body)


def setup(app):
    app.connect("builder-inited", write_code)
    app.connect("html-page-context", lighten)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
