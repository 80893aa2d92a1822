"""Data sets: the shapes, classes and geometry that they promise, and the same again for the same seed."""

import hashlib
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from common import complains
from hypothesis import example, given
from hypothesis import strategies as st
from sklearn.datasets import load_digits, load_sample_image
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from hourglass import datasets

CLOUDS = [datasets.blobs, datasets.moons, datasets.spirals]
each_cloud = pytest.mark.parametrize("cloud", CLOUDS)
sizes = st.integers(1, 50)


@each_cloud
@given(n=sizes, seed=st.integers(0, 2**32 - 1))
def test_clouds_are_pairs_of_points_and_labels(cloud, n, seed):
    x, y = cloud(n, seed=seed)
    assert x.shape == (n, 2)
    assert np.isfinite(x).all()
    assert np.bincount(y, minlength=2).tolist() == [(n + 1) // 2, n // 2]
    again, labels = cloud(n, seed=seed)
    np.testing.assert_array_equal(x, again)
    np.testing.assert_array_equal(y, labels)
    assert (cloud(n, seed=seed + 1)[0] != x).all()


@pytest.mark.parametrize(
    ("cloud", "options"),
    [
        (datasets.blobs, {"distance": 3}),
        (datasets.moons, {"noise": 0.2, "flips": 0}),
        (datasets.spirals, {"turns": 1, "noise": 0.05}),
    ],
)
def test_what_is_not_said_has_a_usual_value(cloud, options):
    np.testing.assert_array_equal(cloud(9)[0], cloud(9, seed=0, **options)[0])


@pytest.mark.parametrize("distance", [0, 3, 8])
def test_blobs_are_round_and_as_far_apart_as_told(distance):
    x, y = datasets.blobs(40_000, distance)
    centres = [x[y == label].mean(axis=0) for label in (0, 1)]
    np.testing.assert_allclose(centres[1] - centres[0], np.full(2, distance / np.sqrt(2)), atol=0.05)
    np.testing.assert_allclose(centres[1] + centres[0], 0, atol=0.05)
    np.testing.assert_allclose(np.cov(x[y == 0].T), np.eye(2), atol=0.05)


def test_moons_without_noise_are_half_circles():
    x, y = datasets.moons(400, noise=0)
    upper, lower = x[y == 0] + [0.5, 0.25], [1, 0.5] - (x[y == 1] + [0.5, 0.25])
    for moon in (upper, lower):
        np.testing.assert_allclose(np.hypot(*moon.T), 1)
        assert (moon[:, 1] >= 0).all()
    np.testing.assert_allclose(x.mean(axis=0), 0, atol=0.1)


def test_noise_has_its_standard_deviation():
    for cloud in (datasets.moons, datasets.spirals):
        noise = (cloud(20_000, noise=0.3)[0] - cloud(20_000, noise=0)[0]).ravel()
        assert noise.std() == pytest.approx(0.3, rel=0.02)
        assert noise.mean() == pytest.approx(0, abs=0.01)


@example(n=9, flips=1)
@given(n=sizes, flips=st.floats(0, 1))
def test_flips_turn_their_share_of_the_labels(n, flips):
    (x, clean), (same, turned) = datasets.moons(n), datasets.moons(n, flips=flips)
    np.testing.assert_array_equal(x, same)
    assert np.sum(turned == 1 - clean) == round(flips * n)
    assert np.sum(turned == clean) == n - round(flips * n)


@pytest.mark.parametrize("turns", [0.5, 1, 2])
def test_spirals_without_noise_wind_once_a_turn(turns):
    x, y = datasets.spirals(400, turns=turns, noise=0)
    radius = np.hypot(*x.T)
    angle = 2 * np.pi * turns * radius + np.pi * y
    np.testing.assert_allclose(x, radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1), atol=1e-12)
    assert 0.9 < radius.max() <= 1
    assert np.mean(radius < np.sqrt(0.5)) == pytest.approx(0.5, abs=0.1), "even over the disc"


