"""The plugin of pytest in a project of its own, and the functions of `pcheck.testing`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from pcheck.testing import assert_bugs_are_found, assert_holds
from tests.cli.test_bugs import BUGGY

TEMPLATE = Path("pcheck/templates/protocol.py")
SAFE_BY_MISTAKE = '''

@bug(2, breaks=one_leader, scope={"crashes": 0}, safe=True)
class VotesAlways(Voter):
    """A voter votes for every candidate: declared safe, which is not true."""

    def may_vote(self) -> bool:
        return True
'''


@pytest.fixture
def project(empty_folder: Path, at_the_top: None) -> Path:
    """Return a folder with a spec, its bug, and a test of the usual kind."""
    text = TEMPLATE.read_text(encoding="utf-8")
    text = text.replace("import action, always,", "import action, always, bug,")
    (empty_folder / "mine.py").write_text(text + BUGGY, encoding="utf-8")
    (empty_folder / "test_other.py").write_text("def test_other():\n    pass\n")
    return empty_folder


def pytest_in(folder: Path, *arguments: str) -> tuple[int, str]:
    """Run pytest in a folder with the plugin, as if it was installed, and no other plugin."""
    plugin = "-p", "pcheck.testing.plugin"
    command = [sys.executable, "-m", "pytest", *plugin, "-p", "no:cacheprovider", *arguments]
    environment = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(Path.cwd())}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=100
    )
    return done.returncode, done.stdout


def outcomes(out: str) -> list[tuple[str, str]]:
    return re.findall(r"^(\S+::\S+) (PASSED|FAILED|ERROR)", out, re.M)


def test_a_spec_and_its_bugs_are_tests(project: Path) -> None:
    status, out = pytest_in(project, "--pcheck", "-v", "mine.py", "test_other.py")
    assert (status, outcomes(out)) == (
        0,
        [
            ("mine.py::election", "PASSED"),
            ("mine.py::election[votes-twice]", "PASSED"),
            ("test_other.py::test_other", "PASSED"),
        ],
    )


@pytest.mark.slow
def test_without_the_option_nothing_changes(project: Path) -> None:
    status, out = pytest_in(project, "-v")
    assert (status, outcomes(out)) == (0, [("test_other.py::test_other", "PASSED")])


@pytest.mark.slow
def test_a_failure_prints_the_trace(project: Path) -> None:
    mine = project / "mine.py"
    text = mine.read_text(encoding="utf-8")
    broken = text.replace("return self.voted_for is None", "return True")
    mine.write_text(broken + SAFE_BY_MISTAKE, encoding="utf-8")
    status, out = pytest_in(project, "--pcheck", "-v", "mine.py")
    assert (status, outcomes(out)) == (
        1,
        [
            ("mine.py::election", "FAILED"),
            ("mine.py::election[votes-twice]", "PASSED"),
            ("mine.py::election[votes-always]", "FAILED"),
        ],
    )
    assert out.count("The shortest trace that violates one_leader (") == 2
    assert "VIOLATED: one_leader is false: candidate1 and candidate2 are both elected." in out
    assert "The bug votes-always was declared to violate no property." in out
    assert "Traceback" not in out


@pytest.mark.slow
def test_a_file_that_cannot_be_loaded_is_one_line(project: Path) -> None:
    mine = project / "mine.py"
    mine.write_text(mine.read_text(encoding="utf-8").replace("case Ask()", "case Ask"))
    status, out = pytest_in(project, "--pcheck", "mine.py")
    assert status == 2
    assert "`case Ask` matches every value and binds it to the name Ask; write `case Ask()`" in out
    assert "Traceback" not in out


def test_the_functions_raise_the_report(project: Path) -> None:
    mine = project / "mine.py"
    assert_holds(mine, voters=2)
    assert_bugs_are_found(mine)
    text = mine.read_text(encoding="utf-8")
    mine.write_text(text.replace('scope={"candidates": 2', 'scope={"candidates": 1'))
    with pytest.raises(AssertionError, match="votes-twice was declared to violate one_leader"):
        assert_bugs_are_found(mine, "votes-twice")
    mine.write_text(text.replace("return self.voted_for is None", "return True"))
    with pytest.raises(AssertionError, match="VIOLATED: one_leader is false"):
        assert_holds(mine)
