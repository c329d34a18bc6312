"""Where a search gives up: where it is told to, and without that before the machine does."""

from __future__ import annotations

import re

import psutil

from pcheck.errors import UsageError
from pcheck.search.limits import Limits

UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


def limits(
    states: int | None = None, seconds: float | None = None, memory: str | None = None
) -> Limits:
    return Limits(states, seconds, _bytes(memory) if memory is not None else _spare_memory())


def _bytes(text: str) -> int:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)I?B?", text.strip().upper())
    if found is None or float(found[1]) == 0:
        raise UsageError(f"--max-memory {text!r} is no size: write 500M or 2G, for example")
    return int(float(found[1]) * UNITS[found[2]])


def _spare_memory() -> int:
    """What the process holds, and most of what is free."""
    process = psutil.Process().memory_info().rss
    return int(process + 0.9 * psutil.virtual_memory().available)
