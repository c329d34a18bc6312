"""The comparison of pcheck with the explorer: outcomes, lengths, counts and traces."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from pcheck import Cluster, Result, check
from pcheck.language.property import Kind, Property
from tests.attack.explorer import Answer, Explorer

REDUCTIONS = ("minimise", "fuse", "prune", "symmetry", "cover")
SUBSETS = tuple(
    tuple(name for bit, name in enumerate(REDUCTIONS) if number >> bit & 1) for number in range(32)
)
How = Mapping[str, Any]  # the engine, the reductions and the properties of a search


class Case(NamedTuple):
    """A cluster on a network: the function that builds the cluster, and its options."""

    builder: Callable[..., Cluster]
    network: str
    crashes: int
    options: Mapping[str, Any] = {}
    crash_nodes: tuple[str, ...] | None = None

    def explorer(self) -> Explorer:
        """Return an explorer of the attack."""
        cluster = self.builder(**self.options)
        return Explorer(cluster, self.network, self.crashes, self.crash_nodes)

    def check(self, how: How) -> Result:
        """Return the result of pcheck."""
        return check(
            self.builder,
            network=self.network,
            crashes=self.crashes,
            crash_nodes=self.crash_nodes,
            **self.options,
            **how,
        )


class Expected(NamedTuple):
    """The answers that a search must give, by the explorer of the attack."""

    outcomes: dict[str, str]
    lengths: dict[str, int]
    counts: tuple[int, int, int]  # states, transitions, depth


def expected(answer: Answer, properties: Sequence[Property], *, all_properties: bool) -> Expected:
    """Return the answers of a search for these properties, which ends as the user has asked.

    A search ends with the first level where an `always` is false; with `all_properties`, with the
    first level where every property is decided. Otherwise it ends when all states are explored.
    """
    decided = {p.name: n for p in properties if (n := answer.lengths[p.name]) is not None}
    violated = [decided[p.name] for p in properties if p.kind is Kind.ALWAYS and p.name in decided]
    last = len(answer.widths)
    if violated and not all_properties:
        last = min(violated)
    elif violated and len(decided) == len(properties):
        last = max(decided.values())
    outcomes = {}
    for prop in properties:
        found, not_found = "reached", "never_reached"
        if prop.kind is Kind.ALWAYS:
            found, not_found = "violated", "holds"
        if last < len(answer.widths):
            not_found = "undecided"
        outcomes[prop.name] = found if decided.get(prop.name, last + 1) <= last else not_found
    depth = min(last, len(answer.widths) - 1)
    return Expected(
        outcomes,
        {name: length for name, length in decided.items() if length <= last},
        (sum(answer.widths[: depth + 1]), sum(answer.transitions[:last]), depth),
    )


def compare(case: Case, explorer: Explorer, answer: Answer, how: How) -> Result:
    """Return the result of a search, after asserting that its answers and traces are right."""
    every = {prop.name: prop for prop in explorer.cluster.properties}
    names = how.get("properties", every)
    wanted = expected(
        answer,
        [every[name] for name in names],
        all_properties=how.get("all_properties", False),
    )
    result = case.check(how)
    search = result.search
    assert (
        Expected(
            {name: outcome.value for name, outcome in search.outcomes.items()},
            {name: len(found.trace) for name, found in search.discoveries.items()},
            wanted.counts if search.reduced else (result.states, result.transitions, result.depth),
        )
        == wanted
    )
    is_full = search.complete and not search.reduced
    assert search.terminal == (answer.terminal if is_full else None)
    for name, found in search.discoveries.items():
        why = why_at_end(explorer, every[name], found.trace.labels)
        assert why == (found.why or "it is reached")
    if result.saved is not None:
        name, steps = result.saved.property, result.saved.steps
        assert result.trace is not None
        assert (result.trace.labels, len(steps)) == (steps, answer.lengths[name])
        assert why_at_end(explorer, every[name], steps) == result.saved.why
        if result.shortest_traces is not None:
            count = explorer.shortest_traces(every[name], len(steps))
            assert result.shortest_traces.count == count
    return result


def why_at_end(explorer: Explorer, prop: Property, labels: Sequence[str]) -> str | None:
    """Return what is wrong at the end of a trace; None if the trace does not decide the property.

    Raise KeyError if the explorer cannot take a step of the trace.
    """
    states = explorer.follow(labels)
    end = states[-2:] if prop.is_step_property else states[-1:]
    if len(end) < 1 + prop.is_step_property:
        return None
    return prop.as_target().why_false(*map(explorer.seen, end))
