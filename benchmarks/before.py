"""This tree against the commit before its engine was written anew, each in processes of its own."""

import contextlib
import functools
import io
import itertools
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile

import ours
from versus import Comparison

COMMIT, PROCESSES = "84c83ce", 5
ROOT = pathlib.Path(__file__).resolve().parents[1]


def archive():
    """The commit's `src` as a tar file; None if the history of this clone does not reach back to it."""
    try:
        return subprocess.run(["git", "-C", ROOT, "archive", COMMIT, "src"], capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None


@contextlib.contextmanager
def processes(source):
    """Some processes whose `hourglass` lies in the folder `source`, as a function of what the next of them shall train.

    A single one would be judged by its luck: where its arrays happen to lie in memory makes up to five percent.
    """
    command = [sys.executable, str(ROOT / "benchmarks" / "worker.py")]
    options = {"env": os.environ | {"PYTHONPATH": str(source)}, "stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with contextlib.ExitStack() as stack:
        started = [stack.enter_context(subprocess.Popen(command, text=True, **options)) for _ in range(PROCESSES)]
        turns = itertools.cycle(started)

        def train(name, settings, epochs):
            process = next(turns)
            print(json.dumps([name, settings | {"epochs": epochs}]), file=process.stdin, flush=True)
            return json.loads(process.stdout.readline())

        yield train


def comparisons():
    """None without the commit. The processes live while these are walked through."""
    commit = archive()
    if commit is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        tarfile.open(fileobj=io.BytesIO(commit)).extractall(folder, filter="data")
        with processes(ROOT / "src") as now, processes(pathlib.Path(folder) / "src") as then:
            for title, name, settings, epochs, steps, target in cases():
                sides = [functools.partial(side, name, settings) for side in (now, then)]
                dtype = settings.get("dtype", "float64")
                yield Comparison(title, COMMIT, dtype, *sides, epochs=epochs, steps=steps, target=target)


def cases():
    """(title, name in `ours`, its arguments, epochs, steps an epoch, target)."""
    for replicas, n, neck, optimizer, epochs, target in (
        (None, 11, 2, "SGD", 4000, 0.5),
        (64, 11, 2, "SGD", 1000, 0.95),
        (32, 30, 3, "SGD", 500, 0.95),
        (32, 100, 4, "SGD", 100, 0.85),
        (None, 11, 2, "Adam", 4000, None),
        (64, 11, 2, "Adam", 1000, None),
    ):
        shape = {"n": n, "neck": neck, "replicas": replicas, "optimizer": optimizer}
        for dtype in ("float64", "float32"):
            yield ours.shift_name(**shape), "shift", shape | {"dtype": dtype}, epochs, 1, target
    for batch in (20, 50, 200):
        yield f"digits 64-100-10, SGD, batch {batch}", "digits", {"batch": batch}, 20, ours.steps(batch), 0.85
    yield "NetworkClassifier 64-100-10, batch 50", "classifier", {"batch": 50}, 20, ours.steps(50), None
    for dtype in ("float64", "float32"):
        yield "Autoencoder 64-128-64-8-64-128-64", "autoencoder", {"dtype": dtype}, 10, ours.steps(ours.BATCH), None
