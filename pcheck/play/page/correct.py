"""The correct protocol beside a bug: its answers in the states and to the steps of the bug.

The correct node gets the state of the bug's node: the same fields, but its own fixed ones. It is
asked about the same message, action or crash.
"""

from __future__ import annotations

from pcheck.errors import SpecError
from pcheck.language.actor import Actor
from pcheck.language.kinds import state_fields
from pcheck.language.printing import show
from pcheck.language.reading import shown_fields
from pcheck.loading.setup import Setup
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Bundle, Move, Node
from pcheck.traces.ignoring import ignores
from pcheck.traces.impossible import other_choices, why_not_offered
from pcheck.traces.timeline import Sent

NOTHING = "sends nothing"


class Correct:
    """The correct protocol beside a bug; without a bug, it has nothing to say."""

    def __init__(self, setup: Setup, model: ClusterModel) -> None:
        """Build the correct protocol of a setup whose model this is."""
        self._model: ClusterModel | None = None
        correct = setup.correct() if setup.bug is not None else None
        names = [node.me for node in model.nodes]
        if isinstance(correct, ClusterModel) and [node.me for node in correct.nodes] == names:
            self._model = correct
        self._name = f"correct {setup.spec.name}"
        self._actors: dict[tuple[int, int], Actor | None] = {}

    def after_move(self, i: int, actor: Actor, letter: Letter | None, move: Move) -> str:
        """Return what the correct protocol does instead of a move, or nothing if the same."""
        found = self._in_state(i, actor)
        if found is None:
            return ""
        node, twin = found
        try:
            own = self._letter(letter)
            moves = node.moves(twin, own)
            same = [each for each in moves if each.label == move.label and each.actor is not None]
            if same:
                return self._difference(actor, twin, move, same[0])
            return f"{self._name} {self._refusal(node, twin, own, move.label)}"
        except SpecError:
            return ""

    def if_ignored(self, i: int, actor: Actor, letter: Letter) -> str:
        """Return what the correct protocol does with a message that the bug ignores."""
        found = self._in_state(i, actor)
        if found is None:
            return ""
        node, twin = found
        try:
            moves = [
                each for each in node.moves(twin, self._letter(letter)) if each.actor is not None
            ]
        except SpecError:
            return ""
        if not moves:
            return ""
        effects = [", ".join(_changes(twin, each.actor) + _sends(each.bundle)) for each in moves]
        return f"{self._name}: {', or '.join(effects)}"

    def after_crash(self, i: int, actor: Actor, crashed: Actor) -> str:
        """Return what the correct protocol keeps or loses in a crash, or nothing if the same."""
        found = self._in_state(i, actor)
        if found is None:
            return ""
        node, twin = found
        pairs = _pairs(crashed, node.handlers.after_crash(twin))
        return self._sentence(pairs, [], [])

    def _in_state(self, i: int, actor: Actor) -> tuple[Node, Actor] | None:
        """Return the correct node and its actor with the fields of a bug's actor."""
        if self._model is None:
            return None
        key, node = (i, id(actor)), self._model.nodes[i]
        if key not in self._actors:
            self._actors[key] = self._twin(node, actor)
        twin = self._actors[key]
        return (node, twin) if twin is not None else None

    def _twin(self, node: Node, actor: Actor) -> Actor | None:
        first = node.first.actor
        names = state_fields(type(first))
        if not set(names) <= set(state_fields(type(actor))):
            return None
        return node.handlers.interned(first.but(**{name: getattr(actor, name) for name in names}))

    def _letter(self, letter: Letter | None) -> Letter | None:
        """Return the letter of the correct protocol with the same content."""
        assert self._model is not None
        return self._model.letter(letter.src, letter.message) if letter is not None else None

    def _difference(self, actor: Actor, twin: Actor, move: Move, correct: Move) -> str:
        assert move.actor is not None
        assert correct.actor is not None
        pairs = _pairs(move.actor, correct.actor)
        return self._sentence(pairs, _sends(move.bundle), _sends(correct.bundle))

    def _sentence(self, pairs: dict[str, tuple[str, str]], sends: list[str], own: list[str]) -> str:
        """Return the difference in words; `pairs` holds the two values of each other field."""
        correct = [f"{name} = {value}" for name, (_, value) in pairs.items()]
        buggy = [f"{name} = {value}" for name, (value, _) in pairs.items()]
        if set(sends) != set(own):
            correct, buggy = correct + (own or [NOTHING]), buggy + (sends or [NOTHING])
        if not correct:
            return ""
        return f"{self._name}: {', '.join(correct)}; this bug: {', '.join(buggy)}"

    def _refusal(self, node: Node, twin: Actor, letter: Letter | None, label: str) -> str:
        """Return what the correct protocol does with a step that it does not take."""
        if letter is None:
            why = why_not_offered(node, twin, label)
            return "does not take this step" + (f": {why}" if why is not None else "")
        other = other_choices(node, twin, letter)
        if other is not None:
            return f"takes this message {other}"
        return ignores(twin, letter.message, letter.src, "this message")


def _pairs(buggy: Actor, correct: Actor) -> dict[str, tuple[str, str]]:
    """Return the text of each field that differs: in the bug, and in the correct protocol."""
    shown, wanted = shown_fields(buggy), shown_fields(correct)
    texts = {name: (show(shown[name]), show(wanted[name])) for name in wanted if name in shown}
    return {name: pair for name, pair in texts.items() if pair[0] != pair[1]}


def _changes(before: Actor, after: Actor | None) -> list[str]:
    """Return the fields that a move changes, with their new values."""
    assert after is not None
    was = {name: show(value) for name, value in shown_fields(before).items()}
    now = {name: show(value) for name, value in shown_fields(after).items()}
    return [f"{name} = {text}" for name, text in now.items() if was.get(name) != text]


def _sends(bundle: Bundle) -> list[str]:
    return [str(Sent(sent.message, tuple(map(str, to)))) for sent, to in bundle.sends]
