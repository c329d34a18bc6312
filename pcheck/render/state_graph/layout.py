"""The places of states in a picture of a state graph: a row for each depth, and few crossings.

A step leads at most one row down, because the depth of a state is its distance from the initial
state. Only the order within each row must be chosen. Two known heuristics choose the order. The
first moves each state to the mean of its neighbours, row by row, down and up again. The second
swaps adjacent states while a swap reduces the crossings (Sugiyama, Tagawa and Toda 1981; Gansner
and others 1993).
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx as nx

SWEEPS, MAX_SWAP_ROUNDS = 12, 8
DepthRows = list[list[str]]
Links = Mapping[str, Sequence[str]]  # the neighbours of a state in one of the adjacent rows


def rows(graph: nx.MultiDiGraph[str]) -> DepthRows:
    """Return the states of each depth, ordered from left to right."""
    depth: Mapping[str, int] = {state: about["depth"] for state, about in graph.nodes.items()}
    down: dict[str, list[str]] = {state: [] for state in graph}
    up: dict[str, list[str]] = {state: [] for state in graph}
    for before, after in graph.edges():
        if depth[after] == depth[before] + 1:
            down[before].append(after)
            up[after].append(before)
    current = [[s for s in graph if depth[s] == d] for d in range(max(depth.values()) + 1)]
    best, fewest = current, count_crossings(current, down)
    for _ in range(SWEEPS):
        current = _swept(_swept(current, up)[::-1], down)[::-1]
        current = _swapped(current, up, down)
        if (crossings := count_crossings(current, down)) < fewest:
            best, fewest = current, crossings
    return best


def columns(graph: nx.MultiDiGraph[str], rows: DepthRows) -> dict[str, float]:
    """Return the column of each state; the leftmost column is 0, and columns may be fractions.

    Each state is as near to the mean of its neighbours as the order within its row allows.
    """
    neighbours = {state: [*graph.predecessors(state), *graph.successors(state)] for state in graph}
    place = _centred(rows)
    for _ in range(SWEEPS):
        for row in rows:
            wanted = [
                _mean([place[each] for each in neighbours[state]], place[state]) for state in row
            ]
            place |= zip(row, spaced_places(wanted))
    leftmost = min(place.values())
    return {state: at - leftmost for state, at in place.items()}


def spaced_places(wanted: Sequence[float]) -> list[float]:
    """Return places that are at least 1 apart, in order and nearest to the wanted places.

    The sum of squared distances is minimal. Places that would be too near to each other form a
    block, and the block is at the mean of what its places want.
    """
    blocks: list[tuple[float, int]] = []  # the first place of each block and its number of places
    for want in wanted:
        start, size = want, 1
        while blocks and blocks[-1][0] + blocks[-1][1] > start:
            before, others = blocks.pop()
            start = (before * others + (start - others) * size) / (others + size)
            size += others
        blocks.append((start, size))
    return [start + nth for start, size in blocks for nth in range(size)]


def count_crossings(rows: DepthRows, down: Links) -> int:
    """Return the number of crossings of lines between adjacent rows."""
    crossings = 0
    for above, below in pairwise(rows):
        place = {state: index for index, state in enumerate(below)}
        ends: list[int] = []  # the ends of the lines from states further left, in order
        for state in above:
            own_ends = [place[neighbour] for neighbour in down[state]]
            crossings += sum(len(ends) - bisect_right(ends, end) for end in own_ends)
            for end in own_ends:
                insort(ends, end)
    return crossings


def _count_crossed(left: Sequence[int], right: Sequence[int]) -> int:
    """Return the number of crossings of the lines of two adjacent states, given by their ends."""
    return sum(end > other_end for end in left for other_end in right)


def _swept(rows: DepthRows, links: Links) -> DepthRows:
    """Return the rows, each after the first ordered by the means of the neighbours above."""
    done = [rows[0]]
    for row in rows[1:]:
        above, own = _centred([done[-1]]), _centred([row])
        means = {state: _mean([above[each] for each in links[state]], own[state]) for state in row}
        done.append(sorted(row, key=means.__getitem__))
    return done


def _swapped(rows: DepthRows, up: Links, down: Links) -> DepthRows:
    """Return the rows after swaps of adjacent states that reduce the crossings."""
    swapped = [list(row) for row in rows]
    for _ in range(MAX_SWAP_ROUNDS):
        place = {state: index for row in swapped for index, state in enumerate(row)}
        ends = {s: ([place[n] for n in up[s]], [place[n] for n in down[s]]) for s in place}
        swaps = 0
        for row in swapped:
            for at in range(len(row) - 1):
                left, right = ends[row[at]], ends[row[at + 1]]
                now, after_swap = (
                    sum(map(_count_crossed, *pair)) for pair in ((left, right), (right, left))
                )
                if now > after_swap:
                    row[at], row[at + 1] = row[at + 1], row[at]
                    swaps += 1
        if not swaps:
            break
    return swapped


def _centred(rows: DepthRows) -> dict[str, float]:
    """Return the place of each state if every row is centred at 0."""
    return {state: at - (len(row) - 1) / 2 for row in rows for at, state in enumerate(row)}


def _mean(places: Sequence[float], default: float) -> float:
    return sum(places) / len(places) if places else default
