"""`--coverage`, `--coverage-file`, and the lines about behaviour that no execution shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.coverage.lock import changed

Ends = Callable[..., tuple[int, str, str]]
IGNORED = ("return self.but(has_lock=True)", "return self")
NEVER = """\
No execution shows the following, so perhaps the spec has an error:
  lock.py:28  the reaction at `case Grant()` never changes a state or sends a
              message
  lock.py:17  the field has_lock of a Client never changes; declare a constant
              with fixed()
"""


def test_a_step_that_changes_nothing_is_reported(pcheck: Ends) -> None:
    status, out, err = pcheck("explore", str(changed(IGNORED)))
    assert (status, err) == (0, "")
    assert f"\n\n{NEVER}\nProved for" in out


def test_json_has_the_same_findings(pcheck: Ends) -> None:
    _, out, _ = pcheck("explore", str(changed(IGNORED)), "--json")
    found = json.loads(out)["never_happens"]
    assert [each["place"] for each in found] == ["lock.py:28", "lock.py:17"]


def test_at_most_eight_lines_are_printed(pcheck: Ends) -> None:
    fields = "".join(f"    field{n}: int = 0\n" for n in range(10))
    field = "    has_lock: bool = False\n"
    _, out, _ = pcheck("explore", str(changed((field, field + fields))))
    assert out.count("lock.py:17") == 8
    assert "\n2 more are not shown; --json lists all of them.\n" in out


def test_coverage_comes_last_on_the_page_and_in_json(pcheck: Ends) -> None:
    file = str(changed())
    status, out, err = pcheck("explore", file, "--coverage")
    assert (status, err) == (0, "")
    *_, head, table = out.partition("\n\nCoverage: 9 of 10 lines of the nodes' code ran.\n")
    assert head
    assert "\n  never    30          return None\n" in table
    _, out, _ = pcheck("explore", file, "--coverage", "--json")
    assert json.loads(out)["coverage"] == {
        "lock.py": {
            "23": 4,
            "24": 2,
            "27": 4,
            "28": 4,
            "29": 4,
            "30": 0,
            "38": 6,
            "39": 6,
            "40": 2,
            "41": 4,
        }
    }


def test_a_search_with_reductions_and_one_that_stopped_say_so(pcheck: Ends) -> None:
    file = str(changed())
    _, out, _ = pcheck("explore", file, "--coverage", "--reduce", "all")
    assert "use --reduce none for exact numbers." in " ".join(out.split())
    status, out, _ = pcheck("explore", file, "--coverage", "--max-states", "3")
    assert status == 3
    assert "The search is not complete, so other lines may run later." in " ".join(out.split())


def test_the_coverage_file_is_written_also_without_a_report(pcheck: Ends) -> None:
    status, out, err = pcheck("explore", str(changed()), "--coverage-file", "cov.info", "-q")
    assert (status, out, err) == (0, "holds\n", "")
    assert "SF:lock.py\n" in Path("cov.info").read_text("utf-8")


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (
            ["--coverage", "--quiet"],
            "--coverage and --quiet cannot be combined; remove one of them",
        ),
        (
            ["--coverage", "--format", "svg"],
            "--coverage and --format svg both write to standard output; remove one of them or add "
            "-o trace.svg",
        ),
        (
            ["--coverage-file", "t.json", "--save", "t.json"],
            "--save and --coverage-file both write t.json; give each a file of its own",
        ),
        (
            ["--coverage-file", "none/cov.info"],
            "none/cov.info cannot be written: the folder none does not exist",
        ),
    ],
)
def test_options_that_conflict_are_one_line(pcheck: Ends, options: list[str], error: str) -> None:
    assert pcheck("explore", "paxos", *options) == (2, "", f"pcheck: {error}\n")
