"""The state graph of a small model as a networkx graph: nodes are states, edges carry labels.

The graph can be drawn, or analysed beyond what a property can express. No reduction is applied, so
that the graph is exactly the semantics of the model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import networkx as nx

from pcheck.errors import UsageError
from pcheck.language.model import Model
from pcheck.language.property import Property
from pcheck.language.seen import Seen
from pcheck.search.judge import Decision, Judgements
from pcheck.text import printable

MAX_STATES_IN_GRAPH = 10_000  # a larger graph is too large to be drawn or read
OnStates = Callable[[int, int], None]  # numbers of states found and of states still to expand
Marks = dict[str, str]  # the attributes `violates`, `why` and `reaches`, where they apply


class GraphTooLarge(UsageError):
    """Raised when a state graph has more states than allowed."""


def state_graph(
    model: Model[Any],
    max_states: int = MAX_STATES_IN_GRAPH,
    *,
    properties: Sequence[Property] = (),
    trace: Sequence[str] = (),
    text: Callable[[Any], str] | None = None,
    on_states: OnStates = lambda states, queue: None,
) -> nx.MultiDiGraph[Any]:
    """Return the graph of every reachable state, in the order of depth, and of every step.

    A state has the attributes `depth` and, with `text`, `state`: its contents as text. A step has a
    `label`. A state or step may have `violates`, the names of the properties that are false of it,
    and `why`. A state may have `reaches`, the names of the `sometimes` properties that are true of
    it. `on_trace` is true along the trace with the labels `trace`. `on_states` is called for each
    state, and may raise an exception to stop the exploration.
    """
    judge = _Judge(model, properties)
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph()

    def add(state: Any, depth: int) -> None:
        if len(graph) >= max_states:
            raise GraphTooLarge(
                f"the state graph has more than {max_states:,} states; make the cluster smaller or "
                "raise max_states"
            )
        contents = {"state": text(state)} if text is not None else {}
        graph.add_node(state, depth=depth, on_trace=False, **contents, **judge.state(state))

    todo = [model.initial()]
    add(todo[0], 0)
    for done, before in enumerate(todo):
        on_states(len(todo), len(todo) - done)
        for label, after in model.steps(before):
            if after not in graph:
                add(after, graph.nodes[before]["depth"] + 1)
                todo.append(after)
            graph.add_edge(before, after, label=label, on_trace=False, **judge.step(before, after))
    _mark(graph, todo[0], trace)
    return graph


def number_of_states(
    model: Model[Any], max_states: int, on_states: OnStates = lambda states, queue: None
) -> int | None:
    """Return the number of reachable states, or None beyond `max_states`.

    Counting is fast compared with building the graph.
    """
    todo = [model.initial()]
    found = {*todo}
    for done, before in enumerate(todo):
        on_states(len(todo), len(todo) - done)
        for _, after in model.steps(before):
            if after not in found:
                if len(found) >= max_states:
                    return None
                found.add(after)
                todo.append(after)
    return len(found)


def numbered(graph: nx.MultiDiGraph[Any]) -> nx.MultiDiGraph[str]:
    """Return a copy to be written to a file: its nodes are s0, s1, ..., and its labels one line.

    s0 is the initial state, and the numbers follow the order of depth.
    """
    names = {state: f"s{at}" for at, state in enumerate(graph)}
    named: nx.MultiDiGraph[str] = nx.relabel_nodes(graph, names)
    for _, _, about in named.edges(data=True):
        about["label"] = _one_line(about["label"])
    return named


def graphml(graph: nx.MultiDiGraph[str]) -> str:
    """Return the graph as GraphML, the format that Gephi, yEd and networkx read."""
    return "\n".join(nx.generate_graphml(graph)) + "\n"


def _one_line(text: str) -> str:
    """Return the text with control characters escaped: names may contain them, XML may not."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class _Judge:
    """The attributes that properties give to states and to steps."""

    def __init__(self, model: Model[Any], properties: Sequence[Property]) -> None:
        self.model, self.properties = model, properties
        self.has_step_properties = any(each.is_step_property for each in properties)
        self.observations: dict[Any, Seen] = {}
        self.judgements = Judgements(properties)

    def state(self, state: Any) -> Marks:
        if not self.properties:
            return {}
        seen = self.observations[state] = self.model.observe(state)
        return _marks(self.judgements.of_state(seen))

    def step(self, before: Any, after: Any) -> Marks:
        if not self.has_step_properties:
            return {}
        return _marks(self.judgements.of_step(self.observations[before], self.observations[after]))


def _marks(found: Sequence[Decision]) -> Marks:
    """Return the attributes of a state or a step that decides these properties."""
    whys = {prop.name: why for prop, why in found if why is not None}
    reached = [prop.name for prop, why in found if why is None]
    marks: Marks = {}
    if whys:
        marks["violates"] = printable(", ".join(whys))
        marks["why"] = printable("; ".join(whys.values()))
    if reached:
        marks["reaches"] = printable(", ".join(reached))
    return marks


def _mark(graph: nx.MultiDiGraph[Any], state: Any, trace: Sequence[str]) -> None:
    """Set `on_trace` along the trace from a state; the labels out of a state are distinct."""
    graph.nodes[state]["on_trace"] = bool(trace)
    for label in trace:
        steps = graph.out_edges(state, data=True)
        state, step = next((after, step) for _, after, step in steps if step["label"] == label)
        step["on_trace"] = graph.nodes[state]["on_trace"] = True
