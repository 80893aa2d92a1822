"""Studies: no interruption costs more than what was at work, a cluster finds the same rows, and they come out again."""

import contextlib
import csv
import fcntl
import itertools
import json
import math
import os
import platform
import signal
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import joblib
import numpy as np
import pytest
from common import complains
from distributed import Client
from hypothesis import given
from hypothesis import strategies as st
from joblib.externals.loky.process_executor import TerminatedWorkerError
from sklearn.decomposition import PCA

import hourglass as hg

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from studies import __main__ as command_line  # noqa: E402
from studies import (  # noqa: E402
    alike,
    capacity,
    convolutions,
    denoised,
    fewlabels,
    heads,
    noisydigits,
    objectives,
    patches,
    phases,
    priced,
    published,
    regressors,
    retrieval,
    runner,
    seeds,
    slimming,
    smallconv,
    smallest,
    stacking,
    storing,
    twelvebits,
    unlabelled,
)

# --- a small study ---------------------------------------------------------------------------------------------------

SETTINGS = [{"size": size, "kind": kind} for size in (9, 10, 2.5) for kind in ("plain", "fancy")]
SEEDS = range(5)
HEADER = "size,kind,seed,result,python,numpy,hourglass\n"
VERSIONS = f"{platform.python_version()},{np.__version__},{version('hourglass-book')}"


def cost(setting):
    return setting["size"]


class Work:
    """What a study computes: it keeps a list of its jobs."""

    def __init__(self):
        self.jobs = []

    def __call__(self, setting, seeds):
        self.jobs.append((setting, list(seeds)))
        return [{"result": int(100 * setting["size"]) + seed} for seed in seeds]

    @property
    def rows(self):
        return sorted((*setting.values(), seed) for setting, seeds in self.jobs for seed in seeds)


def every(settings, seeds):
    return sorted((*setting.values(), seed) for setting in settings for seed in seeds)


def run(path, work=None, settings=SETTINGS, seeds=SEEDS, chunk=2):
    return runner.run(path, settings, seeds, work or Work(), cost, chunk)


