"""The state graph as networkx has it: nodes are states, edges carry labels."""

from __future__ import annotations

from typing import Any

import networkx as nx

from pcheck.errors import UsageError
from pcheck.model import Model


def state_graph(model: Model[Any], max_states: int = 10_000) -> nx.MultiDiGraph[Any]:
    """Every reachable state, with its `depth`, and every step, with its `label`."""
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph()
    frontier, depth = [model.initial()], 0
    graph.add_node(frontier[0], depth=0)
    while frontier:
        depth += 1
        new = []
        for state in frontier:
            for label, successor in model.steps(state):
                if successor not in graph:
                    if len(graph) >= max_states:
                        raise UsageError(
                            f"the state graph has more than {max_states:,} states: make the "
                            "cluster smaller, or raise max_states"
                        )
                    graph.add_node(successor, depth=depth)
                    new.append(successor)
                graph.add_edge(state, successor, label=label)
        frontier = new
    return graph
