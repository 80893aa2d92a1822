"""Exact mutual information against closed forms, brute force and mpmath, its laws, and the estimators beside it."""

import numpy as np
import pytest
from mpmath import mp
from mpmath.calculus.quadrature import GaussLegendre
from scipy.integrate import quad
from scipy.special import entr

import hourglass as hg
from hourglass import information
from hourglass.topics.information import estimates, exact, mixtures, quadrature

LAWS = [
    information.Discrete([-3, -1, 1, 3]),
    information.Gaussian(0.2, 0.5),
    information.GaussianMixture([-1, 1], [0.5, 0.1], [0.3, 0.7]),
    information.Uniform(-1, 2),
]


def chain(*stages):
    """A network of stages (weight, bias, "tanh" or a LeakyReLU's slope, std); an array of weights makes replicas."""
    layers = []
    for _, _, f, std in stages:
        layers += [hg.Dense(1, 1), hg.Tanh() if f == "tanh" else hg.LeakyReLU(f), hg.GaussianNoise(std)]
    shape = np.broadcast_shapes(*(np.shape(w) for w, *_ in stages))
    network = hg.Network(*layers, seeds=np.arange(np.prod(shape, dtype=int)).reshape(shape))
    for dense, (weight, bias, *_) in zip(network.layers[::3], stages):
        dense.params["weight"] = np.broadcast_to(weight, shape)[..., None, None]
        dense.params["bias"] = np.broadcast_to(bias, shape)[..., None]
    return network


def nats(law, *stages):
    return information.mutual_information(chain(*stages), law).nats


def random_stages(rng, layers):
    return [
        (
            np.exp(rng.uniform(np.log(1e-3), np.log(30))) * rng.choice([-1, 1]),
            rng.normal(),
            "tanh" if rng.random() < 0.5 else 0.1,
            np.exp(rng.uniform(np.log(0.01), 0)),
        )
        for _ in range(layers)
    ]


# --- mixture entropy ---


@pytest.mark.parametrize("std", [1e-6, 0.05, 3.0, 1e8])
def test_one_normal_has_its_closed_form(std):
    expected = np.log(2 * np.pi * np.e * std**2) / 2
    assert information.mixture_entropy([2.5 * std], std) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("n", [2, 5, 100])
@pytest.mark.parametrize("apart", [20, 1e3, 1e6])
def test_bumps_far_apart_add_the_entropy_of_the_choice(n, apart):
    std, weights = 0.05, np.arange(1, n + 1) / (n * (n + 1) / 2)
    expected = np.log(2 * np.pi * np.e * std**2) / 2 - weights @ np.log(weights)
    centres = 0.3 + apart * std * np.arange(n)
    assert information.mixture_entropy(centres[::-1], std, weights[::-1]) == pytest.approx(expected, abs=1e-8)


def test_the_bump_that_the_paper_s_rule_lost():
    # quad on [-10, 10] returns 0 for a normal of std 0.05 at 4.62
    assert information.mixture_entropy([4.62], 0.05) == pytest.approx(-1.576793740, abs=1e-8)


@pytest.mark.parametrize("distance", [0.1, 1, 2.5, 4, 6])
def test_two_bumps_against_quadpack(distance):
    centres = np.array([-distance / 2, distance / 2])

    def integrand(t):
        p = np.exp(-((t - centres) ** 2) / 2).mean() / np.sqrt(2 * np.pi)
        return -p * np.log(p)

    expected = sum(quad(integrand, a, a + 1, epsabs=1e-13)[0] for a in range(-13, 13))
    assert information.mixture_entropy(centres, 1.0) == pytest.approx(expected, abs=2e-9)


# --- laws of mutual information ---


@pytest.mark.parametrize("seed", range(30))
def test_bounds_order_and_error(seed):
    rng = np.random.default_rng(seed)
    law, stages = LAWS[seed % 4], random_stages(rng, 3)
    found = information.mutual_information(chain(*stages), law)
    assert found.nats.shape == found.error.shape == (3,)
    assert (found.nats > -1e-9).all()
    assert (np.diff(found.nats) < 1e-8).all()  # the data-processing inequality
    assert (found.error < 2e-6).all()
    if seed % 4 == 0:
        assert (found.nats < np.log(4) + 1e-9).all()


