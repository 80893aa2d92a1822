"""Networks as scikit-learn estimators: an autoencoder and a classifier that go into pipelines, grids and
cross-validation.

Both take rows of numbers, float32 or float64, and compute in the precision in which these come. They train by Adam on
shuffled batches, the rate falling in a straight line to almost zero (`cooling`).
"""

import copy
import functools

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from .. import checks
from ..engine import activations
from ..engine.layers import Dense, GaussianCode, GaussianNoise, ReLU, Sigmoid, Tanh
from ..engine.losses import MeanSquaredError, SoftmaxCrossEntropy
from ..engine.network import Network, chain
from ..engine.optimizers import Adam
from ..engine.training import cooling, train

ACTIVATIONS = {"tanh": Tanh, "relu": ReLU, "sigmoid": Sigmoid}
PRECISIONS = (np.float64, np.float32)


def dense_chain(sizes, activation):
    """Dense layers from size to size, an activation between each two; none behind the last."""
    scale = "he" if activation == "relu" else "glorot"
    chained = [Dense(*sizes[:2], scale=scale)]
    for pair in zip(sizes[1:], sizes[2:]):
        chained += [ACTIVATIONS[activation](), Dense(*pair, scale=scale)]
    return chained


def all_or_nothing(method):
    """A method that, if it raises an error, leaves the estimator's attributes as they were."""

    @functools.wraps(method)
    def careful(self, *arguments, **options):
        before = dict(vars(self))
        try:
            return method(self, *arguments, **options)
        except BaseException:
            vars(self).clear()
            vars(self).update(before)
            raise

    return careful


class NetworkEstimator(BaseEstimator):
    """What both share: the checks of their common parameters, and training."""

    def _check_parameters(self):
        for name in ("epochs", "batch_size"):
            checks.positive_integer(getattr(self, name), name)
        checks.number(self.learning_rate, "learning_rate", above=0)
        check_random_state(self.random_state)
        checks.one_of(self.activation, "activation", tuple(ACTIVATIONS))
        if isinstance(self.hidden, str) or not np.iterable(self.hidden):
            raise TypeError(f"hidden must be a sequence of layer sizes, got {self.hidden!r}")
        return [checks.positive_integer(size, "hidden") for size in self.hidden]

    def _draw_seeds(self):
        """Seeds for first weights and for the order of the examples."""
        return check_random_state(self.random_state).randint(2**31 - 1, size=2).tolist()

    def _train(self, network, x, y, loss, seed, weight_decay=0.0):
        optimizer = Adam(self.learning_rate, weight_decay=weight_decay)
        history = train(
            network, x, y, loss=loss, optimizer=optimizer, epochs=self.epochs, batch_size=self.batch_size, seed=seed,
            callbacks=[cooling(optimizer, self.epochs)], progress=bool(self.verbose),
        )  # fmt: skip
        self.loss_curve_ = history.loss.tolist()

    def _validated(self, X):
        """X for a fitted estimator, checked against what it was fitted to."""
        check_is_fitted(self)
        return validate_data(self, X, dtype=PRECISIONS, reset=False)


