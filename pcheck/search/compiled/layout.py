"""The layout of the packed states: a bit field for each machine's number, and for the parent.

A row of 64-bit words holds a state. No field crosses the border of two words. The last field holds
the distance back to the parent: the state's own index less that of the state before it. The parent
is in one of the levels before, so that its distance needs fewer bits than its index.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

WORD = 64  # bits


class Layout:
    """The bit field of each machine's number, and of the distance: its word, shift and width."""

    def __init__(self, sizes: Iterable[int], distance: int = 0) -> None:
        """Lay out fields for numbers below `sizes`, and for distances up to `distance`.

        The fields get room for more, unless that would cost another word.
        """
        self.sizes = tuple(sizes)
        self.distance = distance
        counts = *self.sizes, distance + 1
        widths, least = [*map(width_for, counts)], [*map(least_width, counts)]
        words = _packed(widths)
        if len(words) > len(tight := _packed(least)):
            widths, words = least, tight
        _share_spare_bits(widths, words)
        self.widths = tuple(widths)
        word, shift = [0] * len(widths), [0] * len(widths)
        for at, members in enumerate(words):
            for nth, field in enumerate(members):
                word[field] = at
                shift[field] = sum(widths[i] for i in members[:nth]) % WORD
        self.words = len(words)
        # for each machine, how many numbers fit in its field; and the largest distance that fits
        *capacities, farthest = [1 << min(width, 62) for width in widths]
        self.capacities, self.farthest = np.array(capacities, np.int64), farthest - 1
        self.word = np.array(word, np.uint64)
        self.shift = np.array(shift, np.uint64)
        self.mask = np.array([(1 << width) - 1 for width in widths], np.uint64)
        own = self.bits(range(len(self.sizes)))
        factors = odd_factors(len(self.sizes))
        self.fields = self.word, self.shift, self.mask, factors, own  # for the kernel

    def is_outgrown(self, sizes: Iterable[int]) -> bool:
        """Return whether there are more numbers of a machine than its field can hold."""
        return any(size > 1 << width for size, width in zip(sizes, self.widths))

    def bits(self, machines: Iterable[int]) -> Any:
        """Return for each word the bits that hold the numbers of these machines."""
        bits = np.zeros(self.words, np.uint64)
        for machine in machines:
            bits[self.word[machine]] |= self.mask[machine] << self.shift[machine]
        return bits

    def pack(self, vectors: Sequence[Sequence[int]]) -> Any:
        """Return an array with a row of words for each vector; the distances are 0."""
        numbers = np.array(vectors, np.uint64).reshape(len(vectors), len(self.sizes))
        packed = np.zeros((len(vectors), self.words), np.uint64)
        for machine, word in enumerate(self.word[:-1]):
            packed[:, word] |= numbers[:, machine] << self.shift[machine]
        return packed

    def unpack(self, vectors: Any) -> Any:
        """Return the numbers in one packed vector, or in each row of several."""
        return self.numbers_of(range(len(self.sizes)), vectors).tolist()

    def numbers_of(self, machines: range, vectors: Any) -> Any:
        """Return the numbers of some machines in one packed vector, or in several, as an array."""
        part = slice(machines.start, machines.stop)
        numbers = (vectors[..., self.word[part]] >> self.shift[part]) & self.mask[part]
        return numbers.astype(np.int64)

    def distances(self, vectors: Any) -> Any:
        """Return the distance to the parent in one packed vector, or in each row of several."""
        distances = (vectors[..., self.word[-1]] >> self.shift[-1]) & self.mask[-1]
        return distances.astype(np.int64)

    def set_distances(self, vectors: Any, distance: int, rows: Any = slice(None)) -> None:
        """Set the distance in each row of several packed vectors, or in some of the rows."""
        word, shift, mask = self.word[-1], self.shift[-1], self.mask[-1]
        rest = vectors[rows, word] & ~(mask << shift)
        vectors[rows, word] = rest | np.uint64(distance) << shift


def least_width(count: int) -> int:
    """Return the bits for numbers below `count`."""
    return (count - 1).bit_length()


def width_for(count: int) -> int:
    """Return the bits for numbers below `count`, with room for at least twice as many numbers."""
    return max(4, least_width(count) + 1)


def _packed(widths: Sequence[int]) -> list[list[int]]:
    """Return the fields in each word: of those that are left, fill each word as far as possible."""
    words, left = list[list[int]](), [i for i, width in enumerate(widths) if width]
    left.sort(key=lambda i: -widths[i])
    while left:
        filled: dict[int, list[int]] = {0: []}  # for sums of widths, fields that have this sum
        for i in left:
            for total in sorted(filled, reverse=True):
                if total + widths[i] <= WORD:
                    filled.setdefault(total + widths[i], [*filled[total], i])
        words.append(sorted(filled[max(filled)]))
        left = [i for i in left if i not in words[-1]]
    return words or [[]]


def _share_spare_bits(widths: list[int], words: list[list[int]]) -> None:
    """Widen the fields of each word by its spare bits: fields can then grow without a new layout.

    `words` lists the fields in each word.
    """
    for members in words:
        spare = WORD - sum(widths[i] for i in members)
        for nth, field in enumerate(members):
            widths[field] += spare // len(members) + (nth < spare % len(members))


def odd_factors(count: int) -> Any:
    """Return odd pseudorandom factors for hashes; the first ones are always the same."""
    mixed = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    for shift in (30, 27, 31):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(0xBF58476D1CE4E5B9)
    return mixed | np.uint64(1)
