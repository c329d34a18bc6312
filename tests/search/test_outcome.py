"""Outcomes of a search: properties that hold, are violated, reached or undecided."""

from __future__ import annotations

from pcheck.search.outcome import Outcome, Verdict
from pcheck.search.reference import explore
from tests.runs import counts
from tests.search.drawn import DIAMOND, Graph, found, never, once


def test_a_search_holds_if_every_property_does() -> None:
    search = explore(Graph(DIAMOND, never("X"), once("E"), once("A")))
    assert (search.verdict, search.violated, search.complete) == (Verdict.HOLDS, (), True)
    assert search.outcomes == {
        "never_X": Outcome.HOLDS,
        "once_E": Outcome.REACHED,
        "once_A": Outcome.REACHED,
    }
    assert found(search) == {"once_E": (None, "A C E"), "once_A": (None, "A")}


def test_a_sometimes_that_is_never_reached_is_a_violation() -> None:
    search = explore(Graph(DIAMOND, once("E"), once("X"), never("X")))
    assert (search.verdict, search.violated) == (Verdict.VIOLATED, ("once_X",))
    assert search.outcomes == {
        "once_E": Outcome.REACHED,
        "once_X": Outcome.NEVER_REACHED,
        "never_X": Outcome.HOLDS,
    }
    assert (counts(search), search.complete) == ((5, 6, 2), True)


def test_a_model_without_properties_holds() -> None:
    search = explore(Graph(DIAMOND))
    assert (search.verdict, search.outcomes, counts(search)) == (Verdict.HOLDS, {}, (5, 6, 2))


def test_the_initial_state_is_judged() -> None:
    search = explore(Graph(DIAMOND, never("A"), never("B")))
    assert (counts(search), search.complete, found(search)) == (
        (1, 0, 0),
        False,
        {"never_A": ("at A", "A")},
    )
    assert search.discoveries["never_A"].trace.labels == ()


def test_a_search_finishes_the_first_level_with_a_violation() -> None:
    edges = {"A": "B C", "B": "X D", "C": "E F", "X": "G", "D": "G", "E": "H I", "F": "G"}
    search = explore(Graph(edges, never("X"), never("H"), once("F"), once("I")))
    assert (counts(search), search.widths) == ((7, 6, 2), (1, 2, 4))
    assert (search.verdict, search.violated) == (Verdict.VIOLATED, ("never_X",))
    assert (search.complete, search.stopped) == (False, None)
    assert found(search) == {"never_X": ("at X", "A B X"), "once_F": (None, "A C F")}
    assert search.outcomes == {
        "never_X": Outcome.VIOLATED,
        "never_H": Outcome.UNDECIDED,
        "once_F": Outcome.REACHED,
        "once_I": Outcome.UNDECIDED,
    }


def test_violations_on_one_level_are_reported_in_the_order_of_declaration() -> None:
    search = explore(Graph({"A": "B C"}, never("C"), never("X"), never("B")))
    assert search.violated == ("never_C", "never_B")
    assert found(search) == {"never_C": ("at C", "A C"), "never_B": ("at B", "A B")}


# All properties


def test_with_all_properties_a_search_continues_until_each_is_decided() -> None:
    edges = {"A": "X B", "B": "C", "C": "Y", "Y": "D", "D": "E"}
    short = explore(Graph(edges, never("X"), never("Y")))
    assert (counts(short), short.violated) == ((3, 2, 1), ("never_X",))
    whole = explore(Graph(edges, never("X"), never("Y")), all_properties=True)
    assert (counts(whole), whole.violated) == ((5, 4, 3), ("never_X", "never_Y"))
    assert (whole.complete, whole.verdict) == (False, Verdict.VIOLATED)


def test_with_all_properties_a_search_completes_if_a_property_holds() -> None:
    edges = {"A": "X B", "B": "C", "C": "Y"}
    search = explore(Graph(edges, never("X"), never("Z"), once("Z")), all_properties=True)
    assert (counts(search), search.complete) == ((5, 4, 3), True)
    assert search.violated == ("never_X", "once_Z")
    assert search.outcomes == {
        "never_X": Outcome.VIOLATED,
        "never_Z": Outcome.HOLDS,
        "once_Z": Outcome.NEVER_REACHED,
    }
