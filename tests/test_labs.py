"""The laboratories in a real browser: the same numbers as the engine, every control, by mouse and by keyboard."""

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from browser import launch, logged
from bs4 import BeautifulSoup
from common import complains, relative_error
from selenium.webdriver import ActionChains, Keys

import hourglass as hg
from hourglass.display import labs

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import hourglass_labs  # noqa: E402

# --- one truth -------------------------------------------------------------------------------------------------------

RUN = """
const [told] = arguments, network = new hourglass.Network(told.network);
network.parameters.set(told.parameters);
const losses = told.orders.map((order) => network.epoch(told, told.settings, null, order));
return [losses, [...network.parameters]];
"""
LAYERS = {
    "straight": lambda n: [], "tanh": lambda n: [hg.Tanh()], "sigmoid": lambda n: [hg.Sigmoid()],
    "ReLU": lambda n: [hg.ReLU()], "leaky ReLU": lambda n: [hg.LeakyReLU()], "PReLU": lambda n: [hg.PReLU(n)],
    "ELU": lambda n: [hg.ELU()], "GELU": lambda n: [hg.GELU()],
}  # fmt: skip
SIZES = [2, 6, 5, 3]


def engine_network(sizes, activation, biases):
    """The network of `hourglass` that the browser's is to equal; no parameter is zero."""
    layers = []
    for n_in, n_out, bias in zip(sizes, sizes[1:-1], biases):
        if activation == "maxout":
            layers.append(hg.Maxout(n_in, n_out))
        else:
            layers += [hg.Dense(n_in, n_out, bias=bias), *LAYERS[activation](n_out)]
    network = hg.Network(*layers, hg.Dense(*sizes[-2:], bias=biases[-1]))
    network.parameters[...] += 0.2 * np.random.default_rng(1).standard_normal(network.parameters.size)
    return network


def case(activation="tanh", sizes=SIZES, biases=(True, True, True), reduction="mean", batch=None, **optimizer):
    optimizer = {"optimizer": "Adam", "rate": 0.01} | optimizer
    return {"network": {"sizes": sizes, "activation": activation, "biases": list(biases)}, "batch": batch} | {
        "settings": {"reduction": reduction, "batch": batch or "all"} | optimizer
    }


# (Not Adam with decay and a dead unit: its weights would tremble around zero, with steps of full length.)
HASTY = {"optimizer": "SGD", "rate": 0.05, "momentum": 0.9}
CASES = {name: case(name, batch=7, decay=0.003, **HASTY) for name in [*LAYERS, "maxout"]} | {
    "Adam": case("maxout", batch=7),
    "Adam, decay": case(batch=7, decay=0.003),
    "SGD": case(optimizer="SGD", rate=0.1),
    "momentum": case(**HASTY, batch=10),
    "momentum, decay": case("ReLU", **HASTY, decay=0.003),
    "one output": case(sizes=[2, 8, 1], biases=(True, True), batch=1),
    "one output, no hidden layer": case(sizes=[2, 1], biases=(True,), decay=0.1),
    "sum": case(reduction="sum", batch=30),
    "no biases": case("leaky ReLU", biases=(False, False, False), **HASTY),
    "a rule": case(sizes=[11, 2, 11], biases=(False, False), reduction="sum", rate=0.1),
    "a rule, biases": case("straight", sizes=[5, 1, 5], biases=(False, True), reduction="sum", rate=0.1),
}


def data_of(sizes):
    if sizes[0] == sizes[-1]:
        return hg.rules.one_hot(sizes[0]), hg.rules.shift_rule(sizes[0])
    x, y = hg.datasets.moons(40, seed=0)
    return x, y if sizes[-1] == 1 else (y + (x[:, 0] > 0.6))


@pytest.mark.parametrize("name", CASES)
def test_the_browser_computes_what_the_engine_computes(browser, name):
    told, epochs = dict(CASES[name]), 300
    settings, batch = told["settings"], told.pop("batch")
    x, y = data_of(told["network"]["sizes"])
    network = engine_network(**told["network"])
    rng = np.random.default_rng(5)
    orders = [rng.permutation(len(x)).tolist() for _ in range(epochs)]
    told |= {"parameters": network.parameters.tolist(), "x": x.tolist(), "labels": y.tolist(), "orders": orders}
    first = network.parameters.copy()
    rule = {"SGD": hg.SGD, "Adam": hg.Adam}[settings["optimizer"]]
    options = {key: settings[key] for key in ("momentum",) if key in settings}
    optimizer = rule(settings["rate"], weight_decay=settings.get("decay", 0.0), **options)
    history = hg.train(
        network, x, y, loss=hg.SoftmaxCrossEntropy(settings["reduction"]), optimizer=optimizer, epochs=epochs,
        batch_size=batch, seed=5,
    )  # fmt: skip
    found, parameters = browser.execute_script(RUN, told)
    assert np.abs(network.parameters - first).max() > 0.1 and history.loss[-1] < 0.8 * history.loss[0]
    assert np.abs(np.array(found) / history.loss - 1).max() < 1e-9
    assert np.abs(np.array(parameters) - network.parameters).max() < 1e-9


