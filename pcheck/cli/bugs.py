"""`pcheck bugs`: the known bugs, as a table or in full, from saved traces or searched again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pcheck.bugs import BugCheck, KnownBug, check_bug, select
from pcheck.cli.bug_table import BugTable, scope
from pcheck.cli.drawing import (
    Drawing,
    FormatOption,
    check_standard_output,
    is_on_standard_output,
    requested_drawing,
)
from pcheck.errors import OutputError
from pcheck.files import check_apart, check_folder, write_whole
from pcheck.language.decorators import Bug
from pcheck.loading.rules import rules
from pcheck.loading.spec import as_argument, implementations, is_path, to_install
from pcheck.render.text.explanation import Rules
from pcheck.render.text.header import Header
from pcheck.render.text.paragraphs import Paragraph
from pcheck.render.text.report import TraceReport

HINT = (
    "`pcheck bugs NAME` shows one bug in full; `pcheck bugs SPEC` lists the bugs of one spec; "
    "--verify searches for every violation again."
)
EXIT_STATUS = (
    "Exit status: 0, or 1 if a bug that was searched for behaves otherwise than documented, "
    "2 usage error."
)
MIN_ANNOUNCED = 10  # checks; fewer are over at once
TO_FOLDER = "Write the trace to FILE, or one trace per bug to DIR."
OutputsOption = Annotated[
    str | None, typer.Option("-o", "--output", metavar="FILE|DIR", help=TO_FOLDER)
]


def bugs_command(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME",
            help="A bug (name or number) to show in full, or a spec whose bugs to list.",
        ),
    ] = None,
    spec: Annotated[
        str | None,
        typer.Argument(
            metavar="SPEC",
            help="The spec of the bug: a name or a .py file. [default: all shipped specs]",
        ),
    ] = None,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify",
            metavar="",
            help="Search again, as is always done for a .py file.",
        ),
    ] = False,
    as_json: Annotated[
        bool,
        typer.Option("--json", metavar="", help="Print a JSON list with an object for each bug."),
    ] = False,
    save: Annotated[
        Path | None,
        typer.Option(
            "--save", metavar="DIR", help="Search again, and save the trace of each bug to DIR."
        ),
    ] = None,
    form: FormatOption = None,
    output: OutputsOption = None,
) -> int:
    """List the bugs or show one; return 1 if a search for one ends otherwise than documented."""
    selected = select(name, spec)
    drawing = requested_drawing(form, output, bugs=len(selected))
    if as_json:
        check_standard_output(drawing, "--json")
    if save is not None:
        _check_save(save, [known.bug for known in selected], drawing)
    checks = []
    if verify or save is not None or not all(known.spec.shipped for known in selected):
        checks = _search(selected)
    if not is_on_standard_output(drawing):
        in_full = name is not None and all(known.bug.is_called(name) for known in selected)
        if as_json:
            print(json.dumps([each.to_dict() for each in checks or selected], indent=2))
        elif in_full:
            _print_in_full(selected, checks)
        else:
            _print_table(selected, checks, name if spec is None else spec)
    if drawing is not None:
        for each in checks or selected:
            drawing.write(each.finding, each.bug.name)
    if save is not None:
        _save(checks, save)
    return 0 if all(check.as_expected for check in checks) else 1


def _search(selected: list[KnownBug]) -> list[BugCheck]:
    """Search for the violation of each bug, and show on a terminal which one is searched for."""
    console = Console(stderr=True)
    if not console.is_terminal and len(selected) >= MIN_ANNOUNCED:
        console.print(f"pcheck: checking {len(selected)} bugs")
    checks = []
    with console.status("") as status:
        for nth, known in enumerate(selected, start=1):
            status.update(f"checking bug {nth} of {len(selected)}: {known.bug.name}")
            checks.append(check_bug(known, on_note=console.print))
    return checks


def _check_save(folder: Path, bugs: list[Bug], drawing: Drawing | None) -> None:
    """Raise OutputError if the traces of these bugs cannot be saved in the folder."""
    if not folder.is_dir():
        raise OutputError(f"{folder} is not a folder; create the folder first or give another one")
    check_folder(folder)
    drawn = [drawing.path(bug.name) for bug in bugs] if drawing is not None else []
    saved = [file for bug in bugs for file in _files(folder, bug)]
    check_apart([*(("--save", file) for file in saved), *(("-o", file) for file in drawn)])


def _files(folder: Path, bug: Bug) -> tuple[Path, Path]:
    """Return the file of a trace for `pcheck replay`, and the file of its report."""
    return folder / f"{bug.name}.json", folder / f"{bug.name}.txt"


def _print_table(selected: list[KnownBug], checks: list[BugCheck], spec: str | None) -> None:
    table = BugTable.checked(checks) if checks else BugTable.declared(selected)
    console = Console(highlight=False)
    console.print(table)
    file = f" {spec}" if spec is not None and is_path(spec) else ""
    hint = f"`pcheck bugs NAME{file}` shows one bug in full." if file else HINT
    console.print()
    if spec is None and (missing := to_install(implementations())):
        console.print(Paragraph(f"Not listed: {missing}."))
    console.print(Paragraph(hint))


def _print_in_full(selected: Sequence[KnownBug], checks: Sequence[BugCheck]) -> None:
    console = Console(highlight=False)
    for nth, known in enumerate(selected):
        if checks:
            console.print(checks[nth].result.report(), "", sep="\n")
            shows_rules = checks[nth].result.saved is None
        else:
            _print_declared(console, known)
            shows_rules = known.saved is None
        if shows_rules:
            console.print(Rules(rules(known.bug, known.spec.builder)), "", sep="\n")
        _print_commands(console, known, searched=bool(checks))
        console.print()


def _print_declared(console: Console, known: KnownBug) -> None:
    """Print the report of the saved trace, or what a bug without a trace declares."""
    if (finding := known.finding) is not None:
        console.print(TraceReport(finding))
        return
    declared = f"VIOLATED: no execution reaches {known.bug.breaks}."
    text = "SAFE: this change violates no property." if known.bug.safe else declared
    style = "bold green" if known.bug.safe else "bold red"
    console.print(Header(known.setup), "", Paragraph(text, style), "", sep="\n")


def _print_commands(console: Console, known: KnownBug, *, searched: bool) -> None:
    """Print the commands that search for the violation of a bug and that explore the bug."""
    spec = known.spec.name if known.spec.shipped else as_argument(known.spec.path)
    explore = f"pcheck explore {spec} --bug {known.bug.name} {scope(known.bug)}".rstrip()
    text = f"To explore this bug: `{explore}`."
    if not searched:
        told = "a saved trace" if known.saved is not None else "what the spec declares"
        text = f"This is {told}. To search again: `pcheck bugs {known.bug.name} --verify`. {text}"
    console.print(Paragraph(text))


def _save(checks: list[BugCheck], folder: Path) -> None:
    """Write the trace of each bug, and for each bug another trace than for the bugs before."""
    taken: set[tuple[str, ...]] = set()
    for check in checks:
        result = check.result.excluding(taken)
        if result.saved is not None:
            taken.add(result.saved.steps)
            trace_file, report_file = _files(folder, check.bug)
            write_whole(trace_file, result.saved.text())
            write_whole(report_file, result.draw())
