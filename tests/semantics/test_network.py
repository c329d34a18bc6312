"""The inboxes of the four networks: putting letters in, the next letters, and taking one out."""

from __future__ import annotations

import pytest

from pcheck import Id
from pcheck.semantics.network import NETWORKS, Inbox, Letter, Network

SET, ONCE, LOSSY, FIFO = (NETWORKS[name] for name in ("set", "once", "lossy", "fifo"))
A_ONE, A_TWO, A_TEN = (Letter(Id("a1"), f"m{n}") for n in (1, 2, 10))
B_ONE, B_TWO = (Letter(Id("a2"), f"m{n}") for n in (1, 2))
NAMES = {A_ONE: "a1", A_TWO: "a2", A_TEN: "a10", B_ONE: "b1", B_TWO: "b2"}


def names(inbox: Inbox) -> str:
    """Return the names of the letters of an inbox."""
    return " ".join(NAMES[letter] for letter in inbox)


def sent(network: Network, *letters: Letter) -> Inbox:
    """Return the inbox into which these letters were put one by one."""
    inbox: Inbox = ()
    for letter in letters:
        inbox = network.put(inbox, [letter])
    return inbox


def test_the_networks_are_set_once_lossy_and_fifo() -> None:
    assert [(name, net.name) for name, net in NETWORKS.items()] == [
        ("set", "set"),
        ("once", "once"),
        ("lossy", "lossy"),
        ("fifo", "fifo"),
    ]


def test_losing_and_ignoring_are_steps_only_on_some_networks() -> None:
    rules = {n.name: (n.losing_is_a_step, n.ignoring_is_a_step) for n in NETWORKS.values()}
    assert rules == {
        "set": (False, False),
        "once": (False, False),
        "lossy": (True, False),
        "fifo": (True, True),
    }


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_letters_put_together_or_one_by_one_give_the_same_inbox(network: Network) -> None:
    letters = [B_TWO, A_TEN, A_ONE, B_ONE, A_ONE]
    assert names(network.put((), letters)) == names(sent(network, *letters))


def test_set_keeps_one_copy_of_each_letter_whatever_the_order_of_sending() -> None:
    assert names(sent(SET, A_TEN, B_ONE, A_TWO, A_TEN, A_ONE, B_ONE)) == "a1 a2 a10 b1"
    assert sent(SET, A_ONE, A_TWO) == sent(SET, A_TWO, A_ONE, A_TWO)


def test_set_delivers_any_letter_any_number_of_times() -> None:
    inbox = sent(SET, A_TWO, A_ONE, B_ONE)
    assert names(SET.next(inbox)) == "a1 a2 b1"
    assert names(SET.taken(inbox, A_ONE)) == "a1 a2 b1"


@pytest.mark.parametrize("network", [ONCE, LOSSY], ids=lambda network: network.name)
def test_a_multiset_keeps_every_copy_in_sorted_order(network: Network) -> None:
    assert names(sent(network, A_TEN, B_ONE, A_TWO, A_TEN, A_ONE)) == "a1 a2 a10 a10 b1"
    assert sent(network, A_ONE, A_TWO, A_ONE) == sent(network, A_TWO, A_ONE, A_ONE)


@pytest.mark.parametrize("network", [ONCE, LOSSY], ids=lambda network: network.name)
def test_a_multiset_lists_each_letter_once_and_takes_one_copy_out(network: Network) -> None:
    inbox = sent(network, A_TWO, B_ONE, A_TWO)
    assert names(network.next(inbox)) == "a2 b1"
    assert names(network.taken(inbox, A_TWO)) == "a2 b1"
    assert names(network.taken(network.taken(inbox, A_TWO), A_TWO)) == "b1"


def test_fifo_keeps_a_queue_for_each_sender_and_no_order_between_queues() -> None:
    assert names(sent(FIFO, B_TWO, A_TEN, B_ONE, A_ONE, A_TEN)) == "a10 a1 a10 b2 b1"
    assert sent(FIFO, A_TWO, B_TWO, A_ONE, B_ONE) == sent(FIFO, B_TWO, B_ONE, A_TWO, A_ONE)
    assert sent(FIFO, A_TWO, A_ONE) != sent(FIFO, A_ONE, A_TWO)


def test_fifo_delivers_only_the_heads_and_takes_the_oldest_copy_out() -> None:
    inbox = sent(FIFO, B_TWO, A_TEN, B_ONE, A_ONE, A_TEN)
    assert names(FIFO.next(inbox)) == "a10 b2"
    assert names(FIFO.taken(inbox, A_TEN)) == "a1 a10 b2 b1"
    assert names(FIFO.taken(inbox, B_TWO)) == "a10 a1 a10 b1"


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_an_empty_inbox_has_no_next_letter(network: Network) -> None:
    assert (network.put((), []), network.next(())) == ((), ())
