"""What is asked of each protocol around Paxos: its sets of votes, and its verdict by every way."""

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
    observations: Collection[Any]  # the sets of votes


class Watched(ClusterModel):
    """Remembers every sight that it showed."""

    def __init__(self, cluster: Cluster, network: str, crashes: int) -> None:
        super().__init__(cluster, NETWORKS[network], crashes)
        self.sights: set[Seen] = set()

    def observe(self, state: State) -> Seen:
        seen = super().observe(state)
        self.sights.add(seen)
        return seen


def cluster(name: str, bug: str | int = "", **options: Any) -> Cluster:
    spec = find(name)
    built = spec.build(spec.options(options), bug=spec.bug(bug) if bug else None)
    assert isinstance(built, Cluster)
    return built


def paxos(bug: str | int = "", **options: int) -> Cluster:
    return cluster("paxos", bug, **options)


def watched(name: str, network: str = "set", crashes: int = 0, **options: Any) -> Found:
    """All that the reference finds, which no reduction has touched."""
    model = Watched(cluster(name, **options), network, crashes)
    # the files of a spec are loaded as a package of their own, which has an Accepted of its own
    (said,) = [kind for kind in model.cluster.watched_kinds if kind.__name__ == Accepted.__name__]
    search = explore(model)
    assert search.verdict is Verdict.HOLDS
    observations = frozenset(frozenset(votes(seen.sent(said))) for seen in model.sights)
    return Found(*counts(search), observations)


def votes(sent: list[tuple[Id, Any]]) -> Iterator[tuple[int, int, int | str]]:
    for who, accepted in sent:
        name, number = str(accepted.vote.value), accepted.vote.value[1:]
        yield int(who[1:]), accepted.vote.ballot, int(number) if number.isdecimal() else name


def agree(name: str, **setup: Any) -> Result:
    """The reference and the compiled engine, which count the same, and all passes, which say it."""
    plain = check(name, **setup, engine="reference")
    compiled = check(name, **setup, engine="compiled", reduce="none")
    reduced = check(name, **setup, engine="compiled", reduce="all")
    assert counts(plain.search) == counts(compiled.search)
    assert plain.properties == compiled.properties == reduced.properties
    assert reduced.states <= plain.states
    return reduced


def length(result: Result) -> int:
    """Of the shortest run to the only thing that was found."""
    (found,) = result.search.discoveries.values()
    return len(found.trace)


@cache
def hunted(name: str, bug: str) -> BugCheck:
    return next(check_bug(spec, found) for spec, found in select(bug) if spec.name == name)


def breaks_nothing(found: BugCheck) -> bool:
    """Whether it is safe as it says, and each property came out as it should."""
    bad = {Outcome.VIOLATED, Outcome.NEVER_REACHED, Outcome.UNDECIDED}
    told = found.as_expected, found.steps, found.result.verdict
    return told == (True, None, Verdict.HOLDS) and bad.isdisjoint(found.result.properties.values())


def is_as_kept(found: BugCheck) -> bool:
    """Whether a search comes to the very run and words that stand in `counterexamples/`."""
    run, folder = found.result.saved, SHIPPED.parent / "counterexamples"
    files = [folder / f"{found.bug.name}{kind}" for kind in (".json", ".txt")]
    if run is None:
        return not any(file.exists() for file in files)
    select = [file.read_text(encoding="utf-8") for file in files]
    return [run.text(), found.result.draw()] == select


def mistakes(name: str) -> list[tuple[int, str]]:
    """The numbers and names of all bugs of a spec."""
    return sorted((bug.number, bug.name) for bug in find(name).bugs)
