"""The passes, put together: each is exact, can be left out, and says why where it is skipped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from pcheck.compile.automaton import Automaton
from pcheck.compile.closure import Closure, Unclosed
from pcheck.compile.fuse import Fused
from pcheck.compile.minimise import Minimised, classes
from pcheck.compile.prune import Pruned, live
from pcheck.compile.symmetry import Symmetric, Symmetry
from pcheck.errors import SpecError, UsageError, nearest
from pcheck.node import Config
from pcheck.semantics import Runs

PASSES = ("minimise", "fuse", "prune", "symmetry")
NOTHING_INTERCHANGEABLE = "the spec declares nothing interchangeable"
GOES_BY_NAMES = "where no run may lead, a handler tells interchangeable nodes apart"
ABOUT_STEPS = "a property asks about steps, and not about states alone"


class Reduction(NamedTuple):
    """One automaton a node, the passes that are in them, and why others are not."""

    automata: Sequence[Automaton]
    symmetry: Symmetry | None
    on: tuple[str, ...]
    skipped: dict[str, str]


def named(text: str) -> tuple[str, ...]:
    """The passes that `--reduce` names: all, none, or some of them."""
    if text in ("all", "none"):
        return PASSES if text == "all" else ()
    names = [each.strip() for each in text.split(",")]
    for name in names:
        if name not in PASSES:
            hint = nearest(name, PASSES) or f"; there is all, none, {', '.join(PASSES)}"
            raise UsageError(f"there is no pass {name!r}{hint}")
    return tuple(name for name in PASSES if name in names)


def reduced(
    model: Runs, passes: Iterable[str], tick: Callable[[], None] = lambda: None
) -> Reduction:
    """The nodes of a model under some passes; `tick` is called now and then, and may stop this."""
    wanted = tuple(passes)
    skipped: dict[str, str] = {}
    closure = None
    if any(prop.of_steps for prop in model.properties):
        skipped = dict.fromkeys(wanted, ABOUT_STEPS)
    elif {"minimise", "prune"} & set(wanted):
        try:
            closure = Closure(model, tick)
        except Unclosed as why:
            skipped = {name: str(why) for name in wanted if name in ("minimise", "prune")}
    blocks = [block for block in model.cluster.interchangeable if len(block) > 1]
    if "symmetry" in wanted and not blocks:
        skipped.setdefault("symmetry", NOTHING_INTERCHANGEABLE)
    on = tuple(name for name in wanted if name not in skipped)
    symmetry = Symmetry(model, blocks) if "symmetry" in on else None
    if symmetry is not None and closure is not None and "minimise" in on:
        try:
            symmetry.check_all(closure)
        except SpecError:
            skipped["minimise"] = GOES_BY_NAMES
            on = tuple(name for name in on if name != "minimise")
    automata = [_automaton(model, i, on, closure, symmetry) for i in range(len(model.nodes))]
    return Reduction(automata, symmetry, on, skipped)


def _automaton(
    model: Runs,
    i: int,
    on: tuple[str, ...],
    closure: Closure | None,
    symmetry: Symmetry | None,
) -> Automaton:
    made = Automaton(model.nodes[i])
    if symmetry is not None:
        made = Symmetric(made, symmetry, i)
    first_of = None
    if "minimise" in on and closure is not None:
        first_of = classes(closure, i)
        made = Minimised(made, first_of)
    if "prune" in on and closure is not None:
        made = Pruned(made, live(closure, i, first_of))
    nothing = model.nothing(i)
    return Fused(made, _shows(model, i), model.crashes, nothing) if "fuse" in on else made


def _shows(model: Runs, i: int) -> Callable[[Config, Config], bool]:
    return lambda before, after: bool(model.observer.changes(i, before, after))
