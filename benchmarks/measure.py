"""Measure everything in the setting that `run.py` has made around this process; print it as JSON."""

import json
import platform
import sys

import autoencoder
import before
import classifier
import floor
import information
import jax
import numpy as np
import shift
import sklearn
import torch
from tqdm import tqdm


def main(setting):
    native = setting == "native"
    torch.set_num_threads(1)
    capability = torch.backends.cpu.get_cpu_capability()
    if not native and capability != "AVX2":
        sys.exit(f"ATEN_CPU_CAPABILITY did not take effect: PyTorch runs as {capability}")
    parts = {
        "before": (row.measure() for row in before.comparisons()),
        "peers": (
            row.measure()
            for rows in (shift.comparisons(native), autoencoder.comparisons(), classifier.comparisons())
            for row in rows
        ),
        "floor": floor.rows(),
        "information": information.rows() if native else (),
    }
    found = {name: list(tqdm(rows, f"{setting}, {name}", unit=" rows", disable=None)) for name, rows in parts.items()}
    versions = {"NumPy": np, "PyTorch": torch, "JAX": jax, "scikit-learn": sklearn}
    found["versions"] = {"Python": platform.python_version()} | {name: m.__version__ for name, m in versions.items()}
    found["PyTorch runs as"] = capability
    print(json.dumps(found, default=float))


if __name__ == "__main__":
    main(*sys.argv[1:])
