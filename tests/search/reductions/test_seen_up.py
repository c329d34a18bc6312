"""A property that sees UP: crashes and restarts are visible; careless reductions hide them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

import pytest

from pcheck import (
    UP,
    Action,
    Actor,
    Cluster,
    Id,
    Property,
    Seen,
    action,
    always,
    broadcast,
    group,
    milestone,
    sometimes,
)
from pcheck.errors import SpecError
from pcheck.language.values import exact
from pcheck.search.compiled import walk
from pcheck.search.compiled.explorer import explore
from pcheck.search.outcome import Verdict
from pcheck.search.reductions import quotients, reduce
from pcheck.search.reductions.closure import Closure
from pcheck.search.reductions.local_tables import Local
from pcheck.search.reductions.minimise import class_representatives
from pcheck.search.reductions.prune import Pruned
from pcheck.search.reductions.reduce import REDUCTIONS
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.node import Config
from pcheck.semantics.observer import Observer
from pcheck.traces.shortest import shortest_traces
from tests.search.alike import Case, by_reference, check_alike
from tests.search.parts import N1, Idle, M, N, cluster, nothing
from tests.search.reductions.covering import Plain
from tests.search.reductions.symmetric import check_symmetric, left, orbits, seen_under
from tests.search.reductions.test_cover_traps import UpOrDown, exactly, proved
from tests.search.reductions.test_symmetry_traps import unchecked
from tests.search.reductions.traps import (
    NOBODY,
    Poster,
    X,
    caught,
    exact_observations,
    watches,
)

NETS = pytest.mark.parametrize("network", NETWORKS)
NOT_FIFO = pytest.mark.parametrize("network", ["set", "once", "lossy"])
PAIR = group("n", 2)
Patch = pytest.MonkeyPatch


@always(sees=[X, UP])
def no_x_while_n1_is_down(seen: Seen) -> str | None:
    return "X was sent, and n1 is down" if seen.sent(X) and not seen.up(N1) else None


def posting(network: str, crashes: int = 1) -> Case:
    """Return a case in which n1 does nothing but crash, and m1 sends X to nobody."""
    parts = {N: lambda _: Idle(), M: lambda _: Poster(to=NOBODY, messages=(X(),))}
    made = cluster(parts, no_x_while_n1_is_down)
    return Case(made, network, crashes=crashes, crash_nodes=(N1,))


# The observations: X if it was sent, then whether n1 is up, then whether m1 is up.
ALL = {"True True": 0, "False True": 1, "X True True": 1, "X False True": 2}
NEVER_DOWN = {"True True": 0, "X True True": 1}


def verdict(case: Case, reduction: str) -> Verdict:
    return explore(case.model(), reductions=[reduction]).verdict


def blind(observer: Observer) -> Observer:
    """Return the observer without the places of UP."""
    other = copy(observer)
    other._places = {place: at for place, at in observer._places.items() if place[0] is not UP}
    return other


# Both engines


@NETS
def test_both_engines_see_crashes_and_restarts(network: str, monkeypatch: Patch) -> None:
    case = posting(network)
    expected = check_alike(case)
    assert (expected.violated, expected.depth) == (("no_x_while_n1_is_down",), 2)
    changes = Observer.changes
    monkeypatch.setattr(Observer, "changes", lambda self, *args: changes(blind(self), *args))
    with pytest.raises(AssertionError):
        check_alike(case)
    assert explore(case.model()).verdict is Verdict.HOLDS


# Fuse


def sees_fields_alone(model: ClusterModel, i: int) -> Callable[[Config, Config], bool]:
    """Return the careless test: crashes and restarts do not change what the properties see."""
    return lambda before, after: bool(blind(model.observer).changes(i, before, after))


@NETS
def test_crashes_and_restarts_are_not_silent(network: str, monkeypatch: Patch) -> None:
    case = posting(network)
    assert exact_observations(case) == ALL
    assert verdict(case, "fuse") is Verdict.VIOLATED
    monkeypatch.setattr(reduce, "_changes_view", sees_fields_alone)
    assert caught(case, "fuse") == NEVER_DOWN
    assert verdict(case, "fuse") is Verdict.HOLDS


# Prune


class DropsCrashes(Pruned):
    """Leaves out a crash after which the node restarts in the same local state."""

    def __init__(self, inner: Any, live: Any, letters: Any, sees_up: bool) -> None:
        super().__init__(inner, live, letters, sees_up=False)


@NETS
def test_a_crash_that_loses_nothing_is_a_step(network: str, monkeypatch: Patch) -> None:
    case = posting(network)
    assert exact_observations(case) == ALL
    assert verdict(case, "prune") is Verdict.VIOLATED
    monkeypatch.setattr(quotients, "Pruned", DropsCrashes)
    assert caught(case, "prune") == NEVER_DOWN
    assert verdict(case, "prune") is Verdict.HOLDS


# Minimise


def merges_up_and_down(closure: Closure, i: int) -> dict[Local, Local]:
    """Return classes in which a node that is down is like the same node up."""
    node, found = closure.model.nodes[i], class_representatives(closure, i)
    return {local: found[node.config(local.actor, True, ())] for local in found}


@NETS
def test_a_node_that_is_down_is_not_merged_with_one_that_is_up(
    network: str, monkeypatch: Patch
) -> None:
    case = posting(network)
    assert exact_observations(case) == ALL
    assert verdict(case, "minimise") is Verdict.VIOLATED
    monkeypatch.setattr(quotients, "class_representatives", merges_up_and_down)
    assert caught(case, "minimise") == NEVER_DOWN
    assert verdict(case, "minimise") is Verdict.HOLDS


# Cover


class ForgetsUp(Plain):
    """Ignores whether a node is up, in its local state and in the observation."""

    def seen(self, vector: list[int]) -> Any:
        return self._tables.machines.observation(vector).sent

    def local(self, config: Config) -> Any:
        return config.actor


@NOT_FIFO
def test_states_that_differ_in_who_is_up_do_not_cover_each_other(
    network: str, monkeypatch: Patch
) -> None:
    made = cluster({N: lambda _: UpOrDown(), M: lambda _: Idle()}, watches(X, UP))
    case = Case(made, network, crashes=1, crash_nodes=(N1,))
    assert exactly(case) == {"True True", "False True", "X True True"}
    monkeypatch.setattr(walk, "Cover", ForgetsUp)
    assert proved(case) == {"True True", "False True"}


@NOT_FIFO
def test_a_proof_finds_that_a_node_is_down(network: str) -> None:
    assert exactly(posting(network)) == ALL.keys()


# Symmetry


@dataclass(frozen=True)
class SaysX(Actor):
    """Sends X once, to nobody."""

    done: bool = False

    def actions(self) -> Iterator[Action]:
        if not self.done:
            yield action("says X", self.but(done=True), broadcast(NOBODY, X()))


@always(sees=[X, UP])
def who_said_x_is_up(seen: Seen) -> str | None:
    down = [src for src, _ in seen.sent(X) if not seen.up(src)]
    return f"{len(down)} who said X are down" if down else None


def saying(*properties: Property, network: str = "set", crashes: int = 1) -> Case:
    made = Cluster({PAIR: lambda _: SaysX()}, properties=properties, interchangeable=[PAIR])
    return Case(made, network, crashes=crashes)


@NETS
def test_a_renaming_moves_who_is_down(network: str, monkeypatch: Patch) -> None:
    for crashes in (1, 2):
        check_symmetric(saying(who_said_x_is_up, network=network, crashes=crashes))
        watching = saying(watches(X, UP), network=network, crashes=crashes)
        check_symmetric(watching)
        assert left(watching, "symmetry") == orbits(watching)
    unchecked(monkeypatch)
    monkeypatch.setattr(Observer, "renamed_keys", forgets_who_is_down(Observer.renamed_keys))
    with pytest.raises(AssertionError):
        check_symmetric(saying(who_said_x_is_up, network=network, crashes=2), [("symmetry",)])


def forgets_who_is_down(renamed_keys: Callable[..., tuple[Any, ...]]) -> Any:
    """Return a version of `renamed_keys` in which each node is up after a renaming."""

    def renamed(self: Observer, *args: Any) -> tuple[Any, ...]:
        places = {at for (name, _), at in self._places.items() if name is UP}
        keys = enumerate(renamed_keys(self, *args))
        return tuple(exact(True) if at in places and key is not None else key for at, key in keys)

    return renamed


def is_down(name: str) -> Property:
    return sometimes(sees=[UP], name=f"{name}_is_down")(lambda seen: not seen.up(Id(name)))


@NETS
def test_a_property_about_one_interchangeable_node_is_refused(
    network: str, monkeypatch: Patch
) -> None:
    """Otherwise only one of the properties is reached, or a trace decides the wrong one."""
    case = saying(is_down("n1"), is_down("n2"), network=network)
    with pytest.raises(SpecError, match="_is_down distinguishes n1 and n2"):
        seen_under(case, ["symmetry"])
    unchecked(monkeypatch)
    with pytest.raises((SpecError, AssertionError)):
        check_symmetric(case, [("symmetry",)])


def test_a_property_may_name_the_only_node_that_may_crash() -> None:
    """The block is split, so that no renaming exchanges n1 and n2."""
    case = saying(is_down("n1"))._replace(crash_nodes=(Id("n1"),))
    check_symmetric(case)
    assert explore(case.model(), reductions=["symmetry"]).verdict is Verdict.HOLDS


# Nothing changes unless a property sees UP


def sizes(properties: Sequence[Property], **more: Any) -> list[int]:
    """Return the number of states under no reduction, under each alone, and under all."""
    parts = {PAIR: lambda _: SaysX(), M: lambda _: Idle()}
    made = Cluster(parts, properties, interchangeable=[PAIR], **more)
    case = Case(made, crashes=2, all_properties=True)
    return [
        explore(case.model(), reductions=reductions, all_properties=True).states
        for reductions in ((), *((name,) for name in REDUCTIONS), REDUCTIONS)
    ]


def test_without_up_in_a_property_the_reductions_hide_crashes() -> None:
    @milestone(sees=[UP])
    def somebody_is_down(seen: Seen) -> dict[Id, str]:
        return {node: f"{node} is down" for node in seen.group("n") if not seen.up(node)}

    plain = sizes([nothing()])
    assert plain == sizes([nothing()], milestones=[somebody_is_down])
    assert plain != sizes([watches(UP)])


# All shortest traces


@NETS
@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_the_crash_is_a_step_of_every_shortest_trace(network: str, engine: str) -> None:
    """The crash comes before or after the step that sends X."""
    case = posting(network)
    model = case.model()
    found = shortest_traces(model, model.properties[0], 2, engine=engine)
    assert found is not None
    assert found.count == 2
    assert by_reference(case).depth == 2
