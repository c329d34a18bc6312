"""The inner loops of the compiled search, as machine code. No other module imports Numba.

The kernel searches the product of numbered automata breadth-first. A state is a vector with one
number for each machine: the number of the machine's configuration. The vector is packed into a few
64-bit words, and each machine has a bit field in one of the words (`layout.Layout`). One more field
of a stored state is the distance back to the state before it. A distance of 0 means that the state
was dropped: it is not expanded. In the buffer, this field is 0.

A machine that can take steps has rows for each of its configurations. To take a row, the kernel
replaces the number of the machine, and then the number of each machine that receives the row's
bundle. This walk knows nothing else about the cluster. If a table entry is not filled in yet, the
walk saves its position in the cursor and stops. Most entries of nodes are then composed here from
the reactions of single local states, and the walk goes on. For any other entry, and for each new
reaction, `search` returns: the caller fills it in and calls again.

Three things make the kernel fast:

- Rows hold only steps that can be taken.
- Successors are collected in a buffer. Before the successors are inserted, one loop only reads
  their hash slots, so that the loads from memory overlap.
- The hash slots are in buckets that fill one cache line each. Beside the index of a state, a slot
  holds a byte of the state's hash. So most searches load one line, and no state but an equal one.

States are compared whole, so equal hashes never merge two different states.

A helper that runs for every transition neither slices an array nor contains a loop. Otherwise Numba
would count references around the helper, which takes longer than the helper's own work. An index
inside `np.uintp(...)` is unsigned, so that Numba does not test whether the index is negative.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numba import boolean, njit, uint32, uint64
from numba.extending import intrinsic

F = TypeVar("F", bound=Callable[..., Any])

BUFFER = 4096  # successors that are collected and then inserted together
# The number of tied renamings of one state that are compared. A state with more renamings may be
# replaced by a vector that is not the smallest of its orbit: the reduction is weaker, still exact.
MAX_TIED_RENAMINGS = 720
# The number of states of one kind that `drop_below` compares with a state. A state below one of the
# states that are not compared is kept.
MAX_COMPARED_STATES = 200
LOADED_AT_ONCE = 256  # slots that are loaded before they are read
MISSING, REFUSED = -3, -2  # table entries: not filled in yet; the crash budget refuses the step
MACHINE_BITS, NUMBER_BITS = 10, 27  # a machine, a configuration and a bundle fit a 64-bit key

# The reasons to return: the end of the level; missing rows; a missing reception; no room in the
# store; the end of a slice; the limit of states; missing views; a missing image; no room to note a
# step; a full buffer of successors.
LEVEL, ROWS, RECEPTION, FULL, SLICE, LIMIT, VIEWS, IMAGE, NOTES, BUFFERED = range(10)
REPEAT = -1  # instead of a reason: compose the entries of the journal again, in their order

# The questions of the composition, whose subjects are at ASKED_AT and ASKED_OF in the cursor:
# - REACTIONS: of the local state of the configuration at a place, without a letter and to each
#   letter of its inbox;
# - LIVE: which letters a local state may still react to; EFFECTS: the number of the effects of an
#   edge at the end of a chain, with all crashes of the chain;
# - IMAGE_OF_LOCAL, IMAGE_OF_LETTER: under a swap; VIEW_OF_LOCAL: of a local state;
# - COSTS: a higher cost than all rows so far; ROOM: an array is full;
# - AUTOMATON: the missing rows, which only the automaton can tell; COPIES: too many copies;
# - LONGER: an inbox of queues has no room for one more letter.
DONE = 0
QUESTIONS = range(BUFFERED + 1, BUFFERED + 12)
REACTIONS, LIVE, EFFECTS, IMAGE_OF_LOCAL, IMAGE_OF_LETTER = QUESTIONS[:5]
VIEW_OF_LOCAL, COSTS, ROOM, AUTOMATON, COPIES, LONGER = QUESTIONS[5:]
NEED_NO_ROOM = frozenset(QUESTIONS) - {ROOM, AUTOMATON}  # after the answers

# The entries of the cursor, which holds the position of the search between two calls:
# - HEAD: the state that is being expanded; MACHINE, ROW: the next row to take out of this state;
# - MOVED: 1 if a row of this state was a transition; TERMINAL: the number of states without one;
# - TAIL: the number of states; TRANSITIONS: the number of transitions;
# - PENDING: the number of successors in the buffer; READY: how many of these are canonical;
# - MISSED, MISSED_AT, MISSED_BUNDLE: machine, configuration and bundle of the missing table entry
#   (for a missing image, MISSED_BUNDLE is the number of the swap);
# - NOTED: the number of noted steps;
# - DEFERRED, LATE, FOUND: how many states, and successors, are deferred, late and found (see
#   `expand_part`);
# - LISTED: the place of the state that is being expanded in a list of states;
# - JOURNALED, REPEATED: how many entries the journal has, and how many of them are composed again.
HEAD, TAIL, TRANSITIONS, MACHINE, ROW, PENDING, MISSED, MISSED_AT, MISSED_BUNDLE, READY = range(10)
MOVED, TERMINAL, NOTED, ASKED_AT, ASKED_OF, DEFERRED, LATE, FOUND, LISTED = range(10, 19)
JOURNALED, REPEATED = range(19, 21)
CURSOR_SIZE = 21

# The arrays of the composition, with one entry each:
# - numbers of entries that are filled in: rows, receptions, both;
ROWS_FILLED, RECEPTIONS_FILLED, ENTRIES = range(3)
# - facts: the kind of the inboxes; the most crashes; whether a row costs by ranks; after how many
#   chains, and at what length, a chain ends;
INBOXES, CRASHES, RANKED, MOST_CHAINS, LONGEST_CHAIN = range(5)
# - sizes of the lists of chains, the number of different ends, and the number of the composition.
BEGUN, ENDED, ENDS, STAMP = range(4)
SETS, COUNTS, QUEUES = range(3)  # the kinds of inboxes
IS_BEGUN, IS_UP, ACTIONS_FAIL, HAS_EQUAL_LABELS = 1, 2, 4, 8  # what is known of a local state
FAILS = -2  # instead of the edges on a letter
UNKNOWN, ALIVE, DEAD, DROPPED = range(4)  # a letter at a local state
MAX_COPIES = (1 << 16) - 1  # of a letter in an inbox; of a queue, the letters of a node
COMPOSED_AT_ONCE = 5_000  # entries that are composed between two checks of the limits

# The hash slots of a store are an array of words, and the same memory as entries and as bytes. Of
# each bucket of eight words, the first twelve bytes are the tags, the last twelve entries are the
# slots, and four bytes are not used. A tag is a byte of the hash, or 0 if the slot is empty. A slot
# is the index of the state plus one. A bucket is filled from its first slot on; when it is full,
# its next states go to the next bucket.
#
# One state in 256 has the tag of another one by chance. If the states are on a disk, it takes long
# to read one in vain. Then there is an array of checks in memory, with 16 more bits of each hash.
WORDS_OF_BUCKET, ENTRIES_OF_BUCKET, BYTES_OF_BUCKET = 8, 16, 64
SLOTS_OF_BUCKET = 12
_FIRST_ENTRY = ENTRIES_OF_BUCKET - SLOTS_OF_BUCKET
_EVERY_BYTE, _HIGHEST_BITS = np.uint64(0x0101010101010101), np.uint64(0x8080808080808080)
_LAST_TAGS = np.uint64(0xFFFFFFFF)  # the bytes of the second word that are tags
_UPPER, _LOWER = np.uint64(0xFFFFFFFF00000000), np.uint64(0xFFFFFFFF)
_ONE = np.uint64(1)
# Functions that only other functions here call are compiled faster without a way in from Python.
_INNER: Any = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
_inner: Callable[[F], F] = njit(cache=True, **_INNER)


_generated: Callable[[F], Any] = intrinsic  # for what Numba has no function


@_generated
def _exchange(context: Any, entries: Any, at: Any, expected: Any, new: Any) -> Any:
    """Set the entry at a place if it is the expected one, in one step; return what it was."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, args[0])
        entry = builder.gep(array.data, [args[1]])
        pair = builder.cmpxchg(entry, args[2], args[3], "acq_rel", "acquire")
        return builder.extract_value(pair, 0)

    return uint32(entries, uint64, uint32, uint32), generate


@_generated
def _load(context: Any, entries: Any, at: Any) -> Any:
    """Return the entry at a place, which other threads may set, and all that was set before it."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, args[0])
        entry = builder.gep(array.data, [args[1]])
        return builder.load_atomic(entry, "acquire", 4)

    return uint32(entries, uint64), generate


@_generated
def _trailing_zeros(context: Any, word: Any) -> Any:
    """Return the place of the lowest bit of a word that is 1."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], context.get_constant(boolean, True))

    return uint64(uint64), generate


@njit(cache=True, inline="always")
def _field(states: Any, index: Any, word: Any, shift: Any, mask: Any, machine: Any) -> Any:
    """Return the number of a machine in the state at `index`."""
    at = np.uintp(machine)
    return np.int64((states[np.uintp(index), word[at]] >> shift[at]) & mask[at])


