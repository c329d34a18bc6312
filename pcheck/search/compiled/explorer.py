"""The compiled explorer: which walks answer a question, one after another.

One by steps, first of all; with `cover` a second one to prove what is left; and others where what
the passes relied on does not hold, or more should be spent on them.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

from pcheck.errors import Asymmetric, SpecError, Unreliable
from pcheck.language.actor import Actor
from pcheck.language.cluster import Cluster
from pcheck.language.names import group
from pcheck.search.compiled.store import Store
from pcheck.search.compiled.tables import Tables
from pcheck.search.compiled.walk import Walk
from pcheck.search.limits import ENDS, INTERRUPT, Clock, Limits, OnProgress, Progress, ended_by
from pcheck.search.outcome import Discovery, SearchResult
from pcheck.search.reductions.closure import MORE, MOST, Unclosed, Ways
from pcheck.search.reductions.cover import ranked
from pcheck.search.reductions.reduce import Reduction, reduced, without_tables
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import Network


def explore(
    model: ClusterModel,
    limits: Limits = Limits(),  # noqa: B008  (frozen)
    *,
    reductions: Iterable[str] = (),
    all_properties: bool = False,
    on_progress: OnProgress | None = None,
    clock: Clock | None = None,
) -> SearchResult:
    """The same answer as `reference.explore`, at machine speed; with passes, of fewer states."""
    clock = clock or Clock(limits, on_progress)

    def walk(reduction: Reduction) -> Walk:
        return Walk(model, limits, reduction, all_properties, clock)

    def reduction(most: int) -> Reduction:
        return reduced(model, reductions, lambda: clock.check(Progress(states=1)), most)

    reductions = tuple(reductions)
    with _uncollected():
        try:
            first = reduction(MOST)
        except ENDS as end:
            none = walk(reduced(model, ()))
            none.stopped = ended_by(end)
            return none.report()
        found: dict[str, Discovery] = {}
        try:
            return _searched(walk, first, reduction, found)
        except Unclosed as error:
            why = str(error)  # and no more: it holds on to the whole search
        return walk(without_tables(model, first, why)).run().and_before(found)


def _searched(
    walk: Callable[[Reduction], Walk],
    first: Reduction,
    reduction: Callable[[int], Reduction],
    found: dict[str, Discovery],
) -> SearchResult:
    """Where closed tables were given up, and it would be a long search: more is spent on them.

    If they turn out to be wrong, what was `found` until then is right: by then, they were.
    """
    steps = walk(first)
    if first.ways is not None:
        return _proved(steps, first.ways)
    if not first.too_many:
        try:
            return steps.run()
        except Unclosed:
            found |= steps.report().discoveries
            raise
    if steps.advance(enough=steps.is_long):
        return steps.report()
    try:
        second = reduction(MORE)
    except ENDS as end:
        steps.stopped = ended_by(end)
        return steps.report()
    if second.too_many:
        return steps.run()
    del steps
    return _searched(walk, second, reduction, found)


def _proved(steps: Walk, ways: Ways) -> SearchResult:
    """Searches by steps while there is something good to be found, and then, if much is left, tries
    to prove the rest; where that cannot be done, the search by steps goes on."""
    if steps.advance(enough=steps.should_try_cover):
        return steps.report()
    fault = None
    try:
        proof = steps.proof(ranked(ways))
        with steps.clock.half():
            proof.advance()
        if proof.complete and not proof.judge.found:
            return steps.report(proof)
        if proof.stopped == INTERRUPT:
            raise KeyboardInterrupt
        del proof
    except (Asymmetric, Unreliable):  # of which no search can make anything
        raise
    except SpecError as error:
        fault = error
    except ENDS as end:
        steps.stopped = ended_by(end)
        return steps.report()
    steps.advance()  # to the shortest run that shows it, or as far as it comes
    if fault is not None and steps.stopped is not None:
        raise fault
    return steps.report()


class Recorded(NamedTuple):
    """All states up to some depth, where each of their levels begins, and all steps between."""

    tables: Tables
    store: Store
    begins: list[int]  # and last, where they end


def recorded(model: ClusterModel, limits: Limits) -> Recorded | None:
    """Everything up to the first level on which a property is false; None: it is too much.

    Only `prune` is on: what it makes of a state takes the same steps, with the same labels, but for
    some that no shortest run takes.
    """

    def explored(reduction: Reduction) -> Walk:
        steps = Walk(model, limits, reduction, False, Clock(limits, None), records=True)
        steps.advance()
        return steps

    with _uncollected():
        steps = None
        with suppress(Unclosed):
            steps = explored(reduced(model, ["prune"]))
        steps = steps or explored(reduced(model, ()))
    if steps.stopped == INTERRUPT:
        raise KeyboardInterrupt
    return None if steps.stopped is not None else Recorded(steps.tables, steps.store, steps.levels)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Tables make no cycles, and looking for some takes a tenth of the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def warm_up() -> None:
    """Calls every part of the kernel once, so that none is compiled during a search."""
    idle = ClusterModel(Cluster({group("idle", 1): lambda _: Actor()}, ()), Network(), 0)
    walk = Walk(idle, Limits(), reduced(idle, ()), False, Clock(Limits(), None))
    walk.run()
    walk.store.widen([1 << 9, 1, 1])
    for number in range(1 << 10):
        walk.tables.receptions.add(0, number, 0, number)
