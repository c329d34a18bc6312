"""If cover cannot prove the rest, the search by steps continues with unchanged answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, TypeAlias

import pytest

from pcheck import Action, Cluster, Id, Property, Step, action, always
from pcheck.errors import SpecError
from pcheck.search import clock
from pcheck.search.compiled import turn, walk
from pcheck.search.compiled.covering import Cover
from pcheck.search.compiled.explorer import explore
from pcheck.search.compiled.judging import LevelJudge
from pcheck.search.compiled.store import Store
from pcheck.search.compiled.turn import Refuted, Turn
from pcheck.search.limits import Limits
from pcheck.search.outcome import Outcome, SearchResult, Verdict
from tests.search.alike import Case, answers, check_traces
from tests.search.parts import N1, M, N, cluster
from tests.search.reductions.covering import FUSED, NAMELESS, Or, lengths
from tests.search.reductions.traps import NOBODY, A, B, Walker, X, Y, reaches, watches
from tests.specs.family import paxos

Patch: TypeAlias = pytest.MonkeyPatch


@pytest.fixture
def soon(monkeypatch: Patch) -> None:
    """Let every search try a proof at once."""
    monkeypatch.setattr(turn, "MIN_STATES_TO_TRY_COVER", 0)


SOON = pytest.mark.usefixtures("soon")


def both(case: Case, *reductions: str, **more: Any) -> tuple[SearchResult, SearchResult]:
    """Return the results of a search that may try a proof, and of one that may not."""
    found, expected = (
        explore(
            case.model(), case.limits, reductions=each, all_properties=case.all_properties, **more
        )
        for each in ((*reductions, "cover"), reductions)
    )
    check_traces(case, found)
    return found, expected


def check_by_steps(found: SearchResult, expected: SearchResult) -> None:
    assert answers(found) == answers(expected)
    assert found.reduced == expected.reduced


def test_a_short_search_does_not_try_a_proof() -> None:
    check_by_steps(*both(Case(only_agreement()), *FUSED))


def only_agreement(bug: str = "", *tests: Callable[[list[Any]], str | None]) -> Cluster:
    """Return Paxos with `agreement` as its only property, and one more for each test of votes."""
    made = paxos(bug, acceptors=3, proposers=2, rounds=1)
    (agreement,) = (each for each in made.properties if each.name == "agreement")
    (accepted,) = agreement.sees
    assert isinstance(accepted, type)
    made.properties = (agreement, *(about(accepted, test) for test in tests))
    return made


def about(kind: type[Any], test: Callable[[list[Any]], str | None]) -> Property:
    return always(sees=[kind], name=test.__name__)(lambda seen: test(seen.sent(kind)))


@SOON
def test_a_proof_reports_cover_as_a_reduction() -> None:
    found, expected = both(Case(only_agreement()), *FUSED)
    assert (found.verdict, found.reduced) == (Verdict.HOLDS, (*FUSED, "cover"))
    assert (found.states, expected.states) == (460, 625)
    assert found.outcomes == expected.outcomes


@SOON
@pytest.mark.parametrize("states", [1, 10, 100, 400])
def test_a_proof_beyond_the_limit_of_states_is_not_used(states: int) -> None:
    found, expected = both(Case(only_agreement(), limits=Limits(states=states)), *FUSED)
    assert found.verdict is Verdict.INCOMPLETE
    check_by_steps(found, expected)


class Ended(Cover):
    """A cover that raises an exception when a proof has more than 20 states."""

    by: type[BaseException] = KeyboardInterrupt

    def drop(self, store: Store, start: int, end: int) -> None:
        super().drop(store, start, end)
        if end > 20:
            raise self.by


def refute(_: Turn) -> None:
    raise Refuted


@SOON
@pytest.mark.parametrize("refuted", [False, True])
def test_an_interrupt_ends_the_proof_and_the_search(refuted: bool, monkeypatch: Patch) -> None:
    """The search ends also if grown tables would refute it, which lets it begin anew otherwise."""
    monkeypatch.setattr(walk, "Cover", Ended)
    if refuted:
        monkeypatch.setattr(Turn, "_confirm", refute)
    case = Case(only_agreement())
    found = explore(case.model(), case.limits, reductions=(*FUSED, "cover"))
    assert (found.verdict, found.stopped) == (Verdict.INCOMPLETE, "an interrupt")
    assert (found.reduced, found.states, found.depth) == (FUSED, 1, 0)
    assert found.outcomes == {"agreement": Outcome.UNDECIDED}


@SOON
def test_a_proof_that_lacks_memory_is_not_used(monkeypatch: Patch) -> None:
    monkeypatch.setattr(walk, "Cover", type("OutOfMemory", (Ended,), {"by": MemoryError}))
    check_by_steps(*both(Case(only_agreement()), *FUSED))


@SOON
def test_a_proof_gets_half_of_the_remaining_time(monkeypatch: Patch) -> None:
    """Each level takes a second, in the search by steps and in the proof."""
    levels: list[int] = []
    judge = LevelJudge.judge_from

    def judge_for_a_second(
        judging: LevelJudge, store: Store, begins: Sequence[int], *, whole: bool
    ) -> None:
        levels.append(begins[-1])
        judge(judging, store, begins, whole=whole)

    monkeypatch.setattr(LevelJudge, "judge_from", judge_for_a_second)
    monkeypatch.setattr(clock, "time", SimpleNamespace(monotonic=lambda: float(len(levels))))
    case = Case(only_agreement(), limits=Limits(seconds=20))
    search = explore(case.model(), case.limits, reductions=(*FUSED, "cover"))
    assert (search.verdict, search.stopped) == (Verdict.INCOMPLETE, "the limit of 20 seconds")
    assert search.reduced == FUSED
    assert 0 < search.depth < 18
    assert len(search.widths) == search.depth + 1


@SOON
def test_a_deep_violation_has_a_shortest_trace() -> None:
    found, expected = both(Case(only_agreement("14")), *FUSED)
    assert len(found.discoveries["agreement"].trace) == 14
    check_by_steps(found, expected)


@SOON
def test_a_sometimes_that_is_never_reached_is_decided_by_steps() -> None:
    case = Case(cluster({N: lambda _: Or(ways=((Y(),), ()))}, reaches(X), watches(Y)))
    found, expected = both(case, *FUSED)
    assert found.outcomes["reaches"] is Outcome.NEVER_REACHED
    assert found.verdict is Verdict.VIOLATED
    check_by_steps(found, expected)


@pytest.mark.parametrize(("long", "on"), [(300, (*FUSED, "cover")), (0, FUSED)])
def test_each_of_several_properties_is_decided(
    long: int, on: tuple[str, ...], monkeypatch: Patch
) -> None:
    """A violation found before the proof is kept; one found by the proof makes it useless."""
    monkeypatch.setattr(turn, "MIN_STATES_TO_TRY_COVER", long)
    case = Case(only_agreement("", no_votes), all_properties=True)
    found, expected = both(case, *FUSED)
    assert found.outcomes == {"agreement": Outcome.HOLDS, "no_votes": Outcome.VIOLATED}
    assert (found.reduced, lengths(found)) == (on, lengths(expected))


def no_votes(votes: list[Any]) -> str | None:
    return "an acceptor has voted" if votes else None


def raises_late(votes: list[Any]) -> str | None:
    return None if len(votes) < 5 else NOBODY[0]


@dataclass(frozen=True)
class Torn(Walker):
    """0 -A-> 2 or 0 -B-> 1 -A-> 2, one rank more; 2 -> 3, where two actions have one label."""

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


def faulty() -> dict[str, Case]:
    parts = {N: lambda _: Torn(), M: lambda _: Or(to=(N1,), ways=((A(),), (B(),)))}
    torn = Case(cluster(parts, watches(X)))
    return {
        "labelled two steps": torn,
        "raises_late raised": Case(only_agreement("", raises_late)),
    }


@SOON
@pytest.mark.parametrize("reductions", NAMELESS, ids=",".join)
@pytest.mark.parametrize("what", faulty())
def test_a_deep_fault_has_a_shortest_trace(what: str, reductions: tuple[str, ...]) -> None:
    """The proof may find the fault first, but on a trace that is not a shortest one."""
    case, errors = faulty()[what], []
    for each in (reductions, (*reductions, "cover")):
        with pytest.raises(SpecError, match=what) as caught:
            explore(case.model(), reductions=each)
        errors.append((str(caught.value), getattr(caught.value.trace, "labels", None)))
    assert errors[0] == errors[1]