@njit(cache=True, inline="always")
def _replace_field(
    states: Any, index: Any, word: Any, shift: Any, machine: Any, before: Any, after: Any
) -> None:
    """Replace the number of a machine, which is `before`, by `after`: one XOR of the difference."""
    at = np.uintp(machine)
    states[np.uintp(index), word[at]] ^= np.uint64(before ^ after) << shift[at]


@njit(cache=True, inline="always")
def _distance(states: Any, index: Any, word: Any, shift: Any, mask: Any) -> Any:
    """Return how far back the state before the state at `index` is; 0 if this one is dropped."""
    return _field(states, index, word, shift, mask, word.shape[0] - 1)


@njit(cache=True, inline="always")
def _add_distance(states: Any, index: Any, word: Any, shift: Any, distance: Any) -> None:
    """Set the distance of a state that has none."""
    at = np.uintp(word.shape[0] - 1)
    states[np.uintp(index), word[at]] |= np.uint64(distance) << shift[at]


@njit(cache=True, inline="always")
def _drop(states: Any, index: Any, word: Any, shift: Any, mask: Any) -> None:
    """Mark a state as one that is not expanded."""
    at = np.uintp(word.shape[0] - 1)
    states[np.uintp(index), word[at]] &= ~(mask[at] << shift[at])


@njit(cache=True, inline="always")
def _hash_term(factor: Any, machine: Any, number: Any) -> Any:
    """Return the term that one machine adds to the sum from which a state's hash is computed.

    The sum is linear in the numbers, with one odd factor for each machine. A step therefore changes
    the sum by the terms of the numbers that change, and the successor need not be read again.
    """
    return np.uint64(number) * factor[np.uintp(machine)]


@njit(cache=True, inline="always")
def _mix(total: Any) -> Any:
    """Return the hash for a sum: every bit of the sum influences every bit of the hash."""
    total ^= total >> np.uint64(32)
    total *= np.uint64(0xD6E8FEB86659FD93)
    total ^= total >> np.uint64(32)
    total *= np.uint64(0xD6E8FEB86659FD93)
    return total ^ (total >> np.uint64(32))


@njit(cache=True, inline="always")
def _mix_number(number: Any) -> Any:
    """Return a pseudorandom number for a number."""
    return _mix(number * np.uint64(0x9E3779B97F4A7C15))


@njit(cache=True)
def most_states(words: int) -> int:
    """Return how many states the slots of a store may hold, which are an array of words."""
    return words // WORDS_OF_BUCKET * SLOTS_OF_BUCKET * 9 // 10


@njit(cache=True, inline="always")
def _buckets(words: Any) -> Any:
    """Return how many buckets the slots of a store have."""
    return np.uint64(words.shape[0]) >> np.uint64(3)


@njit(cache=True, inline="always")
def _first_bucket(state_hash: Any, buckets: Any) -> Any:
    """Return the bucket of a store where the search for a state begins.

    It depends on the lower half of the hash, and the tag on the upper half.
    """
    return ((state_hash & _LOWER) * buckets) >> np.uint64(32)


@njit(cache=True, inline="always")
def _next_bucket(bucket: Any, buckets: Any) -> Any:
    """Return the bucket of a store after another one; the first one follows the last one."""
    return bucket + _ONE if bucket + _ONE < buckets else np.uint64(0)


@njit(cache=True, inline="always")
def _tag(state_hash: Any) -> Any:
    """Return the tag of a state, which is never 0."""
    tag = state_hash >> np.uint64(56)
    return tag if tag != 0 else _ONE


@njit(cache=True, inline="always")
def _check(state_hash: Any) -> Any:
    """Return the check of a state."""
    return np.uint16((state_hash >> np.uint64(40)) & np.uint64(0xFFFF))


@njit(cache=True, inline="always")
def _zero_bytes(word: Any) -> Any:
    """Return a word with the highest bit of each byte that is 0 in the given word, else no bits."""
    rest = ~_HIGHEST_BITS
    return ~(((word & rest) + rest) | word | rest)


@njit(cache=True, inline="always")
def _equal_tags(words: Any, bucket: Any, tag: Any) -> Any:
    """Return for the first eight slots of a bucket, and for the last four, which have a tag.

    Both are words with one bit for each slot, as `_nth` expects.
    """
    at, pattern = np.uintp(bucket << np.uint64(3)), tag * _EVERY_BYTE
    first = _zero_bytes(words[at] ^ pattern)
    return first, _zero_bytes(words[at + np.uintp(1)] ^ pattern) & _LAST_TAGS


@njit(cache=True, inline="always")
def _possible_slots(words: Any, bucket: Any, tag: Any) -> Any:
    """Return for the slots of a bucket, as `_equal_tags` does, which have a tag or none."""
    at, pattern = np.uintp(bucket << np.uint64(3)), tag * _EVERY_BYTE
    low, high = words[at], words[at + np.uintp(1)]
    first = _zero_bytes(low ^ pattern) | _zero_bytes(low)
    return first, (_zero_bytes(high ^ pattern) | _zero_bytes(high)) & _LAST_TAGS


@njit(cache=True, inline="always")
def _nth(first: Any, last: Any) -> Any:
    """Return the lowest slot of those in two words of `_equal_tags`, which are not both 0."""
    if first != 0:
        return _trailing_zeros(first) >> np.uint64(3)
    return np.uint64(8) + (_trailing_zeros(last) >> np.uint64(3))


@njit(cache=True, inline="always")
def _without_lowest(first: Any, last: Any) -> Any:
    """Return two words of `_equal_tags` without their lowest slot."""
    if first != 0:
        return first & (first - _ONE), last
    return first, last & (last - _ONE)


@njit(cache=True, inline="always")
def _entry_at(bucket: Any, nth: Any) -> Any:
    """Return the place of a slot among the entries."""
    return bucket * np.uint64(ENTRIES_OF_BUCKET) + np.uint64(_FIRST_ENTRY) + nth


@njit(cache=True, inline="always")
def _tag_at(entry: Any) -> Any:
    """Return the place of the tag of a slot among the bytes."""
    bucket, nth = entry >> np.uint64(4), (entry & np.uint64(15)) - np.uint64(_FIRST_ENTRY)
    return bucket * np.uint64(BYTES_OF_BUCKET) + nth


@njit(cache=True, inline="always")
def _copy(vectors: Any, at: Any, states: Any, index: Any) -> None:
    """Copy one packed state. The first three words are copied without a loop.

    Numba would turn a loop over so short a range into a call, which costs more than the copies.
    """
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
    """Return the key of a reception: machine, configuration and bundle in one word."""
    high = (np.uint64(machine) << np.uint64(NUMBER_BITS)) | np.uint64(config)
    return (high << np.uint64(NUMBER_BITS)) | np.uint64(bundle)


@njit(cache=True, inline="always")
def _first_probe(key: Any, size: Any) -> Any:
    """Return the place in a table of receptions where the search for a key begins.

    A place holds key and value side by side, so that one load brings both.
    """
    mixed = key * np.uint64(0x9E3779B97F4A7C15)
    return (mixed ^ (mixed >> np.uint64(32))) & np.uint64(size - 1)


@njit(cache=True)
def _find_place(receptions: Any, key: Any) -> Any:
    """Return the place of a key, or the empty place where the key belongs."""
    at = _first_probe(key, receptions.shape[0])
    while receptions[at, 0] != key and receptions[at, 1] != 0:
        at = (at + _ONE) & np.uint64(receptions.shape[0] - 1)
    return at


@njit(cache=True)
def add_reception(receptions: Any, machine: int, config: int, bundle: int, after: int) -> None:
    """Store the configuration that a machine has after it receives a bundle.

    The stored value is `after` plus three: an empty place is then 0 (MISSING), and REFUSED is 1.
    """
    key = _key(machine, config, bundle)
    at = _find_place(receptions, key)
    receptions[at, 0] = key
    receptions[at, 1] = np.uint64(after + 3)


@njit(cache=True)
def move_receptions(old: Any, new: Any) -> None:
    """Insert all receptions of a table into a larger table."""
    for i in range(old.shape[0]):
        if old[i, 1] != 0:
            at = _find_place(new, old[i, 0])
            new[at, 0] = old[i, 0]
            new[at, 1] = old[i, 1]


@njit(cache=True)
def mix_each(numbers: Any) -> Any:
    """Return a pseudorandom number for each number; equal numbers give equal results."""
    out = np.zeros_like(numbers)
    for i in range(numbers.shape[0]):
        out[i] = _mix_number(numbers[i])
    return out


@njit(cache=True)
def views_of(locals_: Any, wholes: Any) -> Any:
    """Return the views of the names, given numbers for the local state and for the whole."""
    out = np.zeros_like(wholes)
    for i in range(wholes.shape[0]):
        out[i] = _view(_mix_number(locals_[i]), wholes[i])
    return out


@njit(cache=True, inline="always")
def _view(rough: Any, whole: Any) -> Any:
    """Return a view, which is never 0.

    The upper half of a view describes the local state alone, and the lower 24 bits the inbox as
    well. The kernel compares sums of views, so the local states decide the order of names first:
    states that differ only in their inboxes then get the same order. The 8 bits between hold the
    carries.
    """
    return rough & _UPPER | _mix_number(whole) >> np.uint64(40) | _ONE


