"""A run as a reader is told it: one moment a step, with what changed, what was sent, what it means.

Every picture of a run is drawn from this; none looks at states itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pcheck.label import show
from pcheck.model import Model
from pcheck.network import Letter
from pcheck.node import Does, Row
from pcheck.path import Path
from pcheck.property import Seen
from pcheck.semantics import Runs, State

Columns = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Moment:
    """One step. `node` is whose column it stands in; `src` where an arrow to it begins."""

    number: int
    label: str
    node: str
    does: Does
    src: str | None = None
    changes: tuple[str, ...] = ()  # `promised = 2`
    sends: tuple[str, ...] = ()  # `sends Promise(ballot=2, last=None) to p1`
    milestones: tuple[str, ...] = ()
    down: frozenset[str] = frozenset()  # who is down after it
    sent_in: int | None = None  # which step sent what is delivered, if its sender went on since


def columns(model: Model[Any], path: Path[Any]) -> tuple[str, ...]:
    """The columns of a run: a cluster's nodes, or whatever the model shows of itself."""
    return tuple(model.columns(path.states[0]))


def tell(model: Model[Any], path: Path[Any]) -> list[Moment]:
    moments = _of_cluster(model, path) if isinstance(model, Runs) else _of_model(model, path)
    return list(moments)


def sights(model: Runs, path: Path[State]) -> list[Seen]:
    """All that could be seen of a run, before its first step and after each."""
    letters: frozenset[Letter] = frozenset()
    found = [model.history(path.states[0], letters)]
    for before, label, after in _steps(path):
        _, row = model.taken(before, label)
        letters = letters.union(letter for letter, _ in row.bundle.sends)
        found.append(model.history(after, letters))
    return found


def _of_cluster(model: Runs, path: Path[State]) -> Iterator[Moment]:
    first, *later = sights(model, path)
    reached: set[Any] = set(_milestones(model, first))
    sent: dict[Letter, int] = {}
    latest: dict[str, int] = {}  # in which step each node sent something last
    for number, ((before, label, after), seen) in enumerate(zip(_steps(path), later), start=1):
        node, row = model.taken(before, label)
        news = _milestones(model, seen)
        when = sent.get(row.letter, 0) if row.letter is not None else 0
        late = row.letter is not None and when < latest.get(row.letter.src, 0)
        yield Moment(
            number,
            label,
            str(node),
            row.does,
            src=str(row.letter.src) if row.letter is not None else None,
            changes=_changes(model.columns(before)[str(node)], model.columns(after)[str(node)]),
            sends=tuple(_sends(row)),
            milestones=tuple(line for key, line in news.items() if key not in reached),
            down=frozenset(name for name, shown in model.columns(after).items() if "" in shown),
            sent_in=when if late else None,
        )
        reached.update(news)
        for letter, _ in row.bundle.sends:
            sent.setdefault(letter, number)
            latest[letter.src] = number


def _of_model(model: Model[Any], path: Path[Any]) -> Iterator[Moment]:
    reached: set[Any] = set(_milestones(model, model.observe(path.states[0])))
    for number, (before, label, after) in enumerate(_steps(path), start=1):
        was, now = model.columns(before), model.columns(after)
        news = _milestones(model, model.observe(after))
        node = _who(label, was, now)
        yield Moment(
            number,
            label,
            node,
            Does.ACT,
            changes=tuple(
                change if name == node else f"{name}: {change}"
                for name in now
                for change in _changes(was.get(name, {}), now[name])
            ),
            milestones=tuple(line for key, line in news.items() if key not in reached),
        )
        reached.update(news)


def _steps(path: Path[Any]) -> Iterator[tuple[Any, str, Any]]:
    return zip(path.states, path.labels, path.states[1:])


def _who(label: str, was: Columns, now: Columns) -> str:
    """The column that a label begins with, else the first that changed."""
    first = label.split()[0] if label.split() else ""
    changed = [name for name in now if was.get(name) != now[name]]
    return first if first in now else next(iter([*changed, *now]), "")


def _milestones(model: Model[Any], seen: Seen) -> dict[Any, str]:
    return {
        (at, key): line
        for at, milestone in enumerate(model.milestones)
        for key, line in milestone.reached(seen).items()
    }


def _changes(was: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(f"{name} = {text}" for name, text in now.items() if name and was.get(name) != text)


def _sends(row: Row) -> Iterator[str]:
    for letter, receivers in row.bundle.sends:
        to = f"sends {show(letter.message)} to {', '.join(receivers)}"
        yield to if receivers else f"says {show(letter.message)}"
