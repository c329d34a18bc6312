"""The hash slots of a store, in buckets of twelve."""

from __future__ import annotations

from functools import partial
from random import Random

import numpy as np
import pytest

from pcheck.search.compiled import kernel
from pcheck.search.compiled.layout import Layout
from pcheck.search.compiled.store import MANY_STATES, SECOND_BUCKETS, slots_for, views_of_slots
from pcheck.search.compiled.threads import Threads, shares

BUCKET_BYTES, SLOTS = 64, 12


@pytest.mark.parametrize("states", [1 << bits for bits in range(17, 32)])
def test_slots_have_room_for_more_states_in_as_many_bytes_as_documented(states: int) -> None:
    """At most 8 bytes a state after many slots grew; the first ones have room for millions."""
    words = slots_for(states)
    assert kernel.most_states(words) >= 1.3 * states
    if states >= MANY_STATES:
        assert 8 * words <= 8 * states
    elif words > 8 * SECOND_BUCKETS:
        assert 8 * words <= 21 * states


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("buckets", [84, 85, 93, 128, 1_000])
def test_each_state_is_in_the_first_bucket_that_had_room(buckets: int, threads: int) -> None:
    """Python's integers compute where each of 1,000 states belongs; 84 buckets hold 1,008."""
    layout = Layout([1 << 20, 1 << 30])
    states = layout.pack([(n * 7, n * n) for n in range(1_000)])
    slots = views_of_slots(np.zeros(8 * buckets, np.uint64))
    Threads(threads).run(
        partial(kernel.rebuild, states, begin, end, slots, layout.fields)
        for begin, end in shares(0, len(states), threads)
    )
    memory = slots[0].tobytes()
    where, tags = dict[int, int](), dict[int, int]()  # for each state, its bucket and its tag
    counts = []
    for bucket in range(buckets):
        line = memory[BUCKET_BYTES * bucket : BUCKET_BYTES * (bucket + 1)]
        entries = [int.from_bytes(line[at : at + 4], "little") for at in range(16, 64, 4)]
        count = sum(entry != 0 for entry in entries)
        counts.append(count)
        assert [entry != 0 for entry in entries] == [nth < count for nth in range(SLOTS)]
        assert [tag != 0 for tag in line[:16]] == [nth < count for nth in range(16)]
        where |= {entry - 1: bucket for entry in entries[:count]}
        tags |= {entry - 1: tag for entry, tag in zip(entries[:count], line)}
    assert sorted(where) == [*range(1_000)]
    factors = [int(factor) for factor in layout.fields[3]]
    for state, numbers in enumerate(layout.unpack(states)):
        mixed = mix(sum(map(int.__mul__, numbers, factors)) % (1 << 64))
        assert tags[state] == (mixed >> 56 or 1)
        first = ((mixed & 0xFFFFFFFF) * buckets) >> 32
        passed = (where[state] - first) % buckets
        assert all(counts[(first + at) % buckets] == SLOTS for at in range(passed))


def mix(total: int) -> int:
    """Return the hash of a state for its sum, computed with Python's integers."""
    for _ in range(2):
        total ^= total >> 32
        total = total * 0xD6E8FEB86659FD93 % (1 << 64)
    return total ^ (total >> 32)


@pytest.mark.parametrize("seed", range(20))
def test_successors_are_found_again_in_buckets_that_are_nearly_full(seed: int) -> None:
    """A dictionary says which of 3,000 random vectors, with repetitions, are new, and their order.

    Nine tenths of the slots get full, so that many states lie outside their first bucket.
    """
    random = Random(seed)
    layout = Layout([50, 40], 1 << 14)
    wanted = [(0, 0)] + [(random.randrange(50), random.randrange(40)) for _ in range(3_000)]
    order = list(dict.fromkeys(wanted))
    buckets = -(-(len(order) + 40) * 10 // (9 * SLOTS))
    slots = views_of_slots(np.zeros(8 * buckets, np.uint64))
    states = np.zeros((len(order) + kernel.BUFFER, layout.words), np.uint64)
    states[:1] = layout.pack([wanted[0]])
    layout.set_distances(states[:1], 1)
    kernel.rebuild(states, 0, 1, slots, layout.fields)
    cursor = np.zeros(kernel.CURSOR_SIZE, np.int64)
    cursor[kernel.TAIL] = 1
    orbits = no_orbits()
    rest, edges = wanted[1:], np.zeros((4_000, 3), np.uint32)
    while rest:
        count = min(len(rest), random.randrange(1, 40))
        now, rest = rest[:count], rest[count:]
        vectors = np.zeros((kernel.BUFFER, layout.words), np.uint64)
        vectors[:count] = layout.pack(now)
        factors = [int(factor) for factor in layout.fields[3]]
        sums = [sum(map(int.__mul__, each, factors)) % (1 << 64) for each in now]
        hashes = np.zeros(kernel.BUFFER, np.uint64)
        hashes[:count] = [mix(total) for total in sums]
        origins = np.zeros((kernel.BUFFER, 2), np.uint32)
        cursor[kernel.PENDING] = count
        cursor[kernel.TRANSITIONS] += count
        status = kernel.flush(
            states, slots, vectors, hashes, origins, edges, layout.fields, orbits, cursor, 1 << 30
        )
        assert status == kernel.LEVEL
    found = int(cursor[kernel.TAIL])
    assert layout.unpack(states[:found]) == [list(each) for each in order]
    places = {each: at for at, each in enumerate(order)}
    assert edges[:3_000, 1].tolist() == [places[each] for each in wanted[1:]]
    assert layout.distances(states[1:found]).tolist() == [*range(1, found)]


def no_orbits() -> tuple[object, ...]:
    """Return the tables of a cluster without interchangeable names."""
    none = np.zeros(0, np.int64)
    rows, swaps = np.zeros((0, 0), np.uint64), np.zeros((0, 0), np.int64)
    images = np.zeros((0, 0), np.int32)
    return none, rows, images, none, swaps, np.zeros((0, 0), np.int64), np.zeros(0, np.uint64)
