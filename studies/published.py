"""The runs that Kong published in 2019, regenerated from their own seed, 0. Each row is one unit of one of his Figures
2 to 6 before one epoch: its weight and bias; what it knows, I(X; T) in nats, exactly, and of that about the label,
I(T; Y); and by how much his estimate was off on account of the n = 1000 inputs and of the N inputs that he drew for it.
reset: I(X; T) in the same run with the gradient cleared at each step. noise_low, noise_high: the 5th and 95th
percentile of I(X; T) over 20 runs on the same data with other training noise, at every tenth epoch. Chapters 9 and 10
draw the rows, beside the curves that he printed (`published-curves.csv`; book/studies.md tells where they come from).

The settings are those of his public program; three streams of random numbers, each seeded with 0, do the rest:

  data      NumPy's old global generator: inputs to train on, to test on, and for his estimator of the information;
  testing   PyTorch's generator on a processor, the same Mersenne Twister, made normal by Box and Muller in groups of
            16: the noise of test passes and of the estimator's passes, and the order of the examples;
  training  PyTorch's generator on a graphics card, before version 1.1, cuRAND's MTGP32: the noise of training passes.

They have to be drawn from in his program's order, also for numbers that nobody uses.
"""

import functools
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

import hourglass as hg

NOISE, PASSES = 0.05, 1000  # standard deviation; inputs that the estimator sends through (the paper's n)


@dataclass(frozen=True)
class Run:
    """What one figure was made with. bends: "tanh" or "leaky", for each layer; start: (layers, weight and bias);
    labels: of inputs above and below the edge; values: of a discrete input, or means: of normal inputs of standard
    deviation 1/2; outer: inputs that the estimator's conditional entropy is a mean over (the paper's N); cools: whether
    the rate falls to a twentieth once 99% of the test inputs are told right."""

    bends: tuple
    start: tuple
    edge: float
    labels: tuple
    lr: float
    outer: int
    epochs: int = 300
    n: int = 30
    batch: int = 25
    values: tuple = ()
    means: tuple = ()
    cools: bool = True
    shuffled: bool = True

    @property
    def law(self):
        """The law of the input."""
        return hg.information.Discrete(self.values) if self.values else hg.information.GaussianMixture(self.means, 0.5)

    def inputs(self, stream, n):
        """n inputs, drawn from the old generator as the program draws them, (n,)."""
        if self.values:
            return np.array(self.values)[stream.randint(len(self.values), size=n)]
        which = stream.choice(len(self.means), size=n, p=np.full(len(self.means), 1 / len(self.means)))
        return np.array(self.means)[which] + 0.5 * stream.standard_normal(n)

    def label(self, x):
        """The targets of inputs x, (n,)."""
        return np.where(x > self.edge, *self.labels)


SIGNS, HALVES = (1.0, -1.0), (0.25, 0.0)  # labels above and below the cut
RUNS = {
    2: Run(("tanh",), ((0, 0),), 2.0, SIGNS, 5e-4, 100, epochs=200, values=(-3.0, -1.0, 1.0, 3.0), cools=False,
           shuffled=False),
    3: Run(("leaky", "leaky"), ((0, 4.5), (-1, 0)), 4.5, HALVES, 1e-4, 200, n=100, batch=100,
           values=tuple(np.arange(1.0, 9))),
    4: Run(("tanh", "tanh"), ((0, 0), (0, 0)), 0.0, SIGNS, 5e-3, 500, means=(0.0,)),
    5: Run(("leaky", "tanh"), ((0, 0), (0, 0)), 0.0, SIGNS, 5e-3, 500, means=(0.0,)),
    6: Run(("tanh",), ((0, 0),), 0.0, SIGNS, 1e-4, 500, means=(-1.0, 1.0)),
}  # fmt: skip


# --- his random numbers ----------------------------------------------------------------------------------------------


class Processor:
    """PyTorch's random numbers on a processor."""

    def __init__(self, seed):
        self.stream = np.random.RandomState(seed)

    def words(self, n):
        """n integers of 32 bits."""
        return self.stream.randint(2**32, size=n, dtype=np.uint32)

    def normal(self, n):
        """n normal numbers, n at least 16: whole groups of 16 words, then a fresh group over the last 16 places."""
        words, result = self.words(n), np.empty(n)
        whole = n - n % 16
        result[:whole] = box_muller(words[:whole])
        if n % 16:
            result[-16:] = box_muller(self.words(16))
        return result

    def permutation(self, n):
        """0 to n - 1 in a new order, by Fisher and Yates from the front."""
        order = np.arange(n)
        for i, word in enumerate(self.words(n - 1)):
            j = i + int(word) % (n - i)
            order[[i, j]] = order[[j, i]]
        return order


def box_muller(words):
    """Normal numbers from words in groups of 16, eight radii and then eight angles each."""
    radii, angles = np.moveaxis(((words & 0xFFFFFF) / 2**24).reshape(-1, 2, 8), 1, 0)
    length = np.sqrt(-2 * np.log(1 - radii))
    return np.stack([length * np.cos(2 * np.pi * angles), length * np.sin(2 * np.pi * angles)], axis=1).ravel()