def read(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def rows_in(path):
    """Each row's setting and seed. The table must be whole."""
    assert path.read_text().startswith(HEADER) and path.read_text().endswith(f",{VERSIONS}\n")
    return [(float(row["size"]), row["kind"], int(row["seed"])) for row in read(path)]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "rows.csv"


@pytest.fixture
def undisturbed(tmp_path):
    """What the table of the small study holds when nothing happens to it."""
    run(tmp_path / "undisturbed.csv")
    return (tmp_path / "undisturbed.csv").read_bytes()


@given(order=st.permutations(SETTINGS[1:5]), seeds=st.permutations([10, 9]), chunk=st.integers(1, 3))
def test_the_table_has_a_line_for_each_row_in_order(tmp_path_factory, order, seeds, chunk):
    path = tmp_path_factory.mktemp("order") / "rows.csv"
    assert run(path, settings=order, seeds=seeds, chunk=chunk) == 8
    lines = (
        *("2.5,plain,9,259", "2.5,plain,10,260", "9,fancy,9,909", "9,fancy,10,910"),
        *("10,fancy,9,1009", "10,fancy,10,1010", "10,plain,9,1009", "10,plain,10,1010"),
    )
    assert path.read_text() == HEADER + "".join(f"{line},{VERSIONS}\n" for line in lines)


def test_only_what_is_missing_is_computed_the_longest_jobs_first(path, undisturbed):
    """First some settings, then others, then all with other seeds, then everything, then nothing."""
    steps = [(SETTINGS[1:3], range(2)), (SETTINGS[3:], range(2)), (SETTINGS, range(1, 3)), (SETTINGS, SEEDS)]
    before = set()
    for settings, chosen in [*steps, steps[-1]]:
        work, wanted = Work(), set(every(settings, chosen))
        assert run(path, work, settings, chosen) == len(work.rows)
        assert work.rows == sorted(wanted - before)
        lengths = [cost(setting) * len(seeds) for setting, seeds in work.jobs]
        assert lengths == sorted(lengths, reverse=True)
        assert all(len(seeds) <= 2 for _, seeds in work.jobs)
        before |= wanted
        assert sorted(rows_in(path)) == sorted(before)
    assert path.read_bytes() == undisturbed


def test_a_table_with_other_columns_is_refused_and_kept(path):
    for header, complaint in (
        ("name,age", "must have the columns size, kind, seed; got name, age"),
        (HEADER.replace("result", "old,result").strip(), "must have the columns size, kind, seed, result, python"),
        (HEADER.strip() + ",old", "must have the columns size, kind, seed, result, python"),
    ):
        path.write_text(f"{header}\n1,plain,36\n")
        with complains(ValueError, complaint):
            run(path)
        assert path.read_text() == f"{header}\n1,plain,36\n"


# --- interruptions ---------------------------------------------------------------------------------------------------


def lightning(*_):
    raise RuntimeError("lightning")


def test_the_old_table_stays_until_the_new_one_is_on_the_disk(path, undisturbed, monkeypatch):
    run(path, settings=SETTINGS[:2])
    before = path.read_bytes()
    with monkeypatch.context() as patched, complains(RuntimeError, "lightning"):
        patched.setattr(os, "fsync", lightning)
        run(path)
    assert path.read_bytes() == before
    run(path)
    assert path.read_bytes() == undisturbed
    assert {file.name for file in path.parent.glob("rows*")} == {"rows.csv", "rows.csv.lock"}


def test_of_two_runs_at_once_the_second_gives_up_and_changes_nothing(path, undisturbed):
    def work(setting, seeds):
        before = path.exists() and path.read_bytes()
        with pytest.raises(BlockingIOError):
            run(path, lightning)
        assert (path.exists() and path.read_bytes()) == before
        return Work()(setting, seeds)

    assert run(path, work) == 30
    assert path.read_bytes() == undisturbed


def test_a_process_that_dies_at_work_costs_no_other_rows(path, undisturbed):
    def work(setting, seeds):
        if setting == SETTINGS[0]:  # it dies when the other process has brought some rows home
            while not path.exists() or path.read_bytes().count(b"\n") < 7:
                time.sleep(0.01)
            os._exit(1)
        return [{"result": int(100 * setting["size"]) + seed} for seed in seeds]

    with joblib.parallel_config("loky", n_jobs=2), pytest.raises(TerminatedWorkerError):
        run(path, work)
    kept, later = rows_in(path), Work()
    assert len(kept) >= 6
    run(path, later)
    assert sorted(kept + later.rows) == every(SETTINGS, SEEDS)
    assert path.read_bytes() == undisturbed


@pytest.fixture
def start():
    """Starts Python processes, each in a session of its own; in the end nothing is left of them and their children."""

    def start(*arguments):
        environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), "TQDM_DISABLE": ""}
        command = [sys.executable, *map(str, arguments)]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
        stack.callback(end, process)
        return process

    def end(process):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    with contextlib.ExitStack() as stack:
        yield start


def wait_for(condition, *processes):
    """Wait until the condition holds, while the processes are running."""
    deadline = time.monotonic() + 600
    while not condition():
        assert time.monotonic() < deadline and all(process.poll() is None for process in processes)
        time.sleep(0.002)


def lines_in(path):
    return path.read_bytes().count(b"\n") if path.exists() else 0


MANY = [{"size": size, "kind": kind} for size in range(1, 151) for kind in ("plain", "fancy")]
MORTAL = """
from studies import runner

def work(setting, seeds):
    with open({jobs!r}, "a") as file:
        file.write(f"{{setting['size']}},{{setting['kind']}}\\n")
    return [{{"result": int(100 * setting["size"]) + seed}} for seed in seeds]

runner.run({path!r}, {settings}, range(5), work, lambda setting: setting["size"])
"""


