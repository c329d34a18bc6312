"""Hidden state: what a handler or a property remembers outside of its arguments."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pcheck.errors import Asymmetric, SpecError
from pcheck.loading.spec import find
from pcheck.search import hidden_state
from pcheck.search.limits import Stop
from pcheck.search.outcome import Verdict
from pcheck.traces.replay import replay
from tests.conftest import ROOT
from tests.search.remembering import changed, checked, placed

ASKED_AGAIN = (
    "mine.py:[def receive]: receive() of k1 depends on more than its state and message: asked "
    "again later, it returned None instead of (Keeper(last=3), Answer(number=3) to a1) "
    "[on Ask(number=3) from a1, in state Keeper(last=1)]"
)
IN_ACTOR = "; keep what a handler remembers in a field of the actor"
STAYED = "; the answers that were asked for again after the search stayed the same"

# The code at the top of the spec, the method `listens`, and the changed data that the error names.
# The method answers the first 30 calls alike.
REMEMBERING: dict[str, tuple[str, str, str]] = {
    "a global list": (
        "CALLS: list[int] = []",
        "CALLS.append(self.last); return len(CALLS) <= 30",
        "the global `CALLS` changed from [] to a list of 46 items",
    ),
    "a global number": (
        "calls = 0",
        "global calls; calls += 1; return calls <= 30",
        "the global `calls` changed from 0 to 46",
    ),
    "a global that is created": (
        "",
        "global calls; calls = globals().get('calls', 0) + 1; return calls <= 30",
        "the global `calls` was created as 46",
    ),
    "a global dict with lists": (
        "CALLS: dict[str, list[int]] = {'all': []}",
        "CALLS['all'].append(1); return len(CALLS['all']) <= 30",
        "the global `CALLS` changed from {'all': []} to a dict of 1 item",
    ),
    "an attribute of a global object": (
        "class Memory:\n    calls = 0\n\n\nMEMORY = Memory()",
        "MEMORY.calls += 1; return MEMORY.calls <= 30",
        "the global `MEMORY` changed from Memory() to Memory(calls=46)",
    ),
    "an attribute of a namespace": (
        "MEMORY = SimpleNamespace(calls=0)",
        "MEMORY.calls += 1; return MEMORY.calls <= 30",
        "the global `MEMORY` changed from SimpleNamespace(calls=0) to SimpleNamespace(calls=46)",
    ),
    "an attribute of a function": (
        "def memory() -> int:\n    memory.calls += 1\n    return memory.calls\n\n\n"
        "memory.calls = 0",
        "return memory() <= 30",
        "the attribute `calls` of memory() changed from 0 to 46",
    ),
    "a closure variable": (
        "def counter():\n    calls = 0\n\n    def count() -> int:\n        nonlocal calls\n"
        "        calls += 1\n        return calls\n\n    return count\n\n\ncount = counter()",
        "return count() <= 30",
        "the closure variable `calls` of count() changed from 0 to 46",
    ),
    "a default argument of a function": (
        "def count(calls=[]) -> int:\n    calls.append(1)\n    return len(calls)",
        "return count() <= 30",
        "the default argument `calls` of count() changed from [] to a list of 46 items",
    ),
    "a global of another function": (
        "calls = 0\n\n\ndef count() -> int:\n    global calls\n    calls += 1\n    return calls",
        "return count() <= 30",
        "the global `calls` changed from 0 to 46",
    ),
    "a list behind a method": (
        "CALLS: list[int] = []\nnote = CALLS.append",
        "note(1); return note.__self__[30:] == []",
        "the global `note` changed from [] to a list of 46 items",
    ),
    "a class attribute": (
        "",
        "Keeper.calls = getattr(Keeper, 'calls', 0) + 1; return Keeper.calls <= 30",
        "the class attribute `Keeper.calls` was created as 46",
    ),
    "an iterator, which cannot be copied": (
        "NUMBERS = itertools.count(1)",
        "return next(NUMBERS) <= 30",
        "",
    ),
}


def method(body: str) -> str:
    """Return the method `listens` with this body of one line."""
    return f"    def listens(self) -> bool:\n        {body}\n"


@pytest.mark.parametrize("engine", ["reference", "compiled", "auto"])
@pytest.mark.parametrize("name", REMEMBERING)
def test_an_answer_that_depends_on_a_memory_is_an_error_that_names_the_memory(
    name: str, engine: str, empty_folder: Path
) -> None:
    top, body, memory = REMEMBERING[name]
    source = changed(top, method(body))
    with pytest.raises(SpecError) as caught:
        checked(empty_folder, source, engine=engine)
    memory = f"; {memory}" if memory else ""
    assert str(caught.value) == placed(f"{ASKED_AGAIN}{memory}{IN_ACTOR}", source)


OWN_MEMORIES = {
    "a class attribute": (
        "    calls = 0\n\n    def listens(self) -> bool:\n"
        "        type(self).calls += 1\n        return self.calls <= 30\n",
        "the class attribute `Keeper.calls` changed from 0 to 46",
    ),
    "a default argument": (
        "    def listens(self, calls=[]) -> bool:\n"
        "        calls.append(1)\n        return len(calls) <= 30\n",
        "the default argument `calls` of listens() changed from [] to a list of 46 items",
    ),
    "a default argument that is given by name": (
        "    def listens(self, *, calls={'all': 0}) -> bool:\n"
        "        calls['all'] += 1\n        return calls['all'] <= 30\n",
        "the default argument `calls` of listens() changed from {'all': 0} to {'all': 46}",
    ),
    "an attribute of a static method": (
        "    @staticmethod\n    def count() -> int:\n"
        "        Keeper.count.calls = getattr(Keeper.count, 'calls', 0) + 1\n"
        "        return Keeper.count.calls\n\n"
        "    def listens(self) -> bool:\n        return self.count() <= 30\n",
        "the attribute `calls` of count() was created as 46",
    ),
}


@pytest.mark.parametrize("name", OWN_MEMORIES)
def test_a_memory_of_the_class_itself_is_named(name: str, empty_folder: Path) -> None:
    listens, memory = OWN_MEMORIES[name]
    source = changed(listens=listens)
    with pytest.raises(SpecError) as caught:
        checked(empty_folder, source)
    assert str(caught.value) == placed(f"{ASKED_AGAIN}; {memory}{IN_ACTOR}", source)


@pytest.mark.parametrize(
    ("top", "body"),
    [
        ("from . import memory", "return memory.count() <= 30"),
        ("from . import memory", "memory.calls += 1; return memory.calls <= 30"),
        ("from .memory import count", "return count() <= 30"),
    ],
)
def test_a_memory_in_another_file_of_the_folder_is_named(
    top: str, body: str, empty_folder: Path
) -> None:
    memory = "calls = 0\n\n\ndef count():\n    global calls\n    calls += 1\n    return calls\n"
    (empty_folder / "memory.py").write_text(memory)
    source = changed(top, method(body))
    with pytest.raises(SpecError) as caught:
        checked(empty_folder, source)
    changes = "the global `calls` changed from 0 to 46"
    assert str(caught.value) == placed(f"{ASKED_AGAIN}; {changes}{IN_ACTOR}", source)


@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_every_answer_is_asked_for_once_more_in_reverse_order(
    engine: str, empty_folder: Path
) -> None:
    """Every handler is called twice during the search, so that every second call is left out."""
    source = changed("CALLS: list[int] = []", method("CALLS.append(self.last); return True"))
    result = checked(empty_folder, source, keepers=2, engine=engine)
    calls = result.setup.spec.builder.__globals__["CALLS"]
    at_first, again = calls[:80:2], calls[80:]
    assert (len(again), again) == (40, at_first[::-1])


def test_a_random_answer_that_two_calls_do_not_show_is_an_error(empty_folder: Path) -> None:
    """With this seed, the 40 calls of the search are answered alike, and one of the next is not."""
    source = changed("random.seed(46)", method("return random.random() > 0.01"))
    with pytest.raises(SpecError) as caught:
        checked(empty_folder, source)
    text = "mine.py:[def receive]: receive() of k1 depends on more than its state and message"
    assert str(caught.value).startswith(placed(text, source))
    assert str(caught.value).endswith(f"in state Keeper(last=-1)]{IN_ACTOR}")


def test_a_memory_that_two_calls_show_is_named(empty_folder: Path) -> None:
    source = changed("calls = 0", method("global calls; calls += 1; return calls != 20"))
    with pytest.raises(SpecError) as caught:
        checked(empty_folder, source)
    text = "mine.py:[def receive]: receive() of k1 is not deterministic: two calls returned "
    assert str(caught.value).startswith(placed(text, source))
    assert str(caught.value).endswith("; the global `calls` changed from 0 to 20")


def test_an_answer_that_changes_every_thousand_calls_is_an_error(empty_folder: Path) -> None:
    top = "calls = 0"
    source = changed(top, method("global calls; calls += 1; return (calls - 1) // 1000 % 2 == 0"))
    many = source.replace("self.asked < 4", "self.asked < 30")
    with pytest.raises(SpecError) as caught:
        checked(empty_folder, many, engine="compiled", max_states=2_000)
    assert "asked again later, it returned" in str(caught.value)


def test_a_set_of_the_messages_that_were_met_is_a_hidden_state(empty_folder: Path) -> None:
    top = "MET: set[int] = set()"
    body = "MET.add(self.last); return len(MET) < 4"
    source = changed(top, method(body))
    with pytest.raises(SpecError) as caught:
        checked(empty_folder, source)
    assert "; the global `MET` changed from set() to {-1, 0, 1, 2, 3}; keep" in str(caught.value)


def test_an_action_that_depends_on_a_memory_is_an_error(empty_folder: Path) -> None:
    source = changed("calls = 0").replace(
        "        if self.asked < 4:",
        "        global calls\n        calls += 1\n        if self.asked < 4 and calls <= 10:",
    )
    with pytest.raises(SpecError) as caught:
        checked(empty_folder, source)
    text = (
        "mine.py:[def actions]: actions() of a1 depends on more than its state: asked again later, "
        "it returned () instead of (a1 asks: (Asker(asked=4), Ask(number=3) to k1)) "
        f"[in state Asker(asked=3)]; the global `calls` changed from 0 to 12{IN_ACTOR}"
    )
    assert str(caught.value) == placed(text, source)


FAILS = """\
        if self.last == 3 and msg.number == 0 and not FAILED:
            FAILED.append(0)
            raise ValueError
        match msg:
"""


def test_a_failure_in_an_unreachable_state_may_repeat(empty_folder: Path) -> None:
    """On fifo a keeper never receives 0 after 3, but the tables hold this reaction."""
    source = changed("FAILED = []").replace("        match msg:\n", FAILS)
    without_memory = source.replace("FAILED.append(0)", "pass")
    search = checked(empty_folder, without_memory, network="fifo", reduce="all").search
    assert (search.verdict, search.warnings) == (Verdict.HOLDS, ())
    assert set(search.reduced) == {"minimise", "fuse", "prune"}


def test_a_memory_that_failures_change_is_a_note(empty_folder: Path) -> None:
    """A failure in an unreachable state is a reaction of which the tables know nothing else."""
    source = changed("FAILED = []").replace("        match msg:\n", FAILS)
    search = checked(empty_folder, source, network="fifo", reduce="all").search
    note = "mine.py:[def receive]: Keeper.receive() can reach the global `FAILED`, which changed "
    text = f"{placed(note, source)}from [] to [0]{STAYED}"
    assert (search.verdict, search.warnings) == (Verdict.HOLDS, (text,))


def test_a_failure_after_an_answer_is_an_error(empty_folder: Path) -> None:
    source = changed("calls = 0", method("global calls; calls += 1; return 0 < 1 // (calls < 41)"))
    with pytest.raises(SpecError) as caught:
        checked(empty_folder, source)
    text = (
        "mine.py:[def receive]: receive() of k1 depends on more than its state and message: asked "
        "again later, it did not return (Keeper(last=3), Answer(number=3) to a1), but "
        "raised ZeroDivisionError: integer division or modulo by zero [on Ask(number=3) from a1, "
        f"in state Keeper(last=3)]; the global `calls` changed from 0 to 41{IN_ACTOR}"
    )
    assert str(caught.value) == placed(text, source)


@pytest.mark.parametrize("calls", [20, 40, 60, 80])
def test_a_memory_is_named_instead_of_an_asymmetry(calls: int, empty_folder: Path) -> None:
    """A handler that answers later calls otherwise also seems to distinguish its nodes."""
    body = f"global calls; calls += 1; return calls <= {calls}"
    source = symmetric(changed("calls = 0", method(body)))
    with pytest.raises(SpecError) as caught:
        checked(empty_folder, source, engine="compiled", keepers=2)
    assert type(caught.value) is not Asymmetric
    assert "asked again later, it returned None instead of" in str(caught.value)


def symmetric(source: str) -> str:
    """Return the spec with keepers that are declared interchangeable."""
    return source.replace("[right])", "[right], interchangeable=[k])")


@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_a_property_with_a_memory_is_an_error(engine: str, empty_folder: Path) -> None:
    """Otherwise the property would be violated, and the trace would not replay."""
    body = "    global calls; calls += 1; return None if calls <= 12 else f'{calls} calls'\n"
    source = changed("calls = 0", right=body)
    with pytest.raises(SpecError) as caught:
        checked(empty_folder, source, engine=engine)
    text = (
        "mine.py:[@always]: the property right depends on more than its observation: "
        "asked again later, "
        "it returned '14 calls' instead of '13 calls'; the global `calls` "
        "changed from 0 to 14; let the property depend only on what it sees"
    )
    assert str(caught.value) == placed(text, source)


def test_a_property_that_fails_when_it_is_asked_again_is_an_error(empty_folder: Path) -> None:
    body = "    global calls; calls += 1; return ([None] * 17)[calls]\n"
    source = changed("calls = 0", right=body)
    with pytest.raises(SpecError) as caught:
        checked(empty_folder, source, engine="reference")
    text = (
        "mine.py:[@always]: the property right depends on more than its observation: "
        "asked again later, "
        "it raised IndexError: list index out of range; the global `calls` "
        "changed from 0 to 17; let the property depend only on what it sees"
    )
    assert str(caught.value) == placed(text, source)


def test_the_target_of_a_search_with_a_memory_is_an_error(empty_folder: Path) -> None:
    body = "    global calls; calls += 1; return None if calls <= 12 else f'{calls} calls'\n"
    source = changed("calls = 0", right=body)
    with pytest.raises(SpecError) as caught:
        checked(empty_folder, source, find="right")
    assert "; the global `calls` changed from 0 to 14; let the property" in str(caught.value)


def test_a_property_of_steps_with_a_memory_is_an_error(empty_folder: Path) -> None:
    body = "    global calls; calls += 1; return None if calls <= 40 else f'{calls} calls'\n"
    source = changed("calls = 0", right=body).replace(
        "right(seen: Seen)", "right(seen: Seen, after: Seen)"
    )
    with pytest.raises(SpecError) as caught:
        checked(empty_folder, source)
    text = "mine.py:[@always]: the property right depends on more than its observation"
    assert str(caught.value).startswith(placed(text, source))


def test_a_memory_of_a_property_is_named_beside_an_asymmetry(empty_folder: Path) -> None:
    body = (
        "    global calls; calls += 1; seen.sent(Answer)\n"
        "    return 'wrong' if calls == 100 else None\n"
    )
    source = symmetric(changed("calls = 0", right=body))
    with pytest.raises(SpecError) as caught:
        checked(empty_folder, source, engine="compiled", keepers=2)
    text = (
        "mine.py:[@always]: the property right distinguishes k1 and k2, which are declared "
        "interchangeable; test neither names nor their order, or remove the names from "
        "interchangeable=[...]; the global `calls` changed from 0 to 103"
    )
    assert str(caught.value) == placed(text, source)


HARMLESS: dict[str, tuple[str, str, str]] = {
    "a dict of earlier answers": (
        "MEMO: dict[int, bool] = {}",
        "return MEMO.setdefault(self.last, True)",
        "Keeper.listens() can reach the global `MEMO`, which changed from {} to a dict of 5 items",
    ),
    "a number of calls": (
        "calls = 0",
        "global calls; calls += 1; return True",
        "Keeper.listens() can reach the global `calls`, which changed from 0 to 60",
    ),
    "a closure variable of a decorator": (
        "def memo(f):\n    known = {}\n\n    def remembered(n: int) -> bool:\n"
        "        if n not in known:\n            known[n] = f(n)\n        return known[n]\n\n"
        "    return remembered\n\n\n@memo\ndef yes(n: int) -> bool:\n    return True",
        "return yes(self.last)",
        "memo.remembered() can reach the closure variable `known` of remembered(), which changed "
        "from {} to a dict of 5 items",
    ),
}


@pytest.mark.parametrize("engine", ["reference", "compiled"])
@pytest.mark.parametrize("name", HARMLESS)
def test_a_memory_that_changes_no_answer_is_a_note(
    name: str, engine: str, empty_folder: Path
) -> None:
    top, body, memory = HARMLESS[name]
    source = changed(top, method(body))
    result = checked(empty_folder, source, engine=engine)
    line = "[def remembered]" if "remembered" in memory else "[def listens]"
    note = placed(f"mine.py:{line}: {memory.replace('memo.remembered', 'remembered')}", source)
    assert (result.verdict, result.search.warnings) == (Verdict.HOLDS, (note + STAYED,))
    assert result.to_dict()["warnings"] == [note + STAYED]
    text = " ".join(str(result).split())
    assert f"Note: {note}{STAYED}." in text


def test_a_violation_is_reported_beside_the_note(empty_folder: Path) -> None:
    right = "    CALLS.append(1)\n    return 'answered' if seen.sent(Answer) else None\n"
    source = changed("CALLS: list[int] = []", right=right)
    result = checked(empty_folder, source)
    note = "mine.py:[@always]: right() can reach the global `CALLS`, which changed from [] to "
    assert result.verdict is Verdict.VIOLATED
    assert result.search.warnings == (f"{placed(note, source)}[1, 1, 1, 1]{STAYED}",)


def test_many_memories_are_counted(empty_folder: Path) -> None:
    names = [f"calls_{i}" for i in range(8)]
    top = "\n".join(f"{name} = 0" for name in names)
    body = f"global {', '.join(names)}; {'; '.join(f'{name} += 1' for name in names)}; return True"
    warnings = checked(empty_folder, changed(top, method(body))).search.warnings
    assert len(warnings) == 6
    assert warnings[5] == "3 other places that the handlers and properties can reach changed, too"


UNSUSPICIOUS: dict[str, tuple[str, str]] = {
    "a cached function": (
        "@cache\ndef yes(n: int) -> bool:\n    return True",
        "return yes(self.last)",
    ),
    "a global that nothing changes": ("TABLE = {n: True for n in range(-1, 9)}", "return TABLE[0]"),
    "a module that has a state": ("", "return random is not None and itertools is not None"),
    "a global that another function changes": (
        "CALLS: list[int] = []\n\n\ndef other() -> None:\n    CALLS.append(1)",
        "return True",
    ),
    "an attribute with the name of a global": ("last = 0", "return self.last < 9"),
}


@pytest.mark.parametrize("engine", ["reference", "compiled"])
@pytest.mark.parametrize("name", UNSUSPICIOUS)
def test_code_that_remembers_nothing_gives_no_note(
    name: str, engine: str, empty_folder: Path
) -> None:
    top, body = UNSUSPICIOUS[name]
    result = checked(empty_folder, changed(top, method(body)), engine=engine)
    assert (result.verdict, result.search.warnings) == (Verdict.HOLDS, ())


def stopped(phrase: str) -> str:
    """Return the warning about a test that stopped."""
    text = "not all handlers and properties were asked again"
    return f"the test for hidden state stopped {phrase}: {text}"


def test_a_search_that_ctrl_c_stops_is_not_tested(empty_folder: Path) -> None:
    source = changed(
        "ITERATOR = itertools.count()",
        method("next(ITERATOR) < 10 or exec('raise KeyboardInterrupt'); return True"),
    )
    search = checked(empty_folder, source).search
    assert (search.verdict, search.warnings) == (Verdict.INCOMPLETE, ())


def test_a_memory_in_a_search_that_ctrl_c_stops_is_noted(empty_folder: Path) -> None:
    body = "global calls; calls += 1; calls < 10 or exec('raise KeyboardInterrupt'); return True"
    search = checked(empty_folder, changed("calls = 0", method(body))).search
    notes = [note.partition("global ")[2] for note in search.warnings]
    assert search.warnings[0] == stopped("by Ctrl-C")
    assert notes[1:] == [f"`calls`, which changed from 0 to 10{STAYED}"]


def test_ctrl_c_during_the_test_keeps_the_verdict_and_is_noted(empty_folder: Path) -> None:
    """The 41st call is the first one after the search."""
    source = changed(
        "ITERATOR = itertools.count()",
        method("next(ITERATOR) < 40 or exec('raise KeyboardInterrupt'); return True"),
    )
    search = checked(empty_folder, source).search
    assert (search.verdict, search.warnings) == (Verdict.HOLDS, (stopped("by Ctrl-C"),))


def test_a_limit_during_the_test_keeps_the_verdict_and_is_noted(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: Any) -> None:
        raise Stop("the limit of 5 seconds")

    monkeypatch.setattr(hidden_state, "difference", stop)
    search = checked(empty_folder, changed()).search
    note = stopped("at the limit of 5 seconds")
    assert (search.verdict, search.warnings) == (Verdict.HOLDS, (note,))


def test_a_search_at_the_limit_of_states_is_tested(empty_folder: Path) -> None:
    source = changed("calls = 0", method("global calls; calls += 1; return calls <= 20"))
    with pytest.raises(SpecError) as caught:
        checked(empty_folder, source, max_states=100)
    assert "asked again later" in str(caught.value)
    assert checked(folder_in(empty_folder), changed(), max_states=100).search.warnings == ()


def test_a_search_at_the_limit_of_time_is_not_tested(empty_folder: Path) -> None:
    search = checked(empty_folder, changed(), max_seconds=1e-9).search
    assert (search.verdict, search.warnings) == (Verdict.INCOMPLETE, ())


def test_the_replay_of_a_trace_asks_the_handlers_again(empty_folder: Path) -> None:
    """The search with this memory finds an error, so that its trace is that of a calm spec."""
    right = "    return 'answered' if seen.sent(Answer) else None\n"
    saved = checked(empty_folder, changed(right=right)).saved
    assert saved is not None
    path = folder_in(empty_folder) / "mine.py"
    source = changed("calls = 0", method("global calls; calls += 1; return calls <= 2"), right)
    path.write_text(source, encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        replay(saved, saved.prepare(find(path)))
    text = "mine.py:[def receive]: receive() of k1 depends on more than its state and message"
    assert str(caught.value).startswith(f"inner/{placed(text, source)}")
    assert str(caught.value).endswith(f"; the global `calls` changed from 0 to 3{IN_ACTOR}")


def folder_in(folder: Path) -> Path:
    """Return a new folder; pcheck reads each file of a folder only once."""
    inner = folder / "inner"
    inner.mkdir()
    return inner


@pytest.mark.slow
@pytest.mark.parametrize("hash_seed", ["0", "1", "2"])
def test_the_texts_do_not_depend_on_the_hash_seed(hash_seed: str, empty_folder: Path) -> None:
    top = "MET: set[str] = set()\nWORDS = frozenset('abc')"
    body = "MET.update(WORDS, f'n{self.last}'); return len(MET) > 0"
    (empty_folder / "mine.py").write_text(changed(top, method(body)), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "pcheck", "explore", "./mine.py"],
        env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT), "COLUMNS": "400"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert re.findall("Note: (.*)", run.stdout) == [
        placed("mine.py:[def listens]: Keeper.listens() can reach the global `MET`, ", changed(top))
        + f"which changed from set() to a set of 9 items{STAYED}."
    ]


MODEL = """\
from collections.abc import Iterator

