"""Views: all that one footprint lets a property see, as tables for the engine of a page."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from pcheck.language.names import Id
from pcheck.play.page.node_parts import NodePart, fields_of_local
from pcheck.play.page.numbering import Numbering
from pcheck.play.page.recorder import Answers
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Config


def view_data(
    model: ClusterModel,
    found: Answers,
    locals_: Sequence[Mapping[Config, int]],
    letters: Mapping[Letter, int],
) -> dict[str, Any]:
    """Return a view, from which the engine of a page numbers the parts, as values of JSON.

    `classes` holds for each node and local state the number of its watched fields. A part is this
    number, then the numbers of the watched letters that the node sent. It is null if the tables do
    not contain it.
    """
    sees = found.asked.sees
    kinds = tuple(what for what in sees if isinstance(what, type))
    watched = {each: n for each, n in letters.items() if isinstance(each.message, kinds)}
    by_key = {(each.src, each.exact): number for each, number in watched.items()}
    classes, parts = [], []
    for i, (known, seen) in enumerate(zip(locals_, found.parts, strict=True)):
        me, fields = model.nodes[i].me, Numbering[Hashable]()
        classes.append([fields.number(fields_of_local(model, i, each, sees)) for each in known])
        numbers = {values: number for number, values in enumerate(fields.items)}
        parts.append([_part(me, part, numbers, by_key) for part in seen])
    return {"letters": sorted(watched.values()), "classes": classes, "parts": parts}


def _part(
    me: Id,
    part: NodePart,
    fields: Mapping[Hashable, int],
    letters: Mapping[tuple[Id, Hashable], int],
) -> list[int] | None:
    sent, values = part
    if values not in fields or not all((me, key) in letters for key in sent):
        return None
    return [fields[values], *sorted(letters[me, key] for key in sent)]
