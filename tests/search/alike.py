"""Both engines on one cluster: everything that they say, side by side."""

from __future__ import annotations

from typing import Any, NamedTuple

from pcheck.language.cluster import Cluster
from pcheck.language.property import Kind, Property
from pcheck.search import reference
from pcheck.search.compiled import explorer
from pcheck.search.limits import Limits
from pcheck.search.outcome import SearchResult
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.trace import follow

NO_LIMITS = Limits()


class Asked(NamedTuple):
    """A cluster, and all that the user may say beside it. No `only`: every property is asked."""

    cluster: Cluster
    network: str = "set"
    crashes: int = 0
    limits: Limits = NO_LIMITS
    all_properties: bool = False
    only: tuple[str, ...] = ()

    def runs(self) -> ClusterModel:
        """A model that nobody has looked at yet."""
        model = ClusterModel(self.cluster, NETWORKS[self.network], self.crashes)
        if self.only:
            model.properties = tuple(p for p in model.properties if p.name in self.only)
        return model


class Told(NamedTuple):
    """All of a Search that does not depend on the machine or on the engine."""

    verdict: str
    stopped: str | None
    complete: bool
    counts: tuple[int, int, int]  # states, transitions, depth
    widths: tuple[int, ...]
    outcomes: dict[str, str]
    discoveries: dict[str, tuple[int, str | None, tuple[str, ...]]]  # length, why, labels


def told(search: SearchResult) -> Told:
    return Told(
        search.verdict.value,
        search.stopped,
        search.complete,
        (search.states, search.transitions, search.depth),
        search.widths,
        {name: outcome.value for name, outcome in search.outcomes.items()},
        {
            name: (len(found.trace), found.why, found.trace.labels)
            for name, found in sorted(search.discoveries.items())
        },
    )


def by_reference(asked: Asked) -> SearchResult:
    return reference.explore(asked.runs(), asked.limits, all_properties=asked.all_properties)


def compiled(asked: Asked) -> SearchResult:
    return explorer.explore(asked.runs(), asked.limits, all_properties=asked.all_properties)


def check_runs(asked: Asked, search: SearchResult) -> None:
    """Every run that was found can be taken again, shows the same, and ends as it was said to."""
    for prop in search.properties:
        if prop.name in search.discoveries:
            found = search.discoveries[prop.name]
            model = asked.runs()
            path = follow(model, found.trace.labels)
            assert path.labels == found.trace.labels
            shown = [model.columns(state) for state in path.states]
            assert [model.columns(state) for state in found.trace.states] == shown
            assert answer(model, prop, path.states) == found.why


def answer(model: ClusterModel, prop: Property, states: tuple[State, ...]) -> str | None:
    """What a property says of the end of a run: None where a `sometimes` is reached."""
    observations = [model.observe(state) for state in states]
    if prop.kind is Kind.SOMETIMES:
        return None if prop.reached(observations[-1]) else "it is not reached"
    return (
        prop.why_false(*observations[-2:])
        if prop.is_step_property
        else prop.why_false(observations[-1])
    )


def check_alike(asked: Asked) -> SearchResult:
    """Both engines say the same of this, and what they say can be replayed."""
    expected, found = by_reference(asked), compiled(asked)
    assert told(found) == told(expected)
    assert found.engine == "compiled"
    check_runs(asked, found)
    return expected


def alike(cluster: Cluster, network: str = "set", crashes: int = 0, **more: Any) -> SearchResult:
    """As `check_alike`, of a cluster and what is asked of it."""
    return check_alike(Asked(cluster, network, crashes, **more))
