"""`pcheck replay --step`: a run that is walked with the keys, forwards and back."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress

from rich.console import Console
from rich.control import Control
from rich.screen import Screen

from pcheck.errors import UsageError
from pcheck.loading.setup import Question
from pcheck.play.keys import keyboard
from pcheck.play.screen import Playback, Screenful
from pcheck.render.text.explanation import Explained
from pcheck.render.text.paragraphs import Paragraph
from pcheck.render.text.report import Header
from pcheck.text import counted
from pcheck.traces.divergence import first_differences, notes
from pcheck.traces.finding import Shown
from pcheck.traces.replay import Replay
from pcheck.traces.timeline import tell

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


def of_shown(shown: Shown) -> Playback:
    """A run that does what its file says."""
    run, steps = shown.run, counted(len(shown.run.steps), "step")
    if shown.good:
        does, style, ends = "reaches", "bold green", f"FOUND: {shown.ends}."
        says = f"{run.property} is reached after {steps}"
    else:
        does, style, ends = "violates", "bold red", f"VIOLATED: {shown.ends}."
        says = f"{run.property} is false after {steps}: {run.why}"
    return Playback(
        _title(shown.question, f"a run that {does} {run.property}"),
        shown.story,
        shown.notes,
        Header(shown.question),
        Paragraph(ends, style),
        Paragraph(f"{_name(shown.question)}: {says}.", style),
        Explained(shown.explanation, run.spec) if shown.explanation.says_anything else None,
    )


def of_part(question: Question, walked: Replay) -> Playback:
    """As far as a run could be walked that does not do what its file says."""
    says = Paragraph(f"The run does not do what its file says: {walked.differs}", "bold red")
    story = tell(question.model, walked.path)
    return Playback(
        _title(question, "a run that is not as saved"),
        story,
        notes(first_differences(question, walked.path, story)),
        Header(question),
        says,
        says,
    )


def _name(question: Question) -> str:
    """`paxos, votes-in-any-ballot`."""
    names = [question.spec.name, *([question.bug.name] if question.bug is not None else [])]
    return ", ".join(names)


def _title(question: Question, what: str) -> tuple[str, ...]:
    name = _name(question)
    return f"{name}: {what}", name, question.spec.name


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
