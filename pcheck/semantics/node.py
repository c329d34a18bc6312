"""One node with its inbox, as an automaton: its steps, and the receptions into its inbox.

The steps of a node depend only on the state of the node and on its inbox. This pair is the
configuration of the node. This module holds all rules about one node: its actions, deliveries,
losses, crashes and restarts. `cluster_model` adds only one rule: the receivers of a step receive
the messages that it sends.
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
from pcheck.semantics.faults import fault
from pcheck.semantics.handlers import Handlers
from pcheck.semantics.met_values import MetValues
from pcheck.semantics.network import Inbox, Letter, Network
from pcheck.semantics.results import CheckedSend, Way


class StepKind(Enum):
    """The kind of a step of one node."""

    ACT = "act"
    DELIVER = "deliver"
    LOSE = "lose"
    CRASH = "crash"
    RESTART = "restart"


FAULTS = StepKind.CRASH, StepKind.LOSE  # steps that nobody has to take


@dataclass(frozen=True, eq=False)
class Config:
    """An actor, whether the node is up, and its inbox. Equal configurations are one object."""

    actor: Actor
    up: bool
    inbox: Inbox


@dataclass(frozen=True, eq=False)
class Bundle:
    """The messages that one step sends, in order. Equal bundles are one object."""

    sends: tuple[tuple[Letter, tuple[Id, ...]], ...]

    def to(self, node: Id) -> Inbox:
        """Return the letters that the node receives."""
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
    letter: Letter | None = None  # the letter delivered or lost


class Move(NamedTuple):
    """One alternative of a step, whatever the inbox; `actor` is None if nothing changes."""

    label: str
    actor: Actor | None
    bundle: Bundle


class Asked(NamedTuple):
    """A call of a handler: of `receive` on a letter, or of `actions` if `letter` is None."""

    node: Node
    actor: Actor
    letter: Letter | None


class Interner:
    """The letters and bundles of a cluster; equal letters are one object, and so are bundles.

    `asked` holds every call of a handler whose answer a node remembers, in the order of the calls.
    """

    def __init__(self, nodes: Iterable[Id]) -> None:
        self.nodes = frozenset(nodes)
        self.asked: list[Asked] = []
        self.met = MetValues()
        self._letters: dict[Hashable, Letter] = {}
        self._messages: dict[Hashable, object] = {}
        self._bundles: dict[Hashable, Bundle] = {}

    def letter(self, src: Id, message: object) -> Letter:
        """Return the letter with this message from this sender."""
        return self._letter(src, message, exact(message))

    def _letter(self, src: Id, message: object, content: Hashable) -> Letter:
        key = src, content
        if key not in self._letters:
            self._letters[key] = Letter(src, self._messages.setdefault(content, message))
        return self._letters[key]

    def letters(self) -> Iterator[Letter]:
        """Return all letters made so far."""
        return iter(self._letters.values())

    def bundle(self, src: Id, sends: Iterable[Send]) -> Bundle:
        """Return the bundle with these messages from this sender."""
        letters = tuple(
            [(self._letter(src, each.message, _key(each)), each.receivers) for each in sends]
        )
        if letters not in self._bundles:
            self._bundles[letters] = Bundle(letters)
        return self._bundles[letters]


class Node:
    """The automaton of one node: the steps of each configuration, and receptions into its inbox."""

    def __init__(self, actor: Actor, network: Network, may_crash: bool, interner: Interner) -> None:
        self.me, self.network = actor.me, network
        self.may_crash, self.interner = may_crash, interner
        self.handlers = Handlers(actor, interner.nodes, interner.met)
        self._configs: dict[tuple[int, bool, Inbox], Config] = {}
        self._rows: dict[Config, tuple[Row, ...]] = {}
        self._received: dict[tuple[Config, Bundle], Config] = {}
        self._moves: dict[tuple[int, Letter | None], tuple[Move, ...]] = {}
        self._empty_bundle = interner.bundle(self.me, ())
        self.first = self.config(actor, True, ())

    def config(self, actor: Actor, up: bool, inbox: Inbox) -> Config:
        """Return the configuration; `actor` must be interned by the handlers of this node."""
        key = id(actor), up, inbox
        if key not in self._configs:
            self._configs[key] = Config(actor, up, inbox)
        return self._configs[key]

    def local(self, config: Config) -> Config:
        """Return the configuration with an empty inbox: the local state of the node."""
        return self.config(config.actor, config.up, ())

    def rows(self, config: Config) -> tuple[Row, ...]:
        """Return every step of this node, with distinct labels."""
        if config not in self._rows:
            self._rows[config] = self._with_distinct_labels(config, tuple(self._steps(config)))
        return self._rows[config]

    def receive(self, config: Config, bundle: Bundle) -> Config:
        """Return the configuration after the letters of a bundle were added to the inbox."""
        key = config, bundle
        if key not in self._received:
            inbox = self.network.put(config.inbox, bundle.to(self.me))
            self._received[key] = self.config(config.actor, config.up, inbox)
        return self._received[key]

    def moves(self, actor: Actor, letter: Letter | None) -> tuple[Move, ...]:
        """Return the moves of an actor on a letter, or its actions if `letter` is None."""
        key = id(actor), letter
        if key not in self._moves:
            self._moves[key] = self._ask(actor, letter)
            self.interner.asked.append(Asked(self, actor, letter))
        return self._moves[key]

    def forget(self, actor: Actor, letter: Letter | None) -> None:
        """Forget the moves of an actor on a letter."""
        del self._moves[id(actor), letter]

    def moves_again(self, actor: Actor, letter: Letter | None) -> tuple[Move, ...]:
        """Return what the handler answers now. The caller compares the answer with `moves`."""
        return self._ask(actor, letter, once=True)

    def _ask(self, actor: Actor, letter: Letter | None, once: bool = False) -> tuple[Move, ...]:
        if letter is None:
            actions = self.handlers.actions(actor, once)
            ways = [(f"{self.me} {label}", way) for label, each in actions for way in each]
        else:
            text = f"{self.me} <- {letter.src}: {letter.text}"
            ways = [(text, way) for way in self.handlers.reaction(actor, letter, once)]
        return tuple([self._move(text, way) for text, way in ways])

    def _move(self, text: str, way: Way) -> Move:
        bundle = self.interner.bundle(self.me, way.sends) if way.sends else self._empty_bundle
        return Move(_with_choice(text, way.choice), way.actor, bundle)

    def _steps(self, config: Config) -> Iterator[Row]:
        if config.up:
            yield from self._actions(config)
            for letter in self.network.next(config.inbox):
                yield from self._deliveries(config, letter)
        if self.network.losing_is_a_step:
            for letter in self.network.next(config.inbox):
                yield self._loss(config, letter)
        if config.up and self.may_crash:
            after = self.config(self.handlers.after_crash(config.actor), False, config.inbox)
            yield Row(f"{self.me} crashes", StepKind.CRASH, after, self._empty_bundle)
        if not config.up:
            after = self.config(config.actor, True, config.inbox)
            yield Row(f"{self.me} restarts", StepKind.RESTART, after, self._empty_bundle)

    def _actions(self, config: Config) -> Iterator[Row]:
        for move in self.moves(config.actor, None):
            if move.actor is not None:
                after = self.config(move.actor, True, config.inbox)
                yield Row(move.label, StepKind.ACT, after, move.bundle)

    def _deliveries(self, config: Config, letter: Letter) -> Iterator[Row]:
        for move in self.moves(config.actor, letter):
            if move.actor is not None or self.network.ignoring_is_a_step:
                actor = config.actor if move.actor is None else move.actor
                after = self.config(actor, True, self.network.taken(config.inbox, letter))
                yield Row(move.label, StepKind.DELIVER, after, move.bundle, letter)

    def _loss(self, config: Config, letter: Letter) -> Row:
        left = self.network.taken(config.inbox, letter)
        text = lost(letter.src, self.me, letter.message)
        after = self.config(config.actor, config.up, left)
        return Row(text, StepKind.LOSE, after, self._empty_bundle, letter)

    def _with_distinct_labels(self, config: Config, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        """Return the rows, or raise SpecError if two of them have the same label."""
        labels = [row.label for row in rows]
        counts = Counter(labels) if len(set(labels)) < len(labels) else {}
        twice = next((label for label in labels if counts.get(label, 1) > 1), None)
        if twice is not None:
            kind = rows[labels.index(twice)].kind
            raise fault(
                config.actor,
                "receive" if kind is StepKind.DELIVER else "actions",
                f"labelled two steps {twice!r}; give each step its own label "
                f"[in state {show(config.actor)}]",
            )
        return rows


def _key(sent: Send) -> Hashable:
    return sent.exact if isinstance(sent, CheckedSend) else exact(sent.message)


def _with_choice(text: str, choice: str) -> str:
    return f"{text}, {choice}" if choice else text


def delivered(src: Id, dst: Id, message: object) -> str:
    """Return the label of a delivery: `b1 <- a1: Ask()`."""
    return f"{dst} <- {src}: {show(message)}"


def lost(src: Id, dst: Id, message: object) -> str:
    """Return the label of a loss: `lost: a1 -> b1: Ask()`."""
    return f"lost: {src} -> {dst}: {show(message)}"
