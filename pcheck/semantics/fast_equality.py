"""Comparisons of values that are faster than those of their exact keys.

The values before and after a call of a handler have most of their parts in common, as one object.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from operator import is_
from typing import Any

from pcheck.language.kinds import FACTS, Category
from pcheck.language.names import Id, Value
from pcheck.language.values import (
    ATOMS,
    Map,
    Set,
    UnsupportedValue,
    check_supported,
    exact,
    exact_state,
)


def exact_state_after(actor: Any, before: Any, key: Any) -> Hashable:
    """Return what `exact_state` returns, given that this is the key of the state `before`.

    Most steps change few fields. A field that holds the same object as before has the same key.
    """
    kind = type(actor)
    facts = FACTS[kind]
    if type(before) is not kind or facts.category is not Category.RECORD:
        return exact_state(actor)
    check_supported(actor, facts)
    parts: list[Any] = [kind]
    try:
        for part, old, known in zip(facts.read(actor), facts.read(before), key[1:]):
            parts.append(known if part is old else exact(part))
    except UnsupportedValue as error:
        raise error.inside(facts.fields[len(parts) - 1]) from None
    return tuple(parts)


def surely_same(one: Any, other: Any) -> bool:
    """Return True if two values have the same types and parts, the fixed fields included.

    This is faster than a comparison of their exact keys. False means only that they may differ.
    """
    kind = type(one)
    if one is other or kind is not type(other):
        return one is other
    if kind in ATOMS:
        return one == other  # type: ignore[no-any-return]
    if kind is Id or kind is Value:
        return str.__eq__(one, other)
    if kind is Set or kind is Map:
        return one.exact == other.exact  # type: ignore[no-any-return]
    if kind is tuple or kind is list:
        return len(one) == len(other) and _all_surely_same(one, other)
    facts = FACTS[kind]
    return (
        facts.category is Category.RECORD
        and (facts.attributes is None or one.__dict__.keys() == other.__dict__.keys())
        and all(map(is_, facts.read_fixed(one), facts.read_fixed(other)))
        and _all_surely_same(facts.read(one), facts.read(other))
    )


def _all_surely_same(some: Iterable[Any], others: Iterable[Any]) -> bool:
    for one, other in zip(some, others):
        if one is not other and not surely_same(one, other):
            return False
    return True
