"""What a careless prune gets wrong: traps P1 to P5, each with a version that falls into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pytest

from pcheck import Action, Actor, Id, Step, action, broadcast, fixed, group, send, volatile
from pcheck.search.reductions import reduce
from pcheck.search.reductions.automaton import Step as Row
from pcheck.search.reductions.closure import Closure, Edge, Local
from pcheck.search.reductions.prune import Pruned, live
from pcheck.semantics.network import NETWORKS, Letter
from pcheck.semantics.node import Bundle, Config
from tests.search.alike import Asked
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
    exact_sights,
    reaches,
    rewritten,
    watches,
)

NOT_FIFO = pytest.mark.parametrize("network", ["set", "once", "lossy"])
NETS = pytest.mark.parametrize("network", NETWORKS)
Live = Mapping[Local, frozenset[Letter]]
Firsts = Mapping[Local, Local]
Lives = Callable[[Closure, int, Firsts], Live]
Instead = Callable[[Lives], None]


@pytest.fixture
def instead(monkeypatch: pytest.MonkeyPatch) -> Instead:
    return lambda wrong: monkeypatch.setattr(reduce, "live", wrong)


def without(how: Rewrites) -> Lives:
    """What is live in a table in which every edge is what this makes of it."""
    return lambda closure, i, first_of: live(rewritten(closure, how), i, first_of)


# P1


@dataclass(frozen=True)
class HearsBAfterACrash(Actor):
    """0 -A-> 1 sends Y; 0 -B-> sends X, once and for all. In 1 all is ignored."""

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
def test_a_letter_is_live_that_a_crash_brings_back(
    network: str, forgotten: str, instead: Instead
) -> None:
    """A and B posted, A, crash, restart, B."""
    parts = {N: lambda _: HearsBAfterACrash(), M: poster(A(), B())}
    asked = Asked(cluster(parts, reaches(X, Y)), network, crashes=1)
    assert exact_sights(asked) == {"": 0, "X": 2, "Y": 2, "X Y": 5}
    instead(without(lambda edge: None if (edge.bundle, edge.label) == (None, forgotten) else edge))
    assert caught(asked, "prune") == {"": 0, "X": 2, "Y": 2}


def poster(*messages: object, to: tuple[Id, ...] = (N1,)) -> Callable[[int], Actor]:
    return lambda _: Poster(to=to, messages=messages)


# P2


@dataclass(frozen=True)
class AnswersOnce(Walker):
    """0 -A-> 1 sends X, if this is the node that is asked."""

    asked: Id = fixed()

    def receive(self, msg: object, src: Id) -> Step:
        if self.at == 1 or self.me != self.asked:
            return None
        return self.but(at=1), broadcast(NOBODY, X())


def itself(closure: Closure, i: int) -> Firsts:
    return {local: local for local in closure.edges[i]}


def live_for_all(closure: Closure, i: int, first_of: Firsts) -> Live:
    """A letter is dropped as soon as one of n1 and n2 has no use for it.

    In pcheck each node has an inbox of its own, and cannot drop what waits for another: so this
    takes what is dead for one from both.
    """
    nodes = enumerate(closure.model.nodes[:2])
    shared = frozenset.intersection(
        *(live(closure, j, itself(closure, j))[node.first] for j, node in nodes)
    )
    return {local: own & shared for local, own in live(closure, i, first_of).items()}


@NOT_FIFO
def test_a_broadcast_is_kept_for_who_still_needs_it(network: str, instead: Instead) -> None:
    two = group("n", 2)
    parts = {two: lambda _: AnswersOnce(asked=N1), M: poster(A(), to=two.ids)}
    asked = Asked(cluster(parts, reaches(X)), network)
    assert exact_sights(asked) == {"": 0, "X": 2}
    instead(live_for_all)
    assert caught(asked, "prune") == {"": 0}


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


def live_now(closure: Closure, i: int, first_of: Firsts) -> Live:
    """Only what a node reacts to as it is, and not as it may be later."""
    return {
        local: frozenset(edge.on for edge in edges if edge.on is not None)
        for local, edges in closure.edges[i].items()
    }


@NOT_FIFO
@pytest.mark.parametrize("wrong", [without(sends_or_is_no_reaction), live_now])
def test_whatever_changes_a_node_is_live_and_what_may_do_so_later(
    network: str, wrong: Lives, instead: Instead
) -> None:
    asked = Asked(cluster({N: lambda _: AThenB(), M: poster(A(), B())}, reaches(X)), network)
    assert exact_sights(asked) == {"": 0, "X": 3}
    instead(wrong)
    assert caught(asked, "prune") == {"": 0}


def changes_or_is_no_reaction(edge: Edge) -> Edge:
    answers = edge.bundle is not None and edge.bundle.sends
    return edge._replace(on=None) if answers else edge


@NOT_FIFO
def test_whatever_is_answered_is_live_though_it_changes_nothing(
    network: str, instead: Instead
) -> None:
    asked = Asked(cluster({N: lambda _: Echo(), M: poster(A())}, reaches(X)), network)
    assert exact_sights(asked) == {"": 0, "X": 2}
    instead(without(changes_or_is_no_reaction))
    assert caught(asked, "prune") == {"": 0}


# P4


@dataclass(frozen=True)
class OnlyC(Walker):
    """0 -C-> 1 sends X. All else is ignored."""

    def receive(self, msg: object, src: Id) -> Step:
        react = self.at == 0 and isinstance(msg, C)
        return (self.but(at=1), broadcast(NOBODY, X())) if react else None


class PrunesQueues(Pruned):
    """Drops what is dead on every network."""

    def stands_for(self, config: Config) -> Config:
        alive = self._live[self.node.config(config.actor, config.up, ())]
        inbox = tuple(letter for letter in config.inbox if letter in alive)
        return self.node.config(config.actor, config.up, inbox)


def test_in_fifo_a_dead_letter_still_stands_before_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Posts, ignores A, is handed C. Without A it is a step less, which cannot be taken."""
    parts = {N: lambda _: OnlyC(), M: poster(A(), C())}
    asked, shortest = (Asked(cluster(parts, ask), "fifo") for ask in (watches(X), reaches(X)))
    assert exact_sights(asked) == exact_sights(shortest) == {"": 0, "X": 3}
    monkeypatch.setattr(reduce, "Pruned", PrunesQueues)
    assert caught(asked, "prune") == {"": 0, "X": 2}
    with pytest.raises(AssertionError, match="a step that the cluster cannot"):
        reduced_search(shortest, ["prune"])


