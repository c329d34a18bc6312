"""The library: which specs `check` takes, and what it says of those that it cannot check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pcheck import Action, Cluster, Model, Seen, check, group, spec
from pcheck.errors import SpecError, UsageError
from pcheck.search.limits import Progress
from pcheck.search.outcome import Outcome, Verdict
from tests.clocks import Clock, clocks, something_ticks
from tests.errors import place


def test_a_builder_at_hand_is_checked_as_it_stands() -> None:
    result = check(clocks, crashes=0, engine="reference")
    assert repr(result) == "<clocks: violated, 10 states, 12 transitions, depth 3>"
    assert result.saved is not None
    assert result.saved.why in ("k1 ticks 3", "k2 ticks 3")
    assert len(result.saved.steps) == 3


def test_a_builder_may_have_its_mark() -> None:
    assert check(spec(clocks), count=1, crashes=0).depth == 3


def test_a_builder_that_is_written_in_a_test() -> None:
    class Tally(Model[int]):
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


def test_only_the_properties_that_are_asked_for_are_judged() -> None:
    result = check("paxos", bug="14", acceptors=1, properties=["validity"])
    assert dict(result.properties) == {"validity": Outcome.HOLDS}
    assert result.verdict is Verdict.HOLDS


def test_a_search_can_be_watched() -> None:
    watched: list[tuple[int, int]] = []

    def on_progress(progress: Progress) -> None:
        watched.append((progress.states, progress.transitions))

    check("paxos", acceptors=2, rounds=1, on_progress=on_progress)
    assert watched[0] == (1, 0)
    assert watched == sorted(watched)


QUESTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown option": (
        {"acceptorz": 2},
        "paxos has no option 'acceptorz'; did you mean 'acceptors'?",
    ),
    "an option of another type": ({"acceptors": "2"}, "acceptors must be an int, got '2'"),
    "a truth for a number": ({"acceptors": True}, "acceptors must be an int, got True"),
    "an option out of its range": (
        {"acceptors": 0},
        "acceptors must be at least 1, got 0",
    ),
    "an unknown bug": (
        {"bug": "votes-in-any-balot"},
        "paxos has no bug 'votes-in-any-balot'; did you mean 'votes-in-any-ballot'?",
    ),
    "an unknown network": (
        {"network": "losy"},
        "there is no network 'losy'; did you mean 'lossy'?",
    ),
    "less than no crashes": (
        {"crashes": -1},
        "crashes must be at least 0, got -1",
    ),
    "an unknown property": (
        {"properties": ["agrement"]},
        "paxos has no property 'agrement'; did you mean 'agreement'?",
    ),
    "a limit of no states": (
        {"max_states": 0},
        "max_states must be above 0, got 0",
    ),
    "a limit of less than no time": (
        {"max_seconds": -1.0},
        "max_seconds must be above 0, got -1",
    ),
    "a limit of no memory": ({"max_memory": 0}, "max_memory must be above 0, got 0"),
    "an unknown engine": (
        {"engine": "complied"},
        "there is no engine 'complied'; did you mean 'compiled'?",
    ),
    "an unknown reduction": (
        {"reduce": "fuse,pruned"},
        "there is no pass 'pruned'; did you mean 'prune'?",
    ),
    "a reduction for the engine that has none": (
        {"engine": "reference", "reduce": "all"},
        "the reference engine does not apply reductions: leave out reduce",
    ),
    "one property to find, and others": (
        {"find": "chosen", "properties": ["agreement"]},
        "find cannot be combined with a choice of properties",
    ),
}
OF_A_MODEL: dict[str, tuple[dict[str, Any], str]] = {
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
        "lamport is a Model without nodes, and does not take network",
    ),
    "crashes": ({"crashes": 0}, "lamport is a Model without nodes, and does not take crashes"),
}


@pytest.mark.parametrize(("asked", "line"), QUESTIONS.values(), ids=QUESTIONS)
def test_a_question_that_cannot_be_asked(asked: dict[str, Any], line: str) -> None:
    with pytest.raises(UsageError) as error:
        check("paxos", **asked)
    assert str(error.value) == line


@pytest.mark.parametrize(("asked", "line"), OF_A_MODEL.values(), ids=OF_A_MODEL)
def test_what_cannot_be_asked_of_a_model(asked: dict[str, Any], line: str) -> None:
    with pytest.raises(UsageError) as error:
        check("lamport", **asked)
    assert str(error.value) == line


@pytest.mark.parametrize("asked", [{}, {"engine": "reference"}, {"reduce": "none"}], ids=str)
def test_a_model_is_explored_by_the_reference_engine(asked: dict[str, Any]) -> None:
    found = check("lamport", acceptors=1, values=1, ballots=2, **asked)
    assert (found.search.engine, found.states, found.depth) == ("reference", 25, 8)


def test_a_spec_that_is_not_there() -> None:
    with pytest.raises(UsageError) as error:
        check("paxso")
    assert str(error.value) == "there is no spec 'paxso'; did you mean 'paxos'?"


@pytest.mark.parametrize("number", ["14", 14])
def test_a_bug_goes_by_its_number_too(number: Any, broken: Any) -> None:
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
        f"{place(Stopped.actions, below=1)}k1 raised ValueError: the spring is broken "
        "[on its actions, in state Stopped(time=0)]"
    )
