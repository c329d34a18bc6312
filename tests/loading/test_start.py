"""A given start, read from lines: the state that it describes, and mistakes in it."""

from __future__ import annotations

from typing import Any

import pytest

from pcheck.errors import UsageError
from pcheck.loading.setup import prepare
from pcheck.loading.spec import find
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS
from tests.scenarios import workers

WORKERS = find(workers.__file__)
UNCHANGED = {"promised": "0", "vote": "None"}


def model(*lines: str, **given: Any) -> ClusterModel:
    found = prepare(find("paxos"), {"acceptors": 2, "rounds": 2}, start=lines, **given).model
    assert isinstance(found, ClusterModel)
    return found


def fault(*lines: str, spec: Any = None) -> str:
    with pytest.raises(UsageError) as caught:
        prepare(spec or find("paxos"), {}, start=lines)
    return str(caught.value)


def inboxes(found: ClusterModel) -> list[list[str]]:
    return [[f"{each.src}: {each.text}" for each in i.inbox] for i in found.initial().nodes]


@pytest.mark.parametrize("network", NETWORKS)
def test_the_start_has_the_given_fields_and_nodes_that_are_down(network: str) -> None:
    lines = "a1.promised = 2", "a1.vote = Vote(2, v2)", "a2 is down", "p1.promises = {a1: None}"
    begun = model(*lines, network=network)
    state = begun.initial()
    assert begun.columns(state) == {
        "p1": {"started": "0", "promises": "{a1: None}"},
        "p2": {"started": "0", "promises": "None"},
        "a1": {"promised": "2", "vote": "Vote(ballot=2, value=v2)"},
        "a2": {"": "down", **UNCHANGED},
    }
    assert (state.crashes, state.observed, inboxes(begun)) == (0, frozenset(), [[], [], [], []])


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        ("set", ["p1: Prepare(ballot=1)", "p1: Prepare(ballot=3)", "p2: Prepare(ballot=2)"]),
        (
            "once",
            [
                "p1: Prepare(ballot=1)",
                "p1: Prepare(ballot=3)",
                "p1: Prepare(ballot=3)",
                "p2: Prepare(ballot=2)",
            ],
        ),
        (
            "fifo",
            [
                "p1: Prepare(ballot=3)",
                "p1: Prepare(ballot=1)",
                "p1: Prepare(ballot=3)",
                "p2: Prepare(ballot=2)",
            ],
        ),
    ],
)
def test_messages_in_flight_are_in_the_inbox_as_the_network_keeps_them(
    network: str, expected: list[str]
) -> None:
    """The order of the lines is the order of sending, which only fifo keeps."""
    lines = [
        "in flight: a1 <- p2: Prepare(2)",
        "in flight: a1 <- p1: Prepare(3)",
        "in flight: a1 <- p1: Prepare(ballot=1)",
        "in flight: a1 <- p1: Prepare(3)",
    ]
    assert inboxes(model(*lines, network=network)) == [[], [], expected, []]


@pytest.mark.parametrize("network", NETWORKS)
def test_sent_messages_are_seen_but_in_no_inbox(network: str) -> None:
    lines = "a1 sent Accepted(Vote(2, v2))", "in flight: a1 <- p1: Prepare(1)"
    begun = model(*lines, network=network)
    seen = [(str(each.src), each.text) for each in begun.initial().observed]
    assert seen == [("a1", "Accepted(vote=Vote(ballot=2, value=v2))")]  # no property sees Prepare
    assert inboxes(begun) == [[], [], ["p1: Prepare(ballot=1)"], []]
    assert [each.text for each in begun.sent_before] == [
        *(text for _, text in seen),
        "Prepare(ballot=1)",
    ]


