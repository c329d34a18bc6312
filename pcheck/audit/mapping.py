"""The translation of a system's log into events: a function of a small Python file.

The file defines `translate`, which gets each JSON object of the log and returns an event, several,
or None. Ballots that are large numbers or pairs are `ranked("ballot", value)`: the smallest one of
the log becomes 1, the next one 2.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pcheck.blame import place_raised
from pcheck.errors import UsageError
from pcheck.language.hints import raised
from pcheck.loading.module import load


class Ranked(NamedTuple):
    """A value that stands for its rank among all values of its kind in a log."""

    kind: str
    value: Any

    def __str__(self) -> str:
        """Return a mark that the rank replaces, so that a label may contain it."""
        number = _numbers.setdefault(self, len(_marked))
        if number == len(_marked):
            _marked.append(self)
        return f"\N{OBJECT REPLACEMENT CHARACTER}{number};"

    def __format__(self, _: str) -> str:
        return str(self)


MARK = re.compile("\N{OBJECT REPLACEMENT CHARACTER}([0-9]+);")
_marked: list[Ranked] = []  # the ranked values that are parts of texts, by the number of the mark
_numbers: dict[Ranked, int] = {}


def ranked(kind: str, value: Any) -> Any:
    """Return what stands for the rank of a value among those of this kind, from 1."""
    return Ranked(kind, value)


class Translation:
    """The events that the objects of a log stand for, with ranks for ranked values."""

    def __init__(self, translate: Callable[[Any], Any]) -> None:
        self._translate = translate
        self._met: dict[str, set[Any]] = {}
        self._ranks: dict[str, dict[Any, int]] = {}

    @staticmethod
    def of_file(path: Path) -> Translation:
        """Return the translation of a Python file, or raise UsageError."""
        if not path.is_file():
            raise UsageError(f"{path}: No such file or directory")
        translate = getattr(load(path.resolve()), "translate", None)
        if not callable(translate):
            raise UsageError(
                f"{path} must define a function translate(found), which returns events"
            )
        return Translation(translate)

    @property
    def has_ranks(self) -> bool:
        return bool(self._met)

    def rank(self) -> None:
        """Give each ranked value that was met its rank."""
        for kind, values in self._met.items():
            try:
                self._ranks[kind] = {value: nth for nth, value in enumerate(sorted(values), 1)}
            except TypeError as error:
                raise UsageError(f"the values of {kind} cannot be put in order: {error}") from None

    def __call__(self, found: Any) -> Iterator[Any]:
        """Yield the events that an object stands for."""
        try:
            made = self._translate(found)
            events: Iterable[Any] = [made] if isinstance(made, Mapping) else made or ()
            yield from [self._replaced(each) for each in events]
        except UsageError:
            raise
        except (Exception, SystemExit) as error:
            raise UsageError(f"{place_raised(error)}translate() {raised(error)}") from None

    def _replaced(self, value: Any) -> Any:
        if isinstance(value, Ranked):
            self._met.setdefault(value.kind, set()).add(value.value)
            return self._ranks.get(value.kind, {}).get(value.value, 0)
        if isinstance(value, str):
            return MARK.sub(lambda mark: str(self._replaced(_marked[int(mark[1])])), value)
        if isinstance(value, Mapping):
            return {name: self._replaced(each) for name, each in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._replaced(each) for each in value]
        return value
