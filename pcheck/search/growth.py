"""The parts of a state that grow from level to level, in a search that stopped before its end.

A search has no end if a field can grow without bound, such as a counter of retries, or if messages
pile up. The search cannot know that a field has no bound. But in a search that stopped, a part that
grew on most of the last levels is the likely cause.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from itertools import pairwise
from math import isfinite
from operator import attrgetter
from typing import Any, NamedTuple

from pcheck.language.kinds import state_fields
from pcheck.language.printing import show
from pcheck.semantics.node import Config
from pcheck.text import counted

MIN_LEVELS = 8  # levels in which a part must have grown
MIN_SHARE = 0.75  # of these levels
MAX_MEASURED = 200  # states of one node on one level, for the time


class Part(NamedTuple):
    """A part of the state, and how to get it from a configuration of a node or from a state."""

    name: str
    get: Callable[[Any], Any]
    is_inbox: bool = False

    def size(self, of: Any) -> int:
        """Return the size of the part; of an inbox, the number of messages that it holds again.

        If no field grows, then there are only finitely many different messages.
        """
        value = self.get(of)
        return len(value) - len({*value}) if self.is_inbox else size(value)


def growing_nodes(levels: Sequence[Mapping[str, Sequence[Config]]]) -> tuple[str, ...]:
    """Return what grows in the nodes; each level has the new configurations of each node."""
    found: list[str] = []
    for node in levels[0] if levels else ():
        configs = [level[node] for level in levels]
        kind = type(configs[0][0].actor)
        parts = [Part(f"{node}.{name}", attrgetter(f"actor.{name}")) for name in state_fields(kind)]
        inbox = Part(f"the undelivered messages to {node}", attrgetter("inbox"), is_inbox=True)
        found += _growing(configs, [*parts, inbox])
    return tuple(found)


def growing_states(levels: Sequence[Sequence[Any]]) -> tuple[str, ...]:
    """Return what grows in the states of a Model; each level has its new states."""
    first = levels[0][0] if levels else None
    names = getattr(first, "_fields", None)
    if is_dataclass(first):
        names = [each.name for each in fields(first)]
    if names is None:
        return tuple(_growing(levels, [Part("the state", lambda state: state)]))
    return tuple(_growing(levels, [Part(name, attrgetter(name)) for name in names]))


def _growing(levels: Sequence[Sequence[Any]], parts: Iterable[Part]) -> list[str]:
    """Return in words the parts that grow on most of the last levels."""
    last = max(MIN_LEVELS, len(levels) // 2)
    if len(levels) <= MIN_LEVELS:
        return []
    measured = [_spread(level) for level in levels]
    found = []
    for part in parts:
        highest = [0]
        for level in measured:
            highest.append(max([highest[-1], *(part.size(each) for each in level)]))
        rises = [before < after for before, after in pairwise(highest)][-last:]
        if sum(rises) >= MIN_SHARE * last:
            found.append(_said(part, levels))
    return found


def _spread(level: Sequence[Any]) -> Sequence[Any]:
    """Return at most MAX_MEASURED states of a level."""
    return level[:: len(level) // MAX_MEASURED + 1]


def _said(part: Part, levels: Sequence[Sequence[Any]]) -> str:
    values = [part.get(each) for level in levels for each in level]
    if part.is_inbox:
        return f"{part.name} (up to {max(map(len, values))} so far)"
    return f"{part.name} ({counted(len({*map(show, values)}), 'value')} so far)"


def size(value: object) -> int:
    """Return a number that grows without bound only if the value does."""
    if isinstance(value, int):
        return abs(value)
    if isinstance(value, float):
        return int(abs(value)) if isfinite(value) else 0
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, Mapping):
        return len(value) + sum(size(key) + size(each) for key, each in value.items())
    if is_dataclass(value) and not isinstance(value, type):
        return sum(size(getattr(value, each.name)) for each in fields(value))
    if isinstance(value, Iterable):
        return 1 + sum(map(size, value))
    return 0
