"""Fetch the browser files that the pages and their tests carry along.

A built page asks no outside host for anything, so the widget bundle and MathJax are kept in the repository,
unchanged, with their licences. Run `python tools/vendor.py` (it needs npm) to fetch the versions named below again;
each folder's `manifest.json` then says what came from where, and `tests/test_road.py` compares the hashes.
"""

import hashlib
import importlib.metadata
import json
import shutil
import subprocess
import tarfile
import tempfile
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# package, version, licence, {pattern inside the package: folder it goes to}
PAGES = [
    (
        "@jupyter-widgets/html-manager",
        "1.0.15",
        "BSD-3-Clause",
        {"dist/embed.js": "widgets", "dist/embed.js.LICENSE.txt": "widgets", "dist/*.woff2": "widgets"},
    ),
    (
        "mathjax",
        "3.2.2",
        "Apache-2.0",
        {
            "LICENSE": "mathjax",
            "es5/tex-mml-chtml.js": "mathjax",
            "es5/output/chtml/fonts/woff-v2/*.woff": "mathjax/output/chtml/fonts/woff-v2",
            # macros that MathJax loads when a formula first uses them; without them it would stop on the whole page
            "es5/input/tex/extensions/[!a]*.js": "mathjax/input/tex/extensions",
            "es5/input/tex/extensions/amscd.js": "mathjax/input/tex/extensions",
        },
    ),
    (
        "@fontsource-variable/source-serif-4",
        "5.3.1",
        "OFL-1.1",
        {"LICENSE": "fonts/source-serif-4", "files/source-serif-4-latin-wght-*.woff2": "fonts/source-serif-4"},
    ),
    (
        "@fontsource-variable/source-sans-3",
        "5.3.0",
        "OFL-1.1",
        {"LICENSE": "fonts/source-sans-3", "files/source-sans-3-latin-wght-*.woff2": "fonts/source-sans-3"},
    ),
]
TESTS = [("axe-core", "4.14.1", "MPL-2.0", {"axe.min.js": "", "LICENSE": "", "LICENSE-3RD-PARTY.txt": ""})]


def unpack(package, version, wanted, target, scratch):
    """Copy the wanted files of one npm package below `target`; return their paths."""
    packed = subprocess.run(
        ["npm", "pack", "--silent", f"{package}@{version}"], cwd=scratch, check=True, capture_output=True, text=True
    )
    copied = []
    with tarfile.open(scratch / packed.stdout.split()[-1]) as archive:
        for member in archive.getmembers():
            name = member.name.removeprefix("package/")
            for pattern, folder in wanted.items():
                if fnmatch(name, pattern):
                    path = target / folder / Path(name).name
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(archive.extractfile(member).read())
                    copied.append(path)
    return copied


def widgets_licence(target):
    """The widget bundle is packed without its licence text; the Python package of the same project has it."""
    licence = next(f for f in importlib.metadata.files("ipywidgets") if f.name == "LICENSE")
    path = target / "widgets" / "LICENSE"
    path.write_text(licence.read_text())
    return path


def refresh(packages, target):
    shutil.rmtree(target, ignore_errors=True)
    manifest = []
    for package, version, licence, wanted in packages:
        with tempfile.TemporaryDirectory() as scratch:
            files = unpack(package, version, wanted, target, Path(scratch))
        if package.endswith("html-manager"):
            files.append(widgets_licence(target))
        manifest.append(
            {
                "name": package,
                "version": version,
                "licence": licence,
                "source": f"npm:{package}@{version}",
                "sha256": {
                    path.relative_to(target).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
                    for path in sorted(files)
                },
            }
        )
        print(f"{package} {version}: {len(files)} files in {target.relative_to(ROOT)}")
    (target / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    refresh(PAGES, ROOT / "assets" / "vendor")
    refresh(TESTS, ROOT / "tests" / "vendor")
