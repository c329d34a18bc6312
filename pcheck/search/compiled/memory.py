"""The memory of large arrays.

The system hands out memory when it is first used. On Linux it does so in large pages here, which
takes a fraction of the time, and an array can have addresses for much more than it holds.
"""

from __future__ import annotations

import math
import mmap
import os
import tempfile
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from pcheck.search.limits import Stop

_FLAGS = 0x4022  # on Linux: private, not of a file, without a reserve of memory
MOST_ENTRIES = 1 << 32  # of an array with a reserve
ADDRESSES_OF_FILE = 1 << 38  # bytes
LEAST_OF_FILE = 1 << 26  # bytes by which a file grows


def zeros(count: int, dtype: Any, *shape: int, addresses: int = 0) -> Any:
    """Return an array of `count` entries that are 0, or of as many as it has addresses for.

    Only if the system allows it, the array has addresses for more than `count` entries.
    """
    size, most = np.dtype(dtype).itemsize * math.prod(shape), max(count, addresses)
    try:
        memory = mmap.mmap(-1, most * size, flags=_FLAGS)
        memory.madvise(mmap.MADV_HUGEPAGE)
    except (AttributeError, OSError, OverflowError, TypeError):  # not Linux, or too large
        return np.zeros((count, *shape), dtype)
    return np.frombuffer(memory, dtype).reshape(most, *shape)


def with_reserve(count: int, dtype: Any, *shape: int) -> Any:
    """Return an array of at least `count` entries that are 0, which need not be copied to grow."""
    size = np.dtype(dtype).itemsize * math.prod(shape)
    addresses = min(MOST_ENTRIES, psutil.virtual_memory().total // size)
    return zeros(count, dtype, *shape, addresses=addresses)


def longer(old: Any, used: int, count: int) -> Any:
    """Return a copy of the used entries, with room for `count` entries."""
    new = with_reserve(count, old.dtype, *old.shape[1:])
    new[:used] = old[:used]
    return new


class Room:
    """An array of words that grows: where the system allows it, without a copy."""

    growth = 2.0  # by which factor to grow

    def __init__(self, count: int) -> None:
        self.words: Any = np.zeros(count, np.uint64)

    def grow(self, count: int, used: int) -> None:
        """Make room for at least `count` words. Only the used ones keep their values."""
        if count > len(self.words):
            self.words = longer(self.words, used, count)


class RoomOnDisk(Room):
    """An array of words that is kept in a file as soon as it has to grow.

    The system keeps as much of the file in memory as there is room for. The file has no name, so
    that nothing of it is left when the process ends. Its room is taken before it is used: to write
    to memory without room on the disk would end the process.
    """

    growth = 1.25

    def __init__(self, count: int, folder: Path) -> None:
        super().__init__(count)
        self._folder = folder
        self._file: int | None = None
        self._whole: Any = None  # addresses for all that the file may hold

    def grow(self, count: int, used: int) -> None:
        if count <= len(self.words):
            return
        held = 8 * len(self.words) if self._file is not None else 0
        size = -(-max(8 * count, held + LEAST_OF_FILE) // mmap.PAGESIZE) * mmap.PAGESIZE
        try:
            if self._file is None:
                self._file = self._opened()
            os.posix_fallocate(self._file, held, size - held)
        except OSError as error:
            why = error.strerror or str(error)
            raise Stop(f"a lack of room in {self._folder} ({why})") from error
        if not held:
            self._whole[:used] = self.words[:used]
        self.words = self._whole[: size // 8]

    def _opened(self) -> int:
        """Return a new file, which is closed with this object."""
        file, path = tempfile.mkstemp(prefix="pcheck-", dir=self._folder)
        weakref.finalize(self, os.close, file)
        Path(path).unlink()
        os.ftruncate(file, ADDRESSES_OF_FILE)  # takes no room
        self._whole = np.frombuffer(mmap.mmap(file, ADDRESSES_OF_FILE), np.uint64)
        return file
