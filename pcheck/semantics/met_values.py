"""The values met in one check: Python and pcheck must distinguish them alike.

Two values are one for pcheck exactly if their types and fields agree. Two facts about several
values would break that, and no value alone can show them: classes with one name, which tie in the
order of values, and an equality of their own. Both are refused here, within one check: a notebook
may define a class anew and check again.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

from pcheck.blame import place_of
from pcheck.errors import SpecError
from pcheck.language.actor import Actor
from pcheck.language.kinds import (
    COMPARISONS,
    FACTS,
    HEAP_TYPE,
    Category,
    Facts,
    equal_only_to_itself,
    is_generated,
)
from pcheck.language.names import Id, Value
from pcheck.language.printing import show
from pcheck.language.values import (
    ATOMS,
    Map,
    Set,
    UnsupportedValue,
    check_supported,
    exact_state,
    family,
    parts_of,
)
from pcheck.text import an

LEAVES = ATOMS | {float, Id, Value}
MAX_COMPARED = 100  # values of each class with which every later value is compared
Known = dict[int, object]  # by the id of each value


class MetValues:
    """The classes of all values met in one check, and all values with an equality of their own.

    An equality of its own is a hand-written `__eq__`, `__ne__` or `__hash__`, or a generated one
    that ignores a field. pcheck notices each value that is not equal to a value with the same
    fields. pcheck notices two equal values with different fields if their hashes are equal, or if
    one of them is among the first MAX_COMPARED of their class.
    """

    def __init__(self) -> None:
        self.has_own_equality = False
        self._kinds: set[type] = set()
        self._by_family: dict[tuple[str, str], object] = {}
        self._messages: set[Hashable] = set()
        self._by_key: dict[Hashable, object] = {}
        self._by_equality: dict[tuple[type, object], object] = {}
        self._first: dict[type, list[object]] = {}

    def add_message(self, message: object, key: Hashable) -> None:
        """Add a message with this exact key, or raise UnsupportedValue; a known one is cheap."""
        if self.has_own_equality or key not in self._messages:
            self.add(message)
            self._messages.add(key)

    def add_first_state(self, actor: Actor) -> None:
        """Add all values in the fields of an actor as which a node begins, or raise SpecError."""
        try:
            self.add_state(actor)
            for name in FACTS[type(actor)].fixed:
                self.add(getattr(actor, name))
        except UnsupportedValue as error:
            text = f"{actor.me} begins with an unsupported value: {error}"
            raise SpecError(f"{place_of(type(actor))}{text}") from None

    def add_state(self, actor: Actor) -> None:
        """Add an actor and the values in its state, or raise UnsupportedValue.

        Two classes of actors may have one name, because actors are never in order.
        """
        facts = FACTS[type(actor)]
        if facts.comparer is not None:
            self._compare(actor, facts.comparer, facts)
        for part in parts_of(actor, facts):
            self.add(part)

    def add(self, value: Any, known: Known | None = None) -> None:
        """Add a value with all values in it, or raise UnsupportedValue.

        Values that are `known` are skipped, and the added ones become known. A class that pcheck
        does not support is accepted unless its values are compared by identity: a Model may use it.
        """
        kind = type(value)
        if kind in LEAVES:
            return
        known = {} if known is None else known
        if id(value) in known:
            return
        for part in self._parts(value, kind):
            if type(part) not in LEAVES and id(part) not in known:
                self.add(part, known)
        known[id(value)] = value

    def _parts(self, value: Any, kind: type) -> Iterable[Any]:
        """Return the parts of a value after a check of the value itself."""
        if kind is tuple or kind is Set or kind is frozenset:
            return value  # type: ignore[no-any-return]
        if kind is Map:
            return (part for entry in value.items() for part in entry)
        facts = FACTS[kind]
        if facts.category is None:
            if equal_only_to_itself(kind) and _is_instance(value):
                name = kind.__name__
                raise UnsupportedValue(
                    f"{an(name)}, which equals only itself; make {name} a frozen dataclass"
                )
            return ()
        check_supported(value, facts)
        if kind not in self._kinds:
            self._add_kind(value, kind)
        if facts.comparer is not None:
            self._compare(value, facts.comparer, facts)
        return parts_of(value, facts)

    def _add_kind(self, value: object, kind: type) -> None:
        """Add a class, or raise UnsupportedValue if another class has the same name."""
        first = self._by_family.setdefault(family(kind), value)
        if type(first) is not kind:
            name = f"{kind.__module__}.{kind.__qualname__}"
            raise UnsupportedValue(
                f"{show(value)}, whose class is not that of {show(first)} but has the same name "
                f"{name}; give each class its own name"
            )
        self._kinds.add(kind)

    def _compare(self, value: object, comparer: type, facts: Facts) -> None:
        """Compare a value with an equality of its own with the values met before."""
        self.has_own_equality = True
        name, advice = type(value).__name__, _advice(type(value), comparer)
        key = _key(value)
        if key in self._by_key:
            if not _equal(self._by_key[key], value):
                text = f"{show(value)}, which does not equal another {name} with the same fields"
                raise UnsupportedValue(f"{text}; {advice}")
            return
        first = self._first.setdefault(comparer, [])
        others, has_hash = first, _hash(value) is not None
        if has_hash and (other := self._by_equality.get((comparer, value))) is not None:
            others = [other, *first]
        for other in others:
            if other == value and not _agree(other, value, facts):
                text = f"{show(value)}, which equals {show(other)} although their fields differ"
                raise UnsupportedValue(f"{text}; {advice}")
        self._by_key[key] = value
        if has_hash:
            self._by_equality.setdefault((comparer, value), value)
        if len(first) < MAX_COMPARED:
            first.append(value)


def _is_instance(value: object) -> bool:
    """Return whether a value is an instance of a class that Python code defines."""
    return bool(type(value).__flags__ & HEAP_TYPE) and not isinstance(value, type)


def _key(value: object) -> Hashable:
    """Return a key of a value; if pcheck cannot compare a part of a Model's value, by identity."""
    try:
        return exact_state(value)
    except UnsupportedValue:
        return id(value)


def _hash(value: object) -> int | None:
    try:
        return hash(value)
    except TypeError:
        return None


def _equal(one: object, other: object) -> bool:
    differ = one != other  # `__ne__` may be hand-written too
    return one == other and not differ and _hash(one) == _hash(other)


def _agree(one: object, other: object, facts: Facts) -> bool:
    """Return whether Python calls the types and the fields of two values equal."""
    if type(one) is not type(other) or facts.category is Category.MEMBER:
        return one is other
    return tuple(parts_of(one, facts)) == tuple(parts_of(other, facts))


def _advice(kind: type, comparer: type) -> str:
    """Return what to change so that the values of a class are compared by their fields."""
    for name in COMPARISONS:
        if name in vars(comparer) and not is_generated(comparer, name):
            return f"remove {name} from class {comparer.__name__}"
    if kind is comparer:
        return f"remove compare=False from class {kind.__name__}"
    return f"remove eq=False from class {kind.__name__}"
