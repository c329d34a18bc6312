"""A wrapper around a Model that a user wrote; the wrapper validates every result."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any, NoReturn, TypeVar

from pcheck.blame import described, place_of, place_raised
from pcheck.errors import PcheckError, SpecError
from pcheck.language.model import Model
from pcheck.language.printing import show
from pcheck.language.seen import Seen
from pcheck.language.values import UnsupportedValue
from pcheck.semantics.met_values import Known, MetValues
from pcheck.text import an

S = TypeVar("S", bound=Hashable)
NO_STATE = object()  # the argument of `initial`, which takes none


def checked(model: Model[S]) -> Model[S]:
    """Return the model in a `Checked` wrapper, or itself if it validates its own results."""
    return model if model.checked else Checked(model)


class Checked(Model[Any]):
    """A model with validated results; each error names the method, the result and the state.

    A state is printed only for an error: printing every state takes longer than the search.
    """

    checked = True

    def __init__(self, model: Model[Any]) -> None:
        self.model = model
        self.properties, self.milestones = model.properties, model.milestones
        self.met = MetValues()
        self._observed: set[Seen] = set()

    def initial(self) -> Any:
        try:
            return self._valid(self.model.initial(), self.model.initial, {})
        except (Exception, SystemExit) as error:
            self._blame(error, self.model.initial)

    def steps(self, state: Any) -> Iterator[tuple[str, Any]]:
        labels: set[str] = set()
        known: Known = {}  # the parts of a state are often parts of the next one
        try:
            self.met.add(state, known)
            for step in self.model.steps(state):
                label, after = self._pair(step, state)
                if label in labels:
                    text = f"labelled two steps {label!r}; give each step its own label"
                    self._fault(text, self.model.steps, state)
                labels.add(label)
                yield label, self._valid(after, self.model.steps, known, state)
        except (Exception, SystemExit) as error:
            self._blame(error, self.model.steps, state)

    def observe(self, state: Any) -> Seen:
        try:
            seen = self.model.observe(state)
            if not isinstance(seen, Seen):
                self._fault(f"must return a Seen, got {show(seen)}", self.model.observe, state)
            if self.met.has_own_equality or seen not in self._observed:
                self.met.add(seen.values)
                self._observed.add(seen)
        except UnsupportedValue as error:
            text = f"returned a Seen with an unsupported value: {error}"
            self._fault(text, self.model.observe, state)
        except (Exception, SystemExit) as error:
            self._blame(error, self.model.observe, state)
        return seen

    def columns(self, state: Any) -> Mapping[str, Mapping[str, str]]:
        return self.model.columns(state)

    def _pair(self, step: Any, state: Any) -> tuple[str, Any]:
        if not (isinstance(step, tuple) and len(step) == 2):
            text = f"must yield pairs (label, state), got {show(step)}"
            self._fault(text, self.model.steps, state)
        label, after = step
        if not (isinstance(label, str) and label and label.isprintable()):
            text = f"labelled a step {show(label)}; a label must be one printable line of text"
            self._fault(text, self.model.steps, state)
        return label, after

    def _valid(
        self, made: Any, method: Callable[..., Any], known: Known, state: Any = NO_STATE
    ) -> Hashable:
        """Return the state that a method made, or raise SpecError if a check fails."""
        try:
            hash(made)
        except TypeError:
            text = f"made the state {show(made)}; a state must be hashable"
            self._fault(f"{text}, got {an(type(made).__name__)}", method, state)
        try:
            self.met.add(made, known)
        except UnsupportedValue as error:
            text = f"made the state {show(made)} with an unsupported value: {error}"
            self._fault(text, method, state)
        return made  # type: ignore[no-any-return]

    def _fault(self, text: str, method: Callable[..., Any], state: Any = NO_STATE) -> NoReturn:
        raise SpecError(f"{place_of(method)}{method.__name__}() {text}{_where(state)}")

    def _blame(
        self, error: BaseException, method: Callable[..., Any], state: Any = NO_STATE
    ) -> NoReturn:
        """Raise an exception of the user's method as a SpecError, and a PcheckError as it is."""
        if isinstance(error, PcheckError):
            raise error
        place = place_raised(error) or place_of(method)
        text = f"{place}{method.__name__}() raised {described(error)}{_where(state)}"
        raise SpecError(text) from error


def _where(state: Any) -> str:
    """Return the state in which a method was called, for an error."""
    return "" if state is NO_STATE else f" [in state {show(state)}]"
