"""`pcheck replay --step`, on a terminal: keys, what is on the screen, and what is left behind."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pcheck.loading.spec import SHIPPED

if TYPE_CHECKING:
    from tests.cli.terminal import Terminal

Ends = Callable[..., tuple[int, str, str]]
SAVED = SHIPPED.parent / "counterexamples" / "vote-leaves-promise.json"
LABELS = json.loads(SAVED.read_text(encoding="utf-8"))["steps"]
COLOUR = re.compile(rb"\x1b\[[0-9;]*(?<![0-9])(?:3[0-8]|4[0-8]|9[0-7])[0-9;]*m")


@pytest.fixture
def terminal() -> Iterator[Callable[..., Terminal]]:
    """Starts processes on terminals; none of them outlives its test."""
    pytest.importorskip("termios")
    from tests.cli.terminal import Terminal

    started: list[Terminal] = []

    def start(*arguments: Any, **how: Any) -> Terminal:
        started.append(Terminal(*map(str, arguments), **how))
        return started[-1]

    yield start
    for each in started:
        each.close()


def latest(rows: list[str]) -> str:
    """The last step that is drawn."""
    number = rows[0].split()[-3]
    return next(
        row.partition("  ")[2] for row in reversed(rows) if row.lstrip().startswith(f"{number}  ")
    )


def test_the_keys_go_forwards_and_back(terminal: Callable[..., Terminal]) -> None:
    shown = terminal("replay", SAVED, "--step")
    shown.shows("step 0 of 20")
    ways = [
        ("\x1b[C", 1), (" ", 2), ("\r", 3), ("n", 4), ("nnn", 7), ("\x1b[D", 6), ("\x7f", 5),
        ("p", 4), ("x\x1b[A\x1b[1;5C?", 4), ("d", 13), ("d", 14), ("r", 14), ("d", 16), ("d", 16),
        ("\x1b[F", 20), ("n", 20), ("g", 0), ("p", 0), ("G", 20), ("\x1b[H\x1b[C\x1b[C", 2),
    ]  # fmt: skip
    for keys, number in ways:
        shown.press(keys)
        rows = shown.shows(f"step {number} of 20")
        if number:
            assert LABELS[number - 1][:40] in latest(rows)
            assert any(row.startswith(f"── after step {number} ─") for row in rows)
    shown.press("q")
    assert (shown.ends(), shown.as_it_was) == (0, True)
    assert b" ".join(shown.left.split()).count(b"agreement is false after 20 steps") == 1


def test_what_is_drawn_fits_the_terminal_and_follows_it(terminal: Callable[..., Terminal]) -> None:
    shown = terminal("replay", SAVED, "--step", NO_COLOR="1")
    shown.shows("step 0 of 20")
    shown.press("G")
    rows = shown.shows("step 20 of 20")
    assert rows[1] == "     p1   p2     a1   a2    a3"
    assert "VIOLATED: agreement is false now: v1 and v2 are both chosen." in rows
    assert rows[-2:] == [
        "a3  promised = 3, vote = Vote(ballot=1, value=v1)",
        "→ next  ← back  d to where the correct one differs  Home first  End last  q quit",
    ]
    shown.resize(40, 12)
    rows = shown.shows("paxos                      step 20 of 20")  # and no key was pressed
    assert rows[-3:] == [
        "VIOLATED: agreement is false now: v1 and",
        "v2 are both chosen.",
        "→ next  ← back  d differs  q quit",
    ]
    shown.press("\x03")
    assert (shown.ends(), shown.as_it_was, COLOUR.search(shown.sent)) == (0, True, None)


def test_a_run_that_goes_no_further_is_walked_as_far_as_it_goes(
    terminal: Callable[..., Terminal], empty_folder: Path
) -> None:
    saved = json.loads(SAVED.read_text(encoding="utf-8"))
    saved["steps"] = [*LABELS[:2], "a1 flies"]
    (empty_folder / "run.json").write_text(json.dumps(saved))
    shown = terminal("replay", empty_folder / "run.json", "--step")
    shown.shows("step 0 of 2")
    shown.press("nn")
    differs = "The run does not do what its file says: step 3 is not possible here: a1 flies"
    assert differs in shown.shows("step 2 of 2")
    shown.press("\x1b")
    assert (shown.ends(), shown.as_it_was) == (1, True)
    assert differs.encode() in shown.left


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        ("1 / 0", 1, b"ZeroDivisionError"),
        ("os.kill(os.getpid(), signal.SIGINT)", 0, b"is false"),
        ("os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM, b""),
        ("os.kill(os.getpid(), signal.SIGHUP)", -signal.SIGHUP, b""),
    ],
)
def test_a_fault_or_a_signal_leaves_the_terminal_as_it_was(
    fault: str, status: int, said: bytes, terminal: Callable[..., Terminal]
) -> None:
    code = (
        "import os, signal, sys\nfrom pcheck.cli import main\nfrom pcheck.play import stepper\n"
        f"stepper._fill = lambda *_: {fault}\n"
        "sys.exit(main.run(['replay', sys.argv[1], '--step']))"
    )
    shown = terminal("-c", code, SAVED)
    assert (shown.ends(), shown.as_it_was, said in shown.left) == (status, True, True)


# Where nobody can press a key.


def test_without_a_terminal_it_is_one_line(pcheck: Ends) -> None:
    said = "--step takes keys and fills the screen: it needs a terminal, not a pipe"
    assert pcheck("replay", str(SAVED), "--step") == (2, "", f"pcheck: {said}\n")


def test_a_terminal_that_can_do_nothing_is_one_line(terminal: Callable[..., Terminal]) -> None:
    shown = terminal("replay", SAVED, "--step", TERM="dumb")
    said = (
        b"pcheck: --step fills the screen, and this terminal (TERM=dumb) cannot: leave it out\r\n"
    )
    assert (shown.ends(), shown.sent) == (2, said)


@pytest.mark.parametrize(
    ("other", "named"),
    [
        (("--quiet",), "--quiet"),
        (("--format", "json"), "--format and -o"),
        (("-o", "run.txt"), "--format and -o"),
    ],
)
def test_it_leaves_no_room_for_another_answer(
    other: tuple[str, ...], named: str, pcheck: Ends
) -> None:
    said = f"pcheck: --step shows the run itself: leave {named} out\n"
    assert pcheck("replay", str(SAVED), "--step", *other) == (2, "", said)
