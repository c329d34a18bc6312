"""The decorator of a bug: what can be decorated, and the bug that results."""

from __future__ import annotations

from typing import Any

import pytest

from pcheck import Actor, bug
from pcheck.errors import SpecError
from tests.yard import Hen, LaysNoEggs, SlyFox, built, eggs_are_kept, marked, more_foxes_than_hens


def test_a_decorated_class_is_a_bug_with_the_fields_given_to_the_decorator() -> None:
    found = marked(LaysNoEggs)
    assert (found.name, found.number, found.breaks) == ("lays-no-eggs", 1, "eggs_are_kept")
    assert (found.scope, found.source, found.safe) == ({"hens": 1}, "a fable", False)
    assert (found.summary, found.actors) == ("A hen lays no eggs.", (LaysNoEggs, SlyFox))
    assert found.option_names == ()


def test_a_decorated_function_is_a_bug_that_changes_options() -> None:
    found = marked(more_foxes_than_hens)
    content = found.name, found.number, found.summary, found.safe, found.actors
    assert content == ("more-foxes-than-hens", 1, "Add one fox for each hen.", True, ())
    assert found.option_names == ("hens", "foxes")
    assert sorted(built(found, hens=2, foxes=1, wild=False)) == ["f1", "f2", "f3", "h1", "h2"]


def test_the_other_classes_of_a_bug_may_be_given_as_an_iterator() -> None:
    found = bug(2, breaks=eggs_are_kept, also=(each for each in [SlyFox]))(type("B", (Hen,), {}))
    assert marked(found).also == (SlyFox,)


class Egg:
    """A class that is not an actor."""


@pytest.mark.parametrize("role", [Egg, Actor])
def test_a_class_of_a_bug_must_be_a_subclass_of_a_role(role: type[Any]) -> None:
    wrong = type("Wrong", (role,), {})
    with pytest.raises(SpecError) as error:
        bug(2, breaks=eggs_are_kept)(wrong)
    assert str(error.value) == "the bug Wrong must be a subclass of the role that it changes"
    with pytest.raises(SpecError) as error:
        bug(2, breaks=eggs_are_kept, also=[wrong])(type("Right", (Hen,), {}))
    assert str(error.value) == "the bug Wrong must be a subclass of the role that it changes"