@njit(cache=True)
def canonise(vectors: Any, hashes: Any, fields: Any, orbits: Any, cursor: Any) -> int:
    """Replace each successor in the buffer by the representative of its orbit; compute its hash.

    The interchangeable names are sorted by the sums of their views over all machines, with swaps of
    neighbours. Two names may have equal sums although swapping them changes the state. Such names
    are tied: of all renamings that swap tied names, the one with the smallest vector is taken.
    """
    word, shift, mask, factor, _ = fields
    first_row, views, _, swap_after, _, scratch, sums = orbits
    names, machines = swap_after.shape[0], first_row.shape[0]
    for at in range(cursor[READY], cursor[PENDING]):
        cursor[READY] = at
        for n in range(names):
            sums[n] = 0
        for machine in range(machines):
            number = _field(vectors, at, word, shift, mask, machine)
            scratch[0, machine] = number
            row = first_row[machine] + number
            if views[row, 0] == 0:  # not filled in yet: a view is never 0
                cursor[MISSED], cursor[MISSED_AT] = machine, number
                return VIEWS
            for n in range(names):
                sums[n] += views[row, n]
        # Sort the names: row 0 of the scratch holds the renamed state.
        unsorted = True
        while unsorted:
            unsorted = False
            for n in range(names):
                if swap_after[n] >= 0 and sums[n] > sums[n + 1]:
                    if not _apply_swap(orbits, 0, 1, swap_after[n], cursor):
                        return IMAGE
                    for machine in range(machines):
                        scratch[0, machine] = scratch[1, machine]
                    sums[n], sums[n + 1] = sums[n + 1], sums[n]
                    unsorted = True
        tied = False
        for n in range(names):
            if swap_after[n] >= 0 and sums[n] == sums[n + 1]:
                if not _apply_swap(orbits, 0, 1, swap_after[n], cursor):
                    return IMAGE
                for machine in range(machines):
                    tied |= scratch[0, machine] != scratch[1, machine]
        if tied and not _choose_among_tied(orbits, cursor):
            return IMAGE
        total = np.uint64(0)
        for machine in range(factor.shape[0]):
            number = _field(vectors, at, word, shift, mask, machine)
            if machine < machines:  # the crash budget comes after these and is never renamed
                _replace_field(vectors, at, word, shift, machine, number, scratch[0, machine])
                number = scratch[0, machine]
            total += _hash_term(factor, machine, number)
        hashes[at] = _mix(total)
    cursor[READY] = cursor[PENDING]
    return LEVEL


@_inner
def _apply_swap(orbits: Any, source: int, to: int, swap: int, cursor: Any) -> bool:
    """Write the state in row `source` of the scratch, with two names swapped, into row `to`.

    Return False if an image is not filled in yet.
    """
    first_row, _, images, _, targets, scratch, _ = orbits
    for machine in range(first_row.shape[0]):
        number = scratch[source, machine]
        image = images[first_row[machine] + number, swap]
        if image == MISSING:
            cursor[MISSED], cursor[MISSED_AT], cursor[MISSED_BUNDLE] = machine, number, swap
            return False
        scratch[to, targets[swap, machine]] = image
    return True


@_inner
def _choose_among_tied(orbits: Any, cursor: Any) -> bool:
    """Put the smallest of all states that swaps of tied neighbours lead to into row 0.

    The rows of the scratch are the queue of a search. Return False if an image is not filled in.
    """
    first_row, _, _, swap_after, _, scratch, sums = orbits
    machines, found, smallest, at = first_row.shape[0], 1, 0, 0
    while at < found:
        for n in range(swap_after.shape[0]):
            if swap_after[n] < 0 or sums[n] != sums[n + 1] or found == MAX_TIED_RENAMINGS:
                continue
            if not _apply_swap(orbits, at, found, swap_after[n], cursor):
                return False
            known = False
            for other in range(found):
                same = True
                for machine in range(machines):
                    same &= scratch[other, machine] == scratch[found, machine]
                known |= same
            if not known:
                for machine in range(machines):
                    if scratch[found, machine] != scratch[smallest, machine]:
                        if scratch[found, machine] < scratch[smallest, machine]:
                            smallest = found
                        break
                found += 1
        at += 1
    for machine in range(machines):
        scratch[0, machine] = scratch[smallest, machine]
    return True


@_inner
def _load_ahead(states: Any, tail: Any, slots: Any, hashes: Any, cursor: Any) -> None:
    """Load all slots of the successors in the buffer, then all states whose tag fits.

    None of these loads depends on another one, so they overlap; whoever looks for the successors
    then finds the data in the cache.
    """
    words, entries, _, checks = slots
    pending, buckets, touched = cursor[PENDING], _buckets(words), np.uint64(0)
    for i in range(pending):
        touched += words[np.uintp(_first_bucket(hashes[i], buckets) << np.uint64(3))]
    for i in range(pending):
        bucket = _first_bucket(hashes[i], buckets)
        first, last = _equal_tags(words, bucket, _tag(hashes[i]))
        if first | last != 0:
            known = np.int64(entries[np.uintp(_entry_at(bucket, _nth(first, last)))]) - 1
            if known < 0 or known >= tail:
                continue
            if checks.shape[0] == 0 or checks[np.uintp(known)] == _check(hashes[i]):
                touched += states[np.uintp(known), 0]
    # Use the sum, so that the compiler does not optimise the loads away.
    cursor[MISSED_AT] = np.int64(touched & _LOWER)


@njit(cache=True)
def flush(
    states: Any, slots: Any, vectors: Any, hashes: Any, origins: Any, edges: Any,
    fields: Any, orbits: Any, cursor: Any, max_states: int,
) -> int:  # fmt: skip
    """Insert the successors of the buffer, in order, and empty the buffer.

    Insert nothing if the store has no room, or its field for distances is too narrow (FULL). Stop
    at the limit of states (LIMIT). If `edges` is not empty, record each transition: the state
    before it, the state after it, and its bundle.
    """
    pending = cursor[PENDING]
    if orbits[3].shape[0] > 0 and cursor[READY] < pending:  # some names are interchangeable
        status = canonise(vectors, hashes, fields, orbits, cursor)
        if status != LEVEL:
            return status
    tail = cursor[TAIL]
    word, shift, mask, _, own = fields
    lines, entries, tags, checks = slots
    buckets, words, checking = _buckets(lines), states.shape[1], checks.shape[0] > 0
    if tail + pending > states.shape[0] or tail + pending > most_states(lines.shape[0]):
        return FULL
    if checking and tail + pending > checks.shape[0]:
        return FULL
    first_origin = tail
    for i in range(pending):
        first_origin = min(first_origin, np.int64(origins[i, 0]))
    if np.uint64(tail + pending - first_origin) > mask[word.shape[0] - 1]:
        return FULL
    recording, first_edge = edges.shape[0] > 0, cursor[TRANSITIONS] - pending
    if recording and first_edge + pending > edges.shape[0]:
        return FULL
    _load_ahead(states, tail, slots, hashes, cursor)
    for i in range(pending):
        bucket, tag, known, is_known = (
            *(_first_bucket(hashes[i], buckets), _tag(hashes[i])),
            *(np.uint64(0), False),
        )
        while True:
            first, last = _equal_tags(lines, bucket, tag)
            while first | last != 0:
                known = np.uint64(entries[np.uintp(_entry_at(bucket, _nth(first, last)))]) - _ONE
                first, last = _without_lowest(first, last)
                if checking and checks[np.uintp(known)] != _check(hashes[i]):
                    continue
                differs = np.uint64(0)
                for k in range(words):
                    differs |= (states[np.uintp(known), k] & own[k]) ^ vectors[i, k]
                if differs == 0:
                    is_known = True
                    break
            if is_known:
                break
            first, last = _equal_tags(lines, bucket, np.uint64(0))
            if first | last == 0:  # the bucket is full
                bucket = _next_bucket(bucket, buckets)
                continue
            if tail >= max_states:
                cursor[TAIL] = tail
                cursor[TRANSITIONS] -= pending - i - 1
                cursor[PENDING] = cursor[READY] = 0
                return LIMIT
            known, entry = np.uint64(tail), _entry_at(bucket, _nth(first, last))
            entries[np.uintp(entry)] = np.uint32(tail + 1)
            tags[np.uintp(_tag_at(entry))] = np.uint8(tag)
            if checking:
                checks[np.uintp(tail)] = _check(hashes[i])
            _copy(states, tail, vectors, i)
            _add_distance(states, tail, word, shift, tail - np.int64(origins[i, 0]))
            tail += 1
            break
        if recording:
            edges[first_edge + i, 0] = origins[i, 0]
            edges[first_edge + i, 1] = known
            edges[first_edge + i, 2] = origins[i, 1]
    cursor[TAIL] = tail
    cursor[PENDING] = cursor[READY] = 0
    return LEVEL


