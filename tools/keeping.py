"""A plugin of pytest: what nbval's run of a chapter put out is kept, for the pages.

    PYTHONPATH=tools python -m pytest -p keeping --keep FOLDER --nbval book

So `make test` executes every chapter once at home, and nbval judges the run that the pages show. Into the folder goes
what `notebooks.py --into FOLDER` would write: the executed notebook, widgets and all. A chapter that stopped, or of
which only some cells ran, is not kept.
"""

import json
import tempfile
from pathlib import Path

import nbformat
import notebooks
from nbval.plugin import IPyNbCell

# nbval does not note what widgets say while cells run, but they tell it again when asked.
ASK = """
import json, sys
if "ipywidgets" in sys.modules:
    with open({path!r}, "w") as file:
        json.dump(sys.modules["ipywidgets"].Widget.get_manager_state(), file)
"""


def pytest_addoption(parser):
    parser.addoption("--keep", type=Path, required=True, metavar="FOLDER", help="where executed notebooks go")


def pytest_runtest_teardown(item, nextitem):
    if isinstance(item, IPyNbCell) and not (nextitem and nextitem.parent is item.parent):  # the last of its notebook
        keep(item.parent, [cell for cell in item.session.items if cell.parent is item.parent])


def keep(chapter, tests):
    """Write the notebook of these tests, its cells, as it was executed; its kernel still runs."""
    ran = [test.cell for test in tests if test.test_outputs is not None]
    found = [output for test in tests for output in test.test_outputs or []]
    if len(ran) < sum(cell.cell_type == "code" for cell in chapter.nb.cells):
        return
    if any(output.output_type == "error" for output in found):
        return
    for test in tests:
        test.cell.outputs = nbformat.from_dict(test.test_outputs)
        for output in test.cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = test.cell.execution_count
    chapter.nb.metadata["widgets"] = widgets(chapter.kernel)
    notebooks.tell(chapter.nb, chapter.path)
    notebooks.prepare(chapter.nb)
    folder = chapter.config.option.keep
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(chapter.nb, folder / chapter.path.name)


def widgets(kernel):
    """The state of a kernel's widgets, as a notebook stores it."""
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as file:
        kernel.await_reply(kernel.execute_cell_input(ASK.format(path=file.name)))
        told = file.read()
    return {"application/vnd.jupyter.widget-state+json": json.loads(told)} if told else {}
