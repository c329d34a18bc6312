"""The folder of a checkpoint: files that only grow, and a manifest that says how far they count.

The manifest is written last, under another name, and then renamed. So whenever pcheck is killed,
the folder holds the checkpoint of before or the new one: what a file holds beyond the length in the
manifest does not count, and is written over.
"""

from __future__ import annotations

import json
import os
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from pcheck.errors import OutputError, ParameterName, UsageError
from pcheck.search.clock import Clock
from pcheck.search.saving import Saving
from pcheck.text import counted, printable, shown_path

FORMAT, VERSION = "pcheck checkpoint", 1
MANIFEST, SCRATCH, LOCK = "manifest.json", "manifest.json.new", "lock"
CHUNK = 1 << 24  # bytes that are read at once
ANOTHER_FOLDER = "name another folder, or remove this one to begin anew"
Record = dict[str, Any]  # of one search, as JSON has it


class Part(NamedTuple):
    """The begin of a file: its length in bytes, and its checksum."""

    length: int = 0
    crc: int = 0


class Recorded(Protocol):
    """One search, of which a checkpoint keeps a record."""

    def record(self) -> Record: ...

    def is_saved(self) -> None: ...


class Checkpoint:
    """The checkpoint of a search, which may consist of several searches, one after the other."""

    def __init__(
        self,
        saving: Saving,
        facts: Mapping[str, str],
        clock: Clock,
        on_note: Callable[[str], None],
    ) -> None:
        """Open a folder, or create it; raise UsageError if it holds something else.

        `facts` are texts by the names of options. They must be those of the checkpoint.
        """
        self.folder, self._every = saving.folder, saving.seconds
        self._facts, self._clock, self._on_note = dict(facts), clock, on_note
        self._searches: list[Recorded] = []  # of this run
        self._unsynced: set[str] = set()
        self._has_failed = self.is_frozen = False
        self.saved_states = 0
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._check_folder()
            self._lock = _locked(self.folder)
            try:
                self.records = self._read()
            except BaseException:
                self.close()
                raise
        except OSError as error:
            where = shown_path(self.folder)
            raise OutputError(f"{where} cannot hold a checkpoint: {error.strerror}") from error
        self._wait()

    def close(self) -> None:
        """Unlock the folder."""
        self._lock.close()

    def _check_folder(self) -> None:
        """Raise UsageError if a folder without a checkpoint holds files of something else."""
        found = {each.name for each in self.folder.iterdir()}
        if MANIFEST not in found and not found <= {LOCK, SCRATCH}:
            text = f"{shown_path(self.folder)} holds files but no checkpoint; name a new folder"
            raise UsageError(ParameterName("checkpoint"), text)

    # -- reading -------------------------------------------------------------------------------

    def _read(self) -> list[Record]:
        """Return the records of the searches so far, after a check of everything."""
        path = self.folder / MANIFEST
        if not path.exists():
            self._write([])
            return []
        try:
            manifest = json.loads(path.read_text(encoding="utf-8"))
            check = manifest.pop("check")
        except (ValueError, AttributeError, KeyError):
            raise self._damaged(MANIFEST) from None
        if check != _check(manifest):
            raise self._damaged(MANIFEST)
        if (manifest["format"], manifest["version"]) != (FORMAT, VERSION):
            raise self._refusal("was made by another version of pcheck")
        self._compare(manifest["facts"])
        records: list[Record] = manifest["searches"]
        for name, part in (each for record in records for each in record["files"].items()):
            self._check_file(name, Part(*part))
        self._clock.add(manifest["seconds"])
        self.saved_states = manifest["states"]
        if self.saved_states:
            states = counted(self.saved_states, "state")
            self._on_note(f"going on from the checkpoint in {self._shown}: {states}")
        return records

    def _compare(self, saved: Mapping[str, str]) -> None:
        """Raise UsageError if the facts of the checkpoint are other ones than those of now."""
        now = self._facts
        for name in [*now, *saved]:
            old, new = saved.get(name), now.get(name)
            if old == new:
                continue
            if name == "pcheck":
                raise self._refusal("was made by another version of pcheck")
            if name.endswith(".py"):
                how = "has changed since then" if old and new else "belongs to only one of both"
                raise self._refusal(f"is of another spec: {printable(shown_path(name))} {how}")
            texts = [_shown(name, text) for text in (old, new)]
            raise self._refusal(f"was made {texts[0]}, and this command is {texts[1]}")

    def _check_file(self, name: str, part: Part) -> None:
        """Raise UsageError if a file is not what it was."""
        found = Part()
        with suppress(FileNotFoundError), (self.folder / name).open("rb") as file:
            while more := file.read(min(CHUNK, part.length - found.length)):
                found = _longer(found, more)
        if found != part:
            raise self._damaged(name)

    def _damaged(self, name: str) -> UsageError:
        return self._refusal(f"is damaged: {name} is not what was written")

    def _refusal(self, why: str) -> UsageError:
        text = f"the checkpoint in {self._shown} {why}; {ANOTHER_FOLDER}"
        return UsageError(text)

    @property
    def _shown(self) -> str:
        return printable(str(self.folder))

    # -- writing -------------------------------------------------------------------------------

    def begin(self, search: Recorded) -> tuple[int, Record | None]:
        """Return the number of the next search, and the record that an earlier run made of it."""
        nth = len(self._searches)
        self._searches.append(search)
        return nth, self.records[nth] if nth < len(self.records) else None

    @property
    def is_due(self) -> bool:
        """True if it is time for the next checkpoint."""
        return time.monotonic() >= self._next and not self.is_frozen

    def _wait(self) -> None:
        self._next = time.monotonic() + self._every

    def append(self, name: str, part: Part, data: Any) -> Part:
        """Write bytes to a file behind its begin, and return the new begin."""
        if not len(data):
            return part
        self._unsynced.add(name)
        with open(self.folder / name, "r+b" if (self.folder / name).exists() else "wb") as file:
            file.seek(part.length)
            file.write(data)
        return _longer(part, data)

    def save(self) -> None:
        """Write a checkpoint of all searches. If the disk is full, the checkpoint of before stays.

        The search goes on without, and the next checkpoint is tried when it is time.
        """
        if self.is_frozen:
            return
        try:
            records = [search.record() for search in self._searches]
            self._sync()
            self._write([*records, *self.records[len(records) :]])
        except OSError as error:
            if not self._has_failed:
                text = f"no checkpoint was written to {self._shown}: {error.strerror}"
                kept = counted(self.saved_states, "state")
                self._on_note(f"{text}. The last one stays, of {kept}, and the search goes on.")
            self._has_failed = True
        else:
            self.records[: len(records)] = records
            self._has_failed = False
            for search in self._searches:
                search.is_saved()
        self._wait()

    def _sync(self) -> None:
        """Wait until the disk holds all that was appended."""
        for name in sorted(self._unsynced):
            with (self.folder / name).open("rb") as file:
                os.fsync(file.fileno())
        self._unsynced.clear()

    def _write(self, records: Sequence[Record]) -> None:
        """Replace the manifest."""
        states = int(records[-1]["states"]) if records else 0
        manifest: Record = {
            "format": FORMAT,
            "version": VERSION,
            "facts": self._facts,
            "seconds": self._clock.seconds(),
            "states": states,
            "searches": list(records),
        }
        manifest["check"] = _check(manifest)
        scratch = self.folder / SCRATCH
        with scratch.open("w", encoding="utf-8") as file:
            json.dump(manifest, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(scratch, self.folder / MANIFEST)
        with suppress(OSError):  # a folder cannot be opened everywhere
            folder = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        self.saved_states = states

    def end(self, *, is_decided: bool) -> None:
        """Remove the checkpoint of a search that has its answer; otherwise say how to go on."""
        if is_decided:
            self._remove()
        elif self.saved_states:
            states = counted(self.saved_states, "state")
            self._on_note(f"the same command goes on from {states}, saved in {self._shown}")

    def give_up(self) -> None:
        """Remove the checkpoint of a search that goes on without."""
        self._remove()
        self.saved_states, self.is_frozen = 0, True

    def _remove(self) -> None:
        names = {name for record in self.records for name in record["files"]}
        for name in (MANIFEST, SCRATCH, *names, LOCK):
            with suppress(OSError):
                (self.folder / name).unlink()
        self.close()
        with suppress(OSError):
            self.folder.rmdir()


def _check(manifest: Mapping[str, Any]) -> str:
    """Return the checksum of all other entries of a manifest."""
    return sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def _longer(part: Part, data: Any) -> Part:
    return Part(part.length + len(data), zlib.crc32(data, part.crc))


def _shown(name: str, value: str | None) -> str:
    return f"with {name} {printable(value)}" if value is not None else f"without {name}"


def _locked(folder: Path) -> Any:
    """Return an open file that locks a folder until this process ends, or raise UsageError."""
    file = (folder / LOCK).open("a")
    try:
        import fcntl  # not on Windows, where two searches may spoil each other's checkpoint
    except ImportError:
        return file
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        text = f"{shown_path(folder)} is in use by another search; name another folder"
        raise UsageError(ParameterName("checkpoint"), text) from None
    return file
