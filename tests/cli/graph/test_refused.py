"""`pcheck graph`: requests that are refused in one line, without a file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.graph.counting import LAMPORT, SHORT, TWO_BY_TWO, Ends

ONE_PROPOSER = "use --proposers 1 (13 states)"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            (*TWO_BY_TWO, "--max-states", "168"),
            f"the state graph has more than 168 states; {ONE_PROPOSER}, or raise --max-states",
        ),
        (
            (*TWO_BY_TWO, "--max-states", "168", "-o", "graph.svg"),
            f"the state graph has more than 168 states; {ONE_PROPOSER}, or raise --max-states",
        ),
        (
            ("graph", "--rounds", "1", "--crashes", "0", "-o", "graph.svg"),
            "the state graph has 2,905 states, too many for a picture (at most 250); use "
            "--proposers 1 (53 states), or write another format with -o graph.graphml",
        ),
        (
            ("graph", "-o", "graph.svg"),
            "the state graph has more than 10,000 states, too many for a picture (at most 250); "
            "use --proposers 1 --rounds 1 --crashes 0 (53 states)",
        ),
        (
            ("graph",),
            "the state graph has more than 10,000 states; use --rounds 1 --crashes 0 "
            "(2,905 states), or raise --max-states",
        ),
        (
            ("graph", *SHORT, "--max-states", "39"),
            "the state graph has more than 39 states; use --proposers 1 (5 states), or raise "
            "--max-states",
        ),
        pytest.param(
            ("graph", "./counting.py", "--end", "20000", "-o", "graph.svg"),
            "the state graph has more than 10,000 states, too many for a picture (at most 250); "
            "use --end 249 (250 states)",
            marks=pytest.mark.slow,
        ),
        (
            ("graph", "./counting.py", "--end", "1", "--max-states", "1"),
            "the state graph has more than 1 state; raise --max-states",
        ),
        (
            ("graph", *SHORT, "--max-states", "1"),
            "the state graph has more than 1 state; raise --max-states",
        ),
        ((*TWO_BY_TWO, "--max-states", "0"), "--max-states must be above 0, got 0"),
        (
            (*TWO_BY_TWO, "-o", "graph.png"),
            "graph.png: no format has this suffix; end the name in .graphml, .dot, .gv, .svg, or "
            "give --format",
        ),
        (
            (*TWO_BY_TWO, "-o", "nowhere/graph.svg"),
            "nowhere/graph.svg cannot be written: the folder nowhere does not exist",
        ),
        ((*TWO_BY_TWO, "--format", "svg", "-o", "."), ". is a folder; name a file"),
        ((*TWO_BY_TWO, "-o", "."), ". is a folder; name a file"),
        ((*TWO_BY_TWO, "-o", "new.svg/"), "new.svg/ ends with a slash; name a file"),
        (
            (*TWO_BY_TWO, "--find", "chosen", "--property", "agreement"),
            "--find cannot be combined with a selection of properties",
        ),
        (
            (*LAMPORT, "--crashes", "1"),
            "lamport is a Model without nodes, which does not take --crashes",
        ),
        (
            ("graph", "--acceptors", "2", "lamport"),
            "the spec must come first: pcheck graph lamport ...",
        ),
        (
            ("graph", "--values", "2", "lamport"),
            "the spec must come first: pcheck graph lamport ...",
        ),
        (("graph", "--nonsense"), "unknown option --nonsense (see `pcheck graph --help`)"),
    ],
)
def test_an_impossible_request_is_reported_in_one_line(
    arguments: tuple[str, ...], expected: str, pcheck: Ends, empty_folder: Path
) -> None:
    status, out, err = pcheck(*arguments)
    assert (status, out, err.splitlines()[-1]) == (2, "", f"pcheck: {expected}")
    assert os.listdir(empty_folder) == ["counting.py"]


@pytest.mark.slow
@pytest.mark.parametrize("bug", [(), ("--bug", "votes-in-any-ballot")], ids=["search", "beyond"])
def test_without_a_limit_the_free_memory_is_the_limit(
    bug: tuple[str, ...], pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pcheck.cli.limits._spare_memory", lambda: 1_000_000)
    asked = "graph", *bug, "--max-states", "1000000000", "-o", "graph.dot"
    status, out, err = pcheck(*asked)
    expected = "pcheck: the state graph exceeds the limit of 1 MB of memory; use --"
    assert (status, out, err.startswith(expected)) == (2, "", True)


@pytest.mark.parametrize("name", ["png", "grapml"])
def test_an_unknown_format_is_reported(name: str, pcheck: Ends) -> None:
    status, out, err = pcheck(*TWO_BY_TWO, "--format", name)
    assert (status, out) == (2, "")
    assert err.startswith(f"pcheck: unknown graph format '{name}'")
    assert "graphml" in err


def test_a_terminal_gets_text_but_not_a_picture(
    pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    expected = (
        "pcheck: the format svg cannot be shown on a terminal; write a file with -o graph.svg\n"
    )
    assert pcheck(*LAMPORT, "--format", "svg") == (2, "", expected)
    assert pcheck(*LAMPORT)[1].startswith("digraph")
