"""Random protocols with few local states that forget their past, so that `cover` drops much."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from pcheck import (
    UP,
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
    volatile,
)
from pcheck.language.actor import either
from tests import draws as st
from tests.search.alike import Case
from tests.search.protocols import crash_nodes
from tests.search.reductions.traps import NOBODY, A, B, C, X, Y


@dataclass(frozen=True)
class Way:
    """One possible reaction: the next state, the remembered node, and the messages sent."""

    to: int
    heard: str  # the node to remember: "sender", "nobody", or "" to keep the remembered one
    forgets: bool
    sends: tuple[tuple[type[Any], str], ...]


@dataclass(frozen=True)
class Hasty(Actor):
    """An actor whose reactions are a table from its state and a message type to ways."""

    ways: ClassVar[dict[tuple[int, type[Any] | None], tuple[Way, ...]]] = {}

    everybody: Group = fixed()
    at: int = 0
    heard: Id | None = None
    fresh: bool = volatile(True)

    def actions(self) -> Iterator[Action]:
        if (self.at, None) in self.ways:
            yield action("acts", self.goes(None, self.me))

    def receive(self, msg: object, src: Id) -> Step:
        return self.goes(type(msg), src) if (self.at, type(msg)) in self.ways else None

    def goes(self, on: type[Any] | None, src: Id) -> Step:
        ways = enumerate(self.ways[self.at, on])
        return either(*((f"way {nth}", self.becomes(way, src)) for nth, way in ways))

    def becomes(self, way: Way, src: Id) -> Step:
        heard = {"": self.heard, "sender": src, "nobody": None}[way.heard]
        after = self.but(at=way.to, heard=heard, fresh=self.fresh and not way.forgets)
        to = {
            "all": self.everybody.ids,
            "others": self.everybody.without(self.me).ids,
            "sender": (src,),
            "heard": () if self.heard is None else (self.heard,),
            "nobody": NOBODY,
        }
        sends = [broadcast(to[word], kind()) for kind, word in way.sends if self.fresh]
        return (after, *sends) if sends else after


TO = ("all", "others", "sender", "heard", "nobody")
pairs = st.tuples(st.sampled_from([A, B, C, X, Y]), st.sampled_from(TO))


@st.composite
def roles(draw: st.DrawFn, name: str) -> type[Hasty]:
    """Draw a role. Each step that sends leads to a later state, so every network ends."""
    size = draw(st.integers(2, 3))

    def some_ways(at: int, minimum: int) -> tuple[Way, ...]:
        several = []
        for _ in range(draw(st.integers(minimum, 2))):
            sends = draw(st.lists(pairs, max_size=2)) if at < size else []
            to = draw(st.integers(at + bool(sends), size))
            heard, forgets = draw(st.sampled_from(["", "sender", "nobody"])), draw(st.booleans())
            several.append(Way(to, heard, forgets, tuple(sends)))
        return tuple(several)

    ons = st.sampled_from([None, A, B, C, X])
    keys = draw(st.lists(st.tuples(st.integers(0, size), ons), min_size=3, max_size=7))
    table = {(0, None): some_ways(0, 2)} | {each: some_ways(each[0], 1) for each in keys}
    return type(name, (Hasty,), {"ways": table, "__module__": __name__})


@st.composite
def hasty_cases(draw: st.DrawFn, nodes: tuple[int, ...] = (1, 2, 2, 3)) -> Case:
    """Draw a case; `nodes` are the numbers of interchangeable nodes to choose from."""
    n, m = group("n", draw(st.sampled_from(nodes))), group("m", draw(st.integers(0, 1)))
    everybody, first, second = Group("all", (*n, *m)), draw(roles("One")), draw(roles("Other"))
    parts = {n: lambda _: first(everybody=everybody), m: lambda _: second(everybody=everybody)}
    limit, sees = draw(st.integers(1, 5)), draw(st.sampled_from([(X,), (X, Y), (Y, A)]))
    sees_up = draw(st.sampled_from([False, False, True]))

    def few(seen: Seen) -> str | None:
        sent = sum(len(seen.sent(kind)) for kind in sees)
        one_is_down = not sees_up or any(not seen.up(node) for node in everybody)
        return "too many" if sent > limit and one_is_down else None

    few_sent = always(sees=(*sees, UP) if sees_up else sees)(few)
    made = Cluster(parts, properties=[few_sent], interchangeable=[n])
    crashes = draw(st.sampled_from([0, 1, 1, 2]))
    only_these = draw(crash_nodes(made)) if crashes else None
    network = draw(st.sampled_from(["set", "once", "lossy"]))
    return Case(made, network, crashes, crash_nodes=only_these)
