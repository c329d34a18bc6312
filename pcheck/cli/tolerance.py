"""`pcheck tolerance`: how many nodes may stop, for clusters of several sizes."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from typing import Any

from rich.console import Console

from pcheck.cli.limits import memory_limit
from pcheck.cli.progress import Part, ProgressLine
from pcheck.cli.spec_options import SCOPE, Given, option, spec_command, with_default
from pcheck.loading.setup import DEFAULT_NETWORK
from pcheck.loading.spec import Spec
from pcheck.render.text.paragraphs import Paragraph
from pcheck.search.limits import INTERRUPT, Limits
from pcheck.semantics.network import NETWORKS
from pcheck.text import one_of
from pcheck.tolerance.rows import Question, Row, questions, row_of
from pcheck.tolerance.table import Table

DONE, INCOMPLETE = 0, 3
MAX_STATES = 3_000_000  # of one row, unless the user names another limit
EXIT_STATUS = "Exit status: 0 if the table is complete, 2 usage or spec error, 3 incomplete."


def tolerance_command(arguments: Sequence[str]) -> Callable[..., int]:
    """Return `pcheck tolerance` with the options of the spec that the command line names."""
    return spec_command(arguments, "tolerance", _general_options(), _tolerance)


def _tolerance(spec: Spec, own: Given, given: Given) -> int:
    names = tuple(given["properties"] or ())
    states = given["max_states"] if given["max_states"] is not None else MAX_STATES
    limits = Limits(states, given["max_seconds"], memory_limit())
    with redirect_stdout(sys.stderr):  # standard output is for results, not for a spec's prints
        asked = questions(spec, own, names, given["network"], given["crashes"])
    console, tables = Console(highlight=False), []
    for nth, question in enumerate(asked):
        rows = _rows(question, limits, quiet=given["as_json"])
        tables.append((question, rows))
        if rows and not given["as_json"]:
            console.print(*([""] if nth else []), Table(question, rows), sep="\n")
        if len(rows) < len(question.sizes):
            break
    if given["as_json"]:
        print(json.dumps([_object(*each) for each in tables], indent=2))
    elif given["traps"]:
        _print_traps(console, tables)
    else:
        _print_hint(console, [Table(*each).example for each in tables if each[1]])
    every = [row for _, rows in tables for row in rows]
    sizes = sum(len(question.sizes) for question in asked)
    is_whole = len(every) == sizes and all(row.most is not None for row in every)
    return DONE if is_whole else INCOMPLETE


def _rows(question: Question, limits: Limits, *, quiet: bool) -> list[Row]:
    """Return the rows of a question, up to one that Ctrl-C stops."""
    rows: list[Row] = []
    for nth, size in enumerate(question.sizes):
        part = Part(f"{question.tolerance.option} {size}", nth, len(question.sizes))
        with redirect_stdout(sys.stderr):
            setup = question.setup(size)
            with ProgressLine(setup, quiet=quiet, part=part) as line:
                rows.append(row_of(size, setup, limits, line.on_progress, line.on_note))
        if rows[-1].found.stopped == INTERRUPT:
            break
    return rows


def _print_hint(console: Console, rows: list[Row | None]) -> None:
    """Print how to see the cause of a no."""
    row = next((each for each in rows if each is not None), None)
    if row is not None:
        text = "Each no has a trace to a state where nothing helps: add --traps to see all of them"
        console.print("", Paragraph(f"{text}, or `{row.command}` to see one."), sep="\n")


def _print_traps(console: Console, tables: list[tuple[Question, list[Row]]]) -> None:
    """Print the report of the nearest trap of each row."""
    for question, rows in tables:
        for row in rows:
            trap = row.trap()
            if trap is not None:
                console.print()
                console.rule(f"{question.tolerance.option} {row.size}", characters="-", style="dim")
                console.print(trap.report())


def _object(question: Question, rows: list[Row]) -> dict[str, Any]:
    """Return the table of a question for `--json`."""
    return {
        "question": question.prop.name,
        "option": question.tolerance.option,
        "stop": question.tolerance.stop,
        "rows": [
            {
                "options": row.setup.all_options | {"stops": None},
                "size": row.size,
                "asked": row.found.asked,
                "may_stop": [row.may_stop(n) for n in range(row.columns)],
                "most": row.most,
                "trap_steps": row.trap_steps,
                "states": row.search.states,
                "stopped": row.found.stopped,
                "warnings": list(row.search.warnings),
                "command": row.command if row.trap_steps is not None else None,
            }
            for row in rows
        ],
    }


def _general_options() -> Iterator[inspect.Parameter]:
    network = with_default(f"Network model: {one_of(NETWORKS)}.", DEFAULT_NETWORK)
    yield option("network", str, SCOPE, "--network NAME", network)
    crashes = with_default("Maximum number of crashes in an execution.", "0")
    yield option("crashes", int, SCOPE, "--crashes INT", crashes)
    properties = "Ask only this question (repeatable)."
    yield option("properties", list[str], SCOPE, "--property NAME", properties)
    how, out = "Search", "Output"
    states = with_default("Stop each row after INT states.", f"{MAX_STATES:,}")
    yield option("max_states", int, how, "--max-states INT", states)
    seconds = "Stop each row after SECONDS seconds."
    yield option("max_seconds", float, how, "--max-seconds SECONDS", seconds)
    yield option("traps", bool, out, "--traps", "Print the nearest trap of each row.")
    yield option("as_json", bool, out, "--json", "Print the tables as JSON.")
