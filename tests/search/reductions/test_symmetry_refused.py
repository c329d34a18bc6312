"""Errors for names declared interchangeable that the spec does not treat alike."""

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
from tests.sampling import fast_every
from tests.search.alike import Case
from tests.search.parts import Idle, nothing
from tests.search.reductions.reducing import SUBSETS
from tests.search.reductions.traps import NOBODY, A, B, Poster, X, reaches, watches

N, M = group("n", 3), group("m", 1)
WITH_SYMMETRY = [reductions for reductions in SUBSETS if "symmetry" in reductions]
UNDER = pytest.mark.parametrize(
    "reductions", fast_every(3, map(pytest.param, WITH_SYMMETRY)), ids=",".join
)


@dataclass(frozen=True)
class Says:
    """A message about anything."""

    what: object


@dataclass(frozen=True)
class Talks(Actor):
    """Sends one message to all others; subclasses break the symmetry of names."""

    others: Group = fixed(Group("n", ()))
    done: bool = False
    kept: object = None

    def actions(self) -> Iterator[Action]:
        if not self.done:
            yield action("sends", self.but(done=True), broadcast(self.to(), Says(self.what())))

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


class SendsToTheFirst(Talks):
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
            Case(cluster(), crashes=crashes).model(), reductions=reductions, all_properties=True
        )
    text = str(caught.value)
    assert "\n" not in text
    assert re.match(r"tests/search/reductions/test_symmetry_refused\.py:\d+: ", text), text
    return text.partition(": ")[2]


@UNDER
@pytest.mark.parametrize(
    "role",
    [ComparesIds, KnowsTheFirst, SendsToTheFirst, BallotOfItsNumber, NameAsText, IndexedByNumber],
)
def test_a_handler_that_distinguishes_names_is_refused(
    role: type[Talks], reductions: tuple[str, ...]
) -> None:
    def made() -> Cluster:
        parts = {N: lambda _: role(others=N)}
        return Cluster(parts, properties=[watches("kept")], interchangeable=[N])

    assert re.match(
        rf"(n1 and n2|n2 and n3) are declared interchangeable, but (receive|actions)\(\) of "
        rf"{role.__name__} distinguishes them: n\d \[.*\] \w+.*, and with the names swapped n\d "
        r"\[.*\] \w+.*; compare names only with == and with no fixed name, or remove "
        r"(n1 and n2|n2 and n3) from interchangeable=\[\.\.\.\]$",
        refused(made, reductions),
    )


def test_the_error_contains_the_asymmetric_reaction() -> None:
    def made() -> Cluster:
        parts = {N: lambda _: KnowsTheFirst(others=N)}
        return Cluster(parts, properties=[watches("kept")], interchangeable=[N])

    assert refused(made) == (
        "n1 and n2 are declared interchangeable, but receive() of KnowsTheFirst distinguishes "
        "them: n1 [on Says(what=None) from n2, in state KnowsTheFirst(done=False, kept=None)] "
        "becomes KnowsTheFirst(done=False, kept=2), and with the names swapped n2 [on "
        "Says(what=None) from n1, in state KnowsTheFirst(done=False, kept=None)] becomes "
        "KnowsTheFirst(done=False, kept=1); compare names only with == and with no fixed name, or "
        "remove n1 and n2 from interchangeable=[...]"
    )


# Asymmetries that another reduction could hide


@dataclass(frozen=True)
class OneSpeaks(Actor):
    """Goes to 1 or to 2; in 2 the node `odd` sends X, and the others do nothing."""

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
    """Sends X on its first message, only on the node `odd`."""

    odd: Id = fixed()
    at: int = 0

    def receive(self, msg: object, src: Id) -> Step:
        if self.me == self.odd and self.at == 0:
            return self.but(at=1), broadcast(NOBODY, X())
        return None


@UNDER
@pytest.mark.parametrize("odd", ["n1", "n2"])
def test_an_asymmetric_action_is_not_hidden_by_other_reductions(
    odd: str, reductions: tuple[str, ...]
) -> None:
    """Minimise merges 1 and 2 only on the nodes that never send."""

    def made() -> Cluster:
        n = group("n", 2)
        parts = {n: lambda _: OneSpeaks(odd=Id(odd))}
        return Cluster(parts, properties=[reaches(X)], interchangeable=[n])

    assert "distinguishes them" in refused(made, reductions)


@UNDER
@pytest.mark.parametrize("odd", ["n1", "n2"])
def test_an_asymmetric_reaction_is_not_hidden_by_other_reductions(
    odd: str, reductions: tuple[str, ...]
) -> None:
    """Prune removes the letter only from the inbox of the node that always ignores the letter."""

    def made() -> Cluster:
        n = group("n", 2)
        parts = {n: lambda _: OneHears(odd=Id(odd)), M: lambda _: Poster(to=n.ids, messages=(A(),))}
        return Cluster(parts, properties=[reaches(X)], interchangeable=[n])

    assert "distinguishes them" in refused(made, reductions)


