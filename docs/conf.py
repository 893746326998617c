"""How the documentation is built: ``sphinx-build -W docs docs/_build``.

Pages link to what experiments have written, as it stands in the project; here these are pages too.
"""

import re
import shutil
from pathlib import Path

from sphinx.application import Sphinx

import nas

HERE = Path(__file__).parent
MEASURED = HERE / "measured"  # experiments/zoo/results.md is measured/zoo-results.md
PAGES = ("results.md", "ablation.md")

project, author = "pinn-nas", "The pinn-nas authors"
copyright = "2026, the pinn-nas authors"
release = version = nas.__version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
exclude_patterns = ["_build"]
html_theme, html_title = "furo", f"pinn-nas {release}"
html_static_path, html_css_files = ["_static"], ["tables.css"]

myst_heading_anchors = 3  # pages name each other's headings
myst_enable_extensions = ["dollarmath"]
smartquotes_action = "q"  # of quotation marks alone: two dashes are an option of a command
# The tests run the notebooks. For pages with outputs: -D nb_execution_mode=force, some minutes.
nb_execution_mode = "off"
nb_execution_raise_on_error = True
nb_execution_timeout = 300  # seconds of a cell

autodoc_typehints = "description"
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_rtype = False
nitpicky = False


def gather(app: Sphinx) -> None:
    """Copy the experiments' pages, and their pictures, to where they are found."""
    shutil.rmtree(MEASURED, ignore_errors=True)
    MEASURED.mkdir()
    for page in (one for name in PAGES for one in HERE.parent.glob(f"experiments/*/{name}")):
        text = f"---\norphan: true\n---\n{page.read_text(encoding='utf-8')}"
        (MEASURED / f"{page.parent.name}-{page.name}").write_text(text, encoding="utf-8")
        for picture in page.parent.glob("*.png"):
            shutil.copy(picture, MEASURED)


def link(app: Sphinx, name: str, source: list[str]) -> None:
    """Let links to the experiments' pages lead to the copies."""
    source[0] = re.sub(r"\.\./experiments/(\w+)/(\w+\.md)", r"measured/\1-\2", source[0])
    source[0] = re.sub(r"\]\(\.\./(README\.md|CHANGELOG\.md)\)", "](index.md)", source[0])
    if name.startswith(f"{MEASURED.name}/"):
        source[0] = re.sub(r"\]\(\.\./(\w+)/(\w+\.md)\)", r"](\1-\2)", source[0])


def setup(app: Sphinx) -> None:
    """See Sphinx: what is to be done when."""
    app.connect("builder-inited", gather)
    app.connect("source-read", link)
