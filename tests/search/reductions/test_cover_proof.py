"""Where nothing can be proved the search by steps goes on, and says what it would have said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from types import SimpleNamespace
from typing import Any, TypeAlias

import pytest

from pcheck import Action, Cluster, Id, Property, Step, action, always
from pcheck.errors import SpecError
from pcheck.search import limits
from pcheck.search.compiled import walk
from pcheck.search.compiled.covering import Cover
from pcheck.search.compiled.explorer import explore
from pcheck.search.compiled.store import Store
from pcheck.search.limits import Limits
from pcheck.search.outcome import Outcome, SearchResult, Verdict
from tests.search.alike import Asked, check_runs, told
from tests.search.parts import N1, M, N, cluster
from tests.search.reductions.covering import FUSED, NAMELESS, Or, lengths
from tests.search.reductions.traps import NOBODY, A, B, Walker, X, Y, reaches, watches
from tests.specs.family import paxos

Patch: TypeAlias = pytest.MonkeyPatch


@pytest.fixture
def soon(monkeypatch: Patch) -> None:
    """A proof is tried at once."""
    monkeypatch.setattr(walk, "LONG", 0)


SOON = pytest.mark.usefixtures("soon")


def both(asked: Asked, *reductions: str, **more: Any) -> tuple[SearchResult, SearchResult]:
    """With a proof that may be tried, and without."""
    found, expected = (
        explore(
            asked.runs(), asked.limits, reductions=each, all_properties=asked.all_properties, **more
        )
        for each in ((*reductions, "cover"), reductions)
    )
    check_runs(asked, found)
    return found, expected


def check_by_steps(found: SearchResult, expected: SearchResult) -> None:
    assert told(found) == told(expected)
    assert found.reduced == expected.reduced


def test_a_search_that_is_over_soon_is_no_proof() -> None:
    check_by_steps(*both(Asked(only_agreement()), *FUSED))


def only_agreement(bug: str = "", *tests: Callable[[list[Any]], str | None]) -> Cluster:
    """Without what is to be reached; and one more property for each test of who has voted."""
    made = paxos(bug, acceptors=3, proposers=2, rounds=1)
    (agreement,) = (each for each in made.properties if each.name == "agreement")
    (accepted,) = agreement.sees
    assert isinstance(accepted, type)
    made.properties = (agreement, *(about(accepted, test) for test in tests))
    return made


def about(kind: type[Any], test: Callable[[list[Any]], str | None]) -> Property:
    return always(sees=[kind], name=test.__name__)(lambda seen: test(seen.sent(kind)))


@SOON
def test_a_proof_says_that_it_is_one() -> None:
    found, expected = both(Asked(only_agreement()), *FUSED)
    assert (found.verdict, found.reduced) == (Verdict.HOLDS, (*FUSED, "cover"))
    assert (found.states, expected.states) == (460, 625)
    assert found.outcomes == expected.outcomes


@SOON
@pytest.mark.parametrize("states", [1, 10, 100, 400])
def test_beyond_a_limit_of_states_nothing_is_proved(states: int) -> None:
    found, expected = both(Asked(only_agreement(), limits=Limits(states=states)), *FUSED)
    assert found.verdict is Verdict.INCOMPLETE
    check_by_steps(found, expected)


class Ended(Cover):
    """Something happens when a proof has met 20 states."""

    by: type[BaseException] = KeyboardInterrupt

    def drop(self, store: Store, start: int, end: int) -> None:
        super().drop(store, start, end)
        if end > 20:
            raise self.by


@SOON
def test_an_interrupt_ends_the_proof_and_the_search(monkeypatch: Patch) -> None:
    monkeypatch.setattr(walk, "Cover", Ended)
    found, _ = both(Asked(only_agreement()), *FUSED)
    assert (found.verdict, found.stopped) == (Verdict.INCOMPLETE, "an interrupt")
    assert (found.reduced, found.states, found.depth) == (FUSED, 1, 0)
    assert found.outcomes == {"agreement": Outcome.UNDECIDED}


@SOON
def test_where_memory_lacks_for_a_proof_it_is_looked_for_by_steps(monkeypatch: Patch) -> None:
    monkeypatch.setattr(walk, "Cover", type("OutOfMemory", (Ended,), {"by": MemoryError}))
    check_by_steps(*both(Asked(only_agreement()), *FUSED))


@SOON
def test_half_of_the_time_is_for_the_proof(monkeypatch: Patch) -> None:
    """Each look at the clock is a second, and there is one at each level."""
    seconds = count()
    monkeypatch.setattr(limits, "time", SimpleNamespace(monotonic=lambda: float(next(seconds))))
    asked = Asked(only_agreement(), limits=Limits(seconds=20))
    search = explore(asked.runs(), asked.limits, reductions=(*FUSED, "cover"))
    assert (search.verdict, search.stopped) == (Verdict.INCOMPLETE, "the limit of 20 seconds")
    assert search.reduced == FUSED
    assert 0 < search.depth < 18
    assert len(search.widths) == search.depth + 1


@SOON
def test_a_violation_deep_inside_is_told_by_its_shortest_run() -> None:
    found, expected = both(Asked(only_agreement("14")), *FUSED)
    assert len(found.discoveries["agreement"].trace) == 14
    check_by_steps(found, expected)


@SOON
def test_what_is_never_reached_is_found_by_steps() -> None:
    asked = Asked(cluster({N: lambda _: Or(ways=((Y(),), ()))}, reaches(X), watches(Y)))
    found, expected = both(asked, *FUSED)
    assert found.outcomes["reaches"] is Outcome.NEVER_REACHED
    assert found.verdict is Verdict.VIOLATED
    check_by_steps(found, expected)


@pytest.mark.parametrize(("long", "on"), [(300, (*FUSED, "cover")), (0, FUSED)])
def test_of_several_properties_each_is_answered(
    long: int, on: tuple[str, ...], monkeypatch: Patch
) -> None:
    """What is violated before the proof begins is known by then; else there is no proof."""
    monkeypatch.setattr(walk, "LONG", long)
    asked = Asked(only_agreement("", no_votes), all_properties=True)
    found, expected = both(asked, *FUSED)
    assert found.outcomes == {"agreement": Outcome.HOLDS, "no_votes": Outcome.VIOLATED}
    assert (found.reduced, lengths(found)) == (on, lengths(expected))


def no_votes(votes: list[Any]) -> str | None:
    return "an acceptor has voted" if votes else None


def raises_late(votes: list[Any]) -> str | None:
    return None if len(votes) < 5 else NOBODY[0]


@dataclass(frozen=True)
class Torn(Walker):
    """0 -A-> 2, or with B in between: a rank more. From 2 to 3, where two acts have one name."""

    def actions(self) -> Iterator[Action]:
        if self.at == 2:
            yield action("goes on", self.but(at=3))
        if self.at == 3:
            yield action("is torn", self.but(at=4))
            yield action("is torn", self.but(at=5))

    def receive(self, msg: object, src: Id) -> Step:
        match self.at, msg:
            case 0 | 1, A():
                return self.but(at=2)
            case 0, B():
                return self.but(at=1)
        return None


def faulty() -> dict[str, Asked]:
    parts = {N: lambda _: Torn(), M: lambda _: Or(to=(N1,), ways=((A(),), (B(),)))}
    torn = Asked(cluster(parts, watches(X)))
    return {
        "two steps labelled": torn,
        "raises_late raised": Asked(only_agreement("", raises_late)),
    }


@SOON
@pytest.mark.parametrize("passes", NAMELESS, ids=",".join)
@pytest.mark.parametrize("what", faulty())
def test_a_fault_deep_inside_is_told_by_its_shortest_run(
    what: str, reductions: tuple[str, ...]
) -> None:
    """In the proof the fault may be met elsewhere, after a run that is no shortest one."""
    asked, said = faulty()[what], []
    for each in (reductions, (*reductions, "cover")):
        with pytest.raises(SpecError, match=what) as caught:
            explore(asked.runs(), reductions=each)
        said.append((str(caught.value), getattr(caught.value.trace, "labels", None)))
    assert said[0] == said[1]
