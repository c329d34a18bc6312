"""The selection of what to check: properties of a spec by name, a target, or questions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pcheck.blame import place_of
from pcheck.errors import ParameterName, SpecError, UsageError
from pcheck.language.cluster import Cluster
from pcheck.language.model import Model
from pcheck.language.property import Kind, Property
from pcheck.loading.spec import Spec
from pcheck.text import one_of, unknown


def declared(spec: Spec, built: Cluster | Model[Any]) -> tuple[Property, ...]:
    """Return the properties and questions of a spec, or raise SpecError if one is none."""
    questions = built.questions if isinstance(built, Cluster) else ()
    for prop in built.properties:
        if not isinstance(prop, Property):
            name = getattr(prop, "__name__", repr(prop))
            place = place_of(spec.builder)
            raise SpecError(
                f"{place}{name} is not a property; decorate it with @always(sees=[...])"
            )
    declared = (*built.properties, *questions)
    if len({prop.name for prop in declared}) < len(declared):
        raise SpecError(f"{spec.name} has two properties with the same name; rename one of them")
    return declared


def select_properties(
    spec: Spec, declared: Iterable[Property], names: tuple[str, ...]
) -> tuple[Property, ...]:
    """Return the properties with these names, or all but the questions, or raise UsageError.

    The observations of properties that are no questions are still those of all of these.
    """
    known = {prop.name: prop for prop in declared}
    for name in names:
        if name not in known:
            raise UsageError(unknown("property", name, known, of=spec.name))
    if not names:
        return tuple(prop for prop in known.values() if not prop.is_question)
    selected = tuple(prop for prop in known.values() if prop.name in names)
    questions = [prop.name for prop in selected if prop.is_question]
    if questions and len(questions) < len(selected):
        other = next(prop.name for prop in selected if not prop.is_question)
        text = f"{questions[0]} asks about the future, and {other} does not"
        raise UsageError(f"{text}; check them one after the other")
    if len({prop.kind for prop in selected if prop.is_question}) > 1:
        raise UsageError(f"{' and '.join(questions)} are of two kinds; check them one by one")
    return selected


def find_target(spec: Spec, declared: Iterable[Property], find: str) -> Property:
    """Return the property with this name or alias, or raise UsageError."""
    known = {
        name: prop
        for prop in declared
        for name in (prop.alias, prop.name)
        if name and not prop.is_question
    }
    if any(prop.is_question and prop.name == find for prop in declared):
        text = f"{find} asks about the future; name it with --property instead of"
        raise UsageError(text, ParameterName("find"))
    if find not in known:
        raise UsageError(unknown("property", find, known, of=spec.name))
    return known[find]


def check_without_questions(spec: Spec, declared: Iterable[Property], **given: object) -> None:
    """Raise UsageError if stops are given although no question about the future is asked."""
    questions = [prop.name for prop in declared if prop.kind is Kind.STILL_POSSIBLE]
    remedy = f"name one with --property: {one_of(questions)}" if questions else "none is declared"
    for name, value in given.items():
        if value is not None:
            text = f"applies only to questions about the future of {spec.name}; {remedy}"
            raise UsageError(ParameterName(name), text)
