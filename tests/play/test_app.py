"""`pcheck play`: keys on a terminal, the screen at any size, and errors without a terminal."""

from __future__ import annotations

import io
import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType

from pcheck.errors import SpecError
from pcheck.loading.setup import prepare
from pcheck.loading.spec import SHIPPED, find, shipped_names
from pcheck.play.app import App
from pcheck.play.choices import KEYS, Choices, Message
from pcheck.render.text.snapshot import NodeFields
from pcheck.traces.stepping import Stepping
from tests.play.test_screen import printed

if TYPE_CHECKING:
    from tests.cli.terminal import Terminal

Ends = Callable[..., tuple[int, str, str]]
SAVED = SHIPPED.parent / "counterexamples" / "vote-leaves-promise.json"
SIZES = [(80, 24), (120, 40), (60, 18), (40, 12), (30, 6), (20, 3)]


def stepping(name: str = "paxos", bug: str | None = None, **given: Any) -> Stepping:
    spec = find(name)
    known, crashes = spec.bug(bug) if bug is not None else None, given.pop("crashes", None)
    return Stepping(prepare(spec, given, bug=known, crashes=crashes))


def app(found: Stepping, file: Path | None = None) -> App:
    """Return an app whose screens nobody sees."""
    return App(Console(file=io.StringIO(), force_terminal=True), found, file)


# Keys


def chosen(made: App) -> str:
    return made.stepping.steps[made.chosen].label


def test_keys_choose_take_undo_and_redo() -> None:
    made = app(stepping(acceptors=1, crashes=0))
    for key, label in [("down", "p2"), ("down", "p2"), ("up", "p1"), ("k", "p1"), ("G", "p2")]:
        made.press(key)
        assert chosen(made) == f"{label} starts ballot {label[1]}"
    made.press("enter")
    assert made.stepping.labels == ("p2 starts ballot 2",)
    made.press("u")
    assert (len(made.stepping.labels), chosen(made)) == (0, "p2 starts ballot 2")
    for key, taken in [("r", 1), ("r", 1), ("backspace", 0), ("left", 0), ("right", 1), ("?", 1)]:
        made.press(key)
        assert len(made.stepping.labels) == taken


def test_the_whole_bug_is_played_by_the_way_ahead() -> None:
    made = app(stepping(bug="ignores-votes"))
    for left in range(14, 0, -1):
        made.press("v")
        steps = f"{left} more step{'s' if left > 1 else ''}"
        assert made.message == Message(
            f"agreement can be violated in {steps}. The first of these steps is marked."
        )
        made.press("space")
    made.press("v")
    assert made.message == Message("agreement is violated here.")
    rows = printed(Choices(made.stepping, 0), 80)
    assert rows[-2] == "VIOLATED: agreement is false after step 14: v1 and v2 are both chosen."


def test_the_trace_is_saved_under_a_free_name_and_then_again_there(empty_folder: Path) -> None:
    (empty_folder / "paxos.json").write_text("mine")
    made = app(stepping(acceptors=1))
    for steps in (1, 2):
        made.press("enter")
        made.press("s")
        found = json.loads((empty_folder / "paxos-2.json").read_text(encoding="utf-8"))
        assert len(found["steps"]) == steps
    assert made.message == Message("Saved 2 steps; replay with: pcheck replay paxos-2.json")
    assert (empty_folder / "paxos.json").read_text() == "mine"
    assert sorted(each.name for each in empty_folder.iterdir()) == ["paxos-2.json", "paxos.json"]


# The screen


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("name", ["paxos", "simplified_paxos", "raft"])
def test_the_screen_fits_and_shows_the_chosen_step(name: str, width: int, height: int) -> None:
    made = app(stepping(name))
    for _ in range(12):
        rows = printed(Choices(made.stepping, made.chosen, made.message), width, height)
        assert len(rows) == height
        assert max(map(cell_len, rows)) <= width
        if height >= 12 and made.stepping.steps:
            assert rows[-1] in {key.format(up="↑", down="↓") for key in KEYS}
            start = f"> {chosen(made)}"[: width - 6]
            assert any(start in row for row in rows)
        made.press("G")
        made.press("enter")


