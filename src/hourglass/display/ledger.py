"""The claims ledger: what the sources say stands in book/claims.yml, what was measured comes from the chapters.

An entry lists checks, each in one role: what the source `says`, a measured `condition` (it completes "Holds if ..."),
or a question of `ours`. Each has the answer that the book `found`. The verdict follows from the answers and is written
nowhere.
"""

import json
import os
import re
from collections import Counter
from functools import cache
from html import escape
from pathlib import Path
from string import Formatter

import yaml
from IPython.display import display

from .page import Page

LEDGER = Path(__file__).parents[3] / "book" / "claims.yml"
SOURCES = {
    "cs231n": "CS231n notes",
    "skarupke": "Skarupke 2016",
    "kong": "Kong 2019",
    "eissa": "Eissa",
    "ours": "Our own question",
}
ROLES = ("says", "condition", "ours")
VERDICTS = ("holds", "holds if", "fails")


@cache
def ledger():
    """All claims, {id: entry} in their order. Raises ValueError for an entry that is not as it should be."""
    entries = yaml.safe_load(LEDGER.read_text(encoding="utf-8"))
    for entry in entries:
        examine(entry)
    return {entry["id"]: entry for entry in entries}


def role(check):
    return next(name for name in ROLES if name in check)


def answers(entry):
    """What the book found: {key of a check: true or false}."""
    return {check["key"]: check["found"] for check in entry["checks"]}


def templates(entry):
    """The texts of an entry into which numbers are filled."""
    texts = [check[role(check)] for check in entry["checks"]]
    return [*texts, entry["measured"], *filter(None, [entry.get("instead")])]


def names(template):
    """The numbers that a template asks for."""
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def numbers(entry):
    return set().union(*map(names, templates(entry)))


def examine(entry):
    """Refuse an entry with a part missing, with a number typed that was measured, or with a ✗ on a negation."""
    claim = entry.get("id")

    def demand(fine, what):
        if not fine:
            raise ValueError(f"claims.yml, {claim}: {what}")

    needed, optional = {"id", "source", "chapter", "claim", "checks", "measured"}, {"quoted", "instead"}
    demand(needed <= set(entry) <= needed | optional, f"needs {sorted(needed)}, may have {sorted(optional)}")
    demand(entry["source"] in SOURCES, f"source must be one of {list(SOURCES)}, got {entry['source']!r}")
    for check in entry["checks"]:
        demand(len(check) == 3 and {"key", "found"} < set(check) < {"key", "found", *ROLES}, f"what is {check}?")
        demand(isinstance(check["found"], bool), f"found must be true or false, got {check['found']!r}")
        negated = re.search(r"\b(no|not|never|neither|nor|nothing|none|cannot)\b|n't\b", check[role(check)])
        demand(check["found"] or not negated, f"a ✗ on a negation reads badly: {check[role(check)]!r}")
    demand(any("says" in check for check in entry["checks"]), "no check of what the source says")
    demand(len(answers(entry)) == len(entry["checks"]), "a key stands twice")
    demand(not numbers(entry) & set(answers(entry)), "a number has the name of a check")
    demand(
        ("instead" in entry) == (verdict(entry, answers(entry)) == "fails"), "'instead' goes with a claim that fails"
    )
    for template in templates(entry):
        plain = "".join(text for text, _, _, _ in Formatter().parse(template))
        plain = re.sub(r"\b[A-Za-z]{2,}\d+\b", "", plain)  # names, such as float32
        for figure in entry.get("quoted", []):
            plain = re.sub(rf"(?<![\d.]){re.escape(figure)}(?!\.?\d)", "", plain)
        demand(not re.search(r"\d", plain), f"a typed number: fill it in, or mark it as quoted: {template!r}")


def verdict(entry, found):
    """What follows from the answers {key: true or false}. Questions of ours have no say in it."""
    said = {kind: [found[check["key"]] for check in entry["checks"] if kind in check] for kind in ROLES}
    return "holds" if all(said["says"]) else "holds if" if any(said["condition"]) else "fails"


