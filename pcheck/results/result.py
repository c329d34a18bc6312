"""The result of one check, whose trace and coverage are worked out when they are first needed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pcheck.coverage.executed import ExecutedCode
from pcheck.coverage.lines import Coverage
from pcheck.coverage.never import Never
from pcheck.errors import OutputError, UsageError
from pcheck.files import write_whole
from pcheck.language.model import Model
from pcheck.language.property import Kind
from pcheck.loading.setup import Setup
from pcheck.render.drawn_trace import drawn
from pcheck.render.formats import FORMATS, TEXT
from pcheck.render.lcov import lcov
from pcheck.render.objects import search_object
from pcheck.render.text.coverage import CoverageTable
from pcheck.render.text.levels import Levels
from pcheck.render.text.printed import as_html, as_text
from pcheck.render.text.report import Report
from pcheck.search.clock import Clock
from pcheck.search.garbage import without_garbage_collection
from pcheck.search.limits import INTERRUPT, Stop, stop_phrase
from pcheck.search.outcome import Outcome, SearchResult, Verdict
from pcheck.semantics.checked_model import checked
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.trace import Trace
from pcheck.traces.explanation import Explanation
from pcheck.traces.finding import Finding, Outline, Undrawn
from pcheck.traces.found_trace import FoundTrace
from pcheck.traces.saved import SavedTrace
from pcheck.traces.shortest import ShortestTraces

if TYPE_CHECKING:
    import networkx as nx

    from pcheck.search.state_graph import OnStates

DRAWING = "drawing the trace"


class Result:
    """The result of a search: its verdict, its counts, and the trace that it found."""

    def __init__(
        self,
        setup: Setup,
        search: SearchResult,
        clock: Clock,
        excluded: Collection[tuple[str, ...]] = (),
    ) -> None:
        """`clock` limits the work on the trace, which is one not `excluded`."""
        self.setup, self.search = setup, search
        self._found = FoundTrace(setup, search, clock, excluded)
        self._executed = ExecutedCode(setup.model, search, clock)
        model = setup.model
        self._handler_calls = model.handler_calls if isinstance(model, ClusterModel) else None

    @property
    def verdict(self) -> Verdict:
        return self.search.verdict

    @property
    def verdict_word(self) -> str:
        """The verdict in one word: with a target `found` or `unreachable`."""
        if self.setup.target is None:
            return self.verdict.value
        words = {Verdict.HOLDS: "unreachable", Verdict.VIOLATED: "found"}
        return words.get(self.verdict, self.verdict.value)

    @property
    def states(self) -> int:
        return self.search.states

    @property
    def transitions(self) -> int:
        return self.search.transitions

    @property
    def depth(self) -> int:
        return self.search.depth

    @property
    def properties(self) -> Mapping[str, Outcome]:
        target, outcomes = self.setup.target, self.search.outcomes
        if target is None or target.kind is Kind.ALWAYS:
            return outcomes
        of_target = {Outcome.VIOLATED: Outcome.REACHED, Outcome.HOLDS: Outcome.NEVER_REACHED}
        return {name: of_target.get(outcome, outcome) for name, outcome in outcomes.items()}

    @property
    def model(self) -> Model[Any]:
        return self.setup.model

    @property
    def saved(self) -> SavedTrace | None:
        """The trace in the form that can be saved and replayed."""
        return self._found.saved

    @property
    def trace(self) -> Trace[Any] | None:
        """A shortest trace to the first violation or target, the most readable; print draws it."""
        return drawn(self._found.trace, self.draw)

    @property
    def shortest_traces(self) -> ShortestTraces | None:
        """All shortest traces to the same violation or target; None if not known."""
        return self._found.shortest

    @property
    def finding(self) -> Finding | None:
        """The trace with its timeline and explanation, from which every format is drawn."""
        return self._found.finding

    @property
    def outline(self) -> Outline | None:
        """The violation or the target in brief, which is known before its trace is chosen."""
        return self._found.outline

    @property
    def undrawn(self) -> Undrawn | None:
        """The part of a violation that is left to show if the work on its trace was stopped."""
        return self._found.undrawn

    @property
    def is_interrupted(self) -> bool:
        """True if Ctrl-C stopped the search, or the work that was done on its trace."""
        return INTERRUPT in (self.search.stopped, self._found.stopped)

    @property
    def explanation(self) -> Explanation | None:
        """The explanation of the trace."""
        return self.finding.explanation if self.finding is not None else None

    def excluding(self, excluded: Collection[tuple[str, ...]]) -> Result:
        """Return the result with an equally short trace whose labels are not excluded, if any."""
        if self.saved is None or self.saved.steps not in excluded:
            return self
        return Result(self.setup, self.search, self._found.clock, excluded)

    def assert_holds(self) -> None:
        """Raise AssertionError with the report, unless every property holds or is reached."""
        if self.verdict is not Verdict.HOLDS:
            raise AssertionError(f"\n{self}")

    def save(self, path: str | Path) -> None:
        """Write the trace to a file for `pcheck replay`, or raise UsageError without a trace."""
        if self.saved is None:
            raise UsageError(f"the result has no trace to save{self._because}")
        write_whole(Path(path), self.saved.text())

    def graph(
        self, max_states: int = 10_000, *, on_states: OnStates = lambda states, queue: None
    ) -> nx.MultiDiGraph[Any]:
        """Return the state graph of a small cluster, with violations and the trace marked.

        `on_states` gets the numbers of states found and still to expand, and may raise to stop.
        """
        from pcheck.render.state_graph.text import state_text
        from pcheck.search.state_graph import state_graph

        model, target = self.model, self.setup.target
        return state_graph(
            checked(model),
            max_states,
            properties=model.properties if target is None else (target,),
            trace=self.trace.labels if self.trace is not None else (),
            text=lambda state: state_text(model, state),
            on_states=on_states,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the object that `--json` prints; everything machine-dependent is under `run`."""
        return search_object(
            self.setup,
            self.search,
            verdict=self.verdict_word,
            properties=self.properties,
            found=self._found,
            never=self.never_happens,
            spent=self._found.clock.spent,
            handler_calls=self._handler_calls,
        )

    @property
    def never_happens(self) -> list[Never]:
        """The behaviour that no execution shows, such as an action that is never taken.

        Empty unless the search is complete.
        """
        return self._executed.never

    @property
    def coverage(self) -> Coverage:
        """The number of times that each line of the nodes' code ran, or OutputError at a limit."""
        return self._executed.coverage

    def coverage_table(self) -> CoverageTable:
        """Return the coverage, to print or to show in a notebook."""
        return CoverageTable(self.coverage, self.search)

    def save_coverage(self, path: str | Path) -> None:
        """Write the coverage to an LCOV file, which editors show beside the source."""
        write_whole(Path(path), lcov(self.coverage))

    def levels(self) -> Levels:
        """Return a chart of the new states on each level, to print or to show in a notebook."""
        return Levels(self.search)

    def report(self) -> Report:
        """Return the report that `pcheck explore` prints."""
        finding = self.finding or self.undrawn
        return self._report(finding)

    def report_without_drawing(self, stopped: str) -> Report:
        """Return the report for the case that `stopped` stopped the drawing of the trace."""
        undrawn = self._found.undrawn_at(stopped)
        return self._report(undrawn)

    def _report(self, finding: Finding | Undrawn | None) -> Report:
        return Report(
            self.setup, self.search, finding, self.never_happens, spent=self._found.clock.spent
        )

    def draw(self, form: str = TEXT) -> str:
        """Return the trace as text, svg, html, mermaid, itf, shiviz or json."""
        wanted = FORMATS.called(form)
        if self.finding is None:
            raise UsageError(f"the result has no trace to draw{self._because}")
        try:
            with self.within_limits():
                return wanted.draw(self.finding)
        except Stop as stop:
            raise OutputError(f"the drawing stopped {stop_phrase(str(stop))}") from None

    @contextmanager
    def within_limits(self) -> Iterator[None]:
        """Count the time inside towards the limits of the check, as drawing a trace needs."""
        clock = self._found.clock
        with clock.running(), clock.extending(), clock.doing(DRAWING), without_garbage_collection():
            yield

    @property
    def _because(self) -> str:
        """The end of an error message that says what stopped the work on the trace."""
        return f": {self.undrawn.reason}" if self.undrawn is not None else ""

    def __str__(self) -> str:
        report = self.report()
        with self.within_limits():
            return as_text(report)

    def __repr__(self) -> str:
        counts = f"{self.states:,} states, {self.transitions:,} transitions, depth {self.depth}"
        return f"<{self.setup.spec.name}: {self.verdict.value}, {counts}>"

    def _repr_html_(self) -> str:
        report = self.report()
        with self.within_limits():
            return as_html(report)
