"""Claims, numbers for the prose, and self-checks."""

import inspect
from html import escape
from zlib import crc32

from IPython.display import Markdown, display

from .ledger import judge, verdicts
from .page import Page

NUMBERS = "application/vnd.hourglass.numbers+json"  # an output of this kind is stored, and shown by no program

__all__ = ["glue", "judge", "quiz", "source", "table", "verdicts"]


def glue(**numbers):
    """Hand numbers to the prose: text by name, as it shall be printed. `make notebooks` writes them into it."""
    display({NUMBERS: numbers}, raw=True)


def source(thing):
    """Show the source of a class or function, as it stands in its file."""
    display(Markdown(f"```python\n{inspect.getsource(thing)}```"))


def table(head, rows):
    """A table of texts. head: one text a column. rows: lists of as many; the first of each names its row."""
    top = "".join(f'<th scope="col">{escape(text)}</th>' for text in head)
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>{"".join(f"<td>{escape(text)}</td>" for text in texts)}</tr>'
        for name, *texts in rows
    )
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in (head, *rows)]
    html = f'<table class="results"><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>'
    display(Page(html, "\n".join(lines)))


def quiz(question, answers):
    """A question with answers to open; each says whether it is right, and why.

    answers: {answer: feedback}; feedback starts with "Yes" or "No".
    """
    for answer, feedback in answers.items():
        if not feedback.startswith(("Yes", "No")):
            raise ValueError(f"feedback must start with Yes or No, got {feedback!r} for {answer!r}")
    name = f"quiz-{crc32(question.encode()):08x}"  # answers of one question: opening one closes the others
    options = "".join(
        f'<details name="{name}"><summary>{escape(answer)}</summary>'
        f'<p class="{"yes" if feedback.startswith("Yes") else "no"}">{escape(feedback)}</p></details>'
        for answer, feedback in answers.items()
    )
    html = f'<div class="quiz"><p class="question">{escape(question)}</p>{options}</div>'
    display(Page(html, "\n".join([question, *(f"  - {answer}" for answer in answers)])))