def test_digits_are_those_of_scikit_learn_split_evenly_over_classes():
    x_train, y_train, x_test, y_test = datasets.digits()
    assert (x_train.shape, x_test.shape) == ((1200, 64), (597, 64))
    assert (x_train.min(), x_train.max()) == (0, 1)
    pixels, labels = load_digits(return_X_y=True)
    both = np.column_stack([np.concatenate([x_train, x_test]) * 16, np.concatenate([y_train, y_test])])
    np.testing.assert_array_equal(np.unique(both, axis=0), np.unique(np.column_stack([pixels, labels]), axis=0))
    assert len(both) == len(pixels)
    np.testing.assert_allclose(np.bincount(y_test) / 597, np.bincount(labels) / 1797, atol=0.002)
    assert LogisticRegression(max_iter=1000).fit(x_train, y_train).score(x_test, y_test) > 0.9


def test_digits_are_split_by_the_seed_and_are_the_readers_own():
    first = datasets.digits()
    np.testing.assert_array_equal(first[0], datasets.digits(seed=0)[0])
    assert (first[1] != datasets.digits(seed=1)[1]).any()
    assert [len(datasets.digits(n_test=n)[2]) for n in (10, 1787)] == [10, 1787]
    kept = first[0].copy()
    first[0][...] = 7
    np.testing.assert_array_equal(datasets.digits()[0], kept)


# --- writers ---------------------------------------------------------------------------------------------------------

OPEN, LOCKED = set(range(11)), {11, 12, 13}


def hands(pictures):
    """Who wrote them: looked up in scikit-learn's file, where no two are alike."""
    whose = {drawing.tobytes(): hand for drawing, hand in zip(load_digits().data / 16, datasets.writers(), strict=True)}
    assert len(whose) == 1797
    return np.array([whose[picture.tobytes()] for picture in pictures])


def test_each_writer_filled_in_the_same_form_and_left_out_a_few_digits():
    labels, writer = load_digits().target, datasets.writers()
    form = labels[writer == 0].tolist()
    assert form[:30] == 3 * [*range(10)] and len(form) == 130
    assert np.unique(writer).tolist() == [*range(14)] and (np.diff(writer) >= 0).all()
    for hand in range(14):
        written, rest = labels[writer == hand].tolist(), iter(form)
        if hand == 2:  # who drew a three where the form ends with an eight
            assert written[-1] == 3
            written[-1] = 8
        assert 122 <= len(written) <= 130 and all(label in rest for label in written), "in the order of the form"


def test_a_hand_is_known_among_fourteen():
    """By chance the nearest drawing would be of the same hand once in fourteen."""
    pixels, writer = load_digits().data, datasets.writers()
    hit = [
        KNeighborsClassifier(1).fit(pixels[i::2], writer[i::2]).score(pixels[1 - i :: 2], writer[1 - i :: 2])
        for i in (0, 1)
    ]
    assert min(hit) > 0.4


@given(seed=st.integers(0, 2**32 - 1), n_test=st.integers(1, 8))
def test_who_wrote_for_the_test_wrote_nothing_for_the_training(seed, n_test):
    x_train, y_train, x_test, y_test = datasets.digits_by_writer(seed, n_test)
    train, test = set(hands(x_train)), set(hands(x_test))
    assert len(test) == n_test and train | test == OPEN and not train & test
    for part, labels in ((x_train, y_train), (x_test, y_test)):
        looked_up = {drawing.tobytes(): label for drawing, label in zip(load_digits().data / 16, load_digits().target)}
        assert [looked_up[picture.tobytes()] for picture in part] == labels.tolist()
    x, _, x_tune, _ = datasets.digits_by_writer(seed, n_test, tuning=True)
    assert set(hands(x)) | set(hands(x_tune)) == train and len(set(hands(x_tune))) == 2
    assert not set(hands(x)) & set(hands(x_tune))


