"""The data that outlives a call of user code, and that this code can reach.

A handler must be a function of its state and message, and a property of its observation. But code
can remember more in globals, class attributes, default arguments, closure variables, and attributes
of functions and objects. A `snapshot` holds the content of every such place that some code can
reach: the places that the code names, those that the functions and classes named there can reach,
and so on. The code of pcheck, of Python and of installed packages is left out, and so is everything
that cannot be copied, such as the state of a random number generator.
"""

from __future__ import annotations

import dis
import functools
from collections.abc import Hashable, Iterable, Iterator
from enum import Enum
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple, TypeAlias

from pcheck.blame import is_users, place_of
from pcheck.language.actor import Actor
from pcheck.language.model import Model
from pcheck.language.property import Property
from pcheck.semantics.plain_data import (
    VALUES,
    Content,
    attributes,
    content_of,
    is_users_class,
)

MAX_NAMED = 3  # places in one error
METHODS = staticmethod, classmethod, property, functools.cached_property, functools.partialmethod
WRAPPED = "__func__", "__wrapped__", "func", "fget", "fset", "fdel"  # attributes with functions
Code = FunctionType | type | Property


class Datum(NamedTuple):
    """The content of a place at one moment, and the code that can reach the place."""

    name: str  # such as "the global `seen`"
    reader: Any  # a function or a class
    owner: object  # the function, class, cell, object or dict of globals that holds the data
    held: object
    content: Content


# The data in each place; a place is the id of its owner and a name. Each owner is kept by its data,
# so that no other owner has the same id.
Snapshot: TypeAlias = dict[tuple[int, str], Datum]


def snapshot(roots: Iterable[Any]) -> Snapshot:
    """Return the data that some functions, classes and models can reach."""
    return _Walk(roots).data


class Change(NamedTuple):
    """A place whose content is not the same in two snapshots; None: the place did not exist."""

    datum: Datum
    before: Content | None
    after: Content | None

    def __str__(self) -> str:
        """Return the change in words: "the global `seen` changed from [] to [1]"."""
        return f"{self.datum.name} {self.verb}"

    @property
    def verb(self) -> str:
        """The change without the name of the place: `changed from [] to [1]`."""
        if self.before is None:
            return f"was created as {self.after}"
        if self.after is None:
            return "was deleted"
        if str(self.before) == str(self.after):
            return "changed"
        return f"changed from {self.before} to {self.after}"

    @property
    def reader(self) -> str:
        """The code that can reach the place: `mine.py:31: Register.receive()`."""
        reader = self.datum.reader
        name = reader.__qualname__.rpartition("<locals>.")[2]
        return f"{place_of(reader)}{name}{'' if isinstance(reader, type) else '()'}"


def changes(before: Snapshot, after: Snapshot) -> list[Change]:
    """Return each place whose content changed; of several names of one thing only the first."""
    found: dict[Hashable, Change] = {}
    for place, datum in {**before, **after}.items():
        old, new = before.get(place), after.get(place)
        was, now = old and old.content, new and new.content
        if was != now:
            is_value = isinstance(datum.held, VALUES)  # equal values may be one object
            found.setdefault(place if is_value else id(datum.held), Change(datum, was, now))
    return list(found.values())


def named(found: Iterable[Change]) -> str:
    """Return the end of an error that names the changed data: `; the global `n` changed ...`."""
    texts = list(map(str, found))
    more = len(texts) - MAX_NAMED
    others = [f"{more} other places changed"] if more > 0 else []
    return "".join(f"; {text}" for text in [*texts[:MAX_NAMED], *others])


