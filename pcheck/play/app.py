"""`pcheck play` on a terminal: keys choose the next step, undo, save, and search ahead."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

from rich.console import Console, RenderableType

from pcheck.errors import PcheckError
from pcheck.files import write_whole
from pcheck.play.choices import Choices, Message
from pcheck.play.full_screen import fill, follow_keys
from pcheck.play.keys import interruptible
from pcheck.render.text.header import Header
from pcheck.render.text.paragraphs import Paragraph
from pcheck.render.text.report import verdict_of
from pcheck.render.text.stepping import ending, verdicts
from pcheck.render.text.trace import TraceText
from pcheck.text import counted, printable
from pcheck.traces.ahead import LIMITS
from pcheck.traces.finding import Finding
from pcheck.traces.stepping import Stepping

UP, DOWN, FIRST, LAST = {"up", "k"}, {"down", "j"}, {"home", "g"}, {"end", "G"}
TAKE, UNDO, REDO = {"enter", "space"}, {"u", "backspace", "left"}, {"r", "right"}
SEARCHING = Message(
    f"Searching ahead, for at most {LIMITS.seconds:g} seconds (40 the first time); Ctrl-C stops.",
    "dim",
)
WARNING = "yellow"
STOPPED = Message("The search was stopped by Ctrl-C.", WARNING)


class App:
    """One run of `pcheck play`, from the first screen until the user quits."""

    def __init__(self, console: Console, stepping: Stepping, file: Path | None) -> None:
        """Without a `file`, the trace is saved under a name that is free."""
        self.console, self.stepping, self.file = console, stepping, file
        self.chosen = 0
        self.message: Message | None = None
        self._saved = ""  # what was said when the trace was saved last

    def run(self) -> None:
        """Follow keys until the user quits; then print the trace and what it violates."""
        self.stepping.check()  # a fault of the spec is printed before the screen is taken
        follow_keys(self.console, self._screen, self.press)
        for part in self._farewell():
            self.console.print(part)

    def _screen(self) -> Choices:
        return Choices(self.stepping, self.chosen, self.message)

    def press(self, key: str) -> None:
        """Do what a key stands for. If that fails, say why, and take back the step it took."""
        taken, self.message = len(self.stepping.labels), None
        try:
            self._obey(key)
            self.stepping.check()
        except PcheckError as error:
            text = str(error)
            if len(self.stepping.labels) > taken:
                label = self.stepping.labels[-1]
                self.stepping.undo()
                self._choose(label)
                text = f"The step was taken back: {text}"
            self.message = Message(text, "bold red")

    def _obey(self, key: str) -> None:
        """Do what a key stands for."""
        steps = self.stepping.steps
        last = max(len(steps) - 1, 0)
        if key in UP | DOWN:
            self.chosen = min(max(self.chosen + (1 if key in DOWN else -1), 0), last)
        elif key in FIRST | LAST:
            self.chosen = 0 if key in FIRST else last
        elif key in TAKE and steps:
            self.stepping.take(steps[self.chosen].label)
            self.chosen = 0
        elif key in UNDO and self.stepping.labels:
            label = self.stepping.labels[-1]
            self.stepping.undo()
            self._choose(label)
        elif key in REDO:
            self.stepping.redo()
            self.chosen = 0
        elif key == "v":
            self._look_ahead()
        elif key == "s":
            self._save()

    def _choose(self, label: str) -> None:
        """Mark the step with this label."""
        labels = [step.label for step in self.stepping.steps]
        self.chosen = labels.index(label) if label in labels else 0

    def _look_ahead(self) -> None:
        """Search from here, and mark the first step of a shortest way to what was found."""
        self.message = SEARCHING
        try:
            with interruptible():
                fill(self.console, self._screen())
                ahead = self.stepping.ahead()
        except KeyboardInterrupt:  # before the search began, or after it ended
            self.message = STOPPED
            return
        text, style = ahead.sentence, "bold"
        if ahead.found is None and ahead.search.stopped is not None:
            style = WARNING
        if ahead.labels:
            self._choose(ahead.labels[0])
            text += " The first of these steps is marked."
        self.message = Message(text, style)

    def _save(self) -> None:
        """Save the trace, at first under a name that is free unless the user named a file."""
        self.file = self.file or _free_name(self.stepping.setup.spec.name)
        write_whole(self.file, self.stepping.saved().text())
        spec = self.stepping.setup.spec
        words = ["pcheck", "replay", str(self.file), *([] if spec.shipped else [str(spec.path)])]
        files = dict.fromkeys(self.stepping.setup.added.origins.values())
        words += [word for file in files if file is not None for word in ("--also", file)]
        steps = counted(len(self.stepping.labels), "step")
        self._saved = f"Saved {steps}; replay with: {printable(shlex.join(words))}"
        self.message = Message(self._saved)

    def _farewell(self) -> Iterator[RenderableType]:
        """Yield the trace, and what it violates at its end."""
        setup = self.stepping.setup
        if not self.stepping.labels:
            return
        failed = None
        notes: Mapping[int, str] = {}
        verdict: list[RenderableType] = []
        try:
            saved = self.stepping.saved()
            finding = Finding.of(setup, saved, self.stepping.trace)
            notes, verdict = finding.notes, [*verdict_of(finding)] if saved.property else []
        except PcheckError as error:
            failed = error  # after the trace, which would be lost otherwise
        yield Header(setup)
        yield ""
        yield TraceText(self.stepping.timeline, notes)
        yield ""
        yield from verdict or self._undecided()
        if self._saved:
            yield Paragraph(self._saved)
        if failed is not None:
            raise failed

    def _undecided(self) -> Iterator[RenderableType]:
        """Yield what is true if the last state neither violates a property nor is the goal."""
        goal = self.stepping.goal
        yield from verdicts(self.stepping)
        if goal is not None:
            yield Paragraph(f"{goal.name} is not reached{ending(self.stepping)}")
        elif not self.stepping.violations:
            yield Paragraph(f"No property is violated{ending(self.stepping)}", "bold green")
        yield ""


def _free_name(name: str) -> Path:
    """Return the first of NAME.json, NAME-2.json, ... that does not exist."""
    number, path = 1, Path(f"{name}.json")
    while path.exists():
        number += 1
        path = Path(f"{name}-{number}.json")
    return path
