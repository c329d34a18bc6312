"""The behaviour that no execution shows: what a changed line of a small protocol leads to."""

from __future__ import annotations

from pathlib import Path

import pytest

from pcheck import check
from tests.coverage.lock import changed, checked

Change = tuple[str, str]
GRANT = "case Grant()"
TAKES = "return self.but(has_lock=True)"
KEEPS = "the field has_lock of a Client never changes; declare a constant with fixed()"
IDLE_SERVER = "no Server ever changes its state or sends a message"
UNSENT_GRANT = f"no node ever sends a Grant, which `{GRANT}` expects"
UNTAKEN_GRANT = f"no message ever takes `{GRANT}`"
NO_ASK = "no node ever reacts to an Ask"
VAIN = f"the reaction at `{GRANT}` never changes a state or sends a message"
CLIENT, SERVER = "@dataclass(frozen=True)\nclass Client", "@dataclass(frozen=True)\nclass Server"
ASK_CLASS, GRANT_CLASS = (f"@dataclass(frozen=True)\nclass {name}" for name in ("Ask", "Grant"))
# For each changed line: what never happens, each with a text on the line that is named.
CASES: dict[str, tuple[Change, list[tuple[str, str]]]] = {
    "nothing is changed": (("class Ask", "class Ask"), []),
    "a step that is the same state": (
        (TAKES, "return self"),
        [(GRANT, VAIN), (CLIENT, KEEPS)],
    ),
    "a guard that is never true": (
        (f"{GRANT}:", f"{GRANT} if self.me == src:"),
        [(GRANT, f"{UNTAKEN_GRANT[:-1]} if self.me == src`"), (CLIENT, KEEPS)],
    ),
    "another message in a case": (
        (f"{GRANT}:", "case Ask():"),
        [
            ("case Ask():\n", "no message ever takes `case Ask()`"),
            (GRANT_CLASS, "no node ever reacts to a Grant"),
            (CLIENT, KEEPS),
        ],
    ),
    "an answer that is forgotten": (
        (", send(src, Grant())", ""),
        [(GRANT, UNSENT_GRANT), (CLIENT, KEEPS)],
    ),
    "another message that is sent": (
        ("broadcast(self.server, Ask())", "broadcast(self.server, Grant())"),
        [(SERVER, IDLE_SERVER), (GRANT, UNTAKEN_GRANT), (CLIENT, KEEPS)],
    ),
    "a message to nobody": (
        ("broadcast(self.server, Ask())", "broadcast((), Ask())"),
        [(SERVER, IDLE_SERVER), (GRANT, UNSENT_GRANT), (ASK_CLASS, NO_ASK), (CLIENT, KEEPS)],
    ),
    "an action that does nothing": (
        ("self, broadcast(self.server, Ask())", "self"),
        [
            (CLIENT, "no Client ever changes its state or sends a message"),
            (SERVER, IDLE_SERVER),
        ],
    ),
    "a second action that is never offered": (
        (
            "            yield action",
            "            if self.me == self.server:\n"
            '                yield action("waits", self.but(has_lock=False))\n'
            "            yield action",
        ),
        [('yield action("waits"', "no state ever offers the action `'waits'`")],
    ),
    "a second action that changes nothing": (
        (
            "            yield action",
            '            yield action("waits", self.but(has_lock=False))\n            yield action',
        ),
        [
            (
                'yield action("waits"',
                "the action `'waits'` never changes a state or sends a message",
            )
        ],
    ),
    "a body beside its case that is never taken": (
        (
            f"{GRANT}:\n                {TAKES}",
            f"{GRANT} if self.me == src: {TAKES}",
        ),
        [(GRANT, f"{UNTAKEN_GRANT[:-1]} if self.me == src`"), (CLIENT, KEEPS)],
    ),
    "a body beside its case that is taken": (
        (f"{GRANT}:\n                {TAKES}", f"{GRANT}: {TAKES}"),
        [],
    ),
    "a case that ignores and one that fails are not named": (
        (
            f"            {GRANT}:",
            "            case Ask():\n                return None\n"
            "            case int():\n                raise AssertionError\n"
            f"            {GRANT}:",
        ),
        [],
    ),
    "a case of a helper that only decides": (
        (
            "    def receive(self, msg, src):\n        match msg:\n            case Grant",
            "    def size(self, of):\n        match of:\n            case Ask():\n"
            "                return 1\n        return 0\n\n"
            "    def receive(self, msg, src):\n        if self.has_lock:\n"
            "            self.size(Ask())\n        match msg:\n            case Grant",
        ),
        [],
    ),
    "an action that is made anew": (
        (
            "    def actions(self):",
            "    def others(self):\n"
            '        yield action("waits", self)\n\n'
            "    def actions(self):\n"
            "        yield from (action(each.label, each.step) for each in self.others())",
        ),
        [],
    ),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("reduce", ["none", "all"])
def test_a_changed_line_leads_to_these_findings(name: str, reduce: str, empty_folder: Path) -> None:
    change, expected = CASES[name]
    result = checked(change, reduce=reduce)
    assert result.search.complete
    text = Path("lock.py").read_text("utf-8")
    lines = [(text[: text.index(at)].count("\n") + 1, what) for at, what in expected]
    found = [(int(each.place.removeprefix("lock.py:")), each.text) for each in result.never_happens]
    assert found == lines


def test_an_incomplete_search_finds_nothing(empty_folder: Path) -> None:
    assert check(changed((TAKES, "return self")), max_states=3).never_happens == []
