"""Claims, numbers for the prose, and self-checks."""

import inspect
import json
from functools import cache
from html import escape
from pathlib import Path
from zlib import crc32

import yaml
from IPython.display import Markdown, display

LEDGER = Path(__file__).parents[3] / "book" / "claims.yml"
SOURCES = {"cs231n": "CS231n notes", "skarupke": "Skarupke 2016", "kong": "Kong 2019", "eissa": "Eissa"}
VERDICTS = ("holds", "holds if", "fails")
NUMBERS = "application/vnd.hourglass.numbers+json"  # an output of this kind is stored, and shown by no program


@cache
def ledger():
    """All claims: {id: {source, claim, chapter, verdict, condition}}."""
    entries = yaml.safe_load(LEDGER.read_text(encoding="utf-8"))
    return {entry.pop("id"): entry for entry in entries}


class Page:
    """Something to display: `html` in a page or a notebook, `text` in a terminal and in what tests compare."""

    def __init__(self, html, text):
        self.html, self.text = html, text

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self.html, "text/plain": self.text}


def conclusion(entry):
    """The verdict of a ledger's entry in words, with its condition."""
    return " ".join(filter(None, (entry["verdict"], entry.get("condition"))))


def judge(claim, checks, measured):
    """State the verdict on a claim of the ledger, from what was measured.

    claim: its id. checks: {what the claim says, or a part or condition of it: whether the measurement bears it out}.
    All true: it holds; none: it fails; some: it holds if. measured: the finding in one line.
    Raises AssertionError when the ledger says otherwise, so that book and measurement cannot part.
    """
    if claim not in ledger():
        raise ValueError(f"claim must be listed in claims.yml, got {claim!r}")
    if not checks:
        raise ValueError("checks must not be empty")
    entry, held = ledger()[claim], [bool(value) for value in checks.values()]
    verdict = "holds" if all(held) else "holds if" if any(held) else "fails"
    assert verdict == entry["verdict"], f"{claim}: measured {verdict!r}, ledger says {entry['verdict']!r}: {checks}"
    said = conclusion(entry)
    rows = "".join(
        f'<li class="{kind}"><span role="img" aria-label="{spoken}">{mark}</span> {escape(text)}</li>'
        for text, ok in zip(checks, held, strict=True)
        for kind, mark, spoken in [("yes", "✓", "Borne out:") if ok else ("no", "✗", "Not borne out:")]
    )
    html = (
        f'<div class="claim claim-{verdict.replace(" ", "-")}" id="claim-{claim}">'
        f'<p class="said"><span class="source">{SOURCES[entry["source"]]}</span> {escape(entry["claim"])}</p>'
        f'<ul>{rows}</ul><p>{escape(measured)}</p><p class="verdict">{escape(said[0].upper() + said[1:])}.</p></div>'
    )
    display(Page(html, f"{claim} | {said} | {measured}"))


def verdicts():
    """All verdicts of the book, from the outputs stored in its chapters, by source, each with a link to its
    measurement."""
    notebooks = [json.loads(path.read_text(encoding="utf-8")) for path in LEDGER.parent.glob("[0-9][0-9]-*.ipynb")]
    outputs = [output for notebook in notebooks for cell in notebook["cells"] for output in cell.get("outputs", [])]
    stored = ["".join(output.get("data", {}).get("text/plain", "")) for output in outputs]
    found = {text.split(" | ")[0]: text for text in stored}
    head = "".join(f'<th scope="col">{title}</th>' for title in ("claim", "verdict", "measured"))
    tables, texts = dict.fromkeys(SOURCES, ""), []
    for claim, entry in ledger().items():
        start = f"{claim} | {conclusion(entry)} | "
        texts.append(found[claim])
        tables[entry["source"]] += (
            f'<tr><td><a href="{entry["chapter"]}.html#claim-{claim}">{escape(entry["claim"])}</a></td>'
            f'<td class="verdict-{entry["verdict"].replace(" ", "-")}">{escape(conclusion(entry))}</td>'
            f"<td>{escape(found[claim].removeprefix(start))}</td></tr>"
        )
    html = "".join(
        f'<table class="claims"><caption>{escape(SOURCES[source])}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
        for source, rows in tables.items()
        if rows
    )
    display(Page(html, "\n".join(texts)))


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
