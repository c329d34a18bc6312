"""Questions about the future: whether a condition can still become true, in each reachable state.

A node that stops takes no more steps. So that some nodes stop is not a step: a stop can be put off
until just before the next step of the node, and every reachable state can be reached without it.
A question is therefore asked in each reachable state where its `while_` is true, and for each
choice of nodes that stop there. The answer is yes if the other nodes can reach a state where the
condition is true, without a crash and without the loss of a message. A restart is allowed. A state
with the answer no is a *trap*.

If fewer nodes stop, more steps are possible. So only the largest choices are asked about, and of a
trap, the fewest nodes are named whose stop is the cause.

In a search that was cut short, some states were found and never expanded. What they lead to is not
known, so that a state from which they can be reached does not count as a trap.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any, NamedTuple, Protocol

from pcheck.language.model import Model
from pcheck.language.names import Id
from pcheck.language.printing import listed
from pcheck.language.property import Property
from pcheck.search.clock import Clock, Progress, Tick
from pcheck.search.limits import STOPPING_EXCEPTIONS, stop_reason
from pcheck.search.outcome import Discovery, SearchResult
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.trace import Trace

ANSWERING = "answering questions about the future"
Stopped = frozenset[int]  # the indices of nodes


class Graph(Protocol):
    """The states that a search found, numbered in the order of depth, and their steps."""

    @property
    def model(self) -> Model[Any]:
        """The model whose states these are."""

    def asked(self, question: Property) -> int:
        """Return the number of states in which a question is asked."""

    def first_trap(self, question: Property, stopped: Stopped) -> int | None:
        """Return the first trap of a question, if any."""

    def is_trap(self, state: int, question: Property, stopped: Stopped) -> bool:
        """Return whether a state in which a question is asked is a trap."""

    def depth(self, state: int) -> int:
        """Return the number of steps that lead to a state."""

    def trace(self, state: int, tick: Tick) -> Trace[Any]:
        """Return a shortest trace to a state."""


class Recorded(NamedTuple):
    """All that a search found, before any question is answered."""

    graph: Graph
    search: SearchResult
    progress: Progress


class Answer(NamedTuple):
    """The answer no to a question: the trace to a trap, and the names of the nodes that stop."""

    discovery: Discovery
    stopped: tuple[str, ...]


class Tolerated(NamedTuple):
    """The number of nodes that may stop until a question has the answer no.

    The question is asked in `asked` states. `answers` has the answer for no node that stops, one,
    two and so on: None for yes. The last one says no, unless all nodes that may stop do. `stopped`
    names what stopped the work, if anything did.
    """

    asked: int
    answers: list[Answer | None]
    stopped: str | None


def tolerated(recorded: Recorded, question: Property, most: int, clock: Clock) -> Tolerated:
    """Return the answers to a question for up to `most` nodes that stop."""
    graph, answers = recorded.graph, list[Answer | None]()
    asked, stopped = 0, recorded.search.stopped
    try:
        tick = clock.ticking(recorded.progress, ANSWERING)
        asked = graph.asked(question)
        while len(answers) <= most and (not answers or answers[-1] is None):
            answers.append(_answer_no(graph, question, len(answers), tick))
    except STOPPING_EXCEPTIONS as end:
        stopped = stop_reason(end)
    return Tolerated(asked, answers, stopped)


def decided(recorded: Recorded, clock: Clock) -> SearchResult:
    """Return the result of a search with the answers to its questions.

    A limit or Ctrl-C leaves the questions undecided that were not answered before.
    """
    graph, search, progress = recorded
    stops = graph.model.stops if isinstance(graph.model, ClusterModel) else 0
    asked: dict[str, int] = {}
    answers: dict[str, Answer] = {}
    stopped = search.stopped
    try:
        with clock.extending():
            tick = clock.ticking(progress, ANSWERING)
            for question in search.properties:
                count, found = graph.asked(question), _answer_no(graph, question, stops, tick)
                asked[question.name] = count
                if found is not None:
                    answers[question.name] = found
    except STOPPING_EXCEPTIONS as end:
        stopped = stop_reason(end)
    return replace(
        search,
        complete=search.complete and len(asked) == len(search.properties),
        stopped=stopped,
        discoveries={name: answer.discovery for name, answer in answers.items()},
        asked=asked,
        stopping={name: answer.stopped for name, answer in answers.items()},
        seconds=clock.seconds(),
    )


def _answer_no(graph: Graph, question: Property, stops: int, tick: Tick) -> Answer | None:
    """Return the nearest trap of a question, or None if the answer is yes wherever it is known."""
    found: tuple[int, int, Stopped] | None = None
    for stopped in choices(graph.model, stops):
        tick()
        state = graph.first_trap(question, stopped)
        if state is not None and (found is None or graph.depth(state) < found[0]):
            found = graph.depth(state), state, stopped
    if found is None:
        return None
    _, state, most = found
    fewest = next(fewer for fewer in _subsets(most) if graph.is_trap(state, question, fewer))
    names = names_of(graph.model, fewest)
    return Answer(Discovery(graph.trace(state, tick), why_never(names)), names)


def why_never(stopped: tuple[str, ...]) -> str:
    """Return the reason why a condition cannot become true once these nodes stop."""
    if not stopped:
        return "no later state makes it true"
    verb = "stops" if len(stopped) == 1 else "stop"
    return f"once {listed(map(Id, stopped))} {verb}, the other nodes cannot make it true"


def choices(model: Model[Any], stops: int) -> list[Stopped]:
    """Return the largest choices of at most `stops` nodes, of those that may stop."""
    if not isinstance(model, ClusterModel):
        return [frozenset()]
    nodes = [model.index[node] for node in model.stop_nodes]
    return [frozenset(each) for each in combinations(nodes, min(stops, len(nodes)))]


def _subsets(stopped: Stopped) -> Iterator[Stopped]:
    """Yield the subsets of a choice, the smallest first."""
    for size in range(len(stopped) + 1):
        yield from map(frozenset, combinations(sorted(stopped), size))


def names_of(model: Model[Any], nodes: Stopped) -> tuple[str, ...]:
    """Return the names of nodes; a model without nodes has none that could stop."""
    return tuple(str(model.nodes[i].me) for i in sorted(nodes) if isinstance(model, ClusterModel))
