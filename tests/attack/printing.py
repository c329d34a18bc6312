"""A program that prints results which depend on no hash seed and on no version of Python."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pcheck import Result, check
from pcheck.errors import SpecError
from pcheck.loading.spec import shipped
from pcheck.render.formats import FORMATS
from tests.attack.drawn import protocols

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
    """Yield the results of random protocols, and the traces of one bug of each shipped spec."""
    for protocol in protocols(first=0, how_many=40):
        yield f"protocol {protocol.number}: {protocol.answer}"
        for how in WAYS:
            try:
                yield from lines(protocol.case.check(how))
            except SpecError as error:
                yield str(error)
    for spec in shipped():
        for bug in spec.bugs[:1]:
            result = check(spec.name, bug=bug.name, max_states=100_000)
            yield from lines(result)
            yield from (result.draw(form) for form in FORMATS if result.finding is not None)


if __name__ == "__main__":
    print(*output(), sep="\n")
