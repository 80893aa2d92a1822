"""Say which processor's instructions NumPy and OpenBLAS use; fail if an imitated older one is not in effect.

Printed digits must not depend on the reader's processor. `make test` therefore runs the chapters again with
NPY_DISABLE_CPU_FEATURES and OPENBLAS_CORETYPE set; a name that a new NumPy does not know changes nothing.
"""

import os
import platform
import sys

import numpy
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__
from threadpoolctl import threadpool_info

used = [name for name in __cpu_dispatch__ if __cpu_features__[name]]
cores = {info["architecture"] for info in threadpool_info() if info["internal_api"] == "openblas"}
print(f"NumPy {numpy.__version__} uses {', '.join(used) or 'no vector extension'}")
print(f"OpenBLAS runs as {', '.join(cores) or 'nothing it names'}")

if platform.machine() not in ("x86_64", "AMD64"):
    sys.exit()  # the variables are named after Intel and AMD processors and do nothing elsewhere

disabled = os.environ.get("NPY_DISABLE_CPU_FEATURES", "").split()
if disabled and (set(disabled) & set(used) or not set(disabled) <= set(__cpu_dispatch__)):
    sys.exit(f"NPY_DISABLE_CPU_FEATURES={' '.join(disabled)} did not take effect")
core = os.environ.get("OPENBLAS_CORETYPE")
if core and cores != {core}:
    sys.exit(f"OPENBLAS_CORETYPE={core} did not take effect")
