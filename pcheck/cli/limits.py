"""The limit of memory: the size of `--max-memory`, or most of the free memory."""

from __future__ import annotations

import re

import psutil

from pcheck.errors import UsageError

UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


def memory_limit(text: str | None = None) -> int:
    """Return the limit of `--max-memory` in bytes, or without a size most of the free memory."""
    return _parse_size(text) if text is not None else _spare_memory()


def _parse_size(text: str) -> int:
    """Return a size such as `500M` in bytes, or raise UsageError."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)I?B?", text.strip().upper())
    if found is None or float(found[1]) == 0:
        raise UsageError(f"--max-memory must be a size, such as 500M or 2G, got {text!r}")
    return int(float(found[1]) * UNITS[found[2]])


def _spare_memory() -> int:
    """Return the memory of the process plus 90% of the free memory, in bytes."""
    process = psutil.Process().memory_info().rss
    return int(process + 0.9 * psutil.virtual_memory().available)
