"""Estimators: they keep scikit-learn's contract, the linear one finds the principal components, a frozen encoder stays
as it was, and steps made in parts are the steps of training by hand."""

import copy
import functools
import pickle

import numpy as np
import polars
import pytest
from common import complains, random_network, seeded, unchanged
from scipy.linalg import subspace_angles
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import estimator_html_repr
from sklearn.utils.estimator_checks import parametrize_with_checks
from tqdm import tqdm

import hourglass as hg
from hourglass import Autoencoder, NetworkClassifier

BRIEF = dict(epochs=3, random_state=0)
LONGER = dict(epochs=60, learning_rate=0.03, random_state=0)  # enough for three clouds
NAMES = np.array(["ash", "beech", "cedar"])


def rows(n=60, n_features=4, seed=0, dtype=np.float64):
    """Three clouds, and the number of each row's."""
    rng = seeded(seed)
    labels = np.arange(n) % 3
    centres = 2 * rng.normal(size=(3, n_features))
    return (centres[labels] + rng.normal(size=(n, n_features))).astype(dtype), labels


def trained_encoder(n_features=4, **options):
    return random_network(hg.Dense(n_features, 3), hg.Tanh(), hg.Dense(3, 2), hg.Tanh(), **options)


def parameters(estimator):
    return estimator.network_.parameters.copy()


KINDS = [
    Autoencoder(2, hidden=(5,), **BRIEF),
    Autoencoder(2, hidden=(), noise=0.1, activation="relu", **BRIEF),
    Autoencoder(2, hidden=(5,), beta=0.1, **BRIEF),
    NetworkClassifier((5,), **BRIEF),
    NetworkClassifier((), encoder=trained_encoder(), frozen=True, **BRIEF),
    NetworkClassifier((5,), encoder=trained_encoder(), activation="sigmoid", weight_decay=0.1, **BRIEF),
]
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind).replace("\n", ""))
each_class = pytest.mark.parametrize("kind", [Autoencoder, NetworkClassifier])

# --- scikit-learn's contract -----------------------------------------------------------------------------------------


@parametrize_with_checks(
    [
        *(Autoencoder(), Autoencoder(hidden=(), noise=0.1), Autoencoder(beta=0.01)),
        *(NetworkClassifier(), NetworkClassifier(hidden=(), learning_rate=0.1)),
    ]
)
def test_scikit_learn_has_nothing_to_complain_about(estimator, check):
    check(estimator)


@each_kind
def test_the_same_random_state_gives_the_same_network(kind):
    X, y = rows()
    first, second, other = (clone(kind).set_params(random_state=seed).fit(X, y) for seed in (3, 3, 4))
    np.testing.assert_array_equal(parameters(first), parameters(second))
    assert first.loss_curve_ == second.loss_curve_ != other.loss_curve_
    learnt = first.network_.layers[-1].params["weight"]
    assert (learnt != other.network_.layers[-1].params["weight"]).all()


@each_kind
def test_without_a_random_state_networks_differ(kind):
    X, y = rows()
    first, second = (clone(kind).set_params(random_state=None).fit(X, y) for _ in range(2))
    assert first.loss_curve_ != second.loss_curve_


@each_kind
def test_weights_and_order_come_from_different_seeds_of_the_random_state(kind):
    """A generator goes on: a second fit with it is another one, and a new generator repeats the first."""
    X, y = rows()
    shared = np.random.RandomState(3)
    first, second = (parameters(clone(kind).set_params(random_state=shared).fit(X, y)) for _ in range(2))
    again = parameters(clone(kind).set_params(random_state=np.random.RandomState(3)).fit(X, y))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, second)


@each_kind
def test_data_stay_as_they_are(kind):
    X, y = rows()
    before = X.copy(), y.copy()
    clone(kind).fit(X, y).score(X, y)
    np.testing.assert_array_equal(X, before[0])
    np.testing.assert_array_equal(y, before[1])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_autoencoder_keeps_the_precision_of_the_data(dtype):
    X, _ = rows(dtype=dtype)
    auto = Autoencoder(2, **BRIEF).fit(X)
    codes = auto.transform(X)
    assert codes.dtype == auto.inverse_transform(codes).dtype == dtype
    assert auto.network_.dtype == auto.encoder_.dtype == auto.decoder_.dtype == dtype


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_classifier_keeps_the_precision_of_the_data(n_classes, dtype):
    X, y = rows(dtype=dtype)
    classifier = NetworkClassifier((5,), **BRIEF).fit(X[y < n_classes], y[y < n_classes])
    assert classifier.network_.dtype == dtype
    assert classifier.predict_proba(X).dtype == dtype


def test_integers_and_lists_do_as_well_as_arrays():
    X, y = rows()
    X = X.round().astype(int)
    expected = parameters(NetworkClassifier((5,), **BRIEF).fit(X.astype(float), y))
    np.testing.assert_array_equal(parameters(NetworkClassifier((5,), **BRIEF).fit(X.tolist(), y.tolist())), expected)


@each_kind
def test_a_pickle_works_like_what_was_pickled(kind):
    X, y = rows()
    fitted = clone(kind).fit(X, y)
    twin = pickle.loads(pickle.dumps(fitted))
    ask = "transform" if hasattr(kind, "transform") else "predict_proba"
    np.testing.assert_array_equal(getattr(twin, ask)(X), getattr(fitted, ask)(X))
    assert twin.score(X, y) == fitted.score(X, y)


