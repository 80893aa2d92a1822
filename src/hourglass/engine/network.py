"""A network is a chain of layers: one network, or as many replicas as there are seeds, trained at once by the same
code."""

import contextlib
import copy
import json
import os
import zipfile
import zlib

import numpy as np

from . import checks, layers

FORMAT = "hourglass network 1"
PRECISIONS = ("float16", "float32", "float64")


class Network:
    """Layers in a chain.

    layers: `Dense`, `Tanh` and their kin; the network takes copies.
    seed: an integer, for one network. seeds: integers in any shape, for that many replicas: replica i has the
    parameters, bit for bit, that the single network with its seed has. Neither: seed 0.
    dtype: "float64", "float32" or "float16".

    All parameters lie in one flat array, `parameters`, and all gradients in another, `gradients`, weights before
    the rest. The layers' `params` and `grads` are views of them, and an optimizer updates the whole network in one
    stroke.
    """

    def __init__(self, *layers, seed=None, seeds=None, dtype="float64"):
        self.n_in, self.unit_axes = check_chain(layers)
        if seed is not None and seeds is not None:
            raise ValueError(f"seed and seeds exclude each other, got seed={seed!r} and seeds={seeds!r}")
        if seeds is None:
            seeds = checks.integer(0 if seed is None else seed, "seed", 0)
        seeds = checks.as_array(seeds, "seeds")
        if seeds.size == 0:
            raise ValueError(f"seeds must not be empty, got shape {seeds.shape}")
        if seeds.dtype.kind not in "iu":
            raise TypeError(f"seeds must be non-negative integers, got {seeds!r}")
        if seeds.min() < 0:
            raise ValueError(f"seeds must be non-negative integers, got {seeds.min()}")
        self.layers = [layer.fresh() for layer in layers]
        self.replicas = seeds.shape
        with contextlib.suppress(TypeError):  # of a name that NumPy does not know
            dtype = np.dtype(dtype).name
        self.dtype = np.dtype(checks.one_of(dtype, "dtype", PRECISIONS))
        generators = [np.random.default_rng(s) for s in seeds.ravel().tolist()]
        drawn = []
        for layer in self.layers:
            draws = [layer.draw(rng) for rng in generators]
            drawn.append(
                {
                    name: np.stack([d[name] for d in draws]).reshape(*self.replicas, *draws[0][name].shape)
                    for name in draws[0]
                }
            )
        self._bind(drawn)

    def _bind(self, drawn):
        """Lay out the drawn parameters in one flat array, weights first, and hand the layers their views of it."""
        places = [(i, name) for i, params in enumerate(drawn) for name in params]
        places.sort(key=lambda place: place[1] != "weight")  # stable: weights before the rest
        self.parameters = np.empty(sum(drawn[i][name].size for i, name in places), self.dtype)
        self.gradients = np.zeros_like(self.parameters)
        self.n_weights = sum(drawn[i][name].size for i, name in places if name == "weight")
        params, grads = ([{} for _ in drawn] for _ in range(2))
        self._views = []  # of `parameters`, in its order
        start = 0
        for i, name in places:
            stretch, shape = slice(start, start + drawn[i][name].size), drawn[i][name].shape
            params[i][name] = self.parameters[stretch].reshape(shape)
            grads[i][name] = self.gradients[stretch].reshape(shape)
            params[i][name][...] = drawn[i][name]
            self._views.append(params[i][name])
            start = stretch.stop
        self._first = next((i for i, named in enumerate(params) if named), len(params) - 1)  # that learns
        for layer, layer_params, layer_grads in zip(self.layers, params, grads, strict=True):
            layer.bind(layer_params, layer_grads, self.replicas, self.dtype)

    @property
    def n_parameters(self):
        """How many numbers one replica learns."""
        return self.parameters.size // int(np.prod(self.replicas))

    def spread(self, per_replica, name="per_replica"):
        """One number a replica, (*replicas,), repeated for each of its parameters, in the order of `parameters`."""
        per_replica = np.asarray(per_replica)
        if per_replica.shape != self.replicas:
            raise ValueError(
                f"{name} must have one number a replica, shape {self.replicas}, got shape {per_replica.shape}"
            )
        axes = [(1,) * (view.ndim - len(self.replicas)) for view in self._views]
        return np.concatenate(
            [
                np.broadcast_to(per_replica.reshape(*self.replicas, *ones), view.shape).ravel()
                for ones, view in zip(axes, self._views, strict=True)
            ]
        )

    def forward(self, x):
        """The output for x, in an array that the next pass overwrites. `network(x)` is the safe way to ask."""
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, gradient):
        """Fill every layer's `grads`, and so `gradients`, from the loss's gradient by the output."""
        if gradient.dtype is not self.dtype:
            gradient = gradient.astype(self.dtype)
        for layer in self.layers[: self._first : -1]:
            gradient = layer.backward(gradient)
        self.layers[self._first].differentiate(gradient)  # nobody asks for the gradient by the data

    def checked_input(self, x, name="x"):
        """x as an array of the network's dtype and of a shape that it takes, or an error."""
        x = checks.finite_array(x, name, self.dtype)
        axes = self.unit_axes
        if x.ndim <= axes or x.shape[: -axes - 1] not in ((), self.replicas):
            words = "(batch, n)" if axes == 1 else "(batch, height, width, channels)"
            in_front = f", or with replica axes {self.replicas} in front" if self.replicas else ""
            raise ValueError(f"{name} must have shape {words}{in_front}, got {x.shape}")
        if self.n_in is not None and x.shape[-1] != self.n_in:
            raise ValueError(f"{name} must have {self.n_in} numbers on its last axis, got shape {x.shape}")
        return x

    def __call__(self, x, noise=False):
        """The output, (*replicas, batch, n_out), for x of shape (batch, n_in) or (*replicas, batch, n_in).

        noise: whether `GaussianNoise` layers add theirs. ValueError on a wrong shape, NaN or infinity.
        """
        x = self.checked_input(x)
        with self.noise(noise), np.errstate(over="ignore", invalid="ignore"):
            return self.forward(x).copy()

    def activations(self, x, noise=False):
        """The output of every layer, as a list of arrays."""
        x, outputs = self.checked_input(x), []
        with self.noise(noise), np.errstate(over="ignore", invalid="ignore"):
            for layer in self.layers:
                x = layer.forward(x)
                outputs.append(x.copy())
        return outputs

    @contextlib.contextmanager
    def noise(self, on=True):
        """While this lasts, `GaussianNoise` layers add their noise (or do not)."""
        noisy = [layer for layer in self.layers if isinstance(layer, layers.GaussianNoise)]
        before = [layer.noisy for layer in noisy]
        try:
            for layer in noisy:
                layer.noisy = on
            yield
        finally:
            for layer, was in zip(noisy, before, strict=True):
                layer.noisy = was

    def __getitem__(self, replica):
        """The replicas that the index picks, as a network of their own: an integer gives a single network."""
        if not self.replicas:
            raise TypeError(f"this network has no replicas to pick {replica!r} from")
        places = np.arange(int(np.prod(self.replicas))).reshape(self.replicas)[
            replica
        ]  # of the chosen, counted through
        if places.size == 0:
            raise IndexError(f"the index must pick at least one of the replicas {self.replicas}, got {replica!r}")
        chosen = copy.deepcopy(self)
        for layer in chosen.layers:
            if isinstance(layer, layers.GaussianNoise):
                layer.generators = [copy.deepcopy(layer.generators[place]) for place in places.ravel()]
        chosen.replicas = places.shape
        chosen._bind(
            [
                {
                    name: array.reshape(-1, *array.shape[len(self.replicas) :])[places]
                    for name, array in layer.params.items()
                }
                for layer in self.layers
            ]
        )
        return chosen

    def __getstate__(self):
        # The arrays inside the layers are views of `parameters`; a plain copy would tear them off.
        state = {
            name: value
            for name, value in vars(self).items()
            if name not in ("layers", "parameters", "gradients", "_views")
        }
        specs = [(layer.fresh(), getattr(layer, "generators", None)) for layer in self.layers]
        return state | {
            "specs": specs,
            "drawn": [{k: v.copy() for k, v in layer.params.items()} for layer in self.layers],
        }

    def __setstate__(self, state):
        specs, drawn = state.pop("specs"), state.pop("drawn")
        vars(self).update(state)
        self.layers = [layer for layer, _ in specs]
        for layer, generators in specs:
            if generators is not None:
                layer.generators = generators
        self._bind(drawn)

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


