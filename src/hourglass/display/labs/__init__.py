"""Laboratories: networks that train in the reader's browser, in a page and in JupyterLab, without a kernel.

Each is a custom element with a picture inside, which stands wherever no script runs: in print, in a notebook that is
not trusted, in a page without scripts. The JavaScript beside this file computes what `hourglass.engine` computes.
"""

import base64
import json
import re
from functools import cache
from html import escape
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from ... import checks
from ...engine import activations
from ...engine.layers import Dense, Tanh
from ...engine.losses import SoftmaxCrossEntropy
from ...engine.network import Network
from ...engine.optimizers import Adam
from ...engine.training import train
from ...topics import datasets, rules
from .. import figures
from ..figures import style

__all__ = ["boundary", "rule", "script"]

HERE = Path(__file__).parent
KINDS = "rule", "boundary"

DATA = {  # by name: points to learn from, and to test on
    "blobs": (lambda: datasets.blobs(60, seed=0), lambda: datasets.blobs(200, seed=1000)),
    "moons": (lambda: datasets.moons(60, seed=0), lambda: datasets.moons(200, seed=1000)),
    "moons, 6 false": (lambda: datasets.moons(60, flips=0.1, seed=0), lambda: datasets.moons(200, seed=1000)),
    "spirals": (lambda: datasets.spirals(60, seed=0), lambda: datasets.spirals(200, seed=1000)),
    "none": None,
}
# Each setting: its name, and what it may be, here, in the lists that the reader sees, and in the address of a page.
SEED = {"seed": ("seed", None), "speed": ("speed", ("slow", "medium", "fast"))}
TRAINING = {"optimizer": ("optimizer", ("SGD", "Adam")), "rate": ("rate", (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3))}
RULE = {
    "n": ("inputs and outputs", range(3, 17)),
    "k": ("middle units", range(1, 4)),
    "rule": ("rule", ("shift", "random", "own")),
    "middle": ("middle", ("tanh", "straight", "ReLU")),
    "bias": ("output biases", (False, True)),
    **TRAINING,
    **SEED,
}
BOUNDARY = {
    "data": ("points", tuple(DATA)),
    "layers": ("hidden layers", range(4)),
    "width": ("units in each", (1, 2, 3, 4, 5, 6, 8, 10, 15, 20)),
    "activation": (
        "activation",
        ("straight", "tanh", "sigmoid", "ReLU", "leaky ReLU", "PReLU", "maxout", "ELU", "GELU"),
    ),
    "decay": ("weight decay", (0, 0.001, 0.003, 0.01, 0.03, 0.1)),
    "noise": ("in training", ("no noise", "noise 0.1", "noise 0.3", "dropout 0.2", "dropout 0.5")),
    **TRAINING,
    "batch": ("batch", ("all", 1, 5, 20)),
    **SEED,
    "click": ("a click", ("adds class 1", "adds class 2", "adds class 3", "takes the nearest away")),
    "layer": ("seen by layer", (1, 2, 3)),
    "units": ("its units", tuple(f"{i} and {i + 1}" for i in range(1, 20, 2))),
}

# What laboratories say, in the page and to screen readers, besides the names of settings.
WORDS = {
    "infinite": "The loss is no longer a finite number. Rewind, and choose a smaller rate.",
    "refused": "The address asks for what this laboratory does not know; that part is ignored.",
    "restored": "As the address says.",
}
RULE_WORDS = WORDS | {
    "hint": "Press Train, and watch the codes find their sectors. Then drag a disc, or a diamond.",
    "network": "The network: inputs, middle, outputs. A click on an input shows it; "
    "one on an output makes it the wanted one.",
    "space": "Codes of the inputs, discs, and directions of the outputs, diamonds. "
    "Arrow keys move one, page keys go to the next.",
    "cube": "The cube of codes. Arrow keys turn it.",
    "wanted": "The output that this input shall fire",
}
BOUNDARY_WORDS = WORDS | {
    "hint": "Press Train, and watch the regions grow. A click in the plane puts a point there.",
    "plane": "The plane. Arrow keys move a cross; 1, 2 and 3 put a point of a class there; "
    "Delete takes the nearest away.",
    "warped": "The plane's grid and the points, as two units of a layer see them",
}


def script(kind):
    """The code of a kind of laboratory, style sheet included, without its comments and as one statement.

    It is read anew each time: a running kernel shows what the files say now.
    """
    sheet = json.dumps((HERE / "labs.css").read_text(encoding="utf-8"))
    parts = [(HERE / f"{name}.js").read_text(encoding="utf-8") for name in ("engine", "view", kind, "element")]
    code = "".join(map(bare, parts))
    return f'(() => {{\n"use strict";\nconst STYLE = {sheet};\n{code}}})();\n'


def bare(code):
    """JavaScript without its comments, empty lines and indentation; no text in it runs over several lines."""
    return re.sub(r"(?ms)^[ \t]*/\*.*?\*/\n|[ \t]+//[^\n]*$|^[ \t]+|^\n", "", code)


class Laboratory:
    """What a cell displays. kind: of laboratory. spec: what the browser starts from. still: (figure, what it shows)."""

    def __init__(self, kind, spec, still):
        self.kind, self.spec, self.still = kind, spec, still

    def _repr_html_(self):
        spec = escape(json.dumps(self.spec, separators=(",", ":"), ensure_ascii=False))
        code = script(self.kind).replace("</", "<\\/")
        lab = f'<hourglass-lab kind="{self.kind}" data-spec="{spec}">{picture(*self.still)}</hourglass-lab>'
        return f'{lab}<script class="hourglass-lab">{code}</script>'

    def __repr__(self):
        return f"Laboratory: {self.kind}. {self.still[1]}"


