"""The trace of a search result, with all that is computed from the trace after the search.

Each part is computed when it is first needed, under what is left of the limits of the check. A
limit or Ctrl-C stops one part: the parts before it are shown, and the violation stays a violation.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from pcheck.language.property import Property
from pcheck.loading.setup import Setup
from pcheck.search.clock import Clock, Progress, Tick
from pcheck.search.garbage import without_garbage_collection
from pcheck.search.limits import STOPPING_EXCEPTIONS, stop_phrase, stop_reason
from pcheck.search.outcome import Discovery, SearchResult
from pcheck.semantics.trace import Trace
from pcheck.traces.divergence import refused_step
from pcheck.traces.finding import Finding, Outline, Undrawn
from pcheck.traces.readable import most_readable
from pcheck.traces.saved import SavedTrace, saved_from
from pcheck.traces.shortest import ShortestTraces, shortest_traces

EXPLAINING = "explaining the trace"
T = TypeVar("T")


class _Choice(NamedTuple):
    """The trace that is shown, and the other shortest traces, unless `stopped` stopped the choice.

    `selection` is the sentence about the choice, or empty.
    """

    trace: Trace[Any]
    among: ShortestTraces | None = None
    selection: str = ""
    stopped: str | None = None


class FoundTrace:
    """The shortest trace to the first violation or the target of a search, if it found one."""

    def __init__(
        self,
        setup: Setup,
        search: SearchResult,
        clock: Clock,
        excluded: Collection[tuple[str, ...]] = (),
    ) -> None:
        """`trace` is one whose labels are not `excluded`, if another one is as short."""
        self.setup, self.search, self.clock, self.excluded = setup, search, clock, excluded
        self._stopped: str | None = None  # what stopped the explanation

    @cached_property
    def trace(self) -> Trace[Any] | None:
        """The most readable of the shortest traces; if not known, the one that was found."""
        return self._choice.trace if self._choice is not None else None

    @property
    def shortest(self) -> ShortestTraces | None:
        """All shortest traces to the same violation or target; None if not known."""
        return self._choice.among if self._choice is not None else None

    @cached_property
    def saved(self) -> SavedTrace | None:
        """The trace in the form that can be saved and replayed."""
        if self._decided is None or self.trace is None:
            return None
        (prop, _), trace = self._decided, self.trace

        def save(tick: Tick) -> SavedTrace:
            refused_at = refused_step(self.setup, trace.labels, tick)
            stopped = self.search.stopping.get(prop.name, ())
            begins = self.search.cycles.get(prop.name)
            why = self._why
            return saved_from(self.setup, prop.name, why, trace, refused_at, stopped, begins)

        return self._explained(save)

    @cached_property
    def finding(self) -> Finding | None:
        """The trace with its timeline and explanation, from which every format is drawn."""
        saved, choice = self.saved, self._choice
        if saved is None or choice is None:
            return None
        return self._explained(
            lambda tick: Finding.of(
                self.setup, saved, choice.trace, choice.selection, tick, self._is_shortest
            )
        )

    @property
    def outline(self) -> Outline | None:
        """The violation or the target in brief, which is known before its trace is chosen."""
        if self._decided is None:
            return None
        prop, discovery = self._decided
        why, steps = discovery.why or "", len(discovery.trace)
        begins = self.search.cycles.get(prop.name)
        return Outline(self.setup, prop.name, why, steps, self._is_shortest, begins)

    @property
    def undrawn(self) -> Undrawn | None:
        """The part of a violation that is left to show if a limit or Ctrl-C stopped the work.

        None if the trace is found and explained, or if the search found no violation.
        """
        if self.finding is not None:
            return None
        if self._decided is not None and self.trace is not None:
            prop, _ = self._decided
            steps = len(self.trace)
            begins, why = self.search.cycles.get(prop.name), self._why
            outline = Outline(self.setup, prop.name, why, steps, self._is_shortest, begins)
            return Undrawn(outline, self._stopped or "", self.trace.labels)
        for name in self.search.violated:
            if name in self.search.untraced:
                found = self.search.untraced[name]
                outline = Outline(self.setup, name, found.why or "", found.steps)
                return Undrawn(outline, found.stopped)
        return None

    @property
    def stopped(self) -> str | None:
        """The limit or event that stopped a part of the work up to the saved trace, if any did."""
        if self.saved is None and self.undrawn is not None:
            return self.undrawn.stopped
        return self._stopped or (self._choice.stopped if self._choice is not None else None)

    def undrawn_at(self, stopped: str) -> Undrawn | None:
        """Return what to show of the violation after `stopped` stopped the drawing of the trace."""
        return self.finding.undrawn(stopped) if self.finding is not None else self.undrawn

    @property
    def _is_shortest(self) -> bool:
        """True unless the search of a question was cut short: there may be a nearer trap."""
        return not self.setup.asks_about_future or self.search.complete

    @cached_property
    def _decided(self) -> tuple[Property, Discovery] | None:
        """The first violated property that has a trace, and the search's discovery of it."""
        props = {prop.name: prop for prop in self.search.properties}
        for name in self.search.violated:
            if name in self.search.discoveries:
                return props[name], self.search.discoveries[name]
        return None

    @cached_property
    def _why(self) -> str:
        """The reason why the property is false at the end of the trace."""
        assert self._decided is not None
        assert self.trace is not None
        prop, discovery = self._decided
        if self.shortest is None:
            return discovery.why or ""
        return prop.why_false(self.setup.model.observe(self.trace.states[-1])) or ""

    @cached_property
    def _choice(self) -> _Choice | None:
        """The choice among the shortest traces, which the limits are not extended for."""
        if self._decided is None:
            return None
        prop, discovery = self._decided
        model, length = self.setup.model, len(discovery.trace)
        try:
            with self.clock.running():
                among = shortest_traces(
                    model, prop, length, engine=self.search.engine, clock=self.clock
                )
                if among is None:
                    return _Choice(discovery.trace)
                is_enough = len(self.excluded) < among.count
                trace = most_readable(among, self.excluded if is_enough else ())
                return _Choice(trace, among, among.selection)
        except STOPPING_EXCEPTIONS as end:
            reason = stop_reason(end)
            text = (
                "This trace was not compared with the other shortest traces: the comparison "
                f"stopped {stop_phrase(reason)}."
            )
            return _Choice(discovery.trace, selection=text, stopped=reason)

    def _explained(self, work: Callable[[Tick], T]) -> T | None:
        """Do a part of the work on the trace; return None if a limit or Ctrl-C stops it."""
        search = self.search
        progress = Progress(search.depth, search.states, search.transitions)
        try:
            with self.clock.running(), self.clock.extending(), without_garbage_collection():
                return work(self.clock.ticking(progress, EXPLAINING))
        except STOPPING_EXCEPTIONS as end:
            self._stopped = stop_reason(end)
            return None
