"""The site of the documentation: `make docs` builds it in out/docs, without a network.

The sources are the pages of `docs` and those at the top of the project; so their links to each other hold in
the repository and on the site alike. Reference pages are made from the code by `reference.py` before the build.
"""

import os
import posixpath
import re
import sys
from importlib.metadata import version as installed_version
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

SITE = Path(__file__).parent
ROOT = SITE.parents[1]
sys.path.insert(0, str(SITE))

import reference  # noqa: E402

project = "kith"
author = copyright = "the kith authors"
release = version = installed_version("kith-sim")
language = "en"
root_doc = "docs/index"
include_patterns = ["docs/**", "CHANGELOG.md", "CONTRIBUTING.md", "CODE_OF_CONDUCT.md", "SECURITY.md"]
exclude_patterns = ["docs/site/**", "docs/**/.ipynb_checkpoints", "**.py"]

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.intersphinx",
    "numpydoc",
]
html_theme = "pydata_sphinx_theme"
html_title = f"kith {release}"
html_static_path = ["static"]
html_css_files = ["kith.css"]
html_show_sourcelink = False
html_context = {"default_mode": "auto"}  # without it the theme complains on the console
html_copy_source = False
# A switcher over the folders of a site that has several: SWITCHER is the path of its list of versions.
SWITCHER = os.environ.get("KITH_DOCS_VERSIONS", "")
html_theme_options = {
    **(
        {
            "switcher": {"json_url": SWITCHER, "version_match": release},
            "navbar_end": ["version-switcher", "theme-switcher"],
            "check_switcher": False,
        }
        if SWITCHER
        else {}
    ),
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "show_nav_level": 2,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
    "search_bar_text": "Search",
    "header_links_before_dropdown": 6,
}

nb_execution_mode = "off"  # stored outputs; `.ci/run` executes the notebooks and compares
myst_enable_extensions = ["deflist", "colon_fence"]
myst_heading_anchors = 4
suppress_warnings = ["myst.header"]

autodoc_typehints = "none"  # numpydoc shows the signature, docstrings give shapes and units
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
numpydoc_show_class_members = False
numpydoc_validation_checks: set[str] = set()

# Inventories are kept in the repository, so that a build needs no network; `inventories.py` writes them.
ELSEWHERE = {
    "python": "https://docs.python.org/3",
    "numpy": "https://numpy.org/doc/stable",
    "pandas": "https://pandas.pydata.org/docs",
    "networkx": "https://networkx.org/documentation/stable",
    "mesa": "https://mesa.readthedocs.io/stable",
}
intersphinx_mapping = {
    name: (address, str(SITE / "inventories" / f"{name}.inv")) for name, address in ELSEWHERE.items()
}


# A parameter of a docstring is one line here, `name : what it is`, where numpydoc expects `name : type`.
PARAMETER = re.compile(r"^(?P<indent> *)(?P<name>[*\w][*\w, ]*) : (?P<text>.+)$")


def _describe(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Put what a parameter is below its name."""
    out: list[str] = []
    for line in lines:
        found = PARAMETER.match(line)
        out += (
            [line]
            if found is None
            else [found["indent"] + found["name"], f"{found['indent']}    {found['text']}"]
        )
    lines[:] = out


def _name(app: Sphinx, tree: nodes.document, page: str) -> None:
    """Call a page by its title where a link calls it by its file, as links in the repository do."""
    for link in tree.findall(nodes.reference):
        if not re.fullmatch(r"[\w./-]+\.md", link.astext()):
            continue
        target = posixpath.normpath(posixpath.join(posixpath.dirname(page), link.get("refuri", "")))
        title = app.env.titles.get(target.partition("#")[0].removesuffix(".html"))
        if title is not None:
            link[:] = [nodes.inline("", title.astext())]


def setup(app: Sphinx) -> None:
    """Write the reference pages before Sphinx looks for sources; read docstrings before numpydoc does."""
    reference.write(ROOT / "docs" / "reference")
    app.connect("autodoc-process-docstring", _describe, priority=1)
    app.connect("doctree-resolved", _name)
