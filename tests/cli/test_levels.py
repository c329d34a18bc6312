"""`pcheck explore --levels`: the number of new states at each level, below the report."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Ends = Callable[..., tuple[int, str, str]]
SMALL = "explore", "--acceptors", "2", "--rounds", "1", "--crashes", "0", "--engine", "reference"
ONE_ACCEPTOR = "explore", "--bug", "votes-in-any-ballot", "--acceptors", "1"
MINE = """\
from pcheck import Cluster, spec


@spec
def mine(levels: int = 1) -> Cluster:
    ...
"""


def test_the_levels_follow_the_unchanged_report(pcheck: Ends) -> None:
    _, report, _ = pcheck(*SMALL)
    status, out, err = pcheck(*SMALL, "--levels")
    above, chart = out.split("\nNew states by number of steps:\n")
    assert (status, err, above.partition(" in ")[0]) == (0, "", report.partition(" in ")[0])
    assert chart.endswith("169 states on 15 levels. Largest level: 23 states, after 6 steps.\n")


def test_the_hint_about_saving_follows_the_levels(pcheck: Ends) -> None:
    _, out, _ = pcheck(*ONE_ACCEPTOR, "--levels")
    assert out.index("New states by number of steps:") < out.index("Save this trace with ")


def test_json_has_the_number_of_states_of_each_level(pcheck: Ends) -> None:
    plain, found = (json.loads(pcheck(*SMALL, "--json", *more)[1]) for more in ((), ("--levels",)))
    levels = found.pop("levels")
    assert (sum(levels), len(levels)) == (found["states"], found["depth"] + 1) == (169, 15)
    assert found.keys() == plain.keys()


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (("--quiet",), "--levels and --quiet cannot be combined; remove one of them"),
        (
            ("--format", "json"),
            "--levels and --format json both write to standard output; remove one of them or "
            "add -o trace.json",
        ),
    ],
)
def test_other_output_is_refused(other: tuple[str, ...], expected: str, pcheck: Ends) -> None:
    assert pcheck(*SMALL, "--levels", *other) == (2, "", f"pcheck: {expected}\n")


def test_a_spec_cannot_have_an_option_named_levels(pcheck: Ends, empty_folder: Path) -> None:
    (empty_folder / "mine.py").write_text(MINE)
    status, _, err = pcheck("explore", "./mine.py")
    assert (status, "clashes with pcheck's own --levels" in err) == (2, True)
