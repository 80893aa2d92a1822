"""The notebooks as files: executed and tidy, figures described, numbers bound, exercises solved, claims judged."""

import ast
import re
import statistics
import sys
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
BOOK = ROOT / "book"
sys.path.insert(0, str(ROOT / "tools"))

import code_in_sight  # noqa: E402
import notebooks  # noqa: E402

from hourglass.display import ledger  # noqa: E402

NOTEBOOKS = sorted(BOOK.glob("*.ipynb"))
CHAPTERS = sorted(BOOK.glob("[0-9][0-9]-*.ipynb"))
LEDGER = ledger.ledger()

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def cells(path, kind=None):
    read = nbformat.read(path, as_version=4).cells
    return [cell for cell in read if kind in (None, cell.cell_type)]


def full_lines(cell):
    return [line for line in cell.source.splitlines() if line.strip()]


def tags(cell):
    return set(cell.metadata.get("tags", []))


def calls(cell, name):
    """The calls in a cell of a function with this last name."""
    nodes = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)]
    return [node for node in nodes if getattr(node.func, "attr", getattr(node.func, "id", None)) == name]


def headings(path):
    """Each heading of a notebook: (index of its cell, level, text)."""
    found = []
    for index, cell in enumerate(cells(path)):
        if cell.cell_type == "markdown":
            fenceless = re.sub(r"^(```|~~~).*?^\1", "", cell.source, flags=re.S | re.M)
            found += [(index, len(h[1]), h[2].strip()) for h in re.finditer(r"^(#+) (.*)$", fenceless, flags=re.M)]
    return found


def section(path, title):
    """The cells from the heading whose text starts with `title` to the next one of its level or above."""
    listed = headings(path)
    starts = [number for number, (_, level, text) in enumerate(listed) if level == 2 and text.startswith(title)]
    assert len(starts) == 1, f"{len(starts)} sections '## {title}…', one is needed"
    start = listed[starts[0]][0]
    after = [index for index, level, _ in listed[starts[0] + 1 :] if level <= 2]
    return cells(path)[start : after[0] if after else None]


def markdown(path):
    """All that a reader reads as MyST: a notebook's prose and captions, or a page."""
    if path.suffix == ".md":
        return path.read_text(encoding="utf-8")
    return "\n\n".join(cell.source for cell in cells(path, "markdown"))


# --- the files -------------------------------------------------------------------------------------------------------


def test_there_are_chapters():
    assert CHAPTERS and set(CHAPTERS) <= set(NOTEBOOKS)


@every_notebook
def test_every_cell_has_run_in_order_and_without_complaint(path):
    code = cells(path, "code")
    assert code, "no code cell"
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1)), "run: make notebooks"
    for cell in code:
        for output in cell.outputs:
            assert output.output_type != "error", f"{cell.id}: {output.get('ename')}: {output.get('evalue')}"
            assert output.get("name") != "stderr", f"{cell.id}: {output.get('text')}"


@every_notebook
def test_is_tidy(path):
    before = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(before, as_version=4)
    nbformat.validate(notebook)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    notebooks.tidy(notebook)
    assert nbformat.writes(notebook) + "\n" == before, "not as make notebooks writes it"


# --- code ------------------------------------------------------------------------------------------------------------


@every_notebook
def test_cells_are_short(path):
    code = [cell for cell in cells(path, "code") if "remove-input" not in tags(cell)]
    for cell in code:
        assert full_lines(cell), f"{cell.id} is empty"
        assert len(full_lines(cell)) <= 20, f"{cell.id} has {len(full_lines(cell))} lines"
        long = [line for line in full_lines(cell) if len(line) > 92]
        assert not long, f"{cell.id}: longer than 92 characters: {long}"
    if path in CHAPTERS:
        assert statistics.median(len(full_lines(cell)) for cell in code) <= 8


@every_notebook
def test_imports_stand_in_the_first_code_cell(path):
    for cell in cells(path, "code")[1:]:
        stray = [n for n in ast.walk(ast.parse(cell.source)) if isinstance(n, (ast.Import, ast.ImportFrom))]
        assert not stray, f"{cell.id}: {ast.unparse(stray[0])}"


@every_chapter
def test_code_in_sight_is_about_the_subject(path):
    _, seen, subject = code_in_sight.shares(nbformat.read(path, as_version=4))
    assert subject >= 0.7 * seen, f"{subject} of {seen} lines: see python tools/code_in_sight.py"


