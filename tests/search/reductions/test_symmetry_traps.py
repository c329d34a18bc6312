"""What a careless symmetry gets wrong: traps S1 to S4, each with a version that falls into it."""

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
from pcheck.search.compiled.property_symmetry import PropertySymmetry
from pcheck.search.reductions.symmetry import Symmetry
from pcheck.semantics.network import Letter
from tests.search.alike import Asked
from tests.search.reductions.symmetric import check_symmetric, seen_under
from tests.search.reductions.test_symmetry_refused import OneHears, Says
from tests.search.reductions.traps import NOBODY, A, Poster, X, reaches

N = group("n", 2)
Monkeypatch = pytest.MonkeyPatch


@dataclass(frozen=True)
class Names(Actor):
    """Tells everybody the name of some node; who is named says X."""

    everybody: Group = fixed()
    told: bool = False
    said: bool = False

    def actions(self) -> Iterator[Action]:
        if not self.told:
            for node in self.everybody:
                told = self.but(told=True)
                yield action(f"names {node}", told, broadcast(self.everybody, Says(node)))

    def receive(self, msg: Any, src: Id) -> Step:
        if msg.what == self.me and src != self.me and not self.said:
            return self.but(said=True), broadcast(NOBODY, X())
        return None


def names(*properties: Property) -> Asked:
    parts = {N: lambda _: Names(everybody=N)}
    return Asked(Cluster(parts, properties=properties, interchangeable=[N]))


def unchecked(patch: Monkeypatch) -> None:
    patch.setattr(Symmetry, "check", lambda *_: None)
    patch.setattr(PropertySymmetry, "compare", lambda *_: None)


# S1


def keeps_payloads(self: Symmetry, swap: int, letter: Letter) -> Letter:
    src: Any = self.swaps[swap].get(letter.src, letter.src)
    return self.model.letter(src, letter.message)


def test_names_in_payloads_are_renamed(monkeypatch: Monkeypatch) -> None:
    """Else who is named is another one: the check refuses it, and without the check it is wrong."""
    asked = names(reaches(Says, X))
    check_symmetric(asked)
    monkeypatch.setattr(Symmetry, "letter", keeps_payloads)
    with pytest.raises(SpecError, match="n1 and n2 are declared interchangeable"):
        seen_under(asked, ["symmetry"])
    unchecked(monkeypatch)
    with pytest.raises(AssertionError):
        check_symmetric(asked, [("symmetry",)])


# S2


def who_says_x(name: str) -> Property:
    def test(seen: Seen) -> bool:
        return any(src == Id(name) for src, _ in seen.sent(X))

    return sometimes(sees=[X], name=f"{name}_says_x")(test)


def test_a_property_for_each_node_is_not_symmetric(monkeypatch: Monkeypatch) -> None:
    """One of two is reached by the node that stands for both, or its run shows it of the other."""
    asked = names(who_says_x("n1"), who_says_x("n2"))
    with pytest.raises(SpecError, match="_says_x does not treat n1 and n2 alike"):
        seen_under(asked, ["symmetry"])
    unchecked(monkeypatch)
    with pytest.raises((SpecError, AssertionError)):
        check_symmetric(asked, [("symmetry",)])


# S3


@pytest.mark.parametrize("odd", ["n1", "n2"])
def test_a_row_of_one_node_alone_is_refused(odd: str, monkeypatch: Monkeypatch) -> None:
    """One of the two, by where the letters sort, would otherwise never be asked."""
    m = group("m", 1)
    parts = {
        N: lambda _: OneHears(odd=Id(odd)),
        m: lambda _: Poster(to=(Id(odd),), messages=(A(),)),
    }
    asked = Asked(Cluster(parts, properties=[reaches(X)], interchangeable=[N]))
    with pytest.raises(SpecError, match="n1 and n2 are declared interchangeable"):
        seen_under(asked, ["symmetry"])


# S4


@dataclass(frozen=True)
class Remembers(Actor):
    """Keeps who it heard first, which matters no more: minimised, it heard them all."""

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
def test_what_stands_for_a_class_is_renamed_with_it(network: str) -> None:
    """On n2 and n3 a class is told by n1, on n1 by n2: the first that is met is no renaming."""
    n = group("n", 3)
    two = sometimes(sees=[X], name="two")(lambda seen: len(seen.sent(X)) > 1)
    parts = {n: lambda _: Remembers(others=n)}
    check_symmetric(Asked(Cluster(parts, properties=[two], interchangeable=[n]), network))
