"""Rules and the networks that follow them: who wins and by how much, codes made by hand, and what they cost."""

import functools
import itertools
import math

import numpy as np
import pytest
from common import REPLICAS, complains, random_network, seeded, unchanged
from hypothesis import assume, example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import hourglass as hg
from hourglass import rules

each_replicas = pytest.mark.parametrize("replicas", REPLICAS, ids=str)
sizes = st.integers(2, 50)
seeds = st.integers(0, 2**32 - 1)
permutations = st.integers(2, 9).flatmap(lambda n: st.permutations(range(n)))

# --- rules -----------------------------------------------------------------------------------------------------------


@given(n=st.integers(1, 50))
def test_one_hot_patterns_fire_one_input_each(n):
    patterns = rules.one_hot(n)
    assert patterns.shape == (n, n)
    assert (patterns.argmax(axis=1) == np.arange(n)).all()
    assert patterns.sum() == n == (patterns == 1).sum()


@given(n=sizes)
def test_the_shift_rule_is_one_round_through_all(n):
    rule, place, visited = rules.shift_rule(n), 0, []
    for _ in range(n):
        visited.append(place)
        place = rule[place]
        assert place == (visited[-1] + 1 if len(visited) < n else 0)
    assert (visited, rule.dtype.kind) == (list(range(n)), "i")


@given(n=sizes)
def test_without_wrap_the_last_input_is_left_out(n):
    assert rules.shift_rule(n, wrap=False).tolist() == list(range(1, n))
    assert rules.shift_rule(n, wrap=True).tolist() == [*range(1, n), 0]


# --- moving columns --------------------------------------------------------------------------------------------------


@each_replicas
@pytest.mark.parametrize("bias", [True, False])
@given(old=permutations, seed=seeds)
def test_moved_columns_give_the_same_answers_under_other_names(replicas, bias, old, seed):
    n, rng = len(old), seeded(seed)
    new, x = rng.permutation(n), rng.normal(size=(4, n))
    network = random_network(hg.Dense(n, 2, bias=bias), hg.Tanh(), hg.Dense(2, n, bias=bias), replicas=replicas)
    with unchanged(network):
        moved = rules.relabelled(network, old, new)
    before, after = network(x), moved(x)
    for i in range(n):
        np.testing.assert_allclose(after[..., new[i]], before[..., old[i]], rtol=0, atol=1e-12)
    leads = [rules.margins(net(rules.one_hot(n)), rule) for net, rule in ((network, old), (moved, new))]
    np.testing.assert_allclose(leads[1], leads[0], rtol=0, atol=1e-12)


@given(old=permutations, seed=seeds)
def test_moving_columns_trains_nothing_and_can_be_undone(old, seed):
    network, new = random_network(hg.Dense(3, len(old)), replicas=(2,)), seeded(seed).permutation(len(old))
    moved = rules.relabelled(network, old, new)
    np.testing.assert_array_equal(np.sort(moved.parameters), np.sort(network.parameters))
    np.testing.assert_array_equal(rules.relabelled(moved, new, old).parameters, network.parameters)


def test_the_moved_network_is_a_copy():
    network = random_network(hg.Dense(3, 3), hg.Tanh(), hg.Dense(3, 3))
    for new in ([2, 0, 1], [0, 1, 2]):
        with unchanged(network):
            rules.relabelled(network, [0, 1, 2], new).parameters[...] = 7


# --- margins ---------------------------------------------------------------------------------------------------------

numbers = st.integers(-2, 2).map(float) | st.floats(-1e9, 1e9)  # the integers for ties
logits_of_patterns = arrays(np.float64, array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=5), elements=numbers)


@example(logits=np.zeros((2, 3)), seed=0)
@given(logits=logits_of_patterns, seed=seeds)
def test_a_margin_is_positive_where_the_right_output_wins_alone(logits, seed):
    patterns, n = logits.shape
    rule, given_logits = seeded(seed).integers(0, n, patterns), logits.copy()
    found = rules.margins(logits, rule)
    np.testing.assert_array_equal(logits, given_logits)
    assert found.shape == (patterns,)
    for row, right, margin in zip(logits.tolist(), rule.tolist(), found, strict=True):
        winners = [j for j in range(n) if row[j] == max(row)]
        assert (margin > 0) == (winners == [right])
        assert (margin == 0) == (right in winners and len(winners) > 1)
        assert margin == row[right] - max(row[:right] + row[right + 1 :])


