"""The network as a hosted object sees it: what the object sends, says, saves and chooses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from pcheck.hosted.forms import Show
from pcheck.hosted.loop import Loop
from pcheck.language.actor import Send
from pcheck.language.kinds import is_frozen_dataclass
from pcheck.language.names import Id
from pcheck.language.printing import brief
from pcheck.language.values import Map, exact
from pcheck.semantics.results import InvalidResult

T = TypeVar("T")


@dataclass(frozen=True)
class Message:
    """A message that is not an object but plain data, such as a tuple or a text."""

    content: object

    def __pcheck_show__(self, show: Show) -> str:
        return show(self.content)


@dataclass(frozen=True)
class Sent:
    """A message on its way to its receivers; a message without receivers is only said."""

    receivers: tuple[Id, ...]
    message: object

    @property
    def label(self) -> str:
        if not self.receivers:
            return f"says {brief(self.message)}"
        return f"sends {brief(self.message)} to {', '.join(self.receivers)}"


@dataclass(frozen=True)
class Saved:
    """A value that is on the disk from now on."""

    value: object

    @property
    def label(self) -> str:
        return f"saves {brief(self.value)}"


@dataclass(frozen=True)
class Written:
    """The files of the node after the program has written one of them."""

    path: str
    files: Map[str, bytes]

    @property
    def label(self) -> str:
        if self.path not in self.files:
            return f"removes {self.path}"
        return f"{'writes' if self.files[self.path] else 'empties'} {self.path}"


Effect = Sent | Saved | Written


class Net:
    """The effects of one call on the world, in order, and the choices of the call."""

    def __init__(
        self, frozen: Callable[[Any], Any], loop: Loop, choices: tuple[int, ...] = ()
    ) -> None:
        """Begin a call in which the first choices are made as in an earlier call."""
        self.loop = loop
        self.effects: list[Effect] = []
        self.taken: list[tuple[int, int, str]] = []  # the choice, of how many, and its label
        self._frozen, self._choices = frozen, choices

    def begin(self, choices: tuple[int, ...]) -> None:
        """Begin another call with the same network."""
        self.effects, self.taken, self._choices = [], [], choices

    def send(self, to: Id | Iterable[Id], message: object) -> None:
        """Send a message to one node, or to each of several nodes."""
        if isinstance(to, str) and not isinstance(to, Id):
            raise InvalidResult(f"sent a message to the text {to!r}; write Id({to!r})")
        receivers = (to,) if isinstance(to, Id) else tuple(dict.fromkeys(to))
        self.effects.append(Sent(receivers, self._message(message)))

    def say(self, message: object) -> None:
        """Tell the observer something that no node receives, such as a vote."""
        self.effects.append(Sent((), self._message(message)))

    def save(self, value: object) -> None:
        """Put a value onto the disk at this moment; a crash may fall before or after it."""
        self.effects.append(Saved(self._frozen(value)))

    def choose(self, *options: T) -> T:
        """Return one of the options; pcheck explores what follows from each of them."""
        if not options:
            raise InvalidResult("called net.choose() without options; give at least one")
        nth = len(self.taken)
        number = self._choices[nth] if nth < len(self._choices) else 0
        self.taken.append((number, len(options), brief(self._frozen(options[number]))))
        return options[number]

    def next_choices(self) -> tuple[int, ...] | None:
        """Return the choices of the next call, or None if all were made."""
        numbers = [number for number, _, _ in self.taken]
        for nth in reversed(range(len(numbers))):
            if numbers[nth] + 1 < self.taken[nth][1]:
                return (*numbers[:nth], numbers[nth] + 1)
        return None

    @property
    def label(self) -> str:
        """The label of the choices that were made."""
        return f"chooses {', '.join(label for _, _, label in self.taken)}"

    def _message(self, message: object) -> object:
        form = self._frozen(message)
        return form if is_frozen_dataclass(type(form)) else Message(form)


def sends_of(effects: Iterable[Effect]) -> list[Send]:
    """Return the messages among some effects; equal ones to several nodes in a row are one."""
    found: list[Send] = []
    for each in effects:
        if not isinstance(each, Sent):
            continue
        if found and _may_join(found[-1], each):
            found[-1] = Send((*found[-1].receivers, *each.receivers), each.message)
        else:
            found.append(Send(each.receivers, each.message))
    return found


def _may_join(last: Send, sent: Sent) -> bool:
    """Return whether a message is the one sent just before, to other nodes."""
    if not last.receivers or not sent.receivers or {*last.receivers} & {*sent.receivers}:
        return False
    return exact(last.message) == exact(sent.message)
