"""Arguments that cannot be are one line: what was given, and what may be given instead."""

from __future__ import annotations

import pytest

from tests.cli.faults.asking import ASKING, BUILT, OPTION, Ends, changed, complaint, says

QUESTIONS: dict[str, tuple[tuple[str, ...], str]] = {
    "an unknown option": (
        ("--server", "1"),
        "No such option: --server (Possible options: --levels, --save, --servers) "
        "(pcheck explore ./fault.py --help)",
    ),
    "an option without its value": (
        ("--servers",),
        "Option '--servers' requires an argument. (pcheck explore ./fault.py --help)",
    ),
    "too many words": (
        ("more",),
        "Got unexpected extra argument(s) (more) (pcheck explore ./fault.py --help)",
    ),
    "a size below zero": (
        ("--servers", "-1"),
        "fault.py:[c, s = group]: the builder asking raised ValueError: group('s', -1): "
        "the size must be a number from 0 up",
    ),
    "a size of zero, so that nobody is there to answer": (
        ("--servers", "0"),
        "fault.py:[@always]: truth sees Answer, which no actor of this cluster ever sends: "
        "correct its sees=[...], or send it",
    ),
    "a size below what is allowed": (
        ("--clients", "0"),
        "--clients must be at least 1, got 0",
    ),
    "a size above what is allowed": (
        ("--clients", "10"),
        "--clients must be at most 9, got 10",
    ),
    "less than no crashes": (
        ("--crashes", "-1"),
        "--crashes must be at least 0, got -1",
    ),
    "an unknown network": (
        ("--network", "losy"),
        "there is no network 'losy'; did you mean 'lossy'?",
    ),
    "a network without a name": (
        ("--network", ""),
        "there is no network ''; there is set, once, lossy, fifo",
    ),
    "an unknown property": (
        ("--property", "thruth"),
        "asking has no property 'thruth'; did you mean 'truth'?",
    ),
    "an unknown mistake": (
        ("--bug", "lie"),
        "asking has no bug 'lie'; did you mean 'lies'?",
    ),
    "a mistake in a role that nobody has": (
        ("--bug", "lies"),
        "fault.py:[@spec]: the bug lies changes Idler, which no node of this cluster is",
    ),
    "an unknown engine": (
        ("--engine", "complied"),
        "there is no engine 'complied'; did you mean 'compiled'?",
    ),
    "an engine without a name": (
        ("--engine", ""),
        "there is no engine ''; there is auto, reference, compiled",
    ),
    "a limit of no states": (
        ("--max-states", "0"),
        "--max-states must be above 0, got 0",
    ),
    "a limit of less than no time": (
        ("--max-seconds", "-1"),
        "--max-seconds must be above 0, got -1",
    ),
    "a limit of no size": (
        ("--max-memory", "much"),
        "--max-memory must be a size, such as 500M or 2G, got 'much'",
    ),
    "no place for the run": (
        ("--save", "nosuch/run.json"),
        "nosuch/run.json cannot be written: there is no folder nosuch",
    ),
}


@pytest.mark.parametrize(("arguments", "line"), QUESTIONS.values(), ids=QUESTIONS)
def test_a_question_that_cannot_be_asked(
    arguments: tuple[str, ...], line: str, explored: Ends
) -> None:
    lies = "@dataclass(frozen=True)\nclass Idler(Server):\n    pass\n\n\n"
    lies += '@bug(1, breaks=truth)\nclass Lies(Idler):\n    """Lies."""\n\n\n@spec\n'
    clients = 'clients: Annotated[int, Option("how many ask", min=1, max=9)] = 1'
    source = changed({BUILT: lies, OPTION: f"{OPTION}, {clients}"})
    assert explored(source, *arguments) == complaint(line, source)


def test_a_value_of_the_wrong_kind(explored: Ends) -> None:
    line = "Invalid value for '--servers':"
    says(explored(ASKING, "--servers", "two"), line, ("valid integer",))


def test_a_mistake_whose_own_scope_is_wrong(explored: Ends) -> None:
    lies = '@bug(1, breaks=truth, scope={"nosuch": 1})\nclass Lies(Server):\n    pass\n\n\n@spec\n'
    source = changed({BUILT: lies})
    says(explored(source, "--bug", "lies"), "fault.py", ("lies", "no option 'nosuch'"))
