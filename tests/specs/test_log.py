"""The properties and milestones of a log, on hand-made observations, and the replica.

Some of the observations cannot occur in any execution.
"""

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
    chosen_by,
    executions_and_votes,
    logged,
    one_value_per_ballot,
    only_the_chosen_is_executed,
    replicas_agree,
    some_value_chosen,
    two_majorities_in_a_slot,
    validity,
)

X1, X2, Y1, Y2 = map(Value, "x1 x2 y1 y2".split())


def voted(text: str) -> tuple[Id, Accepted]:
    """Return a vote: `a1 1 2 x2` means that a1 voted in ballot 1 and slot 2 for x2."""
    acceptor, ballot, slot, value = text.split()
    return Id(acceptor), Accepted(int(ballot), int(slot), Value(value))


def seen(*votes: str, acceptors: int = 3, executed: tuple[str, ...] = ()) -> Seen:
    """Return an observation; `executed=("x1 x2", "")`: r1 executed two commands, r2 no command."""
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
SPLIT_BALLOT = seen("a1 1 1 x1", "a2 1 1 y1")


@pytest.mark.parametrize(
    ("observation", "who"),
    [
        (NOBODY, {}),
        (SPLIT, {}),
        (SLOTS_APART, {}),
        (seen("a1 1 1 x1", "a2 2 1 x1"), {}),  # a majority for one value, but in two ballots
        (seen("a1 1 1 x1", "a2 1 2 x1"), {}),  # a majority for one value, but in two slots
        (seen("a1 1 1 x1", "a2 1 1 x1", acceptors=4), {}),  # half is not a majority
        (seen("a1 1 1 x1", acceptors=1), {"1 1 x1": "a1"}),
        (AGAIN, {"1 1 x1": "a1 a2", "2 1 x1": "a2 a3"}),
        (FULL, {"1 1 x1": "a1 a2", "1 2 x2": "a2 a3"}),
    ],
)
def test_a_value_is_chosen_once_a_majority_voted_for_it_in_one_slot_and_ballot(
    observation: Seen, who: dict[str, str]
) -> None:
    found = {
        f"{vote.ballot} {vote.slot} {vote.value}": " ".join(voters)
        for vote, voters in chosen_by(observation).items()
    }
    assert found == who
    assert set(chosen(observation)) == {*chosen_by(observation)}


@pytest.mark.parametrize(
    ("prop", "observation", "why"),
    [
        (agreement, NOBODY, None),
        (agreement, SPLIT, None),
        (agreement, AGAIN, None),
        (agreement, SPLIT_BALLOT, None),
        (agreement, FULL, None),
        (agreement, TWO, "x2 and y2 are both chosen in slot 2"),
        (
            agreement,
            seen("a1 1 1 x1", "a2 1 1 x1", "a2 2 1 no-op", "a3 2 1 no-op"),
            "no-op and x1 are both chosen in slot 1",
        ),
        (validity, NOBODY, None),
        (validity, GAP, None),
        (validity, seen("a1 1 2 x1"), None),  # a command is proposed, whatever its slot
        (validity, seen("a1 1 1 z1"), "nobody proposed z1, and there are votes for it"),
        (one_value_per_ballot, NOBODY, None),
        (one_value_per_ballot, TWO, None),
        (one_value_per_ballot, FULL, None),
        (
            one_value_per_ballot,
            SPLIT_BALLOT,
            "there are votes for x1 and y1 in slot 1, in ballot 1",
        ),
    ],
)
def test_an_always_property_says_why_it_is_false(
    prop: Property, observation: Seen, why: str | None
) -> None:
    assert prop.why_false(observation) == why


@pytest.mark.parametrize(
    ("observation", "reached"),
    # some value, a no-op, all commands of x, all commands of y
    [
        (NOBODY, [False, False, False, False]),
        (SPLIT, [False, False, False, False]),
        (ONE, [True, False, False, False]),
        (FULL, [True, False, True, False]),
        (GAP, [True, True, False, False]),
    ],
)
def test_a_sometimes_property_is_reached_where_it_is_true(
    observation: Seen, reached: list[bool]
) -> None:
    full = [can_fill_the_log(commands) for commands in ((X1, X2), (Y1, Y2))]
    properties = [some_value_chosen, a_gap_is_filled, *full]
    assert [prop.is_reached(observation) for prop in properties] == reached


@pytest.mark.parametrize(
    ("votes", "executed", "why"),
    [
        ((), ("", ""), None),
        (("a1 1 1 x1", "a2 1 1 x1"), ("x1", ""), None),
        (
            ("a1 1 1 x1",),
            ("", "x1"),
            "r2 has executed x1 as command 1, but x1 is not chosen in slot 1",
        ),
        (
            ("a1 1 2 x2", "a2 1 2 x2"),
            ("x2",),
            "r1 has executed x2 as command 1, but x2 is not chosen in slot 1",
        ),
        (
            ("a1 1 1 x1", "a2 1 1 x1", "a1 1 2 x2", "a2 1 2 x2"),
            ("x1 x2", "x1 x1"),
            "r2 has executed x1 as command 2, but x1 is not chosen in slot 2",
        ),
    ],
)
def test_a_replica_executes_only_the_chosen_values_in_the_order_of_the_slots(
    votes: tuple[str, ...], executed: tuple[str, ...], why: str | None
) -> None:
    assert only_the_chosen_is_executed.why_false(seen(*votes, executed=executed)) == why


