"""The laboratories in a real browser: the same numbers as the engine, every control, by mouse and by keyboard."""

import json

import numpy as np
import pytest
from browser import launch

import hourglass as hg

# --- one truth -------------------------------------------------------------------------------------------------------

RUN = """
const { Network, Optimizer, epoch } = hourglass, [told] = arguments;
const network = new Network(told.network);
network.parameters.set(told.parameters);
const optimizer = new Optimizer(network.parameters.length);
const data = { x: Float64Array.from(told.x), labels: told.labels };
const losses = told.orders.map((order) => epoch(network, optimizer, data, told.settings, order));
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


def case(activation="tanh", sizes=SIZES, biases=(True, True, True), loss="cross-entropy", reduction="mean", batch=None,
         **optimizer):  # fmt: skip
    optimizer = {"optimizer": "Adam", "rate": 0.01} | optimizer
    return {"network": {"sizes": sizes, "activation": activation, "biases": list(biases)}, "batch": batch} | {
        "settings": {"loss": loss, "reduction": reduction, "batch": batch or "all"} | optimizer
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
    "squared error": case(loss="squared error", batch=7),
    "squared error, sum": case("sigmoid", loss="squared error", reduction="sum", rate=0.003),
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
    told |= {"parameters": network.parameters.tolist(), "x": x.ravel().tolist(), "labels": y.tolist(), "orders": orders}
    first = network.parameters.copy()
    losses = {"cross-entropy": hg.SoftmaxCrossEntropy, "squared error": hg.MeanSquaredError}
    target = y if settings["loss"] == "cross-entropy" else hg.rules.one_hot(told["network"]["sizes"][-1])[y]
    rule = {"SGD": hg.SGD, "Adam": hg.Adam}[settings["optimizer"]]
    options = {key: settings[key] for key in ("momentum",) if key in settings}
    optimizer = rule(settings["rate"], weight_decay=settings.get("decay", 0.0), **options)
    history = hg.train(
        network, x, target, loss=losses[settings["loss"]](settings["reduction"]), optimizer=optimizer, epochs=epochs,
        batch_size=batch, seed=5,
    )  # fmt: skip
    found, parameters = browser.execute_script(RUN, told)
    assert np.abs(network.parameters - first).max() > 0.1 and history.loss[-1] < 0.8 * history.loss[0]
    assert np.abs(np.array(found) / history.loss - 1).max() < 1e-9
    assert np.abs(np.array(parameters) - network.parameters).max() < 1e-9


# --- a page with laboratories ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    driver = launch(tmp_path_factory.mktemp("browser"))
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(f"<!doctype html><title>x</title>{hg.labs.rule(5)._repr_html_()}")
    driver.get(path.as_uri())
    yield driver
    driver.quit()
