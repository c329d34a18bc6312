"""Checks of what a log says, for a system that no spec describes: rules over its logged fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pcheck.audit.places import Place


@dataclass(frozen=True)
class Fault:
    """An event that breaks a rule."""

    place: Place
    text: str


@dataclass(frozen=True)
class Check:
    """A rule, how often an event was compared with it, and the events that break it."""

    name: str  # a few words: `one vote a term`
    meaning: str  # a sentence: `A node votes for at most one node in a term.`
    times: int
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class FieldAudit:
    """The contents of a log, the rules that it was compared with, and what no rule reads."""

    about: str  # what the log is, in a sentence
    counts: Mapping[str, int]  # of what was read: `events`, `runs`
    checks: tuple[Check, ...]
    inferred: Mapping[str, int]  # facts that the log does not say, and how often one was concluded
    unchecked: Mapping[str, int]  # what no rule reads, and how often the log has it

    @property
    def is_refused(self) -> bool:
        return any(each.faults for each in self.checks)
