"""Names of keys, whichever sequence a terminal sends for a key."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator

import pytest

from pcheck.play.keys import keyboard, keys


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("\x1b[C\x1bOC\xe0M\0M", ["right"] * 4),
        ("\x1b[D\x1bOD\xe0K\0K", ["left"] * 4),
        ("\x1b[A\x1bOA\xe0H\0H", ["up"] * 4),
        ("\x1b[B\x1bOB\xe0P\0P", ["down"] * 4),
        ("\x1b[H\x1bOH\x1b[1~\x1b[7~\xe0G\0G", ["home"] * 6),
        ("\x1b[F\x1bOF\x1b[4~\x1b[8~\xe0O\0O", ["end"] * 6),
        ("\r\n \x7f\x08", ["enter", "enter", "space", "backspace", "backspace"]),
        ("\x03\x04\x1b", ["stop", "stop", "escape"]),
        ("nnpG", ["n", "n", "p", "G"]),
        ("\x1b\x1b[C", ["escape", "right"]),
        ("\x1b\x1b", ["escape", "escape"]),
        ("", []),
    ],
)
def test_each_key_has_one_name(typed: str, names: list[str]) -> None:
    assert keys(typed) == names


@pytest.mark.parametrize("typed", ["\x1b[1;5C", "\x1b[200~", "\x1bq", "\x1bOP", "\x1b[Z", "\x1a"])
def test_an_unknown_sequence_is_one_key(typed: str) -> None:
    assert keys(f"n{typed}p") == ["n", typed, "p"]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    with open(theirs) as typed, open(ours, "wb"):
        monkeypatch.setattr("sys.stdin", typed)
        yield


@pytest.mark.parametrize("before", [signal.SIG_DFL, signal.SIG_IGN, lambda *_: None])
def test_the_signal_handlers_are_restored_afterwards(
    before: signal._HANDLER, terminal: None
) -> None:
    first = signal.signal(signal.SIGTERM, before)
    try:
        with keyboard():
            changed = signal.getsignal(signal.SIGTERM) != before
        assert (changed, signal.getsignal(signal.SIGTERM)) == (before == signal.SIG_DFL, before)
    finally:
        signal.signal(signal.SIGTERM, first)


def test_keys_are_read_in_another_thread(terminal: None) -> None:
    """Signal handlers can only be set in the main thread."""
    ended: list[bool] = []

    def read() -> None:
        with keyboard() as typed:
            ended.append(typed() == [])

    thread = threading.Thread(target=read)
    thread.start()
    thread.join()
    assert ended == [True]
