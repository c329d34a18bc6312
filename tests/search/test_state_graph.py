"""The state graph: every state and every step, with the properties that they decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any, TypeAlias

import networkx as nx
import pytest

from pcheck import Id, Model, Seen, always, check, sometimes, spec
from pcheck.errors import SpecError
from pcheck.language.property import Property
from pcheck.loading.setup import prepare
from pcheck.loading.spec import find
from pcheck.search.reference import explore
from pcheck.search.state_graph import GraphTooLarge, graphml, numbered, state_graph

Graph: TypeAlias = "nx.MultiDiGraph[Any]"
PAXOS, LAMPORT = find("paxos"), find("lamport")
SHORT: dict[str, Any] = {"acceptors": 1, "crashes": 0, "bug": "votes-in-any-ballot"}
# Acceptors, proposers, crashes and network, with one round: DESIGN.md, section 2.
COUNTS = [
    ((3, 1, 0, "set"), (53, 109, 9)),
    ((2, 2, 0, "set"), (169, 352, 14)),
    ((3, 1, 1, "set"), (314, 957, 11)),
    ((2, 2, 1, "set"), (1014, 3052, 16)),
    ((2, 2, 0, "once"), (169, 352, 14)),
    ((2, 2, 0, "lossy"), (943, 2770, 14)),
    ((2, 2, 0, "fifo"), (943, 3104, 14)),
]


@dataclass(frozen=True, order=True)
class At:
    number: int


@always(sees=[At])
def small(seen: Seen) -> str | None:
    return "it is 3\nnow" if At(3) in at(seen) else None


@always(sees=[At])
def grows(before: Seen, after: Seen) -> str | None:
    return "it shrinks" if at(after) < at(before) else None


@sometimes(sees=[At])
def two(seen: Seen) -> bool:
    return At(2) in at(seen)


def at(seen: Seen) -> list[At]:
    return sorted(message for _, message in seen.sent(At))


class Counting(Model[int]):
    """A counter that adds one or two up to 3, and starts again from 3."""

    def __init__(self, *properties: Any) -> None:
        self.properties = properties

    def initial(self) -> int:
        return 0

    def steps(self, state: int) -> Iterator[tuple[str, int]]:
        if state == 3:
            yield "starts again", 0
        for more in range(1, min(2, 3 - state) + 1):
            yield f"adds {more}", state + more

    def observe(self, state: int) -> Seen:
        return Seen([(Id("n"), At(state))], {})


def two_by_two(crashes: int = 0, network: str = "set") -> Model[Any]:
    sizes = {"acceptors": 2, "rounds": 1}
    return prepare(PAXOS, sizes, crashes=crashes, network=network).model


def short() -> Graph:
    """Return a graph of forty states with a violation after eight steps."""
    return check("paxos", **SHORT).graph()


def marked(graph: Graph) -> tuple[list[Any], list[str]]:
    """Return the states and the labels on the trace, in the order of the graph."""
    states = [state for state, about in graph.nodes(data=True) if about["on_trace"]]
    steps = [about for _, _, about in graph.edges(data=True) if about["on_trace"]]
    return states, [about["label"] for about in steps]


def attributes(graph: Graph, name: str) -> dict[Any, Any]:
    return {state: about[name] for state, about in graph.nodes(data=True) if name in about}


# States and steps: counts that other programs confirm.


@pytest.mark.parametrize(("options", "counts"), COUNTS)
def test_the_counts_of_paxos(
    options: tuple[int, int, int, str], counts: tuple[int, int, int]
) -> None:
    acceptors, proposers, crashes, network = options
    sizes = {"acceptors": acceptors, "proposers": proposers, "rounds": 1}
    graph = state_graph(prepare(PAXOS, sizes, crashes=crashes, network=network).model)
    depth = max(attributes(graph, "depth").values())
    assert (len(graph), graph.number_of_edges(), depth) == counts


def test_a_model_without_nodes_has_a_graph_too() -> None:
    model = prepare(LAMPORT, {"acceptors": 1, "values": 1, "ballots": 2}).model
    graph = state_graph(model, text=repr)
    assert (len(graph), max(attributes(graph, "depth").values())) == (25, 8)
    assert attributes(graph, "state") == {state: repr(state) for state in graph}


def test_a_graph_has_the_states_of_the_reference_explorer_beyond_a_violation_too() -> None:
    model = prepare(PAXOS, {"acceptors": 1}, bug=PAXOS.bug("14")).model
    graph = state_graph(model)
    model.properties = ()
    search = explore(model)
    widths = Counter(attributes(graph, "depth").values())
    assert (len(graph), graph.number_of_edges()) == (search.states, search.transitions)
    assert tuple(widths[depth] for depth in sorted(widths)) == search.widths


def test_states_come_in_the_order_of_depth_the_length_of_a_shortest_path() -> None:
    model = two_by_two(crashes=1)
    graph = state_graph(model)
    depths = attributes(graph, "depth")
    assert depths == nx.single_source_shortest_path_length(graph, model.initial())
    assert [*depths.values()] == sorted(depths.values())


def test_each_step_is_one_of_the_model() -> None:
    model = two_by_two(network="fifo")
    graph = state_graph(model)
    for state in graph:
        edges: Any = graph.out_edges(state, data="label")
        assert sorted((label, after) for _, after, label in edges) == sorted(model.steps(state))


def test_states_beyond_the_limit_are_not_expanded() -> None:
    expanded: list[int] = []

    class Endless(Counting):
        def steps(self, state: int) -> Iterator[tuple[str, int]]:
            expanded.append(state)
            yield "counts", state + 1

    with pytest.raises(GraphTooLarge, match="more than 5 states"):
        state_graph(Endless(), 5)
    assert expanded == [0, 1, 2, 3, 4]


# Properties.


def test_exactly_the_states_where_a_property_is_false_have_violates() -> None:
    setup = prepare(PAXOS, {"acceptors": 1, "rounds": 1}, bug=PAXOS.bug("14"), crashes=1)
    model = setup.model
    graph = state_graph(model, properties=model.properties)
    for name in ("agreement", "one_value_per_ballot"):
        prop = next(each for each in model.properties if each.name == name)
        false = {state for state in graph if prop.why_false(model.observe(state)) is not None}
        marked = {s for s, names in attributes(graph, "violates").items() if name in names}
        assert marked == false
    assert set(attributes(graph, "why").values()) == {"v1 and v2 are both chosen"}


def test_exactly_the_states_where_a_sometimes_is_true_have_reaches() -> None:
    model = two_by_two()
    graph = state_graph(model, properties=model.properties)
    assert attributes(graph, "violates") == {}
    prop = next(each for each in model.properties if each.name == "v2_can_be_chosen")
    reached = {state for state in graph if prop.is_reached(model.observe(state))}
    marked = {s for s, names in attributes(graph, "reaches").items() if prop.name in names}
    assert marked == reached != set()


def test_a_step_property_marks_steps() -> None:
    model = Counting(grows, small, two)
    graph = state_graph(model, properties=model.properties)
    steps = [
        (a, b, about["violates"], about["why"])
        for a, b, about in graph.edges(data=True)
        if "violates" in about
    ]
    assert steps == [(3, 0, "grows", "it shrinks")]
    assert attributes(graph, "violates") == {3: "small"}
    assert attributes(graph, "why") == {3: "it is 3 now"}
    assert attributes(graph, "reaches") == {2: "two"}


def test_each_distinct_observation_is_judged_once() -> None:
    judged: list[Seen] = []

    def test(seen: Seen) -> str | None:
        judged.append(seen)
        return None

    model = two_by_two()
    prop: Property = always(sees=model.properties[0].sees)(test)
    state_graph(model, properties=(prop,))
    assert len(judged) == len({model.observe(state) for state in state_graph(model)}) < 169


def test_without_properties_nothing_is_observed() -> None:
    class Blind(Counting):
        def observe(self, state: int) -> Seen:
            raise AssertionError

    assert len(state_graph(Blind())) == 4


# The marked trace.


def test_the_trace_is_a_path_from_the_initial_state_to_a_violation() -> None:
    result = check("paxos", **SHORT)
    graph = result.graph()
    states, labels = marked(graph)
    assert result.trace is not None
    assert tuple(states) == result.trace.states
    assert tuple(labels) == result.trace.labels
    assert [attributes(graph, "depth")[state] for state in states] == list(range(9))
    violating = attributes(graph, "violates")
    assert [state in violating for state in states] == [False] * 8 + [True]
    assert len(violating) == 5


def test_no_path_to_a_violating_state_is_shorter_than_the_trace() -> None:
    graph = short()
    first = next(iter(graph))
    lengths = nx.single_source_shortest_path_length(graph, first)
    assert min(lengths[state] for state in attributes(graph, "violates")) == 8


def test_without_a_violation_no_trace_is_marked() -> None:
    result = check("paxos", acceptors=2, rounds=1, crashes=0)
    assert marked(result.graph()) == ([], [])


def test_the_trace_to_a_target_is_marked() -> None:
    graph = check("paxos", acceptors=1, rounds=1, crashes=0, find="chosen").graph()
    states, labels = marked(graph)
    assert (len(states), len(labels)) == (5, 4)
    assert attributes(graph, "reaches")[states[-1]] == "some_value_chosen"
    assert attributes(graph, "violates") == {}


def test_a_trace_may_end_with_a_step_back() -> None:
    @spec
    def counting() -> Counting:
        return Counting(grows)

    graph = check(counting).graph()
    states, labels = marked(graph)
    assert (states, labels) == ([0, 1, 3], ["adds 1", "adds 2", "starts again"])


def test_the_steps_of_a_model_are_checked() -> None:
    @spec
    def counting() -> Counting:
        class Twice(Counting):
            def steps(self, state: int) -> Iterator[tuple[str, int]]:
                yield from [("adds 1", state + 1)] * (1 + state) if state < 3 else ()

        return Twice(two)

    with pytest.raises(SpecError, match="labelled two steps 'adds 1'"):
        check(counting).graph()


# The contents of a state.


@pytest.mark.parametrize("network", ["set", "once", "fifo"])
def test_distinct_states_have_distinct_texts(network: str) -> None:
    result = check("paxos", bug="14", network=network, crashes=1, rounds=1, acceptors=1)
    graph = result.graph()
    assert len({*attributes(graph, "state").values()}) == len(graph) > 150


def test_distinct_states_of_a_model_have_distinct_texts() -> None:
    graph = check("lamport", acceptors=1, values=1).graph()
    assert len({*attributes(graph, "state").values()}) == len(graph) == 25


def test_the_text_of_a_state_has_its_fields_and_undelivered_messages() -> None:
    graph = check("paxos", acceptors=1, proposers=1, rounds=1, bug="6").graph()
    texts = [*attributes(graph, "state").values()]
    assert texts[0] == ("p1: started = 0, promises = None\na1: promised = 0, vote = None")
    assert (
        "p1: started = 1, promises = None\n"
        "a1: down, promised = 0, vote = None\n"
        "to p1: Promise(ballot=1, last=None) from a1\n"
        "to a1: Accept(vote=Vote(ballot=1, value=v1)) from p1, Prepare(ballot=1) from p1\n"
        "a1 said: Accepted(vote=Vote(ballot=1, value=v1))\n"
        "1 crash"
    ) in texts


# Files for other programs.


def test_short_names_follow_the_order_of_the_states() -> None:
    graph = short()
    named = numbered(graph)
    assert [*named] == [f"s{at}" for at in range(40)]
    assert [*named.nodes.values()] == [*graph.nodes.values()]
    assert [about for *_, about in named.edges(data=True)] == [
        about for *_, about in graph.edges(data=True)
    ]


def test_networkx_reads_the_graphml() -> None:
    written = numbered(short())
    written.graph |= {"title": "forty", "run": "eight steps"}
    read = nx.read_graphml(BytesIO(graphml(written).encode()), force_multigraph=True)
    assert (read.graph["title"], read.graph["run"]) == ("forty", "eight steps")
    assert [*read.nodes.items()] == [*written.nodes.items()]
    assert sorted(map(repr, read.edges(data=True))) == sorted(map(repr, written.edges(data=True)))


def test_every_attribute_in_graphml_is_a_scalar() -> None:
    graph = numbered(short())
    everything = [*graph.nodes.values(), *(about for *_, about in graph.edges(data=True))]
    kinds = {(name, type(value)) for about in everything for name, value in about.items()}
    assert kinds == {
        ("depth", int),
        ("label", str),
        ("on_trace", bool),
        ("reaches", str),
        ("state", str),
        ("violates", str),
        ("why", str),
    }


def test_a_label_of_two_lines_is_written_as_one() -> None:
    graph: Graph = nx.MultiDiGraph()
    graph.add_edge("a", "b", label="one\ntwo \x1b[31m")
    assert [*numbered(graph).edges(data="label")] == [("s0", "s1", "one\\ntwo \\x1b[31m")]
    assert [*graph.edges(data="label")] == [("a", "b", "one\ntwo \x1b[31m")]