@_inner
def expand(
    states: Any, vectors: Any, hashes: Any, origins: Any, fields: Any,
    row_span: Any, row_next: Any, row_bundle: Any,
    dest_at: Any, dest_count: Any, dest: Any, receptions: Any,
    noted: Any, note_slots: Any, watched: Any, deferred: Any,
    cursor: Any, level_end: int, cost: int, slice_size: int,
) -> int:  # fmt: skip
    """Take the rows of one cost out of the states from HEAD up to the end of a level.

    Return why the kernel stopped: at the end of the level, after `slice_size` states, at a full
    buffer, or at a missing table entry. If there is room in `deferred`, a state with a missing
    entry, or with more successors than fit the buffer, is listed there instead. It then has no
    successors in the buffer, and any other state has all or none.

    The rows `row_span[machine, config, cost - 1]` up to `row_span[machine, config, cost]` have this
    cost. The receivers of a bundle are `dest_count[bundle]` machines from `dest[dest_at[bundle]]`.
    If `note_slots` is not empty, note each transition whose observations before and after it are
    not those of a noted one (see `_note_step`). `watched` are the bits of the watchers.
    """
    word, shift, mask, factor, _ = fields
    head, machine, row = cursor[HEAD], cursor[MACHINE], cursor[ROW]
    pending, transitions = cursor[PENDING], cursor[TRANSITIONS]
    moved = cursor[MOVED]
    stop_at = min(level_end, head + slice_size)
    machines, notes, seen_sum = row_span.shape[0], note_slots.shape[0] > 0, np.uint64(0)
    room, defers, misses = vectors.shape[0], deferred.shape[0] > 0, False
    while head < stop_at:
        if _distance(states, head, word, shift, mask) == 0:
            head += 1
            continue
        pending_before, transitions_before = pending, transitions
        total = np.uint64(0)
        for i in range(factor.shape[0]):
            total += _hash_term(factor, i, _field(states, head, word, shift, mask, i))
        if notes:
            seen_sum = _seen_sum(states, head, fields, machines)
        while machine < machines:
            config = _field(states, head, word, shift, mask, machine)
            start = row_span[np.uintp(machine), np.uintp(config), np.uintp(cost - 1)]
            count = row_span[np.uintp(machine), np.uintp(config), np.uintp(cost)] - start
            if start == MISSING:
                if defers:
                    misses = True
                    break
                cursor[MISSED], cursor[MISSED_AT] = machine, config
                _save(cursor, head, machine, row, pending, transitions, moved)
                return ROWS
            while row < count:
                if pending == room:
                    if not defers:
                        _save(cursor, head, machine, row, pending, transitions, moved)
                        return BUFFERED
                    if pending_before > 0:
                        _save(cursor, head, 0, 0, pending_before, transitions_before, 0)
                        return BUFFERED
                    misses = True
                    break
                if notes and cursor[NOTED] == noted.shape[0]:
                    _save(cursor, head, machine, row, pending, transitions, moved)
                    return NOTES
                # Build the successor in place, as the next entry of the buffer.
                _copy(vectors, pending, states, head)
                _drop(vectors, pending, word, shift, mask)
                own = np.int64(row_next[np.uintp(start + row)])
                bundle = np.uintp(row_bundle[np.uintp(start + row)])
                _replace_field(vectors, pending, word, shift, machine, config, own)
                sum_after = total + _hash_term(factor, machine, own - config)
                others_moved = False
                refused = False
                for i in range(dest_at[bundle], dest_at[bundle] + dest_count[bundle]):
                    receiver = dest[np.uintp(i)]
                    before = _field(states, head, word, shift, mask, receiver)
                    if receiver == machine:  # a node that sends to itself receives after its step
                        before = own
                    key = _key(receiver, before, bundle)
                    at = _first_probe(key, receptions.shape[0])
                    while receptions[at, 0] != key and receptions[at, 1] != 0:
                        at = (at + _ONE) & np.uint64(receptions.shape[0] - 1)
                    after = np.int64(receptions[at, 1]) - 3
                    if after < 0:
                        if after == REFUSED:
                            refused = True
                            break
                        if defers:
                            misses = True
                            break
                        cursor[MISSED], cursor[MISSED_AT] = receiver, before
                        cursor[MISSED_BUNDLE] = bundle
                        _save(cursor, head, machine, row, pending, transitions, moved)
                        return RECEPTION
                    if receiver == machine:
                        own = after
                    else:
                        others_moved |= after != before
                    _replace_field(vectors, pending, word, shift, receiver, before, after)
                    sum_after += _hash_term(factor, receiver, after - before)
                if misses:
                    break
                row += 1
                # A refused crash and a step that changes nothing are not transitions: the next
                # successor overwrites this entry of the buffer.
                if refused or not (others_moved or own != config):
                    continue
                if notes:
                    change = _seen_change(states, head, vectors, pending, fields, machines, machine)
                    _note_step(
                        states, head, noted, note_slots, watched, seen_sum, change,
                        transitions + 1, cursor,
                    )  # fmt: skip
                hashes[np.uintp(pending)] = _mix(sum_after)
                origins[np.uintp(pending), 0] = head
                origins[np.uintp(pending), 1] = bundle
                pending += 1
                transitions += 1
                moved = 1
            row = 0
            if misses:
                break
            machine += 1
        if misses:
            deferred[cursor[DEFERRED]] = head
            cursor[DEFERRED] += 1
            pending, transitions, misses = pending_before, transitions_before, False
        elif moved == 0:
            cursor[TERMINAL] += 1
        moved = 0
        machine = 0
        head += 1
    _save(cursor, head, machine, row, pending, transitions, moved)
    return SLICE if head < level_end else LEVEL


@njit(cache=True, inline="always")
def _save(
    cursor: Any, head: Any, machine: Any, row: Any, pending: Any, transitions: Any, moved: Any
) -> None:
    """Save the position of `expand` in the cursor, so that the next call continues there."""
    cursor[HEAD], cursor[MACHINE], cursor[ROW] = head, machine, row
    cursor[PENDING], cursor[TRANSITIONS], cursor[MOVED] = pending, transitions, moved


@njit(cache=True, inline="always")
def _seen_sum(states: Any, index: Any, fields: Any, nodes: Any) -> Any:
    """Return the sum of the hash terms of the watchers, which follow the nodes."""
    word, shift, mask, factor, _ = fields
    total = np.uint64(0)
    for watcher in range(nodes, 2 * nodes):
        total += _hash_term(factor, watcher, _field(states, index, word, shift, mask, watcher))
    return total


@njit(cache=True, inline="always")
def _seen_change(
    states: Any, index: Any, vectors: Any, at: Any, fields: Any, nodes: Any, node: Any
) -> Any:
    """Return how a step of a node changes the observation: its watcher and the new number, or 0.

    A step of a node changes nothing that the watchers of other nodes observe.
    """
    word, shift, mask, _, _ = fields
    before = _field(states, index, word, shift, mask, nodes + node)
    after = _field(vectors, at, word, shift, mask, nodes + node)
    return ((nodes + node) << NUMBER_BITS) | after if before != after else 0


@njit(cache=True, inline="always")
def _first_note(seen_sum: Any, change: Any, size: Any) -> Any:
    """Return the slot where the search for a noted step begins."""
    return _mix(seen_sum + np.uint64(change) * np.uint64(0x9E3779B97F4A7C15)) & np.uint64(size - 1)


@_inner
def _note_step(
    states: Any, index: Any, noted: Any, slots: Any, watched: Any, seen_sum: Any, change: Any,
    transition: Any, cursor: Any,
) -> None:  # fmt: skip
    """Note a step out of the state at `index`, unless an equal step is noted.

    Two steps are equal if the observations before them are equal, and `change`, too. A noted step
    is the state before it, its transition (from 1), and its change. A slot is its place plus one.
    """
    last, words = np.uint64(slots.shape[0] - 1), watched.shape[0]
    at = _first_note(seen_sum, change, slots.shape[0])
    while slots[at] != 0:
        nth = slots[at] - 1
        if noted[nth, 2] == change:
            differs = np.uint64(0)
            for i in range(words):
                differs |= (states[noted[nth, 0], i] ^ states[index, i]) & watched[i]
            if differs == 0:
                return
        at = (at + _ONE) & last
    known = cursor[NOTED]
    noted[known, 0], noted[known, 1], noted[known, 2] = index, transition, change
    cursor[NOTED] = slots[at] = known + 1


@njit(cache=True)
def rebuild_notes(states: Any, noted: Any, known: int, slots: Any, fields: Any, nodes: int) -> None:
    """Insert all noted steps into slots that are empty."""
    last = np.uint64(slots.shape[0] - 1)
    for nth in range(known):
        seen_sum = _seen_sum(states, noted[nth, 0], fields, nodes)
        at = _first_note(seen_sum, noted[nth, 2], slots.shape[0])
        while slots[at] != 0:
            at = (at + _ONE) & last
        slots[at] = nth + 1


