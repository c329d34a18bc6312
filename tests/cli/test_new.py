"""`pcheck new`: a small protocol that holds until the user changes it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Ends = Callable[..., tuple[int, str, str]]


def test_the_new_spec_holds(pcheck: Ends, empty_folder: Path) -> None:
    message = "Wrote mine.py. To check the protocol: pcheck explore ./mine.py\n"
    assert pcheck("new", "mine.py") == (0, message, "")
    assert pcheck("explore", "./mine.py", "--quiet") == (0, "holds\n", "")
    assert [path.name for path in empty_folder.iterdir()] == ["mine.py"]


def test_the_new_spec_holds_with_other_options_and_on_every_network(pcheck: Ends) -> None:
    pcheck("new", "mine.py")
    for network in ("set", "once", "lossy", "fifo"):
        asked = "--network", network, "--voters", "2", "--candidates", "2"
        assert pcheck("explore", "./mine.py", "--quiet", *asked) == (0, "holds\n", "")


def test_the_suggested_change_violates_the_property(pcheck: Ends, empty_folder: Path) -> None:
    pcheck("new", "mine.py")
    mine = empty_folder / "mine.py"
    text = mine.read_text(encoding="utf-8")
    assert "let `may_vote` always return True" in text
    mine.write_text(text.replace("return self.voted_for is None", "return True"), encoding="utf-8")
    status, out, err = pcheck("explore", "./mine.py", "--json")
    found = json.loads(out)["trace"]
    asks = [step for step in found["steps"] if step.endswith(" asks for votes")]
    votes = [step for step in found["steps"] if " <- " in step]
    assert (status, err, found["property"]) == (1, "", "one_leader")
    assert found["why"] == "candidate1 and candidate2 are both elected"
    assert sorted(asks) == ["candidate1 asks for votes", "candidate2 asks for votes"]
    assert (len(votes), len(found["steps"])) == (4, 6)  # two of three voters for each


def test_the_text_of_the_file_names_the_file(pcheck: Ends, empty_folder: Path) -> None:
    (empty_folder / "deep").mkdir()
    message = "Wrote deep/mine.py. To check the protocol: pcheck explore ./deep/mine.py\n"
    assert pcheck("new", "deep/mine.py") == (0, message, "")
    text = (empty_folder / "deep" / "mine.py").read_text(encoding="utf-8")
    assert "    pcheck explore ./deep/mine.py\n" in text
    assert "THIS_FILE" not in text


def test_the_new_file_may_have_an_absolute_path(pcheck: Ends, empty_folder: Path) -> None:
    mine = str(empty_folder / "mine.py")
    assert pcheck("new", mine) == (
        0,
        f"Wrote {mine}. To check the protocol: pcheck explore {mine}\n",
        "",
    )
    assert pcheck("explore", mine, "--quiet") == (0, "holds\n", "")


@pytest.mark.parametrize("old", ["", "mine\n"])
def test_an_existing_file_is_not_overwritten(old: str, pcheck: Ends, empty_folder: Path) -> None:
    (empty_folder / "mine.py").write_text(old)
    line = "pcheck: mine.py exists already; choose another name\n"
    assert pcheck("new", "mine.py") == (2, "", line)
    assert (empty_folder / "mine.py").read_text() == old


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("mine", "mine is not a name for a spec; expected a Python name with .py, such as mine.py"),
        (
            "mine.txt",
            "mine.txt is not a name for a spec; expected a Python name with .py, such as mine.py",
        ),
        (
            "my spec.py",
            "my spec.py is not a name for a spec; expected a Python name with .py, such as mine.py",
        ),
        (".py", ".py is not a name for a spec; expected a Python name with .py, such as mine.py"),
        ("folder.py", "folder.py exists already; choose another name"),
        ("nosuch/mine.py", "nosuch/mine.py cannot be written: No such file or directory"),
    ],
)
def test_an_unusable_file_name_is_an_error(
    name: str, line: str, pcheck: Ends, empty_folder: Path
) -> None:
    (empty_folder / "folder.py").mkdir()
    assert pcheck("new", name) == (2, "", f"pcheck: {line}\n")
    assert [path.name for path in empty_folder.iterdir()] == ["folder.py"]


def test_a_missing_file_argument_is_an_error(pcheck: Ends) -> None:
    line = "pcheck: Missing argument 'FILE'. (see `pcheck new --help`)\n"
    assert pcheck("new") == (2, "", line)


@pytest.mark.slow
def test_the_new_spec_is_strictly_typed(pcheck: Ends, empty_folder: Path) -> None:
    pytest.importorskip("mypy")
    pcheck("new", "mine.py")
    root = Path(__file__).resolve().parent.parent.parent
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "mine.py"],
        env={**os.environ, "MYPYPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("Success: no issues found in 1 source file\n", 0)
