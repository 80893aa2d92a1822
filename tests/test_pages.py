"""The built pages in a real browser: alive without a kernel or a network, legible in both themes and on a phone."""

import gzip
import json
import re
import threading
import time
from copy import copy
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from browser import launch, logged
from bs4 import BeautifulSoup

from hourglass.display import ledger

ROOT = Path(__file__).resolve().parent.parent
HTML = ROOT / "_build" / "html"
AXE = ROOT / "tests" / "vendor" / "axe.min.js"
DESK, PHONE = 1280, 390  # widths, in CSS pixels

TOC = yaml.safe_load((ROOT / "_toc.yml").read_text())
PAGES = [TOC["root"], *(chapter["file"] for part in TOC["parts"] for chapter in part["chapters"])]
CHAPTERS = [name for name in PAGES if re.match(r"\d\d-", Path(name).name)]
LEDGER = ledger.ledger()

every_page = pytest.mark.parametrize("name", PAGES)
every_chapter = pytest.mark.parametrize("name", CHAPTERS)


# --- the files, without a browser ------------------------------------------------------------------------------------


def file_of(name):
    path = HTML / f"{name}.html"
    assert path.exists(), f"{path.relative_to(ROOT)} is missing: make book builds it"
    return path


@cache
def soup(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@cache
def anchors(path):
    return {tag.get("id") or tag.get("name") for tag in soup(path).select("[id], a[name]")}


def widget_models(name):
    """The widgets that a page carries along."""
    states = soup(file_of(name)).select('script[type="application/vnd.jupyter.widget-state+json"]')
    return [model for state in states for model in json.loads(state.string)["state"].values()]


def printed(path):
    """The texts that each code cell of a notebook printed; clocks and styles aside."""
    texts = {}
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code" and "nbval-ignore-output" not in cell["metadata"].get("tags", []):
            bundles = [output.get("data") or {"text/plain": output["text"]} for output in cell["outputs"]]
            found = ["".join(bundle.get("text/markdown") or bundle.get("text/plain", "")) for bundle in bundles]
            texts[cell["id"]] = [text for text in found if text and "display.HTML object" not in text]
    return texts


@every_page
def test_what_the_chapters_printed_for_the_pages_is_what_they_store(name):
    """`make book` ran them for the pages alone; in `make test` nbval has compared them already, pictures aside."""
    source = ROOT / f"{name}.ipynb"
    if source.exists():
        executed = printed(HTML.parent / ".doctrees" / "executed" / source.name)
        assert executed == printed(source) and executed


def test_every_link_and_anchor_leads_somewhere():
    assert (HTML / "index.html").exists(), "no pages: make book builds them"
    broken = []
    for page in sorted([*HTML.glob("*.html"), *HTML.glob("book/**/*.html")]):
        links = [tag.get("href") or tag.get("src") for tag in soup(page).select("[href], [src]")]
        links += [tag["content"].partition("url=")[2] for tag in soup(page).select("meta[http-equiv=Refresh]")]
        for link in links:
            url = urlsplit(link)
            if url.scheme or url.netloc:
                continue
            target = (page.parent / unquote(url.path)).resolve() if url.path else page
            if not target.is_file() or (url.fragment and unquote(url.fragment) not in anchors(target)):
                broken.append(f"{page.relative_to(HTML)}: {link}")
    assert not broken


@every_page
def test_no_id_is_given_twice(name):
    ids = [tag["id"] for tag in soup(file_of(name)).select("[id]")]
    assert len(ids) > 5 and {i for i in ids if ids.count(i) > 1} == set()


def is_real(text):
    """Whether an alternative text says something, rather than where a file lies."""
    return len(text) >= 15 and " " in text and not re.search(r"\.(svg|png|jpe?g|gif)\b|_build|jupyter_execute|^/", text)


@every_page
def test_every_picture_is_described(name):
    frames = [model["state"]["value"] for model in widget_models(name) if model["model_name"] == "HTMLModel"]
    pictures = soup(file_of(name)).select("img, article svg")
    openings = [tag for frame in frames for tag in re.findall(r'<(?:img|svg)\b(?:[^>"]|"[^"]*")*>', frame)]
    pictures += BeautifulSoup("".join(openings), "html.parser").select("img, svg")
    for picture in pictures:
        if "logo__image" in picture.get("class", []):  # decoration: the title stands beside it
            assert picture["alt"] == "" and picture.find_parent("a").get_text().strip()
        elif picture.name == "img":
            assert is_real(picture.get("alt", "")), picture.attrs
        else:
            assert "figure" in picture.get("class", []) and picture.get("role") == "img", picture.attrs
            assert is_real(picture.get("aria-label", "")), picture.attrs
    assert len(pictures) >= len(frames) and (pictures or name not in CHAPTERS)


@every_page
def test_no_markup_is_left_over(name):
    article = copy(soup(file_of(name)).select_one("article"))
    for tag in article.select("pre, code, script, svg, .math, .sig"):
        tag.replace_with(" ")
    stray = re.search(r"\$[^$\n]+\$|\\[(\[a-z]|\{[\w:]+\}|:::|\]\(|\*\*|.{10}`", article.get_text())
    assert not stray, stray[0]


@every_page
def test_is_light(name):
    page = file_of(name)
    own = {page}
    for tag in soup(page).select("script[src], link[rel=stylesheet][href], img[src]"):
        asset = (page.parent / unquote(urlsplit(tag.get("src") or tag["href"]).path)).resolve()
        if asset.is_file() and HTML / "_static" / "vendor" not in asset.parents:
            own.add(asset)
    assert sum(len(gzip.compress(path.read_bytes())) for path in own) < 1_500_000


@every_chapter
def test_a_chapter_has_sliders_quizzes_and_solutions_and_its_claims(name):
    page = soup(file_of(name))
    assert [model for model in widget_models(name) if "Slider" in model["model_name"]]
    assert page.select(".quiz details > summary") and len(page.select("details.solution > summary")) >= 4
    assert page.select(".check")
    for box in page.select(".predict"):  # as it is without scripts, and in print
        right = [option.get_text() for option in box.select("li.yes")]
        assert len(box.select("li")) > 1 and [strong.get_text() for strong in box.select(".outcome strong")] == right
    boxes = {box["id"]: box for box in page.select("div.claim")}
    claims = {f"claim-{claim}": entry for claim, entry in LEDGER.items() if entry["chapter"] == Path(name).name}
    assert boxes.keys() == claims.keys()
    for key, box in boxes.items():
        verdict = ledger.verdict(claims[key], ledger.answers(claims[key]))
        assert claims[key]["claim"] in box.select_one(".said").get_text()
        assert box.select_one(".verdict").get_text().lower().startswith(verdict)
        assert box.select_one(".source a")["href"] == f"claims.html#{key.removeprefix('claim-')}"


def test_the_ledgers_page_leads_to_every_claim():
    page = file_of("book/claims")
    links = {link["href"]: link.get_text() for link in soup(page).select("table.claims a")}
    expected = {f"{entry['chapter']}.html#claim-{claim}": entry["claim"] for claim, entry in LEDGER.items()}
    assert links == expected and all(table.caption for table in soup(page).select("table.claims"))
    assert {row["id"] for row in soup(page).select("table.claims tbody tr")} == set(LEDGER)


# --- in a browser ----------------------------------------------------------------------------------------------------

# A page is ready when its widgets are drawn, its formulas set and its fonts there. From then on nothing moves slowly.
READY = """
const done = arguments[0], limit = Date.now() + 60000;
const wanted = document.querySelectorAll('script[type="application/vnd.jupyter.widget-view+json"]').length;
document.head.append(Object.assign(document.createElement("style"),
  { textContent: "*, ::before, ::after { transition: none !important; animation: none !important; }" }));
(function wait() {
  const drawn = document.querySelectorAll(".widget-subarea > *").length >= wanted;
  if (document.readyState !== "complete" || (!drawn && Date.now() < limit)) return setTimeout(wait, 20);
  Promise.all([window.MathJax?.startup?.promise, document.fonts.ready]).then(() => requestAnimationFrame(() => done()));
})();
"""
OPEN_EVERYTHING = """
for (const box of document.querySelectorAll("details")) { box.removeAttribute("name"); box.open = true; }
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    driver = launch(tmp_path_factory.mktemp("browser"))
    yield driver
    driver.quit()


KEYS = {"Enter": 13, " ": 32, "End": 35, "Home": 36, "ArrowLeft": 37, "ArrowRight": 39, "ArrowDown": 40}


class Page:
    """A page in the browser, from the file, without a server."""

    def __init__(self, driver, name):
        self.driver, self.name = driver, name
        self.look("light", DESK)
        driver.get(file_of(name).as_uri())
        driver.execute_async_script(READY)

    def js(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def look(self, theme, width):
        """Show the page in a theme, as the reader's system asks for it, and at a width."""
        media = {"features": [{"name": "prefers-color-scheme", "value": theme}]}
        screen = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)

    def shown(self, theme, width):
        """Like `look`, with everything unfolded, and sure that the theme is on."""
        self.look(theme, width)
        self.js(OPEN_EVERYTHING)
        settled = "document.documentElement.dataset.theme === arguments[0] && innerWidth === arguments[1]"
        assert self.until(settled, theme, width), f"the page does not become {theme}"

    def until(self, condition, *arguments):
        """Wait until a JavaScript expression is true; return whether it came to that."""
        end = time.monotonic() + 60
        while not (value := self.js(f"return {condition}", *arguments)) and time.monotonic() < end:
            time.sleep(0.01)
        return value

    def press(self, element, key):
        """Give the keyboard's focus to an element and press a key."""
        focused = self.js("arguments[0].focus(); return document.activeElement === arguments[0]", element)
        assert focused, "takes no focus"
        event = {"key": key, "windowsVirtualKeyCode": KEYS[key]} | ({"text": "\r"} if key == "Enter" else {})
        for kind in ("keyDown", "keyUp"):
            self.driver.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": kind, **event})

    def all(self, selector):
        return self.js("return [...document.querySelectorAll(arguments[0])]", selector)


