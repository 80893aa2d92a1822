"""Runs a study over all cores or a cluster, and picks up where it was stopped.

A study is a list of settings (dicts), a list of seeds, and a function `work(setting, seeds)` that returns one row (a
dict) for each seed, the setting and the seed among its columns. The rows go to a CSV file as they come; what the file
has is not computed again. Killed in the middle of a line, it loses that line and no other.
"""

import argparse
import contextlib
import csv
import fcntl
import os
import platform
import re
from importlib.metadata import version

import joblib
import numpy as np
from tqdm import tqdm


def versions():
    """What a row was computed with: columns for its end."""
    return {"python": platform.python_version(), "numpy": np.__version__, "hourglass": version("hourglass-book")}


def run(path, settings, seeds, work, cost, chunk=8):
    """Add to the file `path` every row that it lacks, in joblib's current backend; afterwards it is sorted.

    cost: function of a setting, the work for one seed in any unit, for the progress bar. chunk: seeds a job.
    Returns the number of rows added. BlockingIOError if another run is at work on the file, ValueError if its columns
    are others.
    """
    with open(path, "a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(file.fileno()).st_ino != os.stat(path).st_ino:
            raise BlockingIOError(f"{path} has just been replaced by another run; try again")
        drop_torn_line(file)
        rows = read(path)
        if rows and not {*settings[0], "seed"} <= rows[0].keys():
            raise ValueError(f"{path} must have the columns {', '.join(settings[0])}, seed; got {', '.join(rows[0])}")
        done = {key(row, settings[0]) for row in rows}
        jobs = list(missing(settings, seeds, done, chunk))
        # the longest first, so that no core is left alone with one at the end
        jobs.sort(key=lambda job: -cost(job[0]) * len(job[1]))
        added = 0
        with tqdm(total=sum(cost(s) * len(chosen) for s, chosen in jobs), unit="", unit_scale=True) as bar:
            parallel = joblib.Parallel(return_as="generator_unordered")
            for rows in parallel(joblib.delayed(work)(*job) for job in jobs):
                append(file, rows)
                added += len(rows)
                setting = {name: rows[0][name] for name in settings[0]}
                bar.update(cost(setting) * len(rows))
        if done or added:
            sort(path, settings[0])
    return added


def key(row, setting):
    """What tells a row from all others, as texts: its setting and its seed."""
    return tuple(str(row[name]) for name in (*setting, "seed"))


def missing(settings, seeds, done, chunk):
    """Jobs (setting, seeds) for the rows that are not done."""
    for setting in settings:
        left = [seed for seed in seeds if key({**setting, "seed": seed}, setting) not in done]
        for start in range(0, len(left), chunk):
            yield setting, left[start : start + chunk]


def read(path):
    """The rows of a file, as a list of dicts of texts."""
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def drop_torn_line(file):
    """Cut off what follows the last line's end: a writer was killed there."""
    file.seek(0)
    file.truncate(file.read().rfind(b"\n") + 1)


def append(file, rows):
    """Write rows, with the names of the columns in front if the file is empty, in one piece and through to the disk.
    ValueError if the file has other columns."""
    lines, columns = [",".join(map(str, row.values())) for row in rows], ",".join(rows[0])
    file.seek(0)
    header = file.readline().decode().rstrip("\n")
    if header not in ("", columns):
        raise ValueError(f"{file.name} must have the columns {columns}, got {header}")
    if not header:
        lines.insert(0, columns)
    file.write("".join(line + "\n" for line in lines).encode())
    file.flush()
    os.fsync(file.fileno())


def sort(path, setting):
    """Put the rows in order of setting and seed; the old file stays until the new one is whole."""
    rows = sorted(read(path), key=lambda row: [natural(text) for text in key(row, setting)])
    with open(f"{path}.new", "w+b") as file:
        append(file, rows)
    os.replace(f"{path}.new", path)


def natural(text):
    """A key that puts 9 before 10."""
    return (0, float(text), "") if text.replace(".", "", 1).isdigit() else (1, 0.0, text)


def main(path, settings, seeds, work, cost, description):
    """The command line that all studies share."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--jobs", type=int, default=-1, metavar="N", help="processes on this machine (default: cores)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="send the work to the Dask cluster there instead")
    parser.add_argument("--rows", default=path, metavar="FILE", help="where the rows are kept (default: %(default)s)")
    parser.add_argument("--only", default=".*", metavar="PATTERN", help="settings whose text matches, as k=2,n=11,")
    given = parser.parse_args()
    chosen = [s for s in settings if re.search(given.only, ",".join(f"{name}={value}" for name, value in s.items()))]
    if not chosen:
        parser.error(f"--only {given.only} matches no setting; the first is {settings[0]}")
    with contextlib.ExitStack() as stack:
        if given.scheduler:
            from distributed import Client

            stack.enter_context(Client(given.scheduler))
            stack.enter_context(joblib.parallel_config("dask"))
        else:
            stack.enter_context(joblib.parallel_config("loky", n_jobs=given.jobs, inner_max_num_threads=1))
        try:
            added = run(given.rows, chosen, seeds, work, cost)
        except BlockingIOError:
            parser.error(f"another run is at work on {given.rows}")
    print(f"{given.rows}: {added} rows added, {len(read(given.rows))} in all.")
