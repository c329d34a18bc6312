"""The library: ask, and get a result that can be read, asserted and drawn.

from pcheck import check

check("paxos", acceptors=3, proposers=2).assert_holds()
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pcheck.errors import UsageError
from pcheck.files import write_whole
from pcheck.language.model import Model
from pcheck.language.property import Kind, Property
from pcheck.loading import spec as specs
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
from pcheck.traces.shortest import Shortest, shortest

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
    """Looks at every run of a spec: a name, the path of a file, or a builder; options are its own.

    What a bug's scope says is the default for what is not given; else the builder's defaults hold,
    on the network `set` with one crash.
    """
    found = specs.of_builder(spec) if callable(spec) else specs.find(spec)
    setup = prepare(
        found,
        options,
        bug=found.bug(bug) if bug is not None else None,
        network=network,
        crashes=crashes,
        properties=properties,
        find=find,
    )
    limits = Limits(max_states, max_seconds, max_memory)
    return answer(
        setup, SearchOptions(engine, reduce, limits, all_properties), on_progress=on_progress
    )


def answer(
    setup: Setup,
    options: SearchOptions = SearchOptions(),  # noqa: B008  (frozen)
    *,
    on_progress: OnProgress | None = None,
    on_note: OnNote = lambda _: None,
) -> Result:
    """Explores what is asked; a property that could never be false is found out here."""
    model, began = setup.model, time.monotonic()
    search = explore(model, options, on_progress=on_progress, on_note=on_note)
    if search.complete and isinstance(model, ClusterModel):
        search = replace(search, warnings=check_sent(model.cluster, model.messages()))
    return Result(setup, search, _left(options.limits, began))


def _left(limits: Limits, began: float) -> Limits:
    """What is left of the time, and no limit of states: these are others."""
    if limits.seconds is None:
        return replace(limits, states=None)
    left = limits.seconds - (time.monotonic() - began)
    return replace(limits, states=None, seconds=max(left, 0.01))


class Result:
    """What a search says of a question."""

    def __init__(
        self,
        setup: Setup,
        search: SearchResult,
        limits: Limits = NO_LIMITS,
        but: Collection[tuple[str, ...]] = (),
    ) -> None:
        """`limits` are for what is still to be found out: which of the shortest runs is shown. It
        is none of `but`, if there is another one."""
        self.setup, self.search, self.limits, self.but = setup, search, limits, but
        self._handler_calls = _handler_calls(setup.model)

    @property
    def verdict(self) -> Verdict:
        return self.search.verdict

    @property
    def verdict_word(self) -> str:
        """The verdict; or, where something was looked for, whether that was found."""
        if self.setup.target is None:
            return self.verdict.value
        said = {Verdict.HOLDS: "unreachable", Verdict.VIOLATED: "found"}
        return said.get(self.verdict, self.verdict.value)

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
        means = {Outcome.VIOLATED: Outcome.REACHED, Outcome.HOLDS: Outcome.NEVER_REACHED}
        return {name: means.get(outcome, outcome) for name, outcome in outcomes.items()}

    @property
    def model(self) -> Model[Any]:
        return self.setup.model

    @cached_property
    def saved(self) -> SavedTrace | None:
        """The shortest run that violates the first violated property, with all that it needs."""
        if self._violated is None or self.trace is None:
            return None
        prop, found = self._violated
        why = found.why
        if self.shortest is not None:
            why = prop.why_false(self.model.observe(self.trace.states[-1]))
        refused_at = refused_step(self.setup, self.trace.labels)
        return saved_from(self.setup, prop.name, why or "", self.trace, refused_at)

    @cached_property
    def trace(self) -> Trace[Any] | None:
        """The same run, as states and labels: of all the shortest ones the most readable."""
        if self._violated is None:
            return None
        if self.shortest is None:
            return self._violated[1].trace
        return most_readable(self.shortest, self.but if len(self.but) < self.shortest.count else ())

    @cached_property
    def shortest(self) -> Shortest | None:
        """All shortest runs that violate it; None where they are too many to be looked at."""
        if self._violated is None:
            return None
        prop, found = self._violated
        try:
            return shortest(
                self.model, prop, len(found.trace), engine=self.search.engine, limits=self.limits
            )
        except KeyboardInterrupt:
            return None

    @cached_property
    def _violated(self) -> tuple[Property, Discovery] | None:
        """The first violated property of which there is a run."""
        props = {prop.name: prop for prop in self.search.properties}
        for name in self.search.violated:
            if name in self.search.discoveries:
                return props[name], self.search.discoveries[name]
        return None

    @cached_property
    def explanation(self) -> Explanation | None:
        """Why that run goes wrong."""
        return self.finding.explanation if self.finding is not None else None

    def excluding(self, runs: Collection[tuple[str, ...]]) -> Result:
        """The same, with another run of those that are as short, if this one is among these."""
        if self.saved is None or self.saved.steps not in runs:
            return self
        return Result(self.setup, self.search, self.limits, runs)

    def assert_holds(self) -> None:
        """Fails a test with the whole report, unless every property holds or was reached."""
        if self.verdict is not Verdict.HOLDS:
            raise AssertionError(f"\n{self}")

    def save(self, path: str | Path) -> None:
        """Writes the violating run, for `pcheck replay`."""
        if self.saved is None:
            raise UsageError("there is no violating run to save")
        write_whole(Path(path), self.saved.text())

    def graph(
        self, max_states: int = 10_000, *, on_states: OnStates = lambda states, queue: None
    ) -> nx.MultiDiGraph[Any]:
        """The state graph, for small clusters, with what is violated and the run that is shown.

        `look` is told now and then how far it is, and may stop it.
        """
        from pcheck.render.state_graph.text import state_text
        from pcheck.search.state_graph import state_graph

        model, target = self.model, self.setup.target
        return state_graph(
            checked(model),
            max_states,
            properties=model.properties if target is None else (target,),
            run=self.trace.labels if self.trace is not None else (),
            text=lambda state: state_text(model, state),
            on_states=on_states,
        )

    def to_dict(self) -> dict[str, Any]:
        """What `--json` prints: all that depends on the machine is under `run`."""
        return search_object(
            self.setup,
            self.search,
            says=self.verdict_word,
            properties=self.properties,
            run=self.saved,
            shortest=self.shortest,
            handler_calls=self._handler_calls,
        )

    def levels(self) -> Levels:
        """How the search grew, as bars: to be printed, or shown in a notebook."""
        return Levels(self.search)

    def report(self) -> Report:
        return Report(self.setup, self.search, self.finding)

    def draw(self, form: str = TEXT) -> str:
        """The violating run in one of the formats: text, svg, html, mermaid, itf, shiviz, json."""
        wanted = FORMATS.called(form)
        if self.finding is None:
            raise UsageError("there is no run to draw")
        return wanted.draw(self.finding)

    @cached_property
    def finding(self) -> Finding | None:
        """That run with all that there is to say of it: what pictures are made from."""
        if self.saved is None or self.trace is None:
            return None
        among = self.shortest.among if self.shortest is not None else ""
        return Finding.of(self.setup, self.saved, self.trace, among)

    def __str__(self) -> str:
        return as_text(self.report())

    def __repr__(self) -> str:
        counts = f"{self.states:,} states, {self.transitions:,} transitions, depth {self.depth}"
        return f"<{self.setup.spec.name}: {self.verdict.value}, {counts}>"

    def _repr_html_(self) -> str:
        return as_html(self.report())


def _handler_calls(model: Model[Any]) -> int | None:
    return (
        sum(node.handlers.calls for node in model.nodes)
        if isinstance(model, ClusterModel)
        else None
    )
