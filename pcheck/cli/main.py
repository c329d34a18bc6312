"""The program `pcheck`: its commands, and the exit status of each.

The exit status is 0 for holds, 1 for violated, 2 for a usage or spec error, 3 for incomplete.
Each error in the input is one line on standard error.
"""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from pcheck import __version__
from pcheck.blame import blamed
from pcheck.cli.bugs import check_bugs
from pcheck.cli.explore import EXIT_STATUS, explore_command
from pcheck.cli.graph import graph_command
from pcheck.cli.listing import list_specs
from pcheck.cli.new import write_new_spec
from pcheck.cli.replay import replay_file
from pcheck.errors import PcheckError, UsageError
from pcheck.loading.options import flag
from pcheck.loading.spec import shipped_names
from pcheck.render.formats import FORMATS
from pcheck.text import one_of

USAGE, INTERRUPTED = 2, 3
FormatOption = Annotated[
    str | None,
    typer.Option("--format", metavar="NAME", help=f"Trace format: {one_of(FORMATS)}."),
]
TO_FILE = "Write the trace to FILE; the suffix selects the format."
TO_FOLDER = "Write the trace to FILE, or one trace per bug to DIR."
OutputOption = Annotated[str | None, typer.Option("-o", "--output", metavar="FILE", help=TO_FILE)]
OutputsOption = Annotated[
    str | None, typer.Option("-o", "--output", metavar="FILE|DIR", help=TO_FOLDER)
]
COMMANDS = ("explore", "graph", "replay", "bugs", "specs", "new")
SPEC_COMMANDS = ("explore", "graph")  # the spec is their first argument, and adds its options
GRAPH_STATUS = "Exit status: 0 if the graph was written, 2 usage or spec error, 3 interrupted."
REPLAY_STATUS = "Exit status: 0 if the trace reproduces, 1 if not, 2 if the file cannot be used."
BUGS_STATUS = "Exit status: 0 if every bug behaves as documented, 1 otherwise, 2 usage error."
SPECS_STATUS = "Exit status: 0 if the specs were listed, 2 usage or spec error."
NEW_STATUS = "Exit status: 0 if the file was written, 2 otherwise."


def main() -> None:
    """Run the program with the arguments of the process, and exit with its status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        code = run(sys.argv[1:])
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        code = _close_standard_output()
    except OSError as error:
        code = _fail(f"standard output cannot be written: {error.strerror}")
        _close_standard_output()
    gc.freeze()  # otherwise the interpreter searches all tables for cycles before it exits
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit status. Errors are printed on standard error."""
    words = list(arguments) or ["--help"]
    try:
        result = _app(words)(args=words, prog_name="pcheck", standalone_mode=False)
    except UsageError as error:
        return _fail(error.spelled(flag))
    except PcheckError as error:
        return _fail(str(error))
    except typer.TyperException as error:
        return _fail(_usage(words, error), error.exit_code)
    except (Interrupted, KeyboardInterrupt, typer.Abort):
        return _fail("interrupted", INTERRUPTED)
    except OSError:
        raise
    except SystemExit:  # raised by Rich and Typer when the reader of a pipe has gone
        return _close_standard_output()
    except Exception as error:
        blamed_error = blamed(error, "the spec")
        if isinstance(blamed_error, PcheckError):
            return _fail(str(blamed_error))
        raise
    return result if isinstance(result, int) else 0


class Interrupted(Exception):
    """Raised for Ctrl-C, because Typer would handle a KeyboardInterrupt itself."""


def _guarded(command: Callable[..., int]) -> Callable[..., int]:
    """Return a command whose interrupts and broken pipes reach `run` instead of Typer."""

    @wraps(command)
    def guarded(*args: Any, **kwargs: Any) -> int:
        try:
            return command(*args, **kwargs)
        except KeyboardInterrupt:
            raise Interrupted from None
        except BrokenPipeError:
            return _close_standard_output()

    return guarded


