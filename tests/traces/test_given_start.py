"""A trace from a given start: its drawing, its explanation, and the correct protocol beside it."""

from __future__ import annotations

import io
import json

from rich.console import Console

from pcheck.loading.setup import Setup, prepare
from pcheck.loading.spec import find
from pcheck.play.app import App
from pcheck.render.formats import FORMATS
from pcheck.semantics.start import GIVEN_START
from pcheck.traces.finding import Finding
from pcheck.traces.stepping import Stepping
from tests.play.test_screen import printed
from tests.scenarios import workers

BOTH_CHOSEN = "a1 sent Accepted(Vote(1, v1))", "a1 sent Accepted(Vote(2, v2))"


def paxos(*start: str, network: str = "once") -> Setup:
    return prepare(find("paxos"), {"acceptors": 2}, network=network, crashes=0, start=start)


def finding(setup: Setup, *labels: str) -> Finding:
    found = Stepping(setup, labels)
    return Finding.of(setup, found.saved(), found.trace)


def test_a_node_that_is_given_as_down_is_drawn_as_down_from_the_first_line() -> None:
    labels = "p1 starts ballot 1", "a2 restarts", "p1 starts ballot 3"
    lines = FORMATS["text"].draw(finding(paxos("a2 is down"), *labels)).splitlines()
    steps = [each for each in lines if each[:4] in (" 1  ", " 2  ", " 3  ")]
    assert [" ".join(each.split()[1:5]) for each in steps] == ["● ┃ ┃ ╎", "┃ ┃ ┃ R", "● ┃ ┃ ┃"]


def test_messages_of_the_start_are_in_the_first_state_of_the_itf_trace() -> None:
    """Two copies of one message are in flight; a step delivers one of them."""
    line = "in flight: a1 <- p1: Prepare(1)"
    drawn = FORMATS["itf"].draw(finding(paxos(line, line), "a1 <- p1: Prepare(ballot=1)"))
    first, second = (state["messages"]["#map"] for state in json.loads(drawn)["states"])
    prepare_1 = {"tag": "Prepare", "value": {"ballot": {"#bigint": "1"}}}
    assert first == [[{"#tup": ["p1", "a1"]}, [prepare_1, prepare_1]]]
    assert second[1] == [{"#tup": ["p1", "a1"]}, [prepare_1]]


def test_a_message_of_the_start_was_sent_by_no_step() -> None:
    """The delivery is drawn from the lane of the sender, and belongs to no flight."""
    setup = paxos("in flight: a1 <- p1: Prepare(1)", network="lossy")
    timeline = finding(setup, "a1 <- p1: Prepare(ballot=1)").timeline
    (event,) = timeline.events
    assert (event.src, event.sent_in) == ("p1", None)
    assert [(each.src, each.dst) for each in timeline.flights] == [("a1", "p1")]
    lost = finding(setup, "lost: p1 -> a1: Prepare(ballot=1)").timeline
    assert (lost.events[0].kind.value, lost.flights) == ("lose", ())


def test_a_violation_at_the_start_is_explained_without_events() -> None:
    start = [*BOTH_CHOSEN, *(line.replace("a1", "a2") for line in BOTH_CHOSEN)]
    found = finding(paxos(*start))
    assert (found.saved.property, found.explanation.node_events) == ("agreement", ())
    assert found.ending == f"agreement is false: v1 and v2 are both chosen; {GIVEN_START}"
    assert "What a1 did" not in FORMATS["text"].draw(found)


def test_a_node_that_only_the_bug_has_is_named_where_the_correct_protocol_differs() -> None:
    """The bug changes the size of the cluster, with a given start and without."""
    for start in ((), ("w3.count = 1", "in flight: w1 <- w3: Ask(2)")):
        setup = prepare(find(workers.__file__), {}, bug=2, crashes=0, start=start)
        found = finding(setup, "w3 counts")
        (divergence,) = found.explanation.divergences
        assert divergence.correct == "correct workers has no node w3"
        assert found.saved.refused_at == 1


def test_the_end_of_a_play_says_that_the_start_is_given() -> None:
    made = App(Console(file=io.StringIO()), Stepping(paxos("a2 is down")), None)
    made.press("enter")
    lines = [line for part in made._farewell() for line in printed(part, 80)]
    text = " ".join(" ".join(lines).split())
    assert f"No property is violated; {GIVEN_START}." in text
    assert f"start {GIVEN_START}; a2 is down network" in text
