"""Names of nodes and of proposed values, and ordered groups of nodes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

MAX_NODES = 1000


class _Name(str):
    """A string that is equal only to names of the same class, and is sorted by `natural`.

    A comparison with plain text raises an error if the text is the same: the comparison could only
    be false, although its author expects that it is true.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if type(self) is type(other):
            return str.__eq__(self, other)
        if type(other) is str and str.__eq__(self, other):
            raise TypeError(plain_text(self))
        return False

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__

    def __lt__(self, other: str) -> bool:
        return natural(self) < natural(other)

    def __gt__(self, other: str) -> bool:
        return natural(self) > natural(other)

    def __le__(self, other: str) -> bool:
        return natural(self) <= natural(other)

    def __ge__(self, other: str) -> bool:
        return natural(self) >= natural(other)

    def __repr__(self) -> str:
        """Return the bare name, so that a text about a tuple of names reads `(a1, a2)`."""
        return str(self)

    @property
    def code(self) -> str:
        """The name as it is written in a spec: `Id("a1")`."""
        return f'{type(self).__name__}("{self}")'


def plain_text(name: _Name) -> str:
    """Return the error for a comparison of a name with plain text that is the same."""
    written = name.code
    return f"{written} never equals the plain text {str(name)!r}; write {written}"


class Id(_Name):
    """The name of a node; a type of its own, so that a renaming finds names inside any value."""

    __slots__ = ()


class Value(_Name):
    """A proposed value; a type of its own, so that a renaming finds values inside any value."""

    __slots__ = ()


@dataclass(frozen=True)
class Group:
    """Some nodes in a fixed order, for example the receivers of a broadcast."""

    name: str
    ids: tuple[Id, ...]

    def __iter__(self) -> Iterator[Id]:
        return iter(self.ids)

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, node: object) -> bool:
        return node in self.ids

    def __getitem__(self, index: int) -> Id:
        return self.ids[index]

    def without(self, *nodes: Id) -> Group:
        """Return a copy of the group without these nodes."""
        return Group(self.name, tuple(node for node in self.ids if node not in nodes))


def group(name: str, size: int) -> Group:
    """Return the group of the nodes name1, name2, ...: `group("a", 3)` holds a1, a2 and a3."""
    if not isinstance(name, str) or not name.isidentifier() or name[-1].isdigit():
        raise ValueError(f"a group's name must be a word not ending in a digit, got {name!r}")
    if type(size) is not int or not 0 <= size <= MAX_NODES:
        raise ValueError(
            f"the size of group {name!r} must be an integer from 0 to {MAX_NODES}, got {size!r}"
        )
    return Group(name, tuple(Id(f"{name}{i}") for i in range(1, size + 1)))


@cache
def natural(text: str) -> tuple[tuple[int, int | str], ...]:
    """Return a sort key that compares digits as numbers, so that a2 comes before a10."""
    parts = re.findall(r"\d+|\D+", text)
    return tuple((0, int(part)) if _is_number(part) else (1, part) for part in parts)


def _is_number(part: str) -> bool:
    return part.isdecimal() and len(part) < 20
