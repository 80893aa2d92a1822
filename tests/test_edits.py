"""What a curious reader changes in a chapter, and then runs on: to the end, or to a clear word in the changed cell.

A verdict that turns out differently is a finding, and said to be one; it stops nobody. Of a chapter runs the changed
cell, every later one that the change reaches, and whatever those need: the others do what they do in the book.
"""

import ast
import contextlib
import dis
import io
import json
import multiprocessing
import os
import warnings
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from types import CodeType
from typing import NamedTuple

import matplotlib.pyplot as plt
import pytest

import hourglass as hg
from hourglass.display import ledger

BOOK = Path(__file__).resolve().parent.parent / "book"
SLIDER = hg.widgets.slider


class Edit(NamedTuple):
    chapter: str
    old: str  # stands in the chapter's code, once
    new: str  # what the reader writes
    stops: str = ""  # what the changed cell says if it stops there; else everything runs


EDITS = {
    "other digits": Edit("01-neurons", "one, other = 3, 8", "one, other = 7, 1"),
    "fewer points and sets, no decay": Edit("01-neurons", "range(20), 0.01, 200", "range(5), 0, 30"),
    "fewer layers": Edit("02-activations", "depth, cases = 10", "depth, cases = 6"),
    "larger batches": Edit(
        "03-networks",
        "hg.train(net, x, y, loss=loss, optimizer=sgd, epochs=20, batch_size=20,",
        "hg.train(net, x, y, loss=loss, optimizer=sgd, epochs=20, batch_size=200,",
    ),
    "twelve inputs": Edit("04-compression-experiment", "N = 11", "N = 12"),
    "three middle units": Edit(
        "04-compression-experiment", "eleven = narrow(N, 2)", "eleven = narrow(N, 3)", "a neck of two units"
    ),
    "a rule of one's own": Edit(
        "04-compression-experiment", "mine = np.arange(N)[::-1]", "mine = np.array([3, 1, 4, 0, 5, 9, 2, 6, 8, 7, 10])"
    ),
    "a rule that is none": Edit(
        "04-compression-experiment",
        "mine = np.arange(N)[::-1]",
        "mine = np.array([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5])",
        "must be a permutation of 0 to 10",
    ),
    "forty by hand": Edit("05-capacity", "many = 50", "many = 40"),
    "smaller layers": Edit("06-autoencoders", "hidden=(128, 64)", "hidden=(48, 24)"),
    "fewer numbers of labels": Edit("07-embeddings", "counts = (1, 2, 5, 10, 20, 40)", "counts = (1, 2, 5)"),
    "other numbers of labels": Edit("08-slimming", "for n in (2, 5, 10):", "for n in (2, 4, 20):"),
    "a finer look": Edit("09-information-flow", "np.geomspace(0.05, 50, 401)", "np.geomspace(0.1, 20, 101)"),
    "shorter sequences": Edit("10-behind-the-figures", "LENGTH, SEEDS = 7, 20", "LENGTH, SEEDS = 5, 8"),
}


def code(chapter):
    """A chapter's code: (id of the cell, source)."""
    cells = json.loads((BOOK / f"{chapter}.ipynb").read_text(encoding="utf-8"))["cells"]
    return [(cell["id"], "".join(cell["source"])) for cell in cells if cell["cell_type"] == "code"]


def place(edit):
    """Which cell an edit changes."""
    found = [index for index, (_, source) in enumerate(code(edit.chapter)) if edit.old in source]
    if len(found) != 1:
        raise ValueError(f"{len(found)} cells of {edit.chapter} have the text that is to be changed: {edit.old}")
    return found[0]


def global_names(code):
    """The names of a notebook that compiled code reads before it sets them, if it does; and those that it sets."""
    reads, sets = set(), set()
    for step in dis.get_instructions(code):
        if step.opname == "STORE_NAME":
            sets.add(step.argval)
        elif step.opname in ("LOAD_NAME", "LOAD_GLOBAL"):
            reads |= {step.argval} - sets
        elif isinstance(step.argval, CodeType):  # of a function
            reads |= global_names(step.argval)[0] - sets
    return reads, sets


