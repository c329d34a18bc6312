"""The messages of a run on their way: what was sent, and what a node may receive now.

A log says nothing about losses, and has one event for each delivery. So an inbox holds what was
sent to a node from each sender, and how much of it was received:

- `set`: a message that was sent once can be received any number of times.
- `once`, `lossy`: the k-th of equal messages can be received once k of them were sent.
- `fifo`: the messages of a sender are received in their order; those between were lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice

from pcheck.language.names import Id
from pcheck.language.printing import brief
from pcheck.semantics.network import Letter, Network
from pcheck.semantics.node import Bundle

Key = tuple[Id, str]  # the sender and the text of a message


class Inbox:
    """The messages that were sent to one node."""

    def __init__(self, network: Network) -> None:
        self.is_queue = network.ignoring_is_a_step
        self.is_kept = network.name == "set"
        self.known: dict[Key, Letter] = {}
        self.has_twins = False  # two messages of a sender have the same text
        self.sent: Counter[Letter] = Counter()
        self.taken: Counter[Letter] = Counter()
        self.queues: dict[Id, list[Letter]] = {}
        self.heads: Counter[Id] = Counter()  # how many of each queue were received or lost

    def put(self, letter: Letter) -> bool:
        """Add a message; return whether the node can receive something new now."""
        is_first = not self.sent[letter]
        if is_first:
            for text in {letter.text, brief(letter.message)}:
                self.has_twins |= self.known.setdefault((letter.src, text), letter) is not letter
        self.sent[letter] += 1
        if self.is_queue:
            self.queues.setdefault(letter.src, []).append(letter)
        return is_first or not self.is_kept

    def take_back(self, letter: Letter) -> None:
        """Undo the last `put`."""
        self.sent[letter] -= 1
        if self.is_queue:
            self.queues[letter.src].pop()

    def can_take(self, letter: Letter) -> bool:
        """Return whether the node can receive a message now."""
        if self.is_kept:
            return self.sent[letter] > 0
        if self.is_queue:
            return self._place(letter) is not None
        return self.taken[letter] < self.sent[letter]

    def take(self, letter: Letter) -> int:
        """Receive a message; return what `untake` needs."""
        if self.is_queue:
            place, before = self._place(letter), self.heads[letter.src]
            assert place is not None
            self.heads[letter.src] = place + 1
            return before
        self.taken[letter] += 1
        return 0

    def untake(self, letter: Letter, before: int) -> None:
        """Undo the last `take`."""
        if self.is_queue:
            self.heads[letter.src] = before
        else:
            self.taken[letter] -= 1

    def letters(self) -> Iterator[Letter]:
        """Yield every message that the node can receive now."""
        if self.is_queue:
            for src, queue in self.queues.items():
                yield from dict.fromkeys(islice(queue, self.heads[src], None))
        else:
            yield from (each for each in self.sent if self.can_take(each))

    def skipped(self, letter: Letter) -> list[Letter]:
        """Return the messages of a queue that are lost if this one is received now."""
        if not self.is_queue:
            return []
        place = self._place(letter)
        return self.queues[letter.src][self.heads[letter.src] : place]

    def _place(self, letter: Letter) -> int | None:
        queue = self.queues.get(letter.src, [])
        try:
            return queue.index(letter, self.heads[letter.src])
        except ValueError:
            return None


class Outbox:
    """The messages that one node has sent, and how many of them the log has so far."""

    def __init__(self, network: Network) -> None:
        self.is_kept = network.name == "set"
        self.sent: Counter[tuple[Letter, str]] = Counter()  # "" for what only the observer sees
        self.logged: Counter[tuple[Letter, str]] = Counter()

    def put(self, bundle: Bundle, times: int) -> None:
        """Add the messages of a step, or remove them with `times=-1`."""
        for letter, receivers in bundle.sends:
            for each in receivers or ("",):
                self.sent[letter, str(each)] += times

    def log(self, keys: list[tuple[Letter, str]], times: int) -> None:
        """Note that the log has these messages, or take that back with `times=-1`."""
        for key in keys:
            self.logged[key] += times

    def unlogged(self, receiver: str | None) -> Iterator[tuple[Letter, str]]:
        """Yield what was sent to a receiver, or to any, if an event can still stand for it.

        On `set` a message may be sent again, which changes nothing.
        """
        for key, times in self.sent.items():
            if times > (0 if self.is_kept else self.logged[key]) and receiver in (None, key[1]):
                yield key
