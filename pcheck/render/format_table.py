"""A format, and a table that finds a format by its name or by the suffix of a file name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pcheck.errors import UsageError
from pcheck.text import unknown

Drawn = TypeVar("Drawn")  # the object that is written, such as a finding or a state graph


@dataclass(frozen=True)
class Format(Generic[Drawn]):
    """A format in which an object can be written as text.

    If `for_a_program` is true, the text is meant for another program and not for a terminal.
    """

    name: str
    suffixes: tuple[str, ...]  # of file names; the first suffix is used for new files
    draw: Callable[[Drawn], str]
    for_a_program: bool = False

    @property
    def suffix(self) -> str:
        """The suffix of a new file in this format."""
        return self.suffixes[0]


AnyFormat = TypeVar("AnyFormat", bound=Format[Any])


class FormatTable(dict[str, AnyFormat]):
    """Formats by name; `noun` is how error messages call one of them, such as "graph format"."""

    def __init__(self, *formats: AnyFormat, noun: str = "format") -> None:
        super().__init__((each.name, each) for each in formats)
        self.noun = noun

    def called(self, name: str) -> AnyFormat:
        """Return the format called `name`, or raise UsageError."""
        if name not in self:
            raise UsageError(unknown(self.noun, name, self))
        return self[name]

    def for_file(self, file: str) -> AnyFormat:
        """Return the format with the longest suffix that `file` ends in, or raise UsageError."""
        suffixes = {suffix: each for each in self.values() for suffix in each.suffixes}
        fitting = [suffix for suffix in suffixes if file.lower().endswith(suffix)]
        if not fitting:
            raise UsageError(
                f"{file}: no format has this suffix; end the name in {', '.join(suffixes)}, "
                "or give --format"
            )
        return suffixes[max(fitting, key=len)]
