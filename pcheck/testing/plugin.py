"""A plugin of pytest: `pytest --pcheck mine.py` makes each `@spec` and each `@bug` a test."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pcheck.loading.spec import Spec

HELP = "Test spec files: each @spec must hold, and each @bug must violate what it declares."


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option --pcheck."""
    parser.getgroup("pcheck").addoption("--pcheck", action="store_true", help=HELP)


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Collect a spec file as specs and bugs instead of as a module of tests."""
    found = yield
    if parent.config.getoption("--pcheck") and _is_a_spec(file_path):
        return [SpecFile.from_parent(parent, path=file_path)]
    return found


def _is_a_spec(path: Path) -> bool:
    """Return whether a line of the file begins with `@spec`; the file is not executed."""
    if path.suffix != ".py":
        return False
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return any(line.startswith("@spec") for line in lines)


class SpecFile(pytest.File):
    """A spec file: one test for the spec, and one for each of its bugs."""

    def collect(self) -> Iterator[SpecTest]:
        """Yield the tests, or raise the error of a file that cannot be loaded."""
        from pcheck.bugs import KnownBug
        from pcheck.errors import PcheckError
        from pcheck.loading.spec import find
        from pcheck.testing import assert_bug_is_found, assert_holds

        try:
            spec: Spec = find(self.path)
        except PcheckError as error:
            raise self.CollectError(str(error)) from None
        yield SpecTest.from_parent(
            self, name=spec.name, check=lambda: assert_holds(spec.path), line=spec.builder
        )
        for bug in spec.bugs:
            known = KnownBug(spec, bug)
            yield SpecTest.from_parent(
                self,
                name=f"{spec.name}[{bug.name}]",
                check=lambda known=known: assert_bug_is_found(known),
                line=bug.marked,
            )


class SpecTest(pytest.Item):
    """The test that a spec holds, or that a bug violates the property that it declares."""

    def __init__(self, *, check: Callable[[], None], line: Any, **rest: Any) -> None:
        super().__init__(**rest)
        self.check, self.marked = check, line

    def runtest(self) -> None:
        """Search for a violation."""
        self.check()

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *_: Any) -> Any:
        """Return the report of the search, or the one line of an error in the spec."""
        from pcheck.errors import PcheckError

        if isinstance(excinfo.value, (AssertionError, PcheckError)):
            return str(excinfo.value).strip("\n")
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return the file, the line of the builder or of the bug, and the name."""
        code = getattr(self.marked, "__code__", None)
        return self.path, code.co_firstlineno - 1 if code is not None else None, self.name
