"""Writing what was asked for: a file whole or not at all, and standard output as it is meant."""

from __future__ import annotations

import errno
import os
import stat
import sys
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from pcheck.errors import OutputError
from pcheck.text import shown_path

SLASHES = tuple(each for each in (os.sep, os.altsep) if each)


def write_out(text: str) -> None:
    """To standard output, for a program: as UTF-8, which formats promise, whatever the terminal
    knows. Where there are no bytes, as in a notebook, it is text."""
    binary = getattr(sys.stdout, "buffer", None)
    if binary is None:
        print(text, end="")
        return
    sys.stdout.flush()
    binary.write(text.encode("utf-8", "replace"))
    binary.flush()


def write_whole(path: Path, text: str) -> None:
    """A full disk or an interrupt leaves what was there before, and no half of what was meant."""
    scratch = None
    try:
        if _is_device(path):  # it is written to, not replaced
            path.write_text(text, encoding="utf-8")
            return
        path = Path(os.path.realpath(path))
        handle, scratch = tempfile.mkstemp(dir=path.parent, prefix=".pcheck.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(scratch, 0o666 & ~_umask())
        os.replace(scratch, path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}") from error
    finally:
        if scratch is not None:
            with suppress(OSError):
                os.unlink(scratch)


def file_to_write(name: str) -> Path:
    """The file of this name. That it can be written is found out before an hour's search.

    A `Path` would no longer know how the name ended.
    """
    path = Path(name)
    if os.path.isdir(path):
        raise OutputError(f"{path} is a folder: name a file")
    if name.endswith(SLASHES):
        raise OutputError(f"{name} ends as a folder does: name a file")
    try:
        _try(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}") from error
    return path


def check_folder(folder: Path) -> None:
    """That files can be written there. Permissions do not tell: /proc lets nobody write."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OutputError(f"{folder} cannot be written to: {error.strerror}") from error


def check_apart(saved: Iterable[Path], drawn: Iterable[Path | None]) -> None:
    """Of two results in one file the first is lost."""
    taken = {os.path.realpath(file) for file in saved}
    for file in drawn:
        if file is not None and os.path.realpath(file) in taken:
            raise OutputError(f"--save and -o both write {file}: give one of them another name")


def _try(path: Path) -> None:
    """Fails where `write_whole` would, and leaves nothing behind."""
    if _is_device(path):
        if not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return
    folder = Path(os.path.realpath(path)).parent
    if not os.path.isdir(folder):
        raise OutputError(f"{path} cannot be written: there is no folder {shown_path(folder)}")
    with tempfile.TemporaryFile(dir=folder):
        pass


def _is_device(path: Path) -> bool:
    """Or a pipe: something that is there, and is no file."""
    try:
        return not stat.S_ISREG(os.stat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
