"""What a cell displays: one thing, in two forms; and two outputs that pages leave out."""

NUMBERS = "application/vnd.hourglass.numbers+json"  # an output of this kind is stored, and shown by no program

# What the style sheet of pages does for boxes and self-checks: for a trusted notebook in JupyterLab, in its colours.
NOTEBOOK_STYLE = """<style>
.jp-Notebook :is(.claim, .quiz, .predict) { max-width: 46em; }
.jp-Notebook .claim { background: var(--jp-cell-editor-background); --claim-holds: var(--jp-success-color1); }
.jp-Notebook .claim { --claim-holds-if: var(--jp-warn-color1); --claim-fails: var(--jp-error-color1); }
.jp-Notebook .claim p, .jp-Notebook .claim ul { margin: 0 0 0.4em; padding: 0; list-style: none; }
.jp-Notebook .claim .source { display: block; font-size: 85%; font-weight: 400; color: var(--jp-ui-font-color2); }
.jp-Notebook .claim .said, .jp-Notebook .claim .verdict, .jp-Notebook .question { font-weight: 600; }
.jp-Notebook .quiz details { margin: 0.3em 0; border: 1px solid var(--jp-border-color2); border-radius: 5px; }
.jp-Notebook .quiz summary { margin-left: 2em; padding: 0.3em 0; list-style: disclosure-closed; cursor: pointer; }
.jp-Notebook .quiz details[open] summary { list-style: disclosure-open; }
.jp-Notebook .quiz details p { margin: 0 0 0.4em 2em; }
.jp-Notebook .predict { padding: 0.7em 1em; border: 1px dashed var(--jp-border-color1); border-radius: 5px; }
.jp-Notebook .predict :is(p, ul) { margin: 0 0 0.4em; }
.jp-Notebook .check { padding: 0.4em 1em; border-left: 5px solid var(--jp-border-color1); }
.jp-Notebook .check.yes { border-color: var(--jp-success-color1); }
.jp-Notebook .check.no { border-color: var(--jp-warn-color1); }
</style>"""


class Page:
    """Something to display: `html` in a page or a notebook, `text` in a terminal and in what tests compare."""

    def __init__(self, html, text):
        self.html, self.text = html, text

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self.html, "text/plain": self.text}
