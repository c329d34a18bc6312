"""Handlers: states with unsupported values, and changes that an actor must not make."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pcheck import Action, Id, Set, Step, action
from tests.semantics.counter import B1, Counter, Loose, Ping, Pong, check_actions, check_reaction

pytestmark = pytest.mark.usefixtures("at_the_top")


UNSUPPORTED: list[tuple[object, str]] = [
    ([1], "n is a list; use a tuple"),
    ({1}, "n is a set; use Set"),
    (frozenset({1}), "n is a frozenset; use Set"),
    ({1: 1}, "n is a dict; use Map"),
    (bytearray(b"1"), "n is a bytearray; use bytes"),
    (float("nan"), "n is NaN, which does not equal itself; use None"),
    (1j, "n is a complex; use a frozen dataclass, a tuple, a Set or a Map"),
    (Loose(), "n is a Loose, which is mutable; write @dataclass(frozen=True) above class Loose"),
    (Pong(Ping({1})), "n.n.n is a set; use Set"),
]


@pytest.mark.parametrize(("value", "why"), UNSUPPORTED)
def test_a_reaction_to_a_state_with_an_unsupported_value_is_refused(
    value: object, why: str
) -> None:
    class Keeps(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(n=value)

    check_reaction(Keeps, f"leads to a state with an unsupported value: {why}")


def test_an_action_to_a_state_with_an_unsupported_value_is_refused() -> None:
    class Keeps(Counter):
        def actions(self) -> Iterator[Action]:
            yield action("starts", self.but(n={B1}))

    check_actions(Keeps, "leads to a state with an unsupported value: n is a set; use Set")


def test_a_set_with_an_unsupported_member_is_refused_where_it_is_made() -> None:
    class Keeps(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(n=Set([[1]]))

    check_reaction(Keeps, "raised UnsupportedValue: a list; use a tuple", below=1)


def test_an_actor_must_keep_its_class() -> None:
    class Other(Counter):
        pass

    class Becomes(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return Other(me=self.me, n=1)

    check_reaction(Becomes, "turned a Becomes into an Other; an actor must keep its class")


@pytest.mark.parametrize("change", [{"peers": (1,)}, {"me": B1}, {"peers": (1,), "n": 1}])
def test_a_fixed_field_must_not_change(change: dict[str, Any]) -> None:
    class Changes(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(**change)

    text = "changed the fixed field peers; declare a field that changes without fixed()"
    if "me" in change:
        text = "changed its name me; return self.but(...) instead of a new Changes"
    check_reaction(Changes, text)


def test_a_fixed_field_that_becomes_a_list_is_named() -> None:
    class Changes(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(peers=[])

    text = "changed the fixed field peers; declare a field that changes without fixed()"
    check_reaction(Changes, text)