def chain(trained):
    """A network of layers that stand in other networks, with copies of their parameters.

    `chain(net.layers[:3])` is the first stretch of a network, `chain([*encoder.layers, *decoder.layers])` two in a
    row. ValueError if the layers do not fit or belong to networks of different replicas or dtype.
    """
    if isinstance(trained, Network) or not np.iterable(trained):
        raise TypeError(f"layers must be a list of layers, such as net.layers[:3], got {trained!r}")
    trained = list(trained)
    check_chain(trained)
    for layer in trained:
        if layer.dtype is None:
            raise ValueError(f"layers must stand in networks, got {layer!r}, which does not")
        if (layer.replicas, layer.dtype) != (trained[0].replicas, trained[0].dtype):
            kinds = [f"{one.replicas} in {one.dtype}" for one in (trained[0], layer)]
            raise ValueError(f"layers must have the same replicas and dtype, got {' and '.join(kinds)}")
    network = Network(*trained, seeds=np.zeros(trained[0].replicas, int), dtype=trained[0].dtype)
    for new, old in zip(network.layers, trained, strict=True):
        for name, values in old.params.items():
            new.params[name] = values
        if isinstance(old, layers.GaussianNoise):
            new.generators = copy.deepcopy(old.generators)
    return network


def load(path):
    """The network that `Network.save` wrote. ValueError if the file is truncated, damaged or something else."""
    try:
        with open(path, "rb") as raw:
            if not zipfile.is_zipfile(raw):
                raise ValueError("it is not a .npz file")
            raw.seek(0)
            with np.load(raw, allow_pickle=False) as file:
                header, parameters = json.loads(str(file["header"])), file["parameters"]
        if header["format"] != FORMAT:
            raise ValueError(f"its format is {header['format']!r}")
        specs = [
            getattr(layers, checks.one_of(name, "layer", LAYER_NAMES))(**settings)
            for name, settings in header["layers"]
        ]
        replicas = tuple(header["replicas"])
        network = Network(*specs, seeds=np.arange(int(np.prod(replicas))).reshape(replicas), dtype=header["dtype"])
        if parameters.shape != network.parameters.shape:
            raise ValueError(f"it holds {parameters.size} parameters where its layers have {network.parameters.size}")
        if parameters.size:
            network.parameters[...] = checks.finite_array(parameters, "parameters", network.dtype)
    except OSError:
        if not os.path.exists(path):
            raise
        raise ValueError(f"path must be a file that Network.save wrote, got {path!s}, which cannot be read") from None
    except (
        ValueError,
        TypeError,
        KeyError,
        EOFError,
        MemoryError,
        RuntimeError,
        zipfile.BadZipFile,
        zlib.error,
    ) as problem:
        raise ValueError(f"path must be a file that Network.save wrote, got {path!s}: {problem}") from None
    return network


