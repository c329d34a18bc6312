"""A worker that works silently while messages that do not matter are undelivered.

The file is also a spec for `pcheck explore`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pcheck import (
    Action,
    Actor,
    Cluster,
    Group,
    Id,
    Seen,
    Step,
    action,
    always,
    broadcast,
    fixed,
    group,
    spec,
)

WORKED = "s1 begins", "w1 <- s1: Go()", *["w1 works"] * 12, "w1 ends"


@dataclass(frozen=True)
class Noise:
    n: int


@dataclass(frozen=True)
class Go:
    pass


@dataclass(frozen=True)
class Done:
    pass


@dataclass(frozen=True)
class Source(Actor):
    """Sends noise and then a signal, in one step."""

    to: Group = fixed()
    noise: int = fixed()
    begun: bool = False

    def actions(self) -> Iterator[Action]:
        if not self.begun:
            noise = [broadcast(self.to, Noise(n)) for n in range(self.noise)]
            yield action("begins", self.but(begun=True), *noise, broadcast(self.to, Go()))


@dataclass(frozen=True)
class Worker(Actor):
    """Works silently after the signal, and says when the work is done; ignores the noise."""

    steps: int = fixed(12)
    done: int = -1

    def actions(self) -> Iterator[Action]:
        if 0 <= self.done < self.steps:
            yield action("works", self.but(done=self.done + 1))
        if self.done == self.steps:
            yield action("ends", self.but(done=self.steps + 1), broadcast((), Done()))

    def receive(self, msg: object, src: Id) -> Step:
        return self.but(done=0) if isinstance(msg, Go) and self.done < 0 else None


@dataclass(frozen=True)
class Moody(Worker):
    """Takes the noise, which changes only what does not matter."""

    odd: bool = False

    def receive(self, msg: object, src: Id) -> Step:
        return self.but(odd=not self.odd) if isinstance(msg, Noise) else super().receive(msg, src)


@always(sees=[Done])
def never_done(seen: Seen) -> str | None:
    """The work is never done."""
    return "it is done" if seen.sent(Done) else None


@spec
def noisy(noise: int = 24, moody: bool = False) -> Cluster:
    """A worker that works silently while messages that do not matter are undelivered."""
    w, s = group("w", 1), group("s", 1)
    role = Moody if moody else Worker
    return Cluster({s: lambda _: Source(to=w, noise=noise), w: lambda _: role()}, [never_done])
