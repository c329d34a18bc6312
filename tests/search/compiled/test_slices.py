"""Slices of levels that several threads expand: the answer is that of one thread, to the label."""

from __future__ import annotations

import signal
import time
import weakref
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np
import pytest

from pcheck import Cluster, check
from pcheck.loading.spec import find, shipped
from pcheck.search.clock import Clock
from pcheck.search.compiled import explorer, layout, slices, store, turn
from pcheck.search.compiled.kernel import BUFFER, DEFERRED
from pcheck.search.compiled.memory import longer, with_reserve, zeros
from pcheck.search.compiled.slices import Slices
from pcheck.search.compiled.threads import Threads, shares
from pcheck.search.compiled.walk import Walk
from pcheck.search.limits import Limits
from pcheck.search.outcome import SearchResult
from pcheck.search.reductions.reduce import REDUCTIONS
from pcheck.semantics.network import NETWORKS
from tests.attack.drawn import Drawn, comparing, protocols
from tests.sampling import fast_first
from tests.search.alike import Answers, Case, answers, by_reference, check_traces
from tests.search.interrupting import interrupting
from tests.search.parts import never_at, no_step, tickers
from tests.specs.family import cluster

Patch = pytest.MonkeyPatch
CLUSTERS = [spec.name for spec in shipped() if isinstance(spec.build(spec.options({})), Cluster)]
SUBSETS: list[tuple[str, ...]] = [(), ("symmetry",), ("prune", "fuse"), REDUCTIONS]


@pytest.fixture(autouse=True)
def sliced(monkeypatch: Patch) -> None:
    """Slice every search, into slices of 50 states."""
    monkeypatch.setattr(slices, "MIN_STATES", 0)
    monkeypatch.setattr(slices, "STATES_IN_SLICE", 50)
    monkeypatch.setattr(turn, "MIN_STATES_TO_TRY_COVER", 0)


def explored(case: Case, threads: int, *reductions: str, **more: Any) -> SearchResult:
    return explorer.explore(
        case.model(),
        case.limits,
        reductions=reductions,
        all_properties=case.all_properties,
        threads=threads,
        **more,
    )


@lru_cache(maxsize=1)
def expected_of(case: Case) -> Answers:
    """Return the answers of the reference, which are the same under all reductions."""
    return answers(by_reference(case))


def check_threads(case: Case, *reductions: str) -> Answers:
    """Compare searches with one to four threads; compare their answers with the reference, too.

    A level is searched in another order than the reference does it, so other traces of the same
    length may be found.
    """
    expected = expected_of(case)
    first, *others = (explored(case, threads, *reductions) for threads in (1, 2, 3, 4))
    assert all(answers(other) == answers(first) for other in others)
    found = answers(first)
    assert (found.verdict, found.outcomes) == (expected.verdict, expected.outcomes)
    lengths = [{name: each[0] for name, each in a.discoveries.items()} for a in (found, expected)]
    assert lengths[0] == lengths[1]
    if not reductions:
        assert found._replace(discoveries={}) == expected._replace(discoveries={})
    check_traces(case, first)
    return found


CASES = [*product(NETWORKS, SUBSETS)]


@pytest.mark.parametrize(("network", "reductions"), fast_first(5, CASES[::3] + CASES[1::3]))
def test_paxos_has_the_same_answer_with_any_number_of_threads(
    network: str, reductions: tuple[str, ...]
) -> None:
    case = Case(cluster("paxos", acceptors=2, proposers=2, rounds=1), network, 1)
    check_threads(case, *reductions)


def test_a_violation_is_found_at_the_same_place() -> None:
    bug = cluster("paxos", "ignores-votes", acceptors=3, proposers=2, rounds=1)
    case = Case(bug, "once")
    for reductions in SUBSETS:
        found = check_threads(case, *reductions)
        assert found.verdict == "violated"


def scope_of(protocol: Drawn) -> Case:
    """Return a random protocol with its network and crashes, all properties to be decided."""
    case = protocol.case
    built = case.builder(**case.options)
    names = {str(node): node for node in built.actors}
    crash_nodes = tuple(names[each] for each in case.crash_nodes or () if each in names)
    return Case(
        built, case.network, case.crashes, all_properties=True, crash_nodes=crash_nodes or None
    )


