"""What is small enough: found by trying, for whoever asked for too much."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

from pcheck.errors import PcheckError
from pcheck.loading.options import flag
from pcheck.loading.setup import Setup, prepare
from pcheck.search.limits import Stop
from pcheck.semantics.checked_model import checked
from pcheck.text import counted

PATIENCE = 1.5  # seconds


def fitting(setup: Setup, most: int) -> str:
    """`--proposers 1 --crashes 0 (53 states)`: with these there are no more states than that.

    From the smallest there is each goes back up to what was asked for, as far as it fits: so what
    does not fit is met late, and counting what does takes no time. Nothing if none fits.
    """
    until = time.monotonic() + PATIENCE
    asked = {name: now for name, now, _ in _sizes(setup)}
    sizes = {name: least for name, _, least in _sizes(setup)}
    states = _states(setup, sizes, most, until)
    if not asked or states is None:
        return ""
    for name, now in asked.items():
        fits, too_large = sizes[name], now + 1
        while too_large - fits > 1:
            middle = (fits + too_large) // 2
            found = _states(setup, {**sizes, name: middle}, most, until)
            if found is None:
                too_large = middle
            else:
                fits, states = middle, found
        sizes[name] = fits
    smaller = [f"{flag(name)} {size}" for name, size in sizes.items() if size < asked[name]]
    return f"{' '.join(smaller)} ({counted(states, 'state')})" if smaller else ""


def _sizes(setup: Setup) -> Iterator[tuple[str, int, int]]:
    """What could be smaller: as it was asked for, and the least that it can be."""
    for each in setup.spec.parameters:
        if each.kind is int and setup.options[each.name] > (least := each.option.min or 1):
            yield each.name, setup.options[each.name], least
    if setup.crashes:
        yield "crashes", setup.crashes, 0


def _states(setup: Setup, sizes: Mapping[str, int], most: int, until: float) -> int | None:
    """How many there are, if they fit and can be counted in time."""
    from pcheck.search.state_graph import number_of_states  # which takes some time to load

    def on_states(states: int, queue: int) -> None:
        if time.monotonic() > until:
            raise Stop

    given = {**setup.options, **sizes}
    crashes = given.pop("crashes", setup.crashes)
    try:
        model = prepare(
            setup.spec, given, bug=setup.bug, network=setup.network, crashes=crashes
        ).model
        return number_of_states(checked(model), most, on_states)
    except (PcheckError, Stop):  # some sizes go with no others
        return None
