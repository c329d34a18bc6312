"""The messages of a run on their way: what was sent, and what a node may receive now.

A log says nothing about losses, and has one event for each delivery. So an inbox holds what was
sent to a node from each sender, and how much of it was received:

- `set`: a message that was sent once can be received any number of times.
- `once`, `lossy`: the k-th of equal messages can be received once k of them were sent.
- `fifo`: the messages of a sender are received in their order; those between were lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from itertools import islice

from pcheck.audit.index import Index
from pcheck.language.names import Id
from pcheck.semantics.network import Letter, Network
from pcheck.semantics.node import Bundle

Copy = tuple[Letter, str]  # a message and a receiver; "" for what only the observer sees


class Inbox:
    """The messages that were sent to one node."""

    def __init__(self, network: Network) -> None:
        self.is_queue = network.ignoring_is_a_step
        self.is_kept = network.name == "set"
        self.index = Index()
        self.sent: Counter[Letter] = Counter()
        self.taken: Counter[Letter] = Counter()
        self.queues: dict[Id, list[Letter]] = {}
        self.heads: Counter[Id] = Counter()  # how many of each queue were received or lost

    @property
    def key(self) -> Hashable:
        """All on which the following receptions depend, besides what was sent."""
        if not self.is_queue:
            return () if self.is_kept else _counts(self.taken)
        return tuple(
            [(src, *islice(queue, self.heads[src], None)) for src, queue in self.queues.items()]
        )

    @property
    def size(self) -> int:
        """About how large `key` is."""
        return sum(map(len, self.queues.values())) if self.is_queue else len(self.taken)

    def put(self, letter: Letter) -> bool:
        """Add a message; return whether the node can receive something new now."""
        is_first = not self.sent[letter]
        if is_first:
            self.index.add(letter)
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
        self.index = Index()
        self.sent: Counter[Copy] = Counter()
        self.logged: Counter[Copy] = Counter()
        self.receivers: dict[Letter, dict[str, None]] = {}

    @property
    def key(self) -> Hashable:
        """All on which later events about what was sent depend."""
        return _counts(self.sent), () if self.is_kept else _counts(self.logged)

    def put(self, bundle: Bundle, times: int) -> None:
        """Add the messages of a step, or remove them with `times=-1`."""
        for letter, receivers in bundle.sends:
            self.index.add(letter)
            for each in receivers or ("",):
                self.sent[letter, str(each)] += times
                self.receivers.setdefault(letter, {})[str(each)] = None

    def log(self, copies: Iterable[Copy], times: int) -> None:
        """Note that the log has these messages, or take that back with `times=-1`."""
        for copy in copies:
            self.logged[copy] += times

    def unlogged(self, letter: Letter, to: tuple[str, ...] | None) -> Iterator[tuple[Copy, ...]]:
        """Yield the copies of a message for which an event can stand: one for each receiver.

        Without receivers, an event stands for one copy. On `set` a message may be sent again, which
        changes nothing.
        """
        if to is None:
            yield from (
                ((letter, each),) for each in self.receivers[letter] if self._has(letter, each, 1)
            )
        elif all(self._has(letter, each, times) for each, times in Counter(to or ("",)).items()):
            yield tuple([(letter, each) for each in to or ("",)])

    def _has(self, letter: Letter, to: str, times: int) -> bool:
        copy = letter, to
        if self.is_kept:
            return self.sent[copy] > 0
        return self.sent[copy] - self.logged[copy] >= times


def _counts(counter: Counter[Letter] | Counter[Copy]) -> Hashable:
    return frozenset([each for each in counter.items() if each[1]])
