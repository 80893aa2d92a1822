"""The road from a clone to a page: set-up, pins, browser files, solutions that unfold, buttons, Binder."""

import functools
import hashlib
import importlib.metadata
import json
import os
import platform
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import hourglass_sphinx  # noqa: E402
import notebooks  # noqa: E402
import vendor  # noqa: E402


def run(*command, cwd=ROOT, check=True, **environment):
    """Run a command; fail with everything it said."""
    variables = {**os.environ, **environment}
    result = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=variables,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert not check or result.returncode == 0, result.stdout
    return result


def python(*arguments, **options):
    return run(sys.executable, *arguments, **options)


def copy_of_the_book(target):
    """What a fresh clone holds: no environment, nothing built."""
    generated = shutil.ignore_patterns(
        ".git", ".venv*", "_build", "__pycache__", "*.egg-info", ".*_cache", ".hypothesis"
    )
    return Path(shutil.copytree(ROOT, target, ignore=generated))


def executable(path, text):
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


# --- code and metadata --------------------------------------------------------------------------------------


class TestHouse:
    LINT_IMPORTS = ("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache")

    def test_imports_go_one_way(self):
        python(*self.LINT_IMPORTS)

    @pytest.mark.parametrize(
        ("room", "line"),
        [
            ("engine", "import matplotlib"),
            ("engine", "import scipy.special"),
            ("engine", "from hourglass.topics import datasets"),
            ("topics", "from hourglass.display import widgets"),
            ("topics", "import ipywidgets"),
        ],
    )
    def test_a_wrong_import_would_be_found(self, tmp_path, room, line):
        shutil.copytree(ROOT / "src" / "hourglass", tmp_path / "hourglass")
        shutil.copy(ROOT / "pyproject.toml", tmp_path)
        (tmp_path / "hourglass" / room / "stray.py").write_text(line + "\n")
        result = python(*self.LINT_IMPORTS, cwd=tmp_path, check=False, PYTHONPATH=str(tmp_path))
        assert result.returncode == 1 and "BROKEN" in result.stdout, result.stdout

    def test_what_the_engine_does_not_need_is_loaded_when_first_asked_for(self):
        said = python("-c", "import sys, hourglass as hg; a = {*sys.modules}; hg.rules; print({*sys.modules} - a, a)")
        later, first = said.stdout.split("} {")
        for name in ("scipy", "sklearn", "matplotlib", "IPython", "ipywidgets", "yaml", "tqdm"):
            assert f"'{name}'" not in first
        assert "'numpy'" in first and "'scipy'" in later
        names = python("-c", "import hourglass as hg; print([getattr(hg, n) for n in dir(hg)], hasattr(hg, 'no'))")
        assert names.stdout.rstrip().endswith("False")

    def test_ruff_finds_nothing(self):
        python("-m", "ruff", "check", "--no-cache", ".")

    @pytest.mark.parametrize(
        ("schema", "path"),
        [("github-workflows", ".github/workflows/book.yml"), ("citation-file-format", "CITATION.cff")],
    )
    def test_valid_for_its_schema(self, schema, path):
        python("-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", path)

    def test_the_book_has_its_licences(self):
        assert "BSD 3-Clause" in (ROOT / "LICENSE").read_text()
        assert "Attribution 4.0 International" in (ROOT / "LICENSE-TEXT").read_text()


