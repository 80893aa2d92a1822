"""Sphinx extension: every build executes every chapter once, all cores at work, before it reads the first.

Nothing is kept from an earlier build, since a cache of outputs would not see a change in src/. In `make test` nbval has
just executed them: then HOURGLASS_EXECUTED names the folder where they are (tools/keeping.py).
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from sphinx.errors import ExtensionError


def notebooks(app):
    return {name for name in app.env.found_docs if app.env.doc2path(name).endswith(".ipynb")}


def find_outdated(app, env, added, changed, removed):
    return notebooks(app)


def folder(app):
    return Path(app.doctreedir, "executed")


def execute(app, env, docnames):
    shutil.rmtree(folder(app), ignore_errors=True)
    chapters = [env.doc2path(name) for name in docnames if name in notebooks(app)]
    executed = os.environ.get("HOURGLASS_EXECUTED")
    if executed:
        shutil.copytree(executed, folder(app))
        missing = [path.name for path in map(Path, chapters) if not (folder(app) / path.name).exists()]
        if missing:
            raise ExtensionError(f"stopped when nbval ran them: {', '.join(missing)}")
        return
    folder(app).mkdir(parents=True)
    tool = Path(__file__).with_name("notebooks.py")
    if chapters and subprocess.run([sys.executable, tool, "--into", folder(app), *chapters]).returncode:
        raise ExtensionError("a chapter stopped: what it said stands above")


def read_executed(app, docname, content):
    if docname in notebooks(app):
        content[0] = (folder(app) / Path(app.env.doc2path(docname)).name).read_text(encoding="utf-8")


def setup(app):
    app.connect("env-get-outdated", find_outdated)
    app.connect("env-before-read-docs", execute)
    app.connect("source-read", read_executed)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
