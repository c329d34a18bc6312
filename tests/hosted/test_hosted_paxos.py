"""A program that is hosted has the states of the spec that says the same, and of Spin and TLC."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from pcheck import Cluster, Group, Id, Seen, Value, always, check, fixed, group, spec
from pcheck.hosted import Hosted, Net, frozen
from tests.hosted import mutable_paxos as program


@dataclass(frozen=True)
class Acceptor(Hosted):
    def boot(self, disk: Any, net: Net) -> program.Acceptor:
        return program.Acceptor(*(disk or ()))

    def disk(self, it: program.Acceptor) -> Any:
        return it.promised, it.voted, it.value

    def on(self, it: program.Acceptor, msg: Any, src: Id, net: Net) -> Any:
        answer = it.handle(msg)
        if isinstance(answer, program.Accepted):
            net.say(answer)
        elif answer is not None:
            net.send(src, answer)


@dataclass(frozen=True)
class AnswersFirst(Acceptor):
    """The answer is on its way before the state is on the disk."""

    def disk(self, it: program.Acceptor) -> Any:
        return NotImplemented

    def on(self, it: program.Acceptor, msg: Any, src: Id, net: Net) -> Any:
        super().on(it, msg, src, net)
        net.save((it.promised, it.voted, it.value))


@dataclass(frozen=True)
class SavesFirst(AnswersFirst):
    def on(self, it: program.Acceptor, msg: Any, src: Id, net: Net) -> Any:
        answer = it.handle(msg)
        if answer is not None:
            net.save((it.promised, it.voted, it.value))
            net.send(src if isinstance(answer, program.Promise) else (), answer)


@dataclass(frozen=True)
class Proposer(Hosted):
    acceptors: Group = fixed()
    wants: Value = fixed()
    ballots: tuple[int, ...] = fixed()
    unordered = ("promises",)

    def boot(self, disk: Any, net: Net) -> program.Proposer:
        left = list(self.ballots) if disk is None else list(disk)
        return program.Proposer(self.wants, left, len(self.acceptors))

    def disk(self, it: program.Proposer) -> Any:
        return tuple(it.ballots)

    def can(self, it: program.Proposer, net: Net) -> Iterator[tuple[str, Callable[[], object]]]:
        if it.ballots:
            yield f"starts ballot {it.ballots[0]}", lambda: net.send(self.acceptors, it.start())

    def on(self, it: program.Proposer, msg: Any, src: Id, net: Net) -> Any:
        request = it.handle(msg, src)
        if request is not None:
            net.send(self.acceptors, request)


ACCEPTED: Any = frozen(program.Accepted)


@always(sees=[ACCEPTED])
def agreement(seen: Seen) -> str | None:
    """At most one value is ever chosen."""
    votes: dict[tuple[int, Value], set[Id]] = {}
    for node, message in seen.sent(ACCEPTED):
        votes.setdefault((message.ballot, message.value), set()).add(node)
    chosen = {vote[1] for vote, nodes in votes.items() if 2 * len(nodes) > len(seen.group("a"))}
    return f"{' and '.join(sorted(chosen))} are both chosen" if len(chosen) > 1 else None


ROLES = {"plain": Acceptor, "answers first": AnswersFirst, "saves first": SavesFirst}


@spec
def paxos(
    acceptors: int = 3, proposers: int = 2, rounds: int = 1, acceptor: str = "plain"
) -> Cluster:
    """A hosted Paxos."""
    a, p = group("a", acceptors), group("p", proposers)
    return Cluster(
        {
            p: lambda i: Proposer(
                acceptors=a,
                wants=Value(f"v{i}"),
                ballots=tuple(range(i, proposers * rounds + 1, proposers)),
            ),
            a: lambda i: ROLES[acceptor](),
        },
        properties=[agreement],
        interchangeable=[a],
    )


@pytest.mark.parametrize(
    ("sizes", "crashes", "counts"),
    [
        ((3, 1), 0, (53, 109, 9)),
        ((2, 2), 0, (169, 352, 14)),
        ((3, 2), 0, (2_905, 8_338, 18)),
        ((2, 2, 2), 0, (11_881, 27_884, 28)),
        ((3, 1), 1, (314, 957, 11)),
        ((2, 2), 1, (1_014, 3_052, 16)),
        ((3, 2), 1, (19_911, 77_270, 20)),
    ],
)
def test_a_hosted_program_has_the_states_that_independent_programs_count(
    sizes: tuple[int, ...], crashes: int, counts: tuple[int, int, int]
) -> None:
    options: dict[str, Any] = dict(zip(("acceptors", "proposers", "rounds"), sizes, strict=False))
    found = check(paxos, **options, crashes=crashes, reduce="none")
    assert (found.verdict.value, found.states, found.transitions, found.depth) == ("holds", *counts)


def test_an_acceptor_that_answers_before_it_saves_violates_agreement() -> None:
    found = check(paxos, acceptor="answers first", crashes=1)
    assert found.properties["agreement"].value == "violated"
    assert found.trace is not None
    crash = next(at for at, label in enumerate(found.trace.labels) if label.endswith(" crashes"))
    node = found.trace.labels[crash].split()[0]
    before = [label for label in found.trace.labels[:crash] if label.startswith(f"{node} ")]
    assert before[-1] == f"{node} <- p1: Accept(ballot=1, value=v1, voted=None)"  # not yet saved
    assert len(found.trace) == 20  # 16 of the bug `answers-before-it-writes`, and 4 that save


@pytest.mark.parametrize("acceptor", ["plain", "saves first"])
def test_an_acceptor_that_saves_before_it_answers_holds(acceptor: str) -> None:
    found = check(paxos, acceptor=acceptor, crashes=1)
    assert {name: each.value for name, each in found.properties.items()} == {
        "agreement": "holds",
        "nothing_raises": "holds",
    }


def test_the_report_says_what_is_left_out_of_the_state() -> None:
    report = str(check(paxos, acceptors=1, proposers=1, crashes=0))
    assert "left out      Proposer: without the order of the entries of promises" in report
