"""What the reader sees: claims and self-checks, sliders, and pictures that fit into the page."""

import json
import math
import re
import warnings
from itertools import product
from pathlib import Path
from xml.etree import ElementTree

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import pytest
import yaml
from bs4 import BeautifulSoup
from common import complains
from IPython.core.formatters import DisplayFormatter
from scipy import stats

import hourglass as hg
from hourglass.display import ledger, study, widgets
from hourglass.display.figures import style

ROOT = Path(__file__).resolve().parent.parent
AWKWARD = 'x <b> & "z" > 0, \\1 and \\tau'  # what HTML, XML and regular expressions trip over


@pytest.fixture(autouse=True)
def look():
    """The book's style, no figure and no widget left from another test."""
    with plt.rc_context():
        hg.figures.use_style()
        yield
    plt.close("all")
    ipywidgets.Widget.close_all()


@pytest.fixture
def displayed(monkeypatch):
    """What `study` displays, as it is displayed."""
    shown = []
    monkeypatch.setattr(study, "display", shown.append)
    return shown


def soup(page):
    return BeautifulSoup(page.html, "html.parser")


# --- claims ----------------------------------------------------------------------------------------------------------

MEASURED = "Measured {n} of 5, and " + AWKWARD.replace("1", "one").replace("0", "nought")


def entry(name, *checks, **others):
    """An entry of the ledger. checks: (role, key, what the book found)."""
    listed = [{role: f"{key} is so, {AWKWARD[:11]}", "key": key, "found": found} for role, key, found in checks]
    fixed = {"source": "kong", "claim": f"{AWKWARD}.", "chapter": "01-x", "measured": MEASURED, "quoted": ["5"]}
    return {"id": name, "checks": listed} | fixed | others


SAYS, CONDITION, OURS = "says", "condition", "ours"
ENTRIES = [
    entry("holds", (SAYS, "a", True), (SAYS, "b", True), (OURS, "c", False)),
    entry("holds-if", (SAYS, "a", False), (CONDITION, "b", False), (CONDITION, "c", True), (OURS, "d", True)),
    entry("fails", (SAYS, "a", True), (SAYS, "b", False), (OURS, "c", True), instead="There are {n:.1f} instead."),
    entry("own", (SAYS, "a", True), source="ours"),
]
VERDICTS = {"holds": "holds", "holds-if": "holds if", "fails": "fails", "own": "holds"}


def written(folder, entries):
    (folder / "claims.yml").write_text(yaml.safe_dump(entries, allow_unicode=True))
    ledger.ledger.cache_clear()


@pytest.fixture
def listed(tmp_path, monkeypatch):
    """A ledger with a claim for each verdict, and a list of what is displayed."""
    shown = []
    monkeypatch.setattr(ledger, "LEDGER", tmp_path / "claims.yml")
    monkeypatch.setattr(ledger, "display", shown.append)
    monkeypatch.delenv("HOURGLASS_STRICT", raising=False)
    written(tmp_path, ENTRIES)
    yield shown
    ledger.ledger.cache_clear()


def judge(claim, **changed):
    study.judge(
        claim, **{key: np.bool_(v) for key, v in (ledger.answers(ledger.ledger()[claim]) | changed).items()}, n=3
    )


def stored(folder, pages):
    outputs = [{"data": {"text/plain": page.text}} for page in pages]
    cells = [{"id": "cell-1", "source": ["# The title\n", "text"]}, {"id": "cell-2", "source": [], "outputs": outputs}]
    (folder / "01-x.ipynb").write_text(json.dumps({"cells": cells}))


PATTERNS = [dict(zip("abc", answers, strict=True)) for answers in product([True, False], repeat=3)]


