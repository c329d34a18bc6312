"""Which states are the first to show something: only these need to be judged."""

from __future__ import annotations

from typing import Any

import numpy as np

from pcheck.search.compiled import kernel
from pcheck.search.compiled.store import Store

ROOM = 1 << 10


class FirstSeen:
    """The distinct vectors of the watchers' numbers, each with the first state that has it."""

    def __init__(self, watchers: range) -> None:
        self._watchers = watchers
        self._firsts = np.zeros(ROOM, np.int64)
        self._known = 0

    def lay_out(self, store: Store) -> None:
        """To be called whenever the layout of the states has changed."""
        self._watched = store.layout.bits(self._watchers)
        self._looks = np.zeros((len(self._firsts), store.layout.words), np.uint64)
        self._slots = np.zeros(2 * len(self._firsts), np.int32)
        self._look(store.states[self._firsts[: self._known]], 0, np.zeros_like(self._firsts), 0)

    def news(self, store: Store, start: int) -> list[tuple[int, list[int]]]:
        """The states from `start` on that are the first to show something, and what they show."""
        before, end = self._known, len(store)
        while start < end:
            if self._known == len(self._firsts):
                self._firsts = np.concatenate([self._firsts, np.zeros_like(self._firsts)])
                self.lay_out(store)
            start, self._known = self._look(store.states[:end], start, self._firsts, self._known)
        firsts = self._firsts[before : self._known]
        numbers = store.layout.unpack(store.states[firsts])
        shown = slice(self._watchers.start, self._watchers.stop)
        return [(index, each[shown]) for index, each in zip(firsts.tolist(), numbers)]

    def _look(self, states: Any, start: int, firsts: Any, known: int) -> tuple[int, int]:
        reached: tuple[int, int] = kernel.first_to_show(
            states, start, self._watched, self._slots, self._looks, firsts, known
        )
        return reached
