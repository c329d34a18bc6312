"""The counts of executed lines: how often a search ran each line of the actors' classes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pcheck.coverage.calls import calls
from pcheck.coverage.source import Source, sources
from pcheck.coverage.tracer import Tracer
from pcheck.language.model import Model
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.text import shown_path

Tick = Callable[[], None]


@dataclass(frozen=True)
class Coverage:
    """The functions of the actors or of the Model, and the number of calls that ran each line.

    A call is one question to a node: what it does in a state, or on a message in a state.
    """

    sources: tuple[Source, ...]
    counts: Mapping[tuple[str, int], int]  # by file and line

    def of(self, source: Source) -> dict[int, int]:
        """Return the count of each line of a function."""
        return {line: self.counts.get((source.file, line), 0) for line in sorted(source.lines)}

    def to_dict(self) -> dict[str, dict[str, int]]:
        """Return the count of each line by file; the keys are texts, as in JSON."""
        found: dict[str, dict[str, int]] = {}
        for source in self.sources:
            counts = {str(line): count for line, count in self.of(source).items()}
            found.setdefault(shown_path(source.file), {}).update(counts)
        return found


def cover(model: Model[Any], max_states: int, tick: Tick) -> Coverage:
    """Make every call of a search once more, and count the lines that are executed.

    `max_states` is the number of states that the search found. `tick` may raise to stop.
    """
    found = sources(roles_of(model))
    tracer = Tracer({source.file for source in found}, ())
    counts: Counter[tuple[str, int]] = Counter()
    for call in calls(model, max_states):
        tick()
        _, executed = tracer.run(call.run)
        counts.update(executed.lines)
    return Coverage(tuple(found), counts)


def roles_of(model: Model[Any]) -> set[type]:
    """Return the classes of the actors of a cluster, or the class of another Model."""
    if isinstance(model, ClusterModel):
        return {type(node.first.actor) for node in model.nodes}
    return {type(model)}
