"""The progress of a check: a live line on a terminal, or now and then a line in a log."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import NamedTuple

import psutil
from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as LiveLine
from rich.table import Column

from pcheck.loading.setup import Setup
from pcheck.render.text.quantities import after_steps, in_bytes, rounded, times
from pcheck.search.clock import EXPLORING, Progress
from pcheck.search.forecast import forecast
from pcheck.text import one_of
from pcheck.traces.finding import Outline

SHOW_AFTER = 0.5  # seconds
ANNOUNCE_AFTER = 1.0  # seconds of work on the trace of a violation
WARN_AFTER = 10.0  # seconds of exploring
LOG_EVERY = 30.0  # seconds


class Part(NamedTuple):
    """A part of a larger work: its name, and how many parts are done before it, of how many."""

    name: str
    done: int
    total: int


class ProgressLine:
    """The progress of a check on standard error.

    On a terminal, one line moves until the check ends. Elsewhere nothing moves, and a long check
    prints a line every LOG_EVERY seconds. Results go to standard output.
    """

    def __init__(
        self,
        setup: Setup,
        *,
        quiet: bool = False,
        on_interrupt: str = "stops and shows partial results",
        part: Part | None = None,
    ) -> None:
        """`on_interrupt` is the text of the warning about the effect of Ctrl-C.

        `part` is the part of a larger work that the check is; the line then has a bar.
        """
        self.setup, self.quiet, self.on_interrupt = setup, quiet, on_interrupt
        self.part = part
        self.console = Console(stderr=True, highlight=False)
        self.is_live = self.console.is_terminal and not self.console.is_dumb_terminal and not quiet
        self.warned = False
        self._found: Outline | None = None  # a violation that is not yet announced
        self._found_at: float | None = None
        self._logged = 0.0
        self._live: LiveLine | None = None
        self._task = TaskID(0)

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.pause()
        self.is_live, self.quiet = False, True  # the clock outlives the line

    def pause(self) -> None:
        """Remove the line from the terminal until there is more progress."""
        if self._live is not None:
            self._live.stop()
        self._live = None

    def on_progress(self, progress: Progress) -> None:
        """Show the progress; warn once if the search is long, and announce a violation."""
        if self.quiet:
            return
        if progress.spent.get(EXPLORING, 0.0) > WARN_AFTER and not self.warned:
            self._warn(progress)
        if self._found is not None:
            self._announce(self._found, progress)
        if progress.seconds > SHOW_AFTER and self.is_live:
            self._show(progress)
        elif not self.is_live and progress.seconds - self._logged >= LOG_EVERY:
            self._logged = progress.seconds
            self.on_note(self._text(progress))

    def _text(self, progress: Progress) -> str:
        return f"{self.part.name}: {_line(progress)}" if self.part is not None else _line(progress)

    def on_note(self, text: str) -> None:
        """Print a note on a line of its own, above the progress line."""
        if self.quiet:
            return
        if self.console.is_terminal:  # wrapped at spaces
            self.console.print(f"pcheck: {text}", markup=False)
        else:
            print(f"pcheck: {text}", file=sys.stderr)

    def on_violation(self, outline: Outline) -> None:
        """Keep the violation, to be announced if the work on its trace takes long."""
        self._found = outline

    def _announce(self, found: Outline, progress: Progress) -> None:
        if self._found_at is None:
            self._found_at = progress.seconds
        if progress.seconds - self._found_at > ANNOUNCE_AFTER:
            self._found = None
            verdict, steps = "FOUND" if found.is_witness else "VIOLATED", after_steps(found.steps)
            self.on_note(
                f"{verdict} {steps}: {found.ending}. Now {progress.activity}; Ctrl-C ends that."
            )

    def _show(self, progress: Progress) -> None:
        if self._live is None:
            text = TextColumn(
                "{task.description}",
                markup=False,
                table_column=Column(no_wrap=True, overflow="ellipsis"),
            )
            bar = [BarColumn(bar_width=10)] if self.part is not None else []
            self._live = LiveLine(
                SpinnerColumn(),
                *bar,
                text,
                console=self.console,
                transient=True,
                auto_refresh=False,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            done, total = (self.part.done, self.part.total) if self.part is not None else (0, None)
            self._task = self._live.add_task(self._text(progress), total=total, completed=done)
            self._live.start()
        self._live.update(self._task, description=self._text(progress), refresh=True)

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
            f"{growth:.1f}x per level ({times(progress.spent)}).{_expected(progress)}{hint} "
            f"Ctrl-C {self.on_interrupt}."
        )


def _expected(progress: Progress) -> str:
    """Return a sentence with a guess at the states and the memory of the whole search."""
    range_ = forecast(progress.widths)
    if range_ is None:
        return ""
    bytes_each = progress.memory / max(progress.states, 1)
    states = f"{rounded(range_.least)} to {rounded(range_.most)} states"
    memory = f"{in_bytes(range_.least * bytes_each)} to {in_bytes(range_.most * bytes_each)}"
    free = psutil.virtual_memory().available + progress.memory
    only = f" of the {in_bytes(free)} here" if range_.most * bytes_each > free else ""
    return f" Rough guess for the whole: {states}, {memory} of memory{only}."


def _line(progress: Progress) -> str:
    begin = f"{progress.seconds:.0f} s  {progress.activity}"
    memory = f"{progress.memory / 1e6:,.0f} MB"
    if not progress.queue:
        return f"{begin}, {memory}"
    rate = progress.states / max(progress.seconds, 1e-9)
    counts = f"{progress.states:,} states"
    if progress.activity == EXPLORING:  # the levels of a proof are not numbers of steps
        counts = f"level {progress.level}, {counts}"
    if not progress.is_reduced:  # where a state stands for many, the rate says little
        counts += f" ({rate:,.0f}/s)"
    return f"{begin}: {counts}, queue {progress.queue:,}, {memory}"


class Counting:
    """A line on a terminal with a bar: how much of a log is read or compared, and since when."""

    def __init__(self, what: str, step: int, total: int | None = None, *, quiet: bool) -> None:
        """`step` is how much is done between two ticks."""
        console = Console(stderr=True, highlight=False)
        is_live = console.is_terminal and not console.is_dumb_terminal and not quiet
        columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
        self._line = LiveLine(*columns, console=console, transient=True, disable=not is_live)
        self._what, self._step, self._done = what, step, 0
        self._task = self._line.add_task(what, total=total)

    def __enter__(self) -> Counting:
        self._line.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._line.stop()

    def tick(self) -> None:
        """Note that one more step is done."""
        self._done += self._step
        text = f"{self._what} {self._done:,}"
        self._line.update(self._task, description=text, completed=self._done)