def test_the_screen_at_80_columns() -> None:
    made = app(stepping(acceptors=1, rounds=1, crashes=0))
    made.press("enter")
    made.press("down")
    assert printed(Choices(made.stepping, made.chosen), 80, 16) == [
        "paxos                                                               after 1 step",
        "    p1  p2  a1",
        " 1  ●   ┃   ┃  p1 starts ballot 1",
        "    ┃   ┃   ┃    started = 1, promises = {}",
        "    ┠───┃──…┃    sends Prepare(ballot=1) to a1 (still in flight)",
        "",
        "",
        "",
        f"── nodes {'─' * 71}",
        "p1  *started = 1, *promises = {}",
        "p2  started = 0, promises = None",
        "a1  promised = 0, vote = None",
        f"── 2 possible steps {'─' * 60}",
        "p2   p2 starts ballot 2",
        "a1 > a1 <- p1: Prepare(ballot=1)",
        "↑↓ choose  Enter take  u undo  r redo  v look ahead  s save  q quit",
    ]
    rows = printed(Choices(made.stepping, made.chosen), 80, 16, "ascii")
    assert rows[-1].startswith("kj choose")
    assert all(row.isascii() for row in rows)


@pytest.mark.parametrize("name", shipped_names())
def test_the_first_screen_shows_every_step_and_every_node(name: str) -> None:
    found = stepping(name)
    rows = printed(Choices(found, 0), 80, 24)
    steps = rows.index(next(row for row in rows if "possible step" in row))
    labels = [step.label for step in found.steps]
    listed = zip(rows[steps + 1 : -1], labels, strict=True)
    assert [row[-len(label) :] for row, label in listed] == labels
    nodes = printed(NodeFields(found.timeline, 0), 80, 1_000)
    assert rows[steps - len(nodes) : steps] == nodes


def test_a_small_first_screen_shortens_the_setup_before_the_list() -> None:
    found = stepping(bug="ignores-votes", crashes=1)
    assert printed(Choices(found, 0), 80, 24)[:9] == [
        "paxos, ignores-votes                                               initial state",
        "paxos: Single-decree Paxos: at most one value is ever chosen.",
        "  bug      ignores-votes: A proposer ignores the reported votes and always asks",
        "           for its own value.",
        "  size     acceptors 3, proposers 2, rounds 1",
        "  network  set: every message ever sent may be delivered at any time, any number",
        "           of times",
        "  crashes  at most 1; a crashed node loses its volatile fields and may restart",
        "",
    ]
    assert printed(Choices(found, 0), 60, 20) == [
        "paxos, ignores-votes                           initial state",
        "  bug      ignores-votes",
        "  size     acceptors 3, proposers 2, rounds 1",
        "  network  set",
        "  crashes  at most 1",
        f"── nodes {'─' * 51}",
        "p1  started = 0, promises = None",
        "p2  started = 0, promises = None",
        "a1  promised = 0, vote = None",
        "a2  promised = 0, vote = None",
        "a3  promised = 0, vote = None",
        f"── 7 possible steps {'─' * 40}",
        "p1 > p1 starts ballot 1",
        "     p1 crashes",
        "p2   p2 starts ballot 2",
        "     p2 crashes",
        "a1   a1 crashes",
        "a2   a2 crashes",
        "a3   a3 crashes",
        "↑↓ Enter take  u undo  r redo  v look ahead  s save  q quit",
    ]


# The command


def test_a_bug_is_played_on_a_terminal(
    terminal: Callable[..., Terminal], empty_folder: Path, pcheck: Ends
) -> None:
    file = empty_folder / "mine.json"
    started = terminal("play", SAVED, "--save", file, NO_COLOR="1")
    started.shows("VIOLATED: agreement is false after step 20")
    started.press("u")
    started.shows("after 19 steps")
    started.press("v")
    started.shows("agreement can be violated in 1 more step.")
    started.press("\rs")
    started.shows("Saved 20 steps")
    started.press("q")
    assert (started.ends(), started.is_restored) == (0, True)
    assert b"VIOLATED: agreement is false: v1 and v2 are both chosen." in started.sent_afterwards
    assert pcheck("replay", str(file), "--quiet")[0] == 0


def test_ctrl_c_ends_a_search_ahead_and_the_play_goes_on(
    terminal: Callable[..., Terminal],
) -> None:
    started = terminal("play", "paxos", NO_COLOR="1")
    started.shows("initial state")
    started.press("v")
    started.shows("Searching ahead")
    started.press("\x03")
    started.shows("The search was stopped by Ctrl-C")
    started.press("\r")
    started.shows("after 1 step")
    started.press("\x03")
    assert (started.ends(), started.is_restored) == (0, True)