def test_killed_at_random_moments_a_run_loses_nothing_but_the_job_at_work(tmp_path, path, start):
    """A job takes no time, so that most of it goes into writing tables."""
    jobs, script = tmp_path / "jobs", tmp_path / "mortal.py"
    script.write_text(MORTAL.format(jobs=str(jobs), path=str(path), settings=MANY))
    rng = np.random.default_rng()  # without a seed, on purpose
    for _ in range(8):
        before, process = lines_in(jobs), start(script)
        wait_for(lambda: lines_in(jobs) > before or process.poll() is not None)  # noqa: B023
        time.sleep(rng.uniform(0, 0.05))
        process.kill()
        process.wait()
        begun, rows = jobs.read_text().split(), rows_in(path) if path.exists() else []
        kept = {f"{size:g},{kind}" for size, kind, _ in rows}
        assert {*begun} - {begun[-1]} <= kept <= {*begun}
        assert len(rows) == len(set(rows)) == 5 * len(kept), "a job's rows come together, and once"
    assert start(script).wait(600) == 0
    assert lines_in(jobs) <= len(MANY) + 8
    keys = [(size, kind, seed) for size in range(1, 151) for kind in ("fancy", "plain") for seed in SEEDS]
    lines = [f"{size},{kind},{seed},{100 * size + seed},{VERSIONS}\n" for size, kind, seed in keys]
    assert path.read_text() == HEADER + "".join(lines)


# --- the command line ------------------------------------------------------------------------------------------------


def test_the_command_line_picks_settings_and_explains_what_is_wrong(path, monkeypatch, capsys):
    work = Work()
    study = SimpleNamespace(__file__=path.with_suffix(".py"), SETTINGS=SETTINGS, SEEDS=SEEDS, work=work, cost=cost)
    monkeypatch.setitem(sys.modules, "studies.small", study)
    arguments = ["studies", "small", "--jobs", "1", "--only"]
    monkeypatch.setattr(sys, "argv", [*arguments, "size=(9|10),kind=f"])
    command_line.main()
    assert sorted(rows_in(path)) == work.rows == every([SETTINGS[1], SETTINGS[3]], SEEDS)
    assert capsys.readouterr().out == f"{path}: 10 rows added.\n"
    with open(f"{path}.lock") as lock, pytest.raises(SystemExit, match="2"):
        fcntl.flock(lock, fcntl.LOCK_EX)
        command_line.main()
    assert f"another run is at work on {path}" in capsys.readouterr().err
    monkeypatch.setattr(sys, "argv", [*arguments, "size=7,"])
    with pytest.raises(SystemExit, match="2"):
        command_line.main()
    assert "--only size=7, matches no setting; the first is size=9,kind=plain" in capsys.readouterr().err


SWEEP = "k=2,n=6,optimizer=Adam,"
SWEPT = [setting for setting in capacity.SETTINGS if list(setting.values())[:3] == [2, 6, "Adam"]]


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """The rows of a small part of a study, computed in this process without any disturbance."""
    path = tmp_path_factory.mktemp("swept") / "rows.csv"
    assert runner.run(path, SWEPT, capacity.SEEDS, capacity.work, capacity.cost) == 128
    return path.read_bytes()


@pytest.mark.slow
def test_a_study_killed_and_resumed_finds_the_same_rows(path, start, swept, capfd):
    arguments = ("-m", "studies", "capacity", "--rows", path, "--only", SWEEP, "--jobs")
    first = start(*arguments, 2)
    wait_for(lambda: lines_in(path) > 1, first)
    first.kill()
    first.wait()
    kept = lines_in(path) - 1
    assert 0 < kept < 128
    assert start(*arguments, 1).wait(600) == 0
    output, bar = capfd.readouterr()
    assert output == f"{path}: {128 - kept} rows added.\n"
    assert "100%|" in bar
    assert path.read_bytes() == swept


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker_finds_the_same_rows(path, tmp_path, start, swept):
    file = tmp_path / "scheduler.json"
    shared = ("--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", file)
    scheduler = start("-m", "dask", "scheduler", "--port", 0, *shared)
    wait_for(lambda: file.exists() and file.read_text().rstrip().endswith("}"), scheduler)
    alone = ("--no-nanny", "--nthreads", 1, "--local-directory", tmp_path)
    workers = [start("-m", "dask", "worker", *alone, *shared) for _ in range(2)]
    address = json.loads(file.read_text())["address"]
    with Client(address, set_as_default=False, timeout=120) as client:
        client.wait_for_workers(2, timeout=120)
    study = start("-m", "studies", "capacity", "--rows", path, "--scheduler", address, "--only", SWEEP)
    wait_for(lambda: lines_in(path) > 1, study, scheduler, *workers)
    workers[0].kill()
    workers[0].wait()
    assert lines_in(path) - 1 < 128
    assert study.wait(600) == 0
    assert workers[1].poll() is scheduler.poll() is None
    assert path.read_bytes() == swept


