"""The first state of each observation: only these states need to be judged."""

from __future__ import annotations

from typing import Any

import numpy as np

from pcheck.search.compiled import kernel
from pcheck.search.compiled.layout import Layout
from pcheck.search.compiled.store import Store

INITIAL_ROOM = 1 << 10  # observations


class FirstSeen:
    """The distinct observations (vectors of the watchers' numbers), each with its first state."""

    def __init__(self, watchers: range) -> None:
        self._watchers = watchers
        self._firsts = np.zeros(INITIAL_ROOM, np.int64)
        self._known = 0
        self._layout: Layout | None = None  # the layout for which the arrays are made

    def _lay_out(self, store: Store) -> None:
        """Read the known observations again, as the store lays them out now."""
        self._layout = None  # until the arrays are whole: an interrupt may come between
        self._watched = store.layout.bits(self._watchers)
        self._observations = np.zeros((len(self._firsts), store.layout.words), np.uint64)
        self._slots = np.zeros(2 * len(self._firsts), np.int32)
        self._note(store.states[self._firsts[: self._known]], 0, np.zeros_like(self._firsts), 0)
        self._layout = store.layout

    def new_in(self, store: Store, start: int) -> tuple[Any, Any]:
        """Return the states from `start` on with a new observation, and these observations.

        An observation is a row with the numbers of the watchers.
        """
        before, end = self._known, len(store)
        if self._layout is not store.layout:
            self._lay_out(store)
        while start < end:
            if self._known == len(self._firsts):
                self._firsts = np.concatenate([self._firsts, np.zeros_like(self._firsts)])
                self._lay_out(store)
            start, self._known = self._note(store.states[:end], start, self._firsts, self._known)
        firsts = self._firsts[before : self._known]
        return firsts, store.layout.numbers_of(self._watchers, store.states[firsts])

    def _note(self, states: Any, start: int, firsts: Any, known: int) -> tuple[int, int]:
        """Call `kernel.note_first_seen` for the states from `start` on."""
        reached: tuple[int, int] = kernel.note_first_seen(
            states, start, self._watched, self._slots, self._observations, firsts, known
        )
        return reached
