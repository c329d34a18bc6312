"""Limits and interrupts: where a search stops, and what it says of the properties then."""

from __future__ import annotations

import pytest

from pcheck import Seen, always
from pcheck.search.limits import Clock, Limits, Progress
from pcheck.search.outcome import Outcome, Verdict
from pcheck.search.reference import explore
from tests.runs import counts
from tests.search.drawn import At, Graph, at, found, never, once

TREE = {name: f"{name}0 {name}1" for name in ["T", "T0", "T1", "T00", "T01", "T10", "T11"]}


@pytest.mark.parametrize(
    ("limit", "expected", "widths"),
    # states, the step that would have led to one too many, and the levels that were finished
    [
        (1, (1, 1, 0), (1,)),
        (2, (2, 2, 0), (1,)),
        (3, (3, 3, 1), (1, 2)),
        (14, (14, 14, 2), (1, 2, 4)),
    ],
)
def test_a_limit_of_states_is_exact(
    limit: int, expected: tuple[int, int, int], widths: tuple[int, ...]
) -> None:
    search = explore(Graph(TREE, never("X"), once("T")), Limits(states=limit))
    assert (counts(search), search.widths) == (expected, widths)
    assert (search.verdict, search.complete) == (Verdict.INCOMPLETE, False)
    assert search.stopped == (
        "the limit of 1 state" if limit == 1 else f"the limit of {limit} states"
    )
    assert search.outcomes == {"never_X": Outcome.UNDECIDED, "once_T": Outcome.REACHED}


def test_a_limit_that_is_just_enough_is_none() -> None:
    search = explore(Graph(TREE, never("X")), Limits(states=15))
    assert (counts(search), search.verdict, search.stopped) == ((15, 14, 3), Verdict.HOLDS, None)


def test_a_sometimes_is_not_given_up_where_a_limit_stopped_the_search() -> None:
    search = explore(Graph(TREE, once("T111")), Limits(states=14))
    assert (search.verdict, search.outcomes) == (
        Verdict.INCOMPLETE,
        {"once_T111": Outcome.UNDECIDED},
    )


def test_violated_outranks_incomplete() -> None:
    search = explore(Graph(TREE, never("T0"), never("X")), Limits(states=2))
    assert (search.verdict, search.stopped) == (Verdict.VIOLATED, "the limit of 2 states")
    assert found(search) == {"never_T0": ("at T0", "T T0")}
    assert search.outcomes == {"never_T0": Outcome.VIOLATED, "never_X": Outcome.UNDECIDED}


@pytest.mark.parametrize(
    ("limits", "stopped"),
    [
        (Limits(seconds=1e-09), "the limit of 1e-09 seconds"),
        (Limits(memory=1_000_000), "the limit of 1 MB of memory"),
    ],
)
def test_a_search_stops_in_time_and_in_memory(limits: Limits, stopped: str) -> None:
    search = explore(Graph(TREE, never("X")), limits)
    assert (search.verdict, search.stopped) == (Verdict.INCOMPLETE, stopped)
    assert counts(search) == (1, 0, 0)


def test_an_interrupt_leaves_a_search_incomplete() -> None:
    graph = Graph(TREE, never("X"), once("T"))
    graph.interrupted_at = "T10"
    search = explore(graph)
    assert (search.verdict, search.stopped) == (Verdict.INCOMPLETE, "an interrupt")
    assert (counts(search), search.widths) == ((11, 10, 2), (1, 2, 4))
    assert search.outcomes == {"never_X": Outcome.UNDECIDED, "once_T": Outcome.REACHED}


def test_what_was_false_before_an_interrupt_stays_false() -> None:
    graph = Graph(TREE, never("T010"), never("X"))
    graph.interrupted_at = "T10"
    search = explore(graph)
    assert (search.verdict, search.stopped) == (Verdict.VIOLATED, "an interrupt")
    assert found(search) == {"never_T010": ("at T010", "T T0 T01 T010")}


def test_an_interrupt_while_somebody_watches_leaves_a_search_incomplete(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Clock, "PERIOD", 0.0)
    told: list[tuple[int, int, int, int]] = []

    def on_progress(progress: Progress) -> None:
        told.append((progress.level, progress.states, progress.transitions, progress.queue))
        if len(told) == 4:
            raise KeyboardInterrupt

    search = explore(Graph(TREE, never("X")), on_progress=on_progress)
    # before T, T0, T1 and T00: of these one is left on its level, then two, and then four
    assert told == [(0, 1, 0, 1), (1, 3, 2, 2), (1, 5, 4, 3), (2, 7, 6, 4)]
    assert (search.verdict, search.stopped) == (Verdict.INCOMPLETE, "an interrupt")
    assert (counts(search), search.outcomes) == ((7, 6, 2), {"never_X": Outcome.UNDECIDED})


def test_an_interrupt_in_a_property_leaves_a_search_incomplete() -> None:
    @always(sees=[At])
    def interrupted(seen: Seen) -> None:
        if at(seen) == "T1":
            raise KeyboardInterrupt

    search = explore(Graph(TREE, interrupted))
    assert (search.verdict, search.stopped) == (Verdict.INCOMPLETE, "an interrupt")
    assert search.outcomes == {"interrupted": Outcome.UNDECIDED}
