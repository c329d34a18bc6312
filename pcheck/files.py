"""Writing output: files that are written whole or not at all, and UTF-8 on standard output."""

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
    """Write the text to standard output as UTF-8, because the file formats require UTF-8.

    The encoding of the terminal is ignored. A standard output that takes only text, as in a
    notebook, gets text.
    """
    binary = getattr(sys.stdout, "buffer", None)
    if binary is None:
        print(text, end="")
        return
    sys.stdout.flush()
    binary.write(text.encode("utf-8", "replace"))
    binary.flush()


def write_whole(path: Path, text: str) -> None:
    """Replace the file by one that holds the whole text.

    A full disk or an interrupt leaves the old file unchanged, and never half of the new text.
    """
    scratch = None
    try:
        if _is_device(path):  # a device is written to, not replaced
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
    """Return the path of the file, or raise OutputError if the file cannot be written.

    The command line calls this before a search. Otherwise a search of an hour could end without
    a file. `name` is text because a `Path` drops the slash at the end.
    """
    path = Path(name)
    if os.path.isdir(path):
        raise OutputError(f"{path} is a folder; name a file")
    if name.endswith(SLASHES):
        raise OutputError(f"{name} ends with a slash; name a file")
    try:
        _try(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}") from error
    return path


def check_folder(folder: Path) -> None:
    """Raise OutputError if no file can be created in the folder.

    The check creates a file, because permissions are not enough: /proc refuses even root.
    """
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OutputError(f"{folder} cannot be written to: {error.strerror}") from error


def check_apart(files: Iterable[tuple[str, Path | None]]) -> None:
    """Raise OutputError if two options write the same file; each file comes with its option."""
    options: dict[str, str] = {}
    for option, file in files:
        if file is not None:
            other = options.setdefault(os.path.realpath(file), option)
            if other != option:
                raise OutputError(
                    f"{other} and {option} both write {file}; give each a file of its own"
                )


def _try(path: Path) -> None:
    """Raise the error that `write_whole` would raise, without creating or changing a file."""
    if _is_device(path):
        if not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return
    folder = Path(os.path.realpath(path)).parent
    if not os.path.isdir(folder):
        raise OutputError(
            f"{path} cannot be written: the folder {shown_path(folder)} does not exist"
        )
    with tempfile.TemporaryFile(dir=folder):
        pass


def _is_device(path: Path) -> bool:
    """Return whether the path exists and is not a regular file: a device or a pipe."""
    try:
        return not stat.S_ISREG(os.stat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def _umask() -> int:
    """Return the umask of the process, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
