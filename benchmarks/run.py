"""Speed against PyTorch, JAX and scikit-learn, as one table; README.md explains. An error if a target is missed."""

import platform
import sys

import autoencoder
import capacity
import classifier
import information
import jax
import numpy as np
import sklearn
import threadpoolctl
import tiny
import torch
from versus import table

if __name__ == "__main__":
    threadpoolctl.threadpool_limits(1)
    torch.set_num_threads(1)
    print(
        f"Python {platform.python_version()}, NumPy {np.__version__}, PyTorch {torch.__version__}, "
        f"JAX {jax.__version__}, scikit-learn {sklearn.__version__}; one thread each\n"
    )
    missed = table([row for file in (tiny, capacity, autoencoder, classifier) for row in file.comparisons()])
    print()
    missed += information.report()
    if missed:
        sys.exit("Missed: " + "; ".join(missed))
