"""`pcheck graph`: requests that are refused in one line, and nothing is written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.graph.counting import LAMPORT, SHORT, TWO_BY_TWO, Ends

ONE_PROPOSER = "make it smaller, as with --proposers 1 (13 states)"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            (*TWO_BY_TWO, "--max-states", "168"),
            f"this has more than 168 states: {ONE_PROPOSER}; or raise --max-states",
        ),
        (
            (*TWO_BY_TWO, "--max-states", "168", "-o", "graph.svg"),
            f"this has more than 168 states: {ONE_PROPOSER}; or raise --max-states",
        ),
        (
            ("graph", "--rounds", "1", "--crashes", "0", "-o", "graph.svg"),
            "this has 2,905 states, too many for a picture (250): make it smaller, as with "
            "--proposers 1 (53 states); or write it for a program, as in -o graph.graphml",
        ),
        (
            ("graph", "-o", "graph.svg"),
            "this has more than 10,000 states, too many for a picture (250): make it smaller, as "
            "with --proposers 1 --rounds 1 --crashes 0 (53 states)",
        ),
        (
            ("graph",),
            "this has more than 10,000 states: make it smaller, as with --rounds 1 --crashes 0 "
            "(2,905 states); or raise --max-states",
        ),
        (
            ("graph", *SHORT, "--max-states", "39"),
            "this has more than 39 states: make it smaller, as with --proposers 1 (5 states); or "
            "raise --max-states",
        ),
        (
            ("graph", "./counting.py", "--end", "20000", "-o", "graph.svg"),
            "this has more than 10,000 states, too many for a picture (250): make it smaller, as "
            "with --end 249 (250 states)",
        ),
        (
            ("graph", "./counting.py", "--end", "1", "--max-states", "1"),
            "this has more than 1 state: raise --max-states",
        ),
        (
            ("graph", *SHORT, "--max-states", "1"),
            "this has more than 1 state: raise --max-states",
        ),
        ((*TWO_BY_TWO, "--max-states", "0"), "--max-states must be above 0, got 0"),
        (
            (*TWO_BY_TWO, "-o", "graph.png"),
            "graph.png does not say what to write: end it in .graphml, .dot, .gv, .svg, or give "
            "--format",
        ),
        (
            (*TWO_BY_TWO, "-o", "nowhere/graph.svg"),
            "nowhere/graph.svg cannot be written: there is no folder nowhere",
        ),
        ((*TWO_BY_TWO, "--format", "svg", "-o", "."), ". is a folder: name a file"),
        ((*TWO_BY_TWO, "-o", "."), ". is a folder: name a file"),
        ((*TWO_BY_TWO, "-o", "new.svg/"), "new.svg/ ends as a folder does: name a file"),
        (
            (*TWO_BY_TWO, "--find", "chosen", "--property", "agreement"),
            "--find cannot be combined with a choice of properties",
        ),
        (
            (*LAMPORT, "--crashes", "1"),
            "lamport is a Model without nodes, and does not take --crashes",
        ),
        (
            ("graph", "--acceptors", "2", "lamport"),
            "the spec comes first: pcheck graph lamport ...",
        ),
        (("graph", "--values", "2", "lamport"), "the spec comes first: pcheck graph lamport ..."),
        (("graph", "--nonsense"), "No such option: --nonsense (pcheck graph --help)"),
    ],
)
def test_what_cannot_be_is_one_line(
    arguments: tuple[str, ...], said: str, pcheck: Ends, empty_folder: Path
) -> None:
    status, out, err = pcheck(*arguments)
    assert (status, out, err.splitlines()[-1]) == (2, "", f"pcheck: {said}")
    assert os.listdir(empty_folder) == ["counting.py"]


@pytest.mark.parametrize("bug", [(), ("--bug", "votes-in-any-ballot")], ids=["search", "beyond"])
def test_without_a_limit_it_ends_before_the_machine_does(
    bug: tuple[str, ...], pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pcheck.cli.limits._spare_memory", lambda: 1_000_000)
    asked = "graph", *bug, "--max-states", "1000000000", "-o", "graph.dot"
    status, out, err = pcheck(*asked)
    said = "pcheck: this has too many states for the limit of 1 MB of memory: make it smaller, as"
    assert (status, out, err.startswith(said)) == (2, "", True)


@pytest.mark.parametrize("name", ["png", "grapml"])
def test_an_unknown_format(name: str, pcheck: Ends) -> None:
    status, out, err = pcheck(*TWO_BY_TWO, "--format", name)
    assert (status, out) == (2, "")
    assert err.startswith(f"pcheck: there is no format '{name}' for a graph")
    assert "graphml" in err


def test_a_picture_does_not_go_to_a_terminal_and_text_does(
    pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    said = "pcheck: svg is not for a terminal: write it to a file, as in -o graph.svg\n"
    assert pcheck(*LAMPORT, "--format", "svg") == (2, "", said)
    assert pcheck(*LAMPORT)[1].startswith("digraph")
