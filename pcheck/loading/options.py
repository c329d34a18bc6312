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
from pcheck.text import an

GENERAL_OPTIONS = frozenset(  # the names that the commands use themselves
    "spec bug network crashes engine reduce property all_properties max_states max_seconds "
    "max_memory save json quiet help find format output levels step".split()
)


def flag(option: str) -> str:
    """How an option is written on a command line."""
    return f"--{option.replace('_', '-')}"


@dataclass(frozen=True)
class Parameter:
    """One of a builder's options."""

    name: str
    kind: Any  # int, float, bool, str, or a Literal of strings
    default: Any
    option: Option

    @property
    def flag(self) -> str:
        return flag(self.name)

    @property
    def help(self) -> str:
        """What it is, and which words it may be, if only some."""
        words = ", ".join(get_args(self.kind))
        return f"{self.option.help} (one of: {words})".lstrip() if words else self.option.help

    def check(self, value: object) -> None:
        """Raise an error unless the value fits, from the command line, a caller or a saved run."""
        choices = get_args(self.kind)
        if choices and value not in choices:
            self._refuse(f"one of {', '.join(choices)}", repr(value))
        if not choices and type(value) is not self.kind:
            self._refuse(an(self.kind.__name__), repr(value))
        if isinstance(value, (int, float)):
            self._check_range(value)

    def _check_range(self, value: float) -> None:
        low, high = self.option.min, self.option.max
        if low is not None and value < low:
            self._refuse(f"at least {low}", str(value))
        if high is not None and value > high:
            self._refuse(f"at most {high}", str(value))

    def _refuse(self, wanted: str, given: str) -> NoReturn:
        raise UsageError(ParameterName(self.name), f"must be {wanted}, got {given}")


def _parameters(builder: Callable[..., Any]) -> Iterator[Parameter]:
    place = place_of(builder)
    for name, parameter in inspect.signature(builder).parameters.items():
        if parameter.default is parameter.empty or parameter.kind is parameter.POSITIONAL_ONLY:
            raise SpecError(f"{place}the option {name} of {builder.__name__} needs a default")
        if name in GENERAL_OPTIONS:
            raise SpecError(
                f"{place}the option {name} of {builder.__name__} clashes with pcheck's own "
                f"{flag(name)}: give it another name"
            )
        kind, option = _annotation(_hint(builder, parameter, place))
        words = get_origin(kind) is Literal and all(type(each) is str for each in get_args(kind))
        if kind not in (int, float, bool, str) and not words:
            raise SpecError(
                f"{place}the option {name} of {builder.__name__} is of type {kind}: "
                "an option is an int, float, bool, str or a Literal of strings"
            )
        found = Parameter(name, kind, parameter.default, option)
        try:
            found.check(parameter.default)
        except UsageError as error:
            text = f"the default of {name} of {builder.__name__} is wrong: {error}"
            raise SpecError(f"{place}{text}") from None
        yield found


def _hint(builder: Callable[..., Any], parameter: inspect.Parameter, place: str) -> Any:
    """The annotation of one parameter: those of the others, and what is returned, may name more."""
    if parameter.annotation is parameter.empty:
        return type(parameter.default)
    alone = SimpleNamespace(__annotations__={parameter.name: parameter.annotation})
    try:
        hints = get_type_hints(alone, globalns=builder.__globals__, include_extras=True)
    except Exception as error:
        text = f"the annotation of {parameter.name} of {builder.__name__} raised {described(error)}"
        raise SpecError(f"{place}{text}") from error
    return hints[parameter.name]


def _annotation(hint: Any) -> tuple[Any, Option]:
    if get_origin(hint) is not Annotated:
        return hint, Option()
    kind, *extras = get_args(hint)
    return kind, next((each for each in extras if isinstance(each, Option)), Option())
