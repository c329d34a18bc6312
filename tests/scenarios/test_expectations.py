"""Expectations: what fulfils each form, the fact behind the answer, and mistakes in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from pcheck import Cluster, group, spec
from pcheck.hosted import Hosted, Net
from pcheck.loading.spec import find, of_builder
from tests.scenarios import workers
from tests.scenarios.written import fault, found

WORKERS = find(workers.__file__)
HEAD = "spec: workers.py\ncrashes: 1\n\n"
MUST_BE_SENDER = "name the sender, as in `a1 takes Accept(Vote(1, v1)) from p1`"


def answers(text: str) -> list[tuple[bool | None, str]]:
    return found(text).answers


def of_workers(text: str) -> list[tuple[bool | None, str]]:
    return found(text, WORKERS, HEAD).answers


def test_the_value_of_a_field_is_compared() -> None:
    text = """\
        p1 starts ballot 1
        a1 <- p1: Prepare(1)
        p1 <- a1: *
        a1 <- p1: Accept(*)
        expect a1.promised = 1
        expect a1.promised != 1
        expect a1.vote = Vote(1, v1)
        expect a1.vote = Vote(ballot=1, value=v1)
        expect a1.vote = Vote(value=v1, ballot=1)
        expect a1.vote = Vote(*, v1)
        expect a1.vote != Vote(1, v2)
        expect a1.vote = None
        """
    vote = "a1.vote = Vote(ballot=1, value=v1)"
    assert answers(text) == [
        (True, "a1.promised = 1"),
        (False, "a1.promised = 1"),
        (True, vote),
        (True, vote),
        (True, vote),
        (True, vote),
        (True, vote),
        (False, vote),
    ]


def test_a_value_may_be_written_otherwise_than_it_is_printed() -> None:
    text = """\
        given w1.heard = {w2, w1}
        given w1.by = {w1: 1, w2: 2}
        given w1.anything = {1, True, 1.0}
        given w1.phase = 'busy'
        expect w1.heard = {w1, w2}
        expect w1.heard = {w2, w1}
        expect w1.heard = {w2}
        expect w1.by = {w2: 2, w1: 1}
        expect w1.by = Map({w2: 2, w1: 1})
        expect w1.anything = {True, 1.0, 1}
        expect w1.anything = {True, 1.0}
        expect w1.phase = "busy"
        expect w1.color = Color.RED
        expect w2.heard = {}
        expect w2.heard = Set()
        expect w2.by = {}
        expect w2.by = Map()
        """
    assert [is_so for is_so, _ in of_workers(text)] == [
        *(True, True, False, True, True, True, False, True),
        *(True, True, True, True, True),
    ]


def test_a_node_is_up_or_down() -> None:
    text = "expect a1 is up\na1 crashes\nexpect a1 is down\nexpect a1 is up\na1 restarts\n"
    assert answers(text + "expect a1 is down") == [
        (True, "a1 is up"),
        (True, "a1 is down"),
        (False, "a1 is down"),
        (False, "a1 is up"),
    ]


def test_a_node_takes_a_message_or_ignores_it() -> None:
    """The message need not be in flight if its sender is named."""
    text = """\
        expect a1 takes Prepare(1) from p1
        p2 starts ballot 2
        expect a1 takes Prepare(*)
        expect a1 ignores Prepare(2)
        a1 <- p2: Prepare(2)
        expect a1 ignores Prepare(1) from p1
        expect a1 takes Prepare(ballot=1) from p1
        expect a1 takes Accept(Vote(2, v2)) from p2
        expect p1 ignores Prepare(1) from p1
        """
    takes = "a1 would take Prepare(2): promised = 2, sends Promise(2, None) to p2"
    ignores = "a1 ignores Prepare(1): `self.may_promise(ballot)` is false; promised = 2"
    assert answers(text) == [
        (True, "a1 would take Prepare(1): promised = 1, sends Promise(1, None) to p1"),
        (True, takes),
        (False, takes),
        (True, ignores),
        (False, ignores),
        (
            True,
            "a1 would take Accept(Vote(2, v2)): vote = Vote(ballot=2, value=v2), "
            "Accepted(Vote(2, v2))",
        ),
        (True, "p1 has no case for Prepare"),
    ]


def test_all_choices_of_a_node_that_takes_a_message_are_named() -> None:
    text = "expect w1 takes Flip() from w2\nexpect w1 ignores Flip() from w2\n"
    fact = "w1 would take Flip(): count = 1; or rate = 1"
    assert of_workers(text) == [(True, fact), (False, fact)]


def test_a_node_that_is_down_neither_takes_nor_ignores() -> None:
    text = "a1 crashes\nexpect a1 takes Prepare(1) from p1\nexpect a1 ignores Prepare(1) from p1"
    assert answers(text) == [(False, "a1 is down"), (False, "a1 is down")]


def test_words_like_from_inside_a_message_are_part_of_it() -> None:
    text = "expect w1 takes Say('go from here') from w2\n"
    does = "w1 would take Say('go from here'): heard = {w2}"
    assert of_workers(text) == [(True, does)]


def test_messages_are_sent_in_a_step_so_far_or_before_a_given_start() -> None:
    text = """\
        given a1 sent Accepted(Vote(2, v2))
        given in flight: a1 <- p2: Prepare(2)
        expect a1 sent Accepted(Vote(2, v2))
        expect a1 did not send Accepted(*)
        expect p2 sent Prepare(2)
        expect p1 did not send Prepare(*)
        p1 starts ballot 1
        a1 <- p1: Prepare(1)
        expect p1 sent Prepare(ballot=1)
        expect a1 sent Promise(1, *)
        expect a1 did not send Promise(1, None)
        expect a1 sent Promise(2, *)
        """
    before = "a1 sent Accepted(Vote(2, v2)) before the given start"
    assert answers(text) == [
        (True, before),
        (False, before),
        (True, "p2 sent Prepare(2) before the given start"),
        (True, "p1 did not send Prepare"),
        (True, "p1 sent Prepare(1) in step 1"),
        (True, "a1 sent Promise(1, None) in step 2"),
        (False, "a1 sent Promise(1, None) in step 2"),
        (False, "a1 did not send Promise(2, *)"),
    ]


def test_blanks_in_texts_of_messages_count() -> None:
    text = "w1 counts\nw2 <- w1: Ask(1)\nexpect w2 sent Say('got  1')\nexpect w2 sent Say('got 1')"
    assert [is_so for is_so, _ in of_workers(text)] == [True, False]


def test_a_step_is_possible_or_not() -> None:
    text = """\
        expect possible: p1 starts *
        expect not possible: p1 starts ballot 1
        expect not possible: a1 <- *
        p2 starts ballot 2
        p1 starts ballot 1
        a1 <- p2: Prepare(2)
        expect not possible: a1 <- p1: Prepare(1)
        expect possible: a1 <- p1: Prepare(1)
        """
    ignores = "a1 ignores Prepare(1): `self.may_promise(ballot)` is false; promised = 2"
    assert answers(text) == [
        (True, "possible: p1 starts ballot 1"),
        (False, "possible: p1 starts ballot 1"),
        (True, "not possible: a1 <- *"),
        (True, f"not possible: a1 <- p1: Prepare(1); {ignores}"),
        (False, f"not possible: a1 <- p1: Prepare(1); {ignores}"),
    ]


CHOSEN = """\
    given a1 sent Accepted(Vote(1, v1))
    expect agreement is true
    expect agreement is false
    expect chosen is reached
    expect some_value_chosen is not reached
    expect v2_can_be_chosen is not reached
    """


def test_a_property_is_true_or_reached_in_the_state_now() -> None:
    assert answers(CHOSEN) == [
        (True, "agreement is true"),
        (False, "agreement is true"),
        (True, "chosen is reached"),
        (False, "some_value_chosen is reached"),
        (True, "v2_can_be_chosen is not reached"),
    ]
    both = "given a1 sent Accepted(Vote(2, v2))\n" + CHOSEN
    assert answers(both)[1] == (True, "agreement is false: v1 and v2 are both chosen")


def test_a_property_of_steps_is_about_the_last_step() -> None:
    lines = "expect never_back is true\nexpect never_back is false\n"
    back = "never_back is false: w1 went back"
    assert of_workers(f"{lines}w1 counts\n{lines}w1 resets\n{lines}w2 counts\n{lines}") == [
        (True, "never_back is true: no step was taken"),
        (False, "never_back is true: no step was taken"),
        (True, "never_back is true"),
        (False, "never_back is true"),
        (False, back),
        (True, back),
        (True, "never_back is true"),
        (False, "never_back is true"),
    ]


def test_a_milestone_is_one_that_a_step_has_reached() -> None:
    text = "p1 starts ballot 1\na1 <- p1: *\nexpect milestone: a1, a majority, promised ballot 1\n"
    assert answers(f"{text}expect milestone: * is chosen*") == [
        (True, "a1, a majority, promised ballot 1 (step 2)"),
        (False, "no step has reached a milestone like * is chosen*"),
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("expect a9.promised = 1", "unknown node 'a9'; expected p1, p2 or a1"),
        ("expect a*.promised = 1", "unknown node 'a*'; expected p1, p2 or a1"),
        ("expect a1.promise = 1", "unknown field 'promise' of a1; did you mean 'promised'?"),
        ("expect a1.__class__ = 1", "unknown field '__class__' of a1; expected me, learners"),
        ("expect a1.vote != Vot(1, v1)", "unknown class 'Vot'; did you mean 'Vote'?"),
        ("expect a1.promised != banana", "a1.promised must be int, got banana"),
        ("expect a1.promised = 1 2", "1 2 is not a value, such as 10, None or Vote(2, v1)"),
        ("expect a9 is down", "unknown node 'a9'; expected p1, p2 or a1"),
        (
            "expect a1 takes Accept(Vote(1, v1))",
            f"no Accept(Vote(1, v1)) is in flight to a1; {MUST_BE_SENDER}",
        ),
        ("expect a1 takes Accept(*)", "no Accept(*) is in flight to a1; write it without *"),
        ("expect a1 takes Prepare(*) from p1", "no Prepare(*) is in flight to a1; write it"),
        ("expect a1 takes Prepar(1) from p1", "unknown message 'Prepar'; did you mean 'Prepare'?"),
        ("expect a1 takes Prepare(v1) from p1", "Prepare.ballot must be int, got v1"),
        ("expect a1 takes Prepare(1) from p9", "unknown node 'p9'; expected p1, p2 or a1"),
        ("expect a1 takes 7 from p1", "unknown message '7'; expected "),
        ("expect p9 sent Accept(*)", "unknown node 'p9'; expected p1, p2 or a1"),
        ("expect p1 did not send Acept(*)", "unknown message 'Acept'; did you mean 'Accept'?"),
        ("expect p1 did not send Accept", "a message must be written with its fields, as in Acc"),
        ("expect not possible: p9 starts *", "unknown node 'p9'; expected p1, p2 or a1"),
        ("expect not possible: starts ballot 1", "unknown node 'starts'; expected p1, p2 or a1"),
        ("expect agrement is false", "unknown property 'agrement' of paxos; did you mean 'agree"),
        ("expect agreement is reached", "agreement can be true or false, not reached"),
        ("expect chosen is false", "chosen can be reached or not reached, not false"),
        ("expect chosen can be violated from here", "chosen can be reached, not violated"),
        ("expect agreement can be reached from here", "agreement can be violated, not reached"),
    ],
)
def test_a_mistake_in_an_expectation_is_not_an_answer(line: str, expected: str) -> None:
    assert fault(line)[: len(expected) + 3] == f"1: {expected}"


def test_a_model_without_nodes_has_properties_and_steps_but_no_nodes() -> None:
    head = "spec: lamport\nacceptors: 1\nballots: 1\n\n"
    text = "expect possible: leader *\nexpect agreement is true\nexpect chosen is not reached\n"
    assert [is_so for is_so, _ in found(text, head=head).answers] == [True, True, True]
    assert fault("expect a1.vote = 1", head=head) == "1: lamport is a Model without nodes"


def test_a_message_whose_handler_fails_is_named_with_the_line() -> None:
    text = fault("w1 counts\nexpect w1 takes Box('x') from w2\n", WORKERS, HEAD)
    place, _, rest = text.partition(": receive() of w1 raised TypeError: ")
    assert place.startswith("2: ")
    assert "workers.py:" in place
    assert "[on Box(inner='x') from w2, in state Worker(count=1, " in rest


TWO_PREPARES = """\
    p1 starts ballot 1
    p2 starts ballot 2
    a1 <- p1: Prepare(1)
    expect a1 takes Prepare(*)
    expect a1 ignores Prepare(*)
    expect a1 ignores Prepare(1)
    """


def test_a_wildcard_stands_for_every_message_in_flight_that_is_like_it() -> None:
    takes = "a1 would take Prepare(2): promised = 2, sends Promise(2, None) to p2"
    found = answers(TWO_PREPARES)
    assert found[:2] == [(True, takes), (False, takes)]
    assert found[2][0] is True


class Counter:
    def __init__(self) -> None:
        self.log, self.n = [0], 0

    def count(self) -> None:
        self.n += 1
        self.log.append(self.n)


class Counting:
    def __init__(self) -> None:
        self.counter = Counter()


@dataclass(frozen=True)
class Host(Hosted):
    def boot(self, disk: Any, net: Net) -> Counting:
        return Counting()

    def can(self, it: Counting, net: Net) -> Iterator[Any]:
        if it.counter.n < 2:
            yield "counts", it.counter.count


@spec
def hosts() -> Cluster:
    """A node that is an object."""
    return Cluster({group("n", 1): lambda i: Host()})


def test_the_attributes_of_a_hosted_object_are_fields() -> None:
    text = """\
        n1 counts
        expect n1.counter.n = 1
        expect n1.counter.log = [0, *]
        expect n1.counter != Counter
        """
    given = of_builder(hosts)
    assert found(text, given, "spec: hosts\n\n").answers == [
        (True, "n1.counter.n = 1"),
        (True, "n1.counter.log = [0, 1]"),
        (False, "n1.counter = Counter"),
    ]
    assert fault("expect n1.counter.m = 1", given, "spec: hosts\n\n") == (
        "1: unknown field 'counter.m' of n1; did you mean 'counter.n'?"
    )
