"""Makes real runs of what the kernel found: each row is taken again, in the reference semantics.

A state of the search may stand for others, and a row for several steps. The run that the user sees
is one of the cluster as it is: from the initial state on, it takes the steps behind each row, and
what it comes to must be what the search came to.
"""

from __future__ import annotations

from collections.abc import Iterable

from pcheck.compile.tabulate import Tables
from pcheck.path import Path
from pcheck.semantics import Runs, State

Vector = list[int]


def replay(tables: Tables, vectors: list[Vector]) -> Path[State]:
    """The run through these states of the search, of which the first is the initial one."""
    path = Path((tables.model.initial(),), ())
    for after in vectors[1:]:
        path = _step(tables, path, after)
    return path


def last_step(tables: Tables, path: Path[State], bundle: int) -> Path[State]:
    """The run, and the step out of its last state that sent this bundle."""
    before, effects = path.states[-1], tables.bundles.all[bundle]
    return next(
        longer
        for i, config in enumerate(before.nodes)
        for step in tables.nodes[i].steps(config)
        if tables.effects(i, config, step) == effects
        and (longer := _taken(tables.model, path, step.labels)) is not None
    )


def _step(tables: Tables, path: Path[State], after: Vector) -> Path[State]:
    """The state that the run is in may be a renaming of the one that the search was in."""
    for i, node in enumerate(tables.nodes):
        for step in node.steps(node.normal(path.states[-1].nodes[i])):
            longer = _taken(tables.model, path, step.labels)
            if longer is not None and tables.canonical(longer.states[-1]) == after:
                return longer
    raise AssertionError("the search took a step that the cluster cannot: please report this")


def _taken(model: Runs, path: Path[State], labels: Iterable[str]) -> Path[State] | None:
    states = list(path.states)
    for label in labels:
        after = dict(model.steps(states[-1])).get(label)
        if after is None:
            return None
        states.append(after)
    return Path(tuple(states), (*path.labels, *labels))
