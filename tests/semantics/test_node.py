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
    Told,
    after,
    labels,
    node,
    rows,
)

UP, DOWN = True, False


def wakes(*inbox: object) -> Told:
    return Told(
        "a1 wakes", StepKind.ACT, Counter(top=1, recent=1), UP, [*inbox], [(Ping(1), (B1,))]
    )


def takes(n: int, *inbox: object) -> Told:
    label = f"a1 <- b1: Ping(n={n})"
    return Told(label, StepKind.DELIVER, Counter(top=n, recent=n), UP, [*inbox], [(Pong(n), (B1,))])


def loses(message: str, *inbox: object) -> Told:
    return Told(f"lost: b1 -> a1: {message}", StepKind.LOSE, Counter(), UP, [*inbox], [])


# Rows on each network. Ping(0) is one that the counter ignores.


def test_set_delivers_what_is_not_ignored_and_keeps_it() -> None:
    it = node("set")
    assert rows(it, after(it, B1, Ping(2), Ping(0))) == [
        wakes(Ping(0), Ping(2)),
        takes(2, Ping(0), Ping(2)),
    ]


def test_once_uses_a_copy_up_and_leaves_what_is_ignored() -> None:
    it = node("once")
    assert rows(it, after(it, B1, Ping(2), Ping(0), Ping(2))) == [
        wakes(Ping(0), Ping(2), Ping(2)),
        takes(2, Ping(0), Ping(2)),
    ]


def test_lossy_loses_any_copy_also_one_that_would_be_ignored() -> None:
    it = node("lossy")
    assert rows(it, after(it, B1, Ping(2), Ping(0), Ping(2))) == [
        wakes(Ping(0), Ping(2), Ping(2)),
        takes(2, Ping(0), Ping(2)),
        loses("Ping(n=0)", Ping(2), Ping(2)),
        loses("Ping(n=2)", Ping(0), Ping(2)),
    ]


def test_fifo_delivers_or_loses_the_head_alone() -> None:
    it = node("fifo")
    assert rows(it, after(it, B1, Ping(2), Ping(0), Ping(1))) == [
        wakes(Ping(2), Ping(0), Ping(1)),
        takes(2, Ping(0), Ping(1)),
        loses("Ping(n=2)", Ping(0), Ping(1)),
    ]


def test_fifo_delivers_a_head_that_is_ignored_so_that_the_next_can_come() -> None:
    it = node("fifo")
    ignored = Told("a1 <- b1: Ping(n=0)", StepKind.DELIVER, Counter(), UP, [Ping(2)], [])
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
def test_a_row_tells_the_letter_that_it_delivers_or_loses(network: str) -> None:
    it = node(network)
    letters = {row.label: row.letter for row in it.rows(after(it, B1, Ping(2)))}
    letter = it.interner.letter(B1, Ping(2))
    expected: dict[str, Letter | None] = {"a1 wakes": None, "a1 <- b1: Ping(n=2)": letter}
    if network in ("lossy", "fifo"):
        expected["lost: b1 -> a1: Ping(n=2)"] = letter
    assert letters == expected


# Crashes


CRASH = Told("a1 crashes", StepKind.CRASH, Counter(top=5, recent=1), DOWN, [Ping(7)], [])
RESTART = Told("a1 restarts", StepKind.RESTART, Counter(top=5, recent=3), UP, [Ping(7)], [])
DOWN_LOSS = Told("lost: b1 -> a1: Ping(n=7)", StepKind.LOSE, Counter(top=5, recent=3), DOWN, [], [])


@pytest.mark.parametrize("network", NETWORKS)
def test_a_crash_takes_the_volatile_fields_and_leaves_the_inbox(network: str) -> None:
    it = node(network, Counter(top=4, recent=1), may_crash=True)
    ((_, actor, _),) = it.handlers.reaction(it.first.actor, it.interner.letter(B1, Ping(5)))
    assert actor == Counter(top=5, recent=5)
    config = after(it, B1, Ping(7), start=it.config(actor, UP, ()))
    assert [row for row in rows(it, config) if row.does is StepKind.CRASH] == [CRASH]


@pytest.mark.parametrize("network", NETWORKS)
def test_without_crashes_there_is_no_crash(network: str) -> None:
    it = node(network, Counter(top=5, recent=3))
    assert [row.does for row in rows(it, after(it, B1, Ping(3)))].count(StepKind.CRASH) == 0


@pytest.mark.parametrize("network", NETWORKS)
def test_a_node_that_is_down_can_only_restart_and_lose(network: str) -> None:
    it = node(network, Counter(top=5, recent=3), may_crash=True)
    config = after(it, B1, Ping(7), start=it.config(it.first.actor, DOWN, ()))
    losses = [DOWN_LOSS] if network in ("lossy", "fifo") else []
    assert rows(it, config) == [*losses, RESTART]


@pytest.mark.parametrize("network", NETWORKS)
def test_a_node_that_is_down_offers_nothing(network: str) -> None:
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
def test_a_choice_is_part_of_the_label_and_a_way_that_ignores_is_no_step(network: str) -> None:
    it = node(network, Chooser())
    chosen = [row for row in labels(it, after(it, B1, Ping(1))) if not row.startswith("lost")]
    assert chosen == [
        "a1 rolls, gets 1",
        "a1 rolls, gets 2",
        "a1 waits, a while",
        "a1 <- b1: Ping(n=1), takes it",
        *["a1 <- b1: Ping(n=1), leaves it"] * (network == "fifo"),
    ]


def test_a_choice_of_no_ways_ignores_or_is_refused() -> None:
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
def test_two_ways_of_one_label_are_shown_where_they_are_received() -> None:
    @dataclass(frozen=True)
    class Torn(Actor):
        n: int = 0

        def receive(self, msg: object, src: Id) -> Step:
            return either(("goes", self.but(n=1)), ("goes", self.but(n=2)))

    it = node("set", Torn())
    with pytest.raises(SpecError) as caught:
        it.rows(after(it, B1, Ping(1)))
    assert str(caught.value) == (
        f"{place(Torn.receive)}a1 has two steps labelled "
        "'a1 <- b1: Ping(n=1), goes': tell them apart by their labels "
        "[on its steps, in state Torn(n=0)]"
    )


@pytest.mark.parametrize("label", ["wakes", "crashes"])
@pytest.mark.usefixtures("at_the_top")
def test_two_acts_of_one_label_are_an_error(label: str) -> None:
    class Torn(Counter):
        def actions(self) -> Iterator[Action]:
            yield action("wakes", self.but(top=1))
            yield action(label, self.but(top=2))

    it = node("set", Torn(), may_crash=True)
    with pytest.raises(SpecError) as caught:
        it.rows(it.first)
    assert str(caught.value) == (
        f"{place(Torn.actions)}a1 has two steps labelled "
        f"'a1 {label}': tell them apart by their labels "
        "[on its steps, in state Torn(top=0, recent=0)]"
    )


# Labels


@dataclass(frozen=True)
class Vote:
    ballot: int
    value: object


def test_a_delivery_names_the_receiver_first_and_a_loss_the_way() -> None:
    assert delivered(A1, B1, Vote(1, Value("v1"))) == "b1 <- a1: Vote(ballot=1, value=v1)"
    assert lost(A1, B1, Vote(1, Value("v1"))) == "lost: a1 -> b1: Vote(ballot=1, value=v1)"
