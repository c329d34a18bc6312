"""The screen of `pcheck play`: the trace so far, the nodes, and the steps to choose from.

Each line of the list is one possible step. If the screen is small, the list scrolls, the diagram
shows only the last steps, the setup before the first step is shortened, and the nodes that did not
change are left out.
"""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import set_cell_size
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.text import Text

from pcheck.play.full_screen import Draw, Lines, line_of_keys, rule
from pcheck.play.screen import name_of
from pcheck.render.text.header import Header
from pcheck.render.text.paragraphs import Paragraph, padded
from pcheck.render.text.snapshot import NodeFields
from pcheck.render.text.stepping import verdicts
from pcheck.render.text.trace import TraceText
from pcheck.text import counted, printable
from pcheck.traces.stepping import PossibleStep, Stepping
from pcheck.traces.timeline import Timeline

MIN_CHOICES = 3  # lines of the list, as long as there is room
CHOSEN = "bold reverse"
KEYS = (
    "{up}{down} choose  Enter take  u undo  r redo  v look ahead  s save  q quit",
    "{up}{down} Enter take  u undo  r redo  v look ahead  s save  q quit",
    "Enter take  u undo  v look ahead  s save  q quit",
    "Enter take  u undo  q quit",
    "q quit",
)


class Message(NamedTuple):
    """A message of the program below the list: an answer, or what was saved."""

    text: str
    style: str = "bold"


class Choices:
    """The screen while the step at `chosen` is marked."""

    def __init__(self, stepping: Stepping, chosen: int, message: Message | None = None) -> None:
        self.stepping, self.chosen, self.message = stepping, chosen, message

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        inner = options.reset_height()

        def draw(*parts: RenderableType) -> Lines:
            return [row for part in parts for row in console.render_lines(part, inner, pad=False)]

        height, width = options.height or options.size.height, options.max_width
        top, keys = draw(self._title(width)), draw(self._keys(options))
        said = draw(*self._said())[: max(height - 5, 0)]
        room = height - len(top) - len(keys) - len(said)
        steps = self.stepping.steps
        shown = min(len(steps), max(room // 3, MIN_CHOICES, room - self._most_above(draw)))
        choices = draw(*self._choices(options, steps, max(min(shown, room - 1), 0)))
        room -= len(choices)
        nodes = self._nodes(draw, options, room)
        above = self._trace(draw, room - len(nodes))
        blank: Lines = [[]] * (room - len(nodes) - len(above))
        for row in [*top, *above, *blank, *nodes, *choices, *said, *keys][:height]:
            yield from Segment.adjust_line_length(row, width, pad=False)
            yield Segment.line()

    def _title(self, width: int) -> Text:
        setup, taken = self.stepping.setup, len(self.stepping.labels)
        after = f"after {counted(taken, 'step')}" if taken else "initial state"
        titles = [name_of(setup), setup.spec.name, ""]
        title = next(each for each in titles if not each or len(each) + len(after) + 2 <= width)
        return Text(f"{title}{after:>{max(width - len(title), 0)}}"[:width], "bold", no_wrap=True)

    def _said(self) -> list[RenderableType]:
        """Return the message, what is violated, and whether the goal is reached."""
        said = [Paragraph(*self.message)] if self.message is not None else []
        return [*said, *verdicts(self.stepping)]

    def _keys(self, options: ConsoleOptions) -> Text:
        """Return the line of keys, in the longest wording that fits."""
        up, down = ("k", "j") if options.ascii_only else ("↑", "↓")
        return line_of_keys(options, [line.format(up=up, down=down) for line in KEYS])

    # -- the list ----------------------------------------------------------------------------------

    def _choices(
        self, options: ConsoleOptions, steps: list[PossibleStep], shown: int
    ) -> list[RenderableType]:
        """Return a rule and `shown` of the possible steps, among them the one that is chosen."""
        if not steps:
            return [rule(options, "no step is possible")]
        has_rule, shown = shown > 0, max(shown, 1)
        first = min(max(self.chosen - shown // 2, 0), len(steps) - shown)
        part = steps[first : first + shown]
        which = f"{first + 1} to {first + shown} of " if 0 < shown < len(steps) else ""
        text = f"{which}{counted(len(steps), 'possible step')}"
        left = max(len(printable(step.node)) for step in steps)
        lines: list[RenderableType] = [rule(options, text)] if has_rule else []
        for at, step in enumerate(part, start=first):
            is_first = at == first or steps[at - 1].node != step.node
            node = padded(printable(step.node) if is_first else "", left)
            mark = ">" if at == self.chosen else " "
            label = printable(step.label)
            line = Text(f"{node} " if left else "", "dim", no_wrap=True)
            line.append(f"{mark} {label}", CHOSEN if at == self.chosen else "")
            if line.cell_len > options.max_width:
                dots = "..." if options.ascii_only else "…"
                line = Text(set_cell_size(line.plain, options.max_width - len(dots)) + dots)
                line.stylize(CHOSEN if at == self.chosen else "")
            lines.append(line)
        return lines

    # -- above the list ----------------------------------------------------------------------------

    def _most_above(self, draw: Draw) -> int:
        """Return how many lines the trace, or a brief setup, and all nodes take."""
        return len(self._traces(draw)[-1]) + len(draw(NodeFields(*self._now))) + 2

    @property
    def _now(self) -> tuple[Timeline, int]:
        return self.stepping.timeline, len(self.stepping.labels)

    def _nodes(self, draw: Draw, options: ConsoleOptions, room: int) -> Lines:
        """Return the fields of the nodes: of all, of those that changed, or nothing."""
        line = draw(rule(options, "nodes"))
        for changed_only in (False, True):
            found = draw(NodeFields(*self._now, changed_only=changed_only))
            if found and len(found) + 1 <= max(room // 2, room - len(self._traces(draw)[-1])):
                return line + found
        return []

    def _traces(self, draw: Draw) -> list[Lines]:
        """Return the trace, or before the first step the setup in fewer and fewer lines."""
        if self.stepping.labels:
            return [draw(TraceText(self.stepping.timeline, {}))]
        header = Header(self.stepping.setup)
        return [draw(each) for each in (header, *header.shorter())]

    def _trace(self, draw: Draw, room: int) -> Lines:
        """Return the names of the nodes above the last rows of the trace."""
        traces = self._traces(draw)
        rows = next((each for each in traces if len(each) <= room), traces[-1])
        if len(rows) <= room or not self.stepping.labels:
            return rows[: max(room, 0)]
        names = draw(TraceText(self.stepping.timeline, {}, 0))
        if room <= len(names):
            return rows[len(rows) - max(room, 0) :]
        return [*names, *rows[len(rows) - room + len(names) :]]
