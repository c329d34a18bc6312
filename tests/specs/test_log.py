"""What a log means, asked of sights made by hand: also of those that nothing should show."""

from __future__ import annotations

import pytest

from pcheck import History, Id, Map, Property, Seen, Value, group
from pcheck.language.actor import Send
from specs.log import (
    NO_OP,
    Accepted,
    Decide,
    Replica,
    a_gap_is_filled,
    a_value_is_chosen,
    agreement,
    all_is_executed,
    can_fill_the_log,
    chosen,
    in_its_slot,
    logged,
    one_value_per_ballot,
    only_the_chosen_is_executed,
    replicas_agree,
    some_value_chosen,
    validity,
    who_executed_what,
)

X1, X2, Y1, Y2 = map(Value, "x1 x2 y1 y2".split())


def voted(text: str) -> tuple[Id, Accepted]:
    """`a1 1 2 x2`: a1 voted in ballot 1, in slot 2, for x2."""
    acceptor, ballot, slot, value = text.split()
    return Id(acceptor), Accepted(int(ballot), int(slot), Value(value))


def seen(*votes: str, acceptors: int = 3, executed: tuple[str, ...] = ()) -> Seen:
    """`executed=("x1 x2", "")`: r1 has executed two commands, and r2 none."""
    fields = {
        "wants": ((Id("p1"), (X1, X2)), (Id("p2"), (Y1, Y2))),
        "executed": tuple(
            (Id(f"r{i}"), tuple(map(Value, done.split()))) for i, done in enumerate(executed, 1)
        ),
    }
    return Seen(map(voted, votes), {"a": group("a", acceptors)}, fields)


NOBODY = seen()
SPLIT = seen("a1 1 1 x1", "a2 2 1 y1", "a3 3 1 x1")
SLOTS_APART = seen("a1 1 1 x1", "a2 1 2 x2", "a3 1 1 y1")
ONE = seen("a1 1 1 x1", "a2 1 1 x1")
AGAIN = seen("a1 1 1 x1", "a2 1 1 x1", "a2 2 1 x1", "a3 2 1 x1")
FULL = seen("a1 1 1 x1", "a2 1 1 x1", "a2 1 2 x2", "a3 1 2 x2")
GAP = seen("a1 2 1 no-op", "a2 2 1 no-op", "a1 2 2 x2", "a2 2 2 x2")
TWO = seen("a1 1 2 x2", "a2 1 2 x2", "a2 2 2 y2", "a3 2 2 y2")
TORN = seen("a1 1 1 x1", "a2 1 1 y1")


@pytest.mark.parametrize(
    ("sight", "who"),
    [
        (NOBODY, {}),
        (SPLIT, {}),
        (SLOTS_APART, {}),
        (seen("a1 1 1 x1", "a2 2 1 x1"), {}),  # one value, and a majority, but not in one ballot
        (seen("a1 1 1 x1", "a2 1 2 x1"), {}),  # nor in one slot
        (seen("a1 1 1 x1", "a2 1 1 x1", acceptors=4), {}),  # a half is no majority
        (seen("a1 1 1 x1", acceptors=1), {"1 1 x1": "a1"}),
        (AGAIN, {"1 1 x1": "a1 a2", "2 1 x1": "a2 a3"}),
        (FULL, {"1 1 x1": "a1 a2", "1 2 x2": "a2 a3"}),
    ],
)
def test_a_value_is_chosen_once_a_majority_voted_for_it_in_one_slot_and_ballot(
    sight: Seen, who: dict[str, str]
) -> None:
    found = {
        f"{said.ballot} {said.slot} {said.value}": them for said, them in chosen(sight).items()
    }
    assert {vote: " ".join(them) for vote, them in found.items()} == who


