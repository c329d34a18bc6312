"""The sizes of a cluster that a log is about: as many nodes of each group as the log names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from pcheck.errors import PcheckError
from pcheck.language.cluster import Cluster
from pcheck.loading.spec import Spec


def sizes_of(spec: Spec, nodes: Iterable[str], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a spec with which it has the nodes of a log, and those given.

    An option that changes the number of nodes of one group, one for one, is the size of the group.
    """
    wanted, found = _counts(nodes), dict(given)
    begin = _groups(spec, given)
    for each in spec.parameters:
        if each.kind is not int or each.name in given:
            continue
        more = _groups(spec, {**given, each.name: each.default + 1})
        grown = [name for name in more if more[name] != begin.get(name, 0)]
        if len(grown) == 1 and more[grown[0]] == begin.get(grown[0], 0) + 1:
            size = wanted.get(grown[0], 0)
            if size:
                found[each.name] = each.default + size - begin.get(grown[0], 0)
    return found


def _counts(nodes: Iterable[str]) -> dict[str, int]:
    """Return the largest number of each group: 3 for `a` if there is a node `a3`."""
    counts: dict[str, int] = {}
    for node in nodes:
        match = re.fullmatch(r"(.*?)(\d{1,6})", node)
        if match is not None:
            counts[match[1]] = max(int(match[2]), counts.get(match[1], 0))
    return counts


def _groups(spec: Spec, given: Mapping[str, Any]) -> Counter[str]:
    """Return the number of nodes of each group, or nothing if the options are not possible."""
    try:
        built = spec.build(spec.options(given), None)
    except PcheckError:
        return Counter()
    if not isinstance(built, Cluster):
        return Counter()
    return Counter({name: len(each) for name, each in built.groups.items()})
