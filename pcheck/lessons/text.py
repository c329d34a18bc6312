"""The text of a lesson: Markdown with blocks that are carried out, and with questions.

The first heading is the title. A heading that begins with "Question:" asks a question, and what
follows up to the next heading of that level is its answer. A fenced block with a word after the
fence, such as `scenario`, is carried out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from importlib.resources.abc import Traversable

from markdown_it import MarkdownIt
from markdown_it.token import Token

from pcheck.errors import UsageError
from pcheck.lessons.blocks import Block, block
from pcheck.text import unknown

TEXTS = resources.files("pcheck.lessons.texts")
NAME = re.compile(r"(\d+)-([a-z0-9-]+)\.md")
QUESTION = "Question:"
WORDS_A_MINUTE, MINUTES_A_QUESTION = 140, 0.3  # of a reader
MINUTES = {"scenario": 0.8, "explore": 1.0, "tolerance": 1.0, "bug": 2.0}  # for each block
PARSER = MarkdownIt("commonmark")


@dataclass(frozen=True)
class Text:
    """Some paragraphs, lists and headings, as tokens of Markdown."""

    tokens: tuple[Token, ...]


Part = Text | Block


@dataclass(frozen=True)
class Question:
    """A question, and the parts of its answer."""

    number: int
    text: str
    answer: tuple[Part, ...]


@dataclass(frozen=True)
class Lesson:
    """A lesson, in the order in which a reader gets its parts."""

    number: int
    name: str
    title: str
    parts: tuple[Part | Question, ...]
    words: int

    @property
    def questions(self) -> list[Question]:
        """The questions of the lesson."""
        return [each for each in self.parts if isinstance(each, Question)]

    @cached_property
    def blocks(self) -> list[Block]:
        """All blocks that are carried out, also those of answers."""
        parts: list[Part] = []
        for each in self.parts:
            parts += each.answer if isinstance(each, Question) else [each]
        return [each for each in parts if isinstance(each, Block)]

    @property
    def minutes(self) -> int:
        """The time that a reader needs."""
        runs = sum(MINUTES[each.kind] for each in self.blocks)
        thinking = MINUTES_A_QUESTION * len(self.questions)
        return round(self.words / WORDS_A_MINUTE + runs + thinking)


def lessons() -> list[Lesson]:
    """Return all lessons, in their order."""
    return [_lesson(*each) for each in _files()]


def lesson_called(name: str) -> Lesson:
    """Return the lesson with this name or number, or raise UsageError."""
    known = _files()
    for number, each, file in known:
        if name in (each, str(number)):
            return _lesson(number, each, file)
    names = [each for _number, each, _file in known]
    raise UsageError(unknown("lesson", name, names, listed_by="pcheck lessons"))


def _files() -> list[tuple[int, str, Traversable]]:
    """Return number, name and file of each lesson, in their order."""
    files = [(NAME.fullmatch(each.name), each) for each in TEXTS.iterdir()]
    return sorted((int(found[1]), found[2], each) for found, each in files if found)


def _lesson(number: int, name: str, file: Traversable) -> Lesson:
    text = file.read_text(encoding="utf-8")
    tokens = PARSER.parse(text)
    title = tokens[1].content
    parts: list[Part | Question] = []
    for head, inside in _sections(tokens[3:]):
        found = tuple(_parts(inside, file.name))
        if head:
            asked = sum(isinstance(each, Question) for each in parts) + 1
            parts.append(Question(asked, head, found))
        else:
            parts += found
    return Lesson(number, name, title, tuple(parts), _words(text))


def _words(text: str) -> int:
    """Return how many words a text has outside its blocks."""
    return sum(len(each.split()) for each in re.split(r"```", text)[::2])


def _sections(tokens: Sequence[Token]) -> Iterator[tuple[str, list[Token]]]:
    """Yield each question with the tokens of its answer, and all other tokens without one."""
    head, inside = "", list[Token]()
    rest = iter(tokens)
    for token in rest:
        if token.type == "heading_open" and token.tag == "h2":
            yield head, inside
            heading = [token, next(rest), next(rest)]  # with its text and its end
            text = heading[1].content
            is_question = text.startswith(QUESTION)
            head = text.removeprefix(QUESTION).strip() if is_question else ""
            inside = [] if is_question else heading
        else:
            inside.append(token)
    yield head, inside


def _parts(tokens: Sequence[Token], place: str) -> Iterator[Part]:
    """Yield the texts and the blocks among some tokens."""
    text: list[Token] = []
    for token in tokens:
        if token.type == "fence" and token.info.strip():
            if text:
                yield Text(tuple(text))
                text = []
            first = (token.map or [0])[0] + 2
            yield block(token.info.strip(), token.content, place, first)
        else:
            text.append(token)
    if text:
        yield Text(tuple(text))
