"""A spec of clocks that tick without receivers, and its two properties."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pcheck import Action, Actor, Cluster, Option, Seen, action, always, broadcast, group, sometimes


@dataclass(frozen=True)
class Tick:
    number: int


@dataclass(frozen=True)
class Clock(Actor):
    """A clock that ticks three times."""

    time: int = 0

    def actions(self) -> Iterator[Action]:
        if self.time < 3:
            now = self.time + 1
            yield action(f"ticks {now}", self.but(time=now), broadcast((), Tick(now)))


@always(sees=[Tick])
def early(seen: Seen) -> str | None:
    """No clock ever ticks 3."""
    late = [node for node, tick in seen.sent(Tick) if tick.number == 3]
    return f"{late[0]} ticks 3" if late else None


@sometimes(sees=[Tick])
def something_ticks(seen: Seen) -> bool:
    """A clock ticks in some execution."""
    return bool(seen.sent(Tick))


def clocks(count: Annotated[int, Option("number of clocks", min=1)] = 2) -> Cluster:
    """Clocks whose ticks have no receivers."""
    return Cluster({group("k", count): lambda i: Clock()}, [early, something_ticks])