@njit(cache=True, nogil=True)
def rebuild(states: Any, begin: int, end: int, slots: Any, fields: Any) -> None:
    """Insert some states, none of which is there. Other threads may insert other states."""
    word, shift, mask, factor, _ = fields
    lines, entries, tags, checks = slots
    buckets = _buckets(lines)
    hashes = np.empty(BUFFER, np.uint64)
    for start in range(begin, end, BUFFER):
        stop, touched = min(start + BUFFER, end), np.uint64(0)
        for index in range(start, stop):
            total = np.uint64(0)
            for i in range(factor.shape[0]):
                total += _hash_term(factor, i, _field(states, index, word, shift, mask, i))
            hashes[index - start] = _mix(total)
        # A loop of its own, which is short enough for loads of many states to overlap.
        for nth in range(stop - start):
            touched += lines[np.uintp(_first_bucket(hashes[nth], buckets) << np.uint64(3))]
        for index in range(start, stop):
            bucket, new = _first_bucket(hashes[index - start], buckets), np.uint32(index + 1)
            entry, is_placed = np.uint64(0), False
            while not is_placed:
                first, last = _equal_tags(lines, bucket, np.uint64(0))
                while first | last != 0 and not is_placed:
                    entry = _entry_at(bucket, _nth(first, last))
                    is_placed = _exchange(entries, entry, np.uint32(0), new) == 0
                    first, last = _without_lowest(first, last)
                bucket = _next_bucket(bucket, buckets)
            tags[np.uintp(_tag_at(entry))] = np.uint8(_tag(hashes[index - start]))
            if checks.shape[0] > 0:
                checks[index] = _check(hashes[index - start])
        hashes[0] = touched  # uses the sum, so that the loads are not optimised away


# -- threads ---------------------------------------------------------------------------------------
#
# Several threads expand one slice of a level, each a part of its states (`expand_part`). They read
# tables and states, and change none. A successor that is not in the store is found, and gets a slot
# with its place among all that was found, after the states. Of equal ones the first place wins. The
# parts are in the order of their states, so the same ones win whatever thread comes first. When all
# threads are done, the new states get their indices (`store_part`), or their slots are emptied
# (`forget_part`).


@njit(cache=True, nogil=True)
def expand_part(
    states: Any, slots: Any, vectors: Any, hashes: Any, origins: Any, is_late: Any,
    found: Any, late: Any, fields: Any, orbits: Any,
    row_span: Any, row_next: Any, row_bundle: Any,
    dest_at: Any, dest_count: Any, dest: Any, receptions: Any,
    noted: Any, note_slots: Any, watched: Any, deferred: Any,
    cursor: Any, end: int, cost: int, tail: int, first: int, room: int,
) -> int:  # fmt: skip
    """Expand states; return FULL if what is found, or late, does not fit its arrays.

    A state with a missing row or reception is deferred. A successor with a missing view or image is
    late. What this thread finds has the places from `first` on.
    """
    late_vectors, late_origins = late
    while True:
        status = expand(
            states, vectors, hashes, origins, fields,
            row_span, row_next, row_bundle, dest_at, dest_count, dest, receptions,
            noted, note_slots, watched, deferred, cursor, end, cost, end - cursor[HEAD],
        )  # fmt: skip
        pending = cursor[PENDING]
        if pending + max(cursor[FOUND], cursor[LATE]) > room:
            return FULL
        for at in range(pending):
            is_late[at] = False
        if orbits[3].shape[0] > 0:
            while canonise(vectors, hashes, fields, orbits, cursor) != LEVEL:
                at, to = cursor[READY], cursor[LATE]
                is_late[at] = True
                _copy(late_vectors, to, vectors, at)
                late_origins[to, 0], late_origins[to, 1] = origins[at, 0], origins[at, 1]
                cursor[LATE] += 1
                cursor[READY] += 1
        _find(states, slots, vectors, hashes, origins, is_late, found, fields, cursor, tail, first)
        cursor[PENDING] = cursor[READY] = 0
        if status == LEVEL:
            return LEVEL


@_inner
def _find(
    states: Any, slots: Any, vectors: Any, hashes: Any, origins: Any, is_late: Any, found: Any,
    fields: Any, cursor: Any, tail: int, first: int,
) -> None:  # fmt: skip
    """Find those successors of the buffer that are not late, and give them slots."""
    found_vectors, found_origins, is_new, placed, found_checks = found
    own, is_stored = fields[4], found_origins.shape[0] == 0
    lines, entries, tags, checks = slots
    buckets, words, pending = _buckets(lines), states.shape[1], cursor[PENDING]
    checking = checks.shape[0] > 0
    place = first + cursor[FOUND]
    _load_ahead(states, tail, slots, hashes, cursor)
    for i in range(pending):
        if is_late[i]:
            continue
        bucket, tag = _first_bucket(hashes[i], buckets), _tag(hashes[i])
        mine, is_ready, is_over = np.uint32(tail + place + 1), False, False
        while not is_over:
            # Another thread may have filled a slot and not its tag yet, so that slots without a tag
            # are possible, too. All tags are read at once: none is missed that is set in between.
            low, high = _possible_slots(lines, bucket, tag)
            while low | high != 0 and not is_over:
                entry = _entry_at(bucket, _nth(low, high))
                slot = _load(entries, entry)
                while True:
                    other = np.int64(-1)
                    if slot != 0:
                        known, differs = np.int64(slot) - 1, np.uint64(0)
                        if known < tail:
                            if checking and checks[np.uintp(known)] != _check(hashes[i]):
                                break
                            for k in range(words):
                                vector = states[np.uintp(known), k] & own[k]
                                differs |= vector ^ vectors[i, k]
                        else:
                            other = known - tail
                            for k in range(words):
                                vector = found_vectors[np.uintp(other), k] & own[k]
                                differs |= vector ^ vectors[i, k]
                        if differs != 0:
                            break
                        if other < place:
                            is_over = True
                            break
                    # The slot is empty, or an equal successor of a later part has it.
                    if not is_ready:
                        _copy(found_vectors, place, vectors, i)
                        origin = np.int64(origins[i, 0])
                        if is_stored:
                            distance = tail + place - origin
                            _add_distance(found_vectors, place, fields[0], fields[1], distance)
                            if checking:
                                checks[np.uintp(tail + place)] = _check(hashes[i])
                        else:
                            found_origins[place] = origin
                            found_checks[place] = _check(hashes[i])
                        is_new[place], is_ready = True, True
                    seen = _exchange(entries, entry, slot, mine)
                    if seen == slot:
                        tags[np.uintp(_tag_at(entry))] = np.uint8(tag)
                        if other >= 0:
                            is_new[other] = False
                        placed[place] = entry
                        place += 1
                        is_over = True
                        break
                    slot = seen
                low, high = _without_lowest(low, high)
            bucket = _next_bucket(bucket, buckets)
    cursor[FOUND] = place - first


@njit(cache=True, nogil=True)
def store_part(
    states: Any, slots: Any, found: Any, fields: Any, begin: int, end: int, index: int
) -> None:
    """Store the new states at the places from `begin` to `end`, from an index upwards.

    In the first part, every place won, so that the slots hold these indices already.
    """
    found_vectors, found_origins, is_new, placed, found_checks = found
    entries, checks = slots[1], slots[3]
    word, shift, _, _, _ = fields
    is_settled, touched = begin == 0, np.uint64(0)
    for place in range(begin, end):
        if not is_settled and (place - begin) % LOADED_AT_ONCE == 0:
            for ahead in range(place, min(place + LOADED_AT_ONCE, end)):
                touched += entries[placed[ahead]]  # see `_load_ahead`
        if is_new[place]:
            _copy(states, index, found_vectors, place)
            _add_distance(states, index, word, shift, index - np.int64(found_origins[place]))
            if checks.shape[0] > 0:
                checks[index] = found_checks[place]
            if not is_settled:
                entries[placed[place]] = np.uint32(index + 1)
            index += 1
    if touched == _ONE:  # uses the sum, so that the loads are not optimised away
        placed[begin] = 0


@njit(cache=True)
def forget_part(slots: Any, placed: Any, begin: int, end: int) -> None:
    """Empty the slots of what has the places from `begin` to `end`."""
    _, entries, tags, _ = slots
    for place in range(begin, end):
        entries[placed[place]] = 0
        tags[_tag_at(placed[place])] = 0


@njit(cache=True, nogil=True)
def repack(old: Any, new: Any, begin: int, end: int, fields: Any, new_fields: Any) -> None:
    """Copy the states from `begin` to `end` into an array whose fields have other widths.

    Both arrays may begin at the same place in memory. Wider rows are therefore written from the
    last one back, so that a row that is not read yet is never overwritten.
    """
    word, shift, mask, _, _ = fields
    new_word, new_shift, _, _, _ = new_fields
    row, words = np.empty((1, old.shape[1]), np.uint64), new.shape[1]
    is_wider = words > old.shape[1]
    for nth in range(end - begin):
        index = end - 1 - nth if is_wider else begin + nth
        _copy(row, 0, old, index)
        for i in range(words):
            new[index, i] = 0
        for machine in range(word.shape[0]):
            value = _field(row, 0, word, shift, mask, machine)
            _replace_field(new, index, new_word, new_shift, machine, 0, value)


@njit(cache=True)
def farthest(states: Any, tail: int, fields: Any) -> Any:
    """Return the largest distance of a state to the state before it."""
    word, shift, mask, _, _ = fields
    most = np.int64(0)
    for index in range(tail):
        most = max(most, _distance(states, index, word, shift, mask))
    return most


