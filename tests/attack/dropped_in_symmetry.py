"""Side conditions of `symmetry` and of its representatives, dropped one by one."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from pcheck.language.actor import Actor
from pcheck.language.seen import Seen
from pcheck.search.compiled.orbits import Orbits
from pcheck.search.reductions import symmetry
from pcheck.search.reductions.contents import Contents
from pcheck.search.reductions.property_symmetry import PropertySymmetry
from pcheck.search.reductions.symmetry import Classes, Symmetry
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Bundle
from pcheck.semantics.observer import Observation, Observer
from pcheck.semantics.renaming import renamed, renamed_fields, replace_fields
from tests.attack.conditions import Patch, dropped


def _fixed(patch: Patch, flags: Callable[[Contents], list[list[bool]]]) -> None:
    """Take what the flags say is fixed as fixed by every renaming."""
    add = Contents.add

    def add_fixed(self: Contents, node: int, part: Observation) -> None:
        add(self, node, part)
        flags(self)[node][-1] = True

    patch.setattr(Contents, "add", add_fixed)


def _never_noted(patch: Patch, flag: str) -> None:
    """Do not notice what the flag of an observation is for."""
    never = property(lambda self: False, lambda self, value: None)
    patch.setattr(Seen, flag, never, raising=False)


@dropped("a renaming maps the initial state to itself")
def _(patch: Patch) -> None:
    patch.setattr(Symmetry, "_check_initial_state", lambda self: None)


@dropped("a renaming maps reactions to reactions")
def _(patch: Patch) -> None:
    patch.setattr(Symmetry, "check", lambda *_: None)


@dropped("a renaming maps actions to actions")
def _(patch: Patch) -> None:
    _checked_if(patch, lambda letter: letter is not None)


@dropped("a renaming maps reactions to messages to each other")
def _(patch: Patch) -> None:
    _checked_if(patch, lambda letter: letter is None)


def _checked_if(patch: Patch, test: Callable[[Letter | None], bool]) -> None:
    check = Symmetry.check

    def check_some(self: Symmetry, i: int, actor: Actor, letter: Letter | None) -> None:
        if test(letter):
            check(self, i, actor, letter)

    patch.setattr(Symmetry, "check", check_some)


@dropped("every renaming of a reaction is verified")
def _(patch: Patch) -> None:
    """Compare a reaction with its images, but no image with its own images."""
    check = Symmetry.check

    def check_once(self: Symmetry, i: int, actor: Actor, letter: Letter | None) -> None:
        known = set(self._checked)
        others = {
            (j, id(image), letter and self.letter(swap, letter))
            for swap in range(len(self.swaps))
            for j, image in [(self.targets[swap][i], self.actor(swap, i, actor))]
        }
        self._checked |= others - {(i, id(actor), letter)}
        check(self, i, actor, letter)
        self._checked.clear()
        self._checked |= known | {(i, id(actor), letter)}

    patch.setattr(Symmetry, "check", check_once)


@dropped("a renaming maps crashes to crashes")
def _(patch: Patch) -> None:
    patch.setattr(Symmetry, "_maps_crash", lambda *_: True)


@dropped("a property says the same of renamed observations")
def _(patch: Patch) -> None:
    patch.setattr(PropertySymmetry, "_compare_orbit", lambda *_: None)


@dropped("a property reads no senders if it is asked once for some messages")
def _(patch: Patch) -> None:
    _never_noted(patch, "senders_were_read")


@dropped("no renaming changes messages that a property is asked about once")
def _(patch: Patch) -> None:
    _fixed(patch, lambda self: self._fixed_messages)


@dropped("a property reads no values if it is asked once for some messages")
def _(patch: Patch) -> None:
    _never_noted(patch, "values_were_read")


@dropped("no renaming changes values that a property is asked about once")
def _(patch: Patch) -> None:
    _fixed(patch, lambda self: self._all_fixed)


@dropped("a property says the same of whole orbits")
def _(patch: Patch) -> None:
    compare = PropertySymmetry._compare_orbit

    def compare_swaps(
        self: PropertySymmetry, said: Any, projection: Any, first: Any, _: int
    ) -> None:
        compare(self, said, projection, first, 0)

    patch.setattr(PropertySymmetry, "_compare_orbit", compare_swaps)


@dropped("a node that may crash is not interchangeable with one that may not")
def _(patch: Patch) -> None:
    declared = property(lambda self: self.cluster.interchangeable)
    patch.setattr(ClusterModel, "interchangeable", declared)


@dropped("names inside messages are renamed")
def _(patch: Patch) -> None:
    def letter(self: Symmetry, swap: int, letter: Letter) -> Letter:
        src: Any = self.swaps[swap].get(letter.src, letter.src)
        return self.model.letter(src, letter.message)

    patch.setattr(Symmetry, "letter", letter)


@dropped("senders are renamed")
def _(patch: Patch) -> None:
    def letter(self: Symmetry, swap: int, letter: Letter) -> Letter:
        return self.model.letter(letter.src, renamed(letter.message, self.swaps[swap]))

    patch.setattr(Symmetry, "letter", letter)


@dropped("names inside local states are renamed")
def _(patch: Patch) -> None:
    def actor(self: Symmetry, swap: int, i: int, actor: Actor) -> Actor:
        handlers = self.model.nodes[self.targets[swap][i]].handlers
        return handlers.interned(
            replace_fields(
                handlers.begin, {n: getattr(actor, n) for n in renamed_fields(actor, {})}
            )
        )

    patch.setattr(Symmetry, "actor", actor)


@dropped("observed messages are renamed")
def _(patch: Patch) -> None:
    observation = Symmetry.observation

    def kept(self: Symmetry, swap: int, seen: Observation) -> Observation:
        return observation(self, swap, seen)._replace(sent=seen.sent)

    patch.setattr(Symmetry, "observation", kept)


@dropped("names inside observed fields are renamed")
def _(patch: Patch) -> None:
    keys = Observer.renamed_keys

    def kept(
        self: Observer, values: Sequence[Hashable], targets: Sequence[int], _: object
    ) -> tuple[Hashable, ...]:
        return keys(self, values, targets, lambda value: value)

    patch.setattr(Observer, "renamed_keys", kept)


@dropped("nodes take each other's places")
def _(patch: Patch) -> None:
    patch.setattr(Symmetry, "_target", lambda self, swap, i: i)


@dropped("a renaming maps live messages to live messages")
def _(patch: Patch) -> None:
    patch.setattr(Symmetry, "maps_live_letters", lambda *_: True)


@dropped("a renaming maps classes to classes")
def _(patch: Patch) -> None:
    maps = Symmetry.maps_classes

    def maps_classes(self: Symmetry, representatives: Classes) -> bool:
        swaps, self.swaps = self.swaps, []
        maps(self, representatives)
        self.swaps = swaps
        return True

    patch.setattr(Symmetry, "maps_classes", maps_classes)


@dropped("images are replaced by the representatives of their classes")
def _(patch: Patch) -> None:
    def fill_image(self: Orbits, machine: int, number: int, swap: int) -> None:
        assert self.symmetry is not None
        i, item = self._machines.numbered(machine, number)
        target = int(self.targets[swap, machine])
        if machine < len(self._machines.nodes):
            image = self._machines.config_number(target, self.symmetry.config(swap, i, item))
        else:
            image = self._machines.number_of(target, self.symmetry.observation(swap, item))
        self.images[self._row(machine, number), swap] = image

    patch.setattr(Orbits, "fill_image", fill_image)


@dropped("renamed reactions send in the same order")
def _(patch: Patch) -> None:
    patch.setattr(
        symmetry,
        "_sent",
        lambda sends: (
            frozenset((letter, to) for letter, receivers in sends for to in receivers),
            frozenset(letter for letter, _ in sends),
        ),
    )


@dropped("renamed reactions send the same to nobody")
def _(patch: Patch) -> None:
    sent = symmetry._sent

    def sent_to_some(sends: Any) -> Hashable:
        received = [each for each in sends if each[1]]
        return sent(received) if received else None

    patch.setattr(symmetry, "_sent", sent_to_some)


@dropped("receivers are renamed")
def _(patch: Patch) -> None:
    def sent(self: Symmetry, bundle: Bundle, swap: int | None = None) -> Hashable:
        sends = [
            (self.letter(swap, letter) if swap is not None else letter, to)
            for letter, to in bundle.sends
        ]
        return symmetry._sent(sends) if sends else None

    patch.setattr(Symmetry, "_sent", sent)
