"""One node with its inbox: every row of the node, on each network, up and down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from pcheck import Action, Actor, Id, Step, Value, action, either, send
from pcheck.errors import SpecError
from pcheck.semantics.network import NETWORKS, Letter
from pcheck.semantics.node import StepKind, delivered, lost
from tests.errors import place
from tests.semantics.node_rows import (
    A1,
    B1,
    C1,
    Counter,
    Ping,
    Pong,
    RowContent,
    after,
    labels,
    node,
    rows,
)

UP, DOWN = True, False


def wakes(*inbox: object) -> RowContent:
    return RowContent(
        "a1 wakes", StepKind.ACT, Counter(top=1, recent=1), UP, [*inbox], [(Ping(1), (B1,))]
    )


def takes(n: int, *inbox: object) -> RowContent:
    label = f"a1 <- b1: Ping(n={n})"
    return RowContent(
        label, StepKind.DELIVER, Counter(top=n, recent=n), UP, [*inbox], [(Pong(n), (B1,))]
    )


def loses(message: str, *inbox: object) -> RowContent:
    return RowContent(f"lost: b1 -> a1: {message}", StepKind.LOSE, Counter(), UP, [*inbox], [])


# Rows on each network. The counter ignores Ping(0).


def test_set_delivers_each_message_that_is_not_ignored_and_keeps_it() -> None:
    it = node("set")
    assert rows(it, after(it, B1, Ping(2), Ping(0))) == [
        wakes(Ping(0), Ping(2)),
        takes(2, Ping(0), Ping(2)),
    ]


def test_once_uses_up_a_delivered_copy_and_keeps_an_ignored_one() -> None:
    it = node("once")
    assert rows(it, after(it, B1, Ping(2), Ping(0), Ping(2))) == [
        wakes(Ping(0), Ping(2), Ping(2)),
        takes(2, Ping(0), Ping(2)),
    ]


def test_lossy_loses_any_message_even_if_it_would_be_ignored() -> None:
    it = node("lossy")
    assert rows(it, after(it, B1, Ping(2), Ping(0), Ping(2))) == [
        wakes(Ping(0), Ping(2), Ping(2)),
        takes(2, Ping(0), Ping(2)),
        loses("Ping(n=0)", Ping(2), Ping(2)),
        loses("Ping(n=2)", Ping(0), Ping(2)),
    ]


def test_fifo_delivers_or_loses_only_the_head_of_the_queue() -> None:
    it = node("fifo")
    assert rows(it, after(it, B1, Ping(2), Ping(0), Ping(1))) == [
        wakes(Ping(2), Ping(0), Ping(1)),
        takes(2, Ping(0), Ping(1)),
        loses("Ping(n=2)", Ping(0), Ping(1)),
    ]


def test_fifo_delivers_an_ignored_head_so_that_the_next_message_can_follow() -> None:
    it = node("fifo")
    ignored = RowContent("a1 <- b1: Ping(n=0)", StepKind.DELIVER, Counter(), UP, [Ping(2)], [])
    assert rows(it, after(it, B1, Ping(0), Ping(2))) == [
        wakes(Ping(0), Ping(2)),
        ignored,
        loses("Ping(n=0)", Ping(2)),
    ]


def test_fifo_has_a_channel_for_each_sender() -> None:
    it = node("fifo", Counter(top=5))
    config = after(it, B1, Ping(7), start=after(it, C1, Ping(6), Ping(9)))
    config = after(it, B1, Ping(8), start=config)
    assert labels(it, config) == [
        "a1 <- b1: Ping(n=7)",
        "a1 <- c1: Ping(n=6)",
        "lost: b1 -> a1: Ping(n=7)",
        "lost: c1 -> a1: Ping(n=6)",
    ]


@pytest.mark.parametrize("network", NETWORKS)
def test_a_row_holds_the_letter_that_it_delivers_or_loses(network: str) -> None:
    it = node(network)
    letters = {row.label: row.letter for row in it.rows(after(it, B1, Ping(2)))}
    letter = it.interner.letter(B1, Ping(2))
    expected: dict[str, Letter | None] = {"a1 wakes": None, "a1 <- b1: Ping(n=2)": letter}
    if network in ("lossy", "fifo"):
        expected["lost: b1 -> a1: Ping(n=2)"] = letter
    assert letters == expected


# Crashes


CRASH = RowContent("a1 crashes", StepKind.CRASH, Counter(top=5, recent=1), DOWN, [Ping(7)], [])
RESTART = RowContent("a1 restarts", StepKind.RESTART, Counter(top=5, recent=3), UP, [Ping(7)], [])
DOWN_LOSS = RowContent(
    "lost: b1 -> a1: Ping(n=7)", StepKind.LOSE, Counter(top=5, recent=3), DOWN, [], []
)


@pytest.mark.parametrize("network", NETWORKS)
def test_a_crash_resets_the_volatile_fields_and_keeps_the_inbox(network: str) -> None:
    it = node(network, Counter(top=4, recent=1), may_crash=True)
    ((_, actor, _),) = it.handlers.reaction(it.first.actor, it.interner.letter(B1, Ping(5)))
    assert actor == Counter(top=5, recent=5)
    config = after(it, B1, Ping(7), start=it.config(actor, UP, ()))
    assert [row for row in rows(it, config) if row.kind is StepKind.CRASH] == [CRASH]


@pytest.mark.parametrize("network", NETWORKS)
def test_a_node_that_may_not_crash_has_no_crash_step(network: str) -> None:
    it = node(network, Counter(top=5, recent=3))
    assert [row.kind for row in rows(it, after(it, B1, Ping(3)))].count(StepKind.CRASH) == 0


@pytest.mark.parametrize("network", NETWORKS)
def test_a_node_that_is_down_can_only_restart_and_lose_messages(network: str) -> None:
    it = node(network, Counter(top=5, recent=3), may_crash=True)
    config = after(it, B1, Ping(7), start=it.config(it.first.actor, DOWN, ()))
    losses = [DOWN_LOSS] if network in ("lossy", "fifo") else []
    assert rows(it, config) == [*losses, RESTART]


@pytest.mark.parametrize("network", NETWORKS)
def test_a_node_that_is_down_takes_no_action(network: str) -> None:
    it = node(network, may_crash=True)
    assert labels(it, it.config(it.first.actor, DOWN, ())) == ["a1 restarts"]
    assert labels(it, it.first) == ["a1 wakes", "a1 crashes"]


# Choices


class Chooser(Counter):
    def actions(self) -> Iterator[Action]:
        yield action("rolls", either(("gets 1", self.but(top=1)), ("gets 2", self.but(top=2))))
        yield action("waits", either(("at rest", None), ("a while", self.but(top=3))))

    def receive(self, msg: object, src: Id) -> Step:
        answer = self.but(top=9), send(src, Pong(9))
        return either(("takes it", answer), ("leaves it", None))


@pytest.mark.parametrize("network", NETWORKS)
def test_the_label_holds_the_choice_and_an_alternative_without_change_is_not_a_step(
    network: str,
) -> None:
    it = node(network, Chooser())
    chosen = [row for row in labels(it, after(it, B1, Ping(1))) if not row.startswith("lost")]
    assert chosen == [
        "a1 rolls, gets 1",
        "a1 rolls, gets 2",
        "a1 waits, a while",
        "a1 <- b1: Ping(n=1), takes it",
        *["a1 <- b1: Ping(n=1), leaves it"] * (network == "fifo"),
    ]


def test_a_choice_without_alternatives_is_ignored_or_refused() -> None:
    class Undecided(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return either()

    it = node("fifo", Undecided(top=1))
    try:
        found = labels(it, after(it, B1, Ping(1)))
    except SpecError:
        return
    assert found == ["a1 <- b1: Ping(n=1)", "lost: b1 -> a1: Ping(n=1)"]


@pytest.mark.usefixtures("at_the_top")
def test_two_alternatives_with_one_label_are_refused() -> None:
    @dataclass(frozen=True)
    class Torn(Actor):
        n: int = 0

        def receive(self, msg: object, src: Id) -> Step:
            return either(("goes", self.but(n=1)), ("goes", self.but(n=2)))

    it = node("set", Torn())
    with pytest.raises(SpecError) as caught:
        it.rows(after(it, B1, Ping(1)))
    assert str(caught.value) == (
        f"{place(Torn.receive)}receive() of a1 labelled two steps "
        "'a1 <- b1: Ping(n=1), goes'; give each step its own label [in state Torn(n=0)]"
    )


@pytest.mark.parametrize("label", ["wakes", "crashes"])
@pytest.mark.usefixtures("at_the_top")
def test_two_actions_with_one_label_are_refused(label: str) -> None:
    class Torn(Counter):
        def actions(self) -> Iterator[Action]:
            yield action("wakes", self.but(top=1))
            yield action(label, self.but(top=2))

    it = node("set", Torn(), may_crash=True)
    with pytest.raises(SpecError) as caught:
        it.rows(it.first)
    assert str(caught.value) == (
        f"{place(Torn.actions)}actions() of a1 labelled two steps "
        f"'a1 {label}'; give each step its own label "
        "[in state Torn(top=0, recent=0)]"
    )


# Labels


@dataclass(frozen=True)
class Vote:
    ballot: int
    value: object


def test_a_delivery_names_the_receiver_first_and_a_loss_the_sender_first() -> None:
    assert delivered(A1, B1, Vote(1, Value("v1"))) == "b1 <- a1: Vote(ballot=1, value=v1)"
    assert lost(A1, B1, Vote(1, Value("v1"))) == "lost: a1 -> b1: Vote(ballot=1, value=v1)"