@pytest.mark.parametrize("law", [information.Discrete([-3, -1, 1, 3]), information.Gaussian(0, 0.5)])
@pytest.mark.parametrize("f", ["tanh", 0.1])
def test_a_sign_flip_changes_nothing(law, f):
    expected = nats(law, (1.5, 0.3, "tanh", 0.05), (2, 0.1, f, 0.1))
    assert nats(law, (-1.5, 0.3, "tanh", 0.05), (2, 0.1, f, 0.1)) == pytest.approx(expected, abs=1e-9)  # symmetric X
    assert nats(law, (-1.5, -0.3, "tanh", 0.05), (-2, 0.1, f, 0.1)) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("f", ["tanh", 0.1])
def test_more_noise_less_information(law, f):
    # the layer's own noise: that of a layer before may help, as dither does where tanh is level
    stds = 0.01 * 2.0 ** np.arange(7)
    first = [nats(law, (3, 0.1, f, std))[0] for std in stds]
    second = [nats(law, (3, 0.1, f, 0.05), (2, 0, "tanh", std))[1] for std in stds]
    assert (np.diff(first) < 1e-9).all()
    assert (np.diff(second) < 1e-9).all()


def test_plateaus_and_limits():
    values = LAWS[0]
    assert nats(values, (0.5, 0, 0.1, 0.001)) == pytest.approx(np.log(4), abs=1e-9)
    assert nats(values, (10, 0, "tanh", 0.05)) == pytest.approx(np.log(2), abs=1e-6)  # -3, -1 together and 1, 3
    quarter = nats(values, (10, -20, "tanh", 0.05))
    assert quarter == pytest.approx(-0.25 * np.log(0.25) - 0.75 * np.log(0.75), abs=1e-6)
    assert nats(values, (10, -10, "tanh", 0.05)) == pytest.approx(
        -0.25 * np.log(0.25) * 2 - 0.5 * np.log(0.5), abs=1e-6
    )  # -3, -1 together; 1 at the middle; 3
    mixture = information.GaussianMixture([-1, 1], 0.5)
    assert nats(mixture, (1e5, 0, "tanh", 0.05)) == pytest.approx(np.log(2), abs=1e-4)
    assert nats(mixture, (0, 0, "tanh", 0.05)) == pytest.approx(0, abs=1e-9)


def test_a_normal_channel_has_its_closed_form():
    # far from the kink LeakyReLU is linear: I = ln(1 + w^2 s^2 / std^2) / 2, layer by layer
    law = information.Gaussian(100, 0.5)
    found = nats(law, (3, 0, 0.1, 0.2), (0.7, 0, 0.1, 0.3))
    signal, noise = (3 * 0.5) ** 2, 0.2**2
    assert found[0] == pytest.approx(np.log1p(signal / noise) / 2, abs=1e-9)
    assert found[1] == pytest.approx(np.log1p(0.49 * signal / (0.49 * noise + 0.09)) / 2, abs=1e-9)


def test_values_of_the_project_s_earlier_trials():
    assert nats(information.GaussianMixture([-1, 1], 0.5), (0.77, 0, "tanh", 0.05)) == pytest.approx(2.0958, abs=1e-4)
    assert mixtures.normal_entropy(0.05**2) == pytest.approx(-1.576794, abs=1e-6)


def test_replicas_are_single_networks():
    weights = np.array([[0.5, -2, 30], [0, 1e-3, 5]])
    stages = (weights, 0.2, 0.1, 0.05), (weights[::-1], -0.1, "tanh", 0.03)
    found = information.mutual_information(chain(*stages), LAWS[1])
    density = found.density(-1, np.linspace(-1.5, 1.5, 50))
    assert found.nats.shape == (2, 2, 3) and density.shape == (2, 3, 50)
    for i in np.ndindex(2, 3):
        one = information.mutual_information(chain(*stages)[i], LAWS[1])
        assert (one.nats == found.nats[:, *i]).all()
        assert (one.density(1, np.linspace(-1.5, 1.5, 50)) == density[i]).all()


@pytest.mark.parametrize("law", LAWS)
def test_densities_are_those_of_the_noisy_network(law):
    network = chain((2, 0.3, 0.1, 0.1), (-1.5, 0.2, "tanh", 0.05))
    rng = np.random.default_rng(0)
    outputs = network.activations(law.sample(rng, 200_000)[:, None], noise=True)[2::3]
    for layer, output in enumerate(outputs):
        edges = np.linspace(output.min(), output.max(), 41)
        grid = np.linspace(edges[0], edges[-1], 4001)
        density = information.mutual_information(network, law).density(layer, grid)
        expected = (density[:-1] + density[1:]).reshape(40, -1).sum(axis=1) / 2 * (grid[1] - grid[0])
        share = np.histogram(output, edges)[0] / len(output)
        assert share == pytest.approx(expected, abs=6e-3)
        assert expected.sum() == pytest.approx(1, abs=1e-4)


