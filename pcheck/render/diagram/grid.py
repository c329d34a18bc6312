"""The grid of a diagram: a lane for each node, and a band for each step, with its words beside it.

Time goes down. A band is as high as its words need it, and higher where an arrow would else pass
through its event as if it ended there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pcheck.language.printing import brief
from pcheck.render.diagram.labels import HANG, LINE, TextLine, Words, beside, reached, set_in
from pcheck.render.diagram.style import LABEL, NAME
from pcheck.render.svg.measure import shortened, width
from pcheck.render.svg.points import Point, distance
from pcheck.text import printable
from pcheck.traces.timeline import Event, Flight, Timeline, is_down

MARGIN, HEAD, GAP = 18.0, 26.0, 10.0  # around everything; a name's height; between the two
EVENT, LEAST_BAND, FOOT = 17.0, 46.0, 9.0  # an event below the top of its band; below the words
NUMBER = 26.0  # room for one
LEAST_WORDS, MOST_WORDS = 250.0, 390.0
LEAST_PITCH, MOST_PITCH, ALL_LANES = 76.0, 132.0, 880.0
MOST_ALONE, BESIDE_LOOP = 320.0, 92.0  # for one lane; what it takes beside the words of a loop
TALL = 620.0  # from here on the names stand below too
CLOSE, LEAD, ROUNDS = 8.0, 6.0, 30  # too near to an event; what is tried against it, how often


@dataclass(frozen=True)
class Band:
    event: Event
    top: float
    y: float  # of its event
    bottom: float
    lines: list[TextLine]


@dataclass(frozen=True)
class Banner:
    """A milestone, below the step that reaches it."""

    number: int
    top: float
    bottom: float
    lines: list[TextLine]


class Grid:
    """The grid of a run; `notes` are beside the steps of these numbers, and `heading` is on top."""

    def __init__(
        self, timeline: Timeline, notes: Mapping[int, str], heading: Sequence[Words] = ()
    ) -> None:
        self.timeline = timeline
        pitch = _pitch(timeline)
        names = shortened(map(printable, timeline.lanes), NAME, pitch - 24)
        self.names = dict(zip(timeline.lanes, names, strict=True))
        first = MARGIN + min(pitch, MOST_PITCH) * 0.4
        self.x = {lane: first + pitch * at for at, lane in enumerate(timeline.lanes)}
        self.column = MARGIN + pitch * len(self.x) + GAP
        self.beside = [
            (event, list(beside(timeline, event, notes.get(event.number))), list(reached(event)))
            for event in timeline.events
        ]
        widths = [each.width for _, *both in self.beside for words in both for each in words]
        self.room = round(min(MOST_WORDS, max([LEAST_WORDS, *widths])) + HANG + 1)
        self.width = self.column + NUMBER + self.room + MARGIN
        above = Point(MARGIN, MARGIN + LINE - 4)
        self.heading = set_in(heading, above, self.width - 2 * MARGIN)
        self.names_at = MARGIN + (LINE * len(self.heading) + GAP if heading else 0)
        self.top = self.names_at + HEAD + GAP
        self._fill()
        self.tall = self.bottom > TALL

    def y(self, number: int) -> float:
        """Return the height of the event of a step."""
        return self.bands[number - 1].y

    def at(self, lane: str, number: int) -> Point:
        """Return where a lane and the height of a step's event meet."""
        return Point(self.x[lane], self.y(number))

    def side(self, flight: Flight) -> int:
        """Return 1 if a message goes to the right, -1 if to the left.

        A message to its sender keeps away from the words.
        """
        if flight.src == flight.dst:
            return -1 if flight.src == [*self.x][-1] and len(self.x) > 1 else 1
        return 1 if self.x[flight.src] < self.x[flight.dst] else -1

    def stretches(self, lane: str) -> Iterator[tuple[float, float, bool]]:
        """Yield the pieces of a lane, each with whether the node is down."""
        begin, down = self.top - GAP, is_down(self.timeline.first.get(lane, {}))
        for band in self.bands:
            now = lane in band.event.down
            if now != down:
                yield begin, band.y, down
                begin, down = band.y, now
        yield begin, self.bottom + (GAP if self.tall else 0), down

    def others(self, event: Event) -> list[str]:
        """Return the lanes that a step changes beside its own."""
        before = self.timeline.after(event.number - 1)
        changed = (lane for lane in self.x if before.get(lane) != event.columns.get(lane))
        return [lane for lane in changed if lane != event.node]

    def _fill(self) -> None:
        """Stack the bands, lower and lower, until no arrow comes too near to an event."""
        leads: Counter[int] = Counter()
        for _ in range(ROUNDS):
            self._stack(leads)
            met = set(self._met())
            if not met:
                return
            leads.update(sorted(met))

    def _stack(self, leads: Mapping[int, int]) -> None:
        self.bands: list[Band] = []
        self.banners: list[Banner] = []
        self.bottom, x = self.top, self.column + NUMBER
        for event, words, milestones in self.beside:
            top, number = self.bottom, event.number
            y = top + EVENT + LEAD * leads[number]
            lines = set_in(words, Point(x, y + 4), self.room)
            self.bottom = max(y + LEAST_BAND - EVENT, lines[-1].at.y + FOOT)
            self.bands.append(Band(event, top, y, self.bottom, lines))
            for each in milestones:
                top = self.bottom
                lines = set_in([each], Point(x, top + 15), self.room)
                self.bottom = lines[-1].at.y + 7
                self.banners.append(Banner(number, top, self.bottom, lines))

    def _met(self) -> Iterator[int]:
        """Yield the steps to move down.

        That is the step whose event an arrow meets from above, otherwise the end of the arrow.
        """
        for flight in self.timeline.flights:
            x1, y1, x2 = self.x[flight.src], self.y(flight.sent), self.x[flight.dst]
            for end in (*flight.delivered, *([flight.lost] if flight.lost is not None else [])):
                for band in self.bands[flight.sent : end - 1]:
                    x = self.x.get(band.event.node, x1)
                    if min(x1, x2) < x < max(x1, x2):
                        y = y1 + (self.y(end) - y1) * (x - x1) / (x2 - x1)
                        long = distance(Point(x1, y1), Point(x2, self.y(end)))
                        near = abs((y - band.y) * (x2 - x1)) / long
                        if near < CLOSE:
                            yield band.event.number if y <= band.y else end


def _pitch(timeline: Timeline) -> float:
    """Return the distance of lanes: labels fit between them, unless there are too many lanes."""
    at = {lane: number for number, lane in enumerate(timeline.lanes)}
    need = [LEAST_PITCH, *(width(printable(lane), NAME) + 30 for lane in timeline.lanes)]
    for flight in timeline.flights:
        apart = abs(at[flight.src] - at[flight.dst])
        if flight.delivered:
            wide = width(brief(flight.message), LABEL)
            need.append((wide + 34) / apart if apart else wide + BESIDE_LOOP)
    most = max(LEAST_PITCH, min(MOST_PITCH, ALL_LANES / len(at))) if len(at) > 1 else MOST_ALONE
    return round(min(most, max(need)))
