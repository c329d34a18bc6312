"""The reason why reduced searches decide step properties, and the steps that such searches lack.

A step property is judged on a pair: the observations before and after a step. A *change* is a pair
of two different observations, and an *unseen* step is one that keeps the observation.

Changes. `fuse`, `minimise`, `prune`, `symmetry` and `cover` each keep every change, in as few steps
as before (up to a renaming, and for `cover` without the number of steps). Each has the reason in
its docstring. They may leave out unseen steps: a silent step inside a chain, a step inside a class,
the delivery or the loss of a dead message, a crash without effect, or all steps of a covered state.

Theorem. Let every step property be true of (o, o), for each observation o that a search met on its
levels up to L. Then the property is false of a step that ends on a level up to L + 1 only if the
property sees a change there, and the search takes a step with the same change in as few steps. For
an unseen step has the pair (o, o), and o has the same least number of steps in both searches. A
property that sees only a part of the observation may see no change either. But it answers from this
part alone, so it answers as for (o, o).

The condition is checked for each observation that is met, before a search says anything about the
next level. Where it fails, nobody knows whether an unseen step leaves this observation, and after
how many steps. So the search begins again without the reductions that leave out steps. `symmetry`
remains: it maps every step, seen or not, to a step. A property that raises an exception for (o, o)
may never be asked that, so the exception does not count as an answer, and the condition fails.
"""

from __future__ import annotations

from collections.abc import Callable

from pcheck.errors import PcheckError, SpecError
from pcheck.language.property import Property
from pcheck.language.seen import Seen

LEAVE_OUT_STEPS = frozenset({"minimise", "fuse", "prune", "cover"})


class ForbidsUnseenSteps(PcheckError):
    """Raised when a reduced search cannot decide a property about steps.

    It is not a SpecError: the spec need not have a fault.
    """

    def __init__(self, prop: Property) -> None:
        super().__init__(
            f"the property {prop.name} is not true of steps that change nothing that it sees"
        )


def allows_unseen_steps(
    prop: Property, seen: Seen, ask: Callable[[Property, Seen, Seen], object] = Property.why_false
) -> bool:
    """Return whether a step property is true of a step that keeps this observation.

    `ask` asks the property; it may remember the answer.
    """
    try:
        return ask(prop, seen, seen) is None
    except SpecError:
        return False
