"""Specs: bugs found by name or number, and the clusters that specs build with a bug."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pcheck import Value, bug
from pcheck.blame import has_place
from pcheck.errors import SpecError, UsageError
from pcheck.loading.setup import prepare
from pcheck.loading.spec import SHIPPED, find, of_builder, shipped
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


def test_a_bug_is_found_by_name_or_unique_number() -> None:
    third = replace(marked(LaysNoEggs), name="third", number=3)
    bugs = marked(LaysNoEggs), marked(more_foxes_than_hens), third
    spec = replace(of_builder(yard), bugs=bugs)
    names: list[str | int] = ["lays-no-eggs", "Lays_No_Eggs", "more-foxes-than-hens", "3", 3]
    assert [spec.bug(name) for name in names] == [bugs[0], bugs[0], bugs[1], third, third]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        (1, "bug number 1 of yard is ambiguous: use lays-no-eggs or more-foxes-than-hens"),
        (2, "unknown bug '2' of yard; expected lays-no-eggs or more-foxes-than-hens"),
        ("lays-no-egg", "unknown bug 'lays-no-egg' of yard; did you mean 'lays-no-eggs'?"),
    ],
)
def test_an_unknown_or_ambiguous_bug_is_an_error(name: str | int, line: str) -> None:
    spec = replace(of_builder(yard), bugs=(marked(LaysNoEggs), marked(more_foxes_than_hens)))
    with pytest.raises(UsageError) as error:
        spec.bug(name)
    assert str(error.value) == line


def test_bugs_have_unique_names_and_may_share_numbers() -> None:
    for spec in shipped():
        names = [bug.name for bug in spec.bugs]
        assert sorted(set(names)) == sorted(names)
    numbers = Counter(bug.number for bug in find("paxos").bugs)
    assert {number for number, count in numbers.items() if count > 1} == {5, 7, 10, 12, 18}


def test_a_bug_is_selected_by_name_or_number() -> None:
    paxos = find("paxos")
    bug = paxos.bug("14")
    assert bug.name == "votes-in-any-ballot"
    names = "votes-in-any-ballot", "VOTES_IN_ANY_BALLOT", 14
    assert [paxos.bug(name) for name in names] == [bug] * 3


def test_a_setup_is_prepared_from_a_spec_with_a_bug_or_from_their_names() -> None:
    paxos = find("paxos")
    bug = paxos.bug("votes-in-any-ballot")
    for spec in (paxos, "paxos", SHIPPED / "paxos.py", paxos.builder):
        assert prepare(spec, {"rounds": 1}).all_options["rounds"] == 1
        if spec is not paxos.builder:  # which has no file of bugs
            for name in (bug, "votes-in-any-ballot", "14", 14):
                setup = prepare(spec, {}, bug=name)
                assert setup.bug is not None
                assert (setup.spec.name, setup.bug.name) == ("paxos", bug.name)


def test_a_shared_number_does_not_select_a_bug() -> None:
    with pytest.raises(UsageError) as error:
        find("paxos").bug(7)
    assert str(error.value) == (
        "bug number 7 of paxos is ambiguous: use forgets-its-promise or forgets-its-vote"
    )


# Clusters with a bug


def test_every_class_replaces_its_role_and_keeps_the_fields() -> None:
    actors = built(marked(LaysNoEggs), hens=1, foxes=2, wild=True)
    kinds = {node: (type(actor), getattr(actor, "name", None)) for node, actor in actors.items()}
    fox = SlyFox, Value("reynard")
    assert kinds == {"h1": (LaysNoEggs, None), "f1": fox, "f2": fox}


def test_the_builder_gets_the_options_that_a_bug_changes() -> None:
    actors = built(marked(more_foxes_than_hens), hens=3, foxes=2)
    assert list(actors) == ["h1", "h2", "h3", "f1", "f2", "f3", "f4", "f5"]


def test_a_bug_of_a_role_without_nodes_is_an_error() -> None:
    wrong = marked(bug(2, breaks=eggs_are_kept, also=[OldCrow])(type("TwoRoles", (Hen,), {})))
    with pytest.raises(SpecError) as error:
        built(wrong)
    line = "the bug two-roles changes Crow, but no node is a Crow"
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
def test_a_faulty_bug_function_is_reported_with_its_place(wrong: Callable[..., Any]) -> None:
    found = marked(bug(3, breaks=eggs_are_kept)(wrong))
    with pytest.raises(SpecError) as error:
        built(found)
    text = str(error.value)
    assert (has_place(text), found.name in text) == (True, True)
