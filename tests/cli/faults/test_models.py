"""Faulty specs that are a Model: each error is one line with the file and the line."""

from __future__ import annotations

import pytest

from tests.cli.faults.asking import Ends, Vague, changed, check_place, complaint

COUNTING = '''\
from collections.abc import Iterator
from dataclasses import dataclass

from pcheck import Id, Model, Seen, always, spec


@dataclass(frozen=True)
class At:
    number: int


@always(sees=[At])
def small(seen: Seen) -> str | None:
    """The number never is 3."""
    return "it is 3" if any(at.number == 3 for _, at in seen.sent(At)) else None


class Counter(Model[int]):
    properties = (small,)

    def initial(self) -> int:
        return 0

    def steps(self, state: int) -> Iterator[tuple[str, int]]:
        if state < 3:
            yield f"counts to {state + 1}", state + 1

    def observe(self, state: int) -> Seen:
        return Seen([(Id("n"), At(state))], {})


@spec
def counting() -> Counter:
    """A counter that stops at 3."""
    return Counter()
'''
COUNTS = 'yield f"counts to {state + 1}", state + 1'
SEES = 'return Seen([(Id("n"), At(state))], {})'

MODELS: dict[str, Vague] = {
    "begins with an exception": (
        {"return 0": "return 1 / 0"},
        "fault.py:[1 / 0]:",
        ("ZeroDivisionError",),
    ),
    "begins with a list": ({"return 0": "return []"}, "fault.py:[def initial]:", ("list",)),
    "raises in its steps": (
        {COUNTS: f"1 // (2 - state); {COUNTS}"},
        "fault.py:[1 // ]:",
        ("ZeroDivisionError", "in state 2"),
    ),
    "exits in its steps": (
        {COUNTS: "raise SystemExit(0); yield"},
        "fault.py:[raise SystemExit]:",
        ("SystemExit", "in state 0"),
    ),
    "yields a state without its label": (
        {COUNTS: "yield state + 1"},
        "fault.py:[def steps]:",
        ("(label, state)", "in state 0"),
    ),
    "labels a step with a number": (
        {COUNTS: "yield state, state + 1"},
        "fault.py:[def steps]:",
        ("label", "in state 0"),
    ),
    "labels two steps the same": (
        {COUNTS: 'yield "on", 1; yield "on", 2'},
        "fault.py:[def steps]:",
        ("labelled two steps 'on'", "in state 0"),
    ),
    "steps to a list": (
        {COUNTS: 'yield "on", [1]'},
        "fault.py:[def steps]:",
        ("list", "in state 0"),
    ),
    "returns nothing for its steps": (
        {f"if state < 3:\n            {COUNTS}": "return None"},
        "fault.py:[def steps]:",
        ("None", "in state 0"),
    ),
    "raises in observe": (
        {SEES: f"1 // (1 - state); {SEES}"},
        "fault.py:[1 // ]:",
        ("ZeroDivisionError", "in state 1"),
    ),
    "observes nothing": ({SEES: "return None"}, "fault.py:[def observe]:", ("Seen", "in state 0")),
    "observes a list in a message": (
        {"At(state)": "At([state])"},
        "fault.py:[def observe]:",
        ("number is a list; use a tuple",),
    ),
    "has a class as a property": (
        {"(small,)": "(At,)"},
        "fault.py:[@spec]:",
        ("At is not a property",),
    ),
    "raises in columns": (
        {"def observe": "def columns(self, state):\n        return 1 / 0\n\n    def observe"},
        "fault.py:[1 / 0]:",
        ("ZeroDivisionError",),
    ),
}


def test_the_model_without_a_fault_is_violated(explored: Ends) -> None:
    assert explored(COUNTING, "--quiet") == (1, "violated\n", "")


@pytest.mark.parametrize(("changes", "place", "parts"), MODELS.values(), ids=MODELS)
def test_a_faulty_model_is_reported(
    changes: dict[str, str], place: str, parts: tuple[str, ...], explored: Ends
) -> None:
    check_place(explored, changed(changes, COUNTING), place, parts)


def test_a_model_without_properties_is_not_checked(explored: Ends) -> None:
    source = changed({"    properties = (small,)\n\n": ""}, COUNTING)
    line = (
        "fault.py:[@spec]: counting declares no properties, so there is nothing to check; "
        "set properties = (...) in its class Counter"
    )
    assert explored(source) == complaint(line, source)