class TestPins:
    def pins(self, name):
        lines = (line.split("#")[0].strip() for line in (ROOT / name).read_text().splitlines())
        requirements = [Requirement(line) for line in lines if line and not line.startswith("-")]
        return {canonicalize_name(r.name): str(r.specifier) for r in requirements}

    def test_every_requirement_is_pinned_to_what_the_constraints_say(self):
        constraints = self.pins("constraints.txt")
        wanted = self.pins("requirements.txt") | self.pins("requirements-dev.txt")
        assert all(re.fullmatch(r"==[\w.]+", pin) for pin in wanted.values())
        assert wanted == {name: constraints[name] for name in wanted}

    def test_the_package_asks_for_nothing_that_is_not_pinned(self):
        metadata = importlib.metadata.requires("hourglass-book")
        assert {canonicalize_name(Requirement(line).name) for line in metadata} <= self.pins("requirements.txt").keys()

    def all_the_way_down(self, names):
        """What these packages need, and what that needs in turn."""
        seen, ahead = set(), [(name, "") for name in names]
        while ahead:
            name, extra = ahead.pop()
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            for line in importlib.metadata.requires(name) or []:
                need = Requirement(line)
                if need.marker is None or need.marker.evaluate({"extra": extra}):
                    ahead += [(canonicalize_name(need.name), e) for e in (need.extras or {""})]
        return {name for name, _ in seen} - {"pip", "setuptools", "wheel"}

    def test_the_constraints_reach_all_the_way_down(self):
        wanted = self.all_the_way_down(self.pins("requirements-dev.txt") | self.pins("requirements.txt"))
        assert not wanted - self.pins("constraints.txt").keys()

    def test_binder_gets_the_same_and_builds_anew_only_when_that_changes(self):
        """A line that refers to another file, or to this folder, would make it install everything for every commit."""
        constraints = self.pins("constraints.txt")
        wanted = sorted(self.all_the_way_down(self.pins("requirements.txt")))
        expected = [f"{name}{constraints[name]}" for name in wanted]
        path = ROOT / "binder" / "requirements.txt"
        assert path.read_text().splitlines()[1:] == expected, f"{path} wants:\n" + "\n".join(expected)


# --- the two commands ---------------------------------------------------------------------------------------

STAND_IN = """#!/bin/sh
# Stands in for Python: notes how it was called, and makes an environment that does the same.
echo "$@ [$OPENBLAS_NUM_THREADS|$OPENBLAS_CORETYPE|$SHAKEN_BY]" >> "{log}"
for last; do :; done
case "$1 $2" in
  "-m venv") mkdir -p "$last/bin" && cp "$0" "$last/bin/python" ;;
  "-m pip") test ! -e "{offline}" ;;
  "-m uv") test ! -e "{no_uv}" ;;
  "-m pytest") case "$*" in *keeping*) test ! -e "{differs}" ;; esac ;;
esac
"""


