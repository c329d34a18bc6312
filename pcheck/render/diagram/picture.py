"""A run as a picture: a space-time diagram in SVG that needs nothing but itself.

The grid and the arrows say where everything is, and this module writes it down. All that belongs to
one step, one message or one milestone is in a group of its own, by which a page finds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import atan2, degrees

from pcheck.language.printing import listed, show
from pcheck.render.diagram.arrows import Arrow, Arrows, Label, Tip
from pcheck.render.diagram.grid import GAP, HEAD, MARGIN, NUMBER, Band, Banner, Grid
from pcheck.render.diagram.labels import LINE, TextLine, Words, set_in
from pcheck.render.diagram.legend import MARK, Entry, legend
from pcheck.render.diagram.marks import box, curve, escaped, sign, through, words
from pcheck.render.diagram.style import DIAGRAM_STYLE, KINDS, NAME
from pcheck.render.svg.elements import CLOSING, group, opening, short, tag
from pcheck.render.svg.measure import width
from pcheck.render.svg.points import Point
from pcheck.semantics.node import StepKind
from pcheck.text import printable
from pcheck.traces.finding import Finding
from pcheck.traces.timeline import Flight

RIM = 6.5  # of an event
HEAD_LONG, HEAD_WIDE, LOW = 9.0, 3.8, 4.0  # of an arrow; of letters below their middle


def diagram_svg(shown: Finding) -> str:
    """Return a diagram as a document of its own, with a heading."""
    setup, bug = shown.setup, shown.setup.bug
    about = f"{setup.spec.name}: {setup.spec.summary}".rstrip(": ")
    if bug is not None:
        about = f"{setup.spec.name}, with the mistake {bug.name}: {bug.summary}"
    heading = Words(shown.title, "heading"), Words(about, "about")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{_written(_Picture(shown, heading))}'


def figure(shown: Finding) -> str:
    """Return a diagram without the heading, for a page that has a heading of its own."""
    return _written(_Picture(shown))


def _written(picture: _Picture) -> str:
    return "\n".join(picture.lines()) + "\n"


class _Picture:
    def __init__(self, shown: Finding, heading: Sequence[Words] = ()) -> None:
        self.shown, self.grid = shown, Grid(shown.timeline, shown.notes, heading)
        self.below = self.grid.bottom + (HEAD + 2 * GAP if self.grid.tall else GAP)
        room = self.grid.width - 2 * MARGIN
        begin = Point(MARGIN + GAP, self.below + 19)
        self.end = set_in([Words(shown.ending, "ends")], begin, room - 2 * GAP)
        ended = self.below + LINE * len(self.end) + 12
        self.legend = legend(shown, self.grid, ended + MARGIN)
        self.height = max([ended, *(each.at.y for each in self.legend)]) + MARGIN
        kinds = (type(flight.message).__name__ for flight in shown.timeline.flights)
        self.kinds = {name: nth % KINDS for nth, name in enumerate(dict.fromkeys(kinds))}

    def lines(self) -> Iterator[str]:
        """Yield the elements from the rearmost to the foremost."""
        grid = self.grid
        yield opening(grid.width, self.height, "pc-run", "pc-title pc-desc")
        yield tag("title", escaped(self.shown.title), id="pc-title")
        yield tag("desc", escaped(self._description()), id="pc-desc")
        yield tag("style", DIAGRAM_STYLE, type="text/css")
        yield tag("rect", class_="pc-page", width=grid.width, height=self.height)
        yield from map(_line, grid.heading)
        yield from map(self._background, grid.bands)
        yield from map(self._milestone, grid.banners)
        yield from self._lanes()
        for flight, ways in Arrows(grid).of.items():
            yield self._flight(flight, ways)
        yield from map(self._step, grid.bands)
        yield self._ending()
        yield from map(_entry, self.legend)
        yield CLOSING

    def _description(self) -> str:
        setup, lanes = self.shown.setup, ", ".join(self.grid.x)
        what = f"A run of {setup.spec.name}: a lane for each of {lanes}, time going down."
        mistake = f" The mistake: {setup.bug.summary}" if setup.bug is not None else ""
        return f"{what}{mistake} At its end {self.shown.ending}."

    def _background(self, band: Band) -> str:
        number = band.event.number
        extra = " pc-wrong" if number in self.shown.notes else " pc-even" if number % 2 == 0 else ""
        return self._across(band.top, band.bottom, f"pc-band{extra}")

    def _milestone(self, banner: Banner) -> str:
        return group(
            "pc-milestone",
            [self._across(banner.top, banner.bottom), *map(_line, banner.lines)],
            step=banner.number,
        )

    def _lanes(self) -> Iterator[str]:
        grid = self.grid
        for lane, x in grid.x.items():
            for y1, y2, down in grid.stretches(lane):
                extra = " pc-down" if down else ""
                piece = through(Point(x, y1), Point(x, y2))
                yield tag("path", class_=f"pc-lane{extra}", d=piece)
        for top in (grid.names_at, *([grid.bottom + GAP] if grid.tall else [])):
            for lane, x in grid.x.items():
                name = grid.names[lane]
                wide = max(width(name, NAME, bold=True) + 16, 40)
                full = tag("title", escaped(lane)) if name != printable(lane) else ""
                around = box(Point(x - wide / 2, top), wide, HEAD, corner=5)
                yield group("pc-name", [full, around, words(name, Point(x, top + 18))])

    def _flight(self, flight: Flight, ways: Iterable[Arrow]) -> str:
        under_way = flight.end is None and self.shown.timeline.losing_is_a_step
        lost = flight.lost is not None or (flight.end is None and not under_way)
        what = f"pc-flight pc-kind{self.kinds[type(flight.message).__name__]}"
        told = tag("title", escaped(_told(flight, under_way=under_way)))
        return group(
            what + (" pc-lost" if lost else " pc-under-way" if under_way else ""),
            [told, *(mark for way in ways for mark in _way(way))],
            sent=flight.sent,
            end=flight.end,
        )

    def _step(self, band: Band) -> str:
        event, grid = band.event, self.grid
        also = [sign("also", Point(grid.x[lane], band.y)) for lane in grid.others(event)]
        before_words = Point(grid.column + NUMBER - 8, band.y + 4)
        return group(
            "pc-step pc-refused" if event.number in self.shown.notes else "pc-step",
            [
                *also,
                *self._mark(band),
                words(str(event.number), before_words, "pc-number"),
                *map(_line, band.lines),
            ],
            step=event.number,
        )

    def _mark(self, band: Band) -> Iterator[str]:
        """Yield the mark of a step on the lane of its node; a loss is marked on its arrow."""
        does, x = band.event.kind, self.grid.x.get(band.event.node)
        if x is not None and does is not StepKind.LOSE:
            kind = {StepKind.CRASH: "crash", StepKind.RESTART: "up"}.get(does, "dot")
            yield sign(kind, Point(x, band.y))

    def _ending(self) -> str:
        high = LINE * len(self.end) + 12
        wide = self.grid.width - 2 * MARGIN
        around = box(Point(MARGIN, self.below), wide, high, corner=5)
        what = "pc-end pc-good" if self.shown.is_witness else "pc-end"
        return group(what, [around, *map(_line, self.end)])

    def _across(self, top: float, bottom: float, kind: str | None = None) -> str:
        return box(Point(MARGIN / 2, top), self.grid.width - MARGIN, bottom - top, kind)


def _told(flight: Flight, *, under_way: bool) -> str:
    """Return all that is known of a message, for a reader who points at it."""
    told = [f"{show(flight.message)} from {flight.src} to {flight.dst}: sent in step {flight.sent}"]
    if flight.delivered:
        told.append(f"delivered in step {listed(flight.delivered)}")
    if flight.lost is not None:
        told.append(f"lost in step {flight.lost}")
    if flight.end is None:
        told.append("still on its way at the end" if under_way else "lost")
    return ", ".join(told)


def _way(way: Arrow) -> Iterator[str]:
    (x2, y2), (dx, dy) = way.end, way.direction
    path = curve(way.start, way.end, way.bulge) if way.bulge else through(way.start, way.end)
    yield tag("path", class_="pc-way", d=path)
    if way.tip is Tip.HEAD:
        x, y = x2 - dx * RIM, y2 - dy * RIM
        wings = [
            Point(x - dx * HEAD_LONG - dy * aside, y - dy * HEAD_LONG + dx * aside)
            for aside in (HEAD_WIDE, -HEAD_WIDE)
        ]
        yield tag("path", class_="pc-head", d=f"{through(Point(x, y), *wings)}z")
    elif way.tip is Tip.LOST:
        yield sign("cross", way.end)
    if way.label is not None:
        yield _word(way.label)


def _word(label: Label) -> str:
    """Return the label of an arrow; its letters are above a line, their middle on its place."""
    (x1, y1), (x2, y2) = label.place
    if y1 == y2:
        return words(label.text, Point(x1, y1 + LOW), "pc-word")
    angle = degrees(atan2(y2 - y1, x2 - x1))
    turned = f"translate({short(x1)} {short(y1)}) rotate({short(angle)})"
    return tag("text", escaped(label.text), class_="pc-word", transform=turned, y=str(LOW))


def _line(line: TextLine) -> str:
    return words(line.text, line.at, f"pc-{line.kind}")


def _entry(entry: Entry) -> str:
    """Return a mark as it is in the picture, or a piece of a band or of a line, and its meaning."""
    at = entry.at
    if entry.mark in ("wrong", "true"):
        mark = box(at.to(0, -6), MARK - 7, 12, f"pc-band pc-{entry.mark}")
    elif entry.mark == "under-way":
        piece = tag("path", class_="pc-way", d=through(at, at.to(15, 0)))
        mark = group("pc-under-way", [piece])
    else:
        mark = sign(entry.mark, at.to(7, 0))
    return group("pc-legend", [mark, words(entry.words, at.to(MARK, LOW))])