# P5


@dataclass(frozen=True)
class TellsItself(Walker):
    """0 -i-> 1 sends X, to itself, and ignores it."""

    def actions(self) -> Iterator[Action]:
        if self.at == 0:
            yield action("i", self.but(at=1), send(self.me, X()))


class TellsWhatIsKept(Pruned):
    """Shows those of its letters that are in the inbox afterwards, and were not before.

    What is seen is a set: a pruned letter that is sent again is nothing new, so that only a
    letter that never gets into the inbox can tell the two apart.
    """

    def steps(self, config: Config) -> tuple[Row, ...]:
        return tuple(self._kept(step) for step in super().steps(config))

    def _kept(self, step: Row) -> Row:
        inbox = self.receive(step.next, step.bundle).inbox
        new = [letter for letter in inbox if letter not in step.next.inbox]
        sends = tuple(each for each in step.bundle.sends if each[0] in new)
        return step if sends == step.bundle.sends else step._replace(bundle=Bundle(sends))


@NOT_FIFO
def test_what_is_seen_is_what_is_sent_and_not_what_is_kept(
    network: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Asked(cluster({N: lambda _: TellsItself()}, reaches(X)), network)
    assert exact_sights(asked) == {"": 0, "X": 1}
    monkeypatch.setattr(reduce, "Pruned", TellsWhatIsKept)
    assert caught(asked, "prune") == {"": 0}


# Crashes


class NeverCrashes(Pruned):
    """A crash is no step, whatever is forgotten by it."""

    def matters(self, config: Config, step: Row) -> bool:
        return not step.crashes and super().matters(config, step)


@NETS
def test_a_crash_by_which_something_is_forgotten_is_a_step(
    network: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Asked(cluster({N: lambda _: Forgetful()}, reaches(X)), network, crashes=1)
    assert exact_sights(asked) == {"": 0, "X": 4}
    monkeypatch.setattr(reduce, "Pruned", NeverCrashes)
    assert caught(asked, "prune") == {"": 0}


@NETS
def test_a_crash_by_which_nothing_is_forgotten_is_none(network: str) -> None:
    """Of two nodes some of those that crashed are down: 1 state, 3 after one crash, 4 after two."""
    asked = Asked(cluster({group("n", 2): lambda _: Idle()}), network, crashes=2)
    assert check_reduced(asked, [(), ("prune",)]) == {"": 8, "prune": 1}


# What it is good for


@dataclass(frozen=True)
class HearsOne(Walker):
    """0 -A-> 1, whoever sent it."""

    def receive(self, msg: object, src: Id) -> Step:
        return self.but(at=1) if self.at == 0 else None


def test_what_comes_too_late_is_not_kept() -> None:
    """Each of three has posted or not: 2^3 states in which none is heard.

    Afterwards k have posted, of which one was heard, and the others wait: 3 + 3 * 2 + 3 states.
    Pruned, it is only known who has posted: 2^3 - 1.
    """
    parts = {N: lambda _: HearsOne(), group("m", 3): poster(A())}
    asked = Asked(cluster(parts), "once")
    assert check_reduced(asked, [(), ("prune",)]) == {"": 20, "prune": 15}


@dataclass(frozen=True)
class AOrB(Walker):
    def actions(self) -> Iterator[Action]:
        if self.at == 0:
            for message in (A(), B()):
                yield action(f"sends {message}", self.but(at=1), send(N1, message))


def test_what_nobody_ever_needs_is_not_kept() -> None:
    """Nothing is sent, A is sent, or B is. Pruned, it is only known that something was sent."""
    asked = Asked(cluster({N: lambda _: Idle(), M: lambda _: AOrB()}))
    assert check_reduced(asked, [(), ("prune",)]) == {"": 3, "prune": 2}


@dataclass(frozen=True)
class Notes(Walker):
    """0 -A-> 1, 0 -B-> 2, and nobody asks."""

    def receive(self, msg: object, src: Id) -> Step:
        if self.at > 0:
            return None
        return self.but(at=1 if isinstance(msg, A) else 2)


def test_what_only_leads_to_what_is_the_same_is_not_kept() -> None:
    """Nothing is sent, or one of two waits, or one was heard. It matters only where it leads.

    Minimised, the three states of the node are one: it is as good as not delivered. Pruned too, it
    is as good as not sent.
    """
    asked = Asked(cluster({N: lambda _: Notes(), M: lambda _: AOrB()}), "once")
    subsets = [(), ("minimise",), ("prune",), ("minimise", "prune")]
    sizes = {"": 5, "minimise": 3, "prune": 5, "minimise,prune": 2}
    assert check_reduced(asked, subsets) == sizes
