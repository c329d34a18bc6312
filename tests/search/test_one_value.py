"""Two values are one exactly if their types and fields agree; no search may think otherwise.

Each cluster would get a wrong verdict, or one that depends on the engine and its reductions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from pcheck import (
    Action,
    Actor,
    Cluster,
    Property,
    Seen,
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