def names_in(source):
    """What a cell reads of what others set; what it may change: names that it sets, and those that it hands to a call
    for its effect (a network that is trained), or whose parts it sets; and those that get a new value, whatever they
    were."""
    reads, sets = global_names(compile(source, "cell", "exec"))
    tree, touched = ast.parse(source), set()
    effects = [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)]
    for node in ast.walk(tree):
        if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Store):
            touched |= {part.id for part in ast.walk(node.value) if isinstance(part, ast.Name)}
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called == "hg.train" or node in effects and not called.startswith(("print", "hg.study", "hg.figures")):
                touched |= {argument.id for argument in node.args if isinstance(argument, ast.Name)}
    targets = [target for statement in tree.body for target in getattr(statement, "targets", [])]
    plain = [part.id for t in targets for part in getattr(t, "elts", [t]) if isinstance(part, ast.Name)]
    return reads, sets | touched & reads - {"hg", "np"}, set(plain)


def reached(cells, first):
    """The cells that an edit of cell `first` reaches, and those that they need, in order."""
    known, uses = [names_in(source) for _, source in cells], {}  # {function: what it reads, whenever it is called}
    for node in (node for _, source in cells for node in ast.parse(source).body):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            uses[node.name] = uses.get(node.name, set()) | names_in(ast.unparse(node))[0]
    run, changed, needed = {first}, set(known[first][1]), set()
    for index in range(first + 1, len(cells)):
        reads, changes, anew = known[index]
        if reads & changed:
            run.add(index)
            changed |= changes
        else:
            changed -= anew
    for index in reversed(range(len(cells))):
        reads, changes, anew = known[index]
        if index in run or changes & needed:
            run.add(index)
            needed = needed - anew | reads
            needed |= {use for name in reads & uses.keys() for use in uses[name]}
    return sorted(run)


def coarse(draw, sliders, alt, start=None):
    """A slider that draws the pictures at its ends, and the one where it starts."""
    ends, values = {}, {label: list(some) for label, some in sliders.items()}
    start = start or [some[0] for some in values.values()]
    for (label, some), first in zip(values.items(), start, strict=True):
        ends[label] = [some[i] for i in sorted({0, some.index(first), len(some) - 1})]
    return SLIDER(draw, ends, alt, start)


def come_of(edit):
    """What stops a chapter with an edit, (cell, error) or None; its boxes; and how many cells judge."""
    os.chdir(BOOK)
    os.environ.pop("HOURGLASS_STRICT", None)  # as at a reader's home
    plt.switch_backend("agg")
    hg.widgets.slider, boxes, names = coarse, [], {}
    ledger.display = lambda box: boxes.append(box.text)
    cells, first = code(edit.chapter), place(edit)
    cells[first] = cells[first][0], cells[first][1].replace(edit.old, edit.new)
    cells = [cells[index] for index in reached(cells, first)]
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for cell, source in cells:
            try:
                exec(compile(source, cell, "exec"), names)
            except Exception as error:
                return (cell, f"{type(error).__name__}: {error}"), boxes, cells
            plt.close("all")
    return None, boxes, cells


@pytest.fixture(scope="module")
def answers():
    """What came of every edit; side by side, on all cores."""
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("fork")) as pool:
        return dict(zip(EDITS, pool.map(come_of, EDITS.values()), strict=True))


def test_there_are_edits_of_every_chapter():
    assert len(EDITS) >= 14
    assert {edit.chapter for edit in EDITS.values()} == {path.stem for path in BOOK.glob("[0-9][0-9]-*.ipynb")}


@pytest.mark.parametrize("name", EDITS)
def test_a_chapter_bears_an_edit(name, answers):
    edit, (stop, boxes, cells) = EDITS[name], answers[name]
    if edit.stops:
        changed, _ = code(edit.chapter)[place(edit)]
        assert stop and stop[0] == changed and stop[1].startswith("ValueError: ") and edit.stops in stop[1]
        return
    assert stop is None
    assert len(boxes) == sum(source.count("hg.study.judge(") for _, source in cells)
    for box in boxes:
        assert ("the book found" in box.partition("\n")[2]) == ("With your changes: " in box)


def test_a_verdict_that_differs_is_a_finding(answers):
    assert [box for _, boxes, _ in answers.values() for box in boxes if "With your changes: " in box]


def test_what_an_edit_reaches_is_found():
    start = ["a = 1", "b = 2", "def f(): return a", "c = f()", "hg.train(b)", "d = [b for a in c]", "b = 3", "e = b"]
    cells = list(enumerate([*start, "print(c, d)", "for a in 'no': b = [a]\nprint(a, b)"]))
    assert reached(cells, 0) == [0, 1, 2, 3, 4, 5, 8]
    assert reached(cells, 1) == [0, 1, 2, 3, 4, 5, 8]
    assert reached(cells[:4], 0) == [0, 2, 3]
    assert reached(cells, 6) == [6, 7]
