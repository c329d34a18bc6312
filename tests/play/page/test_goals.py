"""The goals of a page: shortest traces to them, and counts of the states that can follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import networkx as nx
import pytest

from pcheck import Action, Actor, Cluster, Seen, action, always, group
from pcheck.loading.setup import Setup, prepare
from pcheck.loading.spec import SHIPPED, find
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.network import NETWORKS
from pcheck.traces.saved import read
from pcheck.traces.stepping import Stepping
from tests.play.page.engine import Data, answers, page_data
from tests.sampling import fast_first

Size = tuple[int, int, int, int]
SAVED = SHIPPED.parent / "counterexamples"
# acceptors, proposers, rounds, crashes: states, as Spin and TLC count them
STATES: dict[Size, int] = {
    (3, 1, 1, 0): 53,
    (2, 2, 1, 0): 169,
    (3, 2, 1, 0): 2_905,
    (2, 2, 2, 0): 11_881,
    (3, 1, 1, 1): 314,
    (2, 2, 1, 1): 1_014,
    (3, 2, 1, 1): 19_911,
}


def paxos(acceptors: int, proposers: int, rounds: int, crashes: int) -> Setup:
    given = {"acceptors": acceptors, "proposers": proposers, "rounds": rounds}
    return prepare(find("paxos"), given, crashes=crashes)


def judge(data: Data, name: str, **more: Any) -> Data:
    """Return the goal that a property is decided."""
    at = [number for number, each in enumerate(data["judges"]) if each["name"] == name]
    return {"wanted": {"kind": "judges", "at": at, **more}}


@pytest.mark.parametrize("size", STATES)
def test_a_property_that_holds_is_not_violated_in_any_state(size: Size) -> None:
    data = page_data(paxos(*size))
    (found,) = answers(data, [judge(data, "agreement")])
    assert (found["labels"], found["isWhole"], found["states"]) == (None, True, STATES[size])


@pytest.mark.usefixtures("without_reasons")
@pytest.mark.parametrize("file", fast_first(3, sorted(SAVED.glob("*.json"))), ids=lambda p: p.stem)
def test_a_violation_is_as_near_as_in_the_saved_trace(file: Any) -> None:
    saved = read(file)
    setup = saved.prepare(find(saved.spec))
    if setup.asks_about_future or not isinstance(setup.model, ClusterModel):
        pytest.skip("has no page")
    data = page_data(replace(setup, bug=None), 20_000)
    asked = judge(data, saved.property) | {"maxStates": 30_000}
    (found,) = answers(data, [asked])
    if found["labels"] is None:  # too far for a search without reductions
        assert 0 < found["depth"] < len(saved.steps)
        assert not found["isWhole"]
        assert found["isUnknown"] or found["states"] == 30_000
    else:
        assert len(found["labels"]) == len(saved.steps)
        stepping = Stepping(setup, found["labels"])
        assert saved.property in [each.name for each in stepping.violations]


def nearest_trap(model: ClusterModel, wanted: Any) -> int | None:
    """Return how many steps lead to a state from which no wanted state can be reached."""
    graph: nx.DiGraph[State] = nx.DiGraph()
    todo = [model.initial()]
    graph.add_node(todo[0])
    for state in todo:
        for _, after in model.steps(state):
            if after not in graph:
                todo.append(after)
            graph.add_edge(state, after)
    can = {state for state in graph if wanted(model.observe(state))}
    for state in tuple(can):
        can |= nx.ancestors(graph, state)
    distances = nx.single_source_shortest_path_length(graph, model.initial())
    return min((distances[state] for state in graph if state not in can), default=None)


@pytest.mark.parametrize("size", [(1, 2, 1, 0), (2, 2, 1, 0), (2, 2, 1, 1), (1, 2, 2, 1)])
def test_the_nearest_state_from_which_nothing_can_be_chosen(size: Size) -> None:
    setup = paxos(*size)
    model = setup.model
    assert isinstance(model, ClusterModel)
    prop = next(each for each in model.properties if each.name == "some_value_chosen")
    data = page_data(setup)
    whole, cut = answers(
        data,
        [
            judge(data, prop.name, isTrap=True),
            judge(data, prop.name, isTrap=True) | {"maxStates": 20},
        ],
    )
    length = None if whole["labels"] is None else len(whole["labels"])
    assert length == nearest_trap(model, prop.is_reached)
    assert whole["isWhole"] is (length is None)
    assert (cut["labels"], cut["isPartial"]) == (None, True)


def test_a_value_of_a_field_and_a_state_without_a_next_step_are_goals() -> None:
    setup = paxos(1, 1, 1, 0)
    data = page_data(setup)
    node = next(at for at, each in enumerate(data["nodes"]) if each["name"] == "a1")
    field = data["nodes"][node]["fields"].index("vote")
    text = "Vote(ballot=1, value=v1)"
    value, other, end = answers(
        data,
        [
            {"wanted": {"kind": "value", "node": node, "field": field, "text": text}},
            {"wanted": {"kind": "value", "node": node, "field": field, "text": "nothing"}},
            {"wanted": {"kind": "end"}},
        ],
    )
    steps = [
        "p1 starts ballot 1",
        "a1 <- p1: Prepare(ballot=1)",
        "p1 <- a1: Promise(ballot=1, last=None)",
        f"a1 <- p1: Accept(vote={text})",
    ]
    assert (value["labels"], end["labels"]) == (steps, steps)
    assert (other["labels"], other["isWhole"]) == (None, True)


@dataclass(frozen=True)
class Clock(Actor):
    time: int = 0

    def actions(self) -> Iterator[Action]:
        if self.time < 2:
            yield action("ticks", self.but(time=self.time + 1))


@always(sees=["time"])
def time_passes(before: Seen, after: Seen) -> str | None:
    """Each step changes the time."""
    return None if before.field("time") != after.field("time") else "the time stands still"


def test_a_property_of_steps_is_not_violated_before_the_first_step() -> None:
    cluster = Cluster({group("c", 2): lambda i: Clock()}, [time_passes])
    model = ClusterModel(cluster, NETWORKS["set"], 0)
    data = page_data(replace(paxos(1, 1, 1, 0), model=model))
    (found,) = answers(data, [judge(data, "time_passes")])
    assert (found["labels"], found["isWhole"], found["states"]) == (None, True, 9)


def test_tables_that_end_give_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pcheck.play.page.closing.MAX_STATES", 1)  # no search helps
    data = page_data(paxos(2, 2, 1, 0), max_reactions=10)
    end, violated, trap = answers(
        data,
        [
            {"wanted": {"kind": "end"}},
            judge(data, "agreement"),
            judge(data, "some_value_chosen", isTrap=True),
        ],
    )
    for found in (end, violated, trap):
        assert (found["labels"], found["isWhole"], found["isUnknown"]) == (None, False, True)
