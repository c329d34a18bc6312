"""The steps that step properties judge: one for each pair of observations before and after a step.

The kernel notes a step when it takes the step, with the state before it. The observation before a
macro step is also the one before the last step of its chain, because every other step of the chain
is silent.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from pcheck.search.compiled import kernel
from pcheck.search.compiled.kernel import NOTED, TRANSITIONS
from pcheck.search.compiled.layout import Layout
from pcheck.search.compiled.numbers import MAX_NUMBERS
from pcheck.search.compiled.store import Store

FIRST_ROOM = 1 << 10  # steps


class NotedStep(NamedTuple):
    """A step: the state before it, and the numbers of the watchers before and after it."""

    state: int
    before: list[int]
    after: list[int]


# instead of the arrays of a search that notes no steps
NO_NOTES = np.zeros((0, 3), np.int64), np.zeros(0, np.int64), np.zeros(0, np.uint64)


class NotedSteps:
    """The noted steps of one search, in the order of its transitions."""

    def __init__(self, watchers: range, *, notes: bool) -> None:
        """Begin with no steps; nothing is ever noted unless `notes`."""
        self._watchers = watchers
        room = FIRST_ROOM if notes else 0
        self._steps = np.zeros((room, 3), np.int64)  # state, transition, change
        self._slots = np.zeros(2 * room, np.int64)
        self._layout: Layout | None = None  # the layout for which `_watched` is made
        self._read = 0  # how many steps were returned by `new_in`

    def arrays(self, store: Store) -> tuple[Any, Any, Any]:
        """The arrays for the kernel: the steps, their hash slots, and the bits of the watchers."""
        if self._layout is not store.layout:
            self._watched, self._layout = store.layout.bits(self._watchers), store.layout
        return self._steps, self._slots, self._watched

    def grow(self, store: Store) -> None:
        """Make room for more steps."""
        steps = np.concatenate([self._steps, np.zeros_like(self._steps)])
        slots = np.zeros(2 * len(steps), np.int64)
        known, nodes = int(store.cursor[NOTED]), self._watchers.start
        kernel.rebuild_notes(store.states, steps, known, slots, store.layout.fields, nodes)
        # One statement without a call, so that no interrupt separates the two assignments.
        self._steps, self._slots = steps, slots

    def rows(self, begin: int, end: int) -> Any:
        """Return some of the steps, as an array that `restore` takes."""
        return self._steps[begin:end]

    def restore(self, steps: Any) -> None:
        """Add steps that were noted before; until `grow` is called, no step can be noted."""
        room = max(FIRST_ROOM, 1 << len(steps).bit_length())  # a power of two, as `grow` needs
        self._steps = np.zeros((room, 3), np.int64)
        self._steps[: len(steps)] = steps

    def new_in(self, store: Store, *, whole: bool) -> list[NotedStep]:
        """Return the steps that were noted since the last call.

        In an incomplete level, the last transition is left out: the state after it may be missing.
        """
        until = int(store.cursor[TRANSITIONS]) - (not whole)
        steps = self._steps[self._read : int(store.cursor[NOTED])]
        steps = steps[: np.searchsorted(steps[:, 1], until, side="right")]
        self._read += len(steps)
        observations = store.layout.numbers_of(self._watchers, store.states[steps[:, 0]])
        found = []
        for (state, _, change), before in zip(steps.tolist(), observations.tolist()):
            after = list(before)
            if change:
                watcher, number = divmod(change, MAX_NUMBERS)
                after[watcher - self._watchers.start] = number
            found.append(NotedStep(state, before, after))
        return found
