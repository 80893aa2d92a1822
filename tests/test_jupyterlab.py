"""Chapters in a real JupyterLab: as somebody sees them who opens the repository, before a run and after.

Nothing here sleeps and hopes: JupyterLab draws cells, links and pictures when it finds the time, so each test waits for
what it expects, and says what it found when that does not come.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from browser import launch

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import notebooks  # noqa: E402

NOTEBOOKS = sorted(path.name for path in (ROOT / "book").glob("*.ipynb"))
CHAPTER = NOTEBOOKS[0]  # the one that is run
FOREIGN = "foreign.ipynb"  # the same, but from who knows where

# What the notebook in sight lacks before its cells and links are as JupyterLab will leave them; arguments[0]: its path.
# A link is done when it leads to the server, which it does not in the source; a picture, when it has its size.
LACKS = """
const panel = jupyterapp.shell.currentWidget, cells = panel?.content?.widgets ?? [];
if (panel?.context?.path !== arguments[0] || !panel.context.isReady) return ["another file is in sight"];
if (!panel.isVisible || cells.length !== arguments[1]) return ["cells"];
const told = (cell) => cell.node.querySelector(".jp-MarkdownOutput")?.textContent.trim();
const links = [...panel.node.querySelectorAll(".jp-MarkdownCell a[href], .jp-OutputArea a[href]")];
const images = [...panel.node.querySelectorAll(".jp-OutputArea img")];
return [
  ...cells.filter((cell) => cell.model.type === "markdown" && !(cell.rendered && told(cell))).map((c) => c.model.id),
  ...cells.filter((cell) => !cell.inViewport).map((cell) => `${cell.model.id} is not drawn`),
  ...links.map((link) => link.getAttribute("href")).filter((href) => !/^(https?:|#)/.test(href)),
  ...images.filter((image) => !(image.complete && image.naturalWidth)).map((image) => "a picture"),
];
"""


class Lab:
    """JupyterLab in a browser, with a copy of the book."""

    def __init__(self, folder):
        self.driver = launch(folder / "browser")  # first: where there is no browser, there is nothing to serve
        self.driver.set_window_size(1280, 900)
        self.book = Path(shutil.copytree(ROOT / "book", folder / "book"))
        own = {f"JUPYTER_{kind}_DIR": str(folder / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
        environment = os.environ | own | {"HOURGLASS_STRICT": "0"}
        foreign = nbformat.read(self.book / CHAPTER, as_version=4)
        foreign.metadata["from"] = "elsewhere"  # trust goes by contents
        nbformat.write(foreign, self.book / FOREIGN)
        trust = [sys.executable, "-m", "nbformat.sign", *(self.book / name for name in NOTEBOOKS)]
        subprocess.run(trust, env=environment, check=True, capture_output=True)
        options = "--no-browser --allow-root --expose-app-in-browser --ServerApp.ip=127.0.0.1 --IdentityProvider.token="
        self.log = folder / "log"
        with open(self.log, "w") as log:
            command = [sys.executable, "-m", "jupyterlab", *options.split()]
            self.server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            told = Path(own["JUPYTER_RUNTIME_DIR"], f"jpserver-{self.server.pid}.json")  # it has found a free port
            self.until(lambda: json.loads(told.read_text())["port"], OSError, ValueError)
            address = f"http://127.0.0.1:{json.loads(told.read_text())['port']}/lab"
            self.driver.get(address)
            self.until(lambda: self.js("return Boolean(window.jupyterapp?.restored)"))
            self.promised("jupyterapp.restored")
        except BaseException:
            self.close()
            raise

    def until(self, condition, *passing):
        """Wait until something is true; until then it may as well raise an error of a kind that passes."""
        end, value = time.monotonic() + 90, None
        while not value:
            assert self.server.poll() is None, f"JupyterLab has ended:\n{self.log.read_text()}"
            assert time.monotonic() < end, "JupyterLab does not come to that"
            try:
                value = condition()
            except passing:
                pass
            if not value:
                time.sleep(0.05)
        return value

    def expect(self, expected, read):
        """Wait until what is read is what is expected; say what it is in the end."""
        seen = []
        try:
            self.until(lambda: seen.append(read()) or seen[-1] == expected)
        except AssertionError:
            assert seen[-1] == expected  # and pytest shows the difference
            raise

    def js(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def promised(self, promise, *arguments):
        """Wait for a promise of JavaScript; its refusal is a failure."""
        script = f"const done = arguments[arguments.length - 1]; ({promise}).then(() => done(), (e) => done(String(e)))"
        refused = self.driver.execute_async_script(script, *arguments)
        assert refused is None, refused

    def command(self, name, **arguments):
        """Have JupyterLab do what its menus would."""
        self.promised("jupyterapp.commands.execute(arguments[0], arguments[1])", name, arguments)

    def open(self, name, runs=False):
        """Show a notebook, with a kernel only if it is to run; return its cells once everything is drawn."""
        kernel = {} if runs else {"kernelPreference": {"shouldStart": False, "canStart": False}}
        self.command("docmanager:open", path=f"book/{name}", **kernel)
        return self.shown(name)

    def shown(self, name):
        read = nbformat.read(self.book / name, as_version=4).cells
        self.expect([], lambda: self.js(LACKS, f"book/{name}", len(read)))
        return read

    def look(self, theme):
        self.command("apputils:change-theme", theme=f"JupyterLab {theme}")
        self.expect(str(theme == "Light").lower(), lambda: self.js("return document.body.dataset.jpThemeLight"))

    def all(self, selector, look="true"):
        """What an expression says of each element `e` of the notebook in sight that a selector finds."""
        found = "jupyterapp.shell.currentWidget.node.querySelectorAll(arguments[0])"
        return self.js(f"return [...{found}].map((e) => {look})", selector)

    def click(self, selector):
        self.js("jupyterapp.shell.currentWidget.node.querySelector(arguments[0]).click()", selector)

    def close(self):
        self.driver.quit()
        self.server.terminate()
        self.server.wait(90)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    lab = Lab(tmp_path_factory.mktemp("lab"))
    yield lab
    lab.close()


# --- what every reader sees ------------------------------------------------------------------------------------------


def told(cells):
    """The numbers and citations in prose, with a word on either side: what shall be there to be read."""
    source = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    marked = re.findall(rf"((?:\w+ )?){notebooks.MARKED.pattern}((?: \w+)?)", source)
    return [b + number + a for b, _, number, a in marked] + [text for text, _ in notebooks.CITATION.findall(source)]


def missing(lab, cells):
    prose = " ".join(" ".join(lab.all(".jp-MarkdownCell :is(p, li, td)", "e.textContent")).split())
    return [text for text in told(cells) if text not in prose]


def leftover(lab):
    """Marks, roles and references in the prose that are not what they stand for."""
    prose = " ".join(lab.all(".jp-MarkdownCell :is(p, li, td, h1, h2, h3, h4)", "e.textContent"))
    return re.findall(r"<!--.*?>|\{[\w:-]+\}`.*?`|\]\([^)]*\)|fig-\w+|:::", prose) + lab.all(
        "[title*='Not Found'], .jp-MarkdownCell .myst-error, .jp-MarkdownCell .error", "e.outerHTML"
    )


def astray(lab, name):
    """The links that lead nowhere: to no file of the book, or to no place in the notebook."""
    wrong, base = [], f"/files/{'book'}/"
    for href in lab.all(".jp-MarkdownCell a[href], .jp-OutputArea a[href]", "e.href"):
        url = urlsplit(href)
        if url.hostname != "127.0.0.1":
            continue
        path = unquote(url.path)
        if path.startswith(base):
            if not (lab.book / path.removeprefix(base)).is_file():
                wrong.append(href)
        elif not url.fragment:
            wrong.append(href)
    return wrong


@pytest.mark.parametrize("name", [FOREIGN, *NOTEBOOKS])
def test_prose_reads_the_same_before_any_run(lab, name):
    cells = lab.open(name)
    assert len(told(cells)) > 10 or name in ("index.ipynb", "claims.ipynb")
    lab.expect([], lambda: missing(lab, cells))
    assert leftover(lab) == []
    assert astray(lab, name) == []
    if name == FOREIGN:
        assert not lab.all(".jp-RenderedSVG, .jp-OutputArea style"), "trusted"
    else:
        kinds = [kind for cell in cells for output in cell.get("outputs", []) for kind in output.get("data", {})]
        lab.expect(kinds.count("image/svg+xml"), lambda: len(lab.all(".jp-RenderedSVG img", "e.naturalWidth > 100")))
        lab.command("docmanager:close")