@given(n=sizes, seed=seeds)
def test_without_ties_the_margin_agrees_with_argmax(n, seed):
    logits, rule = seeded(seed).normal(size=(20, n)), seeded(seed + 1).integers(0, n, 20)
    np.testing.assert_array_equal(rules.margins(logits, rule) > 0, logits.argmax(axis=1) == rule)


@each_replicas
def test_margins_of_replicas_are_those_of_each_alone(replicas):
    logits, rule = seeded(0).normal(size=(*replicas, 4, 5)), [3, 0, 0, 4]
    found = rules.margins(logits, rule)
    assert found.shape == (*replicas, 4)
    for replica in np.ndindex(replicas):
        np.testing.assert_array_equal(found[replica], rules.margins(logits[replica], rule))


# --- codes made by hand ----------------------------------------------------------------------------------------------


def agreement(codes):
    """By how much each code agrees more with itself than with any other."""
    return rules.margins(codes @ codes.T, np.arange(len(codes)))


@given(n=st.integers(1, 9), k=st.integers(1, 4), outputs=st.integers(1, 9), bias=st.booleans(), seed=seeds)
def test_a_network_made_by_hand_has_exactly_these_codes_and_directions(n, k, outputs, bias, seed):
    rng = seeded(seed)
    codes, directions = rng.uniform(-0.999, 0.999, (n, k)), rng.normal(size=(k, outputs))
    biases = rng.normal(size=outputs) if bias else None
    network = rules.hand_made(codes, directions, biases)
    inner, neck, logits = network.activations(rules.one_hot(n))
    np.testing.assert_allclose(neck, codes, rtol=0, atol=1e-15)
    np.testing.assert_allclose(logits, codes @ directions + (biases if bias else 0), rtol=0, atol=1e-12)
    assert (network.n_parameters, network.dtype) == ((n + outputs) * k + bias * outputs, np.float64)


def test_one_unit_with_biases_is_enough_for_any_number():
    for n in (*range(2, 200), *range(200, 1001, 40)):
        codes, directions, bias = rules.parabola(n)
        assert (codes.shape, directions.shape, bias.shape) == ((n, 1), (1, n), (n,))
        found = rules.margins(rules.hand_made(codes, directions, bias)(rules.one_hot(n)), np.arange(n))
        assert (found > 0).all(), n
        np.testing.assert_allclose(found, (1.8 / (n - 1)) ** 2, rtol=1e-6)  # the distance of two neighbours, squared


@given(n=st.integers(3, 30), seed=seeds)
def test_one_unit_without_biases_is_enough_for_two_only(n, seed):
    """Scores c d_j: the largest direction wins wherever c > 0, and the smallest wherever c < 0."""
    codes, directions = seeded(seed).uniform(-1, 1, (n, 1)), seeded(seed + 1).normal(size=(1, n))
    assert len(set((codes @ directions).argmax(axis=1))) <= 2
    codes, directions, _ = rules.parabola(n)
    assert (rules.margins(rules.hand_made(codes, directions)(rules.one_hot(n)), np.arange(n)) > 0).sum() == 2


def test_every_circle_is_right():
    for n in range(2, 201):
        codes = rules.circle(n)
        assert codes.shape == (n, 2)
        np.testing.assert_allclose(np.hypot(*codes.T), 1, rtol=1e-15)
        np.testing.assert_allclose(agreement(codes), 1 - np.cos(2 * np.pi / n), rtol=0, atol=1e-14)
        assert (agreement(codes) > 0).all(), n


@given(n=st.integers(2, 200))
def test_the_cube_gives_each_a_corner_and_one_bit_is_enough(n):
    codes = rules.hypercube(n)
    k = codes.shape[1]
    assert 2 ** (k - 1) < n <= 2**k
    assert set(codes.ravel()) == {-1, 1}
    assert len(np.unique(codes, axis=0)) == n
    assert (agreement(codes) >= 2).all(), "another corner differs in one place at least"
    np.testing.assert_array_equal(rules.evenly_rounded(codes, 1), codes)
    assert rules.fewest_bits(codes, codes.T, np.arange(n)) == 1
    assert rules.network_bits(n, k, 1) == 2 * rules.table_bits(n), "the bound"


