"""The words of the project: how docstrings begin, and the words that no text uses."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import typer
from typer.core import TyperOption

import pcheck
from pcheck.cli.main import COMMANDS, _app

ROOT = Path(__file__).resolve().parent.parent
STARTS = re.compile(
    r"(What|Whether|Where|When|Of|Who|Whom|Whose|Whoever|As|To|By|How|Why|That|Which|It|This|These"
    r"|Those|So|And|Else|One of them|None of them|Nobody|Nothing)\b"
)
WORDS = re.compile(
    r"\b(mistakes?|zoo|sights?|outsiders?|sought|look(s|ed|ing)? at|g(i|a)ven? up|gives up|is no"
    r"|comes? to|so many|makes? no sense|in vain|does no)\b",
    re.IGNORECASE,
)
NAMES = {"Act", "act", "Path", "Question", "Runs", "Search", "Shown", "Sight", "Story", "offers"}
NAMES |= {"hunt", "kept", "question", "says", "shown", "sights", "sought", "tell", "unlike", "word"}
EXCEPTIONS: set[str] = set()  # at most five, each with its reason beside it
MAX_COMMAND_HELP, MAX_OPTION_HELP = 80, 60


@cache
def sources() -> dict[Path, ast.Module]:
    paths = [*(ROOT / "pcheck").rglob("*.py"), *(ROOT / "specs").glob("*.py")]
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(paths)}


def docstrings() -> Iterator[tuple[str, str]]:
    for path, tree in sources().items():
        for node in ast.walk(tree):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
                text = ast.get_docstring(node)
                if text is not None:
                    yield f"{path.relative_to(ROOT)}:{node.body[0].lineno}", text


def texts() -> Iterator[tuple[str, str]]:
    """Yield every string of the sources, docstrings among them, and the pages in Markdown."""
    for path, tree in sources().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node.value
    for path in [ROOT / "README.md", *(ROOT / "specs").glob("*.md")]:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            yield f"{path.name}:{number}", line


def test_a_docstring_begins_with_its_subject_or_a_verb() -> None:
    wrong = [f"{at}: {text[:60]}" for at, text in docstrings() if STARTS.match(text)]
    assert wrong == []


def test_riddles_and_second_words_for_one_thing_are_not_used() -> None:
    wrong = [
        f"{at}: {found[0]}"
        for at, text in texts()
        if (found := WORDS.search(text)) and at not in EXCEPTIONS
    ]
    assert wrong == []
    assert len(EXCEPTIONS) <= 5


def test_the_public_names_are_those_of_the_glossary() -> None:
    public = [getattr(pcheck, name) for name in pcheck.__all__]
    classes = [each for each in public if isinstance(each, type)]
    members = {name for each in classes for name in vars(each) if not name.startswith("_")}
    assert NAMES & (members | set(pcheck.__all__)) == set()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_one_sentence_and_an_option_is_one_line(command: str) -> None:
    found = typer.main.get_command(_app([command])).commands[command]  # type: ignore[attr-defined]
    help_text, _, _ = (found.help or "").partition("\n\n")
    assert re.fullmatch(r"[A-Z][a-z]+ [^.]*\.", help_text)
    assert len(help_text) <= MAX_COMMAND_HELP
    options = [each for each in found.params if isinstance(each, TyperOption) and each.help]
    texts = {each.name: re.split(r": | ?\\\[default", each.help or "")[0] for each in options}
    assert {name: text for name, text in texts.items() if len(text) > MAX_OPTION_HELP} == {}
