"""The result of a search, in the same form for every engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from pcheck.errors import PcheckError
from pcheck.language.property import Kind, Property
from pcheck.search.samples import Samples
from pcheck.semantics.trace import Trace


class Verdict(Enum):
    """The answer of a search to all of its properties together."""

    HOLDS = "holds"
    VIOLATED = "violated"
    INCOMPLETE = "incomplete"


class Outcome(Enum):
    """The answer of a search to one property."""

    HOLDS = "holds"
    VIOLATED = "violated"
    REACHED = "reached"
    NEVER_REACHED = "never_reached"
    NEVER_ASKED = "never_asked"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Discovery:
    """A shortest trace that decides a property, and for an `always` the reason why it is false."""

    trace: Trace[Any]
    why: str | None = None


@dataclass(frozen=True)
class Untraced:
    """A decided property without a trace: `stopped` names what stopped the reconstruction."""

    steps: int  # of the shortest traces
    why: str | None
    stopped: str


@dataclass(frozen=True)
class ClosedTables:
    """The tables of the nodes that a search used: local states, messages, and turns.

    A turn is a search with the tables of what the turns before it met.
    """

    local_states: int
    messages: int
    turns: int


@dataclass(frozen=True)
class SearchResult:
    """The result of a search. `stopped` names the limit or event that stopped it, if any did."""

    properties: tuple[Property, ...]
    states: int
    transitions: int
    depth: int
    widths: tuple[int, ...]
    complete: bool
    stopped: str | None
    discoveries: dict[str, Discovery]
    seconds: float
    memory: int  # bytes allocated for the states, their hash table and their parents
    engine: str
    peak: int  # bytes, the largest resident memory of the process that was measured
    reduced: tuple[str, ...] = ()  # reductions applied: the states are representatives
    skipped: Mapping[str, str] = field(default_factory=dict)  # reductions skipped, each with why
    assumptions: tuple[str, ...] = ()  # conditions of the verdict that were checked only in part
    note: str | None = None  # why the engine changed
    warnings: tuple[str, ...] = ()  # reasons why the verdict may mean less than it seems to
    untraced: Mapping[str, Untraced] = field(default_factory=dict)
    terminal: int | None = None  # states without a next step; None if not known
    tables: ClosedTables | None = None  # None if no reduction used tables
    growing: tuple[str, ...] = ()  # parts of the state that grow, if the search stopped
    samples: Samples = field(default_factory=Samples, repr=False)  # to be asked for again
    asked: Mapping[str, int] = field(default_factory=dict)  # the states where a question is asked
    stopping: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # for the answer no
    cycles: Mapping[str, int] = field(default_factory=dict)  # the steps before a cycle without end
    saw_all: bool = True  # if complete: false if states were left out, in which nothing is asked

    @property
    def outcomes(self) -> dict[str, Outcome]:
        """The outcome of each property, by its name."""
        return {prop.name: self._outcome(prop) for prop in self.properties}

    @property
    def violated(self) -> tuple[str, ...]:
        """The names of the violated properties, in the order of their declaration."""
        bad = (Outcome.VIOLATED, Outcome.NEVER_REACHED, Outcome.NEVER_ASKED)
        return tuple(name for name, outcome in self.outcomes.items() if outcome in bad)

    @property
    def verdict(self) -> Verdict:
        """HOLDS only if the search is complete. A violation counts even in an incomplete search."""
        if self.violated:
            return Verdict.VIOLATED
        return Verdict.HOLDS if self.complete else Verdict.INCOMPLETE

    def with_earlier(self, earlier: SearchResult) -> SearchResult:
        """Return the result with the decisions of an earlier search, unless it is complete."""
        if self.complete:
            return self
        return replace(
            self,
            discoveries={**earlier.discoveries, **self.discoveries},
            untraced={**earlier.untraced, **self.untraced},
        )

    def is_found(self, name: str) -> bool:
        """Return whether an `always` is false, or a `sometimes` true, in some explored state."""
        return name in self.discoveries or name in self.untraced

    def with_warnings(self, warnings: Iterable[str]) -> SearchResult:
        """Return the result with more warnings."""
        return replace(self, warnings=(*self.warnings, *warnings))

    def _outcome(self, prop: Property) -> Outcome:
        found = self.is_found(prop.name)
        if prop.kind is not Kind.SOMETIMES:
            if found:
                return Outcome.VIOLATED
            if self.complete and self.asked.get(prop.name) == 0:
                return Outcome.NEVER_ASKED
            return Outcome.HOLDS if self.complete else Outcome.UNDECIDED
        if found:
            return Outcome.REACHED
        return Outcome.NEVER_REACHED if self.complete else Outcome.UNDECIDED


class TooManyNumbers(PcheckError):
    """Raised when a cluster is too large for the numbers of the compiled engine.

    `found` is the result of the search until then, if the search decided a property.
    """

    found: SearchResult | None = None
