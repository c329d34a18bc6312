"""All reductions of a cluster together: each is exact, optional, and skipped with a reason."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from pcheck.errors import UsageError
from pcheck.language.printing import listed
from pcheck.search.reductions.automaton import Automaton
from pcheck.search.reductions.closure import (
    MAX_LOCAL_REACTIONS,
    MAX_REACTIONS_OF_SILENT_ROLE,
    Closure,
    Unclosed,
)
from pcheck.search.reductions.fuse import Fused
from pcheck.search.reductions.local_tables import LocalTables, Successors
from pcheck.search.reductions.met import Met, Noting
from pcheck.search.reductions.met_tables import MetTables
from pcheck.search.reductions.quotients import Quotients
from pcheck.search.reductions.symmetric import Symmetric
from pcheck.search.reductions.symmetry import Symmetry
from pcheck.search.reductions.unseen_steps import LEAVE_OUT_STEPS
from pcheck.search.reductions.views import Views
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.node import Config
from pcheck.text import counted, nearest

REDUCTIONS = ("minimise", "fuse", "prune", "symmetry", "cover")
NEED_CLOSED_TABLES = ("minimise", "prune", "cover")
NOTHING_INTERCHANGEABLE = "the spec declares nothing interchangeable"
NO_TWO_CRASH_ALIKE = "of two interchangeable nodes only one may crash"
ASYMMETRIC_TABLES = (
    "a handler distinguishes interchangeable nodes in a local state that may be unreachable"
)
COMPARE_NAMES = "; compare names only with == and with no fixed name"
UNDELIVERED_BLOCKS = "on fifo an undelivered message blocks later ones"


class ReducedCluster(NamedTuple):
    """The reduced automaton of each node, the reductions applied, and those skipped with why."""

    automata: Sequence[Automaton]
    views: Views | None  # with symmetry: all searches of one model number the views alike
    successors: Successors | None  # of local states; None unless `cover` is applied
    on: tuple[str, ...]
    skipped: dict[str, str]
    quotients: Quotients | None = None  # None without tables
    met: Met | None = None  # what the nodes note; None if they note nothing
    is_unclosed: bool = False  # True if the cluster has no closed tables


def parse_reductions(text: str) -> tuple[str, ...]:
    """Return the reductions that `--reduce` names: all, none, or a comma-separated list."""
    if text in ("all", "none"):
        return REDUCTIONS if text == "all" else ()
    names = [each.strip() for each in text.split(",")]
    for name in names:
        if name not in REDUCTIONS:
            hint = nearest(name, REDUCTIONS) or f"; choose all, none, or {', '.join(REDUCTIONS)}"
            raise UsageError(f"unknown reduction {name!r}{hint}")
    return tuple(name for name in REDUCTIONS if name in names)


def reduce_cluster(
    model: ClusterModel,
    reductions: Iterable[str],
    tick: Callable[[], None] = lambda: None,
    max_reactions: int = MAX_LOCAL_REACTIONS,
    met: Met | None = None,
) -> ReducedCluster:
    """Apply reductions to the nodes of a cluster. `tick` is called often and may raise to stop.

    The tables are closed under all that could ever be. If `met` is given, they are closed under
    what was met so far, and the nodes add to it.
    """
    wanted = tuple(reductions)
    skipped = _inapplicable(model, wanted)
    symmetry = Symmetry(model) if "symmetry" in wanted and model.interchangeable else None
    tabulated = [name for name in NEED_CLOSED_TABLES if name in wanted and name not in skipped]
    tables: LocalTables | None = None
    why = ""
    if tabulated and met is None:
        asked = len(model.asked)
        try:
            tables = Closure(model, tick, max_reactions)
            met = Met.all_of(tables)
        except Unclosed as error:
            why = str(error)
            model.forget_asked(asked)  # nothing depends on these answers
            skipped |= dict.fromkeys(tabulated, why)
    elif tabulated and met is not None:
        met.close(symmetry)
        tables, met.unknown = MetTables(met, tick), 0
    automata = _unreduced(model)
    if met is not None:
        automata = [Noting(each, met, i) for i, each in enumerate(automata)]
    if symmetry is not None:
        automata = [Symmetric(each, symmetry, i) for i, each in enumerate(automata)]
    successors = quotients = None
    if tables is not None:
        quotients = Quotients(automata, tables, tabulated, symmetry)
        automata = quotients.automata
        unlike = f" ({symmetry.unlike})" if symmetry is not None else ""
        asymmetric = f"{ASYMMETRIC_TABLES}{unlike}{COMPARE_NAMES}"
        skipped |= dict.fromkeys(quotients.asymmetric, asymmetric)
        if tables.open:
            others = [each for each in tabulated if each not in skipped]
            skipped |= _skipped_for_open_nodes(tables, others)
        elif "cover" in tabulated:
            successors = quotients.successors()
    if "fuse" in wanted:
        automata = [
            Fused(each, _changes_view(model, i), model.crashes, model.empty_bundle(i))
            for i, each in enumerate(automata)
        ]
    on = tuple(name for name in wanted if name not in skipped)
    views = Views(symmetry) if symmetry is not None else None
    return ReducedCluster(automata, views, successors, on, skipped, quotients, met, bool(why))


def without_tables(model: ClusterModel, reduced: ReducedCluster, why: str) -> ReducedCluster:
    """Apply the same reductions except those that need tables, which were wrong: `why`."""
    return _without(NEED_CLOSED_TABLES, model, reduced, why)


def with_every_step(model: ClusterModel, reduced: ReducedCluster, why: str) -> ReducedCluster:
    """Apply the same reductions except those that leave out steps, which decide nothing: `why`."""
    return _without(LEAVE_OUT_STEPS, model, reduced, why)


def _without(
    names: Collection[str], model: ClusterModel, reduced: ReducedCluster, why: str
) -> ReducedCluster:
    """Apply the same reductions except some, and give the reason for those that were on."""
    other = reduce_cluster(model, [name for name in reduced.on if name not in names])
    skipped = {name: reason for name, reason in reduced.skipped.items() if name in REDUCTIONS}
    left_out = dict.fromkeys((name for name in reduced.on if name in names), why)
    return other._replace(skipped={**skipped, **left_out})


def _unreduced(model: ClusterModel) -> list[Automaton]:
    return [Automaton(node) for node in model.nodes]


def _inapplicable(model: ClusterModel, wanted: Collection[str]) -> dict[str, str]:
    """Return the reductions that do not apply to a cluster, each with the reason."""
    skipped = {}
    if "symmetry" in wanted and not model.interchangeable:
        declared = any(len(block) > 1 for block in model.cluster.interchangeable)
        skipped["symmetry"] = NO_TWO_CRASH_ALIKE if declared else NOTHING_INTERCHANGEABLE
    if "cover" in wanted and model.network.ignoring_is_a_step:
        skipped["cover"] = UNDELIVERED_BLOCKS
    return skipped


def _skipped_for_open_nodes(tables: LocalTables, reductions: Sequence[str]) -> dict[str, str]:
    """Return which of the reductions are skipped for which open nodes, and why."""
    names = listed([tables.model.nodes[i].me for i in sorted(tables.open)])
    limit = counted(MAX_REACTIONS_OF_SILENT_ROLE, "local reaction")
    why = f"there are more than {limit} of {names}{tables.grows_if_open}"
    others = [name for name in reductions if name != "cover"]
    skipped = {f"{' and '.join(others)} of {names}": why} if others else {}
    return skipped | ({"cover": why} if "cover" in reductions else {})


def _changes_view(model: ClusterModel, i: int) -> Callable[[Config, Config], bool]:
    """Return a function that returns whether a step changes what properties see of node i."""
    return lambda before, after: bool(model.observer.changes(i, before, after))
