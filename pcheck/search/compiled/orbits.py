"""The tables with which the kernel finds the representative of a state among its renamings.

For each configuration of each machine, there is one view for each interchangeable name: a number
that describes how the name occurs in the configuration and that no renaming changes. There is also
one image for each swap of neighbouring names. Both are filled in when the kernel first needs them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from functools import cache
from typing import Any

import numpy as np

from pcheck.search.compiled import kernel
from pcheck.search.compiled.kernel import MISSING
from pcheck.search.compiled.layout import Layout
from pcheck.search.compiled.machines import Machines
from pcheck.search.reductions.views import Views

INITIAL_ROOM = 16  # configurations of a machine
_ONE = np.uint64(1)
Fill = Callable[[int, Any], None]


class Orbits:
    """The views and images of all configurations: each machine has a range of rows."""

    def __init__(self, views: Views | None, machines: Machines, fill: Fill) -> None:
        """Prepare the tables. `fill` fills in what a cursor says is missing."""
        self._views, self._machines, self._fill = views, machines, fill
        self.symmetry = symmetry = views.symmetry if views is not None else None
        names = symmetry.names if symmetry is not None else ()
        swaps = symmetry.swaps if symmetry is not None else []
        # for each machine but the budget, in which no name occurs
        self._room = [INITIAL_ROOM if names else 0] * machines.budget
        self.first_row = _first_rows(self._room)
        self.views = np.zeros((sum(self._room), len(names)), np.uint64)
        self.images = np.full((sum(self._room), len(swaps)), MISSING, np.int32)
        ends = {block[-1] for block in symmetry.blocks} if symmetry is not None else set()
        # for each name the swap with its right neighbour, or -1
        swap = iter(range(len(swaps)))
        self.swap_after = np.array([-1 if n in ends else next(swap) for n in names], np.int64)
        nodes = len(machines.nodes)
        targets = symmetry.targets if symmetry is not None else []
        self.targets = np.array(
            [[*each, *(nodes + i for i in each)] for each in targets], np.int64
        ).reshape(len(swaps), machines.budget if swaps else 0)
        self.scratch = np.zeros((kernel.MAX_TIED_RENAMINGS + 2, machines.budget), np.int64)
        self.sums = np.zeros(len(names), np.uint64)

    @property
    def arrays(self) -> tuple[Any, ...]:
        """The arrays for the kernel, with a row for each number when `make_room` was called."""
        return (
            self.first_row, self.views, self.images, self.swap_after, self.targets, self.scratch,
            self.sums,
        )  # fmt: skip

    def _arrays_of(self, machines: range, times: int) -> tuple[Any, ...]:
        """Return the arrays for vectors that hold only these machines, `times` in a row."""
        self.make_room(self._machines.sizes())
        part, count = slice(machines.start, machines.stop), len(machines)
        targets = self.targets[:, part] - machines.start
        return (
            np.tile(self.first_row[part], times), self.views, self.images, self.swap_after,
            np.hstack([targets + nth * count for nth in range(times)]),
            np.zeros((len(self.scratch), times * count), np.int64), self.sums,
        )  # fmt: skip

    def of_watchers(self, fill: Fill) -> Orbits:
        """Return a copy that knows only the views and images of the watchers."""
        other = copy(self)
        other._fill, other._room = fill, list(self._room)
        other.views, other.images = self.views.copy(), self.images.copy()
        nodes = int(self.first_row[len(self._machines.nodes)])
        other.views[:nodes], other.images[:nodes] = 0, MISSING
        return other

    def forget(self) -> None:
        """Forget all views and images, because representatives are other ones from now on."""
        self.views[:], self.images[:] = 0, MISSING

    def fill_views(self, machine: int, number: int) -> None:
        """Fill in the views of a watcher, or of a node that is not composed."""
        assert self._views is not None
        i, item = self._machines.numbered(machine, number)
        if machine < len(self._machines.nodes):
            local = self._machines.nodes[i].node.local(item)
            numbers = [self._views.of_node(i, each) for each in (local, item)]
        else:
            numbers = [self._views.of_observation(i, item)] * 2
        of_local, of_whole = (np.array(each, np.uint64) + _ONE for each in numbers)
        self.views[self._row(machine, number)] = kernel.views_of(of_local, of_whole)

    def fill_image(self, machine: int, number: int, swap: int) -> None:
        """Fill in an image of a watcher, or of a node that is not composed."""
        assert self.symmetry is not None
        machines, target = self._machines, int(self.targets[swap, machine])
        i, item = machines.numbered(machine, number)
        if machine < len(machines.nodes):
            image = machines.number_of(target, self.symmetry.config(swap, i, item))
        else:
            image = machines.number_of(target, self.symmetry.observation(swap, item))
        row = self._row(machine, number)
        self.images[row, swap] = image

    def canonical(self, vectors: list[list[int]], machines: range) -> list[list[int]]:
        """Return the canonical vector of each vector's orbit, restricted to `machines`.

        A vector may hold the machines several times in a row: a renaming then acts on each part. No
        renaming may take one of these machines to a machine outside `machines`. An orbit of
        many tied renamings may have several canonical vectors (see `kernel.MAX_TIED_RENAMINGS`).
        """
        if self.symmetry is None or not vectors:
            return vectors
        times = len(vectors[0]) // len(machines)
        wide = _wide_layout(times * len(machines))
        packed, hashes = wide.pack(vectors), np.zeros(len(vectors), np.uint64)
        cursor = np.zeros(kernel.CURSOR_SIZE, np.int64)
        cursor[kernel.PENDING] = len(vectors)
        while status := kernel.canonise(
            packed, hashes, wide.fields, self._arrays_of(machines, times), cursor
        ):
            cursor[kernel.MISSED] = machines[cursor[kernel.MISSED] % len(machines)]
            self._fill(status, cursor)
        found: list[list[int]] = wide.unpack(packed)
        return found

    def are_equivalent(self, vector: list[int], other: list[int]) -> bool:
        """Return whether two vectors are renamings of each other, by a search of the whole orbit.

        `canonical` may differ for equivalent vectors.
        """
        known, todo = {tuple(vector)}, [vector]
        for renamed in todo:  # the loop appends to the list
            if renamed == other:
                return True
            for swap in range(len(self.targets)):
                image = list(renamed)
                for machine, target in enumerate(self.targets[swap]):
                    image[target] = self._image(machine, renamed[machine], swap)
                if tuple(image) not in known:
                    known.add(tuple(image))
                    todo.append(image)
        return False

    def look_alike(self, vector: list[int], other: list[int]) -> bool:
        """Return whether the names have the same views in both vectors.

        They have if the vectors are equivalent, and this test is much faster.
        """
        return self._views_of(vector) == self._views_of(other)

    def _views_of(self, vector: list[int]) -> list[list[int]]:
        """Return the sums of the views of all names, sorted in each block: no renaming changes it.

        The last machine of a vector, the crash budget, has no views.
        """
        if self.symmetry is None:
            return []
        numbers = list(enumerate(vector[: self._machines.budget]))
        for machine, number in numbers:
            if self.views[self._row(machine, number), 0] == 0:
                self._fill_missed(kernel.VIEWS, machine, number)
        rows = [self._row(machine, number) for machine, number in numbers]
        sums, found = iter(self.views[rows].sum(axis=0, dtype=np.uint64).tolist()), []
        for block in self.symmetry.blocks:
            found.append(sorted(next(sums) for _ in block))
        return found

    def _image(self, machine: int, number: int, swap: int) -> int:
        """Return the number of a configuration's image under a swap."""
        row = self._row(machine, number)
        if self.images[row, swap] == MISSING:
            self._fill_missed(kernel.IMAGE, machine, number, swap)
            row = self._row(machine, number)  # rows may have moved
        return int(self.images[row, swap])

    def _fill_missed(self, status: int, machine: int, number: int, swap: int = 0) -> None:
        cursor = np.zeros(kernel.CURSOR_SIZE, np.int64)
        cursor[kernel.MISSED], cursor[kernel.MISSED_AT] = machine, number
        cursor[kernel.MISSED_BUNDLE] = swap
        self._fill(status, cursor)

    def make_room(self, sizes: Sequence[int]) -> None:
        """Grow the arrays if a machine has more numbers than rows."""
        if self.symmetry is None:
            return
        for machine, room in enumerate(self._room):
            if sizes[machine] > room:
                self._grow(machine, sizes[machine])

    def _row(self, machine: int, number: int) -> int:
        """Return the row of a configuration; may replace the arrays to make room for the row."""
        if number >= self._room[machine]:
            self.make_room(self._machines.sizes())
        return int(self.first_row[machine]) + number

    def _grow(self, machine: int, size: int) -> None:
        """Give a machine at least `size` rows; the rows of the machines after it move."""
        old_first, rooms = self.first_row, list(self._room)
        rooms[machine] = max(2 * rooms[machine], size)
        first = _first_rows(rooms)
        views = np.zeros((sum(rooms), self.views.shape[1]), np.uint64)
        images = np.full((sum(rooms), self.images.shape[1]), MISSING, np.int32)
        for each, room in enumerate(self._room):
            rows, start = slice(old_first[each], old_first[each] + room), int(first[each])
            views[start : start + room] = self.views[rows]
            images[start : start + room] = self.images[rows]
        # A single statement without a call, so that no interrupt or lack of memory comes between.
        self._room, self.first_row, self.views, self.images = rooms, first, views, images


@cache
def _wide_layout(machines: int) -> Layout:
    return Layout([1 << 32] * machines)


def _first_rows(rooms: list[int]) -> Any:
    return np.cumsum([0, *rooms[:-1]]).astype(np.int64)
