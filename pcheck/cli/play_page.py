"""`pcheck play SPEC -o page.html`: the page of a protocol, for a browser."""

from __future__ import annotations

from pathlib import Path

from pcheck.cli.progress import ProgressLine
from pcheck.errors import UsageError
from pcheck.files import file_to_write, write_whole
from pcheck.play.page.html import page_of, tables_of
from pcheck.text import printable
from pcheck.traces.stepping import Stepping

OUTPUT = "Write a page for playing in a browser to FILE (.html)."
PAGE_SUFFIX = ".html"


def page_to_write(output: str, save: str | None = None) -> Path:
    """Return the file of a page, or raise UsageError if it cannot be written."""
    if not output.lower().endswith(PAGE_SUFFIX):
        raise UsageError(f"{output}: a page is an HTML file, so its name must end in {PAGE_SUFFIX}")
    if save is not None:
        raise UsageError("--save is for playing in a terminal; a page saves traces with a button")
    return file_to_write(output)


def write_page(stepping: Stepping, file: Path) -> int:
    """Write the page that opens at the end of a trace."""
    setup = stepping.setup
    stepping.check()
    with ProgressLine(setup, on_interrupt="stops; no page is written") as line:
        tables = tables_of(setup, line.on_progress, line.on_note)
        page = page_of(stepping, tables)
    write_whole(file, page.text)
    print(f"Wrote {printable(str(file))}: {setup.spec.name}, {page.summary}. Open it in a browser.")
    return 0