def test_a_pickle_goes_on_where_training_stopped():
    X, y = rows()
    partly = NetworkClassifier((5,), random_state=0).partial_fit(X, y, classes=[0, 1, 2])
    twin = pickle.loads(pickle.dumps(partly))
    np.testing.assert_array_equal(parameters(twin.partial_fit(X, y)), parameters(partly.partial_fit(X, y)))


@each_kind
def test_a_clone_has_the_same_arguments_and_nothing_learnt(kind):
    X, y = rows()
    fitted = clone(kind).fit(X, y)
    twin = clone(fitted)
    assert not hasattr(twin, "network_")
    assert {k: v for k, v in twin.get_params().items() if k != "encoder"} == {
        k: v for k, v in fitted.get_params().items() if k != "encoder"
    }
    np.testing.assert_array_equal(parameters(twin.fit(X, y)), parameters(fitted))


def test_a_clone_s_encoder_is_a_copy():
    encoder = trained_encoder()
    twin = clone(NetworkClassifier(encoder=encoder)).encoder
    np.testing.assert_array_equal(twin.parameters, encoder.parameters)
    assert repr(twin) == repr(encoder)
    assert not np.shares_memory(twin.parameters, encoder.parameters)


def test_they_stand_in_pipelines():
    X, y = rows()
    X *= [1, 10, 100, 1000]
    line = make_pipeline(StandardScaler(), Autoencoder(3, **BRIEF), NetworkClassifier((8,), **LONGER))
    line.fit(X, NAMES[y])
    scaled = StandardScaler().fit_transform(X)
    codes = Autoencoder(3, **BRIEF).fit_transform(scaled)
    alone = NetworkClassifier((8,), **LONGER).fit(codes, NAMES[y])
    np.testing.assert_array_equal(line.predict_proba(X), alone.predict_proba(codes))
    assert line.score(X, NAMES[y]) > 0.8
    assert clone(line).get_params()["networkclassifier__hidden"] == (8,)


def test_a_grid_finds_that_more_components_rebuild_better():
    X, _ = rows(90, 5)
    grid = GridSearchCV(
        Autoencoder(hidden=(), epochs=60, learning_rate=0.02, random_state=0), {"n_components": [1, 3, 5]}, cv=3
    ).fit(X)
    assert grid.best_params_ == {"n_components": 5}
    assert (np.diff(grid.cv_results_["mean_test_score"]) > 0).all()
    assert grid.best_score_ < 0, "minus an error"


def test_cross_validation_scores_each_part():
    X, y = rows(90)
    scores = cross_val_score(NetworkClassifier((8,), **LONGER), X, NAMES[y], cv=3)
    assert scores.shape == (3,)
    assert scores.min() > 0.8
    scores = cross_val_score(Autoencoder(2, hidden=(), epochs=60, learning_rate=0.02, random_state=0), X, cv=3)
    assert (scores > -X.var()).all(), "better than the mean of everything"


def test_codes_have_names_and_come_as_tables_if_asked_for():
    X, _ = rows()
    auto = Autoencoder(3, **BRIEF).fit(X)
    names = ["autoencoder0", "autoencoder1", "autoencoder2"]
    assert auto.get_feature_names_out().tolist() == names
    plain = auto.transform(X)
    assert isinstance(plain, np.ndarray)
    table = auto.set_output(transform="polars").transform(X)
    assert table.columns == names
    np.testing.assert_array_equal(table.to_numpy(), plain)


@each_kind
def test_columns_of_a_table_must_be_those_of_the_fit(kind):
    X, y = rows()
    table = polars.DataFrame(X, schema=["north", "east", "south", "west"])
    plain, fitted = clone(kind).fit(X, y), clone(kind).fit(table, y)
    assert fitted.feature_names_in_.tolist() == table.columns and not hasattr(plain, "feature_names_in_")
    read = "predict" if hasattr(fitted, "predict") else "transform"
    np.testing.assert_array_equal(getattr(fitted, read)(table), getattr(plain, read)(X))
    with complains(ValueError, "Feature names must be in the same order as they were in fit"):
        getattr(fitted, read)(table[table.columns[::-1]])


@each_kind
def test_notebooks_show_them_as_boxes(kind):
    for estimator in (kind, clone(kind).fit(*rows())):
        page = estimator_html_repr(estimator)
        assert f"{type(kind).__name__}" in page
        assert "sk-estimator" in page
        assert "text/html" in estimator._repr_mimebundle_()


@each_kind
def test_the_loss_curve_has_each_epoch_s_loss_and_falls(kind):
    X, y = rows()
    fitted = clone(kind).set_params(epochs=20).fit(X, y)
    assert len(fitted.loss_curve_) == 20
    assert all(isinstance(loss, float) for loss in fitted.loss_curve_)
    assert fitted.loss_curve_[-1] < fitted.loss_curve_[0]


