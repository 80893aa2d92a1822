"""Claims, numbers for the prose, and self-checks."""

import inspect
import os
from functools import wraps
from html import escape
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import numpy as np
from IPython.display import Markdown, display
from scipy.special import stdtrit

from .. import checks
from .ledger import criteria, judge, verdicts
from .page import NUMBERS, Page

__all__ = [
    "check", "criteria", "digits", "glue", "interval", "judge", "predict", "quiz", "rows", "source", "table",
    "verdicts",
]  # fmt: skip


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


def predict(question, options):
    """A question to answer before looking. In a page, what follows in its section unfolds when the reader has chosen.

    options: {answer: whether it is what came out}, in the order in which they are offered. Where HOURGLASS_STRICT is 1,
    as in builds and tests, AssertionError is raised unless exactly one is; for a reader it may also be none.
    """
    if len(options) < 2:
        raise ValueError(f"options must offer at least two answers, got {options!r}")
    right = [text for text, came_out in options.items() if came_out]
    if len(right) != 1 and os.environ.get("HOURGLASS_STRICT") == "1":
        raise AssertionError(f"{question!r}: one answer must be what came out, not {right}")
    outcome = " and ".join(right) or "none of these"
    listed = "".join(f"<li{' class=yes' * (text in right)}>{escape(text)}</li>" for text in options)
    html = (
        f'<div class="predict"><p class="question">{escape(question)}</p><ul>{listed}</ul>'
        f'<p class="outcome">What came out: <strong>{escape(outcome)}</strong>.</p></div>'
    )
    marked = [f"  {'✓' if text in right else '-'} {text}" for text in options]
    display(Page(html, "\n".join([question, *marked])))


class Unfilled(Exception):
    """A function that the reader has not written yet was called."""


def check(answer, tests):
    """Say what a reader's answer lacks, if anything.

    answer: what the reader filled in, of any kind; `...` where nothing stands yet, or a function that returns it.
    tests: function of the answer that yields pairs (whether it is right so far, a hint if it is not), the simplest
    first: it is asked no further than to the first that fails. An answer that stops with an error hears of the error.
    """
    try:
        hint = next((hint for right, hint in tests(guarded(answer)) if not right), None)
    except Unfilled:
        kind, said = "open", "Your turn: put your answer where the three dots are, and run the cell."
    except Exception as error:  # whatever a reader's code may raise
        kind, said = "no", f"Not yet. It stops with {type(error).__name__}: {error}"
    else:
        kind, said = ("yes", "Right.") if hint is None else ("no", f"Not yet. {hint}")
    display(Page(f'<p class="check {kind}" role="status">{escape(said)}</p>', said))


def digits(one, other, most=12):
    """How many digits of two numbers or arrays agree, as measured by the largest there is; no more than `most`.

    (Further ones are another processor's business.)
    """
    one, other = np.asarray(one), np.asarray(other)
    apart, largest = np.abs(one - other).max(), np.abs(other).max()
    return most if apart <= largest * 10.0**-most else max(0, int(-np.log10(apart / largest)))


def rows(name):
    """The rows of a study, a structured array with a field for each column of its table.

    name: of a table in ../studies, as seen from a chapter, without its ".csv". FileNotFoundError that names the tables
    there are.
    """
    path = Path("../studies", f"{name}.csv")
    if not path.is_file():
        there = ", ".join(sorted(table.stem for table in path.parent.glob("*.csv"))) or "none"
        raise FileNotFoundError(f"name must be that of a table in {path.parent.resolve()} ({there}), got {name!r}")
    return np.genfromtxt(path, delimiter=",", names=True, dtype=None, encoding="utf-8")


class Interval(NamedTuple):
    """A mean, and how far its 95% interval reaches to each side."""

    mean: float
    reach: float

    def above(self, bound=0):
        """Whether the whole interval lies above a number."""
        return self.mean - self.reach > bound

    def below(self, bound=0):
        return self.mean + self.reach < bound

    def __neg__(self):
        return Interval(-self.mean, self.reach)

    def __format__(self, spec):
        """Both numbers by one format, such as "+.1f" or ".0%": "+1.5 ± 0.4". Minus signs are typographic."""
        mean, reach = format(self.mean, spec.replace(".", "z.", 1)), format(self.reach, spec.lstrip("+"))
        return f"{mean} ± {reach}".replace("-", "−")  # z: no minus before a zero


def interval(values, overlap=0.0):
    """Mean of results with its 95% interval by Student's t: an `Interval`, (mean, how far it reaches to each side).

    `above(bound)` and `below(bound)` tell whether the whole of it is; f"{interval:.1f}" writes "1.5 ± 0.4".

    values: (n,), at least two, one for each split. overlap: of splits that share their data, the examples of the test
    over those of the training. The variance of the mean is then not s^2 / n, but about s^2 (1 / n + overlap), with s
    the standard deviation (Nadeau and Bengio, 2003, section 3). ValueError if there are fewer than two values, one is
    no finite number, or overlap is negative.
    """
    values, overlap = checks.finite_array(values, "values"), checks.number(overlap, "overlap", at_least=0)
    if values.ndim != 1 or len(values) < 2:
        raise ValueError(f"values must be numbers in one row, two at least, got shape {values.shape}")
    n, widest = len(values), stdtrit(len(values) - 1, 0.975)
    return Interval(float(values.mean()), float(widest * values.std(ddof=1) * np.sqrt(1 / n + overlap)))


def guarded(answer):
    """The answer, or Unfilled if there is none; of a function, when it is called."""
    parts = answer if isinstance(answer, (tuple, list)) else [answer]
    if any(part is ... for part in parts):
        raise Unfilled
    if not inspect.isroutine(answer):
        return answer

    @wraps(answer)
    def called(*args, **options):
        result = answer(*args, **options)
        if result is ... or result is None:
            raise Unfilled
        return result

    return called
