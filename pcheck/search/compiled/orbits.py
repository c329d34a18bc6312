"""The tables by which the kernel finds the state that stands for all of its renamings.

For each configuration of each machine: what each interchangeable name sees of it, as a number that
no renaming changes, and its image under each swap of neighbours. Filled in when first asked for.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pcheck.search.compiled import kernel
from pcheck.search.compiled.kernel import MISSING
from pcheck.search.compiled.machines import Machines
from pcheck.search.compiled.store import Layout
from pcheck.search.reductions.symmetry import Symmetry
from pcheck.search.reductions.views import Views

ROOM = 16
_ONE = np.uint64(1)
# What is seen of local states comes first in a sum, and then what is seen of all that waits: so
# states that differ only in what waits get the same order of names. Carries have 8 bits between.
_ROUGH, _FINE = np.uint64(0xFFFFFFFF00000000), np.uint64(40)


class Orbits:
    """Each machine has a stretch of rows, one for each of its configurations."""

    def __init__(self, symmetry: Symmetry | None, machines: Machines) -> None:
        self.symmetry, self._machines = symmetry, machines
        self._views = Views(symmetry) if symmetry is not None else None
        names = symmetry.names if symmetry is not None else ()
        swaps = symmetry.swaps if symmetry is not None else []
        self._room = [ROOM if names else 0] * machines.budget  # which has no names in it itself
        self.first = self._starts()
        self.views = np.zeros((sum(self._room), len(names)), np.uint64)
        self.images = np.full((sum(self._room), len(swaps)), MISSING, np.int32)
        ends = {block[-1] for block in symmetry.blocks} if symmetry is not None else set()
        swap = iter(range(len(swaps)))
        self.swap_after = np.array([-1 if n in ends else next(swap) for n in names], np.int64)
        nodes = len(machines.nodes)
        targets = symmetry.targets if symmetry is not None else []
        self.targets = np.array(
            [[*each, *(nodes + i for i in each)] for each in targets], np.int64
        ).reshape(len(swaps), machines.budget if swaps else 0)
        self.scratch = np.zeros((kernel.MOST_TIED + 2, machines.budget), np.int64)
        self.sums = np.zeros(len(names), np.uint64)

    @property
    def arrays(self) -> tuple[Any, ...]:
        """What the kernel is given: with a row for each number that was handed out by now."""
        self._make_room()
        return (
            self.first, self.views, self.images, self.swap_after, self.targets, self.scratch,
            self.sums,
        )  # fmt: skip

    def _of(self, machines: range) -> tuple[Any, ...]:
        """What the kernel is given where a vector has these machines alone."""
        self._make_room()
        some, start = slice(machines.start, machines.stop), machines.start
        return (
            self.first[some], self.views, self.images, self.swap_after,
            self.targets[:, some] - start, np.zeros_like(self.scratch[:, some]), self.sums,
        )  # fmt: skip

    def _fill_views(self, machine: int, number: int) -> None:
        assert self._views is not None
        i, thing = self._machines.thing(machine, number)
        if machine < len(self._machines.nodes):
            local = self._machines.nodes[i].node.local(thing)
            first, then = (self._views.of_node(i, each) for each in (local, thing))
        else:
            first = then = self._views.of_sight(i, thing)
        rough, fine = (kernel.mixed(np.array(each, np.uint64) + _ONE) for each in (first, then))
        row = self._row(machine, number)
        self.views[row] = rough & _ROUGH | fine >> _FINE | _ONE

    def _fill_image(self, machine: int, number: int, swap: int) -> None:
        assert self.symmetry is not None
        i, thing = self._machines.thing(machine, number)
        target = int(self.targets[swap, machine])
        if machine < len(self._machines.nodes):
            image = self._machines.number_of(target, self.symmetry.config(swap, i, thing))
        else:
            image = self._machines.number_of(target, self.symmetry.observation(swap, thing))
        row = self._row(machine, number)
        self.images[row, swap] = image

    def canonical(self, vectors: list[list[int]], machines: range) -> list[list[int]]:
        """Of each vector of the numbers of these machines, what stands for all its renamings.

        So long as no machine is renamed into one that is not among them.
        """
        if self.symmetry is None or not vectors:
            return vectors
        wide = Layout([32] * len(machines))
        packed, hashes = wide.pack(vectors), np.zeros(len(vectors), np.uint64)
        cursor = np.zeros(kernel.CURSOR_SIZE, np.int64)
        cursor[kernel.PENDING] = len(vectors)
        while why := kernel.canonise(packed, hashes, wide.fields, self._of(machines), cursor):
            cursor[kernel.MISSED] += machines.start
            self.fill(why, cursor)
        found: list[list[int]] = wide.unpack(packed)
        return found

    def are_equivalent(self, one: list[int], other: list[int]) -> bool:
        """Whether two vectors are renamings of each other: `least` may have given up looking."""
        known, todo = {tuple(one)}, [one]
        for vector in todo:  # which grows
            if vector == other:
                return True
            for swap in range(len(self.images[0]) if self.symmetry is not None else 0):
                image = list(vector)
                for machine, target in enumerate(self.targets[swap]):
                    image[target] = self._image(machine, vector[machine], swap)
                if tuple(image) not in known:
                    known.add(tuple(image))
                    todo.append(image)
        return False

    def _image(self, machine: int, number: int, swap: int) -> int:
        row = self._row(machine, number)
        if self.images[row, swap] == MISSING:
            self._fill_image(machine, number, swap)
            row = self._row(machine, number)  # others have grown since
        return int(self.images[row, swap])

    def fill(self, why: int, cursor: Any) -> None:
        """What the kernel missed. Whose views are asked for is soon asked for his images."""
        machine, number = int(cursor[kernel.MISSED]), int(cursor[kernel.MISSED_AT])
        if why == kernel.VIEWS:
            self._fill_views(machine, number)
            for swap in range(len(self.targets)):
                self._image(machine, number, swap)
        else:
            self._fill_image(machine, number, int(cursor[kernel.MISSED_BUNDLE]))

    def _make_room(self) -> None:
        """Grows the arrays, where a machine has more numbers than they have rows."""
        for machine, size in enumerate(self._machines.sizes()[: len(self._room)]):
            if self.symmetry is not None and size > self._room[machine]:
                self._grow(machine, size)

    def _row(self, machine: int, number: int) -> int:
        """The row of a configuration, for which there is room afterwards: take the arrays then."""
        if number >= self._room[machine]:
            self._make_room()
        return int(self.first[machine]) + number

    def _grow(self, machine: int, size: int) -> None:
        old, rooms = self.first, list(self._room)
        self._room[machine] = max(2 * rooms[machine], size)
        self.first = self._starts()
        views = np.zeros((sum(self._room), self.views.shape[1]), np.uint64)
        images = np.full((sum(self._room), self.images.shape[1]), MISSING, np.int32)
        for each, room in enumerate(rooms):
            at, start = slice(old[each], old[each] + room), int(self.first[each])
            views[start : start + room] = self.views[at]
            images[start : start + room] = self.images[at]
        self.views, self.images = views, images

    def _starts(self) -> Any:
        return np.cumsum([0, *self._room[:-1]]).astype(np.int64)