def test_extremes_stay_cheap_and_right():
    law = information.Gaussian(0, 0.5)
    found = nats(law, (30, 0.1, 0.1, 0.01), (30, 0.1, "tanh", 0.01))
    assert found[1] < found[0] and np.isfinite(found).all()
    far = information.Discrete([-1e6, 0, 1e6])
    assert nats(far, (1, 0, 0.1, 0.01), (1, 0.1, 0.1, 0.01)) == pytest.approx(np.log(3), abs=1e-7)
    with pytest.raises(ValueError, match="noise that its signal does not dwarf"):
        nats(law, (1e9, 0, 0.1, 0.01))


# --- two units, and labels ---

CORNERS = information.Discrete([[-1, -1], [-1, 1], [1, -1], [1, 1]], [0.1, 0.2, 0.3, 0.4])
TURNED = np.array([[0.8, -0.5], [0.3, 1.2]])


def pairs(first, second=None, f="tanh", std=0.2):
    """Two inputs, as many units as `first`, (2, n), has columns, and one unit with weights `second`, (n,), if given."""
    layers, numbers = [hg.Tanh() if f == "tanh" else hg.LeakyReLU(f), hg.GaussianNoise(std)], [{}, {}]
    first = np.array(first, float)
    params = [{"weight": first, "bias": np.linspace(-0.2, 0.3, first.shape[1])}, *numbers]
    layers = [hg.Dense(*first.shape), *layers]
    if second is not None:
        layers += [hg.Dense(len(second), 1), hg.Tanh(), hg.GaussianNoise(0.1)]
        params += [{"weight": np.array(second, float)[:, None], "bias": np.array([0.1])}, *numbers]
    return hg.Network(*layers, params=params)


def test_two_units_that_hear_independent_inputs_add_up():
    law, (a, b) = information.Discrete([-1, 1, 2], [0.2, 0.3, 0.5]), (0.7, -1.3)
    both = [[x, y] for x in law.values for y in law.values]
    joint = information.Discrete(both, np.outer(law.probabilities, law.probabilities).ravel())
    found = information.mutual_information(pairs(np.diag([a, b])), joint)
    expected = sum(nats(law, (w, bias, "tanh", 0.2))[0] for w, bias in ((a, -0.2), (b, 0.3)))
    assert found.nats == pytest.approx(expected, abs=1e-9) and found.error < 1e-6


@pytest.mark.parametrize("f", ["tanh", 0.1])
def test_two_units_and_one_against_sums_over_the_plane(f):
    network, h = pairs(TURNED, [1.5, -0.7], f), 0.02
    found = information.mutual_information(network, CORNERS).nats
    signals, p = network.activations(CORNERS.values)[1], CORNERS.probabilities
    axes = [np.arange(s.min() - 1.4, s.max() + 1.4, h) for s in signals.T]

    def bell(z, std):
        return np.exp(-((z / std) ** 2) / 2) / (std * np.sqrt(2 * np.pi))

    given = np.stack([np.outer(*(bell(axis - c, 0.2) for axis, c in zip(axes, s))) for s in signals])
    first = h * h * (entr(np.tensordot(p, given, 1)).sum() - p @ entr(given).sum(axis=(1, 2)))
    t = np.arange(-2, 2, h)
    heard = np.tanh(1.5 * axes[0][:, None] - 0.7 * axes[1] + 0.1)
    rows = h * h * given.reshape(4, -1) @ bell(t - heard.reshape(-1, 1), 0.1)
    second = h * (entr(p @ rows).sum() - p @ entr(rows).sum(axis=1))
    assert found == pytest.approx([first, second], abs=1e-7)


def test_two_units_know_no_less_than_what_follows_them_nor_more_than_the_input():
    rng, entropy = np.random.default_rng(0), entr(CORNERS.probabilities).sum()
    for _ in range(10):
        found = information.mutual_information(pairs(rng.normal(0, 2, (2, 2)), rng.normal(0, 2, 2)), CORNERS).nats
        assert -1e-9 < found[1] < found[0] + 1e-9 < entropy + 2e-9
    deaf = information.mutual_information(pairs(TURNED, [0, 0]), CORNERS).nats
    assert deaf[1] == pytest.approx(0, abs=1e-9) and deaf[0] > 0.1


