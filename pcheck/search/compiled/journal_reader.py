"""The levels of one search that an earlier run of pcheck wrote."""

from __future__ import annotations

from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from pcheck.search.checkpoint import Part, Record
from pcheck.search.compiled.kernel import (
    CURSOR_SIZE,
    JOURNALED,
    PENDING,
    REPEATED,
    TAIL,
)
from pcheck.search.compiled.layout import Layout
from pcheck.search.compiled.noted_steps import NotedSteps
from pcheck.search.compiled.store import Store

STATES_AT_ONCE = 1 << 20
FILES = "states", "entries", "dropped", "steps"
ROW = 3 * 8  # bytes of an entry, and of a noted step


class Place(NamedTuple):
    """A place in a level: the cost of the rows that are taken, and whether slices are expanded."""

    cost: int
    is_sliced: bool


class Search(Protocol):
    """A search that takes the levels."""

    store: Store

    def make_room(self) -> None: ...

    def repeat(self, entries: Any) -> None: ...


class JournalReader:
    """The levels of a record, of which each is taken once, in their order."""

    def __init__(self, folder: Path, nth: int, record: Record) -> None:
        self._levels, self._mark = record["levels"], record["mark"]
        self._states, self._layouts = int(record["states"]), record["layouts"]
        self._files = {
            name.partition(".")[2]: (folder / name, Part(*part))
            for name, part in record["files"].items()
        }
        self._farthest = int(record["farthest"])  # distance of a state to its parent
        self._taken = 0  # levels
        self._cursor, self.sizes = list[int](), list[int]()  # at the end of the last one
        self._entries = self._dropped = self._dropped_before = 0
        self.dropped: int | None = None  # states of the level that was taken last
        self._is_ready, self._has_steps = True, False

    @property
    def has_more(self) -> bool:
        """True if there is a level, or a part of one, that is not taken yet."""
        if self._taken < len(self._levels):
            return True
        is_partial = self._mark is not None and self._mark["place"] is not None
        return is_partial and self._taken == len(self._levels)

    def take_entries(self, search: Search, noted: NotedSteps) -> Place | None:
        """Let a search fill in the entries of the next level; return where it goes on, or None."""
        if self._taken == 0:
            self._take_steps(noted)
        nth, self._taken = self._taken, self._taken + 1
        is_whole = nth < len(self._levels)
        if is_whole:
            *found, entries, self._dropped = self._levels[nth]
            self._cursor, self.sizes = found[:CURSOR_SIZE], found[CURSOR_SIZE:]
        else:
            self._cursor, self.sizes = self._mark["cursor"], self._mark["sizes"]
            entries, self._dropped = self._mark["entries"], self._dropped_before
        search.repeat(self._rows("entries", self._entries, entries, np.int64, 3))
        self._entries = entries
        return None if is_whole else Place(*self._mark["place"])

    def take_states(self, search: Search) -> None:
        """Let a search take the states of the level whose entries it filled in."""
        search.make_room()
        store = search.store
        self._take_states(store, self._cursor[TAIL])
        store.cursor[:] = self._cursor
        store.cursor[JOURNALED] = store.cursor[REPEATED] = 0
        if self._taken > len(self._levels):
            self._take_buffer(store)
            return
        rows = self._rows("dropped", self._dropped_before, self._dropped, np.int64)
        store.drop(rows)
        self.dropped, self._dropped_before = len(rows), self._dropped

    def prepare(self, store: Store, noted: NotedSteps) -> None:
        """Prepare what only a search needs that expands states."""
        self.dropped = None
        if self._is_ready:
            return
        self._is_ready = True
        store.index(1)
        if self._has_steps:
            noted.grow(store)

    def _rows(self, kind: str, begin: int, end: int, dtype: Any, *shape: int) -> Any:
        """Return some rows of a file of numbers."""
        path, _ = self._files[kind]
        size = int(np.prod(shape, dtype=np.int64))
        if begin == end:  # the file may not exist
            return np.zeros((0, *shape), dtype)
        offset = begin * size * np.dtype(dtype).itemsize
        return np.fromfile(path, dtype, (end - begin) * size, offset=offset).reshape(-1, *shape)

    def _take_steps(self, noted: NotedSteps) -> None:
        """Take all noted steps; the cursor says how many count."""
        count = self._files["steps"][1].length // ROW
        self._has_steps = count > 0
        if self._has_steps:
            noted.restore(self._rows("steps", 0, count, np.int64, 3))

    def _take_states(self, store: Store, end: int) -> None:
        """Take the states up to one, with the distances to their parents."""
        store.make_room(self._states - len(store), self._states - self._farthest)
        first, offset = 0, 0  # the first state of these fields, and where it begins in the file
        for last, (sizes, distance) in self._layouts:
            layout = Layout(sizes, distance)
            begin, stop, size = max(first, len(store)), min(last, end), 8 * layout.words
            while begin < stop:
                count = min(STATES_AT_ONCE, stop - begin)
                at = offset + (begin - first) * size
                path = self._files["states"][0]
                vectors = np.fromfile(path, np.uint64, count * layout.words, offset=at)
                store.add_unindexed(vectors.reshape(count, -1), layout)
                self._is_ready, begin = False, begin + count
            first, offset = last, offset + (last - first) * size

    def _take_buffer(self, store: Store) -> None:
        """Take the successors that were not in the store yet."""
        layout, buffer = Layout(*self._mark["layout"]), self._mark["buffer"]
        count = int(store.cursor[PENDING])
        vectors, hashes, origins = (
            np.frombuffer(b64decode(each), dtype)
            for each, dtype in zip(buffer, (np.uint64, np.uint64, np.uint32))
        )
        store.put_again(vectors.reshape(count, layout.words), origins.reshape(count, 2), layout)
        store.hashes[:count] = hashes


def as_json(layout: Layout) -> list[Any]:
    """Return what a layout is made from, as JSON has it."""
    return [list(layout.sizes), layout.distance]


def packed(
    cursor: Any,
    entries: int,
    sizes: list[int],
    place: Place | None,
    layout: Layout,
    buffer: tuple[Any, ...],
) -> Record:
    """Return a mark as JSON has it."""
    return {
        "cursor": cursor.tolist(),
        "entries": entries,
        "sizes": sizes,
        "place": place,
        "layout": as_json(layout),
        "buffer": [b64encode(each.tobytes()).decode() for each in buffer],
    }
