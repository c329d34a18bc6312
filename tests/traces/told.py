"""All that is said of the shortest runs, as a value that can be compared."""

from __future__ import annotations

from typing import NamedTuple

from pcheck.traces.readable import most_readable
from pcheck.traces.shortest import Shortest


class Told(NamedTuple):
    """The number of shortest runs, and the labels of the most readable one."""

    runs: int
    up_to_renaming: int | None
    labels: tuple[str, ...]


def told(found: Shortest | None) -> Told | None:
    if found is None:
        return None
    return Told(found.count, found.up_to_renaming, most_readable(found).labels)
