"""Why a run goes wrong: what its property tells, the rule, and where the correct one differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pcheck import (
    Act,
    Actor,
    Bug,
    Cluster,
    Group,
    History,
    Id,
    Property,
    Seen,
    Step,
    act,
    always,
    broadcast,
    bug,
    check,
    fixed,
    group,
    send,
)
from pcheck.checking import Result, answer
from pcheck.errors import SpecError
from pcheck.language.decorators import BUG
from pcheck.loading.setup import ask
from pcheck.loading.spec import of_builder
from pcheck.search.limits import Limits
from pcheck.traces.explanation import Deeds, Explanation


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

    def offers(self) -> Iterator[Act]:
        if self.asked == 0:
            yield act("asks", self.but(asked=1), broadcast(self.servers, Ask(self.number())))

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
        """The answer is what was asked for."""
        return number


def who_answered(told: History) -> Iterator[str]:
    for server, said in told.seen.sent(Answer):
        yield f"{server} answers {said.number}."
        yield server


def no_answer_is_2(explain: Callable[[History], Iterator[str]] | None) -> Property:
    def truth(seen: Seen) -> str | None:
        return "2 is a lie" if any(said.number == 2 for _, said in seen.sent(Answer)) else None

    return always(sees=[Answer], explain=explain)(truth)


TRUTH = no_answer_is_2(who_answered)


@bug(1, breaks=TRUTH)
class Lies(Server):
    """Answers something else."""

    def answer(self, number: int) -> int:
        return 2


@bug(2, breaks=TRUTH)
class AsksForMore(Caller):
    """Asks for another number."""

    def number(self) -> int:
        return 2


@bug(3, breaks=TRUTH)
class AsksAgain(Caller):
    """Asks twice, first for nothing that matters."""

    def offers(self) -> Iterator[Act]:
        if self.asked < 2:
            again = f"asks again {self.asked}", self.but(asked=self.asked + 1)
            yield act(*again, broadcast(self.servers, Ask(self.asked + 1)))


def shop(prop: Property) -> Callable[[], Cluster]:
    def asking() -> Cluster:
        c, s = group("c", 1), group("s", 2)
        return Cluster({c: lambda i: Caller(servers=s), s: lambda i: Server()}, [prop])

    return asking


def result_of(marked: type[Any], prop: Property = TRUTH) -> Result:
    found: Bug = vars(marked)[BUG]
    return answer(ask(of_builder(shop(prop)), {}, bug=found, crashes=0), Limits())


def explained(marked: type[Any], prop: Property = TRUTH) -> Explanation:
    explanation = result_of(marked, prop).explanation
    assert explanation is not None
    return explanation


def differences(explanation: Explanation | None) -> list[tuple[int, str, str | None, str]]:
    assert explanation is not None
    found = explanation.differences
    assert [each.node for each in found] == [each.label.split()[0] for each in found]
    return [(each.number, each.label, each.here, each.there) for each in found]


# What is told, and of whom


def test_a_line_that_is_the_name_of_a_node_stands_for_what_that_node_did() -> None:
    line, deeds = explained(Lies).told
    assert line == "s1 answers 2."
    assert isinstance(deeds, Deeds)
    told = [
        (each.number, each.label, each.changes, *map(str, each.sends)) for each in deeds.moments
    ]
    assert (deeds.node, told) == (
        "s1",
        [(2, "s1 <- c1: Ask(number=1)", ("given = 1",), "sends Answer(number=2) to c1")],
    )


def test_without_an_explanation_there_is_still_the_rule_and_the_difference() -> None:
    found = explained(Lies, no_answer_is_2(None))
    assert (found.told, [rule.name for rule in found.rules]) == ((), ["Server.answer"])
    assert [each.number for each in found.differences] == [2]


def test_a_run_without_a_mistake_is_told_and_no_more() -> None:
    def wrong() -> Cluster:
        return Cluster({group("s", 1): lambda i: Lies(), group("c", 1): caller}, [TRUTH])

    def caller(_: int) -> Caller:
        return Caller(servers=group("s", 1))

    found = check(wrong, crashes=0).explanation
    assert found is not None
    assert (found.told[0], found.rules, found.differences) == ("s1 answers 2.", (), ())


def raises(told: History) -> Iterator[str]:
    yield "so far, so good"
    raise KeyError("a9")


def exits(told: History) -> Iterator[str]:
    raise SystemExit(3)


def waits(told: History) -> Iterator[str]:
    yield f"since step {told.since(lambda seen: False)}"


@pytest.mark.parametrize(
    ("wrong", "what"),
    [(raises, "KeyError: 'a9'"), (exits, "SystemExit: 3"), (waits, "")],
)
def test_an_explanation_that_raises_is_one_clear_line(
    wrong: Callable[[History], Iterator[str]], what: str
) -> None:
    with pytest.raises(SpecError) as error:
        explained(Lies, no_answer_is_2(wrong))
    assert f"the explanation of truth raised {what}" in str(error.value)
    assert Path(__file__).name in str(error.value)


# Where the correct protocol differs


def test_who_sends_something_else_differs_there() -> None:
    (found,) = differences(explained(Lies))
    assert found[:3] == (2, "s1 <- c1: Ask(number=1)", "sends Answer(number=2) to c1")
    assert "sends Answer(number=1) to c1" in found[3]


def test_what_comes_of_a_message_that_was_never_sent_is_not_taken() -> None:
    first, second = differences(explained(AsksForMore))
    assert first[:3] == (1, "c1 asks", "sends Ask(number=2) to s1, s2")
    assert "sends Ask(number=1) to s1, s2" in first[3]
    assert second[:2] == (2, "s1 <- c1: Ask(number=2)")
    assert "never sent" in second[3]


def test_what_only_the_mistake_offers_is_not_taken() -> None:
    assert [(number, label) for number, label, *_ in differences(explained(AsksAgain))] == [
        (1, "c1 asks again 0"),
        (2, "c1 asks again 1"),
        (3, "s1 <- c1: Ask(number=2)"),
    ]
    result = result_of(AsksAgain)
    assert result.run is not None
    assert result.run.refused_at == 1


def test_the_deeds_of_who_differs_first_are_told_unless_they_were_told() -> None:
    asks, lies = explained(AsksForMore), explained(Lies)
    assert asks.deeds is not None
    assert (asks.deeds.node, lies.deeds) == ("c1", None)


# What an explanation is made from


def heard(*numbers: int) -> Seen:
    return Seen([(Id("s1"), Answer(number)) for number in numbers], {})


def test_a_history_ends_with_what_is_seen_last_and_knows_since_when() -> None:
    told = History([heard(), heard(), heard(1), heard(1, 2)])
    since = [
        told.since(lambda seen: True),
        told.since(lambda seen: Answer(1) in dict(seen.sent(Answer)).values()),
        told.since(lambda seen: len(seen.sent(Answer)) == 2),
    ]
    assert (since, told.seen) == ([0, 2, 3], heard(1, 2))


def test_a_history_sees_every_message_also_those_that_no_property_sees() -> None:
    kinds: list[list[type[Any]]] = []

    def everything(told: History) -> Iterator[str]:
        kinds.append([type(each) for _, each in told.seen.sent(object)])
        yield "nothing"

    assert explained(Lies, no_answer_is_2(everything)).told == ("nothing",)
    assert kinds == [[Ask, Answer]]


def test_a_history_has_one_sight_before_the_first_step_and_one_after_each() -> None:
    sights: list[list[int]] = []

    def counting(told: History) -> Iterator[str]:
        def sent(seen: Seen) -> bool:
            sights[-1].append(len(seen.sent(Ask)) + len(seen.sent(Answer)))
            return len(sights[-1]) == 3

        sights.append([])
        yield f"{told.since(sent)}"

    assert explained(Lies, no_answer_is_2(counting)).told == ("2",)
    assert sights == [[0, 1, 2]]
