"""All shortest traces of random protocols, compared with an enumeration of every trace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from itertools import islice, pairwise
from typing import Any, NamedTuple

import pytest

from pcheck import Property
from pcheck.language.property import Kind
from pcheck.language.values import exact
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.node import Row
from pcheck.traces.shortest import shortest_traces
from tests.draws import for_each
from tests.search.alike import Case
from tests.search.peers import symmetric_cases
from tests.search.protocols import cases
from tests.search.reductions.symmetric import Names, all_renamings, key_of_state, with_names
from tests.traces.summary import Summary, summary_of

MAX_STATES, MAX_TRACES, MAX_ENUMERATED = 1_000, 1_000, 20_000


class Step(NamedTuple):
    label: str
    node: int
    row: Row
    before: State
    after: State


Steps = tuple[Step, ...]  # one trace


def depth_of(model: ClusterModel, prop: Property) -> int | None:
    """Return the length of a shortest violation; None without one, or with too many states."""
    known, level, depth = {model.initial()}, [model.initial()], 0
    while level and len(known) < MAX_STATES:
        if any(prop.why_false(model.observe(state)) is not None for state in level):
            return depth
        after = {state for before in level for _, state in model.steps(before)} - known
        known, level, depth = known | after, list(after), depth + 1
    return None


def steps(model: ClusterModel, state: State) -> list[Step]:
    taken = ((node, row, model.after(state, node, row)) for node, row in model.rows(state))
    return [Step(row.label, node, row, state, s) for node, row, s in taken if s != state]


def traces(model: ClusterModel, state: State, length: int) -> Iterator[Steps | None]:
    """Yield every trace of this length, and None for each shorter beginning."""
    if length == 0:
        yield ()
        return
    yield None
    for step in steps(model, state):
        for rest in traces(model, step.after, length - 1):
            yield (step, *rest) if rest is not None else None


def violating(model: ClusterModel, prop: Property, length: int) -> list[Steps] | None:
    """Return all shortest traces by enumeration, or None if there are too many to enumerate."""
    every = list(islice(traces(model, model.initial(), length), MAX_ENUMERATED))
    found = [trace for trace in every if trace is not None and _ends_false(model, prop, trace)]
    return found if len(every) < MAX_ENUMERATED and len(found) <= MAX_TRACES else None


def _ends_false(model: ClusterModel, prop: Property, trace: Steps) -> bool:
    end = trace[-1].after if trace else model.initial()
    return prop.why_false(model.observe(end)) is not None


def labels(trace: Steps) -> tuple[str, ...]:
    return tuple(step.label for step in trace)


def cost(model: ClusterModel, trace: Steps) -> tuple[int, int, tuple[str, ...]]:
    """Return the criteria in order: changes of the centre, changes of the kind, labels."""
    kinds = [(s.row.kind, s.row.letter and type(s.row.letter.message).__name__) for s in trace]
    centres = [
        {model.nodes[s.node].me, *([s.row.letter.src] if s.row.letter else [])} for s in trace
    ]
    changes: dict[Any, int] = dict.fromkeys(centres[0] if trace else [None], 0)
    for each in centres[1:]:
        changes = {c: min(n + (c != d) for d, n in changes.items()) for c in each}
    return min(changes.values()), sum(a != b for a, b in pairwise(kinds)), labels(trace)


def key(model: ClusterModel, step: Step) -> Hashable:
    letter = step.row.letter
    received = (exact(letter.src), letter.exact) if letter is not None else None
    me = exact(model.nodes[step.node].me)
    sent = frozenset(
        (each.exact, frozenset(map(exact, receivers))) for each, receivers in step.row.bundle.sends
    )
    return me, step.row.kind.value, received, sent, key_of_state(model, step.after)


def key_of_trace(model: ClusterModel, trace: Steps) -> Hashable:
    """Return a key that does not contain labels: steps with equal content are numbered."""
    keys = []
    for step in trace:
        step_key = key(model, step)
        alike = [s.label for s in steps(model, step.before) if key(model, s) == step_key]
        keys.append((step_key, sorted(alike).index(step.label)))
    return tuple(keys)


def orbits(model: ClusterModel, every: Sequence[Steps], renamings: Sequence[Names]) -> int:
    """Return the number of traces up to renaming."""
    known: set[Hashable] = set()
    count = 0
    for trace in every:
        trace_key = key_of_trace(model, trace)
        if trace_key not in known:
            count += 1
            known |= {with_names(trace_key, names) for names in renamings}
    return count


def check(case: Case) -> set[str]:
    """Compare both engines with the enumeration, and return the features of the traces."""
    model = case.model()
    seen = set()
    for prop in model.properties:
        if prop.kind is not Kind.ALWAYS or prop.is_step_property:
            continue
        depth = depth_of(model, prop)
        every = violating(model, prop, depth) if depth is not None else None
        if depth is None or every is None:
            continue
        renamings = all_renamings(case)
        best = labels(min(every, key=lambda trace: cost(model, trace)))
        expected = Summary(len(every), orbits(model, every, renamings), best)
        for engine in ("reference", "compiled"):
            found = shortest_traces(model, prop, depth, engine=engine)
            assert summary_of(found) == expected, engine
        seen |= features(case, every, expected)
    return seen


def features(case: Case, every: list[Steps], expected: Summary) -> set[str]:
    is_true = {
        "several traces": len(every) > 1,
        "some differ by names": expected.up_to_renaming not in (None, len(every)),
        "the first in alphabetical order is not the most readable": min(map(labels, every))
        != expected.labels,
        "a choice": ", way" in "".join(expected.labels),
    }
    names = {name for name, true in is_true.items() if true}
    return names | {case.network, f"crashes {case.crashes}", f"a trace of {len(every[0])}"}


FEATURES = [*NETWORKS, "crashes 0", "crashes 1", "crashes 2", "a trace of 1", "a trace of 3"]
FEATURES += ["several traces", "some differ by names", "a choice"]
FEATURES += ["the first in alphabetical order is not the most readable"]


def compared(examples: int) -> Counter[str]:
    """Check random protocols of each sort, and return how often each feature occurred."""
    seen: Counter[str] = Counter()

    def compare(case: Case) -> None:
        seen.update(check(case))

    for strategy in (cases(), symmetric_cases()):
        for_each(strategy, examples, compare)
    return seen


def test_the_shortest_traces_of_some_random_protocols_are_those_of_an_enumeration() -> None:
    assert compared(6).total() > 0


@pytest.mark.slow
def test_the_shortest_traces_of_a_thousand_random_protocols_are_those_of_an_enumeration() -> None:
    seen = compared(500)
    assert seen["several traces"] > 40
    assert [name for name in FEATURES if not seen[name]] == []
