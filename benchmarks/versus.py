"""Programs that do the same, timed against each other."""

import dataclasses
import time
from collections.abc import Callable

import numpy as np

TURNS = 11


@dataclasses.dataclass
class Comparison:
    """ours, theirs: functions of the number of epochs that train a new network and return (seconds, losses).

    steps: in an epoch. target: the ratio of speeds that must be reached; None if it is told for information alone.
    check: as `ours` and `theirs` do, but trained on the same batches where the timed runs are not; (losses, losses).
    tolerance: how far apart the two sides' losses may be, relatively; 1e-6 in float64, 1e-3 in float32 unless given.
    """

    name: str
    peer: str
    dtype: str
    ours: Callable
    theirs: Callable
    epochs: int
    steps: int = 1
    target: float | None = None
    check: Callable | None = None
    tolerance: float | None = None

    def measure(self):
        """Check that both sides compute the same, and let them take turns."""
        sides = self.ours, self.theirs
        ours, theirs = self.check() if self.check else [side(epochs=self.epochs)[1] for side in sides]
        tolerance = self.tolerance or (1e-6 if self.dtype == "float64" else 1e-3)
        np.testing.assert_allclose(ours, theirs, rtol=tolerance, err_msg=f"{self.name}: the two sides differ")
        ours, theirs = take_turns(*sides, epochs=self.epochs)
        ratios = theirs / ours  # of neighbours in time, which the machine treated alike
        return {
            "training": self.name,
            "against": self.peer,
            "precision": self.dtype,
            "target": self.target,
            "microseconds": 1e6 * np.median(ours) / self.steps,
            "ratio": np.median(ratios),
            "spread": np.quantile(ratios, [0.25, 0.75]).tolist(),
        }


class Stopwatch:
    """Seconds of processor time in the block: others' share of the machine does not count, a second thread would."""

    def __enter__(self):
        self.start = time.process_time()
        return self

    def __exit__(self, *error):
        self.seconds = time.process_time() - self.start


def take_turns(*sides, epochs):
    """Seconds an epoch, (sides, TURNS). Whoever was last begins the next turn."""
    seconds = np.empty((len(sides), TURNS))
    for turn in range(TURNS):
        for i in range(len(sides))[:: (-1) ** turn]:
            seconds[i, turn] = sides[i](epochs=epochs)[0] / epochs
    return seconds