@pytest.fixture(scope="module", params=PAGES)
def page(request, browser):
    return Page(browser, request.param)


def test_formulas_are_set(page):
    unset, wrong = page.js("""
        const texts = (found) => [...found].map((element) => element.textContent);
        const unset = [...document.querySelectorAll(".math")].filter((math) => !math.querySelector("mjx-container"));
        const wrong = document.querySelectorAll("mjx-merror, [data-mjx-error], mjx-mtext[style*=red]");
        return [texts(unset), texts(wrong)];
    """)
    assert (unset, wrong) == ([], [])


# The options of a prediction; whether it is answered: what follows it shows, and what came out is told.
OPTIONS = "return [...arguments[0].querySelectorAll('button')]"
ANSWERED = """((box) => {
  const answer = box.closest(".cell").nextElementSibling, outcome = box.querySelector(".outcome[role=status]");
  const shown = [...answer.children].every((part) => part.checkVisibility());
  if (!answer.matches(".answer") || !answer.children.length || shown !== Boolean(outcome.textContent)) return "broken";
  return shown;
})(arguments[0])"""


def test_what_answers_a_question_shows_when_the_reader_has_chosen(page):
    """By keyboard, with the first option, the second, and so on; the last question is skipped."""
    boxes = page.all(".predict")
    assert boxes or page.name not in CHAPTERS
    assert [page.js(f"return {ANSWERED}", box) for box in boxes] == [False] * len(boxes)
    page.js("dispatchEvent(new Event('beforeprint'))")
    hidden = "[...document.querySelectorAll('.answer')].filter((one) => one.hidden).length"
    assert page.js(f"return {hidden}") == 0
    page.js("dispatchEvent(new Event('afterprint'))")
    assert page.js(f"return {hidden}") == len(boxes)
    for number, box in enumerate(boxes):
        *options, skip = page.js(OPTIONS, box)
        if number == len(boxes) - 1:
            page.press(skip, "Enter")
            chosen = None
        else:
            chosen = options[number % len(options)]
            page.press(chosen, ("Enter", " ")[number % 2])
        assert page.until(f"{ANSWERED} === true", box)
        pressed = page.js("return arguments[0].map((one) => one.ariaPressed === 'true')", options)
        assert pressed == [option == chosen for option in options]
        assert page.js("return arguments[0].contains(document.activeElement)", box), "the focus is lost"
        told, right = page.js(
            "return ['.outcome', 'button.yes'].map((part) => arguments[0].querySelector(part).textContent)", box
        )
        guess = chosen and page.js("return arguments[0].textContent", chosen)
        assert right in told and (not guess or guess in told) and ("So it came out" in told) == (guess == right)


