"""The state graphs with which the drawings are tested."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from pcheck import Id, Model, Seen, always, check, sometimes, spec
from pcheck.search.state_graph import numbered
from pcheck.text import printable

if TYPE_CHECKING:
    import networkx as nx

NASTY = 'to "x" \\N \\l <b> &lt; &#65; ]]> --> {1} | \u03b1\u6f22'
OTHER = "ends in a backslash\\"


@cache
def drawable(spec: Any = "paxos", **options: Any) -> nx.MultiDiGraph[str]:
    result = check(spec, **options)
    graph = numbered(result.graph())
    graph.graph["title"] = "a title"
    if result.saved is not None:
        graph.graph["trace"] = printable(f"the shortest trace to {result.saved.property}")
    return graph


def short() -> nx.MultiDiGraph[str]:
    """Return a graph of 40 states; the shortest counterexample has 8 steps."""
    return drawable(acceptors=1, crashes=0, bug="votes-in-any-ballot")


def two_by_two() -> nx.MultiDiGraph[str]:
    """Return a graph of 169 states without violations."""
    return drawable(acceptors=2, rounds=1, crashes=0)


def crossed() -> nx.MultiDiGraph[str]:
    """Return a graph with steps within a row and steps upwards."""
    return drawable(acceptors=1, rounds=1, crashes=1, bug="votes-in-any-ballot")


@dataclass(frozen=True, order=True)
class At:
    number: int


@always(sees=[At], name="small <\x00>, \\N")
def small(seen: Seen) -> str | None:
    return f"{NASTY}\n\x1b[31m" if At(3) in _at(seen) else None


@always(sees=[At])
def grows(before: Seen, after: Seen) -> str | None:
    return f'"{NASTY}"' if _at(after) < _at(before) else None


@sometimes(sees=[At], name='a "name"')
def two(seen: Seen) -> bool:
    return At(2) in _at(seen)


class Nasty(Model[int]):
    """A model with loops, backward steps and parallel steps, and with syntax in every text."""

    properties = (small, grows, two)

    def initial(self) -> int:
        return 0

    def steps(self, state: int) -> Iterator[tuple[str, int]]:
        if state < 4:
            yield f"{state} {NASTY}", state + 1
            yield OTHER, state + 1
            yield "stays", state
        if state > 2:
            yield "back", 0

    def columns(self, state: int) -> Mapping[str, Mapping[str, str]]:
        return {"\x00\ud800<": {"\x1b": f"{NASTY}\n{state}"}}

    def observe(self, state: int) -> Seen:
        return Seen([(Id("n"), At(state))], {})


@spec
def nasty() -> Nasty:
    """Texts that contain the syntax of the formats."""
    return Nasty()


@always(sees=[At])
def stays(seen: Seen) -> str | None:
    """A property that holds."""
    return None


class Plain(Model[int]):
    """A model without violations and targets."""

    properties = (stays,)

    def initial(self) -> int:
        return 0

    def steps(self, state: int) -> Iterator[tuple[str, int]]:
        yield "turns", 1 - state

    def observe(self, state: int) -> Seen:
        return Seen([], {})


@spec
def plain() -> Plain:
    """Two states and the steps between them."""
    return Plain()


def _at(seen: Seen) -> list[At]:
    return sorted(each for _, each in seen.sent(At))