def _usage(words: list[str], error: typer.TyperException) -> str:
    """Return the error for a wrong command line, with a pointer to the help of the command."""
    if words[0] not in COMMANDS:
        return f"{error.format_message()} (see `pcheck --help`)"
    takes_spec = words[0] in SPEC_COMMANDS
    spec = [word for word in words[1:2] if takes_spec and not word.startswith("-")]
    late = [word for word in words[2:] if word in shipped_names() or word.endswith(".py")]
    if takes_spec and not spec and late:
        return f"the spec must come first: pcheck {words[0]} {late[0]} ..."
    return f"{error.format_message()} (see `{' '.join(['pcheck', words[0], *spec])} --help`)"


def _app(arguments: Sequence[str]) -> typer.Typer:
    app = typer.Typer(
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_pcheck)
    app.command("explore", epilog=EXIT_STATUS)(_guarded(explore_command(arguments)))
    app.command("graph", epilog=GRAPH_STATUS)(_guarded(graph_command(arguments)))
    app.command("replay", epilog=REPLAY_STATUS)(_guarded(_replay))
    app.command("bugs", epilog=BUGS_STATUS)(_guarded(_bugs))
    app.command("specs", epilog=SPECS_STATUS)(_guarded(_specs))
    app.command("new", epilog=NEW_STATUS)(_guarded(_new))
    return app


def _version(wanted: bool) -> None:
    if wanted:
        print(f"pcheck {__version__}")
        raise typer.Exit


def _pcheck(
    show_version: Annotated[
        bool,
        typer.Option(
            "--version",
            metavar="",
            help="Print the version and exit.",
            callback=_version,
            is_eager=True,
        ),
    ] = False,
) -> None:
    """Check consensus protocols by exploring every reachable state of a small cluster."""


def _replay(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="A trace saved with `pcheck explore --save`."),
    ],
    spec: Annotated[
        str | None,
        typer.Argument(
            metavar="SPEC", help="The .py file of the spec, unless the spec ships with pcheck."
        ),
    ] = None,
    step: Annotated[
        bool,
        typer.Option(
            "--step",
            metavar="",
            help="Step through the trace interactively with the arrow keys.",
        ),
    ] = False,
    quiet: Annotated[
        bool,
        typer.Option("--quiet", "-q", metavar="", help="Print only how the trace ends."),
    ] = False,
    form: FormatOption = None,
    output: OutputOption = None,
) -> int:
    """Replay a saved trace and verify its outcome."""
    return replay_file(file, spec, quiet=quiet, form=form, output=output, step=step)


def _bugs(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME",
            help="A bug (name or number) to show in full, or a spec whose bugs to list.",
        ),
    ] = None,
    json: Annotated[
        bool,
        typer.Option("--json", metavar="", help="Print a JSON list with an object for each bug."),
    ] = False,
    save: Annotated[
        Path | None,
        typer.Option("--save", metavar="DIR", help="Save the trace of each bug to DIR."),
    ] = None,
    form: FormatOption = None,
    output: OutputsOption = None,
) -> int:
    """Check every known bug and report the property that it violates."""
    return check_bugs(name, as_json=json, save=save, form=form, output=output)


def _specs(
    name: Annotated[
        str | None,
        typer.Argument(metavar="SPEC", help="A spec to list alone, with each of its bugs."),
    ] = None,
    json: Annotated[
        bool,
        typer.Option("--json", metavar="", help="Print a JSON list with an object for each spec."),
    ] = False,
) -> int:
    """List the shipped specs with their options, properties and bugs."""
    return list_specs(name, as_json=json)


def _new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The .py file to create.")],
) -> int:
    """Write a small example protocol to a new file."""
    return write_new_spec(file)


def _fail(text: str, code: int = USAGE) -> int:
    """Print an error on standard error; return the exit status."""
    print(f"pcheck: {text}", file=sys.stderr)
    return code


def _close_standard_output() -> int:
    """Discard all further output, because the reader of the pipe has gone; return the status."""
    with suppress(OSError, AttributeError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return USAGE
