"""A command about a spec: the parameters of that spec become options beside the general ones."""

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
from pcheck.loading.setup import CRASHES, NETWORK, Setup, prepare
from pcheck.loading.spec import Spec, find
from pcheck.semantics.network import NETWORKS

DEFAULT_SPEC = "paxos"
Given = Mapping[str, Any]  # options by their names; None where one is left out
Action = Callable[[Spec, Given, Given], int]


def spec_command(
    arguments: Sequence[str],
    word: str,
    summary: str,
    general: Iterable[inspect.Parameter],
    act: Action,
) -> Callable[..., int]:
    """The command for one command line: it has the options of the spec that is named there.

    `act` is given the spec, the options of its own that are given, and all the general ones.
    """
    spec = None
    if list(arguments[:1]) == [word]:
        with redirect_stdout(sys.stderr):  # what a spec prints is no part of the answer
            spec = find(_name(arguments))
    parameters = spec.parameters if spec is not None else ()

    def command(spec_name: str, **given: Any) -> int:
        assert spec is not None
        if spec_name != _name(arguments):
            raise UsageError(f"the spec comes first: pcheck {word} {spec_name} ...")
        options = {each.name: given.pop(f"own_{each.name}") for each in parameters}
        return act(spec, {k: v for k, v in options.items() if v is not None}, given)

    own = [_own_option(spec, each) for each in parameters if spec is not None]
    command.__doc__ = summary
    signature = inspect.Signature([_spec_argument(), *own, *general])
    command.__signature__ = signature  # type: ignore[attr-defined]
    return command


def what_is_explored() -> Iterator[inspect.Parameter]:
    """The options that every command about a spec has."""
    what = "What is explored"
    bug = "Put a mistake into the spec: its name or number (`pcheck specs` lists them)."
    yield option("bug", str, what, "--bug NAME", bug)
    nets = with_default(f"How messages travel: {', '.join(NETWORKS)}.", NETWORK)
    yield option("network", str, what, "--network NAME", nets)
    crashes = with_default("How many crashes a run may have, of any nodes.", str(CRASHES))
    yield option("crashes", int, what, "--crashes INT", crashes)
    only = "Check this property only; may be given several times."
    yield option("properties", list[str], what, "--property NAME", only)
    find = "Look for the shortest run to this instead: chosen, or any property by its name."
    yield option("find", str, what, "--find NAME", find)


def asked(spec: Spec, own: Given, given: Given) -> Setup:
    """Return the question that a command line asks of a spec."""
    bug = given["bug"]
    with redirect_stdout(sys.stderr):  # what a spec prints is no part of the answer
        return prepare(
            spec,
            own,
            bug=spec.bug(bug) if bug is not None else None,
            network=given["network"],
            crashes=given["crashes"],
            properties=given["properties"] or (),
            find=given["find"],
        )


def option(name: str, kind: Any, panel: str, usage: str, text: str) -> inspect.Parameter:
    """`usage` is the flag, and what stands for its value: `--save FILE`."""
    flags, _, metavar = usage.partition(" ")
    mark = typer.Option(
        *flags.split(","),
        help=text,
        metavar=metavar or None,
        rich_help_panel=panel,
        show_default=False,
    )
    if kind is bool:
        return _parameter(name, bool, False, mark)
    return _parameter(name, kind | None, None, mark)


def with_default(text: str, default: str) -> str:
    return escape(f"{text} [default: {default}]")


def _name(arguments: Sequence[str]) -> str:
    """The spec comes first if it is given."""
    given = [each for each in arguments[1:2] if not each.startswith("-")]
    return given[0] if given else DEFAULT_SPEC


def _spec_argument() -> inspect.Parameter:
    text = "The name of a spec, or the path of a .py file."
    return _parameter("spec_name", str, DEFAULT_SPEC, typer.Argument(metavar="SPEC", help=text))


def _own_option(spec: Spec | None, each: Parameter) -> inspect.Parameter:
    assert spec is not None
    name = each.flag if each.kind is not bool else f"{each.flag}/--no-{each.flag[2:]}"
    mark = typer.Option(
        name,
        help=with_default(each.help, str(each.default)),
        metavar=each.kind.__name__ if isinstance(each.kind, type) else "WORD",
        show_default=False,
        rich_help_panel=f"Options of {spec.name}",
    )
    return _parameter(f"own_{each.name}", each.kind | None, None, mark)


def _parameter(name: str, kind: Any, default: Any, mark: Any) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, mark]
    )
