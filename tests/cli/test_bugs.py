"""`pcheck bugs`: the table of all mistakes, one of them in full, and the runs that are kept."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pcheck.bugs import select
from pcheck.loading.rules import rules
from pcheck.loading.spec import SHIPPED

Ends = Callable[..., tuple[int, str, str]]
KEPT = SHIPPED.parent / "counterexamples"
# What these come to: the numbers of steps stand in BUGS.md, those of states in no book.
QUICK = {
    "forgets-everything": ("6", "agreement", "10", "194"),
    "shares-ballots": ("10", "nothing", "-", "364"),
    "skips-phase-one": ("18", "agreement", "6", "74"),
    "changes-its-mind": ("19", "agreement", "10", "389"),
    "votes-above-its-promise": ("23", "some_value_chosen", "-", "787"),
}
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
TIME = re.compile(r"in \d+\.\d\d s \([\d,]+ states/s\)")
END = """
pcheck bugs NAME shows one: the rule, the run, and why; pcheck bugs SPEC lists
its own.
"""


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Of all mistakes only those that are found at once."""
    quick = [found for found in select(None) if found[1].name in QUICK]
    monkeypatch.setattr(
        "pcheck.cli.bugs.select", lambda name: quick if name is None else select(name)
    )
    return [bug.name for _, bug in quick]


def figures(out: str) -> list[list[str]]:
    """The lines of the table that begin with a number, without the time."""
    lines = [line.split() for line in out.splitlines()]
    return [line[:-2] for line in lines if line and line[0].isdigit()]


# The table


def test_each_mistake_has_its_number_its_property_its_steps_and_its_states(
    few: list[str], pcheck: Ends
) -> None:
    status, out, _ = pcheck("bugs")
    rows = [[row[0], name, *row[1:]] for name, row in QUICK.items()]
    assert (status, figures(out), few) == (0, rows, list(QUICK))
    assert out.splitlines()[0].split() == ["mistake", "breaks", "steps", "states", "time"]
    assert out.splitlines()[1:3] == ["", "paxos"]
    assert out.endswith(END)


