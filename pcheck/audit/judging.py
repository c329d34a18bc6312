"""The properties of a protocol, judged after each step of one run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from pcheck.audit.options import Options
from pcheck.audit.places import Place
from pcheck.audit.result import Violation
from pcheck.audit.trail import Trail
from pcheck.language.property import Kind, Property
from pcheck.language.seen import Seen
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Config

MAX_STEPS = 50_000  # of a run in which properties of fields are judged

PlaceOf = Callable[[int, int], Place | None]  # of an event, by its node and its number


def rules_of(properties: Iterable[Property]) -> list[Property]:
    """Return the properties that say what is always true."""
    return [each for each in properties if each.kind is Kind.ALWAYS]


def is_about_messages(prop: Property) -> bool:
    """Return whether a property reads only what was sent."""
    return not prop.is_step_property and all(isinstance(each, type) for each in prop.sees)


def judge(
    options: Options,
    starts: Sequence[Config],
    trail: Trail,
    properties: Iterable[Property],
    place_of: PlaceOf,
) -> list[Violation]:
    """Return the properties that a run violates, each after the first step that does."""
    observer, configs, observed = options.model.observer, list(starts), frozenset[Letter]()
    before = observer.seen(observer.observation(observed, configs))
    left, found = list(properties), list[Violation]()
    for prop in list(left):
        if not prop.is_step_property and (why := prop.why_false(before)) is not None:
            found.append(Violation(prop.name, why, None, "the first state"))
            left.remove(prop)
    about_fields = any(not is_about_messages(each) for each in left)
    for i, step, event in trail:
        if not left:
            break
        now = observer.watch(observed, step.bundle)
        is_more, observed = now is not observed, now
        configs[i] = step.after
        if not is_more and not about_fields:
            continue
        seen = observer.seen(observer.observation(observed, configs))
        if seen is before:
            continue
        for prop in list(left):
            if (why := _why_false(prop, before, seen)) is not None:
                found.append(Violation(prop.name, why, place_of(i, event), step.label))
                left.remove(prop)
        before = seen
    return found


def _why_false(prop: Property, before: Seen, after: Seen) -> str | None:
    return prop.why_false(before, after) if prop.is_step_property else prop.why_false(after)
