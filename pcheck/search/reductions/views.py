"""The view that each interchangeable name has of a configuration, as a number.

No renaming changes a view: if a renaming maps a name and a configuration to others, both have the
same view. So names can be sorted by their views, and the search for the representative of an orbit
tries only the few renamings that exchange names with equal views.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from pcheck.language.names import Id
from pcheck.search.reductions.symmetry import Name, Symmetry
from pcheck.semantics.network import Inbox, Letter
from pcheck.semantics.node import Config
from pcheck.semantics.observer import Observation
from pcheck.semantics.renaming import shape


class Views:
    """The views of the names of one symmetry, each view with a number."""

    def __init__(self, symmetry: Symmetry) -> None:
        self.symmetry = symmetry
        self._shapes: dict[Hashable, int] = {}
        self._known: dict[Hashable, tuple[int, ...]] = {}

    def of_node(self, i: int, config: Config) -> list[int]:
        """Return the view of each name of a configuration of node i."""
        actors, inbox = self._views_of_class(i, config), config.inbox
        letters = [self.of_letter(letter) for letter in inbox]
        queued = self.symmetry.model.network.ignoring_is_a_step
        return [
            self._number(
                "node",
                self._relation(i, name),
                actors[nth],
                config.up,
                self._queues(inbox, letters, nth)
                if queued
                else tuple(sorted(each[nth] for each in letters)),
            )
            for nth, name in enumerate(self.symmetry.names)
        ]

    def _views_of_class(self, i: int, config: Config) -> tuple[Hashable, ...]:
        """Return the view of each name of a local state, or of all local states of its class."""
        views = [self._views(id(a), a) for a in self.symmetry.members(i, config)]
        return tuple(tuple(sorted(each)) for each in zip(*views, strict=True))

    def _queues(self, inbox: Inbox, letters: list[tuple[int, ...]], nth: int) -> Hashable:
        """Return the view of the nth name of an inbox, queue by queue."""
        queues: dict[Id, list[int]] = {}
        for letter, views in zip(inbox, letters):
            queues.setdefault(letter.src, []).append(views[nth])
        return tuple(sorted(map(tuple, queues.values())))

    def of_observation(self, i: int, part: Observation) -> list[int]:
        """Return the view of each name of the part of an observation that concerns node i."""
        letters = [self.of_letter(each) for each in part.sent]
        values = self.symmetry.model.observer.values_of(i, part.values)
        held = [self._views(("held", key), value) for key, value in values]
        return [
            self._number(
                "observation",
                self._relation(i, name),
                tuple(sorted(each[nth] for each in letters)),
                tuple(each[nth] for each in held),
            )
            for nth, name in enumerate(self.symmetry.names)
        ]

    def of_letter(self, letter: Letter) -> tuple[int, ...]:
        """Return the view of each name of a letter."""
        return self._views(letter, (letter.src, letter.message))

    def _relation(self, i: int, name: Name) -> Hashable:
        """Return what node i is to a name: itself, a member of a block, or another node."""
        me = self.symmetry.model.nodes[i].me
        return "own" if me == name else self.symmetry.block_of.get(me, me)

    def _views(self, key: Hashable, thing: Any) -> tuple[int, ...]:
        """Return the view of each name of an object; `key` identifies the object."""
        if key not in self._known:
            self._known[key] = tuple(
                self._number(shape(thing, name, self.symmetry.block_of))
                for name in self.symmetry.names
            )
        return self._known[key]

    def _number(self, *view: Hashable) -> int:
        return self._shapes.setdefault(view, len(self._shapes))
