"""The product of automata, breadth-first, in machine code: the only module that imports Numba.

A state is a vector of configuration numbers, one for each machine, packed into a few words. For
each machine that has rows, and for each row of its configuration: its number is replaced, then the
number of each machine that receives the bundle. That is all the kernel knows. Whatever is not
tabulated yet makes it return, to be called again where it stopped.

Three things make it fast. Rows hold only steps that can be taken. Successors wait in a buffer, and
before they are inserted one loop only touches their hash slots, so that the memory loads overlap.
And a slot holds half of the hash beside the index of the state, so that most probes need no second
load. States are compared whole: no two are ever taken for one.

In what runs for every transition no helper takes a part of an array, or holds a loop: Numba would
count references around it, and that takes longer than all that it does.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

BUFFER = 4096
MOST_TIED = 720  # renamings that are compared one by one: above, not the least of an orbit is taken
MOST_BELOW = 200  # states of one kind that a state is compared with: the others may be below, too
MISSING, REFUSED = -3, -2
MACHINE_BITS, NUMBER_BITS = 10, 27  # a machine, a configuration and a bundle are one 64-bit key

# why `expand` returned
LEVEL, ROWS, RECEPTION, FULL, SLICE, LIMIT, VIEWS, IMAGE = range(8)

# the cursor: where the search stands, kept across calls
HEAD, TAIL, TRANSITIONS, MACHINE, ROW, PENDING, MISSED, MISSED_AT, MISSED_BUNDLE, READY = range(10)
CURSOR_SIZE = 10

_TAG = np.uint64(0xFFFFFFFF00000000)
_INDEX = np.uint64(0xFFFFFFFF)
_ONE = np.uint64(1)
_DROPPED = np.uint32(0xFFFFFFFF)  # in place of a parent: this state is not expanded


@njit(cache=True, inline="always")
def _field(states: Any, index: Any, word: Any, shift: Any, mask: Any, machine: Any) -> Any:
    at = np.uintp(machine)
    return np.int64((states[np.uintp(index), word[at]] >> shift[at]) & mask[at])


@njit(cache=True, inline="always")
def _turn(
    states: Any, index: Any, word: Any, shift: Any, machine: Any, before: Any, after: Any
) -> None:
    """Replaces the number of a machine, which is known, by another."""
    at = np.uintp(machine)
    states[np.uintp(index), word[at]] ^= np.uint64(before ^ after) << shift[at]


@njit(cache=True, inline="always")
def _share(factor: Any, machine: Any, number: Any) -> Any:
    """What one machine adds to the sum that a state is hashed by: odd factors, one for each.

    So a step changes the sum by what it changes, and its successor need not be read again.
    """
    return np.uint64(number) * factor[np.uintp(machine)]


@njit(cache=True, inline="always")
def _mixed(total: Any) -> Any:
    total ^= total >> np.uint64(32)
    total *= np.uint64(0xD6E8FEB86659FD93)
    total ^= total >> np.uint64(32)
    total *= np.uint64(0xD6E8FEB86659FD93)
    return total ^ (total >> np.uint64(32))


@njit(cache=True, inline="always")
def _copy(vectors: Any, at: Any, states: Any, index: Any) -> None:
    """A loop over so few words would become a call, which costs more than they do."""
    to, source, words = np.uintp(at), np.uintp(index), states.shape[1]
    vectors[to, 0] = states[source, 0]
    if words > 1:
        vectors[to, 1] = states[source, 1]
    if words > 2:
        vectors[to, 2] = states[source, 2]
    for i in range(3, words):
        vectors[to, i] = states[source, i]


@njit(cache=True, inline="always")
def _key(machine: Any, config: Any, bundle: Any) -> Any:
    high = (np.uint64(machine) << np.uint64(NUMBER_BITS)) | np.uint64(config)
    return (high << np.uint64(NUMBER_BITS)) | np.uint64(bundle)


@njit(cache=True, inline="always")
def _home(key: Any, size: Any) -> Any:
    """Where the search for a reception begins: key and value lie side by side, for one load."""
    mixed = key * np.uint64(0x9E3779B97F4A7C15)
    return (mixed ^ (mixed >> np.uint64(32))) & np.uint64(size - 1)


@njit(cache=True)
def _place(receptions: Any, key: Any) -> Any:
    at = _home(key, receptions.shape[0])
    while receptions[at, 0] != key and receptions[at, 1] != 0:
        at = (at + _ONE) & np.uint64(receptions.shape[0] - 1)
    return at


@njit(cache=True)
def add_reception(receptions: Any, machine: int, config: int, bundle: int, after: int) -> None:
    """Values are kept plus three, so that an empty place is zero, and REFUSED is one."""
    key = _key(machine, config, bundle)
    at = _place(receptions, key)
    receptions[at, 0] = key
    receptions[at, 1] = np.uint64(after + 3)


@njit(cache=True)
def move_receptions(old: Any, used_by: Any, new: Any, new_used_by: Any) -> None:
    for i in range(old.shape[0]):
        if old[i, 1] != 0:
            at = _place(new, old[i, 0])
            new[at, 0] = old[i, 0]
            new[at, 1] = old[i, 1]
            if used_by.shape[0] > 0:
                new_used_by[at, 0] = used_by[i, 0]
                new_used_by[at, 1] = used_by[i, 1]


@njit(cache=True)
def mixed(numbers: Any) -> Any:
    """Numbers without a pattern, the same for the same."""
    out = np.zeros_like(numbers)
    for i in range(numbers.shape[0]):
        out[i] = _mixed(numbers[i] * np.uint64(0x9E3779B97F4A7C15))
    return out


@njit(cache=True)
def canonise(vectors: Any, hashes: Any, fields: Any, orbits: Any, cursor: Any) -> int:
    """Replaces what waits in the buffer by what stands for all of its renamings.

    Names are sorted by what all machines together show of them, by swaps of neighbours; where two
    are equal, and yet a swap changes the state, the least of the remaining renamings is looked for.
    """
    word, shift, mask, factor = fields
    first, views, _, swap_after, _, scratch, sums = orbits
    names, machines = swap_after.shape[0], first.shape[0]
    for at in range(cursor[READY], cursor[PENDING]):
        cursor[READY] = at
        for n in range(names):
            sums[n] = 0
        for machine in range(machines):
            number = _field(vectors, at, word, shift, mask, machine)
            scratch[0, machine] = number
            row = first[machine] + number
            if views[row, 0] == 0:
                cursor[MISSED], cursor[MISSED_AT] = machine, number
                return VIEWS
            for n in range(names):
                sums[n] += views[row, n]
        unsorted = True
        while unsorted:
            unsorted = False
            for n in range(names):
                if swap_after[n] >= 0 and sums[n] > sums[n + 1]:
                    if not _swap(orbits, 0, 1, swap_after[n], cursor):
                        return IMAGE
                    for machine in range(machines):
                        scratch[0, machine] = scratch[1, machine]
                    sums[n], sums[n + 1] = sums[n + 1], sums[n]
                    unsorted = True
        tied = False
        for n in range(names):
            if swap_after[n] >= 0 and sums[n] == sums[n + 1]:
                if not _swap(orbits, 0, 1, swap_after[n], cursor):
                    return IMAGE
                for machine in range(machines):
                    tied |= scratch[0, machine] != scratch[1, machine]
        if tied and not _least(orbits, cursor):
            return IMAGE
        total = np.uint64(0)
        for machine in range(word.shape[0]):
            number = _field(vectors, at, word, shift, mask, machine)
            if machine < machines:
                _turn(vectors, at, word, shift, machine, number, scratch[0, machine])
                number = scratch[0, machine]
            total += _share(factor, machine, number)
        hashes[at] = _mixed(total)
    cursor[READY] = cursor[PENDING]
    return LEVEL


@njit(cache=True)
def _swap(orbits: Any, source: int, to: int, swap: int, cursor: Any) -> bool:
    """A state in one row of the scratch, renamed, into another; False if an image is missing."""
    first, _, images, _, targets, scratch, _ = orbits
    for machine in range(first.shape[0]):
        number = scratch[source, machine]
        image = images[first[machine] + number, swap]
        if image == MISSING:
            cursor[MISSED], cursor[MISSED_AT], cursor[MISSED_BUNDLE] = machine, number, swap
            return False
        scratch[to, targets[swap, machine]] = image
    return True


@njit(cache=True)
def _least(orbits: Any, cursor: Any) -> bool:
    """Of all states that swaps of equal neighbours lead to, the least, into the first row."""
    first, _, _, swap_after, _, scratch, sums = orbits
    machines, found, least, at = first.shape[0], 1, 0, 0
    while at < found:
        for n in range(swap_after.shape[0]):
            if swap_after[n] < 0 or sums[n] != sums[n + 1] or found == MOST_TIED:
                continue
            if not _swap(orbits, at, found, swap_after[n], cursor):
                return False
            known = False
            for other in range(found):
                same = True
                for machine in range(machines):
                    same &= scratch[other, machine] == scratch[found, machine]
                known |= same
            if not known:
                for machine in range(machines):
                    if scratch[found, machine] != scratch[least, machine]:
                        if scratch[found, machine] < scratch[least, machine]:
                            least = found
                        break
                found += 1
        at += 1
    for machine in range(machines):
        scratch[0, machine] = scratch[least, machine]
    return True


@njit(cache=True)
def flush(
    states: Any, parents: Any, slots: Any, vectors: Any, hashes: Any, origins: Any, edges: Any,
    fields: Any, orbits: Any, cursor: Any, most: int,
) -> int:  # fmt: skip
    """Inserts what waits in the buffer, in order, if there is room and no limit is met.

    `edges`, if it has any room, notes for each transition where it began, and where it led.
    """
    pending = cursor[PENDING]
    if orbits[3].shape[0] > 0 and cursor[READY] < pending:  # some names are interchangeable
        why = canonise(vectors, hashes, fields, orbits, cursor)
        if why != LEVEL:
            return why
    tail = cursor[TAIL]
    size, words = slots.shape[0], states.shape[1]
    room = min(states.shape[0], parents.shape[0])
    if tail + pending > room or 5 * (tail + pending) > 3 * size:
        return FULL
    recording, first = edges.shape[0] > 0, cursor[TRANSITIONS] - pending
    if recording and first + pending > edges.shape[0]:
        return FULL
    mask = np.uint64(size - 1)
    touched = np.uint64(0)
    for i in range(pending):
        touched += slots[hashes[i] & mask]
    for i in range(pending):
        slot = slots[hashes[i] & mask]
        if slot != 0 and (slot & _TAG) == (hashes[i] & _TAG):
            touched += states[(slot & _INDEX) - _ONE, 0]
    cursor[MISSED_AT] = np.int64(touched & _INDEX)  # read, so that it is not optimised away
    for i in range(pending):
        at = hashes[i] & mask
        tag = hashes[i] & _TAG
        while True:
            slot = slots[at]
            if slot == 0:
                if tail >= most:
                    cursor[TAIL] = tail
                    cursor[TRANSITIONS] -= pending - i - 1
                    cursor[PENDING] = cursor[READY] = 0
                    return LIMIT
                known = np.uint64(tail)
                slots[at] = tag | (known + _ONE)
                _copy(states, tail, vectors, i)
                parents[tail] = origins[i]
                tail += 1
                break
            if (slot & _TAG) == tag:
                known = (slot & _INDEX) - _ONE
                differs = np.uint64(0)
                for k in range(words):
                    differs |= states[known, k] ^ vectors[i, k]
                if differs == 0:
                    break
            at = (at + _ONE) & mask
        if recording:
            edges[first + i] = (np.uint64(origins[i]) << np.uint64(32)) | known
    cursor[TAIL] = tail
    cursor[PENDING] = cursor[READY] = 0
    return LEVEL


@njit(cache=True)
def expand(
    states: Any, parents: Any, slots: Any, vectors: Any, hashes: Any, origins: Any, edges: Any,
    fields: Any, orbits: Any,
    row_span: Any, row_next: Any, row_bundle: Any,
    dest_at: Any, dest_count: Any, dest: Any, receptions: Any, used_by: Any,
    cursor: Any, level_end: int, cost: int, most: int, steps: int,
) -> int:  # fmt: skip
    """Takes the rows of one cost out of states up to the end of a level, or out of so many, or
    until something is missing.

    `used_by` notes which transition (from 1) first took the last reception of a step, and where.
    """
    word, shift, mask, factor = fields
    head, machine, row = cursor[HEAD], cursor[MACHINE], cursor[ROW]
    pending, transitions = cursor[PENDING], cursor[TRANSITIONS]
    stop_at = min(level_end, head + steps)
    machines, noting = row_span.shape[0], used_by.shape[0] > 0
    while head < stop_at:
        if parents[np.uintp(head)] == _DROPPED:
            head += 1
            continue
        total = np.uint64(0)
        for i in range(word.shape[0]):
            total += _share(factor, i, _field(states, head, word, shift, mask, i))
        while machine < machines:
            config = _field(states, head, word, shift, mask, machine)
            start = row_span[np.uintp(machine), np.uintp(config), np.uintp(cost - 1)]
            count = row_span[np.uintp(machine), np.uintp(config), np.uintp(cost)] - start
            if start == MISSING:
                cursor[MISSED], cursor[MISSED_AT] = machine, config
                _save(cursor, head, machine, row, pending, transitions)
                return ROWS
            while row < count:
                if pending == BUFFER:
                    _save(cursor, head, machine, row, pending, transitions)
                    why = flush(
                        states, parents, slots, vectors, hashes, origins, edges,
                        fields, orbits, cursor, most,
                    )  # fmt: skip
                    if why != LEVEL:
                        return why
                    pending = 0
                _copy(vectors, pending, states, head)
                own = np.int64(row_next[np.uintp(start + row)])
                bundle = np.uintp(row_bundle[np.uintp(start + row)])
                _turn(vectors, pending, word, shift, machine, config, own)
                sum_after = total + _share(factor, machine, own - config)
                others_moved = False
                refused = False
                last = np.uint64(0)
                received = False
                for i in range(dest_at[bundle], dest_at[bundle] + dest_count[bundle]):
                    receiver = dest[np.uintp(i)]
                    now = _field(states, head, word, shift, mask, receiver)
                    if receiver == machine:
                        now = own
                    key = _key(receiver, now, bundle)
                    last = _home(key, receptions.shape[0])
                    while receptions[last, 0] != key and receptions[last, 1] != 0:
                        last = (last + _ONE) & np.uint64(receptions.shape[0] - 1)
                    after = np.int64(receptions[last, 1]) - 3
                    if after < 0:
                        if after == REFUSED:
                            refused = True
                            break
                        cursor[MISSED], cursor[MISSED_AT] = receiver, now
                        cursor[MISSED_BUNDLE] = bundle
                        _save(cursor, head, machine, row, pending, transitions)
                        return RECEPTION
                    if receiver == machine:
                        own = after
                    else:
                        others_moved |= after != now
                    _turn(vectors, pending, word, shift, receiver, now, after)
                    sum_after += _share(factor, receiver, after - now)
                    received = True
                row += 1
                if refused or not (others_moved or own != config):
                    continue
                if noting and received and used_by[last, 0] == 0:
                    used_by[last, 0] = transitions + 1
                    used_by[last, 1] = head
                hashes[np.uintp(pending)] = _mixed(sum_after)
                origins[np.uintp(pending)] = head
                pending += 1
                transitions += 1
            row = 0
            machine += 1
        machine = 0
        head += 1
    _save(cursor, head, machine, row, pending, transitions)
    if head < level_end:
        return SLICE
    return flush(
        states, parents, slots, vectors, hashes, origins, edges, fields, orbits, cursor, most
    )  # fmt: skip


@njit(cache=True, inline="always")
def _save(cursor: Any, head: Any, machine: Any, row: Any, pending: Any, transitions: Any) -> None:
    cursor[HEAD], cursor[MACHINE], cursor[ROW] = head, machine, row
    cursor[PENDING], cursor[TRANSITIONS] = pending, transitions


@njit(cache=True)
def rebuild(states: Any, tail: int, slots: Any, fields: Any) -> None:
    """Hashes all states anew, into slots that are empty."""
    word, shift, mask, factor = fields
    last = np.uint64(slots.shape[0] - 1)
    hashes = np.empty(BUFFER, np.uint64)
    touched = np.uint64(0)
    for start in range(0, tail, BUFFER):
        end = min(start + BUFFER, tail)
        for index in range(start, end):
            total = np.uint64(0)
            for i in range(word.shape[0]):
                total += _share(factor, i, _field(states, index, word, shift, mask, i))
            hashes[index - start] = _mixed(total)
            touched += slots[hashes[index - start] & last]
        for index in range(start, end):
            at = hashes[index - start] & last
            while slots[at] != 0:
                at = (at + _ONE) & last
            slots[at] = (hashes[index - start] & _TAG) | np.uint64(index + 1)
    if touched == _ONE:  # read, so that the first loads are not optimised away
        slots[0] = slots[0]


@njit(cache=True)
def repack(old: Any, new: Any, tail: int, fields: Any, new_fields: Any) -> None:
    """The same states, with fields of other widths."""
    word, shift, mask, _ = fields
    new_word, new_shift, _, _ = new_fields
    for index in range(tail):
        for machine in range(word.shape[0]):
            value = _field(old, index, word, shift, mask, machine)
            _turn(new, index, new_word, new_shift, machine, 0, value)


@njit(cache=True)
def drop_below(
    states: Any,
    parents: Any,
    start: int,
    end: int,
    fields: Any,
    first: Any,
    local: Any,
    waiting: Any,
) -> int:
    """Marks states that lie below others of the same stretch, which differ only in what waits.

    The last machine is the budget, of which less is more.
    """
    word, shift, mask, factor = fields
    nodes, machines = first.shape[0], word.shape[0]
    size = 1
    while size < 2 * (end - start):
        size *= 2
    latest = np.full(size, -1, np.int64)  # of each kind, and before each the one before it
    earlier = np.full(end - start, -1, np.int64)
    kinds = np.zeros(end - start, np.uint64)
    dropped = 0
    for one in range(start, end):
        total = np.uint64(0)
        for machine in range(machines - 1):
            number = _field(states, one, word, shift, mask, machine)
            if machine < nodes:
                number = np.int64(local[first[machine] + number])
            total += _share(factor, machine, number)
        kind = _mixed(total)
        kinds[one - start] = kind
        at = kind & np.uint64(size - 1)
        other, compared, alive = latest[at], 0, True
        while other >= 0 and alive and compared < MOST_BELOW:
            if kinds[other] == kind and parents[start + other] != _DROPPED:
                compared += 1
                below, above = _compared(states, one, start + other, fields, first, local, waiting)
                if below:
                    parents[one] = _DROPPED
                    dropped += 1
                    alive = False
                elif above:
                    parents[start + other] = _DROPPED
                    dropped += 1
            other = earlier[other]
        if alive:
            earlier[one - start] = latest[at]
            latest[at] = one - start
    return dropped


@njit(cache=True)
def _compared(
    states: Any, one: int, other: int, fields: Any, first: Any, local: Any, waiting: Any
) -> Any:
    """Whether one state lies below another, and above it."""
    word, shift, mask, _ = fields
    nodes, budget = first.shape[0], word.shape[0] - 1
    spent = _field(states, one, word, shift, mask, budget)
    spent_by_other = _field(states, other, word, shift, mask, budget)
    below, above = spent_by_other <= spent, spent <= spent_by_other
    for machine in range(budget):
        a = _field(states, one, word, shift, mask, machine)
        b = _field(states, other, word, shift, mask, machine)
        if a == b:
            continue
        if machine >= nodes:
            return False, False
        a += first[machine]
        b += first[machine]
        if local[a] != local[b]:
            return False, False
        for i in range(waiting.shape[1]):
            below &= (waiting[a, i] & ~waiting[b, i]) == 0
            above &= (waiting[b, i] & ~waiting[a, i]) == 0
    return below, above


@njit(cache=True)
def first_to_show(
    states: Any, start: int, watched: Any, slots: Any, looks: Any, firsts: Any, known: int
) -> Any:
    """Notes each state whose watched bits are new; stops when it has no room for more.

    A slot holds a place in `looks` and `firsts`, plus one: the bits, and the state.
    """
    words, last = watched.shape[0], np.uint64(slots.shape[0] - 1)
    while start < states.shape[0] and known < firsts.shape[0]:
        total = np.uint64(0)
        for i in range(words):
            total = _mixed(total ^ (states[start, i] & watched[i]))
        at = total & last
        while slots[at] != 0:
            differs = np.uint64(0)
            for i in range(words):
                differs |= looks[slots[at] - 1, i] ^ (states[start, i] & watched[i])
            if differs == 0:
                break
            at = (at + _ONE) & last
        if slots[at] == 0:
            for i in range(words):
                looks[known, i] = states[start, i] & watched[i]
            firsts[known] = start
            known += 1
            slots[at] = known
        start += 1
    return start, known