def by_hand(network, X, y, loss, order, *, epochs, batch_size, learning_rate, **options):
    """Adam, its rate falling in a straight line."""
    optimizer = hg.Adam(learning_rate, **options)
    cooled = [hg.cooling(optimizer, epochs)]
    return hg.train(
        network, X, y, loss=loss, optimizer=optimizer, epochs=epochs, batch_size=batch_size, seed=order,
        callbacks=cooled,
    )  # fmt: skip


OPTIONS = dict(epochs=4, batch_size=7, learning_rate=0.01)


def test_fitting_an_autoencoder_is_training_its_network_by_hand():
    X, _ = rows()
    seed, order = np.random.RandomState(5).randint(2**31 - 1, size=2).tolist()
    network = hg.Network(
        hg.GaussianNoise(0.3), hg.Dense(4, 6, scale="he"), hg.ReLU(), hg.Dense(6, 5, scale="he"), hg.ReLU(),
        hg.Dense(5, 2, scale="he"), hg.Dense(2, 5, scale="he"), hg.ReLU(), hg.Dense(5, 6, scale="he"), hg.ReLU(),
        hg.Dense(6, 4, scale="he"), seed=seed,
    )  # fmt: skip
    history = by_hand(network, X, X, hg.MeanSquaredError(), order, **OPTIONS)
    auto = Autoencoder(2, hidden=(6, 5), activation="relu", noise=0.3, random_state=5, **OPTIONS).fit(X)
    assert repr(auto.network_) == repr(network)
    np.testing.assert_array_equal(parameters(auto), network.parameters)
    assert auto.loss_curve_ == history.loss.tolist()


@pytest.mark.parametrize(
    ("activation", "layer", "scale"),
    [("relu", hg.ReLU(), "he"), ("tanh", hg.Tanh(), "glorot"), ("sigmoid", hg.Sigmoid(), "glorot")],
)
def test_fitting_a_classifier_is_training_its_network_by_hand(activation, layer, scale):
    X, y = rows()
    seed, order = np.random.RandomState(5).randint(2**31 - 1, size=2).tolist()
    network = hg.Network(hg.Dense(4, 6, scale=scale), layer, hg.Dense(6, 3, scale=scale), seed=seed)
    by_hand(network, X, y, hg.SoftmaxCrossEntropy(), order, **OPTIONS, weight_decay=0.2)
    options = dict(activation=activation, weight_decay=0.2, random_state=5, **OPTIONS)
    classifier = NetworkClassifier((6,), **options).fit(X, NAMES[y])
    assert repr(classifier.network_) == repr(network)
    np.testing.assert_array_equal(parameters(classifier), network.parameters)


def test_defaults_are_those_of_the_documentation():
    assert Autoencoder().get_params() == dict(
        n_components=8, hidden=(64,), activation="tanh", noise=0.0, beta=0.0, learning_rate=0.01, epochs=100,
        batch_size=50, random_state=None, verbose=False,
    )  # fmt: skip
    assert NetworkClassifier().get_params() == dict(
        hidden=(100,), activation="relu", encoder=None, frozen=False, learning_rate=0.01, weight_decay=0.0,
        epochs=100, batch_size=50, random_state=None, verbose=False,
    )  # fmt: skip


@each_class
def test_ctrl_c_leaves_what_was_learnt_so_far(kind, monkeypatch):
    X, y = rows()
    steps = []

    def step(self, gradients, take=hg.Adam._direction):
        if len(steps) == 2 * 6 + 1:  # of ten rows each: in the third epoch
            raise KeyboardInterrupt
        steps.append(take(self, gradients))
        return steps[-1]

    monkeypatch.setattr(hg.Adam, "_direction", step)
    stopped = kind(epochs=9, batch_size=10, random_state=0).fit(X, y)
    assert len(stopped.loss_curve_) == 2
    assert np.isfinite(stopped.score(X, y))


@each_class
def test_a_bar_shows_the_progress_if_asked_for(kind, capsys, monkeypatch):
    # the variable TQDM_DISABLE, which tests and builds set, would keep the bar away
    monkeypatch.setattr("tqdm.tqdm", functools.partial(tqdm, disable=False))
    X, y = rows()
    kind(**BRIEF).fit(X, y)
    assert capsys.readouterr() == ("", "")
    kind(verbose=True, **BRIEF).fit(X, y)
    shown = capsys.readouterr()
    assert "3/3" in shown.err and "epoch" in shown.err
    assert shown.out == ""


# --- autoencoder -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("noise", [0.0, 0.5])
@pytest.mark.parametrize("hidden", [(), (5,), (5, 4)], ids=str)
def test_the_two_parts_are_the_network(hidden, noise):
    X, _ = rows()
    auto = Autoencoder(2, hidden=hidden, noise=noise, **BRIEF).fit(X)
    codes, rebuilt = auto.transform(X), auto.network_(X)
    assert (codes.shape, rebuilt.shape) == ((60, 2), X.shape)
    np.testing.assert_array_equal(auto.inverse_transform(codes), rebuilt)
    np.testing.assert_array_equal(auto.decoder_(auto.encoder_(X)), rebuilt)
    np.testing.assert_array_equal(auto.network_.activations(X)[2 * len(hidden) + 1], codes)
    assert auto.score(X) == pytest.approx(-np.mean((rebuilt - X) ** 2), rel=1e-12)
    assert isinstance(auto.score(X), float)
    sizes = [4, *hidden, 2]
    for part, expected in ((auto.encoder_, sizes), (auto.decoder_, sizes[::-1])):
        dense = [layer for layer in part.layers if isinstance(layer, hg.Dense)]
        assert [dense[0].n_in] + [layer.n_out for layer in dense] == expected
        assert isinstance(part.layers[-1], hg.Dense), "neck and output are linear"


