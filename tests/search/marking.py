"""Nodes that mark one after the other, each up to a number of marks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pcheck import Action, Actor, action, broadcast, fixed


@dataclass(frozen=True)
class Mark:
    n: int


@dataclass(frozen=True)
class Marker(Actor):
    marks: int = fixed()
    at: int = 0

    def actions(self) -> Iterator[Action]:
        if self.at < self.marks:
            yield action("marks", self.but(at=self.at + 1), broadcast((), Mark(self.at)))
