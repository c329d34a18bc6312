"""The state graph as networkx has it: nodes are states, edges carry labels.

For small clusters, and for whoever wants to look at all of it: to draw it, or to ask it what no
property asks. No reduction is used, so that the graph is the semantics itself.
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
OnStates = Callable[[int, int], None]  # at how many states there are, and how many are still to do
Marks = dict[str, str]  # what a state violates and reaches, in words: nothing where it does not


class GraphTooLarge(UsageError):
    """There are more states than were asked for."""


def state_graph(
    model: Model[Any],
    max_states: int = MAX_STATES_IN_GRAPH,
    *,
    properties: Sequence[Property] = (),
    run: Sequence[str] = (),
    text: Callable[[Any], str] | None = None,
    on_states: OnStates = lambda states, queue: None,
) -> nx.MultiDiGraph[Any]:
    """Every reachable state, the nearest first, and every step.

    A state has its `depth`, and `state`: what it holds, as `text` puts it. A step has its `label`.
    Each may have `violates`, the names of properties that are false of it, and `why`; a state also
    `reaches`, the names of those that are reached there. `on_trace` is true along the run that has
    these labels. `look` is told now and then how far it is, and may stop it.
    """
    judge = _Judge(model, properties)
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph()

    def add(state: Any, depth: int) -> None:
        if len(graph) >= max_states:
            raise GraphTooLarge(
                f"the state graph has more than {max_states:,} states: make the cluster smaller, "
                "or raise max_states"
            )
        words = {"state": text(state)} if text is not None else {}
        graph.add_node(state, depth=depth, on_trace=False, **words, **judge.state(state))

    todo = [model.initial()]
    add(todo[0], 0)
    for done, before in enumerate(todo):
        on_states(len(todo), len(todo) - done)
        for label, after in model.steps(before):
            if after not in graph:
                add(after, graph.nodes[before]["depth"] + 1)
                todo.append(after)
            graph.add_edge(before, after, label=label, on_trace=False, **judge.step(before, after))
    _mark(graph, todo[0], run)
    return graph


def number_of_states(
    model: Model[Any], most: int, on_states: OnStates = lambda states, queue: None
) -> int | None:
    """How many can be reached, or None: more than `most`. It takes no time beside the graph."""
    todo = [model.initial()]
    found = {*todo}
    for done, before in enumerate(todo):
        on_states(len(todo), len(todo) - done)
        for _, after in model.steps(before):
            if after not in found:
                if len(found) >= most:
                    return None
                found.add(after)
                todo.append(after)
    return len(found)


def numbered(graph: nx.MultiDiGraph[Any]) -> nx.MultiDiGraph[str]:
    """The same to be written down: s0 is the first state, nearer ones come first, and every label
    is one line."""
    names = {state: f"s{at}" for at, state in enumerate(graph)}
    named: nx.MultiDiGraph[str] = nx.relabel_nodes(graph, names)
    for _, _, about in named.edges(data=True):
        about["label"] = _one_line(about["label"])
    return named


def graphml(graph: nx.MultiDiGraph[str]) -> str:
    """As Gephi, yEd and networkx read it."""
    return "\n".join(nx.generate_graphml(graph)) + "\n"


def _one_line(text: str) -> str:
    """A value may have any name, and XML knows no control characters."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class _Judge:
    """The marks that the properties give to states and to steps."""

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


def _mark(graph: nx.MultiDiGraph[Any], state: Any, run: Sequence[str]) -> None:
    """Along the run, from the first state on: the labels out of a state are distinct."""
    graph.nodes[state]["on_trace"] = bool(run)
    for label in run:
        steps = graph.out_edges(state, data=True)
        state, step = next((after, step) for _, after, step in steps if step["label"] == label)
        step["on_trace"] = graph.nodes[state]["on_trace"] = True
