"""Cover: drop a state if another one differs only in more undelivered messages or fewer crashes.

Theorem. Let a state lie *below* another one, the upper state, if

- each node is in the same local state in both,
- the observation is the same,
- the lower state has spent no fewer crashes, and
- every message undelivered to a node in the lower state, copy by copy, is undelivered to the same
  node in the upper state, too.

Whatever can happen in the lower state can happen in the upper state, and leads to a state that lies
below the corresponding one again: on every network but `fifo`, an undelivered message never
prevents a step, and the crash budget only forbids steps. So every observation that is reachable
from the lower state is reachable from the upper state in as many steps, and the lower state may be
dropped. (States with such an order form a well-structured transition system; its coverability is
decided by dropping what is covered.)

Cover is sound together with the other reductions. They give each state successors that reach every
observation that the state itself can reach, in no more steps. By induction on the number of steps
that are left to an observation, dropping states does not invalidate the other reductions, and the
other reductions do not invalidate dropping states.

Changes. The corresponding step of the upper state has the same node, local states and messages, and
both states have the same observation. So both steps change the observation alike, and a change that
is reachable from the lower state is reachable from the upper state in as many steps. The search by
ranks judges each step that it takes, also a step to a state that it drops later. But an unseen step
of the lower state may change nothing at all in the upper state, for example if it only sends a
message that is already undelivered there. Then it is not a step (see `unseen_steps`).

Dropping does not preserve the number of steps that lead *to* a state, because the upper state may
be further away from the initial state. So a search with cover can only prove properties. If such a
search finds that a property is decided, the search by steps continues instead.

The search must find the upper state before it expands the lower one, so it goes by ranks. Each
local state has a rank, which no step of its node lowers: its place in the closed table, where all
local states on a cycle have the same place. A step costs the increase of the rank, and at least 1.
So, apart from steps that keep the rank, a level contains all states whose ranks have the same sum,
including those that lie below each other, before any of them is expanded.

The ranks decide only how many states are dropped. A state is dropped before it is expanded, and
only if the upper state is in the same level, to be expanded after it. So a local state that is in
no table needs no rank: its steps, and those that lead to it, cost 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pcheck.search.reductions.local_tables import Local, Successors

Ranks = Sequence[Mapping[Local, int]]


def rank_local_states(successors: Successors) -> Ranks:
    """Return the ranks of the local states, for each node."""
    return [_rank(after) for after in successors]


def _rank(after: Mapping[Local, Sequence[Local]]) -> dict[Local, int]:
    import networkx as nx  # loads slowly, and most searches do not need it

    graph: Any = nx.condensation(nx.DiGraph(dict(after)))  # type: ignore[arg-type]
    return {
        local: rank
        for rank, cycles in enumerate(nx.topological_generations(graph))
        for cycle in cycles
        for local in graph.nodes[cycle]["members"]
    }
