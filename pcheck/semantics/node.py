"""One node with its inbox, as an automaton: what it can do, and what it becomes by receiving.

What a node can do depends on its own state and on the messages that wait for it. That pair is its
configuration. Here are all the rules that concern one node: its own acts, deliveries, losses, its
crash and its restart. `semantics` adds only that a step of one is received by the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import NamedTuple

from pcheck.language.actor import Actor, Send
from pcheck.language.names import Id
from pcheck.language.printing import show
from pcheck.language.values import exact
from pcheck.semantics.handlers import Handlers, fault
from pcheck.semantics.network import Inbox, Letter, Network


class StepKind(Enum):
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
    kind: StepKind
    next: Config
    bundle: Bundle
    letter: Letter | None = None  # the one delivered or lost


class Move(NamedTuple):
    """One way that a step can go, whatever else waits in the inbox; no actor: it is ignored."""

    label: str
    actor: Actor | None
    bundle: Bundle


class Interner:
    """Hands out letters and bundles, each once, so that equality is identity from here on."""

    def __init__(self, nodes: Iterable[Id]) -> None:
        self.nodes = frozenset(nodes)
        self._letters: dict[Hashable, Letter] = {}
        self._messages: dict[Hashable, object] = {}
        self._bundles: dict[Hashable, Bundle] = {}

    def letter(self, src: Id, message: object) -> Letter:
        content = exact(message)
        key = src, content
        if key not in self._letters:
            self._letters[key] = Letter(src, self._messages.setdefault(content, message))
        return self._letters[key]

    def letters(self) -> Iterator[Letter]:
        return iter(self._letters.values())

    def bundle(self, src: Id, sends: tuple[Send, ...]) -> Bundle:
        posted = tuple((self.letter(src, each.message), each.receivers) for each in sends)
        if posted not in self._bundles:
            self._bundles[posted] = Bundle(posted)
        return self._bundles[posted]


class Node:
    """The automaton of one node: rows out of a configuration, and receptions into it."""

    def __init__(self, actor: Actor, network: Network, may_crash: bool, interner: Interner) -> None:
        self.me, self.network, self.may_crash, self.interner = (
            actor.me,
            network,
            may_crash,
            interner,
        )
        self.handlers = Handlers(actor, interner.nodes)
        self._configs: dict[tuple[int, bool, Inbox], Config] = {}
        self._rows: dict[Config, tuple[Row, ...]] = {}
        self._received: dict[tuple[Config, Bundle], Config] = {}
        self._moves: dict[tuple[int, Letter | None], tuple[Move, ...]] = {}
        self._nothing = interner.bundle(self.me, ())
        self.first = self.config(actor, True, ())

    def config(self, actor: Actor, up: bool, inbox: Inbox) -> Config:
        """The one Config of these; `actor` is one that this node has interned."""
        key = id(actor), up, inbox
        if key not in self._configs:
            self._configs[key] = Config(actor, up, inbox)
        return self._configs[key]

    def local(self, config: Config) -> Config:
        """The same without anything that waits: what the node itself is."""
        return self.config(config.actor, config.up, ())

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

    def moves(self, actor: Actor, letter: Letter | None) -> tuple[Move, ...]:
        """What an actor can do with a letter, or of itself."""
        key = id(actor), letter
        if key not in self._moves:
            if letter is None:
                actions = self.handlers.actions(actor)
                ways = [(f"{self.me} {label}", way) for label, them in actions for way in them]
            else:
                text = delivered(letter.src, self.me, letter.message)
                ways = [(text, way) for way in self.handlers.reaction(actor, letter)]
            self._moves[key] = tuple(
                Move(
                    _with_choice(text, way.choice),
                    way.actor,
                    self.interner.bundle(self.me, way.sends),
                )
                for text, way in ways
            )
        return self._moves[key]

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
            yield Row(f"{self.me} crashes", StepKind.CRASH, after, self._nothing)
        if not config.up:
            after = self.config(config.actor, True, config.inbox)
            yield Row(f"{self.me} restarts", StepKind.RESTART, after, self._nothing)

    def _acts(self, config: Config) -> Iterator[Row]:
        for move in self.moves(config.actor, None):
            if move.actor is not None:
                after = self.config(move.actor, True, config.inbox)
                yield Row(move.label, StepKind.ACT, after, move.bundle)

    def _deliveries(self, config: Config, letter: Letter) -> Iterator[Row]:
        left = self.network.taken(config.inbox, letter)
        for move in self.moves(config.actor, letter):
            if move.actor is not None:
                after = self.config(move.actor, True, left)
            elif self.network.ignoring_is_a_step:
                after = self.config(config.actor, True, left)
            else:
                continue
            yield Row(move.label, StepKind.DELIVER, after, move.bundle, letter)

    def _loss(self, config: Config, letter: Letter) -> Row:
        left = self.network.taken(config.inbox, letter)
        text = lost(letter.src, self.me, letter.message)
        after = self.config(config.actor, config.up, left)
        return Row(text, StepKind.LOSE, after, self._nothing, letter)

    def _labelled_apart(self, config: Config, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        labels = [row.label for row in rows]
        often = Counter(labels) if len(set(labels)) < len(labels) else {}
        twice = next((label for label in labels if often.get(label, 1) > 1), None)
        if twice is not None:
            role, does = type(config.actor), rows[labels.index(twice)].kind
            handler = role.receive if does is StepKind.DELIVER else role.actions
            raise fault(
                config.actor,
                handler,
                f"has two steps labelled {twice!r}: tell them apart by their labels "
                f"[on its steps, in state {show(config.actor)}]",
            )
        return rows


def _with_choice(text: str, choice: str) -> str:
    return f"{text}, {choice}" if choice else text


def delivered(src: Id, dst: Id, message: object) -> str:
    return f"{dst} <- {src}: {show(message)}"


def lost(src: Id, dst: Id, message: object) -> str:
    return f"lost: {src} -> {dst}: {show(message)}"
