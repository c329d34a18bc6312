"""Patterns of steps, compared with regular expressions, and the steps that they match."""

from __future__ import annotations

import re
from random import Random
from time import monotonic
from typing import Any

import pytest

from pcheck.language.model import Model
from pcheck.loading.setup import prepare
from pcheck.loading.spec import find
from pcheck.scenarios.patterns import Pattern, spelled, with_single_blanks
from pcheck.semantics.trace import follow

PREPARED = ("p1 starts ballot 1", "p2 starts ballot 2", "a1 <- p1: Prepare(ballot=1)")


def test_a_pattern_matches_as_the_regular_expression_of_its_parts() -> None:
    random, matched = Random(1), 0
    for _ in range(4_000):
        pattern = "".join(random.choice("ab**") for _ in range(random.randrange(7)))
        text = "".join(random.choice("ab") for _ in range(random.randrange(9)))
        regex = ".*".join(map(re.escape, pattern.split("*")))
        expected = re.fullmatch(regex, text) is not None
        assert Pattern(pattern).matches(text) is expected, (pattern, text)
        matched += expected
    assert 500 < matched < 3_500


def test_many_wildcards_take_no_time() -> None:
    """The regular expression of this pattern takes longer than anybody waits."""
    began = monotonic()
    assert not Pattern("*a" * 40 + "*b").matches("a" * 4_000)
    assert monotonic() - began < 1


def test_a_star_in_a_text_is_matched_by_itself() -> None:
    assert Pattern("2 * 3").matches("2 * 3")
    assert not Pattern("2 . 3").matches("2 * 3")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  a \t b  ", "a b"),
        ("a '  b  '  c", "a '  b  ' c"),
        ('a "  b  "  c', 'a "  b  " c'),
        ("a '\\'  b'  c", "a '\\'  b' c"),
        ("it's  so", "it's so"),
    ],
)
def test_several_blanks_count_as_one_outside_quotes(text: str, expected: str) -> None:
    assert with_single_blanks(text) == expected
    assert Pattern(expected).matches(text)


def paxos(*labels: str) -> tuple[Model[Any], Any]:
    model = prepare(find("paxos"), {"acceptors": 1, "rounds": 1}, network="lossy").model
    return model, follow(model, labels).states[-1]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("a1 <- p2: Prepare(2)", ["a1 <- p2: Prepare(ballot=2)"]),
        ("a1 <- p2: Prepare(ballot=2)", ["a1 <- p2: Prepare(ballot=2)"]),
        ("p1 <- *: Promise(*)", ["p1 <- a1: Promise(ballot=1, last=None)"]),
        ("p1 <- a1: Promise(1, *)", ["p1 <- a1: Promise(ballot=1, last=None)"]),
        ("lost: p2 -> a1: Prepare(2)", ["lost: p2 -> a1: Prepare(ballot=2)"]),
        (
            "lost: *",
            ["lost: a1 -> p1: Promise(ballot=1, last=None)", "lost: p2 -> a1: Prepare(ballot=2)"],
        ),
        ("* crashes", ["p1 crashes", "p2 crashes", "a1 crashes"]),
        ("a1 <- p1: *", []),
    ],
)
def test_a_pattern_matches_labels_in_full_and_in_brief(pattern: str, expected: list[str]) -> None:
    model, state = paxos(*PREPARED)
    assert [each.label for each in Pattern(pattern).among(model, state)] == expected


def test_the_steps_are_those_of_the_model() -> None:
    model, state = paxos(*PREPARED)
    found = [(each.label, each.after) for each in spelled(model, state)]
    assert found == list(model.steps(state))


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (
            "a1 <- p1: Prepare(1)",
            "no such message from p1 to a1 is undelivered; did you mean 'a1 <- p2: "
            "Prepare(ballot=2)'?",
        ),
        ("a9 <- p1: Prepare(1)", "unknown node 'a9'; expected p1, p2 or a1."),
        ("a1 restarts", "a1 is not down."),
        ("a9 <- *", "no possible step is like this."),
    ],
)
def test_a_pattern_without_a_step_says_why_and_what_is_possible(
    pattern: str, expected: str
) -> None:
    model, state = paxos(*PREPARED)
    text, _, instead = Pattern(pattern).why_none(model, state).partition(" Possible instead: ")
    assert (text, " crashes" in instead) == (expected, True)


def test_a_message_that_is_ignored_is_named_with_the_reason() -> None:
    labels = ["p1 starts ballot 1", "p2 starts ballot 2", "a1 <- p2: Prepare(ballot=2)"]
    model, state = paxos(*labels)
    reason = Pattern("a1 <- p1: Prepare(1)").why_none(model, state)
    assert reason.startswith(
        "a1 ignores Prepare(1): `self.may_promise(ballot)` is false; promised = 2. Possible"
    )
