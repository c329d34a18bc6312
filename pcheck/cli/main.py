"""`pcheck`: the commands, and how each of them ends.

0 holds, 1 violated, 2 usage or a broken spec, 3 incomplete. Whatever is wrong with the input is one
line on standard error.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from pcheck import __version__
from pcheck.cli import listing
from pcheck.cli.explore import explore_command
from pcheck.cli.files import new_file, replay_file
from pcheck.errors import PcheckError, blamed

USAGE, INTERRUPTED = 2, 3
COMMANDS = ("explore", "replay", "specs", "new")


def main() -> None:
    """The entry point: every end of the program passes through here."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        code = run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        code = _nobody_reads()
    except OSError as error:
        code = _complain(f"standard output cannot be written: {error.strerror}")
        _nobody_reads()
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """The status that one command line ends with."""
    try:
        result = _app(arguments)(
            args=list(arguments) or ["--help"], prog_name="pcheck", standalone_mode=False
        )
    except PcheckError as error:
        return _complain(str(error))
    except typer.TyperException as error:
        command = " ".join(["pcheck", *(each for each in arguments[:1] if each in COMMANDS)])
        return _complain(f"{error.format_message()} ({command} --help)", error.exit_code)
    except Exception as error:
        wrong = blamed(error, "the spec")
        if isinstance(wrong, PcheckError):
            return _complain(str(wrong))
        raise
    except (KeyboardInterrupt, typer.Abort):
        return _complain("interrupted", INTERRUPTED)
    return result if isinstance(result, int) else 0


def _app(arguments: Sequence[str]) -> typer.Typer:
    app = typer.Typer(
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_pcheck)
    app.command("explore")(explore_command(arguments))
    app.command("replay")(_replay)
    app.command("specs")(_specs)
    app.command("new")(_new)
    return app


def _version(wanted: bool) -> None:
    if wanted:
        print(f"pcheck {__version__}")
        raise typer.Exit


def _pcheck(
    show_version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_version, is_eager=True),
    ] = False,
) -> None:
    """Look at every possible run of a small cluster: prove it, or see the shortest that fails."""


def _replay(
    file: Annotated[Path, typer.Argument(help="A run saved with `explore --save`.")],
    spec: Annotated[
        str | None, typer.Argument(help="The .py file of its spec, if that is one of your own.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the end only.")] = False,
) -> int:
    """Walk a saved run step by step: 0 if it does what the file says, 1 if not."""
    return replay_file(file, spec, quiet)


def _specs(
    json: Annotated[bool, typer.Option("--json", help="Print a list of objects.")] = False,
) -> int:
    """The protocols that come with pcheck: their sizes, properties and mistakes."""
    return listing.specs(as_json=json)


def _new(
    file: Annotated[Path, typer.Argument(help="The .py file to write.")],
) -> int:
    """Write a small protocol of your own to start from."""
    return new_file(file)


def _complain(text: str, code: int = USAGE) -> int:
    print(f"pcheck: {text}", file=sys.stderr)
    return code


def _nobody_reads() -> int:
    """The reader of a pipe went away: end quietly, and let no late flush complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return USAGE
