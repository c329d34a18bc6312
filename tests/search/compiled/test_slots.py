"""The hash slots of a store: a power of two at first, then any number."""

from __future__ import annotations

import numpy as np
import pytest

from pcheck.search.compiled import kernel
from pcheck.search.compiled.layout import Layout
from pcheck.search.compiled.store import FIRST_SLOTS, slots_for


@pytest.mark.parametrize("states", [1 << bits for bits in range(17, 32)])
def test_slots_have_room_for_more_states_in_as_many_bytes_as_documented(states: int) -> None:
    """At most 28 bytes a state after few slots grew, and at most 16 after many did."""
    slots = slots_for(states)
    assert kernel.most_states(slots) >= 1.2 * states
    if slots > 1 << 23:
        assert 8 * slots <= (16 if slots > kernel.MANY_SLOTS else 28) * states


def test_states_are_found_again_however_full_the_slots_are() -> None:
    """Each state is in its slots once, in a run of filled slots from its first one on."""
    layout = Layout([20, 30])
    states = layout.pack([(n * 7, n * n) for n in range(1_000)])
    for size in (1_001, 1_024, 1_250, 1_999, FIRST_SLOTS):
        slots = np.zeros(size, np.uint64)
        kernel.rebuild(states, 0, len(states), slots, layout.fields)
        filled = slots[slots != 0] & np.uint64(0xFFFFFFFF)
        assert sorted(filled.tolist()) == [*range(1, 1_001)]
        sums = (np.array(layout.unpack(states), np.uint64) * layout.fields[3]).sum(axis=1)
        for at in np.flatnonzero(slots):
            tag, nth = divmod(int(slots[at]), 1 << 32)
            mixed = mix(int(sums[nth - 1]))
            first = ((mixed & 0xFFFFFFFF) * size) >> 32
            assert tag == mixed >> 32
            run = slots[first : at + 1] if first <= at else np.r_[slots[first:], slots[: at + 1]]
            assert (run != 0).all()


def mix(total: int) -> int:
    """Return the hash of a state for its sum, computed with Python's integers."""
    for _ in range(2):
        total ^= total >> 32
        total = total * 0xD6E8FEB86659FD93 % (1 << 64)
    return total ^ (total >> 32)
