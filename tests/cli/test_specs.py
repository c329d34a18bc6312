"""`pcheck specs`: what ships, with its sizes, its properties and its mistakes."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from pcheck.specfile import SHIPPED, find, shipped

Ends = Callable[..., tuple[int, str, str]]


def test_every_file_with_a_builder_is_a_spec_and_no_other(pcheck: Ends) -> None:
    status, out, err = pcheck("specs", "--json")
    builders = [file.stem for file in SHIPPED.glob("*.py") if "@spec\n" in file.read_text()]
    assert (status, err) == (0, "")
    assert [each["name"] for each in json.loads(out)] == sorted(builders)
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
    ]
    assert [(each["name"], each["kind"]) for each in paxos["properties"]] == [
        ("agreement", "always"),
        ("validity", "always"),
        ("one_value_per_ballot", "always"),
        ("some_value_chosen", "sometimes"),
        ("v1_can_be_chosen", "sometimes"),
        ("v2_can_be_chosen", "sometimes"),
    ]


def test_each_mistake_breaks_a_property_of_its_spec_within_its_options(pcheck: Ends) -> None:
    _, out, _ = pcheck("specs", "--json")
    for spec in json.loads(out):
        scopes = {"network", "crashes", *(each["name"] for each in spec["options"])}
        properties = {each["name"] for each in spec["properties"]}
        for bug in spec["bugs"]:
            odd = {bug["breaks"]} - properties | bug["scope"].keys() - scopes
            assert (bug["name"], bug["summary"] != "", odd) == (bug["name"], True, set())


def test_names_and_numbers_of_mistakes_are_their_own() -> None:
    for spec in shipped():
        names, numbers = {bug.name for bug in spec.bugs}, {bug.number for bug in spec.bugs}
        assert (len(names), len(numbers)) == (len(spec.bugs), len(spec.bugs))


def test_a_mistake_goes_by_its_name_or_its_number() -> None:
    paxos = find("paxos")
    bug = paxos.bug("14")
    assert bug.name == "votes-in-any-ballot"
    assert [paxos.bug(name) for name in ("votes-in-any-ballot", "VOTES_IN_ANY_BALLOT")] == [bug] * 2


def test_the_listing_says_what_the_json_says(pcheck: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    status, out, err = pcheck("specs")
    assert (status, err) == (0, "")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    for spec in json.loads(pcheck("specs", "--json")[1]):
        assert f"{spec['name']}: {spec['summary']}" in lines
        for each in spec["options"]:
            assert f"--{each['name']} {each['default']} {each['help']}" in lines
        for each in spec["properties"]:
            assert f"{each['name']} {each['kind']} {each['summary']}" in lines
        for each in spec["bugs"]:
            assert f"--bug {each['name']} breaks {each['breaks']} {each['summary']}" in lines


def test_the_listing_takes_no_spec(pcheck: Ends) -> None:
    line = "pcheck: Got unexpected extra argument(s) (paxos) (pcheck specs --help)\n"
    assert pcheck("specs", "paxos") == (2, "", line)


def test_an_unknown_command_is_one_line(pcheck: Ends) -> None:
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
