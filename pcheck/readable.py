"""Of all shortest runs the one that is easiest to follow.

A reader follows one node at a time: what it does, what it hears, and what others hear from it. So
each step has a node at its *centre*, its own or the one that it hears. Of all shortest runs the
most readable is one in which the centre changes least often; of several, the kind of step (what
happens to what sort of message), so that phases stay together; of several, the one whose labels
come first. How the runs were found makes no difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from pcheck.node import Does
from pcheck.path import Path, follow
from pcheck.semantics import State
from pcheck.shortest import Shortest, Taken

Kind = tuple[Does, str]  # of a step: what it does, and to what sort of message
Last: TypeAlias = tuple[int, Kind] | None  # the centre of the step before, and its kind
Changes = tuple[int, int]  # of the centre, and of the kind
NONE = (0, 0)


def most_readable(runs: Shortest) -> Path[State]:
    """Forwards, by what each step costs up to the end: of those that cost least the least label."""
    costs = _to_the_end(runs)
    at, labels = 0, []
    so_far: dict[Last, Changes] = {None: NONE}  # a step may have either of two nodes as its centre
    for steps, to_go in zip(runs.steps, costs[1:]):
        ways = [
            (_sum(spent, _change(last, here), to_go[step.to, here]), step.label, step, last, here)
            for last, spent in so_far.items()
            for step in steps[at]
            for here in _centres(runs, step)
        ]
        least, label, taken, _, _ = min(ways, key=lambda way: way[:2])
        so_far = {
            here: _sum(so_far[last], _change(last, here))
            for cost, text, _, last, here in ways
            if (cost, text) == (least, label)
        }
        labels.append(label)
        at = taken.to
    return follow(runs.model, tuple(labels))


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
    kind = step.row.does, type(letter.message).__name__ if letter is not None else ""
    yield step.node, kind
    if letter is not None and runs.model.index[letter.src] != step.node:
        yield runs.model.index[letter.src], kind


def _change(last: Last, here: tuple[int, Kind]) -> Changes:
    return (0, 0) if last is None else (int(last[0] != here[0]), int(last[1] != here[1]))


def _sum(*several: Changes) -> Changes:
    return sum(each[0] for each in several), sum(each[1] for each in several)
