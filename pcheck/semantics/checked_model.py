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
from pcheck.text import an

S = TypeVar("S", bound=Hashable)


def checked(model: Model[S]) -> Model[S]:
    """Return the model in a `Checked` wrapper, or itself if it validates its own results."""
    return model if model.checked else Checked(model)


class Checked(Model[Any]):
    """A model with validated results; each error names the method, the result and the state."""

    checked = True

    def __init__(self, model: Model[Any]) -> None:
        self.model = model
        self.properties, self.milestones = model.properties, model.milestones

    def initial(self) -> Any:
        try:
            state = self.model.initial()
        except (Exception, SystemExit) as error:
            self._blame(error, self.model.initial, "")
        return self._hashable(state, self.model.initial, "")

    def steps(self, state: Any) -> Iterator[tuple[str, Any]]:
        labels: set[str] = set()
        where = f" [in state {show(state)}]"
        try:
            for step in self.model.steps(state):
                label, after = self._pair(step, where)
                if label in labels:
                    text = f"labelled two steps {label!r}; give each step its own label"
                    self._fault(text, self.model.steps, where)
                labels.add(label)
                yield label, self._hashable(after, self.model.steps, where)
        except (Exception, SystemExit) as error:
            self._blame(error, self.model.steps, where)

    def observe(self, state: Any) -> Seen:
        where = f" [in state {show(state)}]"
        try:
            seen = self.model.observe(state)
            if not isinstance(seen, Seen):
                self._fault(f"must return a Seen, got {show(seen)}", self.model.observe, where)
            hash(seen)
        except UnsupportedValue as error:
            text = f"returned a Seen with an unsupported value: {error}"
            self._fault(text, self.model.observe, where)
        except (Exception, SystemExit) as error:
            self._blame(error, self.model.observe, where)
        return seen

    def columns(self, state: Any) -> Mapping[str, Mapping[str, str]]:
        return self.model.columns(state)

    def _pair(self, step: Any, where: str) -> tuple[str, Any]:
        if not (isinstance(step, tuple) and len(step) == 2):
            text = f"must yield pairs (label, state), got {show(step)}"
            self._fault(text, self.model.steps, where)
        label, after = step
        if not (isinstance(label, str) and label and label.isprintable()):
            text = f"labelled a step {show(label)}; a label must be one printable line of text"
            self._fault(text, self.model.steps, where)
        return label, after

    def _hashable(self, state: Any, method: Callable[..., Any], where: str) -> Hashable:
        try:
            hash(state)
        except TypeError:
            text = f"made the state {show(state)}; a state must be hashable"
            self._fault(f"{text}, got {an(type(state).__name__)}", method, where)
        return state  # type: ignore[no-any-return]

    def _fault(self, text: str, method: Callable[..., Any], where: str) -> NoReturn:
        raise SpecError(f"{place_of(method)}{method.__name__}() {text}{where}")

    def _blame(self, error: BaseException, method: Callable[..., Any], where: str) -> NoReturn:
        """Raise an exception of the user's method as a SpecError, and a PcheckError as it is."""
        if isinstance(error, PcheckError):
            raise error
        place = place_raised(error) or place_of(method)
        text = f"{place}{method.__name__}() raised {described(error)}{where}"
        raise SpecError(text) from error
