"""`pcheck explore`: a spec's own parameters become options beside the general ones."""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import psutil
import typer
from rich.console import Console
from rich.markup import escape

from pcheck.cli.drawing import drawing
from pcheck.cli.progress import Live
from pcheck.compile.reduce import PASSES
from pcheck.errors import SpecError, UsageError
from pcheck.files import check_writable, write_whole
from pcheck.network import NETWORKS
from pcheck.question import CRASHES, NETWORK, ask
from pcheck.render.formats import FORMATS
from pcheck.render.report import Lead
from pcheck.render.words import Paragraph
from pcheck.result import Result, answer
from pcheck.search import Limits, Verdict
from pcheck.specfile import Parameter, Spec, find

DEFAULT_SPEC = "paxos"
STATUS = {Verdict.HOLDS: 0, Verdict.VIOLATED: 1, Verdict.INCOMPLETE: 3}
STATUS_OF_FINDING = {Verdict.HOLDS: 1, Verdict.VIOLATED: 0, Verdict.INCOMPLETE: 3}
UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


def explore_command(arguments: Sequence[str]) -> Callable[..., int]:
    """The command for one command line: it has the options of the spec that is named there."""
    spec = None
    if list(arguments[:1]) == ["explore"]:
        with redirect_stdout(sys.stderr):  # what a spec prints is no part of the answer
            spec = find(_name(arguments))
    parameters = spec.parameters if spec is not None else ()

    def command(spec_name: str, **given: Any) -> int:
        assert spec is not None
        if spec_name != _name(arguments):
            raise UsageError(f"the spec comes first: pcheck explore {spec_name} ...")
        options = {each.name: given.pop(f"own_{each.name}") for each in parameters}
        return _explore(spec, {k: v for k, v in options.items() if v is not None}, **given)

    own = [_own_option(spec, each) for each in parameters if spec is not None]
    command.__doc__ = (
        "Look at every possible run of a spec: 0 if it holds, 1 if it is violated, 2 if the "
        "question or the spec is wrong, 3 if the search was cut short."
    )
    signature = inspect.Signature([_spec_argument(), *own, *_general()])
    command.__signature__ = signature  # type: ignore[attr-defined]
    return command


def _name(arguments: Sequence[str]) -> str:
    """The spec comes first if it is given."""
    given = [each for each in arguments[1:2] if not each.startswith("-")]
    return given[0] if given else DEFAULT_SPEC


def _explore(
    spec: Spec,
    options: dict[str, Any],
    *,
    bug: str | None,
    network: str | None,
    crashes: int | None,
    engine: str | None,
    reduce: str | None,
    properties: list[str] | None,
    find: str | None,
    all_properties: bool,
    max_states: int | None,
    max_seconds: float | None,
    max_memory: str | None,
    save: Path | None,
    form: str | None,
    output: Path | None,
    as_json: bool,
    quiet: bool,
) -> int:
    picture = drawing(form, output)
    if as_json or quiet:
        picture.leaves_room_for("--json" if as_json else "--quiet")
    if save is not None:
        check_writable(save)
    with redirect_stdout(sys.stderr):
        question = ask(
            spec,
            options,
            bug=spec.bug(bug) if bug is not None else None,
            network=network,
            crashes=crashes,
            properties=properties or (),
            find=find,
        )
    try:
        with redirect_stdout(sys.stderr), Live(question, quiet=quiet) as live:
            result = answer(
                question,
                _limits(max_states, max_seconds, max_memory),
                engine="auto" if engine is None else engine,
                reduce=reduce,
                all_properties=all_properties,
                watch=live.watch,
                say=live.say,
            )
    except SpecError as error:
        if error.run and not (quiet or as_json or picture.alone):
            Console(highlight=False).print(Lead(question, error.run))
        raise
    if not picture.alone:
        _print(result, as_json=as_json, quiet=quiet, saved=save is not None)
    if picture.wanted:
        picture.put(result.shown)
    if save is not None:
        _save(result, save)
    return (STATUS if find is None else STATUS_OF_FINDING)[result.verdict]


def _print(result: Result, *, as_json: bool, quiet: bool, saved: bool) -> None:
    if as_json:
        print(json.dumps(result.to_dict(), indent=2))
    elif quiet:
        print(result.says)
    else:
        console = Console(highlight=False)
        console.print(result.report())
        if result.run is not None and not saved:
            keep = "To keep this run: --save FILE; to walk it again: pcheck replay FILE."
            console.print("", Paragraph(keep), sep="\n")


