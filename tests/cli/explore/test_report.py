"""`pcheck explore`: the report, on a terminal of any width."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.explore.counting import DRAWN, ONE_ACCEPTOR, TWO_BY_TWO, Ends
from tests.cli.faults.first_protocols import REGISTER
from tests.sampling import fast_first


@pytest.mark.parametrize(
    ("arguments", "status", "word"),
    [
        (TWO_BY_TWO, 0, "holds"),
        (ONE_ACCEPTOR, 1, "violated"),
        (("--max-states", "1000"), 3, "incomplete"),
    ],
)
def test_quiet_prints_one_word(
    arguments: tuple[str, ...], status: int, word: str, pcheck: Ends
) -> None:
    assert pcheck("explore", *arguments, "--quiet") == (status, f"{word}\n", "")


def test_the_report_of_a_spec_that_holds(pcheck: Ends) -> None:
    status, out, err = pcheck("explore", *TWO_BY_TWO)
    assert (status, err) == (0, "")
    assert "\n\nHOLDS: no reachable state violates a property.\n" in out
    assert "\n169 states (7 without a next step), 352 transitions, depth 14, in " in out
    assert "INCOMPLETE" not in out
    assert "VIOLATED" not in out


def test_the_report_names_the_nodes_that_may_crash(
    pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    small = "--acceptors", "2", "--rounds", "1"
    lost = "a crashed node loses its volatile fields and may restart"
    faults = "disks that lose writes; forged or corrupted messages; liveness"
    expected = {
        "a": (f"at most 1, of a1, a2 only; {lost}", "more than 1 crash; crashes of other nodes"),
        "a,p": (f"at most 1; {lost}", "more than 1 crash"),
    }
    for names, (crashes, beyond) in expected.items():
        status, out, err = pcheck("explore", *small, "--crash-nodes", names)
        assert (status, err) == (0, "")
        assert f"\n  crashes       {crashes}\n" in out
        assert f"\n  not covered  sizes larger than above; {beyond}; {faults}\n" in out


def test_the_report_of_a_stopped_search_never_says_holds(pcheck: Ends) -> None:
    status, out, err = pcheck("explore", "--max-states", "1000")
    assert (status, err) == (3, "")
    assert "INCOMPLETE: stopped at the limit of 1,000 states." in out
    assert "HOLDS" not in out
    assert re.search(r"^1,000 states, ", out, re.M)


def test_the_report_uses_the_singular_for_one_state(pcheck: Ends) -> None:
    _, out, _ = pcheck("explore", "./counting.py", "--max-states", "1")
    assert "the limit of 1 state." in out
    assert re.search(r"^1 state, ", out, re.M)
    assert "within no steps" not in out


@pytest.mark.parametrize(
    "arguments",
    [
        ("explore", *ONE_ACCEPTOR),
        ("explore", "--bug", "14"),
        ("explore", *TWO_BY_TWO),
        ("explore", "--max-states", "1000", "--network", "fifo"),
        ("explore", "./counting.py"),
        ("explore", "./counting.py", "--end", "2"),
        ("specs",),
        ("replay", "run.json"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("width", fast_first(1, [80, 40, 120]))
def test_no_line_is_wider_than_the_terminal_or_ends_in_blanks(
    width: int, arguments: tuple[str, ...], pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    pcheck("explore", *ONE_ACCEPTOR, "--save", "run.json")
    monkeypatch.setenv("COLUMNS", str(width))
    _, out, err = pcheck(*arguments)
    lines = out.splitlines()
    assert err == ""
    assert [line for line in lines if len(line) > width or line != line.rstrip()] == []
    assert {sign for sign in out if not sign.isascii()} <= DRAWN


@pytest.mark.slow
def test_the_report_fits_every_width(pcheck: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    unfitting = []
    for width in range(40, 121, 3):
        monkeypatch.setenv("COLUMNS", str(width))
        lines = pcheck("explore", *ONE_ACCEPTOR, "--network", "lossy")[1].splitlines()
        unfitting += [(width, each) for each in lines if len(each) > width or each != each.rstrip()]
    assert unfitting == []


def test_reductions_that_are_skipped_for_one_reason_are_named_in_one_sentence(
    pcheck: Ends, empty_folder: Path
) -> None:
    """The property is false of each step that does not write to a log."""
    strict = REGISTER.replace("[: len(log)] != log", " == log")
    (empty_folder / "register.py").write_text(strict, encoding="utf-8")
    status, out, err = pcheck("explore", "./register.py", "--reduce", "all")
    assert (status, err) == (1, "")
    paragraphs = [" ".join(each.split()) for each in out.split("\n\n")]
    assert [each for each in paragraphs if "kipped" in each] == [
        "Skipped symmetry: the spec declares nothing interchangeable.",
        "Skipped minimise, fuse, prune, cover: the property the_log_grows is not true of steps "
        "that change nothing that it sees.",
    ]
