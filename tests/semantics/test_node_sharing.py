"""One node: equal configurations, letters and bundles are one object."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pcheck import Action, Id, Send, Step, send
from pcheck.errors import SpecError
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.node import Interner
from tests.semantics.node_rows import A1, B1, C1, Counter, Ping, Pong, after, labels, node


@pytest.mark.parametrize("network", ["set", "once", "lossy"])
def test_an_inbox_does_not_depend_on_the_order_of_reception(network: str) -> None:
    it = node(network)
    forth = after(it, C1, Ping(2), start=after(it, B1, Ping(2), Ping(1)))
    assert after(it, B1, Ping(1), Ping(2), start=after(it, C1, Ping(2))) is forth


def test_a_fifo_inbox_depends_only_on_the_order_within_each_channel() -> None:
    it = node("fifo")
    forth = after(it, C1, Ping(2), start=after(it, B1, Ping(2), Ping(1)))
    assert after(it, B1, Ping(2), Ping(1), start=after(it, C1, Ping(2))) is forth
    assert after(it, B1, Ping(1), Ping(2), start=after(it, C1, Ping(2))) is not forth


def test_a_second_copy_changes_a_multiset_and_not_a_set() -> None:
    changed = {}
    for network in NETWORKS:
        it = node(network)
        config = after(it, B1, Ping(1))
        changed[network] = after(it, B1, Ping(1), start=config) is not config
    assert changed == {"set": False, "once": True, "lossy": True, "fifo": True}


def test_letters_and_bundles_are_equal_if_senders_and_exact_values_are() -> None:
    interner = Interner([A1, B1])
    assert interner.letter(B1, Ping(1)) is interner.letter(B1, Ping(1))
    others = [
        interner.letter(C1, Ping(1)),
        interner.letter(B1, Pong(1)),
        interner.letter(B1, Ping(True)),
    ]
    assert [other is interner.letter(B1, Ping(1)) for other in others] == [False, False, False]
    bundle = interner.bundle(B1, (send(A1, Ping(1)), Send((A1, C1), Ping(2))))
    assert bundle is interner.bundle(B1, (send(A1, Ping(1)), Send((A1, C1), Ping(2))))
    assert (bundle.receivers, [each.message for each in bundle.to(A1)]) == (
        (A1, C1),
        [Ping(1), Ping(2)],
    )
    assert [each.message for each in bundle.to(C1)] == [Ping(2)]


def test_the_moves_on_a_message_are_computed_once_whatever_the_inbox_holds() -> None:
    calls: list[object] = []

    class Listens(Counter):
        def actions(self) -> Iterator[Action]:
            calls.append("actions")
            yield from super().actions()

        def receive(self, msg: object, src: Id) -> Step:
            calls.append(msg)
            return super().receive(msg, src)

    it = node("set", Listens())
    few = after(it, B1, Ping(2))
    more = after(it, B1, Ping(3), start=few)
    assert (len(it.rows(few)), len(it.rows(more)), len(it.rows(few))) == (2, 3, 2)
    # `Handlers` calls each handler twice
    assert calls == ["actions", "actions", Ping(2), Ping(2), Ping(3), Ping(3)]


def test_a_send_to_a_list_of_nodes_is_delivered_or_refused() -> None:
    class Sends(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(top=9), Send([src], Pong(9))  # type: ignore[arg-type]

    it = node("set", Sends(top=1))
    try:
        found = labels(it, after(it, B1, Ping(1)))
    except SpecError:
        return
    assert found == ["a1 <- b1: Ping(n=1)"]