class TestClaims:
    @pytest.mark.parametrize("found", PATTERNS, ids=str)
    def test_the_verdict_follows_from_the_answers(self, found):
        says = entry("x", (SAYS, "a", True), (SAYS, "b", True), (OURS, "c", True))
        assert ledger.verdict(says, found) == ("holds" if found["a"] and found["b"] else "fails")
        condition = entry("x", (SAYS, "a", True), (CONDITION, "b", True), (CONDITION, "c", True))
        rescued = "holds if" if found["b"] or found["c"] else "fails"
        assert ledger.verdict(condition, found) == ("holds" if found["a"] else rescued)

    def test_questions_of_ours_never_colour_a_verdict(self):
        for one in ENTRIES:
            found = ledger.answers(one)
            own = [check["key"] for check in one["checks"] if OURS in check]
            for values in product([True, False], repeat=len(own)):
                assert ledger.verdict(one, found | dict(zip(own, values, strict=True))) == VERDICTS[one["id"]]

    @pytest.mark.parametrize(("claim", "key"), [(e["id"], check["key"]) for e in ENTRIES for check in e["checks"]])
    def test_any_other_answer_is_an_error_in_builds(self, listed, monkeypatch, claim, key):
        """Whatever its role, and also if the verdict stays the same."""
        monkeypatch.setenv("HOURGLASS_STRICT", "1")
        judge(claim)
        assert len(listed) == 1
        with pytest.raises(AssertionError, match=f"{claim}: measured .*'{key}'"):
            judge(claim, **{key: not ledger.answers(ledger.ledger()[claim])[key]})
        assert len(listed) == 1

    @pytest.mark.parametrize(("claim", "key"), [(e["id"], check["key"]) for e in ENTRIES for check in e["checks"]])
    def test_and_a_finding_for_a_reader(self, listed, claim, key):
        expected = ledger.answers(ledger.ledger()[claim])
        judge(claim)
        judge(claim, **{key: not expected[key]})
        box = soup(listed[1])
        verdict = box.select_one(".verdict").get_text()
        now = ledger.verdict(ledger.ledger()[claim], expected | {key: not expected[key]})
        assert verdict.lower().startswith(f"with your changes: {now}")
        assert f"The book found: {VERDICTS[claim]}." in verdict
        assert box.select_one(".claim")["class"] == ["claim", f"claim-{now.replace(' ', '-')}"]
        told = [li.get_text() for li in box.select("li") if "the book found" in li.get_text()]
        assert len(told) == 1 and f"{key} is so" in told[0] and ("✓)" if expected[key] else "✗)") in told[0]
        assert listed[0].text != listed[1].text, "the comparison of outputs would not see it"

    @pytest.mark.parametrize("claim", VERDICTS)
    def test_the_box_says_what_was_claimed_found_and_concluded(self, listed, claim):
        judge(claim)
        one, box = ledger.ledger()[claim], soup(listed[0]).select_one(f"div.claim#claim-{claim}")
        assert box.select_one(".said").get_text() == f"{AWKWARD}."
        assert ledger.SOURCES[one["source"]] in box.select_one(".source").get_text()
        order = [check for check in one["checks"] if OURS not in check] + [c for c in one["checks"] if OURS in c]
        for li, check in zip(box.select("li"), order, strict=True):
            text = ("if " if CONDITION in check else "") + check[ledger.role(check)]
            mark = li.select_one("[role=img]")
            assert li.get_text() == f"{'✓' if check['found'] else '✗'} {text}"
            assert mark["aria-label"] == ("borne out:" if check["found"] else "not borne out:")  # not by colour alone
        assert MEASURED.format(n=3) + "." == box.select_one(".measured").get_text()
        assert listed[0].text.splitlines()[-1] == f"Measured: {MEASURED.format(n=3)}"

    def test_what_decides_is_told_without_the_answers(self, listed):
        study.criteria("holds-if", "own")
        box, said = soup(listed[0]).select_one("details.criteria"), f"a is so, {AWKWARD[:11]}"  # nothing of b, c and d
        assert [p.get_text() for p in box.select("p")] == [f"{AWKWARD}."] * 2
        assert [li.get_text() for li in box.select("li")] == [said] * 2
        assert listed[0].text == f"What will decide?\n{AWKWARD}.\n  - {said}\n{AWKWARD}.\n  - {said}"
        with pytest.raises(ValueError, match=r"claims\.yml.*'no-such-claim'"):
            study.criteria("holds", "no-such-claim")
        with pytest.raises(ValueError, match=r"holds, own must be given \[\], got \['n'\]"):
            study.criteria("holds", "own", n=3)

    def test_conclusions_read_as_sentences(self, listed):
        for claim in VERDICTS:
            judge(claim)
        verdicts = [soup(page).select_one(".verdict").get_text().strip() for page in listed]
        assert verdicts == ["Holds.", f"Holds if c is so, {AWKWARD[:11]}.", "Fails. There are 3.0 instead.", "Holds."]
        assert [page.text.splitlines()[0].partition(" | ")[2] for page in listed] == verdicts

    def test_asks_for_a_listed_claim_and_for_what_its_entry_names(self, listed):
        with pytest.raises(ValueError, match=r"claims\.yml.*'no-such-claim'"):
            study.judge("no-such-claim", it=True)
        with pytest.raises(ValueError, match=r"missing=\['b'\], unknown=\['m'\]"):
            study.judge("holds", a=True, c=True, n=3, m=4)
        assert not listed

    @pytest.mark.parametrize(
        ("values", "text"),
        [
            (0.256, "0.3"),
            (-1.04, "−1.0"),
            ([1, 2], "1.0 and 2.0"),
            (np.array([1, -2, 3]), "1.0, −2.0 and 3.0"),
            ((1,), "1.0"),
            ([], "none"),
            ([], "none"),
        ],
    )
    def test_numbers_are_filled_in_as_a_reader_expects_them(self, values, text):
        assert ledger.fill("{it:.1f}", {"it": values}) == text

    def test_words_and_names_can_be_filled_in(self):
        assert ledger.fill("{a} and {b}", {"a": "x-y", "b": ["p", "q"]}) == "x-y and p and q"

    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            ({"measured": "12 of 13 seeds"}, "typed number"),
            ({"measured": "{n} of 55"}, "typed number"),
            ({"measured": "0.5 of all"}, "typed number"),
            ({"checks": [{"says": "more than 3", "key": "a", "found": True}]}, "typed number"),
            ({"checks": [{"says": "it is", "key": "a", "found": False}], "instead": "It is 4."}, "typed number"),
            ({"checks": [{"says": "it does not fall", "key": "a", "found": False}], "instead": "It does."}, "negation"),
            ({"checks": [{"says": "it is", "key": "a", "found": "yes"}]}, "true or false"),
            ({"checks": [{"says": "it is", "key": "a"}]}, "what is"),
            ({"checks": [{"ours": "it is", "key": "a", "found": True}]}, "no check of what the source says"),
            ({"checks": [{"says": "it is", "key": "a", "found": True}] * 2}, "twice"),
            ({"checks": [{"says": "it is", "key": "n", "found": True}]}, "name of a check"),
            ({"checks": [{"says": "it is", "key": "a", "found": False}]}, "instead"),
            ({"instead": "Something else."}, "instead"),
            ({"source": "hearsay"}, "source"),
            ({"verdict": "holds"}, "needs"),
        ],
    )
    def test_an_entry_that_is_not_in_order_is_refused(self, listed, tmp_path, change, complaint):
        good = entry("x", (SAYS, "a", True), measured="{n} of 5 in float32, and -5")
        written(tmp_path, [good])
        assert list(ledger.ledger()) == ["x"]
        written(tmp_path, [good | change])
        with pytest.raises(ValueError, match=f"claims.yml, x: .*{complaint}"):
            ledger.ledger()

    def test_the_table_has_every_claim_with_what_its_chapter_found(self, listed, tmp_path):
        for claim in VERDICTS:
            judge(claim)
        boxes = listed[:]
        stored(tmp_path, boxes)
        study.verdicts()
        rows = soup(listed[-1]).select("tbody tr")
        assert [row["id"] for row in rows] == list(VERDICTS)
        for row, box in zip(rows, boxes, strict=True):
            claim = row["id"]
            assert row.a["data-page"] == f"01-x.html#claim-{claim}" and row.a["href"] == "01-x.ipynb#cell-id=cell-2"
            back = soup(box).select_one(".source a")
            assert back["data-page"] == f"claims.html#{claim}" and back["href"] == "claims.ipynb"
            assert row["data-chapter"] == "1. The title" and row["data-verdict"] == VERDICTS[claim]
            assert row["data-source"] == ledger.SOURCES[ledger.ledger()[claim]["source"]]
            said, verdict, measured = (cell.get_text() for cell in row.select("td"))
            assert said == f"{AWKWARD}." and measured == MEASURED.format(n=3)
            assert verdict == soup(box).select_one(".verdict").get_text().strip()
        counted = soup(listed[-1]).select_one(".counted").get_text()
        assert counted.startswith("Of 3 claims of the four texts, 1 hold, 1 hold under a condition")
        assert "and 1 fail." in counted and "1 questions of our own" in counted

    def test_a_bar_in_a_text_cannot_break_the_table(self, listed, tmp_path):
        written(
            tmp_path,
            [entry("x", (SAYS, "a", False), (CONDITION, "b", True), measured="a | b | {n}", claim="p(x | y).")],
        )
        ledger.ledger()["x"]["checks"][1]["condition"] = "p(x | y) > q"
        judge("x")
        stored(tmp_path, listed)
        study.verdicts()
        assert [cell.get_text() for cell in soup(listed[-1]).select("td")] == [
            "p(x | y).",
            "Holds if p(x | y) > q.",
            "a | b | 3",
        ]

    def test_the_books_own_ledger_is_in_order(self):
        assert {ledger.verdict(one, ledger.answers(one)) for one in ledger.ledger().values()} == set(ledger.VERDICTS)


