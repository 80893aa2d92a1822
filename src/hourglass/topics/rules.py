"""Rules between one-hot patterns (when input i fires, output rule[i] shall fire), and networks that follow them
through a narrow neck.

A neck of k units gives every input a code, a point in k dimensions, and every output a direction there. The output
whose direction agrees most with the code wins: logits = codes @ directions + bias, codes (*replicas, n, k),
directions (*replicas, k, n), bias (n,). Constructions by hand return `codes` such that `codes.T` are the directions.
"""

import copy
import math

import numpy as np
from scipy.optimize import minimize

from .. import checks
from ..engine.layers import Dense, Tanh
from ..engine.network import Network

# --- rules ---


def one_hot(n):
    """All n patterns in which one of n inputs fires: the identity matrix, (n, n)."""
    return np.eye(checks.positive_integer(n, "n"))


def shift_rule(n, wrap=True):
    """Input i fires output i + 1, and the last fires the first: integers (n,). Without `wrap` the last input fires
    nothing and is left out: (n - 1,)."""
    rule = (np.arange(checks.integer(n, "n", 2)) + 1) % n
    return rule if checks.one_of(wrap, "wrap", (True, False)) else rule[:-1]


def relabelled(network, old, new):
    """A copy of a network that follows the rule `old`, with the columns of its last layer moved so that it follows
    `new`. Nothing is trained: old and new are permutations of its n outputs."""
    last = network.layers[-1]
    if not isinstance(last, Dense):
        raise TypeError(f"network must end in a Dense layer, got {last!r}")
    old, new = (checks.as_array(rule, name) for name, rule in (("old", old), ("new", new)))
    for name, rule in (("old", old), ("new", new)):
        if rule.dtype.kind not in "iu" or rule.shape != (last.n_out,) or set(rule.tolist()) != set(range(last.n_out)):
            raise ValueError(f"{name} must be a permutation of 0 to {last.n_out - 1}, got {rule.tolist()}")
    moved = copy.deepcopy(network)
    for name, values in last.params.items():
        moved.layers[-1].params[name][..., new] = values[..., old]
    return moved


def margins(logits, rule):
    """By how much the right output leads the best of the others; negative where another one wins.

    logits: (*replicas, patterns, n). rule: the right output of each pattern, (patterns,). Returns (*replicas,
    patterns).
    """
    logits, rule = checks.finite_array(logits, "logits"), checks.as_array(rule, "rule")
    if logits.ndim < 2 or logits.shape[-1] < 2:
        raise ValueError(f"logits must have shape (*replicas, patterns, n) with n at least 2, got {logits.shape}")
    if rule.dtype.kind not in "iu" or rule.shape != logits.shape[-2:-1]:
        raise ValueError(f"rule must be {logits.shape[-2]} integers, one a pattern, got {rule!r}")
    if rule.min() < 0 or rule.max() >= logits.shape[-1]:
        raise ValueError(f"rule must name outputs from 0 to {logits.shape[-1] - 1}, got {rule.min()} to {rule.max()}")
    patterns = np.arange(len(rule))
    others = logits.copy()
    others[..., patterns, rule] = -np.inf
    return logits[..., patterns, rule] - others.max(axis=-1)


# --- codes made by hand ---


def circle(n):
    """n points evenly around the unit circle, (n, 2): each agrees most with itself, by 1 - cos(2 pi / n)."""
    angle = 2 * np.pi * np.arange(checks.integer(n, "n", 2)) / n
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def parabola(n):
    """One number for each of n inputs, and outputs that need a bias: codes c (n, 1), directions 2c (1, n), biases
    -c^2 (n,).

    Output j's score as a function of the code x, 2 c_j x - c_j^2, is a tangent to the parabola x^2. At x = c_j it
    touches, and every other tangent runs below.
    """
    codes = np.linspace(-0.9, 0.9, checks.integer(n, "n", 2))[:, None]
    return codes, 2 * codes.T, -(codes[:, 0] ** 2)


def hypercube(n):
    """n corners of the cube with sides from -1 to 1 in ceil(log2 n) dimensions, (n, ceil(log2 n)): n in binary."""
    k = (checks.integer(n, "n", 2) - 1).bit_length()
    return 2.0 * (np.arange(n)[:, None] >> np.arange(k) & 1) - 1


def spherical_code(n, k, seed=0):
    """n unit vectors in k dimensions, (n, k), as far from each other as descent from a random start brings them.

    Minimises log sum exp(s c) over the cosines c of all pairs, in stages of growing s: in the end only the closest
    pair counts. Finding the best such code is Tammes' problem; this finds a good one.
    """
    n, k = checks.integer(n, "n", 2), checks.integer(k, "k", 2)
    points = checks.generator(seed).standard_normal((n, k))
    pairs = ~np.eye(n, dtype=bool)

    def energy(flat, sharpness):
        free = flat.reshape(n, k)
        size = np.linalg.norm(free, axis=1, keepdims=True)
        unit = free / size
        cosines = np.where(pairs, unit @ unit.T, -1)
        largest = cosines.max()
        weight = np.where(pairs, np.exp(sharpness * (cosines - largest)), 0)
        total = weight.sum()
        slope = 2 * weight @ unit / total  # by the unit vectors; only its part along the sphere counts
        slope = (slope - (slope * unit).sum(axis=1, keepdims=True) * unit) / size
        return largest + np.log(total) / sharpness, slope.ravel()

    for sharpness in 4.0 ** np.arange(1, 7):
        points = minimize(energy, points.ravel(), args=(sharpness,), jac=True, method="L-BFGS-B").x.reshape(n, k)
        points /= np.linalg.norm(points, axis=1, keepdims=True)
    return points


