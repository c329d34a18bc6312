"""`pcheck replay`: a saved trace, replayed with the reference semantics."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pcheck.cli.drawing import (
    Drawing,
    FormatOption,
    OutputOption,
    check_standard_output,
    is_on_standard_output,
    requested_drawing,
)
from pcheck.cli.saved_traces import AlsoOption, SpecArgument, check_files, spec_of
from pcheck.errors import TraceError, UsageError
from pcheck.loading.setup import Setup
from pcheck.play.stepper import (
    check_a_terminal,
    playback_of_failure,
    playback_of_finding,
    step_through,
)
from pcheck.render.text.header import Header
from pcheck.render.text.paragraphs import Paragraph
from pcheck.render.text.report import verdict_of
from pcheck.render.text.trace import TraceText
from pcheck.traces.divergence import first_divergences, notes
from pcheck.traces.finding import Finding
from pcheck.traces.replay import Replay, replay
from pcheck.traces.saved import read
from pcheck.traces.timeline import timeline_of

EXIT_STATUS = "Exit status: 0 if the trace reproduces, 1 if not, 2 if the file cannot be used."


def replay_command(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="A saved trace, or one written by hand: JSON with `spec` and `steps`.",
        ),
    ],
    spec: SpecArgument = None,
    also: AlsoOption = None,
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
    """Replay a saved trace; return 0 if the trace ends as recorded, otherwise 1."""
    drawing = requested_drawing(form, output)
    if step:
        _check_stepper(quiet, drawing)
    elif quiet:
        check_standard_output(drawing, "--quiet")
    saved = read(file)
    given = {"--quiet": quiet, "--step": step, "--format": form, "-o": output}
    check_files(saved, file, spec, also or [], given, "replay")
    found = spec_of(saved, file, spec)
    try:
        setup = saved.prepare(found, also or ())
        replayed = replay(saved, setup)
    except TraceError as error:
        raise TraceError(f"{file} {error}") from None
    to_standard_output = is_on_standard_output(drawing)
    console = Console(highlight=False, stderr=to_standard_output and replayed.mismatch is not None)
    if replayed.mismatch is not None and step:
        step_through(console, playback_of_failure(setup, replayed))
        return 1
    if replayed.mismatch is not None:
        _print_failure(console, setup, replayed, quiet=quiet or to_standard_output)
        if drawing is not None and drawing.file is not None:
            drawing.report_unwritten("the replay failed")
        return 1
    finding = Finding.of(setup, replayed.saved, replayed.trace)
    if step:
        step_through(console, playback_of_finding(finding))
    elif not to_standard_output:
        _print_finding(console, finding, replayed.others, quiet=quiet)
    if drawing is not None:
        drawing.write(finding)
    return 0


def _check_stepper(quiet: bool, drawing: Drawing | None) -> None:
    """Raise UsageError if `--step` is given with other output or without a terminal."""
    if quiet or drawing is not None:
        other = "--quiet" if quiet else "--format or -o"
        raise UsageError(f"--step cannot be combined with {other}")
    check_a_terminal("--step")


def _print_finding(
    console: Console, finding: Finding, others: tuple[str, ...], *, quiet: bool
) -> None:
    if not quiet:
        console.print(Header(finding.setup))
        console.print()
        console.print(TraceText(finding.timeline, finding.notes))
        console.print()
    for part in verdict_of(finding):
        console.print(part)
    if others:
        console.print(Paragraph(f"Also violated: {', '.join(others)}.", "bold red"))
        console.print()
    is_recorded = "property" in finding.saved.given
    end = "the trace ends as recorded" if is_recorded else "every step is possible"
    console.print(Paragraph(f"Replayed: {end}.", "bold green"))


def _print_failure(console: Console, setup: Setup, replayed: Replay, *, quiet: bool) -> None:
    """Print the trace up to the step where the replay failed, and why the replay failed."""
    if not quiet:
        timeline = timeline_of(setup.model, replayed.trace)
        notes_by_step = notes(first_divergences(setup, replayed.trace, timeline))
        console.print(Header(setup))
        console.print()
        console.print(TraceText(timeline, notes_by_step))
        console.print()
    console.print(Paragraph(f"Replay failed: {replayed.mismatch}", "bold red"))
    if replayed.instead is not None:
        console.print(Paragraph(replayed.instead))
