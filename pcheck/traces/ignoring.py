"""The reason why a node ignores a message or offers no action: the conditions that decided it.

The handler is asked again, with every condition recorded. A condition decided the answer if another
answer follows from its opposite value: a reaction, the same state instead of None, or a failure,
because a later line relies on the condition. So no condition is named that was not evaluated, or
whose value made no difference. If no condition can be named, nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import fields
from functools import cache, partial
from itertools import islice
from typing import Any

from pcheck.language.actor import Actor, Either
from pcheck.language.names import Id
from pcheck.language.printing import brief, show
from pcheck.language.values import exact, exact_state
from pcheck.semantics.network import Letter
from pcheck.traces.asking import Answer, Call, Condition

MAX_TRIED = 500  # sets of conditions that get their opposite values


class Reasons:
    """The reasons of many nodes for ignoring messages, each computed once.

    A reason holds for every actor that agrees in all fields on which the reason depends.
    """

    def __init__(self) -> None:
        # for each class, message and sender: the reasons by the values of some fields
        self._known: dict[Hashable, dict[tuple[str, ...], dict[Hashable, str]]] = {}

    def ignores(self, actor: Actor, letter: Letter) -> str:
        """Return the predicate for a node that ignores "this message", with the reason."""
        known = self._known.setdefault((type(actor), letter), {})
        for names, reasons in known.items():
            found = reasons.get(_values_of(actor, names))
            if found is not None:
                return found
        call = _call_of(actor, letter.message, letter.src)
        text = _predicate(call, "this message")
        names = tuple(sorted(call.reads))
        return known.setdefault(names, {}).setdefault(_values_of(actor, names), text)


def _values_of(actor: Actor, names: Iterable[str]) -> Hashable:
    return tuple([exact(getattr(actor, name)) for name in names])


def ignores(actor: Actor, message: object, src: Id, what: str = "") -> str:
    """Return the predicate for a node that ignores a message, with the reason if it is known.

    An example is "ignores Prepare(1): `self.may_promise(ballot)` is false; promised = 2". `what`
    replaces the text of the message.
    """
    call = _call_of(actor, message, src)
    return _predicate(call, what or brief(message))


def _call_of(actor: Actor, message: object, src: Id) -> Call:
    return Call(actor, message, lambda actor: actor.receive, (message, src))


def _predicate(call: Call, what: str) -> str:
    """Return the predicate for a node that ignores the message of a call."""
    actor, kind = call.actor, type(call.message).__name__
    reacts = _reacts_as(actor)
    first = call.again()
    if first.failed or _holds(reacts, first):
        return f"ignores {what}"
    answers = [_answered] if first.result is None else []
    found = _deciding(call, first, [partial(_holds, reacts), *answers, _failed])
    if found:
        return f"ignores {what}: {_described(actor, found)}"
    if first.result is not None:
        return f"ignores {what}: its next state would be the same"
    if first.is_opaque or not (first.asks_for_kinds or type(actor).receive is Actor.receive):
        return f"ignores {what}"
    if not first.concerns_kind:
        return f"has no case for {kind}"
    if not first.conditions and first.mismatches:
        read = frozenset(name for case in first.mismatches for name in case.fields)
        call.reads.update(read & {each.name for each in fields(actor)})  # since they are shown
        texts = " and ".join(f"`{case.text}`" for case in first.mismatches)
        verb = "does" if len(first.mismatches) == 1 else "do"
        return f"ignores {what}: {texts} {verb} not match{_values(actor, read)}"
    return f"ignores {what}"


def conditions_against(actor: Actor, offered: Callable[[Any], bool]) -> str | None:
    """Return why the actor's actions do not contain a step, or None if no condition is known.

    `offered` says whether the actions contain the step.
    """
    call = Call(actor, None, lambda actor: actor.actions, ())
    first = call.again()
    if first.failed or _holds(offered, first):
        return None
    found = _deciding(call, first, [partial(_holds, offered)])
    return _described(actor, found) if found else None


def _holds(wanted: Callable[[Any], bool], call: Answer) -> bool:
    """Return whether the result of a call is as wanted; an invalid result is not."""
    try:
        return not call.failed and wanted(call.result)
    except Exception:
        return False


def _answered(call: Answer) -> bool:
    return not call.failed and call.result is not None


def _failed(call: Answer) -> bool:
    return call.failed and not call.is_too_long


def _deciding(
    call: Call, first: Answer, outcomes: list[Callable[[Answer], bool]]
) -> list[Condition]:
    """Return the conditions whose opposite leads to the first outcome that any of them leads to.

    Conditions that read a field are preferred. If no single condition leads to the outcome, a
    condition is returned that does so together with a later one.
    """

    @cache
    def answers(in_pairs: bool) -> list[tuple[int, Answer]]:
        sets = (_pairs if in_pairs else _single)(call, first)
        return [(places[0], call.again(*places)) for places in islice(sets, MAX_TRIED)]

    for is_outcome in outcomes:
        for in_pairs in (False, True):
            places = [place for place, answer in answers(in_pairs) if is_outcome(answer)]
            found = [first.conditions[place] for place in dict.fromkeys(places)]
            if found:
                deciding = [each for each in found if each.fields] or found
                return list(dict.fromkeys(deciding[:1] if in_pairs else deciding))
    return []


def _single(call: Call, first: Answer) -> Iterator[tuple[int, ...]]:
    """Yield the place of each condition of the first answer."""
    return ((place,) for place in range(len(first.conditions)))


def _pairs(call: Call, first: Answer) -> Iterator[tuple[int, ...]]:
    """Yield the place of each condition, with each later one that its opposite leads to."""
    for place in range(len(first.conditions)):
        for later in range(place + 1, len(call.again(place).conditions)):
            yield place, later


def _described(actor: Actor, found: list[Condition]) -> str:
    read = frozenset(name for each in found for name in each.fields)
    return f"{' and '.join(map(str, found))}{_values(actor, read)}"


def _values(actor: Actor, read: frozenset[str]) -> str:
    """Return the values of fields: `; promised = 2`."""
    names = [each.name for each in fields(actor) if each.name in read and each.name != "me"]
    return "".join(
        f"{'; ' if nth == 0 else ', '}{name} = {show(getattr(actor, name))}"
        for nth, name in enumerate(names)
    )


def _reacts_as(actor: Actor) -> Callable[[object], bool]:
    """Return whether a step of the actor changes or sends something, as a function of the step."""
    before = exact_state(actor)

    def reacts(step: Any) -> bool:
        if isinstance(step, Either):
            return any(reacts(way) for _, way in step.ways)
        if isinstance(step, tuple):
            return len(step) > 1 or reacts(step[0])
        return step is not None and exact_state(step) != before

    return reacts
