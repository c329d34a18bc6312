"""Faulty actors: each error is one line with the file, the line, the node and the state."""

from __future__ import annotations

import pytest

from tests.cli.faults.asking import (
    A_STEP,
    ACTION,
    NOT_FROZEN,
    ON_ACTIONS,
    ON_ASK,
    SENDS,
    STATE,
    STEP,
    TOP,
    UNSUPPORTED,
    WIRE,
    Ends,
    Fault,
    Vague,
    changed,
    check_place,
    complaint,
)
from tests.sampling import fast_first

ACTING: dict[str, Fault] = {
    "raises": (
        {STEP: "return 1 / 0"},
        f"fault.py:[1 / 0]: receive() of s1 raised ZeroDivisionError: division by zero {ON_ASK}",
    ),
    "raises in Python's own library": (
        {STEP: 'return __import__("json").loads("")'},
        "fault.py:[__import__]: receive() of s1 raised JSONDecodeError: "
        f"Expecting value: line 1 column 1 (char 0) {ON_ASK}",
    ),
    "exits": (
        {STEP: "raise SystemExit(0)"},
        f"fault.py:[raise SystemExit]: receive() of s1 raised SystemExit: 0 {ON_ASK}",
    ),
    "calls itself without end": (
        {STEP: "return self.receive(msg, src)"},
        "fault.py:[self.receive]: receive() of s1 raised RecursionError: "
        f"maximum recursion depth exceeded {ON_ASK}",
    ),
    "raises in its actions": (
        {ACTION: f"1 / 0; {ACTION}"},
        "fault.py:[1 / 0]: actions() of c1 raised ZeroDivisionError: "
        f"division by zero {ON_ACTIONS}",
    ),
    "yields a state as an action": (
        {ACTION: "yield self.but(asked=1)"},
        "fault.py:[def actions]: actions() of c1 yielded Caller(asked=1); "
        "write yield action(label, step, ...) "
        f"{ON_ACTIONS}",
    ),
    "is called twice and answers differently": (
        {TOP: f"COUNT = iter(range(1, 100))\n\n\n{TOP}", STATE: "self.but(given=next(COUNT))"},
        "fault.py:[def receive]: receive() of s1 is not deterministic: two calls returned "
        "(Server(given=1), Answer(number=1) to c1) and then "
        "(Server(given=2), Answer(number=1) to c1); "
        f"write a choice as either((label, step), ...) {ON_ASK}",
    ),
    "answers differently when it is called after the search": (
        {
            TOP: f"CALLS = []\n\n\n{TOP}",
            STEP: f"CALLS.append(number)\n                if len(CALLS) <= 4: {STEP}",
        },
        "fault.py:[def receive]: receive() of s2 depends on more than its state and message: asked "
        "again later, it returned None instead of "
        "(Server(given=1), Answer(number=1) to c1) [on Ask(number=1) from c1, in state "
        "Server(given=0)]; the global `CALLS` changed from [] to [1, 1, 1, 1, 1]; keep what a "
        "handler remembers in a field of the actor",
    ),
    "sets a field": (
        {STEP: "self.given = number"},
        "fault.py:[self.given = number]: receive() of s1 raised FrozenInstanceError: cannot assign "
        f"to field 'given'; return self.but(...) instead of assigning to a field {ON_ASK}",
    ),
    "sets a field in spite of frozen": (
        {STEP: 'object.__setattr__(self, "given", number)'},
        "fault.py:[def receive]: receive() of s1 changed the state or the message in place; "
        f"return self.but(...) instead {ON_ASK}",
    ),
    "sets a field to a list in spite of frozen": (
        {STEP: 'object.__setattr__(self, "given", [number])'},
        "fault.py:[def receive]: receive() of s1 changed the state or the message in place; "
        f"return self.but(...) instead {ON_ASK}",
    ),
    "changes the message": (
        {STEP: 'object.__setattr__(msg, "number", 2)'},
        "fault.py:[def receive]: receive() of s1 changed the state or the message in place; "
        f"return self.but(...) instead {ON_ASK}",
    ),
    "changes a fixed field": (
        {"self.but(asked=1)": "self.but(servers=self.servers.without(*self.servers))"},
        "fault.py:[def actions]: actions() of c1 changed the fixed field servers; "
        f"declare a field that changes without fixed() {ON_ACTIONS}",
    ),
    "keeps a set": (
        {STATE: "self.but(given={number})"},
        f"{UNSUPPORTED} given is a set; use Set {ON_ASK}",
    ),
    "keeps a list": (
        {STATE: "self.but(given=[number])"},
        f"{UNSUPPORTED} given is a list; use a tuple {ON_ASK}",
    ),
    "keeps a dict": (
        {STATE: "self.but(given={1: 2})"},
        f"{UNSUPPORTED} given is a dict; use Map {ON_ASK}",
    ),
    "keeps a list in a tuple": (
        {STATE: "self.but(given=(1, [2]))"},
        f"{UNSUPPORTED} given[1] is a list; use a tuple {ON_ASK}",
    ),
    "keeps a set in a message in a tuple": (
        {STATE: "self.but(given=(Ask({1}),))"},
        f"{UNSUPPORTED} given[0].number is a set; use Set {ON_ASK}",
    ),
    "keeps an object that is not a value": (
        {STATE: "self.but(given=object())"},
        f"{UNSUPPORTED} given is an object; "
        f"use a frozen dataclass, a tuple, a Set or a Map {ON_ASK}",
    ),
    "keeps a NaN": (
        {STATE: 'self.but(given=float("nan"))'},
        f"{UNSUPPORTED} given is NaN, which does not equal itself; use None {ON_ASK}",
    ),
    "keeps a mutable object": (
        {STATE: "self.but(given=Draft(1))"},
        f"{UNSUPPORTED} given is a Draft, which is mutable; "
        f"write @dataclass(frozen=True) above class Draft {ON_ASK}",
    ),
    "sends to an unknown node": (
        {"send(src": 'send(Id("c9")'},
        "fault.py:[def receive]: receive() of s1 sent Answer(number=1) to c9, "
        f"which is not a node of the cluster {ON_ASK}",
    ),
    "sends to a string": (
        {"send(src": 'send("c1"'},
        "fault.py:[def receive]: receive() of s1 sent Answer(number=1) to 'c1', "
        f'which is not a node of the cluster; write Id("c1") {ON_ASK}',
    ),
    "sends a string": (
        {SENDS: 'send(src, "yes")'},
        f"fault.py:[def receive]: receive() of s1 sent 'yes'; {WIRE}, got a str {ON_ASK}",
    ),
    "sends a named tuple": (
        {SENDS: "send(src, Pair(1))"},
        f"fault.py:[def receive]: receive() of s1 sent Pair(number=1), {NOT_FROZEN} Pair {ON_ASK}",
    ),
    "sends a mutable object": (
        {SENDS: "send(src, Draft(1))"},
        "fault.py:[def receive]: receive() of s1 sent Draft(number=1), "
        f"{NOT_FROZEN} Draft {ON_ASK}",
    ),
    "sends a list": (
        {SENDS: "send(src, Other([1]))"},
        "fault.py:[def receive]: receive() of s1 sent an Other with an unsupported value: "
        f"number is a list; use a tuple {ON_ASK}",
    ),
    "returns a number": (
        {STEP: "return 5"},
        f"fault.py:[def receive]: receive() of s1 gave 5 as a step; {A_STEP} {ON_ASK}",
    ),
    "returns a message beside its state": (
        {SENDS: "Answer(number)"},
        "fault.py:[def receive]: receive() of s1 put Answer(number=1) after the state; "
        f"{A_STEP} {ON_ASK}",
    ),
    "becomes another actor": (
        {STEP: "return Caller(servers=Group('s', ()))"},
        "fault.py:[def receive]: receive() of s1 turned a Server into a Caller; "
        f"an actor must keep its class {ON_ASK}",
    ),
    "yields two actions with one label": (
        {ACTION: f'{ACTION}\n            yield action("asks", self.but(asked=2))'},
        "fault.py:[def actions]: actions() of c1 labelled two steps 'c1 asks'; "
        "give each step its own label [in state Caller(asked=0)]",
    ),
    "has an empty label": (
        {'action("asks"': 'action(""'},
        "fault.py:[def actions]: actions() of c1 labelled a step ''; "
        f"a label must be one printable line of text {ON_ACTIONS}",
    ),
}


