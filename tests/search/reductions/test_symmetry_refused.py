"""Nodes that are declared interchangeable and are not: one line says which, and where it shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from pcheck import (
    Action,
    Actor,
    Cluster,
    Group,
    Id,
    Property,
    Seen,
    Step,
    Value,
    action,
    always,
    broadcast,
    fixed,
    group,
    send,
    sometimes,
)
from pcheck.errors import SpecError
from pcheck.search.compiled.explorer import explore
from tests.search.alike import Asked
from tests.search.parts import Idle, nothing
from tests.search.reductions.reducing import SUBSETS
from tests.search.reductions.traps import NOBODY, A, B, Poster, X, reaches, watches

N, M = group("n", 3), group("m", 1)
WITH_SYMMETRY = [reductions for reductions in SUBSETS if "symmetry" in reductions]
UNDER = pytest.mark.parametrize("passes", WITH_SYMMETRY, ids=",".join)


@dataclass(frozen=True)
class Says:
    what: object


@dataclass(frozen=True)
class Talks(Actor):
    """Tells all the others something, once; and remembers something of what it heard."""

    others: Group = fixed(Group("n", ()))
    told: bool = False
    kept: object = None

    def actions(self) -> Iterator[Action]:
        if not self.told:
            yield action("tells", self.but(told=True), broadcast(self.to(), Says(self.what())))

    def to(self) -> Group:
        return self.others.without(self.me)

    def what(self) -> object:
        return None

    def receive(self, msg: Any, src: Id) -> Step:
        return None


class ComparesIds(Talks):
    def receive(self, msg: Any, src: Id) -> Step:
        return self.but(kept=1) if self.me < src else None


class KnowsTheFirst(Talks):
    def receive(self, msg: Any, src: Id) -> Step:
        return self.but(kept=1) if src == Id("n1") else self.but(kept=2)


class TellsTheFirst(Talks):
    def to(self) -> Group:
        return Group("first", (Id("n1"),))


class BallotOfItsNumber(Talks):
    def what(self) -> object:
        return int(str(self.me)[1:])


class NameAsText(Talks):
    def receive(self, msg: Any, src: Id) -> Step:
        return self.but(kept=str(src))


class IndexedByNumber(Talks):
    def receive(self, msg: Any, src: Id) -> Step:
        at = self.others.ids.index(src)
        return self.but(kept=tuple(i == at for i in range(len(self.others))))


def refused(
    cluster: Callable[[], Cluster], reductions: tuple[str, ...] = ("symmetry",), crashes: int = 0
) -> str:
    with pytest.raises(SpecError) as caught:
        explore(
            Asked(cluster(), crashes=crashes).runs(), reductions=reductions, all_properties=True
        )
    text = str(caught.value)
    assert "\n" not in text
    assert re.match(r"tests/search/reductions/test_symmetry_refused\.py:\d+: ", text), text
    return text.partition(": ")[2]


@UNDER
@pytest.mark.parametrize(
    "role",
    [ComparesIds, KnowsTheFirst, TellsTheFirst, BallotOfItsNumber, NameAsText, IndexedByNumber],
)
def test_a_handler_that_does_not_treat_all_alike_is_named(
    role: type[Talks], reductions: tuple[str, ...]
) -> None:
    def made() -> Cluster:
        parts = {N: lambda _: role(others=N)}
        return Cluster(parts, properties=[watches("kept")], interchangeable=[N])

    assert re.match(
        r"(n1 and n2|n2 and n3) are declared interchangeable, but with their names swapped n\d "
        r"\[.*\] does something else, as n\d in state .*: a handler treats all of them alike, or "
        r"interchangeable=\[\.\.\.\] leaves them out$",
        refused(made, reductions),
    )


def test_the_reaction_is_told_that_shows_it() -> None:
    def made() -> Cluster:
        parts = {N: lambda _: KnowsTheFirst(others=N)}
        return Cluster(parts, properties=[watches("kept")], interchangeable=[N])

    assert refused(made) == (
        "n1 and n2 are declared interchangeable, but with their names swapped n2 [on "
        "Says(what=None) from n1, in state KnowsTheFirst(told=False, kept=None)] does something "
        "else, as n1 in state KnowsTheFirst(told=False, kept=None): a handler treats all of them "
        "alike, or "
        "interchangeable=[...] leaves them out"
    )


# What a pass could hide


@dataclass(frozen=True)
class OneSpeaks(Actor):
    """Goes to 1 or to 2, where one node has something to say, and the others have not."""

    odd: Id = fixed()
    at: int = 0

    def actions(self) -> Iterator[Action]:
        if self.at == 0:
            yield action("goes to 1", self.but(at=1))
            yield action("goes to 2", self.but(at=2))
        if self.at == 2 and self.me == self.odd:
            yield action("speaks", self.but(at=3), broadcast(NOBODY, X()))


@dataclass(frozen=True)
class OneHears(Actor):
    odd: Id = fixed()
    at: int = 0

    def receive(self, msg: object, src: Id) -> Step:
        if self.me == self.odd and self.at == 0:
            return self.but(at=1), broadcast(NOBODY, X())
        return None


@UNDER
@pytest.mark.parametrize("odd", ["n1", "n2"])
def test_what_one_node_says_is_not_hidden_by_the_other_passes(
    odd: str, reductions: tuple[str, ...]
) -> None:
    """Minimised, 1 and 2 are one state of the node that never speaks, but not of the other."""

    def made() -> Cluster:
        n = group("n", 2)
        parts = {n: lambda _: OneSpeaks(odd=Id(odd))}
        return Cluster(parts, properties=[reaches(X)], interchangeable=[n])

    assert "does something else" in refused(made, reductions)


@UNDER
@pytest.mark.parametrize("odd", ["n1", "n2"])
def test_what_one_node_hears_is_not_hidden_by_the_other_passes(
    odd: str, reductions: tuple[str, ...]
) -> None:
    """Pruned, the letter is gone from the inbox of the node that ignores it for ever."""

    def made() -> Cluster:
        n = group("n", 2)
        parts = {n: lambda _: OneHears(odd=Id(odd)), M: lambda _: Poster(to=n.ids, messages=(A(),))}
        return Cluster(parts, properties=[reaches(X)], interchangeable=[n])

    assert "does something else" in refused(made, reductions)


# How they begin


@dataclass(frozen=True)
class Begins(Actor):
    at: int = 0


def test_nodes_that_begin_differently_are_not_interchangeable() -> None:
    n = group("n", 2)
    made = Cluster({n: lambda i: Begins(at=i)}, properties=[nothing()], interchangeable=[n])
    with pytest.raises(SpecError) as caught:
        explore(Asked(made).runs(), reductions=["symmetry"])
    assert str(caught.value) == (
        "n1 and n2 are declared interchangeable, but n1 begins as Begins(at=1) and n2 as "
        "Begins(at=2)"
    )


def test_nodes_of_two_roles_are_not_interchangeable() -> None:
    both = Group("both", (*M, *group("n", 1)))
    parts: dict[Group, Callable[[int], Actor]] = {
        M: lambda _: Begins(),
        group("n", 1): lambda _: Idle(),
    }
    made = Cluster(parts, properties=[nothing()], interchangeable=[both])
    with pytest.raises(SpecError, match=r"^m1 and n1 are declared interchangeable, but m1 begins"):
        explore(Asked(made).runs(), reductions=["symmetry"])


# Properties


@dataclass(frozen=True)
class SaysItself(Talks):
    def what(self) -> object:
        return self.me


def sent_by(name: str) -> Property:
    return sometimes(sees=[Says], name="one_spoke")(
        lambda seen: any(src == Id(name) for src, _ in seen.sent(Says))
    )


@always(sees=[Says])
def n2_is_silent(seen: Seen) -> str | None:
    return "n2 spoke" if any(src == Id("n2") for src, _ in seen.sent(Says)) else None


@always(sees=["told"])
def in_order(seen: Seen) -> str | None:
    """A node speaks after those that have smaller numbers."""
    told = [value for _, value in seen.field("told")]
    return None if told == sorted(told, reverse=True) else "out of order"


@always(sees=[Says])
def the_least_speaks_first(seen: Seen) -> str | None:
    senders = [src for src, _ in seen.sent(Says)]
    return "another was first" if senders and min(senders) != Id("n1") else None


@UNDER
@pytest.mark.parametrize(
    "prop",
    [sent_by("n1"), sent_by("n2"), sent_by("n3"), n2_is_silent, in_order, the_least_speaks_first],
    ids=lambda prop: str(prop.name),
)
def test_a_property_that_asks_for_a_name_or_an_order_is_named(
    prop: Property, reductions: tuple[str, ...]
) -> None:
    def made() -> Cluster:
        parts = {N: lambda _: SaysItself(others=N)}
        return Cluster(parts, properties=[prop], interchangeable=[N])

    assert re.match(
        rf"{prop.name} does not treat (n1 and n2|n2 and n3) alike, which are declared "
        "interchangeable: it asks for names, or for an order$",
        refused(made, reductions),
    )


# Values


@dataclass(frozen=True)
class PicksOne(Actor):
    values: tuple[Value, ...] = fixed()
    value: Value | None = None

    def actions(self) -> Iterator[Action]:
        if self.value is None:
            yield action("picks", self.but(value=min(self.values)), send(self.me, B()))


def test_values_that_are_compared_are_not_interchangeable() -> None:
    values = Value("v1"), Value("v2")

    def made() -> Cluster:
        parts = {M: lambda _: PicksOne(values=values)}
        return Cluster(parts, properties=[nothing()], interchangeable=[values])

    assert refused(made).startswith("v1 and v2 are declared interchangeable")


# What may be declared

BAD: list[tuple[list[Any], str]] = [
    (
        [group("x", 2)],
        "interchangeable=[...] names Id('x1'), which is no node of the cluster: give it groups of "
        "nodes, or tuples of values",
    ),
    (
        [("n1", "n2")],
        "interchangeable=[...] names 'n1', which is no node of the cluster: give it groups of "
        "nodes, or tuples of values",
    ),
    ([N, N], "interchangeable=[...] names n1 twice"),
    ([N, (Id("n3"),)], "interchangeable=[...] names n3 twice"),
    ([(Value("v"), Value("v"))], "interchangeable=[...] names v twice"),
    (
        [(Id("n1"), Value("v"))],
        "interchangeable=[...] mixes nodes and values in one tuple",
    ),
]


@pytest.mark.parametrize(("blocks", "message"), BAD)
def test_names_that_cannot_be_interchangeable_are_refused(blocks: list[Any], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        Cluster({N: lambda _: Idle()}, properties=[nothing()], interchangeable=blocks)
    assert str(caught.value) == message


@pytest.mark.parametrize("blocks", [[], [group("n", 0)], [group("n", 1)], [(Value("v"),)]])
def test_one_name_alone_is_interchangeable_with_nothing(blocks: list[Any]) -> None:
    made = Cluster({N: lambda _: Idle()}, properties=[nothing()], interchangeable=blocks)
    search = explore(Asked(made).runs(), reductions=["symmetry"])
    assert search.skipped == {"symmetry": "the spec declares nothing interchangeable"}
