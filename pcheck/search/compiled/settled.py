"""Observations whose judgement is settled by what the properties said of others.

A property that reads only contents (see `contents`) is asked once for all observations with the
same contents, if no renaming changes the contents. Of many new observations, most have contents
that were met before. They are found here with a few operations on whole arrays, instead of one
after the other.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np

from pcheck.language.property import Property
from pcheck.search.compiled.distinct import distinct_rows
from pcheck.search.reductions.contents import SENDERS_BITS
from pcheck.search.reductions.projection import Projection
from pcheck.semantics.observer import Observation

Parts = Sequence[Sequence[Observation]]  # for each watcher, what it may hold by number
_COUNT = np.dtype(f"<u{SENDERS_BITS // 8}")  # of the senders of a message


class Settled:
    """The observations that are settled for the properties of one footprint."""

    def __init__(self, projection: Projection, parts: Parts) -> None:
        self._projection, self._parts = projection, parts

    def unsettled(self, observations: Any, properties: Sequence[Property]) -> tuple[Any, Any]:
        """Return which observations must be judged, and which are unsettled until then.

        An observation is a row with the numbers of the watchers. Of those with the same contents,
        the first one must be judged.
        """
        contents = self._projection.contents
        first = np.zeros(len(observations), bool)
        unsettled = np.zeros(len(observations), bool)
        if any(map(contents.reads_senders, properties)):
            return ~first, ~unsettled
        projected = self._projected(observations)
        for with_values in (False, True):
            group = [prop for prop in properties if contents.reads_values(prop) is with_values]
            if not group:
                continue
            rows = self._values(projected) if with_values else self._messages(projected)
            unlike, firsts, of = distinct_rows(rows)
            keys = (_key_of_values if with_values else _key_of_messages)(unlike)
            is_open = np.array(
                [
                    not all(self._projection.is_settled(prop, (id(prop), key)) for prop in group)
                    for key in keys
                ],
                bool,
            )[of]
            is_first = np.zeros(len(observations), bool)
            is_first[firsts] = True
            first |= is_open & is_first
            unsettled |= is_open
        return first, unsettled

    def _projected(self, observations: Any) -> list[Any]:
        """Return for each node the numbers of the projections of what its watcher holds."""
        return [
            np.array(self._projection.parts_by_number(node, parts), np.int64)[observations[:, node]]
            for node, parts in enumerate(self._parts)
        ]

    def _messages(self, projected: list[Any]) -> Any:
        """Return in each row how many nodes sent each message."""
        messages = self._projection.contents.messages
        most = max(each.bit_length() for of_node in messages for each in of_node)
        size = 1 + most // SENDERS_BITS
        counts = np.zeros((len(projected[0]), size), _COUNT)
        for of_node, numbers in zip(messages, projected):
            packed = b"".join(each.to_bytes(size * _COUNT.itemsize, "little") for each in of_node)
            counts += np.frombuffer(packed, _COUNT).reshape(-1, size)[numbers]
        return counts

    def _values(self, projected: list[Any]) -> Any:
        """Return in each row the sorted contents of the nodes."""
        found = zip(self._projection.contents.all, projected)
        return np.sort(np.stack([np.array(each)[numbers] for each, numbers in found], 1), 1)


def _key_of_messages(rows: Any) -> list[Hashable]:
    """Return the keys of contents without values, as `Contents.key` has them."""
    return [int.from_bytes(row.tobytes(), "little") for row in rows]


def _key_of_values(rows: Any) -> list[Hashable]:
    """Return the keys of contents with values, as `Contents.key` has them."""
    return [tuple((each,) for each in row) for row in rows.tolist()]
