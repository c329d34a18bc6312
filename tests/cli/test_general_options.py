"""The options of all commands, whose names are reserved: a spec may not use them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import typer.main

from pcheck.cli.main import COMMANDS, _app
from pcheck.loading.options import GENERAL_OPTIONS, flag

SPEC = "spec"  # the argument of explore and graph, not an option
ABOUT_SPECS = [each for each in COMMANDS if each != "lessons"]  # which names no spec of a user


def options_of(command: str) -> Iterator[str]:
    """Yield the long options of a command, without those of a spec."""
    group = typer.main.get_group(_app([command]))
    with group.make_context("pcheck", [command]) as context:
        found = group.commands[command]
        for parameter in found.get_params(context):
            if not (parameter.name or "").startswith("own_"):
                yield from (each for each in parameter.opts if each.startswith("--"))


@pytest.mark.parametrize("command", ABOUT_SPECS)
def test_every_option_of_a_command_is_reserved(command: str) -> None:
    assert set(options_of(command)) <= {*map(flag, GENERAL_OPTIONS)}


def test_every_reserved_name_is_an_option_of_a_command() -> None:
    found = {option for command in ABOUT_SPECS for option in options_of(command)}
    assert found == {flag(name) for name in GENERAL_OPTIONS if name != SPEC}


def test_the_commands_have_these_options() -> None:
    """Check that `options_of` reads the options of the commands."""
    assert {"--bug", "--engine", "--all-properties", "--help"} <= {*options_of("explore")}
    assert {"--bug", "--max-states", "--output"} <= {*options_of("graph")}
    assert {"--step", "--quiet"} <= {*options_of("replay")}
