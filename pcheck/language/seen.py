"""Observations: what the properties can see of a state, and of every state of a trace."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

from pcheck.language.names import Group, Id
from pcheck.language.values import exact, order
from pcheck.text import nearest

M = TypeVar("M")
Sees = type[Any] | str  # a kind of message, or the name of a field: "learned", "Learner.learned"


class Seen:
    """What an outsider has seen: every watched message ever sent, and every watched field."""

    def __init__(
        self,
        sent: Iterable[tuple[Id, Any]],
        groups: Mapping[str, Group],
        fields: Mapping[str, tuple[tuple[Id, Any], ...]] | None = None,
        key: Hashable = None,
    ) -> None:
        """Who gives a `key`, which stands for the whole sight, gives what was sent in order."""
        self._sent = tuple(sent) if key is not None else _in_order(sent)
        self._key = key
        self._groups = groups
        self._fields = fields or {}
        self._of_kind: dict[type[Any], list[tuple[Id, Any]]] = {}

    @cached_property
    def exact(self) -> Hashable:
        """Two sights with one key are the same sight."""
        if self._key is not None:
            return self._key
        return exact(self._sent), tuple((name, exact(row)) for name, row in self._fields.items())

    def sent(self, kind: type[M]) -> list[tuple[Id, M]]:
        """Every (sender, message) of this kind that was ever sent, in a fixed order."""
        if kind not in self._of_kind:
            self._of_kind[kind] = [pair for pair in self._sent if isinstance(pair[1], kind)]
        return list(self._of_kind[kind])

    def field(self, name: str) -> list[tuple[Id, Any]]:
        """The value that each node which has this field holds in it now."""
        return list(self._fields[name])

    def group(self, name: str) -> Group:
        """The nodes of a group: who the acceptors are is no secret."""
        if name not in self._groups:
            raise KeyError(f"no group {name!r} in this cluster{nearest(name, self._groups)}")
        return self._groups[name]

    def only(self, name: str, sees: tuple[Sees, ...]) -> Seen:
        return _Footprint(self, name, sees)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Seen) and self.exact == other.exact

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash(self.exact)


def _in_order(sent: Iterable[tuple[Id, Any]]) -> tuple[tuple[Id, Any], ...]:
    pairs = {exact(pair): pair for pair in sent}
    return tuple(sorted(pairs.values(), key=order))


class _Footprint(Seen):
    """The part of a sight that one property declared: whatever else it asks for is an error."""

    def __init__(self, whole: Seen, name: str, sees: tuple[Sees, ...]) -> None:
        self._sent, self._groups, self._fields = whole._sent, whole._groups, whole._fields
        self._key, self._of_kind = None, whole._of_kind
        self._name, self._sees = name, sees

    def sent(self, kind: type[M]) -> list[tuple[Id, M]]:
        self._declared(kind, kind.__name__)
        return super().sent(kind)

    def field(self, name: str) -> list[tuple[Id, Any]]:
        self._declared(name, repr(name))
        return super().field(name)

    def _declared(self, what: Sees, text: str) -> None:
        if what not in self._sees:
            raise LookupError(f"{self._name} looks at {text}: add it to its sees=[...]")


class History:
    """The sights of a run, from before its first step to after its last; nothing is left out."""

    def __init__(self, observations: Sequence[Seen]) -> None:
        self._sights = observations

    @property
    def seen(self) -> Seen:
        """What is seen at the end."""
        return self._sights[-1]

    def since(self, test: Callable[[Seen], bool]) -> int:
        """The step by which something had become true; 0 is before the first."""
        for number, seen in enumerate(self._sights):
            if test(seen):
                return number
        raise LookupError("what is asked for is not so after any step of this run")
