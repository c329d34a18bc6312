"""The output files of `pcheck run`: each format says if the start is given, and can be used."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pcheck.loading.spec import find
from pcheck.render.formats import FORMATS
from pcheck.semantics.start import GIVEN_START
from pcheck.traces.replay import replay
from pcheck.traces.saved import read
from tests.cli.scenarios import NARROW, SCENARIO, STEPS

Ends = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_that_the_start_is_given(
    name: str, pcheck: Ends, written: Callable[[str], str], empty_folder: Path
) -> None:
    """Without a given start, no format says so."""
    file, with_start = f"t{FORMATS[name].suffix}", written(SCENARIO)
    assert pcheck("run", with_start, "-q", "-o", file)[0] == 1
    drawn = " ".join((empty_folder / file).read_text(encoding="utf-8").split())
    assert GIVEN_START in drawn
    without = "\n".join(line for line in SCENARIO.splitlines() if "given" not in line)
    assert pcheck("run", written(without), "-q", "-o", file)[0] == 1
    assert GIVEN_START not in (empty_folder / file).read_text(encoding="utf-8")


def test_a_log_for_shiviz_has_one_execution_with_the_name_of_the_start(
    pcheck: Ends, written: Callable[[str], str], empty_folder: Path
) -> None:
    """ShiViz reads the second line as the regular expression of a line between executions."""
    pcheck("run", written(SCENARIO), "-q", "-o", "t.shiviz.log")
    _, delimiter, *lines = (empty_folder / "t.shiviz.log").read_text().splitlines()
    names = [re.fullmatch(delimiter.replace("(?<", "(?P<"), line) for line in lines]
    assert [found["trace"] for found in names if found] == [GIVEN_START]
    assert lines[1:3] == ["1. p1 starts ballot 1", 'p1 {"p1": 1}']


def test_a_saved_trace_is_replayed_and_played_from_the_given_start(
    pcheck: Ends, written: Callable[[str], str], empty_folder: Path
) -> None:
    pcheck("run", written(SCENARIO), "-q", "-o", "t.json")
    given = [line.removeprefix("given ") for line in SCENARIO.splitlines() if "given" in line]
    saved = json.loads((empty_folder / "t.json").read_text())
    assert (saved["start"], saved["note"], saved["steps"]) == (given, GIVEN_START, [*STEPS])
    status, out, err = pcheck("replay", "t.json")
    assert (status, err) == (0, "")
    drawing = NARROW[NARROW.index("    p1  p2") : NARROW.index("\n  line 12")]
    drawing = drawing.replace("…", "╳").replace("still in flight", "never delivered")
    assert NARROW.partition("\n\n")[0] + "\n\n" + drawing in out
    end = "No property is violated after the last step; not a run of the protocol: given\nstart.\n"
    assert out.endswith(f"\n{end}\nReplayed: every step is possible.\n")
    status, out, err = pcheck("play", "t.json", "-o", "page.html")
    assert (status, err, out.startswith("Wrote page.html: paxos, ")) == (0, "", True)
    assert GIVEN_START in (empty_folder / "page.html").read_text(encoding="utf-8")


def test_a_saved_start_with_a_mistake_is_refused(
    pcheck: Ends, written: Callable[[str], str], empty_folder: Path
) -> None:
    pcheck("run", written(SCENARIO), "-q", "-o", "t.json")
    saved = json.loads((empty_folder / "t.json").read_text())
    for start, text in (
        (["a1.promised = v1"], "cannot be replayed: a1.promised must be int, got v1"),
        (["__import__('os')"], "cannot be replayed: a given start must be like "),
        ("a1 is down", "is damaged: 'start' is not a list of texts"),
        ([1], "is damaged: 'start' is not a list of texts"),
    ):
        (empty_folder / "t.json").write_text(json.dumps({**saved, "start": start}))
        status, out, err = pcheck("replay", "t.json")
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert err.startswith(f"pcheck: t.json {text}")
    (empty_folder / "t.json").write_text(json.dumps({**saved, "start": [], "steps": []}))
    found = read(empty_folder / "t.json")
    assert (found.start, replay(found, found.prepare(find("paxos"))).mismatch) == (None, None)