class TestMake:
    @pytest.fixture
    def book(self, tmp_path):
        """`make book`, or another target, with a stand-in for Python; returns whether it succeeded, and its calls."""
        house = tmp_path / "a clone"
        house.mkdir()
        for name in ("Makefile", "requirements.txt", "requirements-dev.txt", "constraints.txt", "pyproject.toml"):
            shutil.copy(ROOT / name, house)
        ways = {name: tmp_path / name for name in ("log", "offline", "no_uv", "differs")}
        executable(tmp_path / "python", STAND_IN.format(**ways))
        log, self.offline, self.no_uv, self.differs = ways.values()

        def make_book(target="book"):
            log.write_text("")
            variables = {"MAKEFLAGS": "", "VENV": ".venv", "OPENBLAS_CORETYPE": ""}
            result = run("make", target, f"PYTHON={tmp_path / 'python'}", cwd=house, check=False, **variables)
            return result.returncode == 0, log.read_text()

        self.house = house
        return make_book

    def test_installs_once_builds_always(self, book):
        succeeded, calls = book()
        assert succeeded and "--requirement requirements.txt" in calls and " -W -n " in calls
        succeeded, calls = book()
        assert succeeded and "pip" not in calls and " -W -n " in calls

    def test_installs_again_when_requirements_change(self, book):
        book()
        os.utime(self.house / "requirements.txt", (2e9, 2e9))
        assert "pip" in book()[1]

    def test_pip_installs_what_uv_does_not_reach(self, book):
        self.no_uv.touch()
        succeeded, calls = book()
        assert succeeded and "-m pip install --quiet --no-compile --requirement requirements.txt" in calls
        os.utime(self.house / "requirements.txt", (2e9, 2e9))
        self.no_uv.unlink()
        assert "--no-compile" not in book()[1]

    def test_starts_afresh_after_an_installation_was_cut_short(self, book):
        self.offline.touch()
        succeeded, calls = book()
        assert not succeeded and "build" not in calls and "--clear" not in calls
        self.offline.unlink()
        succeeded, calls = book()
        assert succeeded and "-m venv --clear" in calls
        assert "venv" not in book()[1]

    def test_a_copied_environment_is_set_up_for_its_new_place(self, book):
        book()
        self.house = self.house.rename(self.house.with_name("moved"))
        log = self.house.parent / "log"
        log.write_text("")
        run("make", "book", f"PYTHON={self.house.parent / 'python'}", cwd=self.house, MAKEFLAGS="", VENV=".venv")
        assert "pip" in log.read_text()

    def test_the_chapters_run_once_at_home_with_nothing_more_than_binder_installs(self, book):
        """For nbval and for the pages, before the requirements of the tests come in."""
        succeeded, calls = book("test")
        parts = "--requirement requirements.txt", "-p keeping", " -W -n ", "requirements-dev.txt", "tests/test_pages.py"
        order = [calls.index(part) for part in parts]
        assert succeeded and order == sorted(order) and calls.count(" -W -n ") == 1

    def test_an_output_that_is_not_the_stored_one_fails_when_all_the_rest_is_checked(self, book):
        self.differs.touch()
        succeeded, calls = book("test")
        assert not succeeded and " -W -n " in calls and "tests/test_pages.py" in calls
        self.differs.unlink()
        assert book("test")[0]

    @pytest.mark.parametrize(
        ("target", "machines"),
        [
            ("test", ["[1||]", "[2||1e-12]"]),
            ("no-vectors", ["[1|Nehalem|]"]),
            ("two-threads", ["[2||]"]),
            ("shaken", [f"[1||{size}]" for size in ("1e-12", "4e-16") for seed in range(3)]),
        ],
    )
    def test_every_notebook_runs_on_every_machine_each_made_sure_of(self, book, target, machines):
        names = [f"book/{name}.ipynb" for name in ("01-neurons", "02-activations", "10-figures", "index")]
        (self.house / "book").mkdir()
        for name in names:
            (self.house / name).touch()
        calls = [call.split() for call in book(target)[1].splitlines()]
        sure, run = (
            [call[len(start) :] for call in calls if call[: len(start)] == start]
            for start in (["tools/machine.py"], "-m pytest --quiet -p no:cacheprovider --nbval".split())
        )
        ran = [(machine, name) for *given, machine in run for name in names if name in given or given == ["book"]]
        assert sorted(ran) == sorted((machine, name) for machine in machines for name in names)
        assert sorted(machine for *_, machine in run) == sorted(machine for (machine,) in sure)

    def test_notebooks_are_trusted_once_and_again_when_they_change(self, book):
        (self.house / "book").mkdir()
        chapter = self.house / "book" / "01-neurons.ipynb"
        chapter.touch()
        signs = "-m nbformat.sign book/01-neurons.ipynb"
        assert [signs in book()[1] for _ in range(2)] == [True, False]
        os.utime(chapter, (2e9, 2e9))
        assert signs in book()[1] and signs in book("notebooks")[1]

    def test_help_comes_first_and_knows_every_command(self):
        listed = run("make", MAKEFLAGS="").stdout
        for command in ("book", "test", "notebooks", "shaken", "serve", "clean", "help", "benchmarks"):
            assert f"make {command} " in listed


class TestContinuousIntegration:
    CASE = '<testsuite><testcase classname="tests.{module}" name="test_x">{inside}</testcase></testsuite>'

    @pytest.mark.parametrize(
        ("module", "inside", "passes"),
        [("test_pages", "", True), ("test_pages", "<skipped/>", False), ("test_engine", "", False)],
    )
    def test_fails_when_the_browser_tests_did_not_run(self, tmp_path, module, inside, passes):
        (tmp_path / ".ci").mkdir()
        shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
        (tmp_path / "_build").mkdir()
        (tmp_path / "_build" / "tests.xml").write_text(self.CASE.format(module=module, inside=inside))
        stand_ins = tmp_path / "bin"
        stand_ins.mkdir()
        for tool in ("make", "chromium", "chromedriver", "apt-get", "sudo"):
            executable(stand_ins / tool, '#!/bin/sh\ntest "$HOURGLASS_REQUIRE_BROWSER" = 1\n')
        result = run(tmp_path / ".ci" / "run", check=False, PATH=f"{stand_ins}:{os.environ['PATH']}")
        assert (result.returncode == 0) is passes, result.stdout


