"""A machine whose last digits differ. Python imports this at its start when this folder is on PYTHONPATH.

Processors and libraries disagree about a number's last bits, and training carries that everywhere. Here every float
that a NumPy generator draws is moved, relative to itself, by up to SHAKEN_BY (such as 4e-16; nothing moves without it),
differently for each SHAKEN_SEED. What a chapter prints must not change. (tools/machine.py tells whether this is in
effect.)

In a chapter's kernel, each of several threads of OpenBLAS keeps to a core of its own. Else, as soon as other programs
are busy, a thread that is woken for its share of a product may queue on the core of the one that waits for it, and
chapters take ten times as long. And it draws no pictures: nobody compares them, since the last digits in them may
differ, and they take a tenth of a chapter's time.
"""

import os
import sys

import numpy as np

SIZE, SEED = float(os.environ.get("SHAKEN_BY", 0)), int(os.environ.get("SHAKEN_SEED", 0))
plain = np.random.default_rng


def moved(values):
    """Equal numbers move equally, wherever they are drawn: on any one machine, too, they are equal."""
    bits = np.atleast_1d(np.asarray(values, float)).view(np.uint64) ^ np.uint64(SEED)
    for factor in (0xBF58476D1CE4E5B9, 0x94D049BB133111EB):  # SplitMix64, a hash of 64 bits
        bits = (bits ^ (bits >> 30)) * np.uint64(factor)
    factors = 1 + SIZE * (bits / 2.0**63 - 1).reshape(np.shape(values))
    if not isinstance(values, np.ndarray):
        return values * float(factors)
    values *= factors  # in place: they may have been drawn into an array of the caller's
    return values


class Shaken(np.random.Generator):
    def random(self, *arguments, **options):
        return moved(super().random(*arguments, **options))

    def uniform(self, *arguments, **options):
        return moved(super().uniform(*arguments, **options))

    def normal(self, *arguments, **options):
        return moved(super().normal(*arguments, **options))

    def standard_normal(self, *arguments, **options):
        return moved(super().standard_normal(*arguments, **options))


def default_rng(seed=None):
    return seed if isinstance(seed, np.random.Generator) else Shaken(plain(seed).bit_generator)


if SIZE:
    np.random.default_rng = default_rng

KERNEL = "ipykernel_launcher" in sys.orig_argv

# Not in the program that starts it: a child inherits its parent's cores, and has no more threads than cores. Nor where
# a thread is alone: several chapters may run side by side.
if KERNEL and hasattr(os, "sched_setaffinity"):  # Linux
    cores, threads = sorted(os.sched_getaffinity(0)), sorted(map(int, os.listdir("/proc/self/task")))
    for number, thread in enumerate(threads if len(threads) > 1 else []):
        os.sched_setaffinity(thread, {cores[number % len(cores)]})


def blank(canvas, file, **options):
    file.write('<svg viewBox="0 0 1 1">\n</svg>\n')


if KERNEL:
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"  # Matplotlib asks once, and now
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    FigureCanvasSVG.print_svg = blank
