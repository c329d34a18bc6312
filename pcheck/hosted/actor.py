"""Hosted objects: an actor whose state is a frozen copy of an object that was written elsewhere.

Before each call of a handler the object is made again from its frozen copy, and after the call it
is frozen again. A node boots when it does something for the first time after its start or restart.
This is exact if nobody can notice when the node boots. Otherwise booting is a step.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pcheck.blame import place_of
from pcheck.errors import SpecError
from pcheck.hosted.forms import Plain
from pcheck.hosted.live import rerun
from pcheck.hosted.net import sends_of
from pcheck.hosted.node import Node
from pcheck.hosted.raised import Raised, nothing_raises
from pcheck.hosted.reading import attributes_of
from pcheck.hosted.role import Role
from pcheck.hosted.watching import watch_imports
from pcheck.language.actor import Action, Step, action
from pcheck.language.names import Id
from pcheck.semantics.node import Row
from pcheck.semantics.results import InvalidResult


@dataclass(frozen=True)
class Hosted(Role):
    """A node that runs an object of some program; subclass Hosted with @dataclass(frozen=True).

    A subclass defines `boot` and `on`, and if needed `can` and `disk`. The attributes named in
    `skip` are not part of the state: after each step, the object does not have them. In the
    attributes named in `unordered`, the order of the entries of a dict does not count. An attribute
    is named as `name` or `Class.name`. `outside` names things that are not part of the state.
    `keeps` names globals and class attributes of the program that are.
    """

    own_properties = (nothing_raises,)

    def receive(self, msg: object, src: Id) -> Step:
        """Return the step in which the object handles a message."""
        node = self._node
        return None if node.is_deaf else node.step(partial(node.handle, msg, src))

    def actions(self) -> Iterator[Action]:
        """Yield what the object may do, or what a handler has still to do."""
        node = self._node
        if self.pending:
            effect, *others = self.pending
            after = node.after(effect).but(pending=tuple(others))
            yield action(effect.label, after, *sends_of([effect]))
        elif node.has_to_boot:
            yield action("boots", node.boot())
        elif not isinstance(self.it, Raised):
            node.host.check(node.booted.role.it)
            for label in node.labels():
                yield action(label, node.step(partial(node.do, label)))

    @property
    def _node(self) -> Node:
        return Node(self)

    def __init_subclass__(cls) -> None:
        """Let the test for hidden state cover the packages that the file of the class imports."""
        watch_imports(cls.__module__)

    def __pcheck_rerun__(self, rows: Sequence[Row]) -> None:
        """Raise SpecError if an object that is never frozen behaves otherwise in these steps."""
        rerun(self, rows)

    @classmethod
    def __pcheck_outside__(cls) -> tuple[object, ...]:
        """Return the data outside the state that handlers may change, since it does not matter."""
        return cls.outside, *cls.outside.values()

    def __pcheck_narrowing__(self, crashes: int) -> list[str]:
        """Return what is left out of the state, so that a verdict means less."""
        left_out = {
            "without the attributes": self.skip,
            "without the order of the entries of": self.unordered,
            "outside the state:": tuple(self.outside),
        }
        name = type(self).__name__
        found = [f"{name}: {text} {', '.join(names)}" for text, names in left_out.items() if names]
        if crashes and self._node.host.writes_files and not self.files_are_points:
            found.append(f"{name}: crashes between two writes to files (files_are_points = True)")
        return found

    def __pcheck_fields__(self) -> dict[str, Any]:
        """Return the attributes of the object and what is on the disk, for properties and traces.

        Before the node boots, they are those that it will have then.
        """
        try:
            node, role = self._node, self._node.booted.role
        except InvalidResult as error:
            text = f"{place_of(type(self).boot)}boot() of {self.me} {error}"
            raise SpecError(text) from None
        found = dict[str, Any](booted=False)
        if not node.has_to_boot:
            found = attributes_of(role.it, role.keeps)
        if role.saved is not None or type(role).disk is not Role.disk:
            found["saved"] = role.saved
        found |= {f"file {path}": content for path, content in role.files.items()}
        if self.pending:
            found["still to do"] = Plain("; ".join(each.label for each in self.pending))
        return found
