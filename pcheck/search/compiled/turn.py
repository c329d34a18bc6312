"""One turn of a search: a walk by steps, the growth of its tables, and proofs with `cover`.

The tables of a turn may be closed only under what was met before it. If the walk meets something
else, or a proof does, the tables grow, at the end of a level. Both go on if the grown tables
confirm all that they did (see `pcheck.search.reductions.met_tables`); otherwise the search begins
anew. When a turn ends, everything that it met is in tables that confirm it, so that its answer is
exact.

How often the tables grow depends on counts of work alone, never on the time.
"""

from __future__ import annotations

from dataclasses import replace

from pcheck.errors import Asymmetric, PcheckError, SpecError, Unreliable
from pcheck.language.property import Kind
from pcheck.search.compiled.walk import Walk
from pcheck.search.limits import INTERRUPT, STOPPING_EXCEPTIONS, depth_limit, stop_reason
from pcheck.search.outcome import SearchResult, TooManyNumbers
from pcheck.search.reductions.cover import Ranks, rank_local_states
from pcheck.search.reductions.met_tables import MetTables
from pcheck.search.reductions.unseen_steps import ForbidsUnseenSteps

CLOSING = "closing tables"
MIN_STATES_TO_TRY_COVER = 50_000  # a smaller search ends before a second one would
PAIRS_PER_REACTION = 10  # known reactions that are copied into new tables in the time of one


class Refuted(PcheckError):
    """Raised when tables that grew do not confirm what the walk did: the search begins anew.

    It is not a SpecError: the spec need not have a fault.
    """