def test_one_unit_that_hears_rows_hears_their_sum():
    network = pairs([[0.8], [0.3]], [2.0])
    found = information.mutual_information(network, CORNERS).nats
    heard = information.Discrete((CORNERS.values @ [[0.8], [0.3]]).ravel(), CORNERS.probabilities)
    assert found == pytest.approx(nats(heard, (1, -0.2, "tanh", 0.2), (2, 0.1, "tanh", 0.1)), abs=1e-9)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("f", ["tanh", 0.1])
def test_what_a_layer_knows_about_the_label(law, f, cut=0.3):
    """Against the entropies of densities of labelled samples, and within its bounds."""
    network = chain((2, -0.3, f, 0.1), (1.5, 0.2, "tanh", 0.3))
    found = information.label_information(network, law, cut)
    share = sum(share for share, part in law.parts(cut)[1:])
    whole = information.mutual_information(network, law).nats
    assert (found > 0).all() and (found < np.minimum(whole, entr([share, 1 - share]).sum()) + 1e-9).all()
    assert found[1] < found[0]
    x = law.sample(np.random.default_rng(0), 400_000)
    signal = network.activations(np.sort(x)[:, None])[1][:, 0]
    above = np.sort(x) > cut
    h = [information.mixture_entropy(s, 0.1) for s in (signal, signal[above], signal[~above])]
    assert found[0] == pytest.approx(h[0] - above.mean() * h[1] - (1 - above.mean()) * h[2], abs=5e-3)


def test_a_label_beyond_the_law_is_no_news_and_a_sharp_unit_knows_it_whole():
    for law in LAWS:
        for cut in (-50, 50):
            assert information.label_information(chain((2, 0, "tanh", 0.1)), law, cut) == pytest.approx(0, abs=1e-9)
    sharp = information.label_information(chain((1e5, 0, "tanh", 0.05)), information.Gaussian(0, 0.5), 0)
    assert sharp == pytest.approx(np.log(2), abs=1e-4)
    for share, part in information.Uniform(-1, 2).parts(0.3):
        assert share == pytest.approx(1.3 / 3 if part.high == 0.3 else 1.7 / 3, abs=1e-12)
        drawn = part.sample(np.random.default_rng(0), (3, 500))
        assert drawn.shape == (3, 500) and ((drawn > 0.3) == (part.low == 0.3)).all()


# --- accuracy ---


def brute(stages, law, density, ends):
    """I(X; T_1) by QUADPACK alone, one integral in another, with breakpoints at every scale."""
    (weight, bias, f, std) = stages
    signal = np.tanh if f == "tanh" else lambda u: np.where(u > 0, u, f * u)
    x = np.linspace(*ends, 400_001)
    s, mass = signal(weight * x + bias), density(x) * (x[1] - x[0])
    mass[[0, -1]] /= 2

    def integrand(t):
        p = mass @ np.exp(-(((t - s) / std) ** 2) / 2) / (std * np.sqrt(2 * np.pi))
        return -p * np.log(p) if p > 0 else 0.0

    marks = np.arange(s.min() - 8 * std, s.max() + 8 * std + 2 * std, 2 * std)
    h = sum(quad(integrand, a, b, epsabs=1e-9, epsrel=1e-8)[0] for a, b in zip(marks, marks[1:]))
    return h - np.log(2 * np.pi * np.e * std**2) / 2


@pytest.mark.parametrize(
    "stages", [(2.5, 0.4, "tanh", 0.3), (-30.0, 2.0, "tanh", 0.5), (3.0, -0.2, 0.1, 0.6), (-1e-3, 1.0, 0.1, 0.01)]
)
def test_one_layer_against_brute_force(stages):
    law = information.Gaussian(0.1, 0.5)
    expected = brute(stages, law, law.density, (0.1 - 4.5, 0.1 + 4.5))
    assert nats(law, stages) == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize("seed", range(40))
def test_finer_grids_change_nothing(seed):
    rng = np.random.default_rng(1000 + seed)
    [stages] = exact.stages(chain(*random_stages(rng, 1 + seed % 3)), LAWS[seed % 4])
    value, finer = (exact.flow(stages, LAWS[seed % 4], fineness)[0] for fineness in (1.0, 1.7))
    assert value == pytest.approx(finer, abs=1e-8)


