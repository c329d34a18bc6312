"""Judgements: which states and steps a property is asked about, and how often."""

from __future__ import annotations

from pcheck import Seen, always, sometimes
from pcheck.search.outcome import Verdict
from pcheck.search.reference import explore
from tests.runs import counts
from tests.search.drawn import At, Graph, at, found, never, never_step, once

# Properties of steps


def test_a_step_that_is_false_ends_its_trace() -> None:
    search = explore(Graph({"A": "B C", "B": "D", "C": "E"}, never_step("C", "E")))
    assert found(search) == {"never_C_to_E": ("C to E", "A C E")}
    assert (counts(search), search.widths) == ((5, 4, 2), (1, 2, 2))


def test_a_step_back_to_a_state_that_is_known_is_judged() -> None:
    search = explore(Graph({"A": "B", "B": "A C", "C": "D"}, never_step("B", "A")))
    assert found(search) == {"never_B_to_A": ("B to A", "A B A")}
    assert search.discoveries["never_B_to_A"].trace.labels == ("A B", "B A")
    assert (counts(search), search.complete) == ((3, 3, 2), False)


def test_a_last_step_back_is_judged_when_nothing_new_follows() -> None:
    search = explore(Graph({"A": "B", "B": "A"}, never_step("B", "A"), once("X")))
    assert found(search) == {"never_B_to_A": ("B to A", "A B A")}
    assert (search.verdict, counts(search)) == (Verdict.VIOLATED, (2, 2, 1))


def test_a_step_between_states_that_look_alike_is_judged() -> None:
    search = explore(Graph({"A.1": "A.2", "A.2": "A.3"}, never_step("A", "A")))
    assert found(search) == {"never_A_to_A": ("A to A", "A.1 A.2")}


def test_the_trace_to_a_false_step_is_a_shortest_one() -> None:
    edges = {"A": "B C", "B": "D", "C": "P.1", "D": "P.2", "P.2": "Q.2", "P.1": "Q.1"}
    search = explore(Graph(edges, never_step("P", "Q"), once("X")), all_properties=True)
    assert found(search) == {"never_P_to_Q": ("P to Q", "A C P.1 Q.1")}


def test_steps_and_states_are_judged_side_by_side() -> None:
    edges = {"A": "B C", "B": "A", "C": "X"}
    search = explore(Graph(edges, never("X"), never_step("B", "A"), once("A")))
    assert search.violated == ("never_X", "never_B_to_A")
    assert found(search) == {
        "once_A": (None, "A"),
        "never_B_to_A": ("B to A", "A B A"),
        "never_X": ("at X", "A C X"),
    }


# How often a property is asked


def test_a_property_is_asked_once_about_what_looks_the_same() -> None:
    asked: list[str] = []

    @always(sees=[At])
    def listens(seen: Seen) -> None:
        asked.append(at(seen))

    @sometimes(sees=[At])
    def listens_too(seen: Seen) -> bool:
        asked.append(at(seen).lower())
        return at(seen) == "B"

    explore(
        Graph({"A.1": "A.2 B.1", "A.2": "B.2 A.1", "B.1": "C", "C": "A.3"}, listens, listens_too)
    )
    assert asked == ["A", "a", "B", "b", "C"]


def test_a_step_property_is_asked_once_about_each_pair() -> None:
    asked: list[str] = []

    @always(sees=[At])
    def listens(before: Seen, after: Seen) -> None:
        asked.append(at(before) + at(after))

    explore(Graph({"A.1": "A.2 B.1", "A.2": "B.2 A.1", "B.1": "C", "C": "A.3"}, listens))
    assert asked == ["AA", "AB", "BC", "CA"]
