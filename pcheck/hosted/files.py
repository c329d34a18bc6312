"""The files of one node: in memory, a part of its state, and not lost in a crash."""

from __future__ import annotations

import errno
import io
import os
import posixpath
import stat
from collections.abc import Callable, Iterator, Mapping
from typing import Any

OnWrite = Callable[[str, Mapping[str, bytes]], None]


class Files:
    """The files and folders of a node. A folder exists if it was made, or if a file is in it."""

    def __init__(self, content: Mapping[str, bytes], on_write: OnWrite) -> None:
        self.content = content
        self._on_write = on_write

    def open(
        self,
        file: Any,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        closefd: bool = True,
        opener: Any = None,
    ) -> Any:
        """Return a file that is open, as the function `open` of Python does."""
        path, kinds = _path(file), set(mode) & set("rwax")
        if len(kinds) != 1:
            raise ValueError(f"invalid mode: {mode!r}")
        if "x" in kinds and path in self.content:
            raise _error(FileExistsError, errno.EEXIST, path)
        if "r" in kinds and path not in self.content:
            raise _error(FileNotFoundError, errno.ENOENT, path)
        if "w" in kinds or path not in self.content:
            self.write(path, b"")
        writes = kinds != {"r"} or "+" in mode
        raw = _Open(self, path, writes, at_end="a" in kinds)
        if "b" in mode:
            return raw
        return io.TextIOWrapper(raw, encoding or "utf-8", errors, newline)

    def write(self, path: str, content: bytes) -> None:
        """Replace the content of a file."""
        if self.content.get(path) != content:
            self._change(path, {**self.content, path: content})

    def remove(self, file: Any, *, dir_fd: int | None = None) -> None:
        path = _path(file)
        if path not in self.content:
            raise _error(FileNotFoundError, errno.ENOENT, path)
        self._change(path, {at: each for at, each in self.content.items() if at != path})

    def replace(
        self, old: Any, new: Any, *, src_dir_fd: int | None = None, dst_dir_fd: int | None = None
    ) -> None:
        """Give a file another name, at once."""
        path, target = _path(old), _path(new)
        if path not in self.content:
            raise _error(FileNotFoundError, errno.ENOENT, path)
        left = {at: each for at, each in self.content.items() if at != path}
        self._change(target, {**left, target: self.content[path]})

    def stat(self, file: Any, *, dir_fd: int | None = None, follow_symlinks: bool = True) -> Any:
        """Return the type and the size of a file or a folder."""
        path = _path(file)
        if path in self.content:
            return _status(stat.S_IFREG | 0o644, len(self.content[path]))
        if self._is_folder(path):
            return _status(stat.S_IFDIR | 0o755, 0)
        raise _error(FileNotFoundError, errno.ENOENT, path)

    def listdir(self, folder: Any = ".") -> list[str]:
        """Return the names in a folder, sorted."""
        return sorted(set(self._names_in(_path(folder))))

    def mkdir(self, path: Any, mode: int = 0o777, *args: Any, **more: Any) -> None:
        """Do nothing: a folder exists as soon as a file is in it."""

    def nothing(self, *args: Any, **more: Any) -> None:
        """Do nothing, for calls such as fsync."""

    def _change(self, path: str, content: Mapping[str, bytes]) -> None:
        self.content = content
        self._on_write(path, content)

    def _names_in(self, folder: str) -> Iterator[str]:
        inside = folder.rstrip("/") + "/"
        for path in self.content:
            if path.startswith(inside):
                yield path.removeprefix(inside).partition("/")[0]

    def _is_folder(self, path: str) -> bool:
        return path in ("/", "") or any(True for _ in self._names_in(path))


class _Open(io.BytesIO):
    """An open file; its content is on the disk after a flush or at its end."""

    def __init__(self, files: Files, path: str, writes: bool, at_end: bool) -> None:
        super().__init__(files.content[path])
        self.name, self._files, self._writes = path, files, writes
        self._appends = at_end
        if at_end:
            self.seek(0, io.SEEK_END)

    def writable(self) -> bool:
        return self._writes

    def write(self, data: Any) -> int:
        if not self._writes:
            raise io.UnsupportedOperation("not writable")
        if self._appends:
            self.seek(0, io.SEEK_END)
        return super().write(data)

    def flush(self) -> None:
        if self._writes and not self.closed:
            self._files.write(self.name, self.getvalue())

    def fileno(self) -> int:
        return -1  # for os.fsync(file.fileno())

    def close(self) -> None:
        if not self.closed:
            self.flush()
        super().close()


def _path(file: Any) -> str:
    if isinstance(file, int):
        raise _error(OSError, errno.EBADF, str(file))
    return posixpath.normpath(os.fsdecode(os.fspath(file)))


def _error(kind: type[OSError], number: int, path: str) -> OSError:
    return kind(number, os.strerror(number), path)


def _status(mode: int, size: int) -> os.stat_result:
    return os.stat_result((mode, 0, 0, 1, 0, 0, size, 0, 0, 0))