def test_code_that_is_not_about_the_subject_would_be_found():
    def shares(*sources, tags=()):
        cells = [nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)}) for source in sources]
        return code_in_sight.shares(nbformat.v4.new_notebook(cells=cells))

    assert shares("import numpy as np\n\nx = 1\n# why", "y = [\n    2]") == (5, 5, 4)
    assert shares("x = 1", "print(x)", tags=["hide-input"]) == (2, 0, 0)
    assert shares("def draw(x):\n    return hg.figures.curves(\n        x)", "draw(1)\ny = 2") == (5, 5, 1)
    assert shares("for i in x:\n    y = i\n    print(y)") == (3, 3, 2)
    assert shares("for i in x:\n    print(\n        y)") == (3, 3, 0)
    assert shares("if x:\n    print(x)\nelse:\n    y = 2") == (4, 4, 3)
    assert shares("def f(x):\n    return hg.study.digits(x, 1)\nhg.study.check(f, 1)") == (3, 3, 0)


@every_notebook
def test_what_serves_the_book_is_folded(path):
    """Numbers for the prose, verdicts, questions; and cells that do nothing but draw."""
    showing = set()
    for number, cell in enumerate(cells(path, "code")):
        parts = ast.parse(cell.source).body
        beside = set().union(*(code_in_sight.apparatus(part, showing) for part in parts))
        if tags(cell) & code_in_sight.FOLDED:
            continue
        serves = re.findall(r"hg\.study\.(?:glue|judge|criteria|predict|quiz)", cell.source)
        assert not serves, f"{cell.id} calls {serves} in sight"
        draws = re.search(r"hg\.(figures|widgets)\.(?!use_style)", cell.source)
        assert number == 0 or not draws or code_in_sight.full(cell.source) - beside, f"{cell.id} only draws"


@every_chapter
def test_functions_have_five_arguments_at_most(path):
    for cell in cells(path, "code"):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.FunctionDef):
                arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                assert len(arguments) <= 5, f"{cell.id}: {node.name} has {len(arguments)}"


@every_chapter
def test_numbers_are_printed_and_not_whether_they_are_right(path):
    for cell in cells(path, "code"):
        told = "\n".join(str(output.get("text", "")) for output in cell.outputs)
        assert not re.search(r"\b(True|False)\b", told), f"{cell.id}: {told}"


NETWORK = {"aiohttp", "ftplib", "http", "httpx", "pooch", "requests", "smtplib", "socket", "subprocess", "urllib"}


@every_notebook
def test_code_asks_no_network(path):
    for cell in cells(path, "code"):
        tree = ast.parse(cell.source)  # which also finds shell commands and magics: they are not Python
        for node in ast.walk(tree):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                modules = [getattr(node, "module", None) or alias.name for alias in node.names]
                assert not {module.split(".")[0] for module in modules} & NETWORK, f"{cell.id}: {ast.unparse(node)}"
            name = getattr(node, "attr", getattr(node, "id", getattr(node, "name", None)))
            assert not str(name).startswith(("fetch_", "urlopen", "urlretrieve")), f"{cell.id}: {name}"
            assert not (isinstance(node, ast.Constant) and re.match(r"(https?|ftp)://", str(node.value))), cell.id


# --- figures ---------------------------------------------------------------------------------------------------------


def pictures(path):
    """The cells that display an image, each with the cell below it."""
    pairs = pairwise(cells(path))
    return [
        p
        for p in pairs
        if any(kind.startswith("image/") for o in p[0].get("outputs", []) for kind in o.get("data", {}))
    ]


@every_notebook
def test_pictures_are_described(path):
    for cell, below in pictures(path):
        alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        assert len(alt) >= 20, f"{cell.id}: says too little: {alt!r}"
        assert not re.search(r"\.(svg|png|jpe?g|gif)\b|_build|^\S+$", alt), f"{cell.id}: not a description: {alt!r}"
        if path in CHAPTERS:
            caption = notebooks.CAPTION.fullmatch(below.source)
            assert caption and len(caption[2]) >= 20, f"{cell.id}: no caption below it, like those of other figures"
            assert caption[2] != alt, f"{cell.id}: a caption says what to see, an alt text what is shown"


