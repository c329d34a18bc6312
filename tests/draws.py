"""Random values of every shape, drawn with a seed: the same values on each run and machine.

A failing test names the number of the drawn value, with which it can be drawn again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar

T = TypeVar("T")
D = TypeVar("D", covariant=True)
U = TypeVar("U")
P = ParamSpec("P")
MANY = 1_000_000  # numbers between two series of drawn values
MORE = 5  # the mean number of items beyond the least, in a list without a largest size


class Strategy(Generic[D]):
    """A way to draw a value."""

    def __init__(self, draw: Callable[[Random], D]) -> None:
        self.draw = draw

    def map(self, change: Callable[[D], U]) -> Strategy[U]:
        """Return a strategy for the changed values."""
        return Strategy(lambda random: change(self.draw(random)))

    def __or__(self, other: Strategy[U]) -> Strategy[D | U]:
        return one_of(self, other)


class OneOf(Strategy[Any]):
    """One of several strategies, each with the same chance, also those of another OneOf in it."""

    def __init__(self, strategies: Sequence[Strategy[Any]]) -> None:
        self.strategies: list[Strategy[Any]] = [
            each
            for strategy in strategies
            for each in (strategy.strategies if isinstance(strategy, OneOf) else [strategy])
        ]
        super().__init__(lambda random: random.choice(self.strategies).draw(random))


class DrawFn(Protocol):
    """A function that draws a value by a strategy."""

    def __call__(self, strategy: Strategy[T], /) -> T: ...


def just(value: T) -> Strategy[T]:
    return Strategy(lambda random: value)


def none() -> Strategy[None]:
    return just(None)


def booleans() -> Strategy[bool]:
    return Strategy(lambda random: random.random() < 0.5)


def integers(least: int, most: int) -> Strategy[int]:
    return Strategy(lambda random: random.randint(least, most))


def sampled_from(values: Sequence[T]) -> Strategy[T]:
    return Strategy(lambda random: random.choice(values))


def tuples(*parts: Strategy[Any]) -> Strategy[tuple[Any, ...]]:
    return Strategy(lambda random: tuple(part.draw(random) for part in parts))


def one_of(*strategies: Strategy[Any]) -> Strategy[Any]:
    return OneOf(strategies)


def builds(make: Callable[..., T], *parts: Strategy[Any], **named: Strategy[Any]) -> Strategy[T]:
    """Return a strategy for the results of a call with drawn arguments."""
    return Strategy(
        lambda random: make(
            *(part.draw(random) for part in parts),
            **{name: part.draw(random) for name, part in named.items()},
        )
    )


def lists(
    items: Strategy[T], *, min_size: int = 0, max_size: int | None = None
) -> Strategy[list[T]]:
    """Return a strategy for lists; without a `max_size`, long lists are ever less likely."""

    def draw(random: Random) -> list[T]:
        size = min_size
        if max_size is not None:
            size = random.randint(min_size, max_size)
        else:
            while random.random() < MORE / (MORE + 1):
                size += 1
        return [items.draw(random) for _ in range(size)]

    return Strategy(draw)


def subsets(values: Sequence[T]) -> Strategy[list[T]]:
    """Return a strategy for some of the values, at least one, in any order."""
    return Strategy(lambda random: random.sample(values, random.randint(1, len(values))))


def composite(make: Callable[Concatenate[DrawFn, P], T]) -> Callable[P, Strategy[T]]:
    """Return a function that returns a strategy; `make` gets a function that draws."""

    def strategy(*args: P.args, **kwargs: P.kwargs) -> Strategy[T]:
        def draw(random: Random) -> T:
            return make(lambda each: each.draw(random), *args, **kwargs)

        return Strategy(draw)

    return strategy


def for_each(
    strategy: Strategy[T], count: int, test: Callable[[T], object], *, first: int = 0
) -> None:
    """Test drawn values; a failure names the number of the value."""
    for number in range(first, first + count):
        try:
            test(strategy.draw(Random(number)))
        except Exception as error:
            error.add_note(f"drawn with the number {number}")
            raise
