"""The audit of a log: each of its runs compared with the protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pcheck.audit.events import Event
from pcheck.audit.exercised import never_exercised
from pcheck.audit.judging import MAX_STEPS, is_about_messages, judge, rules_of
from pcheck.audit.logs import TICK_EVERY, Log, NodeLog
from pcheck.audit.options import Options, Taken
from pcheck.audit.past import labels_of, past_of, undrawn
from pcheck.audit.places import Place
from pcheck.audit.result import Answer, Audit, Past, Refusal, RunAudit
from pcheck.audit.starts import starts_of
from pcheck.audit.trail import HIDDEN, Stuck
from pcheck.audit.walk import Walk
from pcheck.audit.why import letters_of, possible_instead, reason_of, refused_node
from pcheck.errors import UsageError
from pcheck.language.property import Property
from pcheck.loading.expressions import names_for
from pcheck.loading.setup import Setup
from pcheck.search.clock import Tick, no_tick
from pcheck.semantics.cluster_model import ClusterModel, fields_of
from pcheck.semantics.trace import follow
from pcheck.text import counted, unknown

MAX_KEPT = 2_000  # steps of an execution


class Auditor:
    """The audit of the runs of one log."""

    def __init__(
        self,
        setup: Setup,
        log: Log,
        *,
        gap: int = 0,
        sizes: Sequence[str] = (),
        defaults: Sequence[str] = (),
        keeps: bool = False,
        tick: Tick = no_tick,
    ) -> None:
        """`gap` is how many steps the log may leave out before each event.

        `sizes` are the options whose values come from the log, `defaults` those not given. With
        `keeps`, the result has the steps of each execution.
        """
        self._sizes, self._defaults, self._keeps = tuple(sizes), tuple(defaults), keeps
        if not isinstance(setup.model, ClusterModel):
            raise UsageError(f"{setup.spec.name} is a Model without nodes; a log needs nodes")
        self.setup, self.log, self.gap, self.tick = setup, log, gap, tick
        self.model = setup.model
        self.options = Options(self.model)
        self._names = names_for(setup.spec, self.model)
        self._rules = rules_of(self.model.properties)
        self._taken: dict[int, tuple[int, Taken]] = {}  # the distinct steps of all runs

    def audit(self) -> Audit:
        """Return the audit of all runs; after a refusal, the other runs go on."""
        runs, rest = list[RunAudit](), 0
        for name, nodes in self.log.runs.items():
            runs.append(self.run(name, nodes))
            rest += runs[-1].events % TICK_EVERY  # the walk of a run ticks for the others
            if rest >= TICK_EVERY:
                self.tick()
                rest -= TICK_EVERY
        found = [run for run in runs if run.answer is Answer.SOUND]
        steps = max((run.steps for run in found), default=0)
        is_in_mid_run = any(run.begins_later for run in found)
        rules = [each for each in self._rules if self._can_judge(each, steps, is_in_mid_run)]
        judged = [each.name for each in rules] if found else []
        others = [each.name for each in self._rules if found and each not in rules]
        never = never_exercised(self.model, self._taken.values(), self.tick)
        facts = tuple(judged), tuple(others), tuple(never), self._sizes, self._defaults
        return Audit(self.setup, self.log.files, tuple(runs), *facts)

    def run(self, name: str, logs: Mapping[str, NodeLog]) -> RunAudit:
        """Return the audit of one run."""
        self._check_nodes(logs)
        nodes = [logs.get(str(node.me), NodeLog()) for node in self.model.nodes]
        starts, later, is_partial = starts_of(self.options, self._names, self.log, nodes)
        walk = Walk(
            *(self.options, self.log, nodes, starts, self._names),
            later=later, is_partial=is_partial, gap=self.gap, tick=self.tick,
        )  # fmt: skip
        is_found = walk.find()
        trail = walk.trail if is_found or walk.stuck is None else walk.stuck.trail
        for i, number in set(zip(trail.nodes, trail.steps)):
            step = trail.distinct[number]
            self._taken.setdefault(id(step), (i, step))
        undecided = _undecided(walk, is_found)
        is_refused = not is_found and not undecided

        def place_of(i: int, event: int) -> Place | None:
            return None if event == HIDDEN else self.log.place(nodes[i], event - 1)

        refusal = self._refusal(walk) if not is_found else None
        rules = [each for each in self._rules if self._can_judge(each, len(trail), bool(later))]
        violations = judge(self.options, starts, trail, rules, place_of) if is_found else []
        return RunAudit(
            name,
            Answer.REFUSED if is_refused else Answer.UNDECIDED if undecided else Answer.SOUND,
            sum(len(each.events) for each in nodes),
            len(trail),
            tuple([step.label for _, step, event in trail if event == HIDDEN]) if self.gap else (),
            walk.assumed,
            refusal,
            undecided,
            tuple(violations),
            tuple([str(self.model.nodes[i].me) for i in sorted(later)]),
            self._execution(walk, refusal),
        )

    def _execution(self, walk: Walk, refusal: Refusal | None) -> tuple[str, ...] | None:
        """Return the steps that were found, or those before a refused event, as labels.

        A log in mid-run has none, because the protocol does not begin so.
        """
        if not self._keeps or walk.begins_later:
            return None
        if refusal is not None:
            timeline = refusal.past.timeline
            return tuple([e.label for e in timeline.events]) if timeline is not None else None
        if len(walk.trail) > MAX_KEPT:
            return None
        steps = [(i, step) for i, step, _ in walk.trail]
        labels = tuple(labels_of(self.model, steps))
        if follow(self.model, labels).labels != labels:
            raise AssertionError(f"not an execution of the reference semantics: {labels}")
        return labels

    def _can_judge(self, prop: Property, steps: int, is_in_mid_run: bool) -> bool:
        """Return whether a property can be judged in a run of this length."""
        if is_in_mid_run and any(isinstance(each, type) for each in prop.sees):
            return False  # messages may have been sent before
        return steps <= MAX_STEPS or is_about_messages(prop)

    def _check_nodes(self, logs: Mapping[str, NodeLog]) -> None:
        """Raise UsageError if the protocol does not have a node of the log."""
        known = [str(node.me) for node in self.model.nodes]
        for name, log in logs.items():
            if name not in known:
                place = self.log.place(log, 0)
                remedy = "give the size with an option, or translate names with --map"
                raise UsageError(f"{place}: {unknown('node', name, known)}; {remedy}")

    def _refusal(self, walk: Walk) -> Refusal:
        stuck = walk.stuck
        assert stuck is not None
        walk.restore()
        i = refused_node(walk, stuck)
        log, at, local = walk.nodes[i], stuck.at[i], stuck.local[i]
        event = self.log.event(log.events[at])
        return Refusal(
            self.log.place(log, at),
            str(event),
            str(self.model.nodes[i].me),
            fields_of(local),
            self._reason(walk, stuck, i),
            possible_instead(walk, stuck, i),
            self._past(walk, stuck, i, event),
        )

    def _reason(self, walk: Walk, stuck: Stuck, i: int) -> str:
        try:
            return reason_of(walk, stuck, i)
        except UsageError as error:
            raise UsageError(f"{self.log.place(walk.nodes[i], stuck.at[i])}: {error}") from None

    def _past(self, walk: Walk, stuck: Stuck, i: int, event: Event) -> Past:
        if walk.assumed:  # the reference semantics has no such messages
            return undrawn([step for _, step, _ in stuck.trail])
        return past_of(self.options, walk.starts, stuck.trail, i, letters_of(walk, event, i))


def _undecided(walk: Walk, is_found: bool) -> str:
    """Return why it is not known whether a run has the events of a log, or nothing if it is."""
    if is_found:
        before = f"{counted(walk.assumed, 'message')} would have been sent before the log begins"
        return before if walk.assumed else ""
    if walk.ran_out:
        return f"no run was found in {walk.tries:,} tries, and there are more to try"
    if any(each.index.has_twins for each in walk.inboxes):
        return "two messages of one node have the same text"
    if not walk.is_certain:
        return "no run was found, but more may have happened before the log begins"
    if walk.was_short:
        return (
            f"no run has at most {counted(walk.gap, 'more step')} before each event, "
            "but one with more steps may have these events"
        )
    return ""
