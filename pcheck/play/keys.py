"""Single keys from a terminal, by name. Meanwhile nothing that is typed is shown.

On Windows `typer.getchar` reads them. Elsewhere it would not do: between two calls of it the
terminal shows what is typed, and what came too early is lost. There the terminal is set once, for
as long as keys are read.
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

    ENDS = signal.SIGTERM, signal.SIGHUP

POLL, REST = 0.25, 0.05  # seconds: until one looks up again; until what a key sends has come
SENT = {
    "right": "\x1b[C \x1bOC \xe0M \0M",
    "left": "\x1b[D \x1bOD \xe0K \0K",
    "home": "\x1b[H \x1bOH \x1b[1~ \x1b[7~ \xe0G \0G",
    "end": "\x1b[F \x1bOF \x1b[4~ \x1b[8~ \xe0O \0O",
    "escape": "\x1b",
    "backspace": "\x7f \x08",
    "enter": "\r \n",
    "stop": "\x03 \x04",  # Ctrl-C, Ctrl-D
}
NAMES = {text: name for name, texts in SENT.items() for text in texts.split(" ")} | {" ": "space"}
ONE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1bO.|\x1b[^\x1b]|[\xe0\0][A-Z]|.", re.S)
UNFINISHED = re.compile(rb"\x1b(\[[0-?]*|O)?$")


def keys(typed: str) -> list[str]:
    """The names of those that have one, and what the others sent."""
    return [NAMES.get(each, each) for each in ONE.findall(typed)]


if sys.platform == "win32":

    @contextmanager
    def keyboard() -> Iterator[Callable[[], list[str]]]:
        """What waits for the next keys."""
        yield lambda: keys(typer.getchar())

else:

    @contextmanager
    def keyboard() -> Iterator[Callable[[], list[str]]]:
        """What waits for the next keys, and after a while says that there were none."""
        with _in_order(), _unseen() as terminal:
            yield lambda: keys(_typed(terminal).decode(errors="replace"))

    @contextmanager
    def _unseen() -> Iterator[int]:
        """The terminal, which shows nothing that is typed and lets no key end the program."""
        terminal = sys.stdin.fileno()
        before, quiet = termios.tcgetattr(terminal), termios.tcgetattr(terminal)
        quiet[3] &= ~(termios.ECHO | termios.ICANON | termios.ISIG)
        try:
            termios.tcsetattr(terminal, termios.TCSADRAIN, quiet)
            yield terminal
        finally:
            termios.tcsetattr(terminal, termios.TCSAFLUSH, before)

    @contextmanager
    def _in_order() -> Iterator[None]:
        """A signal that would end the program at once first lets it put the terminal in order."""
        came: list[int] = []

        def leave(number: int, _: object) -> None:
            if not came:  # a second one would cut the tidying short
                came.append(number)
                raise SystemExit(128 + number)

        alone = threading.current_thread() is threading.main_thread()  # which alone may ask
        fatal = [each for each in ENDS if alone and signal.getsignal(each) is signal.SIG_DFL]
        try:
            for each in fatal:
                signal.signal(each, leave)
            yield
        finally:
            for each in fatal:
                signal.signal(each, signal.SIG_DFL)
            for number in came:
                signal.raise_signal(number)

    def _typed(terminal: int) -> bytes:
        """A key may send several bytes, and over a slow line these come one by one."""
        typed, patience = b"", POLL
        while select.select([terminal], [], [], patience)[0]:
            more = os.read(terminal, 1024)
            if not more:
                raise EOFError
            typed += more
            if not UNFINISHED.search(typed):
                break
            patience = REST
        return typed