@given(n=st.integers(2, 30), k=st.integers(2, 5), seed=seeds)
def test_spherical_codes_are_unit_vectors_and_the_same_again(n, k, seed):
    codes = rules.spherical_code(n, k, seed)
    assert codes.shape == (n, k)
    np.testing.assert_allclose(np.linalg.norm(codes, axis=1), 1, rtol=1e-12)
    np.testing.assert_array_equal(codes, rules.spherical_code(n, k, seed=seed))
    assert (codes != rules.spherical_code(n, k, seed + 1)).all()
    assert agreement(codes).min() > 0, "no two in one place"


def test_a_spherical_code_starts_from_seed_0_unless_told():
    np.testing.assert_array_equal(rules.spherical_code(5, 3), rules.spherical_code(5, 3, seed=0))


@pytest.mark.parametrize(
    ("n", "k", "largest_cosine"),
    [
        *((2, k, -1) for k in (2, 3, 5)),  # opposite
        *((n, 2, np.cos(2 * np.pi / n)) for n in (3, 5, 11)),  # a circle; the triangle's 120 degrees
        *((k + 1, k, -1 / k) for k in (3, 4, 5)),  # a simplex; the tetrahedron
        *((2 * k, k, 0) for k in (3, 4)),  # the octahedron
        (8, 3, (8**0.5 - 1) / 7),  # not the cube: one of its squares is turned
        (9, 3, 1 / 3),
        (12, 3, 5**-0.5),  # the icosahedron: 63.4349 degrees
    ],
)
@pytest.mark.parametrize("seed", [0, 1, 2**32])
def test_spherical_codes_reach_the_best_that_is_known(n, k, largest_cosine, seed):
    codes = rules.spherical_code(n, k, seed)
    cosines = (codes @ codes.T)[~np.eye(n, dtype=bool)]
    assert largest_cosine - 1e-12 <= cosines.max() <= largest_cosine + 1e-4


def test_twelve_points_are_the_icosahedron_however_it_is_turned():
    assert np.degrees(np.arccos(5**-0.5)) == pytest.approx(63.4349, abs=5e-5)
    for seed in (0, 1):
        codes = rules.spherical_code(12, 3, seed)
        cosines = np.sort(codes @ codes.T, axis=1)
        np.testing.assert_allclose(cosines, [[-1] + [-(5**-0.5)] * 5 + [5**-0.5] * 5 + [1]] * 12, atol=1e-3)


# --- rounding --------------------------------------------------------------------------------------------------------

# Thousandths: among them zeros, ties and numbers in the middle between two levels.
matrices = arrays(
    np.float64, array_shapes(min_dims=2, max_dims=2, max_side=4), elements=st.integers(-(10**6), 10**6)
).map(lambda matrix: matrix / 1000)
bits_a_weight = st.integers(1, 16)


@given(matrix=matrices, bits=bits_a_weight)
def test_rounding_goes_to_the_nearest_of_the_levels(matrix, bits):
    largest, given_matrix = np.abs(matrix).max(), matrix.copy()
    assume(largest > 0)
    rounded = rules.evenly_rounded(matrix, bits)
    np.testing.assert_array_equal(matrix, given_matrix)
    assert rounded.shape == matrix.shape
    levels = np.linspace(-largest, largest, 2**bits)
    level = np.abs(rounded[..., None] - levels).argmin(axis=-1)
    np.testing.assert_allclose(rounded, levels[level], rtol=0, atol=1e-12 * largest)
    assert len(np.unique(rounded)) <= 2**bits
    half_a_step = largest / (2**bits - 1)
    assert np.abs(rounded - matrix).max() <= half_a_step * (1 + 1e-9)
    np.testing.assert_array_equal(rounded[np.abs(matrix) == largest], matrix[np.abs(matrix) == largest])


@given(matrix=matrices, bits=bits_a_weight)
def test_rounding_twice_is_rounding_once(matrix, bits):
    assume(matrix.any())
    rounded = rules.evenly_rounded(matrix, bits)
    np.testing.assert_array_equal(rules.evenly_rounded(rounded, bits), rounded)


@given(matrix=matrices)
def test_one_bit_keeps_the_sign_alone(matrix):
    assume(matrix.any())
    largest = np.abs(matrix).max()
    np.testing.assert_array_equal(rules.evenly_rounded(matrix, 1), np.where(matrix < 0, -largest, largest))


