"""The search that proves, by itself; and the cover in plain Python, one clause a method."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pcheck import Action, Id, Seen, action, always, broadcast, fixed
from pcheck.search.compiled import kernel
from pcheck.search.compiled.covering import Cover
from pcheck.search.compiled.store import Store
from pcheck.search.compiled.walk import Walk
from pcheck.search.limits import Clock
from pcheck.search.outcome import SearchResult
from pcheck.search.reductions.cover import ranked
from pcheck.search.reductions.reduce import reduced
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.network import Inbox
from pcheck.semantics.node import Config
from tests.search.alike import Asked
from tests.search.reductions import symmetric
from tests.search.reductions.reducing import SUBSETS, key
from tests.search.reductions.symmetric import all_renamings, key_of_sight
from tests.search.reductions.traps import NOBODY, Walker, X

NAMELESS = [reductions for reductions in SUBSETS if "symmetry" not in reductions]
WITH_SYMMETRY = [reductions for reductions in SUBSETS if "symmetry" in reductions]
FUSED = ("fuse", "prune")


def asks_on(asked: Asked) -> ClusterModel:
    """The model, and one more property that is never false: so that all there is must be seen."""
    model = asked.runs()
    more = always(sees=model.properties[0].sees, name="open_end")(never_false)
    model.properties = (*model.properties, more)
    return model


def never_false(seen: Seen) -> str | None:
    return None


def proof(asked: Asked, reductions: Sequence[str]) -> Walk:
    """The search that proves, when it has seen everything."""
    model = asks_on(asked)
    reduction = reduced(model, (*reductions, "cover"))
    assert reduction.ways is not None, reduction.skipped
    clock = Clock(asked.limits, None)
    search = Walk(model, asked.limits, reduction, True, clock, ranked(reduction.ways))
    search.advance()
    assert search.complete
    return search


def numbers(search: Walk) -> list[list[int]]:
    return [search.store.numbers(index) for index in range(len(search.store))]


def check_proof(asked: Asked, reductions: Sequence[str], levels: Any) -> int:
    """The proof sees what there is to be seen, up to renaming. How many states are dropped."""
    search = proof(asked, reductions)
    model, tables = search.model, search.tables
    if "symmetry" in reductions:
        seen = [model.observer.seen(tables.machines.observation(each)) for each in numbers(search)]
        keys = dict.fromkeys((key_of_sight(model, each) for each in seen), 0)
        assert symmetric.least(keys, all_renamings(asked)).keys() == levels.keys(), reductions
    else:
        assert {
            key(tables.machines.observation(each)) for each in numbers(search)
        } == levels.keys(), reductions
    assert search.cover is not None
    return search.cover.dropped


def lengths(search: SearchResult) -> dict[str, int]:
    return {name: len(found.trace) for name, found in search.discoveries.items()}


class Plain(Cover):
    """Each state of a level beside each other one."""

    def drop(self, store: Store, start: int, end: int) -> None:
        vectors = {index: store.numbers(index) for index in range(start, end)}
        for one in range(start, end):
            others = [each for each in vectors if each != one]
            if any(self.is_below(vectors[one], vectors[other]) for other in others):
                store.parents[one] = kernel._DROPPED
                self.dropped += 1
                del vectors[one]

    def is_below(self, one: list[int], other: list[int]) -> bool:
        a, b = self._tables.state(one), self._tables.state(other)
        pairs = list(zip(a.nodes, b.nodes))
        return (
            self.seen(one) == self.seen(other)
            and self.crashes(a, b)
            and all(self.local(one) == self.local(other) for one, other in pairs)
            and all(self.waits(one.inbox, other.inbox) for one, other in pairs)
        )

    def seen(self, vector: list[int]) -> Hashable:
        return self._tables.machines.observation(vector)

    def crashes(self, one: State, other: State) -> bool:
        return one.crashes >= other.crashes

    def local(self, config: Config) -> Hashable:
        return config.actor, config.up

    def waits(self, one: Inbox, other: Inbox) -> bool:
        return Counter(one) <= Counter(other)


@dataclass(frozen=True)
class Or(Walker):
    """Sends these messages or those in its first step, and X in its second."""

    to: tuple[Id, ...] = fixed(NOBODY)
    ways: tuple[tuple[object, ...], ...] = fixed()
    ends: bool = fixed(False)

    def actions(self) -> Iterator[Action]:
        if self.at == 0:
            for nth, messages in enumerate(self.ways):
                sends = [broadcast(self.to, message) for message in messages]
                yield action(f"goes way {nth}", self.but(at=1), *sends)
        elif self.at == 1 and self.ends:
            yield action("ends", self.but(at=2), broadcast(NOBODY, X()))
