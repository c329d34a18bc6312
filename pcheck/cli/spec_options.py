"""Commands about a spec: the spec's own parameters become options of the command."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from typing import Annotated, Any

import typer
from rich.markup import escape

from pcheck.errors import UsageError
from pcheck.loading.options import Parameter
from pcheck.loading.setup import DEFAULT_CRASHES, DEFAULT_NETWORK, Setup, prepare
from pcheck.loading.spec import Spec, find
from pcheck.semantics.network import NETWORKS
from pcheck.text import one_of

DEFAULT_SPEC = "paxos"
SCOPE = "Scope"  # the panel of these options in the help
METAVARS: Mapping[Any, str] = {int: "INT", float: "FLOAT", str: "TEXT", bool: ""}
Given = Mapping[str, Any]  # options by name; None for an option that is not given
Runner = Callable[[Spec, Given, Given], int]


def spec_command(
    arguments: Sequence[str],
    name: str,
    general: Iterable[inspect.Parameter],
    run: Runner,
) -> Callable[..., int]:
    """Return the command `name` with the options of the spec that the command line names.

    `run` gets the spec, the spec's own options that are given, and all general options.
    """
    spec = None
    if list(arguments[:1]) == [name]:
        with redirect_stdout(sys.stderr):  # standard output is for results, not for a spec's prints
            spec = find(_spec_name(arguments))
    parameters = spec.parameters if spec is not None else ()

    def command(spec_name: str, **given: Any) -> int:
        assert spec is not None
        if spec_name != _spec_name(arguments):
            raise UsageError(f"the spec must come first: pcheck {name} {spec_name} ...")
        options = {each.name: given.pop(f"own_{each.name}") for each in parameters}
        return run(spec, {k: v for k, v in options.items() if v is not None}, given)

    own = [_own_option(spec, each) for each in parameters if spec is not None]
    signature = inspect.Signature([_spec_argument(), *own, *general])
    command.__signature__ = signature  # type: ignore[attr-defined]
    return command


def scope_options() -> Iterator[inspect.Parameter]:
    """Yield the options that every command about a spec has."""
    bug = "Apply a known bug, by name or number (see `pcheck specs`)."
    yield option("bug", str, SCOPE, "--bug NAME", bug)
    network = with_default(f"Network model: {one_of(NETWORKS)}.", DEFAULT_NETWORK)
    yield option("network", str, SCOPE, "--network NAME", network)
    crashes = with_default("Maximum number of crashes in an execution.", str(DEFAULT_CRASHES))
    yield option("crashes", int, SCOPE, "--crashes INT", crashes)
    nodes = with_default("Only these nodes or groups may crash, e.g. a or a1,a2.", "all nodes")
    yield option("crash_nodes", str, SCOPE, "--crash-nodes NAMES", nodes)
    properties = "Check only this property (repeatable)."
    yield option("properties", list[str], SCOPE, "--property NAME", properties)
    also = "Add the properties of a .py file (repeatable)."
    yield option("also", list[str], SCOPE, "--also FILE", also)
    find = "Find the shortest trace to a property or alias, e.g. chosen."
    yield option("find", str, SCOPE, "--find NAME", find)


def setup_of(spec: Spec, own: Given, given: Given) -> Setup:
    """Return the setup that a command line requests for a spec."""
    with redirect_stdout(sys.stderr):  # standard output is for results, not for a spec's prints
        return prepare(
            spec,
            own,
            bug=given["bug"],
            network=given["network"],
            crashes=given["crashes"],
            crash_nodes=given["crash_nodes"],
            stops=given.get("stops"),
            stop_nodes=given.get("stop_nodes"),
            properties=given["properties"] or (),
            find=given["find"],
            also=given["also"] or (),
        )


def option(name: str, kind: Any, panel: str, usage: str, text: str) -> inspect.Parameter:
    """Return an option; `usage` is its flags and the name of its value: `-o,--output FILE`."""
    flags, _, metavar = usage.partition(" ")
    mark = typer.Option(
        *flags.split(","),
        help=text,
        metavar=metavar,  # empty for a flag, which takes no value
        rich_help_panel=panel,
        show_default=False,
    )
    if kind is bool:
        return _parameter(name, bool, False, mark)
    return _parameter(name, kind | None, None, mark)


def with_default(text: str, default: str) -> str:
    """Return a help text that ends with the default, escaped for Rich."""
    return escape(f"{text} [default: {default}]")


def _spec_name(arguments: Sequence[str]) -> str:
    """Return the first argument of the command if it is not an option, or the default spec."""
    given = [each for each in arguments[1:2] if not each.startswith("-")]
    return given[0] if given else DEFAULT_SPEC


def _spec_argument() -> inspect.Parameter:
    text = "The name of a spec or the path of a .py file."
    return _parameter("spec_name", str, DEFAULT_SPEC, typer.Argument(metavar="SPEC", help=text))


def _own_option(spec: Spec | None, each: Parameter) -> inspect.Parameter:
    assert spec is not None
    flags = each.flag if each.kind is not bool else f"{each.flag}/--no-{each.flag[2:]}"
    mark = typer.Option(
        flags,
        help=with_default(each.help, str(each.default)),
        metavar=METAVARS.get(each.kind, "WORD"),
        show_default=False,
        rich_help_panel=f"Options of {spec.name}",
    )
    return _parameter(f"own_{each.name}", each.kind | None, None, mark)


def _parameter(name: str, kind: Any, default: Any, mark: Any) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, mark]
    )
