"""Single keys that are typed on a terminal, by name and without an echo.

On Windows `typer.getchar` reads the keys. On other systems `typer.getchar` is not enough: between
two calls the terminal echoes keys, and keys that are typed early are lost. There the terminal is
configured once, for the whole time in which keys are read.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

if sys.platform != "win32":
    import select
    import termios

    FATAL_SIGNALS = signal.SIGTERM, signal.SIGHUP

# Seconds to wait for a key, and for the remaining bytes of a key.
POLL, REMAINDER = 0.25, 0.05
SEQUENCES = {
    "right": "\x1b[C \x1bOC \xe0M \0M",
    "left": "\x1b[D \x1bOD \xe0K \0K",
    "up": "\x1b[A \x1bOA \xe0H \0H",
    "down": "\x1b[B \x1bOB \xe0P \0P",
    "home": "\x1b[H \x1bOH \x1b[1~ \x1b[7~ \xe0G \0G",
    "end": "\x1b[F \x1bOF \x1b[4~ \x1b[8~ \xe0O \0O",
    "escape": "\x1b",
    "backspace": "\x7f \x08",
    "enter": "\r \n",
    "stop": "\x03 \x04",  # Ctrl-C, Ctrl-D
}
NAMES = {text: name for name, texts in SEQUENCES.items() for text in texts.split(" ")} | {
    " ": "space"
}
KEY = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1bO.|\x1b[^\x1b]|[\xe0\0][A-Z]|.", re.S)
UNFINISHED = re.compile(rb"\x1b(\[[0-?]*|O)?$")


def keys(typed: str) -> list[str]:
    """Return the name of each typed key, or its characters if the key has no name."""
    return [NAMES.get(each, each) for each in KEY.findall(typed)]


if sys.platform == "win32":

    @contextmanager
    def keyboard() -> Iterator[Callable[[], list[str]]]:
        """Yield a function that waits for a key and returns its name in a list."""
        yield lambda: keys(typer.getchar())

    @contextmanager
    def interruptible() -> Iterator[None]:
        """Let Ctrl-C interrupt the work inside, as it always does on Windows."""
        yield

else:

    @contextmanager
    def keyboard() -> Iterator[Callable[[], list[str]]]:
        """Yield a function that returns the names of the typed keys, or [] after POLL seconds."""
        with _signals_after_cleanup(), _raw_terminal() as terminal:
            yield lambda: keys(_typed(terminal).decode(errors="replace"))

    @contextmanager
    def interruptible() -> Iterator[None]:
        """Let Ctrl-C interrupt the work inside; otherwise it is a key like others."""
        if not sys.stdin.isatty():
            yield
            return
        terminal = sys.stdin.fileno()
        raw, attributes = termios.tcgetattr(terminal), termios.tcgetattr(terminal)
        attributes[3] |= termios.ISIG
        try:
            termios.tcsetattr(terminal, termios.TCSANOW, attributes)
            yield
        finally:
            termios.tcsetattr(terminal, termios.TCSANOW, raw)

    @contextmanager
    def _raw_terminal() -> Iterator[int]:
        """Yield the terminal with echo and signal keys off; restore the terminal afterwards."""
        terminal = sys.stdin.fileno()
        before, quiet = termios.tcgetattr(terminal), termios.tcgetattr(terminal)
        quiet[3] &= ~(termios.ECHO | termios.ICANON | termios.ISIG)
        for key in (termios.VQUIT, termios.VSUSP):  # also while Ctrl-C is a signal
            quiet[6][key] = os.fpathconf(terminal, "PC_VDISABLE").to_bytes(1, "little")
        try:
            termios.tcsetattr(terminal, termios.TCSADRAIN, quiet)
            yield terminal
        finally:
            termios.tcsetattr(terminal, termios.TCSAFLUSH, before)

    @contextmanager
    def _signals_after_cleanup() -> Iterator[None]:
        """Delay signals that end the program until the terminal is restored."""
        received: list[int] = []

        def leave(number: int, _: object) -> None:
            if not received:  # a second signal would interrupt the cleanup
                received.append(number)
                raise SystemExit(128 + number)

        # Only the main thread may set signal handlers.
        is_main = threading.current_thread() is threading.main_thread()
        fatal = [
            each for each in FATAL_SIGNALS if is_main and signal.getsignal(each) is signal.SIG_DFL
        ]
        try:
            for each in fatal:
                signal.signal(each, leave)
            yield
        finally:
            for each in fatal:
                signal.signal(each, signal.SIG_DFL)
            for number in received:
                signal.raise_signal(number)

    def _typed(terminal: int) -> bytes:
        """Return the bytes of the typed keys; wait for the last byte of a key on a slow line."""
        typed, timeout = b"", POLL
        while select.select([terminal], [], [], timeout)[0]:
            more = os.read(terminal, 1024)
            if not more:
                raise EOFError
            typed += more
            if not UNFINISHED.search(typed):
                break
            timeout = REMAINDER
        return typed
