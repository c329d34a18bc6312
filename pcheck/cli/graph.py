"""`pcheck graph`: every state and every step of a small cluster, to look at or for a program."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

from pcheck.checking import Result, answer
from pcheck.cli.drawing import keep_off_terminals
from pcheck.cli.fitting import fitting
from pcheck.cli.limits import memory_limit
from pcheck.cli.progress import Live
from pcheck.cli.spec_options import (
    Given,
    asked,
    option,
    spec_command,
    what_is_explored,
    with_default,
)
from pcheck.errors import UsageError
from pcheck.files import file_to_write, write_out, write_whole
from pcheck.language.property import Kind, Property
from pcheck.loading.setup import Setup
from pcheck.loading.spec import Spec
from pcheck.render.state_graph.graph_formats import (
    DOT,
    GRAPH_FORMATS,
    GRAPHML,
    MAX_DRAWN_STATES,
    MAX_STATES,
    GraphFormat,
)
from pcheck.search.limits import INTERRUPT, Clock, Limits, Progress, Stop, state_limit
from pcheck.search.options import SearchOptions
from pcheck.semantics.checked_model import checked
from pcheck.text import counted, printable

if TYPE_CHECKING:
    import networkx as nx

    from pcheck.search.state_graph import OnStates


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
    most = with_default(
        "Refuse more states than this.", f"{MAX_STATES}, for a picture {MAX_DRAWN_STATES}"
    )
    yield option("max_states", int, "How far", "--max-states INT", most)
    form = with_default(
        f"Write the graph as {', '.join(GRAPH_FORMATS)}.", "as the file is called, or dot"
    )
    yield option("form", str, "Output", "--format NAME", form)
    into = "Write the graph to this file; its name says the format."
    yield option("output", str, "Output", "-o,--output FILE", into)


def _graph(spec: Spec, own: Given, given: Given) -> int:
    file = file_to_write(given["output"]) if given["output"] is not None else None
    wanted = _format(given["form"], file)
    setup = asked(spec, own, given)
    with redirect_stdout(sys.stderr):
        graph = _built(setup, wanted, given["max_states"])
        drawn = wanted.draw(graph)
    if file is None:
        write_out(drawn)
    else:
        write_whole(file, drawn)
        print(f"{printable(str(file))}: {_summary(graph, setup)}")
    return 0


def _format(name: str | None, file: Path | None) -> GraphFormat:
    """Return the format that is asked for."""
    if name is not None:
        found = GRAPH_FORMATS.called(name)
    else:
        found = GRAPH_FORMATS.for_file(str(file)) if file is not None else DOT
    if file is None:
        keep_off_terminals(found, "graph")
    return found


def _built(setup: Setup, wanted: GraphFormat, max_states: int | None) -> nx.MultiDiGraph[str]:
    """The graph, with the run in it that `pcheck explore` shows.

    What is too large for a picture is counted all the same: to say what it is not too large for.
    """
    from pcheck.search.state_graph import numbered  # which takes some time to load

    most, far = (wanted.max_states, MAX_STATES) if max_states is None else (max_states, max_states)
    bounds = Limits(far, memory=memory_limit())
    try:
        with Live(setup, stopped="ends it") as live:
            options = SearchOptions("reference", limits=bounds)
            result = answer(setup, options, on_progress=live.on_progress)
            on_states = _looking(bounds, live, result.depth)
            states = _number_of_states(result, far, on_states)
            if states is None or states > most:
                raise _too_large(setup, wanted, max_states, states)
            graph = numbered(result.graph(far, on_states=on_states))
    except Stop as limit:
        smaller = fitting(setup, MAX_STATES)
        way = f": make it smaller, as with {smaller}" if smaller else ""
        raise UsageError(f"this has too many states for {limit}{way}") from None
    graph.graph |= {"title": _title(setup), **_run(result)}
    return graph


def _looking(bounds: Limits, live: Live, depth: int) -> OnStates:
    """What goes on after the search has the same limits, and can be watched as well."""
    clock, progress = Clock(bounds, live.on_progress), Progress(level=depth)

    def on_states(states: int, queue: int) -> None:
        progress.states, progress.queue = states, queue
        clock.check(progress)

    return on_states


def _number_of_states(result: Result, far: int, on_states: OnStates) -> int | None:
    """None where there are more than so many: a search may have ended before it met them all."""
    from pcheck.search.state_graph import number_of_states

    search = result.search
    if search.complete:
        return search.states
    if search.stopped == INTERRUPT:
        raise KeyboardInterrupt
    if search.stopped not in (None, state_limit(far)):
        raise Stop(search.stopped)
    return (
        number_of_states(checked(result.model), far, on_states) if search.stopped is None else None
    )


def _too_large(
    setup: Setup, wanted: GraphFormat, max_states: int | None, states: int | None
) -> UsageError:
    """`states` is how many there are, if that is known."""
    picture = wanted.is_picture and max_states is None
    most, far = (wanted.max_states, MAX_STATES) if max_states is None else (max_states, max_states)
    many = f"more than {counted(far, 'state')}" if states is None else counted(states, "state")
    if picture:
        many += f", too many for a picture ({most})"
    smaller = fitting(setup, most)
    ways = [f"make it smaller, as with {smaller}"] if smaller else []
    if not picture:
        ways.append("raise --max-states")
    elif states is not None:
        ways.append(f"write it for a program, as in -o graph{GRAPHML.suffix}")
    return UsageError(f"this has {many}{': ' if ways else ''}{'; or '.join(ways)}")


def _title(setup: Setup) -> str:
    """`paxos: acceptors 1, proposers 2, rounds 2, network set, crashes 0`"""
    default = {each.name: each.default for each in setup.spec.parameters}
    sizes = [
        f"{name} {value}"
        for name, value in setup.all_options.items()
        if value or default.get(name, True)
    ]
    mistake = f", with the mistake {setup.bug.name}" if setup.bug is not None else ""
    return printable(f"{setup.spec.name}: {', '.join(sizes)}{mistake}".removesuffix(": "))


def _run(result: Result) -> dict[str, str]:
    run, target = result.saved, result.setup.target
    if run is None:
        return {}
    does = "reaches" if _is_hope(target) else "violates"
    steps = counted(len(run.steps), "step")
    return {"run": printable(f"the shortest run that {does} {run.property} ({steps})")}


def _is_hope(target: Property | None) -> bool:
    return target is not None and target.kind is Kind.SOMETIMES


def _summary(graph: nx.MultiDiGraph[str], setup: Setup) -> str:
    """`40 states, 5 of them violating, and 60 steps; the shortest run ... is marked`"""
    states = [about for _, about in graph.nodes(data=True)]
    steps = [about for _, _, about in graph.edges(data=True)]
    does, doing = "violates", "violating"
    if _is_hope(setup.target):
        does, doing = "reaches", "reaching it"
    of_states = f"{sum(does in about for about in states) or 'none'} of them {doing}"
    text = f"{counted(len(states), 'state')}, {of_states}, and {counted(len(steps), 'step')}"
    if broken := sum("violates" in about for about in steps):
        text += f", {broken} of them violating"
    run = graph.graph.get("run")
    return f"{text}; {run} is marked" if run else text
