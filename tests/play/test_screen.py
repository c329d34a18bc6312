"""The screen of one step of a trace, on screens of any size."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from rich.cells import cell_len
from rich.console import Console, Group

from pcheck.language.printing import show
from pcheck.play.screen import Playback, Screenful
from pcheck.render.text.paragraphs import Paragraph
from pcheck.render.text.snapshot import InFlight, NodeFields
from pcheck.render.text.trace import TraceText
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.traces.finding import Finding
from tests.render.findings import (
    bare_witness,
    columnless_finding,
    hostile_finding,
    random_finding,
    saved_finding,
)
from tests.sampling import fast_first

TRACES: dict[str, Callable[[], Finding]] = {
    "vote-leaves-promise": partial(saved_finding, "vote-leaves-promise"),
    "lossy": partial(random_finding, "lossy", 1),
    "lossy too": partial(random_finding, "lossy", 2),
    "fifo": partial(random_finding, "fifo", 2),
    "set": partial(random_finding, "set", 1),
    "hostile": partial(hostile_finding, "once"),
    "bare": bare_witness,
    "without columns": columnless_finding,
}
SIZES = (80, 24), (120, 40), (60, 18), (40, 12)
SETUP, OUTCOME = Paragraph("This is the setup."), Paragraph("This is the outcome.")
EXPLANATION = Group(*(f"Reason {number}." for number in range(1, 41)))


def playback(finding: Finding) -> Playback:
    titles = "a trace with a title that is long", "a trace"
    return Playback(titles, finding.timeline, finding.notes, SETUP, OUTCOME, OUTCOME, EXPLANATION)


def printed(what: object, width: int, height: int = 24, encoding: str = "utf-8") -> list[str]:
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="")
    Console(file=file, width=width, height=height, color_system=None).print(what)
    file.flush()
    assert isinstance(file.buffer, io.BytesIO)
    lines = file.buffer.getvalue().decode(encoding).removesuffix("\n").split("\n")
    return [line.rstrip() for line in lines]


def screen(name: str, at: int, width: int, height: int, encoding: str = "utf-8") -> list[str]:
    return printed(Screenful(playback(TRACES[name]()), at), width, height, encoding)


def steps(rows: list[str]) -> dict[int, list[str]]:
    """Return the rows of a diagram by the number of their step; step 0 has the head."""
    number, found = 0, dict[int, list[str]]()
    for row in rows:
        begins = re.match(r" *(\d+)  ", row)
        number = int(begins[1]) if begins is not None else number
        found.setdefault(number, []).append(row)
    return found


def is_part(rows: list[str], screen_rows: list[str]) -> bool:
    starts = range(len(screen_rows))
    return any(screen_rows[at : at + len(rows)] == rows for at in starts)


@pytest.mark.parametrize(("width", "height"), fast_first(1, SIZES))
@pytest.mark.parametrize("name", TRACES)
def test_each_step_fills_the_screen_as_in_the_whole_trace(
    name: str, width: int, height: int
) -> None:
    finding = TRACES[name]()
    whole = steps(printed(TraceText(finding.timeline, finding.notes), width))
    for at in range(0, len(finding.timeline.events) + 1, 1 if name == "bare" else 4):
        rows = screen(name, at, width, height)
        assert len(rows) == height
        assert max(map(cell_len, rows)) <= width
        assert rows[0].endswith(f"step {at} of {len(finding.timeline.events)}")
        assert rows[-1].endswith("q quit")
        if at:
            assert is_part(whole[at][: height - 2], rows)


@pytest.mark.slow
def test_the_lanes_keep_their_places_while_the_trace_grows() -> None:
    finding = TRACES["vote-leaves-promise"]()
    whole = printed(TraceText(finding.timeline, finding.notes), 80)
    for at in range(1, len(finding.timeline.events) + 1):
        rows = screen("vote-leaves-promise", at, 80, 200)
        now = next(nth for nth, row in enumerate(rows) if row.startswith("── after step"))
        drawn = [row for row in rows[1:now] if row and not row.startswith(("This is", "Reason"))]
        assert drawn[: len(whole)] == whole[: len(drawn)]
        assert list(steps(drawn)) == list(range(at + 1))


def test_the_screen_before_the_first_step_shows_the_setup() -> None:
    rows = screen("vote-leaves-promise", 0, 80, 24)
    title = f"{'a trace with a title that is long':67} step 0 of 20"
    assert rows[:3] == [title, "This is the setup.", ""]
    assert rows[-7:-1] == [
        "in flight: none",
        "p1  started = 0, promises = None",
        "p2  started = 0, promises = None",
        "a1  promised = 0, vote = None",
        "a2  promised = 0, vote = None",
        "a3  promised = 0, vote = None",
    ]


def test_the_last_step_shows_the_outcome_and_the_explanation_that_fits() -> None:
    rows = screen("vote-leaves-promise", 20, 80, 24)
    at = rows.index("This is the outcome.")
    more = "... (replay without --step to see all)"
    assert rows[at + 2 : at + 6] == ["Reason 1.", "Reason 2.", "Reason 3.", more]
    assert "Reason 40." in screen("vote-leaves-promise", 20, 80, 80)
    assert "This is the outcome." in screen("vote-leaves-promise", 20, 40, 12)
    assert "This is the outcome." not in screen("vote-leaves-promise", 19, 80, 80)


@pytest.mark.parametrize("name", TRACES)
def test_every_node_is_shown_and_changed_fields_have_a_star(name: str) -> None:
    finding = TRACES[name]()
    model, states = finding.setup.model, finding.trace.states
    for at, state in enumerate(states):
        before, now = model.columns(states[max(at - 1, 0)]), model.columns(state)
        expected = []
        for column, fields in now.items():
            texts = []
            for field, text in fields.items():
                star = "*" if before.get(column, {}).get(field) != text else ""
                texts.append(star + " ".join((f"{field} = {text}" if field else text).split()))
            expected.append(f"{column}: {', '.join(texts)}")
        left = max(map(len, now), default=0)
        rows = [row for row in printed(NodeFields(finding.timeline, at), 2000) if row]
        assert [f"{row[:left].rstrip()}: {row[left + 2 :]}" for row in rows] == expected


@pytest.mark.parametrize("name", ["lossy", "lossy too"])
def test_the_messages_in_flight_are_those_in_the_inboxes(name: str) -> None:
    finding = TRACES[name]()
    model = finding.setup.model
    assert isinstance(model, ClusterModel)
    total = 0
    for at, state in enumerate(finding.trace.states):
        undelivered = Counter(
            (show(letter.message), str(letter.src), str(node.me))
            for node, config in zip(model.nodes, state.nodes)
            for letter in config.inbox
        )
        assert in_flight(finding, at) == undelivered
        total += undelivered.total()
    assert total > 50


def in_flight(finding: Finding, at: int) -> Counter[tuple[str, str, str]]:
    (row,) = printed(InFlight(finding.timeline, at, 1), 5000)
    named = re.findall(r"(?:: |, )([A-Z]\w*\(.*?\)) from (\w+) to (\w+(?: and \w+)*)", row)
    return Counter((text, src, dst) for text, src, to in named for dst in to.split(" and "))


def test_a_message_is_in_flight_until_its_last_delivery() -> None:
    finding = TRACES["set"]()
    for flight in finding.timeline.flights:
        key = show(flight.message), flight.src, flight.dst
        until = max(flight.delivered, default=flight.sent)
        steps_in_flight = [at for at in range(flight.sent, until) if in_flight(finding, at)[key]]
        assert steps_in_flight == list(range(flight.sent, until))


def test_of_many_messages_in_flight_the_latest_are_named() -> None:
    finding = TRACES["vote-leaves-promise"]()
    assert printed(InFlight(finding.timeline, 7, 4), 60) == [
        "in flight: Accept(vote=Vote(ballot=1, value=v1)) from p1 to",
        "a3, Prepare(ballot=3) from p1 to a2 and a3,",
        "Prepare(ballot=2) from p2 to a1 and a2",
    ]
    assert printed(InFlight(finding.timeline, 7, 1), 66) == [
        "in flight: Prepare(ballot=2) from p2 to a1 and a2, and 2 more"
    ]
    assert printed(InFlight(finding.timeline, 7, 1), 40) == ["in flight: 3 messages"]


@pytest.mark.parametrize("at", [1, 4, 13, 20])
def test_a_small_screen_omits_earlier_steps_then_unchanged_nodes_but_not_the_step(
    at: int,
) -> None:
    event = TRACES["vote-leaves-promise"]().timeline.events[at - 1]
    for height in (3, 5, 8, 12, 16, 24, 30):
        rows = screen("vote-leaves-promise", at, 80, height)
        names = [row[:2] for row in rows if re.match(r"[pa]\d  ", row)]
        assert [row for row in rows if re.match(rf" *{at}  .*{re.escape(event.label)}", row)] != []
        assert names in ([], [event.node], ["p1", "p2", "a1", "a2", "a3"])
        assert height < 24 or len(names) == 5


@pytest.mark.parametrize(
    "name", fast_first(1, ["vote-leaves-promise", "hostile", "without columns"])
)
@pytest.mark.parametrize(
    ("width", "height"), [(1, 1), (1, 30), (5, 2), (9, 3), (16, 5), (23, 9), (200, 1), (200, 4)]
)
def test_no_screen_is_too_small(name: str, width: int, height: int) -> None:
    for at in (0, 1, len(TRACES[name]().timeline.events)):
        rows = screen(name, at, width, height)
        assert len(rows) == height
        assert max(map(cell_len, rows)) <= width


def test_the_screen_is_ascii_if_the_encoding_is_ascii() -> None:
    for at in (0, 1, 13, 20):
        assert all(row.isascii() for row in screen("vote-leaves-promise", at, 80, 24, "ascii"))


@pytest.mark.parametrize(
    ("name", "width", "keys"),
    [
        (
            "vote-leaves-promise",
            80,
            "→ next  ← back  d next difference from correct  Home first  End last  q quit",
        ),
        ("vote-leaves-promise", 60, "→ next  ← back  d difference  Home first  End last  q quit"),
        ("vote-leaves-promise", 40, "→ next  ← back  d difference  q quit"),
        ("vote-leaves-promise", 24, "→ next  ← back  q quit"),
        ("lossy", 80, "→ next  ← back  Home first  End last  q quit"),
    ],
)
def test_the_line_of_keys_fits_the_width(name: str, width: int, keys: str) -> None:
    assert screen(name, 3, width, 20)[-1] == keys


def test_a_trace_without_steps_is_shown() -> None:
    finding = TRACES["vote-leaves-promise"]()
    timeline = replace(finding.timeline, events=(), flights=())
    rows = printed(Screenful(Playback(("a trace",), timeline, {}, SETUP, OUTCOME, OUTCOME), 0), 80)
    assert rows[1] == "This is the setup."
    assert "This is the outcome." in rows
    assert rows[-2] == "a3  promised = 0, vote = None"
