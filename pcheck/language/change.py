"""A change of a watched field of one node, as a property about steps reads it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pcheck.language.names import Id


class Change:
    """The `old` and the `new` value of a field, and the `node` that has the field."""

    __slots__ = ("_node", "_note", "new", "old")

    def __init__(self, node: Id, old: Any, new: Any, note: Callable[[], None]) -> None:
        """Create a change that calls `note` when its node is read."""
        self._node, self.old, self.new, self._note = node, old, new, note

    @property
    def node(self) -> Id:
        """The node whose field changed."""
        self._note()
        return self._node

    def __repr__(self) -> str:
        return f"{self.node}: {self.old!r} -> {self.new!r}"
