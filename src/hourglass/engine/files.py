"""Networks from disk."""

import json
import os
import zipfile
import zlib

import numpy as np

from .. import checks
from . import layers
from .network import FORMAT, PRECISIONS, assembled, check_chain, stretches

LAYER_NAMES = tuple(name for name in layers.__all__ if name != "Layer")
BROKEN = ValueError, TypeError, KeyError, EOFError, MemoryError, RuntimeError, zipfile.BadZipFile, zlib.error


def load(path):
    """The network that `Network.save` wrote. ValueError if the file is truncated, damaged or something else."""
    try:
        with open(path, "rb") as raw:
            if not zipfile.is_zipfile(raw):
                raise ValueError("it is not a .npz file")
            raw.seek(0)
            with np.load(raw, allow_pickle=False) as file:
                return from_arrays(json.loads(str(file["header"])), file["parameters"])
    except OSError:
        if not os.path.exists(path):
            raise
        raise ValueError(f"path must be a file that Network.save wrote, got {path!s}, which cannot be read") from None
    except BROKEN as problem:
        raise ValueError(f"path must be a file that Network.save wrote, got {path!s}: {problem}") from None


def from_arrays(header, parameters):
    """The network that a file's header tells of."""
    if header["format"] != FORMAT:
        raise ValueError(f"its format is {header['format']!r}")
    chain = [
        getattr(layers, checks.one_of(name, "layer", LAYER_NAMES))(**settings) for name, settings in header["layers"]
    ]
    dtype = checks.one_of(header["dtype"], "dtype", PRECISIONS)
    check_chain(chain)
    replicas = tuple(checks.positive_integer(n, "replicas") for n in header["replicas"])
    places, params, start = stretches(chain, replicas), [{} for _ in chain], 0
    expected = sum(size for *_, size in places)
    if parameters.shape != (expected,):
        raise ValueError(f"it holds {parameters.size} parameters where its layers have {expected}")
    if expected:
        parameters = checks.finite_array(parameters, "parameters", dtype)
    for i, name, shape, size in places:
        params[i][name], start = parameters[start : start + size].reshape(shape), start + size
    return assembled(chain, params, replicas, dtype)
