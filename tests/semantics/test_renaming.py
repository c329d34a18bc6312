"""Renamings replace every name, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import Any, NamedTuple

import pytest

from pcheck import Group, Id, Map, Set, Value, fixed
from pcheck.language.values import exact
from pcheck.semantics.renaming import renamed, renamed_fields, shape

A, B, C, V = Id("a"), Id("b"), Id("c"), Value("a")


@dataclass(frozen=True)
class Held:
    who: Id
    what: object = None
    peers: Group = fixed(Group("g", ()))


class Pair(NamedTuple):
    one: object
    other: object


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (A, B),
        (C, C),
        (V, V),
        ("a", "a"),
        (1.0, 1.0),
        (None, None),
        ((A, (B, "a")), (B, (A, "a"))),
        (Pair(A, 1), Pair(B, 1)),
        (Set([A, C]), Set([B, C])),
        (Map({A: B, C: A}), Map({B: A, C: B})),
        (Held(A, Set([B])), Held(B, Set([A]))),
        (Group("g", (A, C)), Group("g", (B, C))),
        (Group("g", (A, B)), Group("g", (A, B))),
    ],
)
def test_a_renaming_replaces_every_name_inside_a_thing(thing: Any, expected: Any) -> None:
    swap: dict[Id | Value, Id | Value] = {A: B, B: A}
    assert type(renamed(thing, swap)) is type(expected)
    assert repr(renamed(thing, swap)) == repr(expected)
    assert repr(renamed(renamed(thing, swap), swap)) == repr(thing)


def test_a_value_is_not_an_id() -> None:
    assert exact(renamed((A, V), {V: Value("b")})) == exact((A, Value("b")))


def test_fixed_fields_are_not_part_of_the_state() -> None:
    thing = Held(A, B, peers=Group("g", (A, C)))
    assert renamed_fields(thing, {A: B, B: A}) == {"who": B, "what": A}
    assert renamed(thing, {A: B, B: A}).peers == Group("g", (A, C))


THINGS = (
    (A, B),
    Set([A, (B, C)]),
    Map({A: B, B: C}),
    Held(C, Set([A, B])),
    (V, A, 1, True, None, "a"),
)


@pytest.mark.parametrize("thing", THINGS, ids=repr)
def test_a_renamed_thing_has_the_same_shape_for_the_renamed_name(thing: object) -> None:
    blocks: dict[Id | Value, int] = dict.fromkeys((A, B, C), 0)
    for order in permutations((A, B, C)):
        names: dict[Id | Value, Id | Value] = dict(zip((A, B, C), order))
        other = renamed(thing, names)
        for name in (A, B, C):
            assert shape(other, names[name], blocks) == shape(thing, name, blocks)


def test_things_that_differ_by_more_than_a_renaming_have_different_shapes() -> None:
    blocks: dict[Id | Value, int] = {A: 0, B: 0}
    different = (A, B, C, V, "a", (A,), Set([A]), Set([A, B]), Map({A: B}), 1, True, 1.0)
    assert len({shape(thing, A, blocks) for thing in different}) == len(different)