@pytest.mark.parametrize(
    ("executed", "why"),
    [
        ((), None),
        (("", "x1 x2"), None),
        (("x1", "x1 x2", "x1"), None),
        (("x1", "y1"), "r1 has executed x1 as command 1, but r2 has executed y1"),
        (("", "x1 x2", "x1 y2"), "r2 has executed x2 as command 2, but r3 has executed y2"),
    ],
)
def test_replicas_agree_where_one_has_only_executed_fewer_commands_than_another(
    executed: tuple[str, ...], why: str | None
) -> None:
    assert replicas_agree.why_false(seen(executed=executed)) == why


def test_all_is_executed_once_one_replica_has_executed_every_slot() -> None:
    logs = [("", ""), ("x1", "x1"), ("", "x1 x2")]
    assert [all_is_executed.is_reached(seen(executed=each)) for each in logs] == [
        False,
        False,
        True,
    ]


OF_REPLICAS = "only_the_chosen_is_executed replicas_agree all_is_executed"


@pytest.mark.parametrize(
    ("gaps", "replicas", "names"),
    [
        (False, 0, ""),
        (True, 0, "a_gap_is_filled"),
        (False, 1, OF_REPLICAS),
        (True, 2, f"a_gap_is_filled {OF_REPLICAS} a_replica_is_told"),
    ],
)
def test_gaps_and_replicas_have_properties_only_where_they_can_occur(
    gaps: bool, replicas: int, names: str
) -> None:
    found = {prop.name for prop in logged([(X1, X2), (Y1, Y2)], group("r", replicas), gaps=gaps)}
    always = "agreement validity one_value_per_ballot some_value_chosen the_log_can_still_be_filled"
    assert found == {*f"{always} x1_x2_can_be_chosen y1_y2_can_be_chosen {names}".split()}


def test_a_milestone_names_the_slot_the_value_and_its_majority() -> None:
    assert list(a_value_is_chosen.lines(FULL).values()) == [
        "slot 1: x1 is chosen: a1 and a2, a majority, voted in ballot 1",
        "slot 2: x2 is chosen: a2 and a3, a majority, voted in ballot 1",
    ]
    assert list(a_value_is_chosen.lines(SPLIT)) == []


def test_two_chosen_values_in_a_slot_are_explained_by_their_majorities() -> None:
    events = [NOBODY, seen("a1 1 1 x1", "a2 1 1 x1"), TWO]
    assert [*map(str, two_majorities_in_a_slot(History(events)))] == [
        "x2 is chosen in slot 2 by step 2: a1 and a2, a majority, voted for it in ballot 1.",
        "y2 is chosen in slot 2 by step 2: a2 and a3, a majority, voted for it in ballot 2.",
        "Any two majorities have an acceptor in common: here a2, voting for both.",
        "a2",
    ]


def test_executed_commands_are_explained_by_the_votes() -> None:
    events = [NOBODY, seen("a1 1 2 x2", executed=("x2 x1", ""))]
    assert [*map(str, executions_and_votes(History(events)))] == [
        "r1 has executed x2, then x1.",
        "r1",
        "a1 voted for x2 in slot 2, in ballot 1.",
    ]


# Replicas


def replica(replicas: int = 1) -> Replica:
    return Replica(me=Id("r1"), quorum=2, others=group("r", replicas))


def after_votes(replica: Replica, *votes: str) -> tuple[Replica, list[Send]]:
    """Deliver the votes in order, and return the replica and all that it sent."""
    sent: list[Send] = []
    for acceptor, vote in map(voted, votes):
        match replica.receive(vote, acceptor):
            case Replica() as replica:
                pass
            case Replica() as replica, Send() as decide:
                sent.append(decide)
    return replica, sent


def test_a_replica_executes_the_choice_of_a_majority_and_informs_the_other_replicas() -> None:
    after, sent = after_votes(replica(3), "a1 1 1 x1", "a3 1 1 x1")
    assert (after.executed, after.slot, after.heard) == ((X1,), 2, Map())
    assert sent == [Send((Id("r2"), Id("r3")), Decide(1, X1))]


@pytest.mark.parametrize(
    "votes",
    [
        ("a1 1 1 x1",),
        ("a1 1 1 x1", "a1 1 1 x1"),  # the same acceptor twice
        ("a1 1 1 x1", "a2 2 1 x1"),  # in two ballots
        ("a1 1 2 x2", "a2 1 2 x2"),  # a later slot, which the replica does not accept yet
    ],
)
def test_a_replica_executes_nothing_without_a_majority_in_its_next_slot(
    votes: tuple[str, ...],
) -> None:
    assert after_votes(replica(), *votes)[0].executed == ()


def test_a_later_slot_is_executed_after_the_one_before_it() -> None:
    first = "a1 2 1 no-op", "a2 2 1 no-op"
    second = "a1 1 2 x2", "a2 1 2 x2"
    assert after_votes(replica(), *second, *first, *second)[0].executed == (NO_OP, X2)


def test_a_replica_accepts_a_decision_about_its_next_slot_only() -> None:
    before = replica()
    steps = [before.receive(Decide(slot, X1), Id("r2")) for slot in (1, 2)]
    assert steps == [before.but(slot=2, executed=(X1,)), None]
