"""The explorer on state graphs that are drawn by hand: what is visited, counted, found and kept."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import networkx as nx
import pytest

from pcheck import Id, Model, Property, Seen, always, sometimes
from pcheck.blame import place_of
from pcheck.errors import SpecError
from pcheck.search.limits import Clock, Limits, Progress
from pcheck.search.outcome import Outcome, Search, Verdict
from pcheck.search.reference import explore
from pcheck.semantics.trace import follow
from tests.runs import counts

G = Id("g")


@dataclass(frozen=True)
class At:
    """What is seen of a state: its colour, which is its name up to a full stop."""

    colour: str


class Graph(Model[str]):
    """`{"A": "B C B"}`: three steps out of A, labelled `A B`, `A C` and `A B again`."""

    def __init__(self, edges: Mapping[str, str], *properties: Property) -> None:
        self.edges, self.properties = edges, properties
        self.expanded: list[str] = []
        self.interrupted_at = ""

    def initial(self) -> str:
        return next(iter(self.edges))

    def steps(self, state: str) -> Iterator[tuple[str, str]]:
        self.expanded.append(state)
        if state == self.interrupted_at:
            raise KeyboardInterrupt
        before: set[str] = set()
        for successor in self.edges.get(state, "").split():
            yield f"{state} {successor}{' again' * (successor in before)}", successor
            before.add(successor)

    def observe(self, state: str) -> Seen:
        return Seen([(G, At(colour(state)))], {})


def colour(state: str) -> str:
    return state.partition(".")[0]


def at(seen: Seen) -> str:
    return seen.sent(At)[0][1].colour


def never(bad: str) -> Property:
    def test(seen: Seen) -> str | None:
        return f"at {bad}" if at(seen) == bad else None

    return always(sees=[At], name=f"never_{bad}")(test)


def once(good: str) -> Property:
    def test(seen: Seen) -> bool:
        return at(seen) == good

    return sometimes(sees=[At], name=f"once_{good}")(test)


def never_step(before: str, after: str) -> Property:
    def test(one: Seen, other: Seen) -> str | None:
        return f"{before} to {after}" if (at(one), at(other)) == (before, after) else None

    return always(sees=[At], name=f"never_{before}_to_{after}")(test)


def found(search: Search) -> dict[str, tuple[str | None, str]]:
    """Each discovery: why, and the states of its run."""
    return {
        name: (discovery.why, " ".join(discovery.path.states))
        for name, discovery in search.discoveries.items()
    }


# What is visited and counted


DIAMOND = {"A": "B C", "B": "D", "C": "D E", "D": "A", "E": ""}


def test_states_are_visited_in_the_order_of_their_distance() -> None:
    graph = Graph({"A": "B C", "B": "F D", "C": "E B", "F": "G", "D": "C", "E": "A"})
    search = explore(graph)
    assert graph.expanded == ["A", "B", "C", "F", "D", "E", "G"]
    assert (counts(search), search.widths) == ((7, 9, 3), (1, 2, 3, 1))


def test_every_step_is_counted_also_one_beside_another_one_back_and_one_to_itself() -> None:
    search = explore(Graph({"A": "B B", "B": "A B C", "C": ""}))
    assert (counts(search), search.widths, search.complete) == ((3, 5, 2), (1, 1, 1), True)


def test_a_graph_of_one_state_has_no_steps() -> None:
    search = explore(Graph({"A": ""}))
    assert (counts(search), search.widths, search.verdict) == ((1, 0, 0), (1,), Verdict.HOLDS)


@pytest.mark.parametrize("seed", range(30))
def test_on_any_graph_the_levels_and_the_traces_are_those_of_another_program(seed: int) -> None:
    dice = random.Random(seed)
    names = [f"S{i}" for i in range(dice.randint(1, 25))]
    edges = {name: " ".join(dice.choices(names, k=dice.randint(0, 3))) for name in names}
    edges = {name: " ".join(dict.fromkeys(to.split())) for name, to in edges.items()}
    drawn = nx.DiGraph([(name, to) for name, all_to in edges.items() for to in all_to.split()])
    drawn.add_nodes_from(names)
    distance: dict[str, int] = nx.single_source_shortest_path_length(drawn, "S0")
    search = explore(Graph(edges, *map(once, names)))
    steps = sum(len(edges[name].split()) for name in distance)
    assert counts(search) == (len(distance), steps, max(distance.values()))
    lengths = {name: len(discovery.path) for name, discovery in search.discoveries.items()}
    assert lengths == {f"once_{name}": far for name, far in distance.items()}


# Verdicts


def test_what_is_always_and_sometimes_true_holds() -> None:
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


def test_the_first_state_is_judged_too() -> None:
    search = explore(Graph(DIAMOND, never("A"), never("B")))
    assert (counts(search), search.complete, found(search)) == (
        (1, 0, 0),
        False,
        {"never_A": ("at A", "A")},
    )
    assert search.discoveries["never_A"].path.labels == ()


def test_a_search_ends_with_the_whole_first_level_on_which_something_is_false() -> None:
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


def test_violations_on_one_level_are_told_in_the_order_of_declaration() -> None:
    search = explore(Graph({"A": "B C"}, never("C"), never("X"), never("B")))
    assert search.violated == ("never_C", "never_B")
    assert found(search) == {"never_C": ("at C", "A C"), "never_B": ("at B", "A B")}


# Traces


CHAIN = {"A": "X.1 B", "B": "C", "X.1": "Y.1", "C": "X.2", "X.2": "D", "D": "Y.2 Z"}


def test_the_first_discovery_is_kept_while_another_property_is_still_open() -> None:
    """Stateright 0.31 let a longer one take its place."""
    properties = (never("X"), once("X"), once("Y"), never("Z"))
    search = explore(Graph(CHAIN, *properties), all_properties=True)
    assert found(search) == {
        "never_X": ("at X", "A X.1"),
        "once_X": (None, "A X.1"),
        "once_Y": (None, "A X.1 Y.1"),
        "never_Z": ("at Z", "A B C X.2 D Z"),
    }


def test_a_trace_is_a_shortest_one_although_a_longer_one_is_found_beside_it() -> None:
    search = explore(Graph({"A": "B C", "B": "D", "C": "X", "D": "X"}, never("X")))
    assert found(search) == {"never_X": ("at X", "A C X")}
    assert search.discoveries["never_X"].path.labels == ("A C", "C X")


def test_of_two_steps_side_by_side_a_trace_takes_the_first() -> None:
    search = explore(Graph({"A": "B B", "B": "X X"}, never("X")))
    assert search.discoveries["never_X"].path.labels == ("A B", "B X")


def test_the_labels_of_a_trace_lead_along_its_states() -> None:
    search = explore(Graph(CHAIN, never("Z")))
    path = search.discoveries["never_Z"].path
    assert follow(Graph(CHAIN), path.labels) == path


def test_following_ends_where_a_label_is_not_enabled() -> None:
    path = follow(Graph(CHAIN), ("A B", "B C", "C D", "D Z"))
    assert (path.states, path.labels, len(path)) == (("A", "B", "C"), ("A B", "B C"), 2)


# Every property


def test_all_properties_goes_on_until_each_is_decided() -> None:
    edges = {"A": "X B", "B": "C", "C": "Y", "Y": "D", "D": "E"}
    short = explore(Graph(edges, never("X"), never("Y")))
    assert (counts(short), short.violated) == ((3, 2, 1), ("never_X",))
    whole = explore(Graph(edges, never("X"), never("Y")), all_properties=True)
    assert (counts(whole), whole.violated) == ((5, 4, 3), ("never_X", "never_Y"))
    assert (whole.complete, whole.verdict) == (False, Verdict.VIOLATED)


def test_all_properties_goes_on_to_the_end_for_what_holds() -> None:
    edges = {"A": "X B", "B": "C", "C": "Y"}
    search = explore(Graph(edges, never("X"), never("Z"), once("Z")), all_properties=True)
    assert (counts(search), search.complete) == ((5, 4, 3), True)
    assert search.violated == ("never_X", "once_Z")
    assert search.outcomes == {
        "never_X": Outcome.VIOLATED,
        "never_Z": Outcome.HOLDS,
        "once_Z": Outcome.NEVER_REACHED,
    }


# Properties of steps


def test_a_step_that_is_false_ends_its_trace() -> None:
    search = explore(Graph({"A": "B C", "B": "D", "C": "E"}, never_step("C", "E")))
    assert found(search) == {"never_C_to_E": ("C to E", "A C E")}
    assert (counts(search), search.widths) == ((5, 4, 2), (1, 2, 2))


def test_a_step_back_to_a_state_that_is_known_is_judged() -> None:
    search = explore(Graph({"A": "B", "B": "A C", "C": "D"}, never_step("B", "A")))
    assert found(search) == {"never_B_to_A": ("B to A", "A B A")}
    assert search.discoveries["never_B_to_A"].path.labels == ("A B", "B A")
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


# Limits and interrupts


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

    def watch(progress: Progress) -> None:
        told.append((progress.level, progress.states, progress.transitions, progress.queue))
        if len(told) == 4:
            raise KeyboardInterrupt

    search = explore(Graph(TREE, never("X")), watch=watch)
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


# A model that is broken


def test_two_steps_of_one_label_are_an_error() -> None:
    class Torn(Graph):
        def steps(self, state: str) -> Iterator[tuple[str, str]]:
            yield from super().steps(state)
            if state == "B":
                yield "B D", "A"

    with pytest.raises(SpecError) as caught:
        explore(Torn(DIAMOND))
    assert (
        str(caught.value)
        == f"{place_of(Torn.steps)}steps: two steps are both labelled 'B D' [in state 'B']"
    )


@pytest.mark.parametrize("where", ["initial", "steps", "observe"])
def test_a_model_that_raises_is_a_broken_spec(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def raises(*_: object) -> None:
        raise KeyError("boom")

    monkeypatch.setattr(Graph, where, raises)
    with pytest.raises(SpecError, match="KeyError: 'boom'"):
        explore(Graph(DIAMOND, never("X")))
