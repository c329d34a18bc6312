"""Saved traces on a command line: which spec and which files of properties belong to a trace."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import typer

from pcheck.errors import TraceError, UsageError
from pcheck.loading.spec import Spec, find, known_names
from pcheck.traces.saved import SavedTrace

SpecArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="SPEC", help="The .py file of the spec, unless the spec ships with pcheck."
    ),
]
AlsoOption = Annotated[
    list[str] | None,
    typer.Option("--also", metavar="FILE", help="The .py file of properties that were added."),
]


def check_files(
    saved: SavedTrace,
    file: Path,
    spec: str | None,
    also: list[str],
    given: Mapping[str, Any],
    name: str,
) -> None:
    """Raise UsageError if the user must name the file of the spec, or of added properties.

    A saved trace never selects code to execute, unless the code ships with pcheck. The error shows
    the command `name` with these words and the options that are `given`.
    """
    is_by_hand = "file" not in saved.given and saved.spec not in known_names()
    spec_file = saved.file if saved.file is not None else f"./{Path(saved.spec).stem}.py"
    needs_spec = spec is None and (saved.file is not None or is_by_hand)
    needs_also = saved.also and not also
    if not needs_spec and not needs_also:
        return
    unsaved = [prop for prop, path in saved.also.items() if path is None]
    if needs_also and unsaved:
        raise UsageError(
            f"{file} is a trace with the added property {unsaved[0]}, which was not in a file; "
            "save the property in a .py file and add --also FILE"
        )
    files = also or list(dict.fromkeys(path for path in saved.also.values() if path is not None))
    words = [file, *([spec or spec_file] if spec is not None or needs_spec else [])]
    command = _command(
        name, [*words, *(word for each in files for word in ("--also", each))], given
    )
    what, added = "a spec that does not ship with pcheck", f"added properties ({', '.join(files)})"
    if needs_spec:
        text = f"is a trace of {what}; add the file of the spec"
    else:
        text = f"is a trace with {added}; add their file"
    raise UsageError(f"{file} {text}, as in `{command}`")


def spec_of(saved: SavedTrace, file: Path, spec: str | None) -> Spec:
    """Return the spec that the user names, or the shipped spec that the file names."""
    if spec is not None:
        return find(spec)
    if saved.spec not in known_names():
        raise TraceError(
            f"{file} is a trace of {saved.spec!r}, which is not a spec of this version of pcheck"
        )
    return find(saved.spec)


def _command(name: str, words: Iterable[object], given: Mapping[str, Any]) -> str:
    """Return a command of pcheck with these words and the given options, for a shell."""
    options = [
        (flag,) if value is True else (flag, value) for flag, value in given.items() if value
    ]
    return shlex.join(["pcheck", name, *map(str, words), *chain(*options)])
