"""`pcheck`: the commands, and how each of them ends.

0 holds, 1 violated, 2 usage or a broken spec, 3 incomplete. Whatever is wrong with the input is one
line on standard error.
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
from pcheck.cli import listing
from pcheck.cli.bugs import bugs as listing_of_bugs
from pcheck.cli.explore import explore_command
from pcheck.cli.graph import graph_command
from pcheck.cli.new import new_file
from pcheck.cli.replay import replay_file
from pcheck.errors import PcheckError, UsageError
from pcheck.loading.options import flag
from pcheck.loading.spec import shipped_names
from pcheck.render.formats import FORMATS

USAGE, INTERRUPTED = 2, 3
FormatOption = Annotated[
    str | None,
    typer.Option("--format", metavar="NAME", help=f"Write the run as {', '.join(FORMATS)}."),
]
TO_A_FILE = "Write the run to this file; its name says the format."
TO_A_FOLDER = f"{TO_A_FILE} Or into this folder, one file for each run."
OutputOption = Annotated[str | None, typer.Option("-o", "--output", metavar="FILE", help=TO_A_FILE)]
OutputsOption = Annotated[
    str | None, typer.Option("-o", "--output", metavar="FILE|DIR", help=TO_A_FOLDER)
]
COMMANDS = ("explore", "graph", "replay", "bugs", "specs", "new")
OF_A_SPEC = ("explore", "graph")  # these have its options: it comes first


def main() -> None:
    """The entry point: every end of the program passes through here."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        code = run(sys.argv[1:])
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        code = _nobody_reads()
    except OSError as error:
        code = _complain(f"standard output cannot be written: {error.strerror}")
        _nobody_reads()
    gc.freeze()  # the interpreter would look for cycles in all tables before it ends
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """The status that one command line ends with."""
    words = list(arguments) or ["--help"]
    try:
        result = _app(words)(args=words, prog_name="pcheck", standalone_mode=False)
    except UsageError as error:
        return _complain(error.spelled(flag))
    except PcheckError as error:
        return _complain(str(error))
    except typer.TyperException as error:
        return _complain(_usage(words, error), error.exit_code)
    except (Interrupted, KeyboardInterrupt, typer.Abort):
        return _complain("interrupted", INTERRUPTED)
    except OSError:
        raise
    except SystemExit:  # so Rich and Typer end where nobody reads what they print
        return _nobody_reads()
    except Exception as error:
        wrong = blamed(error, "the spec")
        if isinstance(wrong, PcheckError):
            return _complain(str(wrong))
        raise
    return result if isinstance(result, int) else 0


class Interrupted(Exception):
    """Ctrl-C, by a name that Typer does not know."""


def _guarded(command: Callable[..., int]) -> Callable[..., int]:
    """Keeps Typer from ending the program in its own way."""

    @wraps(command)
    def guarded(*args: Any, **kwargs: Any) -> int:
        try:
            return command(*args, **kwargs)
        except KeyboardInterrupt:
            raise Interrupted from None
        except BrokenPipeError:
            return _nobody_reads()

    return guarded


def _usage(words: list[str], error: typer.TyperException) -> str:
    """What is wrong with a command line, and whose help tells more."""
    if words[0] not in COMMANDS:
        return f"{error.format_message()} (pcheck --help)"
    spec = [word for word in words[1:2] if words[0] in OF_A_SPEC and not word.startswith("-")]
    late = [word for word in words[2:] if word in shipped_names() or word.endswith(".py")]
    if words[0] in OF_A_SPEC and not spec and late:
        return f"the spec comes first: pcheck {words[0]} {late[0]} ..."
    return f"{error.format_message()} ({' '.join(['pcheck', words[0], *spec])} --help)"


def _app(arguments: Sequence[str]) -> typer.Typer:
    app = typer.Typer(
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_pcheck)
    app.command("explore")(_guarded(explore_command(arguments)))
    app.command("graph")(_guarded(graph_command(arguments)))
    app.command("replay")(_guarded(_replay))
    app.command("bugs")(_guarded(_bugs))
    app.command("specs")(_guarded(_specs))
    app.command("new")(_guarded(_new))
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
    step: Annotated[
        bool, typer.Option("--step", help="Walk it with the keys, forwards and back.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the end only.")] = False,
    form: FormatOption = None,
    output: OutputOption = None,
) -> int:
    """Walk a saved run step by step: 0 if it does what the file says, 1 if not."""
    return replay_file(file, spec, quiet=quiet, form=form, output=output, step=step)


def _bugs(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            help="One of them, by its name or number: shown in full. Or those of a spec.",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print a list of objects.")] = False,
    save: Annotated[
        Path | None, typer.Option("--save", metavar="DIR", help="Write every run to this folder.")
    ] = None,
    form: FormatOption = None,
    output: OutputsOption = None,
) -> int:
    """Every rule taken away once: what breaks, how soon. 0 if all is as it says, 1 if not."""
    return listing_of_bugs(name, as_json=json, save=save, form=form, output=output)


def _specs(
    name: Annotated[
        str | None, typer.Argument(metavar="[SPEC]", help="Only this one, with all its mistakes.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print a list of objects.")] = False,
) -> int:
    """The protocols that come with pcheck: their sizes, properties and mistakes."""
    return listing.specs(name, as_json=json)


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
    with suppress(OSError, AttributeError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return USAGE