def narrow(n, k, middle=None, bias=False, seeds=0):
    """Networks n-k-n to be trained, one a seed: `middle` stands between the codes and what is made of them.

    middle: layers, () for none; by default a tanh. bias: whether the outputs have one. seeds: as of `Network`.
    """
    middle = [Tanh()] if middle is None else middle
    return Network(Dense(n, k, bias=False, scale=0.5), *middle, Dense(k, n, bias=bias, scale=0.5), seeds=seeds)


def hand_made(codes, directions, bias=None):
    """The network input -> tanh neck -> output with these codes, directions and biases.

    codes: (n, k), between -1 and 1, for tanh reaches no more. directions: (k, n). bias: (n,), or None for none.
    """
    codes, directions = checks.finite_array(codes, "codes"), checks.finite_array(directions, "directions")
    if codes.ndim != 2:
        raise ValueError(f"codes must have shape (n, k), got {codes.shape}")
    if np.abs(codes).max() >= 1:
        raise ValueError(f"codes must lie between -1 and 1, which tanh never reaches, got {np.abs(codes).max():g}")
    if directions.ndim != 2 or len(directions) != codes.shape[1]:
        raise ValueError(f"directions must have shape ({codes.shape[1]}, n), got {directions.shape}")
    out = {"weight": directions} if bias is None else {"weight": directions, "bias": bias}
    layers = Dense(*codes.shape, bias=False), Tanh(), Dense(*directions.shape, bias=bias is not None)
    return Network(*layers, params=[{"weight": np.arctanh(codes)}, {}, out])


# --- what it costs ---


def evenly_rounded(values, bits):
    """Each of the last two axes' matrices, rounded to 2^bits levels, evenly from minus to plus its largest size.

    One bit keeps the sign alone. values: (..., n, m); returns the same shape.
    """
    values, bits = checks.finite_array(values, "values"), checks.positive_integer(bits, "bits")
    if bits > 32:
        raise ValueError(f"bits must be at most 32, got {bits}")
    if values.ndim < 2:
        raise ValueError(f"values must have shape (..., n, m), got {values.shape}")
    largest = np.abs(values).max(axis=(-2, -1), keepdims=True)
    steps = 2**bits - 1
    level = np.clip(np.floor((values / np.where(largest > 0, largest, 1) + 1) / 2 * steps + 0.5), 0, steps)
    return (2 * level / steps - 1) * largest


def fewest_bits(codes, directions, rule, most=16):
    """The smallest number of bits a weight, up to `most`, at which quantised codes and directions still follow the
    rule: integers (*replicas,), most + 1 where none does."""
    codes, directions = checks.finite_array(codes, "codes"), checks.finite_array(directions, "directions")
    if codes.ndim < 2:
        raise ValueError(f"codes must have shape (*replicas, n, k), got {codes.shape}")
    expected = (*codes.shape[:-2], codes.shape[-1])
    if directions.shape[:-1] != expected:
        raise ValueError(f"directions must have shape ({', '.join(map(str, expected))}, n), got {directions.shape}")
    fewest = np.full(codes.shape[:-2], checks.positive_integer(most, "most") + 1)
    for bits in range(most, 0, -1):
        works = margins(evenly_rounded(codes, bits) @ evenly_rounded(directions, bits), rule).min(axis=-1) > 0
        fewest[works] = bits
    return fewest


def rule_bits(n):
    """log2 n!: the bits that tell one permutation of n from all others."""
    return math.lgamma(checks.integer(n, "n", 2) + 1) / math.log(2)


def table_bits(n):
    """n ceil(log2 n): the bits of a list that names each input's output."""
    return n * (checks.integer(n, "n", 2) - 1).bit_length()


def network_bits(n, k, bits):
    """2 n k bits: n codes and n directions of k numbers each."""
    return 2 * checks.integer(n, "n", 2) * checks.positive_integer(k, "k") * checks.positive_integer(bits, "bits")


def convex_lattice_polygon(reach):
    """The largest number of corners of a strictly convex polygon whose corners have integer coordinates from -reach
    to reach.

    Its edges have different directions and sum to zero. An edge as short as its direction allows leaves most room, so
    that it is enough to choose among the steps (dx, dy) without a common divisor: as many as fit into the square.
    """
    side = 2 * checks.positive_integer(reach, "reach")
    span = range(-side, side + 1)
    steps = [(dx, dy) for dx in span for dy in span if math.gcd(dx, dy) == 1]
    most = {(0, 0, 0, 0): 0}  # edges chosen so far, by how far they go right, left, up and down
    for dx, dy in steps:
        for gone, edges in list(most.items()):
            there = (gone[0] + max(dx, 0), gone[1] + max(-dx, 0), gone[2] + max(dy, 0), gone[3] + max(-dy, 0))
            if max(there) <= side:
                most[there] = max(most.get(there, 0), edges + 1)
    return max(edges for (right, left, up, down), edges in most.items() if right == left and up == down)
