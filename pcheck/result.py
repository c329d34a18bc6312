"""The library: ask, and get a result that can be read, asserted and drawn.

from pcheck import check

check("paxos", acceptors=3, proposers=2).assert_holds()
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from rich.console import Console

from pcheck.counterexample import SavedRun, of_path, refused_step
from pcheck.engine import Say, explore
from pcheck.errors import UsageError
from pcheck.files import write_whole
from pcheck.model import Model
from pcheck.path import Path
from pcheck.question import Question, ask
from pcheck.render.report import Report
from pcheck.search import Limits, Outcome, Search, Verdict, Watch
from pcheck.semantics import Runs
from pcheck.senders import check_sent
from pcheck.specfile import find, of_builder

if TYPE_CHECKING:
    import networkx as nx


def check(
    spec: str | FilePath | Callable[..., Any],
    *,
    bug: str | int | None = None,
    network: str | None = None,
    crashes: int | None = None,
    properties: Iterable[str] = (),
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
    found = of_builder(spec) if callable(spec) else find(spec)
    question = ask(
        found,
        options,
        bug=found.bug(bug) if bug is not None else None,
        network=network,
        crashes=crashes,
        properties=properties,
    )
    limits = Limits(max_states, max_seconds, max_memory)
    return answer(
        question,
        limits,
        engine=engine,
        reduce=reduce,
        all_properties=all_properties,
        watch=watch,
    )


def answer(
    question: Question,
    limits: Limits,
    *,
    engine: str = "auto",
    reduce: str | None = None,
    all_properties: bool = False,
    watch: Watch | None = None,
    say: Say = lambda _: None,
) -> Result:
    """Explores what is asked; a property that could never be false is found out here."""
    model = question.model
    search = explore(
        model,
        limits,
        engine=engine,
        reduce=reduce,
        all_properties=all_properties,
        watch=watch,
        say=say,
    )
    if search.complete and isinstance(model, Runs):
        check_sent(model.cluster, model.messages())
    return Result(question, search)


class Result:
    """What a search says of a question."""

    def __init__(self, question: Question, search: Search) -> None:
        self.question, self.search = question, search

    @property
    def verdict(self) -> Verdict:
        return self.search.verdict

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
        return self.search.outcomes

    @property
    def model(self) -> Model[Any]:
        return self.question.model

    @cached_property
    def run(self) -> SavedRun | None:
        """The shortest run that violates the first violated property, with all that it needs."""
        for name in self.search.violated:
            found = self.search.discoveries.get(name)
            if found is not None:
                refused_at = refused_step(self.question, found.path.labels)
                return of_path(self.question, name, found.why or "", found.path, refused_at)
        return None

    @property
    def trace(self) -> Path[Any] | None:
        """The same run, as states and labels."""
        return self.search.discoveries[self.run.property].path if self.run is not None else None

    def assert_holds(self) -> None:
        """Fails a test with the whole report, unless every property holds or was reached."""
        if self.verdict is not Verdict.HOLDS:
            raise AssertionError(f"\n{self}")

    def save(self, path: str | FilePath) -> None:
        """Writes the violating run, for `pcheck replay`."""
        if self.run is None:
            raise UsageError("there is no violating run to save")
        write_whole(FilePath(path), self.run.text())

    def graph(self, max_states: int = 10_000) -> nx.MultiDiGraph[Any]:
        """The state graph, for small clusters."""
        from pcheck.graph import state_graph

        return state_graph(self.model, max_states)

    def to_dict(self) -> dict[str, Any]:
        """What `--json` prints: all that depends on the machine is under `run`."""
        search, run = self.search, self.run
        return {
            "verdict": search.verdict.value,
            "spec": self.question.spec.name,
            "bug": self.question.bug.name if self.question.bug is not None else None,
            "options": self.question.all_options,
            "reduce": list(search.reduced),
            "skipped": dict(search.skipped),
            "notes": [search.note] if search.note is not None else [],
            "states": search.states,
            "transitions": search.transitions,
            "depth": search.depth,
            "properties": {name: outcome.value for name, outcome in search.outcomes.items()},
            "trace": None
            if run is None
            else {
                "property": run.property,
                "why": run.why,
                "steps": list(run.steps),
                "refused_at": run.refused_at,
            },
            "run": {
                "stopped": search.stopped,
                "engine": search.engine,
                "seconds": round(search.seconds, 3),
                "states_per_second": round(search.states / max(search.seconds, 1e-9)),
                "transitions_per_second": round(search.transitions / max(search.seconds, 1e-9)),
                "bytes_per_state": round(search.memory / search.states, 1),
                "handler_calls": self._handler_calls(),
                "peak_memory": search.peak,
            },
        }

    def _handler_calls(self) -> int | None:
        model = self.model
        return sum(node.handlers.calls for node in model.nodes) if isinstance(model, Runs) else None

    def report(self) -> Report:
        return Report(self.question, self.search, self.run)

    def __str__(self) -> str:
        console = Console(file=io.StringIO(), width=100, color_system=None)
        console.print(self.report())
        return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]

    def __repr__(self) -> str:
        counts = f"{self.states:,} states, {self.transitions:,} transitions, depth {self.depth}"
        return f"<{self.question.spec.name}: {self.verdict.value}, {counts}>"

    def _repr_html_(self) -> str:
        console = Console(
            file=io.StringIO(),
            width=100,
            record=True,
            force_terminal=True,
            color_system="truecolor",
        )
        console.print(self.report())
        return console.export_html(
            inline_styles=True, code_format='<pre style="font-family: monospace">{code}</pre>'
        )