@pytest.mark.slow
def test_a_users_own_spec_is_played_and_played_on(
    terminal: Callable[..., Terminal], empty_folder: Path, pcheck: Ends
) -> None:
    assert pcheck("new", "mine.py")[0] == 0
    started = terminal("play", empty_folder / "mine.py", "--save", empty_folder / "a.json")
    started.shows("initial state")
    started.press("\rs")
    started.shows("Saved 1 step; replay with: pcheck replay")
    started.press("\x03")
    assert (started.ends(), started.is_restored) == (0, True)
    status, out, err = pcheck("play", str(empty_folder / "a.json"))
    assert (status, out) == (2, "")
    assert "add the file of the spec, as in `pcheck play" in err
    started = terminal("play", empty_folder / "a.json", empty_folder / "mine.py")
    started.shows("after 1 step")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (
            ("paxos",),
            "pcheck play needs a terminal as standard input and as standard output; to play in a "
            "browser, add -o page.html\n",
        ),
        (
            ("simplified_paxos",),
            "pcheck play needs a terminal as standard input and as standard output\n",
        ),
        (("paxos", "--bug", "none"), "unknown bug 'none' of paxos"),
        (("missing.json",), "missing.json cannot be read: No such file or directory"),
        (
            ("paxos", "--property", "a_value_can_still_be_chosen"),
            "a_value_can_still_be_chosen is a question about the future, which no step can answer",
        ),
        (("paxos", "--save", "."), ". is a folder; name a file"),
    ],
)
def test_bad_input_is_one_line(arguments: tuple[str, ...], error: str, pcheck: Ends) -> None:
    status, out, err = pcheck("play", *arguments)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"pcheck: {error}")


def test_a_saved_step_that_is_not_possible_is_an_error(pcheck: Ends, empty_folder: Path) -> None:
    steps = ["p1 starts ballot 1", "a1 flies"]
    (empty_folder / "a.json").write_text(json.dumps({"spec": "paxos", "steps": steps}))
    status, out, err = pcheck("play", "a.json")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("pcheck: a.json cannot be played: step 2 is not possible: a1 flies. ")


def test_a_property_to_be_reached_is_a_goal(tmp_path: Path) -> None:
    spec = find("paxos")
    made = app(Stepping(prepare(spec, {"acceptors": 1}, find="chosen")), tmp_path / "a.json")
    for left in range(4, 0, -1):
        made.press("v")
        steps = f"{left} more step{'s' if left > 1 else ''}"
        assert made.message is not None
        assert made.message.text.startswith(f"some_value_chosen can be reached in {steps}. ")
        made.press("enter")
    made.press("s")
    rows = printed(Choices(made.stepping, 0), 80)
    assert "FOUND: some_value_chosen is reached." in rows
    assert made.stepping.violations == []
    saved = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert (saved["property"], len(saved["steps"])) == ("some_value_chosen", 4)


FALSE_AT_THE_SECOND_STEP = 'return "it is -6" if seen.field("at")[0][1] == -6 else None'
FAULTY = '''
from dataclasses import dataclass
from pcheck import Actor, Cluster, action, always, group, spec

@dataclass(frozen=True)
class Counter(Actor):
    at: int = 0

    def actions(self):
        yield action("counts", self.but(at=self.at + 10 // (2 - self.at)))

@always(sees=["at"])
def is_small(seen):
    """The count is small."""
    return None

@spec
def counting() -> Cluster:
    """One node that counts."""
    return Cluster({group("n", 1): lambda i: Counter(at=-8)}, properties=[is_small])
'''


def test_a_step_that_leads_to_a_fault_of_the_spec_is_taken_back(tmp_path: Path) -> None:
    (tmp_path / "counting.py").write_text(FAULTY)
    made = app(Stepping(prepare(find(str(tmp_path / "counting.py")), {})), tmp_path)
    rows = []
    for _ in range(12):
        made.press("enter")
        rows = printed(Choices(made.stepping, made.chosen, made.message), 80)
        if made.message is not None:
            break
    assert made.message is not None
    assert "ZeroDivisionError" in made.message.text
    assert made.stepping.steps != []
    assert any("ZeroDivisionError" in row for row in rows)


def test_a_file_that_cannot_be_written_is_said_on_the_screen(tmp_path: Path) -> None:
    made = app(stepping(), tmp_path / "missing" / "a.json")
    made.press("s")
    assert made.message is not None
    assert made.message.text.endswith("a.json cannot be written: No such file or directory")
    made.press("enter")
    assert made.message is None


def farewell(made: App, width: int = 80) -> list[str]:
    return printed(Group(*made._farewell()), width, 1_000)


