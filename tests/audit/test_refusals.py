"""Refused logs: the first event that no execution has, its place, and the reason."""

from __future__ import annotations

from typing import Any

import pytest

from pcheck.audit.result import Answer, RunAudit
from pcheck.loading.setup import Setup, prepare
from pcheck.loading.spec import find
from tests.audit.logged import Json, audited

START = {"node": "p1", "event": "act", "action": "starts ballot 1"}


def paxos(network: str = "set", **sizes: int) -> Setup:
    return prepare(find("paxos"), sizes, network=network, crashes=2)


def takes(node: str, src: str, message: Any, **more: Any) -> Json:
    return {"node": node, "event": "deliver", "from": src, "message": message, **more}


def after(*events: Json, network: str = "set", gap: int = 0) -> RunAudit:
    return audited(paxos(network), list(events), gap)


def refusal(*events: Json, network: str = "set", gap: int = 0) -> tuple[int, str, str]:
    """Return the line, the event and the reason of a refused log."""
    found = after(*events, network=network, gap=gap)
    assert (found.answer, found.refusal is None) == (Answer.REFUSED, False)
    assert found.refusal is not None
    return found.refusal.place.line, found.refusal.event, found.refusal.reason


PREPARE, PROMISE = "Prepare(ballot=1)", "Promise(ballot=1, last=None)"


def test_a_message_that_nobody_sent_is_refused() -> None:
    assert refusal(START, takes("a1", "p1", "Prepare(ballot=3)")) == (
        2,
        "a1 <- p1: Prepare(ballot=3)",
        "p1 has not sent Prepare(ballot=3) to a1 by then; did you mean 'Prepare(ballot=1)'?",
    )


def test_nodes_that_wait_for_each_other_are_refused() -> None:
    """A promise arrives at p2 before p2 asks, and p1 asks only afterwards: no order fits."""
    line, event, reason = refusal(
        takes("p1", "a1", PROMISE),
        START,
        takes("a1", "p1", PREPARE),
    )
    assert (line, event) == (1, "p1 <- a1: Promise(ballot=1, last=None)")
    assert reason == "a1 has not sent Promise(ballot=1, last=None) to p1 by then"


@pytest.mark.parametrize("promises", [{"a1": None}, "{a1: None}", {}])
def test_a_map_of_nodes_may_be_an_object(promises: Any) -> None:
    taken = takes("p1", "a1", {"type": "Promise", "ballot": 1, "last": None})
    found = after(START, takes("a1", "p1", PREPARE), {**taken, "state": {"promises": promises}})
    assert found.answer is (Answer.SOUND if promises else Answer.REFUSED)


def test_the_guard_that_refuses_is_quoted() -> None:
    second = {"node": "p2", "event": "act", "action": "starts ballot 2"}
    sends = [{"to": ["p1"], "message": PROMISE}]
    found = refusal(
        START,
        second,
        takes("a1", "p2", "Prepare(ballot=2)"),
        takes("a1", "p1", PREPARE, sends=sends),
    )
    assert found == (
        4,
        "a1 <- p1: Prepare(ballot=1)",
        "a1 ignores Prepare(1): `self.may_promise(ballot)` is false; promised = 2",
    )


def test_a_state_that_the_step_does_not_lead_to_is_refused() -> None:
    assert refusal(START, takes("a1", "p1", PREPARE, state={"promised": 2})) == (
        2,
        "a1 <- p1: Prepare(ballot=1)",
        "after this step, a1 is in another state: promised = 1, and the log says 2",
    )


def test_messages_that_the_step_does_not_send_are_refused() -> None:
    assert refusal(START, takes("a1", "p1", PREPARE, sends=[])) == (
        2,
        "a1 <- p1: Prepare(ballot=1)",
        "in this step, a1 sends Promise(ballot=1, last=None) to p1, and the log says that it sends "
        "nothing",
    )


def test_an_action_that_is_not_offered_is_refused_with_the_condition() -> None:
    line, event, reason = refusal({**START, "action": "starts ballot 2"})
    assert (line, event) == (1, "p1 starts ballot 2")
    assert reason.startswith("p1 does not take this step")


def test_a_node_that_is_down_does_nothing() -> None:
    crash = {"node": "p1", "event": "crash"}
    assert refusal(crash, START) == (2, "p1 starts ballot 1", "p1 is down")
    assert refusal({"node": "p1", "event": "restart"})[2] == "p1 is not down"


