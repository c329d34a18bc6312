"""`pcheck bugs`: the table of bugs, one bug in full, the saved traces, and `--verify`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from textwrap import fill
from typing import Any

import pytest

from pcheck.bugs import KnownBug, select
from pcheck.loading.rules import rules
from pcheck.loading.spec import SHIPPED, known_names

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
one spec; --verify searches for every violation again.
"""
CHECKED = "bug", "violates", "steps", "states", "time"


@pytest.fixture
def quick_bugs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Select only the bugs that are found at once, and return their names."""
    quick = [known for known in select("paxos") if known.bug.name in QUICK]
    monkeypatch.setattr(
        "pcheck.cli.bugs.select",
        lambda name, spec: quick if name is None else select(name, spec),
    )
    return [known.bug.name for known in quick]


def figures(out: str) -> list[list[str]]:
    """Return the words of each line that begins with a number."""
    lines = [line.split() for line in out.splitlines()]
    return [
        line for line in lines if len(line) > 3 and line[0].isdigit() and "-" in line[1].lstrip("-")
    ]


# The table


def test_the_table_has_the_declared_property_and_the_steps_of_the_saved_trace(
    pcheck: Ends,
) -> None:
    status, out, err = pcheck("bugs")
    rows = {row[1]: row for row in figures(out)}
    assert (status, err, len(rows)) == (0, "", len(select(None)))
    assert [rows[name] for name in QUICK] == [[r[0], name, *r[1:3]] for name, r in QUICK.items()]
    assert out.splitlines()[0].split() == ["bug", "violates", "steps"]
    headings = [line for line in out.splitlines() if line in known_names()]
    assert headings == list(dict.fromkeys(known.spec.name for known in select(None)))
    assert out.endswith(END)


def test_the_bugs_of_one_spec_are_a_table(pcheck: Ends) -> None:
    status, out, err = pcheck("bugs", "flexible_paxos")
    assert (status, [row[0] for row in figures(out)], err) == (0, [*map(str, range(401, 407))], "")


def test_the_table_searches_for_nothing(pcheck: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pcheck.bugs.answer", None)
    assert [pcheck("bugs", *more)[0] for more in ((), ("raft",), ("--json",), ("7",))] == [0] * 4


def test_a_search_gives_each_bug_its_number_property_steps_and_states(
    quick_bugs: list[str], pcheck: Ends
) -> None:
    status, out, _ = pcheck("bugs", "--verify")
    rows = [[row[0], name, *row[1:]] for name, row in QUICK.items()]
    found = [row[:-2] for row in figures(out)]  # without the time
    assert (status, found, quick_bugs) == (0, rows, list(QUICK))
    assert (tuple(out.splitlines()[0].split()), out.splitlines()[1:3]) == (CHECKED, ["", "paxos"])
    assert out.endswith(END)


def test_the_summary_and_the_scope_follow_the_numbers(quick_bugs: list[str], pcheck: Ends) -> None:
    lines = pcheck("bugs", "--verify")[1].splitlines()
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
    status, out, _ = pcheck("bugs", "--verify")
    words = out.split()
    lost = [word for name, row in QUICK.items() for word in (name, *row) if word not in words]
    wide = [line for line in out.splitlines() if len(line) > width or line != line.rstrip()]
    assert (status, lost, wide, out.isascii()) == (0, [], [], True)


@pytest.mark.slow
def test_the_table_has_the_same_numbers_with_colour(
    quick_bugs: list[str], pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = pcheck("bugs", "paxos")[1]
    monkeypatch.setenv("FORCE_COLOR", "1")
    coloured = pcheck("bugs", "paxos")[1]
    assert COLOUR.search(coloured) is not None
    assert figures(COLOUR.sub("", coloured)) == figures(plain) != []


# JSON


def test_every_bug_is_an_object_in_json(quick_bugs: list[str], pcheck: Ends) -> None:
    status, out, _ = pcheck("bugs", "--verify", "--json")
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
        "steps": 6,
        "verdict": "violated",
        "as_expected": True,
        "states": 74,
    }
    known = json.loads(pcheck("bugs", "paxos", "--json")[1])
    searched = "verdict", "as_expected", "states"
    assert [each for each in known if each["name"] in QUICK] == [
        {key: value for key, value in each.items() if key not in searched} for each in found
    ]
    steps = {each["name"]: each["steps"] for each in found}
    assert steps == {name: None if row[2] == "-" else int(row[2]) for name, row in QUICK.items()}


# One bug


def test_one_bug_is_shown_with_the_report_of_explore_and_its_command(
    pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    explored = pcheck("explore", "--bug", "skips-phase-one", "--property", "agreement")[1]
    report = explored[: explored.index("\nSave this trace with ")]
    status, out, err = pcheck("bugs", "skips-phase-one", "--verify")
    command = "pcheck explore paxos --bug skips-phase-one --rounds 1 --crashes 0"
    text = f"To explore this bug: `{command}`."
    expected = f"{report}\n{fill(text, 80)}\n\n"
    assert (status, TIME.sub("", out), err) == (0, TIME.sub("", expected), "")
    monkeypatch.setenv("COLUMNS", "100")
    saved = pcheck("replay", str(SAVED / "skips-phase-one.json"), "--format", "text")[1].rstrip()
    again = "This is a saved trace. To search again: `pcheck bugs skips-phase-one --verify`."
    shown = f"{saved}\n\n{fill(f'{again} {text}', 100)}\n\n"
    assert pcheck("bugs", "skips-phase-one") == (0, shown, "")


@pytest.mark.parametrize("name", ["19", "changes-its-mind", "CHANGES_ITS_MIND"])
def test_a_bug_is_selected_by_name_or_number(name: str, pcheck: Ends) -> None:
    status, out, _ = pcheck("bugs", name)
    first = "  bug           changes-its-mind: A proposer asks for votes for a second value"
    assert (status, out.splitlines()[1]) == (0, first)
    assert "Changed rule: Proposer.actions" in out
    assert "seen in" not in out  # the bug has no source


@pytest.mark.slow
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
        "This is what the spec declares. To search again: `pcheck bugs",
        "votes-above-its-promise --verify`. To explore this bug: `pcheck explore paxos",
        "--bug votes-above-its-promise --rounds 1 --crashes 0`.",
        "",
    ]


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_a_narrow_terminal_shows_all_code(
    width: int, pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    (known,) = select("skips-phase-one")
    (rule,) = rules(known.bug, known.spec.builder)
    monkeypatch.setenv("COLUMNS", str(width))
    printed = "".join(pcheck("bugs", known.bug.name)[1].split())
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
    (known,) = select("skips-phase-one")
    found = [*select("changes-its-mind"), KnownBug(known.spec, replace(known.bug, **wrong))]
    monkeypatch.setattr("pcheck.cli.bugs.select", lambda *_: found)
    status, out, _ = pcheck("bugs", "--verify")
    rows = [line for line in out.splitlines() if "unexpected: " in line]
    assert (status, len(rows)) == (1, 1)
    assert rows[0].startswith(f"18  skips-phase-one   unexpected: {verdict}  ")
    status, out, _ = pcheck("bugs", "--verify", "--json")
    assert (status, [each["as_expected"] for each in json.loads(out)]) == (1, [True, False])
    assert pcheck("bugs", "some name", "--verify")[0] == 1


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


# Bugs of a file


BUGGY = '''

@bug(1, breaks=one_leader, scope={"candidates": 2, "crashes": 0})
class VotesTwice(Voter):
    """A voter votes for every candidate."""

    def may_vote(self) -> bool:
        return True
'''


@pytest.fixture
def mine(pcheck: Ends, empty_folder: Path) -> Path:
    """Return the file of the protocol of `pcheck new`, with a bug."""
    assert pcheck("new", "mine.py")[0] == 0
    file = empty_folder / "mine.py"
    text = file.read_text()
    file.write_text(text.replace("import action, always,", "import action, always, bug,") + BUGGY)
    return file


def test_the_bugs_of_a_file_are_searched_for(mine: Path, pcheck: Ends) -> None:
    status, out, err = pcheck("bugs", "./mine.py")
    steps = 2 * (1 + 2)  # each of two candidates asks, and two voters hear it
    rows = [row[:4] for row in figures(out)]
    assert (status, rows, err) == (0, [["1", "votes-twice", "one_leader", str(steps)]], "")
    assert out.endswith("\n`pcheck bugs NAME ./mine.py` shows one bug in full.\n")


@pytest.mark.parametrize("name", ["votes-twice", "1"])
def test_a_bug_of_a_file_is_shown_in_full(name: str, mine: Path, pcheck: Ends) -> None:
    status, out, err = pcheck("bugs", name, "./mine.py")
    assert (status, err) == (0, "")
    assert "\n\nChanged rule: Voter.may_vote\n" in out
    assert "\n\n\n" not in out  # the property has no `explain`, so nothing precedes the rule
    command = "pcheck explore ./mine.py --bug votes-twice --candidates 2 --crashes 0"
    assert out.endswith(f"{fill(f'To explore this bug: `{command}`.', 80)}\n\n")


def test_a_bug_that_the_file_does_not_define_is_an_error(mine: Path, pcheck: Ends) -> None:
    line = "pcheck: unknown bug 'votes-thrice'; did you mean 'votes-twice'?\n"
    assert pcheck("bugs", "votes-thrice", "./mine.py") == (2, "", line)
    line = "pcheck: unknown bug 'xyz'; `pcheck bugs ./mine.py` lists all bugs\n"
    assert pcheck("bugs", "xyz", "./mine.py") == (2, "", line)


def test_a_file_without_bugs_is_an_error(pcheck: Ends) -> None:
    assert pcheck("new", "mine.py")[0] == 0
    line = "pcheck: mine.py defines no bug; `@bug` marks a role or a function as a bug\n"
    assert pcheck("bugs", "./mine.py") == (2, "", line)


def test_a_saved_trace_that_no_longer_replays_is_an_error(
    pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    (known,) = select("skips-phase-one")
    assert known.saved is not None
    changed = replace(known.saved, steps=known.saved.steps[1:])
    monkeypatch.setitem(known.__dict__, "saved", changed)
    monkeypatch.setattr("pcheck.cli.bugs.select", lambda *_: [known])
    status, out, err = pcheck("bugs", "skips-phase-one")
    assert (status, out) == (2, "")
    assert err.startswith("pcheck: the saved trace of skips-phase-one is out of date: ")
    assert err.endswith("; `pcheck bugs skips-phase-one --verify` searches for the trace again\n")