# --- self-checks -----------------------------------------------------------------------------------------------------


class TestQuiz:
    ANSWERS = {"two": "No. One more.", f"three {AWKWARD}": f"Yes. {AWKWARD}"}

    @pytest.mark.parametrize("feedback", ["", "Right.", "yes", " No."])
    def test_feedback_begins_with_yes_or_no(self, displayed, feedback):
        with pytest.raises(ValueError, match="Yes or No.*'two'"):
            study.quiz("How many?", {"two": feedback})
        assert not displayed

    def test_each_answer_opens_to_its_feedback(self, displayed):
        study.quiz(AWKWARD, self.ANSWERS)
        quiz = soup(displayed[0]).select_one(".quiz")
        assert quiz.select_one(".question").get_text() == AWKWARD
        boxes = quiz.select("details")
        assert {box.summary.get_text(): box.p.get_text() for box in boxes} == self.ANSWERS
        assert [box.p["class"] for box in boxes] == [["no"], ["yes"]]
        assert not any(box.has_attr("open") for box in boxes)

    def test_opening_an_answer_closes_the_others_of_its_question_only(self, displayed):
        study.quiz("One?", self.ANSWERS)
        study.quiz("Two?", self.ANSWERS)
        names = [{box["name"] for box in soup(page).select("details")} for page in displayed]
        assert len(names[0]) == len(names[1]) == 1 and names[0] != names[1]

    def test_a_terminal_shows_the_question_and_not_the_feedback(self, displayed):
        study.quiz("How many?", self.ANSWERS)
        assert displayed[0].text == f"How many?\n  - two\n  - three {AWKWARD}"


class TestPredict:
    def test_options_stand_in_order_and_what_came_out_below(self, displayed):
        study.predict(AWKWARD, {"two": False, f"three {AWKWARD}": np.True_})
        box = soup(displayed[0]).select_one(".predict")
        assert box.select_one(".question").get_text() == AWKWARD
        assert [(option.get_text(), option.get("class")) for option in box.select("li")] == [
            ("two", None),
            (f"three {AWKWARD}", ["yes"]),
        ]
        assert box.select_one(".outcome").get_text() == f"What came out: three {AWKWARD}."
        assert displayed[0].text == f"{AWKWARD}\n  - two\n  ✓ three {AWKWARD}"

    def test_a_choice_takes_two(self, displayed):
        with pytest.raises(ValueError, match="at least two answers, got {'one': True}"):
            study.predict("How many?", {"one": True})
        assert not displayed

    @pytest.mark.parametrize(("came_out", "told"), [((0, 0), "none of these"), ((1, 1), "two and three")])
    def test_a_reader_may_find_something_else_and_a_build_may_not(self, displayed, monkeypatch, came_out, told):
        options = dict(zip(("two", "three"), came_out, strict=True))
        monkeypatch.delenv("HOURGLASS_STRICT", raising=False)
        study.predict("How many?", options)
        assert soup(displayed[0]).select_one(".outcome strong").get_text() == told
        monkeypatch.setenv("HOURGLASS_STRICT", "1")
        with pytest.raises(AssertionError, match="'How many\\?': one answer must be what came out"):
            study.predict("How many?", options)


