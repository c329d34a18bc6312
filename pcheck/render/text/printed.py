"""Printing to a string: plain text or HTML, 100 columns wide on every machine."""

from __future__ import annotations

import io

from rich.console import Console, RenderableType

WIDTH = 100


def as_text(what: RenderableType) -> str:
    """Return what a terminal would show, without colours."""
    file = io.StringIO()
    Console(file=file, width=WIDTH, color_system=None).print(what)
    return file.getvalue()


def as_html(what: RenderableType) -> str:
    """Return what a terminal would show, as HTML for a notebook."""
    console = Console(
        file=io.StringIO(),
        width=WIDTH,
        record=True,
        force_terminal=True,
        color_system="truecolor",
    )
    console.print(what)
    return console.export_html(
        inline_styles=True, code_format='<pre style="font-family: monospace">{code}</pre>'
    )
