"""The drawing of a trace, read back: its lines lead to the messages of the trace."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from pcheck import Action, Actor, Cluster, Id, Step, action, fixed, group, send
from pcheck.loading.setup import prepare
from pcheck.loading.spec import find
from pcheck.render.text.glyphs import ASCII, UNICODE, Glyphs
from pcheck.render.text.lanes import Lanes
from pcheck.render.text.lines import plain
from pcheck.render.text.trace import TraceText
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.trace import Trace, follow
from pcheck.traces.timeline import Timeline, timeline_of
from tests.render.findings import SAVED, each_of, saved_finding
from tests.sampling import fast_first

GOLDEN = Path(__file__).parent / "golden"
Arrow = tuple[str, int, str, int]  # the sender and its step, the receiver and its step


def characters(glyphs: Glyphs) -> list[str]:
    values = [getattr(glyphs, field.name) for field in fields(Glyphs)]
    return [
        char for value in values for char in ([value] if isinstance(value, str) else value.values())
    ]


IN_ASCII = str.maketrans(dict(zip(characters(UNICODE), characters(ASCII))))


def random_timeline(network: str, seed: int, steps: int = 30, **sizes: int) -> Timeline:
    """Return the timeline of a random trace."""
    model = prepare(find("paxos"), {"learners": 1, **sizes}, network=network, crashes=2).model
    state, rng = model.initial(), random.Random(seed)
    states, labels = [state], list[str]()
    while len(labels) < steps and (possible := list(model.steps(state))):
        label, state = rng.choice(possible)
        states.append(state)
        labels.append(label)
    return timeline_of(model, Trace(tuple(states), tuple(labels)))


def printed(trace: TraceText, width: int, encoding: str = "utf-8", **how: object) -> str:
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="")
    console = Console(file=file, width=width, **{"color_system": None, **how})  # type: ignore[arg-type]
    console.print(trace)
    file.flush()
    assert isinstance(file.buffer, io.BytesIO)
    return file.buffer.getvalue().decode(encoding)


class Picture:
    """A drawing as a reader sees it: rows of characters."""

    def __init__(self, text: str, lanes: tuple[str, ...]) -> None:
        head, *self.rows = text.splitlines()
        self.columns = {head.index(lane): lane for lane in lanes}
        self.steps = list(self._steps())

    def _steps(self) -> Iterator[int]:
        """Yield the step that each row belongs to."""
        number = 0
        for row in self.rows:
            number = int(row[: min(self.columns)].strip() or number)
            yield number

    def at(self, row: int, column: int) -> str:
        return self.rows[row][column : column + 1]

    def arrows(self, heads: str, turns: str) -> set[Arrow]:
        """Return every arrow with a head beside a lane, followed back to its sender."""
        found = set()
        for row, text in enumerate(self.rows):
            for column, lane in self.columns.items():
                for side, head, turn in zip((-1, 1), heads, turns):
                    if text[column + side : column + side + 1] == head:
                        found.add((*self._origin(row, column, side, turn), lane, self.steps[row]))
        return found

    def _origin(self, row: int, column: int, side: int, turn: str) -> tuple[str, int]:
        column += 2 * side
        while self.at(row, column) not in (turn, "├┤"[side > 0]):
            assert self.at(row, column) in "─│┃╎", (row, column)
            column += side
        while self.at(row, column) not in "╮╭┬":
            assert self.at(row, column) in "│├┤╰╯═", (row, column)
            row -= 1
        (sender,) = [self.columns[c] for c in self.columns if self.at(row, c) in "┠┨╂"]
        return sender, self.steps[row]

    def never_delivered(self, mark: str) -> set[tuple[str, int, str]]:
        """Return the messages with a mark beside the lane of their receiver."""
        found = set()
        for row, text in enumerate(self.rows):
            senders = [self.columns[c] for c in self.columns if text[c : c + 1] in tuple("┠┨╂")]
            for column, lane in self.columns.items():
                beside = text[column - 1 : column] + text[column + 1 : column + 2]
                if senders and mark in beside:
                    found.add((senders[0], self.steps[row], lane))
        return found


def deliveries(timeline: Timeline) -> set[Arrow]:
    return {(f.src, f.sent, f.dst, number) for f in timeline.flights for number in f.delivered}


def losses(timeline: Timeline) -> set[Arrow]:
    return {(f.src, f.sent, f.dst, f.lost) for f in timeline.flights if f.lost is not None}


def unended(timeline: Timeline) -> set[tuple[str, int, str]]:
    return {(f.src, f.sent, f.dst) for f in timeline.flights if f.end is None}


def check(timeline: Timeline, width: int) -> None:
    picture = Picture(printed(TraceText(timeline, {}), width), timeline.lanes)
    mark = UNICODE.unended if timeline.losing_is_a_step else UNICODE.lost
    assert picture.arrows("►◄", "╰╯") == deliveries(timeline)
    assert picture.arrows("╳╳", "╰╯") == losses(timeline) if losses(timeline) else True
    assert picture.never_delivered(mark) == unended(timeline)


@each_of(SAVED)
def test_the_messages_of_every_saved_trace_can_be_followed(name: str) -> None:
    check(saved_finding(name).timeline, 120)


@pytest.mark.parametrize("network", ["set", "once", "lossy", "fifo"])
@pytest.mark.parametrize("seed", fast_first(2, range(8)))
def test_the_messages_of_random_traces_can_be_followed_on_every_network(
    network: str, seed: int
) -> None:
    check(random_timeline(network, seed, acceptors=3, proposers=2 + seed % 2), 200)


@dataclass(frozen=True)
class Token:
    """A token that the hands pass on."""

    left: int


@dataclass(frozen=True)
class Hand(Actor):
    """A node that sends the token to itself first, and then to the next node."""

    next: Id = fixed()
    started: bool = False

    def actions(self) -> Iterator[Action]:
        if not self.started:
            yield action("starts", self.but(started=True), send(self.me, Token(2)))

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Token(left) if left:
                return self.but(started=True), send(self.next, Token(left - 1))
        return None


def round_trip() -> Timeline:
    (h1, h2) = pair = group("h", 2)
    cluster = Cluster({pair: lambda i: Hand(next=(h2, h1)[i - 1])}, properties=[])
    model = ClusterModel(cluster, NETWORKS["once"], 0)
    labels = ("h1 starts", "h1 <- h1: Token(left=2)", "h2 <- h1: Token(left=1)")
    return timeline_of(model, follow(model, labels))


def test_a_message_from_a_node_to_itself_leaves_its_lane_and_returns() -> None:
    assert printed(TraceText(round_trip(), {}), 60).splitlines() == [
        "    h1    h2",
        " 1  ●     ┃  h1 starts",
        "    ┃     ┃    started = True",
        "    ┠─╮   ┃    sends Token(left=2) to h1",
        " 2  ●◄╯   ┃  h1 <- h1: Token(left=2)",
        "    ┠───╮ ┃    sends Token(left=1) to h2",
        " 3  ┃   ╰►●  h2 <- h1: Token(left=1)",
        "    ┃     ┃    started = True",
        "    ┃╳────┨    sends Token(left=0) to h1 (never delivered)",
    ]


@each_of(SAVED)
def test_on_a_narrow_screen_an_arrow_leads_from_lane_to_lane(name: str) -> None:
    timeline = saved_finding(name).timeline
    lanes = Lanes(timeline, UNICODE, wired=False)
    rows = [plain(lanes.event(event, frozenset())) for event in timeline.events]
    named = {column: lane for lane, column in lanes.at.items()}
    found = {
        (named[row.index("○")], named[row.index("●")], number)
        for number, row in enumerate(rows, start=1)
        if "○" in row
    }
    apart = [flight for flight in timeline.flights if flight.src != flight.dst]
    assert found == {(f.src, f.dst, number) for f in apart for number in f.delivered}


@pytest.mark.parametrize("network", ["set", "once", "lossy", "fifo"])
def test_no_line_is_wider_than_the_screen(network: str) -> None:
    timeline = random_timeline(network, 1, acceptors=5, proposers=3)
    for width in (40, 60, 80, 100, 120):
        lines = printed(TraceText(timeline, {3: "(a note)"}), width).splitlines()
        assert [line for line in lines if len(line) > width or line != line.rstrip()] == []


@pytest.mark.parametrize("width", range(1, 16))
def test_every_width_gives_a_finite_drawing(width: int) -> None:
    lines = printed(TraceText(random_timeline("set", 1), {3: "(a note)"}), width).splitlines()
    assert len(lines) < 2_000


def test_a_label_is_one_line_that_commands_no_terminal() -> None:
    timeline = random_timeline("set", 1, steps=1)
    (event,) = timeline.events
    wild = replace(
        timeline, events=(replace(event, label="p1 says\n\x1b[2J", milestones=("a\nb",)),)
    )
    text = printed(TraceText(wild, {}), 80)
    assert "p1 says \\x1b[2J\n" in text
    assert "══ a b\n" in text


@pytest.mark.parametrize("width", [20, 33, 50, 80, 120])
def test_wide_characters_are_all_printed(width: int) -> None:
    (event,) = (timeline := random_timeline("set", 1, steps=1)).events
    text = "got = 値段と日本語のとても長い言葉, $$ %%, Ünïcödé (日本) 語 語 語 語 語 語 語 語 end"
    wild = replace(timeline, events=(replace(event, changes=(text,), sends=()),))
    lines = printed(TraceText(wild, {}), width).splitlines()
    letters = re.sub(r"[┃╎●\s\d]", "", "".join(lines))
    assert letters.endswith("".join(text.split()))
    assert [line for line in lines if cell_len(line) > width] == []


def test_eight_nodes_fit_into_eighty_columns_with_lanes() -> None:
    timeline = random_timeline("set", 1, acceptors=5, proposers=2)
    assert len(timeline.lanes) == 8
    head = printed(TraceText(timeline, {}), 80).splitlines()[0]
    assert tuple(head.split()) == timeline.lanes


def test_without_room_for_lanes_every_step_is_printed_in_words() -> None:
    timeline = random_timeline("set", 1, acceptors=5, proposers=3)
    lines = printed(TraceText(timeline, {}), 40).splitlines()
    numbered = [line for line in lines if line[:4].strip()]
    assert len(numbered) == len(timeline.events)
    assert not set("".join(lines)) & set("┃│╎")


@each_of(SAVED)
def test_the_ascii_drawing_is_the_unicode_drawing_character_by_character(name: str) -> None:
    trace = TraceText(saved_finding(name).timeline, {})
    for width in (60, 120):
        unicode_drawing = printed(trace, width)
        assert printed(trace, width, encoding="ascii") == unicode_drawing.translate(IN_ASCII)
        assert printed(trace, width, encoding="latin-1") == unicode_drawing.translate(IN_ASCII)


def test_colour_adds_nothing_but_colour() -> None:
    trace = TraceText(saved_finding(SAVED[0]).timeline, {2: "(a note)"})
    coloured = printed(trace, 100, color_system="standard", force_terminal=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == printed(trace, 100)
    assert coloured.count("\x1b[") > 100


@pytest.mark.parametrize("name", ["vote-leaves-promise", "forgets-its-promise"])
@pytest.mark.parametrize("width", [80, 120])
def test_two_traces_are_drawn_as_in_the_reviewed_files(name: str, width: int) -> None:
    """Review the golden files whenever they change."""
    finding = saved_finding(name)
    golden = (GOLDEN / f"{name}-{width}.txt").read_text(encoding="utf-8")
    assert printed(TraceText(finding.timeline, finding.notes), width) == golden
