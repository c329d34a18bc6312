"""`pcheck specs`: the shipped specs with their options, properties and bugs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

import pytest

from pcheck.loading.spec import SHIPPED, find, implementations

Ends = Callable[..., tuple[int, str, str]]


def test_exactly_the_files_with_a_builder_are_specs(pcheck: Ends) -> None:
    status, out, err = pcheck("specs", "--json")
    builders = [file.stem for file in SHIPPED.glob("*.py") if "@spec\n" in file.read_text()]
    assert (status, err) == (0, "")
    hosted = [spec.name for spec in implementations()]  # those whose packages are installed
    assert [each["name"] for each in json.loads(out)] == [*sorted(builders), *hosted]
    assert {"lamport", "paxos"} <= set(builders)


def test_paxos_has_these_options_and_properties(pcheck: Ends) -> None:
    _, out, _ = pcheck("specs", "--json")
    paxos = next(each for each in json.loads(out) if each["name"] == "paxos")
    assert paxos["summary"] == "Single-decree Paxos: at most one value is ever chosen."
    assert [(each["name"], each["default"], each["min"]) for each in paxos["options"]] == [
        ("acceptors", 3, 1),
        ("proposers", 2, 1),
        ("rounds", 2, 1),
        ("learners", 0, 0),
        ("promise_quorum", 0, 0),
        ("vote_quorum", 0, 0),
    ]
    assert [(each["name"], each["kind"]) for each in paxos["properties"]] == [
        ("agreement", "always"),
        ("validity", "always"),
        ("one_value_per_ballot", "always"),
        ("some_value_chosen", "sometimes"),
        ("v1_can_be_chosen", "sometimes"),
        ("v2_can_be_chosen", "sometimes"),
        ("only_the_chosen_is_learned", "always"),
        ("learners_agree", "always"),
        ("no_other_is_chosen", "always"),
        ("some_value_learned", "sometimes"),
        ("a_learner_is_told", "sometimes"),
    ]
    conditions = [each["condition"] for each in paxos["properties"]]
    assert conditions == [*[None] * 6, *["--learners 2"] * 5]


@pytest.mark.slow
def test_each_bug_breaks_a_property_of_its_spec_at_its_scope(pcheck: Ends) -> None:
    _, out, _ = pcheck("specs", "--json")
    for spec in json.loads(out):
        for bug in spec["bugs"]:
            scope = dict(bug["scope"])
            scope.pop("crashes", None)
            built = find(spec["name"]).build(find(spec["name"]).options(scope))
            breaks = bug["breaks"] in [prop.name for prop in built.properties]
            checked = bug["name"], bug["summary"] != "", breaks
            assert checked == (bug["name"], True, True)


def test_the_listing_agrees_with_the_json(pcheck: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    status, out, err = pcheck("specs")
    assert (status, err) == (0, "")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    for spec in json.loads(pcheck("specs", "--json")[1]):
        assert f"{spec['name']}: {spec['summary']}" in lines
        for each in spec["options"]:
            flag = f"--{each['name'].replace('_', '-')}"
            assert f"{flag} default {each['default']} {each['help']}" in lines
        for each in spec["properties"]:
            condition = f" ({each['condition']})" if each["condition"] is not None else ""
            assert f"{each['name']} {each['kind']} {each['summary']}{condition}" in lines
        bugs = ", ".join(each["name"] for each in spec["bugs"])
        assert not bugs or f"bugs {bugs}" in " ".join(lines)


def test_the_listing_of_one_spec_describes_its_bugs(
    pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    status, out, err = pcheck("specs", "elected_leader")
    assert (status, err) == (0, "")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    (spec,) = json.loads(pcheck("specs", "elected_leader", "--json")[1])
    bugs = lines.index("Bugs, for --bug NAME or --bug NUMBER:")
    assert lines[bugs + 1 :] == [
        *(
            f"{each['number']} {each['name']} "
            f"{'safe' if each['safe'] else 'violates ' + each['breaks']} {each['summary']}"
            for each in spec["bugs"]
        ),
        "",
    ]
    assert lines[0] == f"elected_leader: {spec['summary']}"


def test_the_help_of_an_option_lists_its_choices(pcheck: Ends) -> None:
    (spec,) = json.loads(pcheck("specs", "elected_leader", "--json")[1])
    helps = {each["name"]: each["help"] for each in spec["options"]}
    expected = "answer to a second prepare of the same ballot (one of: refused, promised)"
    assert helps["same_ballot"] == expected
    _, help_text, _ = pcheck("explore", "elected_leader", "--help")
    assert "(one of: tells," in help_text


def test_an_unknown_spec_is_reported_in_one_line(pcheck: Ends) -> None:
    line = "pcheck: unknown spec 'raff'; did you mean 'raft'?\n"
    assert pcheck("specs", "raff") == (2, "", line)


def test_an_unknown_command_is_reported_in_one_line(pcheck: Ends) -> None:
    status, out, err = pcheck("spec")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("pcheck: No such command 'spec'.")
    assert "specs" in err


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",)])
def test_help_names_every_command(arguments: tuple[str, ...], pcheck: Ends) -> None:
    status, out, err = pcheck(*arguments)
    assert (status, err) == (0, "")
    assert [name for name in ("explore", "replay", "specs", "new") if name not in out] == []


def test_the_version_is_that_of_the_package(pcheck: Ends) -> None:
    from pcheck import __version__

    assert pcheck("--version") == (0, f"pcheck {__version__}\n", "")


PACKAGES = "composable_paxos", "paxos", "raftos"


class Missing:
    """A finder of modules that does not find the packages from PyPI."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        if name.split(".")[0] in PACKAGES:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def test_a_spec_whose_package_is_not_installed_is_named_with_the_command(
    pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in list(sys.modules):
        if name.split(".")[0] in PACKAGES or name.startswith("pcheck.specs.implementations."):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Missing, *sys.meta_path])
    extra = "`pip install 'pcheck[implementations]'`"
    missing = (
        f"Not listed: composable_paxos_pypi and paxos_pypi need {extra}; raftos_pypi needs "
        "`pip install --no-deps raftos==0.2.6`."
    )
    for command in ("specs", "bugs"):
        status, out, err = pcheck(command)
        assert (status, missing in " ".join(out.split()), err) == (0, True, "")
    status, out, err = pcheck("explore", "paxos_pypi")
    assert (status, out) == (2, "")
    assert "No module named 'paxos'" in err
    assert err.endswith("; write pip install 'pcheck[implementations]'\n")