QUOTIENTS = """
const { Network, crossEntropy, generator } = hourglass, [sizes, activation, dropout] = arguments;
const network = new Network({ sizes, activation, biases: [true, true, true] }), { normal } = generator(3);
network.parameters.forEach((_, i, all) => (all[i] = normal()));
const labels = [0, 1, 2, 0, 1, 2], x = labels.map(() => [normal(), normal()]);
const run = () => {
  const pass = network.forward(x, dropout, generator(1).uniform);
  return [crossEntropy(pass.at(-1).y, labels, "mean", pass.at(-1).shares), pass];
};
const [, pass] = run();
network.backward(pass, pass.at(-1).shares);
const gradients = [...network.gradients], silent = pass[0].keep.filter((factor) => factor === 0).length;
const quotients = gradients.map((_, i) => [1, -1].map((side) => {
  network.parameters[i] += side * 1e-5;
  const [value] = run();
  network.parameters[i] -= side * 1e-5;
  return value;
})).map(([more, less]) => (more - less) / 2e-5);
return [gradients, quotients, silent / pass[0].keep.length];
"""


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "ELU", "maxout", "PReLU"])
def test_gradients_under_dropout_equal_difference_quotients(browser, activation):
    """The engine of the book has no dropout to compare with."""
    gradients, quotients, silent = browser.execute_script(QUOTIENTS, SIZES, activation, 0.5)
    assert relative_error(np.array(gradients), np.array(quotients)) < 1e-6
    assert 0.2 < silent < 0.8


# --- a page with laboratories ----------------------------------------------------------------------------------------

# What the theme of the book's pages would bring.
THEME = """
html { --pst-color-background: #fff; --pst-color-text-base: #222832; --pst-color-text-muted: #48566b; }
html[data-theme=dark] { --pst-color-background: #121212; --pst-color-text-base: #ced6dd; }
html[data-theme=dark] { --pst-color-text-muted: #9ca4af; }
body { margin: 0; background: var(--pst-color-background); color: var(--pst-color-text-base); }
main { max-width: 46rem; margin: auto; padding: 0 1rem; }
"""
RULE = hg.labs.rule(running=True)  # which readers who want less motion shall see paused
BOUNDARY = hg.labs.boundary("moons, 6 false", width=20)
CUBE, LINE = hg.labs.rule(9, 3, bias=True, name="cube"), hg.labs.rule(5, 1, bias=True, name="line")
BUSY = hg.labs.boundary("moons", layers=2, width=20, batch=20, name="busy")
SMALL = hg.labs.rule(small=True)
LABS = {"rule": RULE, "boundary": BOUNDARY, "cube": CUBE, "line": LINE, "busy": BUSY, "small": SMALL}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Pages as a reader has them: the book's style sheet beside them, opened from the file."""
    folder = tmp_path_factory.mktemp("pages")
    shutil.copytree(ROOT / "assets", folder / "assets", ignore=shutil.ignore_patterns("mathjax", "widgets", "*.png"))
    for name, laboratory in LABS.items():
        style = f'<link rel="stylesheet" href="assets/book.css"><style>{THEME}</style>'
        head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Lab</title>{style}'
        (folder / f"{name}.html").write_text(
            f'<!doctype html><html lang="en" data-theme="light"><head>{head}</head><body><main class="bd-article">'
            f"<h1>A laboratory</h1>{laboratory._repr_html_()}</main></body></html>",
            encoding="utf-8",
        )
    return folder


