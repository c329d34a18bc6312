"""Searches from the middle of a trace, compared with the reference from the same state."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import pytest

from pcheck import Stepper
from pcheck.language.property import Kind
from pcheck.search import reference
from pcheck.search.compiled import explorer
from pcheck.search.limits import Limits
from pcheck.traces.ahead import look_ahead
from tests.attack.drawn import comparing, protocols
from tests.search.alike import answers
from tests.search.compiled.test_slices import scope_of


def after_some_steps(model: Any, random: Random) -> Any:
    state = model.initial()
    for _ in range(random.randrange(1, 9)):
        successors = [after for _, after in model.steps(state)]
        if successors:
            state = random.choice(successors)
    return state


def compare_many(first: int, how_many: int) -> Counter[str]:
    """Compare both engines in the middle of random protocols: the same answers, and the nearest.

    That the answer is the nearest one is checked by a search that shares no code with them.
    """
    verdicts, random = Counter[str](), Random(first)
    for protocol in protocols(first, how_many):
        case = scope_of(protocol)
        model = case.model()
        state = after_some_steps(model, random)
        here = model.beginning_at(state)
        with comparing(f"protocol {protocol.number}"):
            expected = answers(reference.explore(here, case.limits, all_properties=True))
            found = answers(explorer.explore(here, case.limits, all_properties=True))
            assert found == expected
            always = [prop for prop in model.properties if prop.kind is Kind.ALWAYS]
            ahead = look_ahead(model, state, always)
            assert nearest(model, state, always) == (
                len(ahead.labels) if ahead.labels is not None else None
            )
        verdicts[expected.verdict] += 1
    return verdicts


def nearest(model: Any, state: Any, wanted: list[Any]) -> int | None:
    """Return in how many steps one of these is first violated, by a search of its own."""
    seen = model.observe
    if any(not p.is_step_property and p.why_false(seen(state)) is not None for p in wanted):
        return 0
    known, level, steps = {state}, [state], 0
    while level:
        steps += 1
        after = [(before, next_) for before in level for _, next_ in model.steps(before)]
        for before, next_ in after:
            for prop in wanted:
                pair = (before, next_) if prop.is_step_property else (next_,)
                if prop.why_false(*map(seen, pair)) is not None:
                    return steps
        level = list({next_ for _, next_ in after} - known)
        known.update(level)
    return None


def test_both_engines_agree_in_the_middle_of_random_protocols() -> None:
    verdicts = compare_many(820_000, 25)
    assert min(verdicts["holds"], verdicts["violated"]) > 2


@pytest.mark.slow
def test_both_engines_agree_in_the_middle_of_many_random_protocols() -> None:
    verdicts = compare_many(830_000, 400)
    assert min(verdicts["holds"], verdicts["violated"]) > 50


def test_the_way_ahead_is_the_rest_of_a_shortest_trace() -> None:
    """The first violation takes 14 steps, as the bug's saved trace and Spin say."""
    run = Stepper("paxos", bug="ignores-votes")
    for left in range(14, 0, -1):
        ahead = run.ahead()
        assert ahead.labels is not None
        assert (ahead.found is not None and ahead.found.name, len(ahead.labels)) == (
            "agreement",
            left,
        )
        assert ahead.sentence == (
            f"agreement can be violated in {left} more step{'s' if left > 1 else ''}."
        )
        run.take(ahead.labels[0])
    assert run.ahead().sentence == "agreement is violated here."
    assert run.ahead("chosen").sentence == "some_value_chosen is reached here."


def test_what_cannot_happen_any_more_is_said_with_the_number_of_states() -> None:
    """With one acceptor that voted in the highest ballot, the other value cannot be chosen."""
    run = Stepper("paxos", acceptors=1, rounds=1, crashes=0, network="once")
    run.take("p2 starts ballot 2", "a1 <- p2: Prepare(ballot=2)")
    run.take(
        "p2 <- a1: Promise(ballot=2, last=None)", "a1 <- p2: Accept(vote=Vote(ballot=2, value=v2))"
    )
    ahead = run.ahead("v1_can_be_chosen")
    after = {run._states[-1]}
    todo = [*after]
    while todo:
        new = {each for _, each in run.setup.model.steps(todo.pop())} - after
        after |= new
        todo += new
    assert ahead.sentence == (
        f"v1_can_be_chosen is not reached in any state that can follow ({len(after)} states)."
    )


def test_a_search_that_meets_a_limit_says_so() -> None:
    run = Stepper("paxos")
    wanted = [prop for prop in run.setup.model.properties if prop.kind is Kind.ALWAYS]
    ahead = look_ahead(run.setup.model, run._states[-1], wanted, Limits(states=500))
    assert ahead.labels is None
    assert ahead.sentence.startswith("No property is violated within ")
    assert ahead.sentence.endswith("The search stopped at the limit of 500 states.")


@pytest.mark.parametrize(
    ("calls", "where", "states"), [(0, "here", "1 state"), (1, "within 1 more step", "3 states")]
)
def test_a_search_that_ctrl_c_stops_says_so(
    calls: int, where: str, states: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Stepper("paxos", crashes=0)
    steps, expanded = type(run.setup.model).steps, list[Any]()

    def interrupted(model: Any, state: Any) -> Any:
        if len(expanded) == calls:
            raise KeyboardInterrupt
        expanded.append(state)
        return steps(model, state)

    monkeypatch.setattr(type(run.setup.model), "steps", interrupted)
    sentence = f"No property is violated {where}. The search was stopped by Ctrl-C, after {states}."
    assert run.ahead().sentence == sentence


def test_a_model_without_nodes_is_searched_from_a_state_too() -> None:
    run = Stepper("simplified_paxos", values=2, ballots=1)
    whole = run.ahead().search.states
    run.take(run.steps[0].label)
    assert 1 < run.ahead().search.states < whole
