"""The decorators of a spec file: `@spec` marks the builder, and `@bug` marks each known bug.

The builder is the one function with `@spec`. It returns the cluster, and its annotated parameters
are options on the command line. A bug is a subclass of a role that changes one rule, or a function
that changes options. `@bug` names the property that the bug violates and the smallest scope in
which the violation occurs.
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
    """The help and range of an option: `n: Annotated[int, Option("number of nodes", min=1)]`."""

    help: str = ""
    min: int | None = None
    max: int | None = None


@dataclass(frozen=True)
class Bug:
    """A known bug: a class or function that changes the spec, and what the change violates."""

    name: str
    number: int
    marked: type[Actor] | Callable[..., Mapping[str, Any]]
    breaks: str  # the name of a property
    scope: Mapping[str, Any] = field(default_factory=dict)  # options of the violation
    source: str = ""
    also: tuple[type[Actor], ...] = ()
    safe: bool = False

    @property
    def actors(self) -> tuple[type[Actor], ...]:
        """The classes that replace their base classes in the cluster."""
        return (self.marked, *self.also) if isinstance(self.marked, type) else self.also

    def is_called(self, name: str) -> bool:
        """Return whether `name` is the name or the number of the bug; bugs may share a number."""
        return name.lower().replace("_", "-") == self.name or name == str(self.number)

    @property
    def option_names(self) -> tuple[str, ...]:
        """The options of the builder that a bug written as a function takes as parameters."""
        is_class = isinstance(self.marked, type)
        return () if is_class else tuple(inspect.signature(self.marked).parameters)

    @property
    def summary(self) -> str:
        """The first line of the docstring."""
        return (inspect.getdoc(self.marked) or "").partition("\n")[0]


def spec(builder: F) -> F:
    """Mark the function that builds the Cluster or Model of the spec."""
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
    """Mark a class or function as a known bug; the first line of its docstring is its summary.

    A class is a subclass of a role that changes one rule. Its nodes replace the nodes of that role,
    and the classes in `also` replace theirs. A function takes options of the builder and returns
    the options that it changes. `breaks` is the property that the bug violates. With `safe`, the
    change violates nothing, and `breaks` is the property that a reader might expect to fail.
    `scope` holds the options with which the violation is found.
    """
    if not isinstance(breaks, Property):
        raise SpecError(
            f"breaks=... must be a property, got {breaks!r}; write the name of the property alone"
        )
    others = tuple(also)

    def mark(marked: B) -> B:
        classes = [each for each in (marked, *others) if isinstance(each, type)]
        for actor in classes:
            if not issubclass(actor, Actor) or actor.__mro__[1] is Actor:
                raise SpecError(
                    f"the bug {actor.__name__} must be a subclass of the role that it changes"
                )
        words = re.sub(r"(?<!^)(?=[A-Z])", "-", marked.__name__).lower().replace("_", "-")
        found = Bug(words, number, marked, breaks.name, dict(scope or {}), source, others, safe)
        setattr(marked, BUG, found)
        return marked

    return mark
