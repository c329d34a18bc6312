"""Judgements: which states and steps a property judges, how often, and under an interrupt."""

from __future__ import annotations

import pytest

from pcheck import Seen, always, sometimes
from pcheck.search.judge import Found, Judge
from pcheck.search.outcome import Outcome, Verdict
from pcheck.search.reference import explore
from tests.runs import counts
from tests.search import parts
from tests.search.alike import Case, compiled
from tests.search.drawn import At, Graph, at, found, never, never_step, once

# Properties of steps


def test_a_step_that_is_false_ends_its_trace() -> None:
    search = explore(Graph({"A": "B C", "B": "D", "C": "E"}, never_step("C", "E")))
    assert found(search) == {"never_C_to_E": ("C to E", "A C E")}
    assert (counts(search), search.widths) == ((5, 4, 2), (1, 2, 2))


def test_a_step_back_to_a_known_state_is_judged() -> None:
    search = explore(Graph({"A": "B", "B": "A C", "C": "D"}, never_step("B", "A")))
    assert found(search) == {"never_B_to_A": ("B to A", "A B A")}
    assert search.discoveries["never_B_to_A"].trace.labels == ("A B", "B A")
    assert (counts(search), search.complete) == ((3, 3, 2), False)


def test_a_last_step_back_to_a_known_state_is_judged() -> None:
    search = explore(Graph({"A": "B", "B": "A"}, never_step("B", "A"), once("X")))
    assert found(search) == {"never_B_to_A": ("B to A", "A B A")}
    assert (search.verdict, counts(search)) == (Verdict.VIOLATED, (2, 2, 1))


def test_a_step_between_states_with_equal_observations_is_judged() -> None:
    search = explore(Graph({"A.1": "A.2", "A.2": "A.3"}, never_step("A", "A")))
    assert found(search) == {"never_A_to_A": ("A to A", "A.1 A.2")}


def test_the_trace_to_a_false_step_is_a_shortest_one() -> None:
    edges = {"A": "B C", "B": "D", "C": "P.1", "D": "P.2", "P.2": "Q.2", "P.1": "Q.1"}
    search = explore(Graph(edges, never_step("P", "Q"), once("X")), all_properties=True)
    assert found(search) == {"never_P_to_Q": ("P to Q", "A C P.1 Q.1")}


def test_steps_and_states_are_judged_in_the_same_search() -> None:
    edges = {"A": "B C", "B": "A", "C": "X"}
    search = explore(Graph(edges, never("X"), never_step("B", "A"), once("A")))
    assert search.violated == ("never_X", "never_B_to_A")
    assert found(search) == {
        "once_A": (None, "A"),
        "never_B_to_A": ("B to A", "A B A"),
        "never_X": ("at X", "A C X"),
    }


# How often a property judges


def test_a_property_judges_equal_observations_once() -> None:
    judged: list[str] = []

    @always(sees=[At])
    def records(seen: Seen) -> None:
        judged.append(at(seen))

    @sometimes(sees=[At])
    def records_too(seen: Seen) -> bool:
        judged.append(at(seen).lower())
        return at(seen) == "B"

    explore(
        Graph({"A.1": "A.2 B.1", "A.2": "B.2 A.1", "B.1": "C", "C": "A.3"}, records, records_too)
    )
    assert judged == ["A", "a", "B", "b", "C"]


def test_a_step_property_judges_each_pair_of_observations_once() -> None:
    judged: list[str] = []

    @always(sees=[At])
    def records(before: Seen, after: Seen) -> None:
        judged.append(at(before) + at(after))

    explore(Graph({"A.1": "A.2 B.1", "A.2": "B.2 A.1", "B.1": "C", "C": "A.3"}, records))
    assert judged == ["AA", "AB", "BC", "CA"]


# Interrupts inside a property


def interrupts(seen: Seen) -> str | None:
    if at(seen) == "B":
        raise KeyboardInterrupt
    return None


def test_an_interrupt_keeps_what_the_same_observation_decided_before() -> None:
    """The properties after the interrupted one stay undecided."""
    interrupted = always(sees=[At])(interrupts)
    search = explore(Graph({"A": "B"}, never("B"), once("B"), interrupted, never("C")))
    assert (search.verdict, search.stopped) == (Verdict.VIOLATED, "an interrupt")
    assert found(search) == {
        "never_B": ("at B", "A B"),
        "once_B": (None, "A B"),
    }
    assert search.outcomes["never_C"] is Outcome.UNDECIDED


def test_an_interrupt_keeps_what_the_same_step_decided_before() -> None:
    @always(sees=[At], name="interrupted")
    def interrupted(before: Seen, after: Seen) -> str | None:
        return interrupts(after)

    properties = never_step("A", "B"), interrupted, never_step("B", "A")
    search = explore(Graph({"A": "B", "B": "A"}, *properties))
    assert (search.verdict, search.stopped) == (Verdict.VIOLATED, "an interrupt")
    assert found(search) == {"never_A_to_B": ("A to B", "A B")}


def test_an_interrupt_keeps_what_a_new_observation_decided_before() -> None:
    """The compiled engine judges observations that it never repeats."""

    @always(sees=["at"], name="interrupted")
    def interrupted(seen: Seen) -> str | None:
        if parts.at(seen) == (1,):
            raise KeyboardInterrupt
        return None

    asked = parts.tickers(1, 3, parts.never_at(1), interrupted, parts.once_at(1))
    search = compiled(Case(asked))
    assert (search.verdict, search.stopped) == (Verdict.VIOLATED, "an interrupt")
    assert list(search.discoveries) == ["never_there"]


def test_an_observation_that_an_interrupt_left_is_judged_again() -> None:
    """The properties that were already decided are not judged again."""
    interrupted = always(sees=[At])(interrupts)
    judge: Judge[str] = Judge([never("B"), interrupted, once("B")], all_properties=True)
    seen = Graph({"B": ""}).observe("B")
    with pytest.raises(KeyboardInterrupt):
        judge.judge_state(seen, where="first")
    judge.open.remove(interrupted)
    judge.judge_state(seen, where="second")
    assert judge.found == {"never_B": Found("first", "at B"), "once_B": Found("second", None)}