class _Walk:
    """The walk from some code through all code and data that this code can reach."""

    def __init__(self, roots: Iterable[Any]) -> None:
        self.data: Snapshot = {}
        self._done: dict[int, Any] = {}  # by the id of each thing, which must not be used again
        self._modules: set[tuple[int, int]] = set()
        self._todo = list(roots)[::-1]
        while self._todo:
            thing = self._todo.pop()
            if id(thing) not in self._done:
                self._done[id(thing)] = thing
                self._visit(thing)

    def _visit(self, thing: Any) -> None:
        if isinstance(thing, FunctionType):
            self._visit_function(thing)
        elif isinstance(thing, type):
            self._visit_class(thing)
        elif isinstance(thing, Property):
            self._todo.append(thing.test)
        elif is_users_class(type(thing)):
            self._todo.append(type(thing))
            for name, value in attributes(thing).items():
                text = f"the attribute `{name}` of {type(thing).__name__}"
                self._add(thing, name, text, type(thing), value)
        else:
            self._todo += _functions_behind(thing)

    def _visit_function(self, function: FunctionType) -> None:
        if vars(function):
            self._todo += _functions_behind(function)
        cells = _cells(function)
        if not is_written_by_user(function):
            self._todo += [each for _, _, each in cells if isinstance(each, Code)]
            if vars(function):  # such as those of `singledispatch`
                content_of(vars(function), self._todo.append)
            return
        name = f"{function.__name__}()"
        code, variables = function.__code__, function.__globals__
        for each in sorted(_names_in(code) & variables.keys()):
            # An attribute may have the name of a global. Of functions, a few too many do no harm.
            if isinstance(variables[each], (ModuleType, Code)) or each in _globals_in(code):
                self._add_global(variables, each, function, _names_in(code))
        for cell, each, value in cells:
            self._add(cell, each, f"the closure variable `{each}` of {name}", function, value)
        for each, value in _defaults(function):
            self._add(function, each, f"the default argument `{each}` of {name}", function, value)
        for each, value in vars(function).items():
            text = f"the attribute `{each}` of {name}"
            self._add(function, f".{each}", text, function, value)

    def _visit_class(self, kind: type) -> None:
        """Visit what a class of the user and its base classes define."""
        if kind in (Actor, Model, object) or not is_users_class(kind):
            return
        self._todo += kind.__bases__
        for name, member in vars(kind).items():
            if isinstance(member, (FunctionType, *METHODS)):
                self._todo += [member, *_functions_behind(member)]
            elif not name.startswith("__") and not issubclass(kind, Enum):
                text = f"the class attribute `{kind.__name__}.{name}`"
                self._add(kind, name, text, kind, member)

    def _add_global(
        self, where: dict[str, Any], name: str, reader: FunctionType, names: frozenset[str]
    ) -> None:
        """Add a global; of a module of the user, add what the code with these names may read."""
        value = where[name]
        self._add(where, name, f"the global `{name}`", reader, value)
        if not isinstance(value, ModuleType) or (id(value), id(names)) in self._modules:
            return
        self._modules.add((id(value), id(names)))
        if (file := getattr(value, "__file__", None)) is not None and is_users(file):
            for each in sorted(names & vars(value).keys()):
                self._add_global(vars(value), each, reader, names)

    def _add(self, owner: object, name: str, text: str, reader: Any, value: object) -> None:
        place = id(owner), name
        if place not in self.data:
            content = content_of(value, self._todo.append)
            self.data[place] = Datum(text, reader, owner, value, content)


@functools.cache
def _names_in(code: CodeType) -> frozenset[str]:
    """Return the names of globals and attributes in code and in the code nested in it."""
    return frozenset(name for each in codes(code) for name in each.co_names)


@functools.cache
def _globals_in(code: CodeType) -> frozenset[str]:
    """Return the names of globals in code and in the code nested in it."""
    return frozenset(
        step.argval
        for each in codes(code)
        for step in dis.get_instructions(each)
        if step.opname.endswith(("_GLOBAL", "_GLOBALS", "_NAME"))
    )


def codes(code: CodeType) -> Iterator[CodeType]:
    """Yield a code object and those nested in it, such as lambdas and comprehensions."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes(constant)


def is_written_by_user(function: FunctionType) -> bool:
    """Return whether the user wrote a function; `dataclass` makes functions in `<string>`."""
    file = function.__code__.co_filename
    is_made = file == "<string>" and function.__name__.startswith("__")
    return not is_made and is_users(file)


def _functions_behind(thing: Any) -> list[FunctionType]:
    """Return the functions that a method, a property or a wrapper such as `lru_cache` calls."""
    found = (_attribute(thing, name) for name in WRAPPED)
    return [each for each in found if isinstance(each, FunctionType)]


def _attribute(thing: Any, name: str) -> Any:
    """Return an attribute, or None if there is none or if it cannot be read."""
    try:
        return getattr(thing, name, None)
    except Exception:  # of a strange object
        return None


def _cells(function: FunctionType) -> list[tuple[CellType, str, Any]]:
    """Return each closure variable of a function: its cell, its name and its value.

    A variable that has no value is left out.
    """
    found = []
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
        try:
            found.append((cell, name, cell.cell_contents))
        except ValueError:
            continue
    return found


def _defaults(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """Yield the default arguments of a function, with the names of their parameters."""
    code, defaults = function.__code__, function.__defaults__ or ()
    yield from zip(code.co_varnames[code.co_argcount - len(defaults) : code.co_argcount], defaults)
    yield from (function.__kwdefaults__ or {}).items()
