"""The printer: each value has one text, because labels name the steps of saved traces."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Any, NamedTuple

import pytest

from pcheck import Actor, Id, Map, Set, Value, fixed, group, show
from pcheck.language.printing import brief, listed


class Phase(Enum):
    ONE = "one"


class Level(IntEnum):
    HIGH = 7


class Pair(NamedTuple):
    left: object
    right: object


@dataclass(frozen=True)
class Vote:
    ballot: int
    value: object


@dataclass(frozen=True)
class Nothing:
    pass


@dataclass(frozen=True)
class Clock(Actor):
    start: int = fixed(5)
    time: int = 0


A1, A2, A10, V1 = Id("a1"), Id("a2"), Id("a10"), Value("v1")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "None"),
        (True, "True"),
        (-3, "-3"),
        (1.0, "1.0"),
        (-0.0, "-0.0"),
        ("it's", '"it\'s"'),
        ("two\nlines", r"'two\nlines'"),
        (b"\x00", r"b'\x00'"),
        (A1, "a1"),
        (V1, "v1"),
        (Phase.ONE, "Phase.ONE"),
        (Level.HIGH, "Level.HIGH"),
        ((), "()"),
        ((1,), "(1,)"),
        ((1, (A1, "a1")), "(1, (a1, 'a1'))"),
        (Pair(1, V1), "Pair(left=1, right=v1)"),
        (Set(), "{}"),
        (Set([A10, A2, A1]), "{a1, a2, a10}"),
        (Set([Set([2, 1]), Set()]), "{{}, {1, 2}}"),
        (Map(), "{}"),
        (Map({A10: None, A2: Vote(1, V1)}), "{a2: Vote(ballot=1, value=v1), a10: None}"),
        (group("a", 2), "[a1, a2]"),
        (Vote(1, Vote(0, None)), "Vote(ballot=1, value=Vote(ballot=0, value=None))"),
        (Nothing(), "Nothing()"),
        (Clock(me=A1, time=2), "Clock(time=2)"),
    ],
)
def test_each_value_has_one_text(value: Any, text: str) -> None:
    assert show(value) == text


@pytest.mark.parametrize(
    ("values", "text"),
    [([], "none"), ([A1], "a1"), ([A2, A1], "a1 and a2"), ([A10, A2, A1], "a1, a2 and a10")],
)
def test_values_are_listed_as_a_phrase_in_sorted_order(values: list[Id], text: str) -> None:
    assert listed(values) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Vote(1, Vote(0, None)), "Vote(1, Vote(0, None))"),
        (Pair((1,), Nothing()), "Pair((1,), Nothing())"),
        (Map({A10: Vote(1, V1), A2: Set([Pair(1, 2)])}), "{a2: {Pair(1, 2)}, a10: Vote(1, v1)}"),
        (Clock(me=A1, time=2), "Clock(2)"),
        ("it's", '"it\'s"'),
    ],
)
def test_the_brief_text_has_no_names_of_fields(value: Any, text: str) -> None:
    assert brief(value) == text