@given(matrix=matrices, bits=bits_a_weight)
def test_rounding_is_odd_but_in_the_middle_of_two_levels_where_it_goes_up(matrix, bits):
    largest = np.abs(matrix).max()
    assume(largest > 0)
    step = 2 * largest / (2**bits - 1)
    mirrored = -rules.evenly_rounded(-matrix, bits)
    middle = np.abs((matrix + largest) / step % 1 - 0.5) < 1e-6
    found = rules.evenly_rounded(matrix, bits)
    np.testing.assert_allclose(mirrored[~middle], found[~middle], rtol=0, atol=1e-12 * largest)
    zeros = found[matrix == 0]
    np.testing.assert_allclose(zeros, step / 2, rtol=1e-9)  # zero always lies in the middle


@given(matrix=matrices, bits=bits_a_weight, power=st.integers(-40, 40))
def test_rounding_does_not_care_about_scale(matrix, bits, power):
    assume(matrix.any())
    np.testing.assert_array_equal(
        rules.evenly_rounded(matrix * 2.0**power, bits), rules.evenly_rounded(matrix, bits) * 2.0**power
    )


@pytest.mark.parametrize("leading", [(3,), (2, 3)])
@pytest.mark.parametrize("bits", [1, 2, 5])
def test_every_matrix_is_rounded_by_its_own_scale(leading, bits):
    stack = seeded(0).normal(size=(*leading, 4, 3)) * 10.0 ** np.arange(3)[:, None, None]
    rounded = rules.evenly_rounded(stack, bits)
    for index in np.ndindex(leading):
        np.testing.assert_array_equal(rounded[index], rules.evenly_rounded(stack[index], bits))


@pytest.mark.parametrize("bits", [1, 3])
def test_zeros_are_rounded_to_zeros(bits):
    """All levels, "from minus to plus its largest size", are zero."""
    stack = np.stack([np.zeros((2, 3)), np.ones((2, 3))])
    np.testing.assert_array_equal(rules.evenly_rounded(stack, bits), stack)


# --- the fewest bits -------------------------------------------------------------------------------------------------


def follows(codes, directions, rule):
    """Does every input's output win alone? By a loop, without margins."""
    for row, right in zip((codes @ directions).tolist(), rule, strict=True):
        if any(row[j] >= row[right] for j in range(len(row)) if j != right):
            return False
    return True


def fewest_by_search(codes, directions, rule, most):
    works = [
        follows(rules.evenly_rounded(codes, b), rules.evenly_rounded(directions, b), rule) for b in range(1, most + 1)
    ]
    return works.index(True) + 1 if True in works else most + 1


@each_replicas
@given(rule=permutations, k=st.integers(1, 4), most=st.integers(1, 7), seed=seeds)
def test_the_fewest_bits_work_and_none_below_do(replicas, rule, k, most, seed):
    n, rng = len(rule), seeded(seed)
    codes = rng.uniform(-1, 1, (*replicas, n, k)) * rng.uniform(0.5, 2, (*replicas, 1, 1))
    directions = np.empty((*replicas, k, n))
    directions[..., rule] = codes.swapaxes(-1, -2)  # so that it often works
    directions += rng.normal(0, 0.1, directions.shape)
    found = rules.fewest_bits(codes, directions, rule, most)
    assert found.shape == replicas
    for replica in np.ndindex(replicas):
        assert found[replica] == fewest_by_search(codes[replica], directions[replica], rule, most)


def test_the_fewest_bits_may_be_fewer_than_some_that_fail():
    rng = seeded(4634)
    codes, directions = rng.uniform(-1, 1, (3, 2)), rng.uniform(-1, 1, (2, 3))
    works = [
        follows(rules.evenly_rounded(codes, b), rules.evenly_rounded(directions, b), range(3)) for b in range(1, 8)
    ]
    assert works == [False, True, False, True, True, True, True]
    assert rules.fewest_bits(codes, directions, range(3)) == 2


@pytest.mark.parametrize("most", [1, 5, 16])
def test_where_no_bits_are_enough_it_is_one_more_than_most(most):
    codes, directions, _ = rules.parabola(3)
    assert rules.fewest_bits(codes, directions, range(3), most) == most + 1
    together = rules.fewest_bits(np.stack([codes, codes]), np.stack([directions, directions]), range(3), most)
    np.testing.assert_array_equal(together, [most + 1, most + 1])


def test_sixteen_bits_are_tried_unless_told():
    assert rules.fewest_bits(*rules.parabola(3)[:2], range(3)) == 17


# --- what it costs ---------------------------------------------------------------------------------------------------


