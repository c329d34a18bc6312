"""Traces reconstructed from the states of a reduced search, with little work and under limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from pcheck import (
    Action,
    Actor,
    Cluster,
    Group,
    Id,
    Step,
    action,
    broadcast,
    fixed,
    group,
)
from pcheck.errors import SpecError
from pcheck.search import reference
from pcheck.search.clock import Clock, Progress
from pcheck.search.compiled import explorer
from pcheck.search.limits import Limits
from pcheck.search.outcome import Outcome, SearchResult, Untraced, Verdict
from pcheck.search.reductions import fuse
from pcheck.search.reductions.reduce import REDUCTIONS
from pcheck.search.tracing import RECONSTRUCTING
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS
from tests.search.alike import Case, check_traces
from tests.search.noisy import WORKED, noisy
from tests.search.parts import N1, N, Ticker, never_at, tickers
from tests.search.parts import cluster as cluster_of
from tests.search.reductions.symmetric import check_symmetric
from tests.search.reductions.traps import NOBODY, X, reaches

# Work


@pytest.mark.parametrize(
    ("moody", "network"), [(False, "lossy"), (True, "once"), (True, "lossy"), (False, "set")]
)
def test_undelivered_messages_do_not_multiply_the_work_on_a_trace(
    moody: bool, network: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A search of three states finds the violation; the cluster has a trace for each order of
    taking or losing the noise."""
    calls: list[None] = []
    take = ClusterModel.after

    def counting_after(*arguments: Any) -> Any:
        calls.append(None)
        assert len(calls) < 200, "the steps of the cluster are enumerated"
        return take(*arguments)

    monkeypatch.setattr(ClusterModel, "after", counting_after)
    case = Case(noisy(moody=moody), network)
    search = explorer.explore(case.model(), reductions=REDUCTIONS)
    assert (search.reduced, search.states) == (("minimise", "fuse", "prune"), 3)
    assert search.discoveries["never_done"].trace.labels == WORKED
    monkeypatch.undo()
    check_traces(case, search)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("reductions", [(), ("fuse",), ("minimise", "fuse"), ("fuse", "prune")])
def test_any_reductions_give_the_same_trace_beside_some_noise(
    reductions: tuple[str, ...], network: str
) -> None:
    case = Case(noisy(noise=2), network)
    search = explorer.explore(case.model(), reductions=reductions)
    expected = 15 if network != "fifo" else 17
    assert len(search.discoveries["never_done"].trace) == expected
    check_traces(case, search)


# Chains that end at a limit


@dataclass(frozen=True)
class Call:
    kind: str


@dataclass(frozen=True)
class Caller(Actor):
    """Calls once, in one of three ways."""

    to: Group = fixed()
    called: bool = False

    def actions(self) -> Iterator[Action]:
        if not self.called:
            for kind in "abc":
                calls = broadcast(self.to, Call(kind))
                yield action(f"calls {kind}", self.but(called=True), calls)


@dataclass(frozen=True)
class Callee(Actor):
    """Hears the calls silently, and says X after these calls in this order."""

    order: str = fixed()
    heard: str = ""

    def receive(self, msg: object, src: Id) -> Step:
        assert isinstance(msg, Call)
        if len(self.heard) == 3:
            return None
        after = self.but(heard=self.heard + msg.kind)
        return (after, broadcast(NOBODY, X())) if after.heard == self.order else after


@pytest.mark.parametrize("order", ["abc", "acb", "bac", "bca", "cab", "cba"])
@pytest.mark.parametrize("max_chains", [2, 3, 4, 5, 8])
def test_a_limit_of_chains_ends_other_chains_in_a_renamed_state(
    max_chains: int, order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit ends chains in the order of the steps, which a renaming changes."""
    monkeypatch.setattr(fuse, "MAX_CHAINS", max_chains)
    c, d = group("c", 3), group("d", 1)
    parts: Any = {c: lambda _: Caller(to=d), d: lambda _: Callee(order=order)}
    case = Case(Cluster(parts, [reaches(X)], interchangeable=[c]), "once")
    check_symmetric(case, [("fuse", "symmetry")])


# Limits and interrupts


def stopped(case: Case, error: type[BaseException], patch: pytest.MonkeyPatch) -> SearchResult:
    """Return the result of a search that is stopped when it begins to reconstruct a trace."""

    def on_progress(progress: Progress) -> None:
        if progress.activity == RECONSTRUCTING:
            raise error

    patch.setattr(Clock, "PERIOD", 0.0)
    explore = explorer.explore if case.network == "set" else reference.explore
    return explore(case.model(), all_properties=case.all_properties, on_progress=on_progress)


@pytest.mark.parametrize("network", ["set", "once"], ids=["compiled", "reference"])
@pytest.mark.parametrize(
    ("error", "reason"),
    [(KeyboardInterrupt, "an interrupt"), (MemoryError, "a lack of memory")],
)
def test_a_violation_stays_a_violation_if_its_trace_is_not_reconstructed(
    network: str, error: type[BaseException], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case(tickers(2, 3, never_at(2, 1), never_at(0, 0, name="first")), network)
    search = stopped(case._replace(all_properties=True), error, monkeypatch)
    assert (search.verdict, search.stopped) == (Verdict.VIOLATED, None)
    assert search.outcomes == {"never_there": Outcome.VIOLATED, "first": Outcome.VIOLATED}
    assert search.untraced == {"never_there": Untraced(3, "they are at (2, 1)", reason)}
    assert search.discoveries["first"].trace.labels == ()


@dataclass(frozen=True)
class Faulty(Ticker):
    def actions(self) -> Iterator[Action]:
        if self.at == 3:
            raise KeyError("no such thing")
        yield from super().actions()


@pytest.mark.parametrize("network", ["set", "once"], ids=["compiled", "reference"])
def test_a_fault_is_reported_even_if_the_trace_to_it_is_not_reconstructed(
    network: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case(cluster_of({N: lambda _: Faulty(end=9)}), network)
    with pytest.raises(SpecError, match=f"{N1} raised KeyError") as error:
        stopped(case, KeyboardInterrupt, monkeypatch)
    assert error.value.trace is None


def test_the_work_on_a_trace_gets_a_little_more_than_the_limits_if_the_search_met_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With all properties, the search goes on after the violation until it meets the limit."""
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    seen: list[tuple[str, float]] = []

    def wait(progress: Progress) -> None:
        seen.append((progress.activity, round(now[0] - 100, 1)))
        now[0] += 0.5 if progress.activity else 5.0

    case = Case(tickers(2, 30, never_at(1, 0), never_at(30, 30, name="far")))
    model, limits = case.model(), Limits(seconds=20)
    search = reference.explore(model, limits, all_properties=True, on_progress=wait)
    assert search.stopped == "the limit of 20 seconds"
    assert search.discoveries["never_there"].trace.labels == ("n1 ticks",)
    assert seen[-1] == (RECONSTRUCTING, 20.0)