# Initial states


@dataclass(frozen=True)
class Begins(Actor):
    at: int = 0


def test_nodes_with_different_initial_states_are_refused() -> None:
    n = group("n", 2)
    made = Cluster({n: lambda i: Begins(at=i)}, properties=[nothing()], interchangeable=[n])
    with pytest.raises(SpecError) as caught:
        explore(Case(made).model(), reductions=["symmetry"])
    assert str(caught.value) == (
        "n1 and n2 are declared interchangeable, but n1 begins as Begins(at=1) and n2 as "
        "Begins(at=2); give them equal initial states, or remove them from interchangeable=[...]"
    )


def test_nodes_of_two_roles_are_refused() -> None:
    both = Group("both", (*M, *group("n", 1)))
    parts: dict[Group, Callable[[int], Actor]] = {
        M: lambda _: Begins(),
        group("n", 1): lambda _: Idle(),
    }
    made = Cluster(parts, properties=[nothing()], interchangeable=[both])
    with pytest.raises(SpecError, match=r"^m1 and n1 are declared interchangeable, but m1 begins"):
        explore(Case(made).model(), reductions=["symmetry"])


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


@always(sees=["done"])
def in_order(seen: Seen) -> str | None:
    """A node sends only after those with smaller numbers."""
    done = [value for _, value in seen.field("done")]
    return None if done == sorted(done, reverse=True) else "out of order"


@always(sees=[Says])
def n1_sends_first(seen: Seen) -> str | None:
    senders = [src for src, _ in seen.sent(Says)]
    return "another was first" if senders and min(senders) != Id("n1") else None


@UNDER
@pytest.mark.parametrize(
    "prop",
    [sent_by("n1"), sent_by("n2"), sent_by("n3"), n2_is_silent, in_order, n1_sends_first],
    ids=lambda prop: str(prop.name),
)
def test_a_property_that_distinguishes_names_is_refused(
    prop: Property, reductions: tuple[str, ...]
) -> None:
    def made() -> Cluster:
        parts = {N: lambda _: SaysItself(others=N)}
        return Cluster(parts, properties=[prop], interchangeable=[N])

    assert re.match(
        rf"the property {prop.name} distinguishes (n1 and n2|n2 and n3), which are declared "
        r"interchangeable: it says (True|False|None|\".*\"), and with the names swapped "
        r"(True|False|None|\".*\"); test neither names nor their order, or remove the names from "
        r"interchangeable=\[\.\.\.\]$",
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


def test_values_that_are_ordered_are_refused() -> None:
    values = Value("v1"), Value("v2")

    def made() -> Cluster:
        parts = {M: lambda _: PicksOne(values=values)}
        return Cluster(parts, properties=[nothing()], interchangeable=[values])

    assert refused(made).startswith("v1 and v2 are declared interchangeable")


# Declarations

BAD: list[tuple[list[Any], str]] = [
    (
        [group("x", 2)],
        "interchangeable=[...] contains x1, which is not a node of the cluster; write "
        "groups of nodes or tuples of values",
    ),
    (
        [("n1", "n2")],
        "interchangeable=[...] contains 'n1', which is not a node of the cluster; write groups "
        "of nodes or tuples of values",
    ),
    ([N, N], "interchangeable=[...] contains n1 twice; write each name once"),
    ([N, (Id("n3"),)], "interchangeable=[...] contains n3 twice; write each name once"),
    ([(Value("v"), Value("v"))], "interchangeable=[...] contains v twice; write each name once"),
    (
        [(Id("n1"), Value("v"))],
        "interchangeable=[...] mixes nodes and values in one tuple; write a tuple for each",
    ),
]


@pytest.mark.parametrize(("blocks", "message"), BAD)
def test_wrong_declarations_are_refused(blocks: list[Any], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        Cluster({N: lambda _: Idle()}, properties=[nothing()], interchangeable=blocks)
    assert str(caught.value) == message


@pytest.mark.parametrize("blocks", [[], [group("n", 0)], [group("n", 1)], [(Value("v"),)]])
def test_blocks_of_one_name_skip_symmetry(blocks: list[Any]) -> None:
    made = Cluster({N: lambda _: Idle()}, properties=[nothing()], interchangeable=blocks)
    search = explore(Case(made).model(), reductions=["symmetry"])
    assert search.skipped == {"symmetry": "the spec declares nothing interchangeable"}
