"""`pcheck explore --save`: saved traces, results without a trace, and a full disk."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.cli.explore.counting import ONE_ACCEPTOR, TWO_BY_TWO, Ends, answered


def test_a_saved_trace_can_be_replayed(pcheck: Ends, empty_folder: Path) -> None:
    status, out, err = pcheck("explore", *ONE_ACCEPTOR, "--save", "run.json")
    assert (status, err) == (1, "")
    assert "--save FILE" not in out
    status, replayed, err = pcheck("replay", "run.json")
    assert (status, err) == (0, "")
    lanes = re.compile(r"^ +p1 +p2 +a1\n.*\n\n(?=VIOLATED)", re.M | re.S)
    traces = [found[0] for found in map(lanes.search, (out, replayed)) if found is not None]
    assert len(traces) == 2
    assert traces[0] == traces[1]


def test_a_holding_spec_saves_no_file(pcheck: Ends, empty_folder: Path) -> None:
    (empty_folder / "run.json").write_text("kept")
    expected = "pcheck: run.json was not written: the result has no trace to save\n"
    asked = "explore", *TWO_BY_TWO, "--quiet", "--save", "run.json"
    assert pcheck(*asked) == (0, "holds\n", expected)
    assert (empty_folder / "run.json").read_text() == "kept"


def test_json_is_unchanged_when_the_trace_is_saved(pcheck: Ends, empty_folder: Path) -> None:
    status, out, err = pcheck("explore", *ONE_ACCEPTOR, "--json", "--save", "run.json")
    saved = json.loads((empty_folder / "run.json").read_text())
    assert (status, err, answered(out)[0]["trace"]["steps"]) == (1, "", saved["steps"])


def test_a_full_disk_leaves_the_old_file_unchanged(
    pcheck: Ends, empty_folder: Path, full_disk: None
) -> None:
    (empty_folder / "run.json").write_text("kept")
    expected = "pcheck: run.json cannot be written: No space left on device\n"
    asked = "explore", *ONE_ACCEPTOR, "--quiet", "--save", "run.json"
    assert pcheck(*asked) == (2, "violated\n", expected)
    assert sorted(path.name for path in empty_folder.iterdir()) == ["counting.py", "run.json"]
    assert (empty_folder / "run.json").read_text() == "kept"
