"""Run the chapters and store their outputs in them, so that `git diff` shows what a change did to the book.

    python tools/notebooks.py                        every chapter
    python tools/notebooks.py book/01-neurons.ipynb  only this one

A second run changes no byte: cells are numbered from 1, and whatever varies from run to run (widget views,
timings, editor metadata) is left out. The pages do not need it: building them executes every chapter afresh.
"""

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from tqdm import tqdm

BOOK = Path(__file__).resolve().parent.parent / "book"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}
VOLATILE = {"collapsed", "execution", "ExecuteTime", "scrolled", "trusted"}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


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


def refresh(path):
    """Execute one notebook in place; return whether its file changed."""
    before = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(before, as_version=4)
    NotebookClient(
        notebook,
        timeout=120,
        resources={"metadata": {"path": str(path.parent)}},
        store_widget_state=False,
        record_timing=False,
        coalesce_streams=True,
    ).execute()
    tidy(notebook)
    after = nbformat.writes(notebook) + "\n"
    if after != before:
        path.write_text(after, encoding="utf-8")
    return after != before


def main():
    parser = argparse.ArgumentParser(description="Execute chapters and store their outputs.")
    parser.add_argument("chapters", nargs="*", type=Path, help="notebooks (default: all in book/)")
    chapters = [path.resolve() for path in parser.parse_args().chapters] or sorted(BOOK.glob("*.ipynb"))

    # As in the Makefile: kernels inherit these, so that two share two cores and no progress bar is stored.
    os.environ.update(TQDM_DISABLE="1", OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
    changed, failed = [], []
    # the ledger's page reads what the chapters have stored
    rounds = [[path for path in chapters if (path.name == "claims.ipynb") == last] for last in (False, True)]
    with ProcessPoolExecutor(max_workers=2) as pool, tqdm(total=len(chapters), unit="chapter", disable=None) as bar:
        for paths in rounds:
            running = {pool.submit(refresh, path): path.name for path in paths}
            for done in as_completed(running):
                bar.update()
                try:
                    if done.result():
                        changed.append(running[done])
                except CellExecutionError as error:
                    failed.append(running[done])
                    tqdm.write(f"{running[done]} stopped; its file is as it was.\n{error}", file=sys.stderr)
    print("changed:", ", ".join(sorted(changed)) or "nothing")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