def test_a_choice_is_kept_for_the_visit(browser):
    Page(browser, CHAPTERS[0]).js("sessionStorage.clear()")
    page = Page(browser, CHAPTERS[0])
    for choose in (True, False):
        box = page.all(".predict")[0]
        assert page.js(f"return {ANSWERED}", box) is not choose
        if choose:
            page.press(page.js(OPTIONS, box)[1], "Enter")
            page = Page(browser, CHAPTERS[0])
    assert page.js("return arguments[0][1].ariaPressed", page.js(OPTIONS, box)) == "true"
    page.js("sessionStorage.clear()")


# What a handle says and what the pictures that show with it say, once that fits together and is not as before.
TOLD = """
const [handle, before, done] = arguments, limit = Date.now() + 60000;
(function look() {
  const pictures = [...handle.closest(".widget-subarea").querySelectorAll("svg.figure")];
  const alts = pictures.filter((one) => one.checkVisibility()).map((one) => one.getAttribute("aria-label"));
  const text = handle.getAttribute("aria-valuetext");
  const fits = text && text !== before && alts.length === 1 && alts[0].includes(text);
  if (fits || Date.now() > limit) done([text, ...alts]); else setTimeout(look, 5);
})();
"""


def test_every_slider_moves_its_picture(page):
    handles = page.all("[role=slider]")
    assert len(handles) == len([m for m in widget_models(page.name) if m["model_name"].endswith("SliderModel")])
    for handle in handles:
        name, top = page.js("return ['aria-label', 'aria-valuemax'].map((a) => arguments[0].getAttribute(a))", handle)
        assert name and name.strip(), "a handle without a name"

        def moved(key, before, handle=handle, name=name):
            page.press(handle, key)
            text, *alts = page.driver.execute_async_script(TOLD, handle, before)
            assert text and text != before, f"{name}: {key} leaves it at {text!r}"
            assert len(alts) == 1 and text in alts[0], f"{name}: the handle says {text!r}, the picture shows {alts}"
            return text, alts[0]

        seen = [moved("Home", None)]
        for _ in range(round(float(top))):
            seen.append(moved("ArrowRight", seen[-1][0]))
        assert len(seen) > 1 and len({alt for _, alt in seen}) == len(seen), f"{name} shows the same twice: {seen}"
        assert moved("Home", seen[-1][0]) == seen[0]
        assert moved("End", seen[0][0]) == seen[-1]
        assert moved("ArrowLeft", seen[-1][0]) == seen[-2]


