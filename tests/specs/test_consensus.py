"""Properties of consensus on observations made by hand, including some that violate them."""

from __future__ import annotations

from typing import Any

import pytest

from pcheck import Id, Milestone, Property, Seen, Value, group
from specs.consensus import (
    CONSENSUS,
    Accepted,
    Promise,
    Vote,
    a_majority_says,
    a_value_is_chosen,
    agreement,
    can_be_chosen,
    chosen,
    one_value_per_ballot,
    some_value_chosen,
    validity,
)
from specs.learner import learners_agree, learning, no_other_is_chosen, only_the_chosen_is_learned

V1, V2, V3 = (Value(f"v{i}") for i in (1, 2, 3))


def seen(
    *votes: str,
    acceptors: int = 3,
    wants: tuple[Value, ...] = (V1, V2),
    learned: tuple[Value | None, ...] = (),
    other: tuple[tuple[Id, Any], ...] = (),
) -> Seen:
    """`seen("a1 1 v1")`: a1 voted for v1 in ballot 1."""
    sent = [
        (Id(acceptor), Accepted(Vote(int(ballot), Value(value))))
        for acceptor, ballot, value in map(str.split, votes)
    ]
    fields = {
        "wants": tuple((Id(f"p{i}"), value) for i, value in enumerate(wants, start=1)),
        "learned": tuple((Id(f"l{i}"), value) for i, value in enumerate(learned, start=1)),
    }
    return Seen([*sent, *other], {"a": group("a", acceptors)}, fields)


NOBODY = seen()
SPLIT = seen("a1 1 v1", "a2 2 v2", "a3 3 v1")
ONE = seen("a1 1 v1", "a2 1 v1")
AGAIN = seen("a1 1 v1", "a2 1 v1", "a2 2 v1", "a3 2 v1")
TWO = seen("a1 1 v1", "a2 1 v1", "a2 2 v2", "a3 2 v2")
TORN = seen("a1 1 v1", "a2 1 v2")


@pytest.mark.parametrize(
    ("observation", "voters"),
    [
        (NOBODY, {}),
        (SPLIT, {}),
        (seen("a1 1 v1", "a2 2 v1"), {}),  # a majority for one value, but not in one ballot
        (seen("a1 1 v1", "a1 1 v1"), {}),  # the same vote, reported twice
        (seen("a1 1 v1", "a2 1 v1", acceptors=4), {}),  # half of the acceptors is not a majority
        (seen("a1 1 v1", acceptors=1), {Vote(1, V1): "a1"}),
        (seen("a1 1 v1", "a2 1 v1", acceptors=2), {Vote(1, V1): "a1 a2"}),
        (ONE, {Vote(1, V1): "a1 a2"}),
        (AGAIN, {Vote(1, V1): "a1 a2", Vote(2, V1): "a2 a3"}),
        (TWO, {Vote(1, V1): "a1 a2", Vote(2, V2): "a2 a3"}),
        (seen("a1 1 v1", "a2 1 v1", "a3 1 v1"), {Vote(1, V1): "a1 a2 a3"}),
    ],
)
def test_a_value_is_chosen_once_a_majority_voted_for_it_in_one_ballot(
    observation: Seen, voters: dict[Vote, str]
) -> None:
    words = {
        vote: " and ".join(names.replace(" ", ", ").rsplit(", ", 1))
        for vote, names in voters.items()
    }
    lines = {
        vote: f"{vote.value} is chosen: {names}, a majority, voted in ballot {vote.ballot}"
        for vote, names in words.items()
    }
    assert (set(chosen(observation)), a_value_is_chosen.lines(observation)) == (set(voters), lines)


@pytest.mark.parametrize(
    ("prop", "observation", "why"),
    [
        (agreement, NOBODY, None),
        (agreement, SPLIT, None),
        (agreement, ONE, None),
        (agreement, AGAIN, None),
        (agreement, TORN, None),
        (agreement, TWO, "v1 and v2 are both chosen"),
        (validity, NOBODY, None),
        (validity, TWO, None),
        (validity, seen("a1 1 v3"), "nobody proposed v3, and there are votes for it"),
        (
            validity,
            seen("a1 1 v3", "a2 2 v1", wants=()),
            "nobody proposed v1 and v3, and there are votes for it",
        ),
        (one_value_per_ballot, NOBODY, None),
        (one_value_per_ballot, TWO, None),
        (one_value_per_ballot, seen("a1 1 v1", "a1 2 v2"), None),
        (one_value_per_ballot, TORN, "there are votes for v1 and v2 in ballot 1"),
        (
            one_value_per_ballot,
            seen("a1 1 v1", "a1 2 v2", "a2 2 v3"),
            "there are votes for v2 and v3 in ballot 2",
        ),
    ],
)
def test_an_always_property_gives_the_reason_where_it_is_false(
    prop: Property, observation: Seen, why: str | None
) -> None:
    assert prop.why_false(observation) == why


