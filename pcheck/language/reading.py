"""The fields of an actor by name, as properties read them and traces show them.

The state of most actors is their fields. A class whose state is something else, such as a hosted
object, defines `__pcheck_fields__`, which returns the parts of the state by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pcheck.language.actor import Actor
from pcheck.language.kinds import FACTS, state_fields


def shown_fields(actor: Actor) -> Mapping[str, Any]:
    """Return the parts of the state of an actor by name, as a trace shows them."""
    if is_hosted(actor):
        return actor.__pcheck_fields__()  # type: ignore[attr-defined, no-any-return]
    return {name: getattr(actor, name) for name in state_fields(type(actor))}


def is_hosted(actor: Actor) -> bool:
    """Return whether the state of an actor is something else than its fields."""
    return hasattr(type(actor), "__pcheck_fields__")


def is_readable(actor: Actor, name: str) -> bool:
    """Return whether a property can see the field `name` of an actor."""
    if _is_field(actor, name):
        return True
    return is_hosted(actor) and name in shown_fields(actor)


def is_fixed(actor: Actor, name: str) -> bool:
    """Return whether a field has the same value in every state."""
    return without_role(name) in FACTS[type(actor)].fixed


def value_of(actor: Actor, name: str) -> Any:
    """Return the value of a field of an actor; None for an attribute that does not exist now."""
    if _is_field(actor, name):
        return getattr(actor, name)
    return shown_fields(actor).get(name)


def _is_field(actor: Actor, name: str) -> bool:
    facts = FACTS[type(actor)]
    return name in facts.fields or name in facts.fixed


def without_role(name: str) -> str:
    """Return the name of a field without its role: `time` for `Clock.time`."""
    return name.partition(".")[2] or name


def narrowing_of(actors: Iterable[Actor], crashes: int) -> tuple[str, ...]:
    """Return what the classes of actors leave out, so that a verdict means less."""
    own = [each for each in actors if hasattr(each, "__pcheck_narrowing__")]
    texts = [text for each in own for text in each.__pcheck_narrowing__(crashes)]
    return tuple(dict.fromkeys(texts))
