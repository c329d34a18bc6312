"""What every picture is made from: a question, a run that answers it, and why it goes wrong."""

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
    """The run that is shown, its steps, and what there is to say of it."""

    setup: Setup
    saved: SavedTrace
    trace: Trace[Any]
    timeline: Timeline
    explanation: Explanation
    among: str = ""  # how many others there are

    @classmethod
    def of(cls, setup: Setup, run: SavedTrace, path: Trace[Any], among: str = "") -> Finding:
        """Tell the run, once, and explain it from that."""
        timeline = timeline_of(setup.model, path)
        return cls(setup, run, path, timeline, explain(setup, run, path, timeline), among)

    @property
    def is_witness(self) -> bool:
        """Whether it leads to something that was looked for, and not to what may not be."""
        target, model = self.setup.target, self.setup.model
        props = [target] if target is not None else model.properties
        return any(p.name == self.saved.property and p.kind is Kind.SOMETIMES for p in props)

    @property
    def title(self) -> str:
        """`The shortest run that violates agreement (14 steps)`."""
        does = "reaches" if self.is_witness else "violates"
        steps = counted(len(self.saved.steps), "step")
        return f"The shortest run that {does} {self.saved.property} ({steps})"

    @property
    def ending(self) -> str:
        """What is so after its last step."""
        if self.is_witness:
            return f"{self.saved.property} is reached"
        return f"{self.saved.property} is false now: {self.saved.why}"

    @property
    def notes(self) -> Mapping[int, str]:
        """What is said beside some steps: how the correct protocol differs there."""
        return self.explanation.notes
