"""`pcheck new`: a small protocol to start from."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from pcheck.errors import OutputError, UsageError
from pcheck.files import write_whole


def new_file(file: Path) -> int:
    """Never writes over anything."""
    if file.suffix != ".py" or not file.stem.isidentifier():
        raise UsageError(f"{file} is no name for a spec: write something like mine.py")
    if file.exists():
        raise OutputError(f"{file} exists already: choose another name")
    text = files("pcheck.templates").joinpath("protocol.py").read_text(encoding="utf-8")
    shown = file if file.is_absolute() else Path(file)
    prefix = "" if file.is_absolute() else "./"
    write_whole(file, text.replace("./THIS_FILE", f"{prefix}{shown}"))
    print(f"Wrote {file}. Now: pcheck explore {prefix}{shown}")
    return 0
