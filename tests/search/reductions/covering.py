"""The search with cover alone, and a cover in plain Python with one clause in each method."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pcheck import Action, Id, Seen, action, always, broadcast, fixed
from pcheck.search.clock import Clock
from pcheck.search.compiled.covering import Cover
from pcheck.search.compiled.store import Store
from pcheck.search.compiled.tables import Tables
from pcheck.search.compiled.walk import Walk
from pcheck.search.limits import Limits
from pcheck.search.outcome import SearchResult
from pcheck.search.reductions.cover import Ranks, rank_local_states
from pcheck.search.reductions.reduce import ReducedCluster, reduce_cluster
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.network import Inbox
from pcheck.semantics.node import Config
from tests.search.alike import Case
from tests.search.reductions import symmetric
from tests.search.reductions.reducing import SUBSETS, key
from tests.search.reductions.symmetric import all_renamings, key_of_observation
from tests.search.reductions.traps import NOBODY, Walker, X

NAMELESS = [reductions for reductions in SUBSETS if "symmetry" not in reductions]
WITH_SYMMETRY = [reductions for reductions in SUBSETS if "symmetry" in reductions]
FUSED = ("fuse", "prune")


def never_decided(case: Case) -> ClusterModel:
    """Return the model with one more property, which is never false and keeps the search going."""
    model = case.model()
    more = always(sees=model.properties[0].sees, name="open_end")(never_false)
    model.properties = (*model.properties, more)
    return model


def never_false(seen: Seen) -> str | None:
    return None


def proof(case: Case, reductions: Sequence[str]) -> Walk:
    """Return the complete search with cover.

    It decides no property about steps: one that is false of unseen steps would end the search.
    """
    model = never_decided(case)
    model.properties = tuple(prop for prop in model.properties if not prop.is_step_property)
    reduction = reduce_cluster(model, (*reductions, "cover"))
    assert reduction.successors is not None, reduction.skipped
    search = by_ranks(model, case.limits, reduction, rank_local_states(reduction.successors))
    search.advance()
    assert search.complete
    return search


def by_ranks(model: ClusterModel, limits: Limits, reduced: ReducedCluster, ranks: Ranks) -> Walk:
    """Return a search by ranks, which drops covered states."""
    tables = Tables(model, reduced.automata, reduced.views).ranked(ranks)
    return Walk(model, limits, reduced, True, Clock(limits, None), tables)


def numbers(search: Walk) -> list[list[int]]:
    return [search.store.numbers(index) for index in range(len(search.store))]


def check_proof(case: Case, reductions: Sequence[str], levels: Any) -> int:
    """Assert that the search with cover finds every observation, up to renaming.

    Return the number of states that the search drops.
    """
    search = proof(case, reductions)
    model, tables = search.model, search.tables
    if "symmetry" in reductions:
        seen = [model.observer.seen(tables.machines.observation(each)) for each in numbers(search)]
        keys = dict.fromkeys((key_of_observation(model, each) for each in seen), 0)
        assert symmetric.least_depths(keys, all_renamings(case)).keys() == levels.keys(), reductions
    else:
        assert {
            key(tables.machines.observation(each)) for each in numbers(search)
        } == levels.keys(), reductions
    assert search.cover is not None
    return search.cover.dropped


def lengths(search: SearchResult) -> dict[str, int]:
    return {name: len(found.trace) for name, found in search.discoveries.items()}


class Plain(Cover):
    """The cover as its theorem defines it: each state of a level is compared with each other."""

    def drop(self, store: Store, start: int, end: int) -> None:
        vectors = {index: store.numbers(index) for index in range(start, end)}
        for index in range(start, end):
            others = [each for each in vectors if each != index]
            if any(self.is_below(vectors[index], vectors[other]) for other in others):
                store.drop(index)
                self.dropped += 1
                del vectors[index]

    def is_below(self, lower: list[int], upper: list[int]) -> bool:
        a, b = self._tables.vectors.state(lower), self._tables.vectors.state(upper)
        pairs = list(zip(a.nodes, b.nodes))
        return (
            self.seen(lower) == self.seen(upper)
            and self.has_crashes(a, b)
            and all(self.local(low) == self.local(up) for low, up in pairs)
            and all(self.has_letters(low.inbox, up.inbox) for low, up in pairs)
        )

    def seen(self, vector: list[int]) -> Hashable:
        return self._tables.machines.observation(vector)

    def has_crashes(self, lower: State, upper: State) -> bool:
        """Return whether the lower state has spent no fewer crashes."""
        return lower.crashes >= upper.crashes

    def local(self, config: Config) -> Hashable:
        return config.actor, config.up

    def has_letters(self, lower: Inbox, upper: Inbox) -> bool:
        """Return whether the upper inbox contains every copy in the lower one."""
        return Counter(lower) <= Counter(upper)


@dataclass(frozen=True)
class Or(Walker):
    """Sends the messages of one of its `ways` first, and then X if it `ends`."""

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
