"""A run as a picture: a space-time diagram in SVG that needs nothing but itself.

Where something stands is for `diagram` to say. Here it is written down: what belongs to a step, a
message or a milestone stands in an element of its own that says so, for a page that lets one walk
through the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import atan2, degrees
from xml.sax.saxutils import escape

from pcheck.language.printing import listed, show
from pcheck.render.diagram.arrows import Arrow, Arrows, Label, Tip
from pcheck.render.diagram.grid import GAP, HEAD, MARGIN, NUMBER, Band, Banner, Grid
from pcheck.render.diagram.labels import LINE, Line, Words, set_in
from pcheck.render.diagram.legend import MARK, Entry, legend
from pcheck.render.diagram.markup import (
    curve,
    escaped,
    frame,
    group,
    short,
    sign,
    through,
)
from pcheck.render.diagram.measure import NAME, width
from pcheck.render.diagram.style import KINDS, STYLE
from pcheck.semantics.node import Does
from pcheck.text import printable
from pcheck.traces.finding import Shown
from pcheck.traces.timeline import Flight

RIM = 6.5  # of an event
HEAD_LONG, HEAD_WIDE, LOW = 9.0, 3.8, 4.0  # of an arrow; of letters below their middle


def svg(shown: Shown) -> str:
    """A document of its own, with a heading that says what it is."""
    question, bug = shown.question, shown.question.bug
    about = f"{question.spec.name}: {question.spec.summary}".rstrip(": ")
    if bug is not None:
        about = f"{question.spec.name}, with the mistake {bug.name}: {bug.summary}"
    heading = Words(shown.title, "heading"), Words(about, "about")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{_written(Drawing(shown, heading))}'


def figure(shown: Shown) -> str:
    """The same without the heading, for a page that has its own."""
    return _written(Drawing(shown))


def _written(drawing: Drawing) -> str:
    return "\n".join(drawing.lines()) + "\n"


class Drawing:
    def __init__(self, shown: Shown, heading: Sequence[Words] = ()) -> None:
        self.shown, self.grid = shown, Grid(shown.story, shown.notes, heading)
        self.below = self.grid.bottom + (HEAD + 2 * GAP if self.grid.tall else GAP)
        room = self.grid.width - 2 * MARGIN
        words = [Words(shown.ends, "ends")]
        self.end = set_in(words, MARGIN + GAP, self.below + 19, room - 2 * GAP)
        ended = self.below + LINE * len(self.end) + 12
        self.legend = legend(shown, self.grid, ended + MARGIN)
        self.height = max([ended, *(each.y for each in self.legend)]) + MARGIN
        kinds = (type(flight.message).__name__ for flight in shown.story.flights)
        self.kinds = {name: nth % KINDS for nth, name in enumerate(dict.fromkeys(kinds))}

    def lines(self) -> Iterator[str]:
        """From what lies behind to what lies in front."""
        grid = self.grid
        size = f'width="{short(grid.width)}" height="{short(self.height)}"'
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="pc-run" {size} '
            f'viewBox="0 0 {short(grid.width)} {short(self.height)}" role="img" '
            'aria-labelledby="pc-title pc-desc">'
        )
        yield f'<title id="pc-title">{escaped(self.shown.title)}</title>'
        yield f'<desc id="pc-desc">{escaped(self._description())}</desc>'
        yield f'<style type="text/css">{STYLE}</style>'
        yield f'<rect class="pc-page" {size}/>'
        yield from map(_line, grid.heading)
        yield from map(self._background, grid.bands)
        yield from map(self._milestone, grid.banners)
        yield from self._lanes()
        for flight, ways in Arrows(grid).of.items():
            yield self._flight(flight, ways)
        yield from map(self._step, grid.bands)
        yield self._ending()
        yield from map(_entry, self.legend)
        yield "</svg>"

    def _description(self) -> str:
        question, lanes = self.shown.question, ", ".join(self.grid.x)
        what = f"A run of {question.spec.name}: a lane for each of {lanes}, time going down."
        mistake = f" The mistake: {question.bug.summary}" if question.bug is not None else ""
        return f"{what}{mistake} At its end {self.shown.ends}."

    def _background(self, band: Band) -> str:
        number = band.moment.number
        extra = " pc-wrong" if number in self.shown.notes else " pc-even" if number % 2 == 0 else ""
        return f'<rect class="pc-band{extra}" {self._across(band.top, band.bottom)}/>'

    def _milestone(self, banner: Banner) -> str:
        return group(
            "pc-milestone",
            [f"<rect {self._across(banner.top, banner.bottom)}/>", *map(_line, banner.lines)],
            step=banner.number,
        )

    def _lanes(self) -> Iterator[str]:
        grid = self.grid
        for lane, x in grid.x.items():
            for y1, y2, down in grid.stretches(lane):
                extra = " pc-down" if down else ""
                yield f'<path class="pc-lane{extra}" d="{through((x, y1), (x, y2))}"/>'
        for top in (grid.names_at, *([grid.bottom + GAP] if grid.tall else [])):
            for lane, x in grid.x.items():
                name = grid.names[lane]
                wide = max(width(name, NAME, bold=True) + 16, 40)
                box = frame(x - wide / 2, top, wide, HEAD)
                full = f"<title>{escaped(lane)}</title>" if name != printable(lane) else ""
                text = f'<text x="{short(x)}" y="{short(top + 18)}">{escape(name)}</text>'
                yield group("pc-name", [full, f'<rect {box} rx="5"/>', text])

    def _flight(self, flight: Flight, ways: Iterable[Arrow]) -> str:
        under_way = flight.end is None and self.shown.story.losing_is_a_step
        lost = flight.lost is not None or (flight.end is None and not under_way)
        what = f"pc-flight pc-kind{self.kinds[type(flight.message).__name__]}"
        told = f"<title>{escaped(_told(flight, under_way=under_way))}</title>"
        return group(
            what + (" pc-lost" if lost else " pc-under-way" if under_way else ""),
            [told, *(mark for way in ways for mark in _way(way))],
            sent=flight.sent,
            end=flight.end,
        )

    def _step(self, band: Band) -> str:
        moment, grid = band.moment, self.grid
        also = [sign("also", (grid.x[lane], band.y)) for lane in grid.others(moment)]
        number = f'x="{short(grid.column + NUMBER - 8)}" y="{short(band.y + 4)}">{moment.number}'
        return group(
            "pc-step pc-refused" if moment.number in self.shown.notes else "pc-step",
            [
                *also,
                *self._mark(band),
                f'<text class="pc-number" {number}</text>',
                *map(_line, band.lines),
            ],
            step=moment.number,
        )

    def _mark(self, band: Band) -> Iterator[str]:
        """Of what happens, on the lane of the node that does it; a loss is marked on its arrow."""
        does, x = band.moment.does, self.grid.x.get(band.moment.node)
        if x is not None and does is not Does.LOSE:
            yield sign({Does.CRASH: "crash", Does.RESTART: "up"}.get(does, "dot"), (x, band.y))

    def _ending(self) -> str:
        high = LINE * len(self.end) + 12
        box = frame(MARGIN, self.below, self.grid.width - 2 * MARGIN, high)
        what = "pc-end pc-good" if self.shown.good else "pc-end"
        return group(what, [f'<rect {box} rx="5"/>', *map(_line, self.end)])

    def _across(self, top: float, bottom: float) -> str:
        return frame(MARGIN / 2, top, self.grid.width - MARGIN, bottom - top)


def _told(flight: Flight, *, under_way: bool) -> str:
    """All of a message, for who points at it."""
    told = [f"{show(flight.message)} from {flight.src} to {flight.dst}: sent in step {flight.sent}"]
    if flight.delivered:
        told.append(f"delivered in step {listed(flight.delivered)}")
    if flight.lost is not None:
        told.append(f"lost in step {flight.lost}")
    if flight.end is None:
        told.append("still on its way at the end" if under_way else "lost")
    return ", ".join(told)


def _way(way: Arrow) -> Iterator[str]:
    (x2, y2), (dx, dy) = way.end, way.towards
    path = curve(way.start, way.end, way.bulge) if way.bulge else through(way.start, way.end)
    yield f'<path class="pc-way" d="{path}"/>'
    if way.tip is Tip.HEAD:
        x, y = x2 - dx * RIM, y2 - dy * RIM
        wings = [
            (x - dx * HEAD_LONG - dy * aside, y - dy * HEAD_LONG + dx * aside)
            for aside in (HEAD_WIDE, -HEAD_WIDE)
        ]
        yield f'<path class="pc-head" d="{through((x, y), *wings)}z"/>'
    elif way.tip is Tip.LOST:
        yield sign("cross", way.end)
    if way.label is not None:
        yield _word(way.label)


def _word(label: Label) -> str:
    """Letters stand on a line, which is below the middle of them."""
    (x1, y1), (x2, y2) = label.place
    text = escape(label.text)
    if y1 == y2:
        return f'<text class="pc-word" x="{short(x1)}" y="{short(y1 + LOW)}">{text}</text>'
    angle = degrees(atan2(y2 - y1, x2 - x1))
    turned = f'transform="translate({short(x1)} {short(y1)}) rotate({short(angle)})"'
    return f'<text class="pc-word" {turned} y="{LOW}">{text}</text>'


def _line(line: Line) -> str:
    at = f'x="{short(line.x)}" y="{short(line.y)}"'
    return f'<text class="pc-{line.kind}" {at}>{escape(line.words)}</text>'


def _entry(entry: Entry) -> str:
    """A mark as it is in the picture, or a piece of a band or of a line."""
    x, y = entry.x, entry.y
    if entry.mark in ("wrong", "true"):
        mark = f'<rect class="pc-band pc-{entry.mark}" {frame(x, y - 6, MARK - 7, 12)}/>'
    elif entry.mark == "under-way":
        mark = group("pc-under-way", [f'<path class="pc-way" d="{through((x, y), (x + 15, y))}"/>'])
    else:
        mark = sign(entry.mark, (x + 7, y))
    text = f'<text x="{short(x + MARK)}" y="{short(y + LOW)}">{escape(entry.words)}</text>'
    return group("pc-legend", [mark, text])