class TestCheck:
    @staticmethod
    def positive(answer):
        yield answer > 0, f"{answer} is not above zero."
        yield answer < 10, "Less than ten."

    @pytest.mark.parametrize(
        ("answer", "kind", "said"),
        [
            (..., "open", "Your turn: put your answer where the three dots are, and run the cell."),
            (-1, "no", "Not yet. -1 is not above zero."),
            (11, "no", "Not yet. Less than ten."),
            (5, "yes", "Right."),
            ("five", "no", "Not yet. It stops with TypeError: '>' not supported between instances of 'str' and 'int'"),
        ],
    )
    def test_the_first_thing_that_is_missing_is_told(self, displayed, answer, kind, said):
        study.check(answer, self.positive)
        box = soup(displayed[0]).select_one(".check")
        assert displayed[0].text == box.get_text() == said and box["class"] == ["check", kind]

    @pytest.mark.parametrize("answer", [(1, ...), [..., 2], lambda x: ..., lambda x: None])
    def test_what_is_not_filled_in_is_not_wrong(self, displayed, answer):
        study.check(answer, lambda given: iter([(given(1) if callable(given) else given, "wrong")]))
        assert displayed[0].text.startswith("Your turn")

    def test_functions_are_called_with_what_the_tests_say(self, displayed):
        def doubles(answer):
            yield answer(np.array([1, 2])).tolist() == [2, 4], "Twice as much."
            yield answer(x=3) == 6, "By name, too."

        study.check(lambda x: 2 * x, doubles)
        study.check(lambda x: x + 1, doubles)
        assert [page.text for page in displayed] == ["Right.", "Not yet. Twice as much."]


@pytest.mark.parametrize(
    ("one", "other", "most", "digits"),
    [
        (1.0, 1.0, 12, 12),
        ([1, 2], [1, 2 + 2e-6], 12, 6),
        ([2e-9, 100], [0, 100], 12, 10),
        (np.eye(2), np.eye(2) * (1 + 1e-15), 12, 12),
        (1.0, 1.001, 2, 2),
        (5.0, 1.0, 12, 0),
        (0.0, 0.0, 12, 12),
    ],
)
def test_digits_that_agree_are_counted_by_the_largest_number(one, other, most, digits):
    assert study.digits(one, other, most) == digits


def test_rows_of_a_study_have_its_columns_and_an_unknown_one_is_named(monkeypatch):
    monkeypatch.chdir(ROOT / "book")
    found = study.rows("capacity")
    with open(ROOT / "studies/capacity.csv") as file:
        assert list(found.dtype.names) == file.readline().strip().split(",")
        assert len(found) == len(file.readlines())
    with complains(FileNotFoundError, "unlabelled), got 'capacities'"):
        study.rows("capacities")


def test_an_interval_is_student_s_if_nothing_is_shared_and_wider_if_splits_share_their_data():
    values = np.random.default_rng(0).normal(3, 2, 10)
    mean, half = study.interval(values)
    expected = stats.t.interval(0.95, 9, values.mean(), stats.sem(values))
    assert (mean - half, mean + half) == pytest.approx(expected)
    assert study.interval(values, overlap=0.3) == pytest.approx((mean, half * math.sqrt(4)))


@pytest.mark.parametrize(
    ("values", "overlap", "complaint"),
    [
        ([1.0], 0, "two at least, got shape (1,)"),
        ([[1.0, 2.0]], 0, "in one row, two at least, got shape (1, 2)"),
        ([1.0, np.nan], 0, "values must"),
        ([1.0, 2.0], -0.1, "overlap must be at least 0, got -0.1"),
    ],
)
def test_an_interval_of_nothing_is_refused(values, overlap, complaint):
    with complains(ValueError, complaint):
        study.interval(values, overlap)


@pytest.mark.parametrize(
    ("mean", "reach", "spec", "text"),
    [
        (1.54, 0.4, ".1f", "1.5 ± 0.4"),
        (1.54, 0.4, "+.1f", "+1.5 ± 0.4"),
        (-12.4, 3, ".0f", "−12 ± 3"),
        (-0.04, 0.31, ".1f", "0.0 ± 0.3"),
        (0.762, 0.041, ".0%", "76% ± 4%"),
    ],
)
def test_an_interval_is_written_with_one_format_for_both_numbers(mean, reach, spec, text):
    assert format(study.Interval(mean, reach), spec) == text


def test_an_interval_lies_above_or_below_a_number_only_as_a_whole():
    interval = study.Interval(1.0, 3.0)
    assert interval.above(-2.1) and not interval.above(-2) and not interval.above()
    assert interval.below(4.1) and not interval.below(4)
    assert -interval == study.Interval(-1.0, 3.0) and (-interval).above(-4.1)


def test_a_page_gives_its_html_and_its_text():
    """As IPython asks for them: html for a page or a notebook, text for a terminal and for what tests compare."""
    data, metadata = DisplayFormatter().format(study.Page(f"<b>{AWKWARD}</b>", AWKWARD))
    assert data == {"text/html": f"<b>{AWKWARD}</b>", "text/plain": AWKWARD} and not metadata


def test_a_table_names_its_columns_and_rows(displayed):
    study.table(["unit", AWKWARD], [["tanh", "1"], [AWKWARD, "2"]])
    table = soup(displayed[0]).table
    assert [th.get_text() for th in table.select("thead th[scope=col]")] == ["unit", AWKWARD]
    assert [th.get_text() for th in table.select("tbody th[scope=row]")] == ["tanh", AWKWARD]
    assert [td.get_text() for td in table.select("td")] == ["1", "2"]
    assert [len(line.split("  ")) > 1 for line in displayed[0].text.splitlines()] == [True] * 3


# --- sliders ---------------------------------------------------------------------------------------------------------


def draw(*values):
    figure, ax = plt.subplots(figsize=(1, 1))
    ax.set_xlabel(str(values))
    return figure


def label(svg):
    return ElementTree.fromstring(svg).get("aria-label")


def in_the_browser(box, positions=None):
    """The alternative text of the picture that a page shows when the handles are moved to `positions`.

    It follows the stored models and the links between them, as the page does; without positions, nothing is touched.
    """
    models = {f"IPY_MODEL_{key}": model for key, model in ipywidgets.Widget.get_manager_state()["state"].items()}
    *controls, shown = models[f"IPY_MODEL_{box.model_id}"]["state"]["children"]
    links = [model["state"] for model in models.values() if model["model_name"] == "LinkModel"]
    moved = {}
    if positions is not None:
        at = {(control, "index"): position for control, position in zip(controls, positions, strict=True)}
        moved = {tuple(link["target"]): at[tuple(link["source"])] for link in links}
    while models[shown]["model_name"] == "StackModel":
        stack = models[shown]["state"]
        shown = stack["children"][moved.get((shown, "selected_index"), stack["selected_index"])]
    return label(models[shown]["state"]["value"])