@njit(cache=True, nogil=True)
def kinds_of(
    states: Any, start: int, begin: int, end: int, fields: Any, first_row: Any, local: Any,
    kinds: Any,
) -> None:  # fmt: skip
    """Note the kinds of the states from `begin` to `end`, beginning with that of state `start`.

    States of one kind agree in all local states and observations, or have equal hashes. The last
    machine is the crash budget, which does not count.
    """
    word, shift, mask, factor, _ = fields
    nodes, machines = first_row.shape[0], factor.shape[0]
    for index in range(begin, end):
        total = np.uint64(0)
        for machine in range(machines - 1):
            number = _field(states, index, word, shift, mask, machine)
            if machine < nodes:
                number = np.int64(local[first_row[machine] + number])
            total += _hash_term(factor, machine, number)
        kinds[index - start] = _mix(total)


@njit(cache=True, nogil=True)
def drop_below(
    states: Any, start: int, end: int, fields: Any, first_row: Any, local: Any,
    inboxes: Any, kinds: Any, latest: Any, earlier: Any, nth: int, of: int,
) -> int:  # fmt: skip
    """Mark the states from `start` to `end` that lie below another one of these; return the count.

    The states in a bucket of kinds are chained, as offsets from `start`: `latest` is the latest
    state in each bucket, and `earlier` the state before each state in its bucket; -1 is the end of
    a chain. Only every `of`-th bucket is compared, from the `nth` on.

    For the configuration in row `first_row[node] + number`, `local` is the number of its local
    state, and `inboxes` is its inbox as a set of bits.
    """
    word, shift, mask, _, _ = fields
    last, dropped = np.uint64(latest.shape[0] - 1), 0
    mine, count = np.uint64(nth), np.uint64(of)
    for index in range(start, end):
        kind = kinds[index - start]
        at = kind & last
        if at % count != mine:
            continue
        other, compared, alive = latest[at], 0, True
        while other >= 0 and alive and compared < MAX_COMPARED_STATES:
            if kinds[other] == kind and _distance(states, start + other, word, shift, mask) != 0:
                compared += 1
                below, above = _compare(
                    states, index, start + other, fields, first_row, local, inboxes
                )
                if below:
                    _drop(states, index, word, shift, mask)
                    dropped += 1
                    alive = False
                elif above:
                    _drop(states, start + other, word, shift, mask)
                    dropped += 1
            other = earlier[other]
        if alive:
            earlier[index - start] = latest[at]
            latest[at] = index - start
    return dropped


@_inner
def _compare(
    states: Any, index: int, other: int, fields: Any, first_row: Any, local: Any, inboxes: Any
) -> Any:
    """Return whether the state at `index` lies below the other state, and whether it lies above.

    A state lies below another one if both agree in all local states and observations, the state has
    spent at least as many crashes, and each of its inboxes is contained in that of the other.
    """
    word, shift, mask, factor, _ = fields
    nodes, budget = first_row.shape[0], factor.shape[0] - 1
    spent = _field(states, index, word, shift, mask, budget)
    spent_by_other = _field(states, other, word, shift, mask, budget)
    below, above = spent_by_other <= spent, spent <= spent_by_other
    for machine in range(budget):
        a = _field(states, index, word, shift, mask, machine)
        b = _field(states, other, word, shift, mask, machine)
        if a == b:
            continue
        if machine >= nodes:  # the observations differ
            return False, False
        a += first_row[machine]
        b += first_row[machine]
        if local[a] != local[b]:
            return False, False
        for i in range(inboxes.shape[1]):
            below &= (inboxes[a, i] & ~inboxes[b, i]) == 0
            above &= (inboxes[b, i] & ~inboxes[a, i]) == 0
    return below, above


@njit(cache=True)
def note_first_seen(
    states: Any, start: int, watched: Any, slots: Any, observations: Any, firsts: Any, known: int
) -> Any:
    """Note each state from `start` on whose watched bits no state before it has.

    `observations` holds the watched bits, and `firsts` the first state that has them. A slot holds
    a place in both arrays plus one, or 0. Stop when both arrays are full. Return the next state to
    read, and the number of places that are used.
    """
    words, last = watched.shape[0], np.uint64(slots.shape[0] - 1)
    while start < states.shape[0] and known < firsts.shape[0]:
        total = np.uint64(0)
        for i in range(words):
            total = _mix(total ^ (states[start, i] & watched[i]))
        at = total & last
        while slots[at] != 0:
            differs = np.uint64(0)
            for i in range(words):
                differs |= observations[slots[at] - 1, i] ^ (states[start, i] & watched[i])
            if differs == 0:
                break
            at = (at + _ONE) & last
        if slots[at] == 0:
            for i in range(words):
                observations[known, i] = states[start, i] & watched[i]
            firsts[known] = start
            known += 1
            slots[at] = known
        start += 1
    return start, known


# -- composition -----------------------------------------------------------------------------------
#
# The rows, receptions, images and views of configurations are put together here from what is known
# of single local states and letters. `composing` fills in the arrays, and describes them.
#
# A configuration is the number of a local state, and an inbox. An inbox is the number of copies of
# each letter. On `fifo` it is a list that ends at the first 0: the numbers of the letters plus one,
# first in the queue of one sender, then in the queue of the next sender. The first place among the
# configurations that is not used holds the configuration that is being put together.
#
# Each function returns DONE, or a question that only Python can answer. The subject of the question
# is then in the cursor. After the answer, the same entry is composed again from the beginning.


@njit(cache=True, inline="always")
def _question(cursor: Any, question: int, at: Any, of: Any) -> int:
    cursor[ASKED_AT], cursor[ASKED_OF] = at, of
    return question


@_inner
def _config_hash(local: Any, copies: Any, place: Any) -> Any:
    total = np.uint64(local[place]) * np.uint64(0xBF58476D1CE4E5B9)
    for letter in range(copies.shape[1]):
        if copies[place, letter] != 0:
            term = np.uint64(letter + 1) << np.uint64(16)
            total += _mix(term + np.uint64(copies[place, letter]))
    return _mix(total)


@njit(cache=True)
def keep_config(configs: Any) -> Any:
    """Return the place of the configuration that was put together; a new one stays there."""
    local, copies, number, _, slots, used = configs
    free, last = used[0], np.uint64(slots.shape[0] - 1)
    at = _config_hash(local, copies, free) & last
    while slots[at] != 0:
        place = slots[at] - 1
        same = local[place] == local[free]
        for letter in range(copies.shape[1]):
            same = same and copies[place, letter] == copies[free, letter]
        if same:
            return place
        at = (at + _ONE) & last
    slots[at] = free + 1
    number[free] = -1
    used[0] = free + 1
    return free


@njit(cache=True)
def rebuild_configs(configs: Any) -> None:
    """Insert all configurations into slots that are empty."""
    local, copies, _, _, slots, used = configs
    last = np.uint64(slots.shape[0] - 1)
    for place in range(used[0]):
        at = _config_hash(local, copies, place) & last
        while slots[at] != 0:
            at = (at + _ONE) & last
        slots[at] = place + 1


@njit(cache=True)
def number_config(configs: Any, counts: Any, node: int, place: int) -> Any:
    """Return the number of a configuration of a node; a new one gets the next free number."""
    _, _, number, place_of, _, _ = configs
    if number[place] < 0:
        number[place] = counts[node]
        place_of[node, counts[node]] = place
        counts[node] += 1
    return np.int64(number[place])


@_inner
def _has_room(configs: Any, counts: Any, node: int) -> Any:
    """Return whether there is room for one more configuration, and for one more number."""
    local, _, _, place_of, slots, used = configs
    fits = used[0] + 1 < local.shape[0] and 2 * used[0] + 2 < slots.shape[0]
    return fits and counts[node] < place_of.shape[1]


@_inner
def _begin_config(configs: Any, local_state: int, place: int) -> None:
    """Begin to put a configuration together: a local state, and the inbox of another one."""
    local, copies, _, _, _, used = configs
    free = used[0]
    local[free] = local_state
    for letter in range(copies.shape[1]):
        copies[free, letter] = copies[place, letter]


@_inner
def _put(configs: Any, node: int, letter: int, more: Any, nodes: Any, inboxes: Any) -> int:
    """Put copies of a letter into the inbox that is put together, or ask for room."""
    copies, free, sender = configs[1], configs[5][0], nodes[6]
    if inboxes == SETS:
        copies[free, letter] = 1
    elif inboxes == COUNTS:
        if copies[free, letter] + more > MAX_COPIES:
            return COPIES
        copies[free, letter] += more
    else:
        at = copies.shape[1] - 1
        if copies[free, at] != 0:
            return LONGER
        while at > 0:
            before = np.int64(copies[free, at - 1]) - 1
            if before >= 0 and sender[node, before] <= sender[node, letter]:
                break
            copies[free, at] = copies[free, at - 1]
            at -= 1
        copies[free, at] = letter + 1
    return DONE


@_inner
def _take(configs: Any, letter: int, inboxes: Any) -> None:
    """Take the oldest copy of a letter out of the inbox that is put together."""
    copies, free = configs[1], configs[5][0]
    if inboxes == COUNTS:
        copies[free, letter] -= 1
    elif inboxes == QUEUES:
        is_behind = False
        for at in range(copies.shape[1]):
            is_behind |= copies[free, at] == letter + 1
            if is_behind:
                copies[free, at] = copies[free, at + 1] if at + 1 < copies.shape[1] else 0


