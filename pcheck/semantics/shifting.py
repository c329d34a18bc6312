"""Shifts of values that a protocol only compares, such as numbers of attempts.

A spec names the fields with such *ordered* values. A shift adds the same number to each of them,
except to sentinels: values of 0 and below, which mean "none yet". A node chooses its next value
above others, among every Pth number. So a shift by a multiple of P takes each step of the cluster
to a step, if ordered values are only compared.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from enum import Enum
from typing import Any

from pcheck.errors import SpecError
from pcheck.language.kinds import state_fields
from pcheck.language.names import Group, Id, Value
from pcheck.language.printing import show
from pcheck.language.values import ATOMS, Map, Set
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Config
from pcheck.semantics.renaming import replace_fields

Nodes = tuple[Config, ...]


class Shifts:
    """The shifts of one model by multiples of `step`; what they make is remembered."""

    def __init__(self, model: ClusterModel, ordered: frozenset[str], step: int) -> None:
        self.model, self.ordered, self.step = model, ordered, step
        self.met: set[str] = set()  # the ordered fields that some node or message has
        self._least: dict[Config, int | None] = {}
        self._keys: dict[tuple[Config | Letter, int], Hashable] = {}
        self._raised: dict[tuple[int, Config, int], Config] = {}

    def key(self, state: State) -> tuple[Hashable, int]:
        """Return a key that two states share exactly if a shift takes one to the other.

        The number beside it is by how much the state is above the lowest one with this key.
        """
        by = self.height(state.nodes)
        nodes = tuple(self._config_key(config, by) for config in state.nodes)
        observed = frozenset(self._letter_key(letter, by) for letter in state.observed)
        return (nodes, state.crashes, observed), by

    def height(self, nodes: Nodes) -> int:
        """Return by how much configurations are above the lowest ones to which a shift leads."""
        least = [each for each in map(self._least_of, nodes) if each is not None]
        return (min(least) - 1) // self.step * self.step if least else 0

    def raised(self, nodes: Nodes, by: int) -> Nodes:
        """Return the configurations with all ordered values higher by a number."""
        return tuple(self._raised_config(i, config, by) for i, config in enumerate(nodes))

    def _least_of(self, config: Config) -> int | None:
        """Return the lowest ordered value in a configuration that is not a sentinel."""
        if config not in self._least:
            things = [config.actor, *(letter.message for letter in config.inbox)]
            found = (value for thing in things for value in self._values(thing))
            self._least[config] = min(found, default=None)
        return self._least[config]

    def _values(self, thing: Any) -> Iterator[int]:
        for name, part in _parts(thing):
            if name in self.ordered:
                self.met.add(name)
                if type(part) is not int:
                    text = f"the field {name} is declared as ordered, but it holds {show(part)}"
                    raise SpecError(f"{text}; only whole numbers can be shifted")
                if part > 0:
                    yield part
            else:
                yield from self._values(part)

    def _config_key(self, config: Config, by: int) -> Hashable:
        key = config, by
        if key not in self._keys:
            inbox = tuple(self._letter_key(letter, by) for letter in config.inbox)
            self._keys[key] = self._key(config.actor, by), config.up, inbox
        return self._keys[key]

    def _letter_key(self, letter: Letter, by: int) -> Hashable:
        key = letter, by
        if key not in self._keys:
            self._keys[key] = letter.src, self._key(letter.message, by)
        return self._keys[key]

    def _key(self, thing: Any, by: int) -> Hashable:
        """Return a key of a thing with its ordered values lower by a number; sentinels stay."""
        parts = [
            (part - by, part > 0) if name in self.ordered and part > 0 else self._key(part, by)
            for name, part in _parts(thing)
        ]
        whole = () if parts or _is_composed(thing) else (repr(thing),)
        unordered = type(thing) is Set
        return type(thing), whole, frozenset(parts) if unordered else tuple(parts)

    def _raised_config(self, i: int, config: Config, by: int) -> Config:
        key = i, config, by
        if key not in self._raised:
            node = self.model.nodes[i]
            actor = node.handlers.interned(self._raise(config.actor, by))
            letters = [self.raised_letter(letter, by) for letter in config.inbox]
            inbox = node.network.put((), letters)
            self._raised[key] = node.config(actor, config.up, inbox)
        return self._raised[key]

    def raised_letter(self, letter: Letter, by: int) -> Letter:
        """Return a letter with all ordered values higher by a number."""
        return self.model.letter(letter.src, self._raise(letter.message, by))

    def _raise(self, thing: Any, by: int) -> Any:
        """Return a thing with its ordered values higher by a number."""
        kind = type(thing)
        if not _is_composed(thing):
            return thing
        if kind is Set:
            return Set(self._raise(member, by) for member in thing)
        if kind is Map:
            pairs = [(self._raise(key, by), self._raise(held, by)) for key, held in thing.items()]
            return Map(pairs)
        if isinstance(thing, tuple) and not hasattr(thing, "_fields"):
            return kind(self._raise(part, by) for part in thing)
        changes = {
            name: (part + by if part > 0 else part)
            if name in self.ordered
            else self._raise(part, by)
            for name, part in _parts(thing)
        }
        return kind(**changes) if isinstance(thing, tuple) else replace_fields(thing, changes)


def _is_composed(thing: Any) -> bool:
    """Return whether a thing has parts, unlike a number, a text or the name of a node."""
    kind = type(thing)
    is_name = kind is Id or kind is Value or kind is Group
    return not (kind in ATOMS or is_name or kind is float or isinstance(thing, Enum))


def _parts(thing: Any) -> Iterator[tuple[str, Any]]:
    """Yield the parts of a thing, each with the name of its field or an empty name."""
    kind = type(thing)
    if not _is_composed(thing):
        return
    if kind is Map:
        for key, held in thing.items():
            yield "", key
            yield "", held
    elif kind is Set or (isinstance(thing, tuple) and not hasattr(thing, "_fields")):
        yield from (("", part) for part in thing)
    elif isinstance(thing, tuple):
        yield from zip(kind._fields, thing)
    else:
        yield from ((name, getattr(thing, name)) for name in state_fields(kind))