# --- the rows in the book --------------------------------------------------------------------------------------------

ALL = (
    *(alike, capacity, convolutions, denoised, fewlabels, heads, objectives, patches, priced, regressors),
    *(retrieval, slimming, smallconv, smallest, stacking, storing, unlabelled),
    *(published, seeds, phases, twelvebits, noisydigits),
)
STUDIES = pytest.mark.parametrize("study", ALL, ids=lambda study: study.__name__)


@STUDIES
def test_the_table_is_complete_and_in_order_and_a_run_changes_nothing(study, path):
    committed = Path(study.__file__).with_suffix(".csv").read_bytes()
    path.write_bytes(committed)
    assert runner.run(path, study.SETTINGS, study.SEEDS, lightning, study.cost) == 0
    assert path.read_bytes() == committed
    header, table = runner.read(path, len(study.SETTINGS[0]) + 1)
    assert len(table) == len(study.SETTINGS) * len(study.SEEDS)
    runner.write(path, [",".join(header), *(table[place] for place in sorted(table))])
    assert path.read_bytes() == committed
    assert all(all(row.values()) for row in read(path))


@pytest.mark.parametrize("levels", [(0.2, 1, 4), (3, 3, 3)])
def test_the_length_of_codes_is_what_the_range_coder_writes(levels):
    rounded = np.rint(np.random.default_rng(0).normal(0, levels, (400, 3))).astype(int)
    assert storing.length(rounded) == pytest.approx(sum(map(len, map(packed_column, rounded.T))), abs=3 * 5)


def packed_column(column):
    return hg.slimming.pack(column - column.min(), max(2, np.ptp(column) + 1))


def test_codes_take_the_bytes_of_the_error_that_is_asked_for():
    """PCA and the cosine transform hold the same numbers; an encoder that is PCA stores like it."""
    seen, _, unseen, _ = hg.datasets.digits_by_writer()
    linear = hg.Autoencoder(64, hidden=(), epochs=1, random_state=0).fit(seen)
    axes = PCA(64).fit(seen).components_
    for layer, weight in zip((linear.encoder_.layers[0], linear.decoder_.layers[0]), (axes.T, axes)):
        layer.params["weight"] = weight
    linear.encoder_.layers[0].params["bias"] = -seen.mean(axis=0) @ axes.T
    linear.decoder_.layers[0].params["bias"] = seen.mean(axis=0)
    found = storing.at_errors(linear, seen, unseen, (0.04, 0.01))
    for wanted in (0.04, 0.01):
        assert found[f"bent_{wanted}"] == pytest.approx(found[f"pca_{wanted}"], rel=1e-3)
    assert 0 < found["pca_0.04"] < found["pca_0.01"] < 64
    assert np.isnan(storing.at_errors(linear, seen, unseen, (1.0,))["pca_1.0"]), "no step makes an error so large"


@pytest.mark.parametrize("bits", [1, 5, 8])
def test_no_other_allotment_of_bits_leaves_less_variance(bits):
    variances = np.array([9.0, 3.0, 1.0])
    others = [spent for spent in itertools.product(range(bits + 1), repeat=3) if sum(spent) == bits]
    least = min(sum(variances / 4.0 ** np.array(spent)) for spent in others)
    spent = retrieval.allotted(variances, bits)
    assert spent.sum() == bits and sum(variances / 4.0**spent) == pytest.approx(least)


