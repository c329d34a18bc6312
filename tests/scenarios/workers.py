"""A spec of a user, with fields of many kinds, options of many kinds, and bugs of many kinds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, Literal, NamedTuple

from pcheck import (
    Action,
    Actor,
    Cluster,
    Group,
    Id,
    Map,
    Option,
    Seen,
    Set,
    Step,
    action,
    always,
    broadcast,
    bug,
    either,
    fixed,
    group,
    send,
    sometimes,
    spec,
    volatile,
)


class Color(Enum):
    RED = 1
    BLUE = 2


class Pair(NamedTuple):
    left: int
    right: Id


@dataclass(frozen=True)
class Say:
    text: str


@dataclass(frozen=True)
class Ask:
    n: int


@dataclass(frozen=True)
class Box:
    inner: Any


@dataclass(frozen=True)
class Flip:
    """A message after which the worker has a choice."""


@dataclass
class Unsupported:
    """Values that no state may hold, because they can change."""

    items: tuple[int, ...]


@dataclass(frozen=True)
class Odd:
    """A message that only a bug takes."""

    n: int


@dataclass(frozen=True)
class Worker(Actor):
    peers: Group = fixed()
    count: int = 0
    phase: Literal["idle", "busy"] = "idle"
    color: Color = Color.RED
    anything: Any = None
    heard: Set[Id] = Set()
    by: Map[Id, int] = Map()
    pair: Pair | None = None
    rate: float = 0.5
    cache: int = volatile(0)

    def actions(self) -> Iterator[Action]:
        if self.count < 3:
            after = self.but(count=self.count + 1, cache=self.cache + 1)
            yield action("counts", after, broadcast(self.peers, Ask(self.count + 1)))
        if self.count:
            yield action("resets", self.but(count=0))

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Ask(n) if n > self.count:
                return self.but(count=n), send(src, Say(f"got  {n}"))
            case Say():
                return self.but(heard=self.heard.plus(src))
            case Box(inner):
                return self.but(count=inner + 1)
            case Flip():
                return either(("up", self.but(count=1)), ("down", None), ("away", self.but(rate=1)))
        return None


@always(sees=["count"])
def never_back(before: Seen, after: Seen) -> str | None:
    """No count goes back."""
    old = dict(before.field("count"))
    return next((f"{n} went back" for n, c in after.field("count") if c < old[n]), None)


@always(sees=["count"])
def small(seen: Seen) -> str | None:
    """Every count is small."""
    return next((f"{n} has {c}" for n, c in seen.field("count") if c > 2), None)


@sometimes(sees=[Say], alias="said")
def something_is_said(seen: Seen) -> bool:
    """Somebody said something."""
    return bool(seen.sent(Say))


@spec
def workers(
    workers: Annotated[int, Option("number of workers", min=1)] = 2,
    fast: bool = False,
    mode: Literal["a", "b"] = "a",
    rate: float = 1.0,
    name: str = "x",
) -> Cluster:
    """Workers count."""
    if mode == "b" and not fast:
        raise ValueError("mode b needs fast")
    w = group("w", workers)
    return Cluster(
        {w: lambda i: Worker(peers=w)},
        properties=[never_back, small, something_is_said],
        interchangeable=[w],
    )


@bug(1, breaks=small)
@dataclass(frozen=True)
class HasOneFieldMore(Worker):
    """Has one field more than the correct worker."""

    extra: int = 0

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Odd(n):
                return self.but(extra=n)
        return super().receive(msg, src)


@bug(2, breaks=small)
def has_one_worker_more() -> dict[str, int]:
    """Has one node more than the correct protocol."""
    return {"workers": 3}
