"""Reasons for ignoring messages that are worked out once for many states of a node."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pytest

from pcheck import Actor, Id, Step
from pcheck.errors import SpecError
from pcheck.loading.setup import prepare
from pcheck.loading.spec import find, shipped
from pcheck.play.page.closing import reactions_of
from pcheck.search.clock import no_tick
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import Letter
from pcheck.traces.ignoring import Reasons, ignores
from tests.draws import for_each
from tests.sampling import fast_first
from tests.search.alike import Case
from tests.search.protocols import cases

CLUSTERS = [each.name for each in shipped() if isinstance(prepare(each, {}).model, ClusterModel)]
SMALLEST = "two_phase_commit"


def check_reasons(model: ClusterModel) -> int:
    """Compare the reason for each ignored message with the one that is worked out alone."""
    reasons, compared = Reasons(), 0
    for (_, local, letter), moves in reactions_of(model, no_tick).answers.items():
        is_ignored = not isinstance(moves, SpecError) and all(each.actor is None for each in moves)
        if letter is not None and is_ignored:
            alone = ignores(local.actor, letter.message, letter.src, "this message")
            assert reasons.ignores(local.actor, letter) == alone
            compared += 1
    return compared


@pytest.mark.parametrize("name", fast_first(1, sorted(CLUSTERS, key=lambda name: name != SMALLEST)))
def test_shared_reasons_are_those_of_each_state(name: str) -> None:
    model = prepare(find(name), {}).model
    assert isinstance(model, ClusterModel)
    assert check_reasons(model) > 40


@pytest.mark.parametrize("examples", fast_first(1, [8, 200]))
def test_shared_reasons_of_random_protocols_are_those_of_each_state(examples: int) -> None:
    compared = 0

    def compare(case: Case) -> None:
        nonlocal compared
        compared += check_reasons(case.model())

    for_each(cases(), examples, compare)
    assert compared > examples


@dataclass(frozen=True)
class Set:
    n: int
    b: int = 0


@dataclass(frozen=True)
class Keeper(Actor):
    """A node that compares its next state with its state in many ways."""

    a: int = 0
    b: int = 0

    def receive(self, msg: object, src: Id) -> Step:
        assert isinstance(msg, Set)
        if msg.n == 0:
            return self.but(a=1)  # the same state if a is 1
        if msg.n == 1:
            return Keeper(me=self.me, a=1, b=1)  # the same state if both are 1
        if msg.n == 2:
            return (self.but(a=0).but(b=0),)
        if msg.n == 3 and self == Keeper(me=self.me, a=1, b=0):
            return self.but(a=5)
        if msg.n == 4:
            after = self.but(a=0)
            return after if after.b > 5 or self.a > 3 else None
        if msg.n == 5:
            return self.but(a=5) if self.sum > 4 else None
        return self.but(a=2) if vars(self)["b"] > 1 else None

    @cached_property
    def sum(self) -> int:
        return self.a + self.b


@dataclass(frozen=True)
class Matcher(Actor):
    b: int = 0

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Set(1, self.b):
                return self.but(b=7)
        return None


def test_a_reason_depends_on_every_field_with_which_a_state_is_compared() -> None:
    reasons, me = Reasons(), Id("k1")
    for n in range(7):
        letter = Letter(Id("k2"), Set(n))
        for a in range(3):
            for b in range(3):
                actor = Keeper(me=me, a=a, b=b)
                assert actor.sum == a + b
                alone = ignores(actor, letter.message, letter.src, "this message")
                assert reasons.ignores(actor, letter) == alone, (n, a, b)


def test_a_reason_depends_on_every_field_that_it_shows() -> None:
    reasons, letter = Reasons(), Letter(Id("k2"), Set(0))
    for b in (0, 7):
        actor = Matcher(me=Id("m1"), b=b)
        alone = ignores(actor, letter.message, letter.src, "this message")
        assert alone.endswith(f"b = {b}")
        assert reasons.ignores(actor, letter) == alone
