"""The divergence of a bug from the correct protocol: the refused step, and each difference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pcheck import (
    Action,
    Actor,
    Bug,
    Cluster,
    Group,
    Id,
    Seen,
    Step,
    action,
    always,
    broadcast,
    bug,
    check,
    fixed,
    group,
    send,
)
from pcheck.checking import answer
from pcheck.language.decorators import BUG
from pcheck.loading.setup import prepare
from pcheck.loading.spec import find, of_builder
from pcheck.semantics.trace import follow
from pcheck.traces.explanation import Explanation
from pcheck.traces.impossible import why_impossible
from tests.render.findings import saved_finding
from tests.traces.asking import AsksAgain, AsksForMore, Lies, explained, result_of
from tests.traces.files import REFUSED, STEPS

# The refused step


def test_a_trace_of_the_correct_protocol_has_no_refused_step(folder: Path) -> None:
    for file in find("paxos").path.parent.glob("*.py"):
        (folder / file.name).write_bytes(file.read_bytes())
    paxos = (folder / "paxos.py").read_text(encoding="utf-8")
    wrong = paxos.replace("return ballot >= self.promised", "return True")
    (folder / "mine.py").write_text(wrong, encoding="utf-8")
    result = check("./mine.py", acceptors=1, crashes=0)
    assert result.saved is not None
    assert (sorted(result.saved.steps), result.saved.refused_at) == (STEPS, None)
    assert (result.saved.file, result.saved.bug) == ("mine.py", None)


@pytest.mark.parametrize("network", ["set", "once", "lossy", "fifo"])
def test_the_refused_step_is_found_on_every_network(network: str) -> None:
    found = check("paxos", bug="votes-in-any-ballot", acceptors=1, network=network).saved
    assert found is not None
    assert found.refused_at is not None
    assert found.steps[found.refused_at - 1] == REFUSED


# All divergences


def divergences(explanation: Explanation | None) -> list[tuple[int, str, str | None, str]]:
    assert explanation is not None
    found = explanation.divergences
    assert [each.node for each in found] == [each.label.split()[0] for each in found]
    return [(each.number, each.label, each.buggy, each.correct) for each in found]


def test_a_different_message_is_a_divergence() -> None:
    (found,) = divergences(explained(Lies))
    assert found[:3] == (2, "s1 <- c1: Ask(number=1)", "sends Answer(number=2) to c1")
    assert found[3] == "correct asking: sends Answer(number=1) to c1"


def test_a_message_that_the_correct_protocol_never_sent_is_refused() -> None:
    first, second = divergences(explained(AsksForMore))
    assert first[:3] == (1, "c1 asks", "sends Ask(number=2) to s1, s2")
    assert first[3] == "correct asking: sends Ask(number=1) to s1, s2"
    assert second[:2] == (2, "s1 <- c1: Ask(number=2)")
    assert second[3] == "correct asking never sent this message"


def test_an_action_that_only_the_bug_has_is_refused() -> None:
    assert [(number, label) for number, label, *_ in divergences(explained(AsksAgain))] == [
        (1, "c1 asks again 0"),
        (2, "c1 asks again 1"),
        (3, "s1 <- c1: Ask(number=2)"),
    ]
    result = result_of(AsksAgain)
    assert result.saved is not None
    assert result.saved.refused_at == 1


FIRST = "p1 <- a1: Promise(ballot=1, last=None)"


def refusals(bug: str) -> dict[str, str]:
    """Return the words for each step of the saved trace of a bug that the correct spec refuses."""
    found = saved_finding(bug).explanation.divergences
    return {each.label: each.correct for each in found if each.buggy is None}


@pytest.mark.parametrize(
    ("bug", "label", "words"),
    [
        # The correct protocol takes the message, and does not have the choice of the bug.
        (
            "counts-the-living",
            f"{FIRST}, takes the others for dead",
            "correct paxos takes this message without a choice",
        ),
        (
            "opens-any-fast-ballot",
            "p2 <- a1: Promise(ballot=2, last=Vote(ballot=1, value=v1))",
            "correct fast_paxos takes this message only as: picks v1",
        ),
        (
            "counts-a-promise-twice",
            FIRST,
            "correct paxos ignores this message: `self.counts(ballot, src)` is false; "
            "ballots = (1,), started = 1, promises = {a1: None}",
        ),
        (
            "uses-a-ballot-again",
            "p2 <- a2: Promise(ballot=2, last=None)",
            "correct paxos ignores this message: `self.promises is not None` is false; "
            "promises = None",
        ),
        (
            "forgets-that-it-is-prepared",
            "r1 aborts",
            "correct two_phase_commit does not take this step: `self.may_abort()` is false; "
            "state = 'prepared'",
        ),
        ("raises-its-ballot", "p1 goes on in ballot 3", "correct paxos does not take this step"),
    ],
)
def test_a_refused_step_is_explained(bug: str, label: str, words: str) -> None:
    assert refusals(bug)[label] == words


# A step that changes nothing


@dataclass(frozen=True)
class Put:
    value: int


@dataclass(frozen=True)
class Done:
    value: int


@dataclass(frozen=True)
class Putter(Actor):
    store: Group = fixed()
    has_put: bool = False

    def actions(self) -> Iterator[Action]:
        if not self.has_put:
            yield action("puts", self.but(has_put=True), broadcast(self.store, Put(1)))


@dataclass(frozen=True)
class Store(Actor):
    value: int = 0

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Put(value):
                return self.but(value=value), send(src, Done(value))
        return None


@always(sees=[Done, "value"])
def what_is_done_is_held(seen: Seen) -> str | None:
    held = {value for _, value in seen.field("value")}
    return next((f"{done} is lost" for _, done in seen.sent(Done) if done.value not in held), None)


@bug(1, breaks=what_is_done_is_held)
class ForgetsOnRepetition(Store):
    """The store forgets a value that is put again."""

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Put(value) if value == self.value:
                return self.but(value=0), send(src, Done(value))
        return super().receive(msg, src)


def storing() -> Cluster:
    c, s = group("c", 1), group("s", 1)
    return Cluster({c: lambda i: Putter(store=s), s: lambda i: Store()}, [what_is_done_is_held])


PUTS = "c1 puts", "s1 <- c1: Put(value=1)", "s1 <- c1: Put(value=1)"


def test_a_step_that_changes_nothing_is_a_divergence_but_not_refused() -> None:
    found: Bug = vars(ForgetsOnRepetition)[BUG]
    result = answer(prepare(of_builder(storing), {}, bug=found, crashes=0))
    assert result.saved is not None
    assert (result.saved.steps, result.saved.refused_at) == (PUTS, None)
    (only,) = divergences(result.explanation)
    assert only == (3, PUTS[2], "value = 0", "correct storing changes nothing on this message")
    assert result.explanation is not None
    assert result.explanation.divergences[0].note == (
        "correct storing changes nothing on this message"
    )


def test_a_step_that_changes_nothing_is_not_possible_in_the_correct_protocol() -> None:
    model = prepare(of_builder(storing), {}, crashes=0).model
    state = follow(model, PUTS[:2]).states[-1]
    assert why_impossible(model, state, PUTS[2]) == (
        "s1 changes nothing on Put(1): its state stays the same, and it sends no new message. "
        "No step is possible."
    )