@given(seed=st.integers(0, 2**32 - 1), mixed=st.booleans(), tuning=st.booleans())
def test_parts_of_all_seeds_are_of_one_size_and_lose_few_drawings(seed, mixed, tuning):
    parts = datasets.digits_by_writer(seed, mixed=mixed, tuning=tuning)
    assert [len(part) for part in parts] == ([765, 765, 249, 249] if tuning else [1025, 1025, 377, 377])
    pictures = {picture.tobytes() for picture in np.concatenate(parts[::2])}
    assert len(pictures) == len(parts[0]) + len(parts[2]), "none twice"
    for one, other in zip(parts, datasets.digits_by_writer(seed, mixed=mixed, tuning=tuning)):
        np.testing.assert_array_equal(one, other)


def test_mixed_splits_have_all_hands_on_both_sides_and_tune_on_their_training_alone():
    x_train, _, x_test, _ = datasets.digits_by_writer(5, mixed=True)
    assert set(hands(x_train)) == set(hands(x_test)) == OPEN
    x, _, x_tune, _ = datasets.digits_by_writer(5, mixed=True, tuning=True)
    unseen = {picture.tobytes() for picture in x_test}
    assert not unseen & {picture.tobytes() for picture in np.concatenate([x, x_tune])}


def test_the_locked_writers_stand_in_one_split_alone():
    x_train, y_train, x_test, y_test = datasets.digits_by_writer(locked=True)
    assert (set(hands(x_train)), set(hands(x_test))) == (OPEN, LOCKED)
    assert (len(x_train), len(y_train), len(x_test), len(y_test)) == (1415, 1415, 382, 382)


def test_other_seeds_draw_other_writers():
    assert len({frozenset(hands(datasets.digits_by_writer(seed)[2])) for seed in range(8)}) > 4


# --- photographs and larger digits -----------------------------------------------------------------------------------


def test_patches_are_squares_of_the_grey_photographs():
    red, green, blue = np.moveaxis(load_sample_image("china.jpg") / 255, -1, 0)
    grey = 0.299 * red + 0.587 * green + 0.114 * blue
    china, flower = datasets.patches()
    assert china.shape == flower.shape == (52 * 79, 64)
    np.testing.assert_allclose(china[79 * 2 + 5].reshape(8, 8), grey[4 + 16 : 4 + 24, 4 + 40 : 4 + 48], atol=1e-15)
    assert 0 <= min(china.min(), flower.min()) and max(china.max(), flower.max()) <= 1
    for part, other in zip(datasets.patches("china"), (flower, china)):
        np.testing.assert_array_equal(part, other)


def test_right_halves_begin_where_left_halves_end():
    left, right = datasets.patches("right")
    assert left.shape == right.shape == (2 * 52 * 39, 64)
    grey = load_sample_image("china.jpg") / 255 @ (0.299, 0.587, 0.114)
    np.testing.assert_allclose(left[0].reshape(8, 8), grey[4:12, 4:12], atol=1e-15)
    np.testing.assert_allclose(right[0].reshape(8, 8), grey[4:12, 320:328], atol=1e-15)
    np.testing.assert_allclose(left[39 - 1].reshape(8, 8), grey[4:12, 308:316], atol=1e-15)


def test_mnist_is_pooled_and_its_last_pictures_are_locked():
    (x, y, x_test, y_test), whole = datasets.mnist(), datasets.mnist(side=28)
    assert [part.shape for part in (x, y, x_test, y_test)] == [(3000, 196), (3000,), (1000, 196), (1000,)]
    assert np.bincount(y).tolist() == 10 * [300] and np.bincount(y_test).tolist() == 10 * [100]
    np.testing.assert_allclose(x[7, 14 + 6], whole[0][7].reshape(28, 28)[2:4, 12:14].mean())
    assert (whole[0].min(), whole[0].max()) == (0, 1)
    train, _, locked, answers = datasets.mnist(locked=True)
    assert (len(train), np.bincount(answers).tolist()) == (4000, 10 * [100])
    shut = {picture.tobytes() for picture in locked}
    assert not shut & {picture.tobytes() for picture in np.concatenate([x, x_test])}
    assert (datasets.mnist(1)[1] != y).any()