@njit(cache=True, inline="always")
def _deliverable(copies: Any, place: Any, nth: Any, node: int, nodes: Any, inboxes: Any) -> Any:
    """Return the nth letter of an inbox, or -1 if it is not there or cannot be delivered next."""
    order, sender = nodes[1], nodes[6]
    if inboxes != QUEUES:
        letter = np.int64(order[node, nth])
        return letter if copies[place, letter] != 0 else np.int64(-1)
    letter = np.int64(copies[place, nth]) - 1
    if letter >= 0 and nth > 0:
        before = np.int64(copies[place, nth - 1]) - 1
        if sender[node, before] == sender[node, letter]:
            return np.int64(-1)
    return letter


@_inner
def _drop_dead(configs: Any, node: int, nodes: Any, local_states: Any, cursor: Any) -> int:
    """Remove the letters that the node will ignore from the configuration that is put together."""
    local, copies, _, _, _, used = configs
    letters, drops = nodes[0], nodes[2]
    _, _, _, live, _, _ = local_states
    free = used[0]
    if drops[node] == 0:
        return DONE
    state = local[free]
    for letter in range(letters[node]):
        if copies[free, letter] != 0:
            if live[state, letter] == UNKNOWN:
                return _question(cursor, LIVE, state, node)
            if live[state, letter] != ALIVE:
                live[state, letter] = DROPPED
                copies[free, letter] = 0
    return DONE


@_inner
def _is_best(chains: Any, place: Any, bundle: Any, crashes: Any) -> bool:
    """Note the crashes of a chain; return False if one to the same end has no more crashes."""
    _, _, ends, sizes = chains
    key = (np.uint64(place) << np.uint64(NUMBER_BITS)) | np.uint64(bundle + 1)
    stamp, last = np.uint64(sizes[STAMP]), np.uint64(ends.shape[0] - 1)
    at = _mix(key + _ONE) & last
    while ends[at, 1] == stamp and ends[at, 0] != key:
        at = (at + _ONE) & last
    if ends[at, 1] == stamp and ends[at, 2] <= np.uint64(crashes):
        return False
    if ends[at, 1] != stamp:
        sizes[ENDS] += 1
    ends[at, 0], ends[at, 1], ends[at, 2] = key, stamp, np.uint64(crashes)
    return True


@_inner
def _lengthen(
    at: Any, begin: Any, end: Any, letter: Any, node: Any,
    configs: Any, counts: Any, nodes: Any, local_states: Any, edges: Any, chains: Any,
    limits: Any, cursor: Any,
) -> int:  # fmt: skip
    """Add the chains that are the chain at `at` and one of the edges from `begin` to `end`.

    The edges take a copy of `letter` out of the inbox, unless it is -1.
    """
    fuses = nodes[3]
    parts, _ = edges
    begun, ended, ends, sizes = chains
    for edge in range(begin, end):
        full = sizes[BEGUN] == begun.shape[0] or sizes[ENDED] == ended.shape[0]
        if full or 2 * sizes[ENDS] + 2 > ends.shape[0] or not _has_room(configs, counts, node):
            return ROOM
        crashes = begun[at, 3] + parts[edge, 2]
        silent = fuses[node] != 0 and parts[edge, 3] != 0
        _begin_config(configs, parts[edge, 0], begun[at, 0])
        if letter >= 0:
            _take(configs, letter, limits[INBOXES])
        question = _drop_dead(configs, node, nodes, local_states, cursor)
        if question != DONE:
            return question
        place = keep_config(configs)
        if fuses[node] != 0:
            bundle = np.int64(-1) if silent else parts[edge, 1]
            if crashes > limits[CRASHES] or not _is_best(chains, place, bundle, crashes):
                continue
        to, nth = (begun, sizes[BEGUN]) if silent else (ended, sizes[ENDED])
        to[nth, 0], to[nth, 1], to[nth, 2], to[nth, 3] = place, edge, begun[at, 2] + 1, crashes
        sizes[BEGUN if silent else ENDED] += 1
    return DONE


@njit(cache=True, inline="always")
def _compose_chains(
    node: int, place: int,
    configs: Any, counts: Any, nodes: Any, local_states: Any, edges: Any, chains: Any,
    limits: Any, cursor: Any,
) -> int:  # fmt: skip
    """Put together the steps out of a configuration: chains, or single edges if nothing is fused.

    The order is that of `fuse.Fused.steps`.
    """
    local, copies, inboxes = configs[0], configs[1], limits[INBOXES]
    letters, _, _, fuses, _, loses, _ = nodes
    known, spans, on, _, _, _ = local_states
    begun, ended, _, sizes = chains
    sizes[BEGUN], sizes[ENDED], sizes[ENDS] = 1, 0, 0
    sizes[STAMP] += 1
    begun[0, 0], begun[0, 1], begun[0, 2], begun[0, 3] = place, -1, 0, 0
    if fuses[node] != 0:
        _is_best(chains, place, np.int64(-1), np.int64(0))
    at: Any = np.int64(0)  # the type of all calls
    room = np.int64(copies.shape[1]) if inboxes == QUEUES else np.int64(letters[node])
    while at < sizes[BEGUN]:
        here = begun[at, 0]
        state = local[here]
        if known[state] & IS_BEGUN == 0:
            return _question(cursor, REACTIONS, here, node)
        fails, missing = known[state] & ACTIONS_FAIL != 0, False
        if known[state] & IS_UP != 0:
            for nth in range(room):
                letter = _deliverable(copies, here, nth, node, nodes, inboxes)
                if letter >= 0:
                    fails |= on[state, letter, 0] == FAILS
                    missing |= on[state, letter, 0] == MISSING
        if missing and not fails:
            return _question(cursor, REACTIONS, here, node)
        if known[state] & HAS_EQUAL_LABELS != 0 or (fails and at == 0):
            return _question(cursor, AUTOMATON, here, node)
        too_many = at > 0 and sizes[BEGUN] > limits[MOST_CHAINS]
        if fails or too_many or begun[at, 2] >= limits[LONGEST_CHAIN]:
            if sizes[ENDED] == ended.shape[0]:
                return ROOM
            for part in range(4):
                ended[sizes[ENDED], part] = begun[at, part]
            sizes[ENDED] += 1
            at += 1
            continue
        # The actions, the deliveries and losses in the order of the letters, the crash or restart.
        deliveries = room if known[state] & IS_UP != 0 else 0
        losses = room if loses[node] != 0 else 0
        for nth in range(deliveries + losses + 2):
            taken: Any = np.int64(-1)
            begin, end = spans[state, 0], spans[state, 1]
            if nth == deliveries + losses + 1:
                begin, end = spans[state, 2], spans[state, 3]
            elif nth > 0:
                is_loss = nth > deliveries
                which = nth - 1 - deliveries if is_loss else nth - 1
                taken = _deliverable(copies, here, which, node, nodes, inboxes)
                if taken < 0:
                    continue
                begin, end = on[state, taken, 0], on[state, taken, 1]
                if is_loss:
                    begin, end = spans[state, 4], spans[state, 5]
            question = _lengthen(
                at, begin, end, taken, node,
                configs, counts, nodes, local_states, edges, chains, limits, cursor,
            )  # fmt: skip
            if question != DONE:
                return question
        at += 1
    return DONE


@_inner
def compose_rows(
    node: int, number: int, row_span: Any, row_next: Any, row_bundle: Any, filled: Any,
    configs: Any, counts: Any, nodes: Any, local_states: Any, edges: Any, chains: Any,
    limits: Any, cursor: Any,
) -> int:  # fmt: skip
    """Fill in the rows of a configuration, ordered by cost."""
    local, place_of = configs[0], configs[3]
    rank = local_states[5]
    _, effects = edges
    _, ended, _, sizes = chains
    place = place_of[node, number]
    question = _compose_chains(
        node, place, configs, counts, nodes, local_states, edges, chains, limits, cursor
    )
    if question != DONE:
        return question
    ends, highest = sizes[ENDED], 1
    for nth in range(ends):
        end = ended[nth]
        if effects[end[1], end[3]] == MISSING:
            return _question(cursor, EFFECTS, end[1], end[3])
        if limits[RANKED] != 0:  # the cost replaces the length
            before, after = rank[local[place]], rank[local[end[0]]]
            known = before != MISSING and after != MISSING
            end[2] = max(1, after - before) if known else 1
        highest = max(highest, end[2])
    if highest >= row_span.shape[2]:
        return _question(cursor, COSTS, highest, 0)
    used = filled[ROWS_FILLED]
    room = min(row_next.shape[0], row_bundle.shape[0])
    if used + ends > room or counts[node] + ends > place_of.shape[1]:
        return ROOM
    row_span[node, number, 0] = used
    for cost in range(1, row_span.shape[2]):
        if cost <= highest:
            for nth in range(ends):
                if ended[nth, 2] == cost:
                    row_next[used] = number_config(configs, counts, node, ended[nth, 0])
                    row_bundle[used] = effects[ended[nth, 1], ended[nth, 3]]
                    used += 1
        row_span[node, number, cost] = used
    filled[ROWS_FILLED] = used
    filled[ENTRIES] += 1 + ends
    return DONE