@every_notebook
def test_what_looks_like_a_caption_belongs_to_a_picture(path):
    below = [cell.id for _, cell in pictures(path)]
    assert [cell.id for cell in cells(path) if "**Fig." in cell.source and cell.id not in below] == []
    assert not any("figure" in cell.metadata.get("mystnb", {}) for cell in cells(path))


def test_no_two_figures_have_the_same_name():
    every = [notebooks.CAPTION.fullmatch(cell.source) for path in NOTEBOOKS for cell in cells(path)]
    names = [caption[1] for caption in every if caption]
    assert names and len(set(names)) == len(names)


# --- prose -----------------------------------------------------------------------------------------------------------


def unlike(notebook, path):
    """Where the numbers in a notebook's prose are not those that its cells hand to it, or those of its figures."""
    handed = [*notebooks.glued(notebook), *notebooks.figures(notebook, path).items()]
    known, found, used = dict(handed), [], set()
    found += [f"{name} is handed over twice" for name in known if [n for n, _ in handed].count(name) > 1]
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for name, text in notebooks.MARKED.findall(cell.source):
                used.add(name)
                if text != known.get(name):
                    found.append(f"{cell.id} says {name} is {text!r}, measured was {known.get(name)!r}")
    return found + [f"{name} is not in the prose" for name in known.keys() - used]


@every_notebook
def test_numbers_in_the_prose_are_those_that_were_measured(path):
    assert unlike(nbformat.read(path, as_version=4), path) == [], "run: make notebooks"


# Where a line begins with a comment, or a line's first item or table cell does, Markdown takes the line for a block of
# HTML, and the paragraph loses what makes it one. In a formula or in code a comment is not one.
AT_THE_START = re.compile(r"^(?:\s|>|\||[-*+] |\d+[.)] )*<!--", flags=re.M)
VERBATIM = re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$|```.*?```|`[^`\n]+`", flags=re.S)


def misplaced(text):
    """What is wrong with the marks in a text: those that would show, or would make the text something else; and roles
    in whose place JupyterLab shows a name of ours."""
    found = AT_THE_START.findall(text) + re.findall(r"\{(?:glue|numref|cite)\b\S*", text)
    found += [code for code in VERBATIM.findall(text) if "<!--" in code]
    return found + re.findall(r"<!--.*", notebooks.MARKED.sub("", text))


@pytest.mark.parametrize("path", sorted([*BOOK.glob("*.md"), *NOTEBOOKS]), ids=lambda path: path.stem)
def test_marks_of_numbers_stand_where_nobody_sees_them(path):
    texts = [path.read_text(encoding="utf-8")] if path.suffix == ".md" else [c.source for c in cells(path, "markdown")]
    assert [found for text in texts for found in misplaced(text)] == []


def test_numbers_that_differ_and_marks_that_show_would_be_found():
    def prose(*texts, **numbers):
        output = nbformat.v4.new_output("display_data", data={notebooks.NUMBERS: numbers})
        code = nbformat.v4.new_code_cell(outputs=[output])
        return nbformat.v4.new_notebook(cells=[code, *map(nbformat.v4.new_markdown_cell, texts)])

    path = Path("04-chapter.ipynb")
    caption = "(fig-{0})=\n**Fig. <!--fig-{0}-->{1}<!--/-->.** Of {0}."
    texts = (
        "All <!--x-->2<!--/-->, **<!--x--><!--/-->%** in [Fig. <!--fig-b--><!--/-->](#fig-b).",
        caption.format("a", ""),
    )
    stale = prose(*texts, caption.format("b", 7), x="3")
    assert len(unlike(stale, path)) == 5
    notebooks.tell(stale, path)
    assert unlike(stale, path) == [] and [cell.source for cell in stale.cells[1:]] == [
        "All <!--x-->3<!--/-->, **<!--x-->3<!--/-->%** in [Fig. <!--fig-b-->4.2<!--/-->](#fig-b).",
        *(caption.format(*figure) for figure in (("a", 4.1), ("b", 4.2))),
    ]
    assert len(unlike(prose("No number.", x="3"), path)) == 1
    with pytest.raises(ValueError, match="no cell hands to it: y"):
        notebooks.tell(prose("All <!--y-->3<!--/-->.", x="3"), path)
    mark = "<!--x-->3<!--/-->"
    for text in (mark, f"- {mark}", f"one\n{mark}", f"> 1. {mark}", f"| {mark} |", f"| a | {mark} |\n|{mark}|"):
        assert misplaced(text), text
    roles = "a {glue:text}`x`", "by {cite:p}`x`"
    for text in (*roles, f"an ${mark}$", f"`{mark}`", "a <!--x-->3", "a <!--x y-->3<!--/-->"):
        assert misplaced(text), text
    assert misplaced(f"**{mark} of $n$** and {mark}/$n$") == []


def constants(path):
    """The numbers that stand in a notebook's code: settings, which prose may name."""
    nodes = [node for cell in cells(path, "code") for node in ast.walk(ast.parse(cell.source))]
    return {float(n.value) for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, (int, float))}


@every_chapter
def test_measured_numbers_in_the_prose_are_glued(path):
    """A percentage, or a number with two decimals or more, is glued, or is a setting, or has its source beside it."""
    settings = constants(path)
    for cell in cells(path, "markdown"):
        if notebooks.CAPTION.fullmatch(cell.source):
            continue  # it says what stands in the picture
        for paragraph in re.split(r"\n\s*\n|\n(?=\s*[-*|] )", cell.source):
            if notebooks.CITATION.search(paragraph):
                continue
            plain = notebooks.MARKED.sub(" ", paragraph)
            plain = re.sub(r"\$\$.*?\$\$|\$[^$]*\$|```.*?```|`[^`]*`|\]\([^)]*\)", " ", plain, flags=re.S)
            stray = [
                number + percent
                for number, percent in re.findall(r"(?<![\w.])(\d+(?:\.\d+)?)(\s?%|\s?per ?cent\b)?", plain)
                if (percent or re.search(r"\.\d\d", number))
                and not settings & {float(number), round(float(number) / 100, 9)}
            ]
            assert not stray, f"{cell.id}: {stray} in: {paragraph[:200]}"