@pytest.mark.parametrize(
    ("prop", "sight", "why"),
    [
        (agreement, NOBODY, None),
        (agreement, SPLIT, None),
        (agreement, AGAIN, None),
        (agreement, TORN, None),
        (agreement, FULL, None),
        (agreement, TWO, "x2 and y2 are both chosen in slot 2"),
        (
            agreement,
            seen("a1 1 1 x1", "a2 1 1 x1", "a2 2 1 no-op", "a3 2 1 no-op"),
            "no-op and x1 are both chosen in slot 1",
        ),
        (validity, NOBODY, None),
        (validity, GAP, None),
        (validity, seen("a1 1 2 x1"), None),  # a command is no less of one in another slot
        (validity, seen("a1 1 1 z1"), "nobody proposed z1, and there are votes for it"),
        (one_value_per_ballot, NOBODY, None),
        (one_value_per_ballot, TWO, None),
        (one_value_per_ballot, FULL, None),
        (one_value_per_ballot, TORN, "there are votes for x1 and y1 in slot 1, in ballot 1"),
    ],
)
def test_what_is_always_true_says_why_where_it_is_not(
    prop: Property, sight: Seen, why: str | None
) -> None:
    assert prop.why_false(sight) == why


@pytest.mark.parametrize(
    ("sight", "reached"),
    # whether some value, a no-op, all of x and all of y are chosen
    [
        (NOBODY, [False, False, False, False]),
        (SPLIT, [False, False, False, False]),
        (ONE, [True, False, False, False]),
        (FULL, [True, False, True, False]),
        (GAP, [True, True, False, False]),
    ],
)
def test_what_is_sometimes_true_is_reached_where_it_is(sight: Seen, reached: list[bool]) -> None:
    full = [can_fill_the_log(commands) for commands in ((X1, X2), (Y1, Y2))]
    asked = [some_value_chosen, a_gap_is_filled, *full]
    assert [prop.reached(sight) for prop in asked] == reached


@pytest.mark.parametrize(
    ("votes", "executed", "why"),
    [
        ((), ("", ""), None),
        (("a1 1 1 x1", "a2 1 1 x1"), ("x1", ""), None),
        (
            ("a1 1 1 x1",),
            ("", "x1"),
            "r2 has executed x1 as number 1, and it is not chosen in slot 1",
        ),
        (
            ("a1 1 2 x2", "a2 1 2 x2"),
            ("x2",),
            "r1 has executed x2 as number 1, and it is not chosen in slot 1",
        ),
        (
            ("a1 1 1 x1", "a2 1 1 x1", "a1 1 2 x2", "a2 1 2 x2"),
            ("x1 x2", "x1 x1"),
            "r2 has executed x1 as number 2, and it is not chosen in slot 2",
        ),
    ],
)
def test_a_replica_executes_what_is_chosen_from_the_first_slot_on(
    votes: tuple[str, ...], executed: tuple[str, ...], why: str | None
) -> None:
    assert only_the_chosen_is_executed.why_false(seen(*votes, executed=executed)) == why


@pytest.mark.parametrize(
    ("executed", "why"),
    [
        ((), None),
        (("", "x1 x2"), None),
        (("x1", "x1 x2", "x1"), None),
        (("x1", "y1"), "r1 has executed x1 as number 1, and r2 y1"),
        (("", "x1 x2", "x1 y2"), "r2 has executed x2 as number 2, and r3 y2"),
    ],
)
def test_replicas_agree_if_each_has_gone_further_than_another_or_less_far(
    executed: tuple[str, ...], why: str | None
) -> None:
    assert replicas_agree.why_false(seen(executed=executed)) == why


def test_all_is_executed_once_a_replica_has_gone_through_every_slot() -> None:
    done = [("", ""), ("x1", "x1"), ("", "x1 x2")]
    assert [all_is_executed.reached(seen(executed=each)) for each in done] == [False, False, True]


