"""`pcheck replay`: a saved trace, replayed with the reference semantics."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

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
from pcheck.errors import TraceError, UsageError
from pcheck.loading.setup import Setup
from pcheck.loading.spec import Spec, find, shipped_names
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
from pcheck.traces.saved import SavedTrace, read
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
    spec: Annotated[
        str | None,
        typer.Argument(
            metavar="SPEC", help="The .py file of the spec, unless the spec ships with pcheck."
        ),
    ] = None,
    also: Annotated[
        list[str] | None,
        typer.Option("--also", metavar="FILE", help="The .py file of properties that were added."),
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
    """Replay a saved trace; return 0 if the trace ends as recorded, otherwise 1."""
    drawing = requested_drawing(form, output)
    if step:
        _check_stepper(quiet, drawing)
    elif quiet:
        check_standard_output(drawing, "--quiet")
    saved = read(file)
    given = {"--quiet": quiet, "--step": step, "--format": form, "-o": output}
    _check_files(saved, file, spec, also or [], given)
    found = _spec_of(saved, file, spec)
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
    check_a_terminal()


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


def _check_files(
    saved: SavedTrace, file: Path, spec: str | None, also: list[str], given: Mapping[str, Any]
) -> None:
    """Raise UsageError if the user must name the file of the spec, or of added properties.

    A saved trace never selects code to execute, unless the code ships with pcheck.
    """
    is_by_hand = "file" not in saved.given and saved.spec not in shipped_names()
    name = saved.file if saved.file is not None else f"./{Path(saved.spec).stem}.py"
    needs_spec = spec is None and (saved.file is not None or is_by_hand)
    needs_also = saved.also and not also
    if not needs_spec and not needs_also:
        return
    unsaved = [name for name, path in saved.also.items() if path is None]
    if needs_also and unsaved:
        raise UsageError(
            f"{file} is a trace with the added property {unsaved[0]}, which was not in a file; "
            "save the property in a .py file and add --also FILE"
        )
    files = also or list(dict.fromkeys(path for path in saved.also.values() if path is not None))
    words = [file, *([spec or name] if spec is not None or needs_spec else [])]
    command = _command([*words, *(word for each in files for word in ("--also", each))], given)
    what, added = "a spec that does not ship with pcheck", f"added properties ({', '.join(files)})"
    if needs_spec:
        text = f"is a trace of {what}; add the file of the spec"
    else:
        text = f"is a trace with {added}; add their file"
    raise UsageError(f"{file} {text}, as in `{command}`")


def _spec_of(saved: SavedTrace, file: Path, spec: str | None) -> Spec:
    """Return the spec that the user names, or the shipped spec that the file names."""
    if spec is not None:
        return find(spec)
    if saved.spec not in shipped_names():
        raise TraceError(
            f"{file} is a trace of {saved.spec!r}, which is not a spec of this version of pcheck"
        )
    return find(saved.spec)


def _command(words: Iterable[object], given: Mapping[str, Any]) -> str:
    """Return the `pcheck replay` command with these words and the given options, for a shell."""
    options = [
        (name,) if value is True else (name, value) for name, value in given.items() if value
    ]
    return shlex.join(["pcheck", "replay", *map(str, words), *chain(*options)])
