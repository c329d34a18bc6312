"""A program that prints results which depend on no hash seed and on no version of Python."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pcheck import Result, check
from pcheck.errors import SpecError
from pcheck.render.formats import FORMATS
from tests.attack.drawn import protocols

BUGS = {
    "cas_paxos": "writes-blindly",
    "fast_paxos": "a-majority-is-a-fast-quorum",
    "flexible_paxos": "half-promise-and-half-choose",
    "multi_paxos": "promises-for-one-slot",
    "paxos": "takes-the-lowest-vote",
    "raft": "forgets-whom-it-voted-for",
}
USERS = Path(__file__).parents[1] / "search" / "reductions" / "users"
WITHOUT_CLOSED_TABLES: dict[str, dict[str, Any]] = {
    "register": {"servers": 2, "network": "once", "crashes": 1},
    "viewstamped": {"operations": 1, "crashes": 1},
}
WAYS = (
    {"engine": "reference"},
    {"engine": "compiled", "reduce": "none"},
    {"engine": "compiled", "reduce": "all"},
    {"engine": "compiled", "reduce": "symmetry", "all_properties": True},
)


def lines(result: Result) -> Iterator[str]:
    """Yield all of a result that does not depend on the machine."""
    found = result.to_dict()
    calls = found.pop("run")["handler_calls"]
    yield f"{json.dumps(found)} {calls}"
    for name, discovery in result.search.discoveries.items():
        yield f"{name}: {discovery.why}: {'; '.join(discovery.trace.labels)}"


def output() -> Iterator[str]:
    """Yield the results of random protocols, and the traces of some known bugs."""
    for protocol in protocols(first=0, how_many=20):
        yield f"protocol {protocol.number}: {protocol.answer}"
        for how in WAYS:
            try:
                yield from lines(protocol.case.check(how))
            except SpecError as error:
                yield str(error)
    for spec, options in WITHOUT_CLOSED_TABLES.items():
        yield from lines(check(str(USERS / f"{spec}.py"), reduce="all", **options))
    for spec, bug in BUGS.items():
        result = check(spec, bug=bug)
        yield from lines(result)
        yield from map(result.draw, FORMATS)


if __name__ == "__main__":
    print(*output(), sep="\n")
