"""Known bugs: what each declares, its saved trace, and the search that checks the declaration."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pcheck.checking import answer
from pcheck.errors import TraceError, UsageError
from pcheck.language.decorators import Bug
from pcheck.loading.setup import Setup, prepare
from pcheck.loading.spec import (
    SHIPPED,
    Spec,
    find,
    implementation_names,
    implementations,
    is_path,
    shipped,
)
from pcheck.results.result import Result
from pcheck.search.engine import OnNote
from pcheck.search.outcome import Verdict
from pcheck.text import nearest, shown_path
from pcheck.traces.finding import Finding
from pcheck.traces.replay import replay
from pcheck.traces.saved import SavedTrace, read

SAVED = SHIPPED.parent / "counterexamples"


@dataclass(frozen=True)
class KnownBug:
    """A bug as its spec declares it, with the trace that was saved when the bug was checked."""

    spec: Spec
    bug: Bug

    @cached_property
    def setup(self) -> Setup:
        """The smallest scope that shows the violation of the bug."""
        only = () if self.bug.safe else (self.bug.breaks,)
        return prepare(self.spec, {}, bug=self.bug, properties=only)

    @cached_property
    def saved(self) -> SavedTrace | None:
        """The saved trace; None if no trace shows the bug, or if no trace was saved."""
        file = SAVED / f"{self.bug.name}.json"
        return read(file) if self.spec.shipped and file.is_file() else None

    @property
    def finding(self) -> Finding | None:
        """The saved trace, replayed and explained, or None without one."""
        if self.saved is None:
            return None
        replayed = replay(self.saved, self.setup)
        if replayed.mismatch is not None:
            raise TraceError(
                f"the saved trace of {self.bug.name} is out of date: {replayed.mismatch}; "
                f"`pcheck bugs {self.bug.name} --verify` searches for the trace again"
            )
        return Finding.of(self.setup, self.saved, replayed.trace)

    @property
    def steps(self) -> int | None:
        """The length of the shortest counterexample, or None without one."""
        return len(self.saved.steps) if self.saved is not None else None

    def to_dict(self) -> dict[str, Any]:
        """Return the object that `pcheck bugs --json` prints for this bug."""
        return {
            "spec": self.spec.name,
            "name": self.bug.name,
            "number": self.bug.number,
            "summary": self.bug.summary,
            "property": self.bug.breaks,
            "safe": self.bug.safe,
            "scope": self.setup.all_options,
            "steps": self.steps,
        }


@dataclass(frozen=True)
class BugCheck:
    """The result of a search for the violation that a bug declares."""

    known: KnownBug
    result: Result
    seconds: float

    @property
    def bug(self) -> Bug:
        """The bug that was checked."""
        return self.known.bug

    @property
    def finding(self) -> Finding | None:
        """The trace that the search found, explained, or None without one."""
        return self.result.finding

    @property
    def steps(self) -> int | None:
        """The length of the shortest counterexample, or None without one."""
        return len(self.result.saved.steps) if self.result.saved is not None else None

    @property
    def as_expected(self) -> bool:
        """True if the bug violates the property that it declares, or holds if declared safe."""
        if self.bug.safe:
            return self.result.verdict is Verdict.HOLDS
        return self.bug.breaks in self.result.search.violated

    def to_dict(self) -> dict[str, Any]:
        """Return the object that `pcheck bugs --verify --json` prints for this bug."""
        return {
            **self.known.to_dict(),
            "steps": self.steps,
            "verdict": self.result.verdict.value,
            "as_expected": self.as_expected,
            "states": self.result.states,
            "seconds": round(self.seconds, 3),
        }


def select(name: str | None, spec: str | None = None) -> list[KnownBug]:
    """Return the bugs called `name` or all bugs of the spec `name`; all bugs if the name is None.

    The bugs are those of the spec `spec`, a name or a file, or of all shipped specs if None.
    """
    if spec is None and name is not None and (is_path(name) or name in implementation_names()):
        name, spec = None, name
    specs = [find(spec)] if spec is not None else [*shipped(), *implementations()]
    found = [KnownBug(each, bug) for each in specs for bug in each.bugs]
    if not found and spec is not None:
        where = shown_path(specs[0].path)
        raise UsageError(f"{where} defines no bug; `@bug` marks a role or a function as a bug")
    if name is None:
        return found
    chosen = [each for each in found if name == each.spec.name or each.bug.is_called(name)]
    if not chosen:
        raise _unknown(name, spec, found)
    return chosen


def _unknown(name: str, spec: str | None, found: Iterable[KnownBug]) -> UsageError:
    """Return the error about a name of no bug; `spec` is the spec that was given, if any."""
    known = [*(each.bug.name for each in found), *{each.spec.name: 0 for each in found}]
    hint = nearest(name, known) or nearest(name.lower().replace("_", "-"), known)
    lists = f"pcheck bugs {spec}" if spec is not None else "pcheck bugs"
    return UsageError(f"unknown bug {name!r}{hint or f'; `{lists}` lists all bugs'}")


def check_bug(known: KnownBug, *, on_note: OnNote = lambda _: None) -> BugCheck:
    """Check the property that a bug breaks, or all properties if the bug is declared safe."""
    began = time.monotonic()
    result = answer(known.setup, on_note=on_note)
    seconds = time.monotonic() - began
    if result.is_interrupted:
        raise KeyboardInterrupt
    return BugCheck(known, result, seconds)
