"""Comparison of both engines on one cluster: all results must agree."""

from __future__ import annotations

from typing import Any, NamedTuple

from pcheck.language.cluster import Cluster
from pcheck.language.names import Id
from pcheck.language.property import Kind, Property
from pcheck.search import reference
from pcheck.search.compiled import explorer
from pcheck.search.limits import Limits
from pcheck.search.outcome import SearchResult
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.trace import follow

NO_LIMITS = Limits()


class Case(NamedTuple):
    """A cluster with all options of a check; an empty `only` selects every property."""

    cluster: Cluster
    network: str = "set"
    crashes: int = 0
    limits: Limits = NO_LIMITS
    all_properties: bool = False
    only: tuple[str, ...] = ()
    crash_nodes: tuple[Id, ...] | None = None  # None: every node may crash

    def model(self) -> ClusterModel:
        """Return a fresh model, of which nothing is explored yet."""
        net = NETWORKS[self.network]
        model = ClusterModel(self.cluster, net, self.crashes, self.crash_nodes)
        if self.only:
            model.properties = tuple(p for p in model.properties if p.name in self.only)
        return model


class Answers(NamedTuple):
    """The parts of a SearchResult that depend neither on the machine nor on the engine."""

    verdict: str
    stopped: str | None
    complete: bool
    counts: tuple[int, int, int]  # states, transitions, depth
    terminal: int | None
    widths: tuple[int, ...]
    outcomes: dict[str, str]
    discoveries: dict[str, tuple[int, str | None, tuple[str, ...]]]  # length, why, labels


def answers(search: SearchResult) -> Answers:
    return Answers(
        search.verdict.value,
        search.stopped,
        search.complete,
        (search.states, search.transitions, search.depth),
        search.terminal,
        search.widths,
        {name: outcome.value for name, outcome in search.outcomes.items()},
        {
            name: (len(found.trace), found.why, found.trace.labels)
            for name, found in sorted(search.discoveries.items())
        },
    )


def by_reference(case: Case) -> SearchResult:
    return reference.explore(case.model(), case.limits, all_properties=case.all_properties)


def compiled(case: Case) -> SearchResult:
    return explorer.explore(case.model(), case.limits, all_properties=case.all_properties)


def check_traces(case: Case, search: SearchResult) -> None:
    """Assert that each trace found can be replayed, step by step, and decides its property."""
    model = case.model()
    for prop in search.properties:
        if prop.name in search.discoveries:
            found = search.discoveries[prop.name]
            trace = follow(model, found.trace.labels)
            assert trace.labels == found.trace.labels
            columns = [model.columns(state) for state in trace.states]
            assert [model.columns(state) for state in found.trace.states] == columns
            assert reason(model, prop, trace.states) == found.why


def reason(model: ClusterModel, prop: Property, states: tuple[State, ...]) -> str | None:
    """Return why a property is false at the end of a trace; None if a `sometimes` is reached."""
    observations = [model.observe(state) for state in states]
    if prop.kind is Kind.SOMETIMES:
        return None if prop.is_reached(observations[-1]) else "it is not reached"
    return (
        prop.why_false(*observations[-2:])
        if prop.is_step_property
        else prop.why_false(observations[-1])
    )


def check_alike(case: Case) -> SearchResult:
    """Assert that both engines agree on a case, and that the traces found can be replayed."""
    expected, found = by_reference(case), compiled(case)
    assert answers(found) == answers(expected)
    assert found.engine == "compiled"
    check_traces(case, found)
    return expected


def alike(cluster: Cluster, network: str = "set", crashes: int = 0, **more: Any) -> SearchResult:
    """Do the same as `check_alike` for a case made of a cluster and the options of a check."""
    return check_alike(Case(cluster, network, crashes, **more))
