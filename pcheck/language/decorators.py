"""The marks in a spec file: which function builds the cluster, and which classes are mistakes.

A builder is the one function with `@spec`; its annotated parameters are the command line's options.
A bug is a subclass that changes one clause (or a function that changes options), with `@bug`: it
says what it breaks, and at what size.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pcheck.errors import SpecError
from pcheck.language.actor import Actor
from pcheck.language.property import Property

F = TypeVar("F", bound=Callable[..., Any])
B = TypeVar("B", bound=type[Actor] | Callable[..., Mapping[str, Any]])
BUILDER, BUG = "__pcheck_spec__", "__pcheck_bug__"


@dataclass(frozen=True)
class Option:
    """`acceptors: Annotated[int, Option("how many vote", min=1)] = 3`"""

    help: str = ""
    min: int | None = None
    max: int | None = None


@dataclass(frozen=True)
class Bug:
    """One rule changed: by what, and the smallest scope that shows it."""

    name: str
    number: int
    marked: type[Actor] | Callable[..., Mapping[str, Any]]
    breaks: str
    scope: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""
    also: tuple[type[Actor], ...] = ()
    safe: bool = False

    @property
    def actors(self) -> tuple[type[Actor], ...]:
        """The classes that take the places of those that they are made of."""
        return (self.marked, *self.also) if isinstance(self.marked, type) else self.also

    def is_called(self, name: str) -> bool:
        """By its name, or by its number, which it may share with others."""
        return name.lower().replace("_", "-") == self.name or name == str(self.number)

    @property
    def asks_for(self) -> tuple[str, ...]:
        """The options of the builder that a function wants to know."""
        is_class = isinstance(self.marked, type)
        return () if is_class else tuple(inspect.signature(self.marked).parameters)

    @property
    def summary(self) -> str:
        return (inspect.getdoc(self.marked) or "").partition("\n")[0]


def spec(builder: F) -> F:
    """Marks the function that builds a spec's cluster (or Model)."""
    setattr(builder, BUILDER, True)
    return builder


def bug(
    number: int,
    *,
    breaks: Property,
    scope: Mapping[str, Any] | None = None,
    source: str = "",
    also: Iterable[type[Actor]] = (),
    safe: bool = False,
) -> Callable[[B], B]:
    """Marks an actor that changes one rule; its docstring is its line in a listing.

    Or a function, from options of the builder to those that it changes. What looks wrong and is
    `safe` names the property that it might be thought to break.
    """

    others = tuple(also)

    def mark(marked: B) -> B:
        classes = [each for each in (marked, *others) if isinstance(each, type)]
        for actor in classes:
            if not issubclass(actor, Actor) or actor.__mro__[1] is Actor:
                raise SpecError(
                    f"the bug {actor.__name__} is no subclass of the role that it changes"
                )
        words = re.sub(r"(?<!^)(?=[A-Z])", "-", marked.__name__).lower().replace("_", "-")
        found = Bug(words, number, marked, breaks.name, dict(scope or {}), source, others, safe)
        setattr(marked, BUG, found)
        return marked

    return mark