@given(n=st.integers(2, 300))
def test_a_rule_is_one_of_n_factorial(n):
    assert rules.rule_bits(n) == pytest.approx(math.log2(math.factorial(n)), rel=1e-12)


@given(n=st.integers(2, 10**6))
def test_a_table_names_each_output_in_binary_and_is_longer_than_the_rule(n):
    assert rules.table_bits(n) == n * (n - 1).bit_length()
    assert rules.rule_bits(n) <= rules.table_bits(n)
    assert isinstance(rules.table_bits(n), int)


@pytest.mark.parametrize("power", [1, 10, 48, 60])
def test_the_table_grows_by_a_bit_a_line_after_each_power_of_two(power):
    assert rules.table_bits(2**power) == 2**power * power
    assert rules.table_bits(2**power + 1) == (2**power + 1) * (power + 1)


@given(n=sizes, k=st.integers(1, 9), bits=bits_a_weight)
def test_a_network_costs_its_bits_for_every_weight(n, k, bits):
    network = rules.hand_made(np.zeros((n, k)), np.zeros((k, n)))
    assert rules.network_bits(n, k, bits) == network.n_parameters * bits


def every_matrix_of_signs(n, m):
    return np.array(list(itertools.product((-1.0, 1.0), repeat=n * m))).reshape(-1, n, m)


@pytest.mark.parametrize(("n", "k"), [(2, 1), (3, 1), (4, 1), (2, 2), (3, 2), (4, 2)])
def test_one_bit_networks_exist_exactly_from_the_bound_on(n, k):
    """Every matrix of signs times every other. One rule stands for all, for the columns come in every order."""
    logits = every_matrix_of_signs(n, k)[:, None] @ every_matrix_of_signs(k, n)
    works = (rules.margins(logits, np.arange(n)) > 0).all(axis=-1)
    assert works.any() == (rules.network_bits(n, k, 1) >= 2 * rules.table_bits(n))


CODES = {
    "random": lambda n, k, seed: seeded(seed).uniform(-1, 1, (n, k)),
    "spherical": lambda n, k, seed: rules.spherical_code(n, max(k, 2), seed % 100),
    "cube": lambda n, k, seed: rules.hypercube(n) * (1 + 0.1 * seeded(seed).normal(size=rules.hypercube(n).shape)),
}


@pytest.mark.parametrize("make", CODES.values(), ids=CODES)
@given(n=st.integers(2, 24), k=st.integers(1, 5), seed=seeds)
def test_no_rounded_network_needs_less_than_twice_the_table(make, n, k, seed):
    """Two inputs with one code would get one answer: n codes of k numbers need 2^(k bits) >= n."""
    codes, rule = make(n, k, seed), seeded(seed).permutation(n)
    directions = codes[np.argsort(rule)].T
    for bits in range(1, 17):
        if follows(rules.evenly_rounded(codes, bits), rules.evenly_rounded(directions, bits), rule):
            assert rules.network_bits(n, codes.shape[1], bits) >= 2 * rules.table_bits(n)
            break
    else:
        assert make is CODES["random"], "sixteen bits are enough for codes that agree most with themselves"


# --- whole numbers from -reach to reach ------------------------------------------------------------------------------