def _save(result: Result, file: Path) -> None:
    if result.run is None:
        print(f"pcheck: {file} was not written: there is no run to keep", file=sys.stderr)
    else:
        write_whole(file, result.run.text())


def _limits(states: int | None, seconds: float | None, memory: str | None) -> Limits:
    limits = Limits(states, seconds, _bytes(memory) if memory is not None else None)
    return limits if limits.memory is not None else replace(limits, memory=_spare_memory())


def _bytes(text: str) -> int:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)I?B?", text.strip().upper())
    if found is None or float(found[1]) == 0:
        raise UsageError(f"--max-memory {text!r} is no size: write 500M or 2G, for example")
    return int(float(found[1]) * UNITS[found[2]])


def _spare_memory() -> int:
    """Without a limit, a search ends before the machine does."""
    process = psutil.Process().memory_info().rss
    return int(process + 0.9 * psutil.virtual_memory().available)


def _spec_argument() -> inspect.Parameter:
    text = "The name of a spec, or the path of a .py file."
    return _parameter("spec_name", str, DEFAULT_SPEC, typer.Argument(metavar="SPEC", help=text))


def _own_option(spec: Spec | None, each: Parameter) -> inspect.Parameter:
    assert spec is not None
    name = each.flag if each.kind is not bool else f"{each.flag}/--no-{each.flag[2:]}"
    option = typer.Option(
        name,
        help=_with_default(each.option.help, str(each.default)),
        metavar=each.kind.__name__ if isinstance(each.kind, type) else "WORD",
        show_default=False,
        rich_help_panel=f"Options of {spec.name}",
    )
    return _parameter(f"own_{each.name}", each.kind | None, None, option)


def _general() -> Iterator[inspect.Parameter]:
    what, how, out = "What is explored", "How far", "Output"
    bug = "Put a mistake into the spec: its name or number (`pcheck specs` lists them)."
    yield _option("bug", str, what, "--bug NAME", bug)
    nets = _with_default(f"How messages travel: {', '.join(NETWORKS)}.", NETWORK)
    yield _option("network", str, what, "--network NAME", nets)
    crashes = _with_default("How many crashes a run may have, of any nodes.", str(CRASHES))
    yield _option("crashes", int, what, "--crashes INT", crashes)
    only = "Check this property only; may be given several times."
    yield _option("properties", list[str], what, "--property NAME", only)
    find = "Look for the shortest run to this instead: chosen, or any property by its name."
    yield _option("find", str, what, "--find NAME", find)
    engines = _with_default("Which explorer: auto, reference, compiled.", "auto")
    yield _option("engine", str, how, "--engine NAME", engines)
    passes = f"Which exact reductions: all, none, or some of {','.join(PASSES)}."
    yield _option("reduce", str, how, "--reduce PASSES", _with_default(passes, "all"))
    every = "Go on after a violation, until every property is decided."
    yield _option("all_properties", bool, how, "--all-properties", every)
    yield _option("max_states", int, how, "--max-states INT", "Give up after so many states.")
    yield _option("max_seconds", float, how, "--max-seconds SECONDS", "Give up after so long.")
    memory = "Give up when the process holds so much: 500M, 2G."
    size = _with_default(memory, "what is free")
    yield _option("max_memory", str, how, "--max-memory SIZE", size)
    save = "Write the violating run to a file, for `pcheck replay`."
    yield _option("save", Path, out, "--save FILE", save)
    yield _option("form", str, out, "--format NAME", f"Write the run as {', '.join(FORMATS)}.")
    into = "Write it to a file, by whose name the format is known."
    yield _option("output", Path, out, "-o,--output FILE", into)
    yield _option("as_json", bool, out, "--json", "Print one JSON object, nothing else.")
    yield _option("quiet", bool, out, "--quiet", "Print the verdict, in one word.")


def _option(name: str, kind: Any, panel: str, usage: str, text: str) -> inspect.Parameter:
    """`usage` is the flag, and what stands for its value: `--save FILE`."""
    flags, _, metavar = usage.partition(" ")
    option = typer.Option(
        *flags.split(","),
        help=text,
        metavar=metavar or None,
        rich_help_panel=panel,
        show_default=False,
    )
    if kind is bool:
        return _parameter(name, bool, False, option)
    return _parameter(name, kind | None, None, option)


def _with_default(text: str, default: str) -> str:
    return escape(f"{text} [default: {default}]")


def _parameter(name: str, kind: Any, default: Any, mark: Any) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, mark]
    )
