"""Observations: the part of a state that properties can see, and the observations of a trace."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from enum import Enum
from functools import cached_property
from typing import Any, TypeVar

from pcheck.language.change import Change
from pcheck.language.names import Group, Id
from pcheck.language.values import exact, order
from pcheck.text import nearest

M = TypeVar("M")


class Up(Enum):
    """The type of `UP`. In `sees=[UP]`, UP declares that a property reads `seen.up(node)`."""

    UP = "UP"

    def __repr__(self) -> str:
        return self.value


UP = Up.UP
# a message class, the name of a field ("time" or "Clock.time"), or UP
Sees = type[Any] | str | Up
FieldValues = tuple[tuple[Id, Any], ...]  # the value of a field in each node that has the field


class Common:
    """The facts that all observations of one cluster have in common.

    `constant` holds the fields with the same values in every state.
    """

    def __init__(self, constant: Collection[str | Up] = ()) -> None:
        self.constant = constant
        self._orders: dict[int, tuple[object, tuple[Any, ...]]] = {}  # by the id of each message

    def order_of(self, message: object) -> tuple[Any, ...]:
        """Return the sort key of a message."""
        found = self._orders.get(id(message))
        if found is None:  # the entry keeps the message, so that no other one gets its id
            found = self._orders[id(message)] = message, order(message)
        return found[1]


class Seen:
    """An observation: all watched messages sent so far, and the current value of watched fields.

    If a property sees UP, an observation also holds whether each node is up.
    """

    def __init__(
        self,
        sent: Iterable[tuple[Id, Any]],
        groups: Mapping[str, Group],
        fields: Mapping[Any, FieldValues] | None = None,  # by name, and for UP
        key: Hashable = None,
        *,
        is_sorted: bool = False,
        common: Common | None = None,
    ) -> None:
        """Create an observation. `key`, if given, must be an exact key of the whole observation.

        `fields[UP]` holds whether each node is up. With `key` or `is_sorted`, `sent` must be sorted
        and without duplicates. `common` is what the observations of one cluster have in common.
        """
        self._sent = tuple(sent) if key is not None or is_sorted else _in_order(sent)
        self._key = key
        self._groups = groups
        self._fields = fields or {}
        self._of_kind: dict[type[Any], list[tuple[Id, Any]]] = {}
        self._common = common or Common()
        self._footprints: dict[tuple[str, tuple[Sees, ...]], Seen] = {}
        # Whether a property that saw a part of this observation read more than messages without
        # their senders, values without their nodes, groups, and constant fields.
        self.senders_were_read = False
        self.values_were_read = False

    @cached_property
    def exact(self) -> Hashable:
        """The key of the observation: two observations are equal if their keys are equal."""
        if self._key is not None:
            return self._key
        return exact(self._sent), tuple((name, exact(row)) for name, row in self._fields.items())

    @property
    def values(self) -> tuple[object, ...]:
        """The messages sent and the watched fields, as one value."""
        return self._sent, tuple(self._fields.values())

    def sent(self, kind: type[M]) -> list[tuple[Id, M]]:
        """Return the distinct pairs (sender, message) of this kind, in a fixed order."""
        if kind not in self._of_kind:
            self._of_kind[kind] = [pair for pair in self._sent if isinstance(pair[1], kind)]
        return list(self._of_kind[kind])

    def messages(self, kind: type[M]) -> list[M]:
        """Return the messages of this kind, sorted: each one once for each of its senders.

        pcheck judges a property faster if the property needs no senders.
        """
        return sorted([message for _, message in self.sent(kind)], key=self._common.order_of)

    def field(self, name: str) -> list[tuple[Id, Any]]:
        """Return a pair (node, current value) for each node that has this field."""
        return list(self._fields[name])

    def values_of(self, name: str) -> list[Any]:
        """Return the values of a field, sorted: one for each node that has the field.

        pcheck judges a property faster if the property needs no nodes.
        """
        return sorted((value for _, value in self._fields[name]), key=order)

    def changes_since(self, before: Seen, name: str) -> list[Change]:
        """Return the changes of a field since `before`, ordered by the values, not by the nodes.

        pcheck judges a property faster if the property needs the nodes only of wrong changes.
        """
        rows = zip(before._fields[name], self._fields[name])
        found = [Change(node, old, new, self._note_senders) for (node, old), (_, new) in rows]
        changed = [each for each in found if exact(each.old) != exact(each.new)]
        return sorted(changed, key=lambda each: (order(each.old), order(each.new)))

    def _note_senders(self) -> None:
        self.senders_were_read = True

    def up(self, node: Id) -> bool:
        """Return whether a node is up: a crash takes the node down until it restarts."""
        if UP not in self._fields:
            raise KeyError("the model does not say which nodes are up")
        found = dict(self._fields[UP])
        if not isinstance(node, Id) or node not in found:
            near = get_close_matches(str(node), found, n=1)
            hint = f"; did you mean {Id(near[0]).code}?" if near else ""
            if Id(node) in found:
                hint = f"; write {Id(node).code}"
            raise KeyError(f"the cluster has no node {node!r}{hint}")
        return bool(found[node])

    @property
    def terminal(self) -> bool:
        """Not available: an observation does not depend on which steps are possible.

        A reduction leaves out steps that change nothing, and delays others.
        """
        raise AttributeError(
            "a property cannot see whether a state has a next step, since reductions leave out "
            "steps; the report of --reduce none counts the states without a next step"
        )

    def group(self, name: str) -> Group:
        """Return the nodes of a group; a property need not declare the groups that it reads."""
        if name not in self._groups:
            raise KeyError(f"the cluster has no group {name!r}{nearest(name, self._groups)}")
        return self._groups[name]

    def only(self, name: str, sees: tuple[Sees, ...]) -> Seen:
        """Return the observation restricted to what the property `name` declares in `sees`."""
        found = self._footprints.get((name, sees))
        if found is None:
            found = self._footprints[name, sees] = _Footprint(self, name, sees)
        return found

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Seen) and self.exact == other.exact

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash(self.exact)


def _in_order(sent: Iterable[tuple[Id, Any]]) -> tuple[tuple[Id, Any], ...]:
    pairs = {exact(pair): pair for pair in sent}
    return tuple(sorted(pairs.values(), key=order))


class _Footprint(Seen):
    """The part of an observation that one property declares; reading any other part is an error."""

    def __init__(self, whole: Seen, name: str, sees: tuple[Sees, ...]) -> None:
        self._whole, self._sent, self._groups = whole, whole._sent, whole._groups
        self._fields, self._common = whole._fields, whole._common
        self._key, self._of_kind = None, whole._of_kind
        self._name, self._sees = name, sees

    def sent(self, kind: type[M]) -> list[tuple[Id, M]]:
        self._check_kind(kind, "sent")
        self._whole.senders_were_read = True
        return super().sent(kind)

    def messages(self, kind: type[M]) -> list[M]:
        self._check_kind(kind, "messages")
        return self._whole.messages(kind)

    def field(self, name: str) -> list[tuple[Id, Any]]:
        self._check_field(name)
        if name not in self._common.constant:
            self._whole.senders_were_read = True
        return super().field(name)

    def values_of(self, name: str) -> list[Any]:
        self._check_field(name)
        self._whole.values_were_read = True
        return super().values_of(name)

    def changes_since(self, before: Seen, name: str) -> list[Change]:
        self._check_field(name)
        self._whole.values_were_read = True
        return self._whole.changes_since(before, name)

    def up(self, node: Id) -> bool:
        if UP not in self._sees:
            self._undeclared(UP, "seen.up", "UP, from pcheck,")
        self._whole.senders_were_read = True
        return super().up(node)

    def only(self, name: str, sees: tuple[Sees, ...]) -> Seen:
        for what in sees:
            if what not in self._sees:
                self._undeclared(what, repr(what))
        return self._whole.only(name, sees)

    @property
    def exact(self) -> Hashable:
        """The key of the part: two observations are equal if the property sees no difference."""
        self._whole.senders_were_read = True  # each time: the parts are kept for later questions
        return self._exact

    @property
    def values(self) -> tuple[object, ...]:
        self._whole.senders_were_read = True
        sent, rows = self._part
        return sent, tuple(row for _, row in rows)

    def __hash__(self) -> int:
        return hash(self.exact)

    @cached_property
    def _exact(self) -> Hashable:
        return exact(self._part[0]), tuple((name, exact(row)) for name, row in self._part[1])

    @cached_property
    def _part(self) -> tuple[tuple[tuple[Id, Any], ...], list[tuple[Any, FieldValues]]]:
        """The messages and the rows of fields that the property declares."""
        kinds = tuple(what for what in self._sees if isinstance(what, type))
        sent = tuple(pair for pair in self._sent if isinstance(pair[1], kinds))
        return sent, [(name, row) for name, row in self._fields.items() if name in self._sees]

    def _check_field(self, name: str) -> None:
        """Raise an error unless the property may read this field."""
        if name not in self._sees:
            self._undeclared(name, repr(name))

    def _check_kind(self, kind: type[Any], method: str) -> None:
        """Raise an error unless the property may read the messages of this kind."""
        if not isinstance(kind, type):
            text = f"seen.{method}() needs a class of messages, got {kind!r}"
            is_text = isinstance(kind, str)
            raise TypeError(f"{text}; write seen.{method}({kind})" if is_text else text)
        if kind not in self._sees:
            self._undeclared(kind, kind.__name__)

    def _undeclared(self, what: Sees, text: str, missing: str = "") -> None:
        names = [each for each in self._sees if isinstance(each, str)]
        hint = nearest(what, names) if isinstance(what, str) else ""
        hint = hint or f"; add {missing or text} to its sees=[...]"
        error = LookupError(f"{self._name} reads {text}{hint}")
        vars(error)["undeclared"] = what  # for those who can let it be read
        raise error


class History:
    """The observations of a trace: one before the first step and one after each step."""

    def __init__(self, observations: Sequence[Seen]) -> None:
        self._observations = observations

    @property
    def seen(self) -> Seen:
        """The observation at the end of the trace."""
        return self._observations[-1]

    def since(self, test: Callable[[Seen], bool]) -> int:
        """Return the number of the first step after which `test` holds; 0 is the initial state."""
        for number, seen in enumerate(self._observations):
            if test(seen):
                return number
        raise LookupError("the test is not true after any step of the trace")
