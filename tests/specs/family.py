"""Checks for every protocol around Paxos: its sets of votes, its verdicts and its known bugs."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from typing import Any, NamedTuple

from pcheck import Id, Result, Seen, check
from pcheck.bugs import BugCheck, check_bug, select
from pcheck.language.cluster import Cluster
from pcheck.loading.spec import SHIPPED, find
from pcheck.search.outcome import Outcome, Verdict
from pcheck.search.reference import explore
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.network import NETWORKS
from specs.consensus import Accepted
from tests.runs import counts


class Found(NamedTuple):
    states: int
    transitions: int
    depth: int
    observations: Collection[Any]  # the set of votes of each state


class Watched(ClusterModel):
    """A ClusterModel that records every observation."""

    def __init__(
        self,
        cluster: Cluster,
        network: str,
        crashes: int,
        crash_nodes: Collection[Id] | None = None,
    ) -> None:
        super().__init__(cluster, NETWORKS[network], crashes, crash_nodes)
        self.observations: set[Seen] = set()

    def observe(self, state: State) -> Seen:
        seen = super().observe(state)
        self.observations.add(seen)
        return seen


def cluster(name: str, bug: str | int = "", **options: Any) -> Cluster:
    spec = find(name)
    built = spec.build(spec.options(options), bug=spec.bug(bug) if bug else None)
    assert isinstance(built, Cluster)
    return built


def paxos(bug: str | int = "", **options: int) -> Cluster:
    return cluster("paxos", bug, **options)


def watched(name: str, network: str = "set", crashes: int = 0, **options: Any) -> Found:
    """Return what the reference search finds, without any reduction."""
    model = Watched(cluster(name, **options), network, crashes)
    # a spec is loaded as a separate package, so its class Accepted differs from the imported one
    (said,) = [kind for kind in model.cluster.watched_kinds if kind.__name__ == Accepted.__name__]
    search = explore(model)
    assert search.verdict is Verdict.HOLDS
    observations = frozenset(frozenset(votes(seen.sent(said))) for seen in model.observations)
    return Found(*counts(search), observations)


def votes(sent: list[tuple[Id, Any]]) -> Iterator[tuple[int, int, int | str]]:
    """Yield (acceptor, ballot, value) for each vote, with v1 as 1."""
    for acceptor, accepted in sent:
        name, number = str(accepted.vote.value), accepted.vote.value[1:]
        yield int(acceptor[1:]), accepted.vote.ballot, int(number) if number.isdecimal() else name


def agree(name: str, **setup: Any) -> Result:
    """Check with both engines, then with all reductions, and return the last result.

    Both engines must count the same, and all three must give the same outcomes.
    """
    plain = check(name, **setup, engine="reference")
    compiled = check(name, **setup, engine="compiled", reduce="none")
    reduced = check(name, **setup, engine="compiled", reduce="all")
    assert counts(plain.search) == counts(compiled.search)
    assert plain.properties == compiled.properties == reduced.properties
    assert reduced.states <= plain.states
    return reduced


def length(result: Result) -> int:
    """Return the length of the only trace of a result."""
    (found,) = result.search.discoveries.values()
    return len(found.trace)


@cache
def checked(name: str, bug: str) -> BugCheck:
    """Return the check of a bug of a spec."""
    return next(check_bug(known) for known in select(bug) if known.spec.name == name)


def breaks_nothing(found: BugCheck) -> bool:
    """Return whether a bug is safe as declared and every property has its expected outcome."""
    bad = {Outcome.VIOLATED, Outcome.NEVER_REACHED, Outcome.UNDECIDED}
    actual = found.as_expected, found.steps, found.result.verdict
    outcomes = found.result.properties.values()
    return actual == (True, None, Verdict.HOLDS) and bad.isdisjoint(outcomes)


def matches_saved_files(found: BugCheck) -> bool:
    """Return whether the trace and its drawing equal the files in `counterexamples/`."""
    trace, folder = found.result.saved, SHIPPED.parent / "counterexamples"
    files = [folder / f"{found.bug.name}{kind}" for kind in (".json", ".txt")]
    if trace is None:
        return not any(file.exists() for file in files)
    texts = [file.read_text(encoding="utf-8") for file in files]
    return [trace.text(), found.result.draw()] == texts


def bugs_of(name: str) -> list[tuple[int, str]]:
    """Return the numbers and names of all bugs of a spec."""
    return sorted((bug.number, bug.name) for bug in find(name).bugs)