def test_below_its_figures_stand_the_rule_and_the_scope(few: list[str], pcheck: Ends) -> None:
    lines = pcheck("bugs")[1].splitlines()
    at = next(at for at, line in enumerate(lines) if "changes-its-mind" in line)
    assert lines[at + 1 : at + 3] == [
        "    Asks for another value in the same ballot. (--rounds 1 --crashes 0",
        "    --proposers 1)",
    ]


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_figure_is_lost_where_the_terminal_is_narrow(
    width: int, few: list[str], pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    status, out, _ = pcheck("bugs")
    words = out.split()
    lost = [word for name, row in QUICK.items() for word in (name, *row) if word not in words]
    wide = [line for line in out.splitlines() if len(line) > width or line != line.rstrip()]
    assert (status, lost, wide, out.isascii()) == (0, [], [], True)


def test_with_colour_it_says_the_same(
    few: list[str], pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = pcheck("bugs")[1]
    monkeypatch.setenv("FORCE_COLOR", "1")
    coloured = pcheck("bugs")[1]
    assert COLOUR.search(coloured) is not None
    assert figures(COLOUR.sub("", coloured)) == figures(plain) != []


# Programs


def test_every_mistake_is_an_object_for_programs(few: list[str], pcheck: Ends) -> None:
    status, out, _ = pcheck("bugs", "--json")
    found = json.loads(out)
    assert (status, [each["name"] for each in found]) == (0, few)
    assert all(each.pop("seconds") >= 0 for each in found)
    assert found[2] == {
        "spec": "paxos",
        "name": "skips-phase-one",
        "number": 18,
        "summary": "Asks for votes at once.",
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


# One of them


def test_one_is_shown_as_it_is_found_with_where_it_happened(pcheck: Ends) -> None:
    explored = pcheck("explore", "--bug", "skips-phase-one", "--property", "agreement")[1]
    report = explored[: explored.index("\nTo keep this run:")]
    status, out, err = pcheck("bugs", "skips-phase-one")
    shown = f"{report}\nWhere it happened: MyPaxos #3.\n\n"
    assert (status, TIME.sub("", out), err) == (0, TIME.sub("", shown), "")


@pytest.mark.parametrize("name", ["19", "changes-its-mind", "CHANGES_ITS_MIND"])
def test_a_mistake_goes_by_its_name_or_its_number(name: str, pcheck: Ends) -> None:
    status, out, _ = pcheck("bugs", name)
    first = "  mistake  changes-its-mind: Asks for another value in the same ballot."
    assert (status, out.splitlines()[1]) == (0, first)
    assert "The rule, Proposer.offers" in out
    assert "Where it happened" not in out  # nobody says where


def test_all_that_share_a_number_are_shown(pcheck: Ends) -> None:
    status, out, err = pcheck("bugs", "5")
    mistakes = [line.split()[1] for line in out.splitlines() if line.startswith("  mistake")]
    assert (status, mistakes, err) == (0, ["ignores-votes:", "leaves-its-vote-out:"], "")


def test_what_has_no_run_is_shown_with_its_rule(pcheck: Ends) -> None:
    status, out, _ = pcheck("bugs", "23")
    _, _, rule = out.partition("The rule, Acceptor.may_vote: ")
    told = "VIOLATED: no run at all reaches some_value_chosen." in out, "Step " in out
    assert (status, told) == (0, (True, False))
    assert rule.split("\n", 2)[2].splitlines() == [
        "  correct",
        "    def may_vote(self, ballot: int) -> bool:",
        "        return ballot >= self.promised",
        "  here",
        "    def may_vote(self, ballot: int) -> bool:",
        "        return ballot > self.promised",
        "",
    ]


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_code_is_lost_where_the_terminal_is_narrow(
    width: int, pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    ((spec, bug),) = select("skips-phase-one")
    (rule,) = rules(bug, spec.builder)
    monkeypatch.setenv("COLUMNS", str(width))
    shown = "".join(pcheck("bugs", bug.name)[1].split())
    lost = [line for line in (*rule.right, *rule.wrong) if "".join(line.split()) not in shown]
    assert lost == []


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("skip-phase-one", "did you mean 'skips-phase-one'?"),
        ("22", "`pcheck bugs` lists them"),
        ("xyz", "`pcheck bugs` lists them"),
    ],
)
def test_an_unknown_mistake_is_one_line(name: str, hint: str, pcheck: Ends) -> None:
    assert pcheck("bugs", name) == (2, "", f"pcheck: there is no bug {name!r}; {hint}\n")


# The end


@pytest.mark.parametrize(
    ("wrong", "verdict"),
    [({"breaks": "validity"}, "holds"), ({"safe": True}, "violated")],
    ids=["breaks something else", "is not safe"],
)
def test_what_is_not_as_it_says_is_told_and_ends_with_1(
    wrong: dict[str, Any], verdict: str, pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    ((spec, bug),) = select("skips-phase-one")
    found = [*select("changes-its-mind"), (spec, replace(bug, **wrong))]
    monkeypatch.setattr("pcheck.cli.bugs.select", lambda name: found)
    status, out, _ = pcheck("bugs")
    said = [line for line in out.splitlines() if "as it says" in line]
    assert (status, len(said)) == (1, 1)
    assert said[0].startswith(f"18  skips-phase-one   not as it says: {verdict}  ")
    status, out, _ = pcheck("bugs", "--json")
    assert (status, [each["as_expected"] for each in json.loads(out)]) == (1, [True, False])
    assert pcheck("bugs", "some name")[0] == 1


# What is kept


def test_every_run_is_kept_as_a_file_and_as_one_reads_it(
    few: list[str], pcheck: Ends, empty_folder: Path
) -> None:
    status, out, _ = pcheck("bugs", "--save", ".")
    runs = ["changes-its-mind", "forgets-everything", "skips-phase-one"]  # the rest have none
    kept_here = sorted(file.name for file in empty_folder.iterdir())
    assert (status, out.endswith(END)) == (0, True)
    assert kept_here == [f"{name}.{kind}" for name in runs for kind in ("json", "txt")]
    differ = [
        name
        for name in kept_here
        if (empty_folder / name).read_bytes() != (KEPT / name).read_bytes()
    ]
    assert differ == []


def test_a_run_that_was_kept_can_be_walked_again(pcheck: Ends) -> None:
    assert pcheck("bugs", "skips-phase-one", "--json", "--save", ".")[0] == 0
    status, out, _ = pcheck("replay", "skips-phase-one.json", "--quiet")
    assert (status, out.splitlines()[-1]) == (0, "The run does what its file says.")


@pytest.mark.parametrize("folder", ["nosuch", "file"])
def test_runs_are_kept_in_a_folder_only(folder: str, pcheck: Ends, empty_folder: Path) -> None:
    (empty_folder / "file").write_text("kept")
    line = f"pcheck: {folder} is no folder: make it first, or give another one\n"
    assert pcheck("bugs", "14", "--save", folder) == (2, "", line)
    assert [file.name for file in empty_folder.iterdir()] == ["file"]


def test_those_of_one_spec_are_a_table_of_their_own(pcheck: Ends, machine_code: None) -> None:
    status, out, err = pcheck("bugs", "flexible_paxos")
    numbers = re.findall(r"^(\d{3})  ", out, re.M)
    assert (status, numbers, err) == (0, ["401", "402", "403", "404", "405", "406"], "")
