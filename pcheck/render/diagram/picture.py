"""A trace as a space-time diagram: an SVG document without references to other files.

The grid and the arrows contain all positions, and this module writes the SVG. Each step, message
and milestone is a group of its own, so that the script of a page can find the group.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import atan2, degrees

from pcheck.language.printing import listed, show
from pcheck.render.diagram.arrows import Arrow, Arrows, Label, Tip, arrows_from_before
from pcheck.render.diagram.grid import (
    GAP,
    MARGIN,
    NAME_HEIGHT,
    NUMBER_WIDTH,
    ON_A_PAGE,
    ON_A_SHEET,
    Band,
    Banner,
    Grid,
    Room,
)
from pcheck.render.diagram.labels import LINE_HEIGHT, StyledText, TextLine, text_lines
from pcheck.render.diagram.legend import MARK_WIDTH, LegendEntry, legend
from pcheck.render.diagram.marks import (
    curved_path,
    escaped,
    mark,
    rectangle,
    straight_path,
    text_line,
)
from pcheck.render.diagram.style import DIAGRAM_STYLE, MESSAGE_COLOURS, NAME_SIZE
from pcheck.render.svg.elements import CLOSING, opening_tag, short_number, svg_group, tag
from pcheck.render.svg.measure import text_width
from pcheck.render.svg.points import Point
from pcheck.semantics.node import StepKind
from pcheck.text import printable
from pcheck.traces.finding import Finding
from pcheck.traces.flights import Flight

PREFIX = "pc"  # of the ids in a diagram
EVENT_RIM = 6.5  # the distance of an arrow's head from the middle of its event
HEAD_LENGTH, HALF_HEAD_WIDTH = 9.0, 3.8  # of an arrow
NAME_RIM = 4.0  # below the names that stay visible on a page
BASELINE = 4.0  # the distance of the baseline of letters from their middle


def diagram_svg(finding: Finding) -> str:
    """Return the diagram of a finding as an SVG document with a heading."""
    setup, bug = finding.setup, finding.setup.bug
    about = f"{setup.spec.name}: {setup.spec.summary}".rstrip(": ")
    if bug is not None:
        about = f"{setup.spec.name}, with the bug {bug.name}: {bug.summary}"
    heading = StyledText(finding.title, "heading"), StyledText(about, "about")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{_written(_Picture(finding, heading))}'


@dataclass(frozen=True)
class Figure:
    """A diagram for a page that has a heading, and its lane names as an SVG of the same width.

    The page keeps the names visible while the diagram scrolls beneath them.
    """

    width: float
    diagram: str
    names: str


def figure(finding: Finding, name: str = PREFIX) -> Figure:
    """Return the diagram of a finding without heading; its texts are narrow.

    On a page with several diagrams, each needs a `name` of its own.
    """
    picture = _Picture(finding, room=ON_A_PAGE, name=name)
    names = "".join(picture.names_alone())
    return Figure(picture.grid.width, _written(picture), names)


def _written(picture: _Picture) -> str:
    return "\n".join(picture.lines()) + "\n"


class _Picture:
    def __init__(
        self,
        finding: Finding,
        heading: Sequence[StyledText] = (),
        room: Room = ON_A_SHEET,
        name: str = PREFIX,
    ) -> None:
        self.name = name
        self.finding, self.grid = finding, Grid(finding.timeline, finding.notes, heading, room)
        self.top_of_ending = self.grid.bottom + (
            NAME_HEIGHT + 2 * GAP if self.grid.is_tall else GAP
        )
        line_width = self.grid.width - 2 * MARGIN
        begin = Point(MARGIN + GAP, self.top_of_ending + 19)
        self.ending = text_lines([StyledText(finding.ending, "ends")], begin, line_width - 2 * GAP)
        bottom = self.top_of_ending + LINE_HEIGHT * len(self.ending) + 12
        self.legend = legend(finding, self.grid, bottom + MARGIN)
        self.height = max([bottom, *(each.at.y for each in self.legend)]) + MARGIN
        types = (type(flight.message).__name__ for flight in finding.timeline.flights)
        self.colours = {
            name: nth % MESSAGE_COLOURS for nth, name in enumerate(dict.fromkeys(types))
        }

    def lines(self) -> Iterator[str]:
        """Yield the elements from back to front."""
        grid = self.grid
        yield opening_tag(
            grid.width, self.height, "pc-trace", f"{self.name}-title {self.name}-desc"
        )
        yield tag("title", escaped(self.finding.title), id=f"{self.name}-title")
        yield tag("desc", escaped(self._description()), id=f"{self.name}-desc")
        yield tag("style", DIAGRAM_STYLE, type="text/css")
        yield tag("rect", class_="pc-page", width=grid.width, height=self.height)
        yield from map(_line, grid.heading)
        yield from map(self._background, grid.bands)
        yield from map(self._milestone, grid.banners)
        yield from self._lanes()
        for flight, arrows in Arrows(grid).of.items():
            yield self._flight(flight, arrows)
        for arrow in arrows_from_before(grid):
            yield svg_group("pc-flight pc-before", _arrow(arrow))
        yield from map(self._step, grid.bands)
        yield self._ending()
        yield from map(_legend_entry, self.legend)
        yield CLOSING

    def _description(self) -> str:
        setup, lanes = self.finding.setup, ", ".join(self.grid.x)
        diagram = f"A trace of {setup.spec.name}: a lane for each of {lanes}; time runs downwards."
        bug = f" The bug: {setup.bug.summary}" if setup.bug is not None else ""
        return f"{diagram}{bug} After the last step, {self.finding.ending}."

    def _background(self, band: Band) -> str:
        number = band.event.number
        shade = (
            " pc-wrong" if number in self.finding.notes else " pc-even" if number % 2 == 0 else ""
        )
        return self._strip(band.top, band.bottom, f"pc-band{shade}")

    def _milestone(self, banner: Banner) -> str:
        return svg_group(
            "pc-milestone",
            [self._strip(banner.top, banner.bottom), *map(_line, banner.lines)],
            step=banner.number,
        )

    def _lanes(self) -> Iterator[str]:
        grid = self.grid
        for lane, x in grid.x.items():
            for y1, y2, down in grid.stretches(lane):
                dashed = " pc-down" if down else ""
                piece = straight_path(Point(x, y1), Point(x, y2))
                yield tag("path", class_=f"pc-lane{dashed}", d=piece)
        yield from self._names(grid.top_of_names)
        if grid.is_tall:
            yield from self._names(grid.bottom + GAP)

    def _names(self, top: float) -> Iterator[str]:
        """Yield the names of the lanes, with their upper edges at this height."""
        for lane, x in self.grid.x.items():
            name = self.grid.names[lane]
            wide = max(text_width(name, NAME_SIZE, bold=True) + 16, 40)
            full = tag("title", escaped(lane)) if name != printable(lane) else ""
            frame = rectangle(Point(x - wide / 2, top), wide, NAME_HEIGHT, corner=5)
            yield svg_group("pc-name", [full, frame, text_line(name, Point(x, top + 18))])

    def names_alone(self) -> Iterator[str]:
        """Yield an SVG of the names above the lanes, for eyes only; its width is the diagram's."""
        top, wide = self.grid.top_of_names, self.grid.width
        high = top + NAME_HEIGHT + NAME_RIM
        yield opening_tag(wide, high, "pc-trace", is_hidden=True)
        yield tag("rect", class_="pc-page", width=wide, height=high)
        yield from self._names(top)
        yield CLOSING

    def _flight(self, flight: Flight, arrows: Iterable[Arrow]) -> str:
        is_in_flight = flight.end is None and self.finding.timeline.losing_is_a_step
        is_lost = flight.lost is not None or (flight.end is None and not is_in_flight)
        kind = f"pc-flight pc-kind{self.colours[type(flight.message).__name__]}"
        tooltip = tag("title", escaped(_flight_text(flight, is_in_flight=is_in_flight)))
        return svg_group(
            kind + (" pc-lost" if is_lost else " pc-in-flight" if is_in_flight else ""),
            [tooltip, *(element for arrow in arrows for element in _arrow(arrow))],
            sent=flight.sent,
            end=flight.end,
        )

    def _step(self, band: Band) -> str:
        self.finding.timeline.tick()
        event, grid = band.event, self.grid
        lanes = grid.other_changed_lanes(event)
        also_changed = [mark("also", Point(grid.x[lane], band.y)) for lane in lanes]
        end_of_number = Point(grid.column + NUMBER_WIDTH - 8, band.y + 4)
        return svg_group(
            "pc-step pc-refused" if event.number in self.finding.notes else "pc-step",
            [
                *also_changed,
                *self._event_mark(band),
                text_line(str(event.number), end_of_number, "pc-number"),
                *map(_line, band.lines),
            ],
            step=event.number,
        )

    def _event_mark(self, band: Band) -> Iterator[str]:
        """Yield the mark of a step on the lane of its node; a loss has its mark on the arrow."""
        kind, x = band.event.kind, self.grid.x.get(band.event.node)
        if x is not None and kind is not StepKind.LOSE:
            name = {StepKind.CRASH: "crash", StepKind.RESTART: "up"}.get(kind, "dot")
            yield mark(name, Point(x, band.y))

    def _ending(self) -> str:
        high = LINE_HEIGHT * len(self.ending) + 12
        wide = self.grid.width - 2 * MARGIN
        frame = rectangle(Point(MARGIN, self.top_of_ending), wide, high, corner=5)
        kind = "pc-end" if self.finding.is_violation else "pc-end pc-good"
        return svg_group(kind, [frame, *map(_line, self.ending)])

    def _strip(self, top: float, bottom: float, kind: str | None = None) -> str:
        """Return a rectangle across the whole diagram."""
        return rectangle(Point(MARGIN / 2, top), self.grid.width - MARGIN, bottom - top, kind)


