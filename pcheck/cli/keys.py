"""Single keys from a terminal, by name. Meanwhile nothing that is typed is shown.

`typer.getchar` shows what is typed between two calls, and forgets it: so it reads only where there
is nothing better.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

if sys.platform != "win32":
    import select
    import termios

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
        terminal = sys.stdin.fileno()
        before, quiet = termios.tcgetattr(terminal), termios.tcgetattr(terminal)
        quiet[3] &= ~(termios.ECHO | termios.ICANON | termios.ISIG)
        try:
            termios.tcsetattr(terminal, termios.TCSADRAIN, quiet)
            yield lambda: keys(_typed(terminal).decode(errors="replace"))
        finally:
            termios.tcsetattr(terminal, termios.TCSAFLUSH, before)

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
