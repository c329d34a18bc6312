"""Properties about steps keep the reductions, and are false of the same steps as without them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import pytest

from pcheck import (
    UP,
    Action,
    Actor,
    Cluster,
    Group,
    Id,
    Property,
    Seen,
    Step,
    action,
    always,
    broadcast,
    check,
    fixed,
    group,
)
from pcheck.errors import Asymmetric, Unreliable
from pcheck.search import engine
from pcheck.search.compiled import explorer, judging
from pcheck.search.options import SearchOptions
from pcheck.search.outcome import Outcome, Verdict
from pcheck.search.reductions import property_symmetry
from pcheck.search.reductions.reduce import REDUCTIONS
from pcheck.semantics.network import NETWORKS
from tests.sampling import fast_every
from tests.search.alike import Case, by_reference, check_traces
from tests.search.parts import N1, Idle, M, N, Ticker, cluster, nothing
from tests.search.reductions.reducing import check_reduced
from tests.search.reductions.symmetric import check_symmetric
from tests.search.reductions.traps import NOBODY, A, Poster, Walker, X, Y
from tests.specs.family import bugs_of
from tests.specs.family import cluster as built

BY_STEPS = REDUCTIONS[:-1]
NETS = pytest.mark.parametrize("network", NETWORKS)


# All reductions are on


def test_two_phase_commit_is_explored_with_every_reduction() -> None:
    plain = check("two_phase_commit", rms=4, engine="compiled", reduce="none")
    found = check("two_phase_commit", rms=4, engine="compiled")
    assert (found.search.reduced, found.search.skipped) == (BY_STEPS, {})
    assert (found.verdict, found.properties) == (Verdict.HOLDS, plain.properties)
    assert (plain.states, found.states) == (9_777, 55)


SETUPS = [
    (bug, network, crashes)
    for (bug, _), network, crashes in product(
        [(0, ""), *bugs_of("two_phase_commit")], NETWORKS, (0, 1)
    )
]


@pytest.mark.parametrize(("bug", "network", "crashes"), fast_every(9, SETUPS))
def test_every_subset_agrees_on_two_phase_commit_and_its_bugs(
    bug: int, network: str, crashes: int
) -> None:
    protocol = built("two_phase_commit", bug or "", rms=1 if network == "fifo" else 2)
    case = Case(protocol, network, crashes)
    check_symmetric(case)
    check_reduced(case, [(), ("fuse",), ("minimise", "fuse", "prune")])


# Steps that keep the observation


def never_unseen() -> Property:
    """Return a property that is false of every step that changes nothing that is seen."""

    def test(before: Seen, after: Seen) -> str | None:
        return "nothing was seen" if before.sent(X) == after.sent(X) else None

    return always(sees=[X], name="never_unseen")(test)


@pytest.mark.parametrize(
    ("reduction", "actor", "crashes", "states"),
    [("minimise", Ticker(), 0, 2), ("fuse", Ticker(), 0, 2), ("prune", Idle(), 1, 3)],
)
def test_a_search_begins_again_if_a_property_forbids_unseen_steps(
    reduction: str, actor: Actor, crashes: int, states: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reduction would leave out a silent step or a crash, of which the property is false."""
    case = Case(cluster({N: lambda _: actor}, never_unseen(), nothing()), crashes=crashes)
    search = explorer.explore(case.model(), reductions=[reduction])
    why = "the property never_unseen is not true of steps that change nothing that it sees"
    assert (search.reduced, search.skipped) == ((), {reduction: why})
    assert len(search.discoveries["never_unseen"].trace) == 1
    assert check_reduced(case) == {"": states}
    monkeypatch.setattr(judging, "allows_unseen_steps", lambda *_: True)
    wrong = explorer.explore(case.model(), reductions=[reduction])
    assert wrong.outcomes["never_unseen"] is Outcome.HOLDS


def never_leaves(last: int) -> Property:
    """Return a property that is false of each step out of a state where `at` is `last`."""

    def test(before: Seen, after: Seen) -> str | None:
        return f"a step out of {last}" if before.field("at") == [(N1, last)] else None

    return always(sees=["at"], name="never_leaves")(test)