@pytest.mark.parametrize("f", ["tanh", 0.1])
def test_two_layers_against_mpmath(f):
    mp.dps = 20
    (w1, b1, std1), (w2, b2, std2), values = (1.3, 0.2, 0.2), (2.0, -0.3, 0.25), [-1.5, 0.25, 1.0]

    def second(u):
        return mp.tanh(w2 * u + b2) if f == "tanh" else max(w2 * u + b2, f * (w2 * u + b2))

    def bell(z, std):
        return mp.exp(-((z / std) ** 2) / 2) / (std * mp.sqrt(2 * mp.pi))

    # mpmath's Gauss-Legendre nodes, once for all t: 12 of them on pieces of two noises, cut at the kink
    rule = GaussLegendre(mp).calc_nodes(3, 80)
    mixtures = []
    for x in values:
        s = mp.tanh(w1 * x + b1)
        ends = sorted([s + k * std1 for k in range(-8, 9, 2)] + [mp.mpf(-b2) / w2])
        points = []
        for a, b in zip(ends, ends[1:]):
            for node, weight in rule:
                u = (a + b) / 2 + (b - a) / 2 * node
                points.append((second(u), weight * (b - a) / 2 * bell(u - s, std1)))
        mixtures.append([(c, p) for c, p in points if p > 1e-18])

    def density(t, mixture):
        return mp.fsum(p * bell(t - c, std2) for c, p in mixture)

    def entropy(ps, step):
        return -step * mp.fsum(p * mp.log(p) for p in ps if p > 0)

    low = min(c for m in mixtures for c, _ in m) - 8 * std2
    high = max(c for m in mixtures for c, _ in m) + 8 * std2
    step = std2 / 5
    grid = [low + i * step for i in range(int((high - low) / step) + 1)]
    given = [[density(t, m) for t in grid] for m in mixtures]
    expected = entropy([mp.fsum(p) / 3 for p in zip(*given)], step) - mp.fsum(entropy(p, step) for p in given) / 3
    found = nats(information.Discrete(values), (w1, b1, "tanh", std1), (w2, b2, f, std2))
    assert found[1] == pytest.approx(float(expected), abs=2e-9)


@pytest.mark.parametrize(
    ("values", "weights", "std"), [([-3, -1, 1, 3], [0.25] * 4, 0.05), ([0.1, 0.2, 1], [0.5, 0.3, 0.2], 0.3)]
)
def test_one_layer_against_mpmath(values, weights, std):
    mp.dps = 20
    centres = [mp.tanh(mp.mpf("0.7") * x) for x in values]

    def integrand(t):
        p = mp.fsum(q * mp.exp(-(((t - c) / std) ** 2) / 2) for q, c in zip(weights, centres))
        p /= std * mp.sqrt(2 * mp.pi)
        return -p * mp.log(p)

    ends = sorted({c + k * std for c in centres for k in (-12, -6, -3, 0, 3, 6, 12)})
    expected = mp.quad(integrand, ends) - mp.log(2 * mp.pi * mp.e * std**2) / 2
    found = nats(information.Discrete(values, weights), (0.7, 0, "tanh", std))
    assert found[0] == pytest.approx(float(expected), abs=2e-9)


# --- estimators ---


def test_estimators_come_near_the_exact_value():
    law, std, rng = information.Uniform(-1, 2), 0.1, np.random.default_rng(0)
    network = chain((1.5, 0, "tanh", std))
    exact = information.mutual_information(network, law).nats[0]
    x = law.sample(rng, 4000)[:, None]
    _, signal, t = network.activations(x, noise=True)
    assert estimates.estimate("sampling", x, signal, std=std) == pytest.approx(exact, abs=0.03)
    assert estimates.estimate("neighbours", x, t) == pytest.approx(exact, abs=0.06)
    repeated = np.repeat(law.sample(rng, 200), 100)
    signal = network.activations(repeated[:, None], noise=True)[1]
    assert estimates.estimate("sampling", repeated, signal, std=std) == pytest.approx(exact, abs=0.1)


def test_estimators_of_a_discrete_input():
    rng = np.random.default_rng(1)
    x = rng.integers(4, size=4000)
    t = x + 0.05 * rng.standard_normal(4000)
    assert estimates.estimate("binning", x, t + 0.5, width=1.0) == pytest.approx(np.log(4), abs=1e-2)
    assert estimates.estimate("neighbours", x, t, discrete=True) == pytest.approx(np.log(4), abs=1e-2)
    assert estimates.estimate("sampling", x, x.astype(float), std=0.05) == pytest.approx(np.log(4), abs=1e-3)


def test_independent_units_add_up():
    law, std, rng = information.Discrete([-3, -1, 1, 3]), 0.3, np.random.default_rng(2)
    stages = (0.6, 0.1, "tanh", std), (0.3, -0.2, "tanh", std)
    exact = sum(nats(law, stage)[0] for stage in stages)
    x = np.stack([law.sample(rng, 3000) for _ in stages], axis=1)
    signal = np.concatenate([chain(s).activations(x[:, [i]])[1] for i, s in enumerate(stages)], axis=1)
    assert estimates.estimate("sampling", x, signal, std=std) == pytest.approx(exact, abs=0.03)


