"""The options `--format` and `-o`: a trace in another format, in a file or on standard output."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from pcheck.errors import UsageError
from pcheck.files import check_folder, file_to_write, write_out, write_whole
from pcheck.render.format_table import Format
from pcheck.render.formats import FORMATS, TEXT
from pcheck.render.text.printed import WIDTH
from pcheck.render.text.report import TraceReport
from pcheck.text import one_of, printable
from pcheck.traces.finding import Finding

FormatOption = Annotated[
    str | None,
    typer.Option("--format", metavar="NAME", help=f"Trace format: {one_of(FORMATS)}."),
]
TO_FILE = "Write the trace to FILE; the suffix selects the format."
OutputOption = Annotated[str | None, typer.Option("-o", "--output", metavar="FILE", help=TO_FILE)]


@dataclass(frozen=True)
class Drawing:
    """The format and the file of a trace; without a file, the trace goes to standard output."""

    format: Format[Finding]
    file: Path | None

    def path(self, name: str = "") -> Path | None:
        """Return the file for a trace; in a folder, the file for the trace called `name`."""
        if self.file is None or not self.file.is_dir():
            return self.file
        return self.file / f"{name}{self.format.suffix}"

    def write(self, finding: Finding | None, name: str = "") -> None:
        """Write the trace of the finding, or report a missing finding on standard error."""
        file = self.path(name)
        if finding is None:
            self.report_unwritten("the result has no trace to draw", name)
        elif file is not None:
            write_whole(file, self.format.draw(finding))
        elif self.format.name == TEXT:  # in the characters that standard output can encode
            Console(width=WIDTH, color_system=None).print(TraceReport(finding))
        else:
            write_out(self.format.draw(finding))

    def report_unwritten(self, reason: str, name: str = "") -> None:
        """Report on standard error that no trace was written, and why."""
        file = self.path(name)
        unwritten = f"{printable(str(file))} was not written: " if file is not None else ""
        print(f"pcheck: {unwritten}{reason}", file=sys.stderr)


def is_on_standard_output(drawing: Drawing | None) -> bool:
    """Return whether standard output gets the drawing and nothing besides."""
    return drawing is not None and drawing.file is None


def check_standard_output(drawing: Drawing | None, option: str) -> None:
    """Raise UsageError if `option` and the drawing would both write to standard output."""
    if drawing is not None and drawing.file is None:
        name, suffix = drawing.format.name, drawing.format.suffix
        raise UsageError(
            f"{option} and --format {name} both write to standard output; remove one of them or "
            f"add -o trace{suffix}"
        )


def requested_drawing(
    form: str | None, file: str | None, *, bugs: int | None = None
) -> Drawing | None:
    """Return the drawing that `--format` and `-o` request, or raise an error before the search.

    `bugs` is the number of bugs whose traces are drawn. Each of these traces has a name, so that
    `file` may be a folder.
    """
    if file is None and form is None:
        return None
    place = _place(file, bugs)
    if form is not None:
        found = FORMATS.called(form)
    elif place is not None and place.is_dir():
        raise UsageError(f"{file} is a folder, which does not select a format; add --format NAME")
    else:
        found = FORMATS.for_file(str(file))
    if place is None:
        check_terminal(found, "trace")
    return Drawing(found, place)


def check_terminal(found: Format[Any], name: str) -> None:
    """Raise UsageError if a format for programs would go to a terminal.

    `name` is the name of the file that the error suggests, without its suffix.
    """
    if found.for_a_program and sys.stdout and sys.stdout.isatty():
        raise UsageError(
            f"the format {found.name} cannot be shown on a terminal; write a file with "
            f"-o {name}{found.suffix}"
        )


def _place(file: str | None, bugs: int | None) -> Path | None:
    """Return the file or the folder to write to, or None for standard output."""
    if file is not None and bugs is not None and os.path.isdir(file):
        check_folder(Path(file))
        return Path(file)
    if bugs is not None and bugs > 1:
        raise UsageError(f"the traces of {bugs} bugs need a folder; give an existing one with -o")
    return file_to_write(file) if file is not None else None