def test_the_parts_share_no_memory_with_the_network():
    X, _ = rows()
    auto = Autoencoder(2, **BRIEF).fit(X)
    with unchanged(auto.network_), unchanged(auto.decoder_):
        auto.encoder_.parameters[...] = 7


@pytest.mark.parametrize("k", [1, 2, 4])
def test_the_linear_autoencoder_spans_the_principal_components(k):
    """Baldi and Hornik (1989)."""
    rng = seeded(k)
    mixed = rng.normal(size=(300, 6)) * [4, 3, 2.2, 1.5, 0.7, 0.4] @ np.linalg.qr(rng.normal(size=(6, 6)))[0]
    X = mixed + rng.normal(size=6)  # biases must take up the mean
    auto = Autoencoder(k, hidden=(), learning_rate=0.02, epochs=400, random_state=0).fit(X)
    pca = PCA(k).fit(X)
    directions = auto.decoder_.layers[0].params["weight"]
    assert np.degrees(subspace_angles(directions.T, pca.components_.T).max()) < 2
    least = np.mean((pca.inverse_transform(pca.transform(X)) - X) ** 2)
    assert least <= -auto.score(X) * (1 + 1e-12)
    assert -auto.score(X) < 1.01 * least


def test_under_huge_noise_the_best_answer_is_the_mean():
    """The input says nothing, so the target's mean is best; noise in the target too would give a loss of 10^4."""
    X, _ = rows(200)
    options = dict(hidden=(5,), learning_rate=0.03, epochs=60, random_state=0)
    noisy = Autoencoder(2, noise=100, **options).fit(X)
    clean = Autoencoder(2, noise=0, **options).fit(X)
    spread = X.var(axis=0).mean()
    assert 0.8 * spread < noisy.loss_curve_[-1] < 1.3 * spread
    assert clean.loss_curve_[-1] < 0.5 * spread


def test_noise_is_off_once_training_is_done():
    X, _ = rows()
    auto = Autoencoder(2, noise=3.0, **BRIEF).fit(X)
    np.testing.assert_array_equal(auto.transform(X), auto.transform(X))
    assert auto.score(X) == auto.score(X)
    assert (auto.network_(X, noise=True) != auto.network_(X)).any()


@pytest.mark.parametrize("hidden", [(), (5, 4)], ids=str)
def test_a_variational_autoencoder_is_its_two_parts_and_codes_are_means(hidden):
    X, _ = rows()
    auto = Autoencoder(2, hidden=hidden, beta=0.1, **BRIEF).fit(X)
    codes = auto.transform(X)
    assert codes.shape == (60, 2)
    np.testing.assert_array_equal(codes, hg.chain(auto.encoder_.layers[:-1])(X)[:, :2])
    np.testing.assert_array_equal(auto.inverse_transform(codes), auto.network_(X))
    assert auto.rate(X).shape == (60,) and (auto.rate(X) > 0).all()


def test_a_higher_price_makes_codes_say_less_and_rebuild_worse():
    X, _ = rows()
    autos = [Autoencoder(2, hidden=(8,), beta=beta, **LONGER).fit(X) for beta in (0.1, 1, 10)]
    rates, scores = [auto.rate(X).mean() for auto in autos], [auto.score(X) for auto in autos]
    assert rates == sorted(rates)[::-1] and scores == sorted(scores)[::-1]
    assert rates[-1] < 0.01, "nothing is worth its price"


def test_y_is_ignored():
    X, y = rows()
    np.testing.assert_array_equal(
        parameters(Autoencoder(2, **BRIEF).fit(X, y)), parameters(Autoencoder(2, **BRIEF).fit(X))
    )


# --- classifier ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("names", [NAMES, NAMES[::-1], np.array([-5, 0, 7]), np.array([True, False])], ids=str)
def test_probabilities_belong_to_the_classes_in_their_order(names):
    X, y = rows(90)
    X, y = X[y < len(names)], y[y < len(names)]
    classifier = NetworkClassifier((8,), **LONGER).fit(X, names[y])
    np.testing.assert_array_equal(classifier.classes_, np.sort(names))
    p = classifier.predict_proba(X)
    assert p.shape == (len(X), len(names))
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-12)
    assert ((p > 0) & (p < 1)).all()
    predicted = classifier.predict(X)
    np.testing.assert_array_equal(predicted, np.sort(names)[p.argmax(axis=1)])
    assert predicted.dtype == names.dtype
    assert classifier.score(X, names[y]) == np.mean(predicted == names[y]) > 0.85


def test_two_classes_need_one_output_their_log_odds():
    X, y = rows()
    X, y = X[y < 2], y[y < 2]
    classifier = NetworkClassifier((5,), **BRIEF).fit(X, NAMES[y])
    logits = classifier.network_(X)
    assert logits.shape == (len(X), 1)
    p = classifier.predict_proba(X)
    np.testing.assert_allclose(np.log(p[:, 1] / p[:, 0]), logits[:, 0], rtol=0, atol=1e-12)
    np.testing.assert_array_equal(classifier.predict(X), NAMES[(logits[:, 0] > 0).astype(int)])