class Autoencoder(ClassNamePrefixFeaturesOutMixin, TransformerMixin, NetworkEstimator):
    """Encoder, narrow neck, decoder: a network that learns to return its input (Hinton and Salakhutdinov, 2006).

    n_components: numbers in a code. hidden: sizes of the encoder's hidden layers, from the input inwards; the decoder
    has the same in reverse. activation: theirs, "tanh", "relu" or "sigmoid"; neck and output are linear, so that
    `hidden=()` is the linear autoencoder. noise: standard deviation of normal noise added to what the encoder sees in
    training, while the target stays clean: a denoising autoencoder (Vincent et al., 2008). beta: above zero, the price
    of a nat, and the neck is a `GaussianCode`: a variational autoencoder. learning_rate: Adam's first. epochs: passes
    over the data. batch_size: examples a step. random_state: as in scikit-learn. verbose: whether to show a bar.

    Fitted, it has `network_`, a `Network`, and its two parts, `encoder_` and `decoder_`; `loss_curve_`, each epoch's
    mean squared error; and `n_features_in_`. Bad parameters or data raise ValueError or TypeError; training that
    diverges, FloatingPointError.
    """

    def __init__(
        self, n_components=8, *, hidden=(64,), activation="tanh", noise=0.0, beta=0.0, learning_rate=0.01, epochs=100,
        batch_size=50, random_state=None, verbose=False,
    ):  # fmt: skip
        self.n_components = n_components
        self.hidden = hidden
        self.activation = activation
        self.noise = noise
        self.beta = beta
        self.learning_rate = learning_rate
        self.epochs = epochs
        self.batch_size = batch_size
        self.random_state = random_state
        self.verbose = verbose

    @all_or_nothing
    def fit(self, X, y=None):
        """Learn to rebuild X, (n, features). y is ignored. Returns the estimator."""
        hidden = self._check_parameters()
        neck = checks.positive_integer(self.n_components, "n_components")
        noise = checks.number(self.noise, "noise", at_least=0)
        beta = checks.number(self.beta, "beta", at_least=0)
        X = validate_data(self, X, dtype=PRECISIONS)
        sizes = [X.shape[1], *hidden]
        code = [GaussianCode(neck, beta)] if beta else []
        encoder = [*dense_chain([*sizes, 2 * neck if beta else neck], self.activation), *code]
        decoder = dense_chain([neck, *sizes[::-1]], self.activation)
        seed, order = self._draw_seeds()
        network = Network(GaussianNoise(noise), *encoder, *decoder, seed=seed, dtype=X.dtype)
        self._train(network, X, X, MeanSquaredError(), order)
        self.network_ = network
        self.encoder_, self.decoder_ = (
            chain(part) for part in (network.layers[1 : len(encoder) + 1], network.layers[len(encoder) + 1 :])
        )
        return self

    def transform(self, X):
        """The codes of X, of a variational autoencoder their means: (n, n_components)."""
        X = self._validated(X)
        return self.encoder_(X)

    def rate(self, X):
        """What the codes of X say, in nats: (n,); see `GaussianCode`. ValueError unless beta was above zero."""
        X = self._validated(X)
        code = self.encoder_.layers[-1]
        if not isinstance(code, GaussianCode):
            raise ValueError(f"beta must be above 0 for codes to have a rate, got {self.beta}")
        self.encoder_(X)
        return code.rate

    def inverse_transform(self, X):
        """What the decoder makes of the codes X, (n, n_components): (n, features)."""
        check_is_fitted(self)
        return self.decoder_(X)

    def score(self, X, y=None):
        """Minus the mean squared error with which X is rebuilt. y is ignored."""
        X = self._validated(X)
        return -float(MeanSquaredError()(self.decoder_(self.encoder_(X)), X))

    @property
    def _n_features_out(self):
        return self.n_components

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


