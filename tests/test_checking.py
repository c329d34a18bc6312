"""The library: the specs that `check` accepts, and its errors for the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pcheck import Action, Cluster, Model, Seen, check, group, milestone, spec
from pcheck.errors import SpecError, UsageError
from pcheck.search.clock import EXPLORING, Progress
from pcheck.search.outcome import Outcome, Verdict
from tests.clocks import Clock, Tick, clocks, early, something_ticks
from tests.errors import fault, place


def test_a_builder_is_checked_without_a_file() -> None:
    result = check(clocks, crashes=0, engine="reference")
    assert repr(result) == "<clocks: violated, 10 states, 12 transitions, depth 3>"
    assert result.saved is not None
    assert result.saved.why in ("k1 ticks 3", "k2 ticks 3")
    assert len(result.saved.steps) == 3


def test_a_builder_may_be_decorated() -> None:
    assert check(spec(clocks), count=1, crashes=0).depth == 3


def test_a_builder_inside_a_test_function_is_checked() -> None:
    class Tally(Model[int]):
        properties = (early,)

        def initial(self) -> int:
            return 0

        def steps(self, state: int) -> Iterator[tuple[str, int]]:
            yield "goes round", (state + 1) % 5

        def observe(self, state: int) -> Seen:
            return Seen((), {})

    def wheel() -> Tally:
        return Tally()

    assert repr(check(wheel)) == "<wheel: holds, 5 states, 5 transitions, depth 4>"


def test_the_path_of_a_file_is_checked(tmp_path: Path) -> None:
    from pcheck.cli.main import run

    assert run(["new", str(tmp_path / "mine.py")]) == 0
    check(tmp_path / "mine.py").assert_holds()
    check(str(tmp_path / "mine.py"), voters=1).assert_holds()


def test_only_the_selected_properties_are_checked() -> None:
    result = check("paxos", bug="14", acceptors=1, properties=["validity"])
    assert dict(result.properties) == {"validity": Outcome.HOLDS}
    assert result.verdict is Verdict.HOLDS


@pytest.mark.parametrize("engine", ["auto", "reference", "compiled"])
def test_a_cluster_without_properties_is_an_error(engine: str) -> None:
    @milestone(sees=[Tick])
    def ticked(seen: Seen) -> dict[str, str]:
        return {"tick": "a clock ticks"} if seen.sent(Tick) else {}

    def silent() -> Cluster:
        return Cluster({group("k", 1): lambda i: Clock()}, [], milestones=[ticked])

    assert fault(lambda: check(silent, engine=engine)) == (
        f"{place(silent)}silent declares no properties, so there is nothing to check; "
        "pass properties=[...] to its Cluster"
    )


def test_a_search_reports_its_progress() -> None:
    reports: list[tuple[int, int]] = []

    def on_progress(progress: Progress) -> None:
        if progress.activity == EXPLORING:
            reports.append((progress.states, progress.transitions))

    check("paxos", acceptors=2, rounds=1, on_progress=on_progress)
    assert reports[0] == (1, 0)
    assert reports == sorted(reports)


USAGE_ERRORS: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown option": (
        {"acceptorz": 2},
        "unknown option 'acceptorz' of paxos; did you mean 'acceptors'?",
    ),
    "an option of another type": ({"acceptors": "2"}, "acceptors must be an int, got '2'"),
    "a boolean for a number": ({"acceptors": True}, "acceptors must be an int, got True"),
    "an option out of its range": (
        {"acceptors": 0},
        "acceptors must be at least 1, got 0",
    ),
    "an unknown bug": (
        {"bug": "votes-in-any-balot"},
        "unknown bug 'votes-in-any-balot' of paxos; did you mean 'votes-in-any-ballot'?",
    ),
    "an unknown network": (
        {"network": "losy"},
        "unknown network 'losy'; did you mean 'lossy'?",
    ),
    "a negative number of crashes": (
        {"crashes": -1},
        "crashes must be at least 0, got -1",
    ),
    "an unknown property": (
        {"properties": ["agrement"]},
        "unknown property 'agrement' of paxos; did you mean 'agreement'?",
    ),
    "a limit of no states": (
        {"max_states": 0},
        "max_states must be above 0, got 0",
    ),
    "a negative limit of time": (
        {"max_seconds": -1.0},
        "max_seconds must be above 0, got -1",
    ),
    "a limit of no memory": ({"max_memory": 0}, "max_memory must be above 0, got 0"),
    "an unknown engine": (
        {"engine": "complied"},
        "unknown engine 'complied'; did you mean 'compiled'?",
    ),
    "an unknown reduction": (
        {"reduce": "fuse,pruned"},
        "unknown reduction 'pruned'; did you mean 'prune'?",
    ),
    "a reduction for the engine that has none": (
        {"engine": "reference", "reduce": "all"},
        "the reference engine does not apply reductions; leave out reduce",
    ),
    "a target and a selection of properties": (
        {"find": "chosen", "properties": ["agreement"]},
        "find cannot be combined with a selection of properties",
    ),
}
USAGE_ERRORS_OF_A_MODEL: dict[str, tuple[dict[str, Any], str]] = {
    "the compiled engine": (
        {"engine": "compiled"},
        "the compiled engine needs a Cluster; check a Model with engine reference",
    ),
    "a reduction": (
        {"reduce": "fuse"},
        "reductions need a Cluster; check a Model with reduce none",
    ),
    "a network": (
        {"network": "set"},
        "lamport is a Model without nodes, which does not take network",
    ),
    "crashes": ({"crashes": 0}, "lamport is a Model without nodes, which does not take crashes"),
}


@pytest.mark.parametrize(("given", "line"), USAGE_ERRORS.values(), ids=USAGE_ERRORS)
def test_a_usage_error_is_one_line(given: dict[str, Any], line: str) -> None:
    with pytest.raises(UsageError) as error:
        check("paxos", **given)
    assert str(error.value) == line


@pytest.mark.parametrize(
    ("given", "line"), USAGE_ERRORS_OF_A_MODEL.values(), ids=USAGE_ERRORS_OF_A_MODEL
)
def test_a_usage_error_of_a_model_is_one_line(given: dict[str, Any], line: str) -> None:
    with pytest.raises(UsageError) as error:
        check("lamport", **given)
    assert str(error.value) == line


@pytest.mark.parametrize("given", [{}, {"engine": "reference"}, {"reduce": "none"}], ids=str)
def test_a_model_is_explored_by_the_reference_engine(given: dict[str, Any]) -> None:
    found = check("lamport", acceptors=1, values=1, ballots=2, **given)
    assert (found.search.engine, found.states, found.depth) == ("reference", 25, 8)


def test_an_unknown_spec_is_a_usage_error() -> None:
    with pytest.raises(UsageError) as error:
        check("paxso")
    assert str(error.value) == "unknown spec 'paxso'; did you mean 'paxos'?"


@pytest.mark.parametrize("number", ["14", 14])
def test_a_bug_can_be_given_by_its_number(number: Any, broken: Any) -> None:
    assert check("paxos", bug=number, acceptors=1).saved == broken.saved


def test_a_handler_that_raises_is_an_error_of_the_spec() -> None:
    @dataclass(frozen=True)
    class Stopped(Clock):
        def actions(self) -> Iterator[Action]:
            raise ValueError("the spring is broken")

    def watches() -> Cluster:
        return Cluster({group("k", 1): lambda i: Stopped()}, [something_ticks])

    with pytest.raises(SpecError) as error:
        check(watches)
    assert str(error.value).endswith(
        f"{place(Stopped.actions, below=1)}actions() of k1 raised ValueError: "
        "the spring is broken [in state Stopped(time=0)]"
    )
