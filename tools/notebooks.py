"""Run the chapters side by side, and store their outputs in them: `git diff` shows what a change did to the book.

    python tools/notebooks.py                        every chapter
    python tools/notebooks.py book/01-neurons.ipynb  only this one
    python tools/notebooks.py --into FOLDER          the files stay as they are, the executed ones go into FOLDER

A second run changes no byte: cells are numbered from 1, and whatever varies from run to run (widget views, timings,
editor metadata) is left out. Nor is anything stored that another machine would not print: each chapter runs a second
time, shaken (tools/elsewhere) and without vectors, and nbval must find the same. The pages need nothing stored:
`hourglass_chapters` executes every chapter for them with --into.

Numbers that cells hand to the prose (`hg.study.glue`) are written into it, `<!--name-->238<!--/-->`: the marks show
nowhere, so that page and notebook say the same. So are the numbers of figures, whose captions are cells below them,
until a page makes one thing of both; and the names behind citations, `([Cox 1958](references.bib#cox1958regression))`
or, as a part of the sentence, `[Cox (1958)](references.bib#cox1958regression)`: links to the bibliography's file, for
which a page has numbers that lead to its list. A term is a link, too, `[unit](glossary.md#unit)`.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache, partial
from itertools import compress
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from pybtex.database import parse_file

from hourglass.display.page import NOTEBOOK_STYLE, NUMBERS

ROOT = Path(__file__).resolve().parent.parent
BOOK = ROOT / "book"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}
FOLDED = {"hide-input", "remove-input"}
VOLATILE = {"collapsed", "execution", "ExecuteTime", "scrolled", "trusted"}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
# Of pytest's plugins nbval's alone: to load the others takes longer than to run a short chapter.
NBVAL = "-m pytest -q --color=no -p no:cacheprovider -c pyproject.toml -p nbval.plugin --nbval".split()
ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
MARKED = re.compile(r"<!--([\w-]+)-->(.*?)<!--/-->")
CITATION = re.compile(r"\[([^\]]*)\]\(references\.bib#([^)\s]+)\)")
CITATIONS = re.compile(rf"\({CITATION.pattern}(?:;\s+{CITATION.pattern})*\)")  # in brackets of their own
TERM = re.compile(r"\[([^\]]*)\]\(glossary\.md#([^)\s]+)\)")
CAPTION = re.compile(r"\((fig-[a-z0-9-]+)\)=\n\*\*Fig\. <!--\1-->[\d.]*<!--/-->\.\*\* (.+)", re.S)
SHAKEN = {"PYTHONPATH": str(ROOT / "tools" / "elsewhere"), "SHAKEN_BY": "4e-16", "SHAKEN_SEED": "0"}
# A processor without any vector extension that NumPy has code for, as `make no-vectors` imitates it.
SHAKEN |= {"NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR", "OPENBLAS_CORETYPE": "Nehalem"}


def execute(path):
    """The notebook, run from top to bottom in its folder."""
    notebook = nbformat.read(path, as_version=4)
    where = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=600, resources=where, record_timing=False, coalesce_streams=True).execute()
    tell(notebook, path)
    return notebook


def glued(notebook):
    """What the cells hand to the prose: (name, text), in their order."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [pair for output in outputs for pair in output.get("data", {}).get(NUMBERS, {}).items()]


def figures(notebook, path):
    """The figures' numbers, as pages count them: {name: number}."""
    chapter = re.match(r"0*(\d+)-", path.name)
    names = [caption[1] for cell in notebook.cells if (caption := CAPTION.fullmatch(cell.source))]
    return {name: f"{chapter[1]}.{n}" if chapter else f"{n}" for n, name in enumerate(names, 1)}


@cache
def sources():
    """The bibliography: {key: (whom to name, year, or None where there is none)}."""
    found = {}
    for key, entry in parse_file(BOOK / "references.bib").entries.items():
        names = [" ".join(person.prelast_names + person.last_names).strip("{}") for person in entry.persons["author"]]
        who = f"{names[0]} et al." if len(names) > 2 else " and ".join(names)
        found[key] = who, re.sub(r"^n\.d\.$", "", entry.fields["year"]) or None
    return found


def cited(text):
    """A text with the names behind its citations as they should be."""
    strange = {key for _, key in CITATION.findall(text)} - sources().keys()
    if strange:
        raise ValueError(f"cites what references.bib does not list: {', '.join(sorted(strange))}")

    def named(match, form):
        who, year = sources()[match[2]]
        return f"[{who + form.format(year) if year else who}](references.bib#{match[2]})"

    text = CITATION.sub(lambda match: named(match, " ({})"), text)
    return CITATIONS.sub(lambda group: CITATION.sub(lambda match: named(match, " {}"), group[0]), text)


@cache
def terms():
    """What the glossary explains, by the place that a link names: {"logistic-regression": "logistic regression"}."""
    listed = re.search(r":::\{glossary\}\n(.*?)\n:::", (BOOK / "glossary.md").read_text(encoding="utf-8"), re.S)[1]
    return {line.lower().replace(" ", "-"): line for line in listed.splitlines() if re.match(r"\S", line)}


