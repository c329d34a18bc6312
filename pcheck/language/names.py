"""Names of nodes and of proposed values, and ordered groups of nodes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

MOST_NODES = 1000


class _Name(str):
    """A name of a kind of its own: never equal to a plain string or to a name of another kind."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and str.__eq__(self, other)

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
        return f"{type(self).__name__}({str(self)!r})"


class Id(_Name):
    """The name of a node. A type of its own, so that renaming finds it wherever it occurs."""

    __slots__ = ()


class Value(_Name):
    """A value that is proposed. A type of its own, for the same reason."""

    __slots__ = ()


@dataclass(frozen=True)
class Group:
    """Some nodes, in order: who a broadcast goes to."""

    name: str
    ids: tuple[Id, ...]

    def __iter__(self) -> Iterator[Id]:
        return iter(self.ids)

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, node: object) -> bool:
        return node in self.ids

    def without(self, *nodes: Id) -> Group:
        return Group(self.name, tuple(node for node in self.ids if node not in nodes))


def group(name: str, size: int) -> Group:
    """The nodes name1, name2, ...: `group("a", 3)` is a1, a2, a3."""
    if not isinstance(name, str) or not name.isidentifier() or name[-1].isdigit():
        raise ValueError(f"a group's name is a word that does not end in a digit, not {name!r}")
    if type(size) is not int or size < 0:
        raise ValueError(f"group({name!r}, {size!r}): the size must be a number from 0 up")
    if size > MOST_NODES:
        raise ValueError(f"group({name!r}, {size}): a cluster has at most {MOST_NODES} nodes")
    return Group(name, tuple(Id(f"{name}{i}") for i in range(1, size + 1)))


@cache
def natural(text: str) -> tuple[tuple[int, int | str], ...]:
    """A sort key with numbers as numbers: a2 before a10."""
    parts = re.findall(r"\d+|\D+", text)
    return tuple((0, int(part)) if _is_number(part) else (1, part) for part in parts)


def _is_number(part: str) -> bool:
    return part.isdecimal() and len(part) < 20