class TestSlider:
    SLIDERS = {"rate": [-0.5, 1], "kind": ["a", "b", "c"], "width": range(2)}
    SHOWN = [["−0.5", "1"], ["a", "b", "c"], ["0", "1"]]
    ALT = "A picture of {}, {} and {}."

    @pytest.mark.parametrize("count", [1, 2, 3])
    def test_every_position_shows_its_own_picture(self, count):
        sliders = dict(list(self.SLIDERS.items())[:count])
        alt = " and ".join(["{}"] * count)
        box = widgets.slider(draw, sliders, alt)
        frames = [w for w in ipywidgets.Widget.get_manager_state()["state"].values() if w["model_name"] == "HTMLModel"]
        assert len(frames) == np.prod([len(values) for values in sliders.values()])
        for point in product(*(range(len(values)) for values in sliders.values())):
            told = [texts[i] for texts, i in zip(self.SHOWN, point, strict=False)]
            assert in_the_browser(box, point) == alt.format(*told)

    def test_starts_where_it_is_told(self):
        box = widgets.slider(draw, self.SLIDERS, self.ALT, start=(1, "c", 0))
        assert [control.label for control in box.children[:-1]] == ["1", "c", "0"]
        assert in_the_browser(box) == "A picture of 1, c and 0."
        assert in_the_browser(widgets.slider(draw, self.SLIDERS, self.ALT)) == "A picture of −0.5, a and 0."

    def test_a_notebook_shows_the_picture_where_it_starts_until_it_has_run(self):
        box = widgets.slider(draw, self.SLIDERS, self.ALT, start=(1, "c", 0))
        data, _ = DisplayFormatter().format(box)
        assert label(data["text/html"].partition("<p>")[0]) == in_the_browser(box)
        view = data["application/vnd.jupyter.widget-view+json"]  # which pages prefer, and a notebook that has run
        assert view["model_id"] == box.model_id

    def test_handles_have_the_names_and_values_that_the_reader_sees(self):
        controls = widgets.slider(draw, self.SLIDERS, self.ALT).children[:-1]
        assert [control.description for control in controls] == list(self.SLIDERS)
        assert [[text for text, _ in control.options] for control in controls] == self.SHOWN

    @pytest.mark.parametrize(
        ("sliders", "start"),
        [({}, None), ({"rate": []}, None), ({"rate": [1], "kind": []}, None), ({"rate": [1, 2]}, (3,)),
         ({"rate": [1, 2]}, (1, 1)), ({"rate": [1, 2], "kind": "ab"}, (1,))],
    )  # fmt: skip
    def test_refuses_sliders_without_values_and_a_start_that_is_none_of_them(self, sliders, start):
        with pytest.raises(ValueError):
            widgets.slider(draw, sliders, "{}", start=start)

    SHAPES = {  # grid, size in inches and length of the labels, of one picture after the other
        "same grid": [((1, 1), (3, 2), 0), ((1, 1), (3, 2), 3), ((1, 1), (3, 2), 6)],
        "one, two, one": [((1, 1), (3, 2), 0), ((1, 2), (3, 2), 3), ((1, 1), (3, 2), 6), ((1, 2), (3, 2), 0)],
        "beside, below": [((1, 2), (3, 3), 0), ((2, 1), (3, 3), 2), ((1, 2), (3, 3), 1), ((2, 1), (3, 3), 0)],
        "larger, smaller": [((1, 1), (3, 2), 0), ((1, 1), (2, 4), 3), ((1, 1), (5, 2), 0)],
        "all at once": [((1, 2), (3, 2), 2), ((1, 1), (2, 4), 3), ((1, 3), (5, 2), 0), ((1, 1), (2, 2), 6)],
        "nothing, something": [((0, 0), (1, 1), 0), ((1, 1), (3, 2), 3), ((0, 0), (1, 1), 0)],
    }

    @pytest.mark.parametrize("shapes", SHAPES.values(), ids=SHAPES)
    def test_pictures_of_whatever_shape_are_aligned(self, monkeypatch, shapes):
        """All have one size, that of the largest; those with the same grid have their axes in the same places, and the
        first and the last of them are whole."""
        sizes, places, whole = set(), {}, {}

        def note(figure, alt):
            figure.draw_without_rendering()
            sizes.add(tuple(figure.get_size_inches()))
            grid, _, _ = shapes[len(whole)]
            places.setdefault(grid, []).append([ax.get_position().bounds for ax in figure.axes])
            whole[len(whole)] = all(ax.get_tightbbox().x0 >= 0 for ax in figure.axes)
            return "<svg/>"

        def draw(number):
            (rows, columns), size, length = shapes[number]
            figure = plt.figure(figsize=size)
            for place in range(rows * columns):
                figure.add_subplot(rows, columns, place + 1).set_ylabel("high\n" * length)
            return figure

        monkeypatch.setattr(widgets.figures, "to_svg", note)
        widgets.slider(draw, {"number": range(len(shapes))}, "{}")
        assert sizes == {tuple(np.max([size for _, size, _ in shapes], axis=0))}
        assert list(places) == list(dict.fromkeys(grid for grid, _, _ in shapes))
        assert all(found == found[:1] * len(found) for found in places.values())
        for (rows, columns), (found, *_) in places.items():
            corners = np.round(found, 6)[:, :2] if found else np.empty((0, 2))
            assert [len(set(corner)) for corner in corners.T] == [columns, rows], "no longer a grid"
        assert whole[0] and whole[len(shapes) - 1]
        assert not plt.get_fignums(), "a figure is left open"


# --- pictures --------------------------------------------------------------------------------------------------------

