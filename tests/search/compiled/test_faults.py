"""Faults of a spec that the compiled search meets only after many states."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from pcheck import Action, Actor, Id, Step, send
from pcheck.errors import SpecError
from pcheck.search.limits import Limits
from pcheck.semantics.network import NETWORKS
from tests.sampling import fast_first
from tests.search.alike import Case, answers, by_reference, compiled
from tests.search.parts import M1, Ball, M, N, Player, Ticker, cluster


@dataclass(frozen=True)
class Faulty(Ticker):
    def actions(self) -> Iterator[Action]:
        if self.at == 300:
            raise KeyError("no such thing")
        yield from super().actions()


@dataclass(frozen=True)
class Deaf(Actor):
    def receive(self, msg: object, src: Id) -> Step:
        if msg == Ball(301):
            raise ValueError("too loud")
        return self, send(src, Ball(msg.n + 1))  # type: ignore[attr-defined]


def test_both_engines_report_actions_that_raise_deep_in_the_search() -> None:
    case = Case(cluster({N: lambda i: Faulty(end=400), M: lambda i: Ticker(end=3)}))
    text, labels = error(case)
    assert "n1 raised KeyError" in text
    assert "at=300" in text
    assert labels == ("n1 ticks",) * 300


@pytest.mark.slow
@pytest.mark.parametrize("network", fast_first(1, NETWORKS))
def test_both_engines_report_a_handler_that_raises_deep_in_the_search(network: str) -> None:
    parts = {N: lambda i: Player(serves_to=M1, hits=310), M: lambda i: Deaf()}
    limit = Limits(states=5_000)
    text, labels = error(Case(cluster(parts), network, limits=limit))
    assert "m1 raised ValueError" in text
    assert "Ball(n=301) from n1" in text
    assert labels[-1] == "n1 <- m1: Ball(n=300)"


@pytest.mark.parametrize("states", range(1, 9))
def test_a_fault_beyond_the_limit_of_states_is_not_reported(states: int) -> None:
    """The third state has the faulty step, and the fifth state is found before the third is
    expanded."""

    @dataclass(frozen=True)
    class FaultyAtOnce(Ticker):
        def actions(self) -> Iterator[Action]:
            if self.at == 1:
                raise KeyError("no such thing")
            yield from super().actions()

    parts = {N: lambda i: Ticker(end=9), M: lambda i: FaultyAtOnce(end=9)}
    case = Case(cluster(parts), limits=Limits(states=states))
    if states < 5:
        assert answers(compiled(case)) == answers(by_reference(case))
    else:
        assert "m1 raised KeyError" in error(case)[0]


def error(case: Case) -> tuple[str, tuple[str, ...]]:
    """Return the text of the error that both engines raise, and the trace that leads to it."""
    errors: list[tuple[str, tuple[str, ...]]] = []
    for explore in (by_reference, compiled):
        with pytest.raises(SpecError) as caught:
            explore(case)
        errors.append((str(caught.value), caught.value.trace.labels))
    expected, found = errors
    assert found == expected
    return found
