"""Nodes as a user names them: by their own names, or by those of their groups."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import NoReturn

from pcheck.errors import ParameterName, UsageError
from pcheck.language.cluster import Cluster
from pcheck.language.names import Id
from pcheck.text import nearest, unknown

NodeNames = str | Iterable[str]  # names, or one text with the names separated by commas


def node_names(given: NodeNames, parameter: str) -> tuple[str, ...]:
    """Return the distinct names that the user gives for a parameter, or raise UsageError."""
    if isinstance(given, str):
        names: list[object] = [name.strip() for name in given.split(",")]
    else:
        names = list(given) if isinstance(given, Iterable) else []
    if not names or not all(isinstance(name, str) and name for name in names):
        _refuse(parameter, f"must be names of nodes or groups, got {given!r}")
    distinct = dict.fromkeys(map(str, names))
    return tuple(sorted(distinct) if isinstance(given, AbstractSet) else distinct)


def nodes_called(
    names: Iterable[str], cluster: Cluster, spec: str, parameter: str
) -> tuple[Id, ...]:
    """Return the nodes with these names or in groups with these names, or raise UsageError.

    A name that a node and a group have in common names the node alone. `spec` and `parameter` are
    for the error.
    """
    nodes = {str(node): node for node in cluster.actors}
    found: list[Id] = []
    for name in names:
        if name in nodes:
            found.append(nodes[name])
        elif name in cluster.groups:
            found += cluster.groups[name]
        else:
            every = [*cluster.groups, *nodes]
            known = every if nearest(name, every) else cluster.groups  # nodes may be many
            raise UsageError(unknown("node or group", name, known, of=spec))
    if not found:
        _refuse(parameter, f"must name at least one node, got an empty group: {', '.join(names)}")
    return tuple(found)


def _refuse(parameter: str, text: str) -> NoReturn:
    raise UsageError(ParameterName(parameter), text)