def test_more_classes_have_an_output_each():
    X, y = rows()
    classifier = NetworkClassifier((5,), **BRIEF).fit(X, y)
    logits, p = classifier.network_(X), classifier.predict_proba(X)
    assert logits.shape == (60, 3)
    np.testing.assert_allclose(np.log(p[:, 1:] / p[:, :1]), logits[:, 1:] - logits[:, :1], rtol=0, atol=1e-12)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_without_hidden_layers_it_is_logistic_regression(n_classes):
    X, y = rows(150, 3)
    X, y = X[y < n_classes], y[y < n_classes]
    decay = 0.05  # adds decay * w to the gradient of the mean loss; scikit-learn's adds w / (C n); biases are spared
    exact = LogisticRegression(C=1 / (decay * len(X)), tol=1e-8).fit(X, y)
    ours = NetworkClassifier(
        (), weight_decay=decay, epochs=600, learning_rate=0.1, batch_size=len(X), random_state=0
    ).fit(X, y)
    np.testing.assert_allclose(ours.predict_proba(X), exact.predict_proba(X), rtol=0, atol=1e-4)
    np.testing.assert_allclose(ours.network_.layers[0].params["weight"].T, exact.coef_, rtol=0, atol=1e-3)


def test_decay_makes_weights_smaller():
    X, y = rows()
    sizes = [
        np.linalg.norm(NetworkClassifier((), weight_decay=decay, **LONGER).fit(X, y).network_.parameters)
        for decay in (0, 0.1, 1)
    ]
    assert sizes[0] > 1.5 * sizes[1] > 1.5**2 * sizes[2] > 0


def test_it_reads_digits():
    X, y = load_digits(return_X_y=True)
    X /= 16
    classifier = NetworkClassifier((32,), epochs=20, learning_rate=0.01, random_state=0).fit(X[:1200], y[:1200])
    assert classifier.score(X[1200:], y[1200:]) > 0.88


# --- behind an encoder -----------------------------------------------------------------------------------------------


def fitted_in(way, classifier, X, y):
    if way == "fit":
        return classifier.fit(X, y)
    for _ in range(3):
        classifier.partial_fit(X, y, classes=np.unique(y))
    return classifier


each_way = pytest.mark.parametrize("way", ["fit", "partial_fit"])


@each_way
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("hidden", [(), (5,)], ids=str)
def test_a_frozen_encoder_stays_as_it_was(way, hidden, n_classes):
    X, y = rows()
    X, y = X[y < n_classes], y[y < n_classes]
    encoder = trained_encoder()
    with unchanged(encoder):
        classifier = fitted_in(way, NetworkClassifier(hidden, encoder=encoder, frozen=True, **BRIEF), X, y)
    assert len(classifier.network_.layers) == 4 + 2 * len(hidden) + 1
    for kept, original in zip(classifier.network_.layers[:4], encoder.layers):
        assert repr(kept) == repr(original)
        for name, values in original.params.items():
            np.testing.assert_array_equal(kept.params[name], values)
            assert not np.shares_memory(kept.params[name], values)
    alone = fitted_in(way, NetworkClassifier(hidden, **BRIEF), encoder(X), y)
    np.testing.assert_array_equal(alone.predict_proba(encoder(X)), classifier.predict_proba(X))


@each_way
def test_an_encoder_that_is_not_frozen_is_tuned(way):
    X, y = rows()
    encoder = trained_encoder()
    with unchanged(encoder):
        classifier = fitted_in(way, NetworkClassifier((), encoder=encoder, **BRIEF), X, y)
    for tuned, original in zip(classifier.network_.layers[:4], encoder.layers):
        for name, values in original.params.items():
            assert (tuned.params[name] != values).all()
            np.testing.assert_allclose(tuned.params[name], values, atol=0.1)  # it started there


def test_the_whole_of_a_tuned_network_is_trained_from_the_encoder_and_a_new_head():
    X, y = rows()
    encoder = trained_encoder()
    seed, order = np.random.RandomState(5).randint(2**31 - 1, size=2).tolist()
    network = hg.chain([*encoder.layers, *hg.Network(hg.Dense(2, 3, scale="he"), seed=seed).layers])
    by_hand(network, X, y, hg.SoftmaxCrossEntropy(), order, **OPTIONS)
    classifier = NetworkClassifier((), encoder=encoder, random_state=5, **OPTIONS).fit(X, y)
    np.testing.assert_array_equal(parameters(classifier), network.parameters)


def test_frozen_says_nothing_without_an_encoder():
    X, y = rows()
    free, frozen = (NetworkClassifier((5,), frozen=frozen, **BRIEF) for frozen in (False, True))
    np.testing.assert_array_equal(parameters(free.fit(X, y)), parameters(frozen.fit(X, y)))
    np.testing.assert_array_equal(parameters(free.partial_fit(X, y)), parameters(frozen.partial_fit(X, y)))


@pytest.mark.parametrize("frozen", [True, False])
def test_the_encoder_s_precision_is_kept(frozen):
    X, y = rows()
    classifier = NetworkClassifier(encoder=trained_encoder(dtype="float32"), frozen=frozen, **BRIEF).fit(X, y)
    assert classifier.network_.dtype == np.float32