def _flight_text(flight: Flight, *, is_in_flight: bool) -> str:
    """Return the tooltip of a message: its ends and the steps that send, deliver or lose it."""
    parts = [
        f"{show(flight.message)} from {flight.src} to {flight.dst}: sent in step {flight.sent}"
    ]
    if flight.delivered:
        parts.append(f"delivered in step {listed(flight.delivered)}")
    if flight.lost is not None:
        parts.append(f"lost in step {flight.lost}")
    if flight.end is None:
        parts.append("in flight at the end" if is_in_flight else "lost")
    return ", ".join(parts)


def _arrow(arrow: Arrow) -> Iterator[str]:
    """Yield the line of an arrow, its head or cross, and its label."""
    (x2, y2), (dx, dy) = arrow.end, arrow.direction
    if arrow.bulge:
        path = curved_path(arrow.start, arrow.end, arrow.bulge)
    else:
        path = straight_path(arrow.start, arrow.end)
    yield tag("path", class_="pc-way", d=path)
    if arrow.tip is Tip.HEAD:
        x, y = x2 - dx * EVENT_RIM, y2 - dy * EVENT_RIM
        wings = [
            Point(x - dx * HEAD_LENGTH - dy * aside, y - dy * HEAD_LENGTH + dx * aside)
            for aside in (HALF_HEAD_WIDTH, -HALF_HEAD_WIDTH)
        ]
        yield tag("path", class_="pc-head", d=f"{straight_path(Point(x, y), *wings)}z")
    elif arrow.tip is Tip.LOST:
        yield mark("cross", arrow.end)
    if arrow.label is not None:
        yield _arrow_label(arrow.label)


