"""Samples of the answers that user code gives during a search, to be compared with later answers.

A sample holds the first answer, the last one, and every kth between them. Whenever a sample is
full, every second answer is dropped and k is doubled. So the choice depends on the number of
answers alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Generic, NamedTuple, TypeVar

from pcheck.language.property import Property
from pcheck.language.seen import Seen

T = TypeVar("T")
MAX_KEPT = 256  # answers in a sample; a full sample holds between 128 and 256 of them


class Sample(Generic[T]):
    """The first, the last, and every kth of the items that were added."""

    def __init__(self) -> None:
        self._kept: list[T] = []
        self._last: list[T] = []
        self._count, self._period = 0, 1

    def add(self, item: T) -> None:
        """Add an item, which is kept if its turn comes."""
        self._last = [item]
        if self._count % self._period == 0:
            self._kept.append(item)
            if len(self._kept) > MAX_KEPT:
                del self._kept[1::2]
                self._period *= 2
            self._last = []
        self._count += 1

    def __iter__(self) -> Iterator[T]:
        return iter([*self._kept, *self._last])


class Answer(NamedTuple):
    """An answer of a property about observations, or of a method of a Model about a state."""

    number: int  # among the answers of all properties and methods
    of: Property | str  # the property, or the name of the method
    arguments: tuple[Any, ...]
    answer: Any


class Samples:
    """The samples of one search, one for each property and for each method of a Model."""

    def __init__(self) -> None:
        self._samples: dict[int | str, Sample[Answer]] = {}  # by the property's id or the name
        self._number = 0

    def add(self, of: Property | str, arguments: tuple[Any, ...], answer: Any) -> None:
        """Add an answer of a property or of the method with this name."""
        self._number += 1
        key = of if isinstance(of, str) else id(of)
        if key not in self._samples:
            self._samples[key] = Sample()
        self._samples[key].add(Answer(self._number, of, arguments, answer))

    def judge(self, prop: Property, *seen: Seen) -> bool | str | None:
        """Return the answer of a property about a state or a step, and add it to the samples."""
        answer = prop.answer(*seen)
        self.add(prop, seen, answer)
        return answer

    def answers(self) -> list[Answer]:
        """Return the answers in the samples, in the order in which they were added."""
        found = [answer for sample in self._samples.values() for answer in sample]
        return sorted(found, key=lambda answer: answer.number)