LAYER_NAMES = tuple(name for name in layers.__all__ if name != "Layer")


EXAMPLES = {1: "rows of numbers", 3: "images"}  # by number of axes


def check_chain(chain):
    """Do these layers fit one another? Returns the size that they ask for, None if they take any, and an example's
    number of axes."""
    if not chain:
        raise ValueError("layers must not be empty")
    size, first, flat, axes, first_axes = None, None, False, None, None
    for position, layer in enumerate(chain):
        if not isinstance(layer, layers.Layer):
            raise TypeError(f"layers must be layers such as Dense(2, 3), got {layer!r} at position {position}")
        if size is not None and layer.expects is not None and size != layer.expects:
            raise ValueError(f"layers must fit: position {position} is {layer!r}, but the layer before it gives {size}")
        if axes is not None and layer.unit_axes not in (None, axes):
            raise ValueError(
                f"layers must fit: position {position} is {layer!r}, which takes {EXAMPLES[layer.unit_axes]}, "
                f"but the layer before it gives {EXAMPLES[axes]}"
            )
        if first is None and not flat:
            first = layer.expects
        flat = flat or isinstance(layer, layers.Flatten)
        first_axes = first_axes or layer.unit_axes
        axes = 1 if flat else layer.unit_axes or axes
        size = layer.sizes(layer.expects if size is None else size)
    return first, first_axes or 1