def notebook(path, *sources, **metadata):
    """A notebook with these code cells, at `path`."""
    cells = [new_code_cell(source, metadata=metadata) for source in sources]
    nbformat.write(new_notebook(cells=cells, metadata=notebooks.METADATA), path)
    return path


class TestStoredOutputs:
    DRAW = "import numpy as np\nx = np.random.default_rng(0).normal(size=9)"
    SOURCES = {
        "chapter": [
            "import ipywidgets\nfrom tqdm import tqdm\nsum(tqdm(range(3)))",
            "ipywidgets.IntSlider(description='rate')",
            "import sys\nprint('a')\nprint('b', file=sys.stderr)\nprint('c')",
            f"{DRAW}\nprint(f'{{x.sum():.9f}}')",  # digits enough
            "# NBVAL_IGNORE_OUTPUT\nprint(f'{x.sum():.20f}')",
        ],
        "broken": ["1 / 0"],
        "fragile": [DRAW, "print(f'{x.sum():.20f}')"],
    }

    @pytest.fixture(scope="class")
    @classmethod
    def stored(cls, tmp_path_factory):
        """(the folder of these notebooks after a run, their bytes before it, what it said)."""
        folder = tmp_path_factory.mktemp("chapters")
        paths = [notebook(folder / f"{name}.ipynb", *cells, scrolled=True) for name, cells in cls.SOURCES.items()]
        before = {path.stem: path.read_bytes() for path in paths}
        return folder, before, python("tools/notebooks.py", *paths, check=False)

    def test_a_second_run_changes_no_byte_and_keeps_no_widget(self, stored):
        path = stored[0] / "chapter.ipynb"
        first = path.read_bytes()
        assert "changed: nothing" in python("tools/notebooks.py", path).stdout
        assert path.read_bytes() == first
        cells = nbformat.read(path, as_version=4).cells
        assert [cell.execution_count for cell in cells] == [1, 2, 3, 4, 5]
        assert [cell.metadata for cell in cells] == [{}] * 5
        assert list(cells[1].outputs[0].data) == ["text/plain"]
        assert "stderr" not in {output.get("name") for output in cells[0].outputs}  # no progress bar

    def test_a_chapter_that_stops_is_left_as_it_was_and_the_others_go_on(self, stored):
        folder, before, result = stored
        assert result.returncode == 1 and "broken.ipynb stopped" in result.stdout
        assert "ZeroDivisionError" in result.stdout
        assert "changed: chapter.ipynb" in result.stdout
        assert (folder / "broken.ipynb").read_bytes() == before["broken"]

    def test_digits_that_another_machine_would_not_print_are_not_stored(self, stored):
        folder, before, result = stored
        assert result.returncode == 1 and "fragile.ipynb stopped" in result.stdout
        assert "Cell 1" in result.stdout and f"{np.random.default_rng(0).normal(size=9).sum():.20f}" in result.stdout
        assert (folder / "fragile.ipynb").read_bytes() == before["fragile"]
        assert {path.stem for path in folder.iterdir()} == self.SOURCES.keys()