def test_sampling_never_exceeds_ln_n():
    signal = np.random.default_rng(3).standard_normal((200, 5)) * 10
    assert estimates.estimate("sampling", np.arange(200), signal, std=0.05) == pytest.approx(np.log(200), abs=1e-9)


def test_one_and_more_dimensions_agree():
    rng = np.random.default_rng(4)
    signal = np.tanh(rng.standard_normal((500, 1)))
    flat = np.concatenate([signal, np.zeros((500, 1))], axis=1)
    x = np.arange(500)
    one, two = (estimates.estimate("sampling", x, s, std=0.1, **k) for s, k in ((signal, {}), (flat, {"draws": 50})))
    assert one == pytest.approx(two, abs=0.01)


@pytest.mark.parametrize("k", [1, 2, 5])
def test_the_error_of_sampled_clusters_is_that_of_counts(k):
    """Miller's (k - 1) / 2n below, and the deviation of the surprise of a cluster."""
    shares = np.arange(1, k + 1) / (k * (k + 1) / 2)
    bias, std = information.sampling_error(np.arange(k), 0.02, 50, shares)
    surprise = -np.log(shares)
    assert bias == pytest.approx(-(k - 1) / 100, abs=1e-6)
    assert std == pytest.approx(np.sqrt(shares @ (surprise - shares @ surprise) ** 2 / 50), abs=1e-6)


@pytest.mark.parametrize("w", [0.8, 5.0])
def test_the_error_of_sampled_signals_is_the_one_foretold(w, n=1000, repeats=400):
    rng, law = np.random.default_rng(0), information.Gaussian(0, 0.5)
    found = np.array([information.mixture_entropy(np.tanh(w * law.sample(rng, n)), 0.05) for _ in range(repeats)])
    even = np.tanh(w * np.sort(law.sample(np.random.default_rng(1), 200_000))[::50])
    bias, std = information.sampling_error(even, 0.05, n)
    off = found - information.mixture_entropy(even, 0.05)
    assert off.std() == pytest.approx(std, rel=0.15)
    assert bias < 0 and off.mean() == pytest.approx(bias, abs=3 * std / np.sqrt(repeats) + 3e-3)


# --- bad input ---


