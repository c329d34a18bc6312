"""The mark of a bug: what it takes, and what it says of the bug."""

from __future__ import annotations

from typing import Any

import pytest

from pcheck import Actor, bug
from pcheck.errors import SpecError
from tests.yard import Hen, LaysNoEggs, SlyFox, built, eggs_are_kept, marked, more_foxes_than_hens


def test_a_class_is_a_mistake_with_all_that_its_mark_says() -> None:
    found = marked(LaysNoEggs)
    assert (found.name, found.number, found.breaks) == ("lays-no-eggs", 1, "eggs_are_kept")
    assert (found.scope, found.source, found.safe) == ({"hens": 1}, "a fable", False)
    assert (found.summary, found.actors) == ("Lays nothing.", (LaysNoEggs, SlyFox))
    assert found.asks_for == ()


def test_a_function_is_a_mistake_that_changes_options() -> None:
    found = marked(more_foxes_than_hens)
    told = found.name, found.number, found.summary, found.safe, found.actors
    assert told == ("more-foxes-than-hens", 1, "One more of them.", True, ())
    assert found.asks_for == ("hens", "foxes")
    assert sorted(built(found, hens=2, foxes=1, wild=False)) == ["f1", "f2", "f3", "h1", "h2"]


def test_what_else_a_mistake_changes_may_be_given_one_after_the_other() -> None:
    found = bug(2, breaks=eggs_are_kept, also=(each for each in [SlyFox]))(type("B", (Hen,), {}))
    assert marked(found).also == (SlyFox,)


class Egg:
    """No actor."""


@pytest.mark.parametrize("role", [Egg, Actor])
def test_a_mistake_is_a_subclass_of_a_role(role: type[Any]) -> None:
    wrong = type("Wrong", (role,), {})
    with pytest.raises(SpecError) as error:
        bug(2, breaks=eggs_are_kept)(wrong)
    assert str(error.value) == "the bug Wrong is no subclass of the role that it changes"
    with pytest.raises(SpecError) as error:
        bug(2, breaks=eggs_are_kept, also=[wrong])(type("Right", (Hen,), {}))
    assert str(error.value) == "the bug Wrong is no subclass of the role that it changes"
