"""Studies: no interruption costs more than what was at work, a cluster finds the same rows, and they come out again."""

import contextlib
import fcntl
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

import numpy as np
import pytest
from common import complains
from distributed import Client
from hypothesis import given
from hypothesis import strategies as st

import hourglass as hg

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from studies import autoencoders, capacity, labels, retrieval, runner, slimming  # noqa: E402

# --- a small study ---------------------------------------------------------------------------------------------------

SETTINGS = [{"size": size, "kind": kind} for size in (9, 10, 2.5) for kind in ("plain", "fancy")]
SEEDS = range(5)
EVERYTHING = {(setting["size"], setting["kind"], seed) for setting in SETTINGS for seed in SEEDS}
HEADER = "size,kind,seed,result\n"


def cost(setting):
    return setting["size"]


class Work:
    """What a study has computed: it keeps a list of its jobs. `before`, if given, is called before each of them."""

    def __init__(self, before=None):
        self.jobs, self.before = [], before

    def __call__(self, setting, seeds):
        if self.before:
            self.before()
        self.jobs.append((setting, list(seeds)))
        return [{**setting, "seed": seed, "result": int(100 * setting["size"]) + seed} for seed in seeds]

    @property
    def rows(self):
        return [(*setting.values(), seed) for setting, seeds in self.jobs for seed in seeds]


def run(path, work=None, settings=SETTINGS, seeds=SEEDS, chunk=2):
    return runner.run(path, settings, seeds, work or Work(), cost, chunk)


def rows_in(path):
    return [(float(row["size"]), row["kind"], int(row["seed"])) for row in runner.read(path)]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "rows.csv"


@pytest.fixture
def undisturbed(tmp_path):
    """What the file of the small study holds when nothing happens to it."""
    run(tmp_path / "undisturbed.csv")
    return (tmp_path / "undisturbed.csv").read_bytes()


def test_the_file_has_a_line_for_each_row_in_order(path):
    assert run(path, settings=SETTINGS[1:5], seeds=[10, 9]) == 8
    lines = (
        *("2.5,plain,9,259", "2.5,plain,10,260", "9,fancy,9,909", "9,fancy,10,910"),
        *("10,fancy,9,1009", "10,fancy,10,1010", "10,plain,9,1009", "10,plain,10,1010"),
    )
    assert path.read_bytes().decode() == HEADER + "".join(f"{line}\n" for line in lines)
    assert list(path.parent.iterdir()) == [path], "nothing else is left"


@given(order=st.permutations(SETTINGS[:3]), seeds=st.permutations(range(3)), chunk=st.integers(1, 4))
def test_the_file_does_not_depend_on_the_order_of_work(tmp_path_factory, order, seeds, chunk):
    folder = tmp_path_factory.mktemp("order")
    run(folder / "a.csv", settings=SETTINGS[:3], seeds=range(3))
    run(folder / "b.csv", settings=order, seeds=seeds, chunk=chunk)
    assert (folder / "b.csv").read_bytes() == (folder / "a.csv").read_bytes()


def test_jobs_are_no_longer_than_told_and_the_longest_come_first(path):
    work = Work()
    run(path, work, chunk=2)
    lengths = [cost(setting) * len(seeds) for setting, seeds in work.jobs]
    assert lengths == sorted(lengths, reverse=True)
    assert {len(seeds) for _, seeds in work.jobs} == {1, 2}
    assert (sorted(work.rows), len(work.jobs)) == (sorted(EVERYTHING), 18)


def test_rows_are_on_the_disk_before_the_next_job(path):
    seen = []
    work = Work(before=lambda: seen.append(len(rows_in(path))))
    run(path, work)
    assert seen == [sum(len(seeds) for _, seeds in work.jobs[:i]) for i in range(len(work.jobs))]


def test_only_what_is_missing_is_computed(path, undisturbed):
    """First some settings, then more, then more seeds, then nothing."""
    steps = [(SETTINGS[1:3], range(2)), (SETTINGS, range(1, 3)), (SETTINGS, SEEDS), (SETTINGS, SEEDS)]
    before = set()
    for settings, seeds in steps:
        work = Work()
        added = run(path, work, settings, seeds)
        wanted = {(*setting.values(), seed) for setting in settings for seed in seeds}
        assert sorted(work.rows) == sorted(wanted - before)
        assert added == len(work.rows)
        before |= wanted
        assert sorted(rows_in(path)) == sorted(before)
    assert path.read_bytes() == undisturbed