def _arrow_label(label: Label) -> str:
    """Return the text of a label; the middle of its letters is on the line of its place."""
    (x1, y1), (x2, y2) = label.place
    if y1 == y2:
        return text_line(label.text, Point(x1, y1 + BASELINE), "pc-word")
    angle = degrees(atan2(y2 - y1, x2 - x1))
    turned = f"translate({short_number(x1)} {short_number(y1)}) rotate({short_number(angle)})"
    return tag("text", escaped(label.text), class_="pc-word", transform=turned, y=str(BASELINE))


def _line(line: TextLine) -> str:
    return text_line(line.text, line.at, f"pc-{line.kind}")


def _legend_entry(entry: LegendEntry) -> str:
    """Return a mark, a piece of a band or a piece of a line, followed by its meaning."""
    at = entry.at
    if entry.mark in ("wrong", "true"):
        sample = rectangle(at.to(0, -6), MARK_WIDTH - 7, 12, f"pc-band pc-{entry.mark}")
    elif entry.mark == "in-flight":
        piece = tag("path", class_="pc-way", d=straight_path(at, at.to(15, 0)))
        sample = svg_group("pc-in-flight", [piece])
    else:
        sample = mark(entry.mark, at.to(7, 0))
    meaning = text_line(entry.meaning, at.to(MARK_WIDTH, BASELINE))
    return svg_group("pc-legend", [sample, meaning])
