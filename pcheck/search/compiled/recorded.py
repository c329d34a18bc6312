"""Searches that keep all transitions, for the choice of a trace and for questions."""

from __future__ import annotations

from contextlib import suppress
from copy import copy
from typing import NamedTuple

from pcheck.search.clock import EXPLORING, Clock, Progress
from pcheck.search.compiled.machines import check_nodes
from pcheck.search.compiled.store import Store
from pcheck.search.compiled.tables import Tables
from pcheck.search.compiled.walk import Walk
from pcheck.search.garbage import without_garbage_collection
from pcheck.search.layers import COMPARING
from pcheck.search.limits import INTERRUPT, Limits, Stop, entry_limit, state_limit
from pcheck.search.reductions.met import MetUnknown
from pcheck.search.reductions.reduce import ReducedCluster, reduce_cluster
from pcheck.semantics.cluster_model import ClusterModel

MAX_REACTIONS_TO_RECORD = 50_000  # of the closed tables, for which there is no other chance
BYTES_FOR_ANSWERS = 40  # for each transition, to answer questions about the future


class RecordedSearch(NamedTuple):
    """All states up to some depth, the begin of each level, and all transitions between states."""

    tables: Tables
    store: Store
    begins: list[int]  # and the end of the last level


def record(model: ClusterModel, limits: Limits, clock: Clock) -> RecordedSearch | None:
    """Record everything up to the first level with a violation, or return None at a limit of work.

    `limits` are of work. The limits of the clock, and Ctrl-C, are raised.

    Only `prune` is on. A pruned state can take the same steps as the state that it represents, with
    the same labels, except for steps that no shortest trace takes.
    """

    search = _recorded(model, limits, clock, COMPARING)
    if search.stopped == INTERRUPT:
        raise KeyboardInterrupt
    if search.stopped in (state_limit(limits.states or 0), entry_limit(limits.entries or 0)):
        return None
    if search.stopped is not None:
        raise Stop(search.stopped)
    return RecordedSearch(search.tables, search.store, search.levels)


def _recorded(
    model: ClusterModel,
    limits: Limits,
    clock: Clock,
    activity: str,
    *,
    prunes: bool = True,
    reserve: int = 0,
) -> Walk:
    """Return a search that keeps all transitions, under `prune` if its tables can be closed.

    Later work will need `reserve` bytes for each transition.
    """

    def recorded(reduced: ReducedCluster) -> Walk:
        search = Walk(model, limits, reduced, False, clock, records=True)
        search.progress.activity, search.reserve = activity, reserve
        search.advance()
        clock.reserved = 0
        return search

    with without_garbage_collection():
        if prunes:
            with suppress(MetUnknown):
                tick = clock.ticking(Progress(states=1), activity)
                return recorded(reduce_cluster(model, ["prune"], tick, MAX_REACTIONS_TO_RECORD))
        return recorded(reduce_cluster(model, ()))


def search_for_questions(
    model: ClusterModel, limits: Limits, clock: Clock, *, prunes: bool
) -> Walk:
    """Return a search of all states, which judges nothing and keeps all transitions."""
    check_nodes(model)
    silent = copy(model)
    silent.properties = ()  # their conditions would end the search
    return _recorded(silent, limits, clock, EXPLORING, prunes=prunes, reserve=BYTES_FOR_ANSWERS)
