"""A search for option values that make a state graph small enough."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

from pcheck.errors import PcheckError
from pcheck.loading.options import flag
from pcheck.loading.setup import Setup, prepare
from pcheck.search.limits import Stop
from pcheck.semantics.checked_model import checked
from pcheck.text import counted

MAX_SECONDS = 1.5


def fitting_options(setup: Setup, max_states: int) -> str:
    """Return options with which the cluster has at most `max_states` states, or "".

    The result looks like `--proposers 1 --crashes 0 (53 states)`. The search starts with the
    smallest value of each option. Then it raises one option after the other, up to the value in the
    setup, as far as the states still fit. Values that do not fit are therefore tried late, and
    counting the states of values that fit is fast.
    """
    deadline = time.monotonic() + MAX_SECONDS
    given = {name: value for name, value, _ in _sizes(setup)}
    sizes = {name: smallest for name, _, smallest in _sizes(setup)}
    states = _count_states(setup, sizes, max_states, deadline)
    if not given or states is None:
        return ""
    for name, value in given.items():
        fits, too_large = sizes[name], value + 1
        while too_large - fits > 1:
            middle = (fits + too_large) // 2
            count = _count_states(setup, {**sizes, name: middle}, max_states, deadline)
            if count is None:
                too_large = middle
            else:
                fits, states = middle, count
        sizes[name] = fits
    smaller = [f"{flag(name)} {size}" for name, size in sizes.items() if size < given[name]]
    return f"{' '.join(smaller)} ({counted(states, 'state')})" if smaller else ""


def _sizes(setup: Setup) -> Iterator[tuple[str, int, int]]:
    """Yield each option that can be smaller: its name, its value, and its smallest value."""
    for each in setup.spec.parameters:
        if each.kind is int and setup.options[each.name] > (smallest := each.option.min or 1):
            yield each.name, setup.options[each.name], smallest
    if setup.crashes is not None and setup.crashes > setup.smallest_crashes:
        yield "crashes", setup.crashes, setup.smallest_crashes


def _count_states(
    setup: Setup, sizes: Mapping[str, int], max_states: int, deadline: float
) -> int | None:
    """Return the number of states, or None if they do not fit or cannot be counted in time."""
    from pcheck.search.state_graph import number_of_states  # imported late: slow to load

    def on_states(states: int, queue: int) -> None:
        if time.monotonic() > deadline:
            raise Stop

    given = {**setup.options, **sizes}
    crashes = given.pop("crashes", setup.crashes)
    try:
        model = prepare(
            setup.spec,
            given,
            bug=setup.bug,
            network=setup.network,
            crashes=crashes,
            crash_nodes=setup.crash_nodes,
            also=setup.added,
        ).model
        return number_of_states(checked(model), max_states, on_states)
    except (PcheckError, Stop):  # the spec may refuse a combination of sizes
        return None
