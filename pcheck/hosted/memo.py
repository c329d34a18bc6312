"""The numbers of the things that a walk through an object has met."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pcheck.hosted.forms import Again
from pcheck.text import an


class Unfreezable(Exception):
    """Raised for a thing that cannot be made again."""

    def __init__(self, thing: object, what: str) -> None:
        super().__init__(what)
        self.thing, self.what = thing, what


class Memo(dict[int, int]):
    """The number of each thing that the walk has met, by its id.

    Every such thing is held by another thing for as long as the walk lasts. Otherwise a new thing
    could have the same id.
    """

    kept: Mapping[int, object] = MappingProxyType({})  # things inside unordered dicts, by id
    roots: frozenset[int] = frozenset()  # the ids of the things that are to be frozen by content
    dicts: frozenset[int] = frozenset()  # the ids of dicts that hold attributes, if others may too

    def inside(self) -> Memo:
        """Return the memo for one entry of an unordered dict."""
        inside = Memo(self)
        inside.dicts = self.dicts
        return inside

    def keep(self, inside: Memo, holder: object) -> None:
        """Remember the things of one entry, which nothing else may hold."""
        new = dict.fromkeys(inside.keys() - self.keys(), holder) | dict(inside.kept)
        if new.keys() & self.kept.keys():
            text = "an unordered dict, two of whose values share an object"
            raise Unfreezable(holder, f"{text}; leave it out of unordered=")
        if new:
            self.kept = {**self.kept, **new}
        self.dicts = inside.dicts


def numbered(thing: object, memo: Memo) -> Again | None:
    """Give a thing its number, or return the form of a thing that was met before."""
    at = id(thing)
    if at in memo:
        return Again(memo[at])
    if memo.kept and at in memo.kept:
        text = f"{an(type(thing).__name__)} that an unordered dict holds as well"
        raise Unfreezable(thing, f"{text}; leave the dict out of unordered=")
    memo[at] = len(memo)
    return None
