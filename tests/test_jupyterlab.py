"""Chapters in a real JupyterLab: as somebody sees them who opens the repository, before a run and after."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from browser import launch

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import notebooks  # noqa: E402

READ, RUN = "01-neurons.ipynb", "index.ipynb"  # a chapter to look at; and the one that runs in some seconds
FOREIGN = "foreign.ipynb"  # the same, but from who knows where
SHOWN = "document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden)')"


class Lab:
    """JupyterLab in a browser, with a copy of the book."""

    def __init__(self, folder):
        self.book = Path(shutil.copytree(ROOT / "book", folder / "book"))
        own = {f"JUPYTER_{kind}_DIR": str(folder / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
        environment = os.environ | own
        foreign = nbformat.read(self.book / READ, as_version=4)
        foreign.metadata["from"] = "elsewhere"  # trust goes by contents
        nbformat.write(foreign, self.book / FOREIGN)
        trust = [sys.executable, "-m", "nbformat.sign", self.book / READ, self.book / RUN]
        subprocess.run(trust, env=environment, check=True, capture_output=True)
        self.driver = launch(folder / "browser")
        self.driver.set_window_size(1280, 900)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = f"http://127.0.0.1:{probe.getsockname()[1]}"
        port = self.address.rpartition(":")[2]
        options = (
            f"--no-browser --allow-root --expose-app-in-browser --ServerApp.port={port} --ServerApp.port_retries=0"
        )
        command = [sys.executable, "-m", "jupyterlab", *options.split(), "--IdentityProvider.token="]
        with open(folder / "log", "w") as log:
            self.server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        self.until(lambda: socket.create_connection(("127.0.0.1", int(port))).close() is None)
        self.driver.get(f"{self.address}/lab?reset")
        self.until(lambda: self.js("return Boolean(window.jupyterapp?.restored)"))
        self.driver.execute_async_script("jupyterapp.restored.then(arguments[0])")

    def until(self, condition):
        """Wait until something is true; until then it may as well raise an OSError."""
        end = time.monotonic() + 60
        while True:
            try:
                if value := condition():
                    return value
            except OSError:
                pass
            assert time.monotonic() < end and self.server.poll() is None, "JupyterLab does not come to that"
            time.sleep(0.1)

    def js(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def command(self, name, **arguments):
        """Have JupyterLab do what its menus would."""
        script = "const [name, args, done] = arguments; jupyterapp.commands.execute(name, args).then(() => done())"
        self.driver.execute_async_script(script, name, arguments)

    def open(self, name):
        """Show a notebook; return its cells."""
        self.command("docmanager:open", path=f"book/{name}")
        read = nbformat.read(self.book / name, as_version=4).cells
        self.until(lambda: self.js(f"return ({SHOWN})?.querySelector('.jp-MarkdownCell p')"))
        self.until(lambda: len(self.all(".jp-Cell")) == len(read))
        return read

    def all(self, selector, look="true"):
        """What an expression says of each element `e` of the notebook shown that a selector finds."""
        return self.js(f"return [...{SHOWN}.querySelectorAll(arguments[0])].map((e) => {look})", selector)

    def prose(self):
        return " ".join(" ".join(self.all(".jp-MarkdownCell :is(p, li, td)", "e.textContent")).split())

    def close(self):
        self.driver.quit()
        self.server.terminate()
        self.server.wait(60)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    lab = Lab(tmp_path_factory.mktemp("lab"))
    yield lab
    lab.close()


def test_numbers_captions_and_references_are_there_before_anything_is_trusted(lab):
    cells = lab.open(FOREIGN)
    assert not lab.all(".jp-RenderedSVG, .jp-OutputArea style"), "trusted"
    prose, source = lab.prose(), "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    told = re.findall(rf"((?:\w+ )?){notebooks.MARKED.pattern}((?: \w+)?)", source)
    assert len(told) > 10
    for before, name, number, after in told:
        assert f"{before}{number}{after}" in prose and not ("_" in name and name in prose)
    assert not re.search(r"<!--|\{(glue|cite|numref|term)\b|fig-", prose)
    assert not lab.all("[title='Cross Reference Not Found']")
    assert all("out" not in text for text in lab.all(".claim li", "e.textContent.match(/: .*borne.*/)?.[0] ?? ''"))


def test_links_lead_from_chapter_to_chapter(lab):
    lab.open(READ)
    links = lab.all(".jp-MarkdownCell a[href*='.ipynb']", "new URL(e.href).pathname.split('/').pop()")
    assert len(links) >= 2
    lab.js("document.querySelector(`.jp-MarkdownCell a[href*='${arguments[0]}']`).click()", links[0])
    lab.until(lambda: lab.js("return jupyterapp.shell.currentWidget.title.label") == links[0])


# The contrast of an element's text with the ground on which it stands.
CONTRAST = """((e) => {
  const luminance = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  let ground = e;
  while (/, 0\\)$/.test(getComputedStyle(ground).backgroundColor)) ground = ground.parentElement;
  const two = [getComputedStyle(e).color, getComputedStyle(ground).backgroundColor].map(luminance);
  return (Math.max(...two) + 0.05) / (Math.min(...two) + 0.05);
})(e)"""
LOADED = "e.naturalWidth > 100 && e.naturalHeight > 50"


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_a_trusted_chapter_shows_figures_boxes_and_the_pictures_of_sliders(lab, theme):
    lab.command("apputils:change-theme", theme=theme)
    cells = lab.open(READ)
    kinds = [kind for cell in cells for output in cell.get("outputs", []) for kind in output.get("data", {})]
    lab.until(lambda: all(lab.all(".jp-RenderedSVG img", LOADED)))
    assert len(lab.all(".jp-RenderedSVG img")) == kinds.count("image/svg+xml") > 0
    widths = lab.all(".jp-OutputArea-output svg.figure", "e.getBoundingClientRect().width")
    assert len(widths) == sum("hg.widgets.slider(" in cell.source for cell in cells) > 0 and min(widths) > 100
    assert lab.js("return document.body.dataset.jpThemeLight") == str("Light" in theme).lower()
    for kind, box in (("claim", ".claim"), ("quiz", ".quiz details")):
        called = sum(f"hg.study.{'judge' if kind == 'claim' else kind}(" in cell.source for cell in cells)
        assert len(lab.all(f".{kind}")) == called > 0
        assert min(lab.all(box, "parseFloat(getComputedStyle(e).borderLeftWidth)")) >= 1
        assert min(lab.all(f".{kind} :is(p, li, summary, .source)", CONTRAST)) > 4.5
    assert len(set(lab.all(".claim", "getComputedStyle(e).borderLeftColor"))) == len(
        set(lab.all(".claim", "e.className"))
    )


def test_all_runs_and_is_alive(lab):
    cells = lab.open(RUN)
    lab.command("notebook:run-all-cells")
    lab.until(lambda: lab.all(".jp-OutputArea .widget-slider [role=slider], .jp-OutputArea .widget-slider input"))
    count = sum(cell.cell_type == "code" for cell in cells)
    counts = "jupyterapp.shell.currentWidget.content.widgets.map((cell) => cell.model.executionCount).filter(Boolean)"
    lab.until(lambda: lab.js(f"return {counts}") == list(range(1, count + 1)))
    lab.until(lambda: all(lab.all(".jp-RenderedSVG img", LOADED)))
    assert not lab.all("[data-mime-type*=error], [data-mime-type*=stderr]", "e.textContent")
    assert lab.all(".jp-OutputArea .widget-html svg.figure", "e.checkVisibility()").count(True) == 1
