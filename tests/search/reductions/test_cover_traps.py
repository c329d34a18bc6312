"""Each clause of what lies below what is there for a reason: without it something is missed."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import pytest

from pcheck import Action, Actor, Id, Step, action, broadcast, fixed, volatile
from pcheck.search.compiled import walk
from pcheck.search.compiled.covering import Cover
from pcheck.search.compiled.explorer import explore
from pcheck.search.compiled.walk import Walk
from pcheck.search.limits import Clock, Limits
from pcheck.search.reductions.closure import Closure
from pcheck.search.reductions.cover import ranked
from pcheck.search.reductions.reduce import WHAT_WAITS_IS_IN_THE_WAY, reduced
from pcheck.semantics.cluster_model import State
from pcheck.semantics.network import Inbox
from pcheck.semantics.node import Config
from tests.search.alike import Asked
from tests.search.parts import N1, M, N, cluster
from tests.search.reductions.covering import FUSED, NAMELESS, Or, Plain, check_proof, numbers, proof
from tests.search.reductions.reducing import key, observations
from tests.search.reductions.traps import NOBODY, A, B, Walker, X, Y, shown, watches

NETS = pytest.mark.parametrize("network", ["set", "once", "lossy"])
Patch: TypeAlias = pytest.MonkeyPatch


def exactly(asked: Asked) -> set[str]:
    """All that can be seen, which is what a proof sees, and one with the plain cover."""
    levels = observations(asked.runs(), 1_000)
    assert levels is not None
    for reductions in NAMELESS:
        check_proof(asked, reductions, levels)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(walk, "Cover", Plain)
        assert proved(asked) == set(shown(levels))
    return set(shown(levels))


def proved(asked: Asked, *reductions: str) -> set[str]:
    """What a proof sees."""
    search = proof(asked, reductions)
    return set(
        shown({key(search.tables.machines.observation(each)): 0 for each in numbers(search)})
    )


class SeesNothing(Plain):
    """What was sent does not matter once it was sent."""

    def seen(self, vector: list[int]) -> Hashable:
        return None


@NETS
def test_states_that_have_shown_something_else_are_two(network: str, monkeypatch: Patch) -> None:
    parts = {N: lambda _: Or(ways=((Y(),), ()), ends=True)}
    asked = Asked(cluster(parts, watches(X, Y)), network)
    assert exactly(asked) == {"", "Y", "X", "X Y"}
    monkeypatch.setattr(walk, "Cover", SeesNothing)
    assert proved(asked) == {"", "Y", "X"}


@dataclass(frozen=True)
class NeedsACrash(Actor):
    """From (1, 1) to (5, 0) by a crash, or without one; from there to X by a crash alone."""

    at: int = 0
    memory: int = volatile(0)

    def actions(self) -> Iterator[Action]:
        ways = {(0, 0): [(1, 1)], (1, 1): [(2, 1)], (2, 1): [(3, 1)], (3, 1): [(4, 1)]}
        ways |= {(1, 0): [(5, 0)], (4, 1): [(3, 1), (5, 0)], (5, 0): [(6, 1)], (6, 0): [(7, 0)]}
        yield from goes_on(self, ways, last=7)


def goes_on(actor: Any, ways: dict[Any, Any], last: int) -> Iterator[Action]:
    """X is sent where it comes to the last state."""
    for at, memory in ways.get((actor.at, actor.memory), ()):
        sends = [broadcast(NOBODY, X())] if at == last else []
        yield action(f"goes to {at}", actor.but(at=at, memory=memory), *sends)


class CountsNoCrashes(Plain):
    def crashes(self, one: State, other: State) -> bool:
        return True


class LikesCrashes(Plain):
    def crashes(self, one: State, other: State) -> bool:
        return one.crashes <= other.crashes


@NETS
@pytest.mark.parametrize("wrong", [CountsNoCrashes, LikesCrashes])
def test_a_crash_that_is_spent_is_missing_later(
    network: str, wrong: type[Cover], monkeypatch: Patch
) -> None:
    asked = Asked(cluster({N: lambda _: NeedsACrash()}, watches(X)), network, crashes=1)
    assert exactly(asked) == {"", "X"}
    monkeypatch.setattr(walk, "Cover", wrong)
    assert proved(asked) == {""}


@dataclass(frozen=True)
class UpOrDown(Actor):
    """Comes to (4, 0) down by a crash, or up after another crash; from there it sends X."""

    at: int = 0
    memory: int = volatile(0)

    def actions(self) -> Iterator[Action]:
        ways = {(0, 0): [(1, 1)], (1, 1): [(2, 1), (3, 1)], (3, 1): [(4, 1)], (4, 1): [(3, 1)]}
        ways |= {(2, 0): [(4, 0)], (4, 0): [(5, 0)]}
        yield from goes_on(self, ways, last=5)


class ForgetsWhoIsDown(Plain):
    def local(self, config: Config) -> Hashable:
        return config.actor


@NETS
def test_a_node_that_is_down_cannot_do_what_it_could(network: str, monkeypatch: Patch) -> None:
    """It restarts as what was dropped for it, and that is known: so nobody goes on from there."""
    asked = Asked(cluster({N: lambda _: UpOrDown()}, watches(X)), network, crashes=1)
    assert exactly(asked) == {"", "X"}
    monkeypatch.setattr(walk, "Cover", ForgetsWhoIsDown)
    assert proved(asked) == {""}


@dataclass(frozen=True)
class Hears(Walker):
    """Sends X when it has heard all these, in this order."""

    what: tuple[object, ...] = fixed()

    def receive(self, msg: object, src: Id) -> Step:
        if self.at == len(self.what) or msg != self.what[self.at]:
            return None
        after = self.but(at=self.at + 1)
        return (after, broadcast(NOBODY, X())) if after.at == len(self.what) else after


def heard(*what: object, sent: tuple[tuple[object, ...], ...], network: str) -> Asked:
    parts = {N: lambda _: Hears(what=what), M: lambda _: Or(to=(N1,), ways=sent)}
    return Asked(cluster(parts, watches(X)), network)


class CountsNoCopies(Plain):
    def waits(self, one: Inbox, other: Inbox) -> bool:
        return set(one) <= set(other)


@pytest.mark.parametrize("network", ["once", "lossy"])
def test_two_copies_are_more_than_one(network: str, monkeypatch: Patch) -> None:
    asked = heard(A(), A(), sent=((A(), A()), (A(),)), network=network)
    assert exactly(asked) == {"", "X"}
    monkeypatch.setattr(walk, "Cover", CountsNoCopies)
    assert proved(asked) == {""}


class KeepsTheLower(Plain):
    def is_below(self, one: list[int], other: list[int]) -> bool:
        return super().is_below(other, one)


@NETS
def test_it_is_the_upper_one_that_is_kept(network: str, monkeypatch: Patch) -> None:
    asked = heard(A(), sent=((A(),), ()), network=network)
    assert exactly(asked) == {"", "X"}
    monkeypatch.setattr(walk, "Cover", KeepsTheLower)
    assert proved(asked) == {""}


def test_in_fifo_what_waits_is_in_the_way(monkeypatch: Patch) -> None:
    """Of A before B and B before A neither is below: each is lost, to come to the other."""
    asked = heard(A(), B(), sent=((B(), A()), (A(), B())), network="fifo")
    model = asked.runs()
    assert set(shown(observations(model, 1_000) or {})) == {"", "X"}
    search = explore(model, reductions=(*FUSED, "cover"))
    assert (search.reduced, search.skipped) == (FUSED, {"cover": WHAT_WAITS_IS_IN_THE_WAY})
    assert proved_on_fifo(asked) == {""}


def proved_on_fifo(asked: Asked) -> set[str]:
    """What a proof sees that should not be."""
    model = asked.runs()
    tables = Closure(model, lambda: None).edges
    ranks = ranked([{at: [edge.next for edge in out] for at, out in its.items()} for its in tables])
    search = Walk(model, Limits(), reduced(model, ()), True, Clock(Limits(), None), ranks)
    assert search.advance()
    return set(
        shown({key(search.tables.machines.observation(each)): 0 for each in numbers(search)})
    )
