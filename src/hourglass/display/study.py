"""Claims, numbers for the prose, and self-checks."""

import json
from functools import cache
from html import escape
from pathlib import Path
from zlib import crc32

import yaml
from IPython.display import display

LEDGER = Path(__file__).parents[3] / "book" / "claims.yml"
SOURCES = {"cs231n": "CS231n notes", "skarupke": "Skarupke 2016", "kong": "Kong 2019", "eissa": "Eissa"}
VERDICTS = ("holds", "holds if", "fails")


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
    entry = ledger()[claim]
    held = [bool(value) for value in checks.values()]
    verdict = "holds" if all(held) else "holds if" if any(held) else "fails"
    assert verdict == entry["verdict"], (
        f"{claim}: measured {verdict!r}, but the ledger says {entry['verdict']!r}: {checks}"
    )
    said = f"{verdict} {entry['condition']}" if verdict == "holds if" else verdict
    rows = "".join(
        f'<li class="{"yes" if ok else "no"}"><span aria-hidden="true">{"✓" if ok else "✗"}</span> {escape(text)}'
        f'<span class="spoken">: {"borne out" if ok else "not borne out"}</span></li>'
        for text, ok in zip(checks, held, strict=True)
    )
    html = (
        f'<div class="claim claim-{verdict.replace(" ", "-")}" id="claim-{claim}">'
        f'<p class="said"><span class="source">{SOURCES[entry["source"]]}</span> {escape(entry["claim"])}</p>'
        f'<ul>{rows}</ul><p>{escape(measured)}</p><p class="verdict">{escape(said[0].upper() + said[1:])}.</p></div>'
    )
    display(Page(html, f"{claim} | {said} | {measured}"))


def verdicts():
    """All verdicts of the book, from the outputs stored in its chapters, by source: a table that links to each
    measurement."""
    found = {}
    for path in sorted(LEDGER.parent.glob("[0-9][0-9]-*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                text = "".join(output.get("data", {}).get("text/plain", ""))
                claim, *rest = text.split(" | ")
                if len(rest) == 2 and claim in ledger():
                    found[claim] = rest
    sections, texts = [], []
    for source, title in SOURCES.items():
        rows = ""
        for claim, entry in ledger().items():
            if entry["source"] != source:
                continue
            said, measured = found[claim]
            place = f"{entry['chapter']}.html#claim-{claim}"
            rows += (
                f'<tr><td><a href="{place}">{escape(entry["claim"])}</a></td>'
                f'<td class="verdict-{entry["verdict"].replace(" ", "-")}">{escape(said)}</td>'
                f"<td>{escape(measured)}</td></tr>"
            )
            texts.append(f"{claim} | {said} | {measured}")
        if rows:
            sections.append(
                f'<table class="claims"><caption>{escape(title)}</caption><thead><tr><th scope="col">claim</th>'
                f'<th scope="col">verdict</th><th scope="col">measured</th></tr></thead><tbody>{rows}</tbody></table>'
            )
    display(Page("".join(sections), "\n".join(texts)))


def glue(**numbers):
    """Make numbers available to the prose: text by name, as it shall be printed."""
    from myst_nb import glue as bind

    for name, text in numbers.items():
        bind(name, text, display=False)


def table(head, rows):
    """A table of texts. head: one text a column. rows: lists of as many; the first of each names its row."""
    top = "".join(f'<th scope="col">{escape(text)}</th>' for text in head)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>{"".join(f"<td>{escape(text)}</td>" for text in row[1:])}</tr>'
        for row in rows
    )
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    text = "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in [head, *rows]
    )
    display(Page(f'<table class="results"><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>', text))


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
    lines = [question, *(f"  - {answer}" for answer in answers)]
    display(Page(f'<div class="quiz"><p class="question">{escape(question)}</p>{options}</div>', "\n".join(lines)))