def check_drawn(first: int, how_many: int) -> Counter[str]:
    """Compare random protocols under all reductions, and without."""
    verdicts = Counter[str]()
    for protocol in protocols(first, how_many):
        scope = scope_of(protocol)
        for reductions in ((), REDUCTIONS):
            with comparing(f"protocol {protocol.number} under {reductions}"):
                verdicts[check_threads(scope, *reductions).verdict] += 1
    return verdicts


def test_random_protocols_have_the_same_answers() -> None:
    verdicts = check_drawn(700_000, 12)
    assert min(verdicts["holds"], verdicts["violated"]) > 2


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_many_random_protocols_have_the_same_answers(part: int) -> None:
    verdicts = check_drawn(710_000 + 10_000 * part, 150)
    assert min(verdicts["holds"], verdicts["violated"]) > 20


@pytest.mark.slow
@pytest.mark.parametrize("name", CLUSTERS)
def test_shipped_specs_and_bugs_have_the_same_answers_at_their_scopes(
    name: str, monkeypatch: Patch
) -> None:
    monkeypatch.setattr(slices, "STATES_IN_SLICE", 5_000)
    bugs = [None, *(bug.name for bug in find(name).bugs)][::5]
    for bug in bugs:
        first, *others = (
            check(name, bug=bug, engine="compiled", threads=threads, max_states=100_000)
            for threads in (1, 2, 3)
        )
        for other in others:
            assert answers(other.search) == answers(first.search), bug


@pytest.mark.parametrize("states", [1, 49, 50, 51, 777, 4_096, 7_999, 8_000, 8_001])
def test_a_search_stops_exactly_at_a_limit_of_states(states: int) -> None:
    """Only the transitions until then depend on the order in a level."""
    case = Case(tickers(3, 19), limits=Limits(states=states))
    expected = answers(by_reference(case))
    first, *others = (answers(explored(case, threads)) for threads in (1, 2, 3))
    assert others == [first, first]
    size, transitions, depth = first.counts
    if size < 8_000:
        assert abs(transitions - expected.counts[1]) < 3 * slices.STATES_IN_SLICE
        expected = expected._replace(counts=(states, transitions, depth))
    assert first == expected


@pytest.mark.parametrize("nth", [1, 2, 3, 5, 10, 40, 100])
def test_an_interrupt_leaves_whole_states(nth: int, monkeypatch: Patch) -> None:
    """The reference, too, finds all that was found until then, within one more level."""
    monkeypatch.setattr(Clock, "PERIOD", 0.0)
    case = Case(tickers(3, 19, never_at(19, 19, 19)))
    search = explored(case, 2, on_progress=interrupting(nth))
    assert search.stopped == "an interrupt"
    beyond = by_reference(case._replace(limits=Limits(depth=search.depth + 1)))
    assert search.widths == beyond.widths[: len(search.widths)]
    assert search.states <= beyond.states


def test_the_limits_are_checked_after_each_slice(monkeypatch: Patch) -> None:
    """Three nodes that tick 19 times have levels of many slices, in which no entry is new."""
    monkeypatch.setattr(Clock, "PERIOD", 0.0)
    queues: list[int] = []
    explored(Case(tickers(3, 19)), 2, on_progress=lambda progress: queues.append(progress.queue))
    assert len(queues) > 8_000 / 50


# What one thread must do


def done_by_one(case: Case, monkeypatch: Patch) -> Counter[str]:
    """Return how many states one thread expanded, and successors it canonised, for two threads."""
    found = Counter[str]()
    put, expand_slice = store.Store.put, Slices.expand_slice

    def note_late(self: store.Store, vectors: Any, origins: Any, old: layout.Layout) -> None:
        found["late"] += len(origins)
        put(self, vectors, origins, old)

    def note_deferred(self: Slices, states: range, cost: int) -> None:
        found["states"] += len(states)
        expand_slice(self, states, cost)
        found["deferred"] += sum(part.count(DEFERRED) for part in self._parts)

    with monkeypatch.context() as patch:
        patch.setattr(store.Store, "put", note_late)
        patch.setattr(Slices, "expand_slice", note_deferred)
        explored(case, 2, "symmetry")
    return found


