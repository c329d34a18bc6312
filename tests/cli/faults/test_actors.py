"""An actor that does what it may not is one line: the file, the line, the node, the state."""

from __future__ import annotations

import pytest

from tests.cli.faults.asking import (
    ANSWER,
    KEPT,
    OFFER,
    ON_ASK,
    ON_OFFERS,
    SENDS,
    STATE,
    STEP,
    TOP,
    WIRE,
    Ends,
    Fault,
    Vague,
    changed,
    check_place,
    complaint,
)

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
        "fault.py:[def actions]: c1 offers Caller(asked=1): yield action(label, step, ...) "
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
        "fault.py:[def actions]: c1 changed servers: "
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
        {OFFER: f'{OFFER}\n            yield action("asks", self.but(asked=2))'},
        "fault.py:[def actions]: c1 has two steps labelled 'c1 asks': "
        "tell them apart by their labels [on its steps, in state Caller(asked=0)]",
    ),
    "has no word for a step": (
        {'action("asks"': 'action(""'},
        "fault.py:[def actions]: c1 has a step labelled '': a label is one line of text "
        f"{ON_OFFERS}",
    ),
}


@pytest.mark.parametrize("engine", ["reference", "compiled"])
@pytest.mark.parametrize(("changes", "line"), ACTING.values(), ids=ACTING)
def test_an_actor_that(
    changes: dict[str, str], line: str, engine: str, explored: Ends, machine_code: None
) -> None:
    source = changed(changes)
    assert explored(source, "--engine", engine, "--quiet") == complaint(line, source)


VAGUE: dict[str, Vague] = {
    "offers that return a step": (
        {OFFER: OFFER.replace("yield", "return")},
        "fault.py:[def actions]:",
        ("c1", "offers", "yield action(", "in state Caller(asked=0)"),
    ),
    "offers that return nothing": (
        {f"if self.asked < 1:\n            {OFFER}": "return None"},
        "fault.py:[def actions]:",
        ("c1", "offers", "None", "yield action(", "in state Caller(asked=0)"),
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
}


@pytest.mark.parametrize(("changes", "place", "parts"), VAGUE.values(), ids=VAGUE)
def test_a_fault_has_its_place(
    changes: dict[str, str], place: str, parts: tuple[str, ...], explored: Ends
) -> None:
    check_place(explored, changed(changes), place, parts)