def test_mnist_begins_as_its_training_part_does():
    """The first five and the first nought of MNIST's training part have these rows."""
    train, labels, _, _ = datasets.mnist(side=28, locked=True)
    five, nought = (255 * train[labels == digit][0].reshape(28, 28) for digit in (5, 0))
    np.testing.assert_allclose(five[5, 12:24], [3, 18, 18, 18, 126, 136, 175, 26, 166, 255, 247, 127])
    np.testing.assert_allclose(nought[4, 15:20], [51, 159, 253, 159, 50])


def test_a_reader_may_write_into_what_he_is_given():
    for load in (datasets.digits_by_writer, datasets.patches, datasets.mnist, lambda: datasets.mnist(locked=True)):
        first = load()[0]
        kept = first.copy()
        first[...] = 7
        np.testing.assert_array_equal(load()[0], kept)


@pytest.fixture
def afresh():
    """Nothing is remembered, before and after."""
    caches = datasets._digits, datasets._photographs, datasets._mnist
    for remembered in caches:
        remembered.cache_clear()
    yield
    for remembered in caches:
        remembered.cache_clear()


def gone(*args, **options):
    raise FileNotFoundError("no such file")


def test_what_is_missing_or_damaged_is_told(afresh, monkeypatch):
    x, y = load_digits(return_X_y=True)
    spoiled = x.copy()
    spoiled[3, 3] = np.nan
    asked = "scikit-learn's digits must be pictures of shape (1797, 64) from 0 to 16 of all ten digits, got"
    for found, message in (
        ((x[:-1], y[:-1]), f"{asked} (1796, 64) from 0.0 to 16.0"),
        ((2 * x, y), f"{asked} (1797, 64) from 0.0 to 32.0"),
        ((spoiled, y), f"{asked} (1797, 64) from nan to nan"),
        ((x, np.minimum(y, 8)), asked),
        ((x[:0], y[:0]), f"{asked} (0, 64)"),
    ):
        monkeypatch.setattr(datasets, "load_digits", lambda return_X_y: found)  # noqa: B023
        with complains(ValueError, message):
            datasets.digits_by_writer()
    monkeypatch.setattr(datasets, "load_digits", gone)
    with complains(ValueError, "scikit-learn's digits cannot be read (no such file); install"):
        datasets.digits()
    monkeypatch.setattr(datasets, "load_sample_images", gone)
    with complains(ValueError, "scikit-learn's photographs cannot be read (no such file); install"):
        datasets.patches()
    monkeypatch.setattr(datasets, "load_sample_images", lambda: SimpleNamespace(filenames=["a/china.jpg"], images=[x]))
    with complains(ValueError, "scikit-learn's photographs"):
        datasets.patches()


def test_writers_that_do_not_fit_the_drawings_are_told(afresh, monkeypatch):
    x, y = load_digits(return_X_y=True)
    monkeypatch.setattr(datasets, "load_digits", lambda return_X_y: (x[::-1], y[::-1]))
    assert len(datasets.digits()[0]) == 1200
    with complains(
        ValueError, "writers are told by the order of scikit-learn's digits, and the labels come in another"
    ):
        datasets.digits_by_writer()


def test_mnist_is_the_file_that_was_vendored_and_a_damaged_one_is_told(afresh, monkeypatch, tmp_path):
    contents = datasets.MNIST.read_bytes()
    assert hashlib.sha256(contents).hexdigest() in (datasets.MNIST.parent / "README.md").read_text()
    damaged = tmp_path / "mnist.csv.gz"
    monkeypatch.setattr(datasets, "MNIST", damaged)
    with complains(ValueError, "mnist.csv.gz cannot be read"):
        datasets.mnist()
    damaged.write_bytes(contents[:1000])
    with complains(ValueError, "mnist.csv.gz cannot be read (Compressed file ended"):
        datasets.mnist()


