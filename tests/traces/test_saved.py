"""Saved runs: what is written is what is read, and whatever is wrong with a file is one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pcheck import check
from pcheck.cli.main import run
from pcheck.loading.spec import find
from pcheck.traces.replay import replay
from pcheck.traces.saved import read

# With one acceptor, each of two ballots takes a start, a promise that is heard, and a vote.
STEPS = [
    "a1 <- p1: Accept(vote=Vote(ballot=1, value=v1))",
    "a1 <- p1: Prepare(ballot=1)",
    "a1 <- p2: Accept(vote=Vote(ballot=2, value=v2))",
    "a1 <- p2: Prepare(ballot=2)",
    "p1 <- a1: Promise(ballot=1, last=None)",
    "p1 starts ballot 1",
    "p2 <- a1: Promise(ballot=2, last=None)",
    "p2 starts ballot 2",
]
REFUSED = "a1 <- p1: Accept(vote=Vote(ballot=1, value=v1))"  # once it has promised ballot 2
LACKS = 'is no saved run of pcheck: it lacks "format": "pcheck run"'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


@pytest.fixture
def saved(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """A run that an acceptor makes possible which votes in any ballot."""
    bug = "--bug", "votes-in-any-ballot", "--acceptors", "1"
    assert run(["explore", *bug, "--quiet", "--save", "good.json"]) == 1
    capsys.readouterr()
    found: dict[str, Any] = json.loads(Path("good.json").read_bytes())
    return found


def replayed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = run(["replay", *arguments])
    out, err = capsys.readouterr()
    return status, out, err


def test_a_saved_run_holds_all_that_it_takes_to_walk_it_again(saved: dict[str, Any]) -> None:
    steps, refused_at = saved.pop("steps"), saved.pop("refused_at")
    assert saved == {
        "format": "pcheck run",
        "version": 1,
        "spec": "paxos",
        "file": None,
        "bug": "votes-in-any-ballot",
        "options": {
            "acceptors": 1,
            "proposers": 2,
            "rounds": 1,
            "learners": 0,
            "promise_quorum": 0,
            "vote_quorum": 0,
        },
        "network": "set",
        "crashes": 0,
        "property": "agreement",
        "why": "v1 and v2 are both chosen",
    }
    assert sorted(steps) == STEPS
    assert steps[refused_at - 1] == REFUSED


def test_what_was_saved_is_what_is_read(folder: Path) -> None:
    result = check("paxos", bug="votes-in-any-ballot", acceptors=1)
    result.save(folder / "run.json")
    assert read(folder / "run.json") == result.run


def test_a_run_is_saved_as_the_same_bytes_each_time(folder: Path, saved: dict[str, Any]) -> None:
    check("paxos", bug="14", acceptors=1).save(folder / "again.json")
    assert (folder / "again.json").read_bytes() == (folder / "good.json").read_bytes()


def test_a_run_is_walked_to_where_the_property_is_false(
    folder: Path, saved: dict[str, Any]
) -> None:
    there = read(folder / "good.json")
    walked = replay(there, there.ask(find("paxos")))
    assert (walked.path.labels, walked.why) == (there.steps, "v1 and v2 are both chosen")
    assert (walked.refused_at, walked.differs) == (saved["refused_at"], None)


def test_a_run_of_the_correct_protocol_has_no_refused_step(folder: Path) -> None:
    for file in find("paxos").path.parent.glob("*.py"):
        (folder / file.name).write_bytes(file.read_bytes())
    paxos = (folder / "paxos.py").read_text(encoding="utf-8")
    wrong = paxos.replace("return ballot >= self.promised", "return True")
    (folder / "mine.py").write_text(wrong, encoding="utf-8")
    result = check("./mine.py", acceptors=1, crashes=0)
    assert result.run is not None
    assert (sorted(result.run.steps), result.run.refused_at) == (STEPS, None)
    assert (result.run.file, result.run.bug) == ("mine.py", None)


@pytest.mark.parametrize("network", ["set", "once", "lossy", "fifo"])
def test_the_refused_step_is_found_on_every_network(network: str) -> None:
    found = check("paxos", bug="votes-in-any-ballot", acceptors=1, network=network).run
    assert found is not None
    assert found.refused_at is not None
    assert found.steps[found.refused_at - 1] == REFUSED


NOT_JSON = {
    "empty": "",
    "blank": " \n",
    "a word": "hello",
    "python": "{'a': 1}",
    "two objects": "{} {}",
    "half a list": "[1, 2",
}


def is_no_json(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.json").write_text(text)
    with pytest.raises(json.JSONDecodeError) as error:
        json.loads(text)
    line = f"pcheck: bad.json is no saved run: it is not JSON ({error.value})\n"
    assert replayed(capsys, "bad.json") == (2, "", line)


@pytest.mark.parametrize("text", NOT_JSON.values(), ids=NOT_JSON)
def test_a_file_that_is_not_json(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    is_no_json(text, capsys)


@pytest.mark.parametrize("tenths", range(1, 10))
def test_a_file_that_is_cut_off(
    tenths: int, saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    whole = Path("good.json").read_text()
    is_no_json(whole[: len(whole) * tenths // 10], capsys)


def test_a_file_that_is_nested_too_deeply(capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.json").write_text("[" * 100_000)
    line = "pcheck: bad.json is no saved run: it is not JSON (nested too deeply)\n"
    assert replayed(capsys, "bad.json") == (2, "", line)


@pytest.mark.parametrize("text", [bytes(range(128, 256)), b"\x00\x01\x02\xff", b'{"a": "\xff"}'])
def test_a_file_of_binary_garbage(text: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.json").write_bytes(text)
    status, out, err = replayed(capsys, "bad.json")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("pcheck: bad.json is no saved run: it is not JSON (")


def test_a_folder_and_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    Path("folder").mkdir()
    line = "pcheck: folder cannot be read: Is a directory\n"
    assert replayed(capsys, "folder") == (2, "", line)
    line = "pcheck: nosuch.json cannot be read: No such file or directory\n"
    assert replayed(capsys, "nosuch.json") == (2, "", line)


FOREIGN = {
    "null": "null",
    "a number": "1",
    "a string": '"pcheck run"',
    "a list": '[{"format": "pcheck run"}]',
    "an object": '{"name": "pcheck"}',
    "another format": '{"format": "pcheck walk", "version": 1}',
}


@pytest.mark.parametrize("text", FOREIGN.values(), ids=FOREIGN)
def test_json_of_something_else(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.json").write_text(text)
    assert replayed(capsys, "bad.json") == (2, "", f"pcheck: bad.json {LACKS}\n")


Changes = dict[str, Any]


def bad(saved: dict[str, Any], changes: Changes) -> None:
    """The good run with some fields changed; `...` leaves a field out."""
    wanted = {name: value for name, value in {**saved, **changes}.items() if value is not ...}
    Path("bad.json").write_text(json.dumps(wanted))


@pytest.mark.parametrize(
    ("version", "line"),
    [
        (2, "the format version 2, this pcheck reads 1: it was written by a newer pcheck"),
        (0, "the format version 0, this pcheck reads 1"),
        ("1", "the format version '1', this pcheck reads 1"),
        (True, "the format version True, this pcheck reads 1"),
        (1.0, "the format version 1.0, this pcheck reads 1"),
        (..., "the format version None, this pcheck reads 1"),
    ],
)
def test_another_version_of_the_format(
    version: object, line: str, saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    bad(saved, {"version": version})
    assert replayed(capsys, "bad.json") == (2, "", f"pcheck: bad.json has {line}\n")


FIELDS = "spec file bug options network crashes property why steps refused_at".split()


@pytest.mark.parametrize("wrong", [..., 1.5, True], ids=["missing", "a fraction", "true"])
@pytest.mark.parametrize("field", FIELDS)
def test_a_field_that_is_missing_or_of_the_wrong_type(
    field: str, wrong: object, saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    bad(saved, {field: wrong})
    line = f"pcheck: bad.json is damaged: {field!r} is missing or of the wrong type\n"
    assert replayed(capsys, "bad.json") == (2, "", line)


def test_a_step_that_is_no_text(saved: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    bad(saved, {"steps": [*saved["steps"][:-1], 8]})
    line = "pcheck: bad.json is damaged: a step is not a label\n"
    assert replayed(capsys, "bad.json") == (2, "", line)


GONE: dict[str, tuple[Changes, str]] = {
    "spec": ({"spec": "paxso"}, "bad.json is a run of 'paxso', and pcheck has no such spec"),
    "spec that is a path": (
        {"spec": "../../mine"},
        "bad.json is a run of '../../mine', and pcheck has no such spec",
    ),
    "bug": (
        {"bug": "votes-in-any-balot"},
        "bad.json cannot be walked any more: paxos has no bug 'votes-in-any-balot'; "
        "did you mean 'votes-in-any-ballot'?",
    ),
    "option": (
        {"options": {"acceptorz": 1}},
        "bad.json cannot be walked any more: paxos has no option 'acceptorz'; "
        "did you mean 'acceptors'?",
    ),
    "option out of its range": (
        {"options": {"acceptors": 0}},
        "bad.json cannot be walked any more: --acceptors 0 is too small: it must be at least 1",
    ),
    "option of another type": (
        {"options": {"acceptors": "1"}},
        "bad.json cannot be walked any more: --acceptors is an int, not '1'",
    ),
    "property": (
        {"property": "agreements"},
        "bad.json cannot be walked any more: paxos has no property agreements",
    ),
    "network": (
        {"network": "pigeons"},
        "bad.json cannot be walked any more: there is no network 'pigeons'; "
        "there is set, once, lossy, fifo",
    ),
    "network without a name": (
        {"network": ""},
        "bad.json cannot be walked any more: there is no network ''; "
        "there is set, once, lossy, fifo",
    ),
    "budget": (
        {"crashes": -1},
        "bad.json cannot be walked any more: --crashes -1 makes no sense: "
        "it is how many nodes may crash",
    ),
    "file": (
        {"file": "mine.py"},
        "bad.json is a run of a spec that does not ship with pcheck: give its file too, "
        "as in `pcheck replay bad.json mine.py`",
    ),
}


@pytest.mark.parametrize(("changes", "line"), GONE.values(), ids=GONE)
def test_what_a_run_names_no_longer_exists(
    changes: Changes, line: str, saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    bad(saved, changes)
    assert replayed(capsys, "bad.json") == (2, "", f"pcheck: {line}\n")


def differs(
    capsys: pytest.CaptureFixture[str], saved: dict[str, Any], changes: Changes, what: str
) -> None:
    bad(saved, changes)
    said = f"The run does not do what its file says: {what}\n"
    assert replayed(capsys, "bad.json", "--quiet") == (1, said, "")


def test_a_label_that_is_not_enabled(
    saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    steps = [*saved["steps"][:3], "a1 flies", *saved["steps"][4:]]
    differs(capsys, saved, {"steps": steps}, "step 4 is not possible here: a1 flies")


def test_a_run_without_its_bug(saved: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    at = saved["refused_at"]
    differs(capsys, saved, {"bug": None}, f"step {at} is not possible here: {REFUSED}")


@pytest.mark.parametrize("steps", [0, 1, 7])
def test_a_run_that_stops_before_it_violates(
    steps: int, saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    what = "after its last step agreement is still true"
    differs(capsys, saved, {"steps": saved["steps"][:steps]}, what)


@pytest.mark.parametrize("at", [1, 99, -1, None])
def test_another_refused_step(
    at: int | None, saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    true = saved["refused_at"]
    what = f"the correct protocol refuses step {true}, and the file says {at or 'none'}"
    differs(capsys, saved, {"refused_at": at}, what)


def test_another_reason(saved: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    bad(saved, {"why": "the moon is full"})
    status, out, err = replayed(capsys, "bad.json", "--quiet")
    assert (status, err) == (1, "")
    assert "v1 and v2 are both chosen" in out
    assert "the moon is full" in out


def test_a_run_may_lead_to_what_is_reached_in_some_run(
    saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    bad(saved, {"property": "some_value_chosen", "why": "it is reached"})
    said = "FOUND: some_value_chosen is reached.\n\nThe run does what its file says.\n"
    assert replayed(capsys, "bad.json", "--quiet") == (0, said, "")


def test_a_run_that_stops_before_it_reaches_anything(
    saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    what = "after its last step some_value_chosen is not reached"
    early = {"property": "some_value_chosen", "why": "it is reached", "steps": saved["steps"][:3]}
    differs(capsys, saved, early, what)


def test_a_file_cannot_send_commands_to_the_terminal(
    saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    bad(saved, {"steps": ["\x1b]0;owned\x07\x1b[31mred"], "why": "\x1b[2J"})
    status, out, err = replayed(capsys, "bad.json")
    assert (status, err) == (1, "")
    assert [each for each in out if not each.isprintable() and each != "\n"] == []


def test_a_run_of_an_own_spec_is_walked_with_its_file(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["new", "mine.py"]) == 0
    mine = folder / "mine.py"
    mine.write_text(mine.read_text().replace("return self.gave is None", "return True"))
    assert run(["explore", "./mine.py", "--quiet", "--save", "run.json"]) == 1
    capsys.readouterr()
    line = (
        "pcheck: run.json is a run of a spec that does not ship with pcheck: give its file too, "
        "as in `pcheck replay run.json mine.py`\n"
    )
    assert replayed(capsys, "run.json") == (2, "", line)
    why = "VIOLATED: one_leader is false now: candidate1 and candidate2 are both elected.\n\n"
    walked = f"{why}The run does what its file says.\n"
    assert replayed(capsys, "run.json", "mine.py", "--quiet") == (0, walked, "")
    line = "pcheck: there is no file yours.py: give the name or the path of a spec\n"
    assert replayed(capsys, "run.json", "yours.py") == (2, "", line)


def test_a_run_is_walked_with_another_spec_only_if_that_can_do_the_same(
    saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert replayed(capsys, "good.json", "paxos", "--quiet")[0] == 0
    line = (
        "pcheck: good.json cannot be walked any more: "
        "lamport has no bug 'votes-in-any-ballot'; it has none\n"
    )
    assert replayed(capsys, "good.json", "lamport") == (2, "", line)
