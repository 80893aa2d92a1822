"""Say which machine the chapters believe to be on; fail if something that is imitated is not in effect.

Printed digits must not depend on the reader's machine. `make test` therefore runs the chapters again with
NPY_DISABLE_CPU_FEATURES and OPENBLAS_CORETYPE, with OPENBLAS_NUM_THREADS, and with SHAKEN_BY (tools/elsewhere) set;
a name that a new NumPy does not know, or a folder that is not on PYTHONPATH, changes nothing.
"""

import os
import platform
import sys

import numpy as np
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__
from threadpoolctl import threadpool_info

used = [name for name in __cpu_dispatch__ if __cpu_features__[name]]
libraries = [info for info in threadpool_info() if info["internal_api"] == "openblas"]
cores, threads = ({info[key] for info in libraries} for key in ("architecture", "num_threads"))
drawn, plain = np.random.default_rng(0).normal(size=1000), np.random.Generator(np.random.PCG64(0)).normal(size=1000)
moved = np.max(np.abs(drawn / plain - 1))
print(f"NumPy {np.__version__} uses {', '.join(used) or 'no vector extension'}")
print(f"OpenBLAS runs as {', '.join(cores) or 'nothing it names'}, threads: {', '.join(map(str, threads))}")
print(f"Numbers drawn are moved by up to {moved:.1g}" if moved else "Numbers drawn are as they are")


def insist(variable, holds):
    asked = os.environ.get(variable)
    if asked and not holds(asked):
        sys.exit(f"{variable}={asked} did not take effect")


insist("SHAKEN_BY", lambda size: 0 < moved < 2 * float(size))
insist("OPENBLAS_NUM_THREADS", lambda number: threads <= {min(int(number), os.cpu_count())})
if platform.machine() in ("x86_64", "AMD64"):  # named after Intel and AMD processors, elsewhere without effect
    insist("NPY_DISABLE_CPU_FEATURES", lambda names: set(names.split()) <= set(__cpu_dispatch__) - set(used))
    insist("OPENBLAS_CORETYPE", lambda core: cores == {core})