@pytest.mark.parametrize("engine", fast_first(1, ["reference", "compiled"]))
@pytest.mark.parametrize(("changes", "line"), ACTING.values(), ids=ACTING)
def test_a_faulty_actor_is_reported(
    changes: dict[str, str], line: str, engine: str, explored: Ends, machine_code: None
) -> None:
    source = changed(changes)
    assert explored(source, "--engine", engine, "--quiet") == complaint(line, source)


VAGUE: dict[str, Vague] = {
    "actions that return a step": (
        {ACTION: ACTION.replace("yield", "return")},
        "fault.py:[def actions]:",
        ("actions() of c1 returned", "yield action(", "in state Caller(asked=0)"),
    ),
    "actions that return nothing": (
        {f"if self.asked < 1:\n            {ACTION}": "return None"},
        "fault.py:[def actions]:",
        ("actions() of c1 returned None", "yield action(", "in state Caller(asked=0)"),
    ),
    "two alternatives with one label": (
        {STEP: f'return either(("so", {STATE}), ("so", self.but(given=2)))'},
        "fault.py:[def receive]:",
        ("receive() of s1 labelled two steps", "s1 <- c1: Ask(number=1), so", "Server(given=0)"),
    ),
    "an alternative that is not a pair": (
        {STEP: f'return either("so", {STATE})'},
        "fault.py:[def receive]:",
        ("receive() of s1", "either((label, step), ...)", "Server(given=0)"),
    ),
    "a handler behind a cache": (
        {"def receive": '@__import__("functools").cache\n    def receive', STEP: "return 5"},
        "fault.py:[functools]:",
        ("receive() of s1 gave 5 as a step", "Server(given=0)"),
    ),
    "a message that is a class": (
        {SENDS: "send(src, Answer)"},
        "fault.py:[def receive]:",
        ("receive() of s1 sent the class Answer itself; write Answer(...)",),
    ),
}


@pytest.mark.parametrize(("changes", "place", "parts"), VAGUE.values(), ids=VAGUE)
def test_a_fault_is_reported_with_its_place(
    changes: dict[str, str], place: str, parts: tuple[str, ...], explored: Ends
) -> None:
    check_place(explored, changed(changes), place, parts)
