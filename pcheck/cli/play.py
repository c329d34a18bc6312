"""`pcheck play`: a protocol whose steps the user chooses, on a terminal or on a page."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pcheck.cli.play_page import OUTPUT, page_to_write, write_page
from pcheck.cli.saved_traces import AlsoOption, SpecArgument, check_files, spec_of
from pcheck.cli.spec_options import Given, option, scope_options, setup_of, spec_command
from pcheck.errors import TraceError, UsageError
from pcheck.files import file_to_write
from pcheck.language.property import Kind
from pcheck.loading.setup import Setup
from pcheck.loading.spec import Spec
from pcheck.play.app import App
from pcheck.play.stepper import check_a_terminal
from pcheck.traces.saved import read
from pcheck.traces.stepping import Stepping

EXIT_STATUS = "Exit status: 0 when you quit or the page is written, 2 usage or spec error."
SAVE = "The file in which the key s saves the trace."
SUFFIX = ".json"  # of a saved trace, in place of a spec


def play_command(arguments: Sequence[str]) -> Callable[..., int]:
    """Return `pcheck play` with the options of the spec, or of the saved trace, that is named."""
    if list(arguments[1:2]) and arguments[1].lower().endswith(SUFFIX):
        return _play_on
    return spec_command(arguments, "play", _general_options(), _play)


def _general_options() -> Iterator[inspect.Parameter]:
    yield from scope_options()
    yield option("save", str, "Output", "--save FILE", SAVE)
    yield option("output", str, "Output", "-o --output FILE", OUTPUT)


def _play(spec: Spec, own: Given, given: Given) -> int:
    return _run(setup_of(spec, own, given), (), given["save"], given["output"])


def _play_on(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A saved trace, which begins at its end.")
    ],
    spec: SpecArgument = None,
    also: AlsoOption = None,
    save: Annotated[str | None, typer.Option("--save", metavar="FILE", help=SAVE)] = None,
    output: Annotated[
        str | None, typer.Option("-o", "--output", metavar="FILE", help=OUTPUT)
    ] = None,
) -> int:
    """Play on from the end of a saved trace."""
    saved = read(file)
    check_files(saved, file, spec, also or [], {"--save": save, "-o": output}, "play")
    found = spec_of(saved, file, spec)
    try:
        setup = saved.prepare(found, also or ())
    except TraceError as error:
        raise TraceError(f"{file} {error}") from None
    goal = [prop for prop in setup.model.properties if prop.name == saved.property]
    if goal and goal[0].kind is Kind.SOMETIMES:
        setup = replace(setup, target=goal[0])
    try:
        return _run(setup, saved.steps, save, output)
    except TraceError as error:
        raise TraceError(f"{file} cannot be played: {error}") from None


def _run(setup: Setup, labels: Sequence[str], save: str | None, output: str | None) -> int:
    """Let the user play until they quit, or write the page."""
    if output is not None:
        page = page_to_write(output, save)
        return write_page(Stepping(setup, labels), page)
    file = file_to_write(save) if save is not None else None
    stepping = Stepping(setup, labels)
    try:
        check_a_terminal("pcheck play")
    except UsageError as error:
        has_page = setup.network is not None  # a Model without nodes has none
        hint = "; to play in a browser, add -o page.html" if has_page else ""
        raise UsageError(f"{error}{hint}") from None
    App(Console(highlight=False), stepping, file).run()
    return 0
