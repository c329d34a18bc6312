"""The contents of observations without senders and nodes: messages, and values of fields.

A property that reads no more than this is asked once for all observations with the same of it. That
this is sound is argued in `property_symmetry`.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable

from pcheck.language.property import Property
from pcheck.language.seen import Seen, Sees
from pcheck.search.reductions.symmetry import Symmetry
from pcheck.semantics.observer import Observation

SENDERS_BITS = 16  # of a field that counts the senders of a message
Vector = tuple[int, ...]  # the numbers of the parts of an observation, one for each node


class Contents:
    """The messages and values of each part of each node, as far as one footprint sees them."""

    def __init__(self, symmetry: Symmetry, sees: Collection[Sees]) -> None:
        """Begin without any part."""
        self._symmetry, self._sees = symmetry, sees
        self._observer, self._nodes = symmetry.model.observer, len(symmetry.model.nodes)
        # for each part its messages, each as one in a field of an integer, and whether every
        # renaming leaves these messages as they are
        self.messages: list[list[int]] = [[] for _ in range(self._nodes)]
        self._fixed_messages: list[list[bool]] = [[] for _ in range(self._nodes)]
        # for each part the number of its messages and values, and whether every renaming leaves
        # both as they are
        self.all: list[list[int]] = [[] for _ in range(self._nodes)]
        self._all_fixed: list[list[bool]] = [[] for _ in range(self._nodes)]
        self._message_numbers: dict[Hashable, int] = {}
        self._numbers: dict[Hashable, int] = {}
        # the properties that read values, and those that read senders or nodes, by their ids
        self._read_values: set[int] = set()
        self._read_senders: set[int] = set()

    def add(self, node: int, part: Observation) -> None:
        """Add a part of a node; its number is that of the parts of this node before it."""
        kinds = tuple(each for each in self._sees if isinstance(each, type))
        letters = [letter for letter in part.sent if isinstance(letter.message, kinds)]
        messages, known = frozenset(letter.exact for letter in letters), self._message_numbers
        numbers = [known.setdefault(message, len(known)) for message in messages]
        self.messages[node].append(sum(1 << SENDERS_BITS * number for number in numbers))
        swaps = range(len(self._symmetry.swaps))
        are_fixed = all(
            messages == {self._symmetry.letter(swap, letter).exact for letter in letters}
            for swap in swaps
        )
        self._fixed_messages[node].append(are_fixed)
        values = self._observer.values_seen(node, part, self._sees)
        self.all[node].append(self._numbers.setdefault((messages, values), len(self._numbers)))
        self._all_fixed[node].append(
            are_fixed and all(values == self._renamed_values(swap, node, part) for swap in swaps)
        )

    def _renamed_values(self, swap: int, node: int, part: Observation) -> Hashable:
        """Return the values of the node that a node becomes under a swap."""
        image = self._symmetry.observation(swap, part)
        return self._observer.values_seen(self._symmetry.targets[swap][node], image, self._sees)

    def key(self, prop: Property, vector: Vector) -> Hashable | None:
        """Return all that the answer of a property depends on, or None if that may be more.

        Without values, it is how many nodes sent each message. With values, it is how many nodes
        sent the same and have the same values: before a step, and after it.
        """
        if self.reads_senders(prop):
            return None
        reads_values = self.reads_values(prop)
        fixed = self._all_fixed if reads_values else self._fixed_messages
        if not all(fixed[at % self._nodes][nth] for at, nth in enumerate(vector)):
            return None
        numbers = self.all if reads_values else self.messages
        found = [numbers[at % self._nodes][nth] for at, nth in enumerate(vector)]
        halves = [found[at : at + self._nodes] for at in range(0, len(found), self._nodes)]
        if reads_values:
            return id(prop), tuple(sorted(zip(*halves)))
        return id(prop), *map(sum, halves)

    def reads_senders(self, prop: Property) -> bool:
        """Return whether a property has read senders of messages, or nodes of values."""
        return id(prop) in self._read_senders

    def reads_values(self, prop: Property) -> bool:
        """Return whether a property has read values of fields."""
        return id(prop) in self._read_values

    def key_after(self, prop: Property, vector: Vector, seen: Iterable[Seen]) -> Hashable | None:
        """Return the key again, after the property read what it needs of the observations `seen`.

        A property that once read senders is likely to read them again.
        """
        if any(each.senders_were_read for each in seen):
            self._read_senders.add(id(prop))
        if any(each.values_were_read for each in seen):
            self._read_values.add(id(prop))
        return self.key(prop, vector)