from pcheck import Model, Seen, always, spec

CALLS: list[int] = []


@always(sees=[])
def fine(seen: Seen) -> str | None:
    return None


class Count(Model[int]):
    properties = (fine,)

    def initial(self) -> int:
        return 0

    def steps(self, state: int) -> Iterator[tuple[str, int]]:
        # steps
        if state < 5:
            yield "counts", state + 1

    def observe(self, state: int) -> Seen:
        # observe
        return Seen([], {})


@spec
def counting() -> Count:
    return Count()
"""
IN_STATE = "; keep what a Model remembers in its states"
MODELS = {
    "other steps": (
        "CALLS.append(1); state += len(CALLS) > 6",
        "pass",
        "mine.py:[def steps]: steps() depends on more than its state: asked again later, "
        "it gave no step instead of the step 'counts' to 5 [in state 4]; the global "
        f"`CALLS` changed from [] to [1, 1, 1, 1, 1, 1, 1, 1]{IN_STATE}",
    ),
    "a failure": (
        "CALLS.append(1); 1 // (len(CALLS) < 7)",
        "pass",
        "mine.py:[def steps]: steps() depends on more than its state: asked again later, "
        "it raised ZeroDivisionError: integer division or modulo by zero [in state 5]; the "
        f"global `CALLS` changed from [] to [1, 1, 1, 1, 1, 1, 1]{IN_STATE}",
    ),
    "another observation": (
        "pass",
        "CALLS.append(1); return Seen([('n', len(CALLS) > 6)], {})",
        "mine.py:[def observe]: observe() depends on more than its state: asked again later, "
        "it returned another observation [in state 5]; the global `CALLS` changed from [] "
        f"to [1, 1, 1, 1, 1, 1, 1]{IN_STATE}",
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_model_with_a_memory_is_an_error(name: str, empty_folder: Path) -> None:
    steps, observe, text = MODELS[name]
    source = MODEL.replace("# steps", steps).replace("# observe", observe)
    with pytest.raises(SpecError) as caught:
        checked(empty_folder, source)
    assert str(caught.value) == placed(text, source)


def test_a_memory_of_a_model_that_changes_no_answer_is_a_note(empty_folder: Path) -> None:
    source = MODEL.replace("# steps", "self.met = getattr(self, 'met', 0) | 1 << state")
    result = checked(empty_folder, source)
    note = (
        "mine.py:[class Count]: Count can reach the attribute `met` of Count, which was created as "
        "63"
    )
    assert (result.verdict, result.search.warnings) == (
        Verdict.HOLDS,
        (placed(note, source) + STAYED,),
    )
