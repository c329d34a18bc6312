"""The configurations of the composed nodes, as rows of numbers that the kernel puts together.

A configuration is the number of a local state, and the number of copies of each letter (on `set`,
at most one), or on `fifo` the letters in the order of the inbox. See `parts` for these numbers. All
configurations stand in one list, in the order in which they were put together, and those that the
search needs have a number of their node, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

import numpy as np

from pcheck.search.compiled import kernel, numbers
from pcheck.search.compiled.parts import Parts, larger
from pcheck.search.outcome import TooManyNumbers
from pcheck.semantics.network import Inbox
from pcheck.semantics.node import Config, Node

FIRST_ROOM, FIRST_QUEUE_ROOM = 256, 8  # configurations, letters in an inbox of queues
KINDS_OF_INBOXES = {  # by the name of the network
    "set": kernel.SETS, "once": kernel.COUNTS, "lossy": kernel.COUNTS, "fifo": kernel.QUEUES,
}  # fmt: skip


class Pool:
    """The configurations of all composed nodes."""

    def __init__(self, nodes: Sequence[Node], parts: Parts) -> None:
        self.nodes, self.parts = nodes, parts
        self.inboxes = KINDS_OF_INBOXES[nodes[0].network.name]
        self._queue_room = FIRST_QUEUE_ROOM
        self.counts = np.zeros(len(nodes), np.int64)  # for each node, its numbered configurations
        self._local = np.zeros(FIRST_ROOM, np.int32)
        self._copies = np.zeros((FIRST_ROOM, self._inbox_room), np.uint16)
        self._number = np.full(FIRST_ROOM, -1, np.int32)
        self._place_of = np.zeros((len(nodes), min(FIRST_ROOM, numbers.MAX_NUMBERS)), np.int32)
        self._slots = np.zeros(4 * FIRST_ROOM, np.int64)
        self._used = np.zeros(1, np.int64)

    @property
    def _inbox_room(self) -> int:
        """The number of entries that each inbox has room for."""
        return self._queue_room if self.inboxes == kernel.QUEUES else self.parts.room

    @property
    def arrays(self) -> tuple[Any, ...]:
        """The arrays for the kernel, with room for each letter, and for one more configuration."""
        if self._copies.shape[1] < self._inbox_room:
            self._copies = larger(self._copies, (None, self._inbox_room))
        if self._used[0] + 1 >= len(self._local):
            self.double()
        return (
            self._local, self._copies, self._number, self._place_of, self._slots, self._used,
        )  # fmt: skip

    def lengthen(self) -> None:
        """Double the room for letters in inboxes of queues."""
        self._queue_room *= 2

    def make_room(self, more: int) -> None:
        """Make room for one more configuration, and for some more numbers of each node."""
        if self._used[0] + 2 >= len(self._local):
            self.double()
        room, needed = self._place_of.shape[1], int(self.counts.max()) + more
        if needed > numbers.MAX_NUMBERS:
            raise numbers.too_many(numbers.MAX_NUMBERS, "configurations of one node")
        if needed > room:
            room = min(max(2 * room, needed), numbers.MAX_NUMBERS)
            self._place_of = larger(self._place_of, (None, room))

    def double(self) -> None:
        """Double the room for configurations."""
        room = 2 * len(self._local)
        self._local = larger(self._local, (room,))
        self._copies = larger(self._copies, (room, None))
        self._number = larger(self._number, (room,), -1)
        self._slots = np.zeros(4 * room, np.int64)
        kernel.rebuild_configs(self.arrays)

    def number(self, i: int, config: Config) -> int:
        """Return the number of a configuration of node i; a new one gets the next free number."""
        local = self.parts.local(i, self.nodes[i].local(config))
        letters = [self.parts.letter(i, letter) for letter in config.inbox]
        while len(letters) > self._inbox_room and self.inboxes == kernel.QUEUES:
            self.lengthen()
        arrays, free = self.arrays, int(self._used[0])
        self._local[free], self._copies[free] = local, 0
        if self.inboxes == kernel.QUEUES:
            self._copies[free, : len(letters)] = [letter + 1 for letter in letters]
        else:
            for letter in letters:
                if self._copies[free, letter] == kernel.MAX_COPIES:
                    raise too_many_copies()
                self._copies[free, letter] += 1
        place = int(kernel.keep_config(arrays))
        if self._number[place] < 0:
            self.make_room(1)
        return int(kernel.number_config(self.arrays, self.counts, i, place))

    def config(self, i: int, number: int) -> Config:
        """Return the configuration of node i with a number."""
        place = self._place_of[i, number]
        local = self.parts.locals[self._local[place]]
        return self.nodes[i].config(local.actor, local.up, self._inbox(i, place))

    def _inbox(self, i: int, place: int) -> Inbox:
        """Return the inbox of the configuration of node i at a place."""
        entries, known = self._copies[place], self.parts.letters[i]
        used = np.flatnonzero(entries).tolist()
        if self.inboxes == kernel.QUEUES:
            return tuple(known[entries[at] - 1] for at in used)
        letters = [known[letter] for letter in used for _ in range(entries[letter])]
        return tuple(sorted(letters, key=lambda letter: letter.order))

    def table(self, i: int, first: int) -> tuple[Any, Any]:
        """Return the local states of the configurations of node i from `first` on, and the copies.

        The copies are those of each letter in the inboxes.
        """
        places = self._place_of[i, first : self.counts[i]]
        return self._local[places], self._copies[places, : len(self.parts.letters[i])]

    def local_at(self, place: int) -> int:
        """Return the number of the local state of the configuration at a place."""
        return int(self._local[place])

    def deliverable_at(self, i: int, place: int) -> Inbox:
        """Return the letters that may be delivered next in the configuration at a place."""
        return self.nodes[i].network.next(self._inbox(i, place))


class Configs(Sequence[Config]):
    """The configurations of one node by their numbers."""

    def __init__(self, pool: Pool, i: int) -> None:
        self._pool, self._i = pool, i

    @property
    def all(self) -> Configs:
        """The configurations by their numbers."""
        return self

    def number(self, config: Config) -> int:
        """Return the number of a configuration; a new one gets the next free number."""
        return self._pool.number(self._i, config)

    def __len__(self) -> int:
        return int(self._pool.counts[self._i])

    @overload
    def __getitem__(self, at: int) -> Config: ...

    @overload
    def __getitem__(self, at: slice) -> list[Config]: ...

    def __getitem__(self, at: int | slice) -> Config | list[Config]:
        found = range(len(self))[at]
        if isinstance(found, range):
            return [self._pool.config(self._i, number) for number in found]
        return self._pool.config(self._i, found)


def too_many_copies() -> TooManyNumbers:
    """Return the error for an inbox with more copies of a letter than its field can count."""
    return numbers.too_many(kernel.MAX_COPIES, "copies of a message")
