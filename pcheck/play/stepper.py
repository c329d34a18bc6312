"""The stepper of `pcheck replay --step`: keys move forwards and back through a trace."""

from __future__ import annotations

import sys

from rich.console import Console

from pcheck.errors import UsageError
from pcheck.loading.setup import Setup
from pcheck.play.full_screen import follow_keys
from pcheck.play.screen import Playback, Screenful, name_of
from pcheck.render.text.explanation import Explained
from pcheck.render.text.header import Header
from pcheck.render.text.paragraphs import Paragraph
from pcheck.text import counted
from pcheck.traces.divergence import first_divergences, notes
from pcheck.traces.finding import Finding
from pcheck.traces.replay import Replay
from pcheck.traces.timeline import timeline_of

FORWARD = {"right", "space", "enter", "n"}
BACK = {"left", "backspace", "p"}
FIRST, LAST = {"home", "g"}, {"end", "G"}
NEXT_DIFFERENCE = "d"


def check_a_terminal(what: str) -> None:
    """Raise UsageError, in which `what` needs it, unless there is a terminal for keys."""
    streams, console = (sys.stdin, sys.stdout), Console()
    if not (all(each and each.isatty() for each in streams) and console.is_terminal):
        raise UsageError(f"{what} needs a terminal as standard input and as standard output")
    if console.is_dumb_terminal:
        raise UsageError(f"{what} needs a terminal that can move the cursor, got TERM=dumb")


def playback_of_finding(finding: Finding) -> Playback:
    """Return the playback of a trace that ends as its file records."""
    saved, steps = finding.saved, counted(len(finding.saved.steps), "step")
    if finding.is_violation:
        verb, verdict, style = "violates", "VIOLATED: ", "bold red"
        farewell = f"{saved.property} is false after {steps}: {saved.why}"
    elif finding.is_witness:
        verb, verdict, style = "reaches", "FOUND: ", "bold green"
        farewell = f"{saved.property} is reached after {steps}"
    else:
        verb, verdict, style = "violates", "", "bold green"
        farewell = f"no property is violated after {steps}"
    explanation = finding.explanation
    return Playback(
        _titles(finding.setup, f"a trace that {verb} {saved.property or 'no property'}"),
        finding.timeline,
        finding.notes,
        Header(finding.setup),
        Paragraph(f"{verdict}{finding.ending}.", style),
        Paragraph(f"{name_of(finding.setup)}: {farewell}.", style),
        Explained(explanation, saved.spec) if not explanation.is_empty else None,
    )


def playback_of_failure(setup: Setup, replayed: Replay) -> Playback:
    """Return the playback of a trace up to the step where its replay failed."""
    instead = "" if replayed.instead is None else f". {replayed.instead}"
    outcome = Paragraph(f"Replay failed: {replayed.mismatch}{instead}", "bold red")
    timeline = timeline_of(setup.model, replayed.trace)
    return Playback(
        _titles(setup, "a trace whose replay failed"),
        timeline,
        notes(first_divergences(setup, replayed.trace, timeline)),
        Header(setup),
        outcome,
        outcome,
    )


def _titles(setup: Setup, subject: str) -> tuple[str, ...]:
    """Return titles from the longest to the shortest."""
    name = name_of(setup)
    return f"{name}: {subject}", name, setup.spec.name


def next_position(playback: Playback, step: int, key: str) -> int:
    """Return the step to show after a key is pressed at `step`."""
    if key in FORWARD:
        return min(step + 1, playback.last)
    if key in BACK:
        return max(step - 1, 0)
    if key in FIRST | LAST:
        return 0 if key in FIRST else playback.last
    if key == NEXT_DIFFERENCE:
        return min((number for number in playback.notes if number > step), default=step)
    return step


def step_through(console: Console, playback: Playback) -> None:
    """Show the trace and follow keys until the user quits; then print the outcome."""
    step = 0

    def press(key: str) -> None:
        nonlocal step
        step = next_position(playback, step, key)

    follow_keys(console, lambda: Screenful(playback, step), press)
    console.print(playback.farewell)
