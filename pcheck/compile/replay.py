"""Makes real runs of what the kernel found: each row is taken again, in the reference semantics.

A state of the search may stand for others, and a row for several steps. The run that the user sees
is one of the cluster as it is: from the initial state on, it takes the steps behind each row, and
what it comes to must be what the search came to.
"""

from __future__ import annotations

from collections.abc import Iterable

from pcheck.compile.automaton import Step
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
        and (longer := _taken(tables.model, path, i, step.labels)) is not None
    )


def _step(tables: Tables, path: Path[State], after: Vector) -> Path[State]:
    """The state that the run is in may be a renaming of the one that the search was in."""
    for i, node in enumerate(tables.nodes):
        for step in node.steps(node.normal(path.states[-1].nodes[i])):
            if _may_lead(tables, i, step, after):
                longer = _taken(tables.model, path, i, step.labels)
                if longer is not None and tables.canonical(longer.states[-1]) == after:
                    return longer
    raise AssertionError("the search took a step that the cluster cannot: please report this")


def _may_lead(tables: Tables, i: int, step: Step, after: Vector) -> bool:
    """Without renamings, a node that sends itself nothing is where its step led it."""
    open_end = (
        tables.orbits.symmetry is not None or tables.nodes[i].node.me in step.bundle.receivers
    )
    return open_end or tables.configs[i].all[after[i]] is step.next


def _taken(model: Runs, path: Path[State], i: int, labels: Iterable[str]) -> Path[State] | None:
    """The run that goes on with these steps of one node, if it can."""
    states = list(path.states)
    for label in labels:
        after = model.step(states[-1], i, label)
        if after is None:
            return None
        states.append(after)
    return Path(tuple(states), (*path.labels, *labels))