@functools.cache
def corners_by_points(side):
    """The largest strictly convex polygon on side x side points, by its corners: the longest round trip from the
    lowest corner, along the lines from point to point in order of their angle."""
    points = [(x, y) for y in range(side) for x in range(side)]
    by_angle = {}
    for (x, y), (u, v) in itertools.permutations(points, 2):
        common = math.gcd(u - x, v - y)
        by_angle.setdefault(((u - x) // common, (v - y) // common), []).append(((x, y), (u, v)))
    # from due east, counter-clockwise
    angles = sorted(by_angle, key=lambda d: math.atan2(d[1], d[0]) % (2 * math.pi))
    most = 0
    for start in points:
        longest = {start: 0}
        for angle in angles:
            ends = {}  # two lines in one direction do not make a corner
            for here, there in by_angle[angle]:
                if here in longest and (there[1], there[0]) >= (start[1], start[0]):
                    ends[there] = max(ends.get(there, 0), longest[here] + 1)
            for there, edges in ends.items():
                if there == start:
                    most = max(most, edges)
                else:
                    longest[there] = max(longest.get(there, 0), edges)
    return most


def test_the_largest_polygons_are_those_of_the_encyclopedia():
    """OEIS A305397: half the number of corners on a grid of 1 x 1, 2 x 2, ... squares, rounded down."""
    halves = [2, 3, 4, 4, 5, 6, 6, 7, 8]
    assert [corners_by_points(side) // 2 for side in range(2, 8)] == halves[:6]
    assert [rules.convex_lattice_polygon(reach) // 2 for reach in (1, 2, 3, 4)] == halves[1::2]


def test_the_largest_polygon_by_steps_is_the_largest_by_points():
    assert [rules.convex_lattice_polygon(reach) for reach in (1, 2, 3)] == [6, 9, 12]
    assert [corners_by_points(2 * reach + 1) for reach in (1, 2, 3)] == [6, 9, 12]


GRID = list(itertools.product(range(-2, 3), repeat=2))
# Where a direction wins for some code, it wins for the sum of the normals of its two edges, each of numbers up to 4.
SCORES = np.array(list(itertools.product(range(-8, 9), repeat=2)), dtype=np.int16) @ np.array(GRID, dtype=np.int16).T


def can_win(directions):
    """Which of some directions, places in GRID (..., any number), win alone for some code."""
    scores = SCORES[:, directions]
    highest = scores == scores.max(axis=-1, keepdims=True)
    return (highest & (highest.sum(axis=-1, keepdims=True) == 1)).any(axis=0)


def largest_winning_set():
    """The most directions in GRID that can all win: every set is tried, as long as it may become larger than the best.

    In a part of a set in which all win, all win. And where one does not win, three others are enough to keep it from
    that: a point in a polygon is in a triangle of its corners.
    """
    fours = np.array(list(itertools.combinations(range(len(GRID)), 4)))
    spoilt = {}  # for three directions, the later ones that cannot join them
    for *three, fourth in fours[~can_win(fours).all(axis=-1)].tolist():
        spoilt.setdefault(tuple(three), set()).add(fourth)
    best = []

    def extend(chosen, candidates):
        nonlocal best
        best = max(best, chosen, key=len)
        for position, place in enumerate(candidates):
            left = candidates[position + 1 :]
            if len(chosen) + 1 + len(left) <= len(best):
                return
            out = set().union(*(spoilt.get((*pair, place), ()) for pair in itertools.combinations(chosen, 2)))
            extend([*chosen, place], [other for other in left if other not in out])

    extend([], list(range(len(GRID))))
    return best


def test_of_directions_from_minus_2_to_2_nine_can_win_and_never_eleven():
    best = largest_winning_set()
    assert len(best) == rules.convex_lattice_polygon(2) == 9
    assert can_win(best).all(), "a code for each"


# --- complaints ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "least"),
    [
        (rules.one_hot, 1),
        (rules.shift_rule, 2),
        (rules.circle, 2),
        (rules.parabola, 2),
        (rules.hypercube, 2),
        (lambda n: rules.spherical_code(n, 3), 2),
        (rules.rule_bits, 2),
        (rules.table_bits, 2),
        (lambda n: rules.network_bits(n, 2, 2), 2),
    ],
)
def test_all_complain_about_their_size(function, least):
    for n in (least - 1, -2):
        with complains(ValueError, f"n must be at least {least}, got {n}"):
            function(n)
    for n in (2.5, "9", True, None, [3]):
        with complains(TypeError, f"n must be an integer, got {n!r}"):
            function(n)
    function(least)


CODE, DIRECTIONS = np.full((3, 2), 0.5), np.ones((2, 3))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: rules.shift_rule(3, wrap="no"), ValueError, "wrap must be one of True, False, got 'no'"),
        (lambda: rules.spherical_code(3, 1), ValueError, "k must be at least 2, got 1"),
        (lambda: rules.spherical_code(3, 2.0), TypeError, "k must be an integer, got 2.0"),
        (lambda: rules.spherical_code(3, 2, seed=-1), ValueError, "seed must be at least 0, got -1"),
        (lambda: rules.spherical_code(3, 2, seed=None), TypeError, "seed must be an integer, got None"),
        (lambda: rules.hand_made(CODE * 2, DIRECTIONS), ValueError, "codes must lie between -1 and 1"),
        (lambda: rules.hand_made(-CODE * 2, DIRECTIONS), ValueError, "which tanh never reaches, got 1"),
        (lambda: rules.hand_made(CODE * 3, DIRECTIONS), ValueError, "which tanh never reaches, got 1.5"),
        (lambda: rules.hand_made(CODE[0], DIRECTIONS), ValueError, "codes must have shape (n, k), got (2,)"),
        (lambda: rules.hand_made(CODE * np.nan, DIRECTIONS), ValueError, "codes must be finite in float64, got nan"),
        (lambda: rules.hand_made([], DIRECTIONS), ValueError, "codes must not be empty, got shape (0,)"),
        (lambda: rules.hand_made([[0], [0, 0]], DIRECTIONS), ValueError, "codes must be an array, got rows of diff"),
        (lambda: rules.hand_made([["a"]], DIRECTIONS), TypeError, "codes must hold real numbers, got an array of"),
        (lambda: rules.hand_made(CODE, CODE), ValueError, "directions must have shape (2, n), got (3, 2)"),
        (lambda: rules.hand_made(CODE, [1, 2]), ValueError, "directions must have shape (2, n), got (2,)"),
        (lambda: rules.hand_made(CODE, DIRECTIONS * np.inf), ValueError, "directions must be finite in float64, got"),
        (lambda: rules.hand_made(CODE, DIRECTIONS, [1, 2]), ValueError, "must have shape (3,), got (2,)"),
        (lambda: rules.hand_made(CODE, DIRECTIONS, [1, 2, np.nan]), ValueError, "must be finite in float64, got nan"),
        (lambda: rules.evenly_rounded(CODE, 0), ValueError, "bits must be at least 1, got 0"),
        (lambda: rules.evenly_rounded(CODE, 1.5), TypeError, "bits must be an integer, got 1.5"),
        (lambda: rules.evenly_rounded(CODE[0], 1), ValueError, "values must have shape (..., n, m), got (2,)"),
        (
            lambda: rules.evenly_rounded(CODE * np.nan, 1),
            ValueError,
            "values must be finite in float64, got nan and 5 more",
        ),
        (lambda: rules.fewest_bits(CODE, DIRECTIONS, [0, 1, 2], 0), ValueError, "most must be at least 1, got 0"),
        (lambda: rules.fewest_bits(CODE, DIRECTIONS, [0, 1]), ValueError, "rule must be 3 integers, one a pattern"),
        (lambda: rules.fewest_bits(CODE, DIRECTIONS, [0, 1, 3]), ValueError, "rule must name outputs from 0 to 2"),
        (lambda: rules.network_bits(3, 0, 1), ValueError, "k must be at least 1, got 0"),
        (lambda: rules.network_bits(3, 2, 0), ValueError, "bits must be at least 1, got 0"),
        (lambda: rules.network_bits(3, True, 1), TypeError, "k must be an integer, got True"),
        (lambda: rules.network_bits(3, 2, 0.5), TypeError, "bits must be an integer, got 0.5"),
        (lambda: rules.convex_lattice_polygon(0), ValueError, "reach must be at least 1, got 0"),
        (lambda: rules.convex_lattice_polygon(1.0), TypeError, "reach must be an integer, got 1.0"),
    ],
)
def test_what_is_made_by_hand_complains(make, error, message):
    with complains(error, message):
        make()


