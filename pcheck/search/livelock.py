"""Executions that avoid a condition for ever: a search for fair cycles, by the reference semantics.

An execution without end avoids a condition if the condition is true in none of its states. It must
be *fair*: an action, a restart, or a delivery that its receiver does not ignore, which is possible
in every state of a cycle, is taken in the cycle. Crashes and losses are never owed. An execution
that ends does not count: the question whether it may end is one for `still_possible`.

Some values grow for ever, so no state occurs twice. A cycle therefore closes *up to a shift* (see
`semantics.shifting`): its last state is its first one with higher values. Such a cycle counts only
after it went round ROUNDS times with growing values. That it goes on for ever then follows if the
protocol only compares these values. What was observed is left out of the comparison, since it only
grows; the condition is asked in each state of each round. A round may also leave messages behind,
if no node reacts to them in any later state. A cycle that would take too long to replay does not
count.

All states up to a shift are searched. As long as these have no end, some executions are searched,
too: a node sends all its messages and they all arrive, or a node receives all its messages. States
that differ only in messages that are ignored there, or in what was observed, count as one. A cycle
that is found there is real, but if none is found, nothing is known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from pcheck.search.avoiding import Avoiding
from pcheck.search.classes import Classes, most_states
from pcheck.search.clock import Clock
from pcheck.search.limits import (
    STOPPING_EXCEPTIONS,
    Limits,
    stop_reason,
)
from pcheck.search.outcome import Discovery, SearchResult
from pcheck.search.rounds import Lasso
from pcheck.search.samples import Samples
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.text import counted

UP_TO_A_SHIFT = (
    "Some values, such as numbers of attempts, are only compared. States that differ only in how "
    "high these values are count as one."
)
SIZES = 100, 500, 2_000, 8_000, 20_000, 80_000  # of the searches, until one of them finds an answer


def explore(
    model: ClusterModel, limits: Limits, clock: Clock, skipped: Mapping[str, str]
) -> SearchResult:
    """Answer the questions of a model whether executions can avoid a condition for ever."""
    discoveries, cycles = {}, {}
    samples, complete, stopped = Samples(), True, None
    warnings: list[str] = []
    found: list[Classes] = []
    for question in model.properties:
        avoiding = Avoiding(model, question, clock, samples)
        try:
            lasso, classes = _search(avoiding, limits)
        except STOPPING_EXCEPTIONS as end:
            complete, stopped = False, stop_reason(end)
            break
        found.append(classes)
        warnings += [
            f"the field {name} is declared as ordered, but no node and no message has it"
            for name in question.ordered
            if name not in avoiding.shifts.met
        ]
        if lasso is not None:
            discoveries[question.name] = Discovery(lasso.trace, lasso.why(question))
            cycles[question.name] = lasso.begins
        elif classes.is_exact and (ends := classes.ends()):
            warnings.append(
                f"{question.name} says nothing about executions that end: in "
                f"{counted(ends, 'state')} nothing but crashes and losses can happen, and the "
                "condition is false"
            )
        if lasso is None and (classes.cycles or not classes.is_exact):
            complete, stopped = False, classes.why_unknown(limits)
    depths = [depth for classes in found for depth in classes.depths] or [0]
    widths = Counter(found[-1].depths if found else [0])
    return SearchResult(
        properties=model.properties,
        states=max((len(classes.states) for classes in found), default=1),
        transitions=max((classes.transitions for classes in found), default=0),
        depth=max(depths),
        widths=tuple(widths[depth] for depth in sorted(widths)),
        complete=complete,
        stopped=stopped,
        note=UP_TO_A_SHIFT if any(classes.merges for classes in found) else None,
        saw_all=False,
        discoveries=discoveries,
        cycles=cycles,
        seconds=clock.seconds(),
        memory=0,
        engine="reference",
        skipped=skipped,
        samples=samples,
        warnings=tuple(warnings),
        peak=max(clock.peak, clock.memory()),
    )


def _search(avoiding: Avoiding, limits: Limits) -> tuple[Lasso | None, Classes]:
    """Search all executions and, as long as these have too many states, some of them.

    Return a lasso, if one was found, and the classes of the search of all executions.
    """
    whole, some = (Classes(avoiding, limits.depth, whole=whole) for whole in (True, False))
    for size in SIZES:
        for search, most in (whole, most_states(limits)), (some, limits.states or size):
            before = search.expanded
            search.explore(min(size, most))
            lasso = search.lasso() if search.expanded > before else None
            if lasso is not None or whole.is_exact:
                return lasso, whole
        if whole.is_exhausted and some.is_exhausted:
            break
    return None, whole
