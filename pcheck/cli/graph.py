"""`pcheck graph`: every state and every step of a small cluster, to look at or for a program."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pcheck.cli.spec_options import option, spec_command, what_is_explored, with_default
from pcheck.errors import UsageError, printable
from pcheck.files import check_writable, write_whole
from pcheck.label import counted
from pcheck.property import Kind, Property
from pcheck.question import Question, ask
from pcheck.render.state_graph.formats import (
    DOT,
    FEW,
    FORMATS,
    GRAPHML,
    MANY,
    GraphFormat,
    format_called,
    format_for,
)
from pcheck.result import Result, answer
from pcheck.search import INTERRUPT, Limits, state_limit
from pcheck.specfile import Spec

if TYPE_CHECKING:
    import networkx as nx


def graph_command(arguments: Sequence[str]) -> Callable[..., int]:
    """The command for one command line: it has the options of the spec that is named there."""
    return spec_command(
        arguments,
        "graph",
        "Write every state and every step of a small cluster, with what is violated and the "
        "shortest run to it, as GraphML, for Graphviz, or as a picture.",
        _general(),
        _graph,
    )


def _general() -> Iterator[inspect.Parameter]:
    yield from what_is_explored()
    most = with_default("Refuse more states than this.", f"{MANY}, for a picture {FEW}")
    yield option("max_states", int, "How far", "--max-states INT", most)
    form = with_default(f"Write it as {', '.join(FORMATS)}.", "as the file is called, or dot")
    yield option("form", str, "Output", "--format NAME", form)
    into = "Write it to a file, by whose name the format is known."
    yield option("output", Path, "Output", "-o,--output FILE", into)


def _graph(
    spec: Spec,
    options: dict[str, Any],
    *,
    bug: str | None,
    network: str | None,
    crashes: int | None,
    properties: list[str] | None,
    find: str | None,
    max_states: int | None,
    form: str | None,
    output: Path | None,
) -> int:
    wanted = _format(form, output)
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
        graph = _built(question, wanted, wanted.most if max_states is None else max_states)
        drawn = wanted.draw(graph)
    if output is None:
        sys.stdout.write(drawn)
    else:
        write_whole(output, drawn)
        print(f"{printable(str(output))}: {_summary(graph, question)}")
    return 0


def _format(name: str | None, file: Path | None) -> GraphFormat:
    """What is asked for; that it can be written is found out before any search."""
    if file is not None:
        check_writable(file)
    if name is not None:
        found = format_called(name)
    else:
        found = format_for(str(file)) if file is not None else DOT
    if found.is_picture and file is None and sys.stdout.isatty():
        raise UsageError(
            f"{found.name} is not for a terminal: write it to a file, as in "
            f"-o graph{found.suffixes[0]}"
        )
    return found


def _built(question: Question, wanted: GraphFormat, most: int) -> nx.MultiDiGraph[str]:
    """The graph, with the run in it that `pcheck explore` shows."""
    from pcheck.graph import TooLarge, numbered  # which takes some time to load

    result = answer(question, Limits(most), engine="reference")
    if result.search.stopped == INTERRUPT:
        raise KeyboardInterrupt
    if result.search.stopped == state_limit(most):
        raise _too_large(question, wanted, most)
    try:
        graph = numbered(result.graph(most))
    except TooLarge:
        raise _too_large(question, wanted, most) from None
    graph.graph |= {"title": _title(question), **_run(result)}
    return graph


def _too_large(question: Question, wanted: GraphFormat, most: int) -> UsageError:
    smaller = question.smaller()
    ways = [f"make it smaller: {', or '.join(smaller)}"] if smaller else []
    many = f"this has more than {counted(most, 'state')}"
    if wanted.is_picture:
        ways.append(f"write it for a program, as in -o graph{GRAPHML.suffixes[0]}")
        return UsageError(f"{many}, too many for a picture: {'; or '.join(ways)}")
    return UsageError(f"{many}: {'; or '.join([*ways, 'raise --max-states'])}")


def _title(question: Question) -> str:
    """`paxos: acceptors 1, proposers 2, rounds 2, network set, crashes 0`"""
    default = {each.name: each.default for each in question.spec.parameters}
    sizes = [
        f"{name} {value}"
        for name, value in question.all_options.items()
        if value or default.get(name, True)
    ]
    mistake = f", with the mistake {question.bug.name}" if question.bug is not None else ""
    return printable(f"{question.spec.name}: {', '.join(sizes)}{mistake}".removesuffix(": "))


def _run(result: Result) -> dict[str, str]:
    run, sought = result.run, result.question.sought
    if run is None:
        return {}
    does = "reaches" if _is_hope(sought) else "violates"
    steps = counted(len(run.steps), "step")
    return {"run": printable(f"the shortest run that {does} {run.property} ({steps})")}


def _is_hope(sought: Property | None) -> bool:
    return sought is not None and sought.kind is Kind.SOMETIMES


def _summary(graph: nx.MultiDiGraph[str], question: Question) -> str:
    """`40 states, 5 of them violating, and 60 steps; the shortest run ... is marked`"""
    states = [about for _, about in graph.nodes(data=True)]
    steps = [about for _, _, about in graph.edges(data=True)]
    does, doing = "violates", "violating"
    if _is_hope(question.sought):
        does, doing = "reaches", "reaching it"
    of_states = f"{sum(does in about for about in states) or 'none'} of them {doing}"
    text = f"{counted(len(states), 'state')}, {of_states}, and {counted(len(steps), 'step')}"
    if broken := sum("violates" in about for about in steps):
        text += f", {broken} of them violating"
    run = graph.graph.get("run")
    return f"{text}; {run} is marked" if run else text
