"""A careless cover: without any one clause of the theorem an observation is lost."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pytest

from pcheck import Action, Actor, Id, Step, action, broadcast, fixed, volatile
from pcheck.search.compiled import walk
from pcheck.search.compiled.configs import Pool
from pcheck.search.compiled.covering import Cover
from pcheck.search.compiled.explorer import explore
from pcheck.search.compiled.reactions import LocalReactions
from pcheck.search.limits import Limits
from pcheck.search.reductions.closure import Closure
from pcheck.search.reductions.cover import rank_local_states
from pcheck.search.reductions.reduce import UNDELIVERED_BLOCKS, reduce_cluster
from pcheck.semantics.cluster_model import State
from pcheck.semantics.network import Inbox
from pcheck.semantics.node import Config
from tests.search.alike import Case
from tests.search.parts import N1, M, N, cluster
from tests.search.reductions.covering import (
    FUSED,
    NAMELESS,
    Or,
    Plain,
    by_ranks,
    check_proof,
    numbers,
    proof,
)
from tests.search.reductions.reducing import key, observations
from tests.search.reductions.traps import NOBODY, A, B, Walker, X, Y, as_texts, watches

NETS = pytest.mark.parametrize("network", ["set", "once", "lossy"])
Patch: TypeAlias = pytest.MonkeyPatch


def exactly(case: Case) -> set[str]:
    """Return all observations, after checking that proofs find them, also with the plain cover."""
    levels = observations(case.model(), 1_000)
    assert levels is not None
    for reductions in NAMELESS:
        check_proof(case, reductions, levels)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(walk, "Cover", Plain)
        assert proved(case) == set(as_texts(levels))
    return set(as_texts(levels))


def proved(case: Case, *reductions: str) -> set[str]:
    """Return the observations that a proof finds."""
    search = proof(case, reductions)
    return set(
        as_texts({key(search.tables.machines.observation(each)): 0 for each in numbers(search)})
    )


class SeesNothing(Plain):
    """Ignores the observation."""

    def seen(self, vector: list[int]) -> Hashable:
        return None


@NETS
def test_states_with_different_observations_do_not_cover_each_other(
    network: str, monkeypatch: Patch
) -> None:
    parts = {N: lambda _: Or(ways=((Y(),), ()), ends=True)}
    case = Case(cluster(parts, watches(X, Y)), network)
    assert exactly(case) == {"", "Y", "X", "X Y"}
    monkeypatch.setattr(walk, "Cover", SeesNothing)
    assert proved(case) == {"", "Y", "X"}


@dataclass(frozen=True)
class NeedsACrash(Actor):
    """From (1, 1) to (5, 0) with a crash or without one, and from there to X only with a crash."""

    at: int = 0
    memory: int = volatile(0)

    def actions(self) -> Iterator[Action]:
        ways = {(0, 0): [(1, 1)], (1, 1): [(2, 1)], (2, 1): [(3, 1)], (3, 1): [(4, 1)]}
        ways |= {(1, 0): [(5, 0)], (4, 1): [(3, 1), (5, 0)], (5, 0): [(6, 1)], (6, 0): [(7, 0)]}
        yield from goes_on(self, ways, last=7)


def goes_on(actor: Any, ways: dict[Any, Any], last: int) -> Iterator[Action]:
    """Yield an action for each way; the action to the last state sends X."""
    for at, memory in ways.get((actor.at, actor.memory), ()):
        sends = [broadcast(NOBODY, X())] if at == last else []
        yield action(f"goes to {at}", actor.but(at=at, memory=memory), *sends)


class CountsNoCrashes(Plain):
    """Ignores the number of crashes."""

    def has_crashes(self, lower: State, upper: State) -> bool:
        return True


class PrefersCrashes(Plain):
    """Keeps the state that has spent more crashes."""

    def has_crashes(self, lower: State, upper: State) -> bool:
        return lower.crashes <= upper.crashes


@NETS
@pytest.mark.parametrize("wrong", [CountsNoCrashes, PrefersCrashes])
def test_a_state_with_more_crashes_spent_does_not_cover(
    network: str, wrong: type[Cover], monkeypatch: Patch
) -> None:
    case = Case(cluster({N: lambda _: NeedsACrash()}, watches(X)), network, crashes=1)
    assert exactly(case) == {"", "X"}
    monkeypatch.setattr(walk, "Cover", wrong)
    assert proved(case) == {""}


@dataclass(frozen=True)
class UpOrDown(Actor):
    """Reaches (4, 0) down by a crash, or up after another crash; sends X from (4, 0) when up."""

    at: int = 0
    memory: int = volatile(0)

    def actions(self) -> Iterator[Action]:
        ways = {(0, 0): [(1, 1)], (1, 1): [(2, 1), (3, 1)], (3, 1): [(4, 1)], (4, 1): [(3, 1)]}
        ways |= {(2, 0): [(4, 0)], (4, 0): [(5, 0)]}
        yield from goes_on(self, ways, last=5)


class ForgetsWhoIsDown(Plain):
    """Ignores whether a node is up."""

    def local(self, config: Config) -> Hashable:
        return config.actor


@NETS
def test_a_node_that_is_down_does_not_cover_one_that_is_up(
    network: str, monkeypatch: Patch
) -> None:
    """The restart leads to the dropped state, which is known and so is never expanded."""
    case = Case(cluster({N: lambda _: UpOrDown()}, watches(X)), network, crashes=1)
    assert exactly(case) == {"", "X"}
    monkeypatch.setattr(walk, "Cover", ForgetsWhoIsDown)
    assert proved(case) == {""}


@dataclass(frozen=True)
class DownBeforeUp(UpOrDown):
    """Reaches (4, 0) as its base class does, but in one level first down and then up."""

    def actions(self) -> Iterator[Action]:
        ways = {(0, 0): [(1, 1)], (1, 1): [(2, 1), (3, 1)], (3, 1): [(6, 1)], (6, 1): [(7, 1)]}
        ways |= {(7, 1): [(4, 1)], (4, 1): [(7, 1)], (2, 0): [(4, 0)], (4, 0): [(5, 0)]}
        yield from goes_on(self, ways, last=5)


class RowsWithoutUp(Cover):
    """Gives a node that is down the number of the same node up; of equals, the first is kept."""

    def _row(self, i: int, config: Config) -> tuple[int, int]:
        node = self._tables.machines.nodes[i].node
        return super()._row(i, node.config(config.actor, True, config.inbox))


def table_without_up(pool: Pool, i: int, first: int) -> tuple[Any, Any]:
    """Return the table of a composed node, with the numbers that `RowsWithoutUp` gives."""
    local, copies = TABLE(pool, i, first)
    states, node = pool.parts.locals, pool.nodes[i]
    up = [pool.parts.local(i, node.config(states[n].actor, True, ())) for n in local.tolist()]
    return np.array(up, np.int32), copies


TABLE = Pool.table


@pytest.mark.parametrize(
    ("composed", "network"),
    [(False, "set"), (False, "once"), (False, "lossy"), (True, "set"), (True, "once")],
)
def test_the_local_states_of_the_compiled_cover_are_up_or_down(
    composed: bool, network: str, monkeypatch: Patch
) -> None:
    case = Case(cluster({N: lambda _: DownBeforeUp()}, watches(X)), network, crashes=1)
    assert exactly(case) == {"", "X"}
    if composed:
        monkeypatch.setattr(Pool, "table", table_without_up)
    else:
        monkeypatch.setattr(LocalReactions, "are_enough", lambda automaton: False)
        assert exactly(case) == {"", "X"}
        monkeypatch.setattr(walk, "Cover", RowsWithoutUp)
    assert proved(case) == {""}


@dataclass(frozen=True)
class Hears(Walker):
    """Sends X when it has received all its messages in order."""

    what: tuple[object, ...] = fixed()

    def receive(self, msg: object, src: Id) -> Step:
        if self.at == len(self.what) or msg != self.what[self.at]:
            return None
        after = self.but(at=self.at + 1)
        return (after, broadcast(NOBODY, X())) if after.at == len(self.what) else after


def heard(*what: object, sent: tuple[tuple[object, ...], ...], network: str) -> Case:
    parts = {N: lambda _: Hears(what=what), M: lambda _: Or(to=(N1,), ways=sent)}
    return Case(cluster(parts, watches(X)), network)


class CountsNoCopies(Plain):
    """Compares inboxes as sets."""

    def has_letters(self, lower: Inbox, upper: Inbox) -> bool:
        return set(lower) <= set(upper)


@pytest.mark.parametrize("network", ["once", "lossy"])
def test_one_copy_does_not_cover_two(network: str, monkeypatch: Patch) -> None:
    case = heard(A(), A(), sent=((A(), A()), (A(),)), network=network)
    assert exactly(case) == {"", "X"}
    monkeypatch.setattr(walk, "Cover", CountsNoCopies)
    assert proved(case) == {""}


class KeepsTheLower(Plain):
    """Drops the upper state."""

    def is_below(self, lower: list[int], upper: list[int]) -> bool:
        return super().is_below(upper, lower)


@NETS
def test_the_upper_state_is_kept(network: str, monkeypatch: Patch) -> None:
    case = heard(A(), sent=((A(),), ()), network=network)
    assert exactly(case) == {"", "X"}
    monkeypatch.setattr(walk, "Cover", KeepsTheLower)
    assert proved(case) == {""}


def test_cover_is_skipped_on_fifo(monkeypatch: Patch) -> None:
    """Neither of the queues A, B and B, A covers the other, as n1 needs A before B."""
    case = heard(A(), B(), sent=((B(), A()), (A(), B())), network="fifo")
    model = case.model()
    assert set(as_texts(observations(model, 1_000) or {})) == {"", "X"}
    search = explore(model, reductions=(*FUSED, "cover"))
    assert (search.reduced, search.skipped) == (FUSED, {"cover": UNDELIVERED_BLOCKS})
    # the rows of cover count copies only at nodes that are not composed
    monkeypatch.setattr(LocalReactions, "are_enough", lambda automaton: False)
    assert proved_on_fifo(case) == {""}


def proved_on_fifo(case: Case) -> set[str]:
    """Return the observations that a proof would find on fifo."""
    model = case.model()
    tables = Closure(model, lambda: None).edges
    ranks = rank_local_states(
        [{at: [edge.next for edge in out] for at, out in table.items()} for table in tables]
    )
    search = by_ranks(model, Limits(), reduce_cluster(model, ()), ranks)
    assert search.advance()
    return set(
        as_texts({key(search.tables.machines.observation(each)): 0 for each in numbers(search)})
    )
