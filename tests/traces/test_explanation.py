"""The explanation of a violation: what its property tells, the deeds of a node, and the rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pcheck import Cluster, History, Seen, check, group
from pcheck.errors import SpecError
from pcheck.traces.explanation import NodeEvents
from tests.traces.asking import (
    TRUTH,
    Answer,
    Ask,
    AsksForMore,
    Caller,
    Lies,
    explained,
    no_answer_is_2,
)

# What is told, and of whom


def test_a_line_that_is_the_name_of_a_node_stands_for_what_that_node_did() -> None:
    line, node_events = explained(Lies).lines
    assert line == "s1 answers 2."
    assert isinstance(node_events, NodeEvents)
    told = [
        (each.number, each.label, each.changes, *map(str, each.sends))
        for each in node_events.events
    ]
    assert (node_events.node, told) == (
        "s1",
        [(2, "s1 <- c1: Ask(number=1)", ("given = 1",), "sends Answer(number=2) to c1")],
    )


def test_without_an_explanation_there_is_still_the_rule_and_the_difference() -> None:
    found = explained(Lies, no_answer_is_2(None))
    assert (found.lines, [rule.name for rule in found.rules]) == ((), ["Server.answer"])
    assert [each.number for each in found.divergences] == [2]


def test_a_run_without_a_mistake_is_told_and_no_more() -> None:
    def wrong() -> Cluster:
        return Cluster({group("s", 1): lambda i: Lies(), group("c", 1): caller}, [TRUTH])

    def caller(_: int) -> Caller:
        return Caller(servers=group("s", 1))

    found = check(wrong, crashes=0).explanation
    assert found is not None
    assert (found.lines[0], found.rules, found.divergences) == ("s1 answers 2.", (), ())


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


def test_the_deeds_of_who_differs_first_are_told_unless_they_were_told() -> None:
    asks, lies = explained(AsksForMore), explained(Lies)
    assert asks.node_events is not None
    assert (asks.node_events.node, lies.node_events) == ("c1", None)


# What an explanation is made from


def test_a_history_sees_every_message_also_those_that_no_property_sees() -> None:
    kinds: list[list[type[Any]]] = []

    def everything(told: History) -> Iterator[str]:
        kinds.append([type(each) for _, each in told.seen.sent(object)])
        yield "nothing"

    assert explained(Lies, no_answer_is_2(everything)).lines == ("nothing",)
    assert kinds == [[Ask, Answer]]


def test_a_history_has_one_sight_before_the_first_step_and_one_after_each() -> None:
    observations: list[list[int]] = []

    def counting(told: History) -> Iterator[str]:
        def sent(seen: Seen) -> bool:
            observations[-1].append(len(seen.sent(Ask)) + len(seen.sent(Answer)))
            return len(observations[-1]) == 3

        observations.append([])
        yield f"{told.since(sent)}"

    assert explained(Lies, no_answer_is_2(counting)).lines == ("2",)
    assert observations == [[0, 1, 2]]