def for_pages(text):
    """A text as pages want it: citations are numbers, and terms lead to where the glossary explains them."""

    def term(match):
        name = terms()[match[2]]
        return f"{{term}}`{match[1]}`" if match[1].lower() == name.lower() else f"{{term}}`{match[1]} <{name}>`"

    text = TERM.sub(term, text)
    text = CITATIONS.sub(lambda group: f"{{cite:p}}`{','.join(key for _, key in CITATION.findall(group[0]))}`", text)
    return CITATION.sub(r"\1 {cite:p}`\2`", text)


def tell(notebook, path):
    """Write the numbers that were measured, those of figures, and the names behind citations, into the prose."""
    known = dict(glued(notebook)) | figures(notebook, path)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            strange = {name for name, _ in MARKED.findall(cell.source)} - known.keys()
            if strange:
                raise ValueError(f"the prose names numbers that no cell hands to it: {', '.join(sorted(strange))}")
            cell.source = MARKED.sub(lambda mark: f"<!--{mark[1]}-->{known[mark[1]]}<!--/-->", cited(cell.source))


def tidy(notebook):
    """Drop what differs between two runs of the same notebook."""
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        for key in VOLATILE & cell.metadata.keys():
            del cell.metadata[key]
        if "nbval-ignore-output" in cell.metadata.get("tags", []):
            cell.outputs = []  # timings: the page shows those of its own build
        if cell.cell_type == "code":
            for output in cell.outputs:
                output.get("data", {}).pop(WIDGET_VIEW, None)  # its text stays: nbval compares it
            if FOLDED & set(cell.metadata.get("tags", [])):
                cell.metadata["jupyter"] = {"source_hidden": True}  # in JupyterLab, too


def executed(path, into):
    """Write the executed notebook, widgets and all, as pages want it, to the folder `into`."""
    notebook = execute(path)
    prepare(notebook)
    nbformat.write(notebook, into / path.name)


def prepare(notebook):
    """As pages want it: without what they do not show, with captions in their figures, and with roles for links."""
    kept = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = for_pages(cell.source)
        caption = CAPTION.fullmatch(cell.source)
        if caption:
            kept[-1].metadata["mystnb"]["figure"] = {"name": caption[1], "caption": caption[2]}
            continue
        kept.append(cell)
        if cell.cell_type == "code":
            bundles = [output.get("data", {}) for output in cell.outputs]
            shown = [NUMBERS not in data and data.get("text/html") != NOTEBOOK_STYLE for data in bundles]
            cell.outputs = list(compress(cell.outputs, shown))
    notebook.cells = kept


def refreshed(path):
    """Execute one notebook in place, if its outputs bear shaking; return whether its file changed."""
    notebook = execute(path)
    tidy(notebook)
    trial = path.with_name(f".{path.name}")  # beside it, because a chapter reads files that lie near
    try:
        trial.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
        command = [sys.executable, *NBVAL, trial]
        elsewhere = os.environ | SHAKEN | ALONE
        again = subprocess.run(command, cwd=ROOT, env=elsewhere, stdout=subprocess.PIPE, encoding="utf-8")
        if again.returncode:
            raise RuntimeError(f"Numbers moved in their last place change what it prints:\n{again.stdout}")
        changed = trial.read_bytes() != path.read_bytes()
        trial.replace(path)
    finally:
        trial.unlink(missing_ok=True)
    return changed


def timed(work, path):
    start = time.perf_counter()
    return work(path), time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description="Execute chapters, side by side, and store their outputs.")
    parser.add_argument("chapters", nargs="*", type=Path, help="notebooks (default: all in book/)")
    parser.add_argument("--into", type=Path, help="a folder for the executed notebooks; leave the files as they are")
    options = parser.parse_args()
    chapters = [path.resolve() for path in options.chapters] or list(BOOK.glob("*.ipynb"))
    chapters.sort(reverse=True)  # later chapters take longer, and no core should idle while the last one runs
    rounds = [chapters]
    if not options.into:  # the ledger's page reads what the chapters have stored
        rounds = [[path for path in chapters if (path.name == "claims.ipynb") == last] for last in (False, True)]
    work = partial(executed, into=options.into) if options.into else refreshed

    # As in the Makefile: kernels inherit these. Each keeps to one core, no progress bar is stored, and a verdict that
    # is not the ledger's stops its chapter.
    os.environ.update(TQDM_DISABLE="1", OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", HOURGLASS_STRICT="1")
    changed, failed = [], []
    with ProcessPoolExecutor() as pool:
        for paths in rounds:
            running = {pool.submit(timed, work, path): path.name for path in paths}
            for done in as_completed(running):
                name = running[done]
                try:
                    changes, seconds = done.result()
                    print(f"{name:34} {seconds:4.0f} s", flush=True)
                    changed += [name] * bool(changes)
                except Exception as error:  # whatever it was, the other chapters go on
                    failed.append(name)
                    print(f"{name} stopped; its file is as it was.\n{error}", file=sys.stderr, flush=True)
    if not options.into:
        print("changed:", ", ".join(sorted(changed)) or "nothing")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
