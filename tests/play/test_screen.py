"""One step of a run on a screen: what stands there, and on how small a screen."""

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
from pcheck.render.text.snapshot import Mail, Nodes
from pcheck.render.text.trace import TraceText
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.traces.finding import Finding
from tests.render.every_run import bare, hostile, kept, walked, without_columns

RUNS: dict[str, Callable[[], Finding]] = {
    "vote-leaves-promise": partial(kept, "vote-leaves-promise"),
    "lossy": partial(walked, "lossy", 1),
    "lossy too": partial(walked, "lossy", 2),
    "fifo": partial(walked, "fifo", 2),
    "set": partial(walked, "set", 1),
    "hostile": partial(hostile, "once"),
    "bare": bare,
    "without columns": without_columns,
}
SIZES = (80, 24), (120, 40), (60, 18), (40, 12)
BEFORE, ENDS = Paragraph("This is what it is."), Paragraph("And this is how it ends.")
WHY = Group(*(f"Reason {number}." for number in range(1, 41)))


def playback(shown: Finding) -> Playback:
    titles = "a run with a title that is long", "a run"
    return Playback(titles, shown.timeline, shown.notes, BEFORE, ENDS, ENDS, WHY)


def printed(what: object, width: int, height: int = 24, encoding: str = "utf-8") -> list[str]:
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="")
    Console(file=file, width=width, height=height, color_system=None).print(what)
    file.flush()
    assert isinstance(file.buffer, io.BytesIO)
    lines = file.buffer.getvalue().decode(encoding).removesuffix("\n").split("\n")
    return [line.rstrip() for line in lines]


def screen(name: str, at: int, width: int, height: int, encoding: str = "utf-8") -> list[str]:
    return printed(Screenful(playback(RUNS[name]()), at), width, height, encoding)


def steps(rows: list[str]) -> dict[int, list[str]]:
    """The rows of a drawing under the number of the step that they belong to; 0 is its head."""
    number, found = 0, dict[int, list[str]]()
    for row in rows:
        begins = re.match(r" *(\d+)  ", row)
        number = int(begins[1]) if begins is not None else number
        found.setdefault(number, []).append(row)
    return found


def stands(rows: list[str], among: list[str]) -> bool:
    return any(among[at : at + len(rows)] == rows for at in range(len(among)))


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("name", RUNS)
def test_each_step_fills_the_screen_and_stands_there_as_in_the_whole_drawing(
    name: str, width: int, height: int
) -> None:
    shown = RUNS[name]()
    whole = steps(printed(TraceText(shown.timeline, shown.notes), width))
    for at in range(0, len(shown.timeline.events) + 1, 1 if name == "bare" else 4):
        rows = screen(name, at, width, height)
        assert len(rows) == height
        assert max(map(cell_len, rows)) <= width
        assert rows[0].endswith(f"step {at} of {len(shown.timeline.events)}")
        assert rows[-1].endswith("q quit")
        if at:
            assert stands(whole[at][: height - 2], rows)


def test_the_lanes_stay_where_they_are_while_the_drawing_grows() -> None:
    shown = RUNS["vote-leaves-promise"]()
    whole = printed(TraceText(shown.timeline, shown.notes), 80)
    for at in range(1, len(shown.timeline.events) + 1):
        rows = screen("vote-leaves-promise", at, 80, 200)
        now = next(nth for nth, row in enumerate(rows) if row.startswith("── after step"))
        drawn = [row for row in rows[1:now] if row and not row.startswith(("And this", "Reason"))]
        assert drawn[: len(whole)] == whole[: len(drawn)]
        assert list(steps(drawn)) == list(range(at + 1))


def test_before_the_first_step_it_says_what_will_be_walked() -> None:
    rows = screen("vote-leaves-promise", 0, 80, 24)
    title = f"{'a run with a title that is long':67} step 0 of 20"
    assert rows[:3] == [title, "This is what it is.", ""]
    assert rows[-7:-1] == [
        "on the way: nothing",
        "p1  started = 0, promises = None",
        "p2  started = 0, promises = None",
        "a1  promised = 0, vote = None",
        "a2  promised = 0, vote = None",
        "a3  promised = 0, vote = None",
    ]


def test_after_the_last_step_it_says_what_is_wrong_and_why_as_far_as_there_is_room() -> None:
    rows = screen("vote-leaves-promise", 20, 80, 24)
    at = rows.index("And this is how it ends.")
    more = "... (replay without --step shows all)"
    assert rows[at + 2 : at + 6] == ["Reason 1.", "Reason 2.", "Reason 3.", more]
    assert "Reason 40." in screen("vote-leaves-promise", 20, 80, 80)
    assert "And this is how it ends." in screen("vote-leaves-promise", 20, 40, 12)
    assert "And this is how it ends." not in screen("vote-leaves-promise", 19, 80, 80)


@pytest.mark.parametrize("name", RUNS)
def test_every_node_is_shown_as_it_is_and_what_changed_has_a_star(name: str) -> None:
    shown = RUNS[name]()
    model, states = shown.setup.model, shown.trace.states
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
        rows = [row for row in printed(Nodes(shown.timeline, at), 2000) if row]
        assert [f"{row[:left].rstrip()}: {row[left + 2 :]}" for row in rows] == expected


