"""`--format` and `-o`: a run as a picture, or for another program, into a file or a pipe."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from pcheck.errors import UsageError
from pcheck.files import check_writable, write_whole
from pcheck.render.formats import TEXT, Format, format_called, format_for
from pcheck.render.shown import Shown


@dataclass(frozen=True)
class Drawing:
    """What is asked for. Without a format, what is printed anyway is all."""

    format: Format | None = None
    file: Path | None = None

    @property
    def wanted(self) -> bool:
        return self.format is not None

    @property
    def alone(self) -> bool:
        """Whether standard output belongs to it."""
        return self.format is not None and self.file is None

    def leaves_room_for(self, option: str) -> None:
        """Two answers on one standard output are none."""
        if self.alone:
            assert self.format is not None
            raise UsageError(
                f"{option} and --format {self.format.name} both print: give one of them alone, or "
                f"a file with -o run{self.format.suffix}"
            )

    def put(self, shown: Shown | None, name: str = "") -> None:
        """Writes the run, if there is one: into a folder under a name."""
        assert self.format is not None
        if shown is None:
            where = f"{self.file} was not written: " if self.file is not None else ""
            print(f"pcheck: {where}there is no run to draw", file=sys.stderr)
        elif self.file is None:
            sys.stdout.write(self.format.draw(shown))
        else:
            file = self.file / f"{name}{self.format.suffix}" if self.file.is_dir() else self.file
            write_whole(file, self.format.draw(shown))


def drawing(name: str | None, file: Path | None, *, runs: int | None = None) -> Drawing:
    """What `--format` and `-o` ask for; that it can be written is found out before any search.

    `runs` is how many there will be, where they have names and may go into a folder.
    """
    if file is None and name in (None, TEXT):
        return Drawing()
    folder = file is not None and file.is_dir() and runs is not None
    if name is None and folder:
        raise UsageError(f"{file} does not say what to write: give a --format too")
    found = format_called(name) if name is not None else format_for(str(file))
    if not folder and runs is not None and runs > 1:
        raise UsageError(f"there are {runs} runs to write: give a folder that exists, with -o")
    if file is None and found.for_a_program and sys.stdout.isatty():
        raise UsageError(
            f"{found.name} is not for a terminal: write it to a file, as in -o run{found.suffix}"
        )
    if file is not None and not folder:
        check_writable(file)
    return Drawing(found, file)
