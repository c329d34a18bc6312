"""`pcheck graph`: the state graph of a small cluster, as a picture or for another program."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

from pcheck.cli.drawing import check_terminal
from pcheck.cli.fitting import fitting_options
from pcheck.cli.limits import memory_limit
from pcheck.cli.progress import ProgressLine
from pcheck.cli.spec_options import (
    Given,
    option,
    scope_options,
    setup_of,
    spec_command,
    with_default,
)
from pcheck.errors import UsageError
from pcheck.files import file_to_write, write_out, write_whole
from pcheck.language.property import Kind, Property
from pcheck.loading.options import argument
from pcheck.loading.setup import Setup
from pcheck.loading.spec import Spec
from pcheck.render.state_graph.graph_formats import (
    DOT,
    GRAPH_FORMATS,
    GRAPHML,
    MAX_DRAWN_STATES,
    MAX_LAID_OUT_STATES,
    GraphFormat,
)
from pcheck.results.result import Result
from pcheck.search.clock import Clock, Progress
from pcheck.search.engine import explore
from pcheck.search.limits import INTERRUPT, Limits, Stop, state_limit
from pcheck.search.options import SearchOptions
from pcheck.semantics.checked_model import checked
from pcheck.text import counted, one_of, printable

if TYPE_CHECKING:
    import networkx as nx

    from pcheck.search.state_graph import OnStates

EXIT_STATUS = "Exit status: 0 if the graph was written, 2 usage or spec error, 3 interrupted."


def graph_command(arguments: Sequence[str]) -> Callable[..., int]:
    """Return `pcheck graph` with the options of the spec that the command line names."""
    return spec_command(
        arguments,
        "graph",
        _general_options(),
        _graph,
    )


def _general_options() -> Iterator[inspect.Parameter]:
    yield from scope_options()
    states = with_default(
        "Refuse a graph of more than INT states.",
        f"{MAX_LAID_OUT_STATES}; {MAX_DRAWN_STATES} for svg",
    )
    yield option("max_states", int, "Search", "--max-states INT", states)
    form = with_default(f"Graph format: {one_of(GRAPH_FORMATS)}.", "by the suffix of FILE, or dot")
    yield option("form", str, "Output", "--format NAME", form)
    output = "Write the graph to FILE; the suffix selects the format."
    yield option("output", str, "Output", "-o,--output FILE", output)


def _graph(spec: Spec, own: Given, given: Given) -> int:
    file = file_to_write(given["output"]) if given["output"] is not None else None
    form = _format(given["form"], file)
    setup = setup_of(spec, own, given)
    if setup.asks_about_future:
        text = "a graph does not show the answer to a question about the future; leave out"
        raise UsageError(text, "--property", setup.model.properties[0].name)
    with redirect_stdout(sys.stderr):
        graph = _build_graph(setup, form, given["max_states"])
        drawn = form.draw(graph)
    if file is None:
        write_out(drawn)
    else:
        write_whole(file, drawn)
        print(f"Wrote {printable(str(file))}: {_summary(graph, setup)}")
    return 0


def _format(name: str | None, file: Path | None) -> GraphFormat:
    """Return the requested format, or raise UsageError."""
    if name is not None:
        found = GRAPH_FORMATS.called(name)
    else:
        found = GRAPH_FORMATS.for_file(str(file)) if file is not None else DOT
    if file is None:
        check_terminal(found, "graph")
    return found


def _state_limits(form: GraphFormat, max_states: int | None) -> tuple[int, int]:
    """Return the largest number of states that is written, and the largest that is counted."""
    return (
        (form.max_states, MAX_LAID_OUT_STATES) if max_states is None else (max_states, max_states)
    )


def _build_graph(setup: Setup, form: GraphFormat, max_states: int | None) -> nx.MultiDiGraph[str]:
    """Return the state graph, in which the trace that `pcheck explore` reports is marked.

    States are counted beyond the limit of a picture, so that the error can suggest a format.
    """
    from pcheck.search.state_graph import numbered  # imported late: slow to load

    max_written, max_counted = _state_limits(form, max_states)
    limits = Limits(max_counted, memory=memory_limit())
    try:
        with ProgressLine(setup, on_interrupt="stops without a graph") as line:
            options = SearchOptions("reference", limits=limits)
            clock = Clock(limits, line.on_progress)
            result = Result(setup, explore(setup.model, options, clock=clock), clock)
            on_states = _limited(limits, line, result.depth)
            states = _number_of_states(result, max_counted, on_states)
            if states is None or states > max_written:
                raise _too_large(setup, form, max_states, states)
            graph = numbered(result.graph(max_counted, on_states=on_states))
    except Stop as limit:
        smaller = fitting_options(setup, MAX_LAID_OUT_STATES)
        hint = f"; use {smaller}" if smaller else ""
        raise UsageError(f"the state graph exceeds {limit}{hint}") from None
    graph.graph |= {"title": _title(setup), **_trace(result)}
    if result.is_interrupted:
        raise KeyboardInterrupt
    return graph


def _limited(limits: Limits, line: ProgressLine, depth: int) -> OnStates:
    """Return a callback that enforces the limits and shows progress after the search, too."""
    clock, progress = Clock(limits, line.on_progress), Progress(level=depth)

    def on_states(states: int, queue: int) -> None:
        progress.states, progress.queue = states, queue
        clock.check(progress)

    return on_states


def _number_of_states(result: Result, max_counted: int, on_states: OnStates) -> int | None:
    """Return the number of states, or None if there are more than `max_counted`.

    States are counted again if the search stopped at a violation, before it met all states.
    """
    from pcheck.search.state_graph import number_of_states

    search = result.search
    if search.complete:
        return search.states
    if search.stopped == INTERRUPT:
        raise KeyboardInterrupt
    if search.stopped not in (None, state_limit(max_counted)):
        raise Stop(search.stopped)
    return (
        number_of_states(checked(result.model), max_counted, on_states)
        if search.stopped is None
        else None
    )


def _too_large(
    setup: Setup, form: GraphFormat, max_states: int | None, states: int | None
) -> UsageError:
    """Return the error for a graph of `states` states, or of an unknown number if None."""
    is_picture = form.is_picture and max_states is None
    max_written, max_counted = _state_limits(form, max_states)
    number = counted(states, "state") if states is not None else ""
    size = number or f"more than {counted(max_counted, 'state')}"
    if is_picture:
        size += f", too many for a picture (at most {max_written})"
    smaller = fitting_options(setup, max_written)
    hints = [f"use {smaller}"] if smaller else []
    if not is_picture:
        hints.append("raise --max-states")
    elif states is not None:
        hints.append(f"write another format with -o graph{GRAPHML.suffix}")
    return UsageError(f"the state graph has {size}{'; ' if hints else ''}{', or '.join(hints)}")


def _title(setup: Setup) -> str:
    """Return the title of the graph: `paxos: acceptors 1, proposers 2, network set, crashes 0`."""
    default = {each.name: each.default for each in setup.spec.parameters}
    sizes = [
        f"{name} {argument(value)}"
        for name, value in setup.all_options.items()
        if value or default.get(name, True)
    ]
    bug = f", with the bug {setup.bug.name}" if setup.bug is not None else ""
    return printable(f"{setup.spec.name}: {', '.join(sizes)}{bug}".removesuffix(": "))


def _trace(result: Result) -> dict[str, str]:
    """Return the attribute of the graph that describes the marked trace, if there is a trace."""
    trace, target = result.saved, result.setup.target
    if trace is None:
        return {}
    verb = "reaches" if _is_sometimes(target) else "violates"
    steps = counted(len(trace.steps), "step")
    return {"trace": printable(f"the shortest trace that {verb} {trace.property} ({steps})")}


def _is_sometimes(target: Property | None) -> bool:
    return target is not None and target.kind is Kind.SOMETIMES


def _summary(graph: nx.MultiDiGraph[str], setup: Setup) -> str:
    """Return `40 states (5 violating), 60 transitions; the shortest trace that ... is marked`."""
    states = [attributes for _, attributes in graph.nodes(data=True)]
    transitions = [attributes for _, _, attributes in graph.edges(data=True)]
    verb, participle = "violates", "violating"
    if setup.target is not None and _is_sometimes(setup.target):
        verb, participle = "reaches", f"reaching {setup.target.name}"
    number = sum(verb in attributes for attributes in states) or "none"
    text = f"{counted(len(states), 'state')} ({number} {participle}), "
    text += counted(len(transitions), "transition")
    if violating := sum("violates" in attributes for attributes in transitions):
        text += f" ({violating} violating)"
    trace = graph.graph.get("trace")
    return f"{text}; {trace} is marked" if trace else text
