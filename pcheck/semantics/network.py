"""The four networks. The inbox of a node is all there is of a network, so its rules stand here.

An inbox holds the copies in flight to one node, as a tuple of letters in a fixed order. Which of
them may come next, and what is left when one was taken, is the whole difference.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from pcheck.language.names import Id
from pcheck.language.values import exact, order


@dataclass(frozen=True, eq=False)
class Letter:
    """One message from one sender. Whoever hands them out makes each only once: `is` is `==`."""

    src: Id
    message: object

    @cached_property
    def exact(self) -> Hashable:
        return exact(self.message)

    @cached_property
    def order(self) -> tuple[Any, ...]:
        return order(self.src), order(self.message)


Inbox: TypeAlias = tuple[Letter, ...]


class Network:
    """`set`: every message ever sent may be delivered at any time, any number of times."""

    name = "set"
    meaning = "every message ever sent may be delivered at any time, any number of times"
    implied = "loss, delay, duplication and reordering"
    losing_is_a_step = False
    ignoring_is_a_step = False  # whether a copy that its receiver ignores is used up

    def put(self, inbox: Inbox, letters: Iterable[Letter]) -> Inbox:
        """The inbox after these were sent to it, in this order."""
        return _with(inbox, [new for new in dict.fromkeys(letters) if new not in inbox])

    def next(self, inbox: Inbox) -> Inbox:
        """The letters of which a copy may be delivered now, each once."""
        return inbox

    def taken(self, inbox: Inbox, letter: Letter) -> Inbox:
        """The inbox after one copy of a letter left it."""
        return inbox


class Once(Network):
    """`once`: a multiset; what is never delivered is lost."""

    name = "once"
    meaning = "each copy sent is delivered at most once"
    implied = "loss, delay and reordering"

    def put(self, inbox: Inbox, letters: Iterable[Letter]) -> Inbox:
        return _with(inbox, letters)

    def next(self, inbox: Inbox) -> Inbox:
        return tuple(dict.fromkeys(inbox))

    def taken(self, inbox: Inbox, letter: Letter) -> Inbox:
        at = inbox.index(letter)
        return inbox[:at] + inbox[at + 1 :]


class Lossy(Once):
    """`lossy`: `once`, and a trace shows what was lost."""

    name = "lossy"
    meaning = "each copy sent is delivered at most once, or lost"
    implied = "delay and reordering"
    losing_is_a_step = True


class Fifo(Lossy):
    """`fifo`: one queue for each sender; only its head can move, and then it is gone."""

    name = "fifo"
    meaning = "one ordered channel per pair of nodes; its head is delivered, or lost"
    implied = "delay"
    ignoring_is_a_step = True

    def put(self, inbox: Inbox, letters: Iterable[Letter]) -> Inbox:
        queues = list(inbox)
        for letter in letters:
            insort(queues, letter, key=lambda each: order(each.src))
        return tuple(queues)

    def next(self, inbox: Inbox) -> Inbox:
        heads: dict[Id, Letter] = {}
        for letter in inbox:
            heads.setdefault(letter.src, letter)
        return tuple(heads.values())


NETWORKS: dict[str, Network] = {net.name: net for net in (Network(), Once(), Lossy(), Fifo())}


def _with(inbox: Inbox, letters: Iterable[Letter]) -> Inbox:
    fuller = list(inbox)
    for letter in letters:
        insort(fuller, letter, key=lambda each: each.order)
    return tuple(fuller)
