"""`pcheck explore`: what it prints, where, and how it ends."""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Ends = Callable[..., tuple[int, str, str]]

COUNTING = '''\
from collections.abc import Iterator
from dataclasses import dataclass

from pcheck import Id, Model, Seen, always, sometimes, spec


@dataclass(frozen=True)
class At:
    number: int


@always(sees=[At])
def small(seen: Seen) -> str | None:
    """It never gets to 3."""
    return "it is 3" if any(at.number == 3 for _, at in seen.sent(At)) else None


@sometimes(sees=[At])
def far(seen: Seen) -> bool:
    """It gets to 7."""
    return any(at.number == 7 for _, at in seen.sent(At))


class Counter(Model[int]):
    properties = (small, far)

    def __init__(self, end: int) -> None:
        self.end = end

    def initial(self) -> int:
        return 0

    def steps(self, state: int) -> Iterator[tuple[str, int]]:
        if state < self.end:
            yield f"counts to {state + 1}", state + 1

    def observe(self, state: int) -> Seen:
        return Seen([(Id("n"), At(state))], {})


@spec
def counting(end: int = 9) -> Counter:
    """It counts."""
    return Counter(end)
'''
PLAIN = "--rounds", "1", "--engine", "reference"  # every pass off
TWO_BY_TWO = "--acceptors", "2", "--crashes", "0", *PLAIN
ONE_ACCEPTOR = "--bug", "votes-in-any-ballot", "--acceptors", "1"
DRAWN = set("┃╎│─┨┠╂╮╭┬╰╯├┤►◄●○╳…═")
BIG = "--acceptors", "4", "--proposers", "3"


@pytest.fixture(autouse=True)
def counting(empty_folder: Path) -> None:
    """From 0 to 9 there are ten states, one at each depth, and `small` is false of the fourth."""
    (empty_folder / "counting.py").write_text(COUNTING)


