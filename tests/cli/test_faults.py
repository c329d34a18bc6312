"""Whatever is wrong with a spec is one line: the file, the line, the node, the state, what to do.

Each fault is a change to one small spec that has none. In what is expected, `fault.py:[text]:`
stands for the first line of the changed file that holds that text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

Ends = Callable[..., tuple[int, str, str]]
Fault = tuple[dict[str, str], str]  # the changes, and the line that is said
Vague = tuple[dict[str, str], str, tuple[str, ...]]  # the same, where only parts of the line matter

ASKING = '''\
"""A caller asks some servers; each answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple

from pcheck import Act, Actor, Cluster, Group, Id, Map, Model, Option, Seen, Set, Step
from pcheck import act, always, broadcast, bug, either, fixed, group, milestone, send
from pcheck import sometimes, spec


@dataclass(frozen=True)
class Ask:
    number: int


@dataclass(frozen=True)
class Answer:
    number: int


@dataclass(frozen=True)
class Other:
    number: int


class Pair(NamedTuple):
    number: int


@dataclass
class Draft:
    number: int


@dataclass(frozen=True)
class Caller(Actor):
    servers: Group = fixed()
    asked: int = 0

    def offers(self) -> Iterator[Act]:
        if self.asked < 1:
            yield act("asks", self.but(asked=1), broadcast(self.servers, Ask(1)))


@dataclass(frozen=True)
class Server(Actor):
    given: int = 0

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Ask(number) if number > self.given:
                return self.but(given=number), send(src, Answer(number))
        return None


@always(sees=[Answer])
def truth(seen: Seen) -> str | None:
    """Every answer is 1."""
    return None if all(answer.number == 1 for _, answer in seen.sent(Answer)) else "a lie"


@sometimes(sees=[Answer])
def somebody_answers(seen: Seen) -> bool:
    """In some run there is an answer."""
    return len(seen.sent(Answer)) > 0


@spec
def asking(servers: int = 2) -> Cluster:
    """A caller, and some servers."""
    c, s = group("c", 1), group("s", servers)
    return Cluster(
        {c: lambda i: Caller(servers=s), s: lambda i: Server()},
        properties=[truth, somebody_answers],
        milestones=[],
    )
