"""Copies of objects: frozen and made again, as a search does before each call of a node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pcheck.hosted.freezing import Freezer
from pcheck.hosted.memo import Unfreezable
from pcheck.hosted.paths import path_to
from pcheck.hosted.thawing import Thawer
from pcheck.language.values import exact


class Box:
    """An object with any attributes."""

    def __init__(self, **attributes: Any) -> None:
        vars(self).update(attributes)

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...
        def __setattr__(self, name: str, value: Any) -> None: ...


def copied(thing: Any, **options: Any) -> Any:
    """Return the thing made again from its frozen form, which must have the same form."""
    freezer, thawer = Freezer(**options), Thawer(options.get("outside", {}))
    form = freezer.freeze(thing)
    copy = thawer.thaw(form)
    assert exact(freezer.freeze(copy)) == exact(form)
    assert exact(freezer.freeze(thing)) == exact(form)
    return copy


def refusal(thing: Any, **options: Any) -> str:
    """Return the error of a thing that cannot be frozen, after the way to what is refused."""
    with pytest.raises(Unfreezable) as raised:
        Freezer(**options).freeze(thing)
    return f"{path_to(raised.value.thing, {'it': thing})}: {raised.value.what}"


def form_of(thing: Any, **options: Any) -> Any:
    return exact(Freezer(**options).freeze(thing))
