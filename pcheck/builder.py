"""The marks in a spec file: which function builds the cluster, and which classes are mistakes.

A builder is the one function with `@spec`; its annotated parameters are the command line's options.
A bug is a subclass that changes one clause, with `@bug`: it says what it breaks, and at what size.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pcheck.actor import Actor
from pcheck.errors import SpecError
from pcheck.property import Property

F = TypeVar("F", bound=Callable[..., Any])
A = TypeVar("A", bound=type[Actor])
BUILDER, BUG = "__pcheck_spec__", "__pcheck_bug__"


@dataclass(frozen=True)
class Option:
    """`acceptors: Annotated[int, Option("how many vote", min=1)] = 3`"""

    help: str = ""
    min: int | None = None
    max: int | None = None


@dataclass(frozen=True)
class Bug:
    """One rule changed: the class that breaks it, and the smallest scope that shows it."""

    name: str
    number: int
    actor: type[Actor]
    breaks: str
    scope: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""

    @property
    def replaces(self) -> type[Actor]:
        return self.actor.__mro__[1]

    @property
    def summary(self) -> str:
        return (inspect.getdoc(self.actor) or "").partition("\n")[0]


def spec(builder: F) -> F:
    """Marks the function that builds a spec's cluster (or Model)."""
    setattr(builder, BUILDER, True)
    return builder


def bug(
    number: int, *, breaks: Property, scope: Mapping[str, Any] | None = None, source: str = ""
) -> Callable[[A], A]:
    """Marks an actor that changes one rule; its docstring is its line in a listing."""

    def mark(actor: A) -> A:
        if actor.__mro__[1] is Actor or not issubclass(actor, Actor):
            raise SpecError(f"the bug {actor.__name__} is no subclass of the role that it changes")
        name = re.sub(r"(?<!^)(?=[A-Z])", "-", actor.__name__).lower()
        setattr(actor, BUG, Bug(name, number, actor, breaks.name, dict(scope or {}), source))
        return actor

    return mark
