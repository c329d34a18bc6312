"""`pcheck explore`: a spec's own parameters become options beside the general ones."""

from __future__ import annotations

import inspect
import json
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from pcheck.checking import Result, answer
from pcheck.cli.drawing import Drawing, drawing, is_alone, leave_room
from pcheck.cli.limits import memory_limit
from pcheck.cli.progress import Live
from pcheck.cli.spec_options import (
    Given,
    asked,
    option,
    spec_command,
    what_is_explored,
    with_default,
)
from pcheck.errors import SpecError, UsageError
from pcheck.files import check_apart, file_to_write, write_whole
from pcheck.loading.setup import Setup
from pcheck.loading.spec import Spec
from pcheck.render.formats import FORMATS
from pcheck.render.text.paragraphs import Paragraph
from pcheck.render.text.report import Lead
from pcheck.search.limits import Limits
from pcheck.search.options import ENGINES, SearchOptions
from pcheck.search.outcome import Verdict
from pcheck.search.reductions.reduce import REDUCTIONS
from pcheck.text import printable

STATUS = {Verdict.HOLDS: 0, Verdict.VIOLATED: 1, Verdict.INCOMPLETE: 3}
STATUS_OF_FINDING = {Verdict.HOLDS: 1, Verdict.VIOLATED: 0, Verdict.INCOMPLETE: 3}
KEEP = (
    "To keep this run: --save FILE; to walk it again: pcheck replay FILE{spec} --step; to look at "
    "it: -o run.svg or -o run.html."
)


def explore_command(arguments: Sequence[str]) -> Callable[..., int]:
    """The command for one command line: it has the options of the spec that is named there."""
    return spec_command(
        arguments,
        "explore",
        "Look at every possible run of a spec: 0 if it holds, 1 if it is violated, 2 if the "
        "question or the spec is wrong, 3 if the search was cut short.",
        _general(),
        _explore,
    )


def _explore(spec: Spec, own: Given, given: Given) -> int:
    output = Output.of(given)
    setup = asked(spec, own, given)
    try:
        result = _searched(setup, given)
    except SpecError as error:
        if error.trace and output.is_for_people:
            Console(highlight=False).print(Lead(setup, error.trace))
        raise
    output.put(result)
    return (STATUS if setup.target is None else STATUS_OF_FINDING)[result.verdict]


def _searched(setup: Setup, given: Given) -> Result:
    memory = memory_limit(given["max_memory"])
    options = SearchOptions(
        engine="auto" if given["engine"] is None else given["engine"],
        reductions=given["reduce"],
        limits=Limits(given["max_states"], given["max_seconds"], memory),
        all_properties=given["all_properties"],
    )
    with redirect_stdout(sys.stderr), Live(setup, quiet=given["quiet"]) as live:
        return answer(setup, options, on_progress=live.on_progress, on_note=live.on_note)


@dataclass(frozen=True)
class Output:
    """The ways in which a result is put out: checked before the search, which may take long."""

    as_json: bool
    quiet: bool
    levels: bool
    picture: Drawing | None
    keep: Path | None  # a file for the run

    @classmethod
    def of(cls, given: Given) -> Output:
        as_json, quiet, levels = given["as_json"], given["quiet"], given["levels"]
        picture = drawing(given["form"], given["output"])
        if as_json or quiet:
            leave_room(picture, "--json" if as_json else "--quiet")
        if levels:
            _check_levels(picture, quiet=quiet and not as_json)
        return cls(as_json, quiet, levels, picture, _place_to_keep(given["save"], picture))

    @property
    def is_for_people(self) -> bool:
        """True if standard output is for the report."""
        return not (self.quiet or self.as_json or is_alone(self.picture))

    def put(self, result: Result) -> None:
        """Print the result, draw its run and save it."""
        if self.is_for_people:
            self._report(result)
        elif self.as_json:
            more = {"levels": result.search.widths} if self.levels else {}
            print(json.dumps({**result.to_dict(), **more}, indent=2))
        elif self.quiet:
            print(result.verdict_word)
        if self.picture is not None:
            self.picture.put(result.finding)
        if self.keep is not None:
            _save(result, self.keep)

    def _report(self, result: Result) -> None:
        console = Console(highlight=False)
        console.print(result.report())
        if self.levels:
            console.print("", result.levels(), sep="\n")
        if result.saved is not None and self.keep is None and self.picture is None:
            file = result.saved.file  # of a spec of the user's: pcheck would not find it by name
            own = f" {shlex.quote(printable(file))}" if file is not None else ""
            console.print("", Paragraph(KEEP.format(spec=own)), sep="\n")


def _check_levels(picture: Drawing | None, *, quiet: bool) -> None:
    leave_room(picture, "--levels")
    if quiet:
        raise UsageError("--levels draws, and --quiet prints one word: leave one of them out")


def _place_to_keep(save: str | None, picture: Drawing | None) -> Path | None:
    if save is None:
        return None
    file = file_to_write(save)
    check_apart([file], [picture.file] if picture is not None else [])
    return file


def _save(result: Result, file: Path) -> None:
    if result.saved is None:
        said = f"{printable(str(file))} was not written: there is no run to keep"
        print(f"pcheck: {said}", file=sys.stderr)
    else:
        write_whole(file, result.saved.text())


def _general() -> Iterator[inspect.Parameter]:
    how, out = "How far", "Output"
    yield from what_is_explored()
    engines = with_default(f"Which explorer: {', '.join(ENGINES)}.", "auto")
    yield option("engine", str, how, "--engine NAME", engines)
    reductions = f"Which exact reductions: all, none, or some of {','.join(REDUCTIONS)}."
    yield option("reduce", str, how, "--reduce PASSES", with_default(reductions, "all"))
    every = "Go on after a violation, until every property is decided."
    yield option("all_properties", bool, how, "--all-properties", every)
    yield option("max_states", int, how, "--max-states INT", "Give up after so many states.")
    yield option("max_seconds", float, how, "--max-seconds SECONDS", "Give up after so long.")
    memory = "Give up when the process holds so much: 500M, 2G."
    size = with_default(memory, "what is free")
    yield option("max_memory", str, how, "--max-memory SIZE", size)
    grew = "Draw how many new states there were on each level."
    yield option("levels", bool, out, "--levels", grew)
    save = "Write the violating run to this file, for `pcheck replay`."
    yield option("save", str, out, "--save FILE", save)
    yield option("form", str, out, "--format NAME", f"Write the run as {', '.join(FORMATS)}.")
    into = "Write the run to this file; its name says the format."
    yield option("output", str, out, "-o,--output FILE", into)
    yield option("as_json", bool, out, "--json", "Print one JSON object, nothing else.")
    yield option("quiet", bool, out, "--quiet", "Print the verdict, in one word.")