def emulate(driver, media="", motion="reduce"):
    """Show pages as on a screen or on paper, to somebody who wants less motion or does not mind."""
    features = [{"name": "prefers-reduced-motion", "value": motion}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": features})


@pytest.fixture(scope="module")
def browser(tmp_path_factory, pages):
    driver = launch(tmp_path_factory.mktemp("browser"))
    emulate(driver)
    driver.get((pages / "boundary.html").as_uri())
    yield driver
    wrong, outside = logged(driver)
    driver.quit()
    assert not wrong and not outside


class Lab:
    """One laboratory, used as a reader would."""

    def __init__(self, driver, pages, name, address="", width=1280):
        self.driver, self.where = driver, f"{(pages / name).as_uri()}.html"
        self.resize(width)
        self.open(address)

    def open(self, address=""):
        self.driver.get("about:blank")
        self.driver.get(self.where + address)

    def resize(self, width):
        screen = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)

    def js(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def texts(self, selector):
        return self.js("return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)", selector)

    def one(self, selector):
        return self.js("return document.querySelector(arguments[0])", selector)

    @property
    def facts(self):
        return self.texts(".hg-facts")[0]

    @property
    def said(self):
        return self.texts(".hg-said")[0]

    def press(self, text):
        self.js(
            "[...document.querySelectorAll('.hg-button')].find((b) => b.textContent === arguments[0]).click()", text
        )

    def steps(self, count):
        self.js("const step = [...document.querySelectorAll('.hg-button')].find((b) => b.textContent === 'Step');"
                "for (let i = 0; i < arguments[0]; i++) step.click()", count)  # fmt: skip

    def train(self, until):
        """Train until a JavaScript expression is true; then pause."""
        self.press("Train")
        end = time.monotonic() + 60
        while not (value := self.js(f"return {until}")) and time.monotonic() < end:
            time.sleep(0.02)
        self.press("Pause")
        return value

    def choose(self, label, value):
        """Set a setting as a reader does; returns whether it is one."""
        return self.js("""
            const labels = [...document.querySelectorAll(".hg-setting")];
            const field = labels.find((one) => one.firstChild.data === arguments[0]).querySelector("select, input");
            field.value = arguments[1];
            field.dispatchEvent(new Event("change"));
            return field.value;
        """, label, str(value))  # fmt: skip

    def settings(self):
        """{label: (value, options)} of all lists."""
        return self.js("""
            const settings = [...document.querySelectorAll(".hg-setting")];
            const told = (field) => [field.value, [...(field.options ?? [])].map((option) => option.value)];
            return Object.fromEntries(settings.map((one) => [one.firstChild.data, told(one.lastChild)]));
        """)  # fmt: skip

    def picture(self):
        """Everything that shows, of the network and of the numbers."""
        return self.js("""
            const shapes = document.querySelectorAll(".hg-live :is(path:not(.hg-cross), line, circle, rect, g)");
            const drawn = [...shapes].map((shape) => shape.outerHTML);
            const ground = [...document.querySelectorAll("canvas")].map((canvas) => canvas.toDataURL());
            return [...drawn, ...ground, document.querySelector(".hg-live").textContent].join("|");
        """)

    def keys(self, selector, *keys):
        self.js("document.querySelector(arguments[0]).focus()", selector)
        for key in keys:
            ActionChains(self.driver).send_keys(key).perform()

    def drag(self, selector, dx, dy):
        handle = self.one(selector)
        self.js("arguments[0].scrollIntoView({ block: 'center' })", handle)
        ActionChains(self.driver).drag_and_drop_by_offset(handle, dx, dy).perform()

    def rows(self):
        """Of every output (the numbers in its formula, whether it wins)."""
        texts = self.texts(".hg-score > span:nth-of-type(2)")
        wins = self.js("return [...document.querySelectorAll('.hg-score')].map((r) => r.classList.contains('hg-on'))")
        numbers = [list(map(float, re.findall(r"-?[\d.]+", text.replace("−", "-")))) for text in texts]
        return list(zip(numbers, wins, strict=True))


@pytest.fixture
def lab(browser, pages):
    def open_one(name, address="", width=1280):
        return Lab(browser, pages, name, address, width)

    return open_one


RIGHT = "/(\\d+) of \\1 right/.test(document.querySelector('.hg-facts').textContent)"


@pytest.mark.parametrize("name", ["rule", "cube", "line"])
def test_training_gets_every_input_right(lab, name):
    one = lab(name)
    assert one.facts.startswith("Step 0 ") and one.said.startswith("Press Train"), (
        "it moves though nobody pressed Train"
    )
    assert one.train(RIGHT), one.facts
    assert one.said.startswith("Paused.") and not one.js("return document.querySelectorAll('.hg-code.hg-minus').length")


@pytest.mark.parametrize("name", ["rule", "boundary"])
def test_rewinding_leads_back_to_the_same_weights_and_a_new_start_to_others(lab, name):
    one = lab(name)
    first = one.facts
    one.steps(30)
    later = one.facts
    one.press("Rewind")
    assert one.facts == first != later
    one.steps(30)
    assert one.facts == later
    one.press("New start")
    assert one.facts.split("·")[0] == first.split("·")[0] and one.facts != first
    one.choose("seed", 0)
    assert one.facts == first


@pytest.mark.parametrize("name", ["rule", "boundary", "line"])
def test_every_setting_changes_something(lab, name):
    one = lab(name)
    settings, before = one.settings(), {}

    def after_ten_steps(address, *chosen):
        one.open(address)
        if chosen:
            assert one.choose(*chosen) == chosen[1]
        one.steps(10)
        return one.picture()

    for label, (value, options) in settings.items():
        address = "#boundary?layers=3" if label == "seen by layer" else ""
        before[address] = before.get(address) or after_ten_steps(address)
        others = [option for option in options if option not in (value, "own")]
        if label not in ("speed", "a click"):  # which have tests of their own
            assert after_ten_steps(address, label, others[-1] if others else "7") != before[address], label


GROUND = """[...document.querySelectorAll("canvas")].flatMap((canvas) => {
  const { data, width, height } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return Array.from({ length: height }, (_, i) => data.slice(4 * i * width, 4 * (i + 1) * width).join());
})"""
FRAMES = """
const frame = window.requestAnimationFrame, now = performance.now, [count, done] = arguments;
let left = count, clock = 0;
performance.now = () => clock++;  // a clock on which every step of training takes a millisecond
window.requestAnimationFrame = (tick) => frame(() => {
  if (left-- > 0) return tick();
  const ground = GROUND;
  document.querySelector(".hg-button").click();
  performance.now = now;
  window.requestAnimationFrame = frame;
  done(ground);
});
document.querySelector(".hg-button").click();
""".replace("GROUND", GROUND)


def test_speed_is_steps_a_frame_as_far_as_the_time_for_training_goes(lab):
    one, steps = lab("rule"), []
    for speed in ("slow", "medium", "fast"):
        one.press("Rewind")
        one.choose("speed", speed)
        one.driver.execute_async_script(FRAMES, 10)
        steps.append(int(re.search(r"Step (\d+)", one.facts)[1]))
    assert steps == [10, 50, 80]


def test_the_ground_is_drawn_in_slices_while_it_trains_and_whole_once_it_rests(lab):
    one = lab("busy")
    rows = [one.js(f"return {GROUND}")]
    rows.append(one.driver.execute_async_script(FRAMES, 1))
    assert sum(before != after for before, after in zip(*rows, strict=True)) == 4  # of 64, in as many milliseconds
    rows.append(one.js(f"return {GROUND}"))
    assert sum(before != after for before, after in zip(rows[0], rows[2], strict=True)) == 64
    one.press("Rewind")
    assert one.js(f"return {GROUND}") == rows[0]


# --- codes and directions --------------------------------------------------------------------------------------------


# The first of the things that a selector finds whose middle no other thing covers.
FREE = """
const all = [...document.querySelectorAll(arguments[0])];
all[0].scrollIntoView({ block: "center" });
return all.findIndex((one) => {
  const { x, y, width, height } = one.getBoundingClientRect();
  return one.contains(document.elementFromPoint(x + width / 2, y + height / 2));
});
"""


def adds_up(rows):
    """Whether each formula's products add up to its sum, and the largest sum wins."""
    sums = []
    for numbers, _ in rows:
        *factors, total = numbers
        pairs = np.reshape(factors[: len(factors) // 2 * 2], (-1, 2))
        assert pairs.prod(axis=1).sum() + sum(factors[len(factors) // 2 * 2 :]) == pytest.approx(total)
        sums.append(total)
    return sums[[wins for _, wins in rows].index(True)] == pytest.approx(max(sums), abs=12)  # numbers are rounded


def code(one, i):
    label = one.js("return document.querySelectorAll('.hg-code')[arguments[0]].getAttribute('aria-label')", i)
    return [int(n) for n in re.search(r"code ([−\d, ]+),", label)[1].replace("−", "-").split(",")]


@pytest.mark.parametrize("name", ["rule", "line", "cube"])
def test_a_code_is_moved_by_mouse_and_by_arrow_keys_and_the_sum_read_back(lab, name):
    one = lab(name)
    one.train(RIGHT)
    i = one.js(FREE, ".hg-code")  # which no other hides
    second = f".hg-code:nth-child({i + 1})"
    for move in (
        lambda: one.drag(second, -60, 0),
        lambda: one.keys(second, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT),
        lambda: one.keys(second, Keys.ARROW_LEFT),
    ):
        before, sums = code(one, i), one.rows()
        move()
        assert code(one, i) != before and one.rows() != sums
        rows, winner = one.rows(), one.said
        assert adds_up(rows)
        place = [wins for _, wins in rows].index(True)
        assert (
            winner.startswith(f"Input {i + 1}: output {place + 1} wins with")
            and one.texts(".hg-score")[place][1:] in winner
        )
        if name != "cube":
            assert rows[place][0][0] == code(one, i)[0]
    one.keys(second, Keys.PAGE_DOWN)
    assert one.js("return document.activeElement === document.querySelectorAll('.hg-code')[arguments[0]]", i + 1)
    stops = one.js(
        "return [...document.querySelectorAll('.hg-code, .hg-direction')].filter((e) => e.tabIndex === 0).length"
    )
    assert stops == 2


def test_a_direction_inside_the_polygon_has_no_sector(lab):
    one = lab("rule")
    one.train(RIGHT)
    sectors = "return [...document.querySelectorAll('.hg-sector')].filter((e) => e.getAttribute('d')).length"
    assert one.js(sectors) == 11
    j = one.js(FREE, ".hg-direction")
    handle = f".hg-direction:nth-child({j + 1})"
    (x, y), (middle_x, middle_y) = (one.js(MIDDLE, selector) for selector in (handle, ".hg-frame"))
    one.drag(handle, round(0.9 * (middle_x - x)), round(0.9 * (middle_y - y)))
    assert one.js(sectors) == 10 and one.said.startswith(f"Output {j + 1} has no sector left: it cannot win.")
    assert "10 of 11" in one.facts
    place = one.js("return document.querySelector(arguments[0]).getAttribute('transform')", handle)
    one.keys(handle, Keys.ARROW_UP)
    assert one.js("return document.querySelector(arguments[0]).getAttribute('transform')", handle) != place


MIDDLE = """
const { x, y, width, height } = document.querySelector(arguments[0]).getBoundingClientRect();
return [x + width / 2, y + height / 2];
"""


def test_a_code_is_moved_by_touch_on_a_phone(lab):
    one = lab("rule", width=390)
    i = one.js(FREE, ".hg-code")
    before = code(one, i)
    x, y = one.js(MIDDLE, f".hg-code:nth-child({i + 1})")
    touch = {"touchStart": [(0, 0)], "touchMove": [(-40, 30)], "touchEnd": []}
    for kind, places in touch.items():
        points = [{"x": x + dx, "y": y + dy} for dx, dy in places]
        one.driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    assert code(one, i) != before


def test_the_cube_turns_by_mouse_and_by_keys_and_shows_its_sectors(lab):
    one = lab("cube")
    frame, sectors = (f"return document.querySelector('{name}').getAttribute('d')" for name in (".hg-frame", ".hg-on"))
    frames = [one.js(frame)]
    one.keys(".hg-turns", Keys.ARROW_RIGHT)
    frames.append(one.js(frame))
    one.js("document.querySelector('.hg-turns').scrollIntoView({ block: 'center' })")
    mouse = ActionChains(one.driver).move_to_element_with_offset(one.one(".hg-turns"), 0, 100)
    mouse.click_and_hold().move_by_offset(-9, -30).release().perform()
    frames.append(one.js(frame))
    assert len(set(frames)) == 3
    one.train(RIGHT)
    shown = one.js("return [...document.querySelectorAll('.hg-sector')].filter((e) => e.getAttribute('d')).length")
    assert 5 <= shown <= 9 and one.js(sectors) is not None


def test_the_reader_says_what_an_input_shall_fire(lab):
    """In the list of scores, and with two clicks in the diagram."""
    one = lab("rule")
    click = "arguments[0].dispatchEvent(new MouseEvent('click', { bubbles: true }))"
    units = one.js("return [...document.querySelectorAll('.hg-unit')]")
    one.js(click, units[0])
    one.js(click, units[11 + 2 + 8])
    assert "Input 1 shall fire output 9" in one.said
    one.js(click, units[1])
    one.js("document.querySelectorAll('.hg-score input')[8].click()")
    assert one.settings()["rule"][0] == "own" and "own=8%2C8%2C3%2C4" in one.js("return location.hash")
    assert one.train("/11 of 11/.test(document.querySelector('.hg-facts').textContent)"), (
        "two inputs may share an output"
    )
    one.open(one.js("return location.hash"))
    assert one.settings()["rule"][0] == "own"


# --- points ----------------------------------------------------------------------------------------------------------


def points(one):
    return one.js("return document.querySelectorAll('.hg-plane:has(canvas) .hg-point').length")


def test_points_come_and_go_by_mouse_and_by_keyboard_and_a_link_restores_them(lab):
    one = lab("boundary", "#boundary?data=none")
    plane = one.one("[role=application]")
    for dx, dy in ((40, 40), (-60, 10)):
        ActionChains(one.driver).move_to_element_with_offset(plane, dx, dy).click().perform()
    assert points(one) == 2
    one.keys("[role=application]", Keys.ARROW_UP, Keys.ARROW_RIGHT)
    assert re.match(r"At [−\d.]+, [−\d.]+: class [12]\.", one.said)
    one.keys("[role=application]", "2", Keys.ARROW_UP, Keys.ARROW_UP, "3", Keys.ARROW_LEFT, "1")
    assert points(one) == 5 and one.said == "5 points."
    one.keys("[role=application]", Keys.DELETE)
    assert points(one) == 4 and "nothing in the test" in one.texts(".hg-errors")[0]
    one.choose("activation", "ReLU")
    one.steps(40)
    seen, address = one.picture(), one.js("return location.hash")
    one.open(address)
    assert one.said == "As the address says."
    assert one.settings()["activation"][0] == "ReLU" and points(one) == 4
    one.steps(40)
    assert one.picture() == seen
    one.choose("points", "moons")
    one.choose("points", "none")
    assert points(one) == 0
    one.steps(2)
    one.open(one.js("return location.hash"))
    assert points(one) == 0


def test_erasing_takes_the_nearest(lab):
    one = lab("boundary")
    assert points(one) == 60
    one.choose("a click", "takes the nearest away")
    plane = one.one("[role=application]")
    ActionChains(one.driver).move_to_element_with_offset(plane, 5, 5).click().perform()
    assert points(one) == 59


BAD = [
    "width=999", "points=<img src=x onerror=alert(1)>", "points=1.2.7", "rate=1e9", "nothing=1",
    "seed=-1", "data=%3Cb%3E", "__proto__=1", "toString=1", "own=1,2",
]  # fmt: skip


@pytest.mark.parametrize("part", BAD)
def test_what_an_address_cannot_mean_is_ignored_with_a_word(lab, part):
    one = lab("boundary", f"#boundary?width=5&{part}&rate=0.1")
    assert "ignored" in one.said and not one.js("return document.querySelectorAll('.hg-live :is(img, b)').length")
    asked = one.settings()
    one.open()
    expected = one.settings()
    expected["units in each"][0], expected["rate"][0] = "5", "0.1"
    assert asked == expected


def test_an_address_that_changes_while_the_page_is_open_counts_too(lab):
    one = lab("rule")
    one.js("location.hash = '#rule?n=6&k=3'")
    time.sleep(0.2)
    assert one.settings()["inputs and outputs"][0] == "6" and "of 6 right" in one.facts
    one.js("location.hash = '#elsewhere'")


def test_half_a_layer_dies_and_is_saved_without_a_new_start(lab):
    """At a rate that is too large; smaller steps do not wake the dead, a leak does."""
    one = lab("boundary", "#boundary?data=moons&width=8&activation=ReLU&rate=1&seed=3")
    epochs = "Number(/Epoch (\\d+)/.exec(document.querySelector('.hg-facts').textContent)[1])"
    one.train(f"{epochs} > 200")
    dead = re.search(r"(\d+) of 8 units dead", one.facts)[1]
    assert int(dead) >= 3
    one.choose("rate", 0.03)
    one.train(f"{epochs} > 400")
    assert re.search(r"(\d+) of 8 units dead", one.facts)[1] == dead
    one.choose("activation", "leaky ReLU")
    assert "Epoch 4" in one.facts and " 0 of 8 units dead" in one.facts
    assert one.train("/^0% /.test(document.querySelector('.hg-errors').textContent)"), one.facts


# --- for everyone ----------------------------------------------------------------------------------------------------

AXE = """
const done = arguments[0];
const rules = { "target-size": { enabled: true } };
axe.run(document, { preload: false, resultTypes: ["violations"], rules }).then(
  ({ violations }) => done(violations.map(({ id, nodes }) => [id, nodes.length, nodes[0].html.slice(0, 300)])),
  (error) => done(String(error)),
);
"""


@pytest.mark.parametrize("name", LABS)
@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)])
def test_is_accessible_and_fits_the_screen(lab, name, theme, width):
    one = lab(name, width=width)
    one.js("document.documentElement.dataset.theme = arguments[0]", theme)
    one.steps(20)
    assert one.js("return [innerWidth, document.documentElement.scrollWidth]") == [width, width]
    wide = (
        "[...document.querySelectorAll('.hg-live *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1)"
    )
    assert one.js(f"return {wide}.map((e) => e.outerHTML.slice(0, 200))") == []
    one.js((ROOT / "tests" / "vendor" / "axe.min.js").read_text(encoding="utf-8"))
    assert one.driver.execute_async_script(AXE) == []


def test_every_stop_of_the_tab_key_is_named_and_keeps_its_keys(lab):
    for name in ("rule", "boundary", "cube"):
        one = lab(name)
        stops = one.js("""
            const stops = [...document.querySelectorAll("hourglass-lab *")].filter((e) => e.tabIndex >= 0);
            return stops.map((e) => [e.outerHTML.slice(0, 150), e.dataset.lmSuppressShortcuts]);
        """)
        assert len(stops) > 15 and [html for html, own in stops if own != "true"] == []


def test_speaks_when_it_pauses_not_while_it_runs(lab):
    one = lab("rule")
    spoken = one.driver.execute_async_script("""
        const done = arguments[0], spoken = [], train = document.querySelector(".hg-button");
        const live = document.querySelectorAll(".hg-live :is([role=status], [aria-live], output)");
        const watch = () => live.forEach((e) => e.textContent && spoken.push(e.textContent));
        train.click();
        new MutationObserver(watch).observe(live[0], { subtree: true, childList: true, characterData: true });
        setTimeout(() => {
          const before = spoken.length;
          train.click();
          setTimeout(() => done([live.length, before, spoken.length]), 50);
        }, 400);
    """)  # fmt: skip
    assert spoken[:2] == [1, 0] and spoken[2] >= 1


def test_one_that_shall_run_starts_by_itself_unless_the_reader_wants_less_motion(lab):
    one = lab("rule")
    assert one.facts.startswith("Step 0 ")
    emulate(one.driver, motion="no-preference")
    one.open()
    time.sleep(0.2)
    assert not one.facts.startswith("Step 0 ")
    emulate(one.driver)
    other = lab("cube")
    assert other.facts.startswith("Step 0 ")


def test_a_small_one_has_pictures_and_buttons_alone(lab):
    one = lab("small")
    assert one.train(RIGHT) and len(one.js("return [...document.querySelectorAll('svg.hg-picture')]")) == 2
    assert not one.texts(".hg-setting, .hg-scores")
    one.keys(".hg-code:nth-child(1)", Keys.ARROW_LEFT)
    assert one.said.startswith("Input 1: output ")


def test_a_laboratory_that_leaves_the_page_stops(lab):
    one = lab("rule")
    one.press("Train")
    time.sleep(0.2)
    one.js("window.kept = document.querySelector('hourglass-lab'); kept.remove()")
    seen = one.js("return kept.querySelector('.hg-facts').textContent")
    time.sleep(0.2)
    assert one.js("return kept.querySelector('.hg-facts').textContent") == seen != "Step 0"
    one.js("document.querySelector('main').append(kept)")
    assert one.js("return document.querySelectorAll('.hg-live').length") == 1
    one.steps(1)
    assert one.facts != seen


def test_paper_and_pages_without_scripts_have_the_still_picture(lab, pages):
    one = lab("rule")
    shown = "return ['.hourglass-still', '.hg-live'].map((s) => document.querySelector(s)?.checkVisibility() ?? null)"
    assert one.js(shown) == [False, True]
    emulate(one.driver, media="print")
    assert one.js(shown) == [True, False]
    emulate(one.driver)
    bare = re.sub(r"(?s)<script.*?</script>", "", (pages / "rule.html").read_text(encoding="utf-8"))
    (pages / "bare.html").write_text(bare, encoding="utf-8")
    assert lab("bare").js(shown) == [True, None]
    assert one.js("return document.querySelector('.hourglass-still').width") > 300


# --- the Python side -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: hg.labs.rule(2), ValueError, "n must be one of 3, 4, 5,"),
        (lambda: hg.labs.rule(5, 4), ValueError, "k must be one of 1, 2, 3, got 4"),
        (lambda: hg.labs.rule(5, rule=[0, 1]), ValueError, "rule must be 5 integers from 0 to 4, got"),
        (lambda: hg.labs.rule(3, rule=[0, 1, 3]), ValueError, "rule must be 3 integers from 0 to 2, got"),
        (lambda: hg.labs.rule(5, rule="x"), ValueError, "rule must be one of 'shift', 'random', 'own', got 'x'"),
        (lambda: hg.labs.rule(5, bias=1), ValueError, "bias must be one of False, True, got 1"),
        (lambda: hg.labs.rule(5, seed=-1), ValueError, "seed must be at least 0, got -1"),
        (lambda: hg.labs.rule(5, seed=10000), ValueError, "seed must be at most 9999, got 10000"),
        (lambda: hg.labs.rule(5, colour="red"), TypeError, "settings must be among n, k, rule,"),
        (lambda: hg.labs.rule(5, name="a b"), ValueError, "name must be a word of ASCII letters"),
        (lambda: hg.labs.rule(5, small=1.5), ValueError, "small must be one of True, False, got 1.5"),
        (lambda: hg.labs.boundary("circles"), ValueError, "data must be one of 'blobs', 'moons',"),
        (lambda: hg.labs.boundary(layers=4), ValueError, "layers must be one of 0, 1, 2, 3, got 4"),
    ],
)
def test_bad_arguments_are_told(make, error, message):
    with complains(error, message):
        make()


