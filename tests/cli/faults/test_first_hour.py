"""Mistakes of the first hour: one line of a small protocol changed, and what pcheck says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pcheck.loading.spec import SHIPPED
from tests.cli.faults.asking import A_STEP, Ends
from tests.cli.faults.first_protocols import BUGS, COMMIT, ELECT, LEASE, NOTED, REGISTER
from tests.sampling import fast_every

LOCK = re.findall(r"```python\n(.*?)```", (SHIPPED / "README.md").read_text("utf-8"), re.S)[0]
ON_ASK = "[on Ask() from client1, in state Server(holder=None)]"
ON_GRANT = "[on Grant() from server1, in state Client(has_lock=False)]"
IN_CLIENT = "[in state Client(has_lock=False)]"
FIELD, TAKES = "has_lock: bool = False", "return self.but(has_lock=True)"
GRANTS = "send(src, Grant())"
ASKS = "broadcast(self.server, Ask())"
# For each mistake: the text, the text instead of it, a text on the line that the error names, and
# what the error says.
MISTAKES: dict[str, tuple[str, str, str, str]] = {
    "an actor without decorator": (
        "@dataclass(frozen=True)\nclass Client",
        "class Client",
        "class Client",
        "Client adds the field server but is not a dataclass; write @dataclass(frozen=True) above "
        "class Client",
    ),
    "an actor that is not frozen": (
        "@dataclass(frozen=True)\nclass Client",
        "@dataclass\nclass Client",
        "@dataclass\n",
        "loading the spec raised TypeError: cannot inherit non-frozen dataclass from a frozen one; "
        "write @dataclass(frozen=True)",
    ),
    "a message without decorator": (
        "@dataclass(frozen=True)\nclass Ask",
        "class Ask",
        "def actions",
        "actions() of client1 sent an Ask, whose class is not a frozen dataclass; write "
        f"@dataclass(frozen=True) above class Ask {IN_CLIENT}",
    ),
    "a field without annotation": (
        FIELD,
        "has_lock = False",
        "return Cluster",
        "one_holder sees the field 'has_lock', which no node has; has_lock has no annotation in "
        "class Client: write has_lock: bool = False",
    ),
    "a list as default": (
        FIELD,
        f"{FIELD}\n    heard: list = []",
        "@dataclass(frozen=True)\nclass Client",
        "the default of the field heard is a list; use a tuple, Set() or Map()",
    ),
    "a misspelt field": (
        "self.but(has_lock=True)",
        "self.but(haslock=True)",
        "haslock",
        "receive() of client1 raised TypeError: Client has no field 'haslock'; did you mean "
        f"'has_lock'? {ON_GRANT}",
    ),
    "a misspelt field in a property": (
        'sees=["has_lock"]',
        'sees=["haslock"]',
        "return Cluster",
        "one_holder sees the field 'haslock', which no node has; did you mean 'has_lock'?",
    ),
    "a misspelt handler": (
        "def receive(self, msg, src):\n        match msg:\n            case Grant",
        "def recieve(self, msg, src):\n        match msg:\n            case Grant",
        "@dataclass(frozen=True)\nclass Client",
        "Client has a method recieve, which pcheck does not call; rename recieve to receive",
    ),
    "a misspelt list of actions": (
        "def actions",
        "def action",
        "@dataclass(frozen=True)\nclass Client",
        "Client has a method action, which pcheck does not call; rename action to actions",
    ),
    "a misspelt message in a case": (
        "case Grant():",
        "case Gront():",
        "Gront",
        "receive() of client1 raised NameError: name 'Gront' is not defined; did you mean 'Grant'? "
        f"{ON_GRANT}",
    ),
    "a case without parentheses": (
        "case Grant():",
        "case Grant:",
        "case Grant:",
        "`case Grant` matches every value and binds it to the name Grant; write `case Grant()`",
    ),
    "a message to a name that is no node": (
        GRANTS,
        'send(Id("client11"), Grant())',
        "def receive(self, msg, src):\n        match msg:\n            case Ask",
        "receive() of server1 sent Grant() to client11, which is not a node of the cluster; did "
        f'you mean Id("client1")? {ON_ASK}',
    ),
    "a message to plain text": (
        GRANTS,
        'send("client1", Grant())',
        "def receive(self, msg, src):\n        match msg:\n            case Ask",
        "receive() of server1 sent Grant() to 'client1', which is not a node of the cluster; "
        f'write Id("client1") {ON_ASK}',
    ),
    "a message to a group": (
        ASKS,
        "send(self.server, Ask())",
        "send(self.server",
        "actions() of client1 raised TypeError: send() needs one node, got the group server; "
        f"write broadcast(...) {IN_CLIENT}",
    ),
    "a broadcast to one node": (
        GRANTS,
        "broadcast(src, Grant())",
        "broadcast(src",
        "receive() of server1 raised TypeError: broadcast() needs nodes, got the name client1; "
        f"write send(...) {ON_ASK}",
    ),
    "a class instead of a message": (
        GRANTS,
        "send(src, Grant)",
        "def receive(self, msg, src):\n        match msg:\n            case Ask",
        f"receive() of server1 sent the class Grant itself; write Grant(...) {ON_ASK}",
    ),
    "a step that is True": (
        TAKES,
        "return True",
        "def receive(self, msg, src):\n        match msg:\n            case Grant",
        f"receive() of client1 gave True as a step; {A_STEP} {ON_GRANT}",
    ),
    "an assignment to a field": (
        TAKES,
        "self.has_lock = True",
        "self.has_lock = True",
        "receive() of client1 raised FrozenInstanceError: cannot assign to field 'has_lock'; "
        f"return self.but(...) instead of assigning to a field {ON_GRANT}",
    ),
    "a random step": (
        TAKES,
        "import random; return self.but(has_lock=next(COIN))",
        "def receive(self, msg, src):\n        match msg:\n            case Grant",
        "receive() of client1 is not deterministic: two calls returned Client(has_lock=True) and "
        f"then None; write a choice as either((label, step), ...) {ON_GRANT}",
    ),
    "a comparison of a name with text": (
        "if self.holder is None",
        "if self.holder is None and src == 'client1'",
        "src == 'client1'",
        'receive() of server1 raised TypeError: Id("client1") never equals the plain text '
        f"'client1'; write Id(\"client1\") {ON_ASK}",
    ),
    "an actor instead of a function": (
        "lambda i: Server()",
        "Server()",
        "return Cluster",
        "group server has a Server instead of a function that creates each node; write "
        "lambda i: Server(...)",
    ),
    "no value for a fixed field": (
        "Client(server=s)",
        "Client()",
        "{c: lambda i",
        "the builder lock raised TypeError: Client.__init__() missing 1 required keyword-only "
        "argument: 'server'; write Client(server=...), or give the field a default",
    ),
    "an option without default": (
        "clients: int = 2",
        "clients: int",
        "@spec\n",
        "the option clients of lock must be a keyword parameter with a default",
    ),
    "no properties": (
        "properties=[one_holder]",
        "properties=[]",
        "@spec\n",
        "lock declares no properties, so there is nothing to check; pass properties=[...] to its "
        "Cluster",
    ),
    "a property that returns a bool": (
        "return f\"{' and '.join(holders)} have the lock\" if len(holders) > 1 else None",
        "return len(holders) <= 1",
        "@always",
        "the @always one_holder must return None if it holds, or a non-empty message if not, got "
        "True",
    ),
}


def line_of(text: str, code: str) -> int:
    """Return the number of the line on which a text of the code begins."""
    assert code.count(text) == 1
    return code[: code.index(text)].count("\n") + 1


@pytest.mark.parametrize("mistake", fast_every(4, MISTAKES))
def test_a_mistake_ends_in_one_line_that_says_where_and_what_to_write(
    mistake: str, pcheck: Ends, empty_folder: Path
) -> None:
    old, new, place, error = MISTAKES[mistake]
    assert LOCK.count(old) == 1
    code = LOCK.replace(old, new).replace("next(COIN)", "next(Client.coin)")
    if "Client.coin" in code:
        code += "\n\nClient.coin = iter([True, False] * 99)\n"
    (empty_folder / "lock.py").write_text(code, encoding="utf-8")
    expected = f"pcheck: lock.py:{line_of(place, code)}: {error}\n"
    status, out, err = pcheck("explore", "./lock.py")
    assert (status, err) == (2, expected)
    assert out == "" or out.startswith("The spec fails after ")  # the trace to the mistake


@pytest.mark.parametrize("name", fast_every(20, BUGS))
def test_a_bug_of_a_first_protocol_ends_in_one_line(
    name: str, pcheck: Ends, empty_folder: Path
) -> None:
    protocol, old, new, place, error = BUGS[name]
    assert protocol.count(old) == 1
    code = protocol.replace(old, new)
    (empty_folder / "mine.py").write_text(code, encoding="utf-8")
    at = f":{line_of(place, code)}" if place else ""
    status, out, err = pcheck("explore", "./mine.py")
    assert (status, err) == (2, f"pcheck: mine.py{at}: {error}\n")
    assert out == "" or out.startswith("The spec fails ")


@pytest.mark.parametrize("name", NOTED)
def test_a_bug_that_is_no_error_is_noted(name: str, pcheck: Ends, empty_folder: Path) -> None:
    protocol, old, new, place, note = NOTED[name]
    assert protocol.count(old) == 1
    code = protocol.replace(old, new)
    (empty_folder / "mine.py").write_text(code, encoding="utf-8")
    _, out, err = pcheck("explore", "./mine.py", "--json")
    expected = [f"mine.py:{line_of(place, code)}: {note}"]
    assert (json.loads(out)["warnings"], err) == (expected, "")


@pytest.mark.parametrize("protocol", [COMMIT, ELECT, REGISTER, LEASE])
def test_the_first_protocols_hold(protocol: str, pcheck: Ends, empty_folder: Path) -> None:
    (empty_folder / "mine.py").write_text(protocol, encoding="utf-8")
    status, out, err = pcheck("explore", "./mine.py", "--json")
    assert (status, json.loads(out)["warnings"], err) == (0, [], "")


def test_there_are_many_different_mistakes() -> None:
    assert len(MISTAKES) + len(BUGS) + len(NOTED) >= 100
