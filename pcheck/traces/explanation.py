"""Why a run goes wrong: what the property tells of it, and where the correct protocol parts.

The words about the protocol are the spec's own: a property explains its violation, and a rule is
quoted as it stands there. Here it is only found out where the two protocols part.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pcheck.blame import described, place_raised
from pcheck.errors import SpecError
from pcheck.language.model import Model
from pcheck.language.seen import History
from pcheck.loading.rules import Rule, rules
from pcheck.loading.setup import Setup
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.trace import Trace
from pcheck.traces.divergence import Divergence, first_divergences, notes
from pcheck.traces.saved import SavedTrace
from pcheck.traces.timeline import Event, Timeline


@dataclass(frozen=True)
class NodeEvents:
    """All that one node did in a run."""

    node: str
    events: tuple[Event, ...]


@dataclass(frozen=True)
class Explanation:
    lines: tuple[str | NodeEvents, ...]
    rules: tuple[Rule, ...]
    divergences: tuple[Divergence, ...]  # the first of them
    node_events: (
        NodeEvents | None
    )  # of whose step is the first, where nothing was told of that node yet

    @property
    def says_anything(self) -> bool:
        return bool(self.lines or self.rules or self.divergences)

    @property
    def notes(self) -> dict[int, str]:
        return notes(self.divergences)


def explain(setup: Setup, run: SavedTrace, path: Trace[Any], timeline: Timeline) -> Explanation:
    """What a reader is told of a run that violates a property."""
    bug, told = setup.bug, tuple(_told(setup.model, run, timeline))
    found = first_divergences(setup, path, timeline)
    node_events = _deeds(found[0].node, timeline) if found else None
    return Explanation(
        told,
        tuple(rules(bug, setup.spec.builder)) if bug is not None else (),
        found,
        node_events if node_events not in told else None,
    )


def _deeds(node: str, timeline: Timeline) -> NodeEvents:
    return NodeEvents(node, tuple(event for event in timeline.events if event.node == node))


def _told(model: Model[Any], run: SavedTrace, timeline: Timeline) -> Iterator[str | NodeEvents]:
    prop = next(each for each in model.properties if each.name == run.property)
    if prop.explain is None or not isinstance(model, ClusterModel):
        return
    try:
        lines = [str(line) for line in prop.explain(History(timeline.observations))]
    except (Exception, SystemExit) as error:
        text = f"the explanation of {prop.name} raised {described(error)}"
        raise SpecError(f"{place_raised(error)}{text}") from error
    nodes = {str(node.me) for node in model.nodes}
    for line in lines:
        yield _deeds(line, timeline) if line in nodes else line
