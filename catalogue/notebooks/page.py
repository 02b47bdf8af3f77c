"""An executed notebook as one HTML page that needs nothing beside it: no script, no font, no network."""

import copy
import html
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode

STYLE = """
body { font: 16px/1.6 system-ui, sans-serif; color: #1a1a1a; background: #fff;
  margin: 0 auto; max-width: 60rem; padding: 1rem; }
a { color: #0b57d0; }
table { border-collapse: collapse; }
caption { text-align: left; font-weight: 600; padding: .5rem 0; }
th, td { border: 1px solid #767676; padding: .3rem .6rem; text-align: left; vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
pre { overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; margin: .3rem 0; }
img { max-width: 100%; }
"""
_CELLS = """
.cell { margin: .8rem 0; }
.input_area, .output_stderr, .output_error { padding: .2rem .6rem; border-left: 4px solid #767676;
  background: #f5f5f5; }
.output_stderr { border-color: #8a5a00; }
.output_error { border-color: #b3261e; }
.prompt, .anchor-link { color: #595959; font-size: .85rem; }
.anchor-link { text-decoration: none; }
/* a terminal's colours are made for a dark ground */
.output pre span[style] { color: inherit !important; background: none !important; }
"""
# nbconvert says of every picture that it has no description; the lesson's own text has one
_NO_DESCRIPTION = re.compile(r'alt="No description has been provided for this image"')


def page(notebook: "NotebookNode", title: str, language: str) -> str:
    """Return a whole HTML page.

    Parameters
    ----------
    notebook
        With its outputs.
    title
        Of the page.
    language
        Of the text, ``en`` or ``zh``.
    """
    exporter, colours = _exporter()
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        if cell.metadata.get("jupyter", {}).get("source_hidden"):
            cell.metadata["transient"] = {"remove_source": True}
    body, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": title}})
    body = _NO_DESCRIPTION.sub('alt="output of the cell above"', body)
    return document(title, language, f"<main>{body}</main>", _CELLS + colours)


def document(title: str, language: str, body: str, style: str = "") -> str:
    """Return an HTML document around a body."""
    code = "zh-Hans" if language == "zh" else language
    return f"""<!DOCTYPE html>
<html lang="{code}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(title)}</title>
<style>{STYLE}{style}</style>
</head>
<body>
{body}
</body>
</html>
"""


@lru_cache(maxsize=1)
def _exporter() -> tuple[Any, str]:
    # a second and a half of imports that a report of unchanged notebooks can do without
    from nbconvert import HTMLExporter
    from pygments.formatters import HtmlFormatter

    return HTMLExporter(template_name="basic"), HtmlFormatter(style="default").get_style_defs(".highlight")
