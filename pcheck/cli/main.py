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
from typing import Annotated, Any

import typer

from pcheck import __version__
from pcheck.blame import blamed
from pcheck.errors import PcheckError, UsageError
from pcheck.text import nearest, printable

USAGE, INTERRUPTED = 2, 3
COMMANDS = {
    "explore": "Explore every reachable state of a spec and check its properties.",
    "graph": (
        "Write the state graph of a small cluster as GraphML, DOT or SVG.\n\n"
        "The graph marks violations and the shortest counterexample. Start with a small cluster: "
        "`pcheck graph --acceptors 1 --rounds 1`."
    ),
    "tolerance": "Find out how many nodes of a cluster may stop, for several sizes.",
    "play": (
        "Choose the steps of a protocol yourself, one after the other.\n\n"
        "`pcheck play trace.json` goes on from the end of a saved trace. On the screen, the key v "
        "searches ahead for the nearest violation, or for what --find names."
    ),
    "run": (
        "Carry out a scenario: steps and expectations in a text file.\n\n"
        "The file begins with a line such as `spec: paxos`. After an empty line, each line is a "
        "step, such as `p1 starts ballot 1`, or an expectation, such as `expect a1.promised = 1`."
    ),
    "audit": (
        "Compare the log of a real system with a protocol.\n\n"
        'Each line of the log is a JSON object such as {"node": "a1", "from": "p1", "message": '
        '"Prepare(ballot=1)"}. specs/AUDIT.md describes the format.'
    ),
    "lessons": "Learn Paxos from runs: list the lessons, or begin one.",
    "replay": "Replay a saved trace and verify its outcome.",
    "bugs": "Check every known bug and report the property that it violates.",
    "specs": "List the shipped specs with their options, properties and bugs.",
    "new": "Write a small example protocol to a new file.",
}
SPEC_COMMANDS = (
    "explore",
    "graph",
    "tolerance",
    "play",
    "audit",
)  # the spec is their first argument, and adds its options


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
        from pcheck.loading.options import flag

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
    from pcheck.loading.spec import known_names

    text = error.format_message()
    if isinstance(option := getattr(error, "option_name", None), str) and "No such" in text:
        text = f"unknown option {printable(option)}{nearest(option, _near_options(error))}"
    if words[0] not in COMMANDS:
        return f"{text} (see `pcheck --help`)"
    takes_spec = words[0] in SPEC_COMMANDS
    spec = [word for word in words[1:2] if takes_spec and not word.startswith("-")]
    late = [word for word in words[2:] if word in known_names() or word.endswith(".py")]
    if takes_spec and not spec and late:
        return f"the spec must come first: pcheck {words[0]} {late[0]} ..."
    return f"{text} (see `{' '.join(['pcheck', words[0], *spec])} --help`)"


def _near_options(error: typer.TyperException) -> Sequence[str]:
    """Return the options that Typer found to be like an unknown one."""
    return getattr(error, "possibilities", None) or ()


def _app(arguments: Sequence[str]) -> typer.Typer:
    app = typer.Typer(
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_pcheck)
    for name, summary in COMMANDS.items():
        if arguments[:1] == [name]:
            command, exit_status = _command(arguments)
            app.command(name, help=summary, epilog=exit_status)(_guarded(command))
        else:
            app.command(name, help=summary)(_not_loaded)
    return app


def _command(arguments: Sequence[str]) -> tuple[Callable[..., int], str]:
    """Return the command that the first argument names, and the text about its exit status.

    Only the module of that command is imported, so that `pcheck --help` prints at once.
    """
    match arguments[0]:
        case "explore":
            from pcheck.cli import explore

            return explore.explore_command(arguments), explore.EXIT_STATUS
        case "graph":
            from pcheck.cli import graph

            return graph.graph_command(arguments), graph.EXIT_STATUS
        case "tolerance":
            from pcheck.cli import tolerance

            return tolerance.tolerance_command(arguments), tolerance.EXIT_STATUS
        case "play":
            from pcheck.cli import play

            return play.play_command(arguments), play.EXIT_STATUS
        case "run":
            from pcheck.cli.run import EXIT_STATUS, run_command

            return run_command, EXIT_STATUS
        case "audit":
            from pcheck.cli import audit

            return audit.audit_command(arguments), audit.EXIT_STATUS
        case "lessons":
            from pcheck.cli import lessons

            return lessons.lessons_command, lessons.EXIT_STATUS
        case "replay":
            from pcheck.cli import replay

            return replay.replay_command, replay.EXIT_STATUS
        case "bugs":
            from pcheck.cli import bugs

            return bugs.bugs_command, bugs.EXIT_STATUS
        case "specs":
            from pcheck.cli import listing

            return listing.specs_command, listing.EXIT_STATUS
        case "new":
            from pcheck.cli import new

            return new.new_command, new.EXIT_STATUS
    raise AssertionError(f"{arguments[0]} is not a command")


def _not_loaded() -> None:
    """Stand for a command that the first argument does not name."""
    raise UsageError("the command must be the first argument")


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


def _fail(text: str, code: int = USAGE) -> int:
    """Print an error on standard error; return the exit status."""
    print(f"pcheck: {text}", file=sys.stderr)
    return code


def _close_standard_output() -> int:
    """Discard all further output, because the reader of the pipe has gone; return the status."""
    with suppress(OSError, AttributeError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return USAGE