def test_answers_open_by_keyboard_one_at_a_time(page):
    for quiz in page.all(".quiz"):
        boxes = page.js("return [...arguments[0].querySelectorAll('details')]", quiz)
        for number, (box, key) in enumerate(zip(boxes, ["Enter", " "] * len(boxes), strict=False)):
            page.press(page.js("return arguments[0].querySelector('summary')", box), key)
            assert page.until("arguments[0].every((box, i) => box.open === (i === arguments[1]))", boxes, number)
            assert page.js("return arguments[0].querySelector('p').checkVisibility()", box)


def test_the_ledger_is_filtered_by_keyboard(browser):
    """One list after the other, each from all to its first value; then a link to a row that does not show."""
    page = Page(browser, "book/claims")
    rows = "[...document.querySelectorAll('table.claims tbody tr')]"
    shown = f"{rows}.filter((row) => row.checkVisibility()).map((row) => row.id)"
    everything = page.js(f"return {shown}")
    assert sorted(everything) == sorted(LEDGER)
    assert page.js("return document.querySelector('.filter output').textContent").startswith(f"{len(LEDGER)} of ")
    expected = everything
    for name in ("source", "chapter", "verdict"):
        field = page.all(f".filter select[name={name}]")[0]
        page.press(field, "ArrowDown")
        value = page.js("return arguments[0].value", field)
        assert value and page.js(
            "return arguments[0].closest('label').textContent.startsWith(arguments[1])", field, name
        )
        of_value = page.js(
            f"return {rows}.filter((row) => row.dataset[arguments[0]] === arguments[1]).map((r) => r.id)", name, value
        )
        expected = [claim for claim in expected if claim in of_value]
        assert page.js(f"return {shown}") == expected and expected
        assert page.js("return document.querySelector('.filter output').textContent").startswith(f"{len(expected)} of ")
        assert page.js("return [...document.querySelectorAll('table.claims')].every((t) => t.checkVisibility() === "
                       "[...t.querySelectorAll('tbody tr')].some((row) => row.checkVisibility()))")  # fmt: skip
    hidden = next(claim for claim in everything if claim not in expected)
    page.js("location.hash = arguments[0]", hidden)
    assert page.until(f"{shown}.length === arguments[0]", len(LEDGER)), "a link leads to a row that is not there"