@pytest.mark.parametrize("name", LABS)
def test_what_a_cell_shows(name):
    laboratory = LABS[name]
    html = laboratory._repr_html_()
    tree = BeautifulSoup(html, "html.parser")
    element, script = tree.find_all(recursive=False)
    spec = json.loads(element["data-spec"])
    assert element.name == "hourglass-lab" and spec == json.loads(json.dumps(laboratory.spec))
    assert len(element.select_one("img[alt]")["alt"]) > 20 and script["class"] == ["hourglass-lab"]
    assert len(repr(laboratory)) < 200 and html == laboratory._repr_html_()


def test_toy_data_are_the_books():
    x, y = hg.datasets.moons(60, seed=0)
    np.testing.assert_allclose(np.array(BOUNDARY.spec["sets"]["moons"][0]), np.column_stack([x, y]), atol=0.0051)


OXLINT = shutil.which("oxlint", path=os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]))


def test_the_code_is_small():
    """All of it together, without its comments, of which a page loads the half; plain, and compressed."""
    code = "".join(labs.bare(path.read_text(encoding="utf-8")) for path in sorted(labs.HERE.glob("*.js")))
    assert "/*" not in code and len(code) <= 40_000 and len(gzip.compress(code.encode())) <= 12_000
    assert all("/*" not in re.sub(r"(?m)^const STYLE = .*$", "", labs.script(kind)) for kind in labs.KINDS)


