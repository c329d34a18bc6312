"""Logs that leave much open: partial messages, sent messages, queues, and logs in mid-run."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pcheck import (
    Action,
    Actor,
    Cluster,
    Group,
    Id,
    Step,
    action,
    always,
    broadcast,
    fixed,
    group,
    send,
    spec,
)
from pcheck.audit.result import Answer
from pcheck.language.seen import Seen
from pcheck.loading.setup import prepare
from pcheck.loading.spec import of_builder
from tests.audit.logged import Json, audited


@dataclass(frozen=True)
class M:
    k: int


@dataclass(frozen=True)
class Sender(Actor):
    to: Group = fixed()
    n: int = 0

    def actions(self) -> Iterator[Action]:
        after = self.but(n=self.n + 1)
        for k in (1, 2):
            yield action(f"sends {k}", (after, broadcast(self.to, M(k))))
        yield action("sends both", (after, broadcast(self.to, M(5)), broadcast(self.to, M(6))))
        yield action("splits", (after, send(self.to[0], M(7)), send(self.to[1], M(8))))


@dataclass(frozen=True)
class Receiver(Actor):
    got: tuple[int, ...] = ()

    def receive(self, msg: object, src: Id) -> Step:
        return self.but(got=(*self.got, msg.k)) if isinstance(msg, M) else None


@always(sees=["got"])
def got_no_nine(seen: Seen) -> str | None:
    """No receiver got 9."""
    return "9 is there" if any(9 in got for got in seen.values_of("got")) else None


@spec
def sending() -> Cluster:
    """A sender and two receivers."""
    b = group("b", 2)
    nodes = {group("p", 1): lambda i: Sender(to=b), b: lambda i: Receiver()}
    return Cluster(nodes, properties=[got_no_nine])


def judged(*events: Json, network: str = "set", gap: int = 0) -> Any:
    setup = prepare(of_builder(sending), {}, network=network, crashes=2)
    return audited(setup, list(events), gap)


def answer(*events: Json, network: str = "set", gap: int = 0) -> Answer:
    found: Answer = judged(*events, network=network, gap=gap).answer
    return found


def acts(label: str, **more: Any) -> Json:
    return {"node": "p1", "event": "act", "action": label, **more}


def said(to: list[str] | None, message: Any) -> Json:
    return {"node": "p1", "event": "send", "message": message, **({"to": to} if to else {})}


def gets(message: Any, node: str = "b1", **more: Any) -> Json:
    return {"node": node, "event": "deliver", "from": "p1", "message": message, **more}


ANY = {"type": "M"}


def test_what_a_step_sends_is_matched_one_to_one() -> None:
    sends = [{"message": ANY}, {"message": "M(k=5)"}]
    assert answer(acts("sends both", sends=sends)) is Answer.SOUND
    assert answer(acts("sends both", sends=sends[::-1])) is Answer.SOUND
    assert answer(acts("sends both", sends=[sends[1], sends[1]])) is Answer.REFUSED


def test_each_receiver_may_have_an_entry_of_its_own() -> None:
    one_by_one = [{"to": ["b1"], "message": "M(1)"}, {"to": ["b2"], "message": "M(1)"}]
    assert answer(acts("sends 1", sends=one_by_one)) is Answer.SOUND
    assert answer(acts("sends 1", sends=one_by_one[:1])) is Answer.REFUSED
    together = [{"to": ["b1", "b2"], "message": ANY}]
    assert answer(acts("sends 1", sends=together)) is Answer.SOUND
    assert answer(acts("splits", sends=together)) is Answer.REFUSED


def test_a_message_to_several_nodes_is_one_message() -> None:
    assert answer(acts("sends 1"), said(["b1", "b2"], ANY)) is Answer.SOUND
    assert answer(acts("splits"), said(["b1", "b2"], ANY)) is Answer.REFUSED


@pytest.mark.parametrize(("network", "twice"), [("set", Answer.SOUND), ("once", Answer.REFUSED)])
def test_a_copy_is_sent_once(network: str, twice: Answer) -> None:
    assert answer(acts("sends 1"), said(["b1", "b1"], "M(1)"), network=network) is twice


def test_a_sent_message_without_receivers_is_any_copy() -> None:
    events = acts("sends 1"), said(None, "M(1)"), said(["b1"], "M(1)")
    assert answer(*events, network="once") is Answer.SOUND
    assert answer(*events, said(None, "M(1)"), network="once") is Answer.REFUSED


def test_the_state_beside_a_sent_message_counts() -> None:
    assert answer(acts("sends 1"), said(["b1"], "M(1)") | {"state": {"n": 1}}) is Answer.SOUND
    assert answer(acts("sends 1"), said(["b1"], "M(1)") | {"state": {"n": 7}}) is Answer.REFUSED


def test_the_order_of_a_queue_is_a_part_of_what_was_tried() -> None:
    bare = {"node": "p1", "event": "act"}
    for first, second in (("2", "1"), ("1", "2")):
        events = bare, bare, gets(f"M({first})"), gets(None), bare, gets(None)
        state = {"got": [int(first), int(second), 6]}
        last = {"node": "b1", "event": "state", "state": state}
        assert answer(*events, last, network="fifo") is Answer.SOUND


def test_the_causal_past_on_a_queue_has_the_losses() -> None:
    events = acts("sends 1"), acts("sends 2"), acts("sends 1")
    found = judged(*events, gets("M(2)"), gets("M(1)"), gets("M(9)"), network="fifo")
    labels = [event.label for event in found.refusal.past.timeline.events]
    assert labels == [
        "p1 sends 1",
        "p1 sends 2",
        "p1 sends 1",
        "lost: p1 -> b1: M(k=1)",
        "b1 <- p1: M(k=2)",
        "b1 <- p1: M(k=1)",
    ]


def test_the_reason_after_a_search_is_that_of_the_longest_try() -> None:
    bare = {"node": "p1", "event": "act"}
    found = judged(bare, bare, gets("M(2)"), gets("M(1)", state={"got": [7]}))
    assert found.refusal.reason == (
        "after this step, b1 is in another state: got = (2, 1), and the log says [7]"
    )
    assert found.refusal.instead == ("b1 <- p1: M(k=1)", "b1 <- p1: M(k=2)")


def test_a_choice_that_does_not_exist_is_told() -> None:
    found = judged(acts("sends 1"), gets("M(1)", choice="zz"))
    assert found.refusal.reason == "b1 has no choice zz here"


BEGUN = {"node": "p1", "event": "state", "state": {"n": 1}}
MID_RUN = {
    "a message of a part, which fits nothing": (BEGUN, gets(ANY, state={"got": [1]})),
    "a message that fits, and one that was sent before": (
        BEGUN,
        acts("sends 1"),
        gets(ANY),
        {"node": "b1", "event": "state", "state": {"got": [5]}},
    ),
    "no sender": (BEGUN, {"node": "b1", "event": "deliver", "message": "M(1)"}),
}


@pytest.mark.parametrize("network", ["set", "fifo"])
@pytest.mark.parametrize("name", MID_RUN)
def test_in_mid_run_more_may_have_been_sent(name: str, network: str) -> None:
    found = judged(*MID_RUN[name], network=network)
    assert (found.answer, found.begins_later) == (Answer.UNDECIDED, ("p1",))


def test_in_mid_run_a_step_that_no_message_explains_is_refused() -> None:
    assert answer(BEGUN, acts("sends 1", state={"n": 7})) is Answer.REFUSED
    assert answer(BEGUN, acts("sends 1", state={"n": 2})) is Answer.SOUND
    four = {"node": "b1", "event": "state", "state": {"got": [4]}}
    assert answer(BEGUN, gets("M(5)"), four) is Answer.REFUSED  # b1 begins with nothing


def test_a_state_that_the_log_begins_with_is_judged() -> None:
    found = judged({"node": "b1", "event": "state", "state": {"got": [9]}})
    assert [(each.name, each.step) for each in found.violations] == [
        ("got_no_nine", "the first state")
    ]


def test_a_log_may_be_a_pipe(pcheck: Callable[..., tuple[int, str, str]]) -> None:
    os.mkfifo("pipe")
    text = '{"node": "p1", "action": "starts ballot 1"}\n' * 1
    writer = threading.Thread(target=lambda: Path("pipe").write_text(text))
    writer.start()
    status, out, _ = pcheck("audit", "paxos", "pipe", "-q")
    writer.join()
    assert (status, out.split(":")[0]) == (0, "SOUND")
