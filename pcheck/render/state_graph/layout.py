"""The places of states in a picture of a state graph: a row for each depth, and few crossings.

A step leads at most one row down, since the graph is explored breadth first. So all that is left is
the order within each row. Two old rules are good enough for that: stand at the mean of those that
one is joined to, row by row, down and up again; and change places with a neighbour while that
uncrosses lines (Sugiyama, Tagawa and Toda 1981; Gansner and others 1993).
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx as nx

SWEEPS, MOST_SWAPS = 12, 8
Rows = list[list[str]]
Links = Mapping[str, Sequence[str]]  # to those in the next row, or in the one before


def rows(graph: nx.MultiDiGraph[str]) -> Rows:
    """Return the states of each depth, from left to right."""
    depth: Mapping[str, int] = {state: about["depth"] for state, about in graph.nodes.items()}
    down: dict[str, list[str]] = {state: [] for state in graph}
    up: dict[str, list[str]] = {state: [] for state in graph}
    for before, after in graph.edges():
        if depth[after] == depth[before] + 1:
            down[before].append(after)
            up[after].append(before)
    now = [[s for s in graph if depth[s] == d] for d in range(max(depth.values()) + 1)]
    best, least = now, crossings(now, down)
    for _ in range(SWEEPS):
        now = _swept(_swept(now, up)[::-1], down)[::-1]
        now = _swapped(now, up, down)
        if (crossed := crossings(now, down)) < least:
            best, least = now, crossed
    return best


def columns(graph: nx.MultiDiGraph[str], rows: Rows) -> dict[str, float]:
    """Return how far each state is from the left, in widths of a state.

    A state is as near to the states that it is joined to as the order within its row allows.
    """
    near = {state: [*graph.predecessors(state), *graph.successors(state)] for state in graph}
    place = _centred(rows)
    for _ in range(SWEEPS):
        for row in rows:
            wanted = [_mean([place[each] for each in near[state]], place[state]) for state in row]
            place |= zip(row, apart(wanted))
    least = min(place.values())
    return {state: at - least for state, at in place.items()}


def apart(wanted: Sequence[float]) -> list[float]:
    """Return places as near to these as can be (by least squares), each at least 1 from the last.

    So those that would come too near form a block, and a block stands where its mean wants to be.
    """
    blocks: list[tuple[float, int]] = []  # where it begins, and how many are in it
    for want in wanted:
        start, size = want, 1
        while blocks and blocks[-1][0] + blocks[-1][1] > start:
            before, others = blocks.pop()
            start = (before * others + (start - others) * size) / (others + size)
            size += others
        blocks.append((start, size))
    return [start + at for start, size in blocks for at in range(size)]


def crossings(rows: Rows, down: Links) -> int:
    """Return how often two lines between neighbouring rows cross."""
    found = 0
    for above, below in pairwise(rows):
        place = {state: at for at, state in enumerate(below)}
        ends: list[int] = []  # of the lines further left, in order
        for state in above:
            its = [place[other] for other in down[state]]
            found += sum(len(ends) - bisect_right(ends, end) for end in its)
            for end in its:
                insort(ends, end)
    return found


def _crossed(left: Sequence[int], right: Sequence[int]) -> int:
    """The lines of two neighbours, by where they end: each pair that ends the other way round."""
    return sum(one > other for one in left for other in right)


def _swept(rows: Rows, links: Links) -> Rows:
    """Each row after the first put in the order of the means of those linked above it."""
    done = [rows[0]]
    for row in rows[1:]:
        above, own = _centred([done[-1]]), _centred([row])
        means = {state: _mean([above[each] for each in links[state]], own[state]) for state in row}
        done.append(sorted(row, key=means.__getitem__))
    return done


def _swapped(rows: Rows, up: Links, down: Links) -> Rows:
    """Neighbours change places while fewer lines cross then."""
    now = [list(row) for row in rows]
    for _ in range(MOST_SWAPS):
        place = {state: at for row in now for at, state in enumerate(row)}
        ends = {s: ([place[o] for o in up[s]], [place[o] for o in down[s]]) for s in place}
        swaps = 0
        for row in now:
            for at in range(len(row) - 1):
                one, other = ends[row[at]], ends[row[at + 1]]
                if sum(map(_crossed, one, other)) > sum(map(_crossed, other, one)):
                    row[at], row[at + 1] = row[at + 1], row[at]
                    swaps += 1
        if not swaps:
            break
    return now


def _centred(rows: Rows) -> dict[str, float]:
    return {state: at - (len(row) - 1) / 2 for row in rows for at, state in enumerate(row)}


def _mean(places: Sequence[float], otherwise: float) -> float:
    return sum(places) / len(places) if places else otherwise