def picture(draw, alt):
    """A figure as an image, which shows in notebooks that are not trusted, too; a page takes the SVG out of it."""
    with plt.rc_context():
        style.set_look()
        figure = draw()
        svg = figures.to_svg(figure, alt)
        width = round(figure.get_size_inches()[0] * 96)
        plt.close(figure)
    packed = base64.b64encode(svg.encode()).decode()
    source = f"data:image/svg+xml;base64,{packed}"
    return f'<img class="hourglass-still" width="{width}" alt="{escape(alt)}" src="{source}">'


def rule(n=11, k=2, *, rule="shift", name="rule", small=False, running=False, **settings):
    """A laboratory for rules through a narrow neck: n inputs, k middle units, n outputs.

    rule: "shift", "random", or the right output of each input, n integers counted from 0. name: what an address calls
    it, different from that of others on the page. small: whether to leave out numbers and settings. running: whether
    it starts by itself. settings: middle, bias, optimizer, rate, seed, speed; `RULE` lists what each may be.
    ValueError or TypeError on anything else.
    """
    own = {} if isinstance(rule, str) else {"own": checked_rule(rule, n)}
    start = {"n": n, "k": k, "rule": "own" if own else rule, "middle": "tanh", "bias": False}
    start |= {"optimizer": "Adam", "rate": 0.1, "seed": 0, "speed": "medium"} | settings
    spec = checked(name, start, RULE) | {"small": truth(small, "small"), "running": truth(running, "running")}
    wanted = np.array(own.get("own", rules.shift_rule(n)))
    alt = f"A network {n}-{k}-{n} that has learnt which output each input shall fire"
    alt += ", beside the plane of its codes." if k == 2 else "."
    spec["start"] |= own
    spec["words"] = RULE_WORDS
    return Laboratory("rule", spec, (lambda: trained_rule(n, k, wanted), alt))


def trained_rule(n, k, wanted):
    """A picture of a network that has learnt the rule."""
    net = rules.narrow(n, k, bias=k == 1, seeds=None)
    x = rules.one_hot(n)
    train(net, x, wanted, loss=SoftmaxCrossEntropy("sum"), optimizer=Adam(0.1), epochs=1000)
    codes = net.activations(x)[1]
    fired = [x[0], codes[0], activations.softmax(net(x))[0]]
    if k != 2:
        return figures.network(net, fired)
    return figures.beside_codes(net, fired, codes, net.layers[2].params["weight"], wanted)


def boundary(data="moons", *, name="boundary", running=False, **settings):
    """A laboratory for decision boundaries in the plane.

    data: "blobs", "moons", "moons, 6 false", "spirals" or "none". settings: layers, width, activation, decay, noise,
    optimizer, rate, batch, seed, speed, click, layer, units; `BOUNDARY` lists what each may be. The rest: as of `rule`.
    ValueError or TypeError on anything else.
    """
    start = {"data": data, "layers": 1, "width": 8, "activation": "tanh", "decay": 0, "noise": "no noise"}
    start |= {"optimizer": "Adam", "rate": 0.03, "batch": "all", "seed": 0, "speed": "medium"}
    start |= {"click": "adds class 1", "layer": 1, "units": "1 and 2"} | settings
    spec = checked(name, start, BOUNDARY) | {"running": truth(running, "running"), "sets": toy_data()}
    spec["words"] = BOUNDARY_WORDS
    alt = f"Points of two classes ({data}), and the regions that a trained network tells apart."
    return Laboratory("boundary", spec, (lambda: trained_boundary(data), alt))


@cache
def toy_data():
    """The book's toy data, as the browser takes it: rows [x, y, class], rounded to hundredths."""

    def rows(make):
        x, y = make()
        return [[*map(float, np.round(point, 2) + 0.0), int(label)] for point, label in zip(x, y, strict=True)]

    return {name: [rows(make) for make in makes] if makes else [[], []] for name, makes in DATA.items()}


def trained_boundary(data):
    """A picture of what a network makes of the points."""
    x, y = DATA[data if DATA[data] else "moons"][0]()
    net = Network(Dense(2, 8), Tanh(), Dense(8, 1))
    train(net, x, y, loss=SoftmaxCrossEntropy(), optimizer=Adam(0.03), epochs=300)
    return figures.decision_maps({"": net}, x, y)


def checked(name, start, settings):
    """What the browser is told, if each setting is among its options."""
    for setting, value in start.items():
        if setting not in settings:
            raise TypeError(f"settings must be among {', '.join(settings)}, got {setting!r}")
        options = settings[setting][1]
        if options is None:
            if checks.integer(value, setting, 0) > 9999:
                raise ValueError(f"{setting} must be at most 9999, got {value}")
        elif isinstance(value, bool) != isinstance(options[0], bool) or value not in tuple(options):
            raise ValueError(f"{setting} must be one of {', '.join(map(repr, options))}, got {value!r}")
    if not isinstance(name, str) or not name.isascii() or not name.isidentifier():
        raise ValueError(f"name must be a word of ASCII letters, digits and underscores, got {name!r}")
    listed = {setting: [label, options and list(options)] for setting, (label, options) in settings.items()}
    return {"name": name, "start": start, "settings": listed}


def checked_rule(rule, n):
    """The right output of each of n inputs, as a list."""
    rule = checks.as_array(rule, "rule")
    if rule.dtype.kind not in "iu" or rule.shape != (n,) or rule.min() < 0 or rule.max() >= n:
        raise ValueError(f"rule must be {n} integers from 0 to {n - 1}, got {rule!r}")
    return rule.tolist()


def truth(value, name):
    """`value` itself if it is True or False."""
    return checks.one_of(value, name, (True, False))
