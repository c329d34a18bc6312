"""The states in which the nodes of a run begin: the first ones, or those of a run in progress.

If the first event of a node gives its state, and this is not the initial one, the log begins in
mid-run: the node begins in this state.
"""

from __future__ import annotations

from collections.abc import Sequence

from pcheck.audit.logs import Log, NodeLog
from pcheck.audit.options import Options
from pcheck.audit.values import made
from pcheck.errors import UsageError
from pcheck.language.reading import shown_fields
from pcheck.loading.expressions import Names, fits, written_hint
from pcheck.semantics.node import Config


def starts_of(
    options: Options, names: Names, log: Log, nodes: Sequence[NodeLog]
) -> tuple[list[Config], frozenset[int], bool]:
    """Return the state in which each node begins, and the nodes that begin in mid-run.

    The third result is whether the log gives only a part of such a state.
    """
    starts, later, is_partial = [], set(), False
    for i, own in enumerate(nodes):
        start = options.model.nodes[i].first
        event = log.event(own.events[0]) if own.events else None
        if event is not None and event.kind == "state":
            try:
                if not options.is_in_state(i, event, start):
                    start = _given(options, i, dict(event.state or {}), names)
                    later.add(i)
                    is_partial |= set(event.state or ()) < set(shown_fields(start.actor))
            except UsageError as error:
                raise UsageError(f"{log.place(own, 0)}: {error}") from None
        starts.append(start)
    return starts, frozenset(later), is_partial


def _given(options: Options, i: int, state: dict[str, object], names: Names) -> Config:
    node = options.model.nodes[i]
    kind, values = type(node.first.actor), {}
    for name, logged in state.items():
        is_plain = type(getattr(node.first.actor, name, None)) is str and isinstance(logged, str)
        values[name] = logged if is_plain else made(logged, names)
        if not fits(values[name], kind, name):
            hint = written_hint(kind, name)
            raise UsageError(f"{node.me}.{name} must be {hint}, got {logged}")
    try:
        return node.config(node.handlers.interned(node.first.actor.but(**values)), True, ())
    except (TypeError, ValueError) as error:
        raise UsageError(f"{node.me} cannot begin in this state: {error}") from None
