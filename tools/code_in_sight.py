"""How much of the code that a reader sees is about the subject: `python tools/code_in_sight.py` prints a table.

A cell is in sight unless its tags fold its code (hide-input) or leave it out (remove-input). In the cells in sight, a
statement is apparatus if it imports, prints, draws, shows sliders or tables, or speaks to the ledger, the quizzes or
the prose; so is a function that does one of these, and a loop that does nothing else. All other lines are about the
subject. Empty lines do not count.
"""

import ast
import sys
from pathlib import Path

import nbformat
from notebooks import BOOK, FOLDED

SHOWING = ("hg.figures.", "hg.widgets.", "hg.study.", "print")


def in_sight(notebook):
    """The code cells whose code shows."""
    return [c for c in notebook.cells if c.cell_type == "code" and not FOLDED & set(c.metadata.get("tags", []))]


def apparatus(statement, showing):
    """The numbers of the lines of a statement that are not about the subject.

    showing: names of functions that show something; a function that turns out to is added to them.
    """
    body = [*getattr(statement, "body", []), *getattr(statement, "orelse", [])]
    whole = set(range(statement.lineno, statement.end_lineno + 1))
    if body and not isinstance(statement, ast.FunctionDef):
        inside = set().union(*(apparatus(part, showing) for part in body))
        return whole if inside == set(range(body[0].lineno, statement.end_lineno + 1)) else inside
    called = [ast.unparse(node.func) for node in ast.walk(statement) if isinstance(node, ast.Call)]
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return whole
    if any(name.startswith(SHOWING) or name in showing for name in called):
        showing |= {statement.name} if body else set()
        return whole
    return set()


def shares(notebook):
    """Lines of code of a notebook: (all, in sight, of these about the subject)."""
    everything = sum(len(full(cell.source)) for cell in notebook.cells if cell.cell_type == "code")
    seen, subject, showing = 0, 0, set()
    for cell in in_sight(notebook):
        beside = set().union(*(apparatus(statement, showing) for statement in ast.parse(cell.source).body))
        seen += len(full(cell.source))
        subject += len(full(cell.source) - beside)
    return everything, seen, subject


def full(source):
    """The numbers of the lines that are not empty."""
    return {number for number, line in enumerate(source.splitlines(), 1) if line.strip()}


def table(paths):
    """The shares of some notebooks, as text."""
    rows = [(path.stem, *shares(nbformat.read(path, as_version=4))) for path in paths]
    rows.append(("all", *map(sum, zip(*(row[1:] for row in rows), strict=True))))
    head = f"{'chapter':28}{'lines':>7}{'in sight':>10}{'subject':>9}{'share':>7}"
    return "\n".join([head, *(f"{n:28}{a:7}{v:10}{s:9}{s / v:7.0%}" for n, a, v, s in rows)])


if __name__ == "__main__":
    print(table([Path(name) for name in sys.argv[1:]] or sorted(BOOK.glob("[0-9][0-9]-*.ipynb"))))
