"""All shortest violating runs of random protocols, beside what comes out of looking at each run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from itertools import islice, pairwise
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings

from pcheck import Property
from pcheck.language.property import Kind
from pcheck.language.values import exact
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.node import Row
from pcheck.traces.shortest import shortest
from tests.search.alike import Asked
from tests.search.peers import symmetric_questions
from tests.search.protocols import questions
from tests.search.reductions.symmetric import Names, all_renamings, key_of_state, with_names
from tests.search.settings import COMMON
from tests.traces.told import Told, told

MOST_STATES, MOST_RUNS, MOST_LOOKED_AT = 1_000, 1_000, 20_000


class Step(NamedTuple):
    label: str
    node: int
    row: Row
    before: State
    after: State


Run = tuple[Step, ...]


def depth_of(model: ClusterModel, prop: Property) -> int | None:
    """How long a shortest violating run is; None: there is none, or too many states."""
    known, level, depth = {model.initial()}, [model.initial()], 0
    while level and len(known) < MOST_STATES:
        if any(prop.why_false(model.observe(state)) is not None for state in level):
            return depth
        after = {state for before in level for _, state in model.steps(before)} - known
        known, level, depth = known | after, list(after), depth + 1
    return None


def steps(model: ClusterModel, state: State) -> list[Step]:
    taken = ((node, row, model.after(state, node, row)) for node, row in model.rows(state))
    return [Step(row.label, node, row, state, s) for node, row, s in taken if s != state]


def runs(model: ClusterModel, state: State, length: int) -> Iterator[Run | None]:
    """Every run of this length, as they come; None where one had to be given up."""
    if length == 0:
        yield ()
        return
    yield None
    for step in steps(model, state):
        for rest in runs(model, step.after, length - 1):
            yield (step, *rest) if rest is not None else None


def violating(model: ClusterModel, prop: Property, length: int) -> list[Run] | None:
    """All shortest runs, one by one; None: they are too many to look at."""
    every = list(islice(runs(model, model.initial(), length), MOST_LOOKED_AT))
    found = [run for run in every if run is not None and _ends_false(model, prop, run)]
    return found if len(every) < MOST_LOOKED_AT and len(found) <= MOST_RUNS else None


def _ends_false(model: ClusterModel, prop: Property, run: Run) -> bool:
    end = run[-1].after if run else model.initial()
    return prop.why_false(model.observe(end)) is not None


def labels(run: Run) -> tuple[str, ...]:
    return tuple(step.label for step in run)


def cost(model: ClusterModel, run: Run) -> tuple[int, int, tuple[str, ...]]:
    """By the rule: changes of the centre, changes of the kind of step, labels."""
    kinds = [(s.row.kind, s.row.letter and type(s.row.letter.message).__name__) for s in run]
    centres = [{model.nodes[s.node].me, *([s.row.letter.src] if s.row.letter else [])} for s in run]
    changes: dict[Any, int] = dict.fromkeys(centres[0] if run else [None], 0)
    for each in centres[1:]:
        changes = {c: min(n + (c != d) for d, n in changes.items()) for c in each}
    return min(changes.values()), sum(a != b for a, b in pairwise(kinds)), labels(run)


def key(model: ClusterModel, step: Step) -> Hashable:
    letter = step.row.letter
    heard = (exact(letter.src), letter.exact) if letter is not None else None
    me = exact(model.nodes[step.node].me)
    sent = frozenset(
        (each.exact, frozenset(map(exact, receivers))) for each, receivers in step.row.bundle.sends
    )
    return me, step.row.kind.value, heard, sent, key_of_state(model, step.after)


def key_of_run(model: ClusterModel, run: Run) -> Hashable:
    """By objects: of steps that differ in words alone, the first, the second, ..."""
    keys = []
    for step in run:
        its = key(model, step)
        alike = [s.label for s in steps(model, step.before) if key(model, s) == its]
        keys.append((its, sorted(alike).index(step.label)))
    return tuple(keys)


def orbits(model: ClusterModel, every: Sequence[Run], renamings: Sequence[Names]) -> int:
    known: set[Hashable] = set()
    count = 0
    for run in every:
        its = key_of_run(model, run)
        if its not in known:
            count += 1
            known |= {with_names(its, names) for names in renamings}
    return count


def check(asked: Asked) -> set[str]:
    """What each way finds out about a random protocol is what looking at every run does."""
    model = asked.runs()
    seen = set()
    for prop in model.properties:
        if prop.kind is not Kind.ALWAYS or prop.is_step_property:
            continue
        depth = depth_of(model, prop)
        every = violating(model, prop, depth) if depth is not None else None
        if depth is None or every is None:
            continue
        renamings = all_renamings(asked)
        best = labels(min(every, key=lambda run: cost(model, run)))
        expected = Told(len(every), orbits(model, every, renamings), best)
        for engine in ("reference", "compiled"):
            assert told(shortest(model, prop, depth, engine=engine)) == expected, engine
        seen |= features(asked, every, expected)
    return seen


def features(asked: Asked, every: list[Run], expected: Told) -> set[str]:
    said = {
        "several runs": len(every) > 1,
        "some differ by names": expected.up_to_renaming not in (None, len(every)),
        "the least is not the most readable": min(map(labels, every)) != expected.labels,
        "a choice": ", way" in "".join(expected.labels),
    }
    names = {name for name, true in said.items() if true}
    return names | {asked.network, f"crashes {asked.crashes}", f"a run of {len(every[0])}"}


COMES_UP = [*NETWORKS, "crashes 0", "crashes 1", "crashes 2", "a run of 1", "a run of 3"]
COMES_UP += ["several runs", "some differ by names", "a choice"]
COMES_UP += ["the least is not the most readable"]


def looked_at(examples: int) -> Counter[str]:
    """What came up in so many random protocols of each sort."""
    seen: Counter[str] = Counter()

    def compare(asked: Asked) -> None:
        seen.update(check(asked))

    for strategy in (questions(), symmetric_questions()):
        settings(max_examples=examples, **COMMON)(given(strategy)(compare))()
    return seen


def test_random_protocols_are_told_as_by_looking_at_every_run() -> None:
    assert looked_at(60)["several runs"] > 5


@pytest.mark.slow
def test_a_thousand_random_protocols_are_told_as_by_looking_at_every_run() -> None:
    seen = looked_at(500)
    assert [name for name in COMES_UP if not seen[name]] == []
