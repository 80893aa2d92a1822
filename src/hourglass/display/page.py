"""What a cell displays: one thing, in two forms."""


class Page:
    """Something to display: `html` in a page or a notebook, `text` in a terminal and in what tests compare."""

    def __init__(self, html, text):
        self.html, self.text = html, text

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self.html, "text/plain": self.text}