class Card:
    """cuRAND's MTGP32 (Saito and Matsumoto, 2013) with its first set of parameters, whose licence is in
    MTGP-LICENSE.txt. 256 threads make one word each at a call, asked for or not."""

    POSITION, SHIFTS, MASK = 88, (19, 5), np.uint32(0xFFF80000)

    def __init__(self, seed):
        self.table = combinations(0xABA4D62C, 0xBB076F87, 0x22000000, 0x000095BA)
        self.tempering = combinations(0x06100000, 0x25D80000, 0x282C0000, 0x3302DE00)
        token = int(self.table[4]) ^ int(self.table[8]) << 16 & 0xFFFFFFFF
        mixed = token + (token >> 16) & 0xFFFFFFFF
        state = [(mixed + (mixed >> 8) & 0xFF) * 0x01010101] * 351
        state[:2] = seed + 1, token
        for i in range(1, len(state)):
            state[i] ^= 1812433253 * (state[i - 1] ^ state[i - 1] >> 30) + i & 0xFFFFFFFF
        self.state = np.array(state, np.uint32)

    def normal(self, n):
        """n normal numbers, n up to 256, by the inverse of their distribution function."""
        return ndtri((self.words()[:n] + 0.5) / 2**32)

    def words(self):
        """256 integers of 32 bits. Each new word hangs on older ones alone, so that all come at once."""
        state, at, (left, right) = self.state, self.POSITION, self.SHIFTS
        x = state[:256] & self.MASK ^ state[1:257]
        x ^= x << left
        y = x ^ state[at : at + 256] >> right
        new = y ^ self.table[y & 15]
        t = state[at - 1 : at + 255]
        t = t ^ t >> 16
        t ^= t >> 8
        self.state = np.concatenate([state[256:], new])
        return new ^ self.tempering[t & 15]


def combinations(*words):
    """The 16 exclusive ors of subsets of four words, (16,)."""
    table = [0]
    for word in words:
        table += [word ^ before for before in table]
    return np.array(table, np.uint32)


# --- his training ----------------------------------------------------------------------------------------------------


@dataclass
class Replay:
    """A regenerated run, epoch by epoch. weights, biases: (epochs, layers), before the epoch; lrs, accuracies (of a
    noisy pass over test inputs): (epochs,); and what the estimator drew: inputs (epochs, n) and noise (epochs, layers,
    n) of its passes, and outer inputs (epochs, layers, N)."""

    weights: np.ndarray
    biases: np.ndarray
    lrs: np.ndarray
    accuracies: np.ndarray
    inputs: np.ndarray
    noise: np.ndarray
    outer: np.ndarray


def replay(figure, seed=0, noise_seed=None, reset=False):
    """The run of this figure. noise_seed: for other training noise; reset: clear the gradient at each step, as the
    program does since 5 April 2019."""
    run = RUNS[figure]
    old, processor = np.random.RandomState(seed), Processor(seed)
    card = Card(seed if noise_seed is None else noise_seed)
    x, x_test = run.inputs(old, run.n), run.inputs(old, run.n)
    processor.words(2 * len(run.bends))  # first weights, which the program then replaces
    theta, lr, total, kept = np.array(run.start, float), run.lr, 0.0, []
    for _ in range(run.epochs):
        processor.words(2)  # a data loader's seed
        noise = [processor.normal(run.n) for _ in run.bends]
        right = (forward(run, theta, x_test, noise)[-1] > np.mean(run.labels)) == (x_test > run.edge)
        noise = [processor.normal(PASSES) for _ in run.bends]
        inputs, outer = run.inputs(old, PASSES), [run.inputs(old, run.outer) for _ in run.bends]
        kept.append((*theta.T, lr, right.mean(), inputs, noise, outer))
        if run.cools and right.mean() >= 0.99:
            lr = run.lr / 20
        processor.words(2)
        order = processor.permutation(run.n) if run.shuffled else np.arange(run.n)
        for first in range(0, run.n, run.batch):
            chosen = x[order[first : first + run.batch]]
            noise = [card.normal(len(chosen)) for _ in run.bends]
            step = gradient(run, theta, chosen, noise)
            total = step if reset else total + step
            theta = theta - lr * total
    return Replay(*map(np.array, zip(*kept)))


def bend(kind, u):
    """An activation function's values and slopes at u."""
    if kind == "tanh":
        return np.tanh(u), 1 - np.tanh(u) ** 2
    return np.where(u > 0, u, 0.1 * u), np.where(u > 0, 1.0, 0.1)


def forward(run, theta, x, noise):
    """The inputs and each layer's noisy values, a list of (n,)."""
    values = [x]
    for kind, (weight, bias), z in zip(run.bends, theta, noise):
        values.append(bend(kind, weight * values[-1] + bias)[0] + NOISE * z)
    return values


