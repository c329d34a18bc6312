"""Properties that a user adds to those of a spec: objects in a call, and files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pcheck import UP, Cluster, Id, Property, Seen, always, check, sometimes
from pcheck.errors import Asymmetric, PcheckError, SpecError, TraceError, UsageError
from pcheck.loading.spec import find
from pcheck.traces.replay import replay
from pcheck.traces.saved import read

SMALL: dict[str, Any] = {"acceptors": 2, "rounds": 1}
GROW = '''\
from pcheck import Seen, always, sometimes

@sometimes(sees=["promised"], alias="two")
def two_promised(seen: Seen) -> bool:
    """Two acceptors promised different ballots."""
    return len({ballot for _, ballot in seen.field("promised")}) > 1


def at_most(most: int):
    @always(sees=["promised"], name=f"at_most_{most}")
    def test(seen: Seen) -> str | None:
        large = [ballot for _, ballot in seen.field("promised") if ballot > most]
        return f"{large[0]} was promised" if large else None

    return test


limits = [at_most(2), at_most(3)]
'''


@always(sees=["promised"])
def a1_promises_one(seen: Seen) -> str | None:
    """A property that distinguishes a1 from the other acceptors."""
    return "a1 promised 2" if dict(seen.field("promised"))[Id("a1")] > 1 else None


@always(sees=["promised"])
def nobody_promises_two(seen: Seen) -> str | None:
    """A property that some execution violates."""
    return next((f"{a} promised 2" for a, n in seen.field("promised") if n > 1), None)


@sometimes(sees=[UP])
def an_acceptor_is_down(seen: Seen) -> bool:
    """A property that sees crashes, so that no crash may be left out."""
    return not all(seen.up(acceptor) for acceptor in seen.group("a"))


@always(sees=["started"])
def nobody_starts_again(seen: Seen) -> str | None:
    """A property of a field that no property of Paxos sees."""
    return next((f"{p} started {n}" for p, n in seen.field("started") if n > 1), None)


@always(sees=["promised"])
def promises_grow(before: Seen, after: Seen) -> str | None:
    """A property about steps."""
    now = dict(after.field("promised"))
    lost = [a for a, ballot in before.field("promised") if now[a] < ballot]
    return f"{lost[0]} forgot" if lost else None


def with_properties(*more: Property) -> Any:
    """Return a builder of Paxos whose cluster declares more properties."""

    def paxos(acceptors: int = 2, rounds: int = 1) -> Cluster:
        built = find("paxos").builder(acceptors=acceptors, rounds=rounds)
        nodes = {
            group: lambda i, group=group: built.actors[group[i - 1]]
            for group in built.groups.values()
        }
        return Cluster(nodes, (*built.properties, *more), built.milestones, built.interchangeable)

    return paxos


def answers(result: Any) -> dict[str, Any]:
    """Return all that a check found, except the names of the options and of added properties."""
    found = result.to_dict()
    return {name: found[name] for name in found if name not in ("run", "options", "also")}


@pytest.mark.parametrize("reduce", ["all", "none", "prune", "symmetry", "fuse,minimise"])
@pytest.mark.parametrize(
    "mine", [an_acceptor_is_down, nobody_starts_again, promises_grow], ids=lambda p: p.name
)
def test_an_added_property_is_like_a_declared_one(mine: Property, reduce: str) -> None:
    how: dict[str, Any] = {"engine": "compiled", "reduce": reduce, "all_properties": True}
    declared = answers(check(with_properties(mine), **how))
    assert answers(check("paxos", also=mine, **SMALL, **how)) == declared
    assert answers(check(with_properties(), also=[mine], **how)) == declared
    assert declared["properties"].keys() - answers(check("paxos", **SMALL))["properties"].keys()


def test_what_an_added_property_sees_counts_in_reductions() -> None:
    how: dict[str, Any] = {"engine": "compiled", "reduce": "prune,symmetry", **SMALL}
    without, with_up = check("paxos", **how), check("paxos", also=[an_acceptor_is_down], **how)
    assert without.states < with_up.states
    with pytest.raises(Asymmetric) as error:
        check("paxos", also=[a1_promises_one], **how)
    assert "a1_promises_one distinguishes a1 and a2" in str(error.value)


def test_the_library_names_the_violated_property_and_finds_an_added_one() -> None:
    violated = check("paxos", also=[nobody_promises_two], **SMALL)
    assert violated.search.violated == ("nobody_promises_two",)
    assert "  added         nobody_promises_two\n" in str(violated)
    assert violated.to_dict()["also"] == {"nobody_promises_two": None}
    found = check("paxos", also=an_acceptor_is_down, find="an_acceptor_is_down", **SMALL)
    assert found.saved is not None
    assert (found.verdict_word, found.saved.steps) == ("found", ("a1 crashes",))
    only = check("paxos", also=[promises_grow], properties=["promises_grow"], **SMALL)
    assert dict(only.properties) == {"promises_grow": only.properties["promises_grow"]}


@pytest.fixture
def grow(empty_folder: Path) -> Path:
    (empty_folder / "grow.py").write_text(GROW, encoding="utf-8")
    return Path("grow.py")


@pytest.mark.usefixtures("grow")
@pytest.mark.parametrize(
    "also", ["grow.py", Path("grow.py"), ["./grow.py"], ["grow.py", Path("./grow.py")]]
)
def test_the_properties_of_a_file_are_those_that_it_defines_once_each(also: Any) -> None:
    result = check("paxos", also=also, **SMALL)
    extra = [name for name in result.properties if name not in check("paxos", **SMALL).properties]
    assert extra == ["two_promised", "at_most_2", "at_most_3"]
    assert result.verdict_word == "holds"


def test_a_property_that_a_file_imports_is_not_added(grow: Path, empty_folder: Path) -> None:
    text = "from pcheck import always\nfrom .grow import at_most, limits, two_promised\n"
    (empty_folder / "mine.py").write_text(text + "mine = at_most(4)\n", encoding="utf-8")
    result = check("paxos", also="mine.py", **SMALL)
    assert list(result.properties)[-1] == "at_most_4"
    assert "two_promised" not in result.properties


def test_a_file_beside_a_spec_file_shares_its_messages(empty_folder: Path) -> None:
    for name in ("commitment", "two_phase_commit"):
        text = (find("paxos").path.parent / f"{name}.py").read_text(encoding="utf-8")
        (empty_folder / f"{name}.py").write_text(text, encoding="utf-8")
    (empty_folder / "mine.py").write_text(
        "from pcheck import always\nfrom .two_phase_commit import Commit\n"
        "@always(sees=[Commit])\ndef nobody_commits(seen):\n"
        "    return 'it commits' if seen.sent(Commit) else None\n",
        encoding="utf-8",
    )
    for _ in range(2):
        result = check("./two_phase_commit.py", also="./mine.py")
        assert result.search.violated == ("nobody_commits",)


@pytest.mark.parametrize(
    ("also", "error"),
    [
        (len, "also must hold properties and paths of .py files, got a builtin_function_or_method"),
        (
            test_a_file_beside_a_spec_file_shares_its_messages,
            "also must hold properties and paths of .py files, got the function "
            "test_a_file_beside_a_spec_file_shares_its_messages; write @always(sees=[...]) above "
            "test_a_file_beside_a_spec_file_shares_its_messages",
        ),
        (
            "here.py",
            "the file here.py does not exist; expected the path of a .py file with properties",
        ),
        (".", ". is a folder; expected the path of a .py file with properties"),
    ],
)
def test_what_is_not_a_property_is_refused(also: Any, error: str, empty_folder: Path) -> None:
    with pytest.raises(UsageError) as refused:
        check("paxos", also=also)
    assert str(refused.value) == error


def written(folder: Path, code: str) -> str:
    (folder / "mine.py").write_text(f"from pcheck import always\n{code}", encoding="utf-8")
    return "mine.py"


PROPERTY = "@always(sees=['promised'])\ndef NAME(seen): return None\n"


FAULTS = [
    (
        PROPERTY.replace("NAME", "agreement"),
        "mine.py:2: two properties are called agreement, here and in paxos; rename one",
    ),
    (
        PROPERTY.replace("NAME", "one")
        + PROPERTY.replace("NAME", "two").replace("'])", "'], name='one')"),
        "mine.py:4: two properties are called one, here and at mine.py:2; rename one",
    ),
    (
        PROPERTY.replace("NAME", "chosen"),
        "mine.py:2: two properties are called chosen, here and in paxos; rename one",
    ),
    (
        "def one(seen): return None\n",
        "mine.py: the file defines no property; write @always(sees=[...]) above a function with "
        "the parameter (seen)",
    ),
    (
        PROPERTY.replace("NAME", "one").replace("promised", "promise"),
        "mine.py:2: one sees the field 'promise', which no node has; did you mean 'promises'?",
    ),
]


@pytest.mark.parametrize(("code", "error"), FAULTS)
def test_a_file_that_does_not_fit_is_an_error_with_a_place(
    code: str, error: str, empty_folder: Path
) -> None:
    with pytest.raises(SpecError) as fault:
        check("paxos", also=written(empty_folder, code))
    assert str(fault.value) == error


def test_a_model_without_nodes_takes_added_properties(empty_folder: Path) -> None:
    result = check(
        "lamport",
        also=written(
            empty_folder,
            """
