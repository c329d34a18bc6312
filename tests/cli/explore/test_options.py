"""`pcheck explore`: the options, and the errors for options that cannot be used."""

from __future__ import annotations

import re

import pytest

from tests.cli.explore.counting import Ends


def test_help_lists_the_options_of_the_spec_and_of_the_command(pcheck: Ends) -> None:
    status, out, err = pcheck("explore", "lamport", "--help")
    assert (status, err) == (0, "")
    own = {"--acceptors", "--values", "--ballots"}
    general = """
        --bug --network --crashes --crash-nodes --stops --stop-nodes --property --find --also
        --all-properties --engine --threads
        --reduce --max-states --max-depth --max-seconds --max-memory --levels --coverage
        --coverage-file
        --disk --checkpoint --checkpoint-every --save --format --output --json --quiet --help
    """
    assert set(re.findall(r"(?<!`)--[a-z][a-z-]*", out)) == own | {*general.split()}


@pytest.mark.parametrize(
    "arguments", [("--acceptors", "3", "lamport"), ("--values", "3", "lamport")]
)
def test_a_spec_after_the_options_is_an_error(arguments: tuple[str, ...], pcheck: Ends) -> None:
    expected = "pcheck: the spec must come first: pcheck explore lamport ...\n"
    assert pcheck("explore", *arguments) == (2, "", expected)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            ("./counting.py", "--engine", "compiled"),
            "the compiled engine needs a Cluster; check a Model with --engine reference",
        ),
        (
            ("./counting.py", "--reduce", "fuse"),
            "reductions need a Cluster; check a Model with --reduce none",
        ),
        (
            ("./counting.py", "--network", "set"),
            "counting is a Model without nodes, which does not take --network",
        ),
        (
            ("--engine", "reference", "--reduce", "all"),
            "the reference engine does not apply reductions; leave out --reduce",
        ),
        (("--reduce", "fuse,pruned"), "unknown reduction 'pruned'; did you mean 'prune'?"),
        (("--promise-quorum", "-1"), "--promise-quorum must be at least 0, got -1"),
        (
            ("--crash-nodes", "a", "--crashes", "0"),
            "--crash-nodes must be left out if --crashes is 0: no node may crash",
        ),
        (
            ("--crash-nodes", "a4"),
            "unknown node or group 'a4' of paxos; did you mean 'a'?",
        ),
        (("--crash-nodes", ","), "--crash-nodes must be names of nodes or groups, got ','"),
    ],
    ids=" ".join,
)
def test_errors_write_parameters_as_flags(
    arguments: tuple[str, ...], line: str, pcheck: Ends
) -> None:
    assert pcheck("explore", *arguments) == (2, "", f"pcheck: {line}\n")