@pytest.mark.parametrize("name", ["lossy", "lossy too"])
def test_what_is_on_its_way_is_what_waits_in_the_inboxes(name: str) -> None:
    shown = RUNS[name]()
    model = shown.setup.model
    assert isinstance(model, ClusterModel)
    some = 0
    for at, state in enumerate(shown.trace.states):
        waits = Counter(
            (show(letter.message), str(letter.src), str(node.me))
            for node, config in zip(model.nodes, state.nodes)
            for letter in config.inbox
        )
        assert mail(shown, at) == waits
        some += waits.total()
    assert some > 50


def mail(shown: Finding, at: int) -> Counter[tuple[str, str, str]]:
    (row,) = printed(Mail(shown.timeline, at, 1), 5000)
    named = re.findall(r"(?:: |, )([A-Z]\w*\(.*?\)) from (\w+) to (\w+(?: and \w+)*)", row)
    return Counter((text, src, dst) for text, src, to in named for dst in to.split(" and "))


def test_what_can_be_delivered_again_is_on_its_way_until_it_was_for_the_last_time() -> None:
    shown = RUNS["set"]()
    for flight in shown.timeline.flights:
        key = show(flight.message), flight.src, flight.dst
        until = max(flight.delivered, default=flight.sent)
        there = [at for at in range(flight.sent, until) if mail(shown, at)[key]]
        assert there == list(range(flight.sent, until))


def test_of_much_mail_the_latest_is_named() -> None:
    shown = RUNS["vote-leaves-promise"]()
    assert printed(Mail(shown.timeline, 7, 4), 60) == [
        "on the way: Accept(vote=Vote(ballot=1, value=v1)) from p1 to",
        "a3, Prepare(ballot=3) from p1 to a2 and a3,",
        "Prepare(ballot=2) from p2 to a1 and a2",
    ]
    assert printed(Mail(shown.timeline, 7, 1), 64) == [
        "on the way: 2 others, Prepare(ballot=2) from p2 to a1 and a2"
    ]
    assert printed(Mail(shown.timeline, 7, 1), 40) == ["on the way: 3 others"]


@pytest.mark.parametrize("at", [1, 4, 13, 20])
def test_a_small_screen_leaves_out_what_was_then_who_did_nothing_and_keeps_the_step(
    at: int,
) -> None:
    event = RUNS["vote-leaves-promise"]().timeline.events[at - 1]
    for height in (3, 5, 8, 12, 16, 24, 30):
        rows = screen("vote-leaves-promise", at, 80, height)
        names = [row[:2] for row in rows if re.match(r"[pa]\d  ", row)]
        assert [row for row in rows if re.match(rf" *{at}  .*{re.escape(event.label)}", row)] != []
        assert names in ([], [event.node], ["p1", "p2", "a1", "a2", "a3"])
        assert height < 24 or len(names) == 5


@pytest.mark.parametrize("name", ["vote-leaves-promise", "hostile", "without columns"])
@pytest.mark.parametrize(
    ("width", "height"), [(1, 1), (1, 30), (5, 2), (9, 3), (16, 5), (23, 9), (200, 1), (200, 4)]
)
def test_no_screen_is_too_small(name: str, width: int, height: int) -> None:
    for at in (0, 1, len(RUNS[name]().timeline.events)):
        rows = screen(name, at, width, height)
        assert len(rows) == height
        assert max(map(cell_len, rows)) <= width


def test_where_only_ascii_can_be_written_the_screen_is_ascii() -> None:
    for at in (0, 1, 13, 20):
        assert all(row.isascii() for row in screen("vote-leaves-promise", at, 80, 24, "ascii"))


@pytest.mark.parametrize(
    ("name", "width", "keys"),
    [
        (
            "vote-leaves-promise",
            80,
            "→ next  ← back  d to where the correct one differs  Home first  End last  q quit",
        ),
        ("vote-leaves-promise", 60, "→ next  ← back  d differs  Home first  End last  q quit"),
        ("vote-leaves-promise", 40, "→ next  ← back  d differs  q quit"),
        ("vote-leaves-promise", 24, "→ next  ← back  q quit"),
        ("lossy", 80, "→ next  ← back  Home first  End last  q quit"),
    ],
)
def test_the_keys_are_named_as_far_as_there_is_room(name: str, width: int, keys: str) -> None:
    assert screen(name, 3, width, 20)[-1] == keys


def test_a_run_that_could_not_even_begin_is_shown() -> None:
    shown = RUNS["vote-leaves-promise"]()
    timeline = replace(shown.timeline, events=(), flights=())
    rows = printed(Screenful(Playback(("a run",), timeline, {}, BEFORE, ENDS, ENDS), 0), 80)
    assert rows[1] == "This is what it is."
    assert "And this is how it ends." in rows
    assert rows[-2] == "a3  promised = 0, vote = None"
