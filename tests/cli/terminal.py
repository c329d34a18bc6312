"""A process on a terminal of its own, with a screen that a test can read."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pyte

from tests.cli.signals import restore_signals

ROOT = Path(__file__).resolve().parent.parent.parent
TIMEOUT = 20.0  # seconds
SCREEN_START, SCREEN_END = b"\x1b[H", b"q quit"
OTHER_SCREEN, MAIN_SCREEN, CURSOR = b"\x1b[?1049h", b"\x1b[?1049l", b"\x1b[?25h"


class Terminal:
    """A process of pcheck on a pseudo-terminal."""

    def __init__(self, *arguments: str, size: tuple[int, int] = (80, 24), **environment: str):
        self.master, self.slave = pty.openpty()
        self.screen = pyte.Screen(*size)
        self.before = termios.tcgetattr(self.slave)
        self.resize(*size)
        self.sent, self._stream = b"", pyte.ByteStream(self.screen)
        self.process = subprocess.Popen(
            [
                sys.executable,
                *(arguments if arguments[0] == "-c" else ("-m", "pcheck", *arguments)),
            ],
            env=_environment(environment),
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            start_new_session=True,
            preexec_fn=_take_the_terminal,
        )

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)

    def press(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def shows(self, text: str) -> list[str]:
        """Wait until the screen is complete and has the text, and return its rows."""
        end = time.monotonic() + TIMEOUT
        while not (self._is_complete() and any(text in row for row in self.rows())):
            rows = "\n".join(self.rows())
            assert time.monotonic() < end, f"{text!r} is not on the screen:\n{rows}"
            self._read(0.05)
        return self.rows()

    def waits_for(self, text: str) -> None:
        """Wait until the process has printed the text."""
        end = time.monotonic() + TIMEOUT
        while text.encode() not in self.sent:
            assert time.monotonic() < end, f"{text!r} was not printed"
            self._read(0.05)

    def _is_complete(self) -> bool:
        return SCREEN_END in self.sent.rpartition(SCREEN_START)[2].rpartition(b"\n")[2]

    def rows(self) -> list[str]:
        return [row.rstrip() for row in self.screen.display]

    def ends(self) -> int:
        """Wait for the process, read its remaining output, and return its status."""
        while self.process.poll() is None:
            self._read(0.02)
        while self._read(0.02):
            pass
        return self.process.returncode

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self.slave)

    @property
    def is_restored(self) -> bool:
        """True if echo, cursor and the original screen of the terminal are restored."""
        echoes = termios.tcgetattr(self.slave) == self.before
        return (
            echoes
            and _is_left_last(self.sent, MAIN_SCREEN, OTHER_SCREEN)
            and CURSOR in self.sent_afterwards
        )

    @property
    def sent_afterwards(self) -> bytes:
        """The output after the original screen was restored."""
        return self.sent.rpartition(MAIN_SCREEN)[2]

    def _read(self, seconds: float) -> bool:
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        output = os.read(self.master, 65536)
        self.sent += output
        self._stream.feed(output)
        return True


def _take_the_terminal() -> None:
    """Let keys such as Ctrl-C send their signals to this process."""
    restore_signals()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _environment(more: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    return {**kept, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", **more}


def _is_left_last(text: bytes, left: bytes, entered: bytes) -> bool:
    counts = text.count(left), text.count(entered)
    return counts[0] == counts[1] and text.rfind(left) >= text.rfind(entered)