@pytest.mark.parametrize("path", sorted([*BOOK.glob("*.md"), *NOTEBOOKS]), ids=lambda path: path.stem)
def test_links_lead_to_files_as_jupyterlab_wants_it(path):
    links = re.findall(r"\]\(([^)#\s:]+)(?:#[^)]*)?\)", markdown(path))
    assert [link for link in links if not (BOOK / link).is_file()] == []


@every_notebook
def test_citations_name_whom_the_bibliography_names(path):
    for cell in cells(path, "markdown"):
        assert cell.source == notebooks.cited(cell.source), f"{cell.id}: run make notebooks"


def test_citations_are_told_and_become_numbers_in_pages():
    keys = "cox1958regression", "glorot2010understanding", "eissa"
    cox, glorot, eissa = (f"](references.bib#{key})" for key in keys)
    assert notebooks.cited(f"As [{cox} did, or [{eissa} ([He 2015{glorot};\n[{cox}; [{eissa}).") == (
        f"As [Cox (1958){cox} did, or [Eissa{eissa} ([Glorot and Bengio 2010{glorot};\n[Cox 1958{cox}; [Eissa{eissa})."
    )
    assert notebooks.for_pages(f"[Cox (1958){cox} did ([Glorot 2010{glorot}; [Eissa{eissa}), or ([Eissa{eissa}).") == (
        "Cox (1958) {cite:p}`cox1958regression` did {cite:p}`glorot2010understanding,eissa`, or {cite:p}`eissa`."
    )
    with pytest.raises(ValueError, match="references.bib does not list: nobody1900"):
        notebooks.cited("([](references.bib#nobody1900))")


@every_notebook
def test_terms_exist(path):
    assert {place for _, place in notebooks.TERM.findall(markdown(path))} - notebooks.terms().keys() == set()


def test_terms_lead_to_the_glossary_from_pages_and_notebooks():
    assert notebooks.terms()["logistic-regression"] == "logistic regression"
    links = "[Momentum](glossary.md#momentum), [dead](glossary.md#dead-unit)"
    assert notebooks.for_pages(f"a {links}") == "a {term}`Momentum`, {term}`dead <dead unit>`"
    with pytest.raises(KeyError, match="no-term"):
        notebooks.for_pages("[none](glossary.md#no-term)")


@every_notebook
def test_prose_has_no_roles_that_jupyterlab_does_not_know(path):
    texts = [re.sub(r"```.*?```|`` .*? ``", "", cell.source, flags=re.S) for cell in cells(path, "markdown")]
    assert [role for text in texts for role in re.findall(r"\{[\w:-]+\}`[^`]*`", text)] == []


