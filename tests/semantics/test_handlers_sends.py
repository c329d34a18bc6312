"""Handlers: messages that a node must not send, and receivers that do not exist."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from pcheck import Group, Id, Step, broadcast, group, send
from tests.semantics.counter import B1, Counter, Loose, Pong, check_reaction, reaction

pytestmark = pytest.mark.usefixtures("at_the_top")


class Tuple(NamedTuple):
    n: int = 1


RULE = "a message must be an instance of a class with @dataclass(frozen=True)"
LOOSE = "whose class is not a frozen dataclass; write @dataclass(frozen=True) above class"


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (Loose(), f"Loose(n=1), {LOOSE} Loose"),
        (Tuple(), f"Tuple(n=1), {LOOSE} Tuple"),
        (Pong, "the class Pong itself; write Pong(...)"),
        ("ping", f"'ping'; {RULE}, got a str"),
        ((1, B1), f"(1, b1); {RULE}, got a tuple"),
        (None, f"None; {RULE}, got a NoneType"),
    ],
)
def test_a_message_must_be_a_frozen_dataclass(message: object, text: str) -> None:
    class Sends(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(n=1), send(src, message)

    check_reaction(Sends, f"sent {text}")


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ([1], "n is a list; use a tuple"),
        (float("nan"), "n is NaN, which does not equal itself; use None"),
        (Pong(Pong({})), "n.n.n is a dict; use Map"),
    ],
)
def test_a_message_with_an_unsupported_value_is_refused(value: object, why: str) -> None:
    class Sends(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(n=1), send(src, Pong(value))

    check_reaction(Sends, f"sent a Pong with an unsupported value: {why}")


@pytest.mark.parametrize(
    ("receiver", "text"),
    [
        (Id("c1"), "c1, which is not a node of the cluster"),
        (Id("b11"), 'b11, which is not a node of the cluster; did you mean Id("b1")?'),
        ("b1", "'b1', which is not a node of the cluster; write Id(\"b1\")"),
        (None, "None, which is not a node of the cluster"),
    ],
)
def test_the_receiver_of_a_message_must_be_a_node_of_the_cluster(receiver: Any, text: str) -> None:
    class Sends(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(n=1), send(receiver, Pong())

    check_reaction(Sends, f"sent Pong(n=1) to {text}")


def test_each_receiver_of_a_broadcast_must_be_a_node_of_the_cluster() -> None:
    class Sends(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(n=1), broadcast(group("b", 2), Pong())

    check_reaction(Sends, "sent Pong(n=1) to b2, which is not a node of the cluster")


def test_a_broadcast_to_an_empty_group_is_a_send() -> None:
    class Sends(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self, broadcast(Group("c", ()), Pong())

    (way,) = reaction(Sends)
    assert (way.actor, [sent.message for sent in way.sends]) == (Sends(), [Pong()])