class TestMachines:
    @pytest.mark.parametrize(
        "variables",
        [
            {"OPENBLAS_NUM_THREADS": "2"},
            {"SHAKEN_BY": "4e-16", "SHAKEN_SEED": "1", "PYTHONPATH": "tools/elsewhere"},
            {"NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR", "OPENBLAS_CORETYPE": "Nehalem"},
        ],
    )
    def test_what_is_imitated_takes_effect(self, variables):
        python("tools/machine.py", **variables)

    @pytest.mark.parametrize(("variable", "value"), [("SHAKEN_BY", "4e-16"), ("NPY_DISABLE_CPU_FEATURES", "AVX2")])
    def test_what_takes_no_effect_is_noticed(self, variable, value):
        if variable.startswith("NPY") and platform.machine() not in ("x86_64", "AMD64"):
            pytest.skip("imitates Intel and AMD processors")
        result = python("tools/machine.py", check=False, **{variable: value})
        assert result.returncode == 1 and f"{variable}={value} did not take effect" in result.stdout

    SHAKE = """
import numpy as np
plain, shaken = np.random.Generator(np.random.PCG64(0)), np.random.default_rng(0)
draws = [lambda rng: rng.random(99), lambda rng: rng.uniform(-1, 1, (9, 9)), lambda rng: rng.normal([1, 2], 3),
         lambda rng: rng.standard_normal(99), lambda rng: rng.standard_normal(out=np.empty(9)),
         lambda rng: rng.normal(), lambda rng: rng.spawn(2)[1].spawn(1)[0].random()]
for draw in draws:
    expected, found = draw(plain), draw(shaken)
    moved = np.abs(found / expected - 1)
    assert type(found) is type(expected) and np.all(moved < 1.1e-12) and np.all(moved > 0), (expected, found)
assert np.random.default_rng(shaken) is shaken
assert np.array_equal(np.random.default_rng(3).random(8), [*np.random.default_rng(3).random((2, 4)).flat])
print(np.random.default_rng(3).random())
"""

    def test_every_float_drawn_is_shaken_in_its_last_digits_alike_wherever_it_is_drawn(self):
        shaken = {"PYTHONPATH": "tools/elsewhere", "SHAKEN_BY": "1e-12"}
        seeds = [python("-W", "error", "-c", self.SHAKE, **shaken, SHAKEN_SEED=seed).stdout for seed in ("1", "2", "2")]
        assert seeds[0] != seeds[1] == seeds[2]

    @pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="Linux alone keeps threads to cores")
    @pytest.mark.parametrize(
        ("name", "threads", "kept"), [("ipykernel_launcher", 2, True), ("", 2, False), ("ipykernel_launcher", 1, False)]
    )
    def test_two_threads_of_a_kernel_keep_to_a_core_each_and_nothing_else_does(self, name, threads, kept):
        cores = len(os.sched_getaffinity(0))
        if cores < 2:
            pytest.skip("one core")
        told = "import os; print([len(os.sched_getaffinity(int(t))) for t in os.listdir('/proc/self/task')])"
        variables = {"PYTHONPATH": "tools/elsewhere", "OPENBLAS_NUM_THREADS": str(threads)}
        assert json.loads(python("-c", told, name, **variables).stdout) == [1 if kept else cores] * threads

    @pytest.mark.parametrize(("name", "draws"), [("ipykernel_launcher", False), ("", True)])
    def test_a_kernel_draws_nothing_and_any_other_program_does(self, name, draws):
        picture = "from hourglass.display.figures import style; print(style.drawn(style.new()[0]))"
        said = python("-c", picture, name, PYTHONPATH="tools/elsewhere").stdout
        assert "<svg" in said and ("<path" in said) is draws


# --- browser files ------------------------------------------------------------------------------------------


class TestVendored:
    @pytest.mark.parametrize("folder", ["assets/vendor", "tests/vendor"])
    def test_files_are_those_of_the_manifest(self, folder):
        folder = ROOT / folder
        packages = json.loads((folder / "manifest.json").read_text())
        listed = {path: digest for package in packages for path, digest in package["sha256"].items()}
        found = {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*")
            if path.is_file() and path.name != "manifest.json"
        }
        assert found == listed
        for package in packages:
            assert package["licence"] and package["source"].endswith(package["version"])
            assert any(Path(path).name == "LICENSE" for path in package["sha256"]), (
                f"{package['name']}: no licence text"
            )

    def test_a_refresh_would_bring_the_same_versions(self):
        for packages, folder in ((vendor.PAGES, "assets/vendor"), (vendor.TESTS, "tests/vendor")):
            manifest = json.loads((ROOT / folder / "manifest.json").read_text())
            assert [(name, version) for name, version, *_ in packages] == [(p["name"], p["version"]) for p in manifest]


