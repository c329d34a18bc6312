"""The options of a spec: the parameters of its builder, checked and named for the command line."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Annotated, Any, Literal, NoReturn, get_args, get_origin, get_type_hints

from pcheck.blame import described, place_of
from pcheck.errors import ParameterName, SpecError, UsageError
from pcheck.language.decorators import Option
from pcheck.text import an, one_of

GENERAL_OPTIONS = frozenset(  # the names of the commands' own options
    "spec bug also network crashes crash_nodes engine reduce property all_properties max_states "
    "max_seconds max_memory save json quiet help find format output levels step verify "
    "coverage coverage_file max_depth stops stop_nodes threads traps gap map checkpoint "
    "checkpoint_every disk".split()
)


def argument(value: object) -> str:
    """Return the value of an option as on the command line: `a1,a2` for a sequence of names."""
    return ",".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def flag(option: str) -> str:
    """Return the flag of an option on the command line: `--max-states`."""
    return f"--{option.replace('_', '-')}"


@dataclass(frozen=True)
class Parameter:
    """An option of a spec: a parameter of its builder."""

    name: str
    kind: Any  # int, float, bool, str, or a Literal of strings
    default: Any
    option: Option

    @property
    def flag(self) -> str:
        return flag(self.name)

    @property
    def help(self) -> str:
        """The help text of the option, with its choices if it has choices."""
        choices = ", ".join(get_args(self.kind))
        return f"{self.option.help} (one of: {choices})".lstrip() if choices else self.option.help

    def check(self, value: object) -> None:
        """Raise UsageError unless the value has the right type, is a choice, and lies in the range.

        The value comes from a command line, a caller or a saved trace.
        """
        choices = get_args(self.kind)
        if choices and value not in choices:
            self._refuse(one_of(choices), repr(value))
        if not choices and type(value) is not self.kind:
            self._refuse(an(self.kind.__name__), repr(value))
        if isinstance(value, (int, float)):
            self._check_range(value)

    def _check_range(self, value: float) -> None:
        low, high = self.option.min, self.option.max
        if value != value:
            self._refuse("a number", str(value))
        if low is not None and value < low:
            self._refuse(f"at least {low}", str(value))
        if high is not None and value > high:
            self._refuse(f"at most {high}", str(value))

    def _refuse(self, expected: str, given: str) -> NoReturn:
        raise UsageError(ParameterName(self.name), f"must be {expected}, got {given}")


def parameters_of(builder: Callable[..., Any]) -> Iterator[Parameter]:
    """Yield the options of a builder, or raise SpecError for a parameter that cannot be one."""
    place = place_of(builder)
    for name, parameter in inspect.signature(builder).parameters.items():
        if parameter.default is parameter.empty or parameter.kind is parameter.POSITIONAL_ONLY:
            raise SpecError(
                f"{place}the option {name} of {builder.__name__} must be a keyword parameter with "
                "a default"
            )
        if name in GENERAL_OPTIONS:
            raise SpecError(
                f"{place}the option {name} of {builder.__name__} clashes with pcheck's own "
                f"{flag(name)}; rename the option"
            )
        kind, option = _split_annotation(_evaluate_hint(builder, parameter, place))
        is_choice = get_origin(kind) is Literal and all(
            type(each) is str for each in get_args(kind)
        )
        if kind not in (int, float, bool, str) and not is_choice:
            raise SpecError(
                f"{place}the option {name} of {builder.__name__} must be int, float, bool, str or "
                f"a Literal of strings, got {kind}"
            )
        found = Parameter(name, kind, parameter.default, option)
        try:
            found.check(parameter.default)
        except UsageError as error:
            text = f"the default of {name} of {builder.__name__} is wrong: {error}"
            raise SpecError(f"{place}{text}") from None
        yield found


def _evaluate_hint(builder: Callable[..., Any], parameter: inspect.Parameter, place: str) -> Any:
    """Return the evaluated annotation of one parameter, or the type of its default without one.

    Only this annotation is evaluated: other annotations of the builder may name types that exist
    only for a type checker.
    """
    if parameter.annotation is parameter.empty:
        return type(parameter.default)
    holder = SimpleNamespace(__annotations__={parameter.name: parameter.annotation})
    try:
        hints = get_type_hints(holder, globalns=builder.__globals__, include_extras=True)
    except Exception as error:
        text = f"the annotation of {parameter.name} of {builder.__name__} raised {described(error)}"
        raise SpecError(f"{place}{text}") from error
    return hints[parameter.name]


def _split_annotation(hint: Any) -> tuple[Any, Option]:
    """Return the type of an option and the `Option` of its `Annotated` type, if there is one."""
    if get_origin(hint) is not Annotated:
        return hint, Option()
    kind, *extras = get_args(hint)
    return kind, next((each for each in extras if isinstance(each, Option)), Option())
