"""Settings of Sphinx for `make docs`: nothing is fetched, formulas are MathML, and every warning is an error."""

from __future__ import annotations

import sys
from pathlib import Path

import errorflow

sys.path.insert(0, str(Path(__file__).resolve().parent))

project = "errorflow"
author = "The errorflow authors"
copyright = f"2026, {author}"  # noqa: A001 - the name is Sphinx's
release = version = errorflow.__version__

extensions = ["sphinx.ext.autodoc", "numpydoc", "myst_parser", "rendering"]
myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 3
html_math_renderer = "mathml"
default_role = "obj"
smartquotes = False  # f' is a derivative
nitpicky = True
# What stands in single backquotes in a docstring is a link where it names something public, else code.
nitpick_ignore_regex = [("py:obj", r".*")]

autodoc_typehints = "none"  # types and shapes stand in the docstrings
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_validation_checks = {
    *("GL05", "GL06", "GL07", "GL08", "SS01", "SS03"),
    *("PR02", "PR03", "PR04", "PR06", "PR10", "YD01"),
}

html_theme = "basic"
html_theme_options = {"nosidebar": False, "body_max_width": "none"}
html_static_path = ["style.css"]
html_css_files = ["style.css"]
html_sidebars = {"**": ["globaltoc.html", "searchbox.html"]}
html_title = "errorflow"
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_use_index = True
html_domain_indices = False
pygments_style = "xcode"
