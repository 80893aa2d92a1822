"""Two programs that do the same, timed against each other."""

import dataclasses
import time
from collections.abc import Callable

import numpy as np
from tqdm import tqdm

REPEATS = 11


@dataclasses.dataclass
class Comparison:
    """ours, theirs: functions of the number of epochs that train a new network and return (seconds, losses).

    check: as `ours` and `theirs` do, but trained on the same batches where the timed runs are not; (losses, losses).
    target: the ratio of speeds that must be reached; None if it is told for information alone.
    limit: seconds that our run of all epochs may take, if that is a target too.
    tolerance: how far apart the two sides' losses may be, relatively; 1e-6 in float64, 1e-3 in float32 unless given.
    """

    name: str
    peer: str
    dtype: str
    ours: Callable
    theirs: Callable
    epochs: int
    steps: int = 1  # an epoch
    target: float | None = None
    limit: float | None = None
    check: Callable | None = None
    tolerance: float | None = None


class Stopwatch:
    """Seconds of processor time in the block: others' share of the machine does not count, a second thread would."""

    def __enter__(self):
        self.start = time.process_time()
        return self

    def __exit__(self, *error):
        self.seconds = time.process_time() - self.start


def measure(comparison, bar):
    """Check that both sides compute the same, then let them take turns. Returns seconds a step, (2, repeats)."""
    c = comparison
    ours, theirs = c.check() if c.check else (c.ours(c.epochs)[1], c.theirs(c.epochs)[1])
    tolerance = c.tolerance or (1e-6 if c.dtype == "float64" else 1e-3)
    np.testing.assert_allclose(ours, theirs, rtol=tolerance, err_msg=f"{c.name}: the two sides differ")
    bar.update()
    seconds = []
    for _ in range(REPEATS):
        seconds.append([side(c.epochs)[0] / (c.epochs * c.steps) for side in (c.ours, c.theirs)])
        bar.update()
    return np.array(seconds).T


def table(comparisons):
    """Measure all and print a row for each. Returns the names of those that missed their target."""
    rows, missed = [], []
    # disable=None: a bar on a terminal, none in a file
    with tqdm(total=len(comparisons) * (REPEATS + 1), unit="run", disable=None) as bar:
        for c in comparisons:
            bar.set_description(c.name)
            ours, theirs = measure(c, bar)
            ratios = theirs / ours  # of neighbours in time, which the machine treated alike
            ratio = np.median(ratios)
            run = np.median(ours) * c.epochs * c.steps
            targets = []
            if c.target is not None:
                targets.append((f">= {c.target:g}", ratio >= c.target))
            if c.limit is not None:
                targets.append((f"{run:.2f} s < {c.limit:g} s", run < c.limit))
            verdict = ", ".join(words + (": yes" if met else ": MISSED") for words, met in targets)
            if not all(met for words, met in targets):
                missed.append(f"{c.name}, {c.peer}, {c.dtype}")
            times = [f"{1e6 * np.median(side):.1f}" for side in (ours, theirs)]
            spread = f"{ratios.min():.2f} to {ratios.max():.2f}"
            rows.append([c.name, c.peer, c.dtype, *times, f"{ratio:.2f}", spread, verdict])
    print_table(["training", "peer", "dtype", "us a step", "peer's", "ratio", "spread", "target"], rows)
    return missed


def print_table(head, rows):
    """In Markdown, aligned."""
    widths = [max(map(len, column)) for column in zip(head, *rows)]
    for row in [head, ["-" * width for width in widths], *rows]:
        print("| " + " | ".join(f"{cell:{width}}" for cell, width in zip(row, widths)) + " |")
