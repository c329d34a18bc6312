"""Models whose methods raise or return invalid results."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field, make_dataclass
from typing import Any, NamedTuple

import pytest

from pcheck import Model, Seen, always
from pcheck.blame import place_of
from pcheck.errors import SpecError
from pcheck.search.reference import explore
from pcheck.semantics import checked_model
from tests.errors import fault
from tests.search.drawn import DIAMOND, G, Graph, never


def test_two_steps_with_one_label_are_refused() -> None:
    class Torn(Graph):
        def steps(self, state: str) -> Iterator[tuple[str, str]]:
            yield from super().steps(state)
            if state == "B":
                yield "B D", "A"

    with pytest.raises(SpecError) as caught:
        explore(Torn(DIAMOND))
    text = "steps() labelled two steps 'B D'; give each step its own label [in state 'B']"
    assert str(caught.value) == f"{place_of(Torn.steps)}{text}"


@pytest.mark.parametrize("method", ["initial", "steps", "observe"])
def test_a_model_that_raises_is_a_spec_error(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def raises(*_: object) -> None:
        raise KeyError("boom")

    monkeypatch.setattr(Graph, method, raises)
    with pytest.raises(SpecError, match="KeyError: 'boom'"):
        explore(Graph(DIAMOND, never("X")))


@pytest.mark.parametrize(("edges", "printed"), [(DIAMOND, []), ({"A": "B", "B": "C C.1 C"}, ["B"])])
def test_a_state_is_printed_only_for_an_error(
    edges: dict[str, str], printed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Printing every state took most of the time of a search."""
    shown: list[str] = []

    def show(state: str) -> str:
        shown.append(state)
        return repr(state)

    class Faulty(Graph):
        def steps(self, state: str) -> Iterator[tuple[str, str]]:
            yield from ((label.removesuffix(".1"), after) for label, after in super().steps(state))

    monkeypatch.setattr(checked_model, "show", show)
    with nullcontext() if not printed else pytest.raises(SpecError, match=r"\[in state 'B'\]"):
        explore(Faulty(edges, never("X")))
    assert shown == printed


# States and observations that hold more than their fields


@dataclass(frozen=True)
class Numbered:
    ballot: int


class Vote(Numbered):
    def __init__(self, ballot: int, value: str) -> None:
        super().__init__(ballot)
        self.value = value


@dataclass(frozen=True, eq=False)
class Item:
    n: int


@dataclass(frozen=True)
class Coarse:
    ballot: int
    value: str = field(compare=False)


class Point(NamedTuple):
    x: int


class Loose(Point):
    pass


def ack(name: str) -> Any:
    return make_dataclass("Ack", [(name, int)], frozen=True)


Left, Right = ack("left"), ack("right")


@always(sees=[Numbered])
def all_is_well(seen: Seen) -> str | None:
    return None


class Line(Model[Any]):
    """A model of one path through given states, each observed as the message of the same index."""

    properties = (all_is_well,)

    def __init__(self, states: list[Hashable], messages: list[object] | None = None) -> None:
        self.states, self.messages = states, messages or []

    def initial(self) -> Any:
        return self.states[0]

    def steps(self, state: Any) -> Iterator[tuple[str, Any]]:
        at = next(i for i, each in enumerate(self.states) if each is state)
        for after in self.states[at + 1 : at + 2]:
            yield "goes on", after

    def observe(self, state: Any) -> Seen:
        at = next(i for i, each in enumerate(self.states) if each is state)
        return Seen([(G, message) for message in self.messages[at : at + 1]], {})


ATTRIBUTE = (
    "a Vote with the attribute value, which is not a field; "
    "write @dataclass(frozen=True) above class Vote and declare value as a field of class Vote"
)
LOOSE = (
    "a Loose, whose class lets a tuple have attributes; write __slots__ = () in class Loose, "
    "or use a frozen dataclass"
)
SAME_NAME = (
    "Ack(right=1), whose class is not that of Ack(left=1) but has the same name types.Ack; "
    "give each class its own name"
)
COARSE = (
    "Coarse(ballot=1, value='y'), which equals Coarse(ballot=1, value='x') although their fields "
    "differ; remove compare=False from class Coarse"
)


@pytest.mark.parametrize(
    ("one", "other", "shown", "why"),
    [
        (Numbered(1), Vote(1, "y"), "Vote(ballot=1)", ATTRIBUTE),
        (0, frozenset({(1, Vote(1, "y"))}), "frozenset({(1, Vote(ballot=1))})", ATTRIBUTE),
        (Point(1), Loose(1), "Loose(x=1)", LOOSE),
        (Left(1), Right(1), "Ack(right=1)", SAME_NAME),
        ((Left(1),), (Left(1), Right(1)), "(Ack(left=1), Ack(right=1))", SAME_NAME),
        (Coarse(1, "x"), Coarse(1, "y"), "Coarse(ballot=1, value='y')", COARSE),
        (
            0,
            (Item(1),),
            "(Item(n=1),)",
            "an Item, which equals only itself; remove eq=False or __eq__ from class Item",
        ),
    ],
)
def test_a_state_that_python_compares_otherwise_is_refused(
    one: Hashable, other: Hashable, shown: str, why: str
) -> None:
    path = Line([one, other])
    made = f"made the state {shown} with an unsupported value: {why}"
    where = place_of(Line.steps)
    assert fault(lambda: explore(path)).startswith(f"{where}steps() {made} [in state ")
    if why in (ATTRIBUTE, LOOSE):
        initial = f"{place_of(Line.initial)}initial() {made}"
        assert fault(lambda: explore(Line([other]))) == initial


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (Numbered(1), Vote(1, "y"), f"[1] is {ATTRIBUTE}"),
        (Left(1), Right(1), SAME_NAME),
        (Coarse(1, "x"), Coarse(1, "y"), COARSE),
    ],
)
def test_an_observation_that_python_compares_otherwise_is_refused(
    one: object, other: object, why: str
) -> None:
    text = f"observe() returned a Seen with an unsupported value: {why} [in state 1]"
    assert fault(lambda: explore(Line([0, 1], [one, other]))) == f"{place_of(Line.observe)}{text}"


def test_another_search_may_have_the_other_class() -> None:
    for kind in (Left, Right):
        assert explore(Line([kind(1), kind(2)])).states == 2
