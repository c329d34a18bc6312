"""Checksums of what a search numbered and filled in, to compare a repeated search with it.

Each numbered thing adds its text, and each row its numbers. So two searches have the same checksums
only if the handlers gave the same answers, and these were numbered in the same order.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence, Sized
from typing import Any

from pcheck.language.values import order
from pcheck.search.compiled.effects import Effects
from pcheck.search.compiled.tables import Tables
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Config

Sums = list[tuple[int, int]]  # for each list of things, how many, and their checksum
Bytes = Callable[[int, int], bytes]  # of the things from a number up to another one


class Digest:
    """The checksums of all lists of things behind the tables of one search."""

    def __init__(self, tables: Tables) -> None:
        self._lists = [*_lists(tables)]
        self.sums: Sums = [(0, 0) for _ in self._lists]

    def counts(self) -> list[int]:
        """Return how many things each list has now."""
        return [len(things) for things, _ in self._lists]

    def advance(self, counts: Sequence[int]) -> None:
        """Let the checksums cover the first things of each list: this many, and never fewer."""
        self.sums = [
            (until, zlib.crc32(read(begin, until), crc))
            for (begin, crc), until, (_, read) in zip(self.sums, counts, self._lists)
        ]


def _lists(tables: Tables) -> Iterator[tuple[Sized, Bytes]]:
    """Yield each list of things, and how to read them."""
    parts, composed, rows = tables.composition.parts, tables.composition.is_composed, tables.rows
    yield parts.locals, _texts(parts.locals, _of_config)
    for letters in parts.letters:
        yield letters, _texts(letters, _of_letter)
    yield tables.effects, _texts(tables.effects.all, _of_effects)
    for i, configs in enumerate(tables.machines.configs):
        yield configs, _nothing if composed[i] else _texts(configs.all, _of_config)
    yield rows, _numbers(lambda: rows.next)
    yield rows, _numbers(lambda: rows.bundle)


def _nothing(begin: int, end: int) -> bytes:
    """Return nothing: the configurations of composed nodes follow from what else is compared."""
    return b""


def _numbers(array: Callable[[], Any]) -> Bytes:
    return lambda begin, end: array()[begin:end].tobytes()


def _texts(items: Sequence[Any], text: Callable[[Any], object]) -> Bytes:
    return lambda begin, end: "".join(f"{text(each)!r}\n" for each in items[begin:end]).encode()


def _of_config(config: Config) -> object:
    return order(config.actor), config.up, [letter.order for letter in config.inbox]


def _of_letter(letter: Letter) -> object:
    return letter.order


def _of_effects(effects: Effects) -> object:
    sends = [(letter.order, [*map(str, to)]) for letter, to in effects.bundle.sends]
    changes = [(place, _of_key(key)) for place, key in effects.changes]
    return effects.node, sends, effects.crashes, changes, effects.is_loss


def _of_key(key: Any) -> object:
    """Return an exact key (see `exact`) with texts instead of types, and without sets."""
    if isinstance(key, tuple):
        return [_of_key(each) for each in key]
    if isinstance(key, frozenset):
        return sorted(repr(_of_key(each)) for each in key)
    return key.__qualname__ if isinstance(key, type) else key
