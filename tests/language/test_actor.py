"""`but`, which copies an actor faster than `dataclasses.replace`, with the same result."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pytest

from pcheck import Actor, Id, fixed, volatile


@dataclass(frozen=True)
class Plain(Actor):
    peers: tuple[Id, ...] = fixed(())
    at: int = 0
    seen: int = volatile(0)


@dataclass(frozen=True)
class Checked(Plain):
    def __post_init__(self) -> None:
        if self.at > 5:
            raise ValueError("too far")


@dataclass(frozen=True)
class Cached(Plain):
    @cached_property
    def double(self) -> int:
        return 2 * self.at


@dataclass(frozen=True, slots=True)
class Slotted(Plain):
    more: int = 0


@dataclass(frozen=True)
class Derived(Plain):
    twice: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "twice", 2 * self.at)


@pytest.mark.parametrize("kind", [Plain, Cached, Slotted, Derived, Checked])
@pytest.mark.parametrize("changes", [{}, {"at": 3}, {"at": 3, "seen": 4}])
def test_a_copy_is_the_one_that_replace_makes(kind: Any, changes: dict[str, int]) -> None:
    actor = kind(me=Id("a1"), peers=(Id("a2"),), at=1)
    getattr(actor, "double", None)
    copy, expected = actor.but(**changes), replace(actor, **changes)
    names = kind.__dataclass_fields__
    assert type(copy) is kind
    assert [getattr(copy, each) for each in names] == [getattr(expected, each) for each in names]
    assert vars(copy) == vars(expected)
    assert getattr(copy, "double", None) == getattr(expected, "double", None)


def test_what_init_does_besides_is_done_for_a_copy() -> None:
    with pytest.raises(ValueError, match="too far"):
        Checked(at=1).but(at=6)
    assert Derived(at=1).but(at=3).twice == 6
    with pytest.raises(ValueError, match="init=False"):
        Derived(at=1).but(twice=3)


def test_a_field_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(TypeError, match="Plain has no field 'ta'"):
        Plain(at=1).but(ta=2)


def test_an_attribute_that_is_not_a_field_is_not_copied() -> None:
    actor = Plain(at=1)
    object.__setattr__(actor, "secret", 3)
    assert vars(actor.but(at=2)) == vars(Plain(at=2))
