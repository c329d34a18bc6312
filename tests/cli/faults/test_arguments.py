"""Invalid arguments: each error is one line with the given and the expected value."""

from __future__ import annotations

import pytest

from tests.cli.faults.asking import ASKING, BUILT, OPTION, Ends, changed, complaint, says

ARGUMENTS: dict[str, tuple[tuple[str, ...], str]] = {
    "an unknown option": (
        ("--server", "1"),
        "unknown option --server; did you mean '--servers'? "
        "(see `pcheck explore ./fault.py --help`)",
    ),
    "an option without its value": (
        ("--servers",),
        "Option '--servers' requires an argument. (see `pcheck explore ./fault.py --help`)",
    ),
    "too many arguments": (
        ("more",),
        "Got unexpected extra argument(s) (more) (see `pcheck explore ./fault.py --help`)",
    ),
    "a size below zero": (
        ("--servers", "-1"),
        "fault.py:[c, s = group]: the builder asking raised ValueError: "
        "the size of group 's' must be an integer from 0 to 1000, got -1",
    ),
    "a size of zero, so that no node answers": (
        ("--servers", "0"),
        "fault.py:[@always]: truth sees Answer, which no actor of this cluster ever sends; "
        "correct sees=[...] or send an Answer",
    ),
    "a size below what is allowed": (
        ("--clients", "0"),
        "--clients must be at least 1, got 0",
    ),
    "a size above what is allowed": (
        ("--clients", "10"),
        "--clients must be at most 9, got 10",
    ),
    "a negative number of crashes": (
        ("--crashes", "-1"),
        "--crashes must be at least 0, got -1",
    ),
    "more crashes than numbers allow": (
        ("--crashes", "99999999999999999999"),
        "--crashes must be at most 1000, got 99999999999999999999",
    ),
    "an unknown network": (
        ("--network", "losy"),
        "unknown network 'losy'; did you mean 'lossy'?",
    ),
    "a network without a name": (
        ("--network", ""),
        "unknown network ''; expected set, once, lossy or fifo",
    ),
    "an unknown property": (
        ("--property", "thruth"),
        "unknown property 'thruth' of asking; did you mean 'truth'?",
    ),
    "an unknown bug": (
        ("--bug", "lie"),
        "unknown bug 'lie' of asking; did you mean 'lies'?",
    ),
    "a bug in a role without nodes": (
        ("--bug", "lies"),
        "fault.py:[@spec]: the bug lies changes Idler, but no node is an Idler",
    ),
    "an unknown engine": (
        ("--engine", "complied"),
        "unknown engine 'complied'; did you mean 'compiled'?",
    ),
    "an engine without a name": (
        ("--engine", ""),
        "unknown engine ''; expected auto, reference or compiled",
    ),
    "a limit of zero states": (
        ("--max-states", "0"),
        "--max-states must be above 0, got 0",
    ),
    "a negative limit of time": (
        ("--max-seconds", "-1"),
        "--max-seconds must be above 0, got -1",
    ),
    "a limit that is not a size": (
        ("--max-memory", "much"),
        "--max-memory must be a size, such as 500M or 2G, got 'much'",
    ),
    "no folder for the trace": (
        ("--save", "nosuch/run.json"),
        "nosuch/run.json cannot be written: the folder nosuch does not exist",
    ),
}


@pytest.mark.parametrize(("arguments", "line"), ARGUMENTS.values(), ids=ARGUMENTS)
def test_an_invalid_argument_is_reported(
    arguments: tuple[str, ...], line: str, explored: Ends
) -> None:
    lies = "@dataclass(frozen=True)\nclass Idler(Server):\n    pass\n\n\n"
    lies += '@bug(1, breaks=truth)\nclass Lies(Idler):\n    """Lies."""\n\n\n@spec\n'
    clients = 'clients: Annotated[int, Option("number of clients", min=1, max=9)] = 1'
    source = changed({BUILT: lies, OPTION: f"{OPTION}, {clients}"})
    assert explored(source, *arguments) == complaint(line, source)


def test_a_value_of_the_wrong_type_is_an_error(explored: Ends) -> None:
    line = "Invalid value for '--servers':"
    says(explored(ASKING, "--servers", "two"), line, ("valid integer",))


def test_a_bug_with_a_wrong_scope_is_an_error(explored: Ends) -> None:
    lies = '@bug(1, breaks=truth, scope={"nosuch": 1})\nclass Lies(Server):\n    pass\n\n\n@spec\n'
    source = changed({BUILT: lies})
    says(explored(source, "--bug", "lies"), "fault.py", ("lies", "unknown option 'nosuch'"))