@pytest.mark.parametrize("n, step", [(2, 1.596), (4, 0.9957), (8, 0.586), (16, 0.3352)])
def test_normal_numbers_are_rounded_with_the_steps_of_max_1960(n, step):
    seen = 3 + 2 * np.random.default_rng(0).standard_normal(20000)
    levels = np.unique(retrieval.rounded(seen, seen[:5], n)[0])
    assert len(levels) == n and np.diff(levels) == pytest.approx(2 * step, rel=0.05)


def test_wieners_guess_is_the_least_squares_fit_of_pictures_to_their_noisy_copies():
    rng = np.random.default_rng(0)
    x = rng.normal(1, 1, (200000, 3)) @ rng.normal(0, 1, (3, 3))
    noisy = x + 0.7 * rng.standard_normal(x.shape)
    inputs = np.column_stack([noisy, np.ones(len(x))])
    fitted = inputs[:50] @ np.linalg.lstsq(inputs, x)[0]
    assert denoised.wiener(x, 0.7)(noisy[:50]) == pytest.approx(fitted, abs=0.03)
    assert np.abs(fitted - noisy[:50]).max() > 0.5


def test_the_mean_of_neighbours_is_bayes_formula():
    rng = np.random.default_rng(0)
    x, pictures = rng.random((7, 4)), rng.random((5, 4))
    for noise in (0.1, 0.5):
        chances = [[math.exp(-np.sum((p - one) ** 2) / (2 * noise**2)) for one in x] for p in pictures]
        expected = [np.average(x, axis=0, weights=each) for each in chances]
        assert denoised.neighbours(x, noise, pictures) == pytest.approx(np.array(expected))


def test_the_rows_of_capacity_are_possible():
    """A pattern that is not right has a chance of one half at most: it adds ln 2 to the loss at least."""
    for row in read(ROOT / "studies/capacity.csv"):
        n, right, loss = int(row["n"]), int(row["right"]), float(row["loss"])
        assert 0 <= right <= n and (n - right) * math.log(2) * (1 - 1e-5) <= loss < math.inf, row


# Other processors round otherwise, and after thousands of steps an error tells. Most rows tell per cents: seven of 377
# images may change sides; where methods choose their settings, a tie may be broken otherwise. Of threes there are 35,
# and a network that is trained through its rounding ends elsewhere, in other bytes.
IMAGES = {study: {"abs": 3} for study in (retrieval, fewlabels, unlabelled, stacking, convolutions)}
IMAGES |= {heads: {"abs": 3}, slimming: {"rel": 1.5e-1, "abs": 3}, smallest: {"rel": 1e-1}, regressors: {"abs": 0.02}}
IMAGES |= {objectives: {"rel": 1e-2, "abs": 1e-5}}  # from pixels, pixels are redrawn without an error
IMAGES |= {noisydigits: {"abs": 2}, twelvebits: {"abs": 0.6}}  # chaotic after some hundred epochs
EPOCHS = ("cut", *seeds.LEVELS)
# Twice what an old processor changed in any row. Bytes at an error depend on where a flat curve crosses a level.
CODES = {"bent_misled": {"abs": 0.12}, "bent_forged": {"abs": 0.06}, "pca_misled": {"abs": 0.03}}
CODES |= {"rival_table": {"abs": 140}, "rival_bytes": {"rel": 0.2}, "means": {"rel": 0.2}, "plain": {"rel": 0.2}}
PHASES = {"steepest": 5, "onset": 5, "fitted": 5, "left": 5, "fallen": 5, "clusters": 1}
PHASES |= {"one_cluster": 0.1, "two_clusters": 0.1}
THROUGH = {"right": {"abs": 7.5}, "recall": {"abs": 46}, "precision": {"abs": 41}, "twins": {"abs": 8}}
ALIKE = {"twins": 4, "silent": 1, "twin_gone": 0.8, "single_gone": 0.4, "twin_out": 2.4, "single_out": 1.2}


