"""A small spec with hens and foxes, and known bugs in its roles and options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pcheck import Actor, Bug, Cluster, Option, Seen, Value, always, bug, fixed, group
from pcheck.language.decorators import BUG
from pcheck.loading.spec import of_builder


@dataclass(frozen=True)
class Hen(Actor):
    eggs: int = 0


@dataclass(frozen=True)
class Fox(Actor):
    name: Value = fixed()


@dataclass(frozen=True)
class Crow(Actor):
    """A role that no node has."""


@always(sees=["eggs"])
def eggs_are_kept(seen: Seen) -> str | None:
    return None


def yard(
    hens: Annotated[int, Option("number of hens", min=1)] = 2, foxes: int = 1, wild: bool = False
) -> Cluster:
    h, f = group("h", hens), group("f", foxes)
    name = Value("reynard" if wild else "tod")
    return Cluster({h: lambda i: Hen(), f: lambda i: Fox(name=name)}, [eggs_are_kept])


class SlyFox(Fox):
    """A fox that takes eggs."""


class OldCrow(Crow):
    """A crow that takes the last eggs."""


@bug(1, breaks=eggs_are_kept, scope={"hens": 1}, source="a fable", also=[SlyFox])
class LaysNoEggs(Hen):
    """A hen lays no eggs.

    This line is not part of the summary.
    """


@bug(1, breaks=eggs_are_kept, safe=True)
def more_foxes_than_hens(hens: int, foxes: int) -> dict[str, int]:
    """Add one fox for each hen."""
    return {"foxes": hens + foxes}


def marked(what: Any) -> Bug:
    """Return the bug that the decorator attached to a class or function."""
    found: Bug = vars(what)[BUG]
    return found


def built(what: Bug, **options: Any) -> dict[str, Actor]:
    """Return the actors of the yard with this bug, by the name of each node."""
    spec = of_builder(yard)
    cluster = spec.build(spec.options(options), what)
    assert isinstance(cluster, Cluster)
    return {str(node): actor for node, actor in cluster.actors.items()}
