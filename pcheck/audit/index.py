"""Messages by their sender, their text and the texts of their fields, to find those that fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pcheck.audit.fitting import names_of
from pcheck.language.names import Id, Value
from pcheck.language.printing import brief, show
from pcheck.semantics.network import Letter

Key = tuple[str, str]
FROM, TEXT, KIND = "from", "text", "type"


class Index:
    """Some messages. What `candidates` leaves out does not fit."""

    def __init__(self) -> None:
        self.has_twins = False  # two messages of a sender have the same text
        self._all: dict[Letter, None] = {}
        self._texts: dict[tuple[Id, str], Letter] = {}
        self._by_key: dict[Key, list[Letter]] = {}

    def add(self, letter: Letter) -> None:
        """Add a message, if it is not there."""
        if letter in self._all:
            return
        self._all[letter] = None
        for text in {letter.text, brief(letter.message)}:
            first = self._texts.setdefault((letter.src, text), letter)
            self.has_twins |= first is not letter
        for key in set(_keys(letter)):
            self._by_key.setdefault(key, []).append(letter)

    def called(self, src: Id, text: str) -> Letter | None:
        """Return the message of a sender with this text."""
        return self._texts.get((src, text))

    def candidates(self, src: Id | None, message: Any) -> Sequence[Letter]:
        """Return the messages that may be what a log says."""
        keys = [(FROM, str(src))] if src is not None else []
        if isinstance(message, str):
            keys.append((TEXT, message))
        elif isinstance(message, Mapping):
            keys += [(f".{name}", text) for name, each in message.items() if (text := _leaf(each))]
        found = [self._by_key.get(key, []) for key in keys]
        return min(found, key=len) if found else list(self._all)


def _leaf(logged: Any) -> str:
    """Return the text of a logged value without parts, or nothing."""
    if isinstance(logged, str):
        return logged
    return show(logged) if logged is None or isinstance(logged, (bool, int, float)) else ""


def _keys(letter: Letter) -> Iterator[Key]:
    message = letter.message
    yield FROM, str(letter.src)
    yield from ((TEXT, text) for text in _texts(message))
    yield f".{KIND}", type(message).__name__
    for name in names_of(message) or ():
        yield from ((f".{name}", text) for text in _texts(getattr(message, name)))


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts that can stand for a value in a log."""
    yield from (show(value), brief(value))
    if isinstance(value, str) and not isinstance(value, (Id, Value)):
        yield str(value)
