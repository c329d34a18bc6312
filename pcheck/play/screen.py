"""One step of a run on a screen of any size: the drawing as far as it goes, and what is so now.

On a small screen what was is left out first, then the nodes to which nothing happened; the step
itself is left out last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.text import Text

from pcheck.render.text.paragraphs import Paragraph
from pcheck.render.text.snapshot import Mail, Nodes
from pcheck.render.text.trace import TraceText
from pcheck.traces.timeline import Timeline

Lines = list[list[Segment]]
Draws = Callable[..., Lines]
LEAST_WIDTH = 16  # on a smaller screen one sees a part of that
LEAST_WHY = 3  # lines, of which the last says that there are more


@dataclass(frozen=True)
class Playback:
    """A run to be played, and what there is to say before its first step and after its last."""

    title: tuple[str, ...]  # the longest first, for where there is room
    timeline: Timeline
    notes: Mapping[int, str]
    before: RenderableType
    ends: Paragraph
    says: Paragraph  # the same of the whole run, for who has left it
    why: RenderableType | None = None

    @property
    def last(self) -> int:
        return len(self.timeline.events)


class Screenful:
    """A run after some of its steps; 0 is before the first."""

    def __init__(self, run: Playback, at: int) -> None:
        self.run, self.at = run, at

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        height = options.height or options.size.height
        inner = options.reset_height().update(max_width=max(options.max_width, LEAST_WIDTH))

        def draw(*parts: RenderableType) -> Lines:
            return [row for part in parts for row in console.render_lines(part, inner, pad=False)]

        top, keys = draw(self._title(options)), draw(self._keys(options))
        room = height - len(top) - len(keys)
        if room < 2:  # no more than the name of the step
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

    # -- above: the drawing --------------------------------------------------------------------

    def _title(self, options: ConsoleOptions) -> Text:
        where = f"step {self.at} of {self.run.last}"
        width = options.max_width
        fits = (each for each in self.run.title if len(each) + 2 + len(where) <= width)
        what = next(fits, "")
        return Text(f"{what}{where:>{max(width - len(what), 0)}}", "bold", no_wrap=True)

    def _diagram(self, draw: Draws) -> tuple[Lines, Lines, int]:
        """The names above the lanes, the rows below, and how many of these are the last step's.

        Drawn up to an earlier step, it begins with the same rows.
        """
        if self.at == 0:
            return draw(self.run.before), [], 0
        timeline, notes = self.run.timeline, self.run.notes
        names, before, now = (
            draw(TraceText(timeline, notes, upto)) for upto in (0, self.at - 1, self.at)
        )
        return names, now[len(names) :], len(now) - len(before)

    # -- below: what is so now -----------------------------------------------------------------

    def _below(self, draw: Draws, options: ConsoleOptions, room: int, past: int) -> Iterator[Lines]:
        """From all that there is to say to nothing; `past` rows would be drawn, were there room."""
        timeline, at = self.run.timeline, self.at
        rule, nodes = draw(self._rule(options)), draw(Nodes(timeline, at))
        changed = draw(Nodes(timeline, at, changed_only=True))
        if at < self.run.last:
            for most in (4, 1):
                yield [*rule, *draw(Mail(timeline, at, most)), *nodes]
            yield [*rule, *nodes]
            yield [*rule, *changed]
        else:
            ends = draw(self.run.ends)
            rest = room - len(ends) - len(rule) - len(nodes) - 2
            why = self._why(draw, max(2 * rest // 3, rest - past))
            yield [[], *ends, [], *why, *rule, *nodes]
            yield [*ends, *rule, *nodes]
            yield [*ends, *rule, *changed]
            yield ends

    def _why(self, draw: Draws, room: int) -> Lines:
        """As much of it as there is room for."""
        lines = draw(self.run.why) if self.run.why is not None else []
        if len(lines) <= room:
            return lines
        if room < LEAST_WHY:
            return []
        return lines[: room - 1] + draw(Text("... (replay without --step shows all)", "dim"))

    def _rule(self, options: ConsoleOptions) -> Text:
        line = "-" if options.ascii_only else "─"
        where = f"after step {self.at}" if self.at else "at the start"
        return Text(f"{line * 2} {where} ".ljust(options.max_width, line), "dim", no_wrap=True)

    def _keys(self, options: ConsoleOptions) -> Text:
        """In the longest words that fit."""
        on, back = ("n", "p") if options.ascii_only else ("→", "←")
        move, ends, leave = f"{on} next  {back} back", "Home first  End last", "q quit"
        ways = ["d to where the correct one differs", "d differs"] if self.run.notes else []
        worded = [*([move, way, ends, leave] for way in ways), [move, ends, leave]]
        worded += [*([move, way, leave] for way in ways[1:]), [move, leave], [leave]]
        lines = ["  ".join(words) for words in worded]
        fits = (line for line in lines if len(line) <= options.max_width)
        return Text(next(fits, leave), "dim", no_wrap=True)
