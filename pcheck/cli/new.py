"""`pcheck new`: a small example protocol in a new file."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from pcheck.errors import OutputError, UsageError
from pcheck.files import write_whole
from pcheck.loading.spec import as_argument

EXIT_STATUS = "Exit status: 0 if the file was written, 2 otherwise."


def new_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The .py file to create.")],
) -> int:
    """Write an example protocol to a file that does not exist yet; return 0."""
    if file.suffix != ".py" or not file.stem.isidentifier():
        raise UsageError(
            f"{file} is not a name for a spec; expected a Python name with .py, such as mine.py"
        )
    if file.exists():
        raise OutputError(f"{file} exists already; choose another name")
    text = files("pcheck.templates").joinpath("protocol.py").read_text(encoding="utf-8")
    argument = as_argument(file)
    write_whole(file, text.replace("./THIS_FILE", argument))
    print(f"Wrote {file}. To check the protocol: pcheck explore {argument}")
    return 0