@pytest.mark.parametrize(
    ("codes", "directions", "message"),
    [
        (CODE * np.nan, DIRECTIONS, "codes must be finite in float64, got nan"),
        (CODE, DIRECTIONS * np.nan, "directions must be finite in float64, got nan"),
        (CODE[0], DIRECTIONS, "codes must have shape"),
        ([[0], [0, 0]], DIRECTIONS, "codes must be an array, got rows of different lengths"),
        (CODE, CODE, "directions must have shape"),
        (CODE, DIRECTIONS[0], "directions must have shape"),
        (CODE, np.stack([DIRECTIONS, DIRECTIONS]), "directions must have shape"),
        (np.stack([CODE, CODE]), np.stack([DIRECTIONS] * 3), "directions must have shape"),
    ],
)
def test_the_fewest_bits_complain_about_codes_and_directions(codes, directions, message):
    with complains(ValueError, message):
        rules.fewest_bits(codes, directions, [0, 1, 2])


def test_rounding_complains_about_more_bits_than_a_number_has():
    with complains(ValueError, "bits must be at most"):
        rules.evenly_rounded(CODE, 2000)


NO_RULES = [
    ([0, 0], "must be a permutation of 0 to 1, got [0, 0]"),
    ([1, 2], "must be a permutation of 0 to 1, got [1, 2]"),
    ([-1, 0], "must be a permutation of 0 to 1, got [-1, 0]"),
    ([0.0, 1.0], "must be a permutation of 0 to 1, got [0.0, 1.0]"),
    ([False, True], "must be a permutation of 0 to 1, got [False, True]"),
    ([[0, 1]], "must be a permutation of 0 to 1, got [[0, 1]]"),
    ([], "must be a permutation of 0 to 1, got []"),
    (0, "must be a permutation of 0 to 1, got 0"),
    ("10", "must be a permutation of 0 to 1, got 10"),
    ([[0], [1, 2]], "must be an array, got rows of different lengths: [[0], [1, 2]]"),
]


