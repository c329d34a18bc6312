"""The four network models, each as rules for the inbox of a node.

An inbox holds the messages in flight to one node, as a tuple of letters in a fixed order. The
networks differ in three rules: how a letter is put into an inbox, which letters may be delivered
next, and what is left after one of them. A network has no other state.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any, TypeAlias

from pcheck.language.names import Id
from pcheck.language.printing import show
from pcheck.language.values import exact, order
from pcheck.semantics.in_place import Held


@dataclass(frozen=True, eq=False)
class Letter:
    """One message from one sender. An Interner makes equal letters one object."""

    src: Id
    message: object

    @cached_property
    def exact(self) -> Hashable:
        """The exact key of the message."""
        return exact(self.message)

    @cached_property
    def held(self) -> Held:
        """The message as it was before any handler received it."""
        return Held(self.message, self.exact, exact)

    @cached_property
    def text(self) -> str:
        """The text of the message."""
        return show(self.message)

    @cached_property
    def order(self) -> tuple[Any, ...]:
        """The sort key of the letter: first the sender, then the message."""
        return order(self.src), order(self.message)


Inbox: TypeAlias = tuple[Letter, ...]
MAX_INSERTED = 10  # letters that are inserted one by one: to sort more of them is faster
_BY_ORDER = attrgetter("order")


class Network:
    """`set`: every message ever sent may be delivered at any time, any number of times."""

    name = "set"
    meaning = "every message ever sent may be delivered at any time, any number of times"
    also_covered = "loss, delay, duplication and reordering"
    losing_is_a_step = False
    ignoring_is_a_step = False  # whether a delivery uses up a message that its receiver ignores

    def put(self, inbox: Inbox, letters: Iterable[Letter]) -> Inbox:
        """Return the inbox after these letters were sent to it, in this order."""
        return _inserted(inbox, [new for new in dict.fromkeys(letters) if new not in inbox])

    def next(self, inbox: Inbox) -> Inbox:
        """Return the distinct letters that may be delivered next."""
        return inbox

    def taken(self, inbox: Inbox, letter: Letter) -> Inbox:
        """Return the inbox after one copy of this letter was delivered or lost."""
        return inbox


class Once(Network):
    """`once`: a multiset; each message is delivered at most once, and may never be delivered."""

    name = "once"
    meaning = "each message is delivered at most once to each receiver"
    also_covered = "loss, delay and reordering"

    def put(self, inbox: Inbox, letters: Iterable[Letter]) -> Inbox:
        return _inserted(inbox, letters)

    def next(self, inbox: Inbox) -> Inbox:
        return tuple(dict.fromkeys(inbox))

    def taken(self, inbox: Inbox, letter: Letter) -> Inbox:
        at = inbox.index(letter)
        return inbox[:at] + inbox[at + 1 :]


class Lossy(Once):
    """`lossy`: like `once`, but the loss of a message is a step of its own."""

    name = "lossy"
    meaning = "each message is delivered at most once to each receiver, or lost"
    also_covered = "delay and reordering"
    losing_is_a_step = True


class Fifo(Lossy):
    """`fifo`: a queue for each sender; only the head of a queue can be delivered or lost."""

    name = "fifo"
    meaning = "one ordered channel per pair of nodes; its oldest message is delivered or lost"
    also_covered = "delay"
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


def _inserted(inbox: Inbox, letters: Iterable[Letter]) -> Inbox:
    """Return the inbox with these letters inserted in sorted order."""
    larger, more = list(inbox), list(letters)
    if len(more) > MAX_INSERTED:
        return tuple(sorted(larger + more, key=_BY_ORDER))
    for letter in more:
        insort(larger, letter, key=_BY_ORDER)
    return tuple(larger)
