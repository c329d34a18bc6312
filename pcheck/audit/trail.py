"""The steps of a run that fits a log, as numbers, so that a long run needs little memory."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from pcheck.audit.options import Taken
from pcheck.semantics.node import Config

HIDDEN = 0  # in a trail, the event of a step that the log leaves out


class Trail:
    """The steps of a run in order, as numbers."""

    def __init__(self) -> None:
        self.nodes, self.steps, self.events = array("H"), array("I"), array("I")
        self.distinct: list[Taken] = []
        self._numbers: dict[int, int] = {}

    def add(self, i: int, step: Taken, event: int) -> None:
        """Add a step; `event` is the place of its event in the log of the node, from 1."""
        number = self._numbers.setdefault(id(step), len(self.distinct))
        if number == len(self.distinct):
            self.distinct.append(step)
        self.nodes.append(i)
        self.steps.append(number)
        self.events.append(event)

    def drop(self) -> None:
        """Remove the last step."""
        for each in (self.nodes, self.steps, self.events):
            each.pop()

    def copy(self) -> Trail:
        """Return the steps so far."""
        other = Trail()
        other.nodes, other.steps, other.events = self.nodes[:], self.steps[:], self.events[:]
        other.distinct = self.distinct
        return other

    def __len__(self) -> int:
        return len(self.nodes)

    def __iter__(self) -> Iterator[tuple[int, Taken, int]]:
        for i, number, event in zip(self.nodes, self.steps, self.events):
            yield i, self.distinct[number], event


@dataclass(frozen=True)
class Stuck:
    """The end of the longest try: for each node, its state and the number of its events taken."""

    at: tuple[int, ...]
    local: tuple[Config, ...]
    trail: Trail
    is_dead: tuple[bool, ...]  # the nodes whose next event fits no step, whatever is sent
