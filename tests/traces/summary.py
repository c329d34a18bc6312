"""Everything that is known of the shortest traces, as a value that tests can compare."""

from __future__ import annotations

from typing import NamedTuple

from pcheck.traces.readable import most_readable
from pcheck.traces.shortest import ShortestTraces


class Summary(NamedTuple):
    """The number of shortest traces, and the labels of the most readable one."""

    number: int
    up_to_renaming: int | None
    labels: tuple[str, ...]


def summary_of(found: ShortestTraces | None) -> Summary | None:
    if found is None:
        return None
    return Summary(found.count, found.up_to_renaming, most_readable(found).labels)
