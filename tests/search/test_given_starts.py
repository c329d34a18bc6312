"""Searches from given starts: both engines against an explorer that shares no code with them."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from pcheck.search import reference
from pcheck.search.compiled import explorer
from pcheck.search.engine import explore
from pcheck.search.limits import Limits
from pcheck.search.options import SearchOptions
from pcheck.search.outcome import SearchResult
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.node import StepKind
from tests.attack.attack import Expected, expected, why_at_end
from tests.attack.drawn import MAX_STATES, Drawn, comparing
from tests.attack.drawn import protocols as drawn_protocols
from tests.attack.explorer import TooLarge
from tests.search.alike import answers
from tests.search.given import Given, explorer_of, setup_of, starts

MORE_STATES = 4 * MAX_STATES  # a start that no execution reaches may have more


def model_of(drawn: Drawn, lines: list[str], crashes: int | None = None) -> ClusterModel:
    model = setup_of(drawn, lines, crashes).model
    assert isinstance(model, ClusterModel)
    return model


def compare(drawn: Drawn, given: Given, lines: list[str]) -> str | None:
    """Compare the engines with the explorer; return the verdict, or None if the search is large."""
    independent = explorer_of(drawn, given)
    try:
        answer = independent.explore(MORE_STATES)
    except TooLarge:
        return None
    properties = {prop.name: prop for prop in independent.cluster.properties}
    wanted = expected(answer, list(properties.values()), all_properties=True)
    model = model_of(drawn, lines)
    assert model.interchangeable == ()
    slow = reference.explore(model, all_properties=True)
    fast = explorer.explore(model_of(drawn, lines), Limits(), all_properties=True)
    whole = explore(model_of(drawn, lines), SearchOptions(all_properties=True))
    if model.begins_elsewhere:
        assert (whole.reduced, whole.skipped) == ((), {})
        assert answers(whole) == answers(slow)
    assert answers(fast) == answers(slow)
    assert summary(slow) == wanted
    assert slow.terminal == (answer.terminal if slow.complete else None)
    for name, found in fast.discoveries.items():
        why = why_at_end(independent, properties[name], found.trace.labels)
        assert why == (found.why or "it is reached")
    return slow.verdict.value


def compare_reduced(drawn: Drawn, given: Given) -> tuple[str, ...] | None:
    """Compare a search with all reductions from a start of which only fields are given.

    Return the reductions that were applied, or None if the search is large.
    """
    ordinary = Given(given.fields, frozenset(), (), ())
    independent = explorer_of(drawn, ordinary)
    try:
        answer = independent.explore(MORE_STATES)
    except TooLarge:
        return None
    wanted = expected(answer, list(independent.cluster.properties), all_properties=True)
    model = model_of(drawn, ordinary.lines(Random(0)))
    assert not model.begins_elsewhere
    found = explore(model, SearchOptions("compiled", "all", all_properties=True))
    assert summary(found)[:2] == wanted[:2]
    first = explore(model_of(drawn, ordinary.lines(Random(0))), SearchOptions("compiled", "all"))
    assert (first.verdict, shortest(first)) == (
        found.verdict,
        min(wanted.lengths.values(), default=None),
    )
    return (*found.reduced, *({*first.reduced} - {*found.reduced}))


def shortest(search: SearchResult) -> int | None:
    return min((len(found.trace) for found in search.discoveries.values()), default=None)


def summary(search: SearchResult) -> Expected:
    return Expected(
        {name: outcome.value for name, outcome in search.outcomes.items()},
        {name: len(found.trace) for name, found in search.discoveries.items()},
        (search.states, search.transitions, search.depth),
    )


def compare_many(first: int, how_many: int) -> Counter[str]:
    verdicts = Counter[str]()
    for drawn, given, lines in starts(first, how_many):
        with comparing(f"protocol {drawn.number}: {lines}"):
            verdict = compare(drawn, given, lines)
            verdicts[verdict or "too large"] += 1
    return verdicts


def test_both_engines_agree_with_an_explorer_of_its_own_from_given_starts() -> None:
    verdicts = compare_many(910_000, 6)
    assert min(verdicts["holds"], verdicts["violated"]) > 0


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_both_engines_agree_from_many_given_starts(part: int) -> None:
    verdicts = compare_many(920_000 + 10_000 * part, 120)
    assert min(verdicts["holds"], verdicts["violated"]) > 8


def compare_many_reduced(first: int, how_many: int) -> Counter[str]:
    applied = Counter[str]()
    for drawn, given, lines in starts(first, how_many):
        with comparing(f"protocol {drawn.number}: {lines}"):
            applied.update(compare_reduced(drawn, given) or ["none, or too large"])
    return applied


def test_reductions_keep_the_answers_from_a_start_of_given_fields() -> None:
    applied = compare_many_reduced(950_000, 5)
    assert min(applied["fuse"], applied["prune"]) > 1


@pytest.mark.slow
@pytest.mark.parametrize("part", range(2))
def test_reductions_keep_the_answers_from_many_starts_of_given_fields(part: int) -> None:
    applied = compare_many_reduced(960_000 + 10_000 * part, 200)
    assert min(applied[name] for name in ("minimise", "fuse", "prune")) > 100


def as_lines(model: ClusterModel, state: State, random: Random) -> list[str]:
    """Return the lines that describe a state."""
    fields, in_flight = {}, []
    for node, config in zip(model.nodes, state.nodes):
        for name in ("at", "count", "held", "heard"):
            fields[node.me, name] = getattr(config.actor, name)
        in_flight += [(letter.src, letter.message, node.me) for letter in config.inbox]
    down = frozenset(node.me for node, each in zip(model.nodes, state.nodes) if not each.up)
    sent = tuple((letter.src, letter.message) for letter in state.observed)
    return Given(fields, down, tuple(in_flight), sent).lines(random)


def seen_of(model: ClusterModel, state: State, crashes: int = 0) -> tuple[object, ...]:
    """Return all about a state that does not depend on the model, such as texts of messages."""
    inboxes = [[(each.src, each.text) for each in config.inbox] for config in state.nodes]
    observed = sorted((str(each.src), each.text) for each in state.observed)
    return model.columns(state), inboxes, observed, state.crashes - crashes


def compare_walks(first: int, how_many: int) -> Counter[StepKind]:
    """Compare states of random walks with starts that say the same, and what follows them."""
    kinds = Counter[StepKind]()
    for drawn in drawn_protocols(first, how_many):
        random = Random(f"walk {drawn.number}")
        model = model_of(drawn, [])
        state = model.initial()
        with comparing(f"protocol {drawn.number}"):
            for _ in range(random.randrange(1, 12)):
                rows = [(i, row) for i, row in model.rows(state)]
                if rows:
                    i, row = random.choice(rows)
                    kinds[row.kind] += 1
                    state = model.after(state, i, row)
            lines, crashes = as_lines(model, state, random), state.crashes
            begun = model_of(drawn, lines, model.crashes - crashes)
            assert seen_of(begun, begun.initial()) == seen_of(model, state, crashes)
            steps = [(label, seen_of(model, s, crashes)) for label, s in model.steps(state)]
            after = [(label, seen_of(begun, s)) for label, s in begun.steps(begun.initial())]
            if model.crashes > crashes or not model.crashes:  # else crashes have no names
                assert after == steps
            here = model.beginning_at(state)
            assert counts(reference.explore(begun)) == counts(reference.explore(here))
    return kinds


def counts(search: SearchResult) -> tuple[object, ...]:
    found = answers(search)
    return found.verdict, found.counts, found.widths, found.discoveries


def test_a_start_equal_to_a_state_of_a_walk_has_the_same_successors() -> None:
    kinds = compare_walks(930_000, 12)
    assert min(kinds[each] for each in StepKind) > 2


@pytest.mark.slow
def test_starts_equal_to_states_of_many_walks_have_the_same_successors() -> None:
    kinds = compare_walks(940_000, 400)
    assert min(kinds[each] for each in StepKind) > 40
