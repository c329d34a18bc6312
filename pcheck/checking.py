"""The library: `check` explores a spec and returns a result to read, assert and draw.

from pcheck import check

check("paxos", acceptors=3, proposers=2).assert_holds()
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pcheck.loading.added import Also
from pcheck.loading.named_nodes import NodeNames
from pcheck.loading.origin import origin_of
from pcheck.loading.setup import Setup, prepare
from pcheck.results.result import Result
from pcheck.search.clock import Clock, OnProgress
from pcheck.search.engine import OnNote, explore
from pcheck.search.limits import Limits
from pcheck.search.options import SearchOptions
from pcheck.search.saving import DEFAULT_SECONDS, Saving
from pcheck.search.vacuity import warnings_of_unsent
from pcheck.semantics.cluster_model import ClusterModel


def check(
    spec: str | Path | Callable[..., Any],
    *,
    bug: str | int | None = None,
    network: str | None = None,
    crashes: int | None = None,
    crash_nodes: NodeNames | None = None,
    stops: int | None = None,
    stop_nodes: NodeNames | None = None,
    properties: Iterable[str] = (),
    find: str | None = None,
    also: Also = (),
    all_properties: bool = False,
    max_states: int | None = None,
    max_depth: int | None = None,
    max_seconds: float | None = None,
    max_memory: int | None = None,
    engine: str = "auto",
    reduce: str | None = None,
    threads: int | None = None,
    checkpoint: str | Path | None = None,
    checkpoint_every: float = DEFAULT_SECONDS,
    disk: str | Path | None = None,
    on_progress: OnProgress | None = None,
    **options: Any,
) -> Result:
    """Explore every reachable state of a spec and return a result with the verdict.

    `spec` is the name of a shipped spec, the path of a spec file, or a builder with `options`. An
    argument that is not given has its value in the bug's scope, otherwise the builder's default:
    network `set`, one crash. Only nodes and groups in `crash_nodes` may crash: names, or a text
    such as "a1,a2". `also` adds properties, or files of properties, to those of the spec. Questions
    about the future are asked if `properties` names them; at most `stops` of `stop_nodes` stop. A
    search that was stopped or killed goes on from the last one in the folder `checkpoint`. A large
    search keeps its states in a file in the folder `disk`, if one is given, and not in memory.
    """
    setup = prepare(
        spec,
        options,
        bug=bug,
        network=network,
        crashes=crashes,
        crash_nodes=crash_nodes,
        stops=stops,
        stop_nodes=stop_nodes,
        properties=properties,
        find=find,
        also=also,
    )
    limits = Limits(max_states, max_seconds, max_memory, depth=max_depth)
    saving = Saving(Path(checkpoint), checkpoint_every) if checkpoint is not None else None
    folder = Path(disk) if disk is not None else None
    how = SearchOptions(engine, reduce, limits, all_properties, threads, saving, folder)
    return answer(setup, how, on_progress=on_progress)


def answer(
    setup: Setup,
    options: SearchOptions = SearchOptions(),  # noqa: B008  (frozen)
    *,
    on_progress: OnProgress | None = None,
    on_note: OnNote = lambda _: None,
) -> Result:
    """Explore the model of a setup and return the result, or raise SpecError without properties."""
    setup.check_properties()
    if options.saving is not None:
        saving = replace(options.saving, origin=origin_of(setup))
        options = replace(options, saving=saving)
    model, clock = setup.model, Clock(options.limits, on_progress)
    search = explore(model, options, on_note=on_note, clock=clock)
    is_whole = search.complete and search.saw_all
    unsent = warnings_of_unsent(model) if is_whole and isinstance(model, ClusterModel) else ()
    search = search.with_warnings((*setup.spec.warnings, *unsent))
    clock.pause()
    return Result(setup, search, clock)
