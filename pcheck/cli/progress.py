"""A line that lives while a search runs on a terminal, and an early word if it will take long."""

from __future__ import annotations

import sys
from types import TracebackType

from rich.console import Console

from pcheck.loading.setup import Setup
from pcheck.search.limits import Progress

SHOW_AFTER, WARN_AFTER = 0.5, 3.0  # seconds


class Live:
    """Writes to standard error only: what a search says goes to standard output."""

    def __init__(
        self, setup: Setup, *, quiet: bool = False, stopped: str = "shows what is known"
    ) -> None:
        """`stopped` is what Ctrl-C does."""
        self.setup, self.quiet, self.stopped = setup, quiet, stopped
        self.console = Console(stderr=True, highlight=False)
        self.on = self.console.is_terminal and not self.console.is_dumb_terminal and not quiet
        self.warned = False

    def __enter__(self) -> Live:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._clear()

    def on_progress(self, progress: Progress) -> None:
        if progress.seconds > WARN_AFTER and not (self.warned or self.quiet):
            self._warn(progress)
        if progress.seconds > SHOW_AFTER and self.on:
            line = _line(progress)[: self.console.width - 1]
            sys.stderr.write(f"\r\x1b[2K{line}")
            sys.stderr.flush()

    def on_note(self, text: str) -> None:
        """A line of its own, besides the one that lives."""
        if not self.quiet:
            self._clear()
            print(f"pcheck: {text}", file=sys.stderr)

    def _warn(self, progress: Progress) -> None:
        """While the levels still grow, more than half of the search lies ahead."""
        widths = progress.widths
        if len(widths) < 3 or widths[-1] <= widths[-2] or not widths[-2]:
            return
        self.warned = True
        growth = widths[-1] / widths[-2]
        smaller = self.setup.smaller()
        hint = f" To make it smaller: {', or '.join(smaller)}." if smaller else ""
        self.on_note(
            f"this will take a while: {progress.states:,} states so far, and each level is "
            f"{growth:.1f} times the last.{hint} Ctrl-C {self.stopped}."
        )

    def _clear(self) -> None:
        if self.on:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()


def _line(progress: Progress) -> str:
    rate = progress.states / max(progress.seconds, 1e-9)
    return (
        f"level {progress.level}  {progress.states:,} states  {rate:,.0f}/s  "
        f"queue {progress.queue:,}  {progress.memory / 1e6:,.0f} MB  {progress.seconds:.0f} s"
    )