# Follow links to a closed box and to an anchor at its end, and see each time whether that comes to be there to be read.
FOLLOW = """
const [box, done] = arguments, anchor = document.createElement("p"), link = document.createElement("a"), read = [];
box.append(Object.assign(anchor, { id: "an anchor", textContent: "here" }));
box.before(link);
const follow = (targets) => {
  const [target] = targets;
  if (!target) { anchor.remove(); link.remove(); return done(read); }
  box.open = false;
  link.href = `#${encodeURIComponent(target.id)}`;
  link.click();
  const limit = Date.now() + 60000;
  (function look() {
    const { top, bottom } = target.getBoundingClientRect();
    const there = box.open && bottom > 0 && top < innerHeight;
    if (!there && Date.now() < limit) return setTimeout(look, 5);
    read.push(there);
    follow(targets.slice(1));
  })();
};
follow([box, anchor]);
"""


def test_solutions_open_by_keyboard_and_by_a_link(page):
    readable = "arguments[0].nextElementSibling.checkVisibility()"
    for box in page.all("details.solution"):
        summary = page.js("return arguments[0].querySelector('summary')", box)
        assert not page.js(f"return {readable}", summary), "open before anyone asks"
        page.press(summary, "Enter")
        assert page.until(readable, summary)
        page.press(summary, "Enter")
        assert page.until(f"!{readable}", summary)
        assert page.driver.execute_async_script(FOLLOW, box) == [True, True]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_narrow_screen_needs_no_sideways_scroll(page, theme):
    page.shown(theme, PHONE)
    width, wide = page.js("""
        const scrolls = (e) => e && (getComputedStyle(e).overflowX !== "visible" || scrolls(e.parentElement));
        const wide = [...document.querySelectorAll("article *")].filter(
          (e) => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 1 && !scrolls(e.parentElement));
        return [document.documentElement.scrollWidth, wide.map((e) => e.outerHTML.slice(0, 150))];
    """)
    assert width <= PHONE and not wide, f"{width} px wide: {wide[:5]}"


def test_pictures_are_legible_on_a_phone(page):
    """No text is smaller than 11.5 CSS pixels, some 9 points; exponents and indices may be two thirds of their line."""
    page.shown("light", PHONE)
    small = page.js("""
        const small = [];
        for (const text of document.querySelectorAll("svg.figure text")) {
          if (!text.checkVisibility()) continue;
          const m = text.getScreenCTM(), scale = Math.sqrt(Math.abs(m.a * m.d - m.b * m.c));
          const parts = text.querySelector("tspan") ? [...text.querySelectorAll("tspan")] : [text];
          const sizes = parts.map((part) => scale * parseFloat(getComputedStyle(part).fontSize));
          if (Math.max(...sizes) < 11.5 || Math.min(...sizes) < 0.66 * 11.5) small.push([text.textContent, sizes]);
        }
        return small;
    """)
    assert not small


