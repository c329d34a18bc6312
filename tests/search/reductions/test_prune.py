"""A careless prune removes live letters: traps P1 to P5, each with a version that does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pytest

from pcheck import Action, Actor, Id, Step, action, broadcast, fixed, group, send, volatile
from pcheck.search.reductions import quotients
from pcheck.search.reductions.automaton import MacroStep
from pcheck.search.reductions.closure import Closure
from pcheck.search.reductions.local_tables import Edge, Local
from pcheck.search.reductions.prune import Pruned, live_letters
from pcheck.semantics.network import NETWORKS, Letter
from pcheck.semantics.node import Bundle, Config
from tests.search.alike import Case
from tests.search.parts import N1, Idle, M, N, cluster
from tests.search.reductions.reducing import check_reduced, reduced_search
from tests.search.reductions.traps import (
    NOBODY,
    A,
    B,
    C,
    Echo,
    Forgetful,
    Poster,
    Rewrites,
    Walker,
    X,
    Y,
    caught,
    exact_observations,
    reaches,
    rewritten,
    watches,
)

NOT_FIFO = pytest.mark.parametrize("network", ["set", "once", "lossy"])
NETS = pytest.mark.parametrize("network", NETWORKS)
Live = Mapping[Local, frozenset[Letter]]
Representatives = Mapping[Local, Local]
LiveLetters = Callable[[Closure, int, Representatives], Live]
PruneBy = Callable[[LiveLetters], None]


@pytest.fixture
def prune_by(monkeypatch: pytest.MonkeyPatch) -> PruneBy:
    """Return a function that replaces `live_letters` by a careless version."""
    return lambda wrong: monkeypatch.setattr(quotients, "live_letters", wrong)


def rewriting(how: Rewrites) -> LiveLetters:
    """Return a version of `live_letters` that uses rewritten tables."""
    return lambda closure, i, classes: live_letters(rewritten(closure, how), i, classes)


# P1


@dataclass(frozen=True)
class HearsBAfterACrash(Actor):
    """0 -A-> 1 sends Y; 0 -B-> sends X, after which all is ignored, as in 1."""

    at: int = volatile(0)
    done: bool = False

    def receive(self, msg: object, src: Id) -> Step:
        match self.at, msg:
            case 0, A() if not self.done:
                return self.but(at=1), broadcast(NOBODY, Y())
            case 0, B() if not self.done:
                return self.but(done=True), broadcast(NOBODY, X())
        return None


@NOT_FIFO
@pytest.mark.parametrize("forgotten", ["crash", "restart"])
def test_a_letter_is_live_if_the_node_reacts_to_it_after_a_crash(
    network: str, forgotten: str, prune_by: PruneBy
) -> None:
    """X and Y need these steps: send A and B, deliver A, crash, restart, deliver B."""
    parts = {N: lambda _: HearsBAfterACrash(), M: poster(A(), B())}
    case = Case(cluster(parts, reaches(X, Y)), network, crashes=1)
    assert exact_observations(case) == {"": 0, "X": 2, "Y": 2, "X Y": 5}
    prune_by(
        rewriting(lambda edge: None if (edge.bundle, edge.label) == (None, forgotten) else edge)
    )
    assert caught(case, "prune") == {"": 0, "X": 2, "Y": 2}


def poster(*messages: object, to: tuple[Id, ...] = (N1,)) -> Callable[[int], Actor]:
    return lambda _: Poster(to=to, messages=messages)


# P2


@dataclass(frozen=True)
class AnswersOnce(Walker):
    """0 -A-> 1 sends X, only on one node."""

    who: Id = fixed()

    def receive(self, msg: object, src: Id) -> Step:
        if self.at == 1 or self.me != self.who:
            return None
        return self.but(at=1), broadcast(NOBODY, X())


def unmerged(closure: Closure, i: int) -> Representatives:
    return {local: local for local in closure.edges[i]}


def live_for_all(closure: Closure, i: int, classes: Representatives) -> Live:
    """Return the letters that are live for n1 and for n2, so that a letter dead for one is dropped.

    In pcheck, each node has its own inbox, so the letter is removed from both inboxes.
    """
    nodes = enumerate(closure.model.nodes[:2])
    shared = frozenset.intersection(
        *(live_letters(closure, j, unmerged(closure, j))[node.first] for j, node in nodes)
    )
    return {local: own & shared for local, own in live_letters(closure, i, classes).items()}


@NOT_FIFO
def test_a_letter_is_kept_for_the_receiver_that_needs_it(network: str, prune_by: PruneBy) -> None:
    two = group("n", 2)
    parts = {two: lambda _: AnswersOnce(who=N1), M: poster(A(), to=two.ids)}
    case = Case(cluster(parts, reaches(X)), network)
    assert exact_observations(case) == {"": 0, "X": 2}
    prune_by(live_for_all)
    assert caught(case, "prune") == {"": 0}


# P3


@dataclass(frozen=True)
class AThenB(Walker):
    """0 -A-> 1 silent, 1 -B-> 2 sends X."""

    def receive(self, msg: object, src: Id) -> Step:
        match self.at, msg:
            case 0, A():
                return self.but(at=1)
            case 1, B():
                return self.but(at=2), broadcast(NOBODY, X())
        return None


def sends_or_is_no_reaction(edge: Edge) -> Edge:
    silent = edge.bundle is not None and not edge.bundle.sends
    return edge._replace(on=None) if silent else edge


def live_now(closure: Closure, i: int, classes: Representatives) -> Live:
    """Return the letters to which a local state reacts, without those of later local states."""
    return {
        local: frozenset(edge.on for edge in edges if edge.on is not None)
        for local, edges in closure.edges[i].items()
    }


@NOT_FIFO
@pytest.mark.parametrize("wrong", [rewriting(sends_or_is_no_reaction), live_now])
def test_letters_that_change_a_node_now_or_later_are_live(
    network: str, wrong: LiveLetters, prune_by: PruneBy
) -> None:
    case = Case(cluster({N: lambda _: AThenB(), M: poster(A(), B())}, reaches(X)), network)
    assert exact_observations(case) == {"": 0, "X": 3}
    prune_by(wrong)
    assert caught(case, "prune") == {"": 0}


def changes_or_is_no_reaction(edge: Edge) -> Edge:
    answers = edge.bundle is not None and edge.bundle.sends
    return edge._replace(on=None) if answers else edge


@NOT_FIFO
def test_letters_that_only_make_a_node_send_are_live(network: str, prune_by: PruneBy) -> None:
    case = Case(cluster({N: lambda _: Echo(), M: poster(A())}, reaches(X)), network)
    assert exact_observations(case) == {"": 0, "X": 2}
    prune_by(rewriting(changes_or_is_no_reaction))
    assert caught(case, "prune") == {"": 0}


# P4


@dataclass(frozen=True)
class OnlyC(Walker):
    """0 -C-> 1 sends X; other letters are ignored."""

    def receive(self, msg: object, src: Id) -> Step:
        react = self.at == 0 and isinstance(msg, C)
        return (self.but(at=1), broadcast(NOBODY, X())) if react else None


class PrunesQueues(Pruned):
    """Removes dead letters on every network."""

    def representative(self, config: Config) -> Config:
        alive = self.live[self.node.config(config.actor, config.up, ())]
        inbox = tuple(letter for letter in config.inbox if letter in alive)
        return self.node.config(config.actor, config.up, inbox)


def test_a_dead_letter_blocks_others_on_fifo(monkeypatch: pytest.MonkeyPatch) -> None:
    """X needs a step that ignores A; without the step the trace cannot be replayed."""
    parts = {N: lambda _: OnlyC(), M: poster(A(), C())}
    case, shortest = (Case(cluster(parts, ask), "fifo") for ask in (watches(X), reaches(X)))
    assert exact_observations(case) == exact_observations(shortest) == {"": 0, "X": 3}
    monkeypatch.setattr(quotients, "Pruned", PrunesQueues)
    assert caught(case, "prune") == {"": 0, "X": 2}
    with pytest.raises(AssertionError, match="a step that the cluster cannot"):
        reduced_search(shortest, ["prune"])


# P5


@dataclass(frozen=True)
class SendsToItself(Walker):
    """0 -i-> 1 sends X to itself; X is ignored."""

    def actions(self) -> Iterator[Action]:
        if self.at == 0:
            yield action("i", self.but(at=1), send(self.me, X()))


class ShowsKeptLetters(Pruned):
    """Shows only sent letters that are new in the inbox after the step.

    An observation is a set, so a pruned letter that is sent again adds nothing. Only a letter that
    never enters the inbox shows the difference.
    """

    def steps(self, config: Config) -> tuple[MacroStep, ...]:
        return tuple(self._kept(step) for step in super().steps(config))

    def _kept(self, step: MacroStep) -> MacroStep:
        inbox = self.receive(step.next, step.bundle).inbox
        new = [letter for letter in inbox if letter not in step.next.inbox]
        sends = tuple(each for each in step.bundle.sends if each[0] in new)
        return step if sends == step.bundle.sends else step._replace(bundle=Bundle(sends))


@NOT_FIFO
def test_properties_see_sent_letters_that_prune_removes(
    network: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case(cluster({N: lambda _: SendsToItself()}, reaches(X)), network)
    assert exact_observations(case) == {"": 0, "X": 1}
    monkeypatch.setattr(quotients, "Pruned", ShowsKeptLetters)
    assert caught(case, "prune") == {"": 0}


# Crashes


class NeverCrashes(Pruned):
    """Leaves out every crash."""

    def is_needed(self, config: Config, step: MacroStep) -> bool:
        return not step.crashes and super().is_needed(config, step)


@NETS
def test_a_crash_that_changes_the_local_state_is_a_step(
    network: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case(cluster({N: lambda _: Forgetful()}, reaches(X)), network, crashes=1)
    assert exact_observations(case) == {"": 0, "X": 4}
    monkeypatch.setattr(quotients, "Pruned", NeverCrashes)
    assert caught(case, "prune") == {"": 0}


@NETS
def test_a_crash_that_changes_nothing_is_left_out(network: str) -> None:
    """There is 1 state without a crash, 3 after one crash and 4 after two; pruned, only 1."""
    case = Case(cluster({group("n", 2): lambda _: Idle()}), network, crashes=2)
    assert check_reduced(case, [(), ("prune",)]) == {"": 8, "prune": 1}


# Numbers of states that remain


@dataclass(frozen=True)
class HearsOne(Walker):
    """0 -A-> 1, from any sender."""

    def receive(self, msg: object, src: Id) -> Step:
        return self.but(at=1) if self.at == 0 else None


def test_letters_that_come_too_late_are_removed() -> None:
    """Each of three nodes has sent A or not: 2^3 states in which no A is delivered.

    After the first delivery, k nodes have sent, one of them was heard, and k - 1 letters are
    undelivered: 3 + 3 * 2 + 3 states. Pruned, only the set of senders remains: 2^3 - 1 states.
    """
    parts = {N: lambda _: HearsOne(), group("m", 3): poster(A())}
    case = Case(cluster(parts), "once")
    assert check_reduced(case, [(), ("prune",)]) == {"": 20, "prune": 15}


@dataclass(frozen=True)
class AOrB(Walker):
    """Sends A or B."""

    def actions(self) -> Iterator[Action]:
        if self.at == 0:
            for message in (A(), B()):
                yield action(f"sends {message}", self.but(at=1), send(N1, message))


def test_letters_that_nobody_reacts_to_are_removed() -> None:
    """Three states: neither, A or B is sent. Pruned, two: m1 has sent or has not."""
    case = Case(cluster({N: lambda _: Idle(), M: lambda _: AOrB()}))
    assert check_reduced(case, [(), ("prune",)]) == {"": 3, "prune": 2}


@dataclass(frozen=True)
class Notes(Walker):
    """0 -A-> 1, 0 -B-> 2, which no property sees."""

    def receive(self, msg: object, src: Id) -> Step:
        if self.at > 0:
            return None
        return self.but(at=1 if isinstance(msg, A) else 2)


def test_letters_that_only_lead_to_a_merged_state_are_removed() -> None:
    """Five states: neither is sent, A or B is undelivered, or A or B is delivered.

    Minimised, the three local states of n1 are merged, so a delivery changes nothing: 3 states.
    Pruned as well, A and B are removed: 2 states.
    """
    case = Case(cluster({N: lambda _: Notes(), M: lambda _: AOrB()}), "once")
    subsets = [(), ("minimise",), ("prune",), ("minimise", "prune")]
    sizes = {"": 5, "minimise": 3, "prune": 5, "minimise,prune": 2}
    assert check_reduced(case, subsets) == sizes