# --- pages --------------------------------------------------------------------------------------------------

CHAPTER = [
    "# Neurons\n\nSee [the answer](#answer-one).",
    "## Exercises",
    "### Exercise 1\n\nWhat is 1 + 1?",
    "(answer-one)=\n#### Solution",
    "It is **two**:",
    new_code_cell("print(1 + 1)", outputs=[nbformat.v4.new_output("stream", text="2\n")], execution_count=1),
    "##### Deeper\n\nA [link back](#exercise-1).",
    "### Exercise 2\n\nAnd 2 + 2?",
    "### Solution with *emphasis*",
    "It is four.",
    "### Solution\n\nAnother way.",
    "## What to remember\n\nThe end.",
]


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """One small chapter, built once with the book's extension and theme for the repository at each address."""
    return functools.cache(functools.partial(build_page, tmp_path_factory))


@pytest.fixture
def page(request, built):
    """That for the repository at `request.param`."""
    return BeautifulSoup(built(getattr(request, "param", "")), "html.parser")


def build_page(tmp_path_factory, address):
    source = tmp_path_factory.mktemp("pages")
    (source / "book").mkdir()
    cells = [new_markdown_cell(cell) if isinstance(cell, str) else cell for cell in CHAPTER]
    nbformat.write(new_notebook(cells=cells, metadata=notebooks.METADATA), source / "book" / "01-neurons.ipynb")
    (source / "index.md").write_text("# Book\n\n```{toctree}\nbook/01-neurons\n```\n")
    (source / "conf.py").write_text(
        "extensions = ['myst_nb', 'hourglass_sphinx']\nhtml_theme = 'sphinx_book_theme'\n"
        "nb_execution_mode = 'off'\nmyst_heading_anchors = 5\n"
    )
    variables = {"HOURGLASS_REPOSITORY": address, "PYTHONPATH": str(ROOT / "tools")}
    python("-m", "sphinx", "-W", "-n", "-q", "-b", "html", source, source / "html", **variables)
    return (source / "html" / "book" / "01-neurons.html").read_text()


class TestChapters:
    """A book of two notebooks, whose cells print what `source.py` beside them says, and note that they ran."""

    CELL = "import source\nopen('runs', 'a').write('{name} ')\nprint('told:', source.WORD)"
    SLIDER = "import ipywidgets\nipywidgets.IntSlider(description='rate')"

    @pytest.fixture
    def book(self, tmp_path):
        book = tmp_path / "book"
        book.mkdir()
        for name in ("first", "second"):
            sources = [self.CELL.format(name=name), self.SLIDER]
            shutil.copy(notebook(book / f"{name}.ipynb", *sources), book / f"{name}.stored")
        (book / "index.md").write_text("# Book\n\n```{toctree}\nfirst\nsecond\n```\n")
        (book / "conf.py").write_text(
            "extensions = ['myst_nb', 'hourglass_chapters']\nnb_execution_mode = 'off'\n"
            "suppress_warnings = ['toc.not_readable', 'toc.no_title', 'myst.header']\n"
        )
        return book

    def build(self, book, word, **environment):
        (book / "source.py").write_text(f"WORD = {word!r}")
        (book / "runs").unlink(missing_ok=True)
        environment["PYTHONPATH"] = str(ROOT / "tools")
        return python("-m", "sphinx", book, book.parent / "html", check=False, **environment)

    def shows(self, book, name, word):
        """Whether a page shows what its notebook said, and the widget that it made."""
        page = BeautifulSoup((book.parent / "html" / f"{name}.html").read_text(), "html.parser")
        (state,) = page.select('script[type="application/vnd.jupyter.widget-state+json"]')
        (view,) = page.select('script[type="application/vnd.jupyter.widget-view+json"]')
        assert json.loads(view.string)["model_id"] in json.loads(state.string)["state"]
        return [box.get_text().strip() for box in page.select("div.output")][:1] == [f"told: {word}"]

    def test_each_runs_once_a_build_and_shows_what_it_said_then(self, book):
        for word in ("before", "after"):  # the second build finds the first one's files, and new source
            result = self.build(book, word)
            assert result.returncode == 0, result.stdout
            assert sorted((book / "runs").read_text().split()) == ["first", "second"]
            for name in ("first", "second"):
                assert re.search(rf"^{name}\.ipynb +\d+ s$", result.stdout, flags=re.M)
                assert self.shows(book, name, word)
                assert (book / f"{name}.ipynb").read_bytes() == (book / f"{name}.stored").read_bytes()

    def test_a_cell_that_fails_fails_the_build_and_says_where(self, book):
        notebook(book / "second.ipynb", "def half(x):\n    return x / 0\n\nhalf(1)")
        result = self.build(book, "before")
        assert result.returncode != 0 and "second.ipynb stopped" in result.stdout
        assert "ZeroDivisionError" in result.stdout and "half" in result.stdout
        assert not (book.parent / "html" / "second.html").exists()

    def test_nbvals_run_is_what_the_pages_show_unless_a_chapter_stopped(self, book):
        """An output that is not the stored one fails its test, and is shown."""
        second = notebook(book / "second.ipynb", "1", "1 / 0", "2")
        (book / "source.py").write_text("WORD = 'nbval'")
        keep = ["-p", "keeping", "--keep", book.parent / "kept"]
        command = [*notebooks.NBVAL, "--nbval-lax", *keep, *book.glob("*.ipynb")]
        tested = python(*command, check=False, PYTHONPATH=str(ROOT / "tools"), **notebooks.ALONE).stdout
        assert "1 failed, 4 passed" in tested and "ZeroDivisionError" in tested

        executed = {"HOURGLASS_EXECUTED": str(book.parent / "kept")}
        result = self.build(book, "not run again", **executed)
        assert result.returncode != 0 and "stopped when nbval ran them: second.ipynb" in result.stdout
        second.unlink()
        assert self.build(book, "not run again", **executed).returncode == 0
        assert self.shows(book, "first", "nbval") and not (book / "runs").exists()