def test_rows_of_other_settings_stay(path):
    run(path, settings=SETTINGS[:2])
    run(path, settings=SETTINGS[2:4])
    assert len(rows_in(path)) == 4 * len(SEEDS)


# --- interruptions ---------------------------------------------------------------------------------------------------


def test_a_file_cut_off_anywhere_becomes_whole_again(path):
    few = {"settings": SETTINGS[:2], "seeds": range(3)}
    run(path, **few)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        lost = 6 - max(whole[:length].count(b"\n") - 1, 0)  # a line is the header's
        work = Work()
        assert run(path, work, **few) == lost == len(work.rows)
        assert path.read_bytes() == whole, length


def test_what_came_before_an_error_is_kept(path, undisturbed):
    def fail():
        if len(work.jobs) == 4:
            raise RuntimeError("lightning")

    work, later = Work(fail), Work()
    with complains(RuntimeError, "lightning"):
        run(path, work)
    kept = rows_in(path)
    assert sorted(kept) == sorted(work.rows)
    run(path, later)
    assert sorted(later.rows) == sorted(EVERYTHING - set(kept))
    assert path.read_bytes() == undisturbed


def test_the_old_file_stays_until_the_sorted_one_is_whole(path, undisturbed, monkeypatch):
    def lightning(*_):
        raise RuntimeError("lightning")

    with monkeypatch.context() as patched, complains(RuntimeError, "lightning"):
        patched.setattr(os, "replace", lightning)
        run(path)
    assert sorted(path.read_bytes().splitlines()) == sorted(undisturbed.splitlines())
    Path(f"{path}.new").write_text("half a ")
    assert run(path) == 0
    assert path.read_bytes() == undisturbed
    assert not Path(f"{path}.new").exists()


def test_of_two_runs_at_once_the_second_gives_up_and_changes_nothing(path, undisturbed):
    tried = []

    def second():
        held = path.read_bytes()
        with pytest.raises(BlockingIOError):
            run(path, intruder)
        tried.append(path.read_bytes() == held)

    work, intruder = Work(before=second), Work()
    run(path, work)
    assert tried == [True] * len(work.jobs)
    assert intruder.jobs == []
    assert path.read_bytes() == undisturbed


def test_a_line_that_another_run_is_writing_is_not_cut_off(path):
    with open(path, "w") as file:
        file.write(HEADER + "9,pla")
        file.flush()
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(BlockingIOError):
            run(path)
    assert path.read_text() == HEADER + "9,pla"


