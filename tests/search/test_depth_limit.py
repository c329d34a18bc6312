"""A limit on the number of steps: all executions up to it are explored, and no longer ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from pcheck import Action, Actor, Cluster, Seen, action, always, check, fixed, group
from pcheck.errors import UsageError
from pcheck.search.engine import explore as explore_with_options
from pcheck.search.limits import Limits
from pcheck.search.options import SearchOptions
from pcheck.search.outcome import Outcome, Verdict
from pcheck.search.reference import explore
from tests.attack.drawn import protocols
from tests.attack.protocols import is_declared_wrongly
from tests.search.alike import Case
from tests.search.drawn import Graph, found, never, never_step, once

TREE = {name: f"{name}0 {name}1" for name in ["T", "T0", "T1", "T00", "T01", "T10", "T11"]}
BACK = {"never_T0_to_T": ("T0 to T", "T T0 T")}
TWO_BY_TWO: dict[str, Any] = {"acceptors": 2, "rounds": 1}


@pytest.mark.parametrize(("depth", "states"), [(1, 3), (2, 7)])
def test_states_beyond_the_limit_are_not_counted(depth: int, states: int) -> None:
    search = explore(Graph(TREE, never("T111"), once("T0")), Limits(depth=depth))
    assert (search.states, search.depth) == (states, depth)
    assert search.widths == (1, 2, 4)[: depth + 1]
    assert search.stopped == f"the limit of {depth} step{'s' * (depth > 1)}"
    assert (search.verdict, search.complete) == (Verdict.INCOMPLETE, False)
    assert search.outcomes == {"never_T111": Outcome.UNDECIDED, "once_T0": Outcome.REACHED}


def test_a_search_whose_states_are_all_within_the_limit_is_complete() -> None:
    search = explore(Graph(TREE, never("X")), Limits(depth=3))
    assert (search.states, search.complete, search.verdict) == (15, True, Verdict.HOLDS)


def test_a_violation_at_the_limit_is_found_and_one_beyond_it_is_not() -> None:
    at, beyond = (explore(Graph(TREE, never("T11")), Limits(depth=depth)) for depth in (2, 1))
    assert found(at) == {"never_T11": ("at T11", "T T1 T11")}
    assert (at.verdict, beyond.verdict) == (Verdict.VIOLATED, Verdict.INCOMPLETE)


@pytest.mark.parametrize("loop", ["T T01", "T01 T"])
@pytest.mark.parametrize(("depth", "is_found"), [(1, False), (2, True)])
def test_a_step_beyond_the_limit_is_not_judged(loop: str, depth: int, is_found: bool) -> None:
    """The step back to T ends after two steps, in a state that is known before."""
    search = explore(Graph({**TREE, "T0": loop}, never_step("T0", "T")), Limits(depth=depth))
    assert found(search) == (BACK if is_found else {})
    assert search.verdict is (Verdict.VIOLATED if is_found else Verdict.INCOMPLETE)


def test_every_step_is_judged_if_no_state_is_beyond_the_limit() -> None:
    search = explore(Graph({"T": "T0", "T0": "T"}, never_step("T0", "T")), Limits(depth=1))
    assert found(search) == BACK


@dataclass(frozen=True)
class Pendulum(Actor):
    """Goes back and forth between 0 and 1, and on from 1 to `end`."""

    end: int = fixed()
    at: int = 0

    def actions(self) -> Iterator[Action]:
        if self.at == 1:
            yield action("goes back", self.but(at=0))
        if self.at < self.end:
            yield action("goes on", self.but(at=self.at + 1))


@always(sees=["at"])
def never_back(before: Seen, after: Seen) -> str | None:
    return "back" if after.field("at") < before.field("at") else None


@pytest.mark.parametrize(
    ("engine", "reduce"),
    [("reference", None), ("compiled", "none"), ("compiled", "fuse"), ("compiled", "all")],
)
@pytest.mark.parametrize("end", [1, 2])
def test_both_engines_judge_the_same_steps(engine: str, reduce: str | None, end: int) -> None:
    """The step back leads to a known state; beyond `end=1` there is no new one."""
    case = Case(Cluster({group("n", 1): lambda _: Pendulum(end=end)}, [never_back]))
    lengths = []
    for depth in (1, 2):
        options = SearchOptions(engine, reduce, Limits(depth=depth))
        search = explore_with_options(case.model(), options)
        lengths.append([len(each.trace) for each in search.discoveries.values()])
    assert lengths == [[2] if end == 1 else [], [2]]


@pytest.mark.parametrize("crashes", [0, 1])
@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_both_engines_stop_at_the_same_states(engine: str, crashes: int) -> None:
    how: dict[str, Any] = {"crashes": crashes, "engine": engine, "reduce": "none", **TWO_BY_TWO}
    full = check("paxos", **how).search
    for depth in range(1, full.depth + 2):
        search = check("paxos", max_depth=depth, **how).search
        assert search.states == sum(full.widths[: depth + 1])
        assert search.complete is (depth >= full.depth)


def test_with_reductions_a_violation_is_found_exactly_if_it_is_short_enough() -> None:
    length = len(check("paxos", bug="votes-in-any-ballot", acceptors=1).trace or ())
    for depth in range(1, length + 2):
        result = check(
            "paxos", bug="votes-in-any-ballot", acceptors=1, max_depth=depth, reduce="all"
        )
        assert result.verdict is (Verdict.VIOLATED if depth >= length else Verdict.INCOMPLETE)
        assert len(result.trace or ()) == (length if depth >= length else 0)


@pytest.mark.slow
@pytest.mark.parametrize("reduce", ["none", "all"])
def test_the_limit_decides_the_same_as_an_explorer_of_its_own(reduce: str) -> None:
    for drawn in protocols(first=700_000, how_many=25):
        if is_declared_wrongly(drawn.number):
            continue
        for depth in range(1, len(drawn.answer.widths) + 1):
            how: dict[str, Any] = {"engine": "compiled", "reduce": reduce, "max_depth": depth}
            result = drawn.case.check({**how, "all_properties": True})
            lengths = {name: len(each.trace) for name, each in result.search.discoveries.items()}
            within = {n: k for n, k in drawn.answer.lengths.items() if k is not None and k <= depth}
            assert lengths == within, (drawn.number, depth)
            if reduce == "none" and len(within) < len(drawn.answer.lengths):
                assert result.states == sum(drawn.answer.widths[: depth + 1])


def test_a_limit_below_one_step_is_refused() -> None:
    with pytest.raises(UsageError, match=r"^max_depth must be above 0, got 0$"):
        check("paxos", max_depth=0)
