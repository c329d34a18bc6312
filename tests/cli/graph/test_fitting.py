"""`pcheck graph`: the smaller options that the error for a large graph suggests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.graph.counting import COUNTING, Ends


def test_the_suggested_options_fit(pcheck: Ends, empty_folder: Path) -> None:
    err = pcheck("graph", "-o", "graph.svg")[2]
    suggested = err.partition("; use ")[2].partition(" (")[0].split()
    expected = "Wrote graph.svg: 53 states (none violating), 109 transitions\n"
    assert pcheck("graph", *suggested, "-o", "graph.svg") == (0, expected, "")


@pytest.mark.slow
def test_without_time_for_a_suggestion_the_error_has_only_the_size(
    pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pcheck.cli.fitting.MAX_SECONDS", -1.0)
    size = "more than 10,000 states, too many for a picture (at most 250)"
    expected = f"pcheck: the state graph has {size}\n"
    assert pcheck("graph", "--format", "svg") == (2, "", expected)


def test_options_that_the_spec_refuses_are_not_suggested(pcheck: Ends, counting: Path) -> None:
    refuses = "-> Counter:\n    if end < 3:\n        raise ValueError(end)\n"
    counting.write_text(COUNTING.replace("-> Counter:\n", refuses))
    status, _, err = pcheck("graph", "./counting.py", "--end", "9", "--max-states", "5")
    expected = "pcheck: the state graph has more than 5 states; raise --max-states"
    assert (status, err.splitlines()[-1]) == (2, expected)
