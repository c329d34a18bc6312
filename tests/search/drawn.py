"""State graphs written by hand, and properties of the colours of their states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pcheck import Id, Model, Property, Seen, always, sometimes
from pcheck.search.outcome import SearchResult

G = Id("g")


@dataclass(frozen=True)
class At:
    """The colour of a state: its name up to a full stop. Properties see only the colour."""

    colour: str


class Graph(Model[str]):
    """A model given by its edges.

    `{"A": "B C B"}` has three steps out of A, labelled `A B`, `A C` and `A B again`.
    """

    def __init__(self, edges: Mapping[str, str], *properties: Property) -> None:
        self.edges, self.properties = edges, properties
        self.expanded: list[str] = []
        self.interrupted_at = ""

    def initial(self) -> str:
        return next(iter(self.edges))

    def steps(self, state: str) -> Iterator[tuple[str, str]]:
        self.expanded.append(state)
        if state == self.interrupted_at:
            raise KeyboardInterrupt
        before: set[str] = set()
        for successor in self.edges.get(state, "").split():
            yield f"{state} {successor}{' again' * (successor in before)}", successor
            before.add(successor)

    def observe(self, state: str) -> Seen:
        return Seen([(G, At(colour(state)))], {})


def colour(state: str) -> str:
    return state.partition(".")[0]


def at(seen: Seen) -> str:
    return seen.sent(At)[0][1].colour


def never(bad: str) -> Property:
    def test(seen: Seen) -> str | None:
        return f"at {bad}" if at(seen) == bad else None

    return always(sees=[At], name=f"never_{bad}")(test)


def once(good: str) -> Property:
    def test(seen: Seen) -> bool:
        return at(seen) == good

    return sometimes(sees=[At], name=f"once_{good}")(test)


def never_step(before: str, after: str) -> Property:
    def test(old: Seen, new: Seen) -> str | None:
        return f"{before} to {after}" if (at(old), at(new)) == (before, after) else None

    return always(sees=[At], name=f"never_{before}_to_{after}")(test)


def found(search: SearchResult) -> dict[str, tuple[str | None, str]]:
    """Return the reason and the states of the trace of each discovery."""
    return {
        name: (discovery.why, " ".join(discovery.trace.states))
        for name, discovery in search.discoveries.items()
    }


DIAMOND = {"A": "B C", "B": "D", "C": "D E", "D": "A", "E": ""}


CHAIN = {"A": "X.1 B", "B": "C", "X.1": "Y.1", "C": "X.2", "X.2": "D", "D": "Y.2 Z"}