from pcheck.language.seen import Seen
@always(sees=[])
def never(seen: Seen) -> str | None:
    return "always false"
""",
        ),
        acceptors=1,
    )
    assert (result.verdict_word, result.search.violated) == ("violated", ("never",))
    with pytest.raises(SpecError, match="two properties are called agreement, here and in lamport"):
        check("lamport", also=written(empty_folder, PROPERTY.replace("NAME", "agreement")))


def test_a_saved_trace_names_added_properties_and_their_files(empty_folder: Path) -> None:
    code = PROPERTY.replace("NAME", "one").replace("return None", "return 'x'")
    result = check("paxos", also=[written(empty_folder, code), promises_grow], **SMALL)
    result.save("t.json")
    saved = read(Path("t.json"))
    assert saved == result.saved
    assert json.loads(Path("t.json").read_text())["also"] == {
        "one": "mine.py",
        "promises_grow": None,
    }
    assert replay(saved, saved.prepare(find("paxos"), ["mine.py", promises_grow])).mismatch is None
    with pytest.raises(TraceError) as error:
        saved.prepare(find("paxos"), "mine.py")
    assert str(error.value) == (
        "cannot be replayed: no file of --also defines the property promises_grow"
    )


@pytest.mark.parametrize("also", [[], {"one": 1}, "mine.py"])
def test_a_damaged_list_of_added_properties_is_an_error(also: Any, empty_folder: Path) -> None:
    check("paxos", find="chosen", **SMALL).save("t.json")
    assert "also" not in json.loads(Path("t.json").read_text())
    Path("t.json").write_text(
        json.dumps({**json.loads(Path("t.json").read_text()), "also": also}), encoding="utf-8"
    )
    with pytest.raises(PcheckError) as error:
        read(Path("t.json"))
    assert str(error.value) == "t.json is damaged: 'also' is not a map from properties to files"
