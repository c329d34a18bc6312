"""Of two states that differ only in what waits, the one where more waits can do for both.

Theorem. Let a state lie *below* another if each node is in the same local state, the same can be
seen, no fewer crashes are spent, and all that waits for a node waits for it in the other, too.
Whatever can happen in the lower one can happen in the upper one, and leads to states of which the
same is true: what waits is never in the way, on every network but `fifo`, and the budget of crashes
only refuses. So all that can be seen from the lower one can be seen from the upper one, in as many
steps, and the lower one may be dropped. (States with an order like this are well-structured
transition systems; dropping what is covered is how their coverability is decided.)

With the other passes: these give each state successors that reach all that the state itself can
reach, in no more steps. By induction on the steps that are left to a sight, dropping does no harm
to them, nor they to it.

What is lost is the number of steps that lead *to* a state: the upper one may be further away. So
this search only proves. Where it meets a property that is decided, a search by steps goes on.

That the upper one is there in time hangs on the order of the search. Each local state has a rank,
which no step of its node makes less: its place in the closed table, where loops are taken for one.
A row costs by how much it raises the rank. So a level holds all states whose ranks have one sum,
the states below each other among them, before any of these is expanded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pcheck.search.reductions.closure import Local, Ways

Ranks = Sequence[Mapping[Local, int]]


def ranked(ways: Ways) -> Ranks:
    """For each node the rank of each of its local states."""
    return [_ranks(after) for after in ways]


def _ranks(after: Mapping[Local, Sequence[Local]]) -> dict[Local, int]:
    import networkx as nx  # takes a while, and most searches do without

    graph: Any = nx.condensation(nx.DiGraph(dict(after)))  # type: ignore[arg-type]
    return {
        local: rank
        for rank, loops in enumerate(nx.topological_generations(graph))
        for loop in loops
        for local in graph.nodes[loop]["members"]
    }
