"""A small spec, and changes that let its handlers or its property remember something.

A keeper answers each message of an asker, or ignores the message if `listens` says no. A handler is
called twice at once, so that only a memory that changes between the pairs of calls can stay hidden.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pcheck import Result, check

LISTENS = """\
    def listens(self) -> bool:
        return True
"""
RIGHT = """\
    return None if seen.group("k") else "there are no keepers"
"""
SPEC = f'''\
"""An asker asks keepers, and each keeper keeps the last number."""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace

from pcheck import Action, Actor, Cluster, Group, Id, Seen, Step
from pcheck import action, always, broadcast, fixed, group, send, spec

# top


@dataclass(frozen=True)
class Ask:
    number: int


@dataclass(frozen=True)
class Answer:
    number: int


@dataclass(frozen=True)
class Asker(Actor):
    keepers: Group = fixed()
    asked: int = 0

    def actions(self) -> Iterator[Action]:
        if self.asked < 4:
            yield action(
                "asks", self.but(asked=self.asked + 1), broadcast(self.keepers, Ask(self.asked))
            )


@dataclass(frozen=True)
class Keeper(Actor):
    last: int = -1

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Ask(number) if self.listens():
                return self.but(last=number), send(src, Answer(number))
        return None

{LISTENS}

@always(sees=[Answer])
def right(seen: Seen) -> str | None:
{RIGHT}

@spec
def remembering(keepers: int = 1) -> Cluster:
    """An asker and keepers."""
    a, k = group("a", 1), group("k", keepers)
    return Cluster({{a: lambda _: Asker(keepers=k), k: lambda _: Keeper()}}, [right])
'''


def changed(top: str = "", listens: str = LISTENS, right: str = RIGHT) -> str:
    """Return the spec with this code at its top, and with these bodies."""
    return SPEC.replace("# top", top).replace(LISTENS, listens).replace(RIGHT, right)


def checked(folder: Path, source: str, **options: Any) -> Result:
    """Write a spec to mine.py in a folder of its own and check it there."""
    path = folder / "mine.py"
    path.write_text(source, encoding="utf-8")
    return check(path, **options)


def placed(text: str, source: str) -> str:
    """Return the text with the line of `mine.py:[words]:`, which is the first with these words."""

    def number(found: re.Match[str]) -> str:
        lines = source.splitlines()
        return f"mine.py:{next(i for i, line in enumerate(lines, 1) if found[1] in line)}:"

    return re.sub(r"mine\.py:\[(.*?)\]:", number, text)
