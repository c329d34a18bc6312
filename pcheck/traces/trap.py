"""The answer no to a question about the future, explained from the end of its trace.

What follows is explored by the reference semantics, so that a replay says the same as the search.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from pcheck.language.model import Model
from pcheck.language.names import Id
from pcheck.language.printing import listed
from pcheck.language.property import Property
from pcheck.search.avoiding import Avoiding
from pcheck.search.clock import Clock, Tick, no_tick
from pcheck.search.future import Stopped, choices, names_of, why_never
from pcheck.search.limits import Limits
from pcheck.search.progress import Way, way_to
from pcheck.search.rounds import lasso_of
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.trace import Trace
from pcheck.text import counted
from pcheck.traces.saved import SavedTrace

MAX_STATES = 20_000  # that are looked at for one line of the explanation
MAX_STEPS = 12  # of a way that is shown whole


def stopped_in_trap(model: Model[Any], question: Property, state: Any) -> tuple[str, ...] | None:
    """Return the nodes whose stop makes a state a trap of a question, or None if it is not one."""
    if question.while_ is not None and not question.while_.is_reached(model.observe(state)):
        return None
    stops = model.stops if isinstance(model, ClusterModel) else 0
    for stopped in choices(model, stops):
        if way_to(model, state, question, stopped).labels is None:
            return names_of(model, stopped)
    return None


def why_trapped(model: Model[Any], question: Property, state: Any) -> str | None:
    """Return why the condition cannot become true after a state, or None if it is not one."""
    stopped = stopped_in_trap(model, question, state)
    return why_never(stopped) if stopped is not None else None


def why_avoided(
    model: Model[Any], question: Property, trace: Trace[Any], begins: int | None
) -> str | None:
    """Return how the steps of a trace after the first ones avoid a condition, or None."""
    if not isinstance(model, ClusterModel) or begins is None or begins > len(trace):
        return None
    avoiding = Avoiding(model, question, Clock(Limits(), None))
    lasso = lasso_of(avoiding, trace, begins)
    return lasso.why(question) if lasso is not None else None


def stopped_at_end(
    model: Model[Any], question: Property, end: Any, saved: SavedTrace
) -> tuple[str, ...]:
    """Return the nodes that stop at the end of a trace; one written by hand may name groups."""
    names = saved.stop_nodes or ()
    nodes = {str(node.me) for node in model.nodes} if isinstance(model, ClusterModel) else ()
    if len(names) == saved.stops and set(names) <= set(nodes):
        return names
    return stopped_in_trap(model, question, end) or ()


def lines(
    model: Model[Any], question: Property, end: Any, names: tuple[str, ...], tick: Tick = no_tick
) -> Iterator[str]:
    """Yield what can still happen after the end of a trace to a trap, and what would help.

    `names` are the nodes that stop.
    """
    stopped: Stopped = frozenset()
    if isinstance(model, ClusterModel):
        stopped = frozenset(i for i, node in enumerate(model.nodes) if str(node.me) in names)
    trapped = way_to(model, end, question, stopped, MAX_STATES, tick)
    yield _reachable(trapped, names)
    if not names:
        return
    for count in range(1, len(names) + 1):
        ways = []
        for back in map(frozenset, combinations(sorted(stopped), count)):
            way = way_to(model, end, question, stopped - back, MAX_STATES, tick)
            if way.labels is not None:
                ways.append((len(way.labels), sorted(back), way.labels))
        if ways:
            _, nodes, labels = min(ways)
            yield from _way_out(names_of(model, frozenset(nodes)), labels)
            return


def _reachable(way: Way, names: tuple[str, ...]) -> str:
    """Return the sentence about what can still happen."""
    others = "the other nodes" if names else "the nodes"
    if way.states == 1:
        return f"In the last state, {others} cannot take any step that is not a crash or a loss."
    more = "" if way.is_whole else "more than "
    states = f"{more}{counted(way.states, 'state')}"
    return (
        f"From the last state, {others} can reach {states}. The condition is true in none of them."
    )


def _way_out(back: tuple[str, ...], labels: tuple[str, ...]) -> Iterator[str]:
    """Yield the sentence about the nodes whose return would help, then the steps."""
    verb = "goes" if len(back) == 1 else "go"
    steps = counted(len(labels), "step")
    yield f"If {listed(map(Id, back))} {verb} on, {steps} can make it true:"
    yield from (f"- {label}" for label in labels[:MAX_STEPS])
    if len(labels) > MAX_STEPS:
        yield f"- and {counted(len(labels) - MAX_STEPS, 'more step')}"
