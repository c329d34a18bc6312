"""The setup of a scenario: its first lines, and the lines of its given start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from pcheck.errors import UsageError
from pcheck.loading.added import Also
from pcheck.loading.options import Parameter
from pcheck.loading.setup import CRASH_BUDGET, Setup, prepare
from pcheck.loading.spec import Spec
from pcheck.scenarios.text import GENERAL, Line, Scenario, error_at

Arguments = tuple[dict[str, Any], dict[str, Any]]  # the spec's own options, and all others


def setup_of(scenario: Scenario, spec: Spec, also: Also = ()) -> Setup:
    """Return the setup that the first lines of a scenario describe, or raise TraceError."""
    options, general = arguments_of(scenario.settings, spec, scenario.place)
    given = [each.text for each in scenario.given]
    for nth, line in enumerate(scenario.given, start=1):
        try:
            prepare(spec, options, **general, start=given[:nth])
        except UsageError as error:
            raise scenario.at(line, str(error)) from None
    return prepare(spec, options, **general, also=also, start=given)


def arguments_of(settings: Mapping[str, Line], spec: Spec, place: str) -> Arguments:
    """Return the arguments for `prepare` that settings describe, or raise TraceError."""
    parameters = {each.name: each for each in spec.parameters}
    options, general = {}, dict[str, Any]()
    for name, line in settings.items():
        try:
            if name in parameters:
                options[name] = _parsed(parameters[name], line.text)
            elif name == "crashes":
                general[name] = _parsed(CRASH_BUDGET, line.text)
            elif name in GENERAL:
                general[name] = line.text
            else:
                spec.options({name: line.text})  # raises the error about an unknown option
            general.pop("spec", None)
            prepare(spec, options, **general)
        except UsageError as error:
            raise error_at(place, line, str(error)) from None
    return options, general


def _parsed(parameter: Parameter, text: str) -> Any:
    """Return the value of an option that is written as text; a wrong text stays text."""
    if parameter.kind is bool:
        words = {"true": True, "yes": True, "false": False, "no": False}
        return words.get(text.lower(), text)
    if get_args(parameter.kind) or parameter.kind is str:
        return text
    try:
        return parameter.kind(text)
    except ValueError:
        return text