def test_what_lacks_an_entry_is_left_to_one_thread(monkeypatch: Patch) -> None:
    case = Case(cluster("paxos", acceptors=3, proposers=2, rounds=1))
    found = done_by_one(case, monkeypatch)
    assert 0 < found["late"] < found["states"]
    assert 0 < found["deferred"] < found["states"] / 2


@pytest.mark.parametrize("left_out", ["_late", "_deferred"])
def test_a_search_that_forgets_them_is_caught(left_out: str, monkeypatch: Patch) -> None:
    case = Case(cluster("paxos", acceptors=3, proposers=2, rounds=1))
    expected = explored(case, 2, "symmetry").states
    monkeypatch.setattr(Slices, left_out, lambda self: np.zeros(0, np.int64))
    assert explored(case, 2, "symmetry").states < expected


def test_arrays_that_are_too_small_grow(monkeypatch: Patch) -> None:
    """The threads then begin the slice anew."""
    monkeypatch.setattr(slices, "STATES_IN_SLICE", 1_000)
    case = Case(cluster("paxos", acceptors=2, proposers=2, rounds=1), "once")
    expected = answers(explored(case, 2))
    monkeypatch.setattr(slices, "FIRST_ROOM", 16)
    forgotten: list[int] = []
    forget = Slices.forget

    def note(self: Slices) -> None:
        forgotten.append(self._room)
        forget(self)

    monkeypatch.setattr(Slices, "forget", note)
    assert answers(explored(case, 2)) == expected
    assert forgotten == [8, 16]


def test_a_state_with_more_steps_than_fit_the_buffer_is_left_to_one_thread() -> None:
    """Each of 13 nodes acts once, so that there are 2 ** 13 states."""
    case = Case(tickers(13, 1))
    assert explored(case, 2).states == 1 << 13
    assert BUFFER < 1 << 13


def test_equal_states_of_two_threads_are_one_whichever_thread_is_first(
    monkeypatch: Patch,
) -> None:
    """The first part finds as many states as fit, and the second part is faster."""

    def run(self: Threads, tasks: Iterable[Callable[[], Any]]) -> list[Any]:
        return [task() for task in [*tasks][::-1]][::-1]

    monkeypatch.setattr(Threads, "run", run)
    monkeypatch.setattr(slices, "STATES_IN_SLICE", 2)
    for room in (4, 6, 8, 16):
        monkeypatch.setattr(slices, "FIRST_ROOM", room)
        for threads in (1, 2, 3):
            assert answers(explored(Case(tickers(4, 6)), threads)).counts == (2_401, 8_232, 24)


def test_a_search_whose_step_properties_are_decided_is_sliced(monkeypatch: Patch) -> None:
    """Its steps were noted until then, and are not noted any more."""
    monkeypatch.setattr(slices, "MIN_STATES", 100)
    early = no_step(lambda before, after: after == (2, 0, 0))
    case = Case(tickers(3, 19, early, never_at(19, 19, 19, name="late")), all_properties=True)
    expected = by_reference(case)
    for threads in (1, 2):
        found = answers(explored(case, threads))
        assert found.outcomes == answers(expected).outcomes
        assert found.counts == answers(expected).counts


