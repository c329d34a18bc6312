"""`pcheck explore --save`: what is written, when nothing is, and what a full disk does."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.cli.explore.counting import ONE_ACCEPTOR, TWO_BY_TWO, Ends, answered


def test_what_is_saved_can_be_walked_again(pcheck: Ends, empty_folder: Path) -> None:
    status, out, err = pcheck("explore", *ONE_ACCEPTOR, "--save", "run.json")
    assert (status, err) == (1, "")
    assert "--save FILE" not in out
    status, walked, err = pcheck("replay", "run.json")
    assert (status, err) == (0, "")
    lanes = re.compile(r"^ +p1 +p2 +a1\n.*\n\n(?=VIOLATED)", re.M | re.S)
    told = [found[0] for found in map(lanes.search, (out, walked)) if found is not None]
    assert len(told) == 2
    assert told[0] == told[1]


def test_there_is_nothing_to_save_of_a_run_that_holds(pcheck: Ends, empty_folder: Path) -> None:
    (empty_folder / "run.json").write_text("kept")
    said = "pcheck: run.json was not written: there is no run to keep\n"
    asked = "explore", *TWO_BY_TWO, "--quiet", "--save", "run.json"
    assert pcheck(*asked) == (0, "holds\n", said)
    assert (empty_folder / "run.json").read_text() == "kept"


def test_json_stays_json_when_the_run_is_saved(pcheck: Ends, empty_folder: Path) -> None:
    status, out, err = pcheck("explore", *ONE_ACCEPTOR, "--json", "--save", "run.json")
    saved = json.loads((empty_folder / "run.json").read_text())
    assert (status, err, answered(out)[0]["trace"]["steps"]) == (1, "", saved["steps"])


def test_a_file_that_cannot_be_written_is_left_as_it_was(
    pcheck: Ends, empty_folder: Path, full_disk: None
) -> None:
    (empty_folder / "run.json").write_text("kept")
    said = "pcheck: run.json cannot be written: No space left on device\n"
    asked = "explore", *ONE_ACCEPTOR, "--quiet", "--save", "run.json"
    assert pcheck(*asked) == (2, "violated\n", said)
    assert sorted(path.name for path in empty_folder.iterdir()) == ["counting.py", "run.json"]
    assert (empty_folder / "run.json").read_text() == "kept"
