"""Finds a property about a message that nobody sends: it is true of everything, and proves nothing.

That no run of a cluster sends a kind of message may be a mistake in the protocol, which a
`sometimes` shows. It is a mistake in the spec if, besides, no actor's code so much as names that
kind outside of a pattern that receives it.
"""

from __future__ import annotations

import dis
from collections.abc import Iterable, Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

from pcheck.blame import place_of
from pcheck.errors import SpecError
from pcheck.language.actor import Actor
from pcheck.language.cluster import Cluster
from pcheck.language.property import Property
from pcheck.text import an


def unsent(cluster: Cluster, messages: Iterable[object]) -> list[tuple[Property, type]]:
    """The properties, and the kinds that they see, of which none of these messages is one."""
    found = tuple(messages)
    return [
        (prop, kind)
        for prop in cluster.properties
        for kind in prop.sees
        if isinstance(kind, type) and not any(isinstance(message, kind) for message in found)
    ]


def check_sent(cluster: Cluster, messages: Iterable[object]) -> tuple[str, ...]:
    """Return a warning for each kind of message that a property sees and no execution sends.

    `messages` are those of all executions, from a complete search. A kind that no actor's code
    names is a mistake in the property's `sees`, and raises a SpecError.
    """
    silent = unsent(cluster, messages)
    roles = {type(actor) for actor in cluster.actors.values()} if silent else set()
    named = [each for role in roles for each in _named(role, set()) if isinstance(each, type)]
    for prop, kind in silent:
        if not any(issubclass(each, kind) for each in named):
            place = place_of(prop.test)
            raise SpecError(
                f"{place}{prop.name} sees {kind.__name__}, which no actor of this cluster ever "
                "sends: correct its sees=[...], or send it"
            )
    return tuple(
        f"no run sends {an(kind.__name__)}, which is what {prop.name} looks at"
        for prop, kind in silent
    )


def _named(thing: Any, done: set[int]) -> Iterator[Any]:
    """What a role, and every function and class that it leads to, names."""
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
    return getattr(member, "__func__", getattr(member, "fget", member))


def _reached(function: FunctionType) -> Iterator[Any]:
    """The globals that a function reads, also as attributes of modules that it reads."""
    names = {name for code in _codes(function.__code__) for name in _read(code)}
    for name in names & function.__globals__.keys():
        value = function.__globals__[name]
        yield value
        if isinstance(value, ModuleType):
            yield from (vars(value)[each] for each in names & vars(value).keys())


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _read(code: CodeType) -> Iterator[str]:
    """The names that are read, those apart that `case Name(...)` matches against."""
    steps = list(dis.get_instructions(code))
    for at, step in enumerate(steps):
        following = [each.opname for each in steps[at + 1 : at + 3]]
        if step.opname.startswith("LOAD_") and "MATCH_CLASS" not in following:
            yield str(step.argval)
