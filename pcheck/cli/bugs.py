"""`pcheck bugs`: every mistake that stands beside the specs, and what it breaks."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console

from pcheck.errors import OutputError
from pcheck.files import write_whole
from pcheck.render.explanation import Rules
from pcheck.render.words import Paragraph
from pcheck.render.zoo import Zoo
from pcheck.rule import rules
from pcheck.zoo import Hunt, hunt, kept


def bugs(name: str | None, *, as_json: bool, save: Path | None) -> int:
    """0 where every one is as it says, 1 where one is not."""
    chosen = kept(name)
    if save is not None and not save.is_dir():
        raise OutputError(f"{save} is no folder: make it first, or give another one")
    waiting = Console(stderr=True)
    found = []
    with waiting.status("") as status:
        for nth, (spec, bug) in enumerate(chosen, start=1):
            status.update(f"{nth} of {len(chosen)}: {bug.name}")
            found.append(hunt(spec, bug, say=waiting.print))
    if as_json:
        print(json.dumps([each.to_dict() for each in found], indent=2))
    elif name is not None:
        _show(found)
    else:
        console = Console(highlight=False)
        console.print(Zoo(found))
        console.print(Paragraph("pcheck bugs NAME shows one: the rule, the run, and why."))
    if save is not None:
        for each in found:
            _keep(each, save)
    return 0 if all(each.as_it_says for each in found) else 1


def _show(found: list[Hunt]) -> None:
    console = Console(highlight=False)
    for each in found:
        console.print(each.result.report())
        if each.result.run is None:
            console.print("", Rules(rules(each.bug, each.spec.builder)), sep="\n")
        if each.bug.source:
            console.print("", Paragraph(f"Where it happened: {each.bug.source}."), sep="\n")
        console.print()


def _keep(found: Hunt, folder: Path) -> None:
    """The run, and the same as one reads it; none is to be shown of what is safe."""
    if found.result.run is not None:
        write_whole(folder / f"{found.bug.name}.json", found.result.run.text())
        write_whole(folder / f"{found.bug.name}.txt", found.result.run_as_text())
