"""The formats that a run can be written in, each from the same `Shown`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pcheck.errors import UsageError
from pcheck.render.diagram.svg import svg
from pcheck.render.itf import itf
from pcheck.render.mermaid import mermaid
from pcheck.render.objects import objects
from pcheck.render.page.html import html
from pcheck.render.shiviz import shiviz
from pcheck.render.text.printed import as_text
from pcheck.render.text.report import RunReport
from pcheck.text import nearest
from pcheck.traces.finding import Shown


@dataclass(frozen=True)
class Format:
    """`for_a_program`: nobody reads it on a terminal."""

    name: str
    suffix: str
    draw: Callable[[Shown], str]
    for_a_program: bool = False


def text(shown: Shown) -> str:
    """As it is printed, without colour."""
    return as_text(RunReport(shown))


TEXT = "text"
FORMATS = {
    each.name: each
    for each in (
        Format(TEXT, ".txt", text),
        Format("mermaid", ".mmd", mermaid),
        Format("svg", ".svg", svg, for_a_program=True),
        Format("html", ".html", html, for_a_program=True),
        Format("itf", ".itf.json", itf, for_a_program=True),
        Format("shiviz", ".shiviz.log", shiviz),
        Format("json", ".json", objects),
    )
}


def format_called(name: str) -> Format:
    if name not in FORMATS:
        hint = nearest(name, FORMATS) or f"; there is {', '.join(FORMATS)}"
        raise UsageError(f"there is no format {name!r}{hint}")
    return FORMATS[name]


def format_for(file: str) -> Format:
    """By how the name of a file ends; the longest ending counts."""
    fitting = [each for each in FORMATS.values() if file.lower().endswith(each.suffix)]
    if not fitting:
        endings = ", ".join(each.suffix for each in FORMATS.values())
        raise UsageError(
            f"{file} does not say what to write: end it in {endings}, or give --format"
        )
    return max(fitting, key=lambda each: len(each.suffix))