def test_an_encoder_of_an_autoencoder_does():
    X, y = rows(90)
    encoder = Autoencoder(2, hidden=(8,), **LONGER).fit(X).encoder_
    classifier = NetworkClassifier((), encoder=encoder, frozen=True, **LONGER)
    assert classifier.fit(X, y).score(X, y) > 0.85


# --- in parts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoder", [None, trained_encoder()], ids=["alone", "behind an encoder"])
@pytest.mark.parametrize("frozen", [True, False])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_part_is_a_pass_of_adam_over_its_batches_in_their_order(encoder, frozen, n_classes):
    X, y = rows()
    X, y = X[y < n_classes], y[y < n_classes]
    options = dict(encoder=encoder, frozen=frozen, weight_decay=0.1, batch_size=7, random_state=5)
    classifier = NetworkClassifier((6,), learning_rate=0.02, **options)
    n_in, outputs = 4 if encoder is None else 2, 1 if n_classes == 2 else 3
    seed = np.random.RandomState(5).randint(2**31 - 1, size=2).tolist()[0]
    learner = hg.Network(hg.Dense(n_in, 6, scale="he"), hg.ReLU(), hg.Dense(6, outputs, scale="he"), seed=seed)
    seen, loss, adam = X, hg.SoftmaxCrossEntropy(), hg.Adam(0.02, weight_decay=0.1)
    if encoder is not None and frozen:
        seen = encoder(X)
    elif encoder is not None:
        learner = hg.chain([*encoder.layers, *learner.layers])
    adam.start(learner)
    for call in range(3):  # Adam remembers: the second call is not a new start
        classifier.partial_fit(X, NAMES[y], classes=NAMES[:n_classes] if call == 0 else None)
        for start in range(0, len(X), 7):
            output = learner.forward(seen[start : start + 7])
            learner.backward(loss.gradient(output, y[start : start + 7]))
            adam.update(learner)
        np.testing.assert_allclose(parameters(classifier)[-3:], learner.parameters[-3:], rtol=1e-10)
        expected = learner(seen)
        np.testing.assert_allclose(classifier.network_(X), expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("frozen", [True, False])
def test_parts_that_hold_whole_batches_give_what_all_at_once_gives(frozen):
    X, y = rows(60)
    whole, parted = (
        NetworkClassifier((5,), encoder=trained_encoder(), frozen=frozen, batch_size=10, random_state=0)
        for _ in range(2)
    )
    whole.partial_fit(X, y, classes=[0, 1, 2])
    for part in (slice(0, 20), slice(20, 30), slice(30, 60)):
        parted.partial_fit(X[part], y[part], classes=[2, 0, 1])
    np.testing.assert_array_equal(parameters(parted), parameters(whole))


def test_a_part_need_not_hold_every_class():
    X, y = rows()
    classifier = NetworkClassifier((8,), learning_rate=0.01, random_state=0)
    for _ in range(30):
        for i in range(3):
            classifier.partial_fit(X[y == i], NAMES[y[y == i]], classes=NAMES[[2, 0, 1]])
    np.testing.assert_array_equal(classifier.classes_, NAMES)
    assert classifier.predict_proba(X).shape == (60, 3)
    assert classifier.score(X, NAMES[y]) > 0.85


@pytest.mark.parametrize("frozen", [True, False])
@pytest.mark.parametrize("encoder", [None, trained_encoder()], ids=["alone", "behind an encoder"])
def test_a_part_after_fit_goes_on_from_there(encoder, frozen):
    X, y = rows()
    options = dict(encoder=encoder, frozen=frozen, epochs=20, random_state=0)
    classifier = NetworkClassifier((5,), learning_rate=0.02, **options).fit(X, y)
    before = parameters(classifier)
    classifier.set_params(learning_rate=1e-9).partial_fit(X, y)
    # A step of Adam is hardly larger than its rate; two batches are two steps, of a new Adam that forgot the rest.
    np.testing.assert_allclose(parameters(classifier), before, rtol=0, atol=3e-9)
    assert (parameters(classifier) != before).any()


def test_the_rate_of_a_part_is_the_one_that_is_set():
    X, y = rows()
    slow, fast = (NetworkClassifier((), random_state=0, batch_size=60) for _ in range(2))
    steps = []
    for classifier, rate in ((slow, 0.001), (fast, 0.1)):
        before = parameters(classifier.partial_fit(X, y, classes=[0, 1, 2]))
        steps.append(parameters(classifier.set_params(learning_rate=rate).partial_fit(X, y)) - before)
    np.testing.assert_allclose(steps[1], 100 * steps[0], rtol=1e-6, atol=1e-12)


def test_fit_forgets_the_parts_before_it():
    X, y = rows()
    fresh, used = (NetworkClassifier((5,), **BRIEF) for _ in range(2))
    used.partial_fit(X[:, :2], y, classes=[0, 1, 2, 3])
    np.testing.assert_array_equal(parameters(used.fit(X, NAMES[y])), parameters(fresh.fit(X, NAMES[y])))
    np.testing.assert_array_equal(parameters(used.partial_fit(X, NAMES[y])), parameters(fresh.partial_fit(X, NAMES[y])))


def test_parts_complain_about_classes():
    X, y = rows()
    with complains(ValueError, "classes must be given in the first call of partial_fit, got None"):
        NetworkClassifier().partial_fit(X, y)
    with complains(ValueError, "y must hold the classes [0 1] only, got [2]"):
        NetworkClassifier().partial_fit(X, y, classes=[0, 1])
    begun = NetworkClassifier(()).partial_fit(X, y, classes=[2, 1, 0])
    with unchanged(begun.network_):
        with complains(ValueError, "classes must be those of the first call, [0 1 2], got [0, 1]"):
            begun.partial_fit(X, y, classes=[0, 1])
        with complains(ValueError, "y must hold the classes [0 1 2] only, got [3 4]"):
            begun.partial_fit(X, y + 2)
        with complains(ValueError, "X has 3 features, but NetworkClassifier is expecting 4 features as input."):
            begun.partial_fit(X[:, :3], y)
    np.testing.assert_array_equal(begun.classes_, [0, 1, 2])


# --- bad input -------------------------------------------------------------------------------------------------------

SHARED = [
    (dict(hidden=5), TypeError, "hidden must be a sequence of layer sizes, got 5"),
    (dict(hidden="64"), TypeError, "hidden must be a sequence of layer sizes, got '64'"),
    (dict(hidden=None), TypeError, "hidden must be a sequence of layer sizes, got None"),
    (dict(hidden=(3, 0)), ValueError, "hidden must be at least 1, got 0"),
    (dict(hidden=(3, 2.5)), TypeError, "hidden must be an integer, got 2.5"),
    (dict(activation="elu"), ValueError, "activation must be one of 'tanh', 'relu', 'sigmoid', got 'elu'"),
    (dict(activation=None), ValueError, "activation must be one of 'tanh', 'relu', 'sigmoid', got None"),
    (dict(learning_rate=0), ValueError, "learning_rate must be above 0, got 0"),
    (dict(learning_rate="fast"), TypeError, "learning_rate must be a number, got 'fast'"),
    (dict(learning_rate=[0.1]), TypeError, "learning_rate must be one number, got [0.1]"),
    (dict(learning_rate=np.inf), ValueError, "learning_rate must be finite in float64, got inf"),
    (dict(epochs=0), ValueError, "epochs must be at least 1, got 0"),
    (dict(epochs=1.5), TypeError, "epochs must be an integer, got 1.5"),
    (dict(batch_size=-1), ValueError, "batch_size must be at least 1, got -1"),
    (dict(batch_size=None), TypeError, "batch_size must be an integer, got None"),
    (dict(random_state="x"), ValueError, "'x' cannot be used to seed a numpy.random.RandomState instance"),
]
OWN = [
    (Autoencoder, dict(n_components=0), ValueError, "n_components must be at least 1, got 0"),
    (Autoencoder, dict(n_components=2.0), TypeError, "n_components must be an integer, got 2.0"),
    (Autoencoder, dict(noise=-0.1), ValueError, "noise must be at least 0, got -0.1"),
    (Autoencoder, dict(beta=-0.1), ValueError, "beta must be at least 0, got -0.1"),
    (Autoencoder, dict(noise=None), TypeError, "noise must be a number, got None"),
    (NetworkClassifier, dict(weight_decay=-1), ValueError, "weight_decay must be at least 0, got -1"),
    (NetworkClassifier, dict(weight_decay="some"), TypeError, "weight_decay must be a number, got 'some'"),
    (NetworkClassifier, dict(encoder="x"), TypeError, "encoder must be one trained Network or None, got 'x'"),
    (NetworkClassifier, dict(encoder=Autoencoder()), TypeError, "or None, got Autoencoder()"),
    (
        NetworkClassifier,
        dict(encoder=trained_encoder(replicas=(2,))),
        TypeError,
        "encoder must be one trained Network or None, got Network(Dense(n_in=4, n_out=3,",
    ),
]
ALL = [(kind, *case) for kind in (Autoencoder, NetworkClassifier) for case in SHARED] + OWN


@pytest.mark.parametrize(("kind", "wrong", "error", "message"), ALL)
def test_estimators_complain_about_arguments_before_they_fit(kind, wrong, error, message):
    X, y = rows()
    estimator = kind(**wrong)  # scikit-learn wants complaints from fit only
    with complains(error, message):
        estimator.fit(X, y)
    assert not hasattr(estimator, "network_")
    with pytest.raises(NotFittedError):
        estimator.transform(X) if kind is Autoencoder else estimator.predict(X)
    if kind is NetworkClassifier:
        with complains(error, message):
            estimator.partial_fit(X, y, classes=[0, 1, 2])
        assert not hasattr(estimator, "network_")


@pytest.mark.parametrize(("kind", "wrong", "error", "message"), ALL)
def test_an_earlier_fit_outlives_a_failed_one(kind, wrong, error, message):
    X, y = rows()
    estimator = kind(**BRIEF).fit(X, y)
    expected, before, curve = estimator.score(X, y), parameters(estimator), estimator.loss_curve_
    estimator.set_params(**wrong)
    with complains(error, message):
        estimator.fit(X + 1, y[::-1])
    np.testing.assert_array_equal(parameters(estimator), before)
    assert estimator.loss_curve_ == curve
    assert estimator.score(X, y) == expected


@pytest.mark.parametrize(
    ("fitted", "wrong", "y", "error", "message"),
    [
        (NetworkClassifier(**BRIEF), {}, np.zeros(60), ValueError, "y must hold at least two classes, got one class"),
        (
            NetworkClassifier(**BRIEF),
            dict(encoder=trained_encoder(5)),
            None,
            ValueError,
            "X must have the 5 features that encoder takes, got 3",
        ),
        (NetworkClassifier(**BRIEF), dict(learning_rate=1e300), None, FloatingPointError, "is no longer finite"),
        (NetworkClassifier(**BRIEF), dict(random_state="x"), None, ValueError, "'x' cannot be used to seed"),
        (Autoencoder(2, **BRIEF), dict(learning_rate=1e300), None, FloatingPointError, "is no longer finite"),
        (Autoencoder(2, **BRIEF), dict(random_state="x"), None, ValueError, "'x' cannot be used to seed"),
    ],
    ids=["one class", "encoder", "classifier diverges", "classifier's seed", "autoencoder diverges", "its seed"],
)
def test_an_earlier_fit_outlives_one_that_fails_late_on_other_data(fitted, wrong, y, error, message):
    X, labels = rows()
    fitted = clone(fitted).fit(X, labels)
    expected = fitted.score(X, labels)
    fitted.set_params(**wrong)
    with complains(error, message):
        fitted.fit(1e150 * X[:, :3], labels if y is None else y)
    assert fitted.n_features_in_ == 4
    assert fitted.score(X, labels) == expected


@each_class
@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.full((9, 4), np.nan), "Input X contains NaN."),
        (np.full((9, 4), np.inf), "Input X contains infinity"),
        (np.ones(9), "Expected 2D array, got 1D array instead"),
        (np.ones((9, 4, 1)), "Found array with dim 3"),
        (np.ones((9, 0)), "Found array with 0 feature(s)"),
    ],
    ids=["NaN", "infinity", "1D", "3D", "no features"],
)
def test_estimators_complain_about_data(kind, X, message):
    with complains(ValueError, message):
        kind().fit(X, np.arange(9) % 3)