@pytest.mark.parametrize(("rule", "message"), NO_RULES)
def test_what_is_no_permutation_is_named(rule, message):
    network = random_network(hg.Dense(3, 2))
    with unchanged(network), complains(ValueError, f"old {message}"):
        rules.relabelled(network, rule, [0, 1])
    with unchanged(network), complains(ValueError, f"new {message}"):
        rules.relabelled(network, [0, 1], rule)


@pytest.mark.parametrize(
    ("layers", "old", "new", "error", "message"),
    [
        ([hg.Dense(3, 2), hg.Tanh()], [0, 1], [1, 0], TypeError, "network must end in a Dense layer, got Tanh()"),
        ([hg.Maxout(3, 2)], [0, 1], [1, 0], TypeError, "network must end in a Dense layer, got Maxout("),
        ([hg.Dense(3, 2)], [0, 1, 2], [1, 0], ValueError, "old must be a permutation of 0 to 1, got [0, 1, 2]"),
        ([hg.Dense(3, 2)], [0, 1], [0], ValueError, "new must be a permutation of 0 to 1, got [0]"),
    ],
)
def test_moving_columns_complains_about_what_does_not_fit(layers, old, new, error, message):
    network = random_network(*layers)
    with unchanged(network), complains(error, message):
        rules.relabelled(network, old, new)


@pytest.mark.parametrize(
    ("logits", "rule", "error", "message"),
    [
        (np.ones(3), [0], ValueError, "logits must have shape (*replicas, patterns, n) with n at least 2, got (3,)"),
        (np.ones((3, 1)), [0] * 3, ValueError, "with n at least 2, got (3, 1)"),
        (np.full((2, 3), np.nan), [0, 0], ValueError, "logits must be finite in float64, got nan and 5 more"),
        ([[1, np.inf]], [0], ValueError, "logits must be finite in float64, got inf"),
        (np.ones((0, 3)), [], ValueError, "logits must not be empty, got shape (0, 3)"),
        ([["a", "b"]], [0], TypeError, "logits must hold real numbers, got an array of dtype <U1"),
        (np.ones((2, 3)), [0], ValueError, "rule must be 2 integers, one a pattern, got array([0])"),
        (np.ones((2, 3)), [[0, 1]], ValueError, "rule must be 2 integers, one a pattern, got array([[0, 1]])"),
        (np.ones((2, 3)), [0.0, 1.0], ValueError, "rule must be 2 integers, one a pattern, got array([0., 1.])"),
        (np.ones((2, 3)), [True, False], ValueError, "rule must be 2 integers, one a pattern, got array([ True, Fal"),
        (np.ones((2, 3)), [[0], [0, 1]], ValueError, "rule must be an array, got rows of different lengths"),
        (np.ones((2, 3)), [0, 3], ValueError, "rule must name outputs from 0 to 2, got 0 to 3"),
        (np.ones((2, 3)), [-1, 2], ValueError, "rule must name outputs from 0 to 2, got -1 to 2"),
    ],
)
def test_margins_complain(logits, rule, error, message):
    with complains(error, message):
        rules.margins(logits, rule)


def test_narrow_networks_are_drawn_as_their_layers_say():
    """By default with a tanh, and without biases: n * k numbers before the neck, and as many behind."""
    net = rules.narrow(5, 2, seeds=range(3))
    assert net.replicas == (3,) and net.n_parameters == 20
    layers = hg.Dense(5, 2, bias=False, scale=0.5), hg.Tanh(), hg.Dense(2, 5, bias=False, scale=0.5)
    np.testing.assert_array_equal(net.parameters, hg.Network(*layers, seeds=range(3)).parameters)
    assert len(rules.narrow(5, 2, middle=()).layers) == 2
    assert rules.narrow(5, 1, bias=True).n_parameters == 15
    assert isinstance(rules.narrow(4, 3, middle=[hg.ReLU()]).layers[1], hg.ReLU)