@NETS
def test_an_observation_that_no_step_keeps_is_not_judged_as_a_step(network: str) -> None:
    """The property is false of a step that keeps the last observation, but no such step exists."""
    case = Case(cluster({N: lambda _: Ticker(end=3)}, never_leaves(3), nothing()), network)
    search = explorer.explore(case.model(), reductions=REDUCTIONS)
    assert (search.verdict, search.reduced) == (Verdict.HOLDS, ())
    assert by_reference(case).verdict is Verdict.HOLDS
    assert explorer.explore(case.model(), reductions=["symmetry"]).verdict is Verdict.HOLDS


def test_an_answer_that_raises_about_an_unseen_step_is_not_reported() -> None:
    """No step keeps an observation, so the question is not the user's."""

    @always(sees=["at"])
    def rises(before: Seen, after: Seen) -> str | None:
        ((_, old),), ((_, new),) = before.field("at"), after.field("at")
        return None if 1 / (new - old) == 1 else "it does not rise by one"

    case = Case(cluster({N: lambda _: Ticker(end=3)}, rises, nothing()))
    search = explorer.explore(case.model(), reductions=REDUCTIONS)
    assert (search.verdict, search.reduced) == (Verdict.HOLDS, ())
    assert "rises is not true of steps" in search.skipped["fuse"]


def test_a_violation_on_the_same_level_needs_no_second_search() -> None:
    """The property forbids a state, so it is false of a step that stays there, too."""

    @always(sees=["at"])
    def never_at_3(before: Seen, after: Seen) -> str | None:
        return "at 3" if (N1, 3) in after.field("at") else None

    case = Case(cluster({N: lambda _: Ticker(end=4)}, never_at_3))
    search = explorer.explore(case.model(), reductions=REDUCTIONS)
    assert search.reduced == ("minimise", "fuse", "prune")
    assert search.discoveries["never_at_3"].trace.labels == ("n1 ticks",) * 3


# Chains


@dataclass(frozen=True)
class Speaker(Walker):
    """Sends X, becomes silently 2 and 3, and sends Y."""

    def actions(self) -> Iterator[Action]:
        match self.at:
            case 0:
                yield action("x", self.but(at=1), broadcast(NOBODY, X()))
            case 1 | 2:
                yield action("goes on", self.but(at=self.at + 1))
            case 3:
                yield action("y", self.but(at=4), broadcast(NOBODY, Y()))


def in_one_step(*kinds: type[object], name: str = "in_one_step") -> Property:
    """Return the property that no step sends the first messages of all these types."""

    def test(before: Seen, after: Seen) -> str | None:
        new = [bool(after.sent(kind)) > bool(before.sent(kind)) for kind in kinds]
        return "all were sent" if all(new) else None

    return always(sees=[X, Y], name=name)(test)


@NETS
@pytest.mark.parametrize("crashes", [0, 1])
def test_the_observation_before_a_chain_is_the_one_before_its_last_step(
    network: str, crashes: int
) -> None:
    """X is sent before the silent steps, and Y after them: never in one step."""
    both, last = in_one_step(X, Y), in_one_step(Y, name="the_last")
    case = Case(cluster({N: lambda _: Speaker()}, both, last), network, crashes)
    check_reduced(case)
    search = explorer.explore(case.model(), reductions=REDUCTIONS, all_properties=True)
    assert search.outcomes == {"in_one_step": Outcome.HOLDS, "the_last": Outcome.VIOLATED}
    assert search.discoveries["the_last"].trace.labels == (
        "n1 x",
        "n1 goes on",
        "n1 goes on",
        "n1 y",
    )
    assert "fuse" in search.reduced


@dataclass(frozen=True)
class Relay(Walker):
    """On A, sends X to all and to nobody; on X, becomes 1, and then sends Y."""

    to: Group = fixed()

    def actions(self) -> Iterator[Action]:
        if self.at == 1:
            yield action("y", self.but(at=2), broadcast(self.to, Y()))

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case A():
                return self, broadcast(self.to, X())
            case X() if self.at == 0:
                return self.but(at=1)
        return None


def test_an_answer_about_unseen_steps_is_asked_for_again() -> None:
    """Under `fuse` only steps that send are judged, and three answers are about unseen ones."""
    calls = list[Seen]()

    @always(sees=[X, Y])
    def remembers(before: Seen, after: Seen) -> str | None:
        if before == after:
            calls.append(before)
        return "asked too often" if len(calls) > 4 else None

    case = Case(cluster({N: lambda _: Speaker()}, remembers, nothing()), crashes=0)
    with pytest.raises(Unreliable, match="the property remembers depends on more than its obs"):
        engine.explore(case.model(), SearchOptions("compiled", "fuse"))


