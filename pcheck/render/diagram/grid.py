"""The grid of a diagram: a lane for each node and a band for each step, with the texts of the step.

Time runs downwards. The texts determine the height of a band. A band is higher if otherwise an
arrow would touch an event that the arrow does not belong to, and would appear to end there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pcheck.language.printing import brief
from pcheck.render.diagram.labels import (
    HANGING_INDENT,
    LINE_HEIGHT,
    StyledText,
    TextLine,
    milestone_texts,
    step_texts,
    text_lines,
)
from pcheck.render.diagram.style import ARROW_LABEL_SIZE, NAME_SIZE
from pcheck.render.svg.measure import shortened, text_width
from pcheck.render.svg.points import Point, distance
from pcheck.text import printable
from pcheck.traces.flights import Flight
from pcheck.traces.timeline import Event, Timeline, is_down

# All lengths are in user units of the SVG.
MARGIN, NAME_HEIGHT, GAP = 18.0, 26.0, 10.0  # GAP: the distance of names and lanes
EVENT_OFFSET = 17.0  # from the top of a band to its event
MIN_BAND_HEIGHT, BAND_FOOT = 46.0, 9.0  # BAND_FOOT: the room below the texts of a band
NUMBER_WIDTH = 26.0
MIN_TEXT_COLUMN = 250.0
# The pitch is the distance of two lanes.
MIN_LANE_PITCH, MAX_WIDTH_OF_LANES = 76.0, 880.0
MAX_PITCH_OF_ONE_LANE = 320.0
LOOP_MARGIN = 92.0  # the pitch that a loop needs in addition to the width of its label
TALL_HEIGHT = 620.0  # taller diagrams repeat the names below the lanes
# The distance of arrows and events, on the lanes where the arrow ends and on those between them.
MIN_AT_ENDS, MIN_CLEARANCE, CLEARANCE_STEP, MAX_ROUNDS = 6.0, 8.0, 6.0, 30


@dataclass(frozen=True)
class Room:
    """The largest distance of two lanes and the largest width of the texts beside the lanes."""

    pitch: float
    text_column: float


ON_A_SHEET, ON_A_PAGE = Room(132.0, 390.0), Room(96.0, 274.0)


@dataclass(frozen=True)
class Band:
    """The horizontal strip of one step; `y` is the height of the event on its lane."""

    event: Event
    top: float
    y: float
    bottom: float
    lines: list[TextLine]


@dataclass(frozen=True)
class Banner:
    """A milestone below the step that reaches the milestone."""

    number: int
    top: float
    bottom: float
    lines: list[TextLine]


class Grid:
    """The positions of everything in a diagram, except the arrows.

    `notes` maps the numbers of steps to texts beside these steps. `heading` is on top.
    """

    def __init__(
        self,
        timeline: Timeline,
        notes: Mapping[int, str],
        heading: Sequence[StyledText] = (),
        room: Room = ON_A_SHEET,
    ) -> None:
        self.timeline = timeline
        pitch = _pitch(timeline, room.pitch)
        names = shortened(map(printable, timeline.lanes), NAME_SIZE, pitch - 24)
        self.names = dict(zip(timeline.lanes, names, strict=True))
        first = MARGIN + min(pitch, room.pitch) * 0.4
        self.x = {lane: first + pitch * index for index, lane in enumerate(timeline.lanes)}
        self.column = MARGIN + pitch * len(self.x) + GAP
        self.texts = [
            (
                event,
                list(step_texts(timeline, event, notes.get(event.number))),
                list(milestone_texts(event)),
            )
            for event in timeline.events
        ]
        widths = [each.width for _, *both in self.texts for texts in both for each in texts]
        widest = min(room.text_column, max([MIN_TEXT_COLUMN, *widths]))
        self.text_width = round(widest + HANGING_INDENT + 1)
        self.width = self.column + NUMBER_WIDTH + self.text_width + MARGIN
        above = Point(MARGIN, MARGIN + LINE_HEIGHT - 4)
        self.heading = text_lines(heading, above, self.width - 2 * MARGIN)
        self.top_of_names = MARGIN + (LINE_HEIGHT * len(self.heading) + GAP if heading else 0)
        self.top = self.top_of_names + NAME_HEIGHT + GAP
        self._stack_until_clear()
        self.is_tall = self.bottom > TALL_HEIGHT

    def y(self, number: int) -> float:
        """Return the height of the event of a step."""
        return self.bands[number - 1].y

    def at(self, lane: str, number: int) -> Point:
        """Return the point on a lane at the height of a step's event."""
        return Point(self.x[lane], self.y(number))

    def side(self, flight: Flight) -> int:
        """Return 1 if a message goes to the right, or -1 if the message goes to the left.

        A message from a node to itself goes to the side that is away from the texts.
        """
        if flight.src == flight.dst:
            return -1 if flight.src == [*self.x][-1] and len(self.x) > 1 else 1
        return 1 if self.x[flight.src] < self.x[flight.dst] else -1

    def stretches(self, lane: str) -> Iterator[tuple[float, float, bool]]:
        """Yield the pieces of a lane: top, bottom, and whether the node is down."""
        begin, was_down = self.top - GAP, is_down(self.timeline.first.get(lane, {}))
        for band in self.bands:
            now_down = lane in band.event.down
            if now_down != was_down:
                yield begin, band.y, was_down
                begin, was_down = band.y, now_down
        yield begin, self.bottom + (GAP if self.is_tall else 0), was_down

    def other_changed_lanes(self, event: Event) -> list[str]:
        """Return the lanes that a step changes, except the lane of the step itself."""
        before = self.timeline.after(event.number - 1)
        changed = (lane for lane in self.x if before.get(lane) != event.columns.get(lane))
        return [lane for lane in changed if lane != event.node]

    def _stack_until_clear(self) -> None:
        """Stack the bands, and move events down until every arrow is clear of other events."""
        leads: Counter[int] = Counter()
        for _ in range(MAX_ROUNDS):
            self._stack(leads)
            blocked = set(self._blocked_steps())
            if not blocked:
                return
            leads.update(sorted(blocked))

    def _stack(self, leads: Mapping[int, int]) -> None:
        """Stack the bands and banners; `leads` counts how often each event was moved down."""
        self.bands: list[Band] = []
        self.banners: list[Banner] = []
        self.bottom, x = self.top, self.column + NUMBER_WIDTH
        for event, texts, milestones in self.texts:
            self.timeline.tick()
            top, number = self.bottom, event.number
            y = top + EVENT_OFFSET + CLEARANCE_STEP * leads[number]
            lines = text_lines(texts, Point(x, y + 4), self.text_width)
            self.bottom = max(y + MIN_BAND_HEIGHT - EVENT_OFFSET, lines[-1].at.y + BAND_FOOT)
            self.bands.append(Band(event, top, y, self.bottom, lines))
            for each in milestones:
                top = self.bottom
                lines = text_lines([each], Point(x, top + 15), self.text_width)
                self.bottom = lines[-1].at.y + 7
                self.banners.append(Banner(number, top, self.bottom, lines))

    def _blocked_steps(self) -> Iterator[int]:
        """Yield a step to move down for each event that an arrow is too near to.

        If the arrow is above the event, the step of the event moves. Otherwise the step at the end
        of the arrow moves.
        """
        for flight in self.timeline.flights:
            self.timeline.tick()
            x1, y1, x2 = self.x[flight.src], self.y(flight.sent), self.x[flight.dst]
            ends = (*flight.delivered, *([flight.lost] if flight.lost is not None else []))
            for end in ends:
                for band in self.bands[flight.sent : end - 1] if x1 != x2 else ():
                    x = self.x.get(band.event.node)
                    if x is not None and min(x1, x2) <= x <= max(x1, x2):
                        y = y1 + (self.y(end) - y1) * (x - x1) / (x2 - x1)
                        length = distance(Point(x1, y1), Point(x2, self.y(end)))
                        clearance = abs((y - band.y) * (x2 - x1)) / length
                        if clearance < (MIN_CLEARANCE if x not in (x1, x2) else MIN_AT_ENDS):
                            yield band.event.number if y <= band.y else end


def _pitch(timeline: Timeline, max_pitch: float) -> float:
    """Return the distance of two lanes.

    Names fit above the lanes and labels fit along the arrows, unless the maximal pitch prevents it.
    """
    place = {lane: index for index, lane in enumerate(timeline.lanes)}
    needed = [
        MIN_LANE_PITCH,
        *(text_width(printable(lane), NAME_SIZE) + 30 for lane in timeline.lanes),
    ]
    for flight in timeline.flights:
        lanes_apart = abs(place[flight.src] - place[flight.dst])
        if flight.delivered:
            wide = text_width(brief(flight.message), ARROW_LABEL_SIZE)
            needed.append((wide + 34) / lanes_apart if lanes_apart else wide + LOOP_MARGIN)
    if len(place) > 1:
        max_pitch = max(MIN_LANE_PITCH, min(max_pitch, MAX_WIDTH_OF_LANES / len(place)))
    else:
        max_pitch = MAX_PITCH_OF_ONE_LANE
    return round(min(max_pitch, max(needed)))
