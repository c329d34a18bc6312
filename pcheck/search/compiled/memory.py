"""The memory of large arrays.

The system hands out memory when it is first used. On Linux it does so in large pages here, which
takes a fraction of the time, and an array can have addresses for much more than it holds.
"""

from __future__ import annotations

import math
import mmap
from typing import Any

import numpy as np
import psutil

_FLAGS = 0x4022  # on Linux: private, not of a file, without a reserve of memory
MOST_ENTRIES = 1 << 32  # of an array with a reserve


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
