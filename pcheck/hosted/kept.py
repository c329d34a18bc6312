"""Globals and class attributes that belong to the memory of a node, which is a process of its own.

pcheck runs all nodes in one process. So it puts the values of the node into the globals before each
call of the node, and the first values back after the call.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pcheck.errors import SpecError

HOW = "write a name as this file would, such as program.Server.leader"


class Kept:
    """Some places that hold what a node keeps outside its object."""

    def __init__(self, names: Iterable[str], known: Mapping[str, Any]) -> None:
        """Find the places; `known` are the globals of the file that names them."""
        self.places = [_place(name, known) for name in names]
        self.first = self.values()

    def values(self) -> tuple[Any, ...]:
        """Return what the places hold now."""
        return tuple([getattr(owner, name) for owner, name in self.places])

    def put(self, values: Sequence[Any]) -> None:
        """Let the places hold these values."""
        for (owner, name), value in zip(self.places, values, strict=True):
            setattr(owner, name, value)


class Holding:
    """A call of a node, with its values before the call and, afterwards, those after the call."""

    def __init__(self, kept: Kept, before: tuple[Any, ...]) -> None:
        self._kept, self._before = kept, before
        self.after = before

    def __enter__(self) -> Holding:
        if self._before:
            self._kept.put(self._before)
        return self

    def __exit__(self, *error: object) -> None:
        if self._before:
            self.after = self._kept.values()
            self._kept.put(self._kept.first)


def _place(text: str, names: Mapping[str, Any]) -> tuple[Any, str]:
    """Return the module or class, and the name of the attribute, of a place."""
    *parents, name = text.split(".")
    try:
        owner: Any = names[parents[0]]
        for each in parents[1:]:
            owner = getattr(owner, each)
        getattr(owner, name)
    except (LookupError, AttributeError):
        raise SpecError(f"keeps=(...) has {text!r}, which does not exist; {HOW}") from None
    return owner, name
