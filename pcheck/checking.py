"""The library: `check` explores a spec and returns a result to read, assert and draw.

from pcheck import check

check("paxos", acceptors=3, proposers=2).assert_holds()
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pcheck.errors import UsageError
from pcheck.files import write_whole
from pcheck.language.model import Model
from pcheck.language.property import Kind, Property
from pcheck.loading import spec as specs
from pcheck.loading.crash_nodes import CrashNodes
from pcheck.loading.setup import Setup, prepare
from pcheck.render.formats import FORMATS, TEXT
from pcheck.render.objects import search_object
from pcheck.render.text.levels import Levels
from pcheck.render.text.printed import as_html, as_text
from pcheck.render.text.report import Report
from pcheck.search.engine import OnNote, explore
from pcheck.search.limits import Limits, OnProgress
from pcheck.search.options import SearchOptions
from pcheck.search.outcome import Discovery, Outcome, SearchResult, Verdict
from pcheck.search.vacuity import check_sent
from pcheck.semantics.checked_model import checked
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.trace import Trace
from pcheck.traces.divergence import refused_step
from pcheck.traces.explanation import Explanation
from pcheck.traces.finding import Finding
from pcheck.traces.readable import most_readable
from pcheck.traces.saved import SavedTrace, saved_from
from pcheck.traces.shortest import ShortestTraces, shortest_traces

if TYPE_CHECKING:
    import networkx as nx

    from pcheck.search.state_graph import OnStates

NO_LIMITS = Limits()


def check(
    spec: str | Path | Callable[..., Any],
    *,
    bug: str | int | None = None,
    network: str | None = None,
    crashes: int | None = None,
    crash_nodes: CrashNodes | None = None,
    properties: Iterable[str] = (),
    find: str | None = None,
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
    argument that is not given has its value in the bug's scope, otherwise the builder's default.
    The default network is `set`, and the default number of crashes is 1. Only nodes and groups in
    `crash_nodes` may crash: names, or a text such as "a1,a2".
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
    """Explore the model of a setup and return the result, or raise SpecError without properties.

    After a complete search, check that the cluster sends every kind of message that is observed.
    """
    setup.check_properties()
    model, began = setup.model, time.monotonic()
    search = explore(model, options, on_progress=on_progress, on_note=on_note)
    if search.complete and isinstance(model, ClusterModel):
        search = search.with_warnings(check_sent(model.cluster, model.messages()))
    return Result(setup, search, options.limits.remaining(time.monotonic() - began))


class Result:
    """The result of a search: its verdict, its counts, and the trace that it found."""

    def __init__(
        self,
        setup: Setup,
        search: SearchResult,
        limits: Limits = NO_LIMITS,
        excluded: Collection[tuple[str, ...]] = (),
    ) -> None:
        """`limits` are for the search for all shortest traces; `trace` is one not `excluded`."""
        self.setup, self.search, self.limits, self.excluded = setup, search, limits, excluded
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

    @cached_property
    def saved(self) -> SavedTrace | None:
        """The trace in the form that can be saved and replayed."""
        if self._discovery is None or self.trace is None:
            return None
        prop, discovery = self._discovery
        why = discovery.why
        if self.shortest_traces is not None:
            why = prop.why_false(self.model.observe(self.trace.states[-1]))
        refused_at = refused_step(self.setup, self.trace.labels)
        return saved_from(self.setup, prop.name, why or "", self.trace, refused_at)

    @cached_property
    def trace(self) -> Trace[Any] | None:
        """A shortest trace to the first violation or the target; the most readable, if known."""
        if self._discovery is None:
            return None
        if self.shortest_traces is None:
            return self._discovery[1].trace
        is_enough = len(self.excluded) < self.shortest_traces.count
        return most_readable(self.shortest_traces, self.excluded if is_enough else ())

    @cached_property
    def shortest_traces(self) -> ShortestTraces | None:
        """All shortest traces to the same violation or target; None if not known."""
        if self._discovery is None:
            return None
        prop, discovery = self._discovery
        length, engine = len(discovery.trace), self.search.engine
        try:
            return shortest_traces(self.model, prop, length, engine=engine, limits=self.limits)
        except KeyboardInterrupt:
            return None

    @cached_property
    def _discovery(self) -> tuple[Property, Discovery] | None:
        """The first violated property that has a trace, and the search's discovery of it."""
        props = {prop.name: prop for prop in self.search.properties}
        for name in self.search.violated:
            if name in self.search.discoveries:
                return props[name], self.search.discoveries[name]
        return None

    @cached_property
    def explanation(self) -> Explanation | None:
        """The explanation of the trace."""
        return self.finding.explanation if self.finding is not None else None

    def excluding(self, excluded: Collection[tuple[str, ...]]) -> Result:
        """Return the result with an equally short trace whose labels are not excluded, if any."""
        if self.saved is None or self.saved.steps not in excluded:
            return self
        return Result(self.setup, self.search, self.limits, excluded)

    def assert_holds(self) -> None:
        """Raise AssertionError with the report, unless every property holds or is reached."""
        if self.verdict is not Verdict.HOLDS:
            raise AssertionError(f"\n{self}")

    def save(self, path: str | Path) -> None:
        """Write the trace to a file for `pcheck replay`, or raise UsageError without a trace."""
        if self.saved is None:
            raise UsageError("the result has no trace to save")
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
            trace=self.saved,
            shortest=self.shortest_traces,
            handler_calls=self._handler_calls,
        )

    def levels(self) -> Levels:
        """Return a chart of the new states on each level, to print or to show in a notebook."""
        return Levels(self.search)

    def report(self) -> Report:
        """Return the report that `pcheck explore` prints."""
        return Report(self.setup, self.search, self.finding)

    def draw(self, form: str = TEXT) -> str:
        """Return the trace as text, svg, html, mermaid, itf, shiviz or json."""
        wanted = FORMATS.called(form)
        if self.finding is None:
            raise UsageError("the result has no trace to draw")
        return wanted.draw(self.finding)

    @cached_property
    def finding(self) -> Finding | None:
        """The trace with its timeline and explanation, from which every format is drawn."""
        if self.saved is None or self.trace is None:
            return None
        selection = self.shortest_traces.selection if self.shortest_traces is not None else ""
        return Finding.of(self.setup, self.saved, self.trace, selection)

    def __str__(self) -> str:
        return as_text(self.report())

    def __repr__(self) -> str:
        counts = f"{self.states:,} states, {self.transitions:,} transitions, depth {self.depth}"
        return f"<{self.setup.spec.name}: {self.verdict.value}, {counts}>"

    def _repr_html_(self) -> str:
        return as_html(self.report())
