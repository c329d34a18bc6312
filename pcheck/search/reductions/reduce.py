"""The passes, put together: each is exact, can be left out, and says why where it is skipped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from pcheck.errors import UsageError
from pcheck.language.printing import listed
from pcheck.search.reductions.automaton import Automaton
from pcheck.search.reductions.closure import (
    MOST,
    MOST_SILENT,
    Closure,
    Open,
    TooMany,
    Unclosed,
    Ways,
)
from pcheck.search.reductions.fuse import Fused
from pcheck.search.reductions.minimise import Minimised, classes
from pcheck.search.reductions.prune import Pruned, live
from pcheck.search.reductions.symmetry import Classes, Symmetric, Symmetry
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.node import Config
from pcheck.text import counted, nearest

REDUCTIONS = ("minimise", "fuse", "prune", "symmetry", "cover")
CLOSED = ("minimise", "prune", "cover")  # which need closed tables
NOTHING_INTERCHANGEABLE = "the spec declares nothing interchangeable"
GOES_BY_NAMES = "where no run may lead, a handler tells interchangeable nodes apart"
WHAT_WAITS_IS_IN_THE_WAY = "on this network what waits stands in the way of what comes after it"
ABOUT_STEPS = "a property asks about steps, and not about states alone"


class Reduction(NamedTuple):
    """One automaton a node, the passes that are in them, and why others are not."""

    automata: Sequence[Automaton]
    symmetry: Symmetry | None
    ways: Ways | None  # between local states, where what is covered may be dropped
    on: tuple[str, ...]
    skipped: dict[str, str]
    too_many: bool = False  # questions: with more of them there might be closed tables


def named(text: str) -> tuple[str, ...]:
    """The passes that `--reduce` names: all, none, or some of them."""
    if text in ("all", "none"):
        return REDUCTIONS if text == "all" else ()
    names = [each.strip() for each in text.split(",")]
    for name in names:
        if name not in REDUCTIONS:
            hint = nearest(name, REDUCTIONS) or f"; there is all, none, {', '.join(REDUCTIONS)}"
            raise UsageError(f"there is no pass {name!r}{hint}")
    return tuple(name for name in REDUCTIONS if name in names)


def reduced(
    model: ClusterModel,
    reductions: Iterable[str],
    tick: Callable[[], None] = lambda: None,
    most: int = MOST,
) -> Reduction:
    """The nodes of a model under some passes; `tick` is called now and then, and may stop this."""
    wanted = tuple(reductions)
    if any(prop.is_step_property for prop in model.properties):
        return Reduction(_bare(model), None, None, (), dict.fromkeys(wanted, ABOUT_STEPS))
    skipped: dict[str, str] = {}
    blocks = [block for block in model.cluster.interchangeable if len(block) > 1]
    if "symmetry" in wanted and not blocks:
        skipped["symmetry"] = NOTHING_INTERCHANGEABLE
    automata = _bare(model)
    symmetry = None
    if "symmetry" in wanted and blocks:
        symmetry = Symmetry(model, blocks)
        automata = [Symmetric(each, symmetry, i) for i, each in enumerate(automata)]
    if "cover" in wanted and model.network.ignoring_is_a_step:
        skipped["cover"] = WHAT_WAITS_IS_IN_THE_WAY
    tabulated = [name for name in CLOSED if name in wanted and name not in skipped]
    ways, too_many = None, False
    if tabulated:
        try:
            closure = Closure(model, tick, most)
            automata, first_of, by_names = _quotients(automata, closure, tabulated, symmetry)
            skipped |= dict.fromkeys(by_names, GOES_BY_NAMES)
            if closure.open:
                skipped |= _left_open(closure, [each for each in tabulated if each not in by_names])
            elif "cover" in tabulated:
                ways = _ways(closure, first_of)
        except Unclosed as why:
            skipped |= dict.fromkeys(tabulated, str(why))
            too_many = isinstance(why, TooMany)
    if "fuse" in wanted:
        automata = [
            Fused(each, _shows(model, i), model.crashes, model.nothing(i))
            for i, each in enumerate(automata)
        ]
    on = tuple(name for name in wanted if name not in skipped)
    return Reduction(automata, symmetry, ways, on, skipped, too_many)


def without_tables(model: ClusterModel, reduction: Reduction, why: str) -> Reduction:
    """The same passes, but for those that need closed tables: these turned out to be wrong."""
    other = reduced(model, [name for name in reduction.on if name not in CLOSED])
    skipped = {name: it for name, it in reduction.skipped.items() if name in REDUCTIONS}
    wrong = dict.fromkeys((name for name in CLOSED if name in reduction.on), why)
    return other._replace(skipped={**skipped, **wrong})


def _bare(model: ClusterModel) -> list[Automaton]:
    return [Automaton(node) for node in model.nodes]


def _quotients(
    automata: list[Automaton],
    closure: Closure,
    reductions: Sequence[str],
    symmetry: Symmetry | None,
) -> tuple[list[Automaton], Classes, list[str]]:
    """The nodes under what needs closed tables; their classes; the passes that go by names."""
    if "minimise" in reductions or "prune" in reductions:
        automata = [
            Open(each, closure) if i in closure.open else each for i, each in enumerate(automata)
        ]
    first_of: Classes = [{local: local for local in edges} for edges in closure.edges]
    by_names = []
    if "minimise" in reductions:
        found = [classes(closure, i) for i in range(len(automata))]
        if symmetry is None or symmetry.takes_classes(found):
            first_of = found
            automata = [
                Minimised(each, first) if first else each for each, first in zip(automata, first_of)
            ]
        else:
            by_names.append("minimise")
    if "prune" in reductions:
        lives = [live(closure, i, first) for i, first in enumerate(first_of)]
        if symmetry is None or symmetry.takes(lives):
            automata = [Pruned(each, its) if its else each for each, its in zip(automata, lives)]
        else:
            by_names.append("prune")
    return automata, first_of, by_names


def _left_open(closure: Closure, reductions: Sequence[str]) -> dict[str, str]:
    """What is said of the passes where some nodes have no closed table."""
    names = listed([closure.model.nodes[i].me for i in sorted(closure.open)])
    why = f"there are more than {counted(MOST_SILENT, 'local reaction')} of {names}"
    others = [name for name in reductions if name != "cover"]
    skipped = {f"{' and '.join(others)} of {names}": why} if others else {}
    return skipped | ({"cover": why} if "cover" in reductions else {})


def _ways(closure: Closure, first_of: Classes) -> Ways:
    """Where each local state, or class of them, leads."""
    ways: list[dict[Config, list[Config]]] = []
    for first, edges in zip(first_of, closure.edges):
        ways.append({its: [] for its in first.values()})
        for local, out in edges.items():
            ways[-1][first[local]] += [first[edge.next] for edge in out]
    return ways


def _shows(model: ClusterModel, i: int) -> Callable[[Config, Config], bool]:
    return lambda before, after: bool(model.observer.changes(i, before, after))