@pytest.fixture
def start(tmp_path):
    """Starts Python processes, each in a session of its own; in the end nothing is left of them and their children."""
    started = []

    def start(*arguments):
        log = tmp_path / f"process{len(started)}.log"
        with open(log, "wb") as file:
            process = subprocess.Popen(
                [sys.executable, *map(str, arguments)],
                cwd=ROOT,
                env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        process.log = log
        started.append(process)
        return process

    yield start
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def finished(process, timeout=600):
    """Wait for the end of a process that must succeed."""
    assert process.wait(timeout) == 0, process.log.read_text()


def wait_for(condition, *processes, timeout=600):
    """Wait until the condition holds, while the processes are running."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, [process.log.read_text() for process in processes]
        for process in processes:
            assert process.poll() is None, process.log.read_text()
        time.sleep(0.002)


def lines_in(path):
    return path.read_bytes().count(b"\n") if path.exists() else 0


MORTAL = """
import os, signal, time
import joblib
from studies import runner

MAIN = os.getpid()

def work(setting, seeds):
    time.sleep(0.01)
    with open({path!r}) as file:
        if len(file.readlines()) > 6:
            {death}
    return [{{**setting, "seed": seed, "result": int(100 * setting["size"]) + seed}} for seed in seeds]

with joblib.parallel_config({backend!r}, n_jobs=2):
    runner.run({path!r}, {settings}, {seeds}, work, lambda setting: setting["size"], chunk=2)
"""


@pytest.mark.parametrize(
    ("backend", "death"),
    [
        ("sequential", "os.kill(MAIN, signal.SIGKILL)"),
        ("loky", "os.kill(MAIN, signal.SIGKILL)"),
        ("loky", "os._exit(1)"),  # of the process that does the work alone
    ],
)
def test_a_run_that_was_killed_goes_on_where_it_stopped(tmp_path, path, start, undisturbed, backend, death):
    script = tmp_path / "mortal.py"
    script.write_text(MORTAL.format(path=str(path), backend=backend, death=death, settings=SETTINGS, seeds=SEEDS))
    code = start(script).wait(600)
    assert code == (-signal.SIGKILL if "kill" in death else 1)
    kept = rows_in(path)
    assert 6 <= len(kept) < len(EVERYTHING)
    work = Work()
    run(path, work)
    assert sorted(work.rows) == sorted(EVERYTHING - set(kept)), "nothing that was finished is computed again"
    assert path.read_bytes() == undisturbed


# --- the command line ------------------------------------------------------------------------------------------------


def command(monkeypatch, path, *arguments):
    monkeypatch.setattr(sys, "argv", ["study", "--jobs", "1", *arguments])
    work = Work()
    runner.main(path, SETTINGS, SEEDS, work, cost, "A study of nothing.")
    return work


def test_a_pattern_picks_settings(path, monkeypatch, capsys):
    work = command(monkeypatch, path, "--only", "size=(9|10),kind=f")
    assert sorted(work.rows) == sorted((size, "fancy", seed) for size in (9, 10) for seed in SEEDS)
    assert capsys.readouterr().out == f"{path}: 10 rows added, 10 in all.\n"
    work = command(monkeypatch, path)
    assert len(work.rows) == 20
    assert capsys.readouterr().out == f"{path}: 20 rows added, 30 in all.\n"


def test_rows_are_kept_where_told(path, tmp_path, monkeypatch):
    command(monkeypatch, path, "--rows", str(tmp_path / "elsewhere.csv"))
    assert set(rows_in(tmp_path / "elsewhere.csv")) == EVERYTHING
    assert not path.exists()


def test_a_pattern_without_a_match_is_an_error(path, monkeypatch, capsys):
    with pytest.raises(SystemExit) as stopped:
        command(monkeypatch, path, "--only", "size=7,")
    assert stopped.value.code == 2
    message = "--only size=7, matches no setting; the first is {'size': 9, 'kind': 'plain'}"
    assert message in capsys.readouterr().err
    assert not path.exists()


# --- how many patterns fit -------------------------------------------------------------------------------------------

SWEEP = "k=2,n=6,optimizer=Adam,"
SWEPT = [setting for setting in capacity.SETTINGS if list(setting.values())[:3] == [2, 6, "Adam"]]


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """The rows of a small part of the study, computed in this process without any disturbance."""
    assert len(SWEPT) == 2
    path = tmp_path_factory.mktemp("swept") / "rows.csv"
    runner.run(path, SWEPT, capacity.SEEDS, capacity.work, capacity.cost)
    return path.read_bytes()


def trained_by_hand(setting, seed):
    """How many patterns are right and the summed loss, by a loop over steps in plain NumPy."""
    k, n, budget = setting["k"], setting["n"], setting["budget"]
    start = hg.Network(
        hg.Dense(n, k, bias=False, scale=0.5), hg.Tanh(), hg.Dense(k, n, bias=False, scale=0.5), seed=seed
    )
    weights = [start.layers[place].params["weight"].copy() for place in (0, 2)]
    means, squares = ([np.zeros_like(weight) for weight in weights] for _ in range(2))
    right = np.roll(np.arange(n), -1)  # the next one
    for step in range(budget + 1):
        codes = np.tanh(weights[0])
        logits = codes @ weights[1]
        chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        if step == budget:
            return np.sum(logits.argmax(axis=1) == right), -np.log(chances[np.arange(n), right]).sum()
        error = chances - np.eye(n)[right]
        for i, gradient in enumerate(((error @ weights[1].T) * (1 - codes**2), codes.T @ error)):
            if setting["optimizer"] == "SGD":
                weights[i] = weights[i] - 0.1 * gradient
                continue
            means[i] = 0.9 * means[i] + 0.1 * gradient
            squares[i] = 0.999 * squares[i] + 0.001 * gradient**2
            stride = means[i] / (1 - 0.9 ** (step + 1)) / (np.sqrt(squares[i] / (1 - 0.999 ** (step + 1))) + 1e-8)
            weights[i] = weights[i] - 0.1 * (1 - step / (budget + 1)) * stride


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
@pytest.mark.parametrize("n", [6, 11])
def test_a_row_is_one_training_by_hand(n, optimizer):
    setting = {"k": 2, "n": n, "optimizer": optimizer, "budget": 300}
    for row in capacity.work(setting, [3, 40]):
        right, loss = trained_by_hand(setting, row["seed"])
        assert row["right"] == right
        assert float(row["loss"]) == pytest.approx(loss, rel=1e-5)


def test_a_row_is_its_setting_its_seed_and_what_it_was_computed_with():
    setting = {"k": 1, "n": 2, "optimizer": "SGD", "budget": 5}
    rows = capacity.work(setting, [7, 2])
    versions = {"python": platform.python_version(), "numpy": np.__version__, "hourglass": version("hourglass-book")}
    for row, seed in zip(rows, [7, 2], strict=True):
        assert row == {**setting, "seed": seed, "right": row["right"], "loss": row["loss"], **versions}
    assert rows[1] == capacity.work(setting, [2])[0], "whoever is trained beside it"
    assert capacity.cost(setting) == (2 * 1 + 1 * 2) * 2 * 5


@pytest.mark.slow
def test_the_study_killed_and_resumed_finds_the_same_rows(path, start, swept):
    arguments = ("-m", "studies.capacity", "--rows", path, "--only", SWEEP, "--jobs")
    first = start(*arguments, 2)
    wait_for(lambda: lines_in(path) > 1, first)
    first.kill()
    assert first.wait() == -signal.SIGKILL
    kept = lines_in(path) - 1
    assert 0 < kept < len(SWEPT) * len(capacity.SEEDS)
    second = start(*arguments, 1)
    finished(second)
    added = len(SWEPT) * len(capacity.SEEDS) - kept
    assert f"{path}: {added} rows added, {added + kept} in all." in second.log.read_text()
    assert path.read_bytes() == swept


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker_finds_the_same_rows(path, tmp_path, start, swept):
    file = tmp_path / "scheduler.json"
    shared = ("--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", file)
    scheduler = start("-m", "dask", "scheduler", "--port", 0, *shared)
    wait_for(file.exists, scheduler)
    alone = ("--no-nanny", "--nthreads", 1, "--local-directory", tmp_path)
    workers = [start("-m", "dask", "worker", *alone, *shared) for _ in range(2)]
    address = json.loads(file.read_text())["address"]
    with Client(address, set_as_default=False, timeout=600) as client:
        client.wait_for_workers(2, timeout=600)
    study = start("-m", "studies.capacity", "--rows", path, "--scheduler", address, "--only", SWEEP)
    wait_for(lambda: lines_in(path) > 1, study, scheduler, *workers)
    workers[0].kill()
    assert workers[0].wait() == -signal.SIGKILL
    assert lines_in(path) - 1 < len(SWEPT) * len(capacity.SEEDS)
    finished(study)
    assert workers[1].poll() is scheduler.poll() is None
    assert path.read_bytes() == swept


# --- the rows in the book --------------------------------------------------------------------------------------------


def test_the_rows_are_complete_and_in_order():
    rows = runner.read(capacity.ROWS)
    found = [(int(row["k"]), int(row["n"]), row["optimizer"], int(row["budget"]), int(row["seed"])) for row in rows]
    expected = sorted((*setting.values(), seed) for setting in capacity.SETTINGS for seed in capacity.SEEDS)
    assert len(found) == len(expected)
    assert found == expected
    assert list(rows[0]) == ["k", "n", "optimizer", "budget", "seed", "right", "loss", "python", "numpy", "hourglass"]
    assert all(row[name] for row in rows for name in runner.versions())


def test_the_rows_are_possible():
    """A pattern that is not right has a chance of one half at most: it adds ln 2 to the loss at least."""
    for row in runner.read(capacity.ROWS):
        n, right, loss = int(row["n"]), int(row["right"]), float(row["loss"])
        assert 0 <= right <= n, row
        assert (n - right) * math.log(2) * (1 - 1e-5) <= loss < math.inf, row


@pytest.mark.slow
def test_a_dozen_rows_come_out_again():
    """Other rows in every run, one from each twelfth by cost, so that every run takes about as long.

    Other processors round otherwise, and after thousands of steps the loss tells; what is right stays.
    """
    settings = {tuple(map(str, setting.values())): setting for setting in capacity.SETTINGS}
    rows = [(settings[tuple(row.values())[:4]], row) for row in runner.read(capacity.ROWS)]
    rows.sort(key=lambda pair: capacity.cost(pair[0]))
    assert len(rows) >= 12
    rng = np.random.default_rng()  # without a seed, on purpose
    for part in np.array_split(np.arange(len(rows)), 12):
        setting, row = rows[rng.choice(part)]
        again = capacity.work(setting, [int(row["seed"])])[0]
        message = f"the row {row} came out as {again}"
        assert str(again["right"]) == row["right"], message
        assert float(again["loss"]) == pytest.approx(float(row["loss"]), rel=1e-2), message


# Errors; percents of 597 images, of which two may change sides; numbers of images and of bytes
LEEWAY = {autoencoders: {"rel": 1e-2}, labels: {"abs": 0.35}, retrieval: {"abs": 0.35}, slimming: {"abs": 2}}
OTHERS = pytest.mark.parametrize("study", [autoencoders, labels, retrieval, slimming], ids=lambda s: s.__name__)


@OTHERS
def test_the_rows_of_a_study_are_complete_and_in_order(study):
    rows = runner.read(study.ROWS)
    found = [runner.key(row, study.SETTINGS[0]) for row in rows]
    expected = {runner.key({**setting, "seed": seed}, setting) for setting in study.SETTINGS for seed in study.SEEDS}
    assert len(found) == len(expected) and set(found) == expected
    assert found == sorted(found, key=lambda key: [runner.natural(text) for text in key])
    assert all(all(row.values()) for row in rows)


@pytest.mark.slow
@OTHERS
def test_four_rows_of_a_study_come_out_again(study):
    """Other rows in every run."""
    settings = {runner.key({**setting, "seed": 0}, setting)[:-1]: setting for setting in study.SETTINGS}
    rows, rng = runner.read(study.ROWS), np.random.default_rng()  # without a seed, on purpose
    for row in rng.choice(rows, 4, replace=False):
        setting = settings[runner.key(row, study.SETTINGS[0])[:-1]]
        again = study.work(setting, [int(row["seed"])])[0]
        results = again.keys() - setting.keys() - runner.versions().keys() - {"seed"}
        assert results
        for name in results:
            expected = pytest.approx(float(row[name]), **LEEWAY[study])
            assert float(again[name]) == expected, f"{name} of the row {row} came out as {again}"


# --- what must not be mixed ------------------------------------------------------------------------------------------


def test_a_file_with_other_columns_is_refused_and_kept(path):
    path.write_text("size,kind,seed,old,result\n")
    before = path.read_bytes()
    with complains(ValueError, f"{path} must have the columns size,kind,seed,result, got size,kind,seed,old,result"):
        run(path)
    path.write_text("name,age\nAda,36\n")
    with complains(ValueError, "must have the columns size, kind, seed; got name, age"):
        run(path)
    assert before != path.read_bytes() == b"name,age\nAda,36\n"


def test_a_file_replaced_meanwhile_is_left_alone(tmp_path, path, monkeypatch):
    """Between opening and locking, another run may finish and put a new file in place."""
    lock = fcntl.flock

    def slow(file, how):
        (tmp_path / "new").write_text("whole")
        os.replace(tmp_path / "new", path)
        lock(file, how)

    monkeypatch.setattr(fcntl, "flock", slow)
    with complains(BlockingIOError, "has just been replaced"):
        run(path)
    assert path.read_text() == "whole"
