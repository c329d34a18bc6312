"""Questions about the future on the command line: the report, errors, saved traces, the list."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Ends = Callable[..., tuple[int, str, str]]
ASKED = "two_phase_commit", "--property", "everyone_can_still_finish", "--crashes", "0"
ONE_STOPS = *ASKED, "--stops", "1", "--stop-nodes", "c"
TRAP = """\
The shortest trace to a trap of everyone_can_still_finish (3 steps):

    c1  r1  r2  r3
 1  ┃   ●   ┃   ┃  r1 prepares
    ┃   ┃   ┃   ┃    state = 'prepared'
    ┃╳──┨   ┃   ┃    sends Prepared() to c1 (never delivered)
 2  ┃   ┃   ●   ┃  r2 prepares
    ┃   ┃   ┃   ┃    state = 'prepared'
    ┃╳──┃───┨   ┃    sends Prepared() to c1 (never delivered)
 3  ┃   ┃   ┃   ●  r3 prepares
    ┃   ┃   ┃   ┃    state = 'prepared'
    ┃╳──┃───┃───┨    sends Prepared() to c1 (never delivered)
    ┃═══┃═══┃═══┃══ c1 stops and takes no more steps

VIOLATED: everyone_can_still_finish is false: once c1 stops, the other nodes
cannot make it true.

In the last state, the other nodes cannot take any step that is not a crash or a
loss.
If c1 goes on, 4 steps can make it true:
- c1 aborts
- r1 <- c1: Abort()
- r2 <- c1: Abort()
- r3 <- c1: Abort()
"""
HEADER = """\
two_phase_commit: Two-phase commit: a transaction commits at all resource
managers or at none.
  size     rms 3
  network  set: every message ever sent may be delivered at any time, any number
           of times
  crashes  none
  stops    at most 1 of c1, in any state; the question is whether the other
           nodes can go on without a crash or a loss
"""


def test_two_phase_commit_blocks_if_the_coordinator_stops(pcheck: Ends) -> None:
    status, printed, err = pcheck("explore", *ONE_STOPS)
    assert (status, err) == (1, "")
    assert printed.startswith(f"{HEADER}\n{TRAP}\n288 states (28 without a next step)")


def test_nothing_blocks_if_nobody_stops(pcheck: Ends) -> None:
    """In 17 states all are prepared: 8 undecided, 8 aborted (by who is counted), 1 committed."""
    status, printed, err = pcheck("explore", *ASKED)
    assert (status, err) == (0, "")
    assert (
        "HOLDS: in every state where it is asked, the condition can still become true if\n"
        "no node stops (see --stops).\n"
        "  everyone_can_still_finish  holds  All managers can still commit or abort, once\n"
        "                                    all of them are prepared. Asked in 17\n"
        "                                    states.\n"
    ) in printed


def test_a_trap_is_saved_and_replayed_with_its_explanation(
    pcheck: Ends, empty_folder: Path
) -> None:
    assert pcheck("explore", *ONE_STOPS, "--save", "t.json", "-q") == (1, "violated\n", "")
    saved = json.loads((empty_folder / "t.json").read_text(encoding="utf-8"))
    assert (saved["stops"], saved["stop_nodes"]) == (1, ["c1"])
    _, _, end = TRAP.partition("VIOLATED")
    status, printed, err = pcheck("replay", "t.json")
    assert (status, err) == (0, "")
    assert printed.endswith(f"VIOLATED{end}\nReplayed: the trace ends as recorded.\n")


@pytest.mark.parametrize(
    ("changes", "mismatch"),
    [
        (
            {"steps": ["r1 prepares", "r2 prepares"]},
            "everyone_can_still_finish is still possible after the last step",
        ),
        (
            {"stop_nodes": ["r1"]},
            "everyone_can_still_finish is false because once r1 stops, the other nodes cannot "
            "make it true; the file says: once c1 stops, the other nodes cannot make it true",
        ),
        (
            {"stops": 0, "stop_nodes": None},
            "everyone_can_still_finish is still possible after the last step",
        ),
    ],
)
def test_a_replay_finds_out_whether_the_end_is_a_trap(
    pcheck: Ends, empty_folder: Path, changes: dict[str, object], mismatch: str
) -> None:
    pcheck("explore", *ONE_STOPS, "--save", "t.json", "-q")
    file = empty_folder / "t.json"
    saved = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(saved | changes), encoding="utf-8")
    status, printed, _ = pcheck("replay", "t.json", "--quiet")
    assert (status, " ".join(printed.split())) == (1, f"Replay failed: {mismatch}")


def test_a_trace_to_a_trap_written_by_hand(pcheck: Ends, empty_folder: Path) -> None:
    steps = ["r1 prepares", "r2 prepares", "r3 prepares"]
    trace = {"spec": "two_phase_commit", "steps": steps, "property": "everyone_can_still_finish"}
    stops = {"stops": 1, "stop_nodes": ["c"]}
    (empty_folder / "t.json").write_text(json.dumps(trace | stops), encoding="utf-8")
    status, printed, err = pcheck("replay", "t.json", "--quiet")
    assert (status, err) == (0, "")
    assert "once c1 stops" in printed


def test_questions_as_json(pcheck: Ends) -> None:
    status, printed, _ = pcheck("explore", *ONE_STOPS, "--json")
    found = json.loads(printed)
    assert status == 1
    assert found["questions"] == {"everyone_can_still_finish": {"asked": 17, "stop": ["c1"]}}
    assert (found["options"]["stops"], found["options"]["stop_nodes"]) == (1, ["c"])
    assert found["trace"]["steps"] == ["r1 prepares", "r2 prepares", "r3 prepares"]


def test_a_question_changes_nothing_unless_it_is_asked(pcheck: Ends) -> None:
    status, printed, _ = pcheck("explore", "two_phase_commit", "--crashes", "0", "--json")
    found = json.loads(printed)
    assert (status, found["questions"]) == (0, {})
    assert "everyone_can_still_finish" not in found["properties"]


def test_specs_lists_questions_apart(pcheck: Ends) -> None:
    _, printed, _ = pcheck("specs", "two_phase_commit")
    _, _, questions = printed.partition("Questions about the future, for --property NAME:\n")
    assert questions.startswith("  everyone_can_still_finish  All managers can still commit or")
    _, as_json, _ = pcheck("specs", "two_phase_commit", "--json")
    (spec,) = json.loads(as_json)
    assert [each["name"] for each in spec["questions"]] == ["everyone_can_still_finish"]
    assert "everyone_can_still_finish" not in [each["name"] for each in spec["properties"]]


TIMID = """\
from collections.abc import Iterator
from dataclasses import dataclass
from pcheck import *

