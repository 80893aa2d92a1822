"""Measure speed natively and with AVX2 alone, and write the tables at the end of README.md, which explains.

An error if a target is missed.
"""

import json
import os
import pathlib
import platform
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
LAST_RUN = "## The last run\n"
THREADS = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
NOT_INHERITED = ("NPY_DISABLE_CPU_FEATURES", "ATEN_CPU_CAPABILITY", "OPENBLAS_", "MKL_", "ONEDNN_", "XLA_")
SETTINGS = {"native": {}}
if platform.machine() in ("x86_64", "AMD64"):
    SETTINGS["AVX2"] = {
        "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
        "OPENBLAS_CORETYPE": "Haswell",
        "ATEN_CPU_CAPABILITY": "avx2",
        # PyTorch's matrix products, which do not say what they use
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "XLA_FLAGS": "--xla_cpu_max_isa=AVX2",  # JAX refuses to start with a flag that it does not know
    }


def measured(setting):
    """What `measure.py` finds in this setting; an error if NumPy, OpenBLAS or PyTorch do not keep to it."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(NOT_INHERITED)}
    options = {"env": inherited | THREADS | SETTINGS[setting], "stdout": subprocess.PIPE, "check": True, "text": True}
    machine = subprocess.run([sys.executable, HERE.parent / "tools" / "machine.py"], **options).stdout
    found = json.loads(subprocess.run([sys.executable, HERE / "measure.py", setting], **options).stdout)
    return found | {"machine": [*machine.splitlines()[:2], f"PyTorch runs as {found['PyTorch runs as']}"]}


def markdown(head, rows):
    """A table, aligned."""
    widths = [max(map(len, column)) for column in zip(head, *rows)]
    lines = [head, ["-" * width for width in widths], *rows]
    return "\n".join("| " + " | ".join(f"{cell:{w}}" for cell, w in zip(line, widths)) + " |" for line in lines)


def ratio_table(runs, part, missed):
    """A row a comparison, with times and ratios in every setting. What is under its target is bold, and in `missed`."""
    rows = {}
    for setting, run in runs.items():
        for row in run[part]:
            names = row["training"], row["against"], row["precision"]
            ratio, spread = f"{row['ratio']:.3g}", "{:.3g} to {:.3g}".format(*row["spread"])
            if row["target"] and row["ratio"] < row["target"]:
                missed.append(f"{', '.join(names)}, {setting}: {ratio}, not {row['target']}")
                ratio = f"**{ratio}**"
            cells = f"{row['microseconds']:.1f}", f"{ratio} ({spread})", f"{row['target'] or ''}"
            rows.setdefault(names, []).extend(cells)
    head = ["training", "against", "precision"]
    for setting in runs:
        head += [f"{setting}, µs a step", "ratio", "target"]
    return markdown(head, [[*names, *cells] for names, cells in rows.items()])


def floor_table(runs):
    """A row a case and setting."""
    parts = "whole step", "matrix products", "exponentials", "the rest"
    rows = [
        [row["training"], row["precision"], setting, *(f"{row[part]:.1f}" for part in parts)]
        for same in zip(*(run["floor"] for run in runs.values()))
        for setting, row in zip(runs, same)
    ]
    return markdown(["training", "precision", "setting", *parts], rows)


def information_table(figures, missed, limit=8, target=40):
    rows = [
        [
            f"{f['figure']:.0f}",
            f"{f['epochs']:.0f}",
            f"{f['training']:.2f}",
            f"{f['exact']:.2f}",
            f"{f['error']:.0e}",
            f"{f['sampled'] * f['epochs'] / f['exact']:.0f}",
            f"{f['its error']:.3f}",
        ]
        for f in figures
    ]
    head = ["figure", "epochs", "training, s", "exact, s", "error", "sampling: times as long", "error"]
    total = sum(f["training"] + f["exact"] for f in figures)
    faster = sum(f["sampled"] for f in figures) / sum(f["exact"] / f["epochs"] for f in figures)
    if total > limit:
        missed.append(f"mutual information in all five figures: {total:.1f} s, not {limit}")
    if faster < target:
        missed.append(f"mutual information, against sampling: {faster:.0f}, not {target}")
    return (
        f"All five take {total:.1f} s (target: at most {limit}). For one epoch of each, sampling takes {faster:.0f} "
        f"times as long (target: at least {target}).\n\n{markdown(head, rows)}"
    )


def report(runs):
    """(all tables, what missed its target)."""
    missed, native = [], runs["native"]
    before = "Not measured: this clone lacks the commit. `git fetch --unshallow` brings it."
    sections = [
        ", ".join(f"{name} {version}" for name, version in native["versions"].items()) + ". One thread.",
        "\n".join(f"- {setting}: {'; '.join(run['machine'])}" for setting, run in runs.items()),
        "### Against commit 84c83ce",
        ratio_table(runs, "before", missed) if native["before"] else before,
        "### Against PyTorch, JAX and scikit-learn",
        ratio_table(runs, "peers", missed),
        "### Where time goes: µs a step",
        floor_table(runs),
        "### Exact mutual information: seconds and nats",
        information_table(native["information"], missed),
    ]
    return "\n\n".join(sections), missed


if __name__ == "__main__":
    text, missed = report({setting: measured(setting) for setting in SETTINGS})
    print(text)
    readme = HERE / "README.md"
    introduction = readme.read_text(encoding="utf-8").partition(LAST_RUN)[0]
    readme.write_text(f"{introduction}{LAST_RUN}\n{text}\n", encoding="utf-8")
    if missed:
        sys.exit("\nMissed:\n  " + "\n  ".join(missed))
