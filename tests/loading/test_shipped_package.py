"""The shipped specs as the package `pcheck.specs`, from which other specs import."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from pcheck import Cluster, check
from pcheck.errors import SpecError
from pcheck.loading.spec import SHIPPED, find

OWN = """\
from dataclasses import dataclass
from pcheck import Cluster, group, spec
from pcheck.specs.consensus import agreement, some_value_chosen
from pcheck.specs.paxos import Acceptor

@dataclass(frozen=True)
class Late(Acceptor):
    naps: int = 0

@spec
def own() -> Cluster:
    a = group("a", 2)
    return Cluster({a: lambda i: Late(learners=a)}, properties=[agreement, some_value_chosen])
"""


def test_the_modules_of_shipped_specs_are_those_of_the_package(empty_folder: Path) -> None:
    package = import_module("pcheck.specs")
    paxos = import_module("pcheck.specs.paxos")
    assert find("paxos").builder is paxos.paxos
    assert find(str(SHIPPED / "paxos.py")).builder is paxos.paxos
    assert package.paxos is paxos
    assert paxos.Acceptor.__module__ == "pcheck.specs.paxos"
    (empty_folder / "own.py").write_text(OWN, encoding="utf-8")
    built = find("./own.py").build({})
    assert isinstance(built, Cluster)
    (role,) = {type(actor) for actor in built.actors.values()}
    assert (role.__name__, role.__mro__[1]) == ("Late", paxos.Acceptor)
    result = check("./own.py", network="once", crashes=0)
    assert (result.states, result.search.violated) == (1, ("some_value_chosen",))


@pytest.mark.parametrize(
    ("written", "error"),
    [
        ("pcheck.specs.paxoss", "'pcheck.specs.paxoss'; did you mean 'paxos'?"),
        (
            "shipped.paxos",
            "'shipped'",
        ),
        (
            "raft",
            "'raft'; import a shipped spec with `from pcheck.specs.raft import ...`",
        ),
        (
            ".paxos",
            "'paxos'; import a shipped spec with `from pcheck.specs.paxos import ...`",
        ),
        (
            "sibling",
            "'sibling'; import a file of the same folder with `from .sibling import ...`",
        ),
    ],
)
def test_an_import_that_fails_says_how_to_import(
    written: str, error: str, empty_folder: Path
) -> None:
    (empty_folder / "sibling.py").write_text("", encoding="utf-8")
    text = OWN.replace("pcheck.specs.paxos", written)
    (empty_folder / "own.py").write_text(text, encoding="utf-8")
    with pytest.raises(SpecError) as failed:
        find("./own.py")
    assert str(failed.value) == (
        f"own.py:4: loading the spec raised ModuleNotFoundError: No module named {error}"
    )