RNG = np.random.default_rng(0)
X, T = hg.datasets.blobs(30)
PATH = np.cumsum(RNG.random((5, 2)), axis=0) / 4
LINE = np.linspace(-0.5, 1.5, 20)
NETS = [hg.Network(hg.Dense(2, 3), hg.Tanh(), hg.Dense(3, 1), seed=seed) for seed in (0, 1)]
EXTENT = (-0.5, 3.0, -0.5, 3.0)
SERIES = {"tanh": [1, 2, 3, 4], "<other>": [4, 3, 2, 1]}
LINES = {"x": np.arange(1, 5), "series": SERIES, "bands": {"tanh": ([0.5] * 4, [5] * 4)}}


def bowl(points):
    return (points**2).sum(axis=1)


# One example of each public function that draws; of some, two.
CIRCLE, EPOCHS = hg.rules.circle(7), np.arange(5)
DIGITS, OCTAHEDRON = np.arange(30) % 10, np.concatenate([np.eye(3), -np.eye(3)])
CODES = CIRCLE, CIRCLE.T
FLOWS = {name: (RNG.random((3, 5)), RNG.random((5, 9)), EPOCHS) for name in "ab"}
ACCOUNT = {
    "curves": dict(zip(("published", "regenerated", "exact"), np.add.outer((0.1, 0.05, 0), np.linspace(0, 1, 9)))),
    "band": (np.arange(0, 9, 4), np.zeros(3), np.ones(3)),
    "parts": {"one": np.linspace(-0.1, 0.1, 9), "other": np.zeros(9)},
    "density": np.exp(-(np.add.outer(np.arange(9) / 4, -np.linspace(-1, 1, 21)) ** 2)),
    "grid": np.linspace(-1, 1, 21),
}
EXAMPLES = {
    "account": lambda: hg.figures.account(np.arange(9), {"T₁": ACCOUNT, "T₂": ACCOUNT}),
    "activation_curves": lambda: hg.figures.activation_curves(at=-0.5),
    "approximations": lambda: hg.figures.approximations(LINE, np.sin(LINE), {name: LINE for name in "abc"}),
    "beside_codes": lambda: hg.figures.beside_codes([0.9 * CIRCLE, CIRCLE.T], None, *CODES, np.arange(7)),
    "boundary": lambda: hg.figures.boundary((1, -1, 0.5), X, T),
    "boundary, no line": lambda: hg.figures.boundary((0, 0, 1), X, T),
    "boundary, several": lambda: hg.figures.boundary({"one": (1, 1, 0), "other": (0, 2.5, -1)}, X, T),
    "bowl_and_line": lambda: hg.figures.bowl_and_line(bowl, PATH, EXTENT, X, T),
    "bowls": lambda: hg.figures.bowls(bowl, {"slow": PATH, "fast": 2 * PATH}, EXTENT),
    "code_map": lambda: hg.figures.code_map(CODES, np.roll(np.arange(7), 1), extent=2, square=False),
    "code_map, all equal": lambda: hg.figures.code_map((CIRCLE, np.zeros((2, 7))), np.arange(7)),
    "code_map, several": lambda: hg.figures.code_map(dict.fromkeys("abc", CODES), np.arange(7)),
    "confusion": lambda: hg.figures.confusion(np.diag([9, 8, 7]) + np.eye(3, k=1, dtype=int)),
    "confusion, no mistake": lambda: hg.figures.confusion(np.diag([9, 8, 7])),
    "curves": lambda: hg.figures.curves(dict.fromkeys("ab", LINES), "epoch", "loss", marks=[(2.5, "chance")]),
    "curves, logarithmic": lambda: hg.figures.curves(LINES, "epoch", xscale="log", yscale="log", ylim=(0.1, 10)),
    "curves, with notes": lambda: hg.figures.curves(LINES | {"notes": [(1, 2, "here")]}, "epoch", line={"marker": "o"}),
    "dead_units": lambda: hg.figures.dead_units(RNG.random((4, 2, 6)) < 0.5, RNG.random(4)),
    "decision_maps": lambda: hg.figures.decision_maps({"one": NETS[0], "other": NETS[1]}, X, T),
    "decision_maps, one": lambda: hg.figures.decision_maps({"one": NETS[0]}, X, T),
    "decoded_at": lambda: hg.figures.decoded_at((0, 0.5), RNG.random(64), RNG.standard_normal((30, 2)), DIGITS),
    "digit_plane": lambda: hg.figures.digit_plane(RNG.standard_normal((30, 2)), DIGITS),
    "flow": lambda: hg.figures.flow(EPOCHS, {"T": FLOWS["a"]}, [(0.5, "ln 2")]),
    "flow, two layers": lambda: hg.figures.flow(EPOCHS, FLOWS),
    "flow_at": lambda: hg.figures.flow_at(2, EPOCHS, {"T": (RNG.random(5), RNG.random((5, 9)), np.arange(9))}),
    "globe": lambda: hg.figures.globe({"six": OCTAHEDRON}, turn=50),
    "image_rows": lambda: hg.figures.image_rows({"a": RNG.random((9, 64)), "b": RNG.random((9, 64))}, wrong=[(0, 1)]),
    "image_rows, with titles": lambda: hg.figures.image_rows({"a": RNG.random((3, 64))}, list("xyz")),
    "images": lambda: hg.figures.images(RNG.random((9, 64)), titles=list("012345678")),
    "images, with weights": lambda: hg.figures.images([RNG.random(64), RNG.standard_normal((64, 1))], ["a", "w"]),
    "intervals": lambda: hg.figures.intervals({"a": {"tanh": RNG.random(9) + 1}}, "steps", xscale="log", mark=1.5),
    "cell_and_unit": lambda: hg.figures.cell_and_unit([2.0, -1.0, 0.5]),
    "noisy_chain": hg.figures.noisy_chain,
    "passes": lambda: hg.figures.passes(
        [np.array([[1.0, -2], [1, 0.5]]), np.array([[2.0], [3]])],
        [["x = 1", "x = 2"], ["s = 2", ""], ["y = 3"]],
        [["", ""], ["h: 8", ""], [""]],
        [[["8", ""], ["16", ""]], [["8"], ["0"]]],
    ),
    "network": lambda: diagram(2, 1, labels=[["x₁", "x₂"], ["y"]], names=["in", "out"], numbers=True),
    "network, several": lambda: hg.figures.network({"a": NETS[0], "b": [np.ones((3, 2)), np.ones((2, 3))]}),
    "network, twice": lambda: hg.figures.network(NETS[0], {name: list(map(np.ones, (2, 3, 1))) for name in "ab"}),
    "picture_and_bars": lambda: hg.figures.picture_and_bars(RNG.random(64), {"a": 0.2, "b": 0.7}, "probability"),
    "rasters": lambda: hg.figures.rasters({"a": RNG.random((4, 9)) < 0.5, "b": np.ones((4, 9))}, "epoch", "pattern"),
    "spreads": lambda: hg.figures.spreads(dict.fromkeys("abcde", (*np.tile(np.arange(4.0), (4, 1)), [0, 3], [0, 3]))),
    "strips": lambda: hg.figures.strips({"a": {"1": RNG.random(9), "2": [0.5]}, "b": {"1": RNG.random(3)}}, "x", "y"),
    "tangents": lambda: hg.figures.tangents(*hg.rules.parabola(4)),
    "weight_maps": lambda: hg.figures.weight_maps(RNG.standard_normal((17, 64))),
    "weight_maps, nothing left": lambda: hg.figures.weight_maps(np.zeros((7, 64))),
}


