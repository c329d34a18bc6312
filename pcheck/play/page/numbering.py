"""Numbers for things, in the order in which they are first numbered."""

from __future__ import annotations

import json
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Numbering(Generic[T]):
    """Things with their numbers; equal things have one number."""

    def __init__(self) -> None:
        self.items: list[T] = []
        self._numbers: dict[Hashable, int] = {}

    def number(self, item: T) -> int:
        """Return the number of a thing, which is new or was numbered before."""
        key = item if isinstance(item, Hashable) else json.dumps(item)
        if key not in self._numbers:
            self._numbers[key] = len(self.items)
            self.items.append(item)
        return self._numbers[key]