class Filler(Formatter):
    """Fills numbers into a template: lists as "1, 2 and 3", and a minus as long as a plus is wide."""

    def format_field(self, value, spec):
        if hasattr(value, "__len__") and not isinstance(value, str):
            *firsts, last = [self.format_field(item, spec) for item in value] or ["none"]
            return " and ".join(filter(None, [", ".join(firsts), last]))
        return re.sub(r"e-0(?=\d$)", "e-", re.sub(r"^-", "−", format(value, spec)))


def fill(template, measured):
    return Filler().vformat(template, (), measured)


def conclusion(entry, found, measured):
    """The verdict as a sentence, with its conditions, or with what was found instead."""
    said = verdict(entry, found)
    conditions = [fill(c["condition"], measured) for c in entry["checks"] if "condition" in c and found[c["key"]]]
    if said == "holds if":
        return f"Holds if {', or if '.join(conditions)}."
    if said == "fails" and found == answers(entry):
        return f"Fails. {fill(entry['instead'], measured)}"
    return f"{said.capitalize()}."


def criteria(*claims, **numbers):
    """Say, before anything is measured, what will decide whether claims of the ledger hold.

    That is what their sources say. On what condition else they hold is found by measuring, and told in their boxes.
    claims: their ids. numbers: those that these texts ask for, known beforehand. ValueError for an unknown claim, or if
    other numbers are given.
    """
    said = {claim: [check["says"] for check in listed(claim)["checks"] if "says" in check] for claim in claims}
    wanted = set().union(*(names(text) for texts in said.values() for text in texts))
    if set(numbers) != wanted:
        raise ValueError(f"criteria of {', '.join(claims)} must be given {sorted(wanted)}, got {sorted(numbers)}")
    html, lines = "", ["What will decide?"]
    for claim, its in said.items():
        entry, texts = listed(claim), [fill(text, numbers) for text in its]
        lines += [entry["claim"], *(f"  - {text}" for text in texts)]
        html += f"<p>{escape(entry['claim'])}</p><ul>{''.join(f'<li>{escape(text)}</li>' for text in texts)}</ul>"
    display(Page(f'<details class="criteria"><summary>{lines[0]}</summary>{html}</details>', "\n".join(lines)))


def listed(claim):
    """A claim's entry, or an error that names the claim."""
    if claim not in ledger():
        raise ValueError(f"claim must be listed in claims.yml, got {claim!r}")
    return ledger()[claim]


def judge(claim, **measured):
    """State the verdict on a claim of the ledger, from what was measured.

    claim: its id. measured: the answer to each of its checks, true or false, and each number that its texts ask for,
    by the names that stand in the ledger. When answers are not those that the ledger lists, the box says what is
    different; where HOURGLASS_STRICT is 1, as in builds and tests, AssertionError is raised instead, so that book and
    measurement cannot part.
    """
    entry = listed(claim)
    expected, wanted = answers(entry), set(answers(entry)) | numbers(entry)
    if set(measured) != wanted:
        missing, unknown = sorted(wanted - set(measured)), sorted(set(measured) - wanted)
        raise ValueError(f"{claim} must be judged by what its entry in claims.yml names: {missing=}, {unknown=}")
    found = {key: bool(measured[key]) for key in expected}
    different = {key: answer for key, answer in found.items() if answer != expected[key]}
    if different and os.environ.get("HOURGLASS_STRICT") == "1":
        raise AssertionError(f"{claim}: measured {different}, but claims.yml lists the opposite")
    display(box(entry, found, measured))


