"""Numbers of steps and times in words."""

from __future__ import annotations

from collections.abc import Mapping

from pcheck.text import counted

MIN_SHARE = 0.05  # of all time, for an activity that is named


def after_steps(steps: int) -> str:
    """Return `after 8 steps`, or `in the initial state` for 0 steps."""
    return f"after {counted(steps, 'step')}" if steps else "in the initial state"


def duration(seconds: float) -> str:
    """Return a time in seconds or minutes."""
    return f"{seconds:.2f} s" if seconds < 60 else f"{seconds / 60:.1f} min"


def times(spent: Mapping[str, float]) -> str:
    """Return the time of each activity that took a good part: `3.1 s closing tables, ...`."""
    whole = sum(spent.values())
    named = {name: seconds for name, seconds in spent.items() if seconds >= MIN_SHARE * whole}
    texts = [f"{duration(seconds)} {name}" for name, seconds in named.items()]
    rest = whole - sum(named.values())
    return ", ".join([*texts, *([f"{duration(rest)} other work"] if rest > 0.005 else [])])


def in_bytes(number: float) -> str:
    """Return an amount of memory: `80 MB`, `1.5 GB`, `24 GB`."""
    if number < 1e9:
        return f"{number / 1e6:.0f} MB"
    return f"{number / 1e9:.{0 if number >= 1e10 else 1}f} GB"


def rounded(number: float) -> str:
    """Return a large number with its first digit only: `300,000`, `20 million`, `4 billion`."""
    digits = len(str(int(number))) - 1
    first = round(number / 10**digits) * 10**digits
    for unit, name in (10**9, "billion"), (10**6, "million"):
        if first >= unit:
            return f"{first // unit} {name}"
    return f"{first:,}"
