"""What an explorer is told, and what it found: the same for every explorer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from pcheck.language.property import Kind, Property
from pcheck.semantics.trace import Trace


class Verdict(Enum):
    HOLDS = "holds"
    VIOLATED = "violated"
    INCOMPLETE = "incomplete"


class Outcome(Enum):
    """What a search says of one property."""

    HOLDS = "holds"
    VIOLATED = "violated"
    REACHED = "reached"
    NEVER_REACHED = "never_reached"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Discovery:
    """The shortest run that decides a property, and for an `always` what is wrong at its end."""

    trace: Trace[Any]
    why: str | None = None


@dataclass(frozen=True)
class SearchResult:
    """What an explorer found. `stopped` says why it gave up, where it did."""

    properties: tuple[Property, ...]
    states: int
    transitions: int
    depth: int
    widths: tuple[int, ...]
    complete: bool
    stopped: str | None
    discoveries: dict[str, Discovery]
    seconds: float
    memory: int  # bytes, allocated for states, table and parents
    engine: str
    peak: int  # bytes, the most that the process was seen to hold
    reduced: tuple[str, ...] = ()  # the passes that were on: the states are representatives
    skipped: Mapping[str, str] = field(default_factory=dict)  # passes that were not, and why
    note: str | None = None  # what was not checked of them
    warnings: tuple[str, ...] = ()  # why a property may say less than it seems to

    @property
    def outcomes(self) -> dict[str, Outcome]:
        return {prop.name: self._outcome(prop) for prop in self.properties}

    @property
    def violated(self) -> tuple[str, ...]:
        """The names of the properties that are false, in the order of their declaration."""
        bad = (Outcome.VIOLATED, Outcome.NEVER_REACHED)
        return tuple(name for name, outcome in self.outcomes.items() if outcome in bad)

    @property
    def verdict(self) -> Verdict:
        """Never `holds` when anything was left out; a violation that was found stays one."""
        if self.violated:
            return Verdict.VIOLATED
        return Verdict.HOLDS if self.complete else Verdict.INCOMPLETE

    def and_before(self, found: Mapping[str, Discovery]) -> SearchResult:
        """What was found before stays found, if this search was cut short."""
        if self.verdict is not Verdict.INCOMPLETE:
            return self
        return replace(self, discoveries={**found, **self.discoveries})

    def _outcome(self, prop: Property) -> Outcome:
        found = prop.name in self.discoveries
        if prop.kind is Kind.ALWAYS:
            if found:
                return Outcome.VIOLATED
            return Outcome.HOLDS if self.complete else Outcome.UNDECIDED
        if found:
            return Outcome.REACHED
        return Outcome.NEVER_REACHED if self.complete else Outcome.UNDECIDED
