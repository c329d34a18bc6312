"""The numbers of the things that a walk through an object has met."""

from __future__ import annotations

import types
from collections.abc import Mapping

from pcheck.hosted.forms import Again
from pcheck.text import an


class Unfreezable(Exception):
    """Raised for a thing that cannot be made again."""

    def __init__(self, thing: object, what: str) -> None:
        super().__init__(what)
        self.thing, self.what = thing, what


class Memo(dict[int, int]):
    """The number of each thing that the walk has met, by its id."""

    __slots__ = ("kept",)

    def __init__(self, known: Mapping[int, int] = types.MappingProxyType({})) -> None:
        super().__init__(known)
        self.kept: dict[int, object] = {}  # things inside sets and unordered dicts, by id


def numbered(thing: object, memo: Memo) -> Again | None:
    """Give a thing its number, or return the form of a thing that was met before."""
    at = id(thing)
    if at in memo:
        return Again(memo[at])
    if memo.kept and at in memo.kept:
        raise shared(thing)
    memo[at] = len(memo)
    return None


def shared(thing: object) -> Unfreezable:
    text = f"{an(type(thing).__name__)} that an unordered dict holds as well"
    return Unfreezable(thing, f"{text}; leave the dict out of unordered=")
