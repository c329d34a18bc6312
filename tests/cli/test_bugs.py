"""`pcheck bugs`: the table of bugs, one bug in full, and the saved traces."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from textwrap import fill
from typing import Any

import pytest

from pcheck.bugs import select
from pcheck.loading.rules import rules
from pcheck.loading.spec import SHIPPED

Ends = Callable[..., tuple[int, str, str]]
SAVED = SHIPPED.parent / "counterexamples"
# For each bug: number, violated property, steps of the shortest trace, states.
QUICK = {
    "forgets-everything": ("6", "agreement", "10", "194"),
    "shares-ballots": ("10", "safe", "-", "364"),
    "skips-phase-one": ("18", "agreement", "6", "74"),
    "changes-its-mind": ("19", "agreement", "10", "389"),
    "votes-above-its-promise": ("23", "some_value_chosen", "-", "787"),
}
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
TIME = re.compile(r"in \d+\.\d\d s \([\d,]+ states/s\)")
END = """
`pcheck bugs NAME` shows one bug in full; `pcheck bugs SPEC` lists the bugs of
one spec.
"""


@pytest.fixture
def quick_bugs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Select only the bugs that are found at once, and return their names."""
    quick = [found for found in select(None) if found[1].name in QUICK]
    monkeypatch.setattr(
        "pcheck.cli.bugs.select", lambda name: quick if name is None else select(name)
    )
    return [bug.name for _, bug in quick]


def figures(out: str) -> list[list[str]]:
    """Return the words of each line that begins with a number, without the time."""
    lines = [line.split() for line in out.splitlines()]
    return [line[:-2] for line in lines if line and line[0].isdigit()]


# The table


def test_each_bug_has_its_number_property_steps_and_states(
    quick_bugs: list[str], pcheck: Ends
) -> None:
    status, out, _ = pcheck("bugs")
    rows = [[row[0], name, *row[1:]] for name, row in QUICK.items()]
    assert (status, figures(out), quick_bugs) == (0, rows, list(QUICK))
    assert out.splitlines()[0].split() == ["bug", "violates", "steps", "states", "time"]
    assert out.splitlines()[1:3] == ["", "paxos"]
    assert out.endswith(END)


