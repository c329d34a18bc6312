"""Faulty options of a builder: each error is one line. Other names may be options."""

from __future__ import annotations

import pytest

from tests.cli.faults.asking import OPTION, Ends, Fault, Vague, changed, check_place, complaint

PARAMETERS: dict[str, Fault] = {
    "a parameter that is a general option": (
        {OPTION: f"{OPTION}, max_states: int = 1"},
        "fault.py:[@spec]: the option max_states of asking clashes with pcheck's own "
        "--max-states; rename the option",
    ),
    "a parameter without default": (
        {OPTION: "servers: int"},
        "fault.py:[@spec]: the option servers of asking must be a keyword parameter with a default",
    ),
    "a parameter of an unsupported type": (
        {OPTION: "servers: list[int] = [2]"},
        "fault.py:[@spec]: the option servers of asking must be int, float, bool, str "
        "or a Literal of strings, got list[int]",
    ),
}


@pytest.mark.parametrize(("changes", "line"), PARAMETERS.values(), ids=PARAMETERS)
def test_a_parameter_that_cannot_be_an_option_is_reported(
    changes: dict[str, str], line: str, explored: Ends
) -> None:
    source = changed(changes)
    assert explored(source) == complaint(line, source)


VAGUE: dict[str, Vague] = {
    "an annotation that names nothing": (
        {OPTION: 'servers: "Nosuch" = 2'},
        "fault.py:[@spec]:",
        ("asking", "Nosuch"),
    ),
    "a default of another type": (
        {OPTION: 'servers: int = "2"'},
        "fault.py:[@spec]:",
        ("servers", "int", "'2'"),
    ),
    "a default out of its range": (
        {OPTION: 'servers: Annotated[int, Option("number", min=1)] = 0'},
        "fault.py:[@spec]:",
        ("servers", "0", "at least 1"),
    ),
}


@pytest.mark.parametrize(("changes", "place", "parts"), VAGUE.values(), ids=VAGUE)
def test_a_fault_is_reported_with_its_place(
    changes: dict[str, str], place: str, parts: tuple[str, ...], explored: Ends
) -> None:
    check_place(explored, changed(changes), place, parts)


@pytest.mark.parametrize("name", ["properties", "spec_name", "as_json", "version", "file"])
def test_a_parameter_may_have_any_name_that_is_not_an_option(name: str, explored: Ends) -> None:
    source = changed({OPTION: f"{OPTION}, {name}: int = 1"})
    flag = f"--{name.replace('_', '-')}"
    assert explored(source, flag, "2", "--quiet") == (0, "holds\n", "")
