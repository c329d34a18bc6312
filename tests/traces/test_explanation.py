"""The explanation of a violation: the property's lines, the events of a node, and the rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pcheck import Cluster, History, Seen, check, group
from pcheck.errors import SpecError
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

# The parts of an explanation


def test_a_line_that_names_a_node_becomes_the_events_of_that_node() -> None:
    found = explained(Lies)
    assert found.lines == ("s1 answers 2.",)
    (node_events,) = found.node_events
    events = [
        (each.number, each.label, each.changes, *map(str, each.sends))
        for each in node_events.events
    ]
    assert (node_events.node, events) == (
        "s1",
        [(2, "s1 <- c1: Ask(number=1)", ("given = 1",), "sends Answer(number=2) to c1")],
    )


def test_a_property_without_an_explanation_still_has_rules_and_divergences() -> None:
    found = explained(Lies, no_answer_is_2(None))
    assert (found.lines, [rule.name for rule in found.rules]) == ((), ["Server.answer"])
    assert [each.number for each in found.divergences] == [2]


def test_a_trace_without_a_bug_has_only_the_lines_of_its_property() -> None:
    def wrong() -> Cluster:
        return Cluster({group("s", 1): lambda i: Lies(), group("c", 1): caller}, [TRUTH])

    def caller(_: int) -> Caller:
        return Caller(servers=group("s", 1))

    found = check(wrong, crashes=0).explanation
    assert found is not None
    assert (found.lines[0], found.rules, found.divergences) == ("s1 answers 2.", (), ())


def raises(history: History) -> Iterator[str]:
    yield "a first line"
    raise KeyError("a9")


def exits(history: History) -> Iterator[str]:
    raise SystemExit(3)


def waits(history: History) -> Iterator[str]:
    yield f"since step {history.since(lambda seen: False)}"


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


def test_the_events_of_the_first_diverging_node_are_given_once() -> None:
    nodes = [[each.node for each in explained(bug).node_events] for bug in (AsksForMore, Lies)]
    assert nodes == [["c1", "s1"], ["s1"]]


# The history that an explanation gets


def test_a_history_contains_even_the_messages_that_no_property_sees() -> None:
    kinds: list[list[type[Any]]] = []

    def everything(history: History) -> Iterator[str]:
        kinds.append([type(each) for _, each in history.seen.sent(object)])
        yield "nothing"

    assert explained(Lies, no_answer_is_2(everything)).lines == ("nothing",)
    assert kinds == [[Ask, Answer]]


def test_a_history_has_one_observation_of_each_state() -> None:
    observations: list[list[int]] = []

    def counting(history: History) -> Iterator[str]:
        def sent(seen: Seen) -> bool:
            observations[-1].append(len(seen.sent(Ask)) + len(seen.sent(Answer)))
            return len(observations[-1]) == 3

        observations.append([])
        yield f"{history.since(sent)}"

    assert explained(Lies, no_answer_is_2(counting)).lines == ("2",)
    assert observations == [[0, 1, 2]]
