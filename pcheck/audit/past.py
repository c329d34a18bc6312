"""The causal past of an event: the steps that it depends on, as a run of the protocol."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from pcheck.audit.options import Options, Taken
from pcheck.audit.result import Past
from pcheck.audit.trail import Trail
from pcheck.language.names import Id
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Config, Row, StepKind
from pcheck.semantics.trace import follow
from pcheck.traces.timeline import timeline_of

MAX_DRAWN, MAX_LISTED = 60, 10  # steps


def past_of(
    options: Options,
    starts: Sequence[Config],
    trail: Trail,
    i: int,
    letters: Collection[Letter] = (),
) -> Past:
    """Return the steps that the next event of node i depends on, if it takes one of `letters`."""
    needed = _needed(options.model, trail, i, letters)
    steps = [(node, step) for nth, (node, step, _) in enumerate(trail) if nth in needed]
    if len(steps) > MAX_DRAWN:
        return undrawn([step for _, step in steps])
    model = options.model.beginning_at(State(tuple(starts), 0, frozenset()))
    labels = tuple(labels_of(model, steps))
    timeline = timeline_of(model, follow(model, labels))
    # what did not arrive in these steps may arrive later
    return Past(len(labels), replace(timeline, losing_is_a_step=True))


def undrawn(steps: Sequence[Taken]) -> Past:
    """Return steps that are too many to draw, or that the reference semantics does not take."""
    return Past(len(steps), last=tuple([step.label for step in steps[-MAX_LISTED:]]))


def _needed(model: ClusterModel, trail: Trail, i: int, letters: Collection[Letter]) -> set[int]:
    """Return the places in a trail of the steps of a node and of all that they depend on."""
    sources, needed, nodes = list(_sources(model, trail)), set[int](), {i}
    for nth, (_, step, _) in enumerate(trail):
        sent = [letter for letter, to in step.bundle.sends if model.nodes[i].me in to]
        if any(letter in letters for letter in sent):
            needed.add(nth)  # it sends what the event takes
            break
    for nth in reversed(range(len(sources))):
        node, source = sources[nth]
        if node in nodes or nth in needed:
            needed.add(nth)
            nodes.add(node)  # with all that it did before
            if source is not None:
                needed.add(source)
    return needed


def _sources(model: ClusterModel, trail: Trail) -> Iterator[tuple[int, int | None]]:
    """Yield the node of each step, and the step that sent the message that it takes."""
    is_kept, is_queue = model.network.name == "set", model.network.ignoring_is_a_step
    # for each receiver and sender, what is on its way, each with the step that sent it
    waiting: dict[tuple[int, Id], list[tuple[Letter, int]]] = {}
    for nth, (i, step, _) in enumerate(trail):
        source = None
        if step.letter is not None:
            letters = waiting.get((i, step.letter.src), [])
            at = next((at for at, each in enumerate(letters) if each[0] is step.letter), None)
            if at is not None:  # None: sent before the log begins
                source = letters[at][1]
                if is_queue:
                    del letters[: at + 1]
                elif not is_kept:
                    del letters[at]
        yield i, source
        for letter, receivers in step.bundle.sends:
            for each in receivers:
                letters = waiting.setdefault((model.index[each], letter.src), [])
                if not is_kept or all(letter is not other for other, _ in letters):
                    letters.append((letter, nth))


def labels_of(model: ClusterModel, steps: Sequence[tuple[int, Taken]]) -> Iterator[str]:
    """Yield the labels of a run of the reference semantics that takes these steps.

    A message that comes later than others of its queue is preceded by their losses. A step that
    changes nothing in the reference semantics is left out.
    """
    state = model.initial()
    for i, step in steps:
        for row in _rows(model, state, i, step):
            after = model.after(state, i, row)
            if after != state:
                yield row.label
            state = after


def _rows(model: ClusterModel, state: State, i: int, step: Taken) -> Iterator[Row]:
    """Yield the rows of a step; losses come before a delivery on `fifo`."""
    node, config = model.nodes[i], state.nodes[i]
    if step.letter is not None and model.network.ignoring_is_a_step:
        while (head := _head(config.inbox, step.letter)) is not step.letter:
            lost = next(
                row for row in node.rows(config) if row.kind is StepKind.LOSE and row.letter is head
            )
            yield lost
            config = lost.next
    kind, label = step.kind, step.label
    rows = [row for row in node.rows(config) if (row.kind, row.label) == (kind, label)]
    if rows or step.changes:
        yield rows[0]


def _head(inbox: Sequence[Letter], letter: Letter) -> Letter:
    return next(each for each in inbox if each.src == letter.src)
