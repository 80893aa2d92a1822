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
from selenium.webdriver import ActionChains, Keys

import hourglass as hg

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import notebooks  # noqa: E402

NOTEBOOKS = sorted(path.name for path in (ROOT / "book").glob("*.ipynb"))
CHAPTER = NOTEBOOKS[0]  # the one that is run
FOREIGN, OWN = "foreign.ipynb", "own.ipynb"  # the same from who knows where; and a copy to run

LABORATORIES, FOREIGN_LABORATORIES = "laboratories.ipynb", "foreign laboratories.ipynb"


def laboratories(note=""):
    """A notebook with one of each kind, and what they showed when it was stored."""
    cells = [nbformat.v4.new_code_cell("import hourglass as hg", execution_count=1)]
    for count, make in enumerate((hg.labs.rule, hg.labs.boundary), 2):
        data = {"text/html": make()._repr_html_(), "text/plain": repr(make())}
        output = nbformat.v4.new_output("execute_result", data, execution_count=count)
        cells.append(nbformat.v4.new_code_cell(f"hg.labs.{make.__name__}()", execution_count=count, outputs=[output]))
    metadata = nbformat.read(ROOT / "book" / CHAPTER, as_version=4).metadata | ({"from": note} if note else {})
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


# What the notebook in sight lacks before its cells and links are as JupyterLab will leave them; arguments[0]: its path.
# A link is done when it leads to the server, which it does not in the source; a picture, when it has its size.
LACKS = """
const panel = jupyterapp.shell.currentWidget, cells = panel?.content?.widgets ?? [];
if (panel?.context?.path !== arguments[0] || !panel.context.isReady) return ["another file is in sight"];
if (!panel.isVisible || cells.length !== arguments[1]) return ["cells"];
const told = (cell) => cell.node.querySelector(".myst, .jp-MarkdownOutput")?.textContent.trim();
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
        shutil.copy(self.book / CHAPTER, self.book / OWN)
        nbformat.write(laboratories(), self.book / LABORATORIES)
        nbformat.write(laboratories("from elsewhere"), self.book / FOREIGN_LABORATORIES)
        trust = [sys.executable, "-m", "nbformat.sign", *(self.book / name for name in [*NOTEBOOKS, LABORATORIES])]
        subprocess.run(trust, env=environment, check=True, capture_output=True)
        options = "--no-browser --allow-root --expose-app-in-browser --ServerApp.ip=127.0.0.1 --IdentityProvider.token="
        self.log = folder / "log"
        with open(self.log, "w") as log:
            command = [sys.executable, "-m", "jupyterlab", *options.split()]
            self.server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            told = Path(own["JUPYTER_RUNTIME_DIR"], f"jpserver-{self.server.pid}.json")  # it has found a free port
            self.until(lambda: json.loads(told.read_text())["port"], OSError, ValueError)
            self.address = f"http://127.0.0.1:{json.loads(told.read_text())['port']}/lab"
            self.start()
        except BaseException:
            self.close()
            raise

    def start(self):
        """Show JupyterLab with nothing open. It grows slower with every notebook that it has had open."""
        self.driver.get(f"{self.address}?reset")
        self.until(lambda: self.js("return Boolean(window.jupyterapp?.restored)"))
        self.promised("jupyterapp.restored")
        self.until(lambda: self.js("return jupyterapp.shell.currentWidget?.id"))  # the launcher: it comes by itself

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


def astray(lab):
    """The links that lead nowhere: to no file of the book, or to no place in the notebook."""
    wrong = lab.all("a[href^='#']:is(.jp-MarkdownCell a, .jp-OutputArea a)", "document.getElementById(e.hash.slice(1)) "
                    "|| e.matches('.jp-InternalAnchorLink, :is(h1, h2, h3, h4) a') ? '' : e.outerHTML")  # fmt: skip
    for href in lab.all(".jp-MarkdownCell a[href*='/files/'], .jp-OutputArea a[href*='/files/']", "e.href"):
        if not (lab.book.parent / unquote(urlsplit(href).path).removeprefix("/files/")).is_file():
            wrong.append(href)
    return list(filter(None, wrong))


def stored(cells):
    """The kinds of what a notebook's cells show."""
    return [kind for cell in cells for output in cell.get("outputs", []) for kind in output.get("data", {})]


