"""The explanation of a violation: the property's own words, the changed rules, the divergences.

All words about the protocol come from the spec. The property explains its violation, and the rules
are quoted from the source. This module only finds where the buggy and the correct protocol diverge.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pcheck.blame import described, place_raised
from pcheck.errors import SpecError
from pcheck.language.model import Model
from pcheck.language.property import Kind
from pcheck.language.seen import History
from pcheck.loading.rules import Rule, rules
from pcheck.loading.setup import Setup
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.trace import Trace
from pcheck.traces import trap
from pcheck.traces.divergence import Divergence, first_divergences, notes
from pcheck.traces.saved import SavedTrace
from pcheck.traces.timeline import Event, Timeline


@dataclass(frozen=True)
class NodeEvents:
    """All events of one node in a trace."""

    node: str
    events: tuple[Event, ...]


@dataclass(frozen=True)
class Explanation:
    """The reasons for a violation, in the order in which a reader gets them.

    `node_events` are those of the node that diverges first, then of the nodes in the property's own
    explanation.
    """

    lines: tuple[str, ...]
    rules: tuple[Rule, ...]
    divergences: tuple[Divergence, ...]
    node_events: tuple[NodeEvents, ...]

    @property
    def is_empty(self) -> bool:
        """True if there is nothing to explain."""
        return not (self.lines or self.rules or self.divergences or self.node_events)

    @property
    def notes(self) -> dict[int, str]:
        """The notes beside the steps of the drawn trace, by step number."""
        return notes(self.divergences)


def explain(setup: Setup, saved: SavedTrace, trace: Trace[Any], timeline: Timeline) -> Explanation:
    """Return the explanation of a trace that violates a property."""
    bug, lines = setup.bug, _lines(setup.model, saved, trace, timeline)
    nodes = timeline.lanes
    divergences = first_divergences(setup, trace, timeline)
    shown = [each.node for each in divergences[:1]] + [line for line in lines if line in nodes]
    return Explanation(
        tuple(line for line in lines if line not in nodes),
        tuple(rules(bug, setup.spec.builder)) if bug is not None else (),
        divergences,
        tuple(each for each in _events_of(dict.fromkeys(shown), timeline) if each.events),
    )


def _events_of(nodes: Iterable[str], timeline: Timeline) -> Iterator[NodeEvents]:
    for node in nodes:
        yield NodeEvents(node, tuple(event for event in timeline.events if event.node == node))


def _lines(
    model: Model[Any], saved: SavedTrace, trace: Trace[Any], timeline: Timeline
) -> list[str]:
    """Return the lines of the property's explanation; the name of a node stands for its events."""
    prop = next((each for each in model.properties if each.name == saved.property), None)
    if prop is not None and prop.kind is Kind.STILL_POSSIBLE:
        stopped = trap.stopped_at_end(model, prop, trace.states[-1], saved)
        return list(trap.lines(model, prop, trace.states[-1], stopped, timeline.tick))
    if prop is None or prop.explain is None or not isinstance(model, ClusterModel):
        return []
    try:
        return [str(line) for line in prop.explain(History(timeline.observations))]
    except (Exception, SystemExit) as error:
        text = f"the explanation of {prop.name} raised {described(error)}"
        raise SpecError(f"{place_raised(error)}{text}") from error