class TestSolutions:
    def test_each_is_a_box_that_unfolds_named_after_its_exercise(self, page):
        boxes = page.select("details.solution")
        assert [box["id"] for box in boxes] == ["exercise-1-solution", "exercise-2-solution", "exercise-2-solution-2"]
        assert [box.summary.get_text() for box in boxes] == ["Solution", "Solution with emphasis", "Solution"]
        assert not any(box.has_attr("open") for box in boxes)
        assert boxes[1].summary.find("em")

    def test_everything_is_inside_and_nothing_else(self, page):
        first, second, third = page.select("details.solution")
        assert first.select_one("strong").get_text() == "two"
        assert first.select_one(".cell_input") and first.select_one(".cell_output").get_text().strip() == "2"
        assert first.select_one("section#deeper h5")
        assert "It is four" in second.get_text() and "Another way" not in second.get_text()
        assert "Another way" in third.get_text() and "remember" not in third.get_text()

    def test_labels_lead_to_a_place_that_shows_while_the_box_is_closed(self, page):
        link = page.find("a", string="the answer")
        assert page.select_one(f"details.solution > summary {link['href']}")

    def test_no_solution_in_the_contents(self, page):
        contents = [
            link.get_text(strip=True) for link in page.select(".page-toc a, #pst-page-toc-nav a, .bd-toc-nav a")
        ]
        assert contents == ["Exercises", "Exercise 1", "Exercise 2", "What to remember"]

    def test_headings_keep_their_levels(self, page):
        assert [h.name for h in page.select("article h1, article h2, article h3, article h5")] == [
            "h1",
            "h2",
            "h3",
            "h5",
            "h3",
            "h2",
        ]


BUTTON = "a[href*=binder]"


@pytest.mark.parametrize("page", [""], indirect=True)
class TestNoRepository:
    def test_no_buttons(self, page):
        assert not page.select(BUTTON) and not page.select(".btn-source-repository-button")
        assert "binder" not in str(page)


