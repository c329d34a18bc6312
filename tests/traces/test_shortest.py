"""All shortest traces to a violation: their number, also up to renaming, and the chosen one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from pcheck import (
    Action,
    Actor,
    Cluster,
    Group,
    Id,
    Seen,
    action,
    always,
    broadcast,
    fixed,
    group,
    volatile,
)
from pcheck.search.layers import Layers, reference_layers
from pcheck.search.limits import Stop
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS
from pcheck.traces.readable import most_readable
from pcheck.traces.shortest import ShortestTraces, shortest_traces
from tests.errors import ROOT
from tests.specs.family import paxos as cluster
from tests.traces.summary import summary_of

# Numbers that can be counted by hand


@dataclass(frozen=True)
class Ping:
    pass


@dataclass(frozen=True)
class Ringer(Actor):
    """A node that can ring the bell at any time."""

    bell: Group = fixed()

    def actions(self) -> Iterator[Action]:
        yield action("rings", self, broadcast(self.bell, Ping()))


@dataclass(frozen=True)
class Bell(Actor):
    heard: tuple[Any, ...] = ()

    def receive(self, msg: object, src: Any) -> Bell:
        return self.but(heard=(*self.heard, src))


def ringing(
    ringers: int, times: int, role: type[Ringer] = Ringer, *, alike: bool = True
) -> ShortestTraces:
    """Return all shortest traces in which the bell hears this number of rings."""

    @always(sees=["heard"])
    def quiet(seen: Seen) -> str | None:
        return "too loud" if any(len(held) == times for _, held in seen.field("heard")) else None

    r, b = group("r", ringers), group("b", 1)
    parts: Any = {r: lambda _: role(bell=b), b: lambda _: Bell()}
    cluster = Cluster(parts, [quiet], interchangeable=[r] if alike else [])
    found = shortest_traces(
        ClusterModel(cluster, NETWORKS["fifo"], 0), quiet, 2 * times, engine="reference"
    )
    assert found is not None
    return found


def test_traces_that_differ_by_names_count_once_up_to_renaming() -> None:
    """An ordered pair of different ringers has 3 traces, and a ringer that rings twice has 2.

    If both rings are undelivered, the bell may hear either ringer first.
    """
    found = ringing(5, 2)
    both, one = 5 * 4, 5
    assert (found.count, found.up_to_renaming) == (both * 3 + one * 2, 3 + 2)
    assert most_readable(found).labels == (
        "r1 rings", "r1 rings", "b1 <- r1: Ping()", "b1 <- r1: Ping()",
    )  # fmt: skip


def test_without_interchangeable_names_every_trace_counts_up_to_renaming() -> None:
    found = ringing(5, 2, alike=False)
    assert (found.count, found.up_to_renaming) == (70, 70)


@pytest.mark.slow
def test_with_too_many_nodes_traces_are_not_counted_up_to_renaming() -> None:
    assert ringing(21, 1).up_to_renaming == 1
    assert ringing(22, 1).up_to_renaming is None


@dataclass(frozen=True)
class Favourite(Ringer):
    """A node that rings only if it is r1."""

    def actions(self) -> Iterator[Action]:
        return super().actions() if str(self.me) == "r1" else iter(())


def test_a_handler_that_distinguishes_names_leaves_traces_uncounted_up_to_renaming() -> None:
    found = ringing(3, 1, Favourite)
    assert (found.count, found.up_to_renaming) == (1, None)


@dataclass(frozen=True)
class Keeper(Actor):
    """0 -i-> 1 keeps something, which a crash loses."""

    at: int = 0
    kept: int = volatile(0)

    def actions(self) -> Iterator[Action]:
        if self.at == 0:
            yield action("i", self.but(at=1, kept=1))


@pytest.mark.parametrize(
    ("crash_nodes", "count", "up_to_renaming"),
    [(None, 3, 1), (["n1", "n2", "n3"], 3, 1), (["n1", "n3"], 2, 1), (["n2"], 1, 1)],
)
def test_names_of_nodes_that_may_crash_are_not_exchanged_with_others(
    crash_nodes: list[str] | None, count: int, up_to_renaming: int
) -> None:
    """With one block of three names, a third or two thirds of the traces would be counted."""

    @always(sees=["at", "kept"])
    def keeps(seen: Seen) -> str | None:
        lost = [at - kept for (_, at), (_, kept) in zip(seen.field("at"), seen.field("kept"))]
        return "lost" if any(lost) else None

    n = group("n", 3)
    cluster = Cluster({n: lambda _: Keeper()}, [keeps], interchangeable=[n])
    nodes = [Id(name) for name in crash_nodes] if crash_nodes is not None else None
    model = ClusterModel(cluster, NETWORKS["set"], 1, nodes)
    for engine in ("reference", "compiled"):
        found = shortest_traces(model, keeps, 2, engine=engine)
        assert found is not None
        assert (found.count, found.up_to_renaming) == (count, up_to_renaming)


def test_a_layer_with_more_states_would_change_the_count() -> None:
    """With all states of a level, the count would include traces without a violation."""
    found = ringing(2, 2)
    model, prop = found.model, found.prop
    layers = reference_layers(model, prop, 4, 1_000)
    assert layers is not None
    assert ShortestTraces(model, prop, layers).count == found.count == 2 * 3 + 2 * 2
    after = {s for before in found.states[-2] for _, s in model.steps(before)}
    more = Layers([*layers.keys[:-1], frozenset(after)], layers.key)
    assert ShortestTraces(model, prop, more).count > found.count


# Exact numbers


def paxos(bug: str, length: int, **options: int) -> ShortestTraces:
    model = ClusterModel(cluster(bug, **options), NETWORKS["set"], 0)
    prop = next(each for each in model.properties if each.name == "agreement")
    found = shortest_traces(model, prop, length, engine="compiled")
    assert found is not None
    return found


def test_a_bug_with_one_round_has_millions_of_shortest_traces() -> None:
    found = paxos("14", 14, acceptors=3, proposers=2, rounds=1)
    assert (sum(map(len, found.states)), found.count) == (898, 15_972_192)
    assert found.up_to_renaming == 15_972_192 // 6  # no renaming of the acceptors fixes a trace


@pytest.mark.slow
def test_a_bug_with_two_rounds_has_hundreds_of_millions() -> None:
    found = paxos("1", 20, acceptors=3, proposers=2, rounds=2)
    assert (sum(map(len, found.states)), found.count) == (2_131, 613_988_424)
    assert found.up_to_renaming == 613_988_424 // 6


# Models and properties without an answer


@pytest.mark.slow
def test_a_limit_stops_the_comparison_and_a_step_property_has_none() -> None:
    found = ringing(2, 2)
    model, prop = found.model, found.prop
    for engine in ("reference", "compiled"):
        assert summary_of(shortest_traces(model, prop, 4, engine=engine)) == summary_of(found)
        with pytest.raises(Stop, match=r"^the limit of its work$"):
            shortest_traces(model, prop, 4, engine=engine, max_states=10)
    step_property = replace(prop, is_step_property=True)
    assert shortest_traces(model, step_property, 4, engine="reference") is None


@pytest.mark.slow
def test_a_small_search_loads_no_machine_code() -> None:
    code = """
import sys
from pcheck.semantics.network import Network
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.traces.readable import most_readable
from pcheck.traces.shortest import shortest_traces
from pcheck.loading.spec import find
spec = find("paxos")
model = ClusterModel(spec.build(spec.options({"rounds": 1}), bug=spec.bug("14")), Network(), 0)
agreement = next(each for each in model.properties if each.name == "agreement")
print(shortest_traces(model, agreement, 14, engine="reference").count, "numba" in sys.modules)
"""
    command = [sys.executable, "-c", code]
    output = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert output == "15972192 False\n"