def diagram(*sizes, **options):
    rng = np.random.default_rng(1)
    return hg.figures.network([rng.standard_normal(shape) for shape in zip(sizes, sizes[1:])], **options)


def example(name):
    """One of the examples as the page gets it; drawing it may not even warn."""
    RNG.bit_generator.state = np.random.default_rng(0).bit_generator.state
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return hg.figures.to_svg(EXAMPLES[name](), f"Example of {name}")


def test_every_function_that_draws_has_an_example():
    public = {name for name, value in vars(hg.figures).items() if callable(value)}
    assert {name.split(",")[0] for name in EXAMPLES} == public - {"to_svg", "use_style"}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_picture_fits_into_the_page(name):
    svg = example(name)
    tree = ElementTree.fromstring(svg)
    assert tree.get("role") == "img" and tree.get("aria-label") == f"Example of {name}"

    ids = re.findall(r'\bid="([^"]*)"', svg)
    used = re.findall(r'(?:url\(|href=")#([^)"]*)', svg)
    assert len(set(ids)) == len(ids) and set(used) <= set(ids)

    bare = re.sub(r"var\(--figure-[\w-]+, [^()]*\)", "", svg)
    assert not [colour for colour in style.VARIABLES if colour in bare], "a colour that the dark theme cannot replace"
    assert "DejaVu" not in bare, "a font that is not the page's"

    for text in tree.iter("{http://www.w3.org/2000/svg}text"):
        sizes = [float(size) for size in re.findall(r"font-size: ([\d.]+)px", ElementTree.tostring(text, "unicode"))]
        assert sizes and max(sizes) >= style.SMALL, "".join(text.itertext())

    assert example(name) == svg, "two drawings of the same differ"


class TestCodeMap:
    """Blue discs for codes in the right sector, and a number outside for every output that can win."""

    @staticmethod
    def drawn(*arguments):
        ax = hg.figures.code_map(*arguments).axes[0]
        right, wrong = (len(points.get_offsets()) for points in ax.collections[-2:])
        return right, wrong, [text.get_text() for text in ax.texts]

    def test_tells_right_from_wrong(self):
        rule = np.arange(7)
        rule[[0, 1]] = 1, 0
        right, wrong, texts = self.drawn(CODES, rule)
        assert (right, wrong) == (5, 2)
        assert sorted(texts) == sorted(2 * [str(i + 1) for i in range(7)])

    def test_an_output_that_cannot_win_has_no_sector(self):
        directions = CIRCLE.T.copy()
        directions[:, 2] = 0  # inside the polygon of the others
        _, _, texts = self.drawn((CIRCLE, directions), np.arange(7))
        assert texts.count("3") == 1  # the code's number alone

    def test_a_crowd_has_no_numbers(self):
        points = hg.rules.circle(60)
        assert self.drawn((points, points.T), np.arange(60)) == (60, 0, [])


def test_a_mosaic_keeps_the_order_of_its_pictures():
    pictures = np.arange(2 * 3 * 2 * 2.0).reshape(2, 3, 2, 2)
    whole = hg.figures.pictures.mosaic(pictures)
    assert whole.shape == (5, 8)
    np.testing.assert_array_equal(whole[3:5, 6:8], pictures[1, 2])
    np.testing.assert_array_equal(whole[0:2, 3:5], pictures[0, 1])
    assert np.isnan(whole[2]).all() and np.isnan(whole[:, 2]).all()


def test_names_of_lines_stand_apart_though_another_panel_stretches_the_scale():
    close = {"x": [0, 1], "series": {f"line {i}": [1, 1 + i / 1000] for i in range(4)}}
    figure = hg.figures.curves({"close": close, "far": {"x": [0, 1], "series": {"high": [0, 100]}}}, "epoch")
    figure.draw_without_rendering()
    heights = [(box.y0 + box.y1) / 2 for box in (text.get_window_extent() for text in figure.axes[0].texts)]
    assert np.diff(heights).min() > 0.9 * style.SMALL * figure.dpi / 72