def test_a_message_that_was_sent_once_arrives_once() -> None:
    twice = START, takes("a1", "p1", PREPARE), takes("a1", "p1", PREPARE)
    assert after(*twice).answer is Answer.SOUND
    assert refusal(*twice, network="once") == (
        3,
        "a1 <- p1: Prepare(ballot=1)",
        "a1 has received this as often as it was sent",
    )


def test_a_queue_keeps_its_order_and_may_lose() -> None:
    """p1 starts two rounds; an acceptor may miss the first one, but not take it later."""
    second = {**START, "action": "starts ballot 3"}
    one, two = takes("a1", "p1", PREPARE), takes("a1", "p1", "Prepare(ballot=3)")
    assert after(START, second, two, network="fifo").answer is Answer.SOUND
    assert after(START, second, one, two, network="fifo").answer is Answer.SOUND
    assert refusal(START, second, two, one, network="fifo")[0] == 4
    assert after(START, second, two, one, network="once").answer is Answer.SOUND


def test_a_sent_message_is_compared_with_what_was_sent() -> None:
    said = {"node": "p1", "event": "send", "to": ["a1", "a2"], "message": {"type": "Prepare"}}
    assert after(START, said, said).answer is Answer.SOUND  # sent again, which changes nothing
    assert refusal(said, START) == (
        1,
        "p1 sends Prepare() to a1, a2",
        "p1 has not sent this by then",
    )
    assert refusal(START, said, said, network="once")[0] == 3


def test_the_causal_past_leaves_out_what_the_event_does_not_depend_on() -> None:
    other = {"node": "p2", "event": "act", "action": "starts ballot 2"}
    found = after(other, START, takes("a1", "p1", PREPARE), {"node": "a1", "event": "restart"})
    assert found.refusal is not None
    timeline = found.refusal.past.timeline
    assert timeline is not None
    labels = [event.label for event in timeline.events]
    assert labels == ["p1 starts ballot 1", "a1 <- p1: Prepare(ballot=1)"]
    assert found.refusal.fields == {"promised": "1", "vote": "None"}
    assert found.refusal.instead == ("a1 <- p2: Prepare(ballot=2)",)


def test_a_step_that_the_log_leaves_out_is_searched_for() -> None:
    events = takes("a1", "p1", PREPARE), takes("p1", "a1", PROMISE)
    assert refusal(*events)[0] == 1
    found = after(*events, gap=1)
    assert (found.answer, found.steps) == (Answer.SOUND, 3)
    assert found.hidden == ("p1 starts ballot 1",)
    beyond = after(takes("p1", "a1", "Promise(ballot=3, last=None)"), gap=1)
    assert beyond.answer is Answer.UNDECIDED
    assert beyond.undecided == (
        "no run has at most 1 more step before each event, but one with more steps may have "
        "these events"
    )


def test_a_log_may_begin_in_the_middle_of_a_run() -> None:
    a1 = {"node": "a1", "event": "state", "state": {"promised": 3, "vote": "Vote(1, v1)"}}
    p1 = {"node": "p1", "event": "state", "state": {"started": 1}}
    second = {**START, "action": "starts ballot 3"}
    promise = {"type": "Promise", "ballot": 3, "last": {"type": "Vote", "ballot": 1, "value": "v1"}}
    ok = after(a1, p1, second, takes("a1", "p1", "Prepare(ballot=3)"), takes("p1", "a1", promise))
    assert (ok.answer, ok.assumed) == (Answer.UNDECIDED, 1)
    assert ok.undecided == "1 message would have been sent before the log begins"
    a1["state"] = {"promised": 2, "vote": "Vote(1, v1)"}
    ok = after(a1, p1, second, takes("a1", "p1", "Prepare(ballot=3)"), takes("p1", "a1", promise))
    assert (ok.answer, ok.assumed, ok.events) == (Answer.SOUND, 0, 5)


@pytest.mark.parametrize(
    "message", [PREPARE, {"type": "Prepare", "ballot": 1}, {"ballot": 1}, None]
)
def test_a_message_may_be_text_or_an_object_or_missing(message: Any) -> None:
    event = takes("a1", "p1", message, state={"promised": 1})
    assert after(START, event).answer is Answer.SOUND
    assert after(event, START).answer is Answer.SOUND  # the order of lines means nothing
    assert after(event).answer is Answer.REFUSED
