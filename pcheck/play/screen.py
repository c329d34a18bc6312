"""One step of a trace on a screen of any size: the trace up to the step, and the current state.

A small screen omits earlier steps first, then the nodes that did not change, and the step itself
last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.text import Text

from pcheck.loading.setup import Setup
from pcheck.play.full_screen import Draw, Lines, line_of_keys, rule
from pcheck.render.text.paragraphs import Paragraph
from pcheck.render.text.snapshot import InFlight, NodeFields
from pcheck.render.text.trace import TraceText
from pcheck.traces.timeline import Timeline

MIN_WIDTH = 16  # columns; a narrower screen shows the left part of these
MIN_EXPLANATION = 3  # lines; the last line says that the explanation continues


@dataclass(frozen=True)
class Playback:
    """A trace to step through, with the texts before its first step and after its last step."""

    titles: tuple[str, ...]  # the longest first; the screen shows the first title that fits
    timeline: Timeline
    notes: Mapping[int, str]  # by step: how the correct protocol differs
    introduction: RenderableType
    outcome: Paragraph
    farewell: Paragraph  # the outcome of the whole trace, printed after the stepper is closed
    explanation: RenderableType | None = None

    @property
    def last(self) -> int:
        """The number of the last step."""
        return len(self.timeline.events)


class Screenful:
    """The screen after `step` steps of a trace; step 0 is the initial state."""

    def __init__(self, playback: Playback, step: int) -> None:
        self.playback, self.step = playback, step

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        height = options.height or options.size.height
        inner = options.reset_height().update(max_width=max(options.max_width, MIN_WIDTH))

        def draw(*parts: RenderableType) -> Lines:
            return [row for part in parts for row in console.render_lines(part, inner, pad=False)]

        top, keys = draw(self._title(options)), draw(self._keys(options))
        room = height - len(top) - len(keys)
        if room < 2:  # only the label of the step fits
            keys, room = [], height - len(top)
        names, rows, latest = self._diagram(draw)
        needed = min(len(names) + latest, room) if rows else 0
        parts = (each for each in self._below(draw, options, room - needed, len(rows) - latest))
        below = next((each for each in parts if len(each) + needed <= room), [])
        room -= len(below)
        if len(names) + latest > room:
            names = names[:room] if not rows else []
        past = max(latest, room - len(names))
        above = [*names, *rows[-past:]][:room]
        for row in (*top, *above, *[[]] * (room - len(above)), *below, *keys):
            yield from Segment.adjust_line_length(row, options.max_width, pad=False)
            yield Segment.line()

    # -- above: the trace ----------------------------------------------------------------------

    def _title(self, options: ConsoleOptions) -> Text:
        position = f"step {self.step} of {self.playback.last}"
        width = options.max_width
        fitting = (each for each in self.playback.titles if len(each) + 2 + len(position) <= width)
        title = next(fitting, "")
        return Text(f"{title}{position:>{max(width - len(title), 0)}}", "bold", no_wrap=True)

    def _diagram(self, draw: Draw) -> tuple[Lines, Lines, int]:
        """Return the names above the lanes, the rows, and the number of rows of the last step.

        The diagram up to an earlier step begins with the same rows.
        """
        if self.step == 0:
            return draw(self.playback.introduction), [], 0
        timeline, notes = self.playback.timeline, self.playback.notes
        names, before, now = (
            draw(TraceText(timeline, notes, upto)) for upto in (0, self.step - 1, self.step)
        )
        return names, now[len(names) :], len(now) - len(before)

    # -- below: the current state --------------------------------------------------------------

    def _below(self, draw: Draw, options: ConsoleOptions, room: int, past: int) -> Iterator[Lines]:
        """Yield the texts about the current state, from the longest to the shortest.

        `past` is the number of rows of earlier steps, which are drawn where room is left.
        """
        timeline, step = self.playback.timeline, self.step
        line = draw(rule(options, f"after step {step}" if step else "initial state"))
        nodes = draw(NodeFields(timeline, step))
        changed = draw(NodeFields(timeline, step, changed_only=True))
        if step < self.playback.last:
            for max_messages in (4, 1):
                yield [*line, *draw(InFlight(timeline, step, max_messages)), *nodes]
            yield [*line, *nodes]
            yield [*line, *changed]
        else:
            outcome = draw(self.playback.outcome)
            free = room - len(outcome) - len(line) - len(nodes) - 2
            explanation = self._explanation(draw, max(2 * free // 3, free - past))
            yield [[], *outcome, [], *explanation, *line, *nodes]
            yield [*outcome, *line, *nodes]
            yield [*outcome, *line, *changed]
            yield outcome

    def _explanation(self, draw: Draw, room: int) -> Lines:
        """Return the lines of the explanation that fit into `room` lines."""
        explanation = self.playback.explanation
        lines = draw(explanation) if explanation is not None else []
        if len(lines) <= room:
            return lines
        if room < MIN_EXPLANATION:
            return []
        return lines[: room - 1] + draw(Text("... (replay without --step to see all)", "dim"))

    def _keys(self, options: ConsoleOptions) -> Text:
        """Return the line of keys, in the longest wording that fits."""
        on, back = ("n", "p") if options.ascii_only else ("→", "←")
        move, ends, leave = f"{on} next  {back} back", "Home first  End last", "q quit"
        notes = self.playback.notes
        ways = ["d next difference from correct", "d difference"] if notes else []
        wordings = [*([move, way, ends, leave] for way in ways), [move, ends, leave]]
        wordings += [*([move, way, leave] for way in ways[1:]), [move, leave], [leave]]
        return line_of_keys(options, ["  ".join(parts) for parts in wordings])


def name_of(setup: Setup) -> str:
    """Return the name of the spec and of the bug: `paxos, votes-in-any-ballot`."""
    names = [setup.spec.name, *([setup.bug.name] if setup.bug is not None else [])]
    return ", ".join(names)
