"""The choice of the most readable trace among all shortest traces.

A reader follows one node at a time: its steps, the messages that it receives, and the messages that
others receive from it. So each step has a *centre*: the node that takes the step, or the sender of
the message that the step delivers. The most readable trace is chosen by three criteria, in this
order:

1. The centre changes least often.
2. The kind of step (the event, and the type of its message) changes least often, so that the phases
   of a protocol stay together.
3. The labels come first in alphabetical order.

The choice does not depend on how the traces were found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from heapq import heappop, heappush
from typing import Any, TypeAlias

from pcheck.search.limits import Stop
from pcheck.semantics.cluster_model import State
from pcheck.semantics.node import StepKind
from pcheck.semantics.trace import Trace, follow
from pcheck.traces.shortest import WORK_LIMIT, ShortestTraces, TakenStep

Kind = tuple[StepKind, str]  # the kind of a step: the event, and the type of its message
Focus = tuple[int, Kind]  # the centre of a step, and its kind
LastFocus: TypeAlias = Focus | None  # the focus of the step before; None before the first step
Labels = tuple[str, ...]
Changes = tuple[int, int]  # the number of changes of the centre, and of the kind
NO_CHANGES: Changes = (0, 0)
MAX_EXTENDED = 200_000  # beginnings of traces


def most_readable(traces: ShortestTraces, excluded: Collection[Labels] = ()) -> Trace[State]:
    """Return the most readable trace whose labels are not excluded."""
    labels = next(labels for labels in by_readability(traces) if labels not in excluded)
    return follow(traces.model, labels)


def by_readability(traces: ShortestTraces) -> Iterator[Labels]:
    """Yield the labels of all traces, the most readable trace first.

    This is a best-first search: the beginning with the fewest changes is always extended next.
    Changes that the rest of a trace cannot avoid count as well. Stop is raised after too many.
    """
    costs, extended = _costs_to_the_end(traces), 0
    start: dict[LastFocus, Changes] = {None: NO_CHANGES}
    queue: list[tuple[Changes, Labels, int, Any]] = [(NO_CHANGES, (), 0, start)]
    while queue:
        traces.tick()
        _, labels, at, spent = heappop(queue)
        if len(labels) == len(traces.steps):
            yield labels
            continue
        extended += 1
        if extended > MAX_EXTENDED:
            raise Stop(WORK_LIMIT)
        for step in traces.steps[len(labels)][at]:
            spent_after = {
                focus: min(_sum(changes, _change(last, focus)) for last, changes in spent.items())
                for focus in _focuses(traces, step)  # a step may have either of two centres
            }
            to_go = costs[len(labels) + 1]
            cost = min(
                _sum(changes, to_go[step.to, focus]) for focus, changes in spent_after.items()
            )
            heappush(queue, (cost, (*labels, step.label), step.to, spent_after))


def _costs_to_the_end(traces: ShortestTraces) -> list[dict[tuple[int, LastFocus], Changes]]:
    """Return, by layer, the fewest changes from a state to the end, given the last focus."""
    costs: list[dict[tuple[int, LastFocus], Changes]] = []
    for depth in reversed(range(len(traces.steps) + 1)):
        traces.tick()
        before = traces.steps[depth - 1] if depth else []
        arrivals: set[tuple[int, LastFocus]] = {
            (step.to, focus)
            for steps in before
            for step in steps
            for focus in _focuses(traces, step)
        }
        costs.append(
            {
                (at, last): min(
                    _sum(_change(last, focus), costs[-1][step.to, focus])
                    for step in traces.steps[depth][at]
                    for focus in _focuses(traces, step)
                )
                if depth < len(traces.steps)
                else NO_CHANGES
                for at, last in arrivals or {(0, None)}
            }
        )
    return costs[::-1]


def _focuses(traces: ShortestTraces, step: TakenStep) -> Iterator[Focus]:
    """Yield the focus of a step for each of its possible centres."""
    letter = step.row.letter
    kind = step.row.kind, type(letter.message).__name__ if letter is not None else ""
    yield step.node, kind
    if letter is not None and traces.model.index[letter.src] != step.node:
        yield traces.model.index[letter.src], kind


def _change(last: LastFocus, focus: Focus) -> Changes:
    """Return the changes between two consecutive steps."""
    if last is None:
        return NO_CHANGES
    return int(last[0] != focus[0]), int(last[1] != focus[1])


def _sum(first: Changes, second: Changes) -> Changes:
    return first[0] + second[0], first[1] + second[1]
