"""The picture of a run, read back: whoever follows its arrows finds what the run did."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations, pairwise
from math import cos, dist, radians, sin
from xml.etree import ElementTree

import pytest

from pcheck import (
    Act,
    Actor,
    Cluster,
    Id,
    Model,
    Seen,
    Step,
    act,
    group,
    send,
    show,
    sometimes,
    spec,
)
from pcheck.loading.setup import ask
from pcheck.loading.spec import of_builder
from pcheck.render.diagram.measure import wrap
from pcheck.render.diagram.style import COLOURS
from pcheck.render.diagram.svg import figure, svg
from pcheck.render.formats import format_for
from pcheck.semantics.node import Does
from pcheck.traces.timeline import Sent
from tests.render.every_run import FOLDER, KEPT, RUNS, along, each_of, the_run, walked

SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = {"svg", "title", "desc", "style", "g", "rect", "path", "circle", "text"}
EM, BOLD = 0.47, 0.5  # how wide a letter is on average, or a little less
RIM = 6.5  # of an event, where an arrow's head touches it
Point = tuple[float, float]
every_run = each_of(RUNS)
kept_run = each_of(KEPT)


def numbers(text: str) -> list[float]:
    return [float(each) for each in re.findall(r"-?[\d.]+", text)]


class Picture:
    """A drawing as a browser has it: elements with their classes, and nothing else."""

    def __init__(self, text: str) -> None:
        self.root = ElementTree.fromstring(text)
        self.steps = self.groups("pc-step")
        self.flights = self.groups("pc-flight")
        self.milestones = self.groups("pc-milestone")
        _, _, self.width, self.height = numbers(self.root.attrib["viewBox"])

    def groups(self, kind: str) -> list[Group]:
        return [Group(each) for each in self.root.iter(f"{SVG}g") if kind in classes(each)]

    def names(self) -> list[ElementTree.Element]:
        """What stands above the lanes."""
        texts = [name.element.find(f"{SVG}text") for name in self.groups("pc-name")]
        found = [each for each in texts if each is not None]
        return found[: len(found) // len({each.get("y") for each in found} or "1")]

    def lanes(self) -> dict[str, float]:
        """How far to the right each lane stands, by its name."""
        return {each.text or "": float(each.attrib["x"]) for each in self.names()}

    def lines(self, kind: str) -> list[str]:
        return [each.text or "" for each in self.root.iter(f"{SVG}text") if kind in classes(each)]


class Group:
    """One element that holds all that belongs to a step, a message or a milestone."""

    def __init__(self, element: ElementTree.Element) -> None:
        self.element, self.kinds = element, classes(element)

    def about(self, name: str) -> int | None:
        value = self.element.get(f"data-{name}")
        return None if value is None else int(value)

    def all(self, kind: str) -> list[ElementTree.Element]:
        return [each for each in self.element.iter() if kind in classes(each)]

    def words(self, kind: str) -> str:
        return "".join(each.text or "" for each in self.all(kind))

    def paths(self, kind: str) -> list[list[Point]]:
        return [points(each.attrib["d"]) for each in self.all(kind)]


def classes(element: ElementTree.Element) -> list[str]:
    return element.get("class", "").split()


def points(path: str) -> list[Point]:
    found = numbers(path)
    return list(zip(found[::2], found[1::2], strict=True))


@cache
def text_of(name: str) -> str:
    return svg(the_run(name))


@cache
def picture(name: str) -> Picture:
    return Picture(text_of(name))


def packed(text: str) -> str:
    """Without blanks: lines may be broken anywhere."""
    return "".join(text.split())


def stands_for(drawn: str, name: str) -> bool:
    """Whether it is the name, or what stays of it when something in its middle is left out."""
    begin, cut, end = drawn.partition("…")
    whole = drawn == name
    return (whole or cut == "…") and name.startswith(begin) and name.endswith(end)


class Events:
    """Where the events of a run stand, as a reader sees it: the lane's name, the step's number."""

    def __init__(self, name: str) -> None:
        story, lanes = the_run(name).story, picture(name).lanes()
        columns = [story.first, *(moment.shown for moment in story.moments)]
        names = dict.fromkeys(str(lane) for each in columns for lane in each)
        self.x = dict(zip(names, lanes.values(), strict=True))
        assert [each for each in zip(lanes, names) if not stands_for(*each)] == []
        self.y = {
            each.about("step"): float(each.all("pc-number")[0].attrib["y"]) - 4
            for each in picture(name).steps
        }

    def at(self, lane: str, number: int) -> Point:
        return self.x[str(lane)], self.y[number]


def test_it_is_one_of_the_formats() -> None:
    found = format_for("lecture/run.SVG")
    assert (found.name, found.draw, found.for_a_program) == ("svg", svg, True)


@every_run
def test_it_needs_nothing_but_itself(name: str) -> None:
    text = text_of(name)
    found = {each.tag.removeprefix(SVG) for each in picture(name).root.iter()}
    names = {name for each in picture(name).root.iter() for name in each.attrib}
    assert found <= ELEMENTS
    assert [each for each in names if "href" in each or each.startswith("on")] == []
    assert re.findall(r"url\(|@import|@font-face|<!|<script", text) == []


@pytest.mark.parametrize(
    "name", ["forgets-its-promise", "hostile on once", "found on lossy", "bare"]
)
def test_within_a_page_it_lacks_its_heading_and_all_its_names_are_its_own(name: str) -> None:
    root, within = picture(name).root, Picture(figure(the_run(name)))
    headed = within.lines("pc-heading"), within.lines("pc-about")
    texts = [[e.text for e in each.iter(f"{SVG}text")] for each in (root, within.root)]
    assert (headed, texts[1]) == (([], []), texts[0][-len(texts[1]) :])
    named = [each for e in root.iter() for each in (*classes(e), *e.get("id", "").split())]
    style = root.find(f"{SVG}style")
    assert style is not None
    rules = re.sub(r"@(media|supports)[^{]*\{", "", style.text or "")
    chosen = re.findall(r"^(.+)\{|\}\s*(\..+?)\{", rules, re.M)
    parts = [part for found in chosen for each in found if each for part in each.split(",")]
    assert [each for each in named if not each.startswith("pc-")] == []
    assert [each for each in parts if not each.startswith(".pc-")] == []


@every_run
def test_it_says_what_it_is_to_those_who_cannot_see_it(name: str) -> None:
    root, shown = picture(name).root, the_run(name)
    title, description = (root.find(f"{SVG}{each}") for each in ("title", "desc"))
    assert title is not None
    assert description is not None
    named = root.get("role"), root.get("aria-labelledby")
    assert named == ("img", f"{title.get('id')} {description.get('id')}")
    assert title.text == shown.title
    assert packed((description.text or "")[-len(shown.ends) - 1 : -1]) == packed(shown.ends)


@every_run
def test_every_step_stands_in_it_once_with_all_that_is_said_of_it(name: str) -> None:
    shown = the_run(name)
    found = [
        (
            each.about("step"),
            "pc-refused" in each.kinds,
            each.words("pc-number"),
            each.words("pc-label"),
            each.words("pc-note"),
        )
        for each in picture(name).steps
    ]
    assert [(*rest, packed(label), packed(note)) for *rest, label, note in found] == [
        (m.number, m.number in shown.notes, str(m.number), packed(m.label), packed(note))
        for m in shown.story.moments
        for note in [shown.notes.get(m.number, "")]
    ]


@every_run
def test_a_step_says_what_it_changes_and_every_send_is_an_arrow_or_in_its_words(name: str) -> None:
    """Each message that a step sends, for each to whom: drawn to a step that delivers or loses it,
    or told of in words, and nothing is both."""
    story, arrows = the_run(name).story, arrows_of(name)
    for moment, step in zip(story.moments, picture(name).steps, strict=True):
        words, changes = packed(step.words("pc-change")), packed(", ".join(moment.changes))
        assert words.startswith(changes)
        said = spoken(words[len(changes) :], moment.sends)
        drawn = [said_of for number, *said_of in arrows if number == moment.number]
        sends = [[packed(show(s.message)), packed(to)] for s in moment.sends for to in s.to]
        assert sorted(said + drawn) == sorted(sends)
        aloud = [packed(f"says {show(s.message)}") for s in moment.sends if not s.to]
        assert [each for each in aloud if each not in words] == []


def arrows_of(name: str) -> list[tuple[int, str, str]]:
    """Which step sent what to whom, of all that an arrow leads to its end, as its title says."""
    found = []
    for drawn in picture(name).flights:
        title = drawn.element.find(f"{SVG}title")
        assert title is not None
        if drawn.about("end") is not None:
            message, ends = (title.text or "").rsplit(": ", 1)[0].rsplit(" from ", 1)
            found.append((drawn.about("sent") or 0, packed(message), packed(ends.split(" to ")[1])))
    return found


def spoken(words: str, sends: Sequence[Sent]) -> list[list[str]]:
    """Of whom the words of a step say that something is sent to them again, or never arrives."""
    found = []
    for sent in sends:
        message = packed(show(sent.message))
        for begin, end in (("sends", "again"), ("lost:", ""), ("onitsway:", "")):
            if sent.to and words.startswith(f"{begin}{message}to"):
                words = words.removeprefix(f"{begin}{message}to")
                while names := [to for to in sent.to if words.startswith(packed(to))]:
                    longest = max(map(packed, names), key=len)
                    found.append([message, longest])
                    words = words.removeprefix(longest).removeprefix(",")
                assert words.startswith(end)
                words = words.removeprefix(end)
        words = words if sent.to else words.removeprefix(f"says{message}")
    assert words == ""
    return found


def test_what_is_sent_again_while_the_same_waits_there_is_said_beside_its_step() -> None:
    """After its restart p2 asks again what it asked in step 7, and of that no new copy begins."""
    name = "uses-a-ballot-again"
    assert "sends Prepare(ballot=2) to a1, a2, a3" in (FOLDER / f"{name}.txt").read_text()
    drawn = picture(name)
    assert drawn.steps[14].words("pc-label") == "p2 starts ballot 2"
    (*_, last) = drawn.steps[14].all("pc-change")
    assert last.text == "sends Prepare(ballot=2) to a1, a2, a3 again"
    assert [each for each in drawn.flights if each.about("sent") == 15] == []


@every_run
def test_every_message_stands_in_it_once(name: str) -> None:
    story = the_run(name).story
    found = [
        (
            each.about("sent"),
            each.about("end"),
            "pc-lost" in each.kinds,
            "pc-under-way" in each.kinds,
        )
        for each in picture(name).flights
    ]
    assert found == [
        (
            flight.sent,
            flight.end,
            flight.lost is not None or (flight.end is None and not story.losing_is_a_step),
            flight.end is None and story.losing_is_a_step,
        )
        for flight in story.flights
    ]


@every_run
def test_whoever_points_at_a_message_is_told_all_of_it(name: str) -> None:
    for flight, drawn in zip(the_run(name).story.flights, picture(name).flights, strict=True):
        title = drawn.element.find(f"{SVG}title")
        assert title is not None
        begins = f"{show(flight.message)} from {flight.src} to {flight.dst}"
        steps = [flight.sent, *flight.delivered, *([flight.lost] if flight.lost else [])]
        said, numbered = (title.text or "").rsplit(": ", 1)
        assert packed(said) == packed(begins)
        assert numbers(re.sub(r"[^\d ]", "", numbered)) == steps


@every_run
def test_every_milestone_stands_in_it_once(name: str) -> None:
    found = [(each.about("step"), each.words("pc-reached")) for each in picture(name).milestones]
    assert [(number, packed(text)) for number, text in found] == [
        (moment.number, packed(text))
        for moment in the_run(name).story.moments
        for text in moment.milestones
    ]


@every_run
def test_an_event_stands_on_the_lane_of_whoever_acts_beside_its_words(name: str) -> None:
    events = Events(name)
    marks = {Does.CRASH: "pc-crash", Does.RESTART: "pc-up"}
    for moment, step in zip(the_run(name).story.moments, picture(name).steps, strict=True):
        kind = marks.get(moment.does, "pc-dot")
        found = [(float(e.get("cx", 0)), float(e.get("cy", 0))) for e in step.all(kind)]
        if moment.does is Does.CRASH:
            (corners,) = step.paths(kind)
            found = [(sum(x for x, _ in corners) / 4, sum(y for _, y in corners) / 4)]
        expected = [] if moment.does is Does.LOSE else [events.at(moment.node, moment.number)]
        assert [pytest.approx(each, abs=0.1) for each in found] == expected


@every_run
def test_time_goes_down(name: str) -> None:
    times = [*Events(name).y.values()]
    assert [(former, later) for former, later in pairwise(times) if later < former + 40] == []


@every_run
def test_an_arrow_goes_from_where_a_message_is_sent_to_where_it_is_delivered(name: str) -> None:
    events, count_of = Events(name), 0
    for flight, drawn in zip(the_run(name).story.flights, picture(name).flights, strict=True):
        ways, heads = drawn.paths("pc-way"), drawn.paths("pc-head")
        delivered = [way[0] + way[-1] for way in ways[: len(flight.delivered)]]
        start = events.at(flight.src, flight.sent)
        ends = [events.at(flight.dst, number) for number in flight.delivered]
        assert delivered == [start + end for end in ends]
        gaps = [dist(head[0], end) for head, end in zip(heads, ends, strict=True)]
        assert gaps == [pytest.approx(RIM, abs=0.1)] * len(ends)
        straight = [len(way) == 2 for way in ways[: len(ends)]]
        assert straight == [flight.src != flight.dst] * len(ends)
        count_of += len(ends)
    assert count_of == sum(len(flight.delivered) for flight in the_run(name).story.flights)


@every_run
def test_a_message_that_a_step_loses_ends_in_a_cross_beside_the_lane_it_goes_to(name: str) -> None:
    events = Events(name)
    for flight, drawn in zip(the_run(name).story.flights, picture(name).flights, strict=True):
        if flight.lost is None:
            continue
        ways, (cross,) = drawn.paths("pc-way"), drawn.paths("pc-cross")
        start, end = ways[-1]
        x, y = events.at(flight.dst, flight.lost)
        assert start == pytest.approx(events.at(flight.src, flight.sent))
        assert (abs(end[0] - x), end[1]) == pytest.approx((17, y))
        assert end == pytest.approx(middle(cross), abs=0.1)


@every_run
def test_what_is_never_delivered_hangs_beside_its_sender_and_only_what_is_lost_is_crossed(
    name: str,
) -> None:
    events, story = Events(name), the_run(name).story
    named: dict[tuple[int, int], str] = {}
    for flight, drawn in zip(story.flights, picture(name).flights, strict=True):
        if flight.end is None:
            (way,), crosses = drawn.paths("pc-way"), drawn.paths("pc-cross")
            _, y = events.at(flight.src, flight.sent)
            lost = [] if story.losing_is_a_step else [pytest.approx(way[-1], abs=0.1)]
            assert [middle(cross) for cross in crosses] == lost
            assert y < way[-1][1] < events.y.get(flight.sent + 1, picture(name).height)
            assert drawn.all("pc-head") == []
            key = flight.sent, flight.nth
            named[key] = named.get(key, "") + drawn.words("pc-word")
        elif flight.lost is None:
            assert drawn.all("pc-cross") == []
    for (sent, nth), names in named.items():
        never = [f.dst for f in story.flights if (f.sent, f.nth, f.end) == (sent, nth, None)]
        assert sorted(packed(names.replace(",", ""))) == sorted(packed("".join(never)))


def middle(corners: list[Point]) -> Point:
    return sum(x for x, _ in corners) / 4, sum(y for _, y in corners) / 4


@kept_run
def test_a_delivered_message_is_named_beside_its_arrow(name: str) -> None:
    for flight, drawn in zip(the_run(name).story.flights, picture(name).flights, strict=True):
        if flight.delivered:
            label = re.sub(r"\w+=", "", show(flight.message))
            words = [each.text or "" for each in drawn.all("pc-word")]
            assert [each for each in words if each != label and len(each) < 30] == []
            assert [each for each in words if not label.startswith(each.removesuffix("…"))] == []
            assert len(words) == len(flight.delivered)


def test_its_heading_says_what_it_is_and_which_mistake_is_in_it() -> None:
    drawn = picture("vote-leaves-promise")
    assert drawn.lines("pc-heading") == ["The shortest run that violates agreement (20 steps)"]
    about = "paxos, with the mistake vote-leaves-promise: Voting does not raise the promise."
    assert drawn.lines("pc-about") == [about]
    drawn = picture("bare")
    assert drawn.lines("pc-heading") == [
        "The shortest run that reaches some_value_chosen (6 steps)"
    ]
    assert packed("".join(drawn.lines("pc-about"))).startswith("lamport:")


@every_run
def test_its_heading_stands_above_all_and_what_its_marks_mean_below(name: str) -> None:
    drawn, shown = picture(name), the_run(name)
    heading = drawn.lines("pc-heading") + drawn.lines("pc-about")
    texts = [each for each in drawn.root.iter(f"{SVG}text") if each.get("y") is not None]
    assert [each.text for each in texts[: len(heading)]] == heading
    assert packed("".join(drawn.lines("pc-heading"))) == packed(shown.title)
    above = [float(each.attrib["y"]) for each in texts[: len(heading)]]
    ends = [float(e.attrib["y"]) for end in drawn.groups("pc-end") for e in end.all("pc-ends")]
    first = min((float(each.attrib["y"]) for each in drawn.names()), default=drawn.height)
    legend = [float(t.attrib["y"]) for e in drawn.groups("pc-legend") for t in e.element if t.text]
    assert (above == sorted({*above}), max(above) + 20 < first) == (True, True)
    assert [y for y in legend if not max(ends) + 20 < y < drawn.height - 10] == []


MEANINGS = {
    "pc-dot": "a step of that node",
    "pc-also": "changes in the same step",
    "pc-crash": "it crashes",
    "pc-up": "it restarts",
    "pc-wrong": "where the correct paxos differs",
    "pc-true": "what has just become true",
    "pc-under-way": "still on its way at the end",
}


@pytest.mark.parametrize(
    ("name", "kinds", "cross"),
    [
        ("vote-leaves-promise", "pc-dot pc-cross pc-wrong pc-true", "lost: never delivered"),
        ("forgets-its-promise", "pc-dot pc-crash pc-up pc-cross pc-wrong pc-true", "lost: never"),
        ("lossy 1", "pc-dot pc-crash pc-up pc-cross pc-true", "lost"),
        ("hostile on lossy", "pc-dot pc-crash pc-cross pc-under-way", "lost"),
        ("bare", "pc-dot pc-true", ""),
        ("without columns", "pc-dot pc-also", ""),
    ],
)
def test_what_its_marks_mean_is_said_of_those_that_are_in_it(
    name: str, kinds: str, cross: str
) -> None:
    found = {}
    for each in picture(name).groups("pc-legend"):
        text = each.element.find(f"{SVG}text")
        (kind,) = (c for e in each.element for c in classes(e) if c != "pc-band")
        found[kind] = "" if text is None else text.text or ""
    assert [*found] == kinds.split()
    assert found.get("pc-cross", "").startswith(cross)
    assert [found[kind] for kind in found if kind != "pc-cross"] == [
        MEANINGS[kind] for kind in found if kind != "pc-cross"
    ]


def test_a_lane_is_dashed_while_its_node_is_down() -> None:
    name = "forgets-its-promise"
    crash, restart = (
        next(m.number for m in the_run(name).story.moments if m.does is does)
        for does in (Does.CRASH, Does.RESTART)
    )
    events = Events(name)
    down = [
        points(each.attrib["d"])
        for each in picture(name).root.iter(f"{SVG}path")
        if "pc-down" in classes(each)
    ]
    assert (crash, restart) == (14, 15)
    assert down == [[events.at("a2", 14), events.at("a2", 15)]]


@every_run
def test_nothing_stands_outside(name: str) -> None:
    drawn = picture(name)
    outside = [
        each.attrib
        for each in drawn.root.iter()
        for x, y in corners(each)
        if not (0 <= x <= drawn.width and 0 <= y <= drawn.height)
    ]
    assert outside == []


def corners(element: ElementTree.Element) -> Iterator[Point]:
    """How far an element reaches, letters as wide as they may be."""
    get = {
        key: float(element.get(key, 0)) for key in ("x", "y", "width", "height", "cx", "cy", "r")
    }
    if element.tag == f"{SVG}path":
        yield from points(element.attrib["d"])
    elif element.tag == f"{SVG}circle":
        yield get["cx"] - get["r"], get["cy"] - get["r"]
        yield get["cx"] + get["r"], get["cy"] + get["r"]
    elif element.tag == f"{SVG}rect":
        yield get["x"], get["y"]
        yield get["x"] + get["width"], get["y"] + get["height"]
    elif element.tag == f"{SVG}text":
        yield from letters(element)


def letters(element: ElementTree.Element) -> Iterator[Point]:
    """Where each letter of a text stands, about."""
    x, y = float(element.get("x", 0)), float(element.get("y", 0))
    turn = numbers(element.get("transform", ""))
    wide = {"pc-label": 13 * BOLD, "pc-word": 11.5 * EM, "pc-change": 12 * EM, "pc-note": 12 * EM}
    wide |= {"pc-reached": 12 * BOLD, "pc-ends": 13 * BOLD}
    step = next((wide[each] for each in classes(element) if each in wide), 0)
    for at in range(len(element.text or "")):
        right = step * at
        if turn:
            left, top, angle = turn
            yield left + right * cos(radians(angle)), top + right * sin(radians(angle))
        else:
            yield x + right, y - 4


@kept_run
def test_no_label_runs_over_another_or_over_an_event(name: str) -> None:
    words = [each for flight in picture(name).flights for each in flight.all("pc-word")]
    places = [[*letters(each)][::2] for each in words]
    near = [
        (one.text, other.text)
        for (one, there), (other, here) in combinations(zip(words, places), 2)
        if dist(there[0], here[0]) < 400 and min(dist(p, q) for p in there for q in here) < 8
    ]
    dots = [(float(e.attrib["cx"]), float(e.attrib["cy"])) for e in picture_dots(name)]
    on = [
        one.text
        for one, there in zip(words, places)
        if any(dist(letter, dot) < 9 for letter in there for dot in dots)
    ]
    assert (near, on) == ([], [])


def picture_dots(name: str) -> list[ElementTree.Element]:
    return [each for step in picture(name).steps for each in step.all("pc-dot")]


@kept_run
def test_no_arrow_passes_through_an_event_that_is_not_its_own(name: str) -> None:
    events = Events(name)
    dots = [events.at(m.node, m.number) for m in the_run(name).story.moments]
    through = [
        (way, dot)
        for flight in picture(name).flights
        for way in flight.paths("pc-way")
        for dot in dots
        if dot not in (way[0], way[-1]) and from_line(dot, way) < 5.5
    ]
    assert through == []


def from_line(point: Point, way: list[Point]) -> float:
    """How far it is from an arrow, or from any of many points of one that is a curve."""
    if len(way) > 2:
        return min(dist(point, on_curve(way, at / 100)) for at in range(101))
    (x1, y1), (x2, y2), (x, y) = *way, point
    if not min(y1, y2) - 9 < y < max(y1, y2) + 9:
        return 9.0
    along = ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / dist(*way) ** 2
    at = min(1.0, max(0.0, along))
    return dist(point, (x1 + at * (x2 - x1), y1 + at * (y2 - y1)))


def on_curve(way: list[Point], at: float) -> Point:
    """After a part of it: each two neighbours draw a line, and its points the next, to the last."""
    while len(way) > 1:
        pairs = pairwise(way)
        way = [(x1 + at * (x2 - x1), y1 + at * (y2 - y1)) for (x1, y1), (x2, y2) in pairs]
    return way[0]


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_whatever_is_read_stands_out_from_what_it_stands_on(theme: int) -> None:
    """As much as the accessibility guidelines of the web ask for: 4.5 to 1."""
    grounds = {
        "page": ["ink", "soft", "red", *(f"kind{n}" for n in range(6))],
        "band": ["ink", "soft", *(f"kind{n}" for n in range(6))],
        "reddish": ["ink", "soft", "red", *(f"kind{n}" for n in range(6))],
        "golden": ["gold", *(f"kind{n}" for n in range(6))],
        "greenish": ["green"],
        "box": ["ink"],
    }
    faint = {}
    for ground, texts in grounds.items():
        for text in texts:
            pair = (luminance(COLOURS[each][theme]) for each in (ground, text))
            low, high = sorted(pair)
            if (ratio := (high + 0.05) / (low + 0.05)) < 4.5:
                faint[text, ground] = round(ratio, 2)
    assert faint == {}


def test_in_print_it_is_as_on_a_light_page() -> None:
    style = picture("bare").root.find(f"{SVG}style")
    assert style is not None
    themes = re.findall(r"\.pc-run\{(--pc-[^}]*)\}", style.text or "")
    media = re.findall(r"@media ([^{]*)\{", style.text or "")
    light, dark, printed = (dict(each.split(":") for each in t.split(";")) for t in themes)
    assert media == ["(prefers-color-scheme:dark)", "print"]
    assert (light == printed, light.keys() == dark.keys(), light["--pc-page"]) == (
        True,
        True,
        "#ffffff",
    )


def test_of_a_run_without_nodes_the_columns_are_lanes() -> None:
    drawn = picture("bare")
    assert [*drawn.lanes()] == ["leader", "a1", "a2"]
    assert (len(drawn.flights), len(drawn.steps)) == (0, len(the_run("bare").run.steps))


class Both(Model[tuple[int, int]]):
    """One step that changes two columns."""

    def __init__(self) -> None:
        self.properties = (something_happens,)

    def initial(self) -> tuple[int, int]:
        return 0, 0

    def steps(self, state: tuple[int, int]) -> Iterator[tuple[str, tuple[int, int]]]:
        if state == (0, 0):
            yield "left & right <count>", (1, 2)

    def observe(self, state: tuple[int, int]) -> Seen:
        return Seen([], {})

    def columns(self, state: tuple[int, int]) -> dict[str, dict[str, str]]:
        return {"left": {"n": str(state[0])}, "right": {"n": str(state[1])}, "third": {}}


@sometimes(sees=[])
def something_happens(seen: Seen) -> bool:
    return False


@spec
def both() -> Both:
    return Both()


def test_a_step_that_changes_other_columns_too_is_marked_on_their_lanes() -> None:
    drawn = Picture(svg(along(ask(of_builder(both), {}), "left & right <count>")))
    lanes, (step,) = drawn.lanes(), drawn.steps
    (dot,), (also,) = step.all("pc-dot"), step.all("pc-also")
    xs = {"left": float(dot.attrib["cx"]), "right": float(also.attrib["cx"])}
    assert xs == {lane: lanes[lane] for lane in ("left", "right")}
    assert dot.attrib["cy"] == also.attrib["cy"]
    assert step.words("pc-change") == "n = 1, right: n = 2"


def test_a_run_without_steps_is_lanes_and_what_is_so_at_its_end() -> None:
    drawn = Picture(svg(along(ask(of_builder(both), {}))))
    assert [*drawn.lanes()] == ["left", "right", "third"]
    assert (drawn.steps, drawn.flights, drawn.milestones) == ([], [], [])
    (end,) = drawn.groups("pc-end")
    assert end.words("pc-ends") == "something_happens is reached"


@dataclass(frozen=True)
class Again:
    left: int


@dataclass(frozen=True)
class Echo(Actor):
    """Says something to itself."""

    up: bool = False

    def offers(self) -> Iterator[Act]:
        if not self.up:
            yield act("starts", self.but(up=True), send(self.me, Again(1)))

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Again(left) if left:
                return self, send(src, Again(0))
        return None


@spec
def echoes() -> Cluster:
    return Cluster({group("e", 2): lambda _: Echo()}, properties=[something_happens])


def one_long() -> Cluster:
    return Cluster(
        {group("verylongknötchen", 12): lambda _: Echo()}, properties=[something_happens]
    )


def two_long() -> Cluster:
    """Which are alike at the end."""
    groups = (
        group("europe_node_of_the_replicated_cluster", 6),
        group("asia_node_of_the_replicated_cluster", 6),
    )
    return Cluster({each: lambda _: Echo() for each in groups}, properties=[something_happens])


@pytest.mark.parametrize("builder", [one_long, two_long])
def test_long_names_stay_apart_and_whoever_points_at_one_is_told_all_of_it(
    builder: Callable[[], Cluster],
) -> None:
    shown = along(ask(of_builder(spec(builder)), {}))
    drawn, boxes = Picture(svg(shown)), []
    full = [*shown.story.first]
    for name, place in zip(full, drawn.groups("pc-name"), strict=True):
        title, text = (place.element.find(f"{SVG}{each}") for each in ("title", "text"))
        assert (title is not None and title.text, text is not None) == (name, True)
        box = place.element.find(f"{SVG}rect")
        assert box is not None
        boxes.append((float(box.attrib["x"]), float(box.attrib["width"])))
    assert [each for each in zip(drawn.lanes(), full) if not stands_for(*each)] == []
    assert (len(drawn.lanes()), len({*full})) == (12, 12)
    assert [one for one, other in pairwise(boxes) if sum(one) > other[0]] == []


def test_what_comes_back_to_its_lane_bulges_and_never_into_the_words() -> None:
    steps = [f"{e} {does}" for e in ("e1", "e2") for does in ("starts", f"<- {e}: Again(left=1)")]
    drawn = Picture(svg(along(ask(of_builder(echoes), {}, network="once"), *steps)))
    lanes = drawn.lanes()
    ways = [each.paths("pc-way")[0] for each in drawn.flights if each.about("end")]
    bulges = [
        [round(x - lane) for x, _ in way] for way, lane in zip(ways, lanes.values(), strict=True)
    ]
    assert bulges == [[0, 40, 40, 0], [0, -40, -40, 0]]


def test_what_stands_in_names_and_messages_is_never_markup() -> None:
    text = text_of("hostile on once")
    assert "&lt;script&gt;" in text or "&lt;it&gt;" in text
    drawn = picture("hostile on once")
    assert {each.tag for each in drawn.root.iter()} <= {f"{SVG}{each}" for each in ELEMENTS}
    assert [*drawn.lanes()][:3] == ["a b", "end", 'q"<b>']


def test_a_long_run_stays_short() -> None:
    shown = walked("fifo", 3, steps=80)
    text = svg(shown)
    steps, messages = len(shown.story.moments), len(shown.story.flights)
    assert len(text) < 8_000 + 500 * steps + 450 * messages
    assert (
        re.findall(r"\d\.\d\d", re.sub(r"<(style|text|title|desc).*?</\1>", "", text, flags=re.S))
        == []
    )


@pytest.mark.parametrize("room", [40.0, 90.0, 400.0])
@pytest.mark.parametrize(
    "text",
    ["", "a", "one two  three", "Accept(vote=Vote(ballot=1, value=v1))", "m" * 70, "字" * 30],
)
def test_a_text_is_broken_into_lines_that_hold_all_of_it(text: str, room: float) -> None:
    lines = wrap(text, 12, room)
    assert packed("".join(lines)) == packed(text)
    assert [line for line in lines if len(line) > 1 and line != line.strip()] == []
