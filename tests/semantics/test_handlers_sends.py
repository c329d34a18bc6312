"""Handlers: the messages that a node may not send, and the receivers that do not exist."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from pcheck import Group, Id, Step, broadcast, group, send
from tests.semantics.counter import B1, Counter, Loose, Pong, check_reaction, reaction

pytestmark = pytest.mark.usefixtures("at_the_top")


class Tuple(NamedTuple):
    n: int = 1


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (Loose(), "Loose(n=1), a Loose"),
        (Tuple(), "Tuple(n=1), a Tuple"),
        ("ping", "'ping', a str"),
        ((1, B1), "(1, b1), a tuple"),
        (None, "None, a NoneType"),
    ],
)
def test_a_message_is_a_frozen_dataclass(message: object, text: str) -> None:
    class Sends(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(n=1), send(src, message)

    check_reaction(Sends, f"sends {text}: a message is a class with @dataclass(frozen=True)")


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ([1], "n is a list: use a tuple"),
        (float("nan"), "n is NaN, which is not even equal to itself: use None"),
        (Pong(Pong({})), "n.n.n is a dict: use Map"),
    ],
)
def test_a_message_that_holds_what_cannot_be_compared(value: object, why: str) -> None:
    class Sends(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(n=1), send(src, Pong(value))

    check_reaction(Sends, f"sends a Pong that cannot be kept: {why}")


@pytest.mark.parametrize(
    ("receiver", "text"),
    [
        (Id("c1"), "c1, which is no node"),
        ("b1", "'b1', which is no node: write Id(\"b1\")"),
        (None, "None, which is no node"),
        (group("b", 2), "[b1, b2], which is no node"),
    ],
)
def test_a_message_goes_to_nodes_of_the_cluster(receiver: Any, text: str) -> None:
    class Sends(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(n=1), send(receiver, Pong())

    check_reaction(Sends, f"sends Pong(n=1) to {text}")


def test_a_broadcast_goes_to_nodes_of_the_cluster() -> None:
    class Sends(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(n=1), broadcast(group("b", 2), Pong())

    check_reaction(Sends, "sends Pong(n=1) to b2, which is no node")


def test_a_broadcast_to_nobody_is_a_send() -> None:
    class Sends(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self, broadcast(Group("c", ()), Pong())

    (way,) = reaction(Sends)
    assert (way.actor, [sent.message for sent in way.sends]) == (Sends(), [Pong()])
