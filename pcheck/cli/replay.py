"""`pcheck replay`: a run that was kept, walked again with the reference semantics."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from rich.console import Console

from pcheck.cli.drawing import Drawing, drawing, is_alone, leave_room
from pcheck.errors import TraceError, UsageError
from pcheck.loading.setup import Setup
from pcheck.loading.spec import Spec, find, shipped_names
from pcheck.play.stepper import check_a_terminal, of_part, of_shown, step_through
from pcheck.render.text.paragraphs import Paragraph
from pcheck.render.text.report import Header, how_it_ends
from pcheck.render.text.trace import TraceText
from pcheck.traces.divergence import first_divergences, notes
from pcheck.traces.finding import Finding
from pcheck.traces.replay import Replay, replay
from pcheck.traces.saved import SavedTrace, read
from pcheck.traces.timeline import timeline_of


def replay_file(
    file: Path, spec: str | None, *, quiet: bool, form: str | None, output: str | None, step: bool
) -> int:
    """0 where the run does what its file says, else 1."""
    picture = drawing(form, output)
    if step:
        _check_that_it_can_be_walked(quiet, picture)
    elif quiet:
        leave_room(picture, "--quiet")
    saved = read(file)
    given = {"--quiet": quiet, "--step": step, "--format": form, "-o": output}
    found = _spec_of(saved, file, spec, given)
    try:
        setup = saved.prepare(found)
        walked = replay(saved, setup)
    except TraceError as error:
        raise TraceError(f"{file} {error}") from None
    console = Console(highlight=False, stderr=is_alone(picture) and walked.mismatch is not None)
    if walked.mismatch is not None and step:
        step_through(console, of_part(setup, walked))
        return 1
    if walked.mismatch is not None:
        _show_how_far(console, setup, walked, quiet=quiet or is_alone(picture))
        if picture is not None and picture.file is not None:
            picture.leave_out("the run does not do what its file says")
        return 1
    shown = Finding.of(setup, saved, walked.trace)
    if step:
        step_through(console, of_shown(shown))
    elif not is_alone(picture):
        _show(console, shown, quiet=quiet)
    if picture is not None:
        picture.put(shown)
    return 0


def _check_that_it_can_be_walked(quiet: bool, picture: Drawing | None) -> None:
    if quiet or picture is not None:
        other = "--quiet" if quiet else "--format and -o"
        raise UsageError(f"--step shows the run itself: leave {other} out")
    check_a_terminal()


def _show(console: Console, shown: Finding, *, quiet: bool) -> None:
    if not quiet:
        console.print(Header(shown.setup))
        console.print()
        console.print(TraceText(shown.timeline, shown.notes))
        console.print()
    for part in how_it_ends(shown):
        console.print(part)
    console.print(Paragraph("The run does what its file says.", "bold green"))


def _show_how_far(console: Console, setup: Setup, walked: Replay, *, quiet: bool) -> None:
    if not quiet:
        timeline = timeline_of(setup.model, walked.trace)
        beside = notes(first_divergences(setup, walked.trace, timeline))
        console.print(Header(setup))
        console.print()
        console.print(TraceText(timeline, beside))
        console.print()
    text = f"The run does not do what its file says: {walked.mismatch}"
    console.print(Paragraph(text, "bold red"))


def _spec_of(saved: SavedTrace, file: Path, spec: str | None, given: Mapping[str, Any]) -> Spec:
    """A file never says what code to run: that is a name of ours, or a path of the user's."""
    if spec is not None:
        return find(spec)
    if saved.file is not None:
        raise UsageError(
            f"{file} is a run of a spec that does not ship with pcheck: give its file too, "
            f"as in `{_command(file, saved.file, given)}`"
        )
    if saved.spec not in shipped_names():
        raise TraceError(f"{file} is a run of {saved.spec!r}, and pcheck has no such spec")
    return find(saved.spec)


def _command(file: Path, spec: str, given: Mapping[str, Any]) -> str:
    """The same command again, with the spec: as a shell takes it."""
    options = [
        (name,) if value is True else (name, value) for name, value in given.items() if value
    ]
    return shlex.join(["pcheck", "replay", str(file), spec, *chain(*options)])