def test_the_summary_and_the_scope_follow_the_numbers(quick_bugs: list[str], pcheck: Ends) -> None:
    lines = pcheck("bugs")[1].splitlines()
    at = next(at for at, line in enumerate(lines) if "changes-its-mind" in line)
    assert lines[at + 1 : at + 3] == [
        "    A proposer asks for votes for a second value in the same ballot. (--rounds 1",
        "    --crashes 0 --proposers 1)",
    ]


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_a_narrow_terminal_shows_all_numbers(
    width: int, quick_bugs: list[str], pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    status, out, _ = pcheck("bugs")
    words = out.split()
    lost = [word for name, row in QUICK.items() for word in (name, *row) if word not in words]
    wide = [line for line in out.splitlines() if len(line) > width or line != line.rstrip()]
    assert (status, lost, wide, out.isascii()) == (0, [], [], True)


@pytest.mark.slow
def test_the_table_has_the_same_numbers_with_colour(
    quick_bugs: list[str], pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = pcheck("bugs")[1]
    monkeypatch.setenv("FORCE_COLOR", "1")
    coloured = pcheck("bugs")[1]
    assert COLOUR.search(coloured) is not None
    assert figures(COLOUR.sub("", coloured)) == figures(plain) != []


# JSON


def test_every_bug_is_an_object_in_json(quick_bugs: list[str], pcheck: Ends) -> None:
    status, out, _ = pcheck("bugs", "--json")
    found = json.loads(out)
    assert (status, [each["name"] for each in found]) == (0, quick_bugs)
    assert all(each.pop("seconds") >= 0 for each in found)
    assert found[2] == {
        "spec": "paxos",
        "name": "skips-phase-one",
        "number": 18,
        "summary": "A proposer asks for votes without phase 1.",
        "property": "agreement",
        "safe": False,
        "scope": {
            "acceptors": 3,
            "proposers": 2,
            "rounds": 1,
            "learners": 0,
            "promise_quorum": 0,
            "vote_quorum": 0,
            "network": "set",
            "crashes": 0,
        },
        "verdict": "violated",
        "as_expected": True,
        "steps": 6,
        "states": 74,
    }
    steps = {each["name"]: each["steps"] for each in found}
    assert steps == {name: None if row[2] == "-" else int(row[2]) for name, row in QUICK.items()}


# One bug


def test_one_bug_is_shown_with_the_report_of_explore_and_its_command(pcheck: Ends) -> None:
    explored = pcheck("explore", "--bug", "skips-phase-one", "--property", "agreement")[1]
    report = explored[: explored.index("\nSave this trace with ")]
    status, out, err = pcheck("bugs", "skips-phase-one")
    command = "pcheck explore paxos --bug skips-phase-one --rounds 1 --crashes 0"
    expected = f"{report}\n{fill(f'To explore this bug: `{command}`.', 80)}\n\n"
    assert (status, TIME.sub("", out), err) == (0, TIME.sub("", expected), "")


@pytest.mark.parametrize("name", ["19", "changes-its-mind", "CHANGES_ITS_MIND"])
def test_a_bug_is_selected_by_name_or_number(name: str, pcheck: Ends) -> None:
    status, out, _ = pcheck("bugs", name)
    first = "  bug           changes-its-mind: A proposer asks for votes for a second value"
    assert (status, out.splitlines()[1]) == (0, first)
    assert "Changed rule: Proposer.actions" in out
    assert "seen in" not in out  # the bug has no source


def test_all_bugs_with_the_same_number_are_shown(pcheck: Ends) -> None:
    status, out, err = pcheck("bugs", "5")
    bugs = [line.split()[1] for line in out.splitlines() if line.startswith("  bug  ")]
    assert (status, bugs, err) == (0, ["ignores-votes:", "leaves-its-vote-out:"], "")


def test_a_bug_without_a_trace_is_shown_with_its_rule(pcheck: Ends) -> None:
    status, out, _ = pcheck("bugs", "23")
    _, _, rule = out.partition("Changed rule: Acceptor.may_vote\n")
    texts = "VIOLATED: no execution reaches some_value_chosen." in out, "Step " in out
    assert (status, texts) == (0, (True, False))
    assert rule.split("\n", 2)[2].splitlines() == [
        "  correct",
        "    def may_vote(self, ballot: int) -> bool:",
        "        return ballot >= self.promised",
        "  this bug",
        "    def may_vote(self, ballot: int) -> bool:",
        "        return ballot > self.promised",
        "",
        "To explore this bug: `pcheck explore paxos --bug votes-above-its-promise",
        "--rounds 1 --crashes 0`.",
        "",
    ]


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_a_narrow_terminal_shows_all_code(
    width: int, pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    ((spec, bug),) = select("skips-phase-one")
    (rule,) = rules(bug, spec.builder)
    monkeypatch.setenv("COLUMNS", str(width))
    printed = "".join(pcheck("bugs", bug.name)[1].split())
    lost = [line for line in (*rule.right, *rule.wrong) if "".join(line.split()) not in printed]
    assert lost == []


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("skip-phase-one", "did you mean 'skips-phase-one'?"),
        ("22", "`pcheck bugs` lists all bugs"),
        ("xyz", "`pcheck bugs` lists all bugs"),
    ],
)
def test_an_unknown_bug_is_reported_in_one_line(name: str, hint: str, pcheck: Ends) -> None:
    assert pcheck("bugs", name) == (2, "", f"pcheck: unknown bug {name!r}; {hint}\n")


# The exit status


@pytest.mark.parametrize(
    ("wrong", "verdict"),
    [({"breaks": "validity"}, "holds"), ({"safe": True}, "violated")],
    ids=["breaks another property", "is not safe"],
)
def test_an_unexpected_result_is_reported_with_status_1(
    wrong: dict[str, Any], verdict: str, pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    ((spec, bug),) = select("skips-phase-one")
    found = [*select("changes-its-mind"), (spec, replace(bug, **wrong))]
    monkeypatch.setattr("pcheck.cli.bugs.select", lambda name: found)
    status, out, _ = pcheck("bugs")
    rows = [line for line in out.splitlines() if "unexpected: " in line]
    assert (status, len(rows)) == (1, 1)
    assert rows[0].startswith(f"18  skips-phase-one   unexpected: {verdict}  ")
    status, out, _ = pcheck("bugs", "--json")
    assert (status, [each["as_expected"] for each in json.loads(out)]) == (1, [True, False])
    assert pcheck("bugs", "some name")[0] == 1


# Saved traces


def test_every_trace_is_saved_for_replay_and_as_a_report(
    quick_bugs: list[str], pcheck: Ends, empty_folder: Path
) -> None:
    status, out, _ = pcheck("bugs", "--save", ".")
    runs = ["changes-its-mind", "forgets-everything", "skips-phase-one"]  # the rest have none
    saved_here = sorted(file.name for file in empty_folder.iterdir())
    assert (status, out.endswith(END)) == (0, True)
    assert saved_here == [f"{name}.{kind}" for name in runs for kind in ("json", "txt")]
    differ = [
        name
        for name in saved_here
        if (empty_folder / name).read_bytes() != (SAVED / name).read_bytes()
    ]
    assert differ == []


def test_a_saved_trace_of_a_bug_can_be_replayed(pcheck: Ends) -> None:
    assert pcheck("bugs", "skips-phase-one", "--json", "--save", ".")[0] == 0
    status, out, _ = pcheck("replay", "skips-phase-one.json", "--quiet")
    assert (status, out.splitlines()[-1]) == (0, "Replayed: the trace ends as recorded.")


@pytest.mark.parametrize("folder", ["nosuch", "file"])
def test_traces_are_saved_only_in_a_folder(folder: str, pcheck: Ends, empty_folder: Path) -> None:
    (empty_folder / "file").write_text("kept")
    line = f"pcheck: {folder} is not a folder; create the folder first or give another one\n"
    assert pcheck("bugs", "14", "--save", folder) == (2, "", line)
    assert [file.name for file in empty_folder.iterdir()] == ["file"]


@pytest.mark.slow
def test_the_bugs_of_one_spec_are_a_table(pcheck: Ends, machine_code: None) -> None:
    status, out, err = pcheck("bugs", "flexible_paxos")
    numbers = re.findall(r"^(\d{3})  ", out, re.M)
    assert (status, numbers, err) == (0, ["401", "402", "403", "404", "405", "406"], "")
