"""One fact of a sound log altered at a time: each is refused at its place, or nothing can tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pcheck.audit.result import Answer
from pcheck.loading.setup import prepare
from pcheck.loading.spec import find
from pcheck.traces.saved import read
from tests.audit.logged import Json, audited, logged_trace
from tests.render.findings import FOLDER

SETUP = prepare(find("paxos"), {"learners": 1}, crashes=0)


def takes(node: str, src: str, message: str, *sends: tuple[str, str], **state: Any) -> Json:
    """Return a delivery with all that the step sends, and what the node knows then."""
    listed = [{"to": to.split(), "message": text} for to, text in sends]
    event: Json = {"node": node, "event": "deliver", "from": src, "message": message}
    return {**event, "sends": listed, "state": state}


V1 = "Vote(ballot=1, value=v1)"
LOG: list[Json] = [
    {"node": "p1", "event": "act", "action": "starts ballot 1", "state": {"started": 1}},
    takes("a1", "p1", "Prepare(ballot=1)", ("p1", "Promise(ballot=1, last=None)"), promised=1),
    takes("a2", "p1", "Prepare(ballot=1)", ("p1", "Promise(ballot=1, last=None)"), promised=1),
    takes("p1", "a1", "Promise(ballot=1, last=None)", promises="{a1: None}"),
    takes("p1", "a2", "Promise(ballot=1, last=None)", ("a1 a2 a3", f"Accept(vote={V1})")),
    takes("a1", "p1", f"Accept(vote={V1})", ("l1", f"Accepted(vote={V1})"), vote=V1),
    takes("a3", "p1", f"Accept(vote={V1})", ("l1", f"Accepted(vote={V1})"), vote=V1),
    takes("l1", "a1", f"Accepted(vote={V1})"),
    takes("l1", "a3", f"Accepted(vote={V1})", ("", "Decide(value=v1)"), learned="v1"),
]


def altered(line: int, **facts: Any) -> list[Json]:
    """Return the log with some facts of one line altered."""
    return [{**each, **facts} if nth == line else each for nth, each in enumerate(LOG, 1)]


def without(line: int) -> list[Json]:
    return [each for nth, each in enumerate(LOG, 1) if nth != line]


def moved(line: int, to: int) -> list[Json]:
    rest = without(line)
    return [*rest[: to - 1], LOG[line - 1], *rest[to - 1 :]]


V2 = "Vote(ballot=1, value=v2)"
# the altered log, then the line of the first event that no execution has, and the reason
REFUSED: dict[str, tuple[list[Json], int, str]] = {
    "the learner decides another value": (
        altered(9, state={"learned": "v2"}),
        9,
        "after this step, l1 is in another state: learned = v1, and the log says v2",
    ),
    "an acceptor votes for another value": (
        altered(6, message=f"Accept(vote={V2})"),
        6,
        f"p1 has not sent Accept(vote={V2}) to a1 by then; did you mean 'Accept(vote={V1})'?",
    ),
    "a promise is of another ballot": (
        altered(2, sends=[{"to": ["p1"], "message": "Promise(ballot=3, last=None)"}]),
        2,
        "in this step, a1 sends Promise(ballot=1, last=None) to p1, and the log says that it sends "
        "Promise(ballot=3, last=None) to p1",
    ),
    "an acceptor remembers a smaller ballot": (
        altered(6, state={"promised": 0}),
        6,
        "after this step, a1 is in another state: promised = 1, and the log says 0",
    ),
    "a proposer goes on with one promise of three": (
        without(4),
        4,
        f"in this step, p1 sends nothing, and the log says that it sends Accept(vote={V1}) to a1, "
        "a2, a3",
    ),
    "a learner learns from one vote of three": (
        without(8),
        8,
        "after this step, l1 is in another state: learned = None, and the log says v1",
    ),
    "a promise arrives before the proposer asks": (
        moved(4, 1),
        1,
        "a1 has not sent Promise(ballot=1, last=None) to p1 by then",
    ),
    "the line of the vote is lost": (
        without(7),
        8,
        f"a3 has not sent Accepted(vote={V1}) to l1 by then",
    ),
    "the line of the proposer's start is lost": (
        without(1),
        1,
        "p1 has not sent Prepare(ballot=1) to a1 by then",
    ),
    "a delivery that the acceptor ignores the second time is doubled": (
        [*LOG[:6], LOG[5], *LOG[6:]],
        7,
        f"a1 ignores Accept(Vote(1, v1)): `vote != self.vote` is false; vote = {V1}",
    ),
    "the start of the round is doubled": (
        [LOG[0], *LOG],
        2,
        "p1 does not take this step; did you mean 'p1 starts ballot 3'?",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_altered_log_is_refused_with_its_place(name: str) -> None:
    events, line, reason = REFUSED[name]
    found = audited(SETUP, events)
    assert found.refusal is not None
    assert (found.answer, found.refusal.place.line) == (Answer.REFUSED, line)
    assert found.refusal.reason == reason


def shuffled(events: list[Json]) -> list[Json]:
    """Return the log as if each node had a clock of its own: all of a1, then all of a2, ..."""
    return sorted(events, key=lambda event: str(event["node"]))


SOUND: dict[str, Callable[[], list[Json]]] = {
    "nothing is altered": lambda: LOG,
    "the clocks of the nodes are far apart": lambda: shuffled(LOG),
    "the last line is lost": lambda: without(9),
    "a state is lost": lambda: [{k: v for k, v in each.items() if k != "state"} for each in LOG],
    "what was sent is lost": lambda: [
        {k: v for k, v in each.items() if k != "sends"} for each in LOG
    ],
}


@pytest.mark.parametrize("name", SOUND)
def test_a_log_that_an_execution_still_has_is_sound(name: str) -> None:
    events = SOUND[name]()
    found = audited(SETUP, events)
    assert (found.answer, found.events) == (Answer.SOUND, len(events))
    assert found.violations == ()


def test_an_altered_log_with_a_gap_is_undecided_and_says_why() -> None:
    found = audited(SETUP, altered(9, state={"learned": "v2"}), gap=1)
    assert found.answer is Answer.UNDECIDED
    assert found.undecided == (
        "no run has at most 1 more step before each event, but one with more steps may have "
        "these events"
    )


def test_a_lost_line_is_found_with_a_gap() -> None:
    found = audited(SETUP, without(1), gap=1)
    assert (found.answer, found.steps) == (Answer.SOUND, len(LOG))
    assert found.hidden == ("p1 starts ballot 1",)


def test_the_log_of_a_bug_is_refused_and_its_violation_is_told() -> None:
    """An acceptor votes below its promise, and two values are chosen."""
    saved = read(FOLDER / "votes-in-any-ballot.json")
    setup = saved.prepare(find("paxos"))
    events = logged_trace(setup, saved.steps)
    found = audited(setup, events)
    assert (found.answer, [each.name for each in found.violations]) == (
        Answer.SOUND,
        ["agreement"],
    )
    assert found.violations[0].why == "v1 and v2 are both chosen"
    refused = audited(prepare(find("paxos"), dict(setup.options)), events)
    assert refused.refusal is not None
    assert refused.refusal.reason == (
        "a1 ignores Accept(Vote(1, v1)): `self.may_vote(vote.ballot)` is false; promised = 2"
    )
