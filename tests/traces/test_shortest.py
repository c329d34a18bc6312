"""All shortest violating runs: their number, up to renaming too, and the one that is told."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from pcheck import Action, Actor, Cluster, Group, Seen, action, always, broadcast, fixed, group
from pcheck.search.layers import Layers, plain
from pcheck.search.limits import Limits
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS
from pcheck.traces.readable import most_readable
from pcheck.traces.shortest import Shortest, shortest
from tests.errors import ROOT
from tests.specs.family import paxos as cluster
from tests.traces.told import told

# By counting on one's fingers


@dataclass(frozen=True)
class Ping:
    pass


@dataclass(frozen=True)
class Ringer(Actor):
    """Rings the bell, again and again."""

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
) -> Shortest:
    """All runs in which the bell has heard so many rings."""

    @always(sees=["heard"])
    def quiet(seen: Seen) -> str | None:
        return "too loud" if any(len(held) == times for _, held in seen.field("heard")) else None

    r, b = group("r", ringers), group("b", 1)
    parts: Any = {r: lambda _: role(bell=b), b: lambda _: Bell()}
    cluster = Cluster(parts, [quiet], interchangeable=[r] if alike else [])
    found = shortest(
        ClusterModel(cluster, NETWORKS["fifo"], 0), quiet, 2 * times, engine="reference"
    )
    assert found is not None
    return found


def test_a_run_is_one_of_many_that_differ_by_names() -> None:
    """Two rings by r of five nodes, r**2 ways, and the second before or after the first is heard:
    where both rang, and both wait, either is heard first. Up to names one or two ring."""
    found = ringing(5, 2)
    both, one = 5 * 4, 5
    assert (found.count, found.up_to_renaming) == (both * 3 + one * 2, 3 + 2)
    assert most_readable(found).labels == (
        "r1 rings", "r1 rings", "b1 <- r1: Ping()", "b1 <- r1: Ping()",
    )  # fmt: skip


def test_without_interchangeable_names_each_run_is_one_of_its_own() -> None:
    found = ringing(5, 2, alike=False)
    assert (found.count, found.up_to_renaming) == (70, 70)


def test_runs_are_not_counted_up_to_the_names_of_too_many_nodes() -> None:
    assert ringing(21, 1).up_to_renaming == 1
    assert ringing(22, 1).up_to_renaming is None


@dataclass(frozen=True)
class Favourite(Ringer):
    """Only r1 rings."""

    def actions(self) -> Iterator[Action]:
        return super().actions() if str(self.me) == "r1" else iter(())


def test_names_that_are_not_treated_alike_are_not_taken_for_each_other() -> None:
    found = ringing(3, 1, Favourite)
    assert (found.count, found.up_to_renaming) == (1, None)


def test_layers_that_hold_more_than_the_shortest_runs_would_be_told() -> None:
    """Were all states of a level kept, runs would be counted that end where all is well."""
    found = ringing(2, 2)
    model, prop = found.model, found.prop
    layers = plain(model, prop, 4, 1_000)
    assert layers is not None
    assert Shortest(model, prop, layers).count == found.count == 2 * 3 + 2 * 2
    after = {s for before in found.states[-2] for _, s in model.steps(before)}
    more = Layers([*layers.keys[:-1], frozenset(after)], layers.key)
    assert Shortest(model, prop, more).count > found.count


# Exact numbers


def paxos(bug: str, length: int, **options: int) -> Shortest:
    model = ClusterModel(cluster(bug, **options), NETWORKS["set"], 0)
    prop = next(each for each in model.properties if each.name == "agreement")
    found = shortest(model, prop, length, engine="compiled")
    assert found is not None
    return found


def test_a_bug_with_one_round_has_millions_of_shortest_runs() -> None:
    found = paxos("14", 14, acceptors=3, proposers=2, rounds=1)
    assert (sum(map(len, found.states)), found.count) == (898, 15_972_192)
    assert found.up_to_renaming == 15_972_192 // 6  # each of them moves all three acceptors


def test_a_bug_with_two_rounds_has_hundreds_of_millions() -> None:
    found = paxos("1", 20, acceptors=3, proposers=2, rounds=2)
    assert (sum(map(len, found.states)), found.count) == (2_131, 613_988_424)
    assert found.up_to_renaming == 613_988_424 // 6


# What is not told


def test_what_is_too_large_or_about_steps_is_not_told() -> None:
    found = ringing(2, 2)
    model, prop = found.model, found.prop
    for engine in ("reference", "compiled"):
        assert told(shortest(model, prop, 4, engine=engine)) == told(found)
        assert shortest(model, prop, 4, engine=engine, limits=Limits(10)) is None
    assert shortest(model, replace(prop, is_step_property=True), 4, engine="reference") is None


def test_a_small_search_loads_no_machine_code() -> None:
    code = """
import sys
from pcheck.semantics.network import Network
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.traces.readable import most_readable
from pcheck.traces.shortest import shortest
from pcheck.loading.spec import find
spec = find("paxos")
model = ClusterModel(spec.build(spec.options({"rounds": 1}), bug=spec.bug("14")), Network(), 0)
agreement = next(each for each in model.properties if each.name == "agreement")
print(shortest(model, agreement, 14, engine="reference").count, "numba" in sys.modules)
"""
    command = [sys.executable, "-c", code]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert said == "15972192 False\n"