class NetworkClassifier(ClassifierMixin, NetworkEstimator):
    """A network that decides between classes, alone or behind an encoder that was trained before.

    hidden: sizes of its hidden layers; () is softmax regression. activation: theirs, "tanh", "relu" or "sigmoid".
    encoder: a trained `Network` to stand in front, such as `Autoencoder().fit(X).encoder_`; it is copied. frozen:
    whether the encoder keeps its weights; else they are tuned with the rest. weight_decay: as in `Adam`.
    learning_rate, epochs, batch_size, random_state, verbose: as in `Autoencoder`.

    Fitted, it has `network_`, encoder included; `classes_`; `loss_curve_`, each epoch's mean cross-entropy; and
    `n_features_in_`. Bad parameters or data raise ValueError or TypeError; training that diverges, FloatingPointError.
    """

    def __init__(
        self, hidden=(100,), *, activation="relu", encoder=None, frozen=False, learning_rate=0.01, weight_decay=0.0,
        epochs=100, batch_size=50, random_state=None, verbose=False,
    ):  # fmt: skip
        self.hidden = hidden
        self.activation = activation
        self.encoder = encoder
        self.frozen = frozen
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.epochs = epochs
        self.batch_size = batch_size
        self.random_state = random_state
        self.verbose = verbose

    @all_or_nothing
    def fit(self, X, y):
        """Learn to tell the classes y, (n,), of the rows of X, (n, features). Returns the estimator."""
        hidden = self._check_parameters()
        X, y = self._checked_data(X, y)
        classes, labels = np.unique(y, return_inverse=True)
        order = self._begin(hidden, X, classes, "y")
        self._train(self._learner, self._seen(X), labels, SoftmaxCrossEntropy(), order, self.weight_decay)
        return self._finish(classes)

    @all_or_nothing
    def partial_fit(self, X, y, classes=None):
        """One pass over X and y, in their order, at the first learning rate. After `fit` it goes on from there; encoder
        and hidden layers stay those of the first call.

        classes: all that will ever occur; needed in the first call. Returns the estimator.
        """
        hidden, first = self._check_parameters(), not hasattr(self, "network_")
        X, y = self._checked_data(X, y, reset=first)
        if first and classes is None:
            raise ValueError("classes must be given in the first call of partial_fit, got None")
        known = np.unique(classes) if first else self.classes_
        if classes is not None and not np.array_equal(np.unique(classes), known):
            raise ValueError(f"classes must be those of the first call, {known}, got {classes}")
        strange = np.setdiff1d(y, known)
        if strange.size:
            raise ValueError(f"y must hold the classes {known} only, got {strange}")
        if first:
            self._begin(hidden, X, known, "classes")
        learner, optimizer = copy.deepcopy((self._learner, self._optimizer))  # an error shall change nothing
        if optimizer is None:
            optimizer = Adam(self.learning_rate, weight_decay=self.weight_decay)
            optimizer.start(learner)
        optimizer.lr = self.learning_rate
        loss, seen, labels = SoftmaxCrossEntropy(), self._seen(X), np.searchsorted(known, y)
        with learner.noise(), np.errstate(all="ignore"):
            for start in range(0, len(y), self.batch_size):
                batch = slice(start, start + self.batch_size)
                logits = learner.forward(seen[batch])
                learner.backward(loss.evaluate(logits, loss.prepare(labels[batch], logits))[1])
                optimizer.update(learner)
        if not np.isfinite(learner.parameters).all():
            raise FloatingPointError("the weights are no longer finite; try a smaller learning_rate")
        self._learner, self._optimizer = learner, optimizer
        return self._finish(known)

    def predict_proba(self, X):
        """Each class's probability: (n, classes), in the order of `classes_`."""
        X = self._validated(X)
        logits = self.network_(X)
        if len(self.classes_) == 2:  # one output, the log-odds of the second
            logits = np.concatenate([np.zeros_like(logits), logits], axis=1)
        return activations.softmax(logits).astype(logits.dtype, copy=False)

    def predict(self, X):
        """The most probable class of each row of X: (n,)."""
        probabilities = self.predict_proba(X)
        return self.classes_[probabilities.argmax(axis=1)]

    def _check_parameters(self):
        checks.number(self.weight_decay, "weight_decay", at_least=0)
        checks.one_of(self.frozen, "frozen", (True, False))
        if self.encoder is not None and (not isinstance(self.encoder, Network) or self.encoder.replicas):
            raise TypeError(f"encoder must be one trained Network or None, got {self.encoder!r}")
        return super()._check_parameters()

    def _checked_data(self, X, y, reset=True):
        X, y = validate_data(self, X, y, dtype=PRECISIONS, reset=reset)
        check_classification_targets(y)
        if reset and self.encoder is not None and self.encoder.n_in != X.shape[1]:
            raise ValueError(f"X must have the {self.encoder.n_in} features that encoder takes, got {X.shape[1]}")
        return X, y

    def _begin(self, hidden, X, classes, name):
        """Set out with a new network: `_front` is the part that stays as it is, or None, and `_learner` the rest.
        Returns a seed for the order of examples."""
        if len(classes) < 2:
            raise ValueError(f"{name} must hold at least two classes, got one class: {classes[0]}")
        encoder = self.encoder
        n_in = X.shape[1] if encoder is None else encoder(X[:1]).shape[-1]
        seed, order = self._draw_seeds()
        head = dense_chain([n_in, *hidden, n_outputs(classes)], self.activation)
        head = Network(*head, seed=seed, dtype=X.dtype if encoder is None else encoder.dtype)
        tuned = encoder is not None and not self.frozen
        self._front = None if encoder is None or tuned else chain(encoder.layers)
        self._learner = chain([*encoder.layers, *head.layers]) if tuned else head
        self._optimizer = None
        return order

    def _seen(self, X):
        """What the part that learns is given."""
        return X if self._front is None else self._front(X)

    def _finish(self, classes):
        self.classes_ = classes
        whole = self._front is None
        self.network_ = self._learner if whole else chain([*self._front.layers, *self._learner.layers])
        return self


def n_outputs(classes):
    """One output, the log-odds of the second, tells two classes apart."""
    return 1 if len(classes) == 2 else len(classes)
