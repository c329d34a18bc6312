"""A spec: how a bug of it is found by name or number, and what the bug changes when it is built."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pcheck import Value, bug
from pcheck.blame import has_place
from pcheck.errors import SpecError, UsageError
from pcheck.loading.spec import find, of_builder, shipped
from tests.yard import (
    Hen,
    LaysNoEggs,
    OldCrow,
    SlyFox,
    built,
    eggs_are_kept,
    marked,
    more_foxes_than_hens,
    yard,
)

# Names and numbers of bugs


def test_a_mistake_is_found_by_its_name_or_by_a_number_of_its_own() -> None:
    third = replace(marked(LaysNoEggs), name="third", number=3)
    bugs = marked(LaysNoEggs), marked(more_foxes_than_hens), third
    spec = replace(of_builder(yard), bugs=bugs)
    names: list[str | int] = ["lays-no-eggs", "Lays_No_Eggs", "more-foxes-than-hens", "3", 3]
    assert [spec.bug(name) for name in names] == [bugs[0], bugs[0], bugs[1], third, third]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        (1, "bug number 1 of yard is ambiguous: use lays-no-eggs or more-foxes-than-hens"),
        (2, "yard has no bug '2'; it has lays-no-eggs, more-foxes-than-hens"),
        ("lays-no-egg", "yard has no bug 'lays-no-egg'; did you mean 'lays-no-eggs'?"),
    ],
)
def test_a_mistake_that_is_not_meant_by_its_name_alone(name: str | int, line: str) -> None:
    spec = replace(of_builder(yard), bugs=(marked(LaysNoEggs), marked(more_foxes_than_hens)))
    with pytest.raises(UsageError) as error:
        spec.bug(name)
    assert str(error.value) == line


def test_names_of_mistakes_are_their_own_and_numbers_may_be_shared() -> None:
    for spec in shipped():
        names = [bug.name for bug in spec.bugs]
        assert sorted(set(names)) == sorted(names)
    numbers = Counter(bug.number for bug in find("paxos").bugs)
    assert {number for number, count in numbers.items() if count > 1} == {5, 7, 10, 12, 18}


def test_a_mistake_goes_by_its_name_or_its_number() -> None:
    paxos = find("paxos")
    bug = paxos.bug("14")
    assert bug.name == "votes-in-any-ballot"
    names = "votes-in-any-ballot", "VOTES_IN_ANY_BALLOT", 14
    assert [paxos.bug(name) for name in names] == [bug] * 3


def test_a_mistake_does_not_go_by_a_number_that_several_share() -> None:
    with pytest.raises(UsageError) as error:
        find("paxos").bug(7)
    assert str(error.value) == (
        "bug number 7 of paxos is ambiguous: use forgets-its-promise or forgets-its-vote"
    )


# What a bug changes


def test_every_class_takes_the_place_of_its_role_and_keeps_what_was_given_to_that() -> None:
    actors = built(marked(LaysNoEggs), hens=1, foxes=2, wild=True)
    kinds = {node: (type(actor), getattr(actor, "name", None)) for node, actor in actors.items()}
    fox = SlyFox, Value("reynard")
    assert kinds == {"h1": (LaysNoEggs, None), "f1": fox, "f2": fox}


def test_the_builder_is_asked_for_what_a_function_makes_of_its_options() -> None:
    actors = built(marked(more_foxes_than_hens), hens=3, foxes=2)
    assert list(actors) == ["h1", "h2", "h3", "f1", "f2", "f3", "f4", "f5"]


def test_a_role_that_nobody_has_is_not_changed_in_silence() -> None:
    wrong = marked(bug(2, breaks=eggs_are_kept, also=[OldCrow])(type("TwoRoles", (Hen,), {})))
    with pytest.raises(SpecError) as error:
        built(wrong)
    line = "the bug two-roles changes Crow, which no node of this cluster is"
    assert str(error.value).endswith(line)


def unknown_option(geese: int) -> dict[str, int]:
    return {"hens": geese}


def option_that_is_not_there(hens: int) -> dict[str, int]:
    return {"geese": hens}


def no_options(hens: int) -> Any:
    return None


def too_small(hens: int) -> dict[str, int]:
    return {"hens": hens - hens}


def raises(hens: int) -> dict[str, int]:
    return {"hens": hens // 0}


WRONG = [unknown_option, option_that_is_not_there, no_options, too_small, raises]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.__name__)
def test_a_function_that_is_wrong_is_named_with_its_place(wrong: Callable[..., Any]) -> None:
    found = marked(bug(3, breaks=eggs_are_kept)(wrong))
    with pytest.raises(SpecError) as error:
        built(found)
    text = str(error.value)
    assert (has_place(text), found.name in text) == (True, True)
