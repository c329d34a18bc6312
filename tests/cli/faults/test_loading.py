"""Spec files that cannot be loaded: each error is one line with file, line and fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.faults.asking import (
    ACTION,
    ASKING,
    BUILT,
    CASE,
    JUDGED,
    SENDS,
    STEP,
    Ends,
    Fault,
    Vague,
    changed,
    check_place,
    complaint,
)

DRAFTED = "@always(sees=[Draft])"
LOADING: dict[str, Fault] = {
    "a syntax error": (
        {"match msg:": "match msg"},
        "fault.py:[match msg]: the spec is not valid Python: expected ':'",
    ),
    "a null byte": (
        {"A caller and": "A caller\0 and"},
        "fault.py: the spec is not valid Python: source code string cannot contain null bytes",
    ),
    "no builder": (
        {BUILT: ""},
        "fault.py: the file has no builder; write @spec above the function that returns the "
        "cluster",
    ),
    "two builders": (
        {BUILT: "@spec\ndef other() -> None:\n    pass\n\n\n@spec  # second\n"},
        "fault.py:[# second]: a spec file must have one builder, got other and asking",
    ),
    "an import that raises": (
        {BUILT: "1 / 0\n\n\n@spec\n"},
        "fault.py:[1 / 0]: loading the spec raised ZeroDivisionError: division by zero",
    ),
    "an import that exits": (
        {BUILT: "raise SystemExit(0)\n\n\n@spec\n"},
        "fault.py:[raise SystemExit]: loading the spec raised SystemExit: 0",
    ),
    "an import with endless recursion": (
        {BUILT: "def again():\n    again()\n\n\nagain()\n\n\n@spec\n"},
        "fault.py:[    again()]: loading the spec raised RecursionError: "
        "maximum recursion depth exceeded",
    ),
    "an import of a module that is not there": (
        {"from typing": "import nosuchmodule\nfrom typing"},
        "fault.py:[import nosuchmodule]: loading the spec raised ModuleNotFoundError: "
        "No module named 'nosuchmodule'",
    ),
    "a plain import of a file beside it": (
        {"from typing": "import sibling\nfrom typing"},
        "fault.py:[import sibling]: loading the spec raised ModuleNotFoundError: "
        "No module named 'sibling'; import a file of the same folder with "
        "`from .sibling import ...`",
    ),
    "a file beside it that is broken": (
        {"from typing": "from .broken import nothing\nfrom typing"},
        "broken.py:2: the spec is not valid Python: invalid syntax",
    ),
    "a file beside it that raises": (
        {"from typing": "from .raises import nothing\nfrom typing"},
        "raises.py:2: loading the spec raised ZeroDivisionError: division by zero",
    ),
    "a `case Name` that matches everything": (
        {CASE: "case Answer:"},
        "fault.py:[case Answer]: `case Answer` matches every value and binds it to the name "
        "Answer; write `case Answer()`",
    ),
    "a class that is not frozen": (
        {"@dataclass(frozen=True)\nclass Server": "@dataclass  # thawed\nclass Server"},
        "fault.py:[# thawed]: loading the spec raised TypeError: "
        "cannot inherit non-frozen dataclass from a frozen one; write @dataclass(frozen=True)",
    ),
    "a step that is not returned": (
        {STEP: f"self, {SENDS}"},
        "fault.py:[self, send]: `(self, send(src, Answer(number)))` is not used; write "
        "`return (state, send(...))`",
    ),
    "a changed state with messages that is not returned": (
        {STEP: STEP.removeprefix("return ")},
        "fault.py:[self.but(given]: `(self.but(given=number), send(src, Answer(number)))` is not "
        "used; write `return (state, send(...))`",
    ),
    "a step with a message of a helper that is not returned": (
        {STEP: "self, self.answer(src)"},
        "fault.py:[self.answer]: `(self, self.answer(src))` is not used; write "
        "`return (state, send(...))`",
    ),
    "actions that are not yielded": (
        {ACTION: 'action("asks", self), action("waits", self)'},
        "fault.py:[waits]: `(action('asks', self), action('waits', self))` is not used; write "
        "`yield action(...)`",
    ),
    "an action that is returned although others are yielded": (
        {ACTION: f"{ACTION}\n        return action('waits', self)"},
        "fault.py:[waits]: actions yields, so the value of `return action('waits', self)` is "
        "lost; write `yield action(...)`",
    ),
    "a list of actions that is returned although others are yielded": (
        {ACTION: f"{ACTION}\n        return [action('waits', self)]"},
        "fault.py:[waits]: actions yields, so the value of `return [action('waits', self)]` is "
        "lost; write `yield from [action('waits', self)]`",
    ),
    "a class that is not frozen in sees": (
        {"@dataclass\nclass Draft": "@dataclass  # thawed\nclass Draft", JUDGED: DRAFTED},
        "fault.py:[# thawed]: truth sees Draft, which is not a frozen dataclass; "
        "write @dataclass(frozen=True) above class Draft, or for a hosted program "
        "sees=[frozen(Draft)]",
    ),
    "a field that a message does not have": (
        {CASE: "case Ask(numbr=number) if number > self.given:"},
        "fault.py:[case Ask]: `case Ask(numbr=...)` never matches: Ask has no field numbr; did "
        "you mean 'number'?",
    ),
    "a field that no message has": (
        {CASE: "case Ask(number, ballot=1) if number > self.given:"},
        "fault.py:[case Ask]: `case Ask(ballot=...)` never matches: Ask has no field ballot; the "
        "fields are number",
    ),
    "a property of no parameters": (
        {"truth(seen: Seen)": "truth()"},
        "fault.py:[@always]: truth must have the parameter (seen) or, for an @always about "
        "steps, the parameters (before, after), got no parameters",
    ),
    "a bug without a role": (
        {BUILT: '@bug(1, breaks=truth)\nclass Lies:\n    """Lies."""\n\n\n@spec\n'},
        "fault.py:[@bug]: the bug Lies must be a subclass of the role that it changes",
    ),
}


@pytest.mark.parametrize(("changes", "line"), LOADING.values(), ids=LOADING)
def test_a_spec_file_that_cannot_be_loaded_is_reported(
    changes: dict[str, str], line: str, explored: Ends
) -> None:
    source = changed(changes)
    assert explored(source) == complaint(line, source)


UNDISTURBED: dict[str, dict[str, str]] = {
    "a return without a value after a yield": {ACTION: f"{ACTION}\n        return"},
    "a return of nothing after a yield": {ACTION: f"{ACTION}\n        return ()"},
    "a helper that returns beside a yield": {
        ACTION: "def waits():\n                return self\n"
        '            yield action("asks", waits().but(asked=1), broadcast(self.servers, Ask(1)))'
    },
    "a case of an attribute that is a property": {
        "class Ask:\n    number: int": "class Ask:\n    number: int\n\n    @property\n"
        "    def twice(self) -> int:\n        return 2 * self.number",
        CASE: "case Ask(number, twice=2) if number > self.given:",
    },
    "a case of a field that a subclass has": {
        BUILT: "@dataclass(frozen=True)\nclass More(Ask):\n    ballot: int = 0\n\n\n@spec\n",
        "broadcast(self.servers, Ask(1))": "broadcast(self.servers, More(1))",
        CASE: "case Ask(number, ballot=0) if number > self.given:",
    },
}


@pytest.mark.parametrize("changes", UNDISTURBED.values(), ids=UNDISTURBED)
def test_code_that_only_looks_like_a_fault_is_no_error(
    changes: dict[str, str], explored: Ends
) -> None:
    status, out, err = explored(changed(changes))
    assert (status, err) == (0, "")
    assert "HOLDS: no reachable state violates a property." in out


VAGUE: dict[str, Vague] = {
    "the file is not UTF-8": (
        {"A caller and": "A caller\udcff and"},
        "fault.py:[A caller\udcff]:",
        ("the spec is not valid Python", "utf-8"),
    ),
    "an import of a sibling that is not there": (
        {"from typing": "from .nosib import nothing\nfrom typing"},
        "fault.py:[.nosib]:",
        ("No module named", "nosib"),
    ),
    "an import of a name that a sibling lacks": (
        {"from typing": "from .sibling import something\nfrom typing"},
        "fault.py:[from .sibling]:",
        ("cannot import name 'something' from", "sibling"),
    ),
    "two bugs with one name": (
        {
            BUILT: "@bug(1, breaks=truth)\nclass TellsLies(Server):\n    pass\n\n\n"
            "@bug(2, breaks=truth)\ndef tells_lies(servers):\n    return {}\n\n\n@spec\n"
        },
        "fault.py",
        ("two bugs are both named tells-lies",),
    ),
}


@pytest.mark.parametrize(("changes", "place", "parts"), VAGUE.values(), ids=VAGUE)
def test_a_fault_is_reported_with_its_place(
    changes: dict[str, str], place: str, parts: tuple[str, ...], explored: Ends
) -> None:
    check_place(explored, changed(changes), place, parts)


EXPECTED = "expected the name of a spec or the path of a .py file"


def test_an_empty_file_has_no_builder(explored: Ends) -> None:
    line = "the file has no builder; write @spec above the function that returns the cluster"
    assert explored("") == (2, "", f"pcheck: fault.py: {line}\n")


def test_a_fault_in_the_file_of_bugs_is_reported(explored: Ends, empty_folder: Path) -> None:
    (empty_folder / "fault_bugs.py").write_text("\n1 / 0\n")
    line = "fault_bugs.py:2: loading the spec raised ZeroDivisionError: division by zero"
    assert explored(ASKING) == (2, "", f"pcheck: {line}\n")


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("./nosuch.py", f"the file nosuch.py does not exist; {EXPECTED}"),
        ("./folder.py", f"folder.py is a folder; {EXPECTED}"),
        ("./text.txt", f"text.txt is not a .py file; {EXPECTED}"),
        ("nosuch", "unknown spec 'nosuch'; `pcheck specs` lists the known specs"),
        ("paxso", "unknown spec 'paxso'; did you mean 'paxos'?"),
        ("consensus", "unknown spec 'consensus'; `pcheck specs` lists the known specs"),
        ("beside", "unknown spec 'beside'; for the file beside.py write ./beside.py"),
        ("", "unknown spec ''; `pcheck specs` lists the known specs"),
    ],
)
def test_an_unknown_spec_or_file_is_reported(
    name: str, line: str, pcheck: Ends, empty_folder: Path
) -> None:
    (empty_folder / "folder.py").mkdir()
    (empty_folder / "text.txt").write_text("")
    (empty_folder / "beside.py").write_text(ASKING)
    assert pcheck("explore", name) == (2, "", f"pcheck: {line}\n")
