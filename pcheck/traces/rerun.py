"""A trace taken again by actors that have their own way to do that, such as hosted objects."""

from __future__ import annotations

from typing import Any

from pcheck.language.model import Model
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.node import Row
from pcheck.semantics.trace import Trace


def rerun(model: Model[Any], trace: Trace[Any]) -> None:
    """Let the actors take the steps of a trace in their own way; a difference raises SpecError.

    Each actor gets the steps of its own node.
    """
    if not isinstance(model, ClusterModel):
        return
    first = {node.me: config.actor for node, config in zip(model.nodes, trace.states[0].nodes)}
    own = [name for name, actor in first.items() if hasattr(actor, "__pcheck_rerun__")]
    if not own:
        return
    rows: dict[str, list[Row]] = {name: [] for name in own}
    for state, label in zip(trace.states, trace.labels):
        node, row = model.row_of(state, label)
        if node in rows:
            rows[node].append(row)
    for name in own:
        first[name].__pcheck_rerun__(rows[name])
