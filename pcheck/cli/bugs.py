"""`pcheck bugs`: every mistake that stands beside the specs, and what it breaks."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console

from pcheck.cli.drawing import drawing
from pcheck.cli.zoo_table import Zoo
from pcheck.errors import OutputError
from pcheck.files import write_whole
from pcheck.render.text.explanation import Rules
from pcheck.render.text.words import Paragraph
from pcheck.rule import rules
from pcheck.zoo import Hunt, hunt, kept


def bugs(
    name: str | None, *, as_json: bool, save: Path | None, form: str | None, output: Path | None
) -> int:
    """0 where every one is as it says, 1 where one is not."""
    chosen = kept(name)
    picture = drawing(form, output, runs=len(chosen))
    if as_json:
        picture.leaves_room_for("--json")
    if save is not None and not save.is_dir():
        raise OutputError(f"{save} is no folder: make it first, or give another one")
    waiting = Console(stderr=True)
    found = []
    with waiting.status("") as status:
        for nth, (spec, bug) in enumerate(chosen, start=1):
            status.update(f"{nth} of {len(chosen)}: {bug.name}")
            found.append(hunt(spec, bug, say=waiting.print))
    if not picture.alone:
        _print(found, as_json=as_json, in_full=name is not None)
    for each in found if picture.wanted else ():
        picture.put(each.result.shown, each.bug.name)
    if save is not None:
        _keep(found, save)
    return 0 if all(each.as_it_says for each in found) else 1


def _print(found: list[Hunt], *, as_json: bool, in_full: bool) -> None:
    if as_json:
        print(json.dumps([each.to_dict() for each in found], indent=2))
    elif in_full:
        _show(found)
    else:
        console = Console(highlight=False)
        console.print(Zoo(found))
        console.print(Paragraph("pcheck bugs NAME shows one: the rule, the run, and why."))


def _show(found: list[Hunt]) -> None:
    console = Console(highlight=False)
    for each in found:
        console.print(each.result.report())
        if each.result.run is None:
            console.print("", Rules(rules(each.bug, each.spec.builder)), sep="\n")
        if each.bug.source:
            console.print("", Paragraph(f"Where it happened: {each.bug.source}."), sep="\n")
        console.print()


def _keep(found: list[Hunt], folder: Path) -> None:
    """Every run, and the same as one reads it: no two alike, though mistakes may share runs."""
    taken: set[tuple[str, ...]] = set()
    for each in found:
        result = each.result.unlike(taken)
        if result.run is not None:
            taken.add(result.run.steps)
            write_whole(folder / f"{each.bug.name}.json", result.run.text())
            write_whole(folder / f"{each.bug.name}.txt", result.draw())
