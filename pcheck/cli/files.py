"""`pcheck replay` and `pcheck new`: files that the user keeps."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from rich.console import Console

from pcheck.counterexample import SavedRun, read, replay
from pcheck.errors import OutputError, TraceError, UsageError
from pcheck.explain import explain, first_differences, notes
from pcheck.files import write_whole
from pcheck.render.report import Header, Shown, drawn, how_it_ends
from pcheck.render.words import Paragraph
from pcheck.specfile import Spec, find, shipped_names


def replay_file(file: Path, spec: str | None, quiet: bool) -> int:
    """0 where the run does what its file says, else 1."""
    saved = read(file)
    found = _spec_of(saved, file, spec)
    try:
        question = saved.ask(found)
        walked = replay(saved, question)
    except TraceError as error:
        raise TraceError(f"{file} {error}") from None
    console = Console(highlight=False)
    explained = explain(question, saved, walked.path) if walked.differs is None else None
    if not quiet:
        beside = explained.differences if explained else first_differences(question, walked.path)
        console.print(Header(question))
        console.print()
        console.print(drawn(question.model, walked.path, notes(beside)))
        console.print()
    if explained is not None:
        for part in how_it_ends(question, Shown(saved, walked.path, explained)):
            console.print(part)
        console.print(Paragraph("The run does what its file says.", "bold green"))
        return 0
    console.print(
        Paragraph(f"The run does not do what its file says: {walked.differs}", "bold red")
    )
    return 1


def _spec_of(saved: SavedRun, file: Path, given: str | None) -> Spec:
    """A file never says what code to run: that is a name of ours, or a path of the user's."""
    if given is not None:
        return find(given)
    if saved.file is not None:
        raise UsageError(
            f"{file} is a run of a spec that does not ship with pcheck: give its file too, "
            f"as in `pcheck replay {file} {saved.file}`"
        )
    if saved.spec not in shipped_names():
        raise TraceError(f"{file} is a run of {saved.spec!r}, and pcheck has no such spec")
    return find(saved.spec)


def new_file(file: Path) -> int:
    """Never writes over anything."""
    if file.suffix != ".py" or not file.stem.isidentifier():
        raise UsageError(f"{file} is no name for a spec: write something like mine.py")
    if file.exists():
        raise OutputError(f"{file} exists already: choose another name")
    text = files("pcheck.templates").joinpath("protocol.py").read_text(encoding="utf-8")
    shown = file if file.is_absolute() else Path(file)
    prefix = "" if file.is_absolute() else "./"
    write_whole(file, text.replace("./THIS_FILE", f"{prefix}{shown}"))
    print(f"Wrote {file}. Now: pcheck explore {prefix}{shown}")
    return 0
