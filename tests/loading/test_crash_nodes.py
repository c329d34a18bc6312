"""The nodes that may crash: names of nodes and groups, in a call, a scope and a saved trace."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pcheck import Bug, Cluster, Group, Id, Seen, Set, always, bug, check, group
from pcheck.cli.bug_table import scope as scope_line
from pcheck.cli.fitting import fitting_options
from pcheck.errors import TraceError, UsageError
from pcheck.language.decorators import BUG
from pcheck.loading.setup import Setup, prepare
from pcheck.loading.spec import Spec, of_builder
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.traces.replay import replay
from pcheck.traces.saved import SavedTrace, read
from tests.search.reductions.traps import Forgetful, X


@always(sees=[X])
def never_x(seen: Seen) -> str | None:
    return "X was sent" if seen.sent(X) else None


def keepers(size: int = 2) -> Cluster:
    """Nodes that send X after a crash."""
    n, m, e = group("n", size), group("m", 1), group("e", 0)
    return Cluster({each: lambda _: Forgetful() for each in (n, m, e)}, [never_x])


def scoped(**scope: Any) -> Bug:
    """Return a bug without an effect, with this scope."""

    @bug(1, breaks=never_x, scope=scope)
    class Same(Forgetful):
        """The node behaves as before."""

    found: Bug = vars(Same)[BUG]
    return found


def spec(*bugs: Bug) -> Spec:
    return of_builder(keepers, bugs=bugs)


def setup(given: Mapping[str, Any] | None = None, **options: Any) -> Setup:
    return prepare(spec(), given or {}, **options)


def crashing(found: Setup) -> str:
    """Return the nodes that crash in a first step."""
    labels = [label for label, _ in found.model.steps(found.model.initial())]
    return " ".join(label.split()[0] for label in labels if label.endswith("crashes"))


# Names


@pytest.mark.parametrize(
    ("given", "names", "nodes"),
    [
        (None, None, "n1 n2 m1"),
        ("n1", ["n1"], "n1"),
        ("n", ["n"], "n1 n2"),
        ("m1, n2", ["m1", "n2"], "n2 m1"),
        (["n", "m"], ["n", "m"], "n1 n2 m1"),
        (("n2", "n2", "n"), ["n2", "n"], "n1 n2"),
        ({"n2", "m", "n1"}, ["m", "n1", "n2"], "n1 n2 m1"),
        (Set(["n2"]), ["n2"], "n2"),
        (group("n", 2), ["n1", "n2"], "n1 n2"),
        ([Id("m1"), "e"], ["m1", "e"], "m1"),
    ],
)
def test_names_of_nodes_and_groups_select_the_nodes_that_may_crash(
    given: Any, names: list[str] | None, nodes: str
) -> None:
    found = setup(crash_nodes=given)
    options: dict[str, Any] = {"size": 2, "network": "set", "crashes": 1}
    assert crashing(found) == nodes
    assert found.all_options == options | ({} if names is None else {"crash_nodes": names})
    assert all(type(name) is str for name in found.crash_nodes or ())
    assert found.only_these_crash == (() if nodes == "n1 n2 m1" else tuple(nodes.split()))


def test_a_name_of_a_node_and_of_a_group_names_the_node() -> None:
    def twice() -> Cluster:
        both = Group("n1", (Id("n2"), Id("n1")))
        return Cluster({both: lambda _: Forgetful()}, [never_x])

    assert crashing(prepare(of_builder(twice), {}, crash_nodes="n1")) == "n1"


NAMES = "must be names of nodes or groups, got"
ERRORS: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown node": (
        {"crash_nodes": "n3"},
        "unknown node or group 'n3' of keepers; did you mean 'n'?",
    ),
    "a name like no other": (
        {"crash_nodes": ["n", "proposer"]},
        "unknown node or group 'proposer' of keepers; expected n, m or e",
    ),
    "an empty text": ({"crash_nodes": ""}, f"crash_nodes {NAMES} ''"),
    "an empty list": ({"crash_nodes": []}, f"crash_nodes {NAMES} []"),
    "a comma too many": ({"crash_nodes": "n1,"}, f"crash_nodes {NAMES} 'n1,'"),
    "a number": ({"crash_nodes": 1}, f"crash_nodes {NAMES} 1"),
    "a list of numbers": ({"crash_nodes": [1]}, f"crash_nodes {NAMES} [1]"),
    "an empty group": (
        {"crash_nodes": "e"},
        "crash_nodes must name at least one node, got an empty group: e",
    ),
    "no crashes": (
        {"crash_nodes": "n", "crashes": 0},
        "crash_nodes must be left out if crashes is 0: no node may crash",
    ),
}


@pytest.mark.parametrize(("given", "line"), ERRORS.values(), ids=ERRORS)
def test_other_names_are_an_error(given: dict[str, Any], line: str) -> None:
    with pytest.raises(UsageError) as error:
        check(keepers, **given)
    assert str(error.value) == line


def test_a_model_without_nodes_does_not_take_crash_nodes() -> None:
    with pytest.raises(UsageError) as error:
        check("lamport", crash_nodes="a")
    line = "lamport is a Model without nodes, which does not take crash_nodes"
    assert str(error.value) == line


# Verdicts


@pytest.mark.parametrize("engine", ["reference", "compiled"])
@pytest.mark.parametrize(("nodes", "steps"), [("n2", "n2"), ("m", "m1"), ("n1", "n1")])
def test_the_trace_crashes_a_node_that_may_crash(nodes: str, steps: str, engine: str) -> None:
    result = check(keepers, crash_nodes=nodes, engine=engine)
    assert result.trace is not None
    words = "i", "crashes", "restarts", "j"
    assert result.trace.labels == tuple(f"{steps} {word}" for word in words)


# Scopes of bugs


@pytest.mark.parametrize(
    ("scope", "given", "nodes"),
    [
        ({"crash_nodes": "n"}, {}, "n1 n2"),
        ({"crash_nodes": ("n2", "m")}, {}, "n2 m1"),
        ({"crash_nodes": "n"}, {"crash_nodes": "m"}, "m1"),
        ({"crash_nodes": "n", "crashes": 2}, {"crashes": 1}, "n1 n2"),
        ({"crash_nodes": "n"}, {"crashes": 0}, ""),
        ({"crashes": 0}, {}, ""),
    ],
)
def test_a_scope_may_name_the_nodes_that_may_crash(
    scope: dict[str, Any], given: dict[str, Any], nodes: str
) -> None:
    found = prepare(spec(), {}, bug=scoped(**scope), **given)
    assert crashing(found) == nodes
    assert crashing(prepare(found.spec, found.options, **general(found))) == nodes
    correct = found.correct()
    assert isinstance(correct, ClusterModel)
    assert isinstance(found.model, ClusterModel)
    assert correct.crash_nodes == found.model.crash_nodes


def general(found: Setup) -> dict[str, Any]:
    """Return the options of a setup that every spec has."""
    return {k: v for k, v in found.all_options.items() if k not in found.options}


def test_crash_nodes_for_a_scope_without_crashes_are_an_error() -> None:
    with pytest.raises(UsageError, match=r"^crash_nodes must be left out if crashes is 0"):
        prepare(spec(), {}, bug=scoped(crashes=0), crash_nodes="n")


def test_the_scope_is_listed_as_options_of_the_command_line() -> None:
    line = "--crashes 1 --crash-nodes n1,m"
    assert scope_line(scoped(crashes=1, crash_nodes=("n1", "m"))) == line
    assert scope_line(scoped(crashes=1, crash_nodes="n1,m")) == line


# Saved traces


def saved_trace(bug: Bug, folder: Path, **options: Any) -> SavedTrace:
    """Return the trace to X after it was saved and read again."""
    found = spec(bug)
    result = check(keepers, **options)
    result.save(folder / "trace.json")
    trace = read(folder / "trace.json")
    assert replay(trace, trace.prepare(found)).mismatch is None
    return trace


def test_a_saved_trace_has_the_nodes_that_may_crash(tmp_path: Path) -> None:
    trace = saved_trace(scoped(), tmp_path, crash_nodes="n2,m")
    written = json.loads((tmp_path / "trace.json").read_text())
    assert (trace.crash_nodes, written["crash_nodes"]) == (("n2", "m"), ["n2", "m"])
    assert crashing(trace.prepare(spec())) == "n2 m1"


def test_a_trace_saved_without_the_nodes_lets_every_node_crash(tmp_path: Path) -> None:
    """The scope of the bug may have got a restriction since the trace was saved."""
    trace = saved_trace(scoped(), tmp_path)
    assert "crash_nodes" not in json.loads((tmp_path / "trace.json").read_text())
    narrow = scoped(crash_nodes="m", crashes=2, size=3)
    old = SavedTrace(**{**vars(trace), "bug": "same", "options": {}})
    found = old.prepare(spec(narrow))
    assert (crashing(found), found.crash_nodes) == ("n1 n2 n3 m1", None)
    assert (found.options, found.crashes) == ({"size": 3}, 1)


@pytest.mark.parametrize("names", ["n1", 3, [1], {"n1": 1}, True], ids=str)
def test_other_crash_nodes_in_a_file_are_an_error(names: Any, tmp_path: Path) -> None:
    saved_trace(scoped(), tmp_path)
    file = tmp_path / "trace.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "crash_nodes": names}))
    with pytest.raises(TraceError) as error:
        read(file)
    assert str(error.value) == f"{file} is damaged: 'crash_nodes' is not a list of texts"


@pytest.mark.parametrize("changes", [{"crash_nodes": ["n9"]}, {"crash_nodes": ["n"], "crashes": 0}])
def test_a_trace_with_wrong_crash_nodes_cannot_be_replayed(
    changes: dict[str, Any], tmp_path: Path
) -> None:
    saved_trace(scoped(), tmp_path)
    file = tmp_path / "trace.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))
    with pytest.raises(TraceError, match=r"^cannot be replayed: (unknown node|crash_nodes must)"):
        read(file).prepare(spec())


# Suggestions


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ["--size 1 (now 2)", "--crashes 0 (now 1)"]),
        ({"crash_nodes": "n"}, ["--size 1 (now 2)"]),
        ({"crash_nodes": "n", "crashes": 2}, ["--size 1 (now 2)", "--crashes 1 (now 2)"]),
        ({"crash_nodes": "n1,m"}, ["--size 1 (now 2)", "--crash-nodes n1 (now n1,m)"]),
    ],
)
def test_smaller_options_fit_the_nodes_that_may_crash(
    given: dict[str, Any], expected: list[str]
) -> None:
    assert setup(**given).smaller() == expected


@pytest.mark.parametrize(
    ("max_states", "expected"),
    [
        (60, "--size 2 (60 states)"),
        (20, "--size 1 --crashes 1 (16 states)"),
        (15, ""),
    ],
)
def test_options_that_fit_keep_the_nodes_that_may_crash(max_states: int, expected: str) -> None:
    """A node that may not crash has 2 states. One that may has 8, or 15 with two crashes."""
    found = setup({"size": 3}, crash_nodes="m", crashes=2)
    assert fitting_options(found, max_states) == expected
