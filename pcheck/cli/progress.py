"""The progress of a search on a terminal, and an early warning about a long search."""

from __future__ import annotations

import sys
from types import TracebackType

from rich.console import Console

from pcheck.loading.setup import Setup
from pcheck.search.limits import Progress
from pcheck.text import one_of

SHOW_AFTER, WARN_AFTER = 0.5, 3.0  # seconds
ERASE_LINE = "\r\x1b[2K"


class ProgressLine:
    """A line on standard error that is rewritten while a search runs.

    Results go to standard output and are never mixed with this line.
    """

    def __init__(
        self,
        setup: Setup,
        *,
        quiet: bool = False,
        on_interrupt: str = "stops and shows partial results",
    ) -> None:
        """`on_interrupt` is the text of the warning about the effect of Ctrl-C."""
        self.setup, self.quiet, self.on_interrupt = setup, quiet, on_interrupt
        self.console = Console(stderr=True, highlight=False)
        self.is_shown = self.console.is_terminal and not self.console.is_dumb_terminal and not quiet
        self.warned = False

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._clear()
        self.is_shown = False  # the clock of the search outlives the line

    def on_progress(self, progress: Progress) -> None:
        """Rewrite the line, and warn once if the search is long."""
        if progress.seconds > WARN_AFTER and not (self.warned or self.quiet or progress.activity):
            self._warn(progress)
        if progress.seconds > SHOW_AFTER and self.is_shown:
            line = _line(progress)[: self.console.width - 1]
            sys.stderr.write(f"{ERASE_LINE}{line}")
            sys.stderr.flush()

    def on_note(self, text: str) -> None:
        """Print a note on a line of its own, in place of the progress line."""
        if not self.quiet:
            self._clear()
            print(f"pcheck: {text}", file=sys.stderr)

    def _warn(self, progress: Progress) -> None:
        """Warn while the levels still grow, since most of the search is then still to come."""
        widths = progress.widths
        if len(widths) < 3 or widths[-1] <= widths[-2] or not widths[-2]:
            return
        self.warned = True
        growth = widths[-1] / widths[-2]
        smaller = self.setup.smaller()
        hint = f" Smaller: {one_of(smaller)}." if smaller else ""
        self.on_note(
            f"long search: {progress.states:,} states in {progress.seconds:.0f} s, growing "
            f"{growth:.1f}x per level.{hint} Ctrl-C {self.on_interrupt}."
        )

    def _clear(self) -> None:
        if self.is_shown:
            sys.stderr.write(ERASE_LINE)
            sys.stderr.flush()


def _line(progress: Progress) -> str:
    if progress.activity:
        return f"{progress.activity}  {progress.memory / 1e6:,.0f} MB  {progress.seconds:.0f} s"
    rate = progress.states / max(progress.seconds, 1e-9)
    return (
        f"level {progress.level}  {progress.states:,} states  {rate:,.0f} states/s  "
        f"queue {progress.queue:,}  {progress.memory / 1e6:,.0f} MB  {progress.seconds:.0f} s"
    )