def test_fields_get_wider_for_numbers_that_the_judge_adds(monkeypatch: Patch) -> None:
    """Fields without a spare bit have no room for an image that is numbered between two levels."""
    monkeypatch.setattr(layout, "width_for", lambda size: max(1, (size - 1).bit_length()))
    monkeypatch.setattr(layout, "_share_spare_bits", lambda widths, words: None)
    (protocol,) = protocols(702_134, 1)
    scope = scope_of(protocol)
    assert explored(scope, 2, "symmetry").states == 135
    monkeypatch.setattr(slices, "MIN_STATES", 1_000)
    assert explored(scope, 2, "symmetry").states == 135


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_late_successors_are_read_in_the_layout_in_which_they_were_found(
    threads: int, monkeypatch: Patch
) -> None:
    """The states are packed in another layout after each part of the late successors."""
    case = Case(cluster("paxos", acceptors=3, proposers=2, rounds=1), "set", 1)
    monkeypatch.setattr(slices, "BUFFER", 3)  # late successors that are put at once
    expected = answers(explored(case, threads, "symmetry"))
    expand, widths = Walk.expand_states, set[tuple[int, ...]]()

    def expand_and_pack(self: Walk, *arguments: Any) -> None:
        expand(self, *arguments)
        found, farthest = self.store, self.store.layout.farthest
        wanted = farthest + 1 if farthest < 1 << 30 else 1
        found._lay_out(wanted)
        widths.add(found.layout.widths)

    monkeypatch.setattr(Walk, "expand_states", expand_and_pack)
    assert answers(explored(case, threads, "symmetry")) == expected
    assert len(widths) > 5


def test_a_proof_that_failed_keeps_no_memory(monkeypatch: Patch) -> None:
    stores: list[weakref.ref[store.Store]] = []
    alive: list[bool] = []
    proof, prove = Walk.proof, turn.Turn._prove

    def note_proof(self: Walk, ranks: Any) -> Walk:
        found = proof(self, ranks)
        stores.append(weakref.ref(found.store))
        return found

    def note_prove(self: turn.Turn) -> Walk | None:
        found = prove(self)
        alive.append(stores[-1]() is not None)
        return found

    monkeypatch.setattr(Walk, "proof", note_proof)
    monkeypatch.setattr(turn.Turn, "_prove", note_prove)
    bug = cluster("paxos", "ignores-votes", acceptors=3, proposers=2, rounds=1)
    assert explored(Case(bug, "once"), 2, *REDUCTIONS).verdict.value == "violated"
    assert alive == [False]


# Threads and memory


def test_shares_make_up_the_whole() -> None:
    for count, length in product((1, 2, 3, 7), (0, 1, 5, 100)):
        parts = [*shares(10, 10 + length, count)]
        assert [each for begin, end in parts for each in range(begin, end)] == [
            *range(10, 10 + length)
        ]
        assert len(parts) == count


def test_an_interrupt_waits_for_all_tasks() -> None:
    threads, done = Threads(2), list[int]()

    def fail() -> None:
        raise KeyboardInterrupt

    def work() -> None:
        done.extend(range(100_000))

    with pytest.raises(KeyboardInterrupt):
        threads.run([fail, work])
    assert len(done) == 100_000
    assert threads.run_whole(lambda: threads.run([lambda: 1, lambda: 2])) == [1, 2]


def test_interrupts_follow_a_whole() -> None:
    """The second interrupt comes while the first one waits for the whole to end."""
    ended: list[bool] = []

    def work() -> None:
        for _ in range(2):
            time.sleep(0.1)
            signal.raise_signal(signal.SIGINT)
        time.sleep(0.1)
        ended.append(True)

    with pytest.raises(KeyboardInterrupt):
        Threads(2).run_whole(work)
    assert ended == [True]


def test_a_whole_that_fails_raises_its_error() -> None:
    def fail() -> None:
        raise MemoryError

    with pytest.raises(MemoryError):
        Threads(1).run_whole(fail)


def test_large_arrays_are_zero_and_can_be_longer_than_the_memory_that_they_use() -> None:
    for array in zeros(1_000, np.uint64, 2), with_reserve(1_000, np.uint64, 2):
        assert (array.dtype, array.shape[1:]) == (np.uint64, (2,))
        assert len(array) >= 1_000
        assert not array[:1_000].any()
        array[:10] = 7
        more = longer(array, 5, 2_000)
        assert len(more) >= 2_000
        assert more[:6].tolist() == [[7, 7]] * 5 + [[0, 0]]


def test_a_system_without_such_memory_has_arrays_too(monkeypatch: Patch) -> None:
    monkeypatch.setattr("pcheck.search.compiled.memory.mmap.mmap", refuse)
    assert (len(zeros(10, np.uint32)), len(with_reserve(10, np.uint32))) == (10, 10)


def refuse(*_: Any, **__: Any) -> Iterator[None]:
    raise OSError
