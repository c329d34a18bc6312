"""The test that the answers of user code depend on nothing but the arguments: no hidden state.

A search remembers the answers of handlers and of properties. Its verdict is worthless if the
answers depend on more than the arguments, such as a global that a handler changes. So every search
is tested at its end, in two ways. First, all remembered answers of handlers are asked for once
more, in reverse order, and so are samples of the answers of properties and of a Model. A different
answer is an error. Second, the data that user code can reach is compared with its content before
the search. A change is named in the error. Without a different answer, the change is only a
warning, because the data may be a cache, which is harmless.

The limits of time and memory include the test. If they, or the user, stop the test, the verdict
stays, and a warning says that some answers were not asked for again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from pcheck.blame import place_of
from pcheck.errors import Asymmetric, SpecError, Unreliable
from pcheck.language.model import Model
from pcheck.language.printing import show
from pcheck.language.property import Property
from pcheck.language.seen import Seen
from pcheck.search.clock import Clock, Progress
from pcheck.search.limits import INTERRUPT, STOPPING_EXCEPTIONS, stop_phrase, stop_reason
from pcheck.search.outcome import SearchResult, Verdict
from pcheck.search.samples import Answer
from pcheck.semantics.checked_model import checked
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.reach import Change, changes, named, snapshot
from pcheck.semantics.second_asking import difference, unreliable
from pcheck.text import counted

MAX_WARNINGS = 5
ASKING_AGAIN = "asking the handlers again"
KEEP_IN_ACTOR = "; keep what a handler remembers in a field of the actor"
KEEP_IN_STATE = "; keep what a Model remembers in its states"
KEEP_TO_SEEN = "; let the property depend only on what it sees"
SHARED = (
    "which changed, and which all nodes share here; if each node has its own, name it in "
    "keeps=(...), otherwise in outside={...}"
)
Check = Callable[[], None]  # raises an exception to stop the test


class HiddenStateTest:
    """The test of one search; create it before the search."""

    def __init__(self, model: Model[Any]) -> None:
        self.model = model
        self._before = snapshot(self._roots())

    def result(self, search: SearchResult, clock: Clock) -> SearchResult:
        """Return the search result with the warnings of the test, or raise Unreliable."""
        progress = Progress(search.depth, search.states, search.transitions)
        tick = clock.ticking(progress, ASKING_AGAIN)
        stopped, changed = search.stopped, []
        try:
            if stopped != INTERRUPT:
                self.ask_handlers_again(tick)
                self._ask_samples_again(search.samples.answers(), tick)
                stopped = None
        except STOPPING_EXCEPTIONS as end:
            stopped = stop_reason(end)
        with suppress(*STOPPING_EXCEPTIONS):
            changed = changes(self._before, snapshot(self._roots()))
        self._refuse_shared_data(changed)
        if search.verdict is Verdict.INCOMPLETE and not changed:
            stopped = None  # the verdict says enough
        found = replace(search, seconds=clock.seconds(), peak=max(search.peak, clock.peak))
        return found.with_warnings(_warnings(stopped, changed))

    def explained(self, error: SpecError, clock: Clock) -> SpecError:
        """Return an error of the search with the data that changed, which may be its cause.

        Because of hidden state, code may also seem to distinguish names: raise Unreliable if an
        answer of a handler did not stay the same.
        """
        if isinstance(error, Asymmetric):
            with suppress(*STOPPING_EXCEPTIONS):
                self.ask_handlers_again(clock.ticking(Progress(), ASKING_AGAIN))
        changed = named(changes(self._before, snapshot(self._roots())))
        explained = type(error)(f"{error}{changed}")
        explained.trace = error.trace
        return explained

    def ask_handlers_again(self, check: Check = lambda: None) -> None:
        """Raise Unreliable if a handler gives an answer that is not the remembered one."""
        if isinstance(self.model, ClusterModel):
            for asked in reversed(self.model.asked):
                check()
                differs = difference(asked)
                if differs is not None:
                    changed = self._changes(type(asked.actor))
                    raise unreliable(asked, differs, f"{changed}{KEEP_IN_ACTOR}")

    def _refuse_shared_data(self, changed: Sequence[Change]) -> None:
        """Raise Unreliable if a program that was written for a process of its own changes a global.

        All nodes share the global here. So a node may see what only another node could know.
        """
        kinds = {type(node.first.actor) for node in getattr(self.model, "nodes", ())}
        own = [kind for kind in kinds if hasattr(kind, "__pcheck_outside__")]
        allowed = {id(each) for kind in own for each in kind.__pcheck_outside__()}
        for change in changed if own else ():
            if id(change.datum.held) not in allowed:
                raise Unreliable(f"{change.reader} can reach {change.datum.name}, {SHARED}")

    def _ask_samples_again(self, answers: Sequence[Answer], check: Check) -> None:
        """Raise Unreliable if a property or a Model now answers otherwise."""
        model = checked(self.model)
        methods = {"steps": lambda state: list(model.steps(state)), "observe": model.observe}
        for _, of, arguments, before in reversed(answers):
            check()
            if isinstance(of, Property):
                now = _answer(of.name, of.answer, *arguments)
                if now != before:
                    raise self._property_error(of, _returned(now, before))
            else:
                now = _answer(f"{of}()", methods[of], *arguments)
                if now != before:
                    raise self._model_error(of, arguments[0], _returned(now, before))

    def _property_error(self, prop: Property, differs: str) -> Unreliable:
        return Unreliable(
            f"{place_of(prop.test)}the property {prop.name} depends on more than its observation: "
            f"asked again later, it {differs}{self._changes(prop.test)}{KEEP_TO_SEEN}"
        )

    def _model_error(self, method: str, state: Any, differs: str) -> Unreliable:
        where = f" [in state {show(state)}]"
        return Unreliable(
            f"{place_of(getattr(self.model, method))}{method}() depends on more than its state: "
            f"asked again later, it {differs.removesuffix(where)}{where}"
            f"{self._changes(self.model)}{KEEP_IN_STATE}"
        )

    def _roots(self) -> list[Any]:
        """Return the code that must not depend on hidden state: handlers and properties."""
        model = self.model
        conditions = [prop.while_ for prop in model.properties if prop.while_ is not None]
        tests = [prop.test for prop in (*model.properties, *conditions)]
        if isinstance(model, ClusterModel):
            return [*dict.fromkeys(type(node.first.actor) for node in model.nodes), *tests]
        return [model, *tests]

    def _changes(self, root: Any) -> str:
        """Return the changes since the search began of the data that some code can reach."""
        now = snapshot([root])
        return named(changes({at: self._before[at] for at in now if at in self._before}, now))


def _warnings(stopped: str | None, changed: Sequence[Change]) -> Iterator[str]:
    """Yield what was not tested, and what changed although every answer stayed the same."""
    if stopped is not None:
        yield (
            f"the test for hidden state stopped {stop_phrase(stopped)}: not all handlers and "
            "properties were asked again"
        )
    for change in changed[:MAX_WARNINGS]:
        yield (
            f"{change.reader} can reach {change.datum.name}, which {change.verb}; the answers that "
            "were asked for again after the search stayed the same"
        )
    if len(changed) > MAX_WARNINGS:
        more = counted(len(changed) - MAX_WARNINGS, "other place")
        yield f"{more} that the handlers and properties can reach changed, too"


class _Failure(str):
    """The text of an error that user code raised instead of an answer."""


def _answer(subject: str, ask: Callable[..., Any], *arguments: Any) -> Any:
    """Return the answer of user code, or a _Failure without the place and the subject."""
    try:
        return ask(*arguments)
    except SpecError as error:
        if isinstance(error.__cause__, MemoryError):
            raise error.__cause__ from None
        return _Failure(str(error).partition(f"{subject} ")[2])


def _returned(now: Any, before: Any) -> str:
    """Return how an answer differs; of two lists of steps, the first step that differs is named."""
    if isinstance(now, _Failure):
        return now
    if isinstance(now, Seen):
        return "returned another observation"
    if not isinstance(now, list):
        return f"returned {show(now)} instead of {show(before)}"
    new, old = next((new, old) for new, old in zip_longest(now, before) if new != old)
    return f"gave {_said_step(new)} instead of {_said_step(old)}"


def _said_step(step: tuple[str, Any] | None) -> str:
    return f"the step {step[0]!r} to {show(step[1])}" if step is not None else "no step"
