"""Trains what it is told to by functions of `ours.py`: a line of JSON in, a line out. `before.py` starts it."""

import json
import sys

import numpy as np
import ours

for line in sys.stdin:
    name, settings = json.loads(line)
    seconds, losses = getattr(ours, name)(**settings)
    print(json.dumps([seconds, np.ravel(losses).tolist()]), flush=True)
