"""Quorums other than majorities: which values they choose in observations made by hand."""

from __future__ import annotations

from typing import Any

import pytest

from pcheck import Id, Seen, Value, group
from specs.collision import a_collision, chosen_after_a_collision, chosen_fast, collisions
from specs.consensus import Accepted, Promise, Vote
from specs.quorums import (
    Quorum,
    a_quorum_says,
    a_value_is_chosen_by,
    agreement_by,
    chosen_by,
    chosen_votes,
    some_value_chosen_by,
)
from tests.specs.family import checked

A1, A2, A3, A4 = (Id(f"a{i}") for i in (1, 2, 3, 4))
FAST, CLASSIC = Quorum("a fast quorum", 3), Quorum("a quorum", 2)


def quorum_of(ballot: int) -> Quorum:
    return FAST if ballot == 1 else CLASSIC


def seen(*votes: str, other: tuple[tuple[Id, Any], ...] = ()) -> Seen:
    """`seen("a1 1 v1")`: a1 voted for v1 in ballot 1."""
    sent: list[tuple[Id, Any]] = [
        (Id(acceptor), Accepted(Vote(int(ballot), Value(value))))
        for acceptor, ballot, value in map(str.split, votes)
    ]
    return Seen([*sent, *other], {"a": group("a", 4)})


NOBODY = seen()
TWO_FAST = seen("a1 1 v1", "a2 1 v1")
THREE_FAST = seen("a1 1 v1", "a2 1 v1", "a4 1 v1")
COLLIDED = seen("a1 1 v1", "a2 1 v1", "a3 1 v2")
RECOVERED = seen("a1 1 v1", "a2 1 v1", "a3 1 v2", "a1 2 v2", "a4 2 v2")
TORN = seen("a1 1 v1", "a2 1 v1", "a4 1 v1", "a3 1 v2", "a1 2 v2", "a4 2 v2")


@pytest.mark.parametrize(
    ("acceptors", "expected"),
    [((), False), ((A1, A2), False), ((A1, A3), True), ((A2, A4), True), ((A1, A4), False)],
)
def test_a_quorum_of_lines_contains_one_whole_line(
    acceptors: tuple[Id, ...], expected: bool
) -> None:
    assert Quorum("a column", 2, ((A1, A3), (A2, A4))).is_in(acceptors) == expected


@pytest.mark.parametrize(
    ("observation", "chosen", "why", "fast", "after"),
    [
        (NOBODY, {}, None, False, False),
        (TWO_FAST, {}, None, False, False),
        (THREE_FAST, {"v1": "a1 a2 a4"}, None, True, False),
        (COLLIDED, {}, None, False, False),
        (RECOVERED, {"v2": "a1 a4"}, None, False, True),
        (TORN, {"v1": "a1 a2 a4", "v2": "a1 a4"}, "v1 and v2 are both chosen", True, True),
    ],
)
def test_what_is_chosen_depends_on_the_ballot(
    observation: Seen, chosen: dict[str, str], why: str | None, fast: bool, after: bool
) -> None:
    found = chosen_by(quorum_of, observation).items()
    assert set(chosen_votes(quorum_of, observation)) == dict(found).keys()
    assert {str(vote.value): " ".join(voters) for vote, voters in found} == chosen
    assert agreement_by(quorum_of).why_false(observation) == why
    assert some_value_chosen_by(quorum_of).is_reached(observation) == bool(chosen)
    assert chosen_fast(quorum_of, 1).is_reached(observation) == fast
    assert chosen_after_a_collision(quorum_of).is_reached(observation) == after


def test_a_collision_is_votes_for_two_values_in_one_ballot() -> None:
    assert collisions(seen("a1 1 v1", "a2 2 v2")) == {}
    assert {ballot: list(values) for ballot, values in collisions(TORN).items()} == {
        1: [Value("v1"), Value("v2")]
    }
    assert a_collision.lines(COLLIDED) == {1: "v1 and v2 collide in ballot 1"}


def test_milestones_name_the_quorum() -> None:
    assert a_value_is_chosen_by(quorum_of).lines(TORN) == {
        Vote(1, Value("v1")): "v1 is chosen: a1, a2 and a4, a fast quorum, voted in ballot 1",
        Vote(2, Value("v2")): "v2 is chosen: a1 and a4, a quorum, voted in ballot 2",
    }
    promised = a_quorum_says(CLASSIC, Promise, "promised ballot {0.ballot}")
    one, other = (A1, Promise(2, None)), (A3, Promise(2, Vote(1, Value("v1"))))
    assert promised.lines(seen(other=(one, (A2, Promise(3, None))))) == {}
    assert promised.lines(seen(other=(one, other))) == {
        "promised ballot 2": "a1 and a3, a quorum, promised ballot 2"
    }


EXPLANATION = """\
v1 is chosen by step 4: a1, a quorum, voted for it in ballot 1.
v2 is chosen by step 8: a1, a quorum, voted for it in ballot 2.
Before the first vote in ballot 2:
- a1 did not promise ballot 2.
- a2 promised ballot 2 and reported no vote.
Acceptors that voted for both: a1.
"""


def test_a_disagreement_is_explained_by_the_promises_to_the_higher_ballot() -> None:
    text = checked("flexible_paxos", "half-promise-and-half-choose").result.draw()
    assert EXPLANATION in text
