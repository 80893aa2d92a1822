"""A network is a chain of layers: one network, or as many replicas as there are seeds, trained at once by the same
code."""

import contextlib
import json

import numpy as np

from .. import checks
from .layers import Layer

FORMAT = "hourglass network 1"  # of its files
PRECISIONS = ("float16", "float32", "float64")


class Network:
    """Layers in a chain.

    layers: `Dense`, `Tanh` and their kin; the network takes copies.
    seed: an integer, for one network. seeds: integers in any shape, for that many replicas: replica i has the
    parameters, bit for bit, that the single network with its seed has. Neither: seed 0.
    params: instead of a seed, the parameters themselves: for each layer a dict of arrays, replica axes in front.
    dtype: "float64", "float32" or "float16".

    All parameters lie in one flat array, `parameters`, and all gradients in another, `gradients`, weights before
    the rest. The layers' `params` and `grads` are views of them, and an optimizer updates the whole network in one
    stroke.
    """

    def __init__(self, *layers, seed=None, seeds=None, params=None, dtype="float64"):
        self.takes = check_chain(layers)
        with contextlib.suppress(TypeError):  # of a name that NumPy does not know
            dtype = np.dtype(dtype).name
        self.dtype = np.dtype(checks.one_of(dtype, "dtype", PRECISIONS))
        given = [f"{k}={v!r}" for k, v in {"seed": seed, "seeds": seeds, "params": params}.items() if v is not None]
        if len(given) > 1:
            raise ValueError(f"seed, seeds and params exclude one another, got {' and '.join(given)}")
        self.layers = [layer.fresh() for layer in layers]
        if params is None:
            seeds = check_seeds(0 if seed is None else seed, seeds)
            rngs = [np.random.default_rng(s) for s in seeds.ravel().tolist()]
            self._hold([layer.draw_all(rngs) for layer in self.layers], seeds.shape)
        else:
            self._hold(*check_params(self.layers, params, self.dtype))

    def _hold(self, params, replicas):
        """Lay the parameters out in one flat array and hand the layers their views of it."""
        self.replicas, self._stretches = replicas, stretches(self.layers, replicas)
        drawn = [np.ravel(params[i][name]) for i, name, *_ in self._stretches]
        self.parameters = np.concatenate([np.empty(0), *drawn]).astype(self.dtype)
        self.gradients = np.zeros_like(self.parameters)
        self._first = min((i for i, *_ in self._stretches), default=0)  # layer that learns
        self.n_weights = sum(size for _, name, _, size in self._stretches if name == "weight")
        views, start = [({}, {}) for _ in self.layers], 0
        for i, name, shape, size in self._stretches:
            for named, flat in zip(views[i], (self.parameters, self.gradients)):
                named[name] = flat[start : start + size].reshape(shape)
            start += size
        for layer, (layer_params, layer_grads) in zip(self.layers, views):
            layer.bind(layer_params, layer_grads, replicas, self.dtype)
        quiet = [layer for layer in self.layers if layer.draws_noise and layer.generators is None]
        if quiet:  # the parameters were given, not drawn: noise as that of seeds 0, 1, ...
            rngs = [np.random.default_rng(i) for i in range(int(np.prod(replicas)))]
            for layer in quiet:
                layer.draw_all(rngs)

    @property
    def n_parameters(self):
        """How many numbers one replica learns."""
        return self.parameters.size // int(np.prod(self.replicas))

    @property
    def n_in(self):
        """How many numbers an example has on its last axis; None if any number will do."""
        return self.takes[-1]

    def spread(self, per_replica, name="per_replica"):
        """One number a replica, (*replicas,), repeated for each of its parameters, in the order of `parameters`."""
        per_replica = np.asarray(per_replica)
        if per_replica.shape != self.replicas:
            raise ValueError(
                f"{name} must have one number a replica, shape {self.replicas}, got shape {per_replica.shape}"
            )
        repeated = [np.repeat(per_replica, size // per_replica.size) for *_, size in self._stretches]
        return np.concatenate(repeated or [np.empty(0)])

    def forward(self, x):
        """The output for x; nothing is checked. `network(x)` is the safe way to ask."""
        x = np.asarray(x, self.dtype)
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, gradient):
        """From the loss's gradient with respect to the output, fill every layer's `grads`, and so `gradients`; return
        that with respect to the last input."""
        gradient = np.asarray(gradient, self.dtype)
        for layer in reversed(self.layers):
            gradient = layer.backward(gradient)
        return gradient

    def learn(self, gradient):
        """As `backward`, without the gradient with respect to the input, for which training does not ask."""
        for layer in self.layers[: self._first : -1]:
            gradient = layer.backward(gradient)
        self.layers[self._first].learn(gradient)

    def checked_input(self, x, name="x"):
        """x as an array of the network's dtype and of a shape that it takes, or an error."""
        x = checks.finite_array(x, name, self.dtype)
        axes = len(self.takes)
        if x.ndim <= axes or x.shape[: -axes - 1] not in ((), self.replicas):
            words = "(batch, n)" if axes == 1 else "(batch, height, width, channels)"
            in_front = f", or with replica axes {self.replicas} in front" if self.replicas else ""
            raise ValueError(f"{name} must have shape {words}{in_front}, got {x.shape}")
        if self.n_in not in (None, x.shape[-1]):
            raise ValueError(f"{name} must have {self.n_in} numbers on its last axis, got shape {x.shape}")
        shape = x.shape[-axes:]
        for layer in self.layers:
            if layer.takes and layer.takes[-1] not in (None, shape[-1]):
                raise ValueError(f"{name} must bring {layer.takes[-1]} numbers to {layer!r}, got {shape[-1]}")
            shape = layer.gives(shape)
        return x

    def __call__(self, x, noise=False):
        """The output, (*replicas, batch, n_out), for x of shape (batch, n_in) or (*replicas, batch, n_in).

        noise: whether layers that draw noise do so. ValueError on a wrong shape, NaN or infinity.
        """
        return self.activations(x, noise)[-1]

    def activations(self, x, noise=False):
        """The output of every layer, as a list of arrays."""
        outputs = [self.checked_input(x).copy()]  # a layer may hand on what it is given
        with self.noise(noise), np.errstate(over="ignore", invalid="ignore"):
            for layer in self.layers:
                outputs.append(layer.forward(outputs[-1]))
        return outputs[1:]

    @contextlib.contextmanager
    def noise(self, on=True):
        """While this lasts, layers that draw noise do so (or do not)."""
        before = [layer.noisy for layer in self.layers]
        try:
            for layer in self.layers:
                layer.noisy = on
            yield
        finally:
            for layer, was in zip(self.layers, before):
                layer.noisy = was

    def __getitem__(self, replica):
        """The replicas that the index picks, as a network of their own: an integer gives a single network."""
        if not self.replicas:
            raise TypeError(f"this network has no replicas to pick {replica!r} from")
        places = np.arange(int(np.prod(self.replicas))).reshape(self.replicas)[replica]  # counted through
        if places.size == 0:
            raise IndexError(f"the index must pick at least one of the replicas {self.replicas}, got {replica!r}")
        params = [
            {name: array.reshape(-1, *layer.shapes[name])[places] for name, array in layer.params.items()}
            for layer in self.layers
        ]
        return assembled([layer.fresh(places) for layer in self.layers], params, places.shape, self.dtype)

    def __reduce__(self):
        # The layers' arrays are views of `parameters`; copies of them would no longer be.
        layers = [layer.fresh() for layer in self.layers]
        return assembled, (layers, [dict(layer.params) for layer in self.layers], self.replicas, self.dtype)

    def save(self, path):
        """Write layers and parameters to a .npz file at exactly `path`. The states of noise generators are not kept."""
        header = {
            "format": FORMAT,
            "dtype": self.dtype.name,
            "replicas": self.replicas,
            "layers": [[type(layer).__name__, layer.settings()] for layer in self.layers],
        }
        with open(path, "wb") as file:
            np.savez_compressed(file, header=np.array(json.dumps(header)), parameters=self.parameters)

    def __repr__(self):
        inner = ", ".join(map(repr, self.layers))
        return f"Network({inner}, replicas={self.replicas}, dtype={self.dtype.name!r})"


def assembled(layers, params, replicas, dtype):
    """The network of these layers with these parameters; nothing is checked."""
    network = object.__new__(Network)
    network.takes, network.dtype = check_chain(layers), np.dtype(dtype)
    network.layers = layers
    network._hold(params, replicas)
    return network


def chain(trained):
    """A network of layers that stand in other networks, with copies of their parameters.

    `chain(net.layers[:3])` is the first stretch of a network, `chain([*encoder.layers, *decoder.layers])` two in a
    row. ValueError if the layers do not fit or belong to networks of different replicas or dtype.
    """
    if isinstance(trained, Network) or not np.iterable(trained):
        raise TypeError(f"layers must be a list of layers, such as net.layers[:3], got {trained!r}")
    trained = list(trained)
    check_chain(trained)
    first = trained[0]
    for layer in trained:
        if (layer.replicas, layer.dtype) != (first.replicas, first.dtype):
            kinds = [f"{one.replicas} in {one.dtype}" for one in (first, layer)]
            raise ValueError(f"layers must have the same replicas and dtype, got {' and '.join(kinds)}")
    layers, params = [layer.fresh() for layer in trained], [layer.params for layer in trained]
    return assembled(layers, params, first.replicas, first.dtype)


def stretches(layers, replicas):
    """How the parameters lie in the flat array: [(place of the layer, name, shape, size)], weights before the rest."""
    found = [(i, name, (*replicas, *shape)) for i, layer in enumerate(layers) for name, shape in layer.shapes.items()]
    found.sort(key=lambda one: one[1] != "weight")  # stable
    return [(*one, int(np.prod(one[2]))) for one in found]


def check_seeds(seed, seeds):
    """`seeds` as an array of non-negative integers; None: `seed` alone."""
    seeds = checks.as_array(checks.integer(seed, "seed", 0) if seeds is None else seeds, "seeds")
    if seeds.size == 0:
        raise ValueError(f"seeds must not be empty, got shape {seeds.shape}")
    if seeds.dtype.kind not in "iu":
        raise TypeError(f"seeds must be non-negative integers, got {seeds!r}")
    if seeds.min() < 0:
        raise ValueError(f"seeds must be non-negative integers, got {seeds.min()}")
    return seeds


def check_params(layers, params, dtype):
    """Given parameters as arrays, and the replica axes that they share."""
    dicts = isinstance(params, (list, tuple)) and all(isinstance(given, dict) for given in params)
    if not dicts or len(params) != len(layers):
        raise ValueError(f"params must be a list of {len(layers)} dicts, one a layer, got {params!r}")
    checked, replicas = [], None
    for i, (layer, given) in enumerate(zip(layers, params)):
        if given.keys() != layer.shapes.keys():
            wanted = ", ".join(layer.shapes) or "nothing"
            raise ValueError(f"params[{i}] must hold {wanted} for {layer!r}, got {', '.join(given) or 'nothing'}")
        arrays = {name: checks.finite_array(value, f"params[{i}][{name!r}]", dtype) for name, value in given.items()}
        for name, array in arrays.items():
            shape = layer.shapes[name]
            leading = array.shape[: max(0, array.ndim - len(shape))]
            replicas = leading if replicas is None else replicas
            if array.shape != (*replicas, *shape):
                raise ValueError(f"params[{i}][{name!r}] must have shape {(*replicas, *shape)}, got {array.shape}")
        checked.append(arrays)
    return checked, replicas or ()


EXAMPLES = {1: "rows of numbers", 3: "images"}  # by number of axes


def check_chain(layers):
    """Do these layers fit one another? Returns the shape of one example, None for sizes that may be any."""
    if not layers:
        raise ValueError("layers must not be empty")
    takes = gives = None
    for i, layer in enumerate(layers):
        if not isinstance(layer, Layer):
            raise TypeError(f"layers must be layers such as Dense(2, 3), got {layer!r} at position {i}")
        wanted = layer.takes
        if gives and wanted:
            if len(gives) != len(wanted):
                raise ValueError(
                    f"layers must fit: position {i} is {layer!r}, which takes {EXAMPLES[len(wanted)]}, "
                    f"but the layer before it gives {EXAMPLES[len(gives)]}"
                )
            if None not in (gives[-1], wanted[-1]) and gives[-1] != wanted[-1]:
                raise ValueError(
                    f"layers must fit: position {i} is {layer!r}, but the layer before it gives {gives[-1]}"
                )
        wanted = gives if wanted is None or (gives and wanted[-1] is None) else wanted
        takes = wanted if takes == gives else takes  # while nothing has changed the shape
        gives = wanted and layer.gives(wanted)
    return takes or (None,)
