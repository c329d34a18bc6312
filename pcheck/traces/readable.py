"""Of all shortest runs the one that is easiest to follow.

A reader follows one node at a time: what it does, what it hears, and what others hear from it. So
each step has a node at its *centre*, its own or the one that it hears. Of all shortest runs the
most readable is one in which the centre changes least often; of several, the kind of step (what
happens to what sort of message), so that phases stay together; of several, the one whose labels
come first. How the runs were found makes no difference.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from heapq import heappop, heappush
from typing import Any, TypeAlias

from pcheck.semantics.cluster_model import State
from pcheck.semantics.node import StepKind
from pcheck.semantics.trace import Trace, follow
from pcheck.traces.shortest import Shortest, Taken

Kind = tuple[StepKind, str]  # of a step: what it does, and to what sort of message
Last: TypeAlias = tuple[int, Kind] | None  # the centre of the step before, and its kind
Labels = tuple[str, ...]
Changes = tuple[int, int]  # of the centre, and of the kind
NONE = (0, 0)


def most_readable(runs: Shortest, but: Collection[Labels] = ()) -> Trace[State]:
    """The first that is not one of these."""
    return follow(runs.model, next(labels for labels in by_readability(runs) if labels not in but))


def by_readability(runs: Shortest) -> Iterator[Labels]:
    """All of them, the easiest first: whatever begins in the best way is gone on with first."""
    costs = _to_the_end(runs)
    start: dict[Last, Changes] = {None: NONE}
    todo: list[tuple[Changes, Labels, int, Any]] = [(NONE, (), 0, start)]
    while todo:
        _, labels, at, spent = heappop(todo)
        if len(labels) == len(runs.steps):
            yield labels
            continue
        for step in runs.steps[len(labels)][at]:
            after = {
                here: min(_sum(its, _change(last, here)) for last, its in spent.items())
                for here in _centres(runs, step)  # a step may have either of two
            }
            to_go = costs[len(labels) + 1]
            least = min(_sum(its, to_go[step.to, here]) for here, its in after.items())
            heappush(todo, (least, (*labels, step.label), step.to, after))


def _to_the_end(runs: Shortest) -> list[dict[tuple[int, Last], Changes]]:
    """By layer: what the steps out of a state cost, to the end, after such a step."""
    costs: list[dict[tuple[int, Last], Changes]] = []
    for depth in reversed(range(len(runs.steps) + 1)):
        before = runs.steps[depth - 1] if depth else []
        arrivals: set[tuple[int, Last]] = {
            (step.to, here) for steps in before for step in steps for here in _centres(runs, step)
        }
        costs.append(
            {
                (at, last): min(
                    _sum(_change(last, here), costs[-1][step.to, here])
                    for step in runs.steps[depth][at]
                    for here in _centres(runs, step)
                )
                if depth < len(runs.steps)
                else NONE
                for at, last in arrivals or {(0, None)}
            }
        )
    return costs[::-1]


def _centres(runs: Shortest, step: Taken) -> Iterator[tuple[int, Kind]]:
    letter = step.row.letter
    kind = step.row.kind, type(letter.message).__name__ if letter is not None else ""
    yield step.node, kind
    if letter is not None and runs.model.index[letter.src] != step.node:
        yield runs.model.index[letter.src], kind


def _change(last: Last, here: tuple[int, Kind]) -> Changes:
    return NONE if last is None else (int(last[0] != here[0]), int(last[1] != here[1]))


def _sum(one: Changes, other: Changes) -> Changes:
    return one[0] + other[0], one[1] + other[1]