def test_without_lines_the_cluster_begins_as_its_spec_says() -> None:
    begun = model()
    assert (begun.begins_elsewhere, begun.begin_again, begun.sent_before) == (False, None, ())
    assert len(begun.interchangeable) > 0


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", "a given start must be like a1.promised = 2; a1 is down; a1 sent Accepted(...)"),
        ("a1 is up", "a given start must be like "),
        ("a1.promised == 2", "= 2 is not a value, such as 10, None or Vote(2, v1)"),
        ("a1.promised", "a given start must be like "),
        ("a1.promised =", "a given start must be like "),
        ("a9.promised = 2", "unknown node 'a9'; expected p1, p2, a1, a2 or a3"),
        ("a1.promise = 2", "unknown field 'promise' of a1; did you mean 'promised'?"),
        ("a1.me = a2", "a1.me is a fixed field, which no start can change"),
        ("a1.learners = a2", "a1.learners is a fixed field, which no start can change"),
        ("a1.promised = v2", "a1.promised must be int, got v2"),
        ("a1.promised = True", "a1.promised must be int, got True"),
        ("a1.promised = 1.0", "a1.promised must be int, got 1.0"),
        ("a1.vote = 7", "a1.vote must be Vote | None, got 7"),
        ("a1.vote = Vote(v2, 2)", "Vote.ballot must be int, got v2"),
        ("a9 is down", "unknown node 'a9'; expected p1, p2, a1, a2 or a3"),
        ("p9 sent Prepare(1)", "unknown node 'p9'; expected p1, p2, a1, a2 or a3"),
        ("p1 sent 7", "7 is not a message, such as Prepare(7)"),
        ("p1 sent Prepar(1)", "unknown class 'Prepar'; did you mean 'Prepare'?"),
        ("p1 sent Prepare(v1)", "Prepare.ballot must be int, got v1"),
        ("in flight: a1 <- p9: Prepare(1)", "unknown node 'p9'; expected p1, p2, a1, a2 or a3"),
        ("in flight: a9 <- p1: Prepare(1)", "unknown node 'a9'; expected p1, p2, a1, a2 or a3"),
        ("in flight: a1 <- p1: v1", "v1 is not a message, such as Prepare(7)"),
        ("in flight: Prepare(1)", "a given start must be like "),
    ],
)
def test_a_mistake_in_a_line_is_named(line: str, expected: str) -> None:
    assert fault(line)[: len(expected)] == expected


@pytest.mark.parametrize("line", ["a1.promised = 1", "a1 is down", "a1 sent Accepted(Vote(1, v1))"])
def test_a_line_that_says_nothing_new_is_refused(line: str) -> None:
    name = line.partition(" =")[0]
    assert fault(line, line) == f"{name} is given twice"


def test_equal_messages_in_flight_may_be_given_twice() -> None:
    line = "in flight: a1 <- p1: Prepare(1)"
    assert inboxes(model(line, line, network="once"))[2] == ["p1: Prepare(ballot=1)"] * 2


def test_values_that_no_state_may_hold_are_refused() -> None:
    text = fault("w1.anything = Unsupported((1,))", spec=WORKERS)
    assert text.startswith("w1.anything cannot be Unsupported((1,)): ")
    message = fault("in flight: w1 <- w2: Box(Unsupported((1,)))", spec=WORKERS)
    assert message.startswith("Box(Unsupported((1,))) cannot be sent: inner")


def test_a_model_without_nodes_has_no_given_start() -> None:
    text = fault("a1.vote = 1", spec=find("lamport"))
    assert text == "lamport is a Model without nodes, which does not take start"


def test_the_correct_protocol_begins_there_too() -> None:
    lines = "a1.promised = 2", "a2 is down", "in flight: a1 <- p1: Prepare(1)"
    given = {"acceptors": 2, "rounds": 2}
    setup = prepare(find("paxos"), given, bug="ignores-votes", start=lines)
    correct = setup.correct()
    assert isinstance(correct, ClusterModel)
    assert correct.columns(correct.initial()) == model(*lines).columns(model(*lines).initial())
    assert inboxes(correct) == [[], [], ["p1: Prepare(ballot=1)"], []]
    assert (correct.begins_elsewhere, correct.interchangeable) == (True, ())


def test_the_correct_protocol_begins_without_what_only_the_bug_has() -> None:
    lines = "w1.extra = 1", "w1.count = 2", "in flight: w1 <- w2: Odd(1)"
    correct = prepare(WORKERS, {}, bug=1, start=lines).correct()
    assert isinstance(correct, ClusterModel)
    fields = correct.columns(correct.initial())["w1"]
    assert ("extra" in fields, fields["count"], inboxes(correct)[0]) == (
        False,
        "2",
        ["w2: Odd(n=1)"],
    )
    more = "w3.count = 1", "w3 is down", "w3 sent Say('x')", "in flight: w1 <- w3: Ask(2)"
    correct = prepare(WORKERS, {}, bug=2, start=more).correct()
    assert isinstance(correct, ClusterModel)
    assert [*correct.columns(correct.initial())] == ["w1", "w2"]
    assert (inboxes(correct), correct.sent_before) == ([[], []], ())


def test_a_volatile_field_of_a_node_that_is_down_cannot_be_given() -> None:
    lines = ["p1 is down", "p1.promises = Map()"]
    with pytest.raises(UsageError, match="p1 is down, so its volatile field promises cannot be"):
        prepare("paxos", {}, start=lines)
    prepare("paxos", {}, start=["p1 is down", "p1.promises = None", "p1.started = 1"])