def gradient(run, theta, x, noise):
    """Of the mean squared error with respect to theta, (layers, weight and bias)."""
    *values, output = forward(run, theta, x, noise)
    back, result = 2 * (output - run.label(x)) / len(x), np.zeros_like(theta)
    for i in reversed(range(len(theta))):
        weight, bias = theta[i]
        back = back * bend(run.bends[i], weight * values[i] + bias)[1]
        result[i] = back @ values[i], back.sum()
        back = back * weight
    return result


# --- what the units know ---------------------------------------------------------------------------------------------


def information(figure, weights, biases, law=None):
    """The exact I(X; T) of networks like this figure's, as from `hg.mutual_information`. weights, biases: (*replicas,
    layers); law: None for the figure's."""
    return hg.mutual_information(networks(figure, weights, biases), law or RUNS[figure].law)


def label(figure, weights, biases):
    """What their units know about the label, I(T; Y), (layers, *replicas). weights, biases: (*replicas, layers)."""
    return hg.information.label_information(networks(figure, weights, biases), RUNS[figure].law, RUNS[figure].edge)


def networks(figure, weights, biases):
    """Networks like this figure's. weights, biases: (*replicas, layers)."""
    bends = [hg.Tanh() if kind == "tanh" else hg.LeakyReLU(0.1) for kind in RUNS[figure].bends]
    return hg.information.units(bends, *np.moveaxis([weights, biases], -1, 1), NOISE)


def sampled(figure, run, layer=1):
    """The entropy of a layer's T, as the program estimated it at every epoch, from its own 1000 inputs, had it
    integrated without error, less that of the noise, (epochs,). For the first layer it is the estimate of I(X; T)."""
    values = run.inputs
    for i in range(layer):
        values = values + NOISE * run.noise[:, i - 1] if i else values
        values = bend(RUNS[figure].bends[i], run.weights[:, i : i + 1] * values + run.biases[:, i : i + 1])[0]
    return np.array([hg.mixture_entropy(signal, NOISE) for signal in values]) - hg.mixture_entropy([0.0], NOISE)


def entropies(known):
    """h(T) and h(T | X) of the layers of one network, (2, layers), from what `information` found."""
    h = np.array(
        [hg.mixture_entropy(centres, NOISE, weights / weights.sum()) for centres, weights in known.mixtures[0]]
    )
    return np.array([h, h - known.nats])


SETTINGS = [
    {"figure": figure, "layer": layer, "epoch": epoch}
    for figure, run in RUNS.items()
    for layer in range(1, 1 + len(run.bends))
    for epoch in range(run.epochs)
]
SEEDS = [0]


@functools.cache
def regenerated(figure, seed=0):
    """The run, and the entropies that its estimator found of each layer's T, (layers, epochs)."""
    run = replay(figure, seed)
    return run, np.array([sampled(figure, run, layer + 1) for layer in range(len(RUNS[figure].bends))])


@functools.cache
def relatives(figure, seed=0):
    """Weights and biases, (epochs, 1 + 20, layers) each, of the run with its gradient reset, and of runs that differ
    from it in their training noise."""
    runs = [replay(figure, seed, reset=True), *(replay(figure, seed, noise_seed=1 + k) for k in range(20))]
    return np.stack([r.weights for r in runs], axis=1), np.stack([r.biases for r in runs], axis=1)


def work(setting, seeds):
    """A unit's weight and bias after so many epochs, its information, and the errors of the estimate of that."""
    figure, layer, epoch = setting["figure"], setting["layer"] - 1, setting["epoch"]
    for seed in seeds:
        run, found = regenerated(figure, seed)
        weights, biases = run.weights[epoch], run.biases[epoch]
        known = information(figure, weights, biases)
        values, counts = np.unique(run.outer[epoch, layer], return_counts=True)
        drawn = information(figure, weights, biases, hg.information.Discrete(values, counts / counts.sum()))
        (h, given), (_, given_drawn) = entropies(known)[:, layer], entropies(drawn)[:, layer]
        n_runs = 21 if epoch % 10 == 0 else 1
        reset, *noisy = information(figure, *(values[epoch, :n_runs] for values in relatives(figure, seed))).nats[layer]
        low, high = np.percentile(noisy, [5, 95]) if noisy else (np.nan, np.nan)
        numbers = {
            "nats": abs(known.nats[layer]),
            "label": abs(label(figure, weights, biases)[layer]),
            "reset": abs(reset),
            "noise_low": abs(low),
            "noise_high": abs(high),
            "off_n": found[layer, epoch] + hg.mixture_entropy([0.0], NOISE) - h,
            "off_N": given - given_drawn,
        }
        yield {
            "weight": f"{weights[layer]:.10g}",
            "bias": f"{biases[layer]:.10g}",
            **{name: f"{round(number, 6) + 0.0:.6f}" for name, number in numbers.items()},
        }


def cost(setting):
    """All alike: some milliseconds, once the run is regenerated."""
    return 1
