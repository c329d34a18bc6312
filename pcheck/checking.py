"""The library: ask, and get a result that can be read, asserted and drawn.

from pcheck import check

check("paxos", acceptors=3, proposers=2).assert_holds()
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from pcheck.errors import UsageError
from pcheck.files import write_whole
from pcheck.language.model import Model
from pcheck.language.property import Kind, Property
from pcheck.loading import spec as specs
from pcheck.loading.setup import Question, ask
from pcheck.render.formats import FORMATS, TEXT
from pcheck.render.objects import search_object
from pcheck.render.text.levels import Levels
from pcheck.render.text.printed import as_html, as_text
from pcheck.render.text.report import Report
from pcheck.search.engine import Say, explore
from pcheck.search.limits import Limits, Watch
from pcheck.search.options import SearchOptions
from pcheck.search.outcome import Discovery, Outcome, Search, Verdict
from pcheck.search.vacuity import check_sent
from pcheck.semantics.checked_model import checked
from pcheck.semantics.cluster_model import Runs
from pcheck.semantics.trace import Path
from pcheck.traces.divergence import refused_step
from pcheck.traces.explanation import Explanation
from pcheck.traces.finding import Shown
from pcheck.traces.readable import most_readable
from pcheck.traces.saved import SavedRun, of_path
from pcheck.traces.shortest import Shortest, shortest

if TYPE_CHECKING:
    import networkx as nx

    from pcheck.search.state_graph import Look

NO_LIMITS = Limits()


def check(
    spec: str | FilePath | Callable[..., Any],
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
    watch: Watch | None = None,
    **options: Any,
) -> Result:
    """Looks at every run of a spec: a name, the path of a file, or a builder; options are its own.

    What a bug's scope says is the default for what is not given; else the builder's defaults hold,
    on the network `set` with one crash.
    """
    found = specs.of_builder(spec) if callable(spec) else specs.find(spec)
    question = ask(
        found,
        options,
        bug=found.bug(bug) if bug is not None else None,
        network=network,
        crashes=crashes,
        properties=properties,
        find=find,
    )
    limits = Limits(max_states, max_seconds, max_memory)
    return answer(question, SearchOptions(engine, reduce, limits, all_properties), watch=watch)


def answer(
    question: Question,
    options: SearchOptions = SearchOptions(),  # noqa: B008  (frozen)
    *,
    watch: Watch | None = None,
    say: Say = lambda _: None,
) -> Result:
    """Explores what is asked; a property that could never be false is found out here."""
    model, began = question.model, time.monotonic()
    search = explore(model, options, watch=watch, say=say)
    if search.complete and isinstance(model, Runs):
        search = replace(search, warnings=check_sent(model.cluster, model.messages()))
    return Result(question, search, _left(options.limits, began))


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
        question: Question,
        search: Search,
        limits: Limits = NO_LIMITS,
        but: Collection[tuple[str, ...]] = (),
    ) -> None:
        """`limits` are for what is still to be found out: which of the shortest runs is shown. It
        is none of `but`, if there is another one."""
        self.question, self.search, self.limits, self.but = question, search, limits, but
        self._handler_calls = _handler_calls(question.model)

    @property
    def verdict(self) -> Verdict:
        return self.search.verdict

    @property
    def says(self) -> str:
        """The verdict; or, where something was looked for, whether that was found."""
        if self.question.sought is None:
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
        sought, outcomes = self.question.sought, self.search.outcomes
        if sought is None or sought.kind is Kind.ALWAYS:
            return outcomes
        means = {Outcome.VIOLATED: Outcome.REACHED, Outcome.HOLDS: Outcome.NEVER_REACHED}
        return {name: means.get(outcome, outcome) for name, outcome in outcomes.items()}

    @property
    def model(self) -> Model[Any]:
        return self.question.model

    @cached_property
    def run(self) -> SavedRun | None:
        """The shortest run that violates the first violated property, with all that it needs."""
        if self._violated is None or self.trace is None:
            return None
        prop, found = self._violated
        why = found.why
        if self.shortest is not None:
            why = prop.why_false(self.model.observe(self.trace.states[-1]))
        refused_at = refused_step(self.question, self.trace.labels)
        return of_path(self.question, prop.name, why or "", self.trace, refused_at)

    @cached_property
    def trace(self) -> Path[Any] | None:
        """The same run, as states and labels: of all the shortest ones the most readable."""
        if self._violated is None:
            return None
        if self.shortest is None:
            return self._violated[1].path
        return most_readable(self.shortest, self.but if len(self.but) < self.shortest.count else ())

    @cached_property
    def shortest(self) -> Shortest | None:
        """All shortest runs that violate it; None where they are too many to be looked at."""
        if self._violated is None:
            return None
        prop, found = self._violated
        try:
            return shortest(
                self.model, prop, len(found.path), engine=self.search.engine, limits=self.limits
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
        return self.shown.explanation if self.shown is not None else None

    def unlike(self, runs: Collection[tuple[str, ...]]) -> Result:
        """The same, with another run of those that are as short, if this one is among these."""
        if self.run is None or self.run.steps not in runs:
            return self
        return Result(self.question, self.search, self.limits, runs)

    def assert_holds(self) -> None:
        """Fails a test with the whole report, unless every property holds or was reached."""
        if self.verdict is not Verdict.HOLDS:
            raise AssertionError(f"\n{self}")

    def save(self, path: str | FilePath) -> None:
        """Writes the violating run, for `pcheck replay`."""
        if self.run is None:
            raise UsageError("there is no violating run to save")
        write_whole(FilePath(path), self.run.text())

    def graph(
        self, max_states: int = 10_000, *, look: Look = lambda states, queue: None
    ) -> nx.MultiDiGraph[Any]:
        """The state graph, for small clusters, with what is violated and the run that is shown.

        `look` is told now and then how far it is, and may stop it.
        """
        from pcheck.render.state_graph.text import state_text
        from pcheck.search.state_graph import state_graph

        model, sought = self.model, self.question.sought
        return state_graph(
            checked(model),
            max_states,
            properties=model.properties if sought is None else (sought,),
            run=self.trace.labels if self.trace is not None else (),
            text=lambda state: state_text(model, state),
            look=look,
        )

    def to_dict(self) -> dict[str, Any]:
        """What `--json` prints: all that depends on the machine is under `run`."""
        return search_object(
            self.question,
            self.search,
            says=self.says,
            properties=self.properties,
            run=self.run,
            shortest=self.shortest,
            handler_calls=self._handler_calls,
        )

    def levels(self) -> Levels:
        """How the search grew, as bars: to be printed, or shown in a notebook."""
        return Levels(self.search)

    def report(self) -> Report:
        return Report(self.question, self.search, self.shown)

    def draw(self, form: str = TEXT) -> str:
        """The violating run in one of the formats: text, svg, html, mermaid, itf, shiviz, json."""
        wanted = FORMATS.called(form)
        if self.shown is None:
            raise UsageError("there is no run to draw")
        return wanted.draw(self.shown)

    @cached_property
    def shown(self) -> Shown | None:
        """That run with all that there is to say of it: what pictures are made from."""
        if self.run is None or self.trace is None:
            return None
        among = self.shortest.among if self.shortest is not None else ""
        return Shown.of(self.question, self.run, self.trace, among)

    def __str__(self) -> str:
        return as_text(self.report())

    def __repr__(self) -> str:
        counts = f"{self.states:,} states, {self.transitions:,} transitions, depth {self.depth}"
        return f"<{self.question.spec.name}: {self.verdict.value}, {counts}>"

    def _repr_html_(self) -> str:
        return as_html(self.report())


def _handler_calls(model: Model[Any]) -> int | None:
    return sum(node.handlers.calls for node in model.nodes) if isinstance(model, Runs) else None
