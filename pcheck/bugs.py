"""The shipped bugs: each is checked for the violation that it declares."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from pcheck.checking import Result, answer
from pcheck.errors import UsageError
from pcheck.language.decorators import Bug
from pcheck.loading.setup import prepare
from pcheck.loading.spec import Spec, shipped
from pcheck.search.engine import OnNote
from pcheck.search.outcome import Verdict
from pcheck.text import nearest


@dataclass(frozen=True)
class BugCheck:
    """The result of checking one bug at the smallest scope that shows its violation."""

    spec: Spec
    bug: Bug
    result: Result
    seconds: float

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
        """Return the object that `pcheck bugs --json` prints for this bug."""
        return {
            "spec": self.spec.name,
            "name": self.bug.name,
            "number": self.bug.number,
            "summary": self.bug.summary,
            "property": self.bug.breaks,
            "safe": self.bug.safe,
            "scope": self.result.setup.all_options,
            "verdict": self.result.verdict.value,
            "as_expected": self.as_expected,
            "steps": self.steps,
            "states": self.result.states,
            "seconds": round(self.seconds, 3),
        }


def select(name: str | None) -> list[tuple[Spec, Bug]]:
    """Return the shipped bugs with their specs: all, those of one spec, or those called `name`."""
    found = [(spec, bug) for spec in shipped() for bug in spec.bugs]
    if name is None:
        return found
    chosen = [(spec, bug) for spec, bug in found if spec.name == name or bug.is_called(name)]
    if not chosen:
        known = [*(bug.name for _, bug in found), *{spec.name: 0 for spec, _ in found}]
        hint = nearest(name, known) or nearest(name.lower().replace("_", "-"), known)
        raise UsageError(f"unknown bug {name!r}{hint or '; `pcheck bugs` lists all bugs'}")
    return chosen


def check_bug(spec: Spec, bug: Bug, *, on_note: OnNote = lambda _: None) -> BugCheck:
    """Check the property that a bug breaks, or all properties if the bug is declared safe."""
    began = time.monotonic()
    only = () if bug.safe else (bug.breaks,)
    setup = prepare(spec, {}, bug=bug, properties=only)
    result = answer(setup, on_note=on_note)
    seconds = time.monotonic() - began
    if result.is_interrupted:
        raise KeyboardInterrupt
    return BugCheck(spec, bug, result, seconds)
