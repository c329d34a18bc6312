"""The mark of a mistake: what it takes, what it says of itself, and what it does to a cluster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any

import pytest

from pcheck import Actor, Bug, Cluster, Option, Seen, Value, always, bug, fixed, group
from pcheck.blame import has_place
from pcheck.errors import SpecError, UsageError
from pcheck.language.decorators import BUG
from pcheck.loading.spec import of_builder


@dataclass(frozen=True)
class Hen(Actor):
    eggs: int = 0


@dataclass(frozen=True)
class Fox(Actor):
    name: Value = fixed()


@dataclass(frozen=True)
class Crow(Actor):
    """Nobody is one."""


@always(sees=["eggs"])
def eggs_are_kept(seen: Seen) -> str | None:
    return None


def yard(
    hens: Annotated[int, Option("how many lay", min=1)] = 2, foxes: int = 1, wild: bool = False
) -> Cluster:
    h, f = group("h", hens), group("f", foxes)
    name = Value("reynard" if wild else "tod")
    return Cluster({h: lambda i: Hen(), f: lambda i: Fox(name=name)}, [eggs_are_kept])


class SlyFox(Fox):
    """Takes eggs."""


class OldCrow(Crow):
    """Takes what is left."""


@bug(1, breaks=eggs_are_kept, scope={"hens": 1}, source="a fable", also=[SlyFox])
class LaysNoEggs(Hen):
    """Lays nothing.

    And says nothing of it.
    """


@bug(1, breaks=eggs_are_kept, safe=True)
def more_foxes_than_hens(hens: int, foxes: int) -> dict[str, int]:
    """One more of them."""
    return {"foxes": hens + foxes}


def marked(what: Any) -> Bug:
    found: Bug = vars(what)[BUG]
    return found


def built(what: Bug, **options: Any) -> dict[str, Actor]:
    spec = of_builder(yard)
    cluster = spec.build(spec.options(options), what)
    assert isinstance(cluster, Cluster)
    return {str(node): actor for node, actor in cluster.actors.items()}


def test_a_class_is_a_mistake_with_all_that_its_mark_says() -> None:
    found = marked(LaysNoEggs)
    assert (found.name, found.number, found.breaks) == ("lays-no-eggs", 1, "eggs_are_kept")
    assert (found.scope, found.source, found.safe) == ({"hens": 1}, "a fable", False)
    assert (found.summary, found.actors) == ("Lays nothing.", (LaysNoEggs, SlyFox))
    assert found.asks_for == ()


def test_a_function_is_a_mistake_that_changes_options() -> None:
    found = marked(more_foxes_than_hens)
    told = found.name, found.number, found.summary, found.safe, found.actors
    assert told == ("more-foxes-than-hens", 1, "One more of them.", True, ())
    assert found.asks_for == ("hens", "foxes")
    assert sorted(built(found, hens=2, foxes=1, wild=False)) == ["f1", "f2", "f3", "h1", "h2"]


def test_every_class_takes_the_place_of_its_role_and_keeps_what_was_given_to_that() -> None:
    actors = built(marked(LaysNoEggs), hens=1, foxes=2, wild=True)
    kinds = {node: (type(actor), getattr(actor, "name", None)) for node, actor in actors.items()}
    fox = SlyFox, Value("reynard")
    assert kinds == {"h1": (LaysNoEggs, None), "f1": fox, "f2": fox}


def test_the_builder_is_asked_for_what_a_function_makes_of_its_options() -> None:
    actors = built(marked(more_foxes_than_hens), hens=3, foxes=2)
    assert list(actors) == ["h1", "h2", "h3", "f1", "f2", "f3", "f4", "f5"]


def test_what_else_a_mistake_changes_may_be_given_one_after_the_other() -> None:
    found = bug(2, breaks=eggs_are_kept, also=(each for each in [SlyFox]))(type("B", (Hen,), {}))
    assert marked(found).also == (SlyFox,)


class Egg:
    """No actor."""


@pytest.mark.parametrize("role", [Egg, Actor])
def test_a_mistake_is_a_subclass_of_a_role(role: type[Any]) -> None:
    wrong = type("Wrong", (role,), {})
    with pytest.raises(SpecError) as error:
        bug(2, breaks=eggs_are_kept)(wrong)
    assert str(error.value) == "the bug Wrong is no subclass of the role that it changes"
    with pytest.raises(SpecError) as error:
        bug(2, breaks=eggs_are_kept, also=[wrong])(type("Right", (Hen,), {}))
    assert str(error.value) == "the bug Wrong is no subclass of the role that it changes"


def test_a_role_that_nobody_has_is_not_changed_in_silence() -> None:
    wrong = marked(bug(2, breaks=eggs_are_kept, also=[OldCrow])(type("TwoRoles", (Hen,), {})))
    with pytest.raises(SpecError) as error:
        built(wrong)
    line = "the bug two-roles changes Crow, which no node of this cluster is"
    assert str(error.value).endswith(line)


def unknown_option(geese: int) -> dict[str, int]:
    return {"hens": geese}


def option_that_is_not_there(hens: int) -> dict[str, int]:
    return {"geese": hens}


def no_options(hens: int) -> Any:
    return None


def too_small(hens: int) -> dict[str, int]:
    return {"hens": hens - hens}


def raises(hens: int) -> dict[str, int]:
    return {"hens": hens // 0}


WRONG = [unknown_option, option_that_is_not_there, no_options, too_small, raises]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.__name__)
def test_a_function_that_is_wrong_is_named_with_its_place(wrong: Callable[..., Any]) -> None:
    found = marked(bug(3, breaks=eggs_are_kept)(wrong))
    with pytest.raises(SpecError) as error:
        built(found)
    text = str(error.value)
    assert (has_place(text), found.name in text) == (True, True)


def test_a_mistake_is_found_by_its_name_or_by_a_number_of_its_own() -> None:
    third = replace(marked(LaysNoEggs), name="third", number=3)
    bugs = marked(LaysNoEggs), marked(more_foxes_than_hens), third
    spec = replace(of_builder(yard), bugs=bugs)
    names: list[str | int] = ["lays-no-eggs", "Lays_No_Eggs", "more-foxes-than-hens", "3", 3]
    assert [spec.bug(name) for name in names] == [bugs[0], bugs[0], bugs[1], third, third]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        (1, "several bugs of the number 1: lays-no-eggs and more-foxes-than-hens"),
        (2, "no bug '2'; it has lays-no-eggs, more-foxes-than-hens"),
        ("lays-no-egg", "no bug 'lays-no-egg'; did you mean 'lays-no-eggs'?"),
    ],
)
def test_a_mistake_that_is_not_meant_by_its_name_alone(name: str | int, line: str) -> None:
    spec = replace(of_builder(yard), bugs=(marked(LaysNoEggs), marked(more_foxes_than_hens)))
    with pytest.raises(UsageError) as error:
        spec.bug(name)
    assert str(error.value) == f"yard has {line}"
