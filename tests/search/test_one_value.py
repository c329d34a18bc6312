"""Two values are one exactly if their types and fields agree; no search may think otherwise.

Each cluster would get a wrong verdict, or one that depends on the engine and its reductions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, make_dataclass
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
    Set,
    Step,
    action,
    always,
    broadcast,
    check,
    fixed,
    group,
)
from tests.errors import fault, place

pytestmark = pytest.mark.usefixtures("at_the_top")
SEARCHES = [{"engine": "reference"}, {"engine": "compiled", "reduce": "none"}]
SEARCHES += [{"engine": "compiled", "reduce": name} for name in ("minimise", "prune", "all")]
EACH_SEARCH = pytest.mark.parametrize("search", SEARCHES, ids=lambda each: "-".join(each.values()))
Search = dict[str, str]


def line(cluster: Callable[[], Cluster], search: Search) -> str:
    """Return the error of a check."""
    return fault(lambda: check(cluster, crashes=0, **search))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Bad:
    pass


@always(sees=[Bad])
def never_bad(seen: Seen) -> str | None:
    return "bad" if seen.sent(Bad) else None


# A value with more than its fields


@dataclass(frozen=True)
class Numbered:
    ballot: int


class Vote(Numbered):
    def __init__(self, ballot: int, value: str) -> None:
        super().__init__(ballot)
        self.value = value


@dataclass(frozen=True)
class Tagged(Numbered):
    value: str = field(init=False, default="x")
    peers: object = fixed(())


@dataclass(frozen=True)
class Holder:
    held: object


@dataclass(frozen=True)
class Voter(Actor):
    at: int = 0

    def actions(self) -> Iterator[Action]:
        if self.at < 2:
            vote = self.vote("xy"[self.at])
            yield action("votes", self.but(at=self.at + 1), broadcast((), vote))

    def vote(self, value: str) -> object:
        return Vote(1, value)


class WrappedVoter(Voter):
    def vote(self, value: str) -> object:
        return Holder((Vote(1, value),))


class FixedVoter(Voter):
    def vote(self, value: str) -> object:
        return Holder(Tagged(1, peers=value))


@always(sees=[Vote])
def one_vote(seen: Seen) -> str | None:
    values = {vote.value for _, vote in seen.sent(Vote)}
    return f"{sorted(values)}" if len(values) > 1 else None


@always(sees=[Holder])
def one_holder(seen: Seen) -> str | None:
    return "two votes are held" if len(seen.sent(Holder)) > 1 else None


ATTRIBUTE = (
    "a Vote with the attribute value, which is not a field; "
    "write @dataclass(frozen=True) above class Vote and declare value as a field of class Vote"
)


@EACH_SEARCH
@pytest.mark.parametrize(
    ("role", "prop", "why"),
    [
        (Voter, one_vote, ATTRIBUTE),
        (WrappedVoter, one_holder, f"a Holder with an unsupported value: held[0] is {ATTRIBUTE}"),
        (
            FixedVoter,
            one_holder,
            "a Holder with an unsupported value: held is a Tagged with the fixed field peers; "
            "use fixed() only in actors",
        ),
    ],
)
def test_votes_that_differ_only_beside_their_fields_are_refused(
    role: type[Voter], prop: Property, why: str, search: Search
) -> None:
    def votes() -> Cluster:
        return Cluster({group("v", 1): lambda _: role()}, properties=[prop])

    assert line(votes, search) == (
        f"{place(Voter.actions)}actions() of v1 sent {why} [in state {role.__name__}(at=0)]"
    )


@dataclass(frozen=True)
class Forgetful(Actor):
    """A node that counts in an attribute which is not a field, and so never goes wrong."""

    at: int = 0

    def actions(self) -> Iterator[Action]:
        after = self.but(at=1 - self.at)
        object.__setattr__(after, "count", getattr(self, "count", 0) + 1)
        if after.count < 3:  # type: ignore[attr-defined]
            yield action("counts", after)
        else:
            yield action("goes wrong", after, broadcast((), Bad()))


@EACH_SEARCH
def test_a_state_with_an_attribute_beside_its_fields_is_refused(search: Search) -> None:
    def counts() -> Cluster:
        return Cluster({group("n", 1): lambda _: Forgetful()}, properties=[never_bad])

    assert line(counts, search) == (
        f"{place(Forgetful.actions)}actions() of n1 leads to a state with an unsupported value: "
        "a Forgetful with the attribute count, which is not a field; "
        "declare count as a field of class Forgetful [in state Forgetful(at=0)]"
    )


# Two classes of one name


@dataclass(frozen=True)
class Ask:
    n: int


@dataclass(frozen=True)
class Source(Actor):
    to: Group = fixed()
    asked: int = 0

    def actions(self) -> Iterator[Action]:
        if self.asked == 0:
            sends = [broadcast(self.to, message) for message in self.messages()]
            yield action("asks", self.but(asked=1), *sends)

    def messages(self) -> tuple[object, ...]:
        return Ask(2), Ask(1)


def same_name() -> Cluster:
    """Return a cluster that goes wrong if equal sets iterate in two orders."""
    left, right = (make_dataclass("Ack", [(name, int)], frozen=True) for name in ("n", "m"))

    @dataclass(frozen=True)
    class Keeper(Actor):
        held: Set[Any] = Set()

        def receive(self, msg: object, src: Id) -> Step:
            match msg:
                case Ask(n):
                    return self.but(held=self.held.plus((left, right)[n - 1](1)))
            return None

        def actions(self) -> Iterator[Action]:
            if len(self.held) == 2 and type(next(iter(self.held))) is right:
                yield action("goes wrong", self.but(held=Set()), broadcast((), Bad()))

    k, s = group("k", 1), group("s", 1)
    return Cluster({s: lambda _: Source(to=k), k: lambda _: Keeper()}, properties=[never_bad])


@EACH_SEARCH
def test_two_classes_of_one_name_are_refused(search: Search) -> None:
    text = line(same_name, search).partition("receive() of k1 ")[2].partition(" [on Ask")[0]
    names = ("n", "m") if "Ack(n=1), whose" in text else ("m", "n")
    assert text == (
        f"leads to a state with an unsupported value: Ack({names[0]}=1), whose class is not that "
        f"of Ack({names[1]}=1) but has the same name types.Ack; give each class its own name"
    )


@always(sees=["asked"])
def all_is_well(seen: Seen) -> str | None:
    return None


@EACH_SEARCH
def test_a_class_may_be_defined_anew_for_the_next_check(search: Search) -> None:
    def anew() -> Cluster:
        ack = make_dataclass("Ack", [("n", int)], frozen=True)

        class Acker(Source):
            def messages(self) -> tuple[object, ...]:
                return (ack(1),)

        k, s = group("k", 1), group("s", 1)
        return Cluster({s: lambda _: Acker(to=k), k: lambda _: Actor()}, properties=[all_is_well])

    for _ in range(2):
        assert check(anew, crashes=0, **search).verdict.value == "holds"  # type: ignore[arg-type]


# An equality that is not that of the fields


@dataclass(frozen=True, eq=False)
class Item:
    n: int


@dataclass(frozen=True)
class Finer:
    n: int

    def __eq__(self, other: object) -> bool:
        return id(self) == id(other)

    __hash__ = object.__hash__


@dataclass(frozen=True)
class One:
    item: object


@dataclass(frozen=True)
class Two:
    item: object


@dataclass(frozen=True)
class Matcher(Actor):
    """A node that goes wrong if the second item equals the first one."""

    held: object = None

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case One(item) | Two(item) if self.held is None:
                return self.but(held=item)
            case Two(item) if item == self.held:
                return self, broadcast((), Bad())
        return None


IDENTITY = "an Item, which equals only itself; remove eq=False or __eq__ from class Item"
FINER = "which does not equal another Finer with the same fields; remove __eq__ from class Finer"


@EACH_SEARCH
@pytest.mark.parametrize(
    ("item", "why"),
    [
        (Item, f"sent a Two with an unsupported value: item is {IDENTITY}"),
        (Finer, f"sent Finer(n=1), {FINER}"),
    ],
)
def test_items_that_are_compared_by_identity_are_refused(
    item: Callable[[int], object], why: str, search: Search
) -> None:
    class Sender(Source):
        def messages(self) -> tuple[object, ...]:
            return Two(item(1)), One(item(1))

    def compares() -> Cluster:
        k, s = group("k", 1), group("s", 1)
        return Cluster({s: lambda _: Sender(to=k), k: lambda _: Matcher()}, [never_bad])

    assert line(compares, search) == (
        f"{place(Source.actions)}actions() of s1 {why} [in state Sender(asked=0)]"
    )


# A name beside plain text


@EACH_SEARCH
def test_a_comparison_of_a_name_with_plain_text_is_an_error(search: Search) -> None:
    class Asked(Matcher):
        def receive(self, msg: object, src: Id) -> Step:
            return (self, broadcast((), Bad())) if src == "s1" else None

    def compares() -> Cluster:
        k, s = group("k", 1), group("s", 1)
        return Cluster({s: lambda _: Source(to=k), k: lambda _: Asked()}, [never_bad])

    text = line(compares, search).partition(" [on Ask")[0]
    assert text == (
        f"{place(Asked.receive, 1)}receive() of k1 raised TypeError: "
        'Id("s1") never equals the plain text \'s1\'; write Id("s1")'
    )
