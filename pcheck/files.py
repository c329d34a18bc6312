"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from pcheck.errors import OutputError


def write_whole(path: Path, text: str) -> None:
    """A full disk or an interrupt leaves what was there before, and no half of what was meant."""
    path, scratch = Path(os.path.realpath(path)), None
    try:
        if path.exists() and not path.is_file():  # a device or a pipe is written to, not replaced
            path.write_text(text, encoding="utf-8")
            return
        handle, scratch = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
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


def check_writable(path: Path) -> None:
    """Before an hour's search, not after it: whether its result will have a place."""
    if path.is_dir():
        raise OutputError(f"{path} is a folder: name a file")
    if not path.resolve().parent.is_dir():
        raise OutputError(f"{path} cannot be written: there is no folder {path.parent}")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