class TestFlow:
    NATS, DENSITY = np.array([[0, 1, 2.0], [0, 2, 3], [0, 9, 9]]), np.eye(3)

    def test_shows_the_median_of_the_seeds_and_their_range(self):
        upper = hg.figures.flow(np.arange(3), {"T": (self.NATS, self.DENSITY, np.arange(3))}).axes[0]
        np.testing.assert_array_equal(upper.lines[0].get_ydata(), [0, 2, 3])
        band = upper.collections[0].get_paths()[0].vertices
        assert {(1.0, 1.0), (1.0, 9.0), (2.0, 2.0)} <= set(map(tuple, band))

    def test_density_runs_upwards_and_epochs_to_the_right(self):
        lower = hg.figures.flow(np.arange(3), {"T": (self.NATS, self.DENSITY[[2, 1, 0]], np.arange(3))}).axes[1]
        picture = lower.images[0]
        assert picture.origin == "lower"
        np.testing.assert_array_equal(picture.get_array(), [[0, 0, 1], [0, 1, 0], [1, 0, 0]])

    def test_marks_the_epoch_and_shows_its_density(self):
        left, right = hg.figures.flow_at(2, np.arange(3), {"T": (self.NATS[1], self.DENSITY, np.arange(3))}).axes
        np.testing.assert_array_equal(left.lines[1].get_xydata(), [[2, 3]])
        np.testing.assert_array_equal(right.lines[0].get_ydata(), self.DENSITY[2])


def test_a_raster_marks_what_is_false():
    truth = np.array([[True, False, True], [True, True, False]])
    marks = hg.figures.rasters({"a": truth}, "epoch", "pattern").axes[0].collections[0]
    np.testing.assert_array_equal(marks.get_offsets(), [[1, 1], [2, 2]])  # epochs from 0, patterns from 1


def test_a_globe_joins_nearest_neighbours():
    edges = hg.figures.globe({"six": OCTAHEDRON}).axes[0].collections[0]
    assert len(edges.get_segments()) == 12


class TestThemed:
    def test_text_stays_text(self):
        figure, ax = style.new()
        ax.set(xlabel="learning rate", ylabel="loss & more", xscale="log", xlim=(1e-3, 1))
        texts = {"".join(t.itertext()).strip() for t in ElementTree.fromstring(hg.figures.to_svg(figure, "x")).iter()}
        assert {"learning rate", "loss & more"} <= texts
        assert any(re.fullmatch(r"10\s*−3", re.sub(r"\s+", "", text)) for text in texts)

    @pytest.mark.parametrize("alt", ["plain", AWKWARD, "it's", "Zürich → σ(s)", "{braces}", "<b>bold</b>"])
    def test_the_alternative_text_arrives_as_written(self, alt):
        assert label(hg.figures.to_svg(style.new()[0], alt)) == alt

    def test_a_picture_brings_no_style_sheet(self):
        """It would hold for the whole page, and a page that must be styled anew makes a slider slow."""
        assert "<style" not in hg.figures.to_svg(diagram(3, 2, 3), "x")

    def test_two_pictures_on_a_page_share_no_id(self):
        def ids(alt):
            return set(re.findall(r'\bid="([^"]*)"', hg.figures.to_svg(diagram(3, 2, 3), alt)))

        assert ids("one") and not ids("one") & ids("another")

    def test_the_style_sheet_has_every_colour_for_the_dark(self):
        palette = {style.INK, style.MUTED, style.PALE, style.PAPER, *style.OTHERS, *style.COLOURS.values()}
        palette |= {style.POINT_POSITIVE, style.POINT_NEGATIVE}
        assert palette == set(style.VARIABLES)
        css = (ROOT / "assets" / "book.css").read_text()
        dark = re.search(r'html\[data-theme="dark"\] \{(.*?)\}', css, flags=re.S)[1]
        missing = [name for name in style.VARIABLES.values() if f"--figure-{name}:" not in dark]
        assert not missing


class TestNetworkDiagram:
    SIZES = [(5, 2, 5), (11, 2, 11), (64, 32, 8), (64, 32, 8, 32, 64)]

    @pytest.mark.parametrize("sizes", SIZES, ids=str)
    def test_shows_every_unit_once_and_the_neck_narrow(self, sizes):
        ax = diagram(*sizes).axes[0]
        centres = np.array([patch.center for patch in ax.patches if isinstance(patch, plt.Circle)])
        columns = [centres[centres[:, 0] == x, 1] for x in np.unique(centres[:, 0])]
        assert tuple(map(len, columns)) == sizes
        heights = [np.ptp(column) for column in columns]
        assert np.argmin(heights) == np.argmin(sizes) and min(heights) < 0.5 * max(heights)
        low, high = ax.get_ylim()
        assert low < centres[:, 1].min() and centres[:, 1].max() < high

    @pytest.mark.parametrize("sizes", SIZES, ids=str)
    def test_draws_large_and_small_without_warning_and_compactly(self, sizes):
        rng = np.random.default_rng(0)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            svg = hg.figures.to_svg(diagram(*sizes, activations=[rng.uniform(-1, 1, n) for n in sizes]), "x")
        assert svg.count("<path") < 400 * len(sizes), "a crowd of connections is drawn one by one"

    def test_the_sign_of_a_weight_shows_in_colour_and_in_line(self):
        ax = hg.figures.network([np.array([[1.0], [-1.0]])]).axes[0]
        drawn = [lines for lines in ax.collections if len(lines.get_segments())]
        assert len(drawn) == 2
        colours = {tuple(lines.get_color()[0][:3]) for lines in drawn}
        dashes = {lines.get_linestyle()[0][1] is not None for lines in drawn}
        assert len(colours) == 2 and dashes == {True, False}

    @pytest.mark.filterwarnings("error")
    def test_takes_a_network_and_draws_its_dense_layers(self):
        net = hg.Network(hg.Dense(4, 2, bias=False), hg.Tanh(), hg.Dense(2, 4, bias=False))
        circles = [p for p in hg.figures.network(net).axes[0].patches if isinstance(p, plt.Circle)]
        assert len(circles) == 10
        assert len(hg.figures.network([np.zeros((2, 1))]).axes[0].patches) > 3  # no weight at all: no division by zero