NUMBERS = [
    (0, ValueError, "n must be at least 1, got 0"),
    (-2, ValueError, "n must be at least 1, got -2"),
    (2.5, TypeError, "n must be an integer, got 2.5"),
    ("9", TypeError, "n must be an integer, got '9'"),
    (True, TypeError, "n must be an integer, got True"),
]


@each_cloud
@pytest.mark.parametrize(("n", "error", "message"), NUMBERS)
def test_clouds_complain_about_their_size(cloud, n, error, message):
    with complains(error, message):
        cloud(n)


SPLITS = [datasets.digits, datasets.digits_by_writer, datasets.mnist]


@pytest.mark.parametrize("function", [*(partial(cloud, 9) for cloud in CLOUDS), *SPLITS])
@pytest.mark.parametrize(
    ("seed", "error", "message"),
    [
        (-1, ValueError, "seed must be at least 0, got -1"),
        (0.5, TypeError, "seed must be an integer, got 0.5"),
        (None, TypeError, "seed must be an integer, got None"),
        (True, TypeError, "seed must be an integer, got True"),
    ],
)
def test_all_complain_about_their_seed(function, seed, error, message):
    with complains(error, message):
        function(seed=seed)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: datasets.blobs(9, distance="far"), TypeError, "distance must be a number, got 'far'"),
        (lambda: datasets.blobs(9, distance=np.nan), ValueError, "distance must be finite in float64, got nan"),
        (lambda: datasets.moons(9, noise=-1), ValueError, "noise must be at least 0, got -1"),
        (lambda: datasets.moons(9, flips=1.5), ValueError, "flips must be at most 1, got 1.5"),
        (lambda: datasets.moons(9, flips=-0.5), ValueError, "flips must be at least 0, got -0.5"),
        (lambda: datasets.spirals(9, noise=-1), ValueError, "noise must be at least 0, got -1"),
        (lambda: datasets.spirals(9, turns="two"), TypeError, "turns must be a number, got 'two'"),
        (lambda: datasets.digits(n_test=0), ValueError, "n_test must be at least 1, got 0"),
        (lambda: datasets.digits(n_test=1790), ValueError, "from 10 to 1787, got 1790"),
        (lambda: datasets.digits(n_test=9), ValueError, "from 10 to 1787, got 9"),
        (lambda: datasets.digits(n_test=0.3), TypeError, "n_test must be an integer, got 0.3"),
        (lambda: datasets.digits_by_writer(n_test=0), ValueError, "n_test must be at least 1, got 0"),
        (lambda: datasets.digits_by_writer(n_test=11), ValueError, "be from 1 to 10, got 11"),
        (lambda: datasets.digits_by_writer(n_test=9, tuning=True), ValueError, "be from 1 to 8, got 9"),
        (lambda: datasets.digits_by_writer(locked=1.5), ValueError, "locked must be one of True, False, got 1.5"),
        (lambda: datasets.digits_by_writer(locked=True, tuning=True), ValueError, "locked excludes n_test, tuning and"),
        (lambda: datasets.digits_by_writer(n_test=2, locked=True), ValueError, "locked excludes n_test, tuning and"),
        (lambda: datasets.patches("moon"), ValueError, "test must be one of 'flower', 'china', 'right', got 'moon'"),
        (lambda: datasets.mnist(n_test=3995), ValueError, "from 10 to 3990, got 3995"),
        (lambda: datasets.mnist(side=5), ValueError, "side must be one of 28, 14, 7, got 5"),
        (lambda: datasets.mnist(locked="yes"), ValueError, "locked must be one of True, False, got 'yes'"),
    ],
)
def test_data_sets_complain(make, error, message):
    with complains(error, message):
        make()