@every_notebook
def test_links_inside_a_notebook_lead_to_a_figure_of_it(path):
    names = {caption[1] for cell in cells(path) if (caption := notebooks.CAPTION.fullmatch(cell.source))}
    labels = names | set(re.findall(r"^\(([\w-]+)\)=$", markdown(path), flags=re.M))
    assert set(re.findall(r"\]\(#([^)]+)\)", markdown(path))) - labels == set()


# --- what every chapter has ------------------------------------------------------------------------------------------


@every_chapter
def test_tells_what_fails_and_what_to_remember(path):
    assert len(full_lines(section(path, "What fails")[0])) > 1
    remember = "\n".join(cell.source for cell in section(path, "What to remember") if cell.cell_type == "markdown")
    assert len(re.findall(r"^(?:[-*]|\d+\.) ", remember, flags=re.M)) == 5


@every_chapter
def test_asks_questions_and_hides_no_other_code_for_good(path):
    code = cells(path, "code")
    quizzes, predictions, criteria = (
        [cell for cell in code if f"hg.study.{name}(" in cell.source] for name in ("quiz", "predict", "criteria")
    )
    assert quizzes and predictions
    for cell in quizzes + criteria:
        assert len(ast.parse(cell.source).body) == 1, f"{cell.id} does more than ask, where nobody sees it"
    for cell in predictions:
        *before, last = ast.parse(cell.source).body
        assert all(isinstance(part, ast.Assign) for part in before), f"{cell.id} does more than name what it asks for"
        assert ast.unparse(last).startswith("hg.study.predict("), f"{cell.id}: one question a cell, and last"
    hidden = [cell.id for cell in code if "remove-input" in tags(cell)]
    assert hidden == [cell.id for cell in code if cell in quizzes + predictions + criteria]


@every_chapter
def test_cells_to_fill_in_are_empty_and_their_solutions_are_right(path):
    """A heading "Your turn", folded tests, a cell with dots, and below it a solution whose last cell is right."""
    listed = cells(path)
    turns = [i for i, cell in enumerate(listed) if cell.source.startswith("### Your turn: ")]
    assert turns
    for start in turns:
        assert len(full_lines(listed[start])) > 1, f"{listed[start].id}: no task"
        tests, blank, heading = listed[start + 1 : start + 4]
        assert "hide-input" in tags(tests) and "..." in blank.source and heading.source == "#### Solution"
        assert calls(blank, "check") and not tags(blank), blank.id
        assert heading.metadata.get("jp-MarkdownHeadingCollapsed") is True, f"{heading.id}: open in JupyterLab"
        after = next(i for i in range(start + 4, len(listed)) if re.match(r"##+ ", listed[i].source))
        assert listed[after].source.startswith("## "), f"{listed[after].id}: would fold with the solution"
        said = [[o.get("data", {}).get("text/plain", "") for o in c.outputs] for c in (blank, listed[after - 1])]
        assert said[0] == ["Your turn: put your answer where the three dots are, and run the cell."], blank.id
        assert said[1][-1] == "Right.", f"{listed[after - 1].id}: {said[1]}"


@every_notebook
def test_no_cell_is_exempt_from_anything(path):
    """Code may fold, and a quiz's code is not shown. Only a cell that reads a clock may keep its output from being
    compared."""
    for cell in cells(path):
        clock = {"nbval-ignore-output"} if re.search(r"perf_counter\(\)|seconds\(", cell.source) else set()
        assert tags(cell) <= {"hide-input", "remove-input"} | clock, f"{cell.id}: {tags(cell)}"


@every_chapter
def test_every_exercise_has_a_worked_solution_that_unfolds(path):
    exercises, current = [], []
    for cell in section(path, "Exercises")[1:]:
        if re.match(r"### ", cell.source) and cell.cell_type == "markdown":
            current = []
            exercises.append(current)
        current.append(cell)
    assert len(exercises) >= 4
    for number, (heading, *rest) in enumerate(exercises, 1):
        title = heading.source.splitlines()[0]
        assert title.startswith(f"### {number}. "), title
        assert len(full_lines(heading)) > 1, f"{title}: asks nothing"
        opens = [i for i, cell in enumerate(rest) if re.match(r"#+ Solution", cell.source)]
        assert opens, f"{title}: no solution"
        solution = rest[opens[0]]
        # what stands below a heading in its own cell stays open in JupyterLab, and would give the answer away
        assert re.fullmatch(r"#### Solution.*", solution.source.strip()), f"{title}: the heading needs its own cell"
        assert solution.metadata.get("jp-MarkdownHeadingCollapsed") is True, f"{title}: open in JupyterLab"
        worked = [cell for cell in rest[opens[0] + 1 :] if cell.cell_type == "code"]
        assert worked and all(cell.execution_count for cell in worked), f"{title}: the solution runs nothing"


