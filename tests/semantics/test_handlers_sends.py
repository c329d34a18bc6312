"""Handlers: messages that a node must not send, and receivers that do not exist."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from pcheck import Group, Id, Step, broadcast, group, send
from tests.semantics.counter import B1, Counter, Loose, Pong, check_reaction, reaction

pytestmark = pytest.mark.usefixtures("at_the_top")


class Tuple(NamedTuple):
    n: int = 1


@pytest.mark.parametrize(
    ("message", "text", "kind"),
    [
        (Loose(), "Loose(n=1)", "a Loose"),
        (Tuple(), "Tuple(n=1)", "a Tuple"),
        ("ping", "'ping'", "a str"),
        ((1, B1), "(1, b1)", "a tuple"),
        (None, "None", "a NoneType"),
    ],
)
def test_a_message_must_be_a_frozen_dataclass(message: object, text: str, kind: str) -> None:
    class Sends(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(n=1), send(src, message)

    rule = "a message must be an instance of a class with @dataclass(frozen=True)"
    check_reaction(Sends, f"sent {text}; {rule}, got {kind}")


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
        ("b1", "'b1', which is not a node of the cluster; write Id(\"b1\")"),
        (None, "None, which is not a node of the cluster"),
        (group("b", 2), "[b1, b2], which is not a node of the cluster"),
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
