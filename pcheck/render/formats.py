"""The formats that a run can be written in, each from the same `Shown`."""

from __future__ import annotations

from pcheck.render.diagram.picture import diagram_svg
from pcheck.render.format_table import Format, FormatTable
from pcheck.render.itf import itf
from pcheck.render.mermaid import mermaid
from pcheck.render.objects import objects
from pcheck.render.page.html import html
from pcheck.render.shiviz import shiviz
from pcheck.render.text.printed import as_text
from pcheck.render.text.report import RunReport
from pcheck.traces.finding import Finding


def text(shown: Finding) -> str:
    """Return a run as it is printed, without colour."""
    return as_text(RunReport(shown))


TEXT = "text"
FORMATS: FormatTable[Format[Finding]] = FormatTable(
    Format(TEXT, (".txt",), text),
    Format("mermaid", (".mmd",), mermaid),
    Format("svg", (".svg",), diagram_svg, for_a_program=True),
    Format("html", (".html",), html, for_a_program=True),
    Format("itf", (".itf.json",), itf, for_a_program=True),
    Format("shiviz", (".shiviz.log",), shiviz),
    Format("json", (".json",), objects),
)
