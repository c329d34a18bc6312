"""The setup of a scenario: its first lines, and the lines of its given start."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias, get_args

from pcheck.errors import PcheckError, SpecError, UsageError
from pcheck.loading.added import Also
from pcheck.loading.options import Parameter
from pcheck.loading.setup import CRASH_BUDGET, Setup, prepare
from pcheck.loading.spec import Spec
from pcheck.scenarios.text import GENERAL, Line, Scenario, error_at

Settings: TypeAlias = Mapping[str, Line]
Given: TypeAlias = Sequence[tuple[str, Any]]  # names of settings with their values


def setup_of(scenario: Scenario, spec: Spec, also: Also = ()) -> Setup:
    """Return the setup that the first lines of a scenario describe, or raise TraceError."""
    given = _values(scenario.settings, spec, scenario.place)
    start = [each.text for each in scenario.given]
    try:
        return _prepared(spec, given, also=also, start=start)
    except (UsageError, SpecError) as error:
        line = _line_of(
            error, scenario.given, lambda nth: _prepared(spec, given, start=start[:nth])
        )
        if line is None:
            raise
        raise error_at(scenario.place, line, str(error)) from None


def setup_of_settings(
    settings: Settings, spec: Spec, place: str, properties: Iterable[str] = ()
) -> Setup:
    """Return the setup that some lines of the file `place` describe, or raise TraceError."""
    return _prepared(spec, _values(settings, spec, place), properties=properties)


def _values(settings: Settings, spec: Spec, place: str) -> Given:
    """Return the values of settings, or raise TraceError if they describe no setup."""
    parameters = {each.name: each for each in spec.parameters}
    given: list[tuple[str, Any]] = []  # the settings so far
    for name, line in settings.items():
        with _at(place, line):
            if name in parameters:
                given.append((name, _parsed(parameters[name], line.text)))
                parameters[name].check(given[-1][1])
            elif name == "crashes":
                given.append((name, _parsed(CRASH_BUDGET, line.text)))
            elif name in GENERAL:
                given.append((name, line.text))
            else:
                spec.options({name: line.text})  # raises the error about an unknown option
    try:
        _prepared(spec, given)
    except (UsageError, SpecError) as error:
        lines = list(settings.values())
        line = _line_of(error, lines, lambda nth: _prepared(spec, given[:nth])) or lines[-1]
        raise error_at(place, line, str(error)) from None
    return given


def _prepared(
    spec: Spec,
    given: Given,
    also: Also = (),
    start: Sequence[str] = (),
    properties: Iterable[str] = (),
) -> Setup:
    general = {name: value for name, value in given if name in GENERAL and name != "spec"}
    options = {name: value for name, value in given if name not in GENERAL}
    return prepare(spec, options, **general, also=also, start=start, properties=properties)


def _line_of(
    error: PcheckError, lines: Sequence[Line], prepared: Callable[[int], object]
) -> Line | None:
    """Return the first line with which the lines so far have the error of all lines.

    The lines before it may have other errors, because their order does not matter. `prepared` makes
    the setup of that many lines.
    """
    for nth, line in enumerate(lines, start=1):
        try:
            prepared(nth)
        except (UsageError, SpecError) as other:
            if str(other) == str(error):
                return line
    return None


@contextmanager
def _at(place: str, line: Line) -> Iterator[None]:
    """Name the line in an error."""
    try:
        yield
    except (UsageError, SpecError) as error:
        raise error_at(place, line, str(error)) from None


def _parsed(parameter: Parameter, text: str) -> Any:
    """Return the value of an option that is written as text, or raise UsageError."""
    if parameter.kind is bool:
        words = {"true": True, "yes": True, "false": False, "no": False}
        return words.get(text.lower(), text)
    if get_args(parameter.kind) or parameter.kind is str:
        return text
    try:
        return parameter.kind(text)
    except ValueError:
        return text
