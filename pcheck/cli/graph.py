"""`pcheck graph`: every state and every step of a small cluster, to look at or for a program."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pcheck.checking import Result, answer
from pcheck.cli.fitting import fitting
from pcheck.cli.limits import limits
from pcheck.cli.progress import Live
from pcheck.cli.spec_options import option, spec_command, what_is_explored, with_default
from pcheck.errors import UsageError
from pcheck.files import file_to_write, write_out, write_whole
from pcheck.language.property import Kind, Property
from pcheck.loading.setup import Question, ask
from pcheck.loading.spec import Spec
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
from pcheck.search.limits import INTERRUPT, Clock, Limits, Progress, Stop, state_limit
from pcheck.semantics.checked_model import checked
from pcheck.text import counted, printable

if TYPE_CHECKING:
    import networkx as nx

    from pcheck.search.state_graph import Look


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
    form = with_default(
        f"Write the graph as {', '.join(FORMATS)}.", "as the file is called, or dot"
    )
    yield option("form", str, "Output", "--format NAME", form)
    into = "Write the graph to this file; its name says the format."
    yield option("output", str, "Output", "-o,--output FILE", into)


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
    output: str | None,
) -> int:
    file = file_to_write(output) if output is not None else None
    wanted = _format(form, file)
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
        graph = _built(question, wanted, max_states)
        drawn = wanted.draw(graph)
    if file is None:
        write_out(drawn)
    else:
        write_whole(file, drawn)
        print(f"{printable(str(file))}: {_summary(graph, question)}")
    return 0


def _format(name: str | None, file: Path | None) -> GraphFormat:
    """What is asked for."""
    if name is not None:
        found = format_called(name)
    else:
        found = format_for(str(file)) if file is not None else DOT
    if found.is_picture and file is None and sys.stdout and sys.stdout.isatty():
        raise UsageError(
            f"{found.name} is not for a terminal: write it to a file, as in "
            f"-o graph{found.suffixes[0]}"
        )
    return found


def _built(question: Question, wanted: GraphFormat, max_states: int | None) -> nx.MultiDiGraph[str]:
    """The graph, with the run in it that `pcheck explore` shows.

    What is too large for a picture is counted all the same: to say what it is not too large for.
    """
    from pcheck.search.state_graph import numbered  # which takes some time to load

    most, far = (wanted.most, MANY) if max_states is None else (max_states, max_states)
    bounds = limits(far)
    try:
        with Live(question, stopped="ends it") as live:
            result = answer(question, bounds, engine="reference", watch=live.watch)
            look = _looking(bounds, live, result.depth)
            states = _number_of_states(result, far, look)
            if states is None or states > most:
                raise _too_large(question, wanted, max_states, states)
            graph = numbered(result.graph(far, look=look))
    except Stop as limit:
        smaller = fitting(question, MANY)
        way = f": make it smaller, as with {smaller}" if smaller else ""
        raise UsageError(f"this has too many states for {limit}{way}") from None
    graph.graph |= {"title": _title(question), **_run(result)}
    return graph


def _looking(bounds: Limits, live: Live, depth: int) -> Look:
    """What goes on after the search has the same limits, and can be watched as well."""
    clock, progress = Clock(bounds, live.watch), Progress(level=depth)

    def look(states: int, queue: int) -> None:
        progress.states, progress.queue = states, queue
        clock.look(progress)

    return look


def _number_of_states(result: Result, far: int, look: Look) -> int | None:
    """None where there are more than so many: a search may have ended before it met them all."""
    from pcheck.search.state_graph import number_of_states

    search = result.search
    if search.complete:
        return search.states
    if search.stopped == INTERRUPT:
        raise KeyboardInterrupt
    if search.stopped not in (None, state_limit(far)):
        raise Stop(search.stopped)
    return number_of_states(checked(result.model), far, look) if search.stopped is None else None


def _too_large(
    question: Question, wanted: GraphFormat, max_states: int | None, states: int | None
) -> UsageError:
    """`states` is how many there are, if that is known."""
    picture = wanted.is_picture and max_states is None
    most, far = (wanted.most, MANY) if max_states is None else (max_states, max_states)
    many = f"more than {counted(far, 'state')}" if states is None else counted(states, "state")
    if picture:
        many += f", too many for a picture ({most})"
    smaller = fitting(question, most)
    ways = [f"make it smaller, as with {smaller}"] if smaller else []
    if not picture:
        ways.append("raise --max-states")
    elif states is not None:
        ways.append(f"write it for a program, as in -o graph{GRAPHML.suffixes[0]}")
    return UsageError(f"this has {many}{': ' if ways else ''}{'; or '.join(ways)}")


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
