"""`pcheck replay --step`: a run that is walked with the keys, forwards and back."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress

from rich.console import Console
from rich.control import Control
from rich.screen import Screen

from pcheck.errors import UsageError
from pcheck.loading.setup import Setup
from pcheck.play.keys import keyboard
from pcheck.play.screen import Playback, Screenful
from pcheck.render.text.explanation import Explained
from pcheck.render.text.paragraphs import Paragraph
from pcheck.render.text.report import Header
from pcheck.text import counted
from pcheck.traces.divergence import first_divergences, notes
from pcheck.traces.finding import Finding
from pcheck.traces.replay import Replay
from pcheck.traces.timeline import timeline_of

ON = {"right", "space", "enter", "n"}
BACK = {"left", "backspace", "p"}
FIRST, LAST = {"home", "g"}, {"end", "G"}
DIFFERENCE = "d"
LEAVE = {"q", "escape", "stop"}


def check_a_terminal() -> None:
    """Without one there is nobody to press a key."""
    streams, console = (sys.stdin, sys.stdout), Console()
    if not (all(each and each.isatty() for each in streams) and console.is_terminal):
        raise UsageError("--step takes keys and fills the screen: it needs a terminal, not a pipe")
    if console.is_dumb_terminal:
        raise UsageError(
            "--step fills the screen, and this terminal (TERM=dumb) cannot: leave it out"
        )


def of_shown(shown: Finding) -> Playback:
    """A run that does what its file says."""
    run, steps = shown.saved, counted(len(shown.saved.steps), "step")
    if shown.is_witness:
        does, style, ends = "reaches", "bold green", f"FOUND: {shown.ending}."
        says = f"{run.property} is reached after {steps}"
    else:
        does, style, ends = "violates", "bold red", f"VIOLATED: {shown.ending}."
        says = f"{run.property} is false after {steps}: {run.why}"
    return Playback(
        _title(shown.setup, f"a run that {does} {run.property}"),
        shown.timeline,
        shown.notes,
        Header(shown.setup),
        Paragraph(ends, style),
        Paragraph(f"{_name(shown.setup)}: {says}.", style),
        Explained(shown.explanation, run.spec) if shown.explanation.says_anything else None,
    )


def of_part(setup: Setup, walked: Replay) -> Playback:
    """As far as a run could be walked that does not do what its file says."""
    says = Paragraph(f"The run does not do what its file says: {walked.mismatch}", "bold red")
    timeline = timeline_of(setup.model, walked.trace)
    return Playback(
        _title(setup, "a run that is not as saved"),
        timeline,
        notes(first_divergences(setup, walked.trace, timeline)),
        Header(setup),
        says,
        says,
    )


def _name(setup: Setup) -> str:
    """`paxos, votes-in-any-ballot`."""
    names = [setup.spec.name, *([setup.bug.name] if setup.bug is not None else [])]
    return ", ".join(names)


def _title(setup: Setup, what: str) -> tuple[str, ...]:
    name = _name(setup)
    return f"{name}: {what}", name, setup.spec.name


def moved(run: Playback, at: int, key: str) -> int:
    """Where a key leads from a step."""
    if key in ON:
        return min(at + 1, run.last)
    if key in BACK:
        return max(at - 1, 0)
    if key in FIRST | LAST:
        return 0 if key in FIRST else run.last
    if key == DIFFERENCE:
        return min((number for number in run.notes if number > at), default=at)
    return at


def step_through(console: Console, run: Playback) -> None:
    """Until it is left, when one line stays behind."""
    with keyboard() as typed, console.screen(), suppress(KeyboardInterrupt, EOFError):
        _follow(console, run, typed)
    console.print(run.says)


def _follow(console: Console, run: Playback, typed: Callable[[], list[str]]) -> None:
    at, drawn = 0, None
    while True:
        if drawn != (at, console.size):
            drawn = at, console.size
            _fill(console, Screenful(run, at))
        for key in typed():
            if key in LEAVE:
                return
            at = moved(run, at, key)


def _fill(console: Console, screenful: Screenful) -> None:
    """All at once, so that nothing flickers."""
    with console:
        console.control(Control.home())
        console.print(Screen(screenful), end="")
