"""`pcheck replay --step` on a terminal: keys, the screen, and the output afterwards."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pcheck.loading.spec import SHIPPED
from tests.sampling import fast_first

if TYPE_CHECKING:
    from tests.cli.terminal import Terminal

Ends = Callable[..., tuple[int, str, str]]
SAVED = SHIPPED.parent / "counterexamples" / "vote-leaves-promise.json"
LABELS = json.loads(SAVED.read_text(encoding="utf-8"))["steps"]
COLOUR = re.compile(rb"\x1b\[[0-9;]*(?<![0-9])(?:3[0-8]|4[0-8]|9[0-7])[0-9;]*m")


def latest(rows: list[str]) -> str:
    """Return the row of the last step on the screen."""
    number = rows[0].split()[-3]
    return next(
        row.partition("  ")[2] for row in reversed(rows) if row.lstrip().startswith(f"{number}  ")
    )


def test_the_keys_go_forwards_and_back(terminal: Callable[..., Terminal]) -> None:
    started = terminal("replay", SAVED, "--step")
    started.shows("step 0 of 20")
    ways = [
        ("\x1b[C", 1), (" ", 2), ("\r", 3), ("n", 4), ("nnn", 7), ("\x1b[D", 6), ("\x7f", 5),
        ("p", 4), ("x\x1b[A\x1b[1;5C?", 4), ("d", 13), ("d", 14), ("r", 14), ("d", 16), ("d", 16),
        ("\x1b[F", 20), ("n", 20), ("g", 0), ("p", 0), ("G", 20), ("\x1b[H\x1b[C\x1b[C", 2),
    ]  # fmt: skip
    for keys, number in ways:
        started.press(keys)
        rows = started.shows(f"step {number} of 20")
        if number:
            assert LABELS[number - 1][:40] in latest(rows)
            assert any(row.startswith(f"── after step {number} ─") for row in rows)
    started.press("q")
    assert (started.ends(), started.is_restored) == (0, True)
    assert (
        b" ".join(started.sent_afterwards.split()).count(b"agreement is false after 20 steps") == 1
    )


@pytest.mark.slow
def test_the_screen_fits_the_terminal_and_follows_its_size(
    terminal: Callable[..., Terminal],
) -> None:
    started = terminal("replay", SAVED, "--step", NO_COLOR="1")
    started.shows("step 0 of 20")
    started.press("G")
    rows = started.shows("step 20 of 20")
    assert rows[1] == "     p1   p2     a1   a2    a3"
    assert "VIOLATED: agreement is false: v1 and v2 are both chosen." in rows
    assert rows[-2:] == [
        "a3  promised = 3, vote = Vote(ballot=1, value=v1)",
        "→ next  ← back  d next difference from correct  Home first  End last  q quit",
    ]
    started.resize(40, 12)
    rows = started.shows("paxos                      step 20 of 20")  # and no key was pressed
    assert rows[-3:] == [
        "VIOLATED: agreement is false: v1 and v2",
        "are both chosen.",
        "→ next  ← back  d difference  q quit",
    ]
    started.press("\x03")
    assert (started.ends(), started.is_restored, COLOUR.search(started.sent)) == (0, True, None)


@pytest.mark.slow
def test_a_trace_that_does_not_replay_is_stepped_up_to_the_failure(
    terminal: Callable[..., Terminal], empty_folder: Path
) -> None:
    saved = json.loads(SAVED.read_text(encoding="utf-8"))
    saved["steps"] = [*LABELS[:2], "a1 flies"]
    (empty_folder / "run.json").write_text(json.dumps(saved))
    started = terminal("replay", empty_folder / "run.json", "--step")
    started.shows("step 0 of 2")
    started.press("nn")
    differs = "Replay failed: step 3 is not possible: a1 flies"
    rows = started.shows("step 2 of 2")
    assert [each for each in rows if each.startswith(f"{differs}. a1 does not take")] != []
    started.press("\x1b")
    assert (started.ends(), started.is_restored) == (1, True)
    assert differs.encode() in started.sent_afterwards


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "status", "text"),
    fast_first(
        2,
        [
            ("1 / 0", 1, b"ZeroDivisionError"),
            ("os.kill(os.getpid(), signal.SIGINT)", 0, b"is false"),
            ("os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM, b""),
            ("os.kill(os.getpid(), signal.SIGHUP)", -signal.SIGHUP, b""),
        ],
    ),
)
def test_a_fault_or_a_signal_restores_the_terminal(
    fault: str, status: int, text: bytes, terminal: Callable[..., Terminal]
) -> None:
    code = (
        "import os, signal, sys\nfrom pcheck.cli import main\nfrom pcheck.play import full_screen\n"
        f"full_screen.fill = lambda *_: {fault}\n"
        "sys.exit(main.run(['replay', sys.argv[1], '--step']))"
    )
    started = terminal("-c", code, SAVED)
    assert (started.ends(), started.is_restored, text in started.sent_afterwards) == (
        status,
        True,
        True,
    )


# Without a usable terminal


def test_step_without_a_terminal_is_an_error(pcheck: Ends) -> None:
    expected = "--step needs a terminal as standard input and as standard output"
    assert pcheck("replay", str(SAVED), "--step") == (2, "", f"pcheck: {expected}\n")


@pytest.mark.slow
def test_a_dumb_terminal_is_an_error(terminal: Callable[..., Terminal]) -> None:
    started = terminal("replay", SAVED, "--step", TERM="dumb")
    expected = b"pcheck: --step needs a terminal that can move the cursor, got TERM=dumb\r\n"
    assert (started.ends(), started.sent) == (2, expected)


@pytest.mark.parametrize(
    ("other", "named"),
    [
        (("--quiet",), "--quiet"),
        (("--format", "json"), "--format or -o"),
        (("-o", "run.txt"), "--format or -o"),
    ],
)
def test_other_output_is_refused(other: tuple[str, ...], named: str, pcheck: Ends) -> None:
    expected = f"pcheck: --step cannot be combined with {named}\n"
    assert pcheck("replay", str(SAVED), "--step", *other) == (2, "", expected)
