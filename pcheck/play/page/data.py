"""The data of a page: the tables of the nodes and the answers of the properties, as numbers.

The engine of the page reads them; `engine.js` describes what it does with each part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from pcheck.errors import SpecError
from pcheck.language.printing import brief
from pcheck.language.property import Milestone, Property
from pcheck.language.values import order
from pcheck.loading.setup import Setup
from pcheck.play.page.closing import Reactions
from pcheck.play.page.correct import Correct
from pcheck.play.page.diagrams import Diagrams, Numbers
from pcheck.play.page.numbering import Numbering
from pcheck.play.page.recorder import Answers
from pcheck.play.page.recording import Explained
from pcheck.play.page.views import view_data
from pcheck.search.clock import Tick
from pcheck.semantics.cluster_model import fields_of
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Bundle, Config, Move, delivered
from pcheck.semantics.start import GIVEN_START
from pcheck.traces.ignoring import Reasons

NONE = -1  # the number of what does not exist


def play_data(
    setup: Setup,
    reactions: Reactions,
    answers: Sequence[Answers],
    tick: Tick,
    explained: Mapping[str, Explained] = MappingProxyType({}),
) -> dict[str, Any]:
    """Return the data of a page as values of JSON. `tick` is called often.

    `explained` holds the explanations of violations, by the name of the property.
    """
    return _Tables(setup, reactions, answers, tick, explained).to_dict()


class _Tables:
    """The tables of a page, with the numbers that their parts get."""

    def __init__(
        self,
        setup: Setup,
        reactions: Reactions,
        answers: Sequence[Answers],
        tick: Tick,
        explained: Mapping[str, Explained],
    ) -> None:
        self._setup, self._reactions, self._answers = setup, reactions, answers
        self._explained = explained
        self._model, self._tick = reactions.model, tick
        self._correct = Correct(setup, self._model)
        self._texts, self._reasons = Numbering[str](), Reasons()
        self._bundles = Numbering[Bundle]()
        self._entries = Numbering[Any]()
        letters = {letter: None for each in self._reactions.letters for letter in each}
        letters |= {letter: None for sent in self._sent() for letter, _ in sent.sends}
        letters |= dict.fromkeys(self._model.sent_before)
        self._letters = sorted(letters, key=lambda letter: letter.order)
        self._letter_numbers = {letter: number for number, letter in enumerate(self._letters)}
        self._locals = [
            {local: number for number, local in enumerate(known)}
            for known in self._reactions.locals
        ]

    def _sent(self) -> Iterator[Bundle]:
        for answer in self._reactions.answers.values():
            yield from [] if isinstance(answer, SpecError) else [move.bundle for move in answer]

    def to_dict(self) -> dict[str, Any]:
        """Return the tables as values of JSON."""
        setup, index = self._setup, self._model.index
        nodes = [self._node(i) for i in range(len(self._model.nodes))]
        by_name = sorted(index, key=order)
        kinds = Numbering[type]()
        letters = [
            [
                *(index[each.src], self._texts.number(each.text), int(self._is_watched(each))),
                *(self._texts.number(brief(each.message)), kinds.number(type(each.message))),
            ]
            for each in self._letters
        ]
        bundles = [
            [
                [self._letter_numbers[letter], [index[to] for to in dict.fromkeys(tos)]]
                for letter, tos in each.sends
            ]
            for each in self._bundles.items
        ]
        return {
            "network": setup.network,
            "crashes": setup.crashes,
            "depth": self._reactions.depth,
            "given": GIVEN_START if setup.start else "",
            "nodes": nodes,
            "ranks": [by_name.index(node.me) for node in self._model.nodes],
            "letters": letters,
            "bundles": bundles,
            "entries": self._entries.items,
            **self._judged(),
            "texts": self._texts.items,
        }

    def _is_watched(self, letter: Letter) -> bool:
        return isinstance(letter.message, self._model.cluster.watched_kinds)

    def _node(self, i: int) -> dict[str, Any]:
        """Return the table of a node: its local states, and their reactions to its letters."""
        node, known = self._model.nodes[i], self._locals[i]
        begin = self._model.initial().nodes[i]
        sent_before = [each for each in self._model.sent_before if each.src == node.me]
        fields = [name for name in fields_of(node.first) if name]
        letters = sorted(self._letter_numbers[each] for each in self._reactions.letters[i])
        table = [self._local(i, local, letters) for local in known]
        return {
            "name": str(node.me),
            "fields": fields,
            "first": known[node.local(begin)],
            "inbox": [self._letter_numbers[each] for each in begin.inbox],
            "sent": sorted(self._letter_numbers[each] for each in sent_before),
            "letters": letters,
            "up": [int(local.up) for local in known],
            "texts": [
                [self._texts.number(text) for name, text in fields_of(local).items() if name]
                for local in known
            ],
            "fault": [each[0] for each in table],
            "faultNotes": [each[1] for each in table],
            "actions": [each[2] for each in table],
            "on": [each[3] for each in table],
        }

    def _local(self, i: int, local: Config, letters: Sequence[int]) -> tuple[Any, ...]:
        """Return what follows a crash or a restart, the actions, and the reactions to letters."""
        after, note = self._reactions.after_fault(i, local), ""
        if after is not None and local.up:
            note = self._correct.after_crash(i, local.actor, after.actor)
        fault = self._locals[i][after] if after is not None else NONE
        entries = [self._entry(i, local, self._letters[each]) for each in letters]
        return fault, self._note(note), self._entry(i, local, None), entries if local.up else []

    def _note(self, text: str) -> int:
        return self._texts.number(text) if text else NONE

    def _entry(self, i: int, local: Config, letter: Letter | None) -> int:
        """Return the number of a reaction, or NONE if it was not computed."""
        self._tick()
        answer = self._reactions.answers.get((i, local, letter))
        if answer is None:
            return NONE
        if isinstance(answer, SpecError):
            return self._entries.number({"fails": self._texts.number(str(answer))})
        entry: dict[str, Any] = {"moves": [self._move(i, local, letter, each) for each in answer]}
        if letter is not None and all(move.actor is None for move in answer):
            why = self._reasons.ignores(local.actor, letter)
            entry["why"] = self._texts.number(why)
            note = self._correct.if_ignored(i, local.actor, letter)
            entry |= {"note": self._texts.number(note)} if note else {}
        return self._entries.number(entry)

    def _move(self, i: int, local: Config, letter: Letter | None, move: Move) -> list[int]:
        """Return the words of a move, its next local state, what it sends, and a note.

        The next local state is NONE if the move changes nothing.
        """
        words, after, note = move.label, NONE, ""
        if letter is not None:  # of a delivery only the choice
            words = words.removeprefix(delivered(letter.src, local.actor.me, letter.message))
        if move.actor is not None:
            after = self._locals[i][self._model.nodes[i].config(move.actor, True, ())]
            note = self._correct.after_move(i, local.actor, letter, move)
        bundle = self._bundles.number(move.bundle) if move.bundle.sends else NONE
        return [self._texts.number(words), after, bundle, self._note(note)]

    def _functions(self, found: Explained) -> list[Mapping[Numbers, Any]]:
        """Return the stories of a property, and each of their conditions, as functions."""
        return [found.answers.stories, *(each.by_parts for each in found.conditions)]

    def _judged(self) -> dict[str, Any]:
        """Return the properties and milestones, with what they see and what they answer."""
        diagrams, judges = Diagrams(), list[dict[str, Any]]()
        groups: dict[int, tuple[int, Answers]] = {}  # by the id of the parts that they share
        for each in self._answers:
            self._tick()
            number, _ = groups.setdefault(id(each.parts), (len(groups), each))
            judges.append({**_described(each), "view": number, "limit": each.limit})
            if isinstance(each.asked, Property):
                judges[-1]["root"] = diagrams.add(each.by_parts)
            else:  # left out if it was not asked in all states
                known = each.by_parts if each.limit is None else {}
                judges[-1]["roots"] = diagrams.add_maps(known)
        for judge in judges:
            found = self._explained.get(judge["name"]) if judge["kind"] != "milestone" else None
            if found is not None:
                parts = [found.answers, *found.conditions]
                views = [groups.setdefault(id(each.parts), (len(groups), each)) for each in parts]
                roots = [diagrams.add(each) for each in self._functions(found)]
                places = [{"view": n, "root": root} for (n, _), root in zip(views, roots)]
                judge["story"], judge["conditions"] = places[0], places[1:]
        numbers = self._letter_numbers
        return {
            "judges": judges,
            "views": [
                view_data(self._model, each, self._locals, numbers) for _, each in groups.values()
            ],
            "diagrams": diagrams.nodes,
            "answers": diagrams.answers,
        }


def _described(found: Answers) -> dict[str, Any]:
    asked = found.asked
    if isinstance(asked, Milestone):
        return {"name": asked.name, "kind": "milestone", "isStep": False}
    kind, is_step = asked.kind.value, asked.is_step_property
    return {"name": asked.name, "kind": kind, "summary": asked.summary, "isStep": is_step}
