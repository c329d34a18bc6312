"""One node with its inbox, as an automaton: what it can do, and what it becomes by receiving.

What a node can do depends on its own state and on the messages that wait for it. That pair is its
configuration. Here are all the rules that concern one node: its own acts, deliveries, losses, its
crash and its restart. `semantics` adds only that a step of one is received by the others.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import NamedTuple

from pcheck.actor import Actor, Send
from pcheck.handler import Handlers
from pcheck.label import delivered, lost
from pcheck.network import Inbox, Letter, Network
from pcheck.values import Id, exact


class Does(Enum):
    ACT = "act"
    DELIVER = "deliver"
    LOSE = "lose"
    CRASH = "crash"
    RESTART = "restart"


@dataclass(frozen=True, eq=False)
class Config:
    """An actor, whether it is up, and its inbox. Each is made only once: `is` is `==`."""

    actor: Actor
    up: bool
    inbox: Inbox


@dataclass(frozen=True, eq=False)
class Bundle:
    """What one step sends, in order. Each is made only once: `is` is `==`."""

    sends: tuple[tuple[Letter, tuple[Id, ...]], ...]

    def to(self, node: Id) -> Inbox:
        return tuple(letter for letter, receivers in self.sends if node in receivers)

    @cached_property
    def receivers(self) -> tuple[Id, ...]:
        return tuple(dict.fromkeys(node for _, receivers in self.sends for node in receivers))


class Row(NamedTuple):
    """One step that a configuration can take."""

    label: str
    does: Does
    next: Config
    bundle: Bundle
    letter: Letter | None = None  # the one delivered or lost


class Post:
    """Hands out letters and bundles, each once, so that equality is identity from here on."""

    def __init__(self, nodes: Iterable[Id]) -> None:
        self.nodes = frozenset(nodes)
        self._letters: dict[Hashable, Letter] = {}
        self._bundles: dict[Hashable, Bundle] = {}

    def letter(self, src: Id, message: object) -> Letter:
        key = exact((src, message))
        return self._letters.setdefault(key, Letter(src, message))

    def messages(self) -> Iterator[object]:
        return (letter.message for letter in self._letters.values())

    def bundle(self, src: Id, sends: tuple[Send, ...]) -> Bundle:
        posted = tuple((self.letter(src, s.message), tuple(s.receivers)) for s in sends)
        return self._bundles.setdefault(posted, Bundle(posted))


class Node:
    """The automaton of one node: rows out of a configuration, and receptions into it."""

    def __init__(self, actor: Actor, network: Network, may_crash: bool, post: Post) -> None:
        self.me, self.network, self.may_crash, self.post = actor.me, network, may_crash, post
        self.handlers = Handlers(actor, post.nodes)
        self._configs: dict[tuple[int, bool, Inbox], Config] = {}
        self._rows: dict[Config, tuple[Row, ...]] = {}
        self._received: dict[tuple[Config, Bundle], Config] = {}
        self.first = self.config(actor, True, ())

    def config(self, actor: Actor, up: bool, inbox: Inbox) -> Config:
        """The one Config of these; `actor` is one that this node has interned."""
        return self._configs.setdefault((id(actor), up, inbox), Config(actor, up, inbox))

    def rows(self, config: Config) -> tuple[Row, ...]:
        """Every step of this node itself, with distinct labels."""
        if config not in self._rows:
            self._rows[config] = self._labelled_apart(config, tuple(self._steps(config)))
        return self._rows[config]

    def receive(self, config: Config, bundle: Bundle) -> Config:
        """What becomes of a configuration when a bundle reaches this node."""
        key = config, bundle
        if key not in self._received:
            inbox = self.network.put(config.inbox, bundle.to(self.me))
            self._received[key] = self.config(config.actor, config.up, inbox)
        return self._received[key]

    def _steps(self, config: Config) -> Iterator[Row]:
        if config.up:
            yield from self._acts(config)
            for letter in self.network.next(config.inbox):
                yield from self._deliveries(config, letter)
        if self.network.losing_is_a_step:
            for letter in self.network.next(config.inbox):
                yield self._loss(config, letter)
        if config.up and self.may_crash:
            after = self.config(self.handlers.after_crash(config.actor), False, config.inbox)
            yield Row(f"{self.me} crashes", Does.CRASH, after, self._bundle())
        if not config.up:
            after = self.config(config.actor, True, config.inbox)
            yield Row(f"{self.me} restarts", Does.RESTART, after, self._bundle())

    def _acts(self, config: Config) -> Iterator[Row]:
        for label, ways in self.handlers.offers(config.actor):
            for way in ways:
                if way.actor is None:
                    continue
                after = self.config(way.actor, True, config.inbox)
                text = _with_choice(f"{self.me} {label}", way.choice)
                yield Row(text, Does.ACT, after, self._bundle(way.sends))

    def _deliveries(self, config: Config, letter: Letter) -> Iterator[Row]:
        left = self.network.taken(config.inbox, letter)
        for way in self.handlers.reaction(config.actor, letter):
            if way.actor is None and not self.network.ignoring_is_a_step:
                continue
            actor = config.actor if way.actor is None else way.actor
            after = self.config(actor, True, left)
            text = _with_choice(delivered(letter.src, self.me, letter.message), way.choice)
            yield Row(text, Does.DELIVER, after, self._bundle(way.sends), letter)

    def _loss(self, config: Config, letter: Letter) -> Row:
        left = self.network.taken(config.inbox, letter)
        text = lost(letter.src, self.me, letter.message)
        after = self.config(config.actor, config.up, left)
        return Row(text, Does.LOSE, after, self._bundle(), letter)

    def _bundle(self, sends: tuple[Send, ...] = ()) -> Bundle:
        return self.post.bundle(self.me, sends)

    def _labelled_apart(self, config: Config, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        labels = [row.label for row in rows]
        twice = next((label for label in labels if labels.count(label) > 1), None)
        if twice is not None:
            text = f"has two steps labelled {twice!r}: tell them apart by their labels"
            raise self.handlers.fault(config.actor, type(config.actor).offers, "its steps", text)
        return rows


def _with_choice(text: str, choice: str) -> str:
    return f"{text}, {choice}" if choice else text
