"""Small data sets: inputs (n, features) and, where there are classes, integer labels (n,)."""

from functools import cache
from pathlib import Path
from zlib import crc32

import numpy as np
from sklearn.datasets import load_digits, load_sample_images
from sklearn.model_selection import train_test_split

from .. import checks

MNIST = Path(__file__).parents[1] / "data" / "mnist_5k.csv.gz"  # README.md beside it says where it comes from


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
    x, y = _read("scikit-learn's digits", lambda: load_digits(return_X_y=True), (1797, 64), most=16)
    return x / 16, y


def _read(name, load, shape, most):
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
    return _split(x, y, n_test, seed)


def _split(x, y, n_test, seed):
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


@cache
def _photographs():
    """The two photographs that scikit-learn ships, in grey, from 0 to 1, by name."""
    try:
        shipped = load_sample_images()
        colours = {Path(name).stem: picture for name, picture in zip(shipped.filenames, shipped.images)}
        grey = {name: colours[name] @ (0.299, 0.587, 0.114) / 255 for name in ("china", "flower")}
    except (OSError, KeyError, ValueError) as error:
        raise ValueError(f"scikit-learn's photographs cannot be read ({error}); install it again") from error
    return grey


def patches(test="flower"):
    """Squares of 8 x 8 grey pixels, from 0 to 1, of the two photographs that scikit-learn ships.

    test: "flower" or "china", the photograph that is tested on, the other one being trained on; or "right", for the
    right halves of both, trained on the left ones. Squares do not overlap. They begin at the fifth pixel, for the
    photographs are JPEG, which itself cuts them into squares of 8 x 8: the cosine transform should find none of its
    own work. Grey is 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601).

    Returns x_train, x_test, each (4108, 64) or, for "right", (4056, 64): there are no labels.
    """
    checks.one_of(test, "test", ("flower", "china", "right"))
    pictures = {name: picture[4:, 4:] for name, picture in _photographs().items()}
    if test == "right":
        halves = [np.hsplit(picture[:, :-4], 2) for picture in pictures.values()]
        return tuple(np.concatenate([_squares(half) for half in side]) for side in zip(*halves))
    return _squares(pictures["china" if test == "flower" else "flower"]), _squares(pictures[test])


def _squares(picture, side=8):
    """A picture (height, width) as rows of pixels, one a square: (n, side^2). What is left at the edges goes."""
    height, width = (length // side for length in picture.shape)
    cut = picture[: height * side, : width * side].reshape(height, side, width, side)
    return cut.swapaxes(1, 2).reshape(-1, side * side)


@cache
def _mnist(side):
    def load():
        rows = np.loadtxt(MNIST, np.uint8, delimiter=",")
        return rows[:, :-1], rows[:, -1].astype(int)

    x, y = _read(MNIST.name, load, (5000, 784), most=255)
    block = 28 // side
    return x.reshape(-1, side, block, side, block).mean(axis=(2, 4)).reshape(-1, side * side) / 255, y


def mnist(seed=0, n_test=1000, *, side=14, locked=False):
    """5000 digits of MNIST (LeCun et al., 1998), which this package ships, in a stratified split.

    They are the first 500 of each digit in MNIST's training part. Who wrote them is not told, so writers of the test
    may be in the training, too. side: 28, the pixels as they are, or 14 or 7, the means of squares of them.
    locked: as in `digits_by_writer`; the last hundred of each digit, which stand in no other split.

    Returns x_train (4000 - n_test, side^2) from 0 to 1, y_train, x_test (n_test, side^2), y_test; locked, 4000 and
    1000 of them.
    """
    seed, n_test = checks.integer(seed, "seed", 0), checks.positive_integer(n_test, "n_test")
    x, y = _mnist(checks.one_of(side, "side", (28, 14, 7)))
    last = np.zeros(len(y), bool)
    for digit in range(10):
        last[np.flatnonzero(y == digit)[-100:]] = True
    if checks.one_of(locked, "locked", (True, False)):
        return x[~last], y[~last], x[last], y[last]
    if not 10 <= n_test <= 3990:
        raise ValueError(f"n_test must leave both parts one of each digit, so from 10 to 3990, got {n_test}")
    return _split(x[~last], y[~last], n_test, seed)
