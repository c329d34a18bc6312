"""The configurations of one node as pairs of integers, which are faster to combine than objects.

A local state has a number. An inbox is one integer, with a field for each letter. On `set`, the
field is one bit; otherwise it holds the number of copies.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, overload

from pcheck.search.outcome import TooManyNumbers
from pcheck.search.reductions.local_tables import Local
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Config, Node

COPIES_BITS = 16  # of a field that holds a number of copies

Packed = tuple[int, int]  # the number of a local state, and an inbox


class Inboxes:
    """The fields of the letters to one node, numbered as they are met, and its local states."""

    def __init__(self, node: Node) -> None:
        self.node, self.counts = node, node.network.name != "set"
        self.letters: list[Letter] = []
        self.locals: list[Local] = []
        self._fields: dict[Letter, int] = {}
        self._local_numbers: dict[Local, int] = {}

    def field(self, letter: Letter) -> int:
        """Return the bits of the field of a letter."""
        found = self._fields.get(letter)
        if found is None:
            width = COPIES_BITS if self.counts else 1
            found = ((1 << width) - 1) << width * len(self.letters)
            self._fields[letter] = found
            self.letters.append(letter)
        return found

    def local(self, local: Local) -> int:
        """Return the number of a local state."""
        number = self._local_numbers.get(local)
        if number is None:
            number = self._local_numbers[local] = len(self.locals)
            self.locals.append(local)
        return number

    def put(self, inbox: int, letter: Letter) -> int:
        """Return the inbox after one more copy of a letter reached it."""
        field = self.field(letter)
        if not self.counts:
            return inbox | field
        if inbox & field == field:
            copies = (1 << COPIES_BITS) - 1
            raise TooManyNumbers(
                f"the compiled engine takes at most {copies:,} copies of a message"
            )
        return inbox + (field & -field)

    def taken(self, inbox: int, field: int) -> int:
        """Return the inbox after one copy of the letter with this field was delivered."""
        return inbox - (field & -field) if self.counts else inbox

    def copies(self, inbox: int) -> list[int]:
        """Return the numbers of the letters in an inbox, one number for each copy."""
        found: list[int] = []
        if not self.counts:
            while inbox:
                lowest = inbox & -inbox
                found.append(lowest.bit_length() - 1)
                inbox ^= lowest
            return found
        while inbox:
            number = ((inbox & -inbox).bit_length() - 1) // COPIES_BITS
            field = ((1 << COPIES_BITS) - 1) << number * COPIES_BITS
            found += [number] * ((inbox & field) >> number * COPIES_BITS)
            inbox &= ~field
        return found

    def inside(self, fields: int) -> Iterator[Letter]:
        """Yield the letters with any of these bits in their fields, in their order."""
        numbers = self._numbers(fields) if self.counts else self.copies(fields)
        return iter(sorted([self.letters[each] for each in numbers], key=_order))

    def _numbers(self, fields: int) -> list[int]:
        """Return the numbers of the letters with any of these bits in their fields."""
        return [
            number for number, letter in enumerate(self.letters) if fields & self._fields[letter]
        ]

    def packed(self, config: Config) -> Packed:
        """Return the pair of integers for a configuration."""
        inbox = 0
        for letter in config.inbox:
            inbox = self.put(inbox, letter)
        return self.local(self.node.local(config)), inbox

    def unpacked(self, packed: Packed) -> Config:
        """Return the configuration for a pair of integers."""
        local = self.locals[packed[0]]
        letters = [self.letters[number] for number in self.copies(packed[1])]
        return self.node.config(local.actor, local.up, tuple(sorted(letters, key=_order)))


def _order(letter: Letter) -> tuple[Any, ...]:
    return letter.order


class Configs(Sequence[Config]):
    """The configurations of one node, numbered from 0 up in the order in which they are met."""

    def __init__(self, inboxes: Inboxes) -> None:
        self.inboxes = inboxes
        self.packed: list[Packed] = []
        self._numbers: dict[Packed, int] = {}

    @property
    def all(self) -> Configs:
        """The configurations by their numbers."""
        return self

    def number(self, config: Config) -> int:
        """Return the number of a configuration; a new one gets the next free number."""
        return self.number_of(self.inboxes.packed(config))

    def number_of(self, packed: Packed) -> int:
        """Return the number of a configuration that is given by a pair of integers."""
        found = self._numbers.get(packed)
        if found is None:
            found = self._numbers[packed] = len(self.packed)
            self.packed.append(packed)
        return found

    def __len__(self) -> int:
        return len(self.packed)

    @overload
    def __getitem__(self, at: int) -> Config: ...

    @overload
    def __getitem__(self, at: slice) -> list[Config]: ...

    def __getitem__(self, at: int | slice) -> Config | list[Config]:
        if isinstance(at, slice):
            return [self.inboxes.unpacked(each) for each in self.packed[at]]
        return self.inboxes.unpacked(self.packed[at])
