"""`--format` and `-o`: a run as a picture, or for another program, into a file or a pipe."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from pcheck.errors import UsageError
from pcheck.files import check_folder, file_to_write, write_out, write_whole
from pcheck.render.format_table import Format
from pcheck.render.formats import FORMATS, TEXT
from pcheck.render.text.printed import WIDTH
from pcheck.render.text.report import RunReport
from pcheck.text import printable
from pcheck.traces.finding import Finding


@dataclass(frozen=True)
class Drawing:
    """A format and a file. Without a file, standard output belongs to the run alone."""

    format: Format[Finding]
    file: Path | None

    def path(self, name: str = "") -> Path | None:
        """Return the file of a run; in a folder, each run has a file of its own name."""
        if self.file is None or not self.file.is_dir():
            return self.file
        return self.file / f"{name}{self.format.suffix}"

    def put(self, shown: Finding | None, name: str = "") -> None:
        """Write the run, if there is one."""
        file = self.path(name)
        if shown is None:
            self.leave_out("there is no run to draw", name)
        elif file is not None:
            write_whole(file, self.format.draw(shown))
        elif self.format.name == TEXT:  # in the signs that standard output has
            Console(width=WIDTH, color_system=None).print(RunReport(shown))
        else:
            write_out(self.format.draw(shown))

    def leave_out(self, why: str, name: str = "") -> None:
        """Say that what was asked for was not written, and why."""
        file = self.path(name)
        where = f"{printable(str(file))} was not written: " if file is not None else ""
        print(f"pcheck: {where}{why}", file=sys.stderr)


def is_alone(drawing: Drawing | None) -> bool:
    """Return whether nothing but the run is printed."""
    return drawing is not None and drawing.file is None


def leave_room(drawing: Drawing | None, option: str) -> None:
    """Raise a UsageError if an option and a drawing would both be printed to standard output."""
    if drawing is not None and drawing.file is None:
        raise UsageError(
            f"{option} and --format {drawing.format.name} both print: give one of them alone, or "
            f"a file with -o run{drawing.format.suffix}"
        )


def drawing(name: str | None, file: str | None, *, runs: int | None = None) -> Drawing | None:
    """Return what `--format` and `-o` ask for, or raise a UsageError before any search begins.

    `runs` is the number of runs, if they have names and may go into a folder.
    """
    if file is None and name is None:
        return None
    place = _place(file, runs)
    if name is not None:
        found = FORMATS.called(name)
    elif place is not None and place.is_dir():
        raise UsageError(f"{file} does not say what to write: give a --format too")
    else:
        found = FORMATS.for_file(str(file))
    if place is None:
        keep_off_terminals(found, "run")
    return Drawing(found, place)


def keep_off_terminals(found: Format[Any], name: str) -> None:
    """Raise a UsageError if a terminal would get what is for a program.

    `name` is the file that the error suggests, without its suffix.
    """
    if found.for_a_program and sys.stdout and sys.stdout.isatty():
        raise UsageError(
            f"{found.name} is not for a terminal: write it to a file, as in -o {name}{found.suffix}"
        )


def _place(file: str | None, runs: int | None) -> Path | None:
    if file is not None and runs is not None and os.path.isdir(file):
        check_folder(Path(file))
        return Path(file)
    if runs is not None and runs > 1:
        raise UsageError(f"there are {runs} runs to write: give a folder that exists, with -o")
    return file_to_write(file) if file is not None else None
