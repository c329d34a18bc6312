"""What each interchangeable name sees of a configuration: a number that no renaming changes.

A search looks for the representative of an orbit among few renamings, if names that see different
things are never exchanged.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from pcheck.language.names import Id
from pcheck.search.reductions.symmetry import Name, Symmetry
from pcheck.semantics.network import Inbox
from pcheck.semantics.node import Config
from pcheck.semantics.observer import Observation
from pcheck.semantics.renaming import shape


class Views:
    """Numbers for what the names of one symmetry see; equal numbers for what renamings exchange."""

    def __init__(self, symmetry: Symmetry) -> None:
        self._symmetry = symmetry
        self._shapes: dict[Hashable, int] = {}
        self._seen_by: dict[Hashable, tuple[int, ...]] = {}

    def of_node(self, i: int, config: Config) -> list[int]:
        """What each name sees of one node: equal numbers for what a renaming may take there."""
        actors, inbox = self._views_of_class(i, config), config.inbox
        letters = [self._views(letter, (letter.src, letter.message)) for letter in inbox]
        queued = self._symmetry.model.network.ignoring_is_a_step
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
            for nth, name in enumerate(self._symmetry.names)
        ]

    def _views_of_class(self, i: int, config: Config) -> tuple[Hashable, ...]:
        """What is seen of a local state, or of all that it stands for."""
        views = [self._views(id(a), a) for a in self._symmetry.members(i, config)]
        return tuple(tuple(sorted(each)) for each in zip(*views, strict=True))

    def _queues(self, inbox: Inbox, letters: list[tuple[int, ...]], nth: int) -> Hashable:
        queues: dict[Id, list[int]] = {}
        for letter, views in zip(inbox, letters):
            queues.setdefault(letter.src, []).append(views[nth])
        return tuple(sorted(map(tuple, queues.values())))

    def of_sight(self, i: int, part: Observation) -> list[int]:
        letters = [self._views(each, (each.src, each.message)) for each in part.sent]
        values = self._symmetry.model.observer.held_by(i, part.values)
        held = [self._views(("held", key), value) for key, value in values]
        return [
            self._number(
                "sight",
                self._relation(i, name),
                tuple(sorted(each[nth] for each in letters)),
                tuple(each[nth] for each in held),
            )
            for nth, name in enumerate(self._symmetry.names)
        ]

    def _relation(self, i: int, name: Name) -> Hashable:
        me = self._symmetry.model.nodes[i].me
        return "own" if me == name else self._symmetry.block_of.get(me, me)

    def _views(self, key: Hashable, thing: Any) -> tuple[int, ...]:
        if key not in self._seen_by:
            self._seen_by[key] = tuple(
                self._number(shape(thing, name, self._symmetry.block_of))
                for name in self._symmetry.names
            )
        return self._seen_by[key]

    def _number(self, *what: Hashable) -> int:
        return self._shapes.setdefault(what, len(self._shapes))
