"""The index of the saved traces is true, and its links lead to files."""

from __future__ import annotations

import re

import pytest

from pcheck.loading.spec import implementation_names, implementations
from tests.counterexamples.index import FOLDER, index


@pytest.mark.slow
def test_the_index_lists_every_bug_as_it_is() -> None:
    """Without the packages that specs host, compare only the sections before theirs."""
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    is_whole = len(list(implementations())) == len(implementation_names())
    assert (text if is_whole else text[: len(index()) + 1]) == f"{index()}\n"


def test_the_links_of_the_index_are_the_files_of_the_folder() -> None:
    links = set(re.findall(r"\]\(([^)]*)\)", (FOLDER / "README.md").read_text(encoding="utf-8")))
    files = {path.name for path in FOLDER.iterdir() if path.suffix in (".json", ".txt")}
    assert links == files
