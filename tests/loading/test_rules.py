"""The rules of a bug: changed clauses, quoted from the source with the correct clauses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pcheck import (
    Action,
    Actor,
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
    volatile,
)
from pcheck.language.decorators import BUG
from pcheck.loading.rules import Rule, rules
from pcheck.loading.spec import SHIPPED


@dataclass(frozen=True)
class Ask:
    number: int


@dataclass(frozen=True)
class Answer:
    number: int


@dataclass(frozen=True)
class Caller(Actor):
    servers: Group = fixed()
    asked: int = 0

    def actions(self) -> Iterator[Action]:
        if self.asked < 2:
            number = self.next()
            yield action(
                f"asks {number}", self.but(asked=number), broadcast(self.servers, Ask(number))
            )

    def next(self) -> int:
        return self.asked + 1


@dataclass(frozen=True)
class Server(Actor):
    """A server with one answer for each number."""

    given: int = 0

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Ask(number) if self.may_answer(number):
                return self.but(given=number), send(src, Answer(number))
        return None

    def may_answer(self, number: int) -> bool:
        """No number is answered twice. Otherwise
        a caller counts two answers."""
        return (
            number > self.given  # a comment is part of the clause
        )


@dataclass(frozen=True)
class Clerk(Server):
    """A server by another name."""


@always(sees=[Answer])
def one_answer(seen: Seen) -> str | None:
    return None


def office(servers: int = 2, clerks: int = 0, limit: int = 9) -> Cluster:
    """A caller, servers and clerks."""
    s, k = group("s", servers), group("k", clerks)
    most = min(limit, 9)
    del most
    return Cluster(
        {group("c", 1): lambda i: Caller(servers=s), s: lambda i: Server(), k: lambda i: Clerk()},
        [one_answer],
    )


def quoted(marked: Any) -> list[Rule]:
    return rules(vars(marked)[BUG], office)


MAY_ANSWER = Rule(
    "Server.may_answer",
    "No number is answered twice. Otherwise a caller counts two answers.",
    (
        "def may_answer(self, number: int) -> bool:",
        "    return (",
        "        number > self.given  # a comment is part of the clause",
        "    )",
    ),
    ("def may_answer(self, number: int) -> bool:", "    return True"),
)


@bug(1, breaks=one_answer)
class AnswersAgain(Server):
    """A server answers every request."""

    def may_answer(self, number: int) -> bool:
        return True


def test_a_changed_method_is_quoted_with_the_correct_method() -> None:
    assert quoted(AnswersAgain) == [MAY_ANSWER]


@bug(2, breaks=one_answer)
class ExplainsItself(Clerk):
    """A server answers every request."""

    def may_answer(self, number: int) -> bool:
        """A docstring in a bug
        is not quoted."""
        # a comment of the bug is quoted
        return True


def test_an_inherited_clause_is_quoted_from_its_class() -> None:
    right = MAY_ANSWER.right
    (rule,) = quoted(ExplainsItself)
    assert (rule.name, rule.words, rule.right) == ("Clerk.may_answer", MAY_ANSWER.words, right)
    assert rule.wrong == (
        "def may_answer(self, number: int) -> bool:",
        "    # a comment of the bug is quoted",
        "    return True",
    )


@bug(3, breaks=one_answer)
@dataclass(frozen=True)
class Forgets(Server):
    """A server keeps nothing over a restart."""

    given: int = volatile(0)


def test_a_changed_field_is_quoted_with_the_correct_field() -> None:
    right, wrong = ("given: int = 0",), ("given: int = volatile(0)",)
    assert quoted(Forgets) == [Rule("Server.given", "", right, wrong)]


@bug(4, breaks=one_answer)
@dataclass(frozen=True)
class CountsToo(Server):
    """A server counts, and answers every request."""

    counted: int = 0

    def more(self) -> int:
        """Return the next number."""
        return self.counted + 1

    def may_answer(self, number: int) -> bool:
        return True


def test_added_clauses_follow_changed_clauses() -> None:
    more = "def more(self) -> int:", "    return self.counted + 1"
    assert quoted(CountsToo) == [
        MAY_ANSWER,
        Rule("Server.counted", "", (), ("counted: int = 0",)),
        Rule("Server.more", "", (), more),
    ]


class AsksTheSame(Caller):
    def next(self) -> int:
        return 1


@bug(5, breaks=one_answer, also=[AsksTheSame])
class AnswersTheSame(Server):
    """A caller repeats its number, and a server repeats its answer."""

    def may_answer(self, number: int) -> bool:
        return True


def test_a_bug_of_two_roles_quotes_both() -> None:
    right = "def next(self) -> int:", "    return self.asked + 1"
    wrong = "def next(self) -> int:", "    return 1"
    assert quoted(AnswersTheSame) == [MAY_ANSWER, Rule("Caller.next", "", right, wrong)]


@bug(6, breaks=one_answer)
class Empty(Server):
    """A bug that changes nothing."""


def test_a_bug_without_changes_has_no_rules() -> None:
    assert quoted(Empty) == []


@bug(7, breaks=one_answer)
def no_limit(servers: int) -> dict[str, int]:
    """The number of answers is limited by the number of servers."""
    return {
        "limit": servers,
    }


def test_changed_options_are_quoted_with_the_lines_of_the_builder() -> None:
    wrong = (
        "def no_limit(servers: int) -> dict[str, int]:",
        "    return {",
        '        "limit": servers,',
        "    }",
    )
    assert quoted(no_limit) == [Rule("office", "", ("most = min(limit, 9)",), wrong)]


def test_a_bug_without_source_has_no_rules() -> None:
    names: dict[str, Any] = {"bug": bug, "one_answer": one_answer, "Server": Server}
    exec("@bug(8, breaks=one_answer)\nclass Typed(Server):\n    given = 1", names)
    exec("@bug(9, breaks=one_answer)\ndef typed():\n    return {}", names)
    assert (quoted(names["Typed"]), quoted(names["typed"])) == ([], [])


def test_loading_another_spec_keeps_the_source(tmp_path: Path) -> None:
    for file in SHIPPED.glob("*.py"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    result = check(tmp_path / "paxos.py", bug=14, acceptors=1)
    check(tmp_path / "lamport.py", acceptors=1)
    assert "VIOLATED: agreement is false: v1 and v2 are both chosen." in str(result)
