"""A careless symmetry is not exact: traps S1 to S4, each with a version that falls into it."""

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
    Property,
    Seen,
    Step,
    action,
    broadcast,
    fixed,
    group,
    sometimes,
)
from pcheck.errors import SpecError
from pcheck.search.reductions.property_symmetry import PropertySymmetry
from pcheck.search.reductions.symmetry import Symmetry
from pcheck.semantics.network import Letter
from tests.search.alike import Case
from tests.search.reductions.symmetric import check_symmetric, seen_under
from tests.search.reductions.test_symmetry_refused import OneHears, Says
from tests.search.reductions.traps import NOBODY, A, Poster, X, reaches

N = group("n", 2)
Monkeypatch = pytest.MonkeyPatch


@dataclass(frozen=True)
class Names(Actor):
    """Sends the name of a node to every node; the named node sends X."""

    everybody: Group = fixed()
    named: bool = False
    sent: bool = False

    def actions(self) -> Iterator[Action]:
        if not self.named:
            for node in self.everybody:
                after = self.but(named=True)
                yield action(f"names {node}", after, broadcast(self.everybody, Says(node)))

    def receive(self, msg: Any, src: Id) -> Step:
        if msg.what == self.me and src != self.me and not self.sent:
            return self.but(sent=True), broadcast(NOBODY, X())
        return None


def names(*properties: Property) -> Case:
    parts = {N: lambda _: Names(everybody=N)}
    return Case(Cluster(parts, properties=properties, interchangeable=[N]))


def unchecked(patch: Monkeypatch) -> None:
    """Disable the verification of the declaration."""
    patch.setattr(Symmetry, "check", lambda *_: None)
    patch.setattr(PropertySymmetry, "_compare_orbit", lambda *_: None)


# S1


def keeps_payloads(self: Symmetry, swap: int, letter: Letter) -> Letter:
    src: Any = self.swaps[swap].get(letter.src, letter.src)
    return self.model.letter(src, letter.message)


def test_names_in_payloads_are_renamed(monkeypatch: Monkeypatch) -> None:
    """Otherwise a message names the wrong node, which is refused, or gives wrong answers."""
    case = names(reaches(Says, X))
    check_symmetric(case)
    monkeypatch.setattr(Symmetry, "letter", keeps_payloads)
    with pytest.raises(SpecError, match="n1 and n2 are declared interchangeable"):
        seen_under(case, ["symmetry"])
    unchecked(monkeypatch)
    with pytest.raises(AssertionError):
        check_symmetric(case, [("symmetry",)])


# S2


def who_says_x(name: str) -> Property:
    def test(seen: Seen) -> bool:
        return any(src == Id(name) for src, _ in seen.sent(X))

    return sometimes(sees=[X], name=f"{name}_says_x")(test)


def test_a_property_of_one_node_is_refused(monkeypatch: Monkeypatch) -> None:
    """Otherwise only one of the properties is reached, or a trace decides the wrong one."""
    case = names(who_says_x("n1"), who_says_x("n2"))
    with pytest.raises(SpecError, match="_says_x distinguishes n1 and n2"):
        seen_under(case, ["symmetry"])
    unchecked(monkeypatch)
    with pytest.raises((SpecError, AssertionError)):
        check_symmetric(case, [("symmetry",)])


# S3


@pytest.mark.parametrize("odd", ["n1", "n2"])
def test_a_reaction_of_one_node_only_is_refused(odd: str, monkeypatch: Monkeypatch) -> None:
    """Otherwise the representatives might never deliver A to the node that reacts."""
    m = group("m", 1)
    parts = {
        N: lambda _: OneHears(odd=Id(odd)),
        m: lambda _: Poster(to=(Id(odd),), messages=(A(),)),
    }
    case = Case(Cluster(parts, properties=[reaches(X)], interchangeable=[N]))
    with pytest.raises(SpecError, match="n1 and n2 are declared interchangeable"):
        seen_under(case, ["symmetry"])


# S4


@dataclass(frozen=True)
class Remembers(Actor):
    """Remembers its first sender without need; minimise merges the local states of all senders."""

    others: Group = fixed()
    posted: bool = False
    at: int = 0
    whom: Id | None = None

    def actions(self) -> Iterator[Action]:
        if not self.posted:
            posted = self.but(posted=True)
            yield action("posts", posted, broadcast(self.others.without(self.me), A()))
        if self.at == 1:
            yield action("sends", self.but(at=2), broadcast(NOBODY, X()))

    def receive(self, msg: object, src: Id) -> Step:
        return self.but(at=1, whom=src) if self.at == 0 else None


@pytest.mark.parametrize("network", ["set", "once", "fifo"])
def test_symmetry_acts_on_the_classes_of_minimise(network: str) -> None:
    """The representatives have heard n1 on n2 and n3, but n2 on n1: they are not renamings."""
    n = group("n", 3)
    two = sometimes(sees=[X], name="two")(lambda seen: len(seen.sent(X)) > 1)
    parts = {n: lambda _: Remembers(others=n)}
    check_symmetric(Case(Cluster(parts, properties=[two], interchangeable=[n]), network))
