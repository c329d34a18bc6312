"""A finding: the trace that a search found, with everything that the renderers need to know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from pcheck.language.names import Id
from pcheck.language.printing import listed
from pcheck.language.property import Kind
from pcheck.loading.setup import Setup
from pcheck.search.clock import Tick, no_tick
from pcheck.search.limits import stop_phrase
from pcheck.semantics.start import GIVEN_START
from pcheck.semantics.trace import Trace
from pcheck.text import all_of, counted
from pcheck.traces.explanation import Explanation, explain
from pcheck.traces.rerun import rerun
from pcheck.traces.saved import SavedTrace
from pcheck.traces.timeline import Timeline, timeline_of


@dataclass(frozen=True)
class Outline:
    """The end of a trace: the property that it violates or reaches, and after how many steps."""

    setup: Setup
    name: str  # of the property
    why: str
    steps: int
    is_shortest: bool = True
    repeats_after: int | None = None  # the steps before a cycle, if there is one

    @property
    def is_violation(self) -> bool:
        """True if the trace violates a property."""
        return bool(self.name) and not self.is_witness

    @property
    def is_witness(self) -> bool:
        """True if the trace reaches a `sometimes` property and does not violate a property."""
        target, model = self.setup.target, self.setup.model
        props = [target] if target is not None else model.properties
        return any(p.name == self.name and p.kind is Kind.SOMETIMES for p in props)

    @property
    def _is_trap(self) -> bool:
        """True if the trace leads to a trap of a question about the future."""
        props = self.setup.model.properties
        return any(p.name == self.name and p.kind is Kind.STILL_POSSIBLE for p in props)

    @property
    def _after(self) -> str:
        """The end of every statement about a trace from a given start."""
        return f"; {GIVEN_START}" if self.setup.start else ""

    @property
    def title(self) -> str:
        """The heading of the trace: `The shortest trace that violates agreement (14 steps)`."""
        return f"{self._title}{self._after}"

    @property
    def _title(self) -> str:
        verb = "that reaches" if self.is_witness else "that violates"
        verb = "to a trap of" if self._is_trap else verb
        subject = "The shortest trace" if self.is_shortest else "A trace"
        name, steps = self.name or "no property", counted(self.steps, "step")
        if self.repeats_after is not None:
            cycle = f"a cycle of {counted(self.steps - self.repeats_after, 'step')}"
            begin = counted(self.repeats_after, "step")
            return f"An execution without end that violates {name} ({begin}, then {cycle})"
        return f"{subject} {verb} {name} ({steps})"

    @property
    def ending(self) -> str:
        """The result of the last step: `agreement is false: v1 and v2 are both chosen`."""
        if not self.name:
            return f"no property is violated after the last step{self._after}"
        if self.is_witness:
            return f"{self.name} is reached{self._after}"
        return f"{self.name} is false: {self.why}{self._after}"


@dataclass(frozen=True)
class Undrawn:
    """A violation whose trace is not drawn, because `stopped` stopped the work on the trace.

    The labels are those of the trace; None if the trace was not even reconstructed.
    """

    outline: Outline
    stopped: str
    labels: tuple[str, ...] | None = None

    @property
    def reason(self) -> str:
        """The words that say why the trace is not drawn."""
        return f"the work on the trace stopped {stop_phrase(self.stopped)}"

    @property
    def sentence(self) -> str:
        """The sentence that says what is missing, and why."""
        missing = "reconstructed" if self.labels is None else "explained and drawn"
        return f"The trace was not {missing}: {self.reason}."


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
    is_shortest: bool = True  # as far as the search knows

    @classmethod
    def of(
        cls,
        setup: Setup,
        saved: SavedTrace,
        trace: Trace[Any],
        selection: str = "",
        tick: Tick = no_tick,
        is_shortest: bool = True,
    ) -> Finding:
        """Return the finding of a trace, whose timeline is computed only here.

        Every format calls `tick` often while it is drawn.
        """
        rerun(setup.model, trace)
        timeline = timeline_of(setup.model, trace, tick)
        grown = [f for p in setup.model.properties if p.name == saved.property for f in p.ordered]
        timeline = _with_lines(timeline, _lines_about_future(saved, len(trace), grown))
        if saved.repeats_after is not None:  # what is in flight at the end arrives in a next round
            timeline = replace(timeline, losing_is_a_step=True)
        explanation = explain(setup, saved, trace, timeline)
        return cls(setup, saved, trace, timeline, explanation, selection, is_shortest)

    @cached_property
    def outline(self) -> Outline:
        """The end of the trace."""
        saved = self.saved
        # of a trace written by hand nobody knows
        is_shortest = self.is_shortest and "why" in saved.given
        return Outline(
            *(self.setup, saved.property, saved.why, len(saved.steps), is_shortest),
            saved.repeats_after,
        )

    @property
    def is_violation(self) -> bool:
        """True if the trace violates a property."""
        return self.outline.is_violation

    @property
    def is_witness(self) -> bool:
        """True if the trace reaches a `sometimes` property and does not violate a property."""
        return self.outline.is_witness

    @property
    def title(self) -> str:
        """The heading of the trace: `The shortest trace that violates agreement (14 steps)`."""
        return self.outline.title

    @property
    def ending(self) -> str:
        """The result of the last step: `agreement is false: v1 and v2 are both chosen`."""
        return self.outline.ending

    def undrawn(self, stopped: str) -> Undrawn:
        """Return what is shown if `stopped` stops the drawing."""
        return Undrawn(self.outline, stopped, self.saved.steps)

    @property
    def notes(self) -> Mapping[int, str]:
        """The notes beside the steps at which the correct protocol differs, by step number."""
        return self.explanation.notes


def _lines_about_future(saved: SavedTrace, length: int, grown: Sequence[str]) -> dict[int, str]:
    """Return a line for steps, by number: where nodes stop, and where a cycle begins and ends.

    `grown` are the fields whose values a cycle may raise.
    """
    if saved.stop_nodes:
        verb = "stops and takes" if len(saved.stop_nodes) == 1 else "stop and take"
        return {length: f"{listed(map(Id, saved.stop_nodes))} {verb} no more steps"}
    if saved.repeats_after is None:
        return {}
    begins = saved.repeats_after
    where = f"after step {begins}" if begins else "at the beginning"
    higher = f", but for {all_of(grown)}" if grown else ""
    ends = f"the cycle ends: every node is as it was {where}{higher}"
    return {begins: "the cycle begins", length: ends}


def _with_lines(timeline: Timeline, lines: Mapping[int, str]) -> Timeline:
    """Return a timeline with a line after some of its steps."""
    events = (
        replace(event, milestones=(*event.milestones, lines[event.number]))
        if event.number in lines
        else event
        for event in timeline.events
    )
    return replace(timeline, events=tuple(events)) if lines else timeline