@pytest.mark.parametrize("name", [FOREIGN, *NOTEBOOKS[1:], CHAPTER])
def test_prose_reads_the_same_before_any_run(lab, name):
    cells = lab.open(name)
    assert len(told(cells)) > 10 or name in ("index.ipynb", "claims.ipynb")
    lab.expect([], lambda: missing(lab, cells))
    assert leftover(lab) == [] and astray(lab) == []
    drawn = lab.all(".jp-RenderedSVG img", "e.naturalWidth > 100 && e.naturalHeight > 50")
    if name == FOREIGN:
        assert not drawn and not lab.all(".jp-OutputArea style"), "trusted"
        assert not [text for text in lab.all(".claim li", "e.textContent") if "borne out" in text]
    else:
        assert drawn == [True] * stored(cells).count("image/svg+xml")
    if name != CHAPTER:  # which the next tests go on reading
        lab.command("application:close")


# --- figures, boxes and links of one chapter -------------------------------------------------------------------------

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


def read_everything(lab, cells, theme):
    """Numbers, figures, pictures of sliders, boxes and self-checks, in a theme."""
    lab.look(theme)
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    lab.expect([], lambda: missing(lab, cells))
    figures = stored(cells).count("image/svg+xml")
    assert figures > 0
    lab.expect([True] * figures, lambda: lab.all(".jp-RenderedSVG img", "e.naturalWidth > 100"))
    visible = ".jp-OutputArea-output svg.figure", "e.checkVisibility() && e.getBoundingClientRect().width > 100"
    lab.expect(code.count("hg.widgets.slider("), lambda: lab.all(*visible).count(True))
    for kind, call, box in (("claim", "judge", ".claim"), ("quiz", "quiz", ".quiz details")):
        count = code.count(f"hg.study.{call}(")
        assert count > 0
        lab.expect(count, lambda kind=kind: len(lab.all(f".{kind}")))
        assert min(lab.all(box, "parseFloat(getComputedStyle(e).borderLeftWidth)")) >= 1
        assert min(lab.all(f".{kind} :is(p, li, summary, .source)", CONTRAST)) > 4.5
    kinds, edges = (set(lab.all(".claim", look)) for look in ("e.className", "getComputedStyle(e).borderLeftColor"))
    assert len(kinds) == len(edges), "a verdict has the colour of another"


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_a_trusted_chapter_shows_everything(lab, theme):
    read_everything(lab, lab.open(CHAPTER), theme)


@pytest.mark.parametrize("link", ["03-networks.ipynb", "glossary.md", "references.bib"])
def test_links_in_prose_open_the_file(lab, link):
    lab.open(CHAPTER)
    lab.click(f".jp-MarkdownCell a[href*='{link}']")
    lab.expect(f"book/{link}", lambda: lab.js("return jupyterapp.shell.currentWidget.context?.path"))


def test_a_box_leads_to_the_ledger_and_the_ledger_to_the_box(lab):
    cells = lab.open(CHAPTER)
    lab.click(".claim .source a")
    lab.shown("claims.ipynb")
    judge = next(cell for cell in reversed(cells) if "hg.study.judge(" in cell.source)
    lab.click(f"table.claims a[href*='{CHAPTER}'][href$='#cell-id={judge.id}']")
    lab.shown(CHAPTER)
    place = """
        const cell = jupyterapp.shell.currentWidget.content.widgets.find((cell) => cell.model.id === arguments[0]);
        const { top, bottom } = cell.node.getBoundingClientRect();
        return bottom > -innerHeight && top < 2 * innerHeight;
    """  # JupyterLab scrolls once, and what it draws above the cell afterwards may move it by a screen
    lab.expect(True, lambda: lab.js(place, judge.id))


