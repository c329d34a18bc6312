"""A format, and a table of formats in which one is chosen by its name or by the name of a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pcheck.errors import UsageError
from pcheck.text import nearest

Drawn = TypeVar("Drawn")  # what is written: a run, say, or a state graph


@dataclass(frozen=True)
class Format(Generic[Drawn]):
    """A way to write something as text. A format that is `for_a_program` is not for a terminal."""

    name: str
    suffixes: tuple[str, ...]  # a file is called by the first one
    draw: Callable[[Drawn], str]
    for_a_program: bool = False

    @property
    def suffix(self) -> str:
        return self.suffixes[0]


AnyFormat = TypeVar("AnyFormat", bound=Format[Any])


class FormatTable(dict[str, AnyFormat]):
    """Formats by their names; `purpose` says in errors what they are for."""

    def __init__(self, *formats: AnyFormat, purpose: str = "") -> None:
        super().__init__((each.name, each) for each in formats)
        self.purpose = purpose

    def called(self, name: str) -> AnyFormat:
        """Return the format of this name."""
        if name not in self:
            hint = nearest(name, self) or f"; there is {', '.join(self)}"
            raise UsageError(f"there is no format {name!r}{self.purpose}{hint}")
        return self[name]

    def for_file(self, file: str) -> AnyFormat:
        """Return the format with the longest suffix that the name of a file ends in."""
        suffixes = {suffix: each for each in self.values() for suffix in each.suffixes}
        fitting = [suffix for suffix in suffixes if file.lower().endswith(suffix)]
        if not fitting:
            raise UsageError(
                f"{file} does not say what to write: end it in {', '.join(suffixes)}, "
                "or give --format"
            )
        return suffixes[max(fitting, key=len)]