@pytest.mark.parametrize(
    "wrong, error, message",
    [
        (lambda: information.mixture_entropy([0.0], 0), ValueError, "std must be above 0, got 0"),
        (lambda: information.mixture_entropy([0.0], -1), ValueError, "std must be above 0, got -1"),
        (lambda: information.mixture_entropy([], 1), ValueError, "centres must not be empty"),
        (lambda: information.mixture_entropy([0, np.nan], 1), ValueError, "centres must be finite"),
        (lambda: information.mixture_entropy([0, 1], 1, [0.5, 0.6]), ValueError, "weights must be 2 .* sum to 1"),
        (lambda: information.mixture_entropy([0, 1], 1, [1.5, -0.5]), ValueError, "weights must be 2 non-negative"),
        (lambda: information.mixture_entropy([0, 1], 1, [1.0]), ValueError, "weights must be 2 "),
        (lambda: information.mixture_entropy([[0, 1]], 1), ValueError, r"centres must have shape \(n,\)"),
        (lambda: information.Discrete([]), ValueError, "values must not be empty"),
        (lambda: information.Discrete([1, 2], [1, 1]), ValueError, "probabilities must be 2 .* sum to 1"),
        (lambda: information.Gaussian(0, 0), ValueError, "std must be above 0"),
        (lambda: information.Gaussian("0", 1), TypeError, "mean must be a number, got '0'"),
        (lambda: information.GaussianMixture([0, 1], [1, 1, 1]), ValueError, "stds must be one number or 2"),
        (lambda: information.GaussianMixture([0, 1], [1, 0]), ValueError, "stds must be above 0"),
        (lambda: information.Uniform(2, 1), ValueError, "high must be above 2"),
        (lambda: information.mutual_information(chain((1, 0, "tanh", 1)), [0, 1]), TypeError, "law must be a law"),
        (lambda: information.mutual_information(None, LAWS[0]), TypeError, "network must be a Network"),
        (lambda: nats(LAWS[0], (1, 0, "tanh", 0)), ValueError, "noise of std above 0 at position 2"),
        (
            lambda: information.mutual_information(hg.Network(hg.Dense(1, 2), hg.Tanh(), hg.GaussianNoise(1)), LAWS[0]),
            ValueError,
            r"one unit a layer, or two in the first if .* got Dense\(n_in=1, n_out=2.*`estimate` samples it",
        ),
        (
            lambda: information.mutual_information(
                hg.Network(hg.Dense(1, 1), hg.Sigmoid(), hg.GaussianNoise(1)), LAWS[0]
            ),
            TypeError,
            "Tanh or LeakyReLU at position 1, the layers whose law is known exactly, got Sigmoid",
        ),
        (
            lambda: information.mutual_information(hg.Network(hg.Dense(1, 1), hg.Tanh()), LAWS[0]),
            ValueError,
            "network must end in GaussianNoise, got Tanh",
        ),
        (
            lambda: information.mutual_information(pairs([[1, 2, 3], [1, 2, 3]]), CORNERS),
            ValueError,
            "one unit a layer, or two in the first .* n_out=3.* at position 0: more units need an integral of as many",
        ),
        (lambda: information.mutual_information(pairs(TURNED), LAWS[1]), ValueError, "inputs of 1 numbers.*no density"),
        (lambda: information.Discrete(np.zeros((2, 2, 2))), ValueError, r"values must have shape \(n,\) or \(n, d\)"),
        (lambda: CORNERS.parts(0), ValueError, "values must be numbers, to lie below or above a cut"),
        (
            lambda: information.mutual_information(pairs(TURNED), CORNERS).density(0, [0, 1]),
            ValueError,
            "layer 0 has two",
        ),
        (
            lambda: information.mutual_information(pairs(TURNED, std=1e-6), CORNERS),
            ValueError,
            "noise that its signal does not dwarf: the plane needs",
        ),
        (lambda: estimates.estimate("guess", [1], [1]), ValueError, "method must be one of 'sampling', 'binning'"),
        (lambda: estimates.estimate("sampling", [1, 2], [1], std=1), ValueError, "x and t must have as many rows"),
        (lambda: estimates.estimate("sampling", [1], [1], std=0), ValueError, "std must be above 0"),
        (lambda: estimates.estimate("binning", [1], [1], width=0), ValueError, "width must be above 0"),
        (lambda: estimates.estimate("neighbours", [1, 2], [[1, 2], [3, 4]]), ValueError, "t must be one number a row"),
        (lambda: estimates.estimate("neighbours", [1, 2], [1, 2], k=0), ValueError, "k must be at least 1"),
    ],
)
def test_bad_input_is_refused_by_name(wrong, error, message):
    with pytest.raises(error, match=message):
        wrong()


def test_density_wants_a_layer_and_a_grid_that_ascends():
    found = information.mutual_information(chain((1, 0, "tanh", 0.1)), LAWS[0])
    with pytest.raises(IndexError):
        found.density(1, [0.0])
    with pytest.raises(ValueError, match="grid must ascend"):
        found.density(0, [1.0, 0.0])


def test_the_limit_of_points_bites_exactly_where_it_says(monkeypatch):
    stage, low, high = quadrature.Stage(30.0, 0.1, None, 0.01), np.array([-1.0]), np.array([1.0])
    n = len(quadrature.quadrature(low, high, stage, 1.0)[0])
    monkeypatch.setattr(quadrature, "MOST_POINTS", n)
    assert len(quadrature.quadrature(low, high, stage, 1.0)[0]) == n
    monkeypatch.setattr(quadrature, "MOST_POINTS", n - 1)
    with pytest.raises(ValueError, match="network must have noise that its signal does not dwarf"):
        quadrature.quadrature(low, high, stage, 1.0)


# --- Kong's experiments ----------------------------------------------------------------------------------------------


def test_units_are_a_chain_with_the_numbers_given():
    weights, biases = [np.array([0.5, -2.0]), 3.0], [0.1, np.array([0.0, 1.0])]
    net = information.units([hg.Tanh(), hg.LeakyReLU(0.1)], weights, biases, noise=0.2)
    x = np.linspace(-1, 1, 5)[:, None]
    first = np.tanh(x * np.array([0.5, -2.0])[:, None, None] + 0.1)
    second = 3 * first + np.array([0.0, 1.0])[:, None, None]
    assert net.replicas == (2,)
    np.testing.assert_allclose(net(x), np.where(second > 0, second, second / 10), rtol=0, atol=1e-15)
    known = information.mutual_information(net, LAWS[1])
    assert known.nats.shape == (2, 2) and known.stds == [0.2, 0.2]