def box(entry, found, measured):
    """The verdict, and all that it rests on."""
    expected, claim = answers(entry), entry["id"]
    marks = {True: ("yes", "✓", "borne out"), False: ("no", "✗", "not borne out")}
    items, lines = {"says": "", "ours": ""}, []
    for check in entry["checks"]:
        kind, key = role(check), check["key"]
        text = ("if " if kind == "condition" else "") + fill(check[kind], measured)
        style, mark, spoken = marks[found[key]]
        other = "" if found[key] == expected[key] else f" (the book found {marks[expected[key]][1]})"
        lines.append(f"{mark} {text}{other}")
        items["ours" if kind == "ours" else "says"] += (
            f'<li class="{style}"><span role="img" aria-label="{spoken}:">{mark}</span> {escape(text + other)}</li>'
        )
    said, line = conclusion(entry, found, measured), fill(entry["measured"], measured)
    if found != expected:
        said = f"With your changes: {said} The book found: {verdict(entry, expected)}."
    kind = verdict(entry, found).replace(" ", "-")
    plain = 'style="list-style: none; padding: 0"'  # where the book's style sheet is not, as in JupyterLab
    asked = f'<p class="also">We also asked:</p><ul {plain}>{items["ours"]}</ul>' if items["ours"] else ""
    html = (
        f'<div class="claim claim-{kind}" id="claim-{claim}" '
        f'style="border-left: 5px solid var(--claim-{kind}, gray); padding: 0.6rem 1.2rem">'
        f'<p class="source">{SOURCES[entry["source"]]} '
        f'<a href="claims.ipynb" data-page="claims.html#{claim}">in the ledger</a></p>'
        f'<p class="said"><strong>{escape(entry["claim"])}</strong></p>'
        f'<ul {plain}>{items["says"]}</ul>{asked}<p class="measured">{escape(line[0].upper() + line[1:])}.</p>'
        f'<p class="verdict">{emphasised(said)}</p></div>'
    )
    return Page(html, "\n".join([f"{claim} | {said}", *lines, f"Measured: {line}"]))


def emphasised(said):
    """A verdict's sentence, in strong letters, and what was found instead in usual ones."""
    first, full_stop, rest = said.partition(". ") if said.startswith("Fails. ") else (said, "", "")
    return f"<strong>{escape(first + full_stop.strip())}</strong>{escape(rest and ' ' + rest)}"


def stored():
    """What the chapters have stored: {claim: (number and title of its chapter, id of the cell, the box as text)}."""
    found = {}
    for path in sorted(LEDGER.parent.glob("[0-9][0-9]-*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        title = next("".join(cell["source"]).splitlines()[0].lstrip("# ") for cell in cells if cell.get("source"))
        for cell in cells:
            for output in cell.get("outputs", []):
                text = "".join(output.get("data", {}).get("text/plain", ""))
                found[text.split(" | ")[0]] = (f"{int(path.name[:2])}. {title}", cell.get("id"), text)
    return found


def verdicts():
    """All verdicts of the book, from the outputs stored in its chapters, by source, counted and linked to their
    measurements."""
    found, entries = stored(), ledger()
    head = "".join(f'<th scope="col">{title}</th>' for title in ("claim", "verdict", "measured"))
    tables = dict.fromkeys(SOURCES, "")
    for claim, entry in entries.items():
        chapter, cell, text = found[claim]
        said, measured = text.splitlines()[0].partition(" | ")[2], text.splitlines()[-1].removeprefix("Measured: ")
        kind = verdict(entry, answers(entry))
        tables[entry["source"]] += (
            f'<tr id="{claim}" data-source="{SOURCES[entry["source"]]}" data-chapter="{escape(chapter)}" '
            f'data-verdict="{kind}"><td><a href="{entry["chapter"]}.ipynb#cell-id={cell}" '
            f'data-page="{entry["chapter"]}.html#claim-{claim}">{escape(entry["claim"])}</a></td>'
            f'<td class="verdict-{kind.replace(" ", "-")}">{emphasised(said)}</td><td>{escape(measured)}</td></tr>'
        )
    count = Counter(verdict(e, answers(e)) for e in entries.values() if e["source"] != "ours")
    own = len(entries) - count.total()
    counted = (
        f"Of {count.total()} claims of the four texts, {count['holds']} hold, {count['holds if']} hold under a "
        f"condition that was measured, and {count['fails']} fail. "
        f"{own} questions of our own stand apart and count for none of the texts."
    )
    html = f'<p class="counted">{counted}</p>' + "".join(
        f'<table class="claims"><caption>{escape(SOURCES[source] + "s" * (source == "ours"))}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        for source, rows in tables.items()
        if rows
    )
    display(Page(html, "\n".join([counted, *(found[claim][2] for claim in entries)])))