def test_everything_is_there_after_a_run_too(lab):
    lab.start()
    cells = lab.open(OWN, runs=True)
    lab.promised("jupyterapp.shell.currentWidget.context.sessionContext.ready")
    idle = "return jupyterapp.shell.currentWidget.context.sessionContext.session?.kernel?.status"
    lab.expect("idle", lambda: lab.js(idle))
    lab.command("notebook:run-all-cells")
    counts = "jupyterapp.shell.currentWidget.content.widgets.map((cell) => cell.model.executionCount).filter(Boolean)"
    lab.expect([c.execution_count for c in cells if c.cell_type == "code"], lambda: lab.js(f"return {counts}"))
    lab.expect("idle", lambda: lab.js(idle))
    assert not lab.all("[data-mime-type*=error], [data-mime-type*=stderr]", "e.textContent")
    sliders = sum(cell.source.count("hg.widgets.slider(") for cell in cells)
    handles = ".jp-OutputArea :is(.noUi-handle, .widget-slider [role=slider], .widget-slider input)"
    lab.until(lambda: len(lab.all(handles)) >= sliders)
    for theme in ("Light", "Dark"):
        read_everything(lab, cells, theme)


# --- laboratories ----------------------------------------------------------------------------------------------------


def trains_and_keeps_its_keys(lab):
    """With a button, a list, a code and the plane in turn under the keyboard."""
    node = "jupyterapp.shell.currentWidget.node"
    assert lab.js(f"return {node}.querySelectorAll('.hg-live').length") == 2
    lab.click(".hg-button")
    lab.until(lambda: "11 of 11 right" in lab.all(".hg-facts", "e.textContent")[0])
    lab.click(".hg-button")
    cells = lab.js("return jupyterapp.shell.currentWidget.content.widgets.length")
    for selector in (".hg-button", ".hg-live select", ".hg-code[tabindex='0']", "[role=application]"):
        focus = f"const e = {node}.querySelector(arguments[0]); e.focus(); return e === document.activeElement"
        assert lab.js(focus, selector)
        before = lab.all(".hg-live", "e.textContent")
        keys = "dd" + "b" + Keys.ARROW_LEFT + (Keys.ARROW_UP + "1" if "app" in selector else "")
        ActionChains(lab.driver).send_keys(keys).perform()
        assert lab.js("return jupyterapp.shell.currentWidget.content.widgets.length") == cells
        assert lab.js(f"return document.activeElement === {node}.querySelector(arguments[0])", selector)
        moved = lab.all(".hg-live", "e.textContent") != before
        assert moved or selector not in (".hg-code[tabindex='0']", "[role=application]")


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_laboratories_live_as_they_are_stored(lab, theme):
    lab.look(theme)
    lab.open(LABORATORIES)
    lab.expect(2, lambda: len(lab.all(".hg-live")))
    assert lab.all(".hourglass-still", "e.checkVisibility()") == [False, False]
    trains_and_keeps_its_keys(lab)
    contrasts = lab.all(".hg-live :is(p, .hg-setting, button:not(:first-child))", CONTRAST)
    assert len(contrasts) > 20 and min(contrasts) > 4.5
    lab.command("application:close")


def test_a_laboratory_in_a_notebook_that_is_not_trusted_is_a_picture(lab):
    lab.open(FOREIGN_LABORATORIES)
    lab.expect([True, True], lambda: lab.all(".jp-OutputArea img", "e.naturalWidth > 100 && e.alt.length > 20"))
    assert not lab.all(".hg-live") and not lab.all("hourglass-lab")
    lab.command("application:close")


def test_laboratories_live_after_a_run_and_a_second_run_stops_the_first(lab):
    lab.open(LABORATORIES, runs=True)
    lab.promised("jupyterapp.shell.currentWidget.context.sessionContext.ready")
    idle = "return jupyterapp.shell.currentWidget.context.sessionContext.session?.kernel?.status"
    for _ in range(2):
        lab.expect("idle", lambda: lab.js(idle))
        lab.js("window.before = jupyterapp.shell.currentWidget.node.querySelector('.hg-live')")
        lab.command("notebook:run-all-cells")
        lab.expect(True, lambda: lab.js("return window.before?.isConnected === false"))
        lab.expect(2, lambda: len(lab.all(".hg-live")))
        trains_and_keeps_its_keys(lab)
        lab.click(".hg-button")
