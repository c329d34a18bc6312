"""The frozen forms of mutable things: the values that stand for them in states and messages.

A state may hold only values that never change. So a list becomes a `List`, a dict becomes a `Dict`
and an object becomes a twin, which has a field for each attribute. A set becomes a `Set` of pcheck.
Each form is exact: the thing can be made again from its form.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pcheck.language.values import Set

Show = Callable[[object], str]


@dataclass(frozen=True)
class List:
    """A list."""

    items: tuple[object, ...]

    def __pcheck_show__(self, show: Show) -> str:
        return f"[{', '.join(map(show, self.items))}]"


@dataclass(frozen=True)
class Deque:
    """A deque, which may have a greatest length."""

    items: tuple[object, ...]
    maxlen: int | None

    def __pcheck_show__(self, show: Show) -> str:
        more = "" if self.maxlen is None else f", maxlen={self.maxlen}"
        return f"deque([{', '.join(map(show, self.items))}]{more})"


@dataclass(frozen=True)
class Dict:
    """A dict of the class `kind`; a program can see the order of its entries.

    `factory` is what a defaultdict calls for a missing key.
    """

    kind: str
    factory: object
    entries: tuple[tuple[object, object], ...]

    def __pcheck_show__(self, show: Show) -> str:
        return f"{{{', '.join(f'{show(key)}: {show(value)}' for key, value in self.entries)}}}"


@dataclass(frozen=True)
class FrozenSet:
    """A frozenset."""

    members: Set[object]

    def __pcheck_show__(self, show: Show) -> str:
        return show(self.members)


@dataclass(frozen=True)
class ByteArray:
    """A bytearray."""

    content: bytes

    def __pcheck_show__(self, show: Show) -> str:
        return f"bytearray({show(self.content)})"


@dataclass(frozen=True)
class Again:
    """The same object as the one that was met at place `number` of the walk through the state."""

    number: int

    def __pcheck_show__(self, show: Show) -> str:
        return f"<object {self.number}>"


@dataclass(frozen=True)
class Same:
    """The same object as the one at this path, for properties and traces."""

    path: str

    def __pcheck_show__(self, show: Show) -> str:
        return f"<{self.path}>"


@dataclass(frozen=True)
class Object:
    """An object of the class `kind` whose attributes are fields of their own."""

    kind: str

    def __pcheck_show__(self, show: Show) -> str:
        return self.kind


@dataclass(frozen=True)
class Plain:
    """A text that a trace shows without quotes."""

    text: str

    def __pcheck_show__(self, show: Show) -> str:
        return self.text


@dataclass(frozen=True)
class Constant:
    """A value that never changes, of a class of Python's library: a datetime, a Decimal, a UUID."""

    kind: str
    text: str

    def __pcheck_show__(self, show: Show) -> str:
        return self.text


@dataclass(frozen=True)
class Named:
    """A function, class or module, or a single object that a module holds under this name."""

    module: str
    name: str

    def __pcheck_show__(self, show: Show) -> str:
        return self.name or self.module


@dataclass(frozen=True)
class Outside:
    """A thing outside the state, such as the network, under the name that `outside` gives it."""

    name: str

    def __pcheck_show__(self, show: Show) -> str:
        return f"<{self.name}>"


@dataclass(frozen=True)
class Method:
    """A function that is bound to an object or a class."""

    function: object
    owner: object

    def __pcheck_show__(self, show: Show) -> str:
        name = show(self.function)
        if isinstance(self.owner, Same):
            return f"{self.owner.path}.{name.rpartition('.')[2]}"
        return name


@dataclass(frozen=True)
class BuiltinMethod:
    """A method written in C of an object or a class, such as `items.append`."""

    owner: object
    name: str

    def __pcheck_show__(self, show: Show) -> str:
        return f"{show(self.owner)}.{self.name}"


@dataclass(frozen=True)
class Logger:
    """The logger of this name."""

    name: str

    def __pcheck_show__(self, show: Show) -> str:
        return f"logger {self.name}"


@dataclass(frozen=True)
class Partial:
    """A function of which some arguments are given already."""

    function: object
    arguments: tuple[object, ...]
    named: tuple[tuple[str, object], ...]

    def __pcheck_show__(self, show: Show) -> str:
        named = (f"{name}={show(value)}" for name, value in self.named)
        return f"partial({', '.join([show(self.function), *map(show, self.arguments), *named])})"


@dataclass(frozen=True)
class Cell:
    """A variable that functions share with the function in which they were made."""

    content: object
    is_set: bool = True

    def __pcheck_show__(self, show: Show) -> str:
        return show(self.content) if self.is_set else "unset"


NEW_CELL = Cell(None, is_set=False)  # a variable of a closure whose content follows all of them


@dataclass(frozen=True)
class Closure:
    """A lambda or a function inside a function, and its variables of the outer one.

    The walk numbers all variables before it enters any of them. So the variables may hold functions
    that share them.
    """

    code: str  # the module, the name and the line of the code
    cells: tuple[object, ...]  # NEW_CELL for each variable that the walk has not met before
    contents: tuple[tuple[object, ...], ...]  # of each new variable; empty if the variable is unset
    defaults: tuple[object, ...] | None
    named_defaults: tuple[tuple[str, object], ...]
    attributes: tuple[tuple[str, object], ...]

    def __pcheck_show__(self, show: Show) -> str:
        contents = [show(*each) if each else "unset" for each in self.contents]
        return f"{self.code}({', '.join(contents)})"


@dataclass(frozen=True)
class Held:
    """A value that pcheck's own language has, such as a Map, inside a hosted object."""

    value: object

    def __pcheck_show__(self, show: Show) -> str:
        return show(self.value)


@dataclass(frozen=True)
class Twin:
    """The base class of all frozen objects; a twin has a field for each attribute."""