@dataclass(frozen=True)
class Bold(Actor):
    done: bool = False

    def actions(self) -> Iterator[Action]:
        yield action("acts", self.but(done=True))

@still_possible(sees=["done"])
def somebody_can_act(seen: Seen) -> bool:
    return True in seen.values_of("done")

@sometimes(sees=["done"])
def somebody_acts(seen: Seen) -> bool:
    return True in seen.values_of("done")

@spec
def timid() -> Cluster:
    nodes = {group("n", 2): lambda i: Bold()}
    return Cluster(nodes, properties=[somebody_can_act, somebody_acts])

@bug(1, breaks=somebody_can_act, scope={"stops": 1})
class Waits(Bold):
    '''The second node waits for the first one.'''

    def actions(self) -> Iterator[Action]:
        if self.me == Id("n1"):
            yield action("acts", self.but(done=True))
"""
NAME = "a_value_can_still_be_chosen"


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        (
            ("--stops", "1"),
            "--stops applies only to questions about the future of paxos; name one with "
            f"--property: {NAME} or any_proposer_can_still_succeed",
        ),
        (
            ("lamport", "--stops", "1"),
            "--stops applies only to questions about the future of lamport; none is declared",
        ),
        (
            ("--property", NAME, "--property", "agreement"),
            f"{NAME} asks about the future, and agreement does not; check them one after the other",
        ),
        (
            ("--find", NAME),
            f"{NAME} asks about the future; name it with --property instead of --find",
        ),
        (("--property", NAME, "--stops", "-1"), "--stops must be at least 0, got -1"),
        (("--property", NAME, "--stop-nodes", "a"), "--stop-nodes needs --stops of at least 1"),
        (
            ("--property", NAME, "--stops", "1", "--stop-nodes", "z"),
            "unknown node or group 'z' of paxos; expected p, a or l",
        ),
        (
            ("--property", NAME, "--stops", "1", "--stop-nodes", "l"),
            "--stop-nodes must name at least one node, got an empty group: l",
        ),
    ],
)
def test_errors(pcheck: Ends, asked: tuple[str, ...], error: str) -> None:
    assert pcheck("explore", *asked) == (2, "", f"pcheck: {error}\n")


def test_a_search_that_is_cut_short_is_incomplete(pcheck: Ends) -> None:
    status, printed, _ = pcheck("explore", *ASKED, "--max-states", "20")
    assert status == 3
    assert "INCOMPLETE: stopped at the limit of 20 states." in printed


def test_a_trap_of_a_search_that_is_cut_short_may_not_be_the_nearest(pcheck: Ends) -> None:
    status, printed, _ = pcheck("explore", *ONE_STOPS, "--max-depth", "4")
    assert status == 1
    assert "\nA trace to a trap of everyone_can_still_finish (3 steps):\n" in printed
    assert "The search stopped at the limit of 4 steps, so there may be a nearer trap.\n" in printed


def test_a_bug_may_break_a_question(pcheck: Ends, empty_folder: Path) -> None:
    (empty_folder / "timid.py").write_text(TIMID, encoding="utf-8")
    status, printed, err = pcheck("bugs", "./timid.py", "--verify", "--json")
    (found,) = json.loads(printed)
    assert (status, err) == (0, "")
    assert (found["as_expected"], found["steps"], found["scope"]["stops"]) == (True, 0, 1)
    status, printed, _ = pcheck("explore", "./timid.py", "--bug", "waits")
    assert (status, "stops" in printed) == (0, False)


def test_a_question_that_is_never_asked_has_no_answer(pcheck: Ends, empty_folder: Path) -> None:
    (empty_folder / "idle.py").write_text(
        """\
from dataclasses import dataclass
from pcheck import *

@dataclass(frozen=True)
class Idle(Actor):
    at: int = 0

@still_possible(sees=["at"], while_=lambda seen: False)
def anything(seen: Seen) -> bool:
    return True

@spec
def idle() -> Cluster:
    return Cluster({group("n", 1): lambda i: Idle()}, properties=[anything])
""",
        encoding="utf-8",
    )
    status, printed, _ = pcheck("explore", "./idle.py", "--property", "anything")
    assert status == 1
    assert "NO ANSWER: anything is asked in no reachable state." in printed
    assert pcheck("explore", "./idle.py")[0] == 2
