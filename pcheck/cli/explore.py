"""`pcheck explore`: a search of all reachable states of a spec, and its report."""

from __future__ import annotations

import inspect
import json
import shlex
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from pcheck.checking import answer
from pcheck.cli.drawing import (
    Drawing,
    check_standard_output,
    is_on_standard_output,
    requested_drawing,
)
from pcheck.cli.limits import memory_limit
from pcheck.cli.progress import ProgressLine
from pcheck.cli.saving import disk_of, saving_of, storage_options
from pcheck.cli.spec_options import (
    SCOPE,
    Given,
    option,
    scope_options,
    setup_of,
    spec_command,
    with_default,
)
from pcheck.errors import OutputError, SpecError, UsageError
from pcheck.files import check_apart, file_to_write, write_whole
from pcheck.loading.setup import Setup
from pcheck.loading.spec import Spec
from pcheck.render.formats import FORMATS
from pcheck.render.text.paragraphs import Paragraph
from pcheck.render.text.report import TraceToFault
from pcheck.results.result import Result
from pcheck.search.limits import STOPPING_EXCEPTIONS, Limits, stop_phrase, stop_reason
from pcheck.search.options import ENGINES, SearchOptions
from pcheck.search.outcome import Verdict
from pcheck.search.reductions.reduce import REDUCTIONS
from pcheck.text import one_of, printable

STATUS = {Verdict.HOLDS: 0, Verdict.VIOLATED: 1, Verdict.INCOMPLETE: 3}
STATUS_OF_FINDING = {Verdict.HOLDS: 1, Verdict.VIOLATED: 0, Verdict.INCOMPLETE: 3}
EXIT_STATUS = """\
Exit status: 0 holds, 1 violated, 2 usage or spec error, 3 incomplete.

With --find: 0 found, 1 unreachable, 2 usage or spec error, 3 incomplete.
"""
SAVE_HINT = (
    "Save this trace with --save FILE, step through it with `pcheck replay FILE{files} --step`, or "
    "draw it with -o trace.svg."
)


def explore_command(arguments: Sequence[str]) -> Callable[..., int]:
    """Return `pcheck explore` with the options of the spec that the command line names."""
    return spec_command(
        arguments,
        "explore",
        _general_options(),
        _explore,
    )


def _explore(spec: Spec, own: Given, given: Given) -> int:
    output = Output.of(given)
    setup = setup_of(spec, own, given)
    with _interrupted_by_sigterm(), ProgressLine(setup, quiet=given["quiet"]) as line:
        try:
            result = _search(setup, given, output, line)
        except SpecError as error:
            line.pause()
            if error.trace and output.has_report:
                Console(highlight=False).print(TraceToFault(setup, error.trace))
            raise
        with result.within_limits():
            output.write(result, line)
    return (STATUS if setup.target is None else STATUS_OF_FINDING)[result.verdict]


@contextmanager
def _interrupted_by_sigterm() -> Iterator[None]:
    """Let SIGTERM, as `timeout` sends it, stop the search like Ctrl-C, with partial results."""
    try:
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _search(setup: Setup, given: Given, output: Output, line: ProgressLine) -> Result:
    """Return the result, with the trace reconstructed and explained as far as `output` needs."""
    memory = memory_limit(given["max_memory"])
    options = SearchOptions(
        engine="auto" if given["engine"] is None else given["engine"],
        reductions=given["reduce"],
        limits=Limits(given["max_states"], given["max_seconds"], memory, depth=given["max_depth"]),
        all_properties=given["all_properties"],
        threads=given["threads"],
        saving=saving_of(given),
        disk=disk_of(given),
    )
    with redirect_stdout(sys.stderr):
        result = answer(setup, options, on_progress=line.on_progress, on_note=line.on_note)
        if result.outline is not None:
            line.on_violation(result.outline)
        output.prepare(result)
        return result


@dataclass(frozen=True)
class Output:
    """The requested forms of output, checked before a search that may take hours."""

    as_json: bool
    quiet: bool
    levels: bool
    drawing: Drawing | None
    trace_file: Path | None  # the file of `--save`
    coverage: bool
    coverage_file: Path | None

    @classmethod
    def of(cls, given: Given) -> Output:
        """Return the output that the options request, or raise an error if options conflict."""
        as_json, quiet, levels = given["as_json"], given["quiet"], given["levels"]
        drawing = requested_drawing(given["form"], given["output"])
        if as_json or quiet:
            check_standard_output(drawing, "--json" if as_json else "--quiet")
        for name in ("levels", "coverage"):
            if given[name]:
                _check_has_place(f"--{name}", drawing, quiet=quiet and not as_json)
        files = _files(given, drawing)
        return cls(as_json, quiet, levels, drawing, files[0], given["coverage"], files[1])

    @property
    def has_report(self) -> bool:
        """True if the report is printed on standard output."""
        return not (self.quiet or self.as_json or is_on_standard_output(self.drawing))

    def prepare(self, result: Result) -> None:
        """Do the work on the trace that must be done before the result is written."""
        if self.has_report or self.drawing is not None:
            _ = result.finding
        elif self.as_json or self.trace_file is not None:
            _ = result.saved
        if self.has_report or self.as_json:
            _ = result.never_happens
        if self.coverage or self.coverage_file is not None:
            with suppress(OutputError):  # raised again when the coverage is written
                _ = result.coverage

    def write(self, result: Result, line: ProgressLine) -> None:
        """Print the result, and draw and save its trace.

        A limit or Ctrl-C stops a drawing, but never hides the verdict.
        """
        if self.has_report:
            console = Console(highlight=False)
            try:
                with console.capture() as printed:
                    self._print_report(result, console)
                line.pause()
                console.out(printed.get(), end="", highlight=False)
            except STOPPING_EXCEPTIONS as end:
                line.pause()
                console.print("", result.report_without_drawing(stop_reason(end)))
        elif self.as_json:
            line.pause()
            levels = {"levels": result.search.widths} if self.levels else {}
            coverage = {"coverage": _coverage_object(result)} if self.coverage else {}
            print(json.dumps({**result.to_dict(), **levels, **coverage}, indent=2))
        elif self.quiet:
            print(result.verdict_word)
        if self.drawing is not None:
            if self.drawing.file is None:
                line.pause()
            self._draw(result, self.drawing)
        if self.trace_file is not None:
            _save(result, self.trace_file)
        if self.coverage_file is not None:
            _save_coverage(result, self.coverage_file)

    def _draw(self, result: Result, drawing: Drawing) -> None:
        try:
            if result.finding is None and result.undrawn is not None:
                drawing.report_unwritten(result.undrawn.reason)
            else:
                drawing.write(result.finding)
        except STOPPING_EXCEPTIONS as end:
            drawing.report_unwritten(f"the drawing stopped {stop_phrase(stop_reason(end))}")

    def _print_report(self, result: Result, console: Console) -> None:
        console.print(result.report())
        if self.levels:
            console.print("", result.levels(), sep="\n")
        if self.coverage:
            try:
                console.print("", result.coverage_table(), sep="\n")
            except OutputError as error:
                print(f"pcheck: {error}", file=sys.stderr)
        if result.saved is not None and self.trace_file is None and self.drawing is None:
            file = result.saved.file  # None for a shipped spec, which `pcheck replay` finds by name
            also = [word for name in result.setup.added.arguments for word in ("--also", name)]
            words = [*([file] if file is not None else []), *also]
            named = "".join(f" {shlex.quote(printable(word))}" for word in words)
            console.print("", Paragraph(SAVE_HINT.format(files=named)), sep="\n")


