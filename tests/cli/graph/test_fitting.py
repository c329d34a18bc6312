"""`pcheck graph`: the smaller size that is advised where a graph is too large."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.graph.counting import COUNTING, Ends


def test_what_is_advised_fits(pcheck: Ends, empty_folder: Path) -> None:
    err = pcheck("graph", "-o", "graph.svg")[2]
    advised = err.partition("as with ")[2].partition(" (")[0].split()
    said = "graph.svg: 53 states, none of them violating, and 109 steps\n"
    assert pcheck("graph", *advised, "-o", "graph.svg") == (0, said, "")


def test_without_the_time_to_try_it_says_only_what_is_large(
    pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pcheck.cli.fitting.PATIENCE", -1.0)
    said = "pcheck: this has more than 10,000 states, too many for a picture (250)\n"
    assert pcheck("graph", "--format", "svg") == (2, "", said)


def test_sizes_that_the_spec_refuses_are_not_advised(pcheck: Ends, counting: Path) -> None:
    refuses = "-> Counter:\n    if end < 3:\n        raise ValueError(end)\n"
    counting.write_text(COUNTING.replace("-> Counter:\n", refuses))
    status, _, err = pcheck("graph", "./counting.py", "--end", "9", "--max-states", "5")
    said = "pcheck: this has more than 5 states: raise --max-states"
    assert (status, err.splitlines()[-1]) == (2, said)
