"""Faults of a spec that the compiled search meets only deep inside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from pcheck import Action, Actor, Id, Step, send
from pcheck.errors import SpecError
from pcheck.search.limits import Limits
from pcheck.semantics.network import NETWORKS
from tests.search.alike import Asked, by_reference, compiled, told
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


def test_an_offer_that_raises_deep_in_the_search_is_told_alike() -> None:
    asked = Asked(cluster({N: lambda i: Faulty(end=400), M: lambda i: Ticker(end=3)}))
    text, labels = error(asked)
    assert "n1 raised KeyError" in text
    assert "at=300" in text
    assert labels == ("n1 ticks",) * 300


@pytest.mark.parametrize("network", NETWORKS)
def test_a_handler_that_raises_deep_in_the_search_is_told_alike(network: str) -> None:
    parts = {N: lambda i: Player(serves_to=M1, hits=310), M: lambda i: Deaf()}
    limit = Limits(states=5_000)
    text, labels = error(Asked(cluster(parts), network, limits=limit))
    assert "m1 raised ValueError" in text
    assert "Ball(n=301) from n1" in text
    assert labels[-1] == "n1 <- m1: Ball(n=300)"


@pytest.mark.parametrize("states", range(1, 9))
def test_what_raises_beyond_the_limit_of_states_is_not_met(states: int) -> None:
    """The fifth state is met before the third, out of which the step is faulty, is expanded."""

    @dataclass(frozen=True)
    class FaultyAtOnce(Ticker):
        def actions(self) -> Iterator[Action]:
            if self.at == 1:
                raise KeyError("no such thing")
            yield from super().actions()

    parts = {N: lambda i: Ticker(end=9), M: lambda i: FaultyAtOnce(end=9)}
    asked = Asked(cluster(parts), limits=Limits(states=states))
    if states < 5:
        assert told(compiled(asked)) == told(by_reference(asked))
    else:
        assert "m1 raised KeyError" in error(asked)[0]


def error(asked: Asked) -> tuple[str, tuple[str, ...]]:
    """Return the error that both engines raise, and the run that leads to it."""
    all_said: list[tuple[str, tuple[str, ...]]] = []
    for explore in (by_reference, compiled):
        with pytest.raises(SpecError) as caught:
            explore(asked)
        all_said.append((str(caught.value), caught.value.trace.labels))
    expected, found = all_said
    assert found == expected
    return found