# --- the ledger ------------------------------------------------------------------------------------------------------


def judged(path):
    """The claims that a notebook judges: {id: (names of what is handed over, what the stored output says)}."""
    found = {}
    for cell in cells(path, "code"):
        for call in calls(cell, "judge"):
            claim = call.args[0]
            assert isinstance(claim, ast.Constant), f"{cell.id}: the claim's id must stand there as it is"
            assert claim.value not in found, f"{claim.value} is judged twice"
            names = [keyword.arg for keyword in call.keywords]
            assert None not in names, f"{cell.id}: names must stand there as they are"
            texts = ["".join(output.get("data", {}).get("text/plain", "")) for output in cell.outputs]
            found[claim.value] = names, next((t for t in texts if t.startswith(f"{claim.value} | ")), "nothing")
    return found


def test_the_ledger_is_in_order():
    """What a single entry must be, the ledger itself refuses: see test_display."""
    ids = [entry["id"] for entry in yaml.safe_load((BOOK / "claims.yml").read_text(encoding="utf-8"))]
    assert ids and len(set(ids)) == len(ids)
    for claim, entry in LEDGER.items():
        assert re.fullmatch(r"[a-z0-9-]+", claim), claim
        assert len(entry["claim"]) > 20 and entry["claim"].endswith("."), claim
        plain = [entry["measured"], *(check[ledger.role(check)] for check in entry["checks"])]
        assert not any(text.endswith(".") for text in plain), f"{claim}: ends with a full stop of its own"
        assert entry.get("instead", "It.").endswith("."), claim


@every_notebook
def test_claims_are_judged_where_the_ledger_says_and_as_it_says(path):
    said = judged(path)
    entries = {claim: entry for claim, entry in LEDGER.items() if entry["chapter"] == path.stem}
    assert set(said) - set(entries) == set(), "judged here, but not listed for this chapter"
    assert set(entries) - set(said) == set(), "listed for this chapter, but not judged in it"
    for claim, entry in entries.items():
        names, text = said[claim]
        assert sorted(names) == sorted(ledger.numbers(entry) | set(ledger.answers(entry))), claim
        first, *checks, last = text.splitlines()
        verdict = ledger.verdict(entry, ledger.answers(entry))
        assert first.startswith(f"{claim} | {verdict.capitalize()}"), f"{first!r} is stored: run make notebooks"
        marks = ["✓" if check["found"] else "✗" for check in entry["checks"]]
        assert [line[0] for line in checks] == marks and last.startswith("Measured: "), claim
        assert "the book found" not in text, "stored from a run in which answers differed"


@every_chapter
def test_what_decides_stands_before_the_numbers(path):
    """Each claim is announced once, in the section that judges it."""
    announced, judged_in, section_of = [], [], None
    for cell in cells(path):
        if cell.cell_type == "markdown":
            section_of = cell.id if cell.source.startswith("## ") else section_of
            continue
        announced += [(section_of, claim.value) for call in calls(cell, "criteria") for claim in call.args]
        judged_in += [(section_of, call.args[0].value) for call in calls(cell, "judge")]
        early = set(judged_in) - set(announced)
        assert not early, f"{cell.id} judges what no cell above it in its section has announced: {early}"
    assert sorted(announced) == sorted(judged_in)


def test_every_claim_belongs_to_a_chapter_that_there_is():
    assert {entry["chapter"] for entry in LEDGER.values()} <= {path.stem for path in CHAPTERS}


def test_builds_are_strict_about_verdicts():
    """For a reader a different answer is a finding; whoever builds or tests wants to hear of it."""
    assert "export HOURGLASS_STRICT := 1" in (ROOT / "Makefile").read_text(encoding="utf-8")
    assert 'HOURGLASS_STRICT="1"' in (ROOT / "tools" / "notebooks.py").read_text(encoding="utf-8")
