"""Names of nodes and values, and groups of nodes: equality, order and membership."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import pytest

from pcheck import Group, Id, Map, Set, Value, group


class Kind(StrEnum):
    R1 = "r1"


def test_a_name_equals_only_a_name_of_its_own_kind() -> None:
    names: list[object] = ["", Id("a1"), Value("a1"), Id("a2"), None, 1]
    equal = [[one == other for other in names] for one in names]
    different = [[one != other for other in names] for one in names]
    assert equal == [[i == j for j in range(6)] for i in range(6)]
    assert different == [[i != j for j in range(6)] for i in range(6)]
    assert len(set(names)) == 6
    assert (str(Id("a1")), f"{Id('a1')}", repr(Id("a1"))) == ("a1", "a1", "a1")
    assert (
        f"{(Id('a1'), Value('v1'))} {[Id('a1')]} { {'a': Id('a1')} }" == "(a1, v1) [a1] {'a': a1}"
    )
    assert f"{Set([Id('a1')])} {Map({Id('a1'): 1})}" == "Set([a1]) Map({a1: 1})"


@pytest.mark.parametrize("kind", [Id, Value])
def test_a_comparison_with_plain_text_that_is_the_same_is_an_error(kind: Any) -> None:
    name, written = kind("r1"), f'{kind.__name__}("r1")'
    text = re.escape(f"{written} never equals the plain text 'r1'; write {written}")
    compared: list[Callable[[], object]] = [
        lambda: name == "r1",
        lambda: name == "r1",
        lambda: name != "r1",
        lambda: name != "r1",
        lambda: "r1" in (kind("r0"), name),
        lambda: "r1" in {name},
        lambda: {name: 1}.get("r1"),
        lambda: "r1" in Group("r", (name,)),
        lambda: matches(name),
    ]
    for compare in compared:
        with pytest.raises(TypeError, match=f"^{text}$"):
            compare()
    assert [name == other for other in ("", "r2", "R1", Kind.R1, name, 1)] == [
        *(False, False, False, False, True, False)
    ]
    assert (hash(name), sorted(["r2", name, ""])) == (hash("r1"), ["", kind("r1"), "r2"])


def matches(name: object) -> bool:
    match name:
        case "r1":
            return True
    return False


def test_numbers_in_names_are_sorted_as_numbers() -> None:
    names = [Id(name) for name in ("a10", "b1", "a2", "a1")]
    assert [str(name) for name in Set(names)] == ["a1", "a2", "a10", "b1"]
    assert [str(name) for name in Map(dict.fromkeys(names, 0))] == ["a1", "a2", "a10", "b1"]
    assert [str(name) for name in sorted(names)] == ["a1", "a2", "a10", "b1"]
    assert list(Set(["x10y2", "x9", "x10y10"])) == ["x9", "x10y2", "x10y10"]


def test_a_group_numbers_its_nodes_from_1_and_keeps_their_order() -> None:
    acceptors = group("a", 11)
    assert [str(node) for node in acceptors][:2] == ["a1", "a2"]
    assert [str(node) for node in acceptors][-2:] == ["a10", "a11"]
    assert (len(acceptors), Id("a3") in acceptors, Id("b3") in acceptors) == (11, True, False)
    assert list(group("a", 3).without(Id("a1"), Id("b1"))) == [Id("a2"), Id("a3")]
    assert list(group("a", 0)) == []


@pytest.mark.parametrize("name", ["", "a1", "a b", "1a", None])
def test_the_name_of_a_group_must_be_a_word_not_ending_in_a_digit(name: Any) -> None:
    with pytest.raises(
        ValueError, match=r"^a group's name must be a word not ending in a digit, got "
    ):
        group(name, 1)


@pytest.mark.parametrize("size", [-1, 1001, True, 1.0, "1", None])
def test_the_size_of_a_group_must_be_an_integer_from_0_to_1000(size: Any) -> None:
    with pytest.raises(
        ValueError, match=r"^the size of group 'a' must be an integer from 0 to 1000, got "
    ):
        group("a", size)
