"""`pcheck graph`: a full disk, a faulty spec, a closed pipe, and an interrupt."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.graph.counting import COUNTING, LAMPORT, Ends


def test_a_full_disk_leaves_the_old_graph_unchanged(
    pcheck: Ends, empty_folder: Path, full_disk: None
) -> None:
    (empty_folder / "graph.svg").write_text("kept")
    expected = "pcheck: graph.svg cannot be written: No space left on device\n"
    assert pcheck(*LAMPORT, "-o", "graph.svg") == (2, "", expected)
    assert sorted(os.listdir(empty_folder)) == ["counting.py", "graph.svg"]
    assert (empty_folder / "graph.svg").read_text() == "kept"


FAULTS = {
    "raises": "1 / 0",
    "yields a text": 'yield "a step"',
    "two equal labels": 'yield from [("counts", 1), ("counts", 2)]',
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_of_the_spec_is_reported_as_by_explore(
    fault: str, pcheck: Ends, counting: Path
) -> None:
    counting.write_text(COUNTING.replace("# a fault goes here", fault))
    explored = pcheck("explore", "./counting.py", "--quiet")
    assert explored[:2] == (2, "")
    assert "counting.py:" in explored[2]
    assert pcheck("graph", "./counting.py", "-o", "graph.dot") == explored
    assert os.listdir() == ["counting.py"]


@pytest.mark.parametrize("state", [0, 3], ids=["in the search", "beyond the violation"])
def test_an_interrupt_is_reported_in_one_line_without_a_file(
    state: int, pcheck: Ends, counting: Path
) -> None:
    stops = f"if state == {state}:\n            raise KeyboardInterrupt"
    shrinks = COUNTING.replace('"it shrinks" if b < a', '"it grows" if b > a')
    counting.write_text(shrinks.replace("# a fault goes here", stops))
    status, out, err = pcheck("graph", "./counting.py", "-o", "graph.dot")
    assert (status, out, err.splitlines()[-1]) == (3, "", "pcheck: interrupted")
    assert os.listdir() == ["counting.py"]


def test_failing_columns_are_reported_as_a_fault_of_the_spec(pcheck: Ends, counting: Path) -> None:
    columns = "    def columns(self, state):\n        return {state: 1}\n\n    def observe"
    counting.write_text(COUNTING.replace("    def observe", columns))
    status, out, err = pcheck("graph", "./counting.py")
    assert (status, out) == (2, "")
    assert re.search(r"^pcheck: counting.py:\d+: columns raised AttributeError: ", err, re.M)


@pytest.mark.slow
def test_a_reader_that_closes_the_pipe_gets_no_error(
    process: Callable[..., subprocess.Popen[str]],
) -> None:
    with process(*LAMPORT) as started:
        assert started.stdout is not None
        assert started.stderr is not None
        started.stdout.close()
        assert (started.wait(60), started.stderr.read()) == (2, "")