'''

TOP = "class Pair(NamedTuple)"
OFFER = 'yield act("asks", self.but(asked=1), broadcast(self.servers, Ask(1)))'
CASE = "case Ask(number) if number > self.given:"
STEP = "return self.but(given=number), send(src, Answer(number))"
STATE = "self.but(given=number)"
SENDS = "send(src, Answer(number))"
JUDGE = 'return None if all(answer.number == 1 for _, answer in seen.sent(Answer)) else "a lie"'
JUDGED = "@always(sees=[Answer])"
REACHED = "return len(seen.sent(Answer)) > 0"
OPTION = "servers: int = 2"
GROUPS = 'c, s = group("c", 1), group("s", servers)'
BUILT = "@spec\n"

ON_ASK = "[on Ask(number=1) from c1, in state Server(given=0)]"
ON_OFFERS = "[on its offers, in state Caller(asked=0)]"
ANSWER = "return the next state, (state, send(...), ...), either(...), or None to ignore"
KEPT = "fault.py:[def receive]: s1 becomes a state that cannot be kept:"
WIRE = "a message is a class with @dataclass(frozen=True)"


def changed(changes: dict[str, str], source: str = ASKING) -> str:
    for old, new in changes.items():
        assert old in source
        source = source.replace(old, new, 1)
    return source


def placed(line: str, source: str) -> str:
    """`fault.py:[def receive]:` with the number of that line."""

    def number(found: re.Match[str]) -> str:
        lines = source.splitlines()
        return f"fault.py:{next(at for at, each in enumerate(lines, 1) if found[1] in each)}:"

    return re.sub(r"fault\.py:\[(.*?)\]:", number, line)


LOADING: dict[str, Fault] = {
    "a syntax error": (
        {"match msg:": "match msg"},
        "fault.py:[match msg]: the spec is not Python: expected ':'",
    ),
    "a null byte": (
        {"A caller, and": "A caller\0, and"},
        "fault.py: the spec is not Python: source code string cannot contain null bytes",
    ),
    "no builder": (
        {BUILT: ""},
        "fault.py: there is no builder: write @spec above the function that returns the cluster",
    ),
    "two builders": (
        {BUILT: "@spec\ndef other() -> None:\n    pass\n\n\n@spec  # second\n"},
        "fault.py:[# second]: there are two builders, other and asking: one file is one spec",
    ),
    "an import that raises": (
        {BUILT: "1 / 0\n\n\n@spec\n"},
        "fault.py:[1 / 0]: loading the spec raised ZeroDivisionError: division by zero",
    ),
    "an import that exits": (
        {BUILT: "raise SystemExit(0)\n\n\n@spec\n"},
        "fault.py:[raise SystemExit]: loading the spec raised SystemExit: 0",
    ),
    "an import without end": (
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
        "No module named 'sibling': a file of the same folder is imported as "
        "`from .sibling import ...`",
    ),
    "a file beside it that is broken": (
        {"from typing": "from .broken import nothing\nfrom typing"},
        "broken.py:2: the spec is not Python: invalid syntax",
    ),
    "a file beside it that raises": (
        {"from typing": "from .raises import nothing\nfrom typing"},
        "raises.py:2: loading the spec raised ZeroDivisionError: division by zero",
    ),
    "a `case Name` that matches everything": (
        {CASE: "case Answer:"},
        "fault.py:[case Answer]: `case Answer` matches anything and calls it Answer: "
        "write `case Answer()`",
    ),
    "a class that is not frozen": (
        {"@dataclass(frozen=True)\nclass Server": "@dataclass  # thawed\nclass Server"},
        "fault.py:[# thawed]: loading the spec raised TypeError: "
        "cannot inherit non-frozen dataclass from a frozen one",
    ),
    "a property of no parameters": (
        {"truth(seen: Seen)": "truth()"},
        "fault.py:[@always]: truth takes 0 parameters: write (seen), or for an @always about a "
        "step (before, after)",
    ),
    "a mistake in no role": (
        {BUILT: '@bug(1, breaks=truth)\nclass Lies:\n    """Lies."""\n\n\n@spec\n'},
        "fault.py:[@bug]: the bug Lies is no subclass of the role that it changes",
    ),
}

BUILDING: dict[str, Fault] = {
    "a parameter that is a general option": (
        {OPTION: f"{OPTION}, max_states: int = 1"},
        "fault.py:[@spec]: the option max_states of asking clashes with pcheck's own "
        "--max-states: give it another name",
    ),
    "a parameter without default": (
        {OPTION: "servers: int"},
        "fault.py:[@spec]: the option servers of asking needs a default",
    ),
    "a parameter of an unsupported type": (
        {OPTION: "servers: list[int] = [2]"},
        "fault.py:[@spec]: the option servers of asking is of type list[int]: "
        "an option is an int, float, bool, str or a Literal of strings",
    ),
    "a builder that raises": (
        {GROUPS: f"{GROUPS}\n    1 / 0"},
        "fault.py:[1 / 0]: the builder asking raised ZeroDivisionError: division by zero",
    ),
    "a builder that exits": (
        {GROUPS: f"{GROUPS}\n    raise SystemExit(0)"},
        "fault.py:[raise SystemExit]: the builder asking raised SystemExit: 0",
    ),
    "a builder that returns nothing": (
        {"return Cluster": "Cluster"},
        "fault.py:[@spec]: the builder asking returned a NoneType: "
        "return Cluster({...}, properties=[...]), or a Model",
    ),
    "an actor made wrongly": (
        {"Caller(servers=s)": "Caller(server=s)"},
        "fault.py:[Caller(server=s)]: the builder asking raised TypeError: "
        "Caller.__init__() got an unexpected keyword argument 'server'",
    ),
    "a group of less than nothing": (
        {"servers)": "servers - 3)"},
        "fault.py:[servers - 3]: the builder asking raised ValueError: "
        "group('s', -1): the size must be a number from 0 up",
    ),
    "no nodes": (
        {"c: lambda i: Caller(servers=s), s: lambda i: Server()": ""},
        "fault.py:[return Cluster]: the cluster has no nodes: "
        "give at least one group a size above 0",
    ),
    "two groups of one name": (
        {'group("s", servers)': 'group("c", servers)'},
        "fault.py:[return Cluster]: two groups of the cluster are both named c",
    ),
    "a list to begin with": (
        {"Server()": "Server([])"},
        "fault.py:[return Cluster]: s1 begins with a field that cannot be kept: "
        "given is a list: use a tuple",
    ),
    "a new field without decorator": (
        {"@always": "class More(Server):\n    more: int = 0\n\n\n@always", "Server()}": "More()}"},
        "fault.py:[return Cluster]: More adds the field more, which is no part of its state: "
        "write @dataclass(frozen=True) above class More",
    ),
    "a property that is none": (
        {JUDGED: ""},
        "fault.py:[return Cluster]: truth is no property: "
        "write @always(sees=[...]) or @sometimes(sees=[...]) above it",
    ),
    "a property that sees an unknown field": (
        {JUDGED: '@always(sees=["givn"])'},
        "fault.py:[return Cluster]: truth sees the field 'givn', which no node has; "
        "did you mean 'given'?",
    ),
}
ACTING: dict[str, Fault] = {
    "raises": (
        {STEP: "return 1 / 0"},
        f"fault.py:[1 / 0]: s1 raised ZeroDivisionError: division by zero {ON_ASK}",
    ),
    "raises in Python's own library": (
        {STEP: 'return __import__("json").loads("")'},
        "fault.py:[__import__]: s1 raised JSONDecodeError: "
        f"Expecting value: line 1 column 1 (char 0) {ON_ASK}",
    ),
    "exits": (
        {STEP: "raise SystemExit(0)"},
        f"fault.py:[raise SystemExit]: s1 raised SystemExit: 0 {ON_ASK}",
    ),
    "calls itself without end": (
        {STEP: "return self.receive(msg, src)"},
        "fault.py:[self.receive]: s1 raised RecursionError: maximum recursion depth exceeded "
        f"{ON_ASK}",
    ),
    "raises in its offers": (
        {OFFER: f"1 / 0; {OFFER}"},
        f"fault.py:[1 / 0]: c1 raised ZeroDivisionError: division by zero {ON_OFFERS}",
    ),
    "offers a state": (
        {OFFER: "yield self.but(asked=1)"},
        "fault.py:[def offers]: c1 offers Caller(asked=1): yield act(label, step, ...) "
        f"{ON_OFFERS}",
    ),
    "is called twice and answers differently": (
        {TOP: f"COUNT = iter(range(1, 100))\n\n\n{TOP}", STATE: "self.but(given=next(COUNT))"},
        "fault.py:[def receive]: s1 is not deterministic: called twice, it answered "
        "((Server(given=1), Answer(number=1) to c1)) and then "
        "((Server(given=2), Answer(number=1) to c1)); "
        f"a choice is written either((label, step), ...) {ON_ASK}",
    ),
    "sets a field": (
        {STEP: "self.given = number"},
        "fault.py:[self.given = number]: s1 raised FrozenInstanceError: cannot assign to field "
        f"'given' (a state is never changed: return self.but(...)) {ON_ASK}",
    ),
    "sets a field in spite of frozen": (
        {STEP: 'object.__setattr__(self, "given", number)'},
        "fault.py:[def receive]: s1 changes its own state or the message in place: "
        f"return self.but(...) {ON_ASK}",
    ),
    "sets a field to a list in spite of frozen": (
        {STEP: 'object.__setattr__(self, "given", [number])'},
        "fault.py:[def receive]: s1 changes its own state or the message in place: "
        f"return self.but(...) {ON_ASK}",
    ),
    "changes the message": (
        {STEP: 'object.__setattr__(msg, "number", 2)'},
        "fault.py:[def receive]: s1 changes its own state or the message in place: "
        f"return self.but(...) {ON_ASK}",
    ),
    "changes a fixed field": (
        {"self.but(asked=1)": "self.but(servers=self.servers.without(*self.servers))"},
        "fault.py:[def offers]: c1 changed servers: "
        f"a field that changes is declared without fixed() {ON_OFFERS}",
    ),
    "keeps a set": (
        {STATE: "self.but(given={number})"},
        f"{KEPT} given is a set: use Set {ON_ASK}",
    ),
    "keeps a list": (
        {STATE: "self.but(given=[number])"},
        f"{KEPT} given is a list: use a tuple {ON_ASK}",
    ),
    "keeps a dict": (
        {STATE: "self.but(given={1: 2})"},
        f"{KEPT} given is a dict: use Map {ON_ASK}",
    ),
    "keeps a list in a tuple": (
        {STATE: "self.but(given=(1, [2]))"},
        f"{KEPT} given[1] is a list: use a tuple {ON_ASK}",
    ),
    "keeps a set in a message in a tuple": (
        {STATE: "self.but(given=(Ask({1}),))"},
        f"{KEPT} given[0].number is a set: use Set {ON_ASK}",
    ),
    "keeps something that is no value": (
        {STATE: "self.but(given=object())"},
        f"{KEPT} given is an object: use a frozen dataclass, a tuple, a Set or a Map {ON_ASK}",
    ),
    "keeps a NaN": (
        {STATE: 'self.but(given=float("nan"))'},
        f"{KEPT} given is NaN, which is not even equal to itself: use None {ON_ASK}",
    ),
    "keeps something that can change": (
        {STATE: "self.but(given=Draft(1))"},
        f"{KEPT} given is a Draft, which can change: write @dataclass(frozen=True) {ON_ASK}",
    ),
    "sends to nobody known": (
        {"send(src": 'send(Id("c9")'},
        f"fault.py:[def receive]: s1 sends Answer(number=1) to c9, which is no node {ON_ASK}",
    ),
    "sends to a string": (
        {"send(src": 'send("c1"'},
        "fault.py:[def receive]: s1 sends Answer(number=1) to 'c1', which is no node: "
        f'write Id("c1") {ON_ASK}',
    ),
    "sends a string": (
        {SENDS: 'send(src, "yes")'},
        f"fault.py:[def receive]: s1 sends 'yes', a str: {WIRE} {ON_ASK}",
    ),
    "sends a named tuple": (
        {SENDS: "send(src, Pair(1))"},
        f"fault.py:[def receive]: s1 sends Pair(number=1), a Pair: {WIRE} {ON_ASK}",
    ),
    "sends something that can change": (
        {SENDS: "send(src, Draft(1))"},
        f"fault.py:[def receive]: s1 sends Draft(number=1), a Draft: {WIRE} {ON_ASK}",
    ),
    "sends a list": (
        {SENDS: "send(src, Other([1]))"},
        "fault.py:[def receive]: s1 sends an Other that cannot be kept: "
        f"number is a list: use a tuple {ON_ASK}",
    ),
    "returns a number": (
        {STEP: "return 5"},
        f"fault.py:[def receive]: s1 returned 5: {ANSWER} {ON_ASK}",
    ),
    "returns a message beside its state": (
        {SENDS: "Answer(number)"},
        f"fault.py:[def receive]: s1 returned Answer(number=1) after the state: {ANSWER} {ON_ASK}",
    ),
    "becomes somebody else": (
        {STEP: "return Caller(servers=Group('s', ()))"},
        f"fault.py:[def receive]: s1 became a Caller: an actor keeps its class {ON_ASK}",
    ),
    "offers two steps with one label": (
        {OFFER: f'{OFFER}\n            yield act("asks", self.but(asked=2))'},
        "fault.py:[def offers]: c1 has two steps labelled 'c1 asks': "
        "tell them apart by their labels [on its steps, in state Caller(asked=0)]",
    ),
    "has no word for a step": (
        {'act("asks"': 'act(""'},
        "fault.py:[def offers]: c1 has a step labelled '': a label is one line of text "
        f"{ON_OFFERS}",
    ),
}

JUDGING: dict[str, Fault] = {
    "raises": (
        {JUDGE: "return 1 / 0"},
        "fault.py:[1 / 0]: the property truth raised ZeroDivisionError: division by zero",
    ),
    "exits": (
        {JUDGE: "raise SystemExit(0)"},
        "fault.py:[raise SystemExit]: the property truth raised SystemExit: 0",
    ),
    "answers True": (
        {JUDGE: "return True"},
        "fault.py:[@always]: truth answered True: an @always answers None where it is true, "
        "a message where it is false",
    ),
    "answers with an empty message": (
        {JUDGE: 'return ""'},
        "fault.py:[@always]: truth answered '': an @always answers None where it is true, "
        "a message where it is false",
    ),
    "is a sometimes that answers with a message": (
        {REACHED: 'return "yes"'},
        "fault.py:[@sometimes]: somebody_answers answered 'yes': "
        "an @sometimes answers True or False",
    ),
    "sees a kind that nobody sends": (
        {JUDGED: "@always(sees=[Other])", JUDGE: "return None"},
        "fault.py:[@always]: truth sees Other, which no actor of this cluster ever sends: "
        "correct its sees=[...], or send it",
    ),
    "asks for a kind that it did not declare": (
        {JUDGED: "@always(sees=[Ask])"},
        "fault.py:[return None if all]: the property truth raised LookupError: "
        "truth looks at Answer: add it to its sees=[...]",
    ),
    "asks for a field that it did not declare": (
        {JUDGE: 'return seen.field("given")'},
        "fault.py:[seen.field]: the property truth raised LookupError: "
        "truth looks at 'given': add it to its sees=[...]",
    ),
}


@pytest.fixture
def explored(pcheck: Ends, empty_folder: Path) -> Callable[..., tuple[int, str, str]]:
    """Writes fault.py, and some files beside it, and explores it."""

    def ended(source: str, *arguments: str) -> tuple[int, str, str]:
        (empty_folder / "fault.py").write_bytes(source.encode("utf-8", "surrogateescape"))
        (empty_folder / "sibling.py").write_text("nothing = 0\n", encoding="utf-8")
        (empty_folder / "broken.py").write_text("nothing = 0\nnothing = = 1\n", encoding="utf-8")
        (empty_folder / "raises.py").write_text("nothing = 0\n1 / 0\n", encoding="utf-8")
        return pcheck("explore", "./fault.py", *arguments)

    return ended


def complaint(line: str, source: str) -> tuple[int, str, str]:
    return 2, "", f"pcheck: {placed(line, source)}\n"


def test_the_spec_without_a_fault_holds(explored: Ends) -> None:
    assert explored(ASKING, "--quiet") == (0, "holds\n", "")


@pytest.mark.parametrize(("changes", "line"), LOADING.values(), ids=LOADING)
def test_a_file_that_cannot_be_loaded(changes: dict[str, str], line: str, explored: Ends) -> None:
    source = changed(changes)
    assert explored(source) == complaint(line, source)


@pytest.mark.parametrize(("changes", "line"), BUILDING.values(), ids=BUILDING)
def test_a_builder_that_builds_nothing(changes: dict[str, str], line: str, explored: Ends) -> None:
    source = changed(changes)
    assert explored(source) == complaint(line, source)


@pytest.mark.parametrize("engine", ["reference", "compiled"])
@pytest.mark.parametrize(("changes", "line"), ACTING.values(), ids=ACTING)
def test_an_actor_that(
    changes: dict[str, str], line: str, engine: str, explored: Ends, machine_code: None
) -> None:
    source = changed(changes)
    assert explored(source, "--engine", engine, "--quiet") == complaint(line, source)


@pytest.mark.parametrize("engine", ["reference", "compiled"])
@pytest.mark.parametrize(("changes", "line"), JUDGING.values(), ids=JUDGING)
def test_a_property_that(
    changes: dict[str, str], line: str, engine: str, explored: Ends, machine_code: None
) -> None:
    source = changed(changes)
    assert explored(source, "--engine", engine, "--quiet") == complaint(line, source)


# What follows is said in words that may still change: the place must be right, and the parts given.

VAGUE: dict[str, Vague] = {
    "the file is not UTF-8": (
        {"A caller, and": "A caller\udcff, and"},
        "fault.py:[A caller\udcff]:",
        ("the spec is not Python", "utf-8"),
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
        {OPTION: 'servers: Annotated[int, Option("how many", min=1)] = 0'},
        "fault.py:[@spec]:",
        ("servers", "0", "at least 1"),
    ),
    "a property that sees a class that can change": (
        {JUDGED: "@always(sees=[Draft])"},
        "fault.py:[@always]:",
        ("truth sees", "Draft", "a frozen dataclass"),
    ),
    "a property that sees a string": (
        {JUDGED: '@always(sees="given")', JUDGE: "return None"},
        "fault.py:[@always]:",
        ("truth", "sees=[", "given"),
    ),
    "offers that return a step": (
        {OFFER: OFFER.replace("yield", "return")},
        "fault.py:[def offers]:",
        ("c1", "offers", "yield act(", "in state Caller(asked=0)"),
    ),
    "offers that return nothing": (
        {f"if self.asked < 1:\n            {OFFER}": "return None"},
        "fault.py:[def offers]:",
        ("c1", "offers", "None", "yield act(", "in state Caller(asked=0)"),
    ),
    "two ways with one label": (
        {STEP: f'return either(("so", {STATE}), ("so", self.but(given=2)))'},
        "fault.py:[def receive]:",
        ("s1 has two steps labelled", "s1 <- c1: Ask(number=1), so", "Server(given=0)"),
    ),
    "a way that is no pair": (
        {STEP: f'return either("so", {STATE})'},
        "fault.py:[def receive]:",
        ("s1", "either((label, step), ...)", "Server(given=0)"),
    ),
    "a handler behind a cache": (
        {"def receive": '@__import__("functools").cache\n    def receive', STEP: "return 5"},
        "fault.py:[functools]:",
        ("s1 returned 5", "Server(given=0)"),
    ),
    "a message that is a class": (
        {SENDS: "send(src, Answer)"},
        "fault.py:[def receive]:",
        ("s1 sends", "Answer", WIRE),
    ),
    "a milestone that answers with nothing": (
        {
            BUILT: "@milestone(sees=[Answer])\ndef landmark(seen):\n    return None\n\n\n@spec\n",
            "milestones=[]": "milestones=[landmark]",
            "answer.number == 1": "answer.number == 2",
        },
        "fault.py:[@milestone]:",
        ("landmark", "None"),
    ),
    "a milestone that sees an unknown field": (
        {
            BUILT: '@milestone(sees=["givn"])\ndef landmark(seen):\n    return {}\n\n\n@spec\n',
            "milestones=[]": "milestones=[landmark]",
        },
        "fault.py:[return Cluster]:",
        ("landmark sees the field 'givn', which no node has", "did you mean 'given'?"),
    ),
    "two mistakes with one name": (
        {
            BUILT: "@bug(1, breaks=truth)\nclass TellsLies(Server):\n    pass\n\n\n"
            "@bug(2, breaks=truth)\ndef tells_lies(servers):\n    return {}\n\n\n@spec\n"
        },
        "fault.py",
        ("two bugs are both named tells-lies",),
    ),
}


def says(ended: tuple[int, str, str], line: str, parts: tuple[str, ...]) -> None:
    """One line that begins with the place, has the parts, and nothing of pcheck's own insides."""
    status, out, err = ended
    found = [part for part in parts if part.lower() in err.lower()]
    assert (status, out, found) == (2, "", list(parts))
    assert err.startswith(f"pcheck: {line}")
    assert err.endswith("\n")
    assert err.count("\n") == 1
    assert "_pcheck_" not in err


@pytest.mark.parametrize(("changes", "place", "parts"), VAGUE.values(), ids=VAGUE)
def test_a_fault_has_its_place(
    changes: dict[str, str], place: str, parts: tuple[str, ...], explored: Ends
) -> None:
    source = changed(changes)
    status, _, err = explored(source)  # what comes out first is the run that leads there
    says((status, "", err), placed(place, source), parts)


COUNTING = '''\
from collections.abc import Iterator
from dataclasses import dataclass