@_inner
def compose_reception(
    node: int, number: int, bundle: int, dest_at: Any, dest_count: Any, dest: Any,
    arrivals: Any, receptions: Any, filled: Any,
    configs: Any, counts: Any, nodes: Any, local_states: Any, limits: Any, cursor: Any,
) -> int:  # fmt: skip
    """Fill in the configuration of a node after a bundle reaches the node."""
    local, place_of = configs[0], configs[3]
    representative = local_states[4]
    arrive_at, arriving = arrivals
    if 2 * filled[RECEPTIONS_FILLED] >= receptions.shape[0] or not _has_room(configs, counts, node):
        return ROOM
    place = place_of[node, number]
    _begin_config(configs, representative[local[place]], place)
    for nth in range(dest_at[bundle], dest_at[bundle] + dest_count[bundle]):
        if dest[nth] == node:
            for at in range(arrive_at[nth], arrive_at[nth + 1]):
                question = _put(configs, node, arriving[at], 1, nodes, limits[INBOXES])
                if question != DONE:
                    return question
    question = _drop_dead(configs, node, nodes, local_states, cursor)
    if question != DONE:
        return question
    after = number_config(configs, counts, node, keep_config(configs))
    add_reception(receptions, node, number, bundle, after)
    filled[RECEPTIONS_FILLED] += 1
    filled[ENTRIES] += 1
    return DONE


@_inner
def compose_image(
    node: int, number: int, swap: int, orbits: Any, renamings: Any,
    configs: Any, counts: Any, nodes: Any, local_states: Any, limits: Any, cursor: Any,
) -> int:  # fmt: skip
    """Fill in the image of a configuration under a swap of names."""
    first_row, _, images, _, targets, _, _ = orbits
    local, copies, _, place_of, _, used = configs
    representative, inboxes = local_states[4], limits[INBOXES]
    image_of_local, image_of_letter, _, _ = renamings
    place, target = place_of[node, number], targets[swap, node]
    if not _has_room(configs, counts, target):
        return ROOM
    state = image_of_local[swap, local[place]]
    if state == MISSING:
        return _question(cursor, IMAGE_OF_LOCAL, swap, local[place])
    free = used[0]
    local[free] = representative[state]
    for at in range(copies.shape[1]):
        copies[free, at] = 0
    for at in range(copies.shape[1]):
        if copies[place, at] != 0:
            letter, more = np.int64(at), np.int64(copies[place, at])
            if inboxes == QUEUES:
                letter, more = more - 1, np.int64(1)
            renamed = image_of_letter[swap, node, letter]
            if renamed == MISSING:
                return _question(cursor, IMAGE_OF_LETTER, swap, letter)
            question = _put(configs, target, renamed, more, nodes, inboxes)
            if question != DONE:
                return question
    question = _drop_dead(configs, target, nodes, local_states, cursor)
    if question != DONE:
        return question
    image = number_config(configs, counts, target, keep_config(configs))
    images[first_row[node] + number, swap] = image
    return DONE


@_inner
def compose_views(
    node: int, number: int, orbits: Any, renamings: Any, configs: Any, nodes: Any, limits: Any,
    cursor: Any,
) -> int:  # fmt: skip
    """Fill in the view of each name in a configuration."""
    first_row, views, _, _, _, _, _ = orbits
    local, copies, _, place_of, _, _ = configs
    _, _, view_of_local, view_of_letter = renamings
    place = place_of[node, number]
    state = local[place]
    if view_of_local[state, 0] == 0:
        return _question(cursor, VIEW_OF_LOCAL, state, 0)
    for name in range(views.shape[1]):
        rough = _mix_number(view_of_local[state, name])
        total, queue = rough, np.uint64(0)
        for at in range(copies.shape[1]):
            if copies[place, at] == 0:
                continue
            if limits[INBOXES] != QUEUES:
                total += np.uint64(copies[place, at]) * view_of_letter[node, at, name]
                continue
            # Of each queue, add numbers for its letters up to each letter, in their order.
            if _deliverable(copies, place, at, node, nodes, limits[INBOXES]) >= 0:
                queue = np.uint64(0)
            queue = _mix(queue + view_of_letter[node, np.int64(copies[place, at]) - 1, name])
            total += queue
        views[first_row[node] + number, name] = _view(rough, total)
    return DONE


@_inner
def _has_outgrown(counts: Any, capacities: Any, row_span: Any, orbits: Any) -> bool:
    """Return whether a node has more configurations than an array or a packed field has room for.

    The kernel does not check that.
    """
    first_row, swap_after = orbits[0], orbits[3]
    for node in range(counts.shape[0]):
        if counts[node] > min(capacities[node], row_span.shape[1]):
            return True
        room = first_row[node + 1] - first_row[node]
        if swap_after.shape[0] > 0 and counts[node] > room:
            return True
    return False


@njit(cache=True)
def search(
    states: Any, slots: Any, vectors: Any, hashes: Any, origins: Any, edges: Any,
    fields: Any, capacities: Any, noted: Any, note_slots: Any, watched: Any,
    missed: int, journal: Any, cursor: Any,
    listed: Any, level_end: int, cost: int, max_states: int, slice_size: int, max_entries: int,
    row_span: Any, row_next: Any, row_bundle: Any, filled: Any,
    dest_at: Any, dest_count: Any, dest: Any, arrivals: Any, receptions: Any,
    orbits: Any, renamings: Any,
    configs: Any, counts: Any, nodes: Any, local_states: Any, local_edges: Any, chains: Any,
    limits: Any,
) -> int:  # fmt: skip
    """Expand a level as `expand` does, insert the successors, compose missing entries of nodes.

    If `listed` is not empty, only the listed states of the level are expanded. If `missed` is not
    LEVEL, only compose the entry that is missing; if it is REPEAT, those of the journal. Return a
    question, or what `expand` or `flush` returns; REPEAT if an entry is of what has no number.

    A journal with room gets each entry that is composed here: reason and machine, number, bundle.
    """
    stop_at = cursor[HEAD] + slice_size
    composed, no_states, keeps_journal = nodes[4], listed[:0], journal.shape[0] > 0
    for _ in range(COMPOSED_AT_ONCE):
        status = missed
        if missed == REPEAT:
            if cursor[REPEATED] == cursor[JOURNALED]:
                return LEVEL
            entry = cursor[REPEATED]
            status = journal[entry, 0] >> MACHINE_BITS
            cursor[MISSED] = journal[entry, 0] & ((1 << MACHINE_BITS) - 1)
            cursor[MISSED_AT], cursor[MISSED_BUNDLE] = journal[entry, 1], journal[entry, 2]
        elif missed == LEVEL:
            if keeps_journal and cursor[JOURNALED] == journal.shape[0]:
                return SLICE
            end: Any = level_end if listed.shape[0] == 0 else np.int64(listed[cursor[LISTED]]) + 1
            status = expand(
                states, vectors, hashes, origins, fields,
                row_span, row_next, row_bundle, dest_at, dest_count, dest, receptions,
                noted, note_slots, watched, no_states,
                cursor, end, cost, stop_at - cursor[HEAD],
            )  # fmt: skip
            if status == LEVEL and cursor[LISTED] + 1 < listed.shape[0]:
                cursor[LISTED] += 1
                cursor[HEAD] = listed[cursor[LISTED]]
                continue
            if status in (LEVEL, BUFFERED):
                is_full = status == BUFFERED
                status = flush(
                    states, slots, vectors, hashes, origins, edges, fields, orbits,
                    cursor, max_states,
                )  # fmt: skip
                if status == LEVEL and is_full:
                    continue
        is_entry = status in (ROWS, RECEPTION, VIEWS, IMAGE)
        node, number, third = cursor[MISSED], cursor[MISSED_AT], cursor[MISSED_BUNDLE]
        if not is_entry or node >= composed.shape[0] or composed[node] == 0:
            return status
        if missed == REPEAT and (
            number >= counts[node] or (status == RECEPTION and third >= dest_at.shape[0])
        ):
            return REPEAT
        if status == ROWS:
            question = compose_rows(
                node, number, row_span, row_next, row_bundle, filled,
                configs, counts, nodes, local_states, local_edges, chains, limits, cursor,
            )  # fmt: skip
        elif status == RECEPTION:
            question = compose_reception(
                node, number, third, dest_at, dest_count, dest, arrivals, receptions, filled,
                configs, counts, nodes, local_states, limits, cursor,
            )  # fmt: skip
        elif status == VIEWS:
            question = compose_views(
                node, number, orbits, renamings, configs, nodes, limits, cursor
            )
        else:
            question = compose_image(
                node, number, third, orbits, renamings,
                configs, counts, nodes, local_states, limits, cursor,
            )  # fmt: skip
        if question != DONE or missed > LEVEL:
            return question
        if missed == REPEAT:
            cursor[REPEATED] += 1
        elif keeps_journal:
            at = cursor[JOURNALED]
            journal[at, 0] = (status << MACHINE_BITS) | node
            journal[at, 1], journal[at, 2] = number, third
            cursor[JOURNALED] += 1
        if _has_outgrown(counts, capacities, row_span, orbits):
            return ROOM
        if filled[ENTRIES] > max_entries:
            return SLICE
    return SLICE