@pytest.mark.parametrize("page", ["https://github.com/someone/hourglass"], indirect=True)
class TestRepository:
    def test_buttons_lead_to_this_chapter_and_this_repository(self, page):
        (button,) = page.select(BUTTON)
        assert (
            button["href"] == "https://mybinder.org/v2/gh/someone/hourglass/HEAD?urlpath=lab/tree/book/01-neurons.ipynb"
        )
        assert page.select_one(".btn-source-repository-button")["href"] == "https://github.com/someone/hourglass"


class TestRepositoryAddress:
    @pytest.mark.parametrize(
        ("remote", "address"),
        [
            ("https://github.com/someone/hourglass.git", "https://github.com/someone/hourglass"),
            ("https://user:secret@github.com/someone/hourglass", "https://github.com/someone/hourglass"),
            ("git@github.com:someone/hourglass.git\n", "https://github.com/someone/hourglass"),
            ("ssh://git@codeberg.org:22/someone/hourglass.git", "https://codeberg.org/someone/hourglass"),
            ("https://gitlab.com/group/sub/hourglass/", "https://gitlab.com/group/sub/hourglass"),
            ("https://github.com", None),
            ("https://git.example.org/someone/hourglass.git", None),
            ("http://127.0.0.1:3000/someone/hourglass.git", None),
            ("git@intranet:someone/hourglass.git", None),
            ("/srv/git/hourglass.git", None),
            ("", None),
        ],
    )
    def test_public_address(self, remote, address):
        assert hourglass_sphinx.public_address(remote) == address

    def test_comes_from_the_variable_else_from_the_checkout(self, tmp_path, monkeypatch):
        monkeypatch.delenv("HOURGLASS_REPOSITORY", raising=False)
        inside = tmp_path / "inside"
        inside.mkdir()
        assert hourglass_sphinx.repository(tmp_path) is None
        run("git", "init", "-q", cwd=tmp_path)
        assert hourglass_sphinx.repository(tmp_path) is None
        run("git", "remote", "add", "origin", "git@github.com:someone/hourglass.git", cwd=tmp_path)
        assert hourglass_sphinx.repository(tmp_path) == "https://github.com/someone/hourglass"
        assert hourglass_sphinx.repository(inside) is None
        monkeypatch.setenv("HOURGLASS_REPOSITORY", "https://git.example.org/me/fork/")
        assert hourglass_sphinx.repository(tmp_path) == "https://git.example.org/me/fork"
        monkeypatch.setenv("HOURGLASS_REPOSITORY", "")
        assert hourglass_sphinx.repository(tmp_path) is None

    @pytest.mark.parametrize(
        ("address", "place"),
        [
            ("https://github.com/someone/hourglass", "gh/someone/hourglass"),
            ("https://gitlab.com/group/sub/hourglass", "gl/group%2Fsub%2Fhourglass"),
            ("https://codeberg.org/someone/hourglass", "git/https%3A%2F%2Fcodeberg.org%2Fsomeone%2Fhourglass"),
        ],
    )
    def test_binder_link(self, address, place):
        link = hourglass_sphinx.binder_link(address, "book/01-neurons.ipynb")
        assert link == f"https://mybinder.org/v2/{place}/HEAD?urlpath=lab/tree/book/01-neurons.ipynb"


# --- Binder -------------------------------------------------------------------------------------------------


class TestBinderImage:
    def test_packages_first_then_the_book_itself_and_trust(self, tmp_path):
        clone = copy_of_the_book(tmp_path / "clone")
        said = python("-m", "repo2docker", "--no-build", "--debug", ".", cwd=clone).stdout
        assert "python=3.11" in said
        installs = re.findall(r"^RUN .*pip install.*$", said, flags=re.MULTILINE)
        assert len(installs) == 1 and installs[0].endswith('-r "binder/requirements.txt"'), installs
        # a layer that no change in the book makes stale
        steps = installs[0], "COPY --chown=0:0 src/ ${REPO_DIR}", "RUN ./binder/postBuild"
        assert said.index(steps[0]) < said.index(steps[1]) < said.index(steps[2])
        assert os.access(clone / "binder" / "postBuild", os.X_OK)
        told = (clone / "binder" / "postBuild").read_text()
        assert "--editable ." in told and "jupyter trust book/*.ipynb" in told
