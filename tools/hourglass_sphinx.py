"""The book's own Sphinx extension: solutions that unfold, and buttons that lead to a running chapter.

A section whose title starts with "Solution" becomes `<details class="solution">` in the page, with what is in
it: prose, executed cells, figures. The same heading, in a cell of its own with the metadata
`"jp-MarkdownHeadingCollapsed": true`, folds in JupyterLab.

The Binder and repository buttons appear exactly when the book knows a public address of its repository: the
variable HOURGLASS_REPOSITORY (empty for "none"), or else the checkout's remote `origin` on a public host.
"""

import os
import re
import subprocess
from pathlib import Path
from urllib.parse import quote, urlsplit

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform

PUBLIC_HOSTS = {"github.com", "gitlab.com", "codeberg.org", "bitbucket.org", "git.sr.ht", "framagit.org"}
BINDER = "https://mybinder.org/v2"


# --- solutions ----------------------------------------------------------------------------------------------


class solution(nodes.General, nodes.Element):
    """A section that unfolds. Its first child is the title."""


def solution_sections(tree):
    return [section for section in tree.findall(nodes.section) if section[0].astext().startswith("Solution")]


class NameSolutions(SphinxTransform):
    """Give each solution an id made from its exercise's, so that links survive edits of the page."""

    default_priority = 870  # after labels and references have found their sections

    def apply(self):
        solutions = solution_sections(self.document)
        for section in solutions:
            siblings = section.parent.children[: section.parent.index(section)]
            exercises = [node for node in siblings if isinstance(node, nodes.section) and node not in solutions]
            owner = exercises[-1] if exercises else section.parent
            name = "-".join([*owner.get("ids", [])[:1], "solution"])
            candidates = [name, *(f"{name}-{number}" for number in range(2, len(solutions) + 2))]
            identity = next(c for c in candidates if c in section["ids"] or c not in self.document.ids)
            section["ids"] = [identity, *(other for other in section["ids"] if other != identity)]
            self.document.ids[identity] = section


def leave_out_of_contents(app, document):
    """The page's table of contents would give away that a closed box is there, and link into it."""
    hidden = {f"#{section['ids'][0]}" for section in solution_sections(document)}
    contents = app.env.tocs[app.env.docname]
    for reference in list(contents.findall(nodes.reference)):
        if reference["anchorname"] in hidden:
            item = reference.parent.parent
            item.parent.remove(item)
    for empty in [node for node in contents.findall(nodes.bullet_list) if not node.children and node.parent]:
        empty.parent.remove(empty)


class FoldSolutions(SphinxPostTransform):
    default_priority = 900  # after references, numbers and cell outputs are in place
    formats = ("html",)

    def run(self):
        for section in solution_sections(self.document):
            section.replace_self(solution("", *section.children, ids=section["ids"]))


def visit_solution(translator, node):
    # Deeper headings keep their level. Further ids go into the summary, which always shows.
    translator.section_level += 1
    identity, *others = node["ids"]
    anchors = "".join(f'<span id="{other}"></span>' for other in others)
    title = node.pop(0)
    translator.body.append(f'<details class="solution" id="{identity}">\n<summary>{anchors}')
    for child in title.children:
        child.walkabout(translator)
    translator.body.append("</summary>\n")


def depart_solution(translator, node):
    translator.section_level -= 1
    translator.body.append("</details>\n")


# --- buttons ------------------------------------------------------------------------------------------------


def public_address(remote):
    """The https address of a git remote on a public host, without user or password; None for any other."""
    remote = re.sub(r"^(?:ssh://)?[\w.-]+@([\w.-]+)(?::\d+)?[:/]+", r"https://\1/", remote.strip())
    parts = urlsplit(remote)
    path = parts.path.strip("/").removesuffix(".git")
    if parts.scheme != "https" or parts.hostname not in PUBLIC_HOSTS or path.count("/") < 1:
        return None
    return f"https://{parts.hostname}/{path}"


