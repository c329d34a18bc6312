"""Files: written whole or not at all, and tried before an hour's search."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pcheck.errors import OutputError
from pcheck.files import check_apart, check_folder, file_to_write, write_whole

LONG = "x" * 250  # fits, but with nothing more


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(name: str) -> str:
    with pytest.raises(OutputError) as error:
        file_to_write(name)
    return str(error.value)


@pytest.mark.parametrize("name", ["new.txt", "old.txt", LONG, "link", "/dev/null"])
def test_trying_leaves_everything_as_it_was_and_then_it_can_be_written(
    name: str, empty_folder: Path
) -> None:
    (empty_folder / "old.txt").write_text("kept")
    (empty_folder / "link").symlink_to("old.txt")
    before = sorted(os.listdir())
    assert file_to_write(name) == Path(name)
    assert (sorted(os.listdir()), (empty_folder / "old.txt").read_text()) == (before, "kept")
    write_whole(Path(name), "written")
    assert name == "/dev/null" or Path(name).read_text() == "written"
    assert (empty_folder / "link").is_symlink()


def test_standard_output_is_a_pipe_that_can_be_written_to(empty_folder: Path) -> None:
    reader, writer = os.pipe()
    name = f"/dev/fd/{writer}"
    if not Path("/dev/fd").exists():
        pytest.skip("there are no names for open files here")
    write_whole(file_to_write(name), "written")
    assert os.read(reader, 100) == b"written"
    os.close(reader)
    os.close(writer)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no /proc here")
def test_where_nobody_can_write_is_found_out_whoever_asks() -> None:
    assert refused("/proc/x.svg").startswith("/proc/x.svg cannot be written: ")
    with pytest.raises(OutputError, match=r"^/proc cannot be written to: "):
        check_folder(Path("/proc"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_for_reading_is_found_out(empty_folder: Path) -> None:
    (empty_folder / "mine").mkdir(mode=0o500)
    assert refused("mine/x.svg") == "mine/x.svg cannot be written: Permission denied"


def test_a_device_for_reading_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: mode != os.W_OK)
    assert refused("/dev/null") == "/dev/null cannot be written: Permission denied"


def test_a_link_to_nowhere_says_where_that_is(empty_folder: Path) -> None:
    (empty_folder / "link.svg").symlink_to("far/away/run.svg")
    assert refused("link.svg") == "link.svg cannot be written: there is no folder far/away"
    (empty_folder / "new.svg").symlink_to("run.svg")
    assert file_to_write("new.svg") == Path("new.svg")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (".", ". is a folder: name a file"),
        ("folder/", "folder is a folder: name a file"),
        ("new/", "new/ ends as a folder does: name a file"),
        ("file/", "file/ ends as a folder does: name a file"),
        ("file/x", "file/x cannot be written: there is no folder file"),
        ("x" * 300, f"{'x' * 300} cannot be written: File name too long"),
        ("loop", "loop cannot be written: Too many levels of symbolic links"),
    ],
)
def test_what_is_no_name_for_a_file(name: str, said: str, empty_folder: Path) -> None:
    (empty_folder / "folder").mkdir()
    (empty_folder / "file").touch()
    (empty_folder / "loop").symlink_to("loop")
    assert refused(name) == said


def test_two_names_of_one_file_are_one(empty_folder: Path) -> None:
    (empty_folder / "link").symlink_to("run.json")
    said = "^--save and -o both write link: give one of them another name$"
    with pytest.raises(OutputError, match=said):
        check_apart([Path("run.json"), Path("run.txt")], [None, Path("other"), Path("link")])
    check_apart([Path("run.json")], [Path("other")])
