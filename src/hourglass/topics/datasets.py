"""Small data sets: inputs (n, features) and, where there are classes, integer labels (n,)."""

from functools import cache
from zlib import crc32

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from ..engine import checks


def blobs(n, distance=3.0, seed=0):
    """Two round normal clouds of standard deviation 1, their centres `distance` apart on the diagonal."""
    rng, n = checks.generator(seed), checks.positive_integer(n, "n")
    labels = np.arange(n) % 2
    centres = np.outer(2 * labels - 1, np.full(2, checks.number(distance, "distance") / np.sqrt(8)))
    return centres + rng.standard_normal((n, 2)), labels


def moons(n, noise=0.2, flips=0.0, seed=0):
    """Two interlocking half circles with normal noise; a share `flips` of the labels is turned to the other class."""
    rng, n = checks.generator(seed), checks.positive_integer(n, "n")
    flips = checks.number(flips, "flips", at_least=0, at_most=1)
    labels = np.arange(n) % 2
    angle = np.pi * rng.random(n)
    x = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    x[labels == 1] = [1.0, 0.5] - x[labels == 1]
    x += checks.number(noise, "noise", at_least=0) * rng.standard_normal((n, 2)) - [0.5, 0.25]
    turned = rng.permutation(n)[: round(flips * n)]
    labels[turned] = 1 - labels[turned]
    return x, labels


def spirals(n, turns=1.0, noise=0.05, seed=0):
    """Two spirals, one inside the other, from the centre out to radius 1."""
    rng, n = checks.generator(seed), checks.positive_integer(n, "n")
    labels = np.arange(n) % 2
    radius = np.sqrt(rng.random(n))
    angle = 2 * np.pi * checks.number(turns, "turns") * radius + np.pi * labels
    x = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return x + checks.number(noise, "noise", at_least=0) * rng.standard_normal((n, 2)), labels


@cache
def _digits():
    x, y = read("scikit-learn's digits", lambda: load_digits(return_X_y=True), (1797, 64), most=16)
    return x / 16, y


def read(name, load, shape, most):
    """What `load` brings, checked: pictures (n, pixels) from 0 to `most`, and their digits (n,)."""
    try:
        x, y = load()
    except (OSError, EOFError, ValueError) as error:  # a file that is not there, cut short, or something else
        raise ValueError(f"{name} cannot be read ({error}); install the package that ships them again") from error
    found = f"{x.shape} from {x.min()} to {x.max()}" if x.size else f"{x.shape}"
    if x.shape != shape or not (0 <= x.min() <= x.max() <= most) or set(y) != set(range(10)) or len(y) != len(x):
        raise ValueError(f"{name} must be pictures of shape {shape} from 0 to {most} of all ten digits, got {found}")
    return x, y


def digits(seed=0, n_test=597):
    """The 1797 handwritten digits that scikit-learn ships, 8 x 8 pixels from 0 to 1, in a stratified split.

    Returns x_train (1797 - n_test, 64), y_train, x_test (n_test, 64), y_test. They come from the UCI repository's
    "Optical recognition of handwritten digits" (Alpaydin and Kaynak, 1998), there as counts from 0 to 16. Every writer
    of the test is in the training, too; `digits_by_writer` keeps them apart.
    """
    seed, n_test = checks.integer(seed, "seed", 0), checks.positive_integer(n_test, "n_test")
    x, y = _digits()
    if not 10 <= n_test <= len(x) - 10:
        raise ValueError(f"n_test must leave both parts one of each digit, so from 10 to {len(x) - 10}, got {n_test}")
    return split(x, y, n_test, seed)


def split(x, y, n_test, seed):
    """A stratified split: x_train, y_train, x_test, y_test."""
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=n_test, random_state=seed, stratify=y)
    return x_train, y_train, x_test, y_test


# All writers filled in the same form of 130 digits, which begins 0123456789 three times over: the labels alone tell
# where each form begins in the file. Thirteen people wrote fourteen forms, so one of them wrote two; the file does not
# say who, and no two forms look like one hand.
FORMS = (0, 130, 256, 386, 516, 646, 776, 906, 1029, 1157, 1287, 1415, 1545, 1667)
LOCKED = (11, 12, 13)  # the last three, whoever wrote them
ORDER = 0xF86FC929  # checksum of the labels in the file's order, without which no form can be told


def writers():
    """Which of the fourteen forms, 0 to 13, each of scikit-learn's digits stands on, in the file's order: (1797,)."""
    _, y = _digits()
    if crc32(y.astype(np.uint8)) != ORDER:
        raise ValueError("writers are told by the order of scikit-learn's digits, and the labels come in another one")
    return np.searchsorted(FORMS, np.arange(len(y)), side="right") - 1


def digits_by_writer(seed=0, n_test=3, *, tuning=False, mixed=False, locked=False):
    """The digits as in `digits`, divided between writers: who wrote for the test wrote nothing for the training.

    n_test: writers of the test, drawn from the eleven that are not locked; the others train. Some drawings are left
    out, since most forms lack a few, so that the parts of all seeds are of one size and stack as replicas.
    tuning: to choose settings by; the training writers of that seed divided once more, two of them for the test.
    mixed: to compare with; as many drawings of the same eleven, whoever wrote them.
    locked: for a last table that no choice has seen; three writers who stand in no other split, and all eleven others
    to train on, 1415 and 382 drawings. Nothing is drawn then.

    Returns x_train, y_train, x_test, y_test; unless told otherwise, 1025 and 377 drawings. ValueError if one part has
    no writer.
    """
    seed, n_test = checks.integer(seed, "seed", 0), checks.positive_integer(n_test, "n_test")
    for name, value in (("tuning", tuning), ("mixed", mixed), ("locked", locked)):
        checks.one_of(value, name, (True, False))
    if locked and (tuning or mixed or n_test != len(LOCKED)):
        raise ValueError("locked excludes n_test, tuning and mixed: the locked writers are for one table only")
    (x, y), writer = _digits(), writers()
    free = ~np.isin(writer, LOCKED)
    if locked:
        return x[free], y[free], x[~free], y[~free]
    rng, x, y, writer = np.random.default_rng(seed), x[free], y[free], writer[free]
    names, sizes = np.unique(writer, return_counts=True)
    most = len(names) - (3 if tuning else 1)
    if n_test > most:
        raise ValueError(f"n_test must leave writers to train on, so be from 1 to {most}, got {n_test}")
    if mixed:
        writer = rng.permutation(writer)
    drawn = rng.permutation(names)
    test, train = drawn[:n_test], drawn[n_test:]
    if tuning:
        test, train = train[:2], train[2:]
    fewest = np.sort(sizes).cumsum()  # drawings that so many writers have, whoever they are
    parts = [rng.permutation(np.flatnonzero(np.isin(writer, who)))[: fewest[len(who) - 1]] for who in (train, test)]
    return tuple(data[rows] for rows in parts for data in (x, y))