def leeway(study, name, how=None):
    """How far a number may be from the row's. how: the row's, if it has that column."""
    if study is slimming and how == "through":
        return THROUGH.get(name, {"rel": 0.07})
    if (study, name) in ((capacity, "right"), (seeds, "ones"), (seeds, "threes")):
        return {"abs": 0}
    if study in (published, seeds):
        return {"abs": 1e-5 if study is published else 1 if name in EPOCHS else 5e-3}
    if study in (storing, patches, priced):
        others = {"rel": 2e-3} if name.startswith(("pca_", "cosines_", "near_")) else {"rel": 0.1}
        return CODES.get(name, {"rel": 0.3} if study is patches and name.startswith("bent_0.") else others)
    if study is phases:
        return {"abs": PHASES.get(name, 5e-3)}
    if study is alike:
        return {"abs": ALIKE.get(name, 2)}
    if study is smallconv:
        return {"abs": 30} if name == "right" else {"rel": 0.17}  # chaotic, with few weights of few bits
    if (study, name) in ((slimming, "right"), (smallest, "right")):
        return {"abs": 6}
    return IMAGES.get(study, {"rel": 1e-2})


@pytest.mark.slow
@STUDIES
def test_rows_come_out_again(study):
    """Other rows in every run, one from each part by cost, so that every run takes about as long."""
    parts = {capacity: 6, seeds: 4, phases: 2, slimming: 2, smallest: 2}.get(study, 1)
    settings = {tuple(map(str, setting.values())): setting for setting in study.SETTINGS}
    n_keys, rng = len(study.SETTINGS[0]), np.random.default_rng()  # without a seed, on purpose
    rows = [(settings[tuple(row.values())[:n_keys]], row) for row in read(Path(study.__file__).with_suffix(".csv"))]
    rows.sort(key=lambda pair: study.cost(pair[0]))
    for part in np.array_split(np.arange(len(rows)), parts):
        setting, row = rows[rng.choice(part)]
        (again,) = study.work(setting, [int(row["seed"])])
        assert [*setting, "seed", *again, "python", "numpy", "hourglass"] == list(row)
        again.pop("chosen", None)
        for name, value in again.items():
            expected = pytest.approx(float(row[name]), nan_ok=True, **leeway(study, name, row.get("how")))
            assert float(value) == expected, f"{name} of the row {row}: {again}"


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
@pytest.mark.parametrize("n", [6, 11])
def test_a_row_of_capacity_is_one_training_by_hand(n, optimizer, k=2, budget=300):
    """A loop over steps in plain NumPy, one network at a time."""
    setting, right = {"k": k, "n": n, "optimizer": optimizer, "budget": budget}, np.roll(np.arange(n), -1)
    for seed, found in zip([3, 40], capacity.work(setting, [3, 40])):
        layers = hg.Dense(n, k, bias=False, scale=0.5), hg.Tanh(), hg.Dense(k, n, bias=False, scale=0.5)
        weights = [hg.Network(*layers, seed=seed).layers[place].params["weight"].copy() for place in (0, 2)]
        means, squares = [0, 0], [0, 0]
        for step in range(1, budget + 2):
            codes = np.tanh(weights[0])
            logits = codes @ weights[1]
            chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
            if step > budget:
                break
            error = chances - np.eye(n)[right]
            for i, gradient in enumerate(((error @ weights[1].T) * (1 - codes**2), codes.T @ error)):
                means[i] = 0.9 * means[i] + 0.1 * gradient
                squares[i] = 0.999 * squares[i] + 0.001 * gradient**2
                adam = means[i] / (1 - 0.9**step) / (np.sqrt(squares[i] / (1 - 0.999**step)) + 1e-8)
                weights[i] -= 0.1 * (gradient if optimizer == "SGD" else (1 - (step - 1) / (budget + 1)) * adam)
        assert found["right"] == np.sum(logits.argmax(axis=1) == right)
        assert float(found["loss"]) == pytest.approx(-np.log(chances[np.arange(n), right]).sum(), rel=1e-5)


# --- Kong's runs -----------------------------------------------------------------------------------------------------

CURVES = np.genfromtxt(ROOT / "studies/published-curves.csv", delimiter=",", names=True)
FIGURES = pytest.mark.parametrize("figure", published.RUNS)


def curves(figure):
    return CURVES[CURVES["figure"] == figure]


