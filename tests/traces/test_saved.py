"""Saved traces: a written trace can be read again, and each fault of a file is one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pcheck import check
from pcheck.traces.saved import read
from tests.traces.files import REFUSED, STEPS, bad, replayed

pytestmark = pytest.mark.usefixtures("folder")
LACKS = 'is not a trace: it must be an object with the keys "spec" and "steps"'


def test_a_saved_trace_contains_everything_that_a_replay_needs(saved: dict[str, Any]) -> None:
    steps, refused_at = saved.pop("steps"), saved.pop("refused_at")
    assert saved == {
        "format": "pcheck trace",
        "version": 2,
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


def test_a_saved_trace_can_be_read_again(folder: Path) -> None:
    result = check("paxos", bug="votes-in-any-ballot", acceptors=1)
    result.save(folder / "trace.json")
    assert read(folder / "trace.json") == result.saved


def test_a_trace_is_saved_as_the_same_bytes_each_time(folder: Path, saved: dict[str, Any]) -> None:
    check("paxos", bug="14", acceptors=1).save(folder / "again.json")
    assert (folder / "again.json").read_bytes() == (folder / "good.json").read_bytes()


# Files that are not saved traces


NOT_JSON = {
    "empty": "",
    "blank": " \n",
    "a word": "hello",
    "python": "{'a': 1}",
    "two objects": "{} {}",
    "half a list": "[1, 2",
}


def check_not_json(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.json").write_text(text)
    with pytest.raises(json.JSONDecodeError) as error:
        json.loads(text)
    line = f"pcheck: bad.json is not a saved trace: it is not JSON ({error.value})\n"
    assert replayed(capsys, "bad.json") == (2, "", line)


@pytest.mark.parametrize("text", NOT_JSON.values(), ids=NOT_JSON)
def test_a_file_that_is_not_json_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    check_not_json(text, capsys)


@pytest.mark.parametrize("tenths", range(1, 10))
def test_a_file_that_is_cut_off_is_refused(
    tenths: int, saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    whole = Path("good.json").read_text()
    check_not_json(whole[: len(whole) * tenths // 10], capsys)


def test_a_file_that_is_nested_too_deeply_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.json").write_text("[" * 100_000)
    line = "pcheck: bad.json is not a saved trace: it is not JSON (nested too deeply)\n"
    assert replayed(capsys, "bad.json") == (2, "", line)


@pytest.mark.parametrize("text", [bytes(range(128, 256)), b"\x00\x01\x02\xff", b'{"a": "\xff"}'])
def test_a_file_of_binary_garbage_is_refused(
    text: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("bad.json").write_bytes(text)
    status, out, err = replayed(capsys, "bad.json")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("pcheck: bad.json is not a saved trace: it is not JSON (")


def test_a_folder_and_a_missing_file_cannot_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    Path("folder").mkdir()
    line = "pcheck: folder cannot be read: Is a directory\n"
    assert replayed(capsys, "folder") == (2, "", line)
    line = "pcheck: nosuch.json cannot be read: No such file or directory\n"
    assert replayed(capsys, "nosuch.json") == (2, "", line)


FOREIGN = {
    "null": "null",
    "a number": "1",
    "a string": '"pcheck trace"',
    "a list": '[{"format": "pcheck trace"}]',
    "an object": '{"name": "pcheck"}',
}


@pytest.mark.parametrize("text", FOREIGN.values(), ids=FOREIGN)
def test_json_of_something_else_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.json").write_text(text)
    assert replayed(capsys, "bad.json") == (2, "", f"pcheck: bad.json {LACKS}\n")


@pytest.mark.parametrize(
    ("version", "line"),
    [
        (3, "format version 3, but this pcheck reads version 2; a newer pcheck wrote the file"),
        (1, "format version 1, but this pcheck reads version 2"),
        (0, "format version 0, but this pcheck reads version 2"),
        ("1", "format version '1', but this pcheck reads version 2"),
        (True, "format version True, but this pcheck reads version 2"),
        (1.0, "format version 1.0, but this pcheck reads version 2"),
        (..., "format version None, but this pcheck reads version 2"),
    ],
)
def test_another_version_of_the_format_is_refused(
    version: object, line: str, saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    bad(saved, {"version": version})
    assert replayed(capsys, "bad.json") == (2, "", f"pcheck: bad.json has {line}\n")


def test_a_file_of_the_first_format_is_replayed_as_well(
    saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("new.json").write_text(json.dumps(saved))
    Path("old.json").write_text(json.dumps({**saved, "format": "pcheck run", "version": 1}))
    new, old = (replayed(capsys, f"{name}.json") for name in ("new", "old"))
    assert old == new
    assert new[0] == 0


def test_another_version_of_the_first_format_is_refused(
    saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    bad(saved, {"format": "pcheck run", "version": 2})
    line = "pcheck: bad.json has format version 2, but this pcheck reads version 1\n"
    assert replayed(capsys, "bad.json") == (2, "", line)


FIELDS = "spec file bug options network crashes property why steps refused_at".split()


@pytest.mark.parametrize("wrong", [1.5, True], ids=["a fraction", "true"])
@pytest.mark.parametrize("field", FIELDS)
def test_a_field_of_the_wrong_type_is_refused(
    field: str, wrong: object, saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    bad(saved, {field: wrong})
    line = f"pcheck: bad.json is damaged: {field!r} is of the wrong type\n"
    assert replayed(capsys, "bad.json") == (2, "", line)


@pytest.mark.parametrize("field", ["spec", "steps"])
def test_a_trace_without_its_spec_or_its_steps_is_refused(
    field: str, saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    bad(saved, {field: ...})
    line = f"pcheck: bad.json is damaged: {field!r} is missing\n"
    assert replayed(capsys, "bad.json") == (2, "", line)


def test_another_format_is_refused(
    saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    bad(saved, {"format": "pcheck walk"})
    line = "pcheck: bad.json is not a trace: its format is 'pcheck walk', not \"pcheck trace\"\n"
    assert replayed(capsys, "bad.json") == (2, "", line)


def test_a_misspelt_key_of_a_trace_written_by_hand_is_refused(
    saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("bad.json").write_text('{"spec": "paxos", "steps": [], "netwrok": "once"}')
    line = "unknown key 'netwrok'; did you mean 'network'?"
    expected = 2, "", f"pcheck: bad.json cannot be replayed: {line}\n"
    assert replayed(capsys, "bad.json") == expected


def test_a_step_that_is_not_a_text_is_refused(
    saved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    bad(saved, {"steps": [*saved["steps"][:-1], 8]})
    line = "pcheck: bad.json is damaged: a step is not a label\n"
    assert replayed(capsys, "bad.json") == (2, "", line)
