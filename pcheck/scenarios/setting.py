"""The setup of a scenario: its first lines, and the lines of its given start."""

from __future__ import annotations

from typing import Any, get_args

from pcheck.errors import UsageError
from pcheck.loading.added import Also
from pcheck.loading.options import Parameter
from pcheck.loading.setup import CRASH_BUDGET, Setup, prepare
from pcheck.loading.spec import Spec
from pcheck.scenarios.text import GENERAL, Scenario


def setup_of(scenario: Scenario, spec: Spec, also: Also = ()) -> Setup:
    """Return the setup that the first lines of a scenario describe, or raise TraceError."""
    lines = dict(scenario.settings)
    parameters = {each.name: each for each in spec.parameters}
    options, general = {}, dict[str, Any]()
    for name, line in lines.items():
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
            raise scenario.at(line, str(error)) from None
    given = [each.text for each in scenario.given]
    for nth, line in enumerate(scenario.given, start=1):
        try:
            prepare(spec, options, **general, start=given[:nth])
        except UsageError as error:
            raise scenario.at(line, str(error)) from None
    return prepare(spec, options, **general, also=also, start=given)


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