def test_the_regenerated_run_prints_what_the_notebook_printed():
    """Means of 1000 noisy outputs, in float32, from which epoch on: data, test noise and training noise all count."""
    printed = {1: 0.0012308656, 5: -0.0016648221, 10: 0.008166789, 15: 0.028557064, 50: 0.2086763, 60: 0.15173072,
               100: 0.118080854, 150: 0.07815997}  # fmt: skip
    run, _ = published.regenerated(6)
    theta = np.stack([run.weights, run.biases], axis=-1)
    for epoch, mean in printed.items():
        at = epoch - 1  # the program counts from 1
        outputs = published.forward(published.RUNS[6], theta[at], run.inputs[at], run.noise[at])[-1]
        assert outputs.mean() == pytest.approx(mean, rel=1e-6, abs=1e-8)  # of float32
    other = published.replay(6, noise_seed=1)
    assert np.abs(other.weights - run.weights)[[9, 59, 149]].min() > 1e-5, "training noise would not matter"


@FIGURES
def test_the_regenerated_estimator_is_the_published_curve(figure):
    """Without the quadrature's failures to six digits; with them, to the error of reading a picture."""
    curve, (_, (ours, *_)) = curves(figure), published.regenerated(figure)
    assert len(curve) == published.RUNS[figure].epochs
    assert ours == pytest.approx(curve["T1_same_samples"], abs=2e-5)
    off = np.abs(curve["T1"] - curve["T1_by_quadrature"])
    assert off.max() < 0.004 and off.mean() < 2e-4
    right = np.abs(curve["T1_by_quadrature"] - curve["T1_same_samples"]) < 2e-3
    assert right.mean() > 0.5
    assert np.abs(curve["T1"] - ours)[right].max() < 0.0055
    other = published.sampled(figure, published.replay(figure, seed=1))
    assert np.abs(curve["T1"] - other).mean() > 0.01, "any run would do"


@FIGURES
def test_every_wiggle_of_the_published_curves_is_explained(figure):
    """Exact value, error of n and N, and for the first unit the quadrature: what is left is n_i and the reading."""
    rows = np.genfromtxt(ROOT / "studies/published.csv", delimiter=",", names=True, dtype=None, encoding="utf8")
    curve = curves(figure)
    for layer in range(1, 1 + len(published.RUNS[figure].bends)):
        row = rows[(rows["figure"] == figure) & (rows["layer"] == layer)]
        integrals = curve["T1_by_quadrature"] - curve["T1_same_samples"] if layer == 1 else 0.0
        left = curve[f"T{layer}"] - row["nats"] - row["off_n"] - row["off_N"] - integrals
        assert np.abs(left).max() < 0.004 and np.abs(left).mean() < 1e-3
        assert np.abs(curve[f"T{layer}"] - row["nats"]).max() > 0.02, "there is nothing to explain"


@FIGURES
def test_the_gradient_of_the_regenerated_run_is_a_difference_quotient(figure):
    run, rng, step = published.RUNS[figure], np.random.default_rng(figure), 1e-5
    theta, x = rng.normal(size=(len(run.bends), 2)), run.inputs(np.random.RandomState(1), 20)
    noise = rng.standard_normal((len(run.bends), 20))
    found, expected = published.gradient(run, theta, x, noise), np.empty_like(theta)
    for index in np.ndindex(theta.shape):
        moved = [
            theta
            + sign * step * (np.arange(theta.size) == np.ravel_multi_index(index, theta.shape)).reshape(theta.shape)
            for sign in (1, -1)
        ]
        losses = [np.mean((published.forward(run, t, x, noise)[-1] - run.label(x)) ** 2) for t in moved]
        expected[index] = (losses[0] - losses[1]) / (2 * step)
    assert np.abs(expected).max() > 0
    assert found == pytest.approx(expected, abs=1e-7)


def test_the_old_generators_make_normal_numbers():
    for normal in (published.Card(3).normal, published.Processor(3).normal):
        found = np.concatenate([normal(100) for _ in range(100)])
        assert found.mean() == pytest.approx(0, abs=0.04) and found.std() == pytest.approx(1, abs=0.03)
        assert np.abs(np.corrcoef(found[:-1], found[1:])[0, 1]) < 0.04
