"""A small spec with hens and foxes, and the bugs that its roles and options may have."""

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
    hens: Annotated[int, Option("how many lay", min=1)] = 2, foxes: int = 1, wild: bool = False
) -> Cluster:
    h, f = group("h", hens), group("f", foxes)
    name = Value("reynard" if wild else "tod")
    return Cluster({h: lambda i: Hen(), f: lambda i: Fox(name=name)}, [eggs_are_kept])


class SlyFox(Fox):
    """Takes eggs."""


class OldCrow(Crow):
    """Takes what is left."""


@bug(1, breaks=eggs_are_kept, scope={"hens": 1}, source="a fable", also=[SlyFox])
class LaysNoEggs(Hen):
    """Lays nothing.

    And says nothing of it.
    """


@bug(1, breaks=eggs_are_kept, safe=True)
def more_foxes_than_hens(hens: int, foxes: int) -> dict[str, int]:
    """One more of them."""
    return {"foxes": hens + foxes}


def marked(what: Any) -> Bug:
    """Return the bug that a class or a function is marked as."""
    found: Bug = vars(what)[BUG]
    return found


def built(what: Bug, **options: Any) -> dict[str, Actor]:
    """Return the actors of the yard with this bug, by the names of their nodes."""
    spec = of_builder(yard)
    cluster = spec.build(spec.options(options), what)
    assert isinstance(cluster, Cluster)
    return {str(node): actor for node, actor in cluster.actors.items()}
