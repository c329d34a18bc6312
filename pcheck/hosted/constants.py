"""Values of Python's library that never change, and single objects that a module holds."""

from __future__ import annotations

import types
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pcheck.hosted.forms import Constant, Named
from pcheck.hosted.memo import Memo, Unfreezable
from pcheck.hosted.naming import global_named
from pcheck.text import an

CONSTANTS: tuple[type, ...] = (datetime, date, time, timedelta, timezone, ZoneInfo)
CONSTANTS += (Decimal, Fraction, UUID, complex, range)
ZONES = types.NoneType, timezone, ZoneInfo
VALUES: dict[Constant, object] = {}  # the value behind each constant


def constant_form(thing: Any) -> Constant:
    """Return the form of a value that never changes; the value itself is kept for its thawing."""
    kind = type(thing)
    if type(getattr(thing, "tzinfo", None)) not in ZONES:
        zone = type(thing.tzinfo).__name__
        raise Unfreezable(thing, f"{an(kind.__name__)} in a time zone of the class {zone}")
    form = Constant(f"{kind.__module__}.{kind.__qualname__}", repr(thing))
    VALUES.setdefault(form, thing)
    return form


def marker_form(thing: object, _: Memo) -> Named:
    """Return the name of a single object that says only which object it is."""
    name = global_named(thing)
    if name is None:
        raise Unfreezable(thing, "an object() that no module holds under a name")
    return name
