"""Handlers: the states that a node may not come to, and what the error says of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pcheck import Action, Id, Set, Step, action
from tests.semantics.counter import B1, Counter, Loose, Ping, Pong, check_offers, check_reaction

pytestmark = pytest.mark.usefixtures("at_the_top")


UNFIT: list[tuple[object, str]] = [
    ([1], "n is a list: use a tuple"),
    ({1}, "n is a set: use Set"),
    (frozenset({1}), "n is a frozenset: use Set"),
    ({1: 1}, "n is a dict: use Map"),
    (bytearray(b"1"), "n is a bytearray: use bytes"),
    (float("nan"), "n is NaN, which is not even equal to itself: use None"),
    (1j, "n is a complex: use a frozen dataclass, a tuple, a Set or a Map"),
    (Loose(), "n is a Loose, which can change: write @dataclass(frozen=True)"),
    (Pong(Ping({1})), "n.n.n is a set: use Set"),
]


@pytest.mark.parametrize(("value", "why"), UNFIT)
def test_a_state_that_holds_what_cannot_be_compared(value: object, why: str) -> None:
    class Keeps(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(n=value)

    check_reaction(Keeps, f"becomes a state that cannot be kept: {why}")


def test_an_offer_that_leads_to_such_a_state() -> None:
    class Keeps(Counter):
        def actions(self) -> Iterator[Action]:
            yield action("starts", self.but(n={B1}))

    check_offers(Keeps, "becomes a state that cannot be kept: n is a set: use Set")


def test_a_set_of_what_cannot_be_compared_is_refused_where_it_is_made() -> None:
    class Keeps(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(n=Set([[1]]))

    check_reaction(Keeps, "raised Unfit: a list: use a tuple", below=1)


def test_an_actor_keeps_its_class() -> None:
    class Other(Counter):
        pass

    class Becomes(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return Other(me=self.me, n=1)

    check_reaction(Becomes, "became an Other: an actor keeps its class")


@pytest.mark.parametrize("change", [{"peers": (1,)}, {"me": B1}, {"peers": (1,), "n": 1}])
def test_a_fixed_field_does_not_change(change: dict[str, Any]) -> None:
    class Changes(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(**change)

    name = "me" if "me" in change else "peers"
    text = f"changed {name}: a field that changes is declared without fixed()"
    check_reaction(Changes, text)


def test_a_fixed_field_that_becomes_a_raw_list_is_named() -> None:
    class Changes(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(peers=[])

    text = "changed peers: a field that changes is declared without fixed()"
    check_reaction(Changes, text)