class Turn:
    """A walk by steps, whose tables may grow, and its proofs."""

    def __init__(self, walk: Walk) -> None:
        self.walk, self.reduced, self.met = walk, walk.reduced, walk.reduced.met
        self._has_grown = False
        walk.traces_later = True
        self._pairs = self.met.pairs() if self.met is not None else 0
        self._begin_walk(walk)
        self._confirmed = 0, list[str]()  # the depth, and the decided properties, at that level
        self._fault: SpecError | None = None  # found in a proof
        self._may_prove = self.reduced.successors is not None

    def _begin_walk(self, walk: Walk) -> None:
        """Let the growth of the tables be paid by the work of a walk from now on."""
        self._paying, self._work_at_growth = walk, walk.work

    def run(self) -> SearchResult:
        """Return the result of the search.

        Raise Refuted if the search must begin anew, and MetUnknown if its tables were wrong.
        """
        try:
            while True:
                if self.walk.advance(self._after_level):
                    return self._report()
                proof = self._prove()
                if proof is not None:
                    return self._traced_report(proof)
        except Unreliable:
            raise
        except SpecError as error:
            if error is not self._fault:
                self._confirm()
                self._use_representatives_of_now()
                self.walk.trace_fault(error)
            raise
        except STOPPING_EXCEPTIONS as end:
            self.walk.stopped = stop_reason(end)
            return self._stopped_report()

    @property
    def is_exact(self) -> bool:
        """True if the walk met nothing yet that its first tables lacked, or raised at the first."""
        return self.met is None or self.met.strict or not (self._unknown or self._has_grown)

    @property
    def _unknown(self) -> int:
        """The number of things that the walk met and that the tables do not contain."""
        return self.met.unknown if self.met is not None else 0

    def _after_level(self) -> bool:
        """Let the tables grow if it pays. Return whether to try a proof."""
        self._grow_if_it_pays()
        if not self._unknown:
            self._confirmed = self.walk.depth, list(self.walk.judge.found)
        return self._may_prove and self._should_try_cover()

    def _should_try_cover(self) -> bool:
        """Return whether only `always` properties are open and the search is large and growing."""
        walk = self.walk
        open_sometimes = any(prop.kind is Kind.SOMETIMES for prop in walk.judge.open)
        grows = walk.progress.widths[-1] > max(walk.progress.widths[-2:-1], default=0)
        if walk.limits.depth is not None:  # the levels of a proof are not numbers of steps
            return False
        return not open_sometimes and len(walk.store) >= MIN_STATES_TO_TRY_COVER and grows

    def _grow_if_it_pays(self) -> bool:
        """Let the tables grow if it pays; the walk never pauses for that."""
        if self._unknown and self._growth_pays():
            self._confirm()
        return False

    def _growth_pays(self) -> bool:
        """Return whether the growth of the tables costs less than the search did since the last."""
        assert self.met is not None
        pairs = self.met.pairs()
        cost = pairs - self._pairs + pairs // PAIRS_PER_REACTION
        return cost <= self._paying.work - self._work_at_growth

    def _confirm(self) -> None:
        """Let the tables grow by all that was met; raise Refuted unless they confirm the walks."""
        if not self._unknown:
            return
        walk, quotients, met = self.walk, self.reduced.quotients, self.met
        assert quotients is not None
        assert met is not None
        met.close(quotients.symmetry)
        tick = walk.clock.ticking(walk.progress, CLOSING)
        tables = MetTables(met, tick, quotients.tables)
        self._pairs, self._work_at_growth = met.pairs(), self._paying.work
        composition = walk.tables.composition
        composition.note_dropped()
        if not quotients.grow(tables):
            raise Refuted
        composition.forget()
        self._has_grown, met.unknown = True, 0

    def _report(self) -> SearchResult:
        """Return the result of the walk, which ended, if it is confirmed; otherwise raise Refuted.

        If a limit stopped the walk, the result is that of the last confirmed level. At a limit of
        steps, it is that of the last level.
        """
        steps = self.walk.limits.depth
        if self.walk.stopped not in (None, depth_limit(steps or 0)):
            return self._stopped_report()
        self._confirm()
        result = self._traced_report()
        self._confirm()  # the reconstruction of the traces meets local states, too
        return result

    def _stopped_report(self) -> SearchResult:
        """Return the result of a walk that stopped: of all of it, if it is confirmed."""
        if self._fault is not None:
            raise self._fault
        walk = self.walk
        try:
            self._confirm()
            return self._traced_report()
        except (Refuted, *STOPPING_EXCEPTIONS):
            depth, names = self._confirmed
        walk.judge.found = {name: walk.judge.found[name] for name in names}
        try:
            result = self._traced_report()
        except AssertionError:  # the traces need tables that confirm the walk
            walk.judge.found = {}
            result = walk.report()
        return replace(result, depth=depth, widths=result.widths[: depth + 1])

    def _traced_report(self, proof: Walk | None = None) -> SearchResult:
        """Return the result of the walk."""
        self._use_representatives_of_now()
        return self.walk.report(proof)

    def _use_representatives_of_now(self) -> None:
        """Let traces be reconstructed with the tables of now, which confirm the walk."""
        if self._has_grown:
            self.walk.tables.orbits.forget()

    def report_of_begin(self) -> SearchResult:
        """Return the result of an exact walk that began and then met what its tables lack."""
        if self.met is not None:
            self.met.strict = False  # the reconstruction of a trace may meet it, too
        return self.walk.report()

    # -- proofs --------------------------------------------------------------------------------

    def _prove(self) -> Walk | None:
        """Return a walk by ranks that proved the rest, or None if the walk by steps must go on."""
        walk = self.walk
        self._may_prove, proof = False, None
        try:
            proof = walk.proof(self._ranks())
            self._begin_walk(proof)
            with walk.clock.halving():
                proof.advance(self._grow_if_it_pays)
            if proof.stopped == INTERRUPT:  # before Refuted could begin a search anew
                raise KeyboardInterrupt
            self._confirm()
            if proof.complete and not proof.judge.found:
                return proof
        except (Asymmetric, Unreliable):  # the walk by steps would not be sound either
            raise
        except (TooManyNumbers, ForbidsUnseenSteps):  # the walk by steps may need fewer, or decide
            pass
        except SpecError as error:
            self._confirm()
            self._fault = error  # the walk by steps finds the shortest trace that shows it
        if proof is not None:
            proof.close()
        self._begin_walk(walk)
        return None

    def _ranks(self) -> Ranks:
        """Return the rank of each local state, also of one that represented itself before."""
        quotients = self.reduced.quotients
        assert quotients is not None
        found = rank_local_states(quotients.successors())
        return [
            {**rank, **{local: rank[of] for local, of in classes.items()}}
            for rank, classes in zip(found, quotients.classes)
        ]
