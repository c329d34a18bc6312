"""The numbers of things that the kernel reads: from 0 up, in the order in which they are met."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

from pcheck.search.compiled.kernel import NUMBER_BITS
from pcheck.search.outcome import TooManyNumbers

C = TypeVar("C", bound=Hashable)

MAX_NUMBERS = 1 << NUMBER_BITS


class Numbers(Generic[C]):
    """A numbering of items from 0 up, in the order in which they are first met.

    `noun` is the plural for the items in an error.
    """

    def __init__(self, noun: str) -> None:
        self.all: list[C] = []
        self._noun = noun
        self._numbers: dict[C, int] = {}

    def number(self, item: C) -> int:
        """Return the number of an item; a new item gets the next free number."""
        found = self._numbers.get(item)
        if found is None:
            found = self._numbers[item] = len(self.all)
            self.all.append(item)
            if found >= MAX_NUMBERS:
                raise too_many(MAX_NUMBERS, self._noun)
        return found

    def __len__(self) -> int:
        return len(self.all)


def too_many(most: int, things: str) -> TooManyNumbers:
    """Return the error for more things than the compiled engine has numbers or room for."""
    return TooManyNumbers(f"the compiled engine takes at most {most:,} {things}")
