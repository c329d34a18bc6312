"""`pcheck bugs`: checks of the known bugs, as a table or in full."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pcheck.bugs import BugCheck, check_bug, select
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
from pcheck.render.text.explanation import Rules
from pcheck.render.text.paragraphs import Paragraph

HINT = "`pcheck bugs NAME` shows one bug in full; `pcheck bugs SPEC` lists the bugs of one spec."

EXIT_STATUS = "Exit status: 0 if every bug behaves as documented, 1 otherwise, 2 usage error."
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
    as_json: Annotated[
        bool,
        typer.Option("--json", metavar="", help="Print a JSON list with an object for each bug."),
    ] = False,
    save: Annotated[
        Path | None,
        typer.Option("--save", metavar="DIR", help="Save the trace of each bug to DIR."),
    ] = None,
    form: FormatOption = None,
    output: OutputsOption = None,
) -> int:
    """Check the selected bugs; return 0 if every bug behaves as documented, otherwise 1."""
    selected = select(name)
    drawing = requested_drawing(form, output, bugs=len(selected))
    if as_json:
        check_standard_output(drawing, "--json")
    if save is not None:
        _check_save(save, [bug for _, bug in selected], drawing)
    console = Console(stderr=True)
    checks = []
    if not console.is_terminal and len(selected) >= MIN_ANNOUNCED:
        console.print(f"pcheck: checking {len(selected)} bugs")
    with console.status("") as status:
        for nth, (spec, bug) in enumerate(selected, start=1):
            status.update(f"checking bug {nth} of {len(selected)}: {bug.name}")
            checks.append(check_bug(spec, bug, on_note=console.print))
    if not is_on_standard_output(drawing):
        in_full = name is not None and all(bug.is_called(name) for _, bug in selected)
        _print(checks, as_json=as_json, in_full=in_full)
    if drawing is not None:
        for check in checks:
            drawing.write(check.result.finding, check.bug.name)
    if save is not None:
        _save(checks, save)
    return 0 if all(check.as_expected for check in checks) else 1


def _check_save(folder: Path, bugs: list[Bug], drawing: Drawing | None) -> None:
    """Raise OutputError if the traces of these bugs cannot be saved in the folder."""
    if not folder.is_dir():
        raise OutputError(f"{folder} is not a folder; create the folder first or give another one")
    check_folder(folder)
    drawn = [drawing.path(bug.name) for bug in bugs] if drawing is not None else []
    check_apart((file for bug in bugs for file in _files(folder, bug)), drawn)


def _files(folder: Path, bug: Bug) -> tuple[Path, Path]:
    """Return the file of a trace for `pcheck replay`, and the file of its report."""
    return folder / f"{bug.name}.json", folder / f"{bug.name}.txt"


def _print(checks: list[BugCheck], *, as_json: bool, in_full: bool) -> None:
    if as_json:
        print(json.dumps([check.to_dict() for check in checks], indent=2))
    elif in_full:
        _print_in_full(checks)
    else:
        console = Console(highlight=False)
        console.print(BugTable(checks))
        console.print("", Paragraph(HINT), sep="\n")


def _print_in_full(checks: list[BugCheck]) -> None:
    console = Console(highlight=False)
    for check in checks:
        console.print(check.result.report())
        if check.result.saved is None:
            console.print("", Rules(rules(check.bug, check.spec.builder)), sep="\n")
        command = f"pcheck explore {check.spec.name} --bug {check.bug.name} {scope(check.bug)}"
        console.print("", Paragraph(f"To explore this bug: `{command.rstrip()}`."), sep="\n")
        console.print()


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
