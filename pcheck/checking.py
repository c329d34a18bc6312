"""The library: `check` explores a spec and returns a result to read, assert and draw.

from pcheck import check

check("paxos", acceptors=3, proposers=2).assert_holds()
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pcheck.errors import OutputError, UsageError
from pcheck.files import write_whole
from pcheck.language.model import Model
from pcheck.language.property import Kind
from pcheck.loading import spec as specs
from pcheck.loading.added import Also
from pcheck.loading.crash_nodes import CrashNodes
from pcheck.loading.setup import Setup, prepare
from pcheck.render.drawn_trace import drawn
from pcheck.render.formats import FORMATS, TEXT
from pcheck.render.objects import search_object
from pcheck.render.text.levels import Levels
from pcheck.render.text.printed import as_html, as_text
from pcheck.render.text.report import Report
from pcheck.search.engine import OnNote, explore
from pcheck.search.garbage import without_garbage_collection
from pcheck.search.limits import INTERRUPT, Clock, Limits, OnProgress, Stop, stop_phrase
from pcheck.search.options import SearchOptions
from pcheck.search.outcome import Outcome, SearchResult, Verdict
from pcheck.search.vacuity import check_sent
from pcheck.semantics.checked_model import checked
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.trace import Trace
from pcheck.traces.explanation import Explanation
from pcheck.traces.finding import Finding, Undrawn
from pcheck.traces.found_trace import FoundTrace
from pcheck.traces.saved import SavedTrace
from pcheck.traces.shortest import ShortestTraces

if TYPE_CHECKING:
    import networkx as nx

    from pcheck.search.state_graph import OnStates


def check(
    spec: str | Path | Callable[..., Any],
    *,
    bug: str | int | None = None,
    network: str | None = None,
    crashes: int | None = None,
    crash_nodes: CrashNodes | None = None,
    properties: Iterable[str] = (),
    find: str | None = None,
    also: Also = (),
    all_properties: bool = False,
    max_states: int | None = None,
    max_seconds: float | None = None,
    max_memory: int | None = None,
    engine: str = "auto",
    reduce: str | None = None,
    on_progress: OnProgress | None = None,
    **options: Any,
) -> Result:
    """Explore every reachable state of a spec and return a result with the verdict.

    `spec` is the name of a shipped spec, the path of a spec file, or a builder with `options`. An
    argument that is not given has its value in the bug's scope, otherwise the builder's default:
    network `set`, one crash. Only nodes and groups in `crash_nodes` may crash: names, or a text
    such as "a1,a2". `also` adds properties, or files of properties, to those of the spec.
    """
    found = specs.of_builder(spec) if callable(spec) else specs.find(spec)
    setup = prepare(
        found,
        options,
        bug=found.bug(bug) if bug is not None else None,
        network=network,
        crashes=crashes,
        crash_nodes=crash_nodes,
        properties=properties,
        find=find,
        also=also,
    )
    limits = Limits(max_states, max_seconds, max_memory)
    how = SearchOptions(engine, reduce, limits, all_properties)
    return answer(setup, how, on_progress=on_progress)


def answer(
    setup: Setup,
    options: SearchOptions = SearchOptions(),  # noqa: B008  (frozen)
    *,
    on_progress: OnProgress | None = None,
    on_note: OnNote = lambda _: None,
) -> Result:
    """Explore the model of a setup and return the result, or raise SpecError without properties."""
    setup.check_properties()
    model, clock = setup.model, Clock(options.limits, on_progress)
    search = explore(model, options, on_note=on_note, clock=clock)
    unsent = _unsent(model) if search.complete and isinstance(model, ClusterModel) else ()
    search = search.with_warnings((*setup.spec.warnings, *unsent))
    clock.pause()
    return Result(setup, search, clock)


def _unsent(model: ClusterModel) -> tuple[str, ...]:
    """Return a warning for each kind of message that a property sees and that is never sent."""
    try:
        return check_sent(model.cluster, model.messages())
    except KeyboardInterrupt:
        return ("Ctrl-C stopped the check that the messages that properties see are sent",)


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
            handler_calls=self._handler_calls,
        )

    def levels(self) -> Levels:
        """Return a chart of the new states on each level, to print or to show in a notebook."""
        return Levels(self.search)

    def report(self) -> Report:
        """Return the report that `pcheck explore` prints."""
        return Report(self.setup, self.search, self.finding or self.undrawn)

    def report_without_drawing(self, stopped: str) -> Report:
        """Return the report for the case that `stopped` stopped the drawing of the trace."""
        return Report(self.setup, self.search, self._found.undrawn_at(stopped))

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
        with clock.running(), clock.extending(), without_garbage_collection():
            yield

    @property
    def _because(self) -> str:
        """The end of an error message that says what stopped the work on the trace."""
        return f": {self.undrawn.reason}" if self.undrawn is not None else ""

    def __str__(self) -> str:
        with self.within_limits():
            return as_text(self.report())

    def __repr__(self) -> str:
        counts = f"{self.states:,} states, {self.transitions:,} transitions, depth {self.depth}"
        return f"<{self.setup.spec.name}: {self.verdict.value}, {counts}>"

    def _repr_html_(self) -> str:
        with self.within_limits():
            return as_html(self.report())
