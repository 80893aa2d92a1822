"""Runs a study over all cores or a cluster, and picks up where it was stopped.

A study is a list of settings (dicts), a list of seeds, and a function `work(setting, seeds)` that gives a dict of
results for each seed. After each job the table is written anew and takes the old one's place: killed at any moment,
a run leaves a whole table, in order, and what it has is not computed again.
"""

import fcntl
import os
import platform
from importlib.metadata import version
from pathlib import Path

import joblib
import numpy as np
from tqdm import tqdm


def run(path, settings, seeds, work, cost, chunk=8):
    """Add to the table at `path` every row that it lacks, in joblib's current backend.

    cost: function of a setting, the work for one seed in any unit, for the progress bar. chunk: seeds a job.
    Returns the number of rows added. BlockingIOError if another run is at work on the table, ValueError if its columns
    are others.
    """
    with open(f"{path}.lock", "w") as lock:  # a file that stays: a lock on the table would go with the table replaced
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        keys = [*settings[0], "seed"]
        header, table = read(path, len(keys))
        if header:
            check(path, header[: len(keys)], keys)
        jobs = []
        for setting in settings:
            left = [seed for seed in seeds if place([*setting.values(), seed]) not in table]
            jobs += [(setting, left[start : start + chunk]) for start in range(0, len(left), chunk)]
        # the longest first, so that no core is left alone with one at the end
        jobs.sort(key=lambda job: -cost(job[0]) * len(job[1]))
        before = len(table)
        with tqdm(total=sum(cost(s) * len(chosen) for s, chosen in jobs), unit="", unit_scale=True) as bar:
            parallel = joblib.Parallel(return_as="generator_unordered")
            for rows in parallel(joblib.delayed(compute)(work, *job) for job in jobs):
                header = header or list(rows[0])
                check(path, header, list(rows[0]))
                table |= {place([row[name] for name in keys]): ",".join(map(str, row.values())) for row in rows}
                write(path, [",".join(header), *(table[key] for key in sorted(table))])
                bar.update(cost(rows[0]) * len(rows))
        return len(table) - before


def compute(work, setting, seeds):
    """The rows of a job, each with what it was computed with."""
    versions = {"python": platform.python_version(), "numpy": np.__version__, "hourglass": version("hourglass-book")}
    results = zip(seeds, work(setting, seeds), strict=True)
    return [{**setting, "seed": seed, **found, **versions} for seed, found in results]


def place(values):
    """What tells a row from all others and puts them in order, 9 before 10: its setting and its seed."""
    texts = map(str, values)
    return tuple((0, float(text), "") if text.replace(".", "", 1).isdigit() else (1, 0.0, text) for text in texts)


def read(path, n_keys):
    """The names of a table's columns, and its lines by their places; nothing of both if there is no table."""
    header, *lines = Path(path).read_text().splitlines() if os.path.exists(path) else [""]
    return header and header.split(","), {place(line.split(",")[:n_keys]): line for line in lines}


def check(path, found, expected):
    if found != expected:
        raise ValueError(f"{path} must have the columns {', '.join(expected)}; got {', '.join(found)}")


def write(path, lines):
    """Put a new table in place of the old one, which stays until the new one is whole and on the disk."""
    with open(f"{path}.new", "w") as file:
        file.write("".join(f"{line}\n" for line in lines))
        file.flush()
        os.fsync(file.fileno())
    os.replace(f"{path}.new", path)
