"""A process on a terminal of its own: keys go in, and what stands on its screen is read."""

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

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 20.0  # seconds
BEGINS, LAST_DRAWN = b"\x1b[H", b"q quit"
OTHER_SCREEN, FIRST_SCREEN, CURSOR = b"\x1b[?1049h", b"\x1b[?1049l", b"\x1b[?25h"


class Terminal:
    def __init__(self, *arguments: str, size: tuple[int, int] = (80, 24), **environment: str):
        self.ours, self.theirs = pty.openpty()
        self.screen = pyte.Screen(*size)
        self.before = termios.tcgetattr(self.theirs)
        self.resize(*size)
        self.sent, self._stream = b"", pyte.ByteStream(self.screen)
        self.process = subprocess.Popen(
            [
                sys.executable,
                *(arguments if arguments[0] == "-c" else ("-m", "pcheck", *arguments)),
            ],
            env=_environment(environment),
            stdin=self.theirs,
            stdout=self.theirs,
            stderr=self.theirs,
        )

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)

    def press(self, keys: str) -> None:
        os.write(self.ours, keys.encode())

    def shows(self, text: str) -> list[str]:
        """The rows of the screen, once this stands on it and all of it is drawn."""
        end = time.monotonic() + PATIENCE
        while not (self._is_whole() and any(text in row for row in self.rows())):
            rows = "\n".join(self.rows())
            assert time.monotonic() < end, f"{text!r} is not on the screen:\n{rows}"
            self._read(0.05)
        return self.rows()

    def _is_whole(self) -> bool:
        return LAST_DRAWN in self.sent.rpartition(BEGINS)[2].rpartition(b"\n")[2]

    def rows(self) -> list[str]:
        return [row.rstrip() for row in self.screen.display]

    def ends(self) -> int:
        """The status, when all that was said is read."""
        while self.process.poll() is None:
            self._read(0.02)
        while self._read(0.02):
            pass
        return self.process.returncode

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.ours)
        os.close(self.theirs)

    @property
    def as_it_was(self) -> bool:
        """Whether keys are shown again, and the cursor, and the screen that was there before."""
        echoes = termios.tcgetattr(self.theirs) == self.before
        return echoes and _last(self.sent, FIRST_SCREEN, OTHER_SCREEN) and CURSOR in self.left

    @property
    def left(self) -> bytes:
        """What came after the screen that was there before came back."""
        return self.sent.rpartition(FIRST_SCREEN)[2]

    def _read(self, seconds: float) -> bool:
        if not select.select([self.ours], [], [], seconds)[0]:
            return False
        some = os.read(self.ours, 65536)
        self.sent += some
        self._stream.feed(some)
        return True


def _environment(more: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    return {**kept, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", **more}


def _last(text: bytes, one: bytes, other: bytes) -> bool:
    return text.count(one) == text.count(other) and text.rfind(one) >= text.rfind(other)