def test_other_complaints():
    X, y = rows()
    with complains(ValueError, "y must hold at least two classes, got one class: 0"):
        NetworkClassifier().fit(X, np.zeros(60, int))
    with complains(ValueError, "Unknown label type: continuous."):
        NetworkClassifier().fit(X, X[:, 0])
    with complains(ValueError, "Found input variables with inconsistent numbers of samples: [60, 59]"):
        NetworkClassifier().fit(X, y[1:])
    auto = Autoencoder(2, **BRIEF).fit(X)
    for ask in (auto.transform, auto.score):
        with complains(ValueError, "X has 3 features, but Autoencoder is expecting 4 features as input."):
            ask(X[:, :3])
    with complains(ValueError, "x must have 2 numbers on its last axis, got shape (60, 4)"):
        auto.inverse_transform(X)
    with complains(ValueError, "beta must be above 0 for codes to have a rate, got 0.0"):
        auto.rate(X)
    unfitted_ones = Autoencoder().transform, Autoencoder().inverse_transform, Autoencoder().score, Autoencoder().rate
    for unfitted in unfitted_ones:
        with pytest.raises(NotFittedError):
            unfitted(X)


@each_class
def test_training_that_diverges_is_reported_and_leaves_nothing(kind):
    X, y = rows()
    estimator = kind(learning_rate=1e300, **BRIEF)
    with complains(FloatingPointError, "the loss is no longer finite in epoch 1"):
        estimator.fit(1e150 * X, y)
    assert not hasattr(estimator, "network_")


