"""`pcheck explore --levels`: how the search grew, below what came out."""

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


def test_the_report_comes_first_and_the_same_is_drawn_below_it(pcheck: Ends) -> None:
    _, report, _ = pcheck(*SMALL)
    status, out, err = pcheck(*SMALL, "--levels")
    told, drawn = out.split("\nNew states after so many steps:\n")
    assert (status, err, told.partition(" in ")[0]) == (0, "", report.partition(" in ")[0])
    assert drawn.endswith("169 states on 15 levels. The most: 23, after 6 steps.\n")


def test_how_to_keep_the_run_stays_the_last_word(pcheck: Ends) -> None:
    _, out, _ = pcheck(*ONE_ACCEPTOR, "--levels")
    assert out.index("New states after so many steps:") < out.index("To keep this run: ")


def test_a_program_gets_numbers(pcheck: Ends) -> None:
    plain, found = (json.loads(pcheck(*SMALL, "--json", *more)[1]) for more in ((), ("--levels",)))
    levels = found.pop("levels")
    assert (sum(levels), len(levels)) == (found["states"], found["depth"] + 1) == (169, 15)
    assert found.keys() == plain.keys()


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (("--quiet",), "--levels draws, and --quiet prints one word: leave one of them out"),
        (
            ("--format", "json"),
            "--levels and --format json both print: give one of them alone, or a file with -o "
            "run.json",
        ),
    ],
)
def test_it_leaves_no_room_for_another_answer(
    other: tuple[str, ...], said: str, pcheck: Ends
) -> None:
    assert pcheck(*SMALL, "--levels", *other) == (2, "", f"pcheck: {said}\n")


def test_a_spec_cannot_take_the_name(pcheck: Ends, empty_folder: Path) -> None:
    (empty_folder / "mine.py").write_text(MINE)
    status, _, err = pcheck("explore", "./mine.py")
    assert (status, "clashes with pcheck's own --levels" in err) == (2, True)