@pytest.mark.parametrize(
    ("gaps", "replicas", "names"),
    [
        (False, 0, ""),
        (True, 0, "a_gap_is_filled"),
        (True, 2, "a_gap_is_filled only_the_chosen_is_executed replicas_agree all_is_executed"),
    ],
)
def test_gaps_and_replicas_are_asked_about_where_there_can_be_any(
    gaps: bool, replicas: int, names: str
) -> None:
    asked = {prop.name for prop in logged([(X1, X2), (Y1, Y2)], group("r", replicas), gaps=gaps)}
    always = "agreement validity one_value_per_ballot some_value_chosen"
    assert asked == {*f"{always} x1_x2_can_be_chosen y1_y2_can_be_chosen {names}".split()}


def test_a_milestone_names_the_slot_the_value_and_its_majority() -> None:
    assert list(a_value_is_chosen.reached(FULL).values()) == [
        "slot 1: x1 is chosen: a1 and a2, a majority, voted in ballot 1",
        "slot 2: x2 is chosen: a2 and a3, a majority, voted in ballot 1",
    ]
    assert list(a_value_is_chosen.reached(SPLIT)) == []


def test_two_values_in_a_slot_are_explained_by_who_voted_for_both() -> None:
    events = [NOBODY, seen("a1 1 1 x1", "a2 1 1 x1"), TWO]
    assert [*map(str, in_its_slot(History(events)))] == [
        "x2 is chosen in slot 2 by step 2: a1 and a2, a majority, voted for it in ballot 1.",
        "y2 is chosen in slot 2 by step 2: a2 and a3, a majority, voted for it in ballot 2.",
        "Any two majorities have an acceptor in common: here a2, voting for both.",
        "a2",
    ]


def test_what_was_executed_is_explained_by_who_voted_for_what() -> None:
    events = [NOBODY, seen("a1 1 2 x2", executed=("x2 x1", ""))]
    assert [*map(str, who_executed_what(History(events)))] == [
        "r1 has executed x2, then x1.",
        "r1",
        "a1 voted for x2 in slot 2, in ballot 1.",
    ]


# Replicas


def replica(replicas: int = 1) -> Replica:
    return Replica(me=Id("r1"), quorum=2, others=group("r", replicas))


def hears(it: Replica, *said: str) -> tuple[Replica, list[Send]]:
    """What becomes of a replica, and what it sends meanwhile."""
    sent: list[Send] = []
    for acceptor, vote in map(voted, said):
        match it.receive(vote, acceptor):
            case Replica() as it:
                pass
            case Replica() as it, Send() as told:
                sent.append(told)
    return it, sent


def test_a_replica_executes_what_a_majority_voted_for_and_tells_the_others() -> None:
    it, sent = hears(replica(3), "a1 1 1 x1", "a3 1 1 x1")
    assert (it.executed, it.slot, it.heard) == ((X1,), 2, Map())
    assert sent == [Send((Id("r2"), Id("r3")), Decide(1, X1))]


@pytest.mark.parametrize(
    "said",
    [
        ("a1 1 1 x1",),
        ("a1 1 1 x1", "a1 1 1 x1"),  # the same acceptor twice
        ("a1 1 1 x1", "a2 2 1 x1"),  # not in one ballot
        ("a1 1 2 x2", "a2 1 2 x2"),  # a later slot, which waits
    ],
)
def test_a_replica_executes_nothing_before_that(said: tuple[str, ...]) -> None:
    assert hears(replica(), *said)[0].executed == ()


def test_a_later_slot_is_executed_after_the_one_before_it() -> None:
    first = "a1 2 1 no-op", "a2 2 1 no-op"
    second = "a1 1 2 x2", "a2 1 2 x2"
    assert hears(replica(), *second, *first, *second)[0].executed == (NO_OP, X2)


def test_a_replica_believes_another_about_the_next_slot_only() -> None:
    it = replica()
    told = [it.receive(Decide(slot, X1), Id("r2")) for slot in (1, 2)]
    assert told == [it.but(slot=2, executed=(X1,)), None]