# Text in pictures against what it stands on: the page's ground, or a map, whose ground is light in both themes.
CONTRAST = """
const luminance = (rgb) => rgb.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
  .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
const ground = (e) => { for (; e; e = e.parentElement) {
  const [r, g, b, a = 1] = numbers(getComputedStyle(e).backgroundColor);
  if (a > 0.5) return [r, g, b];
} return [255, 255, 255]; };
const faint = [];
for (const svg of document.querySelectorAll("svg.figure")) {
  if (!svg.checkVisibility()) continue;
  const below = luminance(ground(svg));  // a map shows it, too: it shades by transparency
  for (const text of svg.querySelectorAll("text")) {
    const ink = getComputedStyle(text.querySelector("tspan") ?? text).fill;
    const [dark, light] = [luminance(numbers(ink)), below].sort((a, b) => a - b);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < 4.5) faint.push([text.textContent.trim(), ink, ratio.toFixed(1)]);
  }
}
return faint;
"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_in_pictures_stands_out(page, theme):
    page.shown(theme, DESK)
    faint = page.js(CONTRAST)
    assert not faint, sorted({tuple(found) for found in faint})


# Runs axe; tells what is serious.
CHECK = """
const [rules, done] = arguments;
const told = ({ id, help, nodes }) => [id, help, nodes.length, nodes.slice(0, 3).map(({ html }) => html.slice(0, 200))];
const options = { preload: false, resultTypes: ["violations"], ...(rules.length ? { runOnly: rules } : {}) };
const serious = ({ impact }) => ["serious", "critical"].includes(impact);
axe.run(document, options).then(
  ({ violations }) => done(violations.filter(serious).map(told)),
  (error) => done(String(error)),
);
"""
# Half of a chapter's elements are words in code, which axe looks at one by one, each time. Of those with the same
# classes all the way up, one stays an element; the others, become plain text, take as much room as before. Most of the
# other half is inside pictures, which are one thing with a name; what they say in colour is measured above.
THIN_OUT = """
for (const picture of document.querySelectorAll("svg.figure[role=img][aria-label]")) picture.replaceChildren();
const seen = new Set();
for (const word of document.querySelectorAll("pre span")) {
  let kind = "";
  for (let element = word; element; element = element.parentElement) kind += `${element.className} < `;
  if (seen.has(kind) || word.textContent.length < 2) word.replaceWith(word.textContent); // axe judges no single letter
  else seen.add(kind);
}
for (const code of document.querySelectorAll("pre")) code.normalize();
"""
COLOURS, WIDTHS = ["color-contrast", "link-in-text-block"], ["scrollable-region-focusable", "target-size"]


@pytest.mark.parametrize(
    ("theme", "width", "rules"),
    [("light", DESK, []), ("dark", DESK, COLOURS), ("light", PHONE, WIDTHS)],
    ids=["light", "dark", "narrow"],
)
def test_is_accessible(page, theme, width, rules):
    page.shown(theme, width)
    if not page.js("return Boolean(window.axe)"):
        page.js(THIN_OUT)
        page.js(AXE.read_text(encoding="utf-8"))
    assert page.driver.execute_async_script(CHECK, rules) == []


def test_nothing_went_wrong_and_no_outside_host_was_asked(page):
    """The last of a page's tests: it speaks of everything that was done to the page."""
    wrong, outside = logged(page.driver)
    assert not wrong and not outside


# --- from a server ---------------------------------------------------------------------------------------------------


class Quiet(SimpleHTTPRequestHandler):
    missing = []

    def log_message(self, *arguments):
        pass

    def send_error(self, code, *arguments):
        self.missing.append(self.path)
        super().send_error(code, *arguments)


def test_a_chapter_works_from_a_server_too_and_opens_at_a_solution(tmp_path):
    name = CHAPTERS[0]
    solution = soup(file_of(name)).select_one("details.solution")["id"]
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=HTML))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    driver = launch(tmp_path)
    try:
        driver.get(f"http://127.0.0.1:{server.server_port}/{name}.html#{solution}")
        driver.execute_async_script(READY)
        found = driver.execute_script("""
            return ["details.solution[open]", "[role=slider][aria-label]", "mjx-container"].map(
              (selector) => [...document.querySelectorAll(selector)].map((element) => element.id));
        """)
        assert found[0] == [solution] and found[1] and found[2]
        wrong, outside = logged(driver)
        assert not wrong and not outside and not Quiet.missing
    finally:
        driver.quit()
        server.shutdown()
