"""The discovery of a property by a compiled search: its trace, and what is wrong at its end."""

from __future__ import annotations

from pcheck.errors import SpecError
from pcheck.language.property import Property
from pcheck.search.clock import Tick
from pcheck.search.compiled.property_symmetry import WatcherSymmetry
from pcheck.search.compiled.reconstruct import longer_trace
from pcheck.search.compiled.tables import Tables
from pcheck.search.judge import Found
from pcheck.search.outcome import Discovery
from pcheck.semantics.cluster_model import State
from pcheck.semantics.trace import Trace


def discovery(
    prop: Property,
    found: Found[tuple[int, ...]],
    trace: Trace[State],
    tables: Tables,
    symmetry: WatcherSymmetry | None,
    tick: Tick,
) -> Discovery:
    """Return the discovery of a property, given the trace to the state where it was found.

    A step property was found at the end of a macro step out of this state. `tick` is called often.
    """
    observe = tables.model.observe
    for cost in found.where[1:]:
        trace = _violating(prop, trace, cost, tables, symmetry, tick)
        return Discovery(trace, prop.why_false(*map(observe, trace.states[-2:])))
    if symmetry is not None:  # the trace may have other names than the search
        return Discovery(trace, symmetry.why_at_end(prop, observe(trace.states[-1])))
    return Discovery(trace, found.why)


def _violating(
    prop: Property,
    trace: Trace[State],
    cost: int,
    tables: Tables,
    symmetry: WatcherSymmetry | None,
    tick: Tick,
) -> Trace[State]:
    """Return the trace with a last macro step of this cost, of which a property is false."""

    def is_false(before: State, after: State) -> bool:
        try:
            return prop.why_false(*map(tables.model.observe, (before, after))) is not None
        except SpecError:  # the search ended before it asked about this step
            return False

    longer = longer_trace(trace, cost, tables, is_false, tick)
    if longer is not None:
        return longer
    assert symmetry is not None, "no such step exists: please report this"
    raise symmetry.asymmetric(prop)
