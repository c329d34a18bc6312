"""The formats in which a finding can be written."""

from __future__ import annotations

from pcheck.render.diagram.picture import diagram_svg
from pcheck.render.format_table import Format, FormatTable
from pcheck.render.itf import itf
from pcheck.render.mermaid import mermaid
from pcheck.render.objects import objects
from pcheck.render.page.html import html
from pcheck.render.shiviz import shiviz
from pcheck.render.text.printed import as_text
from pcheck.render.text.report import TraceReport
from pcheck.traces.finding import Finding


def trace_report(finding: Finding) -> str:
    """Return the report of a trace as plain text without colour."""
    return as_text(TraceReport(finding))


TEXT = "text"
FORMATS: FormatTable[Format[Finding]] = FormatTable(
    Format(TEXT, (".txt",), trace_report),
    Format("mermaid", (".mmd",), mermaid),
    Format("svg", (".svg",), diagram_svg, for_a_program=True),
    Format("html", (".html",), html, for_a_program=True),
    Format("itf", (".itf.json",), itf, for_a_program=True),
    Format("shiviz", (".shiviz.log",), shiviz),
    Format("json", (".json",), objects),
)
