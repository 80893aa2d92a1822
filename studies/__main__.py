"""The command line that all studies share."""

import argparse
import importlib
import re
from pathlib import Path

import joblib

from . import runner


def main():
    parser = argparse.ArgumentParser(prog="python -m studies", description="Run a study, or what is missing of it.")
    parser.add_argument("study", help="capacity, say, for studies/capacity.py")
    parser.add_argument("--jobs", type=int, default=-1, metavar="N", help="processes on this machine (default: cores)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="send the work to the Dask cluster there instead")
    parser.add_argument("--rows", metavar="FILE", help="where the rows are kept (default: beside the study)")
    parser.add_argument("--only", default="", metavar="PATTERN", help="settings whose text matches, as k=2,n=11,")
    given = parser.parse_args()
    study = importlib.import_module(f"studies.{given.study}")
    path = given.rows or Path(study.__file__).with_suffix(".csv")
    texts = [",".join(f"{name}={value}" for name, value in setting.items()) for setting in study.SETTINGS]
    chosen = [setting for setting, text in zip(study.SETTINGS, texts) if re.search(given.only, text)]
    if not chosen:
        parser.error(f"--only {given.only} matches no setting; the first is {texts[0]}")
    if given.scheduler:
        backend = joblib.parallel_config("dask", scheduler_host=given.scheduler)
    else:
        backend = joblib.parallel_config("loky", n_jobs=given.jobs, inner_max_num_threads=1)
    with backend:
        try:
            added = runner.run(path, chosen, study.SEEDS, study.work, study.cost)
        except BlockingIOError:
            parser.error(f"another run is at work on {path}")
    print(f"{path}: {added} rows added.")


if __name__ == "__main__":
    main()