@pytest.mark.parametrize(
    ("observation", "reached"),
    # some value is chosen, v1 is chosen, v2 is chosen
    [
        (NOBODY, [False, False, False]),
        (SPLIT, [False, False, False]),
        (ONE, [True, True, False]),
        (TWO, [True, True, True]),
        (seen("a1 2 v2", "a3 2 v2"), [True, False, True]),
    ],
)
def test_a_sometimes_property_is_reached_where_it_is_true(
    observation: Seen, reached: list[bool]
) -> None:
    properties = [some_value_chosen, can_be_chosen(V1), can_be_chosen(V2)]
    assert [prop.is_reached(observation) for prop in properties] == reached


def test_each_value_has_a_property_with_its_name() -> None:
    assert [can_be_chosen(value).name for value in (V1, V2)] == [
        "v1_can_be_chosen",
        "v2_can_be_chosen",
    ]


def test_consensus_consists_of_these_properties() -> None:
    assert [prop.name for prop in CONSENSUS] == [
        "agreement",
        "validity",
        "one_value_per_ballot",
        "some_value_chosen",
    ]


@pytest.mark.parametrize(
    ("observation", "why"),
    [
        (seen("a1 1 v1", learned=(None, None)), None),
        (seen("a1 1 v1", "a2 1 v1", learned=(None, V1)), None),
        (seen("a1 1 v1", learned=(None, V1)), "l2 has learned v1, which is not chosen"),
        (
            seen("a1 1 v1", "a2 1 v1", learned=(V1, V2)),
            "l2 has learned v2, which is not chosen",
        ),
    ],
)
def test_a_learner_learns_only_what_is_chosen(observation: Seen, why: str | None) -> None:
    assert only_the_chosen_is_learned(2).why_false(observation) == why


def test_without_learners_there_are_no_properties_of_learners() -> None:
    assert learning(group("l", 0), 2) == []
    names = "only_the_chosen_is_learned learners_agree no_other_is_chosen some_value_learned"
    assert [
        " ".join(prop.name for prop in learning(group("l", number), 2)) for number in (1, 2)
    ] == [names, f"{names} a_learner_is_told"]


@pytest.mark.parametrize(
    ("learned", "why"),
    [
        ((None, None), None),
        ((V1, V1), None),
        ((None, V2), None),
        ((V2, V1), "v1 and v2 are both learned"),
    ],
)
def test_learners_agree_unless_two_learned_different_values(
    learned: tuple[Value | None, ...], why: str | None
) -> None:
    assert learners_agree.why_false(seen(learned=learned)) == why


@pytest.mark.parametrize(
    ("votes", "learned", "why"),
    [
        (("a1 1 v1", "a2 2 v2"), (V1, None), None),
        (("a1 1 v1", "a2 1 v1"), (None, V1), None),
        (("a1 2 v2", "a2 2 v2"), (None, V1), "l2 has learned v1, and v2 is chosen"),
    ],
)
def test_no_value_is_chosen_that_differs_from_a_learned_value(
    votes: tuple[str, ...], learned: tuple[Value | None, ...], why: str | None
) -> None:
    assert no_other_is_chosen().why_false(seen(*votes, learned=learned)) == why


def test_a_milestone_names_the_value_and_its_majority() -> None:
    lines = list(a_value_is_chosen.lines(TWO).values())
    assert [line.partition(", a majority")[0] for line in lines] == [
        "v1 is chosen: a1 and a2",
        "v2 is chosen: a2 and a3",
    ]
    assert list(a_value_is_chosen.lines(SPLIT)) == []


def test_a_milestone_is_reached_once_a_majority_said_the_same() -> None:
    promised: Milestone = a_majority_says(Promise, "promised ballot {0.ballot}")
    first = (Id("a3"), Promise(2, None))
    second = (Id("a1"), Promise(2, Vote(1, V1)))
    stale = (Id("a2"), Promise(1, None))
    assert promised.lines(seen(other=(first, stale))) == {}
    assert promised.lines(seen(other=(first, stale, second))) == {
        "promised ballot 2": "a1 and a3, a majority, promised ballot 2"
    }