@pytest.mark.parametrize("counts", [(1, 2, 2), (2, 1, 2), (2, 2, 1), (0, 0, 0)])
def test_units_must_be_as_many_as_their_numbers(counts):
    bends, weights, biases = ([part] * n for part, n in zip((hg.Tanh(), 1.0, 0.0), counts, strict=True))
    with pytest.raises(ValueError, match="one entry a layer, got {}, {} and {}".format(*counts)):
        information.units(bends, weights, biases)


def follow(epochs=40, cools=True, lr=0.02):
    task = information.Task(LAWS[0], lambda x: np.where(x > 2, 1.0, -1.0), cools=cools)
    optimizer = hg.SGD(lr, momentum=0.5)
    net = information.units([hg.Tanh()], *np.zeros((2, 1, 4)))
    return optimizer, net, information.follow(net, task, optimizer, epochs)


def test_followed_networks_tell_their_weights_and_biases_after_each_epoch():
    _, net, (weights, biases) = follow()
    assert weights.shape == biases.shape == (1, 41, 4)
    assert not weights[:, 0].any() and not biases[:, 0].any()
    np.testing.assert_array_equal(weights[0, -1], net.layers[0].params["weight"][:, 0, 0])
    np.testing.assert_array_equal(biases[0, -1], net.layers[0].params["bias"][:, 0])
    assert len({*weights[0, -1].tolist()}) == 4, "each network sees inputs of its own"
    np.testing.assert_array_equal(follow()[2], [weights, biases])
    np.testing.assert_array_equal(follow(epochs=20)[2][0], weights[:, :21])


def test_with_a_seed_of_its_own_a_network_fares_the_same_in_any_company():
    task, trails = information.Task(LAWS[0], lambda x: np.where(x > 2, 1.0, -1.0)), []
    for seeds in ([[7, 3, 5]], [[5, 8, 7]]):
        net = information.units([hg.Tanh()] * 2, [np.full((1, 3), 0.1)] * 2, [0.0, 0.0])
        trails.append(information.follow(net, task, hg.SGD(0.02, momentum=1.0), 20, seeds))
    (first, second) = trails
    np.testing.assert_array_equal(first[..., [0, 2]], second[..., [2, 0]])
    assert (first[..., -1, :, 1] != second[..., -1, :, 1]).all()
    with pytest.raises(ValueError, match=r"seeds must have shape \(1, 3\), as the network's replicas, got \(3,\)"):
        information.follow(net, task, hg.SGD(0.02), 20, [1, 2, 3])


def test_a_rate_that_cools_falls_once_and_is_given_back():
    optimizer, _, (cooled, _) = follow(epochs=120)
    _, _, (steady, _) = follow(epochs=120, cools=False)
    assert optimizer.lr == 0.02
    apart = (cooled != steady).any(axis=0).any(axis=1)
    first = apart.argmax()
    assert 0 < first < 120, "never cooled"
    np.testing.assert_array_equal(cooled[:, :first], steady[:, :first])
    assert (
        np.abs(np.diff(cooled[0], axis=0))[-20:].mean(axis=0) < np.abs(np.diff(steady[0], axis=0))[-20:].mean(axis=0)
    ).all()


def test_a_rate_that_was_cut_stays_cut_when_a_network_forgets_again():
    """Kong's figure 3: right answers come and go, and rates never rise."""
    rates = []

    class Noted(hg.SGD):
        def update(self, network):
            rates.append(np.broadcast_to(self.lr, 12).copy())
            super().update(network)

    eight = information.Discrete(range(1, 9))
    task = information.Task(eight, lambda x: np.where(x > 4.5, 0.25, 0.0), cut=0.125, n=100, batch=100)
    net = information.units([hg.LeakyReLU(0.1)] * 2, [np.zeros(12), -1.0], [4.5, 0.0])
    optimizer = Noted(1e-4, momentum=1.0)
    information.follow(net, task, optimizer, 300)
    assert (np.diff(rates, axis=0) <= 0).all() and {*np.ravel(rates).tolist()} == {1e-4, 1e-4 / 20}
    assert optimizer.lr == 1e-4


def test_a_rate_is_given_back_when_training_stops():
    task = information.Task(LAWS[0], lambda x: np.full_like(x, np.nan))
    optimizer = hg.SGD(0.1)
    with pytest.raises(ValueError, match="must be finite"):
        information.follow(information.units([hg.Tanh()], [0.0], [0.0]), task, optimizer, 5)
    assert optimizer.lr == 0.1
