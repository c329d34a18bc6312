"""A trace that is built by hand, as text: the steps so far, what they violate, what is possible."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, RenderResult

from pcheck.render.text.paragraphs import Paragraph, Rows
from pcheck.render.text.snapshot import NodeFields
from pcheck.render.text.trace import TraceText
from pcheck.semantics.start import GIVEN_START
from pcheck.text import counted, printable
from pcheck.traces.stepping import Stepping, Violation


class SteppingText:
    """The trace so far, the state of each node, what is violated, and the possible steps."""

    def __init__(self, stepping: Stepping) -> None:
        self.stepping = stepping

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        stepping = self.stepping
        taken, steps = len(stepping.labels), stepping.steps
        if taken:
            yield TraceText(stepping.timeline, {})
            yield ""
        yield NodeFields(stepping.timeline, taken)
        yield ""
        for verdict in verdicts(stepping):
            yield verdict
            yield ""
        yield Paragraph(
            f"{counted(len(steps), 'possible step')}:" if steps else "No step is possible."
        )
        if steps:
            yield Rows([((printable(step.label), ""),) for step in steps])


def verdicts(stepping: Stepping) -> Iterator[Paragraph]:
    """Yield a sentence about each violation, and one about the goal if it is reached."""
    after = ending(stepping)
    for violation in stepping.violations:
        yield Paragraph(f"{sentence(violation).removesuffix('.')}{after}", "bold red")
    if stepping.goal is not None and stepping.is_at_goal:
        yield Paragraph(f"FOUND: {stepping.goal.name} is reached{after}", "bold green")


def ending(stepping: Stepping) -> str:
    """Return the end of a sentence about a trace: a full stop, after the words of a given start."""
    return f"; {GIVEN_START}." if stepping.setup.start else "."


def sentence(violation: Violation) -> str:
    """Return a sentence about a violation: `VIOLATED: agreement is false after step 9: ...`."""
    when = f"after step {violation.step}" if violation.step else "in the initial state"
    return f"VIOLATED: {violation.name} is false {when}: {violation.why}."
