"""`pcheck bugs`: every mistake that stands beside the specs, and what it breaks."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console

from pcheck.bugs import BugCheck, check_bug, select
from pcheck.cli.bug_table import BugTable
from pcheck.cli.drawing import Drawing, drawing, is_alone, leave_room
from pcheck.errors import OutputError
from pcheck.files import check_apart, check_folder, write_whole
from pcheck.language.decorators import Bug
from pcheck.loading.rules import rules
from pcheck.render.text.explanation import Rules
from pcheck.render.text.paragraphs import Paragraph

SHOWS_ONE = (
    "pcheck bugs NAME shows one: the rule, the run, and why; pcheck bugs SPEC lists its own."
)


def bugs(
    name: str | None, *, as_json: bool, save: Path | None, form: str | None, output: str | None
) -> int:
    """0 where every one is as it says, 1 where one is not."""
    chosen = select(name)
    picture = drawing(form, output, runs=len(chosen))
    if as_json:
        leave_room(picture, "--json")
    if save is not None:
        _check_kept(save, [bug for _, bug in chosen], picture)
    waiting = Console(stderr=True)
    found = []
    with waiting.status("") as status:
        for nth, (spec, bug) in enumerate(chosen, start=1):
            status.update(f"{nth} of {len(chosen)}: {bug.name}")
            found.append(check_bug(spec, bug, on_note=waiting.print))
    if not is_alone(picture):
        in_full = name is not None and all(bug.is_called(name) for _, bug in chosen)
        _print(found, as_json=as_json, in_full=in_full)
    if picture is not None:
        for each in found:
            picture.put(each.result.finding, each.bug.name)
    if save is not None:
        _keep(found, save)
    return 0 if all(each.as_expected for each in found) else 1


def _check_kept(folder: Path, bugs: list[Bug], picture: Drawing | None) -> None:
    if not folder.is_dir():
        raise OutputError(f"{folder} is no folder: make it first, or give another one")
    check_folder(folder)
    drawn = [picture.path(bug.name) for bug in bugs] if picture is not None else []
    check_apart((file for bug in bugs for file in _files(folder, bug)), drawn)


def _files(folder: Path, bug: Bug) -> tuple[Path, Path]:
    """A run for `pcheck replay`, and as one reads it."""
    return folder / f"{bug.name}.json", folder / f"{bug.name}.txt"


def _print(found: list[BugCheck], *, as_json: bool, in_full: bool) -> None:
    if as_json:
        print(json.dumps([each.to_dict() for each in found], indent=2))
    elif in_full:
        _show(found)
    else:
        console = Console(highlight=False)
        console.print(BugTable(found))
        console.print(Paragraph(SHOWS_ONE))


def _show(found: list[BugCheck]) -> None:
    console = Console(highlight=False)
    for each in found:
        console.print(each.result.report())
        if each.result.saved is None:
            console.print("", Rules(rules(each.bug, each.spec.builder)), sep="\n")
        if each.bug.source:
            console.print("", Paragraph(f"Where it happened: {each.bug.source}."), sep="\n")
        console.print()


def _keep(found: list[BugCheck], folder: Path) -> None:
    """Every run: no two alike, though mistakes may share runs."""
    taken: set[tuple[str, ...]] = set()
    for each in found:
        result = each.result.excluding(taken)
        if result.saved is not None:
            taken.add(result.saved.steps)
            to_replay, to_read = _files(folder, each.bug)
            write_whole(to_replay, result.saved.text())
            write_whole(to_read, result.draw())
