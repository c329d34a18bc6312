"""Checks of specs for a test suite: each function raises AssertionError with the report.

`pytest --pcheck FILE` runs the same checks for each `@spec` and each `@bug` of a spec file.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pcheck.bugs import BugCheck, KnownBug, check_bug, select
from pcheck.checking import check


def assert_holds(spec: str | Path | Callable[..., Any], **options: Any) -> None:
    """Raise AssertionError with the report, unless every property of the spec holds.

    The options are those of `pcheck.check`.
    """
    check(spec, **options).assert_holds()


def assert_bugs_are_found(spec: str | Path, bug: str | None = None) -> None:
    """Raise AssertionError with the report of a bug that does not do what it declares.

    Each bug of the spec, or only the one with this name, must violate the property that it breaks;
    a bug that is declared safe must violate none.
    """
    for known in select(bug, str(spec)):
        assert_bug_is_found(known)


def assert_bug_is_found(known: KnownBug) -> None:
    """Raise AssertionError with the report, unless the bug does what it declares."""
    found = check_bug(known)
    if not found.as_expected:
        raise AssertionError(f"\n{found.result}\n{_expected(found)}")


def _expected(found: BugCheck) -> str:
    bug = found.bug
    must = "violate no property" if bug.safe else f"violate {bug.breaks}"
    return f"The bug {bug.name} was declared to {must}."
