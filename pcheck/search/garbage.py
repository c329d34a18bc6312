"""Python's search for unreachable cycles of objects, disabled while none can be worth its time."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Disable the cyclic garbage collector during work that makes many objects and no cycles.

    A search would take a tenth longer, and the report of a long trace half as long again.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
