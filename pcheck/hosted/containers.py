"""Containers as values: lists, dicts, sets, deques and tuples, also those that an object extends.

Sets, and dicts that are declared unordered, are sorted. So the walk inside them has no fixed order:
what they hold must not be held by anything else.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable
from typing import Any

from pcheck.hosted.classes import FACTORY, MAXLEN, PLAIN
from pcheck.hosted.forms import ByteArray, Deque, Dict, FrozenSet, List
from pcheck.hosted.memo import Memo, Unfreezable, numbered
from pcheck.language.values import Map, Set
from pcheck.text import an

DICTS = dict, OrderedDict, defaultdict
ATOMS = PLAIN - {float}  # a float may be NaN
Walk = Callable[[Any, Memo], Any]  # freezes what a thing holds


def list_form(walk: Walk, thing: list[Any], memo: Memo) -> Any:
    return numbered(thing, memo) or List(_all(walk, list.__iter__(thing), memo))


def deque_form(walk: Walk, thing: deque[Any], memo: Memo) -> Any:
    return numbered(thing, memo) or content_form(walk, deque, thing, memo)


def set_form(walk: Walk, thing: set[Any], memo: Memo) -> Any:
    return numbered(thing, memo) or _members(walk, thing, set.__iter__(thing))


def frozenset_form(walk: Walk, thing: frozenset[Any], memo: Memo) -> FrozenSet:
    return FrozenSet(_members(walk, thing, frozenset.__iter__(thing)))


def bytearray_form(walk: Walk, thing: bytearray, memo: Memo) -> Any:
    return numbered(thing, memo) or ByteArray(bytes(thing))


def dict_form(walk: Walk, thing: dict[Any, Any], memo: Memo) -> Any:
    if id(thing) in memo.dicts:
        raise Unfreezable(thing, "a dict that holds the attributes of an object as well")
    if type(thing) is OrderedDict and vars(thing):
        raise Unfreezable(thing, "an OrderedDict with attributes")
    return numbered(thing, memo) or content_form(walk, type(thing), thing, memo)


def tuple_form(walk: Walk, thing: tuple[Any, ...], memo: Memo) -> Any:
    kind: Any = type(thing)
    if kind is tuple:
        return _all(walk, thing, memo)
    if not hasattr(kind, "_fields") or kind.__dictoffset__:
        raise Unfreezable(thing, f"{an(kind.__name__)}, whose class extends tuple")
    return tuple.__new__(kind, _all(walk, tuple.__iter__(thing), memo))


def content_form(walk: Walk, kind: type, thing: Any, memo: Memo) -> Any:
    """Return the form of the items of a container, or of an object whose class extends one.

    No method is called that the class of the object could override.
    """
    if kind is set:
        return _members(walk, thing, set.__iter__(thing))
    if kind is list:
        return List(_all(walk, list.__iter__(thing), memo))
    if kind is deque:
        return Deque(_all(walk, deque.__iter__(thing), memo), MAXLEN.__get__(thing))
    factory = walk(FACTORY.__get__(thing), memo) if kind is defaultdict else None
    pairs = OrderedDict.items(thing) if kind is OrderedDict else dict.items(thing)
    check_keys(thing)
    entries = [(walk(key, memo), walk(each, memo)) for key, each in pairs]
    return Dict(kind.__name__, factory, tuple(entries))


def map_form(walk: Walk, thing: dict[Any, Any], memo: Memo) -> Any:
    """Return a dict as a map that is sorted by its keys."""
    again = numbered(thing, memo)
    if again is not None:
        return again
    check_keys(thing)
    entries = []
    for key, each in thing.items():
        inside = memo.inside()
        entries.append((walk(key, inside), walk(each, inside)))
        memo.keep(inside, thing)
    form = Map(entries)
    if len(form) < len(thing):
        text = "an unordered dict with two keys that pcheck cannot distinguish"
        raise Unfreezable(thing, f"{text}; leave it out of unordered=")
    return form


def check_keys(thing: Any) -> None:
    """Raise Unfreezable if the hash of a key has changed since its dict got the key.

    A new dict with the same entries would find the key, or would take two keys for one.
    """
    keys = list(dict.keys(thing))
    if all(type(key) in PLAIN for key in keys):
        return
    try:
        if type(thing) in (dict, defaultdict):
            is_known = hash(frozenset(dict.copy(thing))) == hash(frozenset(keys))  # with old hashes
        else:
            is_known = all(dict.__contains__(thing, key) for key in keys)
    except Exception as error:
        fault = f"a dict with a key that raises {type(error).__name__}: {error}"
        raise Unfreezable(thing, fault) from None
    if not is_known:
        raise Unfreezable(thing, "a dict with a key whose hash is not the one that the dict knows")


def _all(walk: Walk, things: Iterable[Any], memo: Memo) -> tuple[Any, ...]:
    return tuple([each if type(each) in ATOMS else walk(each, memo) for each in things])


def _members(walk: Walk, thing: object, members: Iterable[Any]) -> Set[Any]:
    """Return the members of a set, which must not be able to change."""
    found = []
    for each in members:
        inside = Memo()
        found.append(walk(each, inside))
        if inside or inside.kept:
            text = f"a set with {an(type(each).__name__)}, which can change, so that the order"
            raise Unfreezable(thing, f"{text} in which Python walks the set is not fixed")
    form = Set(found)
    if len(form) < len(found):
        raise Unfreezable(thing, "a set with two members that pcheck cannot distinguish")
    return form