def test_single_passes_that_diverge_are_reported_and_leave_nothing():
    X, y = rows()
    first = NetworkClassifier(learning_rate=1e300, **BRIEF)
    with complains(FloatingPointError, "the weights are no longer finite; try a smaller learning_rate"):
        first.partial_fit(1e150 * X, y, classes=[0, 1, 2])
    assert not hasattr(first, "network_") and not hasattr(first, "classes_")
    begun = NetworkClassifier(**BRIEF).partial_fit(X, y, classes=[0, 1, 2])
    before, twin = parameters(begun), copy.deepcopy(begun)
    begun.set_params(learning_rate=1e300)
    with complains(FloatingPointError, "the weights are no longer finite"):
        begun.partial_fit(1e150 * X, y)
    np.testing.assert_array_equal(parameters(begun), before)
    begun.set_params(learning_rate=twin.learning_rate)
    np.testing.assert_array_equal(parameters(begun.partial_fit(X, y)), parameters(twin.partial_fit(X, y)))


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [case[1:] for case in ALL if case[0] is NetworkClassifier],
    ids=lambda value: str(value)[:40],
)
def test_a_second_pass_refuses_every_bad_parameter(wrong, error, message):
    X, y = rows()
    begun = NetworkClassifier(**BRIEF).partial_fit(X, y, classes=[0, 1, 2])
    before = parameters(begun)
    begun.set_params(**wrong)
    with complains(error, message):
        begun.partial_fit(X, y)
    np.testing.assert_array_equal(parameters(begun), before)