def order(first: type[object], then: type[object]) -> Property:
    """Return the property that no step sends a message after another one."""

    def test(before: Seen, after: Seen) -> str | None:
        late = before.sent(first) and not before.sent(then) and after.sent(then)
        return "too late" if late else None

    return always(sees=[X, Y], name=f"no_{then.__name__}_after_{first.__name__}")(test)


@NETS
@pytest.mark.parametrize("crashes", [0, 1])
def test_a_broadcast_to_several_receivers_is_one_change(network: str, crashes: int) -> None:
    relays = group("n", 2)
    parts = {relays: lambda _: Relay(to=relays), M: lambda _: Poster(to=(N1,), messages=(A(),))}
    case = Case(Cluster(parts, [order(X, Y), order(Y, X), in_one_step(X, Y)]), network, crashes)
    outcomes = explorer.explore(case.model(), reductions=BY_STEPS, all_properties=True).outcomes
    assert list(outcomes.values()) == [Outcome.VIOLATED, Outcome.HOLDS, Outcome.HOLDS]
    check_reduced(case, [(), ("fuse",), ("minimise", "fuse", "prune")])


# Crashes


def comes_back() -> Property:
    """Return the property that no node restarts while it alone has sent X."""

    def test(before: Seen, after: Seen) -> str | None:
        back = [node for node in before.group("n") if after.up(node) and not before.up(node)]
        return f"{back[0]} is back" if back and len(after.sent(X)) == 1 else None

    return always(sees=[UP, X], name="comes_back")(test)


@NETS
@pytest.mark.parametrize("crashes", [1, 2])
def test_crashes_and_restarts_are_changes_if_a_property_sees_them(
    network: str, crashes: int
) -> None:
    parts = {group("n", 2): lambda _: Speaker()}
    apart = Case(Cluster(parts, [comes_back()]), network, crashes)
    check_reduced(apart, [("fuse",), ("minimise", "fuse", "prune")])
    alike = Case(Cluster(parts, [comes_back()], interchangeable=parts), network, crashes)
    check_symmetric(alike, [("symmetry",), BY_STEPS])


# Renamed pairs


def starts(*, before: str, after: str) -> Property:
    """Return the property that one node does not send X when only the other one has sent it."""

    def test(old: Seen, new: Seen) -> str | None:
        was, now = ({src for src, _ in seen.sent(X)} for seen in (old, new))
        return "a wrong order" if was == {Id(before)} and Id(after) in now else None

    return always(sees=[X], name="starts")(test)


@pytest.mark.parametrize(("before", "after"), [("n1", "n2"), ("n2", "n1")])
@pytest.mark.parametrize("reductions", [("symmetry",), REDUCTIONS])
def test_a_property_of_the_order_of_names_is_refused(
    before: str, after: str, reductions: tuple[str, ...]
) -> None:
    """The search judges one of both orders."""
    nodes = group("n", 2)
    asked = Cluster(
        {nodes: lambda _: Speaker()}, [starts(before=before, after=after)], interchangeable=[nodes]
    )
    with pytest.raises(Asymmetric, match="the property starts distinguishes n1 and n2"):
        explorer.explore(Case(asked).model(), reductions=reductions)


def test_a_budget_that_is_too_small_for_pairs_makes_the_verdict_conditional(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(property_symmetry, "MIN_EVALUATIONS", 10)
    monkeypatch.setattr(property_symmetry, "EVALUATIONS_PER_TRANSITION", 0)
    nodes = group("n", 4)
    asked = Cluster({nodes: lambda _: Speaker()}, [in_one_step(X, Y)], interchangeable=[nodes])
    search = explorer.explore(Case(asked).model(), reductions=BY_STEPS)
    (assumption,) = search.assumptions
    assert search.verdict is Verdict.HOLDS
    assert assumption.startswith("the properties treat n1, n2, n3, n4 alike (compared on ")


def test_the_trace_of_a_renamed_step_is_a_trace_of_the_cluster() -> None:
    nodes = group("n", 3)
    asked = Cluster(
        {nodes: lambda _: Speaker()}, [order(Y, X), order(X, Y)], interchangeable=[nodes]
    )
    case = Case(asked, all_properties=True)
    search = explorer.explore(case.model(), reductions=BY_STEPS, all_properties=True)
    assert search.reduced == BY_STEPS
    lengths = {name: len(found.trace) for name, found in search.discoveries.items()}
    assert lengths == {"no_Y_after_X": 4}
    check_traces(case, search)
