"""Files are written whole or not at all, and are checked before a long search begins."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pcheck.errors import OutputError
from pcheck.files import check_apart, check_folder, file_to_write, write_whole

LONG = "x" * 250  # almost the longest name that a file may have


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(name: str) -> str:
    with pytest.raises(OutputError) as error:
        file_to_write(name)
    return str(error.value)


@pytest.mark.parametrize("name", ["new.txt", "old.txt", LONG, "link", "/dev/null"])
def test_checking_a_file_changes_nothing_and_the_file_can_then_be_written(
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
        pytest.skip("/dev/fd does not exist on this system")
    write_whole(file_to_write(name), "written")
    assert os.read(reader, 100) == b"written"
    os.close(reader)
    os.close(writer)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="/proc does not exist on this system")
def test_a_folder_where_not_even_root_can_write_is_refused() -> None:
    assert refused("/proc/x.svg").startswith("/proc/x.svg cannot be written: ")
    with pytest.raises(OutputError, match=r"^/proc cannot be written to: "):
        check_folder(Path("/proc"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_refused(empty_folder: Path) -> None:
    (empty_folder / "mine").mkdir(mode=0o500)
    assert refused("mine/x.svg") == "mine/x.svg cannot be written: Permission denied"


def test_a_read_only_device_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: mode != os.W_OK)
    assert refused("/dev/null") == "/dev/null cannot be written: Permission denied"


def test_the_error_about_a_broken_link_names_the_missing_folder(empty_folder: Path) -> None:
    (empty_folder / "link.svg").symlink_to("far/away/trace.svg")
    assert refused("link.svg") == "link.svg cannot be written: the folder far/away does not exist"
    (empty_folder / "new.svg").symlink_to("trace.svg")
    assert file_to_write("new.svg") == Path("new.svg")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".", ". is a folder; name a file"),
        ("folder/", "folder is a folder; name a file"),
        ("new/", "new/ ends with a slash; name a file"),
        ("file/", "file/ ends with a slash; name a file"),
        ("file/x", "file/x cannot be written: the folder file does not exist"),
        ("x" * 300, f"{'x' * 300} cannot be written: File name too long"),
        ("loop", "loop cannot be written: Too many levels of symbolic links"),
    ],
)
def test_a_name_that_cannot_be_a_file_is_refused(name: str, text: str, empty_folder: Path) -> None:
    (empty_folder / "folder").mkdir()
    (empty_folder / "file").touch()
    (empty_folder / "loop").symlink_to("loop")
    assert refused(name) == text


def test_two_names_of_one_file_are_refused(empty_folder: Path) -> None:
    (empty_folder / "link").symlink_to("trace.json")
    text = "^--save and -o both write link; give each a file of its own$"
    with pytest.raises(OutputError, match=text):
        check_apart([("--save", Path("trace.json")), ("-o", Path("other")), ("-o", Path("link"))])
    check_apart([("--save", Path("trace.json")), ("-o", Path("other")), ("-o", None)])
