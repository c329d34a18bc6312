"""The text format of scenarios: a setup, a given start, and then steps and expectations.

    spec: paxos
    acceptors: 5
    network: set

    given a1.promised = 2

    p1 starts ballot 1
    each a* <- p1: Prepare(1)
    expect a1 ignores Prepare(1)
    ...
    expect agreement is false
    explore from here

A line that begins with # is a comment. The lines before the first blank line set the options of the
spec. All other lines are read from top to bottom.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pcheck.errors import TraceError
from pcheck.scenarios.forms import expectation
from pcheck.scenarios.patterns import Pattern, with_single_blanks
from pcheck.scenarios.situation import Expectation

SETTING = re.compile(r"([A-Za-z_][\w-]*): *(.*)")
GENERAL = "spec", "bug", "network", "crashes", "crash_nodes"  # settings of every spec
EXPLORE = "explore from here"
ELLIPSIS = "...", "…"
SPEC_LINE = "write the line `spec: NAME` first, for example `spec: paxos`"


class Line(NamedTuple):
    """A line of a scenario, with its number in the file."""

    number: int
    text: str


@dataclass(frozen=True)
class Step:
    """Take the step that a pattern matches; with `each`, all steps that the pattern matches."""

    pattern: Pattern
    each: bool = False


@dataclass(frozen=True)
class Expect:
    """Compare the state, or the steps so far, with an expectation."""

    expectation: Expectation


@dataclass(frozen=True)
class Explore:
    """Search from here for a violation of any property."""


@dataclass(frozen=True)
class Command:
    """One line of a scenario, and what the line does.

    After an ellipsis, `searches` is true: the fewest steps that make the command possible come
    before the command.
    """

    line: Line
    does: Step | Expect | Explore
    searches: bool = False


@dataclass(frozen=True)
class Scenario:
    """A scenario as its file has it. `place` names the file in messages."""

    place: str
    settings: Mapping[str, Line]  # each with the line whose text is the value
    given: tuple[Line, ...]
    commands: tuple[Command, ...]

    @property
    def spec(self) -> Line:
        """The line that names the spec."""
        return self.settings["spec"]

    def at(self, line: Line, text: str) -> TraceError:
        """Return the error about a line."""
        return error_at(self.place, line, text)


def error_at(place: str, line: Line, text: str) -> TraceError:
    """Return the error about a line of the file `place`."""
    return TraceError(f"{place}:{line.number}: {text}")


def read_scenario(file: Path) -> Scenario:
    """Return the scenario in a file, or raise TraceError."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise TraceError(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise TraceError(f"{file} is not a scenario: it is not text in UTF-8") from None
    return scenario(text, str(file))


def scenario(text: str, place: str, first: int = 1) -> Scenario:
    """Return the scenario in a text whose first line has the number `first`."""
    lines = lines_of(text, first)
    settings = settings_of(lines, place)
    body = [each for each in lines[len(settings) :] if each.text]
    given = _given(body)
    commands = tuple(_commands(body[len(given) :], place))
    if not commands:
        raise TraceError(f"{place}: the scenario has no step and no expectation")
    return Scenario(place, settings, given, commands)


def lines_of(text: str, first: int = 1) -> list[Line]:
    """Return the lines of a text from the first one with a word on, without comments."""
    numbered = enumerate(text.split("\n"), start=first)  # as editors count
    lines = [Line(number, with_single_blanks(each)) for number, each in numbered]
    lines = [each for each in lines if not each.text.startswith("#")]
    while lines and not lines[0].text:
        del lines[0]
    return lines


def settings_of(lines: Sequence[Line], place: str) -> Mapping[str, Line]:
    """Return the settings on the first lines, or raise TraceError."""
    found: dict[str, Line] = {}
    for number, text in lines:
        match = SETTING.fullmatch(text)
        if match is None:
            break
        name = match[1].replace("-", "_")
        if name in found:
            raise TraceError(f"{place}:{number}: {match[1]} is set twice")
        if not match[2]:
            raise TraceError(f"{place}:{number}: {match[1]} has no value")
        found[name] = Line(number, match[2])
    if "spec" not in found:
        at = f"{place}:{lines[0].number}" if lines else place
        raise TraceError(f"{at}: the scenario names no spec; {SPEC_LINE}")
    return found


def _given(lines: Sequence[Line]) -> tuple[Line, ...]:
    found = []
    for line in lines:
        if not line.text.startswith("given "):
            break
        found.append(Line(line.number, line.text.removeprefix("given ").strip()))
    return tuple(found)


def _commands(lines: Sequence[Line], place: str) -> Iterator[Command]:
    waiting: Line | None = None  # an ellipsis without the line that it leads to
    for line in lines:
        at = f"{place}:{line.number}"
        if line.text in ELLIPSIS:
            if waiting is not None:
                raise TraceError(f"{at}: two ellipses follow each other; leave one out")
            waiting = line
            continue
        try:
            does = _does(line.text)
        except ValueError as error:
            raise TraceError(f"{at}: {error}") from None
        if waiting is not None and isinstance(does, Explore):
            raise TraceError(f"{at}: after an ellipsis, write a step or an expectation")
        if waiting is not None and isinstance(does, Expect) and not does.expectation.is_about_state:
            raise TraceError(
                f"{at}: an ellipsis searches for a state, so no expectation about steps can follow"
            )
        yield Command(line, does, waiting is not None)
        waiting = None
    if waiting is not None:
        at = f"{place}:{waiting.number}"
        raise TraceError(f"{at}: nothing follows the ellipsis; write the step that it leads to")


def _does(text: str) -> Step | Expect | Explore:
    """Return what a line does, or raise ValueError."""
    first, _, rest = text.partition(" ")
    match first:
        case "expect":
            return Expect(expectation(rest))
        case "explore":
            if text != EXPLORE:
                raise ValueError(f"expected `{EXPLORE}`, got `{text}`")
            return Explore()
        case "given":
            raise ValueError("a given start must come before all steps and expectations")
        case "each":
            if not rest:
                raise ValueError("each needs the label of a step, as in `each a* <- p1: *`")
            return Step(Pattern(rest), each=True)
    setting = SETTING.fullmatch(text)
    if setting is not None and setting[1].replace("-", "_") in GENERAL:
        raise ValueError(f"the setting {setting[1]} must come before all other lines")
    return Step(Pattern(text))