from pcheck import Id, Model, Seen, always, spec


@dataclass(frozen=True)
class At:
    number: int


@always(sees=[At])
def small(seen: Seen) -> str | None:
    """It never gets to 3."""
    return "it is 3" if any(at.number == 3 for _, at in seen.sent(At)) else None


class Counter(Model[int]):
    properties = (small,)

    def initial(self) -> int:
        return 0

    def steps(self, state: int) -> Iterator[tuple[str, int]]:
        if state < 3:
            yield f"counts to {state + 1}", state + 1

    def observe(self, state: int) -> Seen:
        return Seen([(Id("n"), At(state))], {})


@spec
def counting() -> Counter:
    """It counts."""
    return Counter()
'''
COUNTS = 'yield f"counts to {state + 1}", state + 1'
SEES = 'return Seen([(Id("n"), At(state))], {})'

MODELS: dict[str, Vague] = {
    "begins with an exception": (
        {"return 0": "return 1 / 0"},
        "fault.py:[1 / 0]:",
        ("ZeroDivisionError",),
    ),
    "begins with a list": ({"return 0": "return []"}, "fault.py:[def initial]:", ("list",)),
    "raises in its steps": (
        {COUNTS: f"1 // (2 - state); {COUNTS}"},
        "fault.py:[1 // ]:",
        ("ZeroDivisionError", "in state 2"),
    ),
    "exits in its steps": (
        {COUNTS: "raise SystemExit(0); yield"},
        "fault.py:[raise SystemExit]:",
        ("SystemExit", "in state 0"),
    ),
    "yields a state without its label": (
        {COUNTS: "yield state + 1"},
        "fault.py:[def steps]:",
        ("(label, state)", "in state 0"),
    ),
    "labels a step with a number": (
        {COUNTS: "yield state, state + 1"},
        "fault.py:[def steps]:",
        ("label", "in state 0"),
    ),
    "labels two steps the same": (
        {COUNTS: 'yield "on", 1; yield "on", 2'},
        "fault.py:[def steps]:",
        ("both labelled 'on'", "in state 0"),
    ),
    "steps to a list": (
        {COUNTS: 'yield "on", [1]'},
        "fault.py:[def steps]:",
        ("list", "in state 0"),
    ),
    "returns nothing for its steps": (
        {f"if state < 3:\n            {COUNTS}": "return None"},
        "fault.py:[def steps]:",
        ("None", "in state 0"),
    ),
    "raises when it is looked at": (
        {SEES: f"1 // (1 - state); {SEES}"},
        "fault.py:[1 // ]:",
        ("ZeroDivisionError", "in state 1"),
    ),
    "shows nothing": ({SEES: "return None"}, "fault.py:[def observe]:", ("Seen", "in state 0")),
    "shows a list in a message": (
        {"At(state)": "At([state])"},
        "fault.py:[def observe]:",
        ("number is a list: use a tuple",),
    ),
    "has something else than properties": (
        {"(small,)": "(At,)"},
        "fault.py:[@spec]:",
        ("At is no property",),
    ),
    "raises when it is shown": (
        {"def observe": "def columns(self, state):\n        return 1 / 0\n\n    def observe"},
        "fault.py:[1 / 0]:",
        ("ZeroDivisionError",),
    ),
}


def test_the_model_without_a_fault_is_violated(explored: Ends) -> None:
    assert explored(COUNTING, "--quiet") == (1, "violated\n", "")


@pytest.mark.parametrize(("changes", "place", "parts"), MODELS.values(), ids=MODELS)
def test_a_model_that(
    changes: dict[str, str], place: str, parts: tuple[str, ...], explored: Ends
) -> None:
    source = changed(changes, COUNTING)
    status, _, err = explored(source)  # what comes out first is the run that leads there
    says((status, "", err), placed(place, source), parts)


@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_a_fault_is_told_with_the_run_that_leads_to_it(
    engine: str, explored: Ends, machine_code: None
) -> None:
    source = changed({"return self.but(given=number), send(src, Answer(number))": "return 1 / 0"})
    status, out, err = explored(source, "--engine", engine)
    assert (status, err.count("ZeroDivisionError")) == (2, 1)
    assert out.splitlines()[0] == "After 1 step the spec fails:"
    assert "c1 " in out.splitlines()[3]


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
        "--clients 0 is too small: it must be at least 1",
    ),
    "a size above what is allowed": (
        ("--clients", "10"),
        "--clients 10 is too large: it must be at most 9",
    ),
    "less than no crashes": (
        ("--crashes", "-1"),
        "--crashes -1 makes no sense: it is how many nodes may crash",
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
        "--max-states 0 makes no sense: it must be above 0",
    ),
    "a limit of less than no time": (
        ("--max-seconds", "-1"),
        "--max-seconds -1 makes no sense: it must be above 0",
    ),
    "a limit of no size": (
        ("--max-memory", "much"),
        "--max-memory 'much' is no size: write 500M or 2G, for example",
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


@pytest.mark.parametrize("name", ["properties", "spec_name", "as_json", "version", "file"])
def test_a_parameter_may_have_any_name_that_is_no_option(name: str, explored: Ends) -> None:
    source = changed({OPTION: f"{OPTION}, {name}: int = 1"})
    flag = f"--{name.replace('_', '-')}"
    assert explored(source, flag, "2", "--quiet") == (0, "holds\n", "")


def test_a_milestone_may_see_a_field_that_no_property_sees(explored: Ends) -> None:
    landmark = '@milestone(sees=["given"])\ndef landmark(seen):\n    seen.field("given")\n'
    changes = {
        BUILT: f"{landmark}    return {{}}\n\n\n@spec\n",
        "milestones=[]": "milestones=[landmark]",
    }
    source = changed({**changes, "answer.number == 1": "answer.number == 2"})
    status, out, err = explored(source)
    assert (status, err) == (1, "")
    assert "VIOLATED: truth is false now: a lie." in out


def test_an_empty_file_has_no_builder(explored: Ends) -> None:
    line = "there is no builder: write @spec above the function that returns the cluster"
    assert explored("") == (2, "", f"pcheck: fault.py: {line}\n")


def test_a_mistake_in_the_file_beside_it(explored: Ends, empty_folder: Path) -> None:
    (empty_folder / "fault_bugs.py").write_text("\n1 / 0\n")
    line = "fault_bugs.py:2: loading the spec raised ZeroDivisionError: division by zero"
    assert explored(ASKING) == (2, "", f"pcheck: {line}\n")


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("./nosuch.py", "there is no file nosuch.py: give the name or the path of a spec"),
        ("./folder.py", "folder.py is a folder: give the name or the path of a spec"),
        ("./text.txt", "text.txt is no spec: a spec is a .py file"),
        ("nosuch", "there is no spec 'nosuch'; `pcheck specs` lists them"),
        ("paxso", "there is no spec 'paxso'; did you mean 'paxos'?"),
        ("consensus", "there is no spec 'consensus'; `pcheck specs` lists them"),
        ("beside", "there is no spec 'beside'; for the file beside you write ./beside.py"),
        ("", "there is no spec ''; `pcheck specs` lists them"),
    ],
)
def test_a_spec_that_is_not_there(name: str, line: str, pcheck: Ends, empty_folder: Path) -> None:
    (empty_folder / "folder.py").mkdir()
    (empty_folder / "text.txt").write_text("")
    (empty_folder / "beside.py").write_text(ASKING)
    assert pcheck("explore", name) == (2, "", f"pcheck: {line}\n")


@pytest.mark.parametrize("name", ["my-spec.py", "a.b.py", "pcheck.py", "class.py"])
def test_a_spec_file_may_have_any_name(name: str, pcheck: Ends, empty_folder: Path) -> None:
    (empty_folder / name).write_text(ASKING)
    assert pcheck("explore", f"./{name}", "--quiet") == (0, "holds\n", "")


def test_what_a_spec_prints_does_not_spoil_the_json(explored: Ends) -> None:
    source = changed({CASE: f"{CASE}\n                print('asked')"})
    status, out, _ = explored(source, "--json")
    assert (status, json.loads(out)["verdict"]) == (0, "holds")


INTERRUPTED = {"loading": "@spec\n", "building": GROUPS}


@pytest.mark.parametrize("before", INTERRUPTED.values(), ids=INTERRUPTED)
def test_an_interrupt_before_the_search_is_one_line(before: str, explored: Ends) -> None:
    indent = "    " if before == GROUPS else ""
    source = changed({before: f"raise KeyboardInterrupt\n{indent}{before}"})
    assert explored(source) == (3, "", "pcheck: interrupted\n")


def test_a_fault_of_pcheck_itself_is_not_blamed_on_the_spec(
    explored: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pcheck.cli.explore.ask", int)  # which takes no spec
    with pytest.raises(TypeError):
        explored(ASKING)


def test_no_fault_leaves_a_file_behind(explored: Ends, empty_folder: Path) -> None:
    explored(changed({STEP: "return 1 / 0"}), "--save", "run.json")
    files = {path.name for path in empty_folder.iterdir()}
    assert files == {"fault.py", "sibling.py", "broken.py", "raises.py"}