@pytest.mark.parametrize("kind", labs.KINDS)
def test_the_code_is_clean(tmp_path, kind):
    (tmp_path / "labs.js").write_text(labs.script(kind), encoding="utf-8")
    assert OXLINT, "no linter: requirements-dev.txt names it"
    command = [OXLINT, "--deny-warnings", "--config", ROOT / ".oxlintrc.json", tmp_path / "labs.js"]
    linter = subprocess.run(command, capture_output=True, text=True)
    assert linter.returncode == 0, linter.stdout + linter.stderr


def test_a_page_loads_the_code_once_and_shows_the_picture_in_its_own_colours(tmp_path):
    added = []
    app = SimpleNamespace(outdir=tmp_path, add_js_file=lambda name, **options: added.append((name, options)))
    hourglass_labs.write_code(app)
    for kind in labs.KINDS:
        assert (tmp_path / "_static" / f"hourglass-{kind}.js").read_text(encoding="utf-8") == labs.script(kind)
    both = f"<p>one</p>{RULE._repr_html_()}<script>let x</script>{CUBE._repr_html_()}"
    context = {"body": both}
    hourglass_labs.lighten(app, "page", "page.html", context, None)
    assert added == [("hourglass-rule.js", {"loading_method": "defer"})]
    page = BeautifulSoup(context["body"], "html.parser")
    assert [script.string for script in page.select("script")] == ["let x"] and not page.select("img")
    pictures = page.select("hourglass-lab > svg.figure[role=img][aria-label]")
    assert [picture["aria-label"] for picture in pictures] == [RULE.still[1], CUBE.still[1]]
    assert all("var(--figure-blue" in str(picture) for picture in pictures)
    for other in ({"body": "<p>none</p>"}, {}):
        hourglass_labs.lighten(app, "page", "page.html", other, None)
    assert len(added) == 1