def repository(source):
    """The public address of the repository whose root is `source`, or None."""
    if "HOURGLASS_REPOSITORY" in os.environ:
        return os.environ["HOURGLASS_REPOSITORY"].rstrip("/").removesuffix(".git") or None
    if not (Path(source) / ".git").exists():  # else a repository around this folder would answer
        return None
    try:
        answer = subprocess.run(["git", "-C", source, "remote", "get-url", "origin"], capture_output=True, text=True)
    except FileNotFoundError:
        return None
    return public_address(answer.stdout)


def binder_link(address, path):
    """Where Binder opens the file `path` of the repository at `address` in JupyterLab."""
    host, name = urlsplit(address).hostname, urlsplit(address).path.strip("/")
    if host == "github.com":
        place = f"gh/{name}"
    elif host == "gitlab.com":
        place = f"gl/{quote(name, safe='')}"
    else:
        place = f"git/{quote(address, safe='')}"
    return f"{BINDER}/{place}/HEAD?urlpath=lab/tree/{quote(path)}"


def add_buttons(app, pagename, templatename, context, doctree):
    address = app.env.hourglass_repository
    if address is None:
        return
    if context.get("page_source_suffix") == ".ipynb":
        link = binder_link(address, f"{pagename}.ipynb")
        button = {"text": "Binder", "tooltip": "Run this chapter on Binder", "icon": "fas fa-rocket", "url": link}
        context["header_buttons"].append({"type": "link", "label": "launch-binder-button", **button})
    button = {"text": "Repository", "tooltip": "Source repository", "icon": "fas fa-code-branch", "url": address}
    context["header_buttons"].append({"type": "link", "label": "source-repository-button", **button})


def find_repository(app):
    app.env.hourglass_repository = repository(app.srcdir)


# --- what the pages do without ------------------------------------------------------------------------------


def leave_out_thebe(app, pagename, templatename, context, doctree):
    """Jupyter Book puts Thebe on every page, twice, an error; and it would ask outside hosts."""
    for files in (context["script_files"], context["css_files"]):
        files[:] = [f for f in files if "thebe" not in f"{f.filename} {f.attributes.get('body')}".lower()]


def leave_out_odd_names(app, pagename, templatename, context, doctree):
    """A role that screen readers forget, so that references are a list of nothing; a name that is not what one sees."""
    for wrong, right in (('role="doc-biblioentry"', 'role="listitem"'), (' aria-label="Toggle hidden content"', "")):
        context["body"] = context.get("body", "").replace(wrong, right)


# --- links of outputs ---------------------------------------------------------------------------------------


def lead_to_pages(app, pagename, templatename, context, doctree):
    """An output's link leads to a notebook, for readers in JupyterLab; its data-page says where a page's shall lead."""
    context["body"] = re.sub(r'href="[^"]*" data-page="([^"]*)"', r'href="\1"', context.get("body", ""))


# --- docstrings --------------------------------------------------------------------------------------------------


def plain_docstring(app, what, name, obj, options, lines):
    """Docstrings are written to be read in the code: a star is a star, and a bar a bar."""
    lines[:] = [re.sub(r"([*|])", r"\\\1", line) for line in lines]


def setup(app):
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("autodoc-process-docstring", plain_docstring)
    app.add_node(solution, html=(visit_solution, depart_solution))
    app.add_transform(NameSolutions)
    app.add_post_transform(FoldSolutions)
    app.connect("doctree-read", leave_out_of_contents, priority=900)  # after the contents are collected
    app.connect("builder-inited", find_repository)
    app.connect("html-page-context", add_buttons, priority=501)  # the theme makes the list of buttons at 500
    app.connect("html-page-context", leave_out_thebe, priority=999)
    app.connect("html-page-context", leave_out_odd_names)
    app.connect("html-page-context", lead_to_pages)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
