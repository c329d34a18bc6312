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
    Open,
    Successors,
    TooManyReactions,
    Unclosed,
)
from pcheck.search.reductions.fuse import Fused
from pcheck.search.reductions.minimise import Minimised, class_representatives
from pcheck.search.reductions.prune import Pruned, live_letters
from pcheck.search.reductions.symmetry import Classes, Symmetric, Symmetry
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
    too_many: bool = False  # True if a higher limit of reactions might give closed tables


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
) -> ReducedCluster:
    """Apply reductions to the nodes of a cluster. `tick` is called often and may raise to stop."""
    wanted = tuple(reductions)
    skipped = {}
    has_blocks = bool(model.interchangeable)
    if "symmetry" in wanted and not has_blocks:
        declared = any(len(block) > 1 for block in model.cluster.interchangeable)
        skipped["symmetry"] = NO_TWO_CRASH_ALIKE if declared else NOTHING_INTERCHANGEABLE
    automata = _unreduced(model)
    symmetry = None
    if "symmetry" in wanted and has_blocks:
        symmetry = Symmetry(model)
        automata = [Symmetric(each, symmetry, i) for i, each in enumerate(automata)]
    if "cover" in wanted and model.network.ignoring_is_a_step:
        skipped["cover"] = UNDELIVERED_BLOCKS
    tabulated = [name for name in NEED_CLOSED_TABLES if name in wanted and name not in skipped]
    successors, too_many = None, False
    if tabulated:
        try:
            closure = Closure(model, tick, max_reactions)
            automata, classes, asymmetric = _quotients(automata, closure, tabulated, symmetry)
            unlike = f" ({symmetry.unlike})" if symmetry is not None else ""
            skipped |= dict.fromkeys(asymmetric, f"{ASYMMETRIC_TABLES}{unlike}{COMPARE_NAMES}")
            if closure.open:
                others = [each for each in tabulated if each not in asymmetric]
                skipped |= _skipped_for_open_nodes(closure, others)
            elif "cover" in tabulated:
                successors = _successors(closure, classes)
        except Unclosed as error:
            skipped |= dict.fromkeys(tabulated, str(error))
            too_many = isinstance(error, TooManyReactions)
    if "fuse" in wanted:
        automata = [
            Fused(each, _changes_view(model, i), model.crashes, model.empty_bundle(i))
            for i, each in enumerate(automata)
        ]
    on = tuple(name for name in wanted if name not in skipped)
    views = Views(symmetry) if symmetry is not None else None
    return ReducedCluster(automata, views, successors, on, skipped, too_many)


def without_tables(model: ClusterModel, reduced: ReducedCluster, why: str) -> ReducedCluster:
    """Apply the same reductions except those that need closed tables, which were wrong: `why`."""
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


def _quotients(
    automata: list[Automaton],
    closure: Closure,
    reductions: Sequence[str],
    symmetry: Symmetry | None,
) -> tuple[list[Automaton], Classes, list[str]]:
    """Apply `minimise` and `prune`.

    Return the automata, the classes of local states, and the reductions skipped because the tables
    are not symmetric.
    """
    if "minimise" in reductions or "prune" in reductions:
        automata = [
            Open(each, closure) if i in closure.open else each for i, each in enumerate(automata)
        ]
    classes: Classes = [{local: local for local in edges} for edges in closure.edges]
    asymmetric = []
    if "minimise" in reductions:
        found = [class_representatives(closure, i) for i in range(len(automata))]
        if symmetry is None or symmetry.maps_classes(found):
            classes = found
            automata = [
                Minimised(each, representatives) if representatives else each
                for each, representatives in zip(automata, classes)
            ]
        else:
            asymmetric.append("minimise")
    if "prune" in reductions:
        lives = [live_letters(closure, i, each) for i, each in enumerate(classes)]
        if symmetry is None or symmetry.maps_live_letters(lives):
            sees_up = closure.model.observer.sees_up
            automata = [
                Pruned(each, live, sees_up) if live else each for each, live in zip(automata, lives)
            ]
        else:
            asymmetric.append("prune")
    return automata, classes, asymmetric


def _skipped_for_open_nodes(closure: Closure, reductions: Sequence[str]) -> dict[str, str]:
    """Return which of the reductions are skipped for which open nodes, and why."""
    names = listed([closure.model.nodes[i].me for i in sorted(closure.open)])
    limit = counted(MAX_REACTIONS_OF_SILENT_ROLE, "local reaction")
    why = f"there are more than {limit} of {names}{closure.grows_if_open}"
    others = [name for name in reductions if name != "cover"]
    skipped = {f"{' and '.join(others)} of {names}": why} if others else {}
    return skipped | ({"cover": why} if "cover" in reductions else {})


def _successors(closure: Closure, classes: Classes) -> Successors:
    """Return the successors of each local state, or of each representative of a class."""
    successors: list[dict[Config, list[Config]]] = []
    for representatives, edges in zip(classes, closure.edges):
        after: dict[Config, list[Config]] = {each: [] for each in representatives.values()}
        for local, out in edges.items():
            after[representatives[local]] += [representatives[edge.next] for edge in out]
        successors.append(after)
    return successors


def _changes_view(model: ClusterModel, i: int) -> Callable[[Config, Config], bool]:
    """Return a function that returns whether a step changes what properties see of node i."""
    return lambda before, after: bool(model.observer.changes(i, before, after))
