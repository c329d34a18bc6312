"""A finding: the trace that a search found, with everything that the renderers need to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pcheck.language.property import Kind
from pcheck.loading.setup import Setup
from pcheck.semantics.trace import Trace
from pcheck.text import counted
from pcheck.traces.explanation import Explanation, explain
from pcheck.traces.saved import SavedTrace
from pcheck.traces.timeline import Timeline, timeline_of


@dataclass(frozen=True)
class Finding:
    """A counterexample, or a witness for a property that was to be reached.

    `selection` says how many shortest traces there are and which of them this one is, or is empty.
    """

    setup: Setup
    saved: SavedTrace
    trace: Trace[Any]
    timeline: Timeline
    explanation: Explanation
    selection: str = ""

    @classmethod
    def of(cls, setup: Setup, saved: SavedTrace, trace: Trace[Any], selection: str = "") -> Finding:
        """Return the finding of a trace, whose timeline is computed only here."""
        timeline = timeline_of(setup.model, trace)
        return cls(setup, saved, trace, timeline, explain(setup, saved, trace, timeline), selection)

    @property
    def is_witness(self) -> bool:
        """True if the trace reaches a `sometimes` property and does not violate a property."""
        target, model = self.setup.target, self.setup.model
        props = [target] if target is not None else model.properties
        return any(p.name == self.saved.property and p.kind is Kind.SOMETIMES for p in props)

    @property
    def title(self) -> str:
        """The heading of the trace: `The shortest trace that violates agreement (14 steps)`."""
        verb = "reaches" if self.is_witness else "violates"
        steps = counted(len(self.saved.steps), "step")
        return f"The shortest trace that {verb} {self.saved.property} ({steps})"

    @property
    def ending(self) -> str:
        """The result of the last step: `agreement is false: v1 and v2 are both chosen`."""
        if self.is_witness:
            return f"{self.saved.property} is reached"
        return f"{self.saved.property} is false: {self.saved.why}"

    @property
    def notes(self) -> Mapping[int, str]:
        """The notes beside the steps at which the correct protocol differs, by step number."""
        return self.explanation.notes