def test_a_goal_that_was_saved_is_replayed_and_played_on(
    terminal: Callable[..., Terminal], pcheck: Ends, empty_folder: Path
) -> None:
    made = app(
        Stepping(prepare(find("paxos"), {"acceptors": 1}, find="chosen")), empty_folder / "a.json"
    )
    made.stepping.take(*made.stepping.ahead().labels or ())
    made.press("s")
    assert "FOUND: some_value_chosen is reached." in farewell(made)
    status, out, err = pcheck("replay", "a.json")
    assert (status, err) == (0, "")
    assert "FOUND: some_value_chosen is reached." in out
    started = terminal("play", "a.json")
    started.shows("FOUND: some_value_chosen is reached.")
    started.press("uv")
    started.shows("some_value_chosen can be reached in 1 more step.")
    made.press("u")
    assert "some_value_chosen is not reached." in farewell(made)


def test_a_trace_with_detours_is_not_called_a_shortest_one(
    pcheck: Ends, empty_folder: Path
) -> None:
    made = app(stepping(bug="ignores-votes", crashes=1), empty_folder / "a.json")
    made.stepping.take("a3 crashes", "a3 restarts")
    made.stepping.take(*made.stepping.ahead().labels or ())
    made.press("s")
    status, out, _ = pcheck("replay", "a.json", "--format", "text")
    assert (status, "A trace that violates agreement (16 steps)" in out) == (0, True)


def test_what_was_violated_before_the_end_is_said_at_the_end_too(tmp_path: Path) -> None:
    text = FAULTY.replace(
        "return None", 'return "it is -6" if seen.field("at")[0][1] == -6 else None'
    )
    (tmp_path / "counting.py").write_text(text)
    made = app(Stepping(prepare(find(str(tmp_path / "counting.py")), {}, crashes=0)), tmp_path)
    for _ in range(3):
        made.press("enter")
    assert farewell(made)[-2] == "VIOLATED: is_small is false after step 2: it is -6."
    made.press("u")
    assert farewell(made)[-2] == "VIOLATED: is_small is false: it is -6."


def test_a_message_is_still_in_flight_on_the_screen_and_in_the_text_after_quitting() -> None:
    made = app(stepping(bug="ignores-votes"))
    made.stepping.take(*made.stepping.ahead().labels or ())
    for _ in range(2):  # at the violation, and one step before it
        screen = printed(Choices(made.stepping, 0), 160, 100)
        drawn, afterwards = (
            [row for row in rows if "still in flight" in row or "never delivered" in row]
            for rows in (screen, farewell(made, 160))
        )
        assert afterwards == drawn
        assert sum("still in flight" in row for row in drawn) == 4
        made.press("u")


def test_a_trace_is_printed_before_the_fault_of_its_explanation(tmp_path: Path) -> None:
    text = FAULTY.replace(
        "return None", 'return "it is -6" if seen.field("at")[0][1] == -6 else None'
    )
    explained = 'def why(history):\n    yield 1 // 0\n\n@always(sees=["at"], explain=why)'
    text = text.replace('@always(sees=["at"])', explained)
    (tmp_path / "counting.py").write_text(text)
    made = app(Stepping(prepare(find(str(tmp_path / "counting.py")), {}, crashes=0)), tmp_path)
    made.press("enter")
    made.press("enter")
    parts: list[RenderableType] = []
    with pytest.raises(SpecError, match="ZeroDivisionError"):
        parts.extend(made._farewell())
    assert any("n1 counts" in row for row in printed(Group(*parts), 80, 1_000))


def test_the_command_to_replay_names_all_files(empty_folder: Path) -> None:
    (empty_folder / "my also.py").write_text(
        "from pcheck import always\n\n\n@always(sees=[])\ndef fine(seen):\n"
        '    """All is well."""\n    return None\n'
    )
    setup = prepare(find("paxos"), {}, also=[str(empty_folder / "my also.py")])
    made = app(Stepping(setup), Path("a b.json"))
    made.press("s")
    assert made.message is not None
    words = shlex.split(made.message.text.partition("with: ")[2])
    assert words[:4] == ["pcheck", "replay", "a b.json", "--also"]
    assert words[4].endswith("my also.py")


@pytest.mark.parametrize(("width", "height"), [(30, 6), (20, 3)])
def test_a_small_screen_shows_the_chosen_step(width: int, height: int) -> None:
    made = app(stepping(bug="ignores-votes"))
    rows = printed(Choices(made.stepping, 1, Message("An answer.")), width, height)
    assert any("> p2 starts" in row for row in rows)
    assert rows[-1] == "q quit" if height < 6 else "Enter take" in rows[-1]