def answered(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The object of `--json`, and apart from it what depends on the machine."""
    found = json.loads(text)
    machine = found.pop("run")
    return found, machine


# What is said to programs: numbers of DESIGN.md, or of a model that only counts.


def test_a_run_that_holds_as_json(pcheck: Ends) -> None:
    status, out, err = pcheck("explore", *TWO_BY_TWO, "--json")
    found, machine = answered(out)
    assert (status, err) == (0, "")
    assert found == {
        "verdict": "holds",
        "spec": "paxos",
        "bug": None,
        "options": {
            "acceptors": 2,
            "proposers": 2,
            "rounds": 1,
            "learners": 0,
            "promise_quorum": 0,
            "vote_quorum": 0,
            "network": "set",
            "crashes": 0,
        },
        "reduce": [],
        "skipped": {},
        "notes": [],
        "states": 169,
        "transitions": 352,
        "depth": 14,
        "properties": {
            "agreement": "holds",
            "validity": "holds",
            "one_value_per_ballot": "holds",
            "some_value_chosen": "reached",
            "v1_can_be_chosen": "reached",
            "v2_can_be_chosen": "reached",
        },
        "trace": None,
    }
    assert machine["stopped"] is None
    assert machine["bytes_per_state"] > 0


def test_the_counts_of_the_default_run(pcheck: Ends) -> None:
    found, _ = answered(pcheck("explore", *PLAIN, "--json")[1])
    assert found["options"]["crashes"] == 1
    assert (found["states"], found["transitions"], found["depth"]) == (19911, 77270, 20)


def test_a_violation_as_json(pcheck: Ends) -> None:
    status, out, err = pcheck("explore", "./counting.py", "--json")
    assert (status, err) == (1, "")
    assert answered(out)[0] == {
        "verdict": "violated",
        "spec": "counting",
        "bug": None,
        "options": {"end": 9},
        "reduce": [],
        "skipped": {},
        "notes": [],
        "states": 4,
        "transitions": 3,
        "depth": 3,
        "properties": {"small": "violated", "far": "undecided"},
        "trace": {
            "property": "small",
            "why": "it is 3",
            "steps": ["counts to 1", "counts to 2", "counts to 3"],
            "refused_at": None,
            "shortest_runs": None,
            "up_to_renaming": None,
        },
    }


def test_every_property_is_decided_if_all_are_asked_for(pcheck: Ends) -> None:
    status, out, _ = pcheck("explore", "./counting.py", "--json", "--all-properties")
    found, _ = answered(out)
    assert (status, found["states"], found["depth"]) == (1, 8, 7)
    assert found["properties"] == {"small": "violated", "far": "reached"}
    assert found["trace"]["steps"] == ["counts to 1", "counts to 2", "counts to 3"]


def test_what_is_never_reached_is_a_violation_without_a_run(pcheck: Ends) -> None:
    status, out, err = pcheck("explore", "./counting.py", "--end", "2", "--json")
    found, machine = answered(out)
    assert (status, err, machine["stopped"]) == (1, "", None)
    assert found["properties"] == {"small": "holds", "far": "never_reached"}
    assert (found["verdict"], found["trace"], found["states"]) == ("violated", None, 3)


def test_an_incomplete_run_as_json(pcheck: Ends) -> None:
    asked = "--property", "far", "--max-states", "5", "--json"
    status, out, err = pcheck("explore", "./counting.py", *asked)
    found, machine = answered(out)
    del found["transitions"]  # whether the one that led too far is counted is of no interest
    assert (status, err, machine["stopped"]) == (3, "", "the limit of 5 states")
    assert found == {
        "verdict": "incomplete",
        "spec": "counting",
        "bug": None,
        "options": {"end": 9},
        "reduce": [],
        "skipped": {},
        "notes": [],
        "states": 5,
        "depth": 4,
        "properties": {"far": "undecided"},
        "trace": None,
    }


def test_a_limit_that_is_just_enough_is_no_limit(pcheck: Ends) -> None:
    asked = "explore", *TWO_BY_TWO, "--quiet", "--max-states"
    assert pcheck(*asked, "169") == (0, "holds\n", "")
    assert pcheck(*asked, "168") == (3, "incomplete\n", "")


# What is said to people.


@pytest.mark.parametrize(
    ("arguments", "status", "word"),
    [
        (TWO_BY_TWO, 0, "holds"),
        (ONE_ACCEPTOR, 1, "violated"),
        (("--max-states", "1000"), 3, "incomplete"),
    ],
)
def test_quiet_is_one_word(
    arguments: tuple[str, ...], status: int, word: str, pcheck: Ends
) -> None:
    assert pcheck("explore", *arguments, "--quiet") == (status, f"{word}\n", "")


def test_the_report_of_a_run_that_holds(pcheck: Ends) -> None:
    status, out, err = pcheck("explore", *TWO_BY_TWO)
    assert (status, err) == (0, "")
    assert "\n\nHOLDS: every reachable state was looked at.\n" in out
    assert "\n169 states, 352 transitions, depth 14, in " in out
    assert "INCOMPLETE" not in out
    assert "VIOLATED" not in out


def test_the_report_of_a_search_that_was_cut_short_never_says_holds(pcheck: Ends) -> None:
    status, out, err = pcheck("explore", "--max-states", "1000")
    assert (status, err) == (3, "")
    assert "INCOMPLETE: the search was ended by the limit of 1,000 states." in out
    assert "HOLDS" not in out
    assert re.search(r"^1,000 states, ", out, re.M)


def test_one_is_said_in_the_singular_and_none_is_said_well(pcheck: Ends) -> None:
    _, out, _ = pcheck("explore", "./counting.py", "--max-states", "1")
    assert "the limit of 1 state." in out
    assert re.search(r"^1 state, ", out, re.M)
    assert "up to no steps" not in out


def test_a_violation_that_was_found_outranks_a_limit_that_was_met(pcheck: Ends) -> None:
    asked = "--all-properties", "--max-states", "5"
    status, out, err = pcheck("explore", "./counting.py", *asked)
    assert (status, err) == (1, "")
    assert "VIOLATED: small is false now: it is 3." in out
    assert "The search was ended by the limit of 5 states: the rest is undecided." in out


def test_what_is_saved_can_be_walked_again(pcheck: Ends, empty_folder: Path) -> None:
    status, out, err = pcheck("explore", *ONE_ACCEPTOR, "--save", "run.json")
    assert (status, err) == (1, "")
    assert "--save FILE" not in out
    status, walked, err = pcheck("replay", "run.json")
    assert (status, err) == (0, "")
    lanes = re.compile(r"^ +p1 +p2 +a1\n.*\n\n(?=VIOLATED)", re.M | re.S)
    told = [found[0] for found in map(lanes.search, (out, walked)) if found is not None]
    assert len(told) == 2
    assert told[0] == told[1]


def test_there_is_nothing_to_save_of_a_run_that_holds(pcheck: Ends, empty_folder: Path) -> None:
    (empty_folder / "run.json").write_text("kept")
    said = "pcheck: run.json was not written: there is no run to keep\n"
    asked = "explore", *TWO_BY_TWO, "--quiet", "--save", "run.json"
    assert pcheck(*asked) == (0, "holds\n", said)
    assert (empty_folder / "run.json").read_text() == "kept"


def test_json_stays_json_when_the_run_is_saved(pcheck: Ends, empty_folder: Path) -> None:
    status, out, err = pcheck("explore", *ONE_ACCEPTOR, "--json", "--save", "run.json")
    saved = json.loads((empty_folder / "run.json").read_text())
    assert (status, err, answered(out)[0]["trace"]["steps"]) == (1, "", saved["steps"])


def test_a_file_that_cannot_be_written_is_left_as_it_was(
    pcheck: Ends, empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (empty_folder / "run.json").write_text("kept")
    monkeypatch.setattr("os.replace", full)
    said = "pcheck: run.json cannot be written: No space left on device\n"
    asked = "explore", *ONE_ACCEPTOR, "--quiet", "--save", "run.json"
    assert pcheck(*asked) == (2, "violated\n", said)
    assert sorted(path.name for path in empty_folder.iterdir()) == ["counting.py", "run.json"]
    assert (empty_folder / "run.json").read_text() == "kept"


def test_help_lists_the_options_of_the_spec_and_the_general_ones(pcheck: Ends) -> None:
    status, out, err = pcheck("explore", "lamport", "--help")
    assert (status, err) == (0, "")
    own = {"--acceptors", "--values", "--ballots"}
    general = {"--bug", "--network", "--crashes", "--property", "--find", "--all-properties"}
    general |= {
        "--engine",
        "--reduce",
        "--max-states",
        "--max-seconds",
        "--max-memory",
        "--levels",
        "--save",
        "--format",
        "--output",
        "--json",
        "--quiet",
        "--help",
    }
    assert set(re.findall(r"(?<!`)--[a-z][a-z-]*", out)) == own | general


@pytest.mark.parametrize(
    "arguments", [("--acceptors", "3", "lamport"), ("--values", "3", "lamport")]
)
def test_a_spec_that_does_not_come_first(arguments: tuple[str, ...], pcheck: Ends) -> None:
    said = "pcheck: the spec comes first: pcheck explore lamport ...\n"
    assert pcheck("explore", *arguments) == (2, "", said)


@pytest.mark.parametrize(
    "arguments",
    [
        ("explore", *ONE_ACCEPTOR),
        ("explore", "--bug", "14"),
        ("explore", *TWO_BY_TWO),
        ("explore", "--max-states", "1000", "--network", "fifo"),
        ("explore", "./counting.py"),
        ("explore", "./counting.py", "--end", "2"),
        ("specs",),
        ("replay", "run.json"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_wider_than_the_terminal_or_ends_in_blanks(
    width: int, arguments: tuple[str, ...], pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    pcheck("explore", *ONE_ACCEPTOR, "--save", "run.json")
    monkeypatch.setenv("COLUMNS", str(width))
    _, out, err = pcheck(*arguments)
    lines = out.splitlines()
    assert err == ""
    assert [line for line in lines if len(line) > width or line != line.rstrip()] == []
    assert {sign for sign in out if not sign.isascii()} <= DRAWN


def test_every_width_will_do(pcheck: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    torn = []
    for width in range(40, 121, 3):
        monkeypatch.setenv("COLUMNS", str(width))
        lines = pcheck("explore", *ONE_ACCEPTOR, "--network", "lossy")[1].splitlines()
        torn += [(width, each) for each in lines if len(each) > width or each != each.rstrip()]
    assert torn == []


def test_the_memory_that_is_given_is_kept(pcheck: Ends) -> None:
    status, out, err = pcheck("explore", *BIG, "--max-memory", "1M", "--json")
    found, machine = answered(out)
    assert (status, found["verdict"], err) == (3, "incomplete", "")
    assert machine["stopped"] == "the limit of 1 MB of memory"


def test_an_interrupt_while_the_machine_code_loads_shows_what_is_known(
    pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pcheck.search.engine.SMALL", 100)
    monkeypatch.setattr("pcheck.search.compiled.warm_up.explorer", interrupt)
    status, out, err = pcheck("explore", "--json")
    found, machine = answered(out)
    assert (status, err, machine["stopped"]) == (3, "", "an interrupt")
    assert (found["verdict"], found["states"]) == ("incomplete", 100)


def test_both_engines_give_the_same_object(pcheck: Ends, machine_code: None) -> None:
    asked = (
        "explore",
        "--network",
        "fifo",
        "--acceptors",
        "1",
        "--reduce",
        "none",
        "--json",
        "--engine",
    )
    reference, compiled = (answered(pcheck(*asked, name)[1]) for name in ("reference", "compiled"))
    assert reference[0] == compiled[0]
    assert [machine["engine"] for _, machine in (reference, compiled)] == ["reference", "compiled"]
