"""The parts of a state that grow, in a search that stopped before its end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest

from pcheck import (
    Action,
    Actor,
    Cluster,
    Group,
    Id,
    Map,
    Model,
    Property,
    Seen,
    Set,
    Step,
    Value,
    action,
    always,
    broadcast,
    check,
    fixed,
    group,
)
from pcheck.search.growth import size
from pcheck.search.limits import Limits
from pcheck.search.reference import explore


@dataclass(frozen=True)
class Beat:
    n: int


@dataclass(frozen=True)
class Client(Actor):
    server: Group = fixed()
    beat: int = 0

    def actions(self) -> Iterator[Action]:
        yield action("beats", self.but(beat=self.beat + 1), broadcast(self.server, Beat(self.beat)))


@dataclass(frozen=True)
class Server(Actor):
    turn: int = 0

    def receive(self, msg: object, src: Id) -> Step:
        return self.but(turn=1 - self.turn)


@always(sees=["turn"])
def fine(seen: Seen) -> str | None:
    return None


def beating(clients: int = 1) -> Cluster:
    """A client that beats for ever."""
    c, s = group("c", clients), group("s", 1)
    return Cluster({c: lambda _: Client(server=s), s: lambda _: Server()}, [fine])


@dataclass(frozen=True)
class Asking(Actor):
    server: Group = fixed()

    def actions(self) -> Iterator[Action]:
        yield action("asks", self, broadcast(self.server, Beat(0)))


def asking() -> Cluster:
    """A client that asks again and again."""
    c, s = group("c", 1), group("s", 1)
    return Cluster({c: lambda _: Asking(server=s), s: lambda _: Server()}, [fine])


ENGINES = pytest.mark.parametrize("engine", ["reference", "compiled"])


@ENGINES
def test_a_counter_is_named(engine: str) -> None:
    search = check(beating, engine=engine, reduce="none", crashes=0, max_depth=16).search
    assert search.growing == ("c1.beat (17 values so far)",)


@ENGINES
@pytest.mark.parametrize("network", ["once", "lossy", "fifo"])
def test_messages_that_pile_up_are_named(engine: str, network: str) -> None:
    how: dict[str, Any] = {"engine": engine, "reduce": "none", "crashes": 0, "network": network}
    search = check(asking, max_depth=16, **how).search
    assert search.growing == ("the undelivered messages to s1 (up to 16 so far)",)
    assert check(asking, **{**how, "network": "set"}).search.complete


def test_a_search_that_ends_and_a_short_one_name_nothing() -> None:
    assert check("paxos", acceptors=2, rounds=1, crashes=0).search.growing == ()
    assert check(beating, crashes=0, max_depth=7).search.growing == ()


@pytest.mark.parametrize("spec", ["paxos", "raft"])
def test_a_bounded_protocol_that_is_stopped_late_names_nothing(spec: str) -> None:
    assert check(spec, engine="reference", max_states=9_000).search.growing == ()


def test_the_report_says_what_grows_and_what_to_do() -> None:
    report = " ".join(str(check(beating, crashes=0, max_states=200)).split())
    assert "INCOMPLETE: stopped at the limit of 200 states." in report
    assert "This search may never end: c1.beat (" in report
    assert "grows from level to level. Give what grows a bound, or explore up to a number" in report


def test_a_limit_of_steps_is_not_told_to_use_one() -> None:
    report = " ".join(str(check(beating, crashes=0, max_depth=12)).split())
    assert "No violation within 12 steps; longer executions were not explored." in report
    assert "may never end" not in report
    assert "For a smaller search" not in report


class At(NamedTuple):
    n: int
    colour: str


class Counting(Model[Any]):
    properties: tuple[Property, ...] = (fine,)

    def __init__(self, first: Any) -> None:
        self.first = first

    def initial(self) -> Any:
        return self.first

    def steps(self, state: Any) -> Iterator[tuple[str, Any]]:
        if isinstance(state, At):
            yield "up", At(state.n + 1, "red" if state.n % 2 else "blue")
        else:
            yield "up", (*state, 1)

    def observe(self, state: Any) -> Seen:
        return Seen([], {"turn": Group("g", ())})


@pytest.mark.parametrize(
    ("first", "grows"),
    [(At(0, "red"), "n (12 values so far)"), ((1,), "the state (12 values so far)")],
)
def test_of_a_model_the_parts_of_its_state_are_named(first: Any, grows: str) -> None:
    assert explore(Counting(first), Limits(states=12)).growing == (grows,)


def test_the_size_of_a_value_has_no_bound_only_if_the_value_has_none() -> None:
    small: list[Any] = [True, None, Id("a"), Value("v"), "x", 1.0, float("inf"), (), Set(), Map()]
    assert max(map(size, small)) <= 1
    assert [size(each) for each in (-7, 7.9, "seven", (3, (4,)), Set([9]), Map({2: 5}))] == [
        7,
        7,
        5,
        9,
        10,
        8,
    ]
    assert size(Beat(12)) == 12