def _check_has_place(option: str, drawing: Drawing | None, *, quiet: bool) -> None:
    """Raise UsageError if other output leaves no place for what an option prints."""
    check_standard_output(drawing, option)
    if quiet:
        raise UsageError(f"{option} and --quiet cannot be combined; remove one of them")


def _files(given: Given, drawing: Drawing | None) -> list[Path | None]:
    """Return the files of `--save` and `--coverage-file`, or raise OutputError."""
    names = given["save"], given["coverage_file"]
    files = [file_to_write(name) if name is not None else None for name in names]
    drawn = drawing.file if drawing is not None else None
    check_apart(zip(("--save", "--coverage-file", "-o"), (*files, drawn), strict=True))
    return files


def _save(result: Result, file: Path) -> None:
    if result.saved is None:
        why = result.undrawn.reason if result.undrawn else "the result has no trace to save"
        print(f"pcheck: {printable(str(file))} was not written: {why}", file=sys.stderr)
    else:
        write_whole(file, result.saved.text())


def _save_coverage(result: Result, file: Path) -> None:
    try:
        result.save_coverage(file)
    except OutputError as error:
        print(f"pcheck: {printable(str(file))} was not written: {error}", file=sys.stderr)


def _coverage_object(result: Result) -> dict[str, dict[str, int]] | None:
    """Return the count of each line by file, or None if a limit or Ctrl-C stopped the count."""
    try:
        return result.coverage.to_dict()
    except OutputError:
        return None


def _general_options() -> Iterator[inspect.Parameter]:
    how, out = "Search", "Output"
    yield from scope_options()
    stops = with_default("Nodes that may stop, for a question about the future.", "0")
    yield option("stops", int, SCOPE, "--stops INT", stops)
    nodes = with_default("Only these nodes or groups may stop, e.g. a.", "all nodes")
    yield option("stop_nodes", str, SCOPE, "--stop-nodes NAMES", nodes)
    engines = with_default(f"Search engine: {one_of(ENGINES)}.", "auto")
    yield option("engine", str, how, "--engine NAME", engines)
    names = ", ".join(REDUCTIONS)
    reductions = f"Reductions to apply: all, none, or a comma-separated list of {names}."
    yield option("reduce", str, how, "--reduce NAMES", with_default(reductions, "all"))
    threads = with_default("Threads for a search of over a million states.", "one per core")
    yield option("threads", int, how, "--threads INT", threads)
    yield from storage_options()
    every = "Continue after a violation until every property is decided."
    yield option("all_properties", bool, how, "--all-properties", every)
    yield option("max_states", int, how, "--max-states INT", "Stop after INT states.")
    depth = "Explore only executions of at most INT steps."
    yield option("max_depth", int, how, "--max-depth INT", depth)
    yield option("max_seconds", float, how, "--max-seconds SECONDS", "Stop after SECONDS seconds.")
    memory = "Stop when memory use reaches SIZE, e.g. 500M or 2G."
    memory = with_default(memory, "90% of the free memory")
    yield option("max_memory", str, how, "--max-memory SIZE", memory)
    levels = "Chart the number of new states at each level."
    yield option("levels", bool, out, "--levels", levels)
    lines = "Print the code of the nodes, and how often each line ran."
    yield option("coverage", bool, out, "--coverage", lines)
    lines = "Write how often each line ran to FILE, in LCOV format."
    yield option("coverage_file", str, out, "--coverage-file FILE", lines)
    save = "Save the trace to FILE, for `pcheck replay`."
    yield option("save", str, out, "--save FILE", save)
    yield option("form", str, out, "--format NAME", f"Trace format: {one_of(FORMATS)}.")
    output = "Write the trace to FILE; the suffix selects the format."
    yield option("output", str, out, "-o,--output FILE", output)
    yield option("as_json", bool, out, "--json", "Print the result as one JSON object.")
    yield option("quiet", bool, out, "-q,--quiet", "Print only the verdict, in one word.")
