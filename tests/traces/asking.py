"""A caller and some servers, with three bugs, whose violations the tests explain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pcheck import (
    Action,
    Actor,
    Bug,
    Cluster,
    Group,
    History,
    Id,
    Property,
    Seen,
    Step,
    action,
    always,
    broadcast,
    bug,
    fixed,
    group,
    send,
)
from pcheck.checking import answer
from pcheck.language.decorators import BUG
from pcheck.loading.setup import prepare
from pcheck.loading.spec import of_builder
from pcheck.results.result import Result
from pcheck.traces.explanation import Explanation


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
        if self.asked == 0:
            yield action("asks", self.but(asked=1), broadcast(self.servers, Ask(self.number())))

    def number(self) -> int:
        return 1


@dataclass(frozen=True)
class Server(Actor):
    given: int = 0

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Ask(number) if number != self.given:
                return self.but(given=number), send(src, Answer(self.answer(number)))
        return None

    def answer(self, number: int) -> int:
        """The answer is the number of the request."""
        return number


def who_answered(history: History) -> Iterator[str]:
    for server, each in history.seen.sent(Answer):
        yield f"{server} answers {each.number}."
        yield server


def no_answer_is_2(explain: Callable[[History], Iterator[str]] | None) -> Property:
    def truth(seen: Seen) -> str | None:
        return "2 is a lie" if any(each.number == 2 for _, each in seen.sent(Answer)) else None

    return always(sees=[Answer], explain=explain)(truth)


TRUTH = no_answer_is_2(who_answered)


@bug(1, breaks=TRUTH)
class Lies(Server):
    """A server answers another number than the requested one."""

    def answer(self, number: int) -> int:
        return 2


@bug(2, breaks=TRUTH)
class AsksForMore(Caller):
    """The caller asks for another number."""

    def number(self) -> int:
        return 2


@bug(3, breaks=TRUTH)
class AsksAgain(Caller):
    """The caller asks for two numbers, one after the other."""

    def actions(self) -> Iterator[Action]:
        if self.asked < 2:
            again = f"asks again {self.asked}", self.but(asked=self.asked + 1)
            yield action(*again, broadcast(self.servers, Ask(self.asked + 1)))


def shop(prop: Property) -> Callable[[], Cluster]:
    def asking() -> Cluster:
        c, s = group("c", 1), group("s", 2)
        return Cluster({c: lambda i: Caller(servers=s), s: lambda i: Server()}, [prop])

    return asking


def result_of(marked: type[Any], prop: Property = TRUTH) -> Result:
    found: Bug = vars(marked)[BUG]
    return answer(prepare(of_builder(shop(prop)), {}, bug=found, crashes=0))


def explained(marked: type[Any], prop: Property = TRUTH) -> Explanation:
    explanation = result_of(marked, prop).explanation
    assert explanation is not None
    return explanation
