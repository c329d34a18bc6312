"""The cause of large tables: the field or the kind of message that has the most values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from pcheck.language.kinds import FACTS
from pcheck.language.values import exact
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Config

MIN_MANY = 5  # values; fewer do not make a table large


def growing(
    model: ClusterModel,
    local_states: Sequence[Collection[Config]],
    letters: Sequence[Iterable[Letter]],
    nodes: Iterable[int],
) -> str:
    """Return the end of a sentence that names what has the most values in some nodes, or "".

    `local_states` and `letters` are those of the tables of all nodes.
    """
    found = []
    for i in nodes:
        me = model.nodes[i].me
        for field, count in _values(local_states[i]).items():
            found.append((count, f"{me} has {count:,} values of its field {field}"))
        kinds: dict[str, int] = {}
        for letter in letters[i]:
            name = type(letter.message).__name__
            kinds[name] = kinds.get(name, 0) + 1
        for kind, count in kinds.items():
            found.append((count, f"{me} receives {count:,} different messages {kind}"))
    count, text = max(found, key=lambda each: each[0], default=(0, ""))
    return f": {text}; fewer of them would help" if count >= MIN_MANY else ""


def _values(local_states: Iterable[Config]) -> Mapping[str, int]:
    """Return the number of different values of each field of the state."""
    values: dict[str, set[object]] = {}
    for local in local_states:
        for name in FACTS[type(local.actor)].fields:
            values.setdefault(name, set()).add(exact(getattr(local.actor, name)))
    return {name: len(found) for name, found in values.items()}
