"""Vacuous properties: a property of a message kind that nobody sends proves nothing.

If no execution of a cluster sends a kind of message, the protocol may have a bug, which a
`sometimes` property detects; the user gets a warning. If, besides, no code of an actor names the
kind outside of a pattern that receives messages, the spec is wrong, and the user gets an error.
"""

from __future__ import annotations

import dis
from collections.abc import Iterable, Iterator
from functools import lru_cache
from types import CodeType, FunctionType, ModuleType
from typing import Any

from pcheck.blame import place_of
from pcheck.errors import SpecError
from pcheck.language.actor import Actor
from pcheck.language.cluster import Cluster
from pcheck.language.property import Property
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.reach import codes
from pcheck.text import an


def unsent(cluster: Cluster, messages: Iterable[object]) -> list[tuple[Property, type]]:
    """Return each property with each kind that it sees and that none of the messages is of.

    The properties that a class of actors brings along are left out: the author did not write them.
    """
    sent = tuple(messages)
    return [
        (prop, kind)
        for prop in cluster.properties
        if prop not in cluster.brought_along
        for kind in prop.sees
        if isinstance(kind, type) and not any(isinstance(message, kind) for message in sent)
    ]


def warnings_of_unsent(model: ClusterModel) -> tuple[str, ...]:
    """Return a warning for each kind of message that a property sees and that is never sent.

    Return one, too, if something ends a node that a property would report which is not checked.
    """
    try:
        return (*check_sent(model.cluster, model.messages()), *_unreported(model))
    except KeyboardInterrupt:
        return ("Ctrl-C stopped the check that the messages that properties see are sent",)


def _unreported(model: ClusterModel) -> Iterator[str]:
    """Yield a warning for each unchecked property of a class of actors, if its message was sent."""
    for prop in model.cluster.brought_along:
        kinds = tuple(what for what in prop.sees if isinstance(what, type))
        if prop not in model.properties and any(isinstance(m, kinds) for m in model.messages()):
            yield f"{prop.name} is violated but not checked; what follows its violation is left out"


def check_sent(cluster: Cluster, messages: Iterable[object]) -> tuple[str, ...]:
    """Return a warning for each kind of message that properties see and no execution sends.

    `messages` are those of all executions, from a complete search. A kind that no actor's code
    names is an error in the property's `sees`, and raises a SpecError.
    """
    silent = unsent(cluster, messages)
    roles = {type(actor) for actor in cluster.actors.values()} if silent else set()
    named = [each for role in roles for each in _named(role, set()) if isinstance(each, type)]
    for prop, kind in silent:
        if not any(issubclass(each, kind) for each in named):
            place = place_of(prop.test)
            raise SpecError(
                f"{place}{prop.name} sees {kind.__name__}, which no actor of this cluster ever "
                f"sends; correct sees=[...] or send {an(kind.__name__)}"
            )
    seeing: dict[type, list[str]] = {}
    for prop, kind in silent:
        seeing.setdefault(kind, []).append(prop.name)
    return tuple(
        f"no execution sends {an(kind.__name__)}, a message that {_all_see(names)}"
        for kind, names in seeing.items()
    )


def _all_see(names: list[str]) -> str:
    """Return `agreement sees`, or `agreement and validity see`."""
    *others, last = names
    return f"{', '.join(others)} and {last} see" if others else f"{last} sees"


def _named(thing: Any, done: set[int]) -> Iterator[Any]:
    """Yield a role, and every object that its code names, directly or through other code."""
    if id(thing) in done:
        return
    done.add(id(thing))
    yield thing
    if isinstance(thing, type):
        for kind in thing.__mro__:
            if kind not in (Actor, object):
                for member in vars(kind).values():
                    yield from _named(_function(member), done)
    elif isinstance(thing, FunctionType):
        for other in _reached(thing):
            yield from _named(other, done)


def _function(member: Any) -> Any:
    """Return the function behind a method, a class method or a property."""
    return getattr(member, "__func__", getattr(member, "fget", member))


def _reached(function: FunctionType) -> Iterator[Any]:
    """Yield the globals that a function reads, and what it reads from modules by attribute."""
    names = {name for code in codes(function.__code__) for name in _read(code)}
    for name in names & function.__globals__.keys():
        value = function.__globals__[name]
        yield value
        if isinstance(value, ModuleType):
            yield from (vars(value)[each] for each in names & vars(value).keys())


@lru_cache(maxsize=10_000)
def _read(code: CodeType) -> frozenset[str]:
    """Return the names that code reads, except the classes of patterns: `case Name(...)`."""
    steps = [*dis.get_instructions(code)]
    following = [{each.opname for each in steps[at + 1 : at + 3]} for at in range(len(steps))]
    return frozenset(
        str(step.argval)
        for step, after in zip(steps, following)
        if step.opname.startswith("LOAD_") and "MATCH_CLASS" not in after
    )
