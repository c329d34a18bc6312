"""What a mistake changes, quoted: each clause as it stands in the source, beside the right one."""

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
    """It has one answer for each number."""

    given: int = 0

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Ask(number) if self.may_answer(number):
                return self.but(given=number), send(src, Answer(number))
        return None

    def may_answer(self, number: int) -> bool:
        """No number is answered twice: else
        somebody counts two answers."""
        return (
            number > self.given  # a comment is a part of it
        )


@dataclass(frozen=True)
class Clerk(Server):
    """A server by another name."""


@always(sees=[Answer])
def one_answer(seen: Seen) -> str | None:
    return None


def office(servers: int = 2, clerks: int = 0, limit: int = 9) -> Cluster:
    """Who calls, and who answers."""
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
    "No number is answered twice: else somebody counts two answers.",
    (
        "def may_answer(self, number: int) -> bool:",
        "    return (",
        "        number > self.given  # a comment is a part of it",
        "    )",
    ),
    ("def may_answer(self, number: int) -> bool:", "    return True"),
)


@bug(1, breaks=one_answer)
class AnswersAgain(Server):
    """Answers whatever it is asked."""

    def may_answer(self, number: int) -> bool:
        return True


def test_a_method_stands_beside_the_one_that_it_takes_the_place_of() -> None:
    assert quoted(AnswersAgain) == [MAY_ANSWER]


@bug(2, breaks=one_answer)
class ExplainsItself(Clerk):
    """Answers whatever it is asked."""

    def may_answer(self, number: int) -> bool:
        """It says why,
        and that is not quoted."""
        # nor is this: it is a comment of its own
        return True


def test_what_is_inherited_is_looked_for_where_it_stands() -> None:
    right = MAY_ANSWER.right
    (rule,) = quoted(ExplainsItself)
    assert (rule.name, rule.words, rule.right) == ("Clerk.may_answer", MAY_ANSWER.words, right)
    assert rule.wrong == (
        "def may_answer(self, number: int) -> bool:",
        "    # nor is this: it is a comment of its own",
        "    return True",
    )


@bug(3, breaks=one_answer)
@dataclass(frozen=True)
class Forgets(Server):
    """Keeps nothing over a restart."""

    given: int = volatile(0)


def test_a_field_stands_beside_the_one_that_it_takes_the_place_of() -> None:
    right, wrong = ("given: int = 0",), ("given: int = volatile(0)",)
    assert quoted(Forgets) == [Rule("Server.given", "", right, wrong)]


@bug(4, breaks=one_answer)
@dataclass(frozen=True)
class CountsToo(Server):
    """Counts, and answers whatever it is asked."""

    counted: int = 0

    def more(self) -> int:
        """One more."""
        return self.counted + 1

    def may_answer(self, number: int) -> bool:
        return True


def test_what_it_adds_comes_after_what_it_changes() -> None:
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
    """The same is asked, and answered, again."""

    def may_answer(self, number: int) -> bool:
        return True


def test_what_stands_in_two_roles_is_quoted_of_both() -> None:
    right = "def next(self) -> int:", "    return self.asked + 1"
    wrong = "def next(self) -> int:", "    return 1"
    assert quoted(AnswersTheSame) == [MAY_ANSWER, Rule("Caller.next", "", right, wrong)]


@bug(6, breaks=one_answer)
class Empty(Server):
    """Changes nothing."""


def test_what_changes_nothing_has_nothing_to_quote() -> None:
    assert quoted(Empty) == []


@bug(7, breaks=one_answer)
def no_limit(servers: int) -> dict[str, int]:
    """As many answers as there are servers, and no other limit."""
    return {
        "limit": servers,
    }


def test_options_stand_beside_the_lines_of_the_builder_that_they_are_used_in() -> None:
    wrong = (
        "def no_limit(servers: int) -> dict[str, int]:",
        "    return {",
        '        "limit": servers,',
        "    }",
    )
    assert quoted(no_limit) == [Rule("office", "", ("most = min(limit, 9)",), wrong)]


def test_a_mistake_without_a_source_is_not_quoted() -> None:
    names: dict[str, Any] = {"bug": bug, "one_answer": one_answer, "Server": Server}
    exec("@bug(8, breaks=one_answer)\nclass Typed(Server):\n    given = 1", names)
    exec("@bug(9, breaks=one_answer)\ndef typed():\n    return {}", names)
    assert (quoted(names["Typed"]), quoted(names["typed"])) == ([], [])


def test_what_is_loaded_later_does_not_take_the_source_away(tmp_path: Path) -> None:
    for file in SHIPPED.glob("*.py"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    result = check(tmp_path / "paxos.py", bug=14, acceptors=1)
    check(tmp_path / "lamport.py", acceptors=1)
    assert "VIOLATED: agreement is false now: v1 and v2 are both chosen." in str(result)
